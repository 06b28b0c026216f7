"""The Performance page over time: a metric's course, how labels came, and every metric of a window."""

from __future__ import annotations

from functools import partial

import streamlit as st

from monitoring.performance import Scores, Together
from monitoring.ui import (
    cards,
    performance_audit,
    performance_course,
    performance_labels,
    performance_session,
    performance_table,
    performance_trust,
    queries,
    timeline,
)
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import titled

EVERY_SECONDS = 0.5


def panel(view: View, metric: str, count: int, together: Together | None) -> None:
    """Draw the view.

    Parameters
    ----------
    view : View
    metric : str
        Key of the metric whose course is drawn.
    count : int
        How many chunks are told as one.
    together : Together or None
        The newest final chunks as one; None where no chunk of the range is final.
    """
    scores = view.assessment.scores[metric]
    with st.container(horizontal=True, vertical_alignment="center", key="course-head"):
        st.subheader(titled(scores.metric), anchor=False, width="content")
        st.space("stretch")
        cards.export(partial(performance_trust.csv, view), f"{view.model.name}-performance.csv")
    if scores.metric.costly:
        waiting = not performance_session.drawn(view.scope, metric, view.known_at).done
        st.fragment(_drawn_course, run_every=EVERY_SECONDS if waiting else None)(view, metric, count, waiting)
    else:
        _course(view, scores, count)
    cards.trust(
        performance_trust.facts(view, scores.metric, together),
        performance_trust.command(view),
        partial(performance_trust.csv, view),
        f"{view.model.name}-performance.csv",
        key="trust",
        sql=partial(queries.of_outputs, view.scope, view.known_at),
    )
    if together is not None:
        chosen = performance_session.drawn_together(view.scope, metric, together.places, view.known_at)
        performance_table.panel(together, chosen)
    performance_labels.panel(view, scores.metric)


def _course(view: View, scores: Scores, count: int) -> None:
    length = count if count <= view.shown.stop - view.shown.start else 1
    trailing = performance_session.trailing(view.scope, scores.metric.key, length, view.known_at)
    figure = performance_course.course(view, scores, length, trailing)
    audited = performance_audit.add(figure, view, scores.metric)
    timeline.draw(figure, view.scope.model, key="course")
    if audited:
        st.caption(cards.escaped(audited))


def _drawn_course(view: View, metric: str, count: int, waited: bool) -> None:
    """The course of a metric whose interval is drawn by bootstrap, beside the page."""
    job = performance_session.drawn(view.scope, metric, view.known_at)
    if job.done and waited:
        st.rerun()  # without the clock that asked for it
    if not job.done:
        st.caption("Its interval is drawn 500 times for every chunk; it appears when that is done.")
    _course(view, job.future.result() if job.done else view.assessment.scores[metric], count)
