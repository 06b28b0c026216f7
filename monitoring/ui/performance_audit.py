"""What the random audit tells on the Performance page, before labels are mature."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from monitoring import review
from monitoring.statistics.metrics import Metric
from monitoring.ui import review_audit, review_session
from monitoring.ui.numbers import count
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import number

COLOUR = "#8a63d2"
EVERY = 7  # days between two points: each pools four weeks, and nearer ones would say the same again


def add(figure: go.Figure, view: View, metric: Metric) -> str:
    """Draw the audit's estimates into a metric's course; gives what to say about them, or nothing.

    Parameters
    ----------
    figure : Figure
        Of the metric's course; changed.
    view : View
    metric : Metric
    """
    whole = view.scope.segment[0] == "" and view.assessment.material.version == view.model.versions.champion
    if not whole or metric.key not in review.measures_of(view.model):
        return ""
    found = review_session.sample(view.model, view.known_at)
    if found is None:
        return ""
    keys, answers = review_audit.trailing(found, metric.key)
    shown = view.assessment.keys[view.shown]
    chosen = [
        place for place in range(len(keys) - 1, -1, -EVERY)
        if shown[0].start <= keys[place].start < shown[-1].stop
    ]  # fmt: skip
    if not chosen:
        return ""
    value, lower, upper = (
        np.array([float(getattr(answers[place].found, end)) for place in chosen])
        for end in ("value", "lower", "upper")
    )
    told = [
        f"{number(metric, float(answers[place].found.value))}<br>95 %: "
        f"{review_audit.ends(metric, answers[place])}<br>{count(answers[place].decided)} of "
        f"{count(answers[place].drawn)} audited cases"
        for place in chosen
    ]
    figure.add_trace({
        "type": "scatter", "mode": "markers", "x": [keys[place].start for place in chosen], "y": value,
        "name": f"audit, {review_audit.SPAN} days up to it", "customdata": told,
        "marker": {"symbol": "diamond-open", "size": 9, "color": COLOUR},
        "error_y": {
            "type": "data", "symmetric": False, "array": upper - value, "arrayminus": value - lower,
            "color": COLOUR, "thickness": 1.4, "width": 3,
        },
        "hovertemplate": "%{customdata}<extra>audit</extra>",
    })  # fmt: skip
    return (
        f"Audit: {review_audit.words(view.model, metric.key, found)} It rests on rows drawn at random and "
        "reviewed, is there before labels are mature, and is never judged. Labels of other reviewed cases "
        "enter no number here: people look at odd rows more often."
    )
