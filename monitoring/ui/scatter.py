"""Importance against drift, in four quadrants: what drifts, and does it matter?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from monitoring.ui.charts import QUIET, REFERENCE, STATUS, SYMBOL, Part, figure, plain, upright
from monitoring.ui.components.ranking import Ranked
from monitoring.ui.status import mark

# Drift below this share of its limit is drawn at it: on a logarithmic axis there is no zero.
LEAST = 0.05
_ON_PAPER = {"xref": "paper", "yref": "paper"}
_CORNERS = (
    ("matters and drifts", 1, "right", 1, "top"),
    ("matters, steady", 0, "left", 1, "top"),
    ("drifts, matters little", 1, "right", 0, "bottom"),
)


def importance_by_drift(rows: Sequence[Ranked], selected: str | None) -> go.Figure:
    """Importance against drift; the upper right is what to look at.

    Parameters
    ----------
    rows : sequence of Ranked
        Features whose importance is known, at least one; above their average they count as important.
    selected : str or None
        The feature whose detail is shown.

    Returns
    -------
    Figure
        Points carry the feature's name as custom data.
    """
    importance = np.array([row.importance for row in rows], dtype=float)
    ratio = np.array([row.ratio for row in rows], dtype=float)
    ratio = np.clip(np.nan_to_num(ratio, nan=LEAST), LEAST, None)
    important = float(importance.mean())
    right = float(np.log10(max(3.0, 1.35 * ratio.max())))
    top = 1.18 * max(float(importance.max()), 1.4 * important, 1e-9)
    words = _names(rows, importance, ratio)
    traces = [
        _points(rows, chosen, importance, ratio, words, np.log10(ratio) > right - 0.35, selected)
        for state in STATUS
        if (chosen := [i for i, row in enumerate(rows) if row.status == state])
    ]
    corner = {"type": "rect", "x0": 1, "x1": 10**right, "y0": important, "y1": top, "layer": "below"}
    level = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": important, "y1": important}
    return figure(
        traces,
        height=340,
        x={
            "type": "log",
            "title": {"text": "drift as a multiple of its limit"},
            "range": [np.log10(0.9 * LEAST), right],
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
            for text, x, across, y, down in _CORNERS
        ],
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )


def _names(rows: Sequence[Ranked], importance: np.ndarray, ratio: np.ndarray) -> list[str]:
    """Names where somebody will look: beyond the limit, and the two that matter most; none over another."""
    beyond = [i for i in np.argsort(-ratio * (1 + importance / max(importance.max(), 1e-9))) if ratio[i] > 1]
    wanted = [*beyond[:6], *np.argsort(-importance)[:2]]
    across, up = np.log10(ratio), importance / max(importance.max(), 1e-9)
    words = [""] * len(rows)
    for i in map(int, wanted):
        placed = [j for j, word in enumerate(words) if word and j != i]
        if not any(abs(up[i] - up[j]) < 0.08 and abs(across[i] - across[j]) < 0.9 for j in placed):
            words[i] = plain(rows[i].title)
    return words


def _points(
    rows: Sequence[Ranked],
    chosen: list[int],
    importance: np.ndarray,
    ratio: np.ndarray,
    words: list[str],
    crowded: np.ndarray,
    selected: str | None,
) -> Part:
    """The features of one status."""
    status = rows[chosen[0]].status
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": mark(status).word,
        "x": ratio[chosen],
        "y": importance[chosen],
        "marker": {
            "symbol": SYMBOL[status],
            "color": STATUS[status],
            "size": [15 if rows[i].name == selected else 10 for i in chosen],
            "opacity": 0.9,
        },
        "text": [words[i] for i in chosen],
        "textposition": ["middle left" if crowded[i] else "top center" for i in chosen],
        "textfont": {"size": 11},
        "cliponaxis": False,
        "customdata": [rows[i].name for i in chosen],
        "hovertext": [plain(rows[i].title) for i in chosen],
        "hovertemplate": "%{hovertext}<br>%{x:.2f} × limit<br>importance %{y:.3f}<extra></extra>",
    }
