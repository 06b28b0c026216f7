"""The app's Plotly figures: one palette, calm axes, and always the noise floor and the limit.

Figures are put together as plain dictionaries and validated once; step by step it would cost much more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

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
CONFIG = {"displaylogo": False, "displayModeBar": False, "scrollZoom": False}

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
    return go.Figure({"data": list(traces), "layout": base | layout})


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
        NaN is drawn as a gap.
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
    hover = "%{x|%a %-d %b %Y}<br>%{y:" + (".1%" if shares else ".3f") + "}"
    hollow = np.zeros(len(value), dtype=bool) if partial is None else partial
    traces: list[Part] = []
    if floor is not None:
        area = {"fill": "tozeroy", "fillcolor": FLOOR, "line": {"width": 0}}
        traces.append(_line(at, floor, "noise floor", hoverinfo="skip", **area))
    if limit is not None:
        style = {"color": REFERENCE, "width": 1.3, "dash": "dash"}
        traces.append(_line(at, limit, "limit", hoverinfo="skip", line=style))
    if beside is not None:
        style = {"color": REFERENCE, "width": 1.1, "dash": "dot"}
        told = f"{hover}<extra>{beside[0]}</extra>"
        traces.append(_line(at, beside[1], beside[0], line=style, hovertemplate=told))
    whole = np.where(hollow, np.nan, value)
    style = {"color": CURRENT, "width": 1.7}
    ends, told = _told(interval, shares)
    traces.append(_line(at, whole, title, line=style, hovertemplate=f"{hover}{told}<extra></extra>", **ends))
    traces += _marked(at, value, status, hover)
    if hollow.any():
        marker = {"symbol": "circle-open", "color": CURRENT, "size": 8}
        traces.append(_points(at, value, np.flatnonzero(hollow).tolist(), "not complete, not judged", marker))
    shapes, notes = [], []
    if reference is not None:
        shapes.append(zone(*reference))
        notes.append(_note(reference[0], "reference"))
    if since is not None:
        shapes.append(upright(since, color=STATUS["amber"], dash="dot"))
        notes.append({**_note(since, " began"), "font": {"size": 11, "color": STATUS["amber"]}})
    return figure(
        traces,
        height=height,
        x={},
        y={"title": {"text": title}, "rangemode": "tozero", "tickformat": ".0%" if shares else None},
        shapes=shapes,
        notes=notes,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"},
        margin={"l": 8, "r": 8, "t": 12, "b": 8},
    )


def _marked(at: Sequence[Any], value: np.ndarray, status: Sequence[str], hover: str) -> list[Part]:
    """Amber and red points with their shapes."""
    traces = []
    for state in ("amber", "red"):
        hit = [i for i, each in enumerate(status) if each == state]
        if hit:
            marker = {"symbol": SYMBOL[state], "color": STATUS[state], "size": 7}
            word = mark(state).word
            told = {"hovertemplate": f"{hover}<extra>{word}</extra>", "showlegend": False}
            traces.append(_points(at, value, hit, word, marker, **told))
    return traces


def _told(interval: tuple[np.ndarray, np.ndarray] | None, shares: bool) -> tuple[Part, str]:
    """What a touched point carries and tells of its interval."""
    if interval is None:
        return {}, ""
    digits = ".1%" if shares else ".3f"
    told = " to ".join(f"%{{customdata[{end}]:{digits}}}" for end in (0, 1))
    return {"customdata": np.stack(interval, axis=-1)}, f"<br>95 %: {told}"


def _line(at: Sequence[Any], values: np.ndarray, name: str, **style: Any) -> Part:
    return {"type": "scatter", "mode": "lines", "x": list(at), "y": values, "name": name, **style}


def _points(
    at: Sequence[Any], values: np.ndarray, chosen: list[int], name: str, marker: Part, **style: Any
) -> Part:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at[i] for i in chosen],
        "y": values[chosen],
        "name": name,
        "marker": marker,
        **style,
    }


def _note(at: Any, text: str) -> Part:
    """A word at the upper end of a moment."""
    return {"x": at, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "top", "text": text}
