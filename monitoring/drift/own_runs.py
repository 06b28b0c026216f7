"""Runs of the reference's own days, as long as the window that is judged: how much such windows differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.tables import Tables, recoded
from monitoring.statistics.arrays import Floats
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store

MOST = 10
FEWEST = 4
"""Below it the quantile for what the next one may show is so far out that nothing would be drift."""


def runs(
    parts: Sequence[Window] | None,
    keys: NDArray[np.datetime64],
    length: dt.timedelta,
    step: dt.timedelta,
    most: int = MOST,
) -> list[Window]:
    """Runs of a length that do not overlap, spread over the reference.

    Parameters
    ----------
    parts : sequence of Window or None
        Where the reference lies; everywhere for None.
    keys : ndarray of datetime64, shape (rows,)
        Profile keys of the reference's rows: runs lie between the first and the last.
    length : timedelta
    step : timedelta
        How far one key lies from the next.
    most : int

    Returns
    -------
    list of Window
        Whole ones only, oldest first.

    Examples
    --------
    >>> days = np.datetime64("2026-01-01", "us") + np.arange(30) * np.timedelta64(1, "D")
    >>> week, day = dt.timedelta(days=7), dt.timedelta(days=1)
    >>> [run.start.day for run in runs(None, days, week, day)], len(runs(None, days, day, day))
    ([1, 8, 15, 22], 10)
    """
    if not len(keys):
        return []
    first, last = (end.astype("datetime64[us]").item() for end in (keys.min(), keys.max()))
    held = Window(first, last + step)
    found = []
    for part in sorted(parts or [held], key=lambda part: part.start):
        start, stop = max(part.start, held.start), min(part.stop, held.stop)
        found += [
            Window(start + place * length, start + (place + 1) * length)
            for place in range(max(stop - start, dt.timedelta()) // length)
        ]
    if len(found) <= most:
        return found
    return [found[place] for place in np.linspace(0, len(found) - 1, most).round().astype(int)]


def with_rows(
    store: Store,
    name: str,
    found: Sequence[Window],
    known: Tables,
    keys: NDArray[np.datetime64] | None,
    *,
    most: int,
    segment: tuple[str, str],
) -> list[tuple[Window, Floats]]:
    """Runs and rows of each, coded as the samples that are compared; none where there are too few runs.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    found : sequence of Window
    known : Tables
    keys : ndarray of datetime64, shape (reference rows,), or None
        Of a reference that is a file: it is not read again, and the rows there are must do. From the log each
        run has rows drawn for it.
    most : int
        Rows of a run.
    segment : tuple of two str
    """
    from monitoring.store import rows as reading

    if len(found) < FEWEST or not known.features:
        return []
    if keys is not None:
        inside = [(keys >= np.datetime64(run.start)) & (keys < np.datetime64(run.stop)) for run in found]
        return [(run, known.reference[one][:most]) for run, one in zip(found, inside, strict=True)]
    given = {"most": most, "features": known.features, "segment": segment}
    return [(run, recoded(known, reading.sample(store, name, [run], **given))) for run in found]
