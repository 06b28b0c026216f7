"""Where the reference of a span lies: one window for all spans, or a window of its own for each.

A layout gives the reference's sums for every span, without the rows that the span shares with it, and the
blocks of that reference from which a limit is learnt. Sums are over running counts, see
`monitoring.drift.spans`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.against import Against
from monitoring.drift.spans import Positions, Spans, Timeline, reference_blocks, summed, within
from monitoring.statistics.arrays import Floats
from monitoring.statistics.limits import FEWEST_CHUNKS

Flags = NDArray[np.bool_]
AT_ONCE = 8_000  # blocks of moving references that are looked at together: what is in work stays small


class Layout(Protocol):
    """Where references lie.

    ``total`` gives the reference's sums for each span, of shape (features, spans or 1, ...); ``whole`` the
    same with the span's own rows still in it. ``blocks`` are parts of the reference as long as a span where
    it holds seven of them, and shorter otherwise, of shape (spans or 1, blocks). ``shared`` says which spans
    share rows with the reference and ``short`` which have too little before them.
    """

    @property
    def line(self) -> Timeline:
        """The timeline."""
        ...

    def total(self, running: Floats, spans: Spans) -> Floats:
        """Sums of the reference without the span's own rows."""
        ...

    def whole(self, running: Floats, spans: Spans) -> Floats:
        """Sums of the whole reference."""
        ...

    def blocks(self, spans: Spans, length: int) -> Spans:
        """Blocks of the reference of each span."""
        ...

    def parts(self, spans: Spans) -> list[Spans]:
        """Spans in groups whose references have one shape."""
        ...

    def shared(self, spans: Spans) -> Flags:
        """Which spans are partly the reference itself."""
        ...

    def short(self, spans: Spans, first: int) -> Flags:
        """Which spans have too few rows before them, the log beginning at a position."""
        ...


