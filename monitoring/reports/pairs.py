"""Pictures of two sides: how something was distributed in the reference, and how it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from monitoring.reports import scales, svg
from monitoring.reports.charts import grid, shaped
from monitoring.reports.scales import Scale
from monitoring.reports.svg import Element, across, element

_TOP, _PLOT, _FOOT = 16.0, 140.0, 32.0
_ROW, _BAR = 34.0, 8.0

Tell = Callable[[float], str]


def histograms(
    reference: tuple[np.ndarray, np.ndarray], current: tuple[np.ndarray, np.ndarray], axis: str, title: str,
    description: str, *, tell: Tell, heights: Tell | None = None, marks: Sequence[tuple[float, str]] = (),
) -> Element:  # fmt: skip
    """Two histograms over one axis, both as areas of steps: the reference filled, now as a line over it.

    Parameters
    ----------
    reference, current : (bounds, heights)
        Arrays of shape (n_bars + 1,) and (n_bars,).
    axis : str
        What is counted, plain text.
    title, description : str
        Plain text.
    tell : callable
        Puts a place on the axis into words.
    heights : callable, optional
        Puts a height into words; without, heights have no scale.
    marks : sequence of (place, word)
        Lines from top to bottom.
    """
    bounds = np.concatenate([reference[0], current[0]])
    low, high = float(np.min(bounds)), float(np.max(bounds))
    high = high if high > low else low + 1.0
    scale = Scale(0.0, 1.05 * _tallest((reference, current), low, high), _TOP, _PLOT)
    bottom = _TOP + _PLOT

    def across_of(value: float) -> float:
        return (value - low) / (high - low)

    def areas() -> Iterator[Element]:
        for (edges, tall), look in ((reference, "before"), (current, "now")):
            steps = [(across_of(float(edges[0])), bottom)]
            for left, right, height in zip(edges[:-1], edges[1:], tall, strict=True):
                y = scale.y(float(height))
                steps += [(across_of(float(left)), y), (across_of(float(right)), y)]
            yield svg.line([*steps, (across_of(float(edges[-1])), bottom)], f"area {look}", closed=True)

    drawn = [
        *(grid(scale, heights, 3) if heights else ()),
        svg.field(0, bottom + 1, areas()),
        *_marks(marks, across_of, bottom),
        *value_axis(low, high, bottom, tell, axis),
    ]
    return svg.picture(title, description, bottom + _FOOT, drawn, scaled=heights is not None)


def _tallest(sides: Sequence[tuple[np.ndarray, np.ndarray]], low: float, high: float) -> float:
    """The height that is drawn in full: what is too narrow to be seen may be cut, so that the rest can be."""
    heights = np.concatenate([side[1] for side in sides])
    broad = np.concatenate([np.diff(side[0]) for side in sides]) >= 0.004 * (high - low)
    known = heights[broad] if broad.any() and heights[broad].max() > 0 else heights
    return float(np.max(known, initial=0.0)) or 1.0


def _marks(
    marks: Sequence[tuple[float, str]], across_of: Tell | Callable[[float], float], bottom: float
) -> Iterator[Element]:
    for value, word in marks:
        place = float(across_of(value))
        x = across(place)
        side = "end" if place > 0.8 else "start" if place < 0.2 else "middle"  # so that no word is cut
        yield element("line", x1=x, x2=x, y1=_TOP, y2=bottom, class_="level limit")
        yield element("text", word, x=x, y=_TOP - 4, class_="name", text_anchor=side)


def value_axis(low: float, high: float, y: float, tell: Tell, axis: str) -> Iterator[Element]:
    """The line at the bottom with round values, and what is counted.

    Parameters
    ----------
    low, high : float
    y : float
        In pixels.
    tell : callable
    axis : str
    """
    yield element("line", x1="0", x2="100%", y1=y, y2=y, class_="axis")
    for value in scales.ticks(low, high, 4):
        share = (value - low) / (high - low)
        anchor = "start" if share < 0.06 else "end" if share > 0.94 else "middle"
        yield element("text", tell(value), x=across(share), y=y + 14, class_="tick", text_anchor=anchor)
    yield element("text", svg.cut(axis, 60), x="50%", y=y + 28, class_="tick", text_anchor="middle")


def bars(
    names: Sequence[str], reference: np.ndarray, current: np.ndarray, title: str, description: str, tell: Tell
) -> Element:
    """Two bars for each name, the reference's above the one of now, with their shares.

    Parameters
    ----------
    names : sequence of str
        Plain text.
    reference, current : ndarray of shape (names,)
        Shares.
    title, description : str
        Plain text.
    tell : callable
        Puts a share into words.
    """
    most = float(np.max(np.concatenate([reference, current]), initial=0.0)) or 1.0
    drawn: list[Element] = []
    for row, (name, before, now) in enumerate(zip(names, reference, current, strict=True)):
        y = row * _ROW + 4
        full = [element("title", name)] if svg.cut(name) != name else []
        drawn.append(element("text", *full, svg.cut(name), x="0", y=y + 10, class_="tick strong"))
        told = f"{tell(float(before))} → {tell(float(now))}"
        drawn.append(element("text", told, x="100%", y=y + 10, class_="tick", text_anchor="end"))
        for number, (value, look) in enumerate(((before, "before"), (now, "now"))):
            drawn.append(
                element(
                    "rect", x="0", width=f"{100 * float(value) / most:.2f}%", y=y + 14 + number * _BAR,
                    height=_BAR - 1, class_=f"area {look}",
                )
            )  # fmt: skip
    return svg.picture(title, description, len(names) * _ROW + 4, drawn)


def reliability(
    score: np.ndarray, rate: np.ndarray, lower: np.ndarray, upper: np.ndarray,
    band: tuple[np.ndarray, np.ndarray] | None, notes: Sequence[str], axis: str, title: str, description: str,
    *, tell: Tell,
) -> Element:  # fmt: skip
    """What scores promised beside what came true; on the dashed line both are the same.

    Parameters
    ----------
    score, rate, lower, upper : ndarray of shape (bins,)
        Between 0 and 1, scores ascending.
    band : (lower, upper) of ndarray of shape (bins,), optional
        Where rates may lie if scores mean what they meant; nan where that is not known.
    notes : sequence of str
        What each point tells.
    axis, title, description : str
        Plain text.
    tell : callable
        Puts a share into words.
    """
    scale, bottom = Scale(0.0, 1.0, _TOP, 200.0), _TOP + 200.0

    def lines() -> Iterator[Element]:
        if band is not None:
            known = np.flatnonzero(np.isfinite(band[0]) & np.isfinite(band[1]))
            if len(known) > 1:
                there = [(float(score[i]), scale.y(float(band[1][i]))) for i in known]
                back = [(float(score[i]), scale.y(float(band[0][i]))) for i in known[::-1]]
                yield svg.line([*there, *back], "floor", closed=True)
        yield svg.line([(0, scale.y(0)), (1, scale.y(1))], "level limit")
        for i in range(len(score)):
            if np.isfinite(lower[i]) and np.isfinite(upper[i]):
                x = float(score[i])
                yield svg.line([(x, scale.y(float(lower[i]))), (x, scale.y(float(upper[i])))], "whisker")
        if len(score) > 1:
            yield svg.line(
                [(float(x), scale.y(float(y))) for x, y in zip(score, rate, strict=True)], "course"
            )

    drawn = [
        *grid(scale, tell),
        svg.field(0, bottom + 1, lines()),
        *(
            shaped("green", float(x), scale.y(float(y)), [element("title", note)])
            for x, y, note in zip(score, rate, notes, strict=True)
        ),
        *value_axis(0.0, 1.0, bottom, tell, axis),
    ]
    return svg.picture(title, description, bottom + _FOOT, drawn, scaled=True)
