"""The app's Plotly figures: one palette, calm axes, and always the noise floor and the limit.

Figures are put together as plain dictionaries and validated once; step by step it would cost much more.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from monitoring.ui.compact import compact
from monitoring.ui.status import mark

# Colours that hold on white and on dark ground alike.
REFERENCE = "#7c8aa5"
CURRENT = "#4f7df3"
FLOOR = "rgba(124,138,165,0.22)"
ZONE = "rgba(79,125,243,0.09)"
QUIET = "rgba(124,138,165,0.35)"
GRID = "rgba(124,138,165,0.18)"
STATUS = {"green": "#2f9e5b", "amber": "#cf8a2e", "red": "#dd5358", "grey": "#8794ab"}
SYMBOL = {"green": "circle", "amber": "triangle-up", "red": "square", "grey": "circle-open"}
# Moments on an axis, by the distance of its ticks in milliseconds or months; on one line, so that all show.
_MOMENTS = (
    ("M12", None, "%Y"),
    ("M1", "M11", "%b %Y"),
    (None, 43_200_000, "%-d %b %H:%M"),
    (86_400_000, None, "%-d %b"),
)

Part = dict[str, Any]


def figure(
    traces: Sequence[Part],
    *,
    height: int,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    shapes: Sequence[Part] = (),
    notes: Sequence[Part] = (),
    **layout: Any,
) -> go.Figure:
    """A figure with the app's axes and margins.

    Parameters
    ----------
    traces, shapes, notes : sequence of dict
        As Plotly has them; notes are annotations.
    height : int
    x, y : mapping
        What is special about the axes.
    **layout
        What else is special.
    """
    base: Part = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 30, "b": 8},
        "hovermode": "closest",
        "dragmode": False,
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        "xaxis": {
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
            "linecolor": QUIET,
            "showline": True,
            **x,
        },
        "yaxis": {"automargin": True, "gridcolor": GRID, "zeroline": False, **y},
        "shapes": list(shapes),
        "annotations": [
            {"showarrow": False, "font": {"size": 11, "color": REFERENCE}, **note} for note in notes
        ],
    }
    return go.Figure({"data": [compact(one) for one in traces], "layout": base | layout})


def upright(at: Any, **style: Any) -> Part:
    """A line from bottom to top."""
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"width": 1, **style},
    }


def zone(start: Any, stop: Any, colour: str = ZONE) -> Part:
    """A tinted stretch of the horizontal axis."""
    span = {"x0": start, "x1": stop, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "rect", "fillcolor": colour, "line": {"width": 0}, "layer": "below", **span}


def plain(text: str) -> str:
    """Text that Plotly shows as it is instead of reading tags in it.

    Examples
    --------
    >>> plain("<b>R&D</b>")
    '&lt;b&gt;R&amp;D&lt;/b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def course(
    at: Sequence[Any],
    value: np.ndarray,
    *,
    title: str,
    shares: bool = False,
    limit: np.ndarray | None = None,
    floor: np.ndarray | None = None,
    status: Sequence[str] = (),
    partial: np.ndarray | None = None,
    reference: tuple[Any, Any] | None = None,
    since: Any = None,
    beside: tuple[str, np.ndarray] | None = None,
    interval: tuple[np.ndarray, np.ndarray] | None = None,
    height: int = 300,
) -> go.Figure:
    """A value over time, with everything one needs to judge it.

    Parameters
    ----------
    at : sequence of datetime
        Chunk starts.
    value : ndarray of shape (n_chunks,)
        NaN is drawn as a gap; what stands alone between two gaps is a point.
    title : str
        Of the value's axis.
    shares : bool
        Whether values are shares, shown in per cent.
    limit, floor : ndarray of shape (n_chunks,), optional
        The limit in force (dashed) and the noise floor (shaded from zero).
    status : sequence of str, optional
        Amber and red points are marked with their shape.
    partial : ndarray of bool, optional
        Chunks that are not complete, drawn hollow.
    reference : tuple, optional
        The reference's span, tinted.
    since : datetime, optional
        When it started, drawn as a line.
    beside : (name, ndarray of shape (n_chunks,)), optional
        A second course, drawn thin.
    interval : (lower, upper), optional
        Ends of the value's confidence interval, told when a point is touched.
    height : int
    """
    day = day_format(at)
    when, digits = "%{x|%a " + day + "}<br>", ".1%" if shares else ".3f"
    hollow = np.zeros(len(value), dtype=bool) if partial is None else partial
    traces: list[Part] = []
    if floor is not None:
        area = {"fill": "tozeroy", "fillcolor": FLOOR, "line": {"width": 0}}
        traces.append(_line(*_broad(at, floor), "noise floor", hoverinfo="skip", **area))
    if limit is not None:
        style = {"color": REFERENCE, "width": 1.3, "dash": "dash"}
        traces.append(_line(*_broad(at, limit), "limit", hoverinfo="skip", line=style))
    if beside is not None:
        style = {"color": REFERENCE, "width": 1.1, "dash": "dot"}
        told = f"{when}%{{y:{digits}}}<extra>{beside[0]}</extra>"
        traces.append(_dotted(at, beside[1], beside[0], line=style, hovertemplate=told))
    hover, told = f"{when}%{{customdata}}", _told(value, interval, digits)
    whole = np.where(hollow, np.nan, value)
    style = {"color": CURRENT, "width": 1.7}
    plainly = f"{hover}<extra></extra>"
    traces.append(_dotted(at, whole, title, line=style, hovertemplate=plainly, customdata=told))
    traces += _marked(at, value, status, hover, told)
    if hollow.any():
        marker = {"symbol": "circle-open", "color": CURRENT, "size": 8}
        chosen, name = np.flatnonzero(hollow).tolist(), "not complete, not judged"
        traces.append(_points(at, value, chosen, name, marker, hover, told))
    shapes, notes = [], []
    if reference is not None:
        shapes.append(zone(*reference))
        notes.append(_note(reference[0], "reference"))
    if since is not None:
        shapes.append(upright(since, color=STATUS["amber"], dash="dot"))
        late = at[0] + 0.8 * (at[-1] - at[0]) < since
        began = _note(since, "began", side="right" if late else "left")
        notes.append({**began, "font": {"size": 11, "color": STATUS["amber"]}})
    return figure(
        traces,
        height=height,
        x=moments(at, day),
        y={"title": {"text": title}, "rangemode": "tozero", "tickformat": ".0%" if shares else None},
        shapes=shapes,
        notes=notes,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"},
        margin={"l": 8, "r": 8, "t": 20, "b": 8},
    )


