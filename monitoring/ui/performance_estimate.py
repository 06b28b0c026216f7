"""The Performance page without labels: estimates beside what labels said later, and how far they were off."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from monitoring import performance, reasons, results
from monitoring.performance import Estimates, Estimation, ExpectedErrors, Together, Weighted, WindowEstimate
from monitoring.ui import (
    cards,
    performance_estimate_course,
    performance_session,
    tables,
    timeline,
    waiting,
)
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share, short
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import gap, number
from monitoring.ui.status import label
from monitoring.windows import Window

BLIND = (
    "Concept drift is invisible to every such estimate: it takes each score to mean what it meant in the "
    "reference. Only labels can tell whether it still does."
)


@st.fragment(parallel=True)
def panel(view: View, metric: str, length: int) -> None:
    """Draw the view; what takes rows is worked out beside the page, and the rest does not wait for it.

    Parameters
    ----------
    view : View
    metric : str
        Key of the metric whose course is drawn.
    length : int
        How many of the newest whole chunks of the range are told as one.
    """
    if not performance.estimable(view.model, [metric]):
        known = ", ".join(performance.estimable(view.model, view.assessment.scores))
        cards.empty(f"{view.assessment.scores[metric].metric.title} cannot be estimated without labels.",
                    f"Choose one of these metrics: {known}.")  # fmt: skip
        return
    head = st.empty()
    found = _estimates(view, head)
    if found is None:
        return
    if found.reason:
        what = cards.full(reasons.sentence(found.reason, **found.facts))
        cards.empty(what, cards.escaped(reasons.fix(found.reason).format(**found.facts)))
        return
    one, window = found.scores[metric], _window(view, length)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with st.container(horizontal=True, vertical_alignment="center", key="estimate-head"):
            st.subheader(f"{one.metric.title}, estimated and realised", anchor=False, width="content")
            st.space("stretch")
            cards.export(partial(_csv, view, found), f"{view.model.name}-estimate.csv")
        chart = st.empty()
        st.caption(BLIND)
    with right:
        record(view, one)
    below = st.container()
    weighted = _weighted(view, window, head, chart, one) if window and not found.errors else None
    pooled = performance.pooled(found, window, weighted=weighted) if window else {}
    figure = performance_estimate_course.course(view, one, pooled.get(metric))
    timeline.draw(figure, view.scope.model, key="estimate-course", into=chart)
    if metric in pooled:
        with head.container():
            answer(pooled[metric], weighted, found.errors)
        with below:
            table(pooled, _realised(view, window))


def _csv(view: View, found: Estimates) -> bytes:
    """The frame behind the view, every estimate with its interval in the chunks shown, as a CSV file."""
    keys = view.assessment.keys[view.shown]
    data = performance.estimate_frames.frame(found, window=Window(keys[0].start, keys[-1].stop))
    return results.formatted(data, "csv").encode()


def _estimates(view: View, place: DeltaGenerator) -> Estimates | None:
    """Every estimate; those of a regression once its errors are learnt. None where that failed."""
    if view.model.task != "regression":
        return performance_session.estimates(view.scope, view.known_at)
    job = performance_session.expected_errors(view.scope, view.known_at)
    waiting.until_done(job, place, "Learning how large errors are for which rows")
    if waiting.failed(job, "Rows could not be looked at"):
        return None
    place.empty()
    return performance.estimate(view.assessment, errors=job.future.result())


def _window(view: View, length: int) -> Window | None:
    """The newest whole chunks of the range that hold predictions; None where none is over."""
    found, shown = view.assessment, range(view.shown.start, view.shown.stop)
    over = [i for i in shown if found.maturity[i] != "partial" and found.predicted[i] > 0][-length:]
    return Window(found.keys[over[0]].start, found.keys[over[-1]].stop) if over else None


def _weighted(
    view: View, window: Window, head: DeltaGenerator, chart: DeltaGenerator, one: Estimation
) -> Weighted | None:
    """What weighted rows say of the window; the chart is there while that is worked out."""
    job = performance_session.weighted(view.scope, window, view.known_at)
    if not job.done:
        figure = performance_estimate_course.course(view, one)
        timeline.draw(figure, view.scope.model, key="estimate-course-before", into=chart)
        waiting.until_done(job, head, "Weighing the reference's rows for this window")
    return None if waiting.failed(job, "Rows could not be looked at") else job.future.result()


def answer(one: WindowEstimate, weighted: Weighted | None, errors: ExpectedErrors | None = None) -> None:
    """The window's estimate in a sentence, with the badge where it is not to be believed.

    Parameters
    ----------
    one : WindowEstimate
    weighted : Weighted or None
        None where nothing was weighed.
    errors : ExpectedErrors, optional
        What a regression's estimates rest on.
    """
    if weighted is not None and weighted.outside:
        st.badge("Outside reference support: estimate unreliable", color="orange", icon=":material/warning:")
    cards.verdict(one.status, sentence(one, weighted), key="estimate-verdict")
    st.caption(cards.escaped(_method(one, weighted) if errors is None else _learnt(one, errors)))


def sentence(one: WindowEstimate, weighted: Weighted | None) -> str:
    """What is estimated of a window, in words."""
    metric = one.metric
    value, lower, upper = (number(metric, end) for end in (one.value, one.lower, one.upper))
    text = f"{words(one.window)}: {metric.title} is estimated at {value} ({lower} to {upper})"
    if np.isfinite(one.baseline):
        text += f" against {number(metric, one.baseline)} in the reference"
    if one.reason == "outside_support" and weighted is not None:
        return f"{text}, but {reasons.sentence(one.reason, **weighted.facts)}."
    if one.status == "amber":
        return f"{text}: a loss beyond the interval. {reasons.fix('estimated_loss')}"
    if one.status == "grey":
        loss = gap(metric, 2 * one.amber)
        return f"{text}; not judged: {reasons.sentence(one.reason, loss=loss)}. {reasons.fix(one.reason)}"
    return f"{text}: no loss beyond the interval."


def _method(one: WindowEstimate, weighted: Weighted | None) -> str:
    """How the number came about, and from how many rows."""
    parts = [f"From the scores of {count(one.rows)} predictions, labelled or not"]
    if weighted is not None and np.isfinite(weighted.auc):
        parts.append(
            f"a classifier tells {_of(weighted.current_rows, weighted.current_total)} of its rows from "
            f"{_of(weighted.reference_rows, weighted.reference_total)} of the reference with AUC "
            f"{short(weighted.auc)}, days held out together"
        )
    if weighted is not None and weighted.probability:
        parts.append(
            f"the reference weighted to look like them ({share(weighted.effective)} of its rows are "
            f"effective) gives {number(one.metric, one.weighted)}, without weights it is "
            f"{number(one.metric, one.plain)}"
        )
    elif weighted is not None and not weighted.outside:
        parts.append(f"no weighted estimate: {reasons.sentence(weighted.reason, **weighted.facts)}")
    return "; ".join(parts) + "."


def _learnt(one: WindowEstimate, errors: ExpectedErrors) -> str:
    """The same of a regression."""
    return (
        f"For {count(one.rows)} predictions, labelled or not: boosted trees learnt from "
        f"{_of(errors.reference_rows, errors.reference_total)} rows of the reference how much the model errs "
        f"for which features, and were asked of {count(sum(errors.rows))} rows of all chunks."
    )


def _of(rows: int, total: int) -> str:
    return count(rows) if rows == total else f"{count(rows)} of {count(total)}"


def record(view: View, one: Estimation) -> None:
    """How far past estimates were from what labels said later.

    Parameters
    ----------
    view : View
    one : Estimation
    """
    st.subheader("Track record", anchor=False)
    past, metric = one.record, one.metric
    if not past.count:
        st.caption("No chunk outside the reference has mature labels yet, so no estimate could be checked.")
        return
    high = "high" if past.bias > 0 else "low"
    said = (
        f"In {count(past.count)} chunks with mature labels estimates of {metric.short} missed by "
        f"{gap(metric, past.mean_error)} on average, at worst by {gap(metric, past.worst)}, and were "
        f"too {high} by {gap(metric, abs(past.bias))} in the mean. "
    )
    said += (
        f"Nine of ten misses are at most {gap(metric, past.half_width)}, which is what intervals rest on."
        if np.isfinite(past.half_width)
        else "Intervals rest on the estimator's own error until there are ten."
    )
    st.markdown(cards.escaped(said))
    places = np.flatnonzero(np.isfinite(one.realised) & np.isfinite(one.estimate.value))[-len(past.last) :]
    rows = [
        {
            "Chunk": words(view.assessment.keys[place]),
            "Estimated": number(metric, float(one.estimate.value[place])),
            "Realised": number(metric, float(one.realised[place])),
            "Miss": _signed(one, place),
        }
        for place in reversed(places.tolist())
    ]
    tables.draw(rows, height=300, files="below", key="track-record")


def _signed(one: Estimation, place: int) -> str:
    miss = float(one.estimate.value[place] - one.realised[place])
    return ("+" if miss >= 0 else "−") + gap(one.metric, abs(miss))


def _realised(view: View, window: Window | None) -> Together | None:
    """What labels said of the window, where all of its labels are mature."""
    found = view.assessment
    places = tuple(i for i, key in enumerate(found.keys) if window and window.holds(key.start))
    held = [found.maturity[place] for place in places if found.predicted[place] > 0]
    if not held or set(held) != {"final"}:
        return None
    return performance_session.together(view.scope, places, view.known_at)


def table(pooled: Mapping[str, WindowEstimate], realised: Together | None) -> None:
    """Every metric of the window: without weights, by weighted rows, and what labels said.

    Parameters
    ----------
    pooled : mapping of str to WindowEstimate
    realised : Together or None
        None where labels are not mature.
    """
    window = next(iter(pooled.values())).window
    st.subheader(f"Every estimate, {words(window)}", anchor=False)
    rows = []
    for key, one in pooled.items():
        row = {
            "Metric": one.metric.title,
            "Estimated": number(one.metric, one.plain),
            "By weighted rows": number(one.metric, one.weighted),
            "Expected": f"{number(one.metric, one.lower)} to {number(one.metric, one.upper)}",
            "Reference": number(one.metric, one.baseline),
            "Status": label(one.status),
        }
        if np.isnan(one.weighted):
            del row["By weighted rows"]
        if realised is not None:
            row["Realised"] = number(one.metric, float(realised.scores[key].estimate.value))
        rows.append(row)
    tables.draw(rows, height="content", files="below", key="window-estimates")
    if realised is None:
        st.caption("Labels of this window are not mature, so there is no realised value to compare with.")
