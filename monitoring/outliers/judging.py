"""How many rows of each chunk are outlying, and whether that is more than rows like the reference have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring import windows
from monitoring.drift.spans import timeline
from monitoring.outliers.reading import Found
from monitoring.statistics.arrays import Floats
from monitoring.statistics.outliers import rates
from monitoring.statistics.shares import wilson
from monitoring.store.outlier_counts import UNUSUAL
from monitoring.windows import Window

AMBER, RED = 2.0, 10.0  # multiples of the level that a rate beyond its limit reaches for a colour


@dataclass(frozen=True, eq=False)
class Judged:
    """The chunks that hold rows, oldest first; arrays of shape (chunks,).

    Attributes
    ----------
    found : Found
    chunk : str
    keys : tuple of Window
        Of profile keys.
    starts, stops : tuple of datetime
        Their instants, in UTC.
    rows, outlying : ndarray of int
    unusual : ndarray
        The share of rows as odd as the oddest twentieth of the reference. A storm that the reference holds
        makes no row outlying, but many unusual.
    unusual_limit : ndarray
        As ``limit``, of that share.
    rate, lower, upper : ndarray
        The share of outlying rows with Wilson's interval of 95 %.
    limit, noise_floor, p_value : ndarray
        The rate above which rows like the reference lie with the model's rate of false alarms, and in one of
        twenty chunks; how often they have as many.
    leads : ndarray of int, shape (chunks, features)
        Outlying rows by the feature that leads them.
    complete : ndarray of bool
    status, reason : tuple of str
    """

    found: Found
    chunk: str
    keys: tuple[Window, ...]
    starts: tuple[dt.datetime, ...]
    stops: tuple[dt.datetime, ...]
    rows: NDArray[np.int64]
    outlying: NDArray[np.int64]
    unusual: Floats
    unusual_limit: Floats
    rate: Floats
    lower: Floats
    upper: Floats
    limit: Floats
    noise_floor: Floats
    p_value: Floats
    leads: NDArray[np.int64]
    complete: NDArray[np.bool_]
    status: tuple[str, ...]
    reason: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def inside(self, window: Window | None) -> NDArray[np.intp]:
        """The places of the chunks that begin inside a window; all without one."""
        return np.flatnonzero([window is None or window.holds(key.start) for key in self.keys])


def judged(found: Found, chunk: str | None = None, as_of: dt.datetime | None = None) -> Judged:
    """Judge every chunk that holds rows.

    A chunk is amber when its rate lies beyond the limit and reaches twice the level 0.001, red from ten times
    on; beyond the limit and below that it is marked and stays green. Days of the reference are judged like
    all others: half of their rows made the p-values.

    Parameters
    ----------
    found : Found
    chunk : str, optional
        The model's own by default.
    as_of : datetime, optional
        The instant at which it is judged: a chunk that is not over then is not judged, and one that begins
        later is left out. By default every chunk is over.

    Returns
    -------
    Judged

    Raises
    ------
    CalendarError
        If the log reaches over so long a time that an instant must be wrong.
    """
    model, counts = found.model, found.counts
    chunk = chunk or model.chunk
    keys = [one.astype("datetime64[us]").item() for one in counts.keys]
    first = keys[0] if keys else dt.datetime(2000, 1, 1)
    step = dt.timedelta(hours=1) if model.grain == "hour" else dt.timedelta(days=1)
    line = timeline(keys, found.reference or Window(first, first + step), chunk, model.grain)
    place = np.array([line.position(key) // line.per_chunk for key in keys], dtype=np.intp)
    held = np.unique(place)
    starts = windows.instants_of(
        [line.key(int(one) * line.per_chunk) for one in held], model.grain, model.zone
    )
    if as_of is not None:
        held = held[np.array([at < as_of for at in starts], dtype=bool)]
    spans = [
        Window(line.key(int(one) * line.per_chunk), line.key((int(one) + 1) * line.per_chunk)) for one in held
    ]
    starts = tuple(windows.instants_of([one.start for one in spans], model.grain, model.zone))
    stops = tuple(windows.instants_of([one.stop for one in spans], model.grain, model.zone))
    sums = [
        _summed(values, place, held)
        for values in (counts.rows, counts.outlying, counts.unusual, counts.leads)
    ]
    complete = np.array([as_of is None or stop <= as_of for stop in stops], dtype=bool)
    return _judged(found, chunk, (tuple(spans), starts, stops), sums, complete)


def _judged(
    found: Found,
    chunk: str,
    spans: tuple[tuple[Window, ...], tuple[dt.datetime, ...], tuple[dt.datetime, ...]],
    sums: Sequence[NDArray[np.int64]],
    complete: NDArray[np.bool_],
) -> Judged:
    rows, outlying, unusual, leads = sums
    held = found.fit.held_rows
    rate = outlying / np.maximum(rows, 1)
    ends = wilson(outlying, rows)
    level = 1 - found.model.limits.false_alarms
    limit = rates.rate_limit(rows, held, level=level)
    words = [
        _colour(*one, found.model.limits.minimum_rows)
        for one in zip(rate.tolist(), limit.tolist(), rows.tolist(), complete.tolist(), strict=True)
    ]
    return Judged(
        found, chunk, *spans, rows, outlying, unusual / np.maximum(rows, 1),
        rates.rate_limit(rows, held, level=level, alpha=UNUSUAL), rate, ends.lower, ends.upper, limit,
        rates.rate_limit(rows, held, level=0.95), rates.rate_p_value(outlying, rows, held), leads, complete,
        tuple(status for status, _ in words), tuple(reason for _, reason in words),
    )  # fmt: skip


def _colour(rate: float, limit: float, rows: int, complete: bool, minimum: int) -> tuple[str, str]:
    """Status and reason of a chunk.

    Examples
    --------
    >>> _colour(0.0015, 0.002, 900, True, 30), _colour(0.02, 0.004, 900, True, 30)
    (('green', ''), ('red', 'outlying'))
    >>> _colour(0.02, 0.004, 9, True, 30), _colour(0.02, 0.004, 900, False, 30)
    (('grey', 'too_few_rows'), ('grey', 'partial'))
    """
    if not complete:
        return "grey", "partial"
    if rows < minimum:
        return "grey", "too_few_rows"
    if rate <= limit:
        return "green", ""
    if rate < AMBER * rates.ALPHA:
        return "green", "outlying_small"
    return ("red" if rate >= RED * rates.ALPHA else "amber"), "outlying"


def _summed(values: NDArray[np.int64], place: NDArray[np.intp], held: NDArray[np.intp]) -> NDArray[np.int64]:
    """Values by key added up by chunk; those of chunks that are not wanted are left out."""
    out = np.zeros((len(held), *values.shape[1:]), dtype=np.int64)
    wanted = np.isin(place, held)
    np.add.at(out, np.searchsorted(held, place[wanted]), values[wanted])
    return out
