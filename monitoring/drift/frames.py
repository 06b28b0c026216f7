"""The tidy frame of an assessment, built column by column so that hundreds of features cost milliseconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from monitoring import results, windows
from monitoring.drift.assessment import POOLED, Assessment
from monitoring.drift.scores import CODES, Scores
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
        return results.frame({})
    keep = np.array([window is None or window.holds(key.start) for key in assessment.keys], dtype=bool)
    chosen = np.flatnonzero(scores.defined)
    columns = _words(assessment, check, chosen, keep) | _numbers(scores, chosen, keep)
    starts, stops = _ends(assessment, scores, check, keep)
    places = np.tile(np.arange(len(starts)), len(chosen))
    columns |= {
        "chunk_start": pd.Series(starts[places]),
        "chunk_stop": pd.Series(stops[places]),
        "data_until": pd.Series(instants([assessment.data_until]).repeat(len(places))),
    }
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def _words(
    assessment: Assessment, check: str, chosen: NDArray[np.intp], keep: NDArray[np.bool_]
) -> dict[str, pd.Series]:
    """The columns of text."""
    chunks, rows = int(keep.sum()), len(chosen) * int(keep.sum())
    scores = assessment.checks[check]
    measures = list(dict.fromkeys(assessment.measures)) if check in POOLED else [check]
    method = np.array([measures.index(one) if check in POOLED else 0 for one in assessment.measures])
    always = np.zeros(rows, dtype=np.int32)
    return {
        "model": texts(always, [assessment.model.name]),
        "version": texts(always - 1, [""]),
        "subject": texts(np.repeat(chosen, chunks), assessment.features),
        "measure": texts(np.repeat(method[chosen], chunks), measures),
        "segment": texts(always, [assessment.segment]),
        "reference": texts(always, [assessment.reference_words]),
        "maturity": texts(np.tile(~assessment.complete[keep], len(chosen)), ["final", "partial"]),
        "status": texts(_flat(scores.status, chosen, keep).astype(np.int32) % len(NAMES), NAMES),
        "reason": texts(_flat(scores.reason, chosen, keep), CODES),
    }


def _numbers(scores: Scores, chosen: NDArray[np.intp], keep: NDArray[np.bool_]) -> dict[str, Any]:
    """The columns of numbers."""
    names = ("value", "lower", "upper", "effect", "statistic", "p_value", "noise_floor")
    columns = {name: _flat(getattr(scores, name), chosen, keep) for name in names}
    rows = np.nan_to_num(_flat(scores.rows, chosen, keep)).astype(np.int64)
    unknown = np.full(len(rows), np.nan)
    return columns | {
        "n": pd.array(rows, dtype="Int64"),
        "limit_low": unknown,
        "limit_high": _flat(scores.limit, chosen, keep),
        "coverage": unknown,
    }


def _flat(
    values: NDArray[np.generic], chosen: NDArray[np.intp], keep: NDArray[np.bool_]
) -> NDArray[np.generic]:
    """Kept chunks of chosen features, feature by feature."""
    return values[np.ix_(chosen, keep)].ravel()


def _ends(
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
    return instants(starts), instants(stops)


def _step(assessment: Assessment) -> dt.timedelta:
    return dt.timedelta(hours=1) if assessment.model.grain == "hour" else dt.timedelta(days=1)


def instants(instants: Sequence[dt.datetime | None]) -> pd.DatetimeIndex:
    """Instants in UTC; None is not known."""
    naive = np.array(
        [at and at.astimezone(windows.UTC).replace(tzinfo=None) for at in instants], dtype="datetime64[us]"
    )
    return pd.DatetimeIndex(naive).tz_localize("UTC")


def texts(codes: NDArray[np.generic], words: Sequence[str]) -> pd.Series:
    """A column of few different texts from their numbers; a negative number is no text."""
    numbers = np.asarray(codes).astype(np.int32)
    indices = pa.array(numbers, mask=numbers < 0)
    dictionary = pa.DictionaryArray.from_arrays(indices, pa.array(list(words), pa.large_string()))
    return pd.Series(pd.array(dictionary.cast(pa.large_string()), dtype="str"))
