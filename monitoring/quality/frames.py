"""The tidy frame of an assessment, built column by column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitoring import results, windows
from monitoring.drift.frames import instants, texts
from monitoring.drift.scores import CODES
from monitoring.quality.assessment import Assessment
from monitoring.quality.registry import CHECKS
from monitoring.results import COLUMNS
from monitoring.statistics.severity import NAMES
from monitoring.windows import Window

_NAMES = {"limit": "limit_high"}


def frame(assessment: Assessment, window: Window | None = None) -> pd.DataFrame:
    """Every check of every subject in every chunk, check by check, oldest chunk first.

    Parameters
    ----------
    assessment : Assessment
    window : Window, optional
        Keep the chunks that begin inside; all by default.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``measure`` is the check; ``subject`` a feature, a rule,
        ``rows`` or ``labels``. Checks of more than one window have three rows per chunk: of the chunk alone,
        and of the 7 and the 28 chunks up to its end, which begin earlier. ``value`` is the
        share, or the number of rows or the time without one in what is usual; ``effect`` what the check's
        levels are about: the rise over the reference, the share itself, or the size of the logarithm of the
        ratio.
    """
    rows = assessment.rows
    keep = np.array([window is None or window.holds(key.start) for key in assessment.keys], dtype=bool)
    count, chunks = len(rows), int(keep.sum())
    if not count or not chunks:
        return results.frame({})
    checks, subjects = list(CHECKS), list(dict.fromkeys(rows.subjects))
    place = {name: at for at, name in enumerate(subjects)}
    always = np.zeros(count * chunks, dtype=np.int32)
    columns: dict[str, object] = {
        "model": texts(always, [assessment.model.name]),
        "version": texts(always - 1, [""]),
        "subject": texts(np.repeat([place[one] for one in rows.subjects], chunks), subjects),
        "measure": texts(np.repeat([checks.index(one) for one in rows.checks], chunks), checks),
        "segment": texts(always, [assessment.segment]),
        "reference": texts(always, [assessment.reference_words]),
        "maturity": texts(np.tile(~assessment.complete[keep], count), ["final", "partial"]),
        "status": texts(rows.status[:, keep].ravel().astype(np.int32) % len(NAMES), NAMES),
        "reason": texts(rows.reason[:, keep].ravel(), CODES),
        "n": pd.array(np.nan_to_num(rows.rows[:, keep].ravel()).astype(np.int64), dtype="Int64"),
        "coverage": np.full(count * chunks, np.nan),
    }
    for name in (
        "value",
        "lower",
        "upper",
        "effect",
        "statistic",
        "p_value",
        "noise_floor",
        "limit_low",
        "limit",
    ):
        columns[_NAMES.get(name, name)] = getattr(rows, name)[:, keep].ravel()
    columns["chunk_stop"] = pd.Series(_at(assessment.stop, keep)[np.tile(np.arange(chunks), count)])
    columns["chunk_start"] = pd.Series(_begins(assessment, keep))
    columns["data_until"] = pd.Series(instants([assessment.data_until]).repeat(count * chunks))
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def _at(part: Sequence[dt.datetime], keep: NDArray[np.bool_]) -> pd.DatetimeIndex:
    return instants([at for at, one in zip(part, keep, strict=True) if one])


def _begins(assessment: Assessment, keep: NDArray[np.bool_]) -> pd.DatetimeIndex:
    """Where each row's number begins to look: at the chunk, or so many chunks before its end."""
    starts, model = instants(assessment.start), assessment.model
    kept = np.flatnonzero(keep)
    known: dict[int, pd.DatetimeIndex] = {1: starts[kept]}
    for window in sorted(set(assessment.rows.windows) - {1}):
        first, step = assessment.keys[0].start, assessment.keys[0].stop - assessment.keys[0].start
        keys = [first + (int(at) - window + 1) * step for at in kept]
        known[window] = instants(windows.instants_of(keys, model.grain, model.zone))
    if not assessment.rows.windows:
        return instants([])
    parts = [known[window].tz_localize(None).to_numpy() for window in assessment.rows.windows]
    return pd.DatetimeIndex(np.concatenate(parts)).tz_localize("UTC")
