"""What the random audit tells on the Performance page, before labels are mature."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import review
from monitoring.statistics.metrics import Metric
from monitoring.ui import review_audit, review_session
from monitoring.ui.charts import Part
from monitoring.ui.numbers import count
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import number
from monitoring.windows import Window

COLOUR = "#8a63d2"
APART, WITH_LOGGED, LEFT_OUT = "apart", "with logged ones", "left out"
CHOICES = {
    APART: "the audit alone, beside the log's labels",
    WITH_LOGGED: "the log's labels, completed by the audit where they are still waited for",
    LEFT_OUT: "the log's labels alone",
}
"""What becomes of a review's labels, by their name in the address."""
_BIASED = "Labels of other reviewed cases enter no number here: people look at odd rows more often."
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
    if found is None or (chosen := _choice()) == LEFT_OUT:
        return ""
    log = review_session.logged(view.model, view.known_at) if chosen == WITH_LOGGED else None
    keys, answers = review_audit.trailing(found, metric.key, log)
    shown = view.assessment.keys[view.shown]
    places = [
        place for place in range(len(keys) - 1, -1, -EVERY)
        if shown[0].start <= keys[place].start < shown[-1].stop
    ]  # fmt: skip
    said = review_audit.words(view.model, metric.key, found, log)
    if not places:
        return said if log is not None else ""
    figure.add_trace(_trace(metric, [keys[place] for place in places], [answers[place] for place in places]))
    if log is not None:
        return (
            f"{said} Rows with a label count once, those that still wait for one are told of by rows drawn "
            f"at random and reviewed. Never judged. {_BIASED}"
        )
    return (
        f"Audit: {said} It rests on rows drawn at random and reviewed, is there before labels are mature, "
        f"and is never judged; a diamond pools the {review_audit.SPAN} days up to it. {_BIASED}"
    )


def _trace(metric: Metric, keys: list[Window], answers: list[review.Answer]) -> Part:
    """A diamond with its interval at the end of each span that was estimated."""
    both = answers[0].basis == "both"
    value, lower, upper = (
        np.array([float(getattr(one.found, end)) for one in answers]) for end in ("value", "lower", "upper")
    )
    told = [
        f"{number(metric, float(one.found.value))}<br>95 %: {review_audit.ends(metric, one)}<br>"
        f"{count(one.decided)} of {count(one.drawn)} audited cases{' that wait for a label' if both else ''}"
        for one in answers
    ]
    name = "both" if both else "audit"  # a longer word would make one column of the legend on a phone
    return {
        "type": "scatter", "mode": "markers", "x": [key.start for key in keys], "y": value,
        "name": f"{name}, {review_audit.SPAN} days", "customdata": told,
        "marker": {"symbol": "diamond-open", "size": 9, "color": COLOUR},
        "error_y": {
            "type": "data", "symmetric": False, "array": upper - value, "arrayminus": value - lower,
            "color": COLOUR, "thickness": 1.4, "width": 3,
        },
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _choice() -> str:
    """What becomes of the labels that people gave."""
    chosen = st.segmented_control(
        "Labels of the review", list(CHOICES), default=APART, key="reviewed", bind="query-params",
        help="; ".join(f"{name}: {what}" for name, what in CHOICES.items()) + ".",
    )  # fmt: skip
    return chosen or APART
