"""The tidy frame of an assessment, built column by column so that hundreds of features cost milliseconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from monitoring import windows
from monitoring.drift.assessment import POOLED, Assessment
from monitoring.drift.judging import CODES, Scores
from monitoring.results import COLUMNS
from monitoring.statistics.severity import NAMES
from monitoring.windows import Window


def frame(assessment: Assessment, check: str = "chunk", window: Window | None = None) -> pd.DataFrame:
    """One check of every feature in every chunk as a tidy frame, feature by feature, oldest chunk first.

    Parameters
    ----------
    assessment : Assessment
    check : str
        A key of ``assessment.checks``. For trailing windows a row spans the whole window.
    window : Window, optional
        Keep the chunks that begin inside; all by default.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``measure`` is the method, or the name of the share;
        ``value`` the distance or share; ``effect`` the shift of the mean in reference deviations (numbers),
        Cramér's V (categories) or the rise of the share; ``statistic`` the value over its sampling scale;
        ``p_value`` the calibrated one that the verdict used, before the correction for many features.
    """
    scores = assessment.checks.get(check)
    if scores is None or not len(assessment.features):
        return empty()
    keep = np.array([window is None or window.holds(key.start) for key in assessment.keys], dtype=bool)
    chosen = np.flatnonzero(scores.defined)
    grid = (len(chosen), int(keep.sum()))

    def flat(values: NDArray[np.generic]) -> NDArray[np.generic]:
        return values[np.ix_(chosen, keep)].ravel()

    def by_chunk(values: pd.DatetimeIndex) -> NDArray[np.intp]:
        return np.tile(np.arange(len(values)), grid[0])

    def repeated(text: str) -> pd.Series:
        return _text(np.zeros(grid[0] * grid[1], dtype=np.int32), [text])

    starts, stops = _instants(assessment, scores, check, keep)
    measures = list(dict.fromkeys(assessment.measures)) if check in POOLED else [check]
    method = np.array([measures.index(m) if check in POOLED else 0 for m in assessment.measures])[chosen]
    maturity = np.where(assessment.complete[keep], 0, 1)
    reference = f"{assessment.reference.start:%Y-%m-%d} to {assessment.reference.stop:%Y-%m-%d}"
    nothing = np.full(grid[0] * grid[1], np.nan)
    columns = {
        "model": repeated(assessment.model.name),
        "version": _text(np.full(grid[0] * grid[1], -1, dtype=np.int32), [""]),
        "subject": _text(np.repeat(chosen, grid[1]), assessment.features),
        "measure": _text(np.repeat(method, grid[1]), measures),
        "segment": repeated(assessment.segment),
        "chunk_start": pd.Series(starts[by_chunk(starts)]),
        "chunk_stop": pd.Series(stops[by_chunk(stops)]),
        "n": pd.array(np.nan_to_num(flat(scores.rows)).astype(np.int64), dtype="Int64"),
        "value": flat(scores.value),
        "lower": flat(scores.lower),
        "upper": flat(scores.upper),
        "effect": flat(scores.effect),
        "statistic": flat(scores.statistic),
        "p_value": flat(scores.p_value),
        "noise_floor": flat(scores.noise_floor),
        "limit_low": nothing,
        "limit_high": flat(scores.limit),
        "reference": repeated(reference),
        "coverage": nothing,
        "maturity": _text(np.tile(maturity, grid[0]), ["final", "partial"]),
        "data_until": pd.Series(
            pd.DatetimeIndex([assessment.data_until]).as_unit("us").tz_convert("UTC").repeat(len(nothing))
            if assessment.data_until
            else pd.DatetimeIndex([pd.NaT] * len(nothing), dtype=COLUMNS["data_until"])
        ),
        "status": _text(flat(scores.status).astype(np.int32) % len(NAMES), NAMES),
        "reason": _text(flat(scores.reason), CODES),
    }
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def empty() -> pd.DataFrame:
    """A tidy frame without rows."""
    from monitoring import results

    return results.frame({})


def _instants(
    assessment: Assessment, scores: Scores, check: str, keep: NDArray[np.bool_]
) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Start and stop of what each kept chunk's number looks at."""
    stops = [at for at, kept in zip(assessment.stop, keep, strict=True) if kept]
    starts = [at for at, kept in zip(assessment.start, keep, strict=True) if kept]
    if POOLED.get(check, 1) > 1:
        model = assessment.model
        step = _step(assessment)
        origin = assessment.keys[0].stop - step * int(scores.spans.stop[0])
        keys = [origin + step * int(at) for at in scores.spans.start[keep]]
        starts = windows.instants_of(keys, model.grain, model.zone)
    return _index(starts), _index(stops)


def _step(assessment: Assessment) -> dt.timedelta:
    return dt.timedelta(hours=1) if assessment.model.grain == "hour" else dt.timedelta(days=1)


def _index(instants: Sequence[dt.datetime]) -> pd.DatetimeIndex:
    naive = np.array([at.replace(tzinfo=None) for at in instants], dtype="datetime64[us]")
    return pd.DatetimeIndex(naive).tz_localize("UTC")


def _text(codes: NDArray[np.generic], words: Sequence[str]) -> pd.Series:
    """A column of few different texts from their numbers; a negative number is no text."""
    numbers = np.asarray(codes).astype(np.int32)
    indices = pa.array(numbers, mask=numbers < 0)
    dictionary = pa.DictionaryArray.from_arrays(indices, pa.array(list(words), pa.large_string()))
    return pd.Series(pd.array(dictionary.cast(pa.large_string()), dtype="str"))