@dataclass(frozen=True)
class Fixed:
    """One reference for every span; a part of it is compared with the rest of it."""

    line: Timeline

    def total(self, running: Floats, spans: Spans) -> Floats:
        """Sums of the reference without the span's own rows."""
        inside = within(spans, self.line.reference)
        whole = summed(running, self.line.reference)
        return whole - summed(running, inside) if (inside.stop > inside.start).any() else whole

    def whole(self, running: Floats, spans: Spans) -> Floats:
        """Sums of the whole reference."""
        return summed(running, self.line.reference)

    def blocks(self, spans: Spans, length: int) -> Spans:
        """The reference cut into blocks, the same for every span."""
        positions = int(self.line.reference.stop[0] - self.line.reference.start[0])
        found = reference_blocks(self.line, max(min(length, positions // FEWEST_CHUNKS), 1))
        return Spans(found.start[None], found.stop[None])

    def parts(self, spans: Spans) -> list[Spans]:
        """Spans that share rows with the reference apart from those that do not, in their order.

        For the latter the reference is one histogram, not one for each span.
        """
        edges = np.flatnonzero(np.diff(self.shared(spans))) + 1
        starts, stops = np.split(spans.start, edges), np.split(spans.stop, edges)
        return [Spans(start, stop) for start, stop in zip(starts, stops, strict=True)]

    def shared(self, spans: Spans) -> Flags:
        """Which spans are partly the reference itself."""
        inside = within(spans, self.line.reference)
        return inside.stop > inside.start

    def short(self, spans: Spans, first: int) -> Flags:
        """None: the reference is there whatever came before."""
        return np.zeros(len(spans), dtype=bool)


@dataclass(frozen=True)
class Rolling:
    """The chunks before each span, with a gap between; nothing before the position ``since``."""

    line: Timeline
    chunks: int
    gap: int
    since: int = 0

    def _window(self, spans: Spans) -> Spans:
        stop = np.maximum(spans.start - self.gap * self.line.per_chunk, self.since)
        return Spans(np.maximum(stop - self.chunks * self.line.per_chunk, self.since), stop)

    def total(self, running: Floats, spans: Spans) -> Floats:
        """Sums of the chunks before each span."""
        return summed(running, self._window(spans))

    def whole(self, running: Floats, spans: Spans) -> Floats:
        """The same: no span is part of its reference."""
        return self.total(running, spans)

    def blocks(self, spans: Spans, length: int) -> Spans:
        """The chunks before each span, cut backwards into blocks."""
        block, count = self._cut(length)
        window = self._window(spans)
        stop = np.maximum(window.stop[:, None] - np.arange(count) * block, window.start[:, None])
        return Spans(np.maximum(stop - block, window.start[:, None]), stop)

    def _cut(self, length: int) -> tuple[int, int]:
        """Positions in a block, and how many blocks the timeline can hold at most."""
        positions = self.chunks * self.line.per_chunk
        block = max(min(length, positions // FEWEST_CHUNKS), 1)
        return block, min(positions, self.line.length + block - 1) // block

    def parts(self, spans: Spans) -> list[Spans]:
        """A bounded number of blocks at a time."""
        return _batches(spans, self._cut(self.line.per_chunk)[1])

    def shared(self, spans: Spans) -> Flags:
        """None: no span is part of its reference."""
        return np.zeros(len(spans), dtype=bool)

    def short(self, spans: Spans, first: int) -> Flags:
        """Which spans have fewer than seven chunks before them, or fewer than are wanted."""
        window = self._window(spans)
        least = min(self.chunks, FEWEST_CHUNKS) * self.line.per_chunk
        return window.stop - np.maximum(window.start, first) < least


@dataclass(frozen=True)
class Weekday:
    """The same weekday, and hour, of the weeks before each span; nothing before the position ``since``."""

    line: Timeline
    weeks: int
    since: int = 0

    def _windows(self, spans: Spans) -> Spans:
        """Of shape (spans, weeks); a span longer than a week steps back by as many weeks as it needs."""
        week = dt.timedelta(days=7) // self.line.step
        length = int((spans.stop - spans.start).max(initial=1))
        back = week * -(-length // week) * np.arange(1, self._most(week) + 1)
        start, stop = (part[:, None] - back for part in (spans.start, spans.stop))
        # A window that does not lie in the history as a whole is empty.
        inside = start >= self.since
        return Spans(np.where(inside, start, self.since), np.where(inside, stop, self.since))

    def _most(self, week: int) -> int:
        """As many weeks as the timeline can hold."""
        return max(min(self.weeks, self.line.length // week), 1)

    def total(self, running: Floats, spans: Spans) -> Floats:
        """Sums of the same weekdays."""
        return summed(running, self._windows(spans)).sum(axis=2)

    def whole(self, running: Floats, spans: Spans) -> Floats:
        """The same: no span is part of its reference."""
        return self.total(running, spans)

    def blocks(self, spans: Spans, length: int) -> Spans:
        """The weeks one by one."""
        return self._windows(spans)

    def parts(self, spans: Spans) -> list[Spans]:
        """A bounded number of weeks at a time."""
        return _batches(spans, self._most(dt.timedelta(days=7) // self.line.step))

    def shared(self, spans: Spans) -> Flags:
        """None: no span is part of its reference."""
        return np.zeros(len(spans), dtype=bool)

    def short(self, spans: Spans, first: int) -> Flags:
        """Which spans have fewer than half of the weeks before them."""
        windows = self._windows(spans)
        held = (windows.start >= first) & (windows.stop > windows.start)
        return held.sum(axis=1) < max(self.weeks / 2, 1)


def layout(against: Against, line: Timeline) -> Layout:
    """The layout of a reference on a timeline.

    Parameters
    ----------
    against : Against
        For ``fixed`` and ``version`` the timeline's own reference is meant.
    line : Timeline
    """
    since = min(max(line.position(against.since), 0), line.length) if against.since else 0
    if against.form == "rolling":
        return Rolling(line, against.chunks, against.gap, since)
    if against.form == "weekday":
        return Weekday(line, against.weeks, since)
    return Fixed(line)


def _batches(spans: Spans, blocks: int) -> list[Spans]:
    """Spans in their order, so few at a time that their references hold a bounded number of blocks."""
    size = max(AT_ONCE // blocks, 1)
    edges = np.arange(size, len(spans), size)
    starts, stops = np.split(spans.start, edges), np.split(spans.stop, edges)
    return [Spans(start, stop) for start, stop in zip(starts, stops, strict=True)]


def weekdays(line: Timeline, starts: Positions) -> Positions:
    """The weekday of each position, Monday being 0.

    Examples
    --------
    >>> one = Spans(np.array([0]), np.array([1]))
    >>> weekdays(Timeline(dt.datetime(2013, 3, 1), dt.timedelta(days=1), 9, 1, one), np.array([0, 3]))
    array([4, 0])
    """
    day = dt.timedelta(days=1) // line.step
    return (line.origin.weekday() + np.asarray(starts) // day) % 7
