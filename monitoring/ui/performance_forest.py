"""A forest of segments: each one's value with its interval beside all rows and its own reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from monitoring.performance import Breakdown, Segment
from monitoring.statistics.metrics import Metric
from monitoring.ui import charts
from monitoring.ui.numbers import count
from monitoring.ui.performance_words import as_share, number
from monitoring.ui.status import mark

ORDER = {"red": 0, "amber": 1, "green": 2, "grey": 3}
_ROW = 24  # pixels


def value(metric: Metric, one: Any) -> str:
    """A metric's value in words; a dash where it is not known."""
    return "–" if np.isnan(one) else number(metric, float(one))


def between(metric: Metric, lower: Any, upper: Any) -> str:
    """The ends of an interval in words."""
    return "–" if np.isnan(lower) else f"{value(metric, lower)} to {value(metric, upper)}"


def forest(found: Breakdown, rows: list[Segment], selected: tuple[str, str]) -> go.Figure:
    """Every segment's value with its interval, its own reference, and all rows as a line.

    Parameters
    ----------
    found : Breakdown
    rows : list of Segment
        From top to bottom.
    selected : (column, value)
        The segment of the bar, drawn larger.
    """
    scale = 100.0 if as_share(found.metric) else 1.0
    labels = [charts.plain(f"{one.column} = {one.value}") for one in rows]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "markers", "name": "own reference",
            "x": [scale * float(one.baseline.value) if one.status != "grey" else None for one in rows],
            "y": list(range(len(rows))), "hoverinfo": "skip",
            "marker": {"symbol": "line-ns-open", "size": 12, "color": charts.REFERENCE, "line": {"width": 2}},
        }
    ]  # fmt: skip
    for status in ORDER:
        chosen = [i for i, one in enumerate(rows) if one.status == status]
        if chosen:
            traces.append(_marks(found.metric, rows, chosen, status, scale, selected))
    whole = scale * float(found.whole.value)
    return charts.figure(
        traces,
        height=len(rows) * _ROW + 84,
        x={
            "title": {"text": f"{found.metric.title}{', %' if scale > 1 else ''}"},
            "zeroline": False,
            **_range(rows, scale),
        },
        y={
            "tickvals": list(range(len(rows))),
            "ticktext": labels,
            "autorange": "reversed",
            "showgrid": False,
        },
        shapes=[charts.upright(whole, color=charts.QUIET, dash="dot")] if np.isfinite(whole) else [],
        notes=[{"x": whole, "y": 1, "yref": "paper", "yanchor": "bottom", "text": "all rows"}]
        if np.isfinite(whole)
        else [],
    )


def _range(rows: list[Segment], scale: float) -> dict[str, Any]:
    """What the axis shows: all of the segments that are judged; of others what lies there."""
    judged = [one for one in rows if one.status != "grey"]
    ends = np.array(
        [[one.estimate.lower, one.estimate.upper, one.estimate.value, one.baseline.value] for one in judged]
    )
    known = ends[np.isfinite(ends)] * scale
    if not len(known) or known.min() == known.max():
        return {}
    pad = 0.15 * (known.max() - known.min())
    return {"range": [float(known.min() - pad), float(known.max() + pad)]}


def _marks(
    metric: Metric,
    rows: list[Segment],
    chosen: list[int],
    status: str,
    scale: float,
    selected: tuple[str, str],
) -> dict[str, Any]:
    parts = [rows[i] for i in chosen]
    values = np.array([float(one.estimate.value) for one in parts])
    ends = [np.array([float(getattr(one.estimate, end)) for one in parts]) for end in ("lower", "upper")]
    return {
        "type": "scatter", "mode": "markers", "name": mark(status).word, "x": scale * values, "y": chosen,
        "error_x": {
            "type": "data", "symmetric": False, "array": scale * (ends[1] - values),
            "arrayminus": scale * (values - ends[0]), "thickness": 1.5, "width": 0,
            "color": charts.STATUS[status],
        },
        "marker": {
            "symbol": charts.SYMBOL[status], "color": charts.STATUS[status],
            "size": [13 if (one.column, one.value) == selected else 9 for one in parts],
        },
        "customdata": [f"{one.column}={one.value}" for one in parts],
        "hovertext": [_touched(metric, one) for one in parts],
        "hovertemplate": "%{hovertext}<extra>" + mark(status).word + "</extra>",
    }  # fmt: skip


def _touched(metric: Metric, one: Segment) -> str:
    """What a touched point tells."""
    ends = between(metric, one.estimate.lower, one.estimate.upper)
    return "<br>".join(
        [
            charts.plain(f"{one.column} = {one.value}"),
            f"{value(metric, one.estimate.value)} ({ends})",
            f"rest {value(metric, one.rest.value)}, own reference {value(metric, one.baseline.value)}",
            f"{count(one.rows)} rows",
        ]
    )
