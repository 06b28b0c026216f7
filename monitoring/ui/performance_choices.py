"""What the Performance page asks its reader: which view, which metric, over how long, and as known when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import streamlit as st

from monitoring import performance
from monitoring.ui.scopes import Scope
from monitoring.windows import instant_of

TASKS = ("binary", "multiclass", "regression")
VIEWS = {
    "over time": TASKS,
    "threshold": ("binary",),
    "classes": ("multiclass",),
    "errors": ("regression",),
    "calibration": ("binary", "multiclass"),
    "without labels": TASKS,
    "why it moved": TASKS,
    "segments": TASKS,
}
"""Views by their name in the address, and the tasks that have them."""
WINDOWS = {"1 chunk": 1, "7 chunks": 7, "28 chunks": 28, "range": 1_000_000}
DEFAULT_WINDOW = "28 chunks"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Chosen:
    """What the page's own controls say.

    Attributes
    ----------
    view : str
        One of `VIEWS`.
    metric : str
        Key of a metric of the model.
    count : int
        How many of the newest final chunks are told as one.
    known_at : datetime or None
        The past instant whose knowledge is shown; None for what is known at the moment of the bar.
    """

    view: str
    metric: str
    count: int
    known_at: dt.datetime | None


def choices(scope: Scope) -> Chosen:
    """Draw the controls and say what they say."""
    views = [name for name, tasks in VIEWS.items() if scope.model.task in tasks]
    with st.container(horizontal=True, vertical_alignment="bottom", key="performance-head"):
        metric = _metric(scope)
        length = st.segmented_control(
            "Window",
            list(WINDOWS),
            default=DEFAULT_WINDOW,
            key="window",
            bind="query-params",
            help="So many of the newest chunks whose labels are final are told as one; range: all shown.",
        )
        known_at = _known_at(scope)
    view = st.segmented_control(  # by itself, so that it breaks into lines on a phone
        "View", views, default=views[0], key="view", bind="query-params", label_visibility="collapsed"
    )
    return Chosen(view or views[0], metric, WINDOWS[length or DEFAULT_WINDOW], known_at)


def _metric(scope: Scope) -> str:
    """The metric whose course is drawn; the task's headline comes first."""
    headlines = performance.HEADLINES[scope.model.task]
    known = [metric.key for metric in performance.metrics_of(scope.model)]
    options = [*headlines, *(key for key in known if key not in headlines)]
    chosen = st.selectbox("Metric", options, key="metric", bind="query-params", width=190)
    return chosen if chosen in options else options[0]


def _known_at(scope: Scope) -> dt.datetime | None:
    """The end of the day whose knowledge is shown; None at the slider's right end, which is the present."""
    last = (scope.window.stop - dt.timedelta(microseconds=1)).date()
    first = min(scope.span.first.date() if scope.span.first else last, last - _DAY)
    if not first <= st.session_state.get("known_at", last) <= last:
        st.session_state["known_at"] = last  # of another model, or later than the bar's day
    day = st.slider(
        "As known on",
        first,
        last,
        value=last,
        format="YYYY-MM-DD",
        key="known_at",
        bind="query-params",
        width=230,
        help="Labels that became known later do not count, and neither does what they taught about how late "
        "labels come. At the right end: everything that is known.",
    )
    if day >= last:
        return None
    midnight = dt.datetime.combine(day + _DAY, dt.time())
    return instant_of(midnight, "day", scope.model.zone)
