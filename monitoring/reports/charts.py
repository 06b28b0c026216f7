"""Pictures over time: a number with its band, its limits, its status, and the rows beneath."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitoring.reports import scales, svg
from monitoring.reports.scales import Scale
from monitoring.reports.svg import Element, across, element
from monitoring.windows import Window

_TOP, _PLOT, _FOOT, _VOLUME = 18.0, 150.0, 18.0, 36.0
_SHAPES = {"amber": "M-4 3.4L0-4L4 3.4Z", "red": "M-3.4-3.4H3.4V3.4H-3.4Z"}
_LATE = 0.7  # from here on a word ends where it belongs instead of beginning there

Tell = Callable[[float], str]


@dataclass(frozen=True, eq=False)
class Course:
    """A number over time and what one needs to judge it; arrays of shape (chunks,).

    Attributes
    ----------
    keys : sequence of Window
        The chunks, oldest first, gaps included.
    value : ndarray
        nan is drawn as a gap.
    tick : callable
        Puts a round value on the axis into words.
    lower, upper : ndarray, optional
        The interval.
    hollow : ndarray of bool, optional
        Chunks that are not judged yet.
    status : sequence of str
        Amber and red points are marked with their shape.
    levels : sequence of (value, class)
        Lines from left to right: the reference, a limit.
    limit, floor : ndarray, optional
        The limit in force, dashed, and what chance alone reaches, shaded from zero.
    zones : sequence of (Window, word)
        Tinted stretches.
    volume : (below, above) of ndarray, optional
        Bars beneath: all rows, and those of them that have a label.
    ends : (low, high), optional
        Beyond which there are no values.
    zero : bool
        Whether the axis begins at zero.
    notes : sequence of str
        What a point tells when it is touched, chunk by chunk.
    """

    keys: Sequence[Window]
    value: np.ndarray
    tick: Tell
    lower: np.ndarray | None = None
    upper: np.ndarray | None = None
    hollow: np.ndarray | None = None
    status: Sequence[str] = ()
    levels: Sequence[tuple[float, str]] = ()
    limit: np.ndarray | None = None
    floor: np.ndarray | None = None
    zones: Sequence[tuple[Window, str]] = ()
    volume: tuple[np.ndarray, np.ndarray] | None = None
    ends: tuple[float, float] | None = None
    zero: bool = False
    notes: Sequence[str] = field(default=())

    @property
    def middle(self) -> list[float]:
        """Where chunks lie, as shares of the whole span."""
        start, length = self.keys[0].start, self.keys[-1].stop - self.keys[0].start
        return [(key.start + (key.stop - key.start) / 2 - start) / length for key in self.keys]


def course(one: Course, title: str, description: str) -> Element:
    """Draw a number over time.

    Parameters
    ----------
    one : Course
        Of at least one chunk.
    title, description : str
        Plain text.

    Examples
    --------
    >>> day = dt.datetime(2026, 1, 1)
    >>> drawn = course(Course([Window(day, day + dt.timedelta(days=1))], np.array([0.7]), str), "AUC", "0.7.")
    >>> drawn.text.startswith('<svg class="chart scaled" role="img"')
    True
    """
    known = (one.lower, one.upper, one.limit, one.floor)
    parts = [one.value, *(part for part in known if part is not None), [value for value, _ in one.levels]]
    low, high = scales.reach(parts, zero=one.zero, ends=one.ends)
    scale = Scale(low, high, _TOP, _PLOT)
    bottom = _TOP + _PLOT + (_VOLUME + 8 if one.volume else 0)
    drawn = [
        *_zones(one, bottom),
        *grid(scale, one.tick),
        svg.field(0, bottom + 1, _lines(one, scale)),
        *_points(one, scale),
        *(_bars(one, bottom) if one.volume else ()),
        *time_axis(one.keys[0].start, one.keys[-1].stop, bottom),
    ]
    return svg.picture(title, description, bottom + _FOOT, drawn, scaled=True)


def grid(scale: Scale, tick: Tell, many: int = 4) -> Iterator[Element]:
    """Lines at round values, and what they are, left of the picture.

    Parameters
    ----------
    scale : Scale
    tick : callable
        Puts a value into words.
    many : int
        About so many.
    """
    for value in scales.ticks(scale.low, scale.high, many):
        y = scale.y(value)
        yield element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid")
        yield element("text", tick(value), x="0", dx=-6, y=y + 4, class_="tick", text_anchor="end")


def _lines(one: Course, scale: Scale) -> Iterator[Element]:
    """The band, the levels and the course, unbroken run by unbroken run."""
    middle = one.middle
    if one.lower is not None and one.upper is not None:
        for run in runs(np.isfinite(one.lower) & np.isfinite(one.upper)):
            there = [(middle[i], scale.y(float(one.upper[i]))) for i in run]
            back = [(middle[i], scale.y(float(one.lower[i]))) for i in reversed(run)]
            if len(run) > 1:
                yield svg.line([*there, *back], "band", closed=True)
    yield from _bounds(one, scale)
    for value, look in one.levels:
        yield svg.line([(0, scale.y(value)), (1, scale.y(value))], f"level {look}")
    for run in runs(np.isfinite(one.value)):
        if len(run) > 1:
            yield svg.line([(middle[i], scale.y(float(one.value[i]))) for i in run], "course")


def _bounds(one: Course, scale: Scale) -> Iterator[Element]:
    """What chance alone reaches, and the limit of every chunk."""
    middle = one.middle
    if one.floor is not None:
        for run in runs(np.isfinite(one.floor)):
            there = [(middle[i], scale.y(float(one.floor[i]))) for i in run]
            yield svg.line(
                [*there, (middle[run[-1]], scale.y(0)), (middle[run[0]], scale.y(0))], "floor", closed=True
            )
    if one.limit is not None:
        for run in runs(np.isfinite(one.limit)):
            yield svg.line([(middle[i], scale.y(float(one.limit[i]))) for i in run], "level limit")


def _points(one: Course, scale: Scale) -> Iterator[Element]:
    """A mark per chunk: hollow where nothing is judged, with the shape of its status elsewhere."""
    hollow = np.zeros(len(one.value), dtype=bool) if one.hollow is None else one.hollow
    for place in np.flatnonzero(np.isfinite(one.value)).tolist():
        state = one.status[place] if one.status else "green"
        told = [element("title", one.notes[place])] if one.notes else []
        y = scale.y(float(one.value[place]))
        yield shaped("hollow" if hollow[place] else state, one.middle[place], y, told)


def shaped(state: str, share: float, y: float, inside: Sequence[Element] = ()) -> Element:
    """A point with the shape of its status: a circle, a triangle, a square, or a hollow circle.

    Parameters
    ----------
    state : str
        A status, or ``hollow``.
    share, y : float
        Its place: from 0 to 1 across, and in pixels.
    inside : sequence of Element
        What it tells.
    """
    if state in _SHAPES:  # in units of its own, since per cent cannot be added to
        drawn = element("path", d=_SHAPES[state], class_=f"point {state}")
        return element("svg", *inside, drawn, x=across(share), y=y, width=1, height=1, overflow="visible")
    look = state if state in ("hollow", "grey") else "quiet"
    radius = 2.6 if look != "quiet" else 2
    return element("circle", *inside, cx=across(share), cy=y, r=radius, class_=f"point {look}")


def placed(
    zones: Sequence[tuple[Window, str]], start: dt.datetime, length: dt.timedelta
) -> Iterator[tuple[float, float, str]]:
    """Where stretches begin and end, as shares of a span, with their words; none that lies outside of it.

    Parameters
    ----------
    zones : sequence of (Window, word)
    start : datetime
    length : timedelta

    Examples
    --------
    >>> day, long = dt.datetime(2026, 1, 1), dt.timedelta(days=10)
    >>> list(placed([(Window(day - long, day + long / 2), "reference")], day, long))
    [(0.0, 0.5, 'reference')]
    """
    for window, word in zones:
        left, right = (
            (min(max(end, start), start + length) - start) / length for end in (window.start, window.stop)
        )
        if right > left:
            yield left, right, word


def _zones(one: Course, bottom: float) -> Iterator[Element]:
    start, length = one.keys[0].start, one.keys[-1].stop - one.keys[0].start
    for left, right, word in placed(one.zones, start, length):
        yield element(
            "rect",
            x=across(left),
            width=svg.wide(right - left),
            y=_TOP - 14,
            height=bottom - _TOP + 14,
            class_="zone",
        )
        late = left > _LATE
        where = across(right if late else left)
        yield element("text", word, x=where, y=_TOP - 5, class_="name", text_anchor="end" if late else None)


def _bars(one: Course, bottom: float) -> Iterator[Element]:
    """Rows beneath: all of them pale, those with a label over them."""
    if one.volume is None:
        return
    most = float(np.nanmax(one.volume[0], initial=0.0)) or 1.0
    room = 0.8 / len(one.keys)
    for values, look in zip(one.volume, ("rows", "labelled"), strict=True):
        for place in np.flatnonzero(np.nan_to_num(values) > 0).tolist():
            height = _VOLUME * float(values[place]) / most
            yield element(
                "rect",
                x=across(one.middle[place] - room / 2),
                width=svg.wide(room),
                y=bottom - height,
                height=height,
                class_=f"bar {look}",
            )


def time_axis(start: dt.datetime, stop: dt.datetime, y: float) -> Iterator[Element]:
    """The line at the bottom, and where days begin.

    Parameters
    ----------
    start, stop : datetime
    y : float
        In pixels.
    """
    yield element("line", x1="0", x2="100%", y1=y, y2=y, class_="axis")
    for share, word in scales.moments(start, stop):
        anchor = "start" if share < 0.06 else "end" if share > 0.94 else "middle"
        yield element("line", x1=across(share), x2=across(share), y1=y, y2=y + 4, class_="axis")
        yield element("text", word, x=across(share), y=y + 15, class_="tick", text_anchor=anchor)


def runs(known: np.ndarray) -> list[list[int]]:
    """Positions that are known, one list for each unbroken run of them.

    Examples
    --------
    >>> runs(np.array([True, True, False, True]))
    [[0, 1], [3]]
    """
    places = np.flatnonzero(known)
    return [run.tolist() for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(run)]
