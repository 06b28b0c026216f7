"""Pictures over time: a number with its band, a colour per chunk, and a small course beside a name."""

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
_HEIGHTS = {
    "grey": 0.22,
    "green": 0.4,
    "amber": 0.7,
    "red": 1.0,
}  # of a bar in a ribbon: the worse the higher
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


def _zones(one: Course, bottom: float) -> Iterator[Element]:
    start, length = one.keys[0].start, one.keys[-1].stop - one.keys[0].start
    for window, word in one.zones:
        left, right = (
            (min(max(end, start), start + length) - start) / length for end in (window.start, window.stop)
        )
        if right > left:
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
            yield element(
                "text", word, x=where, y=_TOP - 5, class_="name", text_anchor="end" if late else None
            )


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


def ribbon(
    keys: Sequence[Window], status: Sequence[str], notes: Sequence[str], zones: Sequence[tuple[Window, str]],
    title: str, description: str,
) -> Element:  # fmt: skip
    """A bar per chunk: the worse, the higher, so that it is read without colour.

    Parameters
    ----------
    keys : sequence of Window
        At least one.
    status : sequence of str
    notes : sequence of str
        What each bar tells when it is touched.
    zones : sequence of (Window, word)
        Marked beneath the bars.
    title, description : str
        Plain text.
    """
    start, length = keys[0].start, keys[-1].stop - keys[0].start
    high, bottom = 40.0, 46.0
    drawn: list[Element] = []
    for key, state, note in zip(keys, status, notes, strict=True):
        left, room = (key.start - start) / length, (key.stop - key.start) / length
        tall = high * _HEIGHTS.get(state, _HEIGHTS["grey"])
        look = state if state in _HEIGHTS else "grey"
        drawn.append(
            element(
                "rect", element("title", note), x=across(left), width=svg.wide(room * 0.86), y=bottom - tall,
                height=tall, class_=f"day {look}",
            )
        )  # fmt: skip
    for window, word in zones:
        left, right = (
            (min(max(end, start), start + length) - start) / length for end in (window.start, window.stop)
        )
        if right > left:
            drawn.append(
                element(
                    "rect",
                    x=across(left),
                    width=svg.wide(right - left),
                    y=bottom + 1,
                    height=3,
                    class_="marked",
                )
            )
            drawn.append(element("text", word, x=across(left), y=bottom - high + 2, class_="name"))
    return svg.picture(
        title, description, bottom + 22, [*drawn, *time_axis(start, keys[-1].stop, bottom + 5)]
    )


def sparkline(
    value: np.ndarray,
    limit: np.ndarray,
    floor: np.ndarray,
    status: str,
    title: str,
    width: float = 120,
    height: float = 28,
) -> Element:
    """A small course beside a name, with its limit dashed and what chance reaches shaded.

    Parameters
    ----------
    value, limit, floor : ndarray of shape (chunks,)
        nan is a gap.
    status : str
        Of the last point.
    title : str
        Plain text.
    width, height : float
        In pixels.
    """
    top = float(np.nanmax(np.concatenate([value, limit, [0.0]]), initial=0.0)) or 1.0
    step = (width - 6) / max(len(value) - 1, 1)

    def places(values: np.ndarray, run: Sequence[int]) -> list[str]:
        return [
            f"{3 + step * i:.1f},{3 + (height - 6) * (1 - min(float(values[i]) / top, 1)):.1f}" for i in run
        ]

    drawn = []
    for run in runs(np.isfinite(floor)):
        ends = f"{3 + step * run[-1]:.1f},{height - 3:.0f} {3 + step * run[0]:.1f},{height - 3:.0f}"
        drawn.append(element("path", d=f"M{' '.join(places(floor, run))} {ends}Z", class_="floor"))
    for run in runs(np.isfinite(limit)):
        drawn.append(element("path", d=f"M{' '.join(places(limit, run))}", class_="level limit"))
    known = runs(np.isfinite(value))
    for run in known:
        drawn.append(element("path", d=f"M{' '.join(places(value, run))}", class_="course"))
    if known:
        x, y = places(value, known[-1][-1:])[0].split(",")
        drawn.append(element("circle", cx=x, cy=y, r=2.4, class_=f"end {mark_class(status)}"))
    return element(
        "svg", element("title", title), *drawn, class_="spark", role="img", aria_label=title,
        viewBox=f"0 0 {width:g} {height:g}", width=width, height=height,
    )  # fmt: skip


def mark_class(status: str) -> str:
    """The class of a status; one that is not known counts as grey."""
    return status if status in _HEIGHTS else "grey"
