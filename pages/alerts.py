"""Alerts: what fired, and what was done about it?"""

import streamlit as st

from monitoring.alerts import commanding
from monitoring.alerts.delivering import Delivered
from monitoring.ui import (
    alerts_channels,
    alerts_incidents,
    alerts_notes,
    alerts_rules,
    alerts_session,
    cards,
    filters,
    shell,
)
from monitoring.ui.alerts_view import VIEWS, answer

shell.page_guard()
scope = filters.scope()
model = scope.model
with st.container(horizontal=True, vertical_alignment="center", key="answer"):
    head = st.container(horizontal=True, vertical_alignment="center", key="answer-words")
    if st.button("Evaluate now", icon=":material/refresh:", type="tertiary", key="evaluate"):
        alerts_session.evaluated(model)
view = st.segmented_control(  # by itself, so that it breaks into lines on a phone
    "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed"
)
known = alerts_session.known(model)

# --- the answer ---------------------------------------------------------------------------------------------

with head:
    status, sentence, word = answer(known)
    cards.verdict(status, sentence, key="verdict", word=word)
    cards.explanation(
        what="Rules watch the signals of a model. What fires together is one incident; everything done about "
        "it is kept. Late labels may take an incident's ground away: then it is withdrawn, and its channels "
        "are told.",
        why="An alert that nobody acts on teaches people to look away. A single bad chunk is mostly chance, "
        "so two of the last three have to be bad.",
        then="Take an incident in hand, or mark it unhelpful: rules that are noisy are named under *rules*. "
        "Replay a change before saving it.",
    )

# --- the chosen view ----------------------------------------------------------------------------------------

if view == "rules":
    alerts_rules.panel(known)
elif view == "channels":
    alerts_channels.channels(model)
elif view == "deliveries":
    alerts_channels.outbox(model)
elif view == "deploy notes":
    alerts_notes.panel(model)
elif known.evaluated:
    alerts_incidents.panel(known)
    ran = commanding.Ran(model, tuple(known.rows), known.waiting, (), Delivered())
    cards.export(lambda: commanding.frame(ran).to_csv(index=False).encode(), f"{model.name}-incidents.csv")
else:
    cards.empty(
        f"The rules of {model.name} were not evaluated yet.",
        "The app does so within seconds of an ingest; press *Evaluate now* to have it done at once.",
    )
