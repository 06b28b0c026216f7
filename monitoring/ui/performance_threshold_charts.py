"""Pictures of a threshold: scores by label, ROC and precision-recall curves, and what a row would cost."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.ranking import areas
from monitoring.ui import charts
from monitoring.ui.charts import Part
from monitoring.ui.numbers import share, short

if TYPE_CHECKING:
    from monitoring.ui.performance_threshold import Picture

EVENT, OTHER = "#b0689a", charts.REFERENCE
BARS = 50
HEIGHT = 250


def histogram(one: Picture) -> go.Figure:
    """Scores of events and of all others, with the threshold and the model's own."""
    edges = one.outcomes.edges
    bars = np.linspace(float(edges[0]), float(edges[-1]), BARS + 1)
    middle, width = (bars[1:] + bars[:-1]) / 2, float(bars[1] - bars[0])
    traces = []
    for name, counts, colour in (
        ("other", one.outcomes.negatives, OTHER),
        (f"event ({charts.plain(one.model.positive)})", one.outcomes.positives, EVENT),
    ):
        shares = regrouped(counts, edges, bars)
        traces.append(
            {
                "type": "bar", "x": middle, "y": shares, "name": name, "width": width, "opacity": 0.55,
                "marker": {"color": colour, "line": {"width": 0}},
                "customdata": [f"{short(a)} to {short(b)}" for a, b in itertools.pairwise(bars)],
                "hovertemplate": f"%{{customdata}}<br>%{{y:.1%}} of {name}<extra></extra>",
            }
        )  # fmt: skip
    shapes = [
        charts.upright(one.model.threshold, color=charts.REFERENCE, dash="dot"),
        charts.upright(one.at, color=charts.CURRENT, width=2),
    ]
    note = {"x": one.at, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "bottom", "text": "threshold"}
    return charts.figure(
        traces,
        height=360,
        x={"title": {"text": "Score"}},
        y={"title": {"text": "Share of each class"}, "tickformat": ".0%"},
        shapes=shapes,
        notes=[note],
        barmode="overlay",
        bargap=0.0,
    )


def regrouped(counts: Floats, edges: Floats, bars: Floats) -> Floats:
    """Shares of rows in evenly wide bars; a slot that reaches over several is spread evenly.

    Parameters
    ----------
    counts : ndarray of shape (K + 1,)
        Rows by slot over K edges; those beyond the outermost edges go to the outermost bars.
    edges : ndarray of shape (K,)
    bars : ndarray of shape (bars + 1,)

    Returns
    -------
    ndarray of shape (bars,)

    Examples
    --------
    >>> regrouped(np.array([0.0, 1, 3, 0]), np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.25, 0.5, 0.75, 1.0]))
    array([0.125, 0.125, 0.375, 0.375])
    """
    total = counts.sum()
    if not total:
        return np.zeros(len(bars) - 1)
    reached = np.cumsum(counts)[:-1]  # rows below each edge
    below = np.interp(bars, edges, reached)
    below[0], below[-1] = 0.0, total
    return np.diff(below) / total


def roc(one: Picture) -> go.Figure:
    """The ROC curve with the point of the threshold."""
    every = one.every
    area = float(areas(one.outcomes.positives, one.outcomes.negatives).value)
    point = _place(one)
    return _curve(
        every.false_positive_rate, every.recall, every.threshold, point,
        title=f"ROC, area {short(area)}", axes=("Others decided positive", "Recall"), chance=((0, 1), (0, 1)),
    )  # fmt: skip


def precision_recall(one: Picture) -> go.Figure:
    """The precision-recall curve with the point of the threshold; by chance precision is the prevalence."""
    every = one.every
    rows = float(one.outcomes.rows)
    events = float(one.outcomes.evidence()["positives"]) / rows if rows else float("nan")
    decided = np.isfinite(every.threshold) | (every.threshold < 0)  # where nothing is decided there is none
    return _curve(
        every.recall[decided], every.precision[decided], every.threshold[decided], _place(one),
        title="Precision and recall", axes=("Recall", "Precision"), chance=((0, 1), (events, events)),
    )  # fmt: skip


def cost(one: Picture) -> go.Figure:
    """What a row would cost at every threshold, with the least and the one that is looked at."""
    inside = np.isfinite(one.costs.threshold)
    at, each = one.costs.threshold[inside], one.costs.per_row[inside]
    place = int(np.argmin(np.abs(at - one.at)))
    traces: list[Part] = [
        {
            "type": "scatter", "mode": "lines", "x": at, "y": each, "showlegend": False,
            "line": {"color": charts.CURRENT, "width": 1.7},
            "hovertemplate": "%{x:.3f}: %{y:.4~g}<extra></extra>",
        },
        _dot(float(at[place]), float(each[place]), f"{short(float(each[place]))} at {short(one.at)}"),
    ]  # fmt: skip
    best = float(one.costs.best)
    shapes = [charts.upright(best, color=charts.STATUS["green"], dash="dash")] if np.isfinite(best) else []
    return charts.figure(
        traces,
        height=HEIGHT,
        x={"title": {"text": "Threshold"}},
        y={"title": {"text": charts.plain(f"{one.unit} a row")}, "rangemode": "tozero"},
        shapes=shapes,
        notes=[_title("What a row would cost")],
    )


def _place(one: Picture) -> int:
    """Where the threshold stands among all of them; the first is none at all."""
    return int(np.argmin(np.abs(one.outcomes.edges - one.at))) + 1


def _curve(
    x: Floats,
    y: Floats,
    at: Floats,
    place: int,
    *,
    title: str,
    chance: tuple[Any, Any],
    axes: tuple[str, str],
) -> go.Figure:
    """A curve over thresholds, the point that is looked at, and what chance would give."""
    grey = {"color": charts.REFERENCE, "width": 1, "dash": "dash"}
    traces: list[Part] = [
        {
            "type": "scatter", "mode": "lines", "x": list(chance[0]), "y": list(chance[1]), "line": grey,
            "hoverinfo": "skip", "showlegend": False,
        },
        {
            "type": "scatter", "mode": "lines", "x": x, "y": y, "showlegend": False,
            "line": {"color": charts.CURRENT, "width": 1.7},
            "customdata": [short(float(one)) for one in at],
            "hovertemplate": f"{axes[0]} %{{x:.1%}}<br>{axes[1]} %{{y:.1%}}<br>"
            "at %{customdata}<extra></extra>",
        },
        _dot(float(x[place]), float(y[place]), f"{share(float(y[place]))} at {short(float(at[place]))}"),
    ]  # fmt: skip
    return charts.figure(
        traces,
        height=HEIGHT,
        x={"title": {"text": axes[0]}, "tickformat": ".0%", "range": [-0.02, 1.02]},
        y={"title": {"text": axes[1]}, "tickformat": ".0%", "range": [-0.02, 1.04]},
        notes=[_title(title)],
    )


def _dot(x: float, y: float, told: str) -> Part:
    look = {"color": charts.CURRENT, "size": 10, "line": {"width": 2, "color": "white"}}
    return {
        "type": "scatter", "mode": "markers", "x": [x], "y": [y], "marker": look, "showlegend": False,
        "customdata": [told], "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _title(text: str) -> Part:
    place = {"x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {**place, "text": text, "font": {"size": 13}}
