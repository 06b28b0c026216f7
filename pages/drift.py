"""Drift: which inputs no longer look like the reference, and does it matter?"""

from functools import partial

import streamlit as st

from monitoring import drift, reasons
from monitoring.statistics import METHODS
from monitoring.ui import (
    absent,
    cards,
    drift_exact,
    drift_limits,
    drift_rows,
    drift_segments,
    drift_session,
    drift_together,
    drift_trust,
    drift_view,
    feature_detail,
    filters,
    pictures,
    queries,
    scatter,
    session,
    shell,
    timeline,
)
from monitoring.ui.components.heatmap import heatmap
from monitoring.ui.components.ranking import ranking

shell.page_guard()
scope = filters.scope()
model = scope.model

# What stands where; filled further down in the order in which things are known.
answer = st.container(horizontal=True, vertical_alignment="center", key="answer")
left, right = st.columns([2, 3], gap="medium")
detail = st.container(key="detail")
related = st.container(key="related")
over_time = st.container(key="over-time")

# --- which features drift -----------------------------------------------------------------------------------

with right, st.container(horizontal=True, vertical_alignment="center", key="features-head"):
    st.subheader("Features, worst first", anchor=False, width="content")
    st.space("stretch")
    method = st.selectbox(
        "Measured by",
        ["auto", *METHODS],
        key="method",
        bind="query-params",
        label_visibility="collapsed",
        width=190,
        help="What distances are measured by. auto: by kind, number of values and rows in a chunk; what it "
        "chose and why stands under each feature's course.",
    )
    method = method if method in METHODS else "auto"
try:
    picture = drift_session.picture(scope, method)
except drift.AgainstError as error:
    cards.empty(str(error), "Choose another reference in the bar.")
    shell.stop()
except drift.NoReferenceError:
    cards.empty(
        "This model names no reference: there is nothing to compare with.", reasons.fix("no_reference")
    )
    shell.stop()
except drift.CalendarError as error:
    absent.calendar(error)
    shell.stop()
if picture is None:
    absent.chunk(scope)
    shell.stop()

view, rows = picture.view, picture.rows
assessment = view.assessment
features = {feature.feature: feature for feature in view.verdict.features}
recent = drift_view.recent(view)
with answer:
    cards.verdict(view.verdict.status, drift_view.said(view.verdict), key="verdict")
    cards.explanation(
        what="Every feature of every chunk is compared with the reference, days on which the model is known "
        "to have been healthy. A distance counts as drift when it exceeds what the reference's own days show "
        "among themselves, when chance among so many features does not explain it, and when it is large.",
        why="A model is only as good as the likeness between what it sees and what it learnt from. Drift of "
        "an important feature is often the first sign, long before labels arrive.",
        then="Start at the upper right of the picture, with features that matter and drift. Look at when it "
        "began and at the distribution, ask who changed the feature, and retrain when it is here to stay.",
    )
    drift_limits.limits(scope, list(features), method)
if assessment.against != drift.own(model):
    st.caption(
        f"Here chunks are compared with {cards.escaped(assessment.reference_words)}. The line above this "
        "page and Health judge by the model's own reference, so their colour may be another."
    )
with detail, st.container(horizontal=True, vertical_alignment="center", key="detail-head"):
    chosen = st.selectbox(
        "Feature",
        list(features),
        key="feature",
        bind="query-params",
        label_visibility="collapsed",
        width=230,
    )
    feature = features.get(chosen) or next(iter(features.values()))
    cards.badge(drift_rows.shown_status(feature))
    st.markdown(cards.escaped(feature.sentence), width="content")
with right:
    ranking(
        rows,
        reference=drift_view.reference_share(view),
        selected=feature.feature,
        key="ranking",
        on_pick=filters.show_feature,
    )

# --- does it matter? ----------------------------------------------------------------------------------------

with left:
    st.subheader("Importance and drift", anchor=False)
    weighed = [row for row in rows if row.importance is not None]
    if weighed:
        pictures.draw(
            scatter.importance_by_drift(weighed, selected=feature.feature),
            key="scatter",
            on_select=filters.show_point,
            selection_mode="points",
        )
    else:
        cards.empty(
            "No importance is known: the model's file gives none, and its score could not be learnt from.",
            "Write `importance = 0.2` under `[features.NAME]`, and this picture says which drift matters.",
        )
    if assessment.weights.source == "surrogate":
        st.caption(f"Importances are learnt from the model's scores (R² {assessment.weights.quality:.2f}).")

# --- one feature: how it was, how it is, since when ---------------------------------------------------------

place = view.place(feature.feature)
single = drift_session.single(model, feature.feature, scope.segment, scope.reference)
cube = single.cube
described = model.features.get(feature.feature)
unit = f" ({described.unit})" if described and described.unit else ""
private = described is not None and described.private
with detail:
    before, after = st.columns(2, gap="medium")