def _marked(
    at: Sequence[Any], value: np.ndarray, status: Sequence[str], hover: str, told: Sequence[str]
) -> list[Part]:
    """Amber and red points with their shapes."""
    traces = []
    for state in ("amber", "red"):
        hit = [i for i, each in enumerate(status) if each == state]
        if hit:
            marker = {"symbol": SYMBOL[state], "color": STATUS[state], "size": 7}
            points = _points(at, value, hit, mark(state).word, marker, hover, told)
            traces.append({**points, "showlegend": False})
    return traces


def moments(at: Sequence[Any], day: str) -> Part:
    """How moments stand on an axis; a single one at its place."""
    if len(at) == 1:
        return {"tickvals": list(at), "tickformat": day}
    return {"tickformatstops": [{"dtickrange": [low, high], "value": value} for low, high, value in _MOMENTS]}


def day_format(at: Sequence[Any]) -> str:
    """How moments are written: with the hour where they are not days."""
    hours = any(one.hour or one.minute for one in at)
    return "%-d %b %Y" + (", %H:%M UTC" if hours else "")


def _told(value: np.ndarray, interval: tuple[np.ndarray, np.ndarray] | None, digits: str) -> list[str]:
    """What each point tells when it is touched: its value, and its interval where it has one."""
    unknown = np.full(len(value), np.nan)
    texts = []
    for one, low, high in zip(value, *(interval or (unknown, unknown)), strict=True):
        known = np.isfinite(low) and np.isfinite(high)
        ends = f"<br>95 %: {low:{digits}} to {high:{digits}}" if known else ""
        texts.append(f"{one:{digits}}{ends}".replace("-", "−"))
    return texts


def _alone(values: np.ndarray) -> np.ndarray:
    """Where a value stands between two gaps, so that no line reaches it.

    Examples
    --------
    >>> _alone(np.array([0.1, np.nan, 0.2, 0.3])).tolist()
    [True, False, False, False]
    """
    known = np.concatenate([[False], np.isfinite(values), [False]])
    return known[1:-1] & ~known[:-2] & ~known[2:]


def _broad(at: Sequence[Any], values: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """Points of a line in which a value that stands alone is as broad as a chunk, so that it can be seen."""
    alone = _alone(values)
    if not alone.any():
        return list(at), values
    half = min((after - one for one, after in itertools.pairwise(at)), default=dt.timedelta(days=1)) / 2
    where = [[one - half, one + half] if single else [one] for one, single in zip(at, alone, strict=True)]
    return list(itertools.chain(*where)), np.repeat(values, np.where(alone, 2, 1))


def _line(at: Sequence[Any], values: np.ndarray, name: str, **style: Any) -> Part:
    return {"type": "scatter", "mode": "lines", "x": list(at), "y": values, "name": name, **style}


def _dotted(at: Sequence[Any], values: np.ndarray, name: str, **style: Any) -> Part:
    """A line with a point wherever it would otherwise not be seen."""
    alone = _alone(values)
    if not alone.any():
        return _line(at, values, name, **style)
    marker = {"size": np.where(alone, 5, 0), "color": style["line"]["color"], "opacity": 1}
    return {**_line(at, values, name, **style), "mode": "lines+markers", "marker": marker}


def _points(
    at: Sequence[Any],
    values: np.ndarray,
    chosen: list[int],
    name: str,
    marker: Part,
    hover: str,
    told: Sequence[str],
) -> Part:
    """Some points of a course; they lie on top of it and tell the same, and their name."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at[i] for i in chosen],
        "y": values[chosen],
        "name": name,
        "marker": marker,
        "customdata": [told[i] for i in chosen],
        "hovertemplate": f"{hover}<extra>{name}</extra>",
    }


def _note(at: Any, text: str, side: str = "left") -> Part:
    """A word above a moment, which lies at one side of the word, so that none is cut off or hides a point."""
    return {"x": at, "y": 1, "yref": "paper", "xanchor": side, "yanchor": "bottom", "text": text}
