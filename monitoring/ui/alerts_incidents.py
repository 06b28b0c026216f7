"""The Alerts page's incidents: a table, one of them in full, and what a person does about it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, get_args

import streamlit as st

from monitoring.alerts import messages
from monitoring.alerts.evaluating import kept
from monitoring.store import Refused, incidents
from monitoring.store.incidents import Done, Entry, Row
from monitoring.ui import cards, person, session, tables
from monitoring.ui.alerts_session import Known
from monitoring.ui.numbers import count

STATES = ("open", "closed", "withdrawn", "all")
DONE: dict[str, str] = {
    "acknowledged": "acknowledge",
    "snoozed": "snooze",
    "unhelpful": "unhelpful",
    "note": "note",
}
"""What can be done about an incident, in words."""
SNOOZES = {"1 hour": 1, "8 hours": 8, "1 day": 24, "3 days": 72, "7 days": 168, "28 days": 672}
MOST = 200


def panel(one: Known) -> None:
    """Draw the incidents of a model."""
    state = st.segmented_control("State", STATES, default=STATES[0], key="state", bind="query-params")
    rows = [row for row in one.rows if (state or STATES[0]) in ("all", row.state)]
    if not rows:
        what = "incident" if state == "all" else f"{state or STATES[0]} incident"
        cards.empty(
            f"There is no {what} of {one.model.name}.",
            "Its rules are evaluated over the whole history after each ingest, and every hour.",
        )
        return
    numbers = [str(row.number) for row in rows[:MOST]]
    tables.draw(
        [_line(one, row) for row in rows[:MOST]], height="content", key="incidents",
        on_select=partial(_picked, numbers), selection_mode="single-row",
    )  # fmt: skip
    if len(rows) > MOST:
        st.caption(f"and {count(len(rows) - MOST)} older ones")
    number = st.selectbox("Incident", numbers, key="incident", bind="query-params", width=140)
    row = next((row for row in rows if str(row.number) == number), rows[0])
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _detail(one, row)
    with right:
        _form(row)


def _picked(numbers: list[str]) -> None:
    """Look at the incident whose line was clicked; the select box and the address follow."""
    event: Any = st.session_state["incidents"]
    places = event["selection"]["rows"]
    if places and places[0] < len(numbers):
        st.session_state["incident"] = numbers[places[0]]


def _line(one: Known, row: Row) -> dict[str, object]:
    incident = kept(row).incident
    done = [entry for entry in one.own(row.number) if entry.kind in get_args(Done)]
    hand = f"{DONE[done[-1].kind]}, {done[-1].author or 'somebody'}" if done else "–"
    return {
        "No.": row.number,
        "State": row.state,
        "Severity": row.severity,
        "Worst": row.worst,
        "Since": messages.day(row.onset),
        "Until": messages.day(row.ended) if row.ended else "–",
        "Rules": ", ".join(incident.rules),
        "Last done": "waits for somebody" if row.number in one.waiting else hand,
    }


def _detail(one: Known, row: Row) -> None:
    """One incident in full: what fired, and its history."""
    incident = kept(row).incident
    cards.verdict(
        row.worst if row.state == "open" else "grey",
        cards.full(messages.title(incident)), key="incident-verdict", word=f"{row.state}, {row.severity}",
    )  # fmt: skip
    if row.sentence:
        st.markdown(f"What was said of the model: {cards.escaped(cards.full(row.sentence))}")
    fired = [
        {"Rule": each.rule, "Worst": each.worst, "From": messages.day(each.onset),
         "Confirmed": messages.day(each.confirmed), "Chunks": each.chunks,
         "Over": messages.day(each.ended) if each.ended else "–"}
        for each in incident.firings
    ]  # fmt: skip
    tables.draw(fired, height="content", key="fired")
    told = [
        {"When": f"{entry.at:%Y-%m-%d %H:%M} UTC" if entry.at else "–", "What": _kind(entry),
         "Who": f"{entry.author} (unverified)" if entry.author else "–", "Note": entry.note or "–"}
        for entry in one.own(row.number)
    ]  # fmt: skip
    tables.draw(told, height="content", key="incident-history")


def _kind(entry: Entry) -> str:
    if entry.kind == "snoozed" and entry.until:
        return f"snoozed until {entry.until:%Y-%m-%d %H:%M} UTC"
    return messages.SAID.get(entry.kind, entry.kind)


def _form(row: Row) -> None:
    done = st.radio(
        "What to do", list(DONE), format_func=lambda one: DONE[one], horizontal=True, key="done",
        help="Acknowledged: somebody looks after it. Snoozed: nobody is told of it for a while. Unhelpful: "
        "it should not have fired, which counts against its rules.",
    )  # fmt: skip
    with st.form("act", border=False):
        length = "1 day"
        if done == "snoozed":
            length = st.selectbox("For", list(SNOOZES), index=2, key="snooze-length") or length
        note = st.text_input("Note", key="act-note")
        author = person.asked("act-author")
        if st.form_submit_button("Record", type="primary"):
            hours = dt.timedelta(hours=SNOOZES[length])
            until = dt.datetime.now(dt.UTC) + hours if done == "snoozed" else None
            _act(Entry(row.number, row.model, done or "note", author, note, until))


def _act(entry: Entry) -> None:
    try:
        incidents.act(session.store(), entry)
    except Refused as error:
        st.error(cards.escaped(str(error)))
        return
    st.rerun()
