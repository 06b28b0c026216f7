"""A metric over time without labels: its estimate with the interval, and what labels said where they came."""

from __future__ import annotations

import datetime as dt

import numpy as np
import plotly.graph_objects as go

from monitoring.performance import Estimation, WindowEstimate
from monitoring.statistics.arrays import Floats
from monitoring.statistics.severity import AMBER
from monitoring.ui import charts
from monitoring.ui.bands import band
from monitoring.ui.charts import Part
from monitoring.ui.numbers import count
from monitoring.ui.performance_course import limits
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import as_share, number

REALISED = "#2f9e8f"
WEIGHTED = "#9a63d8"


def course(
    view: View, one: Estimation, window: WindowEstimate | None = None, *, height: int = 400
) -> go.Figure:
    """Estimated and realised values of one metric over the chunks shown.

    Parameters
    ----------
    view : View
    one : Estimation
    window : WindowEstimate, optional
        Its weighted estimate is drawn over its span.
    height : int
    """
    keys = view.assessment.keys[view.shown]
    at = [key.start for key in keys]
    day = charts.day_format(at)
    traces = [*_band(view, one), *_levels(view, one), _estimated(view, one, day), *_realised(view, one, day)]
    traces += _alarms(view, one)
    if window is not None and np.isfinite(window.weighted):
        traces.append(_weighted(view, window))
    shapes, notes = _reference(view)
    return charts.figure(
        traces,
        height=height,
        x=charts.moments(at, day),
        y={
            "title": {"text": one.metric.title if len(one.metric.title) < 40 else one.metric.short},
            "tickformat": ".0%" if as_share(one.metric) else None,
        },
        shapes=shapes,
        notes=notes,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.14, "yanchor": "top"},
        margin={"l": 8, "r": 8, "t": 20, "b": 8},
    )


def _band(view: View, one: Estimation) -> list[Part]:
    """Where realised values are expected."""
    lower, upper = (ends[view.shown] for ends in (one.estimate.lower, one.estimate.upper))
    return band(view.assessment.keys[view.shown], lower, upper, "where it is expected")


def _levels(view: View, one: Estimation) -> list[Part]:
    """The reference's realised value, and the values from which on a loss matters."""
    keys = view.assessment.keys[view.shown]
    ends = [keys[0].start, keys[-1].start]
    metric, baseline = one.metric, float(one.baseline.value)
    levels = []
    if np.isfinite(baseline):
        line = {"color": charts.REFERENCE, "width": 1.6}
        levels.append((baseline, f"reference {number(metric, baseline)}", line))
    for limit in limits(one):
        line = {"color": charts.STATUS["amber"], "width": 1.2, "dash": "dot"}
        levels.append((limit, f"amber from {number(metric, limit)}", line))
    return [
        {
            "type": "scatter", "mode": "lines", "x": ends, "y": [value, value], "name": name, "line": line,
            "hoverinfo": "skip",
        }
        for value, name, line in levels
    ]  # fmt: skip


def _estimated(view: View, one: Estimation, day: str) -> Part:
    keys, shown, found = view.assessment.keys[view.shown], view.shown, one.estimate
    places = range(shown.start, shown.stop)
    told = [
        f"{number(one.metric, found.value[i])}<br>expected: {number(one.metric, found.lower[i])} to "
        f"{number(one.metric, found.upper[i])}, by {'its track record' if one.learnt[i] else 'its own error'}"
        f"<br>n {count(found.n[i])}, labelled or not"
        for i in places
    ]
    return {
        "type": "scatter", "mode": "lines+markers", "x": [key.start for key in keys],
        "y": found.value[shown], "name": "estimated", "line": {"color": charts.CURRENT, "width": 1.6},
        "marker": {"size": 4, "color": charts.CURRENT}, "customdata": told,
        "hovertemplate": "%{x|%a " + day + "}<br>%{customdata}<extra>estimated</extra>",
    }  # fmt: skip


def _realised(view: View, one: Estimation, day: str) -> list[Part]:
    """What labels said: solid where they are mature, hollow where more of them come."""
    found = view.assessment
    value = found.scores[one.metric.key].estimate.value
    maturity = np.array(found.maturity)
    looks = (
        ("realised", "final", {"symbol": "circle", "size": 6, "color": REALISED}),
        ("realised, provisional", "provisional", {"symbol": "circle-open", "size": 6, "color": REALISED}),
    )
    traces = []
    for name, state, look in looks:
        places = _places(view, np.isfinite(value) & (maturity == state))
        if not places:
            continue
        told = [
            f"{number(one.metric, value[i])}<br>estimated {number(one.metric, one.estimate.value[i])}"
            for i in places
        ]
        traces.append(
            {
                "type": "scatter", "mode": "markers", "x": [found.keys[i].start for i in places],
                "y": value[places], "name": name, "marker": look, "customdata": told,
                "hovertemplate": "%{x|%a " + day + "}<br>%{customdata}<extra>" + name + "</extra>",
            }
        )  # fmt: skip
    return traces


def _alarms(view: View, one: Estimation) -> list[Part]:
    """Chunks that are estimated to have lost what matters."""
    places = _places(view, one.status == AMBER)
    if not places:
        return []
    look = {"symbol": charts.SYMBOL["amber"], "color": charts.STATUS["amber"], "size": 8}
    return [
        {
            "type": "scatter", "mode": "markers", "hoverinfo": "skip", "marker": look,
            "x": [view.assessment.keys[i].start for i in places], "y": one.estimate.value[places],
            "name": "estimated loss",
        }
    ]  # fmt: skip


def _weighted(view: View, window: WindowEstimate) -> Part:
    """The estimate by weighted rows, over its window."""
    ends: list[dt.datetime] = [
        key.start for key in view.assessment.keys[view.shown] if window.window.holds(key.start)
    ]
    if len(ends) == 1:  # a single chunk is as broad as itself
        half = (window.window.stop - window.window.start) / 2
        ends = [ends[0] - half, ends[0] + half]
    text = number(window.metric, window.weighted)
    return {
        "type": "scatter", "mode": "lines", "x": [ends[0], ends[-1]], "y": [window.weighted] * 2,
        "name": f"by weighted rows {text}", "line": {"color": WEIGHTED, "width": 3}, "hoverinfo": "skip",
    }  # fmt: skip


def _reference(view: View) -> tuple[list[Part], list[Part]]:
    """The reference's chunks, tinted and named."""
    inside = view.reference()
    if not inside or inside[0] >= view.shown.stop or inside[1] <= view.shown.start:
        return [], []
    keys = view.assessment.keys
    first, last = keys[max(inside[0], view.shown.start)], keys[min(inside[1], view.shown.stop) - 1]
    note = {"x": first.start, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return [charts.zone(first.start, last.stop)], [{**note, "text": "reference"}]


def _places(view: View, chosen: Floats | np.ndarray) -> list[int]:
    return [place for place in np.flatnonzero(chosen).tolist() if view.shown.start <= place < view.shown.stop]
