"""Figures of the Predictions page: levels and shares over time, and how sure versions are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from monitoring.statistics.metrics.estimates import Estimate
from monitoring.ui import charts
from monitoring.ui.bands import BAND, band, runs
from monitoring.ui.charts import Part, plain
from monitoring.ui.numbers import count, share, short
from monitoring.windows import Window

# The first is the version or class that is looked at; none is a status.
COLOURS = (charts.CURRENT, "#9a6fd0", "#2a9d8f", "#b2785a", "#5aa9c7", "#8a8f3c")
_FILLS = ("rgba(79,125,243,0.22)", "rgba(154,111,208,0.22)")
_REFERENCE_FILL = "rgba(124,138,165,0.30)"
_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"}
_MANY = 100  # chunks from which on a line is drawn without points
CELL = 10  # cells of confidence that are drawn as one bar: 0.02


@dataclass(frozen=True, eq=False)
class Line:
    """A number over time.

    Attributes
    ----------
    name : str
        Plain text.
    keys : sequence of Window
        The chunks.
    estimate : Estimate
        Of these chunks.
    band : (lower, upper) or None
        Drawn around it; the interval is told when a point is touched.
    """

    name: str
    keys: Sequence[Window]
    estimate: Estimate
    band: tuple[np.ndarray, np.ndarray] | None = None


def over_time(
    lines: Sequence[Line],
    *,
    title: str,
    percent: bool,
    band_name: str = "95 % interval",
    level: tuple[str, float] | None = None,
    reference: Window | None = None,
    complete: bool = True,
    height: int = 300,
) -> go.Figure:
    """Numbers over time, the first with its band.

    Parameters
    ----------
    lines : sequence of Line
        At least one.
    title : str
        Of the axis.
    percent : bool
        Whether values are shares.
    band_name : str
        What the band of the first line is.
    level : (name, value), optional
        A dashed line, such as the reference's value.
    reference : Window, optional
        Tinted.
    complete : bool
        Whether the last chunk of the first line is over; one that is not is drawn hollow.
    height : int
    """
    at = [key.start for key in lines[0].keys]
    day = charts.day_format(at)
    traces: list[Part] = []
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        if line.band is not None:
            name = band_name if len(lines) == 1 else f"{plain(line.name)}: {band_name}"
            traces += band(line.keys, *line.band, name, BAND if not number else _FILLS[1])
        traces.append(_course(line, colour, day, percent))
    if not complete:
        first = lines[0]
        traces.append(
            {
                "type": "scatter", "mode": "markers", "x": at[-1:], "y": first.estimate.value[-1:],
                "name": "not over yet", "hoverinfo": "skip",
                "marker": {"symbol": "circle-open", "color": charts.CURRENT, "size": 8},
            }
        )  # fmt: skip
    if level is not None and np.isfinite(level[1]):
        traces.append(
            {
                "type": "scatter", "mode": "lines", "x": [at[0], at[-1]], "y": [level[1]] * 2,
                "name": level[0], "hoverinfo": "skip",
                "line": {"color": charts.REFERENCE, "width": 1.3, "dash": "dash"},
            }
        )  # fmt: skip
    shapes, notes = _tinted(reference)
    return charts.figure(
        traces,
        height=height,
        x=charts.moments(at, day),
        y={"title": {"text": plain(title)}, "tickformat": ".0%" if percent else None},
        shapes=shapes,
        notes=notes,
        legend=_LEGEND,
        margin={"l": 8, "r": 8, "t": 20, "b": 8},
    )


def _tinted(reference: Window | None) -> tuple[list[Part], list[Part]]:
    if reference is None:
        return [], []
    note = {"x": reference.start, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return [charts.zone(reference.start, reference.stop)], [{**note, "text": "reference"}]


def moments(keys: Sequence[Window]) -> np.ndarray:
    """Where chunks begin, as an array: Plotly takes a list of instants one by one."""
    return np.array([key.start for key in keys], dtype="datetime64[ms]")


def _course(line: Line, colour: str, day: str, percent: bool) -> Part:
    """One line; a value that stands alone is a point."""
    found = line.estimate
    alone = [run[0] for run in runs(np.isfinite(found.value)) if len(run) == 1]
    size = np.full(len(found.value), 3.5 if len(found.value) <= _MANY else 0.0)
    size[alone] = 5
    number = share if percent else short
    told = [
        f"{number(value)}"
        + (f"<br>95 %: {number(low)} to {number(high)}" if np.isfinite(low) and np.isfinite(high) else "")
        + f"<br>n {count(n)}"
        for value, low, high, n in zip(found.value, found.lower, found.upper, found.n, strict=True)
    ]
    return {
        "type": "scatter", "mode": "lines+markers", "x": moments(line.keys), "y": found.value,
        "name": plain(line.name), "line": {"color": colour, "width": 1.6},
        "marker": {"size": size, "color": colour, "opacity": 1}, "customdata": told,
        "hovertemplate": "%{x|%a " + day + "}<br>%{customdata}<extra>" + plain(line.name) + "</extra>",
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sides:
    """Rows over equal cells between two ends: of the reference, and now.

    Attributes
    ----------
    name : str
        Of the version; plain text.
    edges : ndarray of shape (n_cells + 1,)
    reference, current : ndarray of shape (n_cells,)
        Counts.
    """

    name: str
    edges: np.ndarray
    reference: np.ndarray
    current: np.ndarray


def side_by_side(
    panels: Sequence[Sides], *, title: str, mark: float | None = None, density: bool = False
) -> go.Figure:
    """Histograms of the reference and of now, a panel for each version on one scale.

    Parameters
    ----------
    panels : sequence of Sides
    title : str
        Of the horizontal axis.
    mark : float, optional
        A dashed line.
    density : bool
        Whether cells differ in width, so that heights are shares per unit.
    """
    many = len(panels)
    traces: list[Part] = []
    shapes: list[Part] = []
    notes: list[Part] = []
    axes: dict[str, Any] = {}
    for number, panel in enumerate(panels):
        place = "" if not number else str(number + 1)
        left, right = number / many + 0.02 * (number > 0), (number + 1) / many - 0.02 * (number < many - 1)
        pairs = (
            ("reference", panel.reference, charts.REFERENCE, _REFERENCE_FILL),
            ("current", panel.current, COLOURS[number], _FILLS[number]),
        )
        traces += [_steps(panel, place, *pair, many > 1, density) for pair in pairs]
        axes[f"xaxis{place}"] = {
            "domain": [left, right], "title": {"text": title}, "showgrid": False, "zeroline": False,
            "linecolor": charts.QUIET, "showline": True, "automargin": True,
        }  # fmt: skip
        if many > 1:
            notes.append(
                {"x": left, "y": 1.02, "xref": "paper", "yref": "paper", "xanchor": "left",
                 "yanchor": "bottom", "text": plain(panel.name)}
            )  # fmt: skip
        if mark is not None:
            line = charts.upright(mark, color=charts.REFERENCE, dash="dash")
            shapes.append({**line, "xref": f"x{place}"})
    return charts.figure(
        traces, height=300, x=axes.pop("xaxis"), shapes=shapes, notes=notes, **axes,
        y={
            "tickformat": None if density else ".0%", "rangemode": "tozero",
            "title": {"text": "share per unit" if density else "share of rows"},
        },
        legend={**_LEGEND, "y": -0.24}, margin={"l": 8, "r": 8, "t": 26, "b": 8},
    )  # fmt: skip


def _steps(
    panel: Sides, place: str, side: str, counts: np.ndarray, colour: str, fill: str, several: bool,
    density: bool,
) -> Part:  # fmt: skip
    """One side as an area of steps, which tell their cell and its share of rows when they are touched."""
    shares = counts / max(counts.sum(), 1)
    low, high = panel.edges[:-1], panel.edges[1:]
    told = [
        f"{short(a)} to {short(b)}: {share(c)} of rows" for a, b, c in zip(low, high, shares, strict=True)
    ]
    name = f"{plain(panel.name)}: {side}" if several else side
    heights = shares / np.diff(panel.edges) if density else shares
    return {
        "type": "scatter", "mode": "lines", "name": name, "xaxis": f"x{place}", "yaxis": "y",
        "x": np.concatenate([panel.edges[:1], panel.edges, panel.edges[-1:]]),
        "y": np.concatenate([[0], heights, heights[-1:], [0]]),
        "line": {"color": colour, "width": 1.6, "shape": "hv"}, "fill": "tozeroy", "fillcolor": fill,
        "customdata": [told[0], *told, told[-1], told[-1]],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }  # fmt: skip


def cells(counts: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Confidences from a first of the profile's cells on, in bars of 0.02, and the bars' edges.

    Parameters
    ----------
    counts : ndarray of shape (500,)
    first : int
        A multiple of `CELL`.
    """
    kept = counts[first:].reshape(-1, CELL).sum(axis=1)
    return kept, (first + CELL * np.arange(len(kept) + 1)) / len(counts)
