"""The Performance page by segment: each beside the rest, and the slices in which the model is worst."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from monitoring import performance, reasons
from monitoring.performance import Breakdown, Segment
from monitoring.statistics.metrics import Metric
from monitoring.ui import (
    cards,
    filters,
    jobs,
    performance_session,
    performance_slices,
    pictures,
    session,
    tables,
    waiting,
)
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, short
from monitoring.ui.performance_forest import ORDER, between, forest, value
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import as_share
from monitoring.ui.status import mark
from monitoring.windows import Window

_NAMED = 4


@st.fragment(parallel=True)
def panel(view: View, metric: str) -> None:
    """Draw the view; the page does not wait for what takes seconds.

    Parameters
    ----------
    view : View
    metric : str
        Key of the metric by which segments are compared.
    """
    chosen = view.assessment.scores[metric].metric
    st.subheader(f"{chosen.title} by segment", anchor=False)
    if view.model.segments.columns:
        found = waiting.finished(_breakdown_job(view, chosen), "Measuring every segment")
        if found is not None:
            _segments(found, view)
    else:
        cards.empty("The model's file names no segment columns.", "Name up to five as `[segments] columns`.")
    st.subheader("Worst slices", anchor=False)
    weak = waiting.finished(_weak_job(view), "Searching the worst slices")
    if weak is not None:
        regression = view.model.task == "regression"
        about = performance_slices.DISTANCES if regression else performance_slices.ERRORS
        performance_slices.slices(weak, view.model, about)


def _breakdown_job(view: View, metric: Metric) -> jobs.Job:
    scope = replace(view.scope, segment=("", ""))  # segments are parts of all rows, whichever one is shown
    found = performance_session.material(scope, view.known_at)
    window = _live(view, found)
    store = session.store()
    return _job(
        "segments",
        view,
        found,
        metric.key,
        window,
        lambda say: performance.breakdown(store, found, metric, window),
    )


def _weak_job(view: View) -> jobs.Job:
    found, store = view.assessment.material, session.store()
    window = _live(view, found)
    return _job(
        "slices", view, found, "", window, lambda say: performance.weakest(store, found, window, progress=say)
    )


def _job(
    topic: str, view: View, found: performance.Material, what: str, window: Window, work: jobs.Work
) -> jobs.Job:
    key = (*session.key_of(view.model.name), found.version, *found.segment, what, str(window), str(found.at))
    return jobs.desk().job(f"{topic} {view.model.name}", key, work)


def _live(view: View, found: performance.Material) -> Window:
    """The page's range without the reference's days at its start, unless nothing else is left."""
    window = view.scope.window
    start = max(window.start, found.reference.stop) if found.reference else window.start
    return Window(start, window.stop) if start < window.stop else window


def _segments(found: Breakdown, view: View) -> None:
    """Every segment as a sentence, a forest and a table."""
    if not found.segments:
        cards.empty("No final labels in this range.", reasons.fix("immature"))
        return
    cards.verdict(*answer(found), key="segments-verdict")
    rows = sorted(found.segments, key=lambda one: (found.segments[0].column != one.column, one.column))
    pictures.draw(
        forest(found, rows, view.scope.segment), key="forest", on_select=_show,
        selection_mode="points",
    )  # fmt: skip
    tables.draw(
        [_told(found.metric, one) for one in sorted(rows, key=_urgency)], height="content",
        files="below", key="segments",
        column_config={"Rows": st.column_config.NumberColumn(format="localized")},
    )  # fmt: skip
    st.caption(cards.escaped(_how(found)))


def _urgency(one: Segment) -> tuple[int, float]:
    return ORDER[one.status], -one.rows


def _show() -> None:
    """Show the page for the segment that was clicked, from a callback."""
    points = st.session_state["forest"].selection.points
    if points:
        filters.show_segment(points[0]["customdata"])


def answer(found: Breakdown) -> tuple[str, str]:
    """The worst status, and which segments lost against their own reference or lie apart from the rest."""
    judged = [one for one in found.segments if one.status != "grey"]
    if not judged:
        return "grey", f"{words(found.window)}: no segment has labels enough to be judged."
    lost = sorted((one for one in judged if one.status in ("amber", "red")), key=lambda one: -one.lost)
    status = min((one.status for one in judged), key=lambda name: ORDER[name])
    own = "its" if len(lost) == 1 else "their"
    told = _names(lost, f"lost against {own} own reference", "no segment lost against its own reference")
    parts = [f"{words(found.window)}: {told}"]
    sign = {"higher": -1, "lower": 1}.get(found.metric.better, 0)
    apart = sorted(
        (one for one in judged if one.apart and sign * one.change > 0), key=lambda one: -abs(one.change)
    )
    if sign and apart:
        parts.append(_names(apart, "worse than the rest", ""))
    grey = len(found.segments) - len(judged)
    tail = f" {count(grey)} more have too few labels." if grey else ""
    return status, "; ".join(parts) + "." + tail


def _names(segments: list[Segment], what: str, none: str) -> str:
    if not segments:
        return none
    named = [f"{one.column} {one.value}" for one in segments[:_NAMED]]
    more = f" and {len(segments) - _NAMED} more" if len(segments) > _NAMED else ""
    return f"{', '.join(named)}{more}: {what}"


def _told(metric: Metric, one: Segment) -> dict[str, Any]:
    shown = mark(one.status)
    change, lower, upper = (_signed(metric, end) for end in (one.change, one.lower, one.upper))
    return {
        "Status": f"{shown.shape} {shown.word}",
        "Segment": f"{one.column} = {one.value}",
        "Rows": int(one.rows),
        metric.short[:1].upper() + metric.short[1:]: value(metric, one.estimate.value),
        "95 %": between(metric, one.estimate.lower, one.estimate.upper),
        "Rest": value(metric, one.rest.value),
        "To the rest": "–" if np.isnan(one.change) else f"{change} ({lower} to {upper})",
        "Beyond chance": "yes" if one.apart else "–" if np.isnan(one.rate) else "no",
        "Own reference": value(metric, one.baseline.value),
        "28 days lost": f"{one.lost} of {one.judged}",
        "Why": _why(one),
    }


def _why(one: Segment) -> str:
    if one.short:
        return one.short
    if one.last_lost is not None:
        return f"last lost {words(one.last_lost)}"
    return reasons.REASONS[one.reason].words if one.reason else ""


def _signed(metric: Metric, change: float) -> str:
    """A difference with its sign, of shares in percentage points."""
    if np.isnan(change):
        return "–"
    size = f"{abs(100 * change):.1f}" if as_share(metric) else short(abs(change))
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{size}"


def _how(found: Breakdown) -> str:
    points = " Differences of shares are in percentage points." if as_share(found.metric) else ""
    against = f"each against its own reference ({found.reference}), " if found.reference else ""
    return (
        f"{count(found.days)} final days; {against}over the whole window and over every {found.chunk} of it. "
        "The rest is all other rows of the same days. Intervals are of 95 %, days as clusters; colours and "
        f"“beyond chance” are corrected for {len(found.segments)} segments (Benjamini-Hochberg, 5 %).{points}"
    )
