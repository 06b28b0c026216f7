"""The Performance page over time: a metric's course, how labels came, and every metric of a window."""

from __future__ import annotations

import streamlit as st

from monitoring.performance import Together
from monitoring.ui import charts, performance_course
from monitoring.ui.performance_view import View


def panel(view: View, metric: str, together: Together | None) -> None:
    """Draw the view.

    Parameters
    ----------
    view : View
    metric : str
        Key of the metric whose course is drawn.
    together : Together or None
        The newest final chunks as one; None where no chunk of the range is final.
    """
    scores = view.assessment.scores[metric]
    st.subheader(scores.metric.title, anchor=False)
    st.plotly_chart(performance_course.course(view, scores), key="course", config=charts.CONFIG)