with before:
    with st.container(horizontal=True, vertical_alignment="center", key="distribution-head"):
        st.subheader("Reference and current", anchor=False, width="content")
        st.space("stretch")
        drawn = st.segmented_control(
            "Drawn",
            list(drift_view.DRAWN),
            default="shares",
            key="drawn",
            bind="query-params",
            label_visibility="collapsed",
            help="shares of rows, or how many times as frequent each value is as in the reference",
        )
        span = st.segmented_control(
            "Current",
            list(drift_view.SPANS),
            default=drift_view.DEFAULT_SPAN,
            key="current",
            bind="query-params",
            label_visibility="collapsed",
        )
    window = drift_view.trailing(view, drift_view.SPANS[span or drift_view.DEFAULT_SPAN])
    compared = drift.references(session.store(), model, window, single.against, scope.chunk)
    reference = feature_detail.sample(cube, [assessment.reference] if compared is None else compared)
    current = feature_detail.sample(cube, [window])
    outside = feature_detail.outside(single.against)
    figure = feature_detail.distribution(
        cube,
        reference,
        current,
        f"{feature.title}{unit}",
        names=not private,
        ratios=drawn == "ratios",
        outside=outside,
    )
    if figure is None:
        cards.empty(
            "One of the two sides has no value to draw.", "The table below says how many are missing."
        )
    else:
        pictures.draw(figure, key="distribution")
    cards.comparison(
        feature_detail.facts(
            cube,
            reference,
            current,
            extent=not private,
            misfits=drift_session.type_misfits(model).get(feature.feature, 0),
            outside=outside,
        ),
        drift_view.words(window),
    )
    if not private and not cube.grids[0].numeric:
        st.caption(cards.escaped(feature_detail.moved_words(cube, reference, current, outside=outside)))
        unseen = drift_session.unseen(model, feature.feature)
        new = feature_detail.unseen_words(unseen, window.stop, outside=outside)
        st.caption(cards.escaped(new))
    if cube.grids[0].numeric:
        drift_exact.panel(scope, feature.feature, window, single.against)
with after:
    check = drift_rows.chosen_check(view, feature, "Over time")
    steps = None
    if check == "chunk":
        measure = assessment.measures[place]
        steps = drift_session.consecutive(model, feature.feature, scope.chunk, scope.segment, measure)
    timeline.draw(drift_rows.course(view, feature, check, steps), model, key="course")
    started = drift.started(assessment, feature.feature, check, at=assessment.keys[view.last].start)
    st.caption(drift_rows.started_words(started))
    cards.trust(
        drift_trust.facts(view, scope, feature.feature, check, cube.grids[0]),
        drift_trust.command(view, scope, method),
        partial(drift_trust.csv, view, feature.feature),
        f"{model.name}-{feature.feature}.csv",
        key="trust",
        others=drift_trust.others(view, drift_session.values(scope, feature.feature), feature.feature),
        every=partial(drift_trust.every, single, view, session.now_of(model)),
        sql=partial(queries.of_drift, scope),
    )
    if not scope.segment[0] and model.segments.columns:
        by_segment = drift_session.by_segment(model, feature.feature, scope.chunk, method, scope.reference)
        st.subheader("By segment", anchor=False)
        if not by_segment:
            st.caption("The only segment column is this feature itself.")
        ranking(
            drift_segments.rows(view, by_segment),
            reference=drift_view.reference_share(view),
            selected=None,
            key="segments",
            on_pick=filters.show_segment,
            what="Segment",
            weight="Rows",
        )

# --- all features at once, and what is likely behind it -----------------------------------------------------

with related:
    st.subheader("All features at once, and what is likely related", anchor=False)
    drift_together.panel(picture, scope, window, recent)

# --- where and when -----------------------------------------------------------------------------------------

with over_time:
    with st.container(horizontal=True, vertical_alignment="center", key="over-time-head"):
        st.subheader("Features over time", anchor=False, width="content")
        st.space("stretch")
        cards.export(partial(drift_trust.csv, view), f"{model.name}-drift.csv")
    heatmap(
        drift_rows.lanes(view, list(features.values())[: drift_view.MOST_LANES], recent),
        [key.start for key in assessment.keys[recent]],
        measures=[drift_rows.CHECK_TITLES[check] for check in drift.VERDICT_CHECKS],
        reasons=drift_rows.REASON_WORDS,
        selected=feature.feature,
        key="heatmap",
        on_pick=partial(drift_view.pick_cell, view, scope.span),
    )
    if len(features) > drift_view.MOST_LANES:
        st.caption(f"The {drift_view.MOST_LANES} worst of {len(features)} features.")
    if recent != view.shown:
        st.caption(f"The last {drift_view.MOST_CHUNKS} chunks. Choose a longer chunk to see further back.")
