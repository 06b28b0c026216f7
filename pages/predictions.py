"""Predictions: has the output changed, and how sure is the model?"""

from functools import partial

import streamlit as st

from monitoring import drift, performance, reasons
from monitoring.predictions.frames import LOW
from monitoring.statistics import METHODS
from monitoring.ui import (
    absent,
    cards,
    drift_rows,
    drift_view,
    feature_detail,
    filters,
    pictures,
    predictions_panels,
    predictions_session,
    predictions_trust,
    queries,
    session,
    shell,
    timeline,
)

shell.page_guard()
scope = filters.scope()
model = scope.model
answer = st.container(horizontal=True, vertical_alignment="center", key="answer")
words = st.container(key="words")

# --- has the output changed? --------------------------------------------------------------------------------

with st.container(horizontal=True, vertical_alignment="center", key="predictions-head"):
    st.subheader("Has it changed?", anchor=False, width="content")
    st.space("stretch")
    span = st.segmented_control(
        "Current",
        list(drift_view.SPANS),
        default=drift_view.DEFAULT_SPAN,
        key="current",
        bind="query-params",
        label_visibility="collapsed",
    )
    method = st.selectbox(
        "Measured by",
        ["auto", *METHODS],
        key="method",
        bind="query-params",
        label_visibility="collapsed",
        width=190,
        help="What distances are measured by, as on the page Drift.",
    )
    method = method if method in METHODS else "auto"
try:
    picture = predictions_session.picture(scope, method)
except performance.NoOutputError:
    cards.empty(f"No predictions of {scope.version} yet.", reasons.fix("no_data"))
    shell.stop()
except drift.AgainstError as error:
    cards.empty(str(error), "Choose another reference in the bar.")
    shell.stop()
except drift.CalendarError as error:
    absent.calendar(error)
    shell.stop()
if picture is None:
    absent.chunk(scope, scope.version)
    shell.stop()

view = picture.view
assessment = view.assessment
window = drift_view.trailing(view, drift_view.SPANS[span or drift_view.DEFAULT_SPAN])
with answer:
    cards.verdict(picture.verdict.status, predictions_trust.answer(picture, window), key="verdict")
    cards.explanation(
        what="What the version said, labels or not: how its scores are distributed against the reference, "
        "judged by the methods and limits of the Drift page; where they lie over time; what it decided; and "
        "how sure it was. Confidence is the probability of what it holds for more likely.",
        why="The output is what people act on, and all of it is known at once, while labels come late. A "
        "model that is suddenly surer is not better: outside of what it learnt it is often surer, and wrong.",
        then="If the score drifted, look at Drift for the inputs behind it. If it became surer, look at "
        "Performance for what labels or the estimate say. Rows of low confidence are worth a person’s look.",
    )
with words:
    st.caption(cards.escaped(predictions_trust.own_reference(picture)))
    if assessment.against != drift.own(model):
        st.caption(f"Here chunks are compared with {cards.escaped(assessment.reference_words)}.")

outputs = {one.title: one for one in picture.verdict.outputs}
shown = next(iter(outputs.values()))
if len(outputs) > 1:
    title = st.selectbox(  # its options stay text, whatever a class is called
        "Output", list(outputs), key="output", bind="query-params", label_visibility="collapsed", width=260
    )
    shown = outputs.get(title or "", shown)
single = picture.output(shown.feature)
cube = single.cube
left, right = st.columns(2, gap="medium")
with left:
    st.subheader("Reference and current", anchor=False)
    compared = picture.reference(window)
    reference = feature_detail.sample(cube, [assessment.reference] if compared is None else compared)
    current = feature_detail.sample(cube, [window])
    outside = feature_detail.outside(single.against)
    figure = feature_detail.distribution(cube, reference, current, shown.title, names=True, outside=outside)
    if figure is None:
        cards.empty(
            "One of the two sides has no value to draw.", "The table below says how many rows lack one."
        )
    else:
        pictures.draw(figure, key="distribution")
    facts = feature_detail.facts(cube, reference, current, extent=False, outside=outside)
    cards.comparison(facts, drift_view.words(window))
with right:
    check = drift_rows.chosen_check(view, shown, "Drift over time")
    timeline.draw(drift_rows.course(view, shown, check), model, key="course")
    started = drift.started(assessment, shown.feature, check, at=assessment.keys[view.last].start)
    st.caption(drift_rows.started_words(started))
    cards.trust(
        predictions_trust.facts(picture, scope, shown.feature, check, cube.grids[0]),
        predictions_trust.command(picture, scope, method),
        partial(predictions_trust.csv, picture, LOW, shown.feature),
        f"{model.name}-{scope.version}-{shown.feature}.csv",
        key="trust",
        every=partial(predictions_trust.every, picture),
        sql=partial(queries.of_outputs, scope),
    )

# --- where it lies, what it decides, how sure it is ---------------------------------------------------------

with st.container(horizontal=True, vertical_alignment="bottom", key="about-head"):
    views = [name for name, tasks in predictions_panels.VIEWS.items() if model.task in tasks]
    about = (
        st.segmented_control("View", views, default=views[0], key="about", bind="query-params") or views[0]
    )
    low, measure, beside = LOW, predictions_panels.MEASURES[0], None
    if about == "confidence":
        measure = st.segmented_control(
            "Over time",
            predictions_panels.MEASURES,
            default=measure,
            key="sure_by",
            bind="query-params",
        )
        low = st.number_input(
            "Not sure below",
            min_value=0.0,
            max_value=1.0,
            value=LOW,
            step=0.05,
            key="below",
            bind="query-params",
            width=150,
            help="Moved to the nearest edge of the profile, which lie 0.002 apart.",
        )
        others = [name for name in session.versions(model, scope.version) if name != scope.version]
        if others:
            other = st.selectbox(
                "Beside it", ["no other version", *others], key="beside", bind="query-params", width=170
            )
            beside = predictions_session.picture(scope, method, other) if other in others else None
            if other in others and beside is None:
                st.caption(f"{cards.escaped(other)} has no complete chunk in this range.")
if about == "level":
    predictions_panels.level(picture, window)
elif about == "classes":
    predictions_panels.classes(picture, window)
elif about == "residuals":
    predictions_panels.residuals(picture, window)
else:
    predictions_panels.confidence(picture, beside, window, low, measure or predictions_panels.MEASURES[0])
cards.export(partial(predictions_trust.csv, picture, low), f"{model.name}-{scope.version}-predictions.csv")
