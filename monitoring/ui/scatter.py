"""Importance against drift, in four quadrants: what drifts, and does it matter?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from monitoring.ui.charts import FLOOR, QUIET, REFERENCE, STATUS, SYMBOL, Part, figure, plain, upright, zone
from monitoring.ui.components.ranking import Ranked
from monitoring.ui.numbers import short
from monitoring.ui.status import mark

# Drift below this share of its limit is drawn at it: on a logarithmic axis there is no zero.
LEAST = 0.05
# What could not be judged has a strip of its own: where it ends, where points stand, where it begins.
_STRIP = (0.035, 0.022, 0.014)
_ON_PAPER = {"xref": "paper", "yref": "paper"}


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
    judged = np.array([_judged(row) for row in rows])
    ratio = np.array([row.ratio for row in rows], dtype=float)
    strip = not judged.all()
    ratio = np.where(judged, np.clip(ratio, LEAST, None), _STRIP[1])
    left = float(np.log10(_STRIP[2] if strip else 0.9 * LEAST))
    important = float(importance.mean())
    right = float(np.log10(max(5.0, 1.35 * ratio.max())))
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
            "range": [left, right],
            "tickvals": [0.1, 0.3, 1, 3, 10, 30, 100],
        },
        y={"title": {"text": "importance"}, "range": [-0.07 * top, top]},
        shapes=[
            {**corner, "line": {"width": 0}, "fillcolor": "rgba(221,83,88,0.07)"},
            upright(1, color=REFERENCE, dash="dash"),
            {**level, "line": {"color": QUIET, "width": 1, "dash": "dot"}},
            *([zone(_STRIP[2], _STRIP[0], FLOOR)] if strip else []),
        ],
        notes=_corners((np.log10(_STRIP[0]) - left) / (right - left) if strip else None),
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )


def _corners(strip: float | None) -> list[Part]:
    """What the quadrants mean, and the strip of what is not judged, which ends at a share of the width."""
    corners = [
        ("matters and drifts", 1.0, "right", 1, "top"),
        ("matters, steady", strip or 0.0, "left", 1, "top"),
        ("drifts, matters little", 1.0, "right", 0, "bottom"),
    ]
    notes: list[Part] = [
        {"text": text, "x": x, "y": y, "xanchor": across, "yanchor": down, **_ON_PAPER}
        for text, x, across, y, down in corners
    ]
    if strip is not None:
        notes.append(
            {
                "text": "not<br>judged",
                "x": strip / 2,
                "y": 1,
                "xanchor": "center",
                "yanchor": "top",
                **_ON_PAPER,
            }
        )
    return notes


def _judged(row: Ranked) -> bool:
    """Whether its drift was held against a limit and something could be said of it."""
    return row.ratio is not None and row.status != "grey"


def _beside(row: Ranked, crowded: bool) -> str:
    """Where a name has room: above its point, but for those near one of the sides."""
    if not _judged(row):
        return "middle right"
    return "middle left" if crowded else "top center"


def _told(row: Ranked) -> str:
    """What a touched point tells: also what the picture has no room for."""
    drift = "no limit or no value" if row.ratio is None else f"{short(row.ratio)} × limit"
    drift = drift if _judged(row) else f"not judged: {drift}"
    return f"{plain(row.title)}<br>{drift}<br>importance {short(row.importance)}"


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
        "textposition": [_beside(rows[i], bool(crowded[i])) for i in chosen],
        "textfont": {"size": 11},
        "cliponaxis": False,
        "customdata": [rows[i].name for i in chosen],
        "hovertext": [_told(rows[i]) for i in chosen],
        "hovertemplate": "%{hovertext}<extra>" + mark(status).word + "</extra>",
    }
