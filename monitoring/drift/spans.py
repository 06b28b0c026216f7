"""Spans of a profile's timeline: chunks, trailing windows and the reference's own blocks, as positions.

The timeline is dense: one position per grain (day or hour), gaps included, and it is aligned with the start
of the reference, so that the reference is cut into whole chunks. A span ``[start, stop)`` is a sum over
positions, and every sum is a difference of two cumulative ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring import windows
from monitoring.statistics.arrays import Floats
from monitoring.windows import Grain, Window

Positions = NDArray[np.intp]
LONGEST = 250_000  # positions: 28 years of hours, 684 years of days
_GRAINS = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1)}


class CalendarError(ValueError):
    """The log reaches over so long a time that one of its instants must be wrong."""


@dataclass(frozen=True)
class Spans:
    """Half-open spans of positions; both arrays of shape (spans,), or of more dimensions."""

    start: Positions
    stop: Positions

    def __len__(self) -> int:
        """How many spans."""
        return len(self.start)


@dataclass(frozen=True)
class Timeline:
    """The dense positions of a profile and what lies where.

    Attributes
    ----------
    origin : datetime
        The key at position 0.
    step : timedelta
        Length of a position.
    length : int
        Number of positions: whole chunks.
    per_chunk : int
        Positions in a chunk.
    reference : Spans
        The reference, as one span.
    """

    origin: dt.datetime
    step: dt.timedelta
    length: int
    per_chunk: int
    reference: Spans

    def position(self, key: dt.datetime) -> int:
        """Where a key lies."""
        return (key - self.origin) // self.step

    def key(self, position: int) -> dt.datetime:
        """The key at a position."""
        return self.origin + position * self.step


def timeline(keys: Sequence[dt.datetime], reference: Window, chunk: str, grain: Grain) -> Timeline:
    """The timeline that holds all keys and the reference in whole chunks counted from the reference's start.

    Parameters
    ----------
    keys : sequence of datetime
        Keys of the profile.
    reference : Window
    chunk : str
        As in `monitoring.windows.chunk_starts`.
    grain : {'hour', 'day'}

    Raises
    ------
    ValueError
        If the chunk is shorter than the grain, or the keys lie too far apart to be a log.

    Examples
    --------
    >>> days = [dt.datetime(2013, 3, 1) + dt.timedelta(days=i) for i in range(40)]
    >>> line = timeline(days, Window(dt.datetime(2013, 3, 8), dt.datetime(2013, 3, 22)), "7 days", "day")
    >>> line.origin.day, line.length, line.per_chunk
    (1, 42, 7)
    """
    step = _GRAINS[grain]
    length = windows.chunk_stop(reference.start, chunk) - reference.start
    per_chunk = length // step
    if per_chunk < 1:
        raise ValueError(f"a chunk of {chunk} is shorter than the profile's grain, one {grain}")
    first = min([*keys, reference.start])
    last = max([*keys, reference.stop - step])
    if (last - first) // step > LONGEST:
        raise CalendarError(
            f"the log and its reference reach from {first.date()} to {last.date()}; an instant must be "
            "wrong: the list of files tells each one's days, and forgetting the file mends it"
        )
    before = -((first - reference.start) // length)
    origin = reference.start - before * length
    chunks = (last - origin) // length + 1
    span = Spans(
        *(np.array([(edge - origin) // step], dtype=np.intp) for edge in (reference.start, reference.stop))
    )
    return Timeline(origin, step, chunks * per_chunk, per_chunk, span)


def chunks(line: Timeline) -> Spans:
    """The chunks of a timeline, oldest first."""
    start = np.arange(0, line.length, line.per_chunk)
    return Spans(start, start + line.per_chunk)


def trailing(line: Timeline, chunk_count: int) -> Spans:
    """For each chunk the window of several chunks that ends with it; cut off at the start of the timeline."""
    stop = chunks(line).stop
    return Spans(np.maximum(stop - chunk_count * line.per_chunk, 0), stop)


def reference_blocks(line: Timeline, length: int) -> Spans:
    """The reference cut into blocks of so many positions; a rest that fills no block is left out."""
    start = np.arange(line.reference.start[0], line.reference.stop[0] - length + 1, length)
    return Spans(start, start + length)


def within(spans: Spans, whole: Spans) -> Spans:
    """The part of each span that lies in ``whole``; empty parts have length 0."""
    start = np.clip(spans.start, whole.start[0], whole.stop[0])
    return Spans(start, np.clip(spans.stop, start, whole.stop[0]))


def cumulative(values: Floats, places: Positions, length: int) -> Floats:
    """Running sums over the dense timeline.

    Parameters
    ----------
    values : ndarray of shape (features, keys, ...)
        Of the keys that the profile holds.
    places : ndarray of int, shape (keys,)
        Position of each key, ascending and without repetition.
    length : int
        Positions of the timeline.

    Returns
    -------
    ndarray of shape (features, length + 1, ...)
        Sum over all positions before each.

    Examples
    --------
    >>> cumulative(np.array([[1.0, 2.0]]), np.array([0, 2]), 3)
    array([[0., 1., 1., 3.]])
    """
    out = np.zeros((values.shape[0], length + 1, *values.shape[2:]))
    if len(places) == length:  # no gaps
        np.cumsum(values, axis=1, out=out[:, 1:])
        return out
    out[:, places + 1] = values
    return np.cumsum(out, axis=1, out=out)


def summed(running: Floats, spans: Spans) -> Floats:
    """Sums over spans, of shape (features, spans, ...), from running sums.

    Spans may be an array of more than one dimension; the result then has as many more.

    Examples
    --------
    >>> summed(np.array([[0.0, 1, 1, 3]]), Spans(np.array([0, 1]), np.array([3, 3])))
    array([[3., 2.]])
    """
    return running[:, _regular(spans.stop)] - running[:, _regular(spans.start)]


def _regular(positions: Positions) -> Positions | slice:
    """Evenly spaced positions as a slice, which numpy reads without a copy."""
    if positions.ndim > 1 or len(positions) < 2:
        return positions
    step = int(positions[1] - positions[0])
    if step < 1 or (np.diff(positions) != step).any():
        return positions
    return slice(int(positions[0]), int(positions[-1]) + 1, step)
