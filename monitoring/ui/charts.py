"""The app's Plotly figures: one palette, calm axes, and always the noise floor and the limit."""

from __future__ import annotations

from collections.abc import Sequence
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
STATUS = {"green": "#2f9e5b", "amber": "#cf8a2e", "red": "#dd5358", "grey": "#8794ab"}
SYMBOL = {"green": "circle", "amber": "triangle-up", "red": "square", "grey": "circle-open"}
CONFIG = {"displaylogo": False, "displayModeBar": False, "scrollZoom": False}


def figure_of(height: int) -> go.Figure:
    """An empty figure with the app's axes and margins."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        hovermode="closest",
        showlegend=True,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
    )
    figure.update_xaxes(automargin=True, showgrid=False, zeroline=False, linecolor=QUIET, showline=True)
    figure.update_yaxes(automargin=True, gridcolor="rgba(124,138,165,0.18)", zeroline=False)
    return figure


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
        Value over limit: 1 is the limit.
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
    figure = figure_of(320)
    ratio = np.clip(np.nan_to_num(ratio, nan=0.05), 0.05, None)
    right = float(np.log10(max(3.0, 1.35 * ratio.max(initial=1))))
    top = 1.18 * max(float(importance.max(initial=0)), 1.4 * important)
    corner = {"x0": 1, "x1": 10**right, "y0": important, "y1": top, "line_width": 0, "layer": "below"}
    figure.add_shape(type="rect", fillcolor="rgba(221,83,88,0.07)", **corner)
    figure.add_vline(x=1, line={"color": REFERENCE, "width": 1, "dash": "dash"})
    figure.add_hline(y=important, line={"color": QUIET, "width": 1, "dash": "dot"})
    # Names where somebody will look: beyond the limit, and the two that matter most.
    heavy = set(np.argsort(-importance)[:2].tolist())
    labelled = {i for i in np.argsort(-ratio)[:6].tolist() if ratio[i] > 1} | heavy
    for state in ("green", "grey", "amber", "red"):
        chosen = [i for i, each in enumerate(status) if each == state]
        if chosen:
            sizes = [15 if names[i] == selected else 10 for i in chosen]
            figure.add_trace(
                go.Scatter(
                    x=ratio[chosen],
                    y=importance[chosen],
                    mode="markers+text",
                    name=mark(state).word,
                    marker={"symbol": SYMBOL[state], "color": STATUS[state], "size": sizes, "opacity": 0.9},
                    text=[plain(titles[i]) if i in labelled else "" for i in chosen],
                    textposition="top center",
                    textfont={"size": 11},
                    cliponaxis=False,
                    customdata=[names[i] for i in chosen],
                    hovertext=[plain(titles[i]) for i in chosen],
                    hovertemplate="%{hovertext}<br>%{x:.2f} × limit<br>importance %{y:.3f}<extra></extra>",
                )
            )
    corners = (
        ("matters and drifts", 1, "right", 1, "top"),
        ("matters, steady", 0, "left", 1, "top"),
        ("drifts, matters little", 1, "right", 0, "bottom"),
    )
    for text, x, across, y, down in corners:
        figure.add_annotation(
            x=x, y=y, xref="paper", yref="paper", xanchor=across, yanchor=down, text=text,
            showarrow=False, font={"size": 11, "color": REFERENCE},
        )  # fmt: skip
    ticks = [0.1, 0.3, 1, 3, 10, 30, 100]
    figure.update_xaxes(
        type="log", title="drift as a multiple of its limit", range=[np.log10(0.045), right], tickvals=ticks
    )
    figure.update_yaxes(title="importance", range=[-0.07 * top, top])
    figure.update_layout(showlegend=False, margin={"t": 8})
    return figure


def course(
    at: Sequence[Any],
    value: np.ndarray,
    *,
    unit: str,
    limit: np.ndarray | None = None,
    floor: np.ndarray | None = None,
    status: Sequence[str] = (),
    partial: np.ndarray | None = None,
    reference: tuple[Any, Any] | None = None,
    since: Any = None,
    height: int = 230,
) -> go.Figure:
    """A value over time, with everything one needs to judge it.

    Parameters
    ----------
    at : sequence of datetime
        Chunk starts.
    value : ndarray of shape (n_chunks,)
        NaN is drawn as a gap.
    unit : str
        The title of the value's axis.
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
    figure = figure_of(height)
    if reference is not None:
        figure.add_vrect(
            x0=reference[0], x1=reference[1], fillcolor=ZONE, line_width=0, layer="below",
            annotation={"text": "reference", "font": {"size": 11, "color": REFERENCE}},
            annotation_position="top left",
        )  # fmt: skip
    if floor is not None:
        figure.add_trace(_area(at, floor))
    if limit is not None:
        style = {"color": REFERENCE, "width": 1.3, "dash": "dash"}
        figure.add_trace(go.Scatter(x=at, y=limit, mode="lines", name="limit", line=style, hoverinfo="skip"))
    whole = value if partial is None else np.where(partial, np.nan, value)
    figure.add_trace(
        go.Scatter(
            x=at, y=whole, mode="lines", name=unit, line={"color": CURRENT, "width": 1.7}, connectgaps=False,
            hovertemplate="%{x|%a %-d %b %Y}<br>%{y:.3f}<extra></extra>",
        )
    )  # fmt: skip
    for state in ("amber", "red"):
        hit = [i for i, each in enumerate(status) if each == state]
        if hit:
            style = {"symbol": SYMBOL[state], "color": STATUS[state], "size": 7}
            figure.add_trace(
                go.Scatter(
                    x=[at[i] for i in hit], y=value[hit], mode="markers", name=mark(state).word, marker=style,
                    hovertemplate="%{x|%a %-d %b %Y}<br>%{y:.3f}<extra>" + mark(state).word + "</extra>",
                )
            )  # fmt: skip
    if partial is not None and partial.any():
        hollow = {"symbol": "circle-open", "color": CURRENT, "size": 8}
        figure.add_trace(
            go.Scatter(
                x=[at[i] for i in np.flatnonzero(partial)], y=value[partial], mode="markers",
                name="not complete, not judged", marker=hollow,
            )
        )  # fmt: skip
    if since is not None:
        figure.add_vline(x=since, line={"color": STATUS["amber"], "width": 1.2, "dash": "dot"})
        figure.add_annotation(
            x=since, y=1, yref="paper", yanchor="top", xanchor="left", text=" began", showarrow=False,
            font={"size": 11, "color": STATUS["amber"]},
        )  # fmt: skip
    figure.update_yaxes(title=unit, rangemode="tozero")
    figure.update_layout(legend={"x": 0, "xanchor": "left", "y": -0.14, "yanchor": "top"}, margin={"t": 12})
    return figure


def _area(at: Sequence[Any], floor: np.ndarray) -> go.Scatter:
    """The noise floor, shaded from zero."""
    return go.Scatter(
        x=at, y=floor, mode="lines", name="noise floor", fill="tozeroy", fillcolor=FLOOR, line={"width": 0},
        hoverinfo="skip",
    )  # fmt: skip
