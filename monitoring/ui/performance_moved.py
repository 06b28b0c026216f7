"""The Performance page's view of why it moved: other inputs, other labels, or other outcomes of the same."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import reasons
from monitoring.drift import CHECKS
from monitoring.performance import label_mix, moved_words
from monitoring.performance.label_mix import ByLabel
from monitoring.performance.moved import Moved
from monitoring.performance.moved_words import signed, three
from monitoring.statistics import METHODS
from monitoring.statistics.severity import NAMES
from monitoring.ui import (
    cards,
    charts,
    performance_session,
    pictures,
    tables,
    timeline,
    waiting,
)
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share, short
from monitoring.ui.performance_view import View
from monitoring.windows import Window

_HEIGHT = 260


@st.fragment(parallel=True)
def panel(view: View, places: tuple[int, ...]) -> None:
    """Draw the view; what takes rows is worked out beside the page, and the rest does not wait for it.

    Parameters
    ----------
    view : View
    places : tuple of int
        Positions of the newest final chunks that are told as one.
    """
    if not places:
        cards.empty("No chunk of this range has final labels.", reasons.fix("immature"))
        return
    keys = view.assessment.keys
    window = Window(keys[places[0]].start, keys[places[-1]].stop)
    st.subheader(f"Why it moved, {words(window)}", anchor=False)
    head = st.empty()
    left, right = st.columns(2, gap="medium")
    with right:
        _labels(view, places)
    _drift(view)
    job = performance_session.moved(view.scope, window, view.known_at)
    waiting.until_done(job, head, "Taking the change apart")
    error = job.future.exception()
    if error is not None:
        with head.container():
            cards.empty(f"Rows could not be looked at: {error}", "The rest of the page is not affected.")
        return
    found: Moved = job.future.result()
    with head.container():
        _answer(found)
    with left:
        st.subheader("By features", anchor=False)
        if np.isfinite(found.concept[0]):
            pictures.draw(parts(found), key="moved-parts")
        st.caption(cards.escaped(_method(found)))


def _answer(found: Moved) -> None:
    """What is likely behind the change; it explains what is judged elsewhere, so that it has no colour."""
    if found.reason:
        cards.verdict("grey", moved_words.sentence(found), key="moved-verdict")
        st.caption(cards.escaped(reasons.fix(found.reason)))
        return
    with st.container(border=True, key="moved-verdict"):
        st.markdown(cards.escaped(moved_words.sentence(found)))


def parts(found: Moved) -> go.Figure:
    """The change and its parts as bars with their intervals."""
    scale = 100 if found.measure == "accuracy" else 1
    rows = {
        "change": found.change, "other inputs": found.covariate, "other label shares": found.label_share,
        "other outcomes of the same inputs": found.concept,
    }  # fmt: skip
    rows = {name: one for name, one in rows.items() if one[2] > one[1]}  # a part that was estimated
    names = list(rows)
    value, lower, upper = (scale * np.array([one[end] for one in rows.values()]) for end in range(3))
    bars = {
        "type": "bar", "orientation": "h", "y": names, "x": value,
        "marker": {"color": [charts.REFERENCE, *[charts.CURRENT] * (len(rows) - 1)]},
        "error_x": {"type": "data", "symmetric": False, "array": upper - value, "arrayminus": value - lower,
                    "thickness": 1.3, "width": 4, "color": charts.STATUS["grey"]},
        "customdata": [three(found.measure, one) for one in rows.values()],
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    of = "accuracy, points" if found.measure == "accuracy" else "the mean absolute error"
    return charts.figure(
        [bars],
        height=_HEIGHT,
        x={"title": {"text": f"Change of {of}"}, "zeroline": True, "zerolinecolor": charts.QUIET},
        y={"autorange": "reversed"},
        showlegend=False,
    )


def _method(found: Moved) -> str:
    """How the split by features came about."""
    told = (
        f"From {count(found.current_rows)} labelled rows of {count(found.current_total)}, and "
        f"{count(found.reference_rows)} of {count(found.reference_total)} of the reference, drawn by a hash "
        "of their id; final days alone."
    )
    if np.isfinite(found.auc):
        told += (
            f" A classifier, asked about other days than it learnt, tells the two with AUC {found.auc:.2f}."
        )
    if found.route != "none":
        told += f" {share(found.effective)} of the reference's rows are effective once they are weighted."
    if np.isfinite(found.alike):
        p_value = "below 0.001" if found.alike < 0.001 else short(found.alike)
        told += f" That rows of one label look alike has a p-value of {p_value}."
    if found.route != "none":
        told += (
            " Intervals of 95 %, as if rows were independent. Features that are not logged count as outcomes."
        )
    return told


def _labels(view: View, places: tuple[int, ...]) -> None:
    """The exact split by label; of a regression there is none."""
    st.subheader("By label", anchor=False)
    if view.model.task == "regression":
        st.caption(
            "Labels of a regression are no classes: its change is taken apart by features, with fifths of "
            "the label in the place of classes."
        )
        return
    found = label_mix.by_label(view.assessment, places)
    if found is None:
        st.caption("The reference has no mature labels to compare with.")
        return
    st.markdown(cards.escaped(moved_words.label_sentence(found, view.model)))
    tables.draw(table(found), height="content", files="below", key="moved-labels")
    st.caption(
        f"Exact, from counts of {count(found.rows[1])} labelled rows and {count(found.rows[0])} of the "
        "reference."
    )


def table(found: ByLabel) -> list[dict[str, str]]:
    """Each label's share and accuracy, before and now, and what it adds to the change.

    Parameters
    ----------
    found : ByLabel
    """
    split = found.split
    return [
        {
            "Label": name,
            "Share": f"{share(split.current_share[i])}, was {share(split.reference_share[i])}",
            "Accuracy": f"{share(found.current[i])}, was {share(found.reference[i])}",
            "By its share": signed("accuracy", float(split.slice_mix.value[i])),
            "By decisions": signed("accuracy", float(split.slice_rate.value[i])),
        }
        for i, name in enumerate(found.classes)
    ]


def _drift(view: View) -> None:
    """How far labels lie from the reference's, chunk by chunk, with the limits of drift."""
    st.subheader("Labels against the reference", anchor=False)
    found = performance_session.label_drift(view.scope, view.known_at)
    if found is None:
        st.caption("Labels are compared once the reference has some that are mature.")
        return
    scores = found.checks[CHECKS[0]]
    shown = [
        i for i, key in enumerate(found.keys) if view.scope.window.holds(key.start) and scores.rows[0, i] > 0
    ]
    if not shown:
        st.caption("No mature label in this range.")
        return
    figure = charts.course(
        [found.keys[i].start for i in shown],
        scores.value[0, shown],
        title=METHODS[found.measures[0]].title,
        limit=scores.limit[0, shown],
        floor=scores.noise_floor[0, shown],
        status=[NAMES[scores.status[0, i]] for i in shown],
        partial=~found.complete[shown],
        reference=view.span_of_reference(),
        height=_HEIGHT,
    )
    timeline.draw(figure, view.scope.model, key="label-drift")
    st.caption(
        cards.escaped(
            f"By the day of the prediction, days with mature labels alone, against {found.reference_words}; "
            "judged as a feature is. Labels that drift while inputs do not hint at concept drift."
        )
    )
