"""Pictures that stand beside words: a bar per chunk by its colour, and a small course beside a name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitoring.reports import svg
from monitoring.reports.charts import placed, runs, time_axis
from monitoring.reports.svg import Element, across, element
from monitoring.windows import Window

_HEIGHTS = {
    "grey": 0.22,
    "green": 0.4,
    "amber": 0.7,
    "red": 1.0,
}  # of a bar in a ribbon: the worse the higher


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
    for left, right, word in placed(zones, start, length):
        drawn.append(
            element(
                "rect", x=across(left), width=svg.wide(right - left), y=bottom + 1, height=3, class_="marked"
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
