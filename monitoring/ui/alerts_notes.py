"""The Alerts page's deploy notes: what people know to have happened, marked on every course over time."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from monitoring.models import Model
from monitoring.store import Refused, notes
from monitoring.store.notes import LONGEST, DeployNote
from monitoring.ui import cards, person, session, tables


def panel(model: Model) -> None:
    """Draw the notes of a model, and the form for a new one."""
    with st.form("deploy-note", border=False):
        one, two = st.columns([1, 2])
        clock = session.now_of(model).astimezone(model.zone).replace(tzinfo=None, second=0, microsecond=0)
        at = one.datetime_input(f"When ({model.timezone})", value=clock, key="note-at")
        title = two.text_input("What, in a few words", max_chars=LONGEST, key="note-title")
        words = st.text_input("More about it", key="note-words")
        author = person.asked("note-author")
        if st.form_submit_button("Note it", type="primary") and isinstance(at, dt.datetime):
            _add(DeployNote(model.name, at.replace(tzinfo=model.zone), title or "", words or "", author))
    found = notes.listed(session.store(), model.name)
    if not found:
        cards.empty(
            f"Nothing is noted of {model.name} yet.",
            "Note a deploy, a new upstream source or a campaign: it is marked on every chart over time.",
        )
        return
    tables.draw(
        [{"When": f"{one.happened_at.astimezone(model.zone):%Y-%m-%d %H:%M}", "What": one.title,
          "More": one.note or "–", "Who": f"{one.author} (unverified)" if one.author else "–"}
         for one in reversed(found)],
        height="content", key="notes",
    )  # fmt: skip


def _add(note: DeployNote) -> None:
    try:
        notes.add(session.store(), note)
    except Refused as error:
        st.error(cards.escaped(str(error)))
        return
    session.forget_models()
    st.rerun()
