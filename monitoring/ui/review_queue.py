"""The Review page's queue: what waits, filtered by reason and person, and the case that is chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from monitoring.models import Model, Review
from monitoring.review import SOURCES, sources_of
from monitoring.store import cases
from monitoring.store.cases import Case, State
from monitoring.ui import address, review_session, session, tables
from monitoring.ui.numbers import count, day

PAGE = 50
CHOSEN = "review-case"
ADDRESS = "case"
"""Under which the address says which case is looked at."""
STATES: tuple[State, ...] = ("open", "decided", "all")
_ANYBODY = "anybody"


@dataclass(frozen=True)
class Queue:
    """What the page shows of the queue.

    Attributes
    ----------
    cases : list of Case
        A page of it.
    chosen : Case or None
        The case that is looked at.
    """

    cases: list[Case]
    chosen: Case | None


def queue(model: Model) -> Queue:
    """Draw the filters and the table, and say which case is chosen."""
    counts = cases.counts(session.store(), model.name)
    known = [one.key for one in sources_of(model.task, model.review or Review())]
    options = [key for key in SOURCES if key in known or counts.get(key)]
    reason = st.pills(  # by themselves, so that they break into lines on a phone
        "Reason", options, key="reason", bind="query-params", format_func=lambda key: SOURCES[key].title
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="review-filters"):
        state: State | None = st.segmented_control(
            "State", STATES, default="open", key="state", bind="query-params"
        )
        people = [_ANYBODY, *review_session.names(model)]
        whose = st.selectbox("Given to", people, key="given", bind="query-params", width=140)
        number = st.number_input(
            "Page", min_value=1, value=1, step=1, key="page", bind="query-params", width=100
        )
    told = [f"{SOURCES[key].title} {count(counts[key])}" for key in options if counts.get(key)]
    st.caption(f"Waiting by reason: {', '.join(told) or 'none'}")
    listed = review_session.listed(
        model, state=state or "open", reason=reason or "", assignee="" if whose == _ANYBODY else whose or "",
        most=PAGE, skip=PAGE * (int(number) - 1),
    )  # fmt: skip
    if listed:
        _table(listed)
    return Queue(listed, _chosen(model, listed))


def _chosen(model: Model, listed: Sequence[Case]) -> Case | None:
    """The case that was picked, though it may have left the page since; else the first of the page."""
    asked = st.query_params.get(ADDRESS, "")
    number = st.session_state.get(CHOSEN) or (int(asked) if re.fullmatch(r"\d{1,15}", asked) else None)
    kept = cases.one(session.store(), model.name, number) if number is not None else None
    if asked and kept is None:
        if CHOSEN not in st.session_state:  # else it is a case of the model that was shown before
            address.refuse(ADDRESS, asked)
        del st.query_params[ADDRESS]
    return kept or (listed[0] if listed else None)


def _table(listed: Sequence[Case]) -> None:
    rows = [
        {
            "Case": one.number,
            "Why": ", ".join(_title(why.reason) for why in one.why),
            "Request": one.id,
            "Day": day(one.day),
            "More": "; ".join(why.detail for why in one.why if why.detail),
            "Given to": one.assignee or "–",
            "Verdict": _verdict(one),
        }
        for one in listed
    ]

    def picked() -> None:
        event: Any = st.session_state["review-queue"]
        places = event["selection"]["rows"]
        if places and places[0] < len(listed):
            choose(listed[places[0]].number)

    tables.draw(
        rows, height=min(38 * len(rows) + 38, 260), key="review-queue", on_select=picked,
        selection_mode="single-row", column_config={"Case": st.column_config.NumberColumn(format="%d")},
    )  # fmt: skip


def choose(number: int | None) -> None:
    """Look at another case."""
    st.session_state[CHOSEN] = number
    if number is not None:
        st.query_params[ADDRESS] = str(number)
    elif ADDRESS in st.query_params:
        del st.query_params[ADDRESS]


def _title(reason: str) -> str:
    return SOURCES[reason].title if reason in SOURCES else reason


def _verdict(one: Case) -> str:
    return f"{one.verdict} by {one.author}" if one.verdict else "–"


def after(listed: Sequence[Case], number: int, step: int = 1) -> int | None:
    """The case after one, or before it; None past the end.

    Parameters
    ----------
    listed : sequence of Case
    number : int
    step : {1, -1}
    """
    numbers = [one.number for one in listed]
    place = numbers.index(number) + step if number in numbers else 0
    return numbers[place] if 0 <= place < len(numbers) else None
