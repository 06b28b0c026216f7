"""Model: is it still worth trusting, and what should be done?"""

from functools import partial

import streamlit as st

from monitoring.ui import (
    cards,
    filters,
    health_session,
    health_view,
    model_advice,
    model_cards,
    report_button,
    session,
    shell,
)
from monitoring.ui.components.ribbon import ribbon

shell.page_guard()
scope = filters.scope()
model = scope.model
at = scope.as_of_at if scope.as_of else None
report = health_session.report(model, at)
volume = session.volume(model)
outputs = health_session.outputs(model, at)

with st.container(horizontal=True, vertical_alignment="center", key="answer"):
    cards.verdict(report.status, cards.full(report.sentence), key="verdict")
    cards.explanation(
        what="One model on one screen: six numbers beside what is usual, its colour on every day, what to "
        "look at first, how late its labels come, and whether it should be retrained.",
        why="Retraining costs time and may make things worse. It helps when the model has lost what it knew; "
        "it does not when the data are broken, or when only the scores are off.",
        then="Follow the first reason to its page. Do what the advice says, and read the evidence beside it "
        "before you do.",
    )
    report_button.button(scope, key="report")

# --- six numbers, now and as usual --------------------------------------------------------------------------

shown = model_cards.cards(report, volume, outputs, *session.judged(model))
for row in (shown[:3], shown[3:]):
    for column, card in zip(st.columns(3, gap="small"), row, strict=True):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{cards.escaped(card.title)}**", width="content")
                st.space("stretch")
                if card.status:
                    cards.badge(card.status)
            st.markdown(f"#### {cards.escaped(card.now)}")
            st.caption(cards.escaped(card.usual or "–"))
            st.caption(cards.escaped(card.note))
            if card.page != "health":
                cards.link(shell.page_path(card.page), "Look closer", model=model.name)

# --- every day ----------------------------------------------------------------------------------------------

days = health_session.days(model)
events = [(one.day(model), one.words) for one in session.events(model)]
if days:
    st.subheader("Every day", anchor=False)
    ribbon(
        days,
        model_cards.span(days),
        title=model.name,
        second="drift",
        as_of=scope.as_of,
        reference=health_view.reference_days(model),
        volume=report.volume,
        key="ribbon",
        on_pick=filters.judge_as_of,
        events=events,
    )
    told = "; ".join(f"{when.day} {when:%b %Y}: {what}" for when, what in events)
    st.caption(cards.escaped(f"{told}."))

# --- why, how late, and what to do --------------------------------------------------------------------------

left, right = st.columns([2, 3], gap="medium")
with left:
    st.subheader("Look at first", anchor=False)
    first = model_cards.reasons(report)
    if not first:
        st.markdown("Nothing: every signal is healthy.")
    for signal in first:
        st.markdown(cards.said(signal.name, signal.status, signal.sentence))
        if signal.page:
            cards.link(shell.page_path(signal.page), f"To {signal.page.capitalize()}", model=model.name)
    st.subheader("Labels", anchor=False)
    st.markdown(cards.escaped(model_advice.labels(model, outputs)))
with right:
    st.subheader("Should it be retrained?", anchor=False)
    advised = health_session.advised(model, at)
    if advised is None:
        cards.empty("No predictions yet, so there is nothing to advise.", "Ingest predictions and labels.")
    else:
        model_advice.card(advised, model)
if model.owner or model.notes:
    st.subheader("Owner and notes", anchor=False)
    st.markdown(cards.escaped(" – ".join(part for part in (model.owner, model.notes) if part)))
cards.export(partial(health_view.csv, [report]), f"{model.name}-health.csv")
