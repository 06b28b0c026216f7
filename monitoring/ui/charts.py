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


def importance_by_drift(
    names: Sequence[str],
    titles: Sequence[str],
    importance: np.ndarray,
    ratio: np.ndarray,
    status: Sequence[str],
    selected: str | None,
    important: float,
) -> go.Figure:
    """Importance against drift, in four quadrants: the upper right is what to look at.

    Parameters
    ----------
    names, titles : sequence of str
        Of each feature.
    importance : ndarray of shape (n_features,)
    ratio : ndarray of shape (n_features,)
        Value over what is allowed: 1 is the limit.
    status : sequence of str
    selected : str or None
        The feature whose detail is shown.
    important : float
        From where on a feature counts as important.

    Returns
    -------
    Figure
        Points carry the feature's name as custom data.
    """
    ratio = np.clip(np.nan_to_num(ratio, nan=0.05), 0.05, None)
    right = float(np.log10(max(3.0, 1.35 * ratio.max(initial=1))))
    top = 1.18 * max(float(importance.max(initial=0)), 1.4 * important, 1e-9)
    # Names where somebody will look: beyond the limit, and the two that matter most.
    named = {i for i in np.argsort(-ratio)[:6].tolist() if ratio[i] > 1} | set(
        np.argsort(-importance)[:2].tolist()
    )
    crowded = np.log10(ratio) > right - 0.35
    traces = []
    for state in ("green", "grey", "amber", "red"):
        chosen = [i for i, each in enumerate(status) if each == state]
        marker = {
            "symbol": SYMBOL[state],
            "color": STATUS[state],
            "size": [15 if names[i] == selected else 10 for i in chosen],
            "opacity": 0.9,
        }
        trace = {
            "type": "scatter",
            "mode": "markers+text",
            "name": mark(state).word,
            "x": ratio[chosen],
            "y": importance[chosen],
            "marker": marker,
            "text": [plain(titles[i]) if i in named else "" for i in chosen],
            "textposition": ["middle left" if crowded[i] else "top center" for i in chosen],
            "textfont": {"size": 11},
            "cliponaxis": False,
            "customdata": [names[i] for i in chosen],
            "hovertext": [plain(titles[i]) for i in chosen],
            "hovertemplate": "%{hovertext}<br>%{x:.2f} × limit<br>importance %{y:.3f}<extra></extra>",
        }
        traces += [trace] if chosen else []
    corner = {"type": "rect", "x0": 1, "x1": 10**right, "y0": important, "y1": top, "layer": "below"}
    level = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": important, "y1": important}
    corners = (
        ("matters and drifts", 1, "right", 1, "top"),
        ("matters, steady", 0, "left", 1, "top"),
        ("drifts, matters little", 1, "right", 0, "bottom"),
    )
    return figure(
        traces,
        height=340,
        x={
            "type": "log",
            "title": {"text": "drift as a multiple of its limit"},
            "range": [np.log10(0.045), right],
            "tickvals": [0.1, 0.3, 1, 3, 10, 30, 100],
        },
        y={"title": {"text": "importance"}, "range": [-0.07 * top, top]},
        shapes=[
            {**corner, "line": {"width": 0}, "fillcolor": "rgba(221,83,88,0.07)"},
            upright(1, color=REFERENCE, dash="dash"),
            {**level, "line": {"color": QUIET, "width": 1, "dash": "dot"}},
        ],
        notes=[
            {
                "text": text,
                "x": x,
                "y": y,
                "xref": "paper",
                "yref": "paper",
                "xanchor": across,
                "yanchor": down,
            }
            for text, x, across, y, down in corners
        ],
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )


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
    whole = np.where(hollow, np.nan, value)
    style = {"color": CURRENT, "width": 1.7}
    traces.append(_line(at, whole, title, line=style, hovertemplate=f"{hover}<extra></extra>"))
    for state in ("amber", "red"):
        hit = [i for i, each in enumerate(status) if each == state]
        marker = {"symbol": SYMBOL[state], "color": STATUS[state], "size": 7}
        template = f"{hover}<extra>{mark(state).word}</extra>"
        points = _points(at, value, hit, mark(state).word, marker, hovertemplate=template, showlegend=False)
        traces += [points] if hit else []
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
