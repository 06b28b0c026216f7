"""Review: what should a person look at?"""

import streamlit as st

from monitoring import review
from monitoring.store import cases
from monitoring.ui import (
    cards,
    filters,
    review_audit,
    review_card,
    review_forms,
    review_queue,
    review_session,
    session,
    shell,
)

shell.page_guard()
scope = filters.scope()
model = scope.model
answer = st.container(horizontal=True, vertical_alignment="center", key="answer")
if scope.span.last is None:
    cards.empty("No predictions yet.", "Take some in: `python -m monitoring ingest MODEL PATH`.")
    shell.stop()

# --- the answer ---------------------------------------------------------------------------------------------

review_session.filled(model)
odd = review.unknown(model.review)
if odd:
    st.warning(cards.escaped(odd))
waiting = cases.backlog(session.store(), model.name)
if not waiting.open and not waiting.decided:
    cards.empty(
        "No case in the last four weeks.",
        "Cases come in once a day is over: random ones by the audit, and those with a reason. A larger "
        "`audit` or other `reasons` under `[review]` in the model's file bring more.",
    )
    shell.stop()
with answer:
    cards.verdict(
        "grey" if waiting.open else "green", review_audit.answer(model, waiting), key="verdict",
        word="Waiting" if waiting.open else "All decided",
    )  # fmt: skip
    cards.explanation(
        what="Rows of the log that a person should look at, each with its reasons: the model was unsure, the "
        "versions disagree, a category is new, part of a drifted feature has grown, a sure decision was "
        "wrong, or the row was drawn at random.",
        why="A verdict mends one row, becomes a label, and trains the next version. The random audit does "
        "more: it tells how good the model is on all rows, long before the log's labels come.",
        then="Decide the audit's cases first: they stand on top. Keys: 1 correct, 2 wrong, 3 unsure, U takes "
        "back, J and K go on and back. Then read what the audit tells, and export the rows.",
    )

# --- the chosen view ----------------------------------------------------------------------------------------

view = st.segmented_control(
    "View", ("queue", "findings"), default="queue", key="view", bind="query-params",
    label_visibility="collapsed",
)  # fmt: skip
if view == "findings":
    review_audit.panel(scope)
    cards.export(lambda: review_audit.estimates_csv(model, scope.chunk), f"{model.name}-audit.csv")
    shell.stop()
queue = review_queue.queue(model)
if queue.chosen is None:
    cards.empty("No case with these filters.", "Choose another reason or state.")
    shell.stop()
left, right = st.columns([3, 2], gap="medium")
with left:
    review_card.card(model, queue.chosen)
with right:
    review_forms.decision(model, queue.chosen, queue.cases)
    with st.expander("Give the case to somebody", icon=":material/person_add:"):
        review_forms.assignment(model, queue.chosen)
    st.markdown("**History**")
    review_forms.history(model, queue.chosen)
