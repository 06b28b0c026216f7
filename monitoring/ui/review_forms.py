"""The forms of the Review page: verdict, label, note and tags of a case, undo, and whom it is given to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from monitoring import review
from monitoring.models import Model
from monitoring.store import Refused, cases, verdicts
from monitoring.store.cases import Case
from monitoring.store.verdicts import Entry, Opinion, Said
from monitoring.ui import cards, person, review_queue, review_session, session, tables

SAID: dict[Said, tuple[str, str]] = {
    "correct": ("Correct", "1"),
    "wrong": ("Wrong", "2"),
    "unsure": ("Unsure", "3"),
}
"""Verdicts in words, with the key that gives each."""
_TOLD = "review-told"
_TAGS = ("data fault", "label doubtful", "new kind of row", "rule would do")


def decision(model: Model, case: Case, listed: Sequence[Case]) -> None:
    """Ask what a case is; the next one follows."""
    _tell()
    if case.verdict:
        st.markdown(
            f"Stands: **{cards.escaped(case.verdict)}**"
            + (f", label {cards.escaped(case.label)}" if case.label else "")
            + f", by {cards.escaped(case.author)} (unverified)"
            + (f": {cards.escaped(case.note)}" if case.note else "")
        )
    person.asked("review-author")
    _label(model, case)
    st.text_input("Note", key=_key("note", case))
    st.multiselect("Tags", _tags(model), key=_key("tags", case), accept_new_options=True)
    with st.container(horizontal=True, key="review-verdicts"):
        for verdict, (word, shortcut) in SAID.items():
            st.button(
                word, key=f"say-{verdict}", shortcut=shortcut, on_click=_say,
                args=(model, case, verdict, review_queue.after(listed, case.number)),
                type="primary" if verdict == "correct" else "secondary",
            )  # fmt: skip
        st.button(
            "Undo", key="undo", shortcut="U", icon=":material/undo:", disabled=not case.revision,
            on_click=_undo, args=(model, case), type="tertiary",
        )  # fmt: skip
        for word, shortcut, step in (("Before", "K", -1), ("Next", "J", 1)):
            number = review_queue.after(listed, case.number, step)
            st.button(
                word, key=f"go-{word.lower()}", shortcut=shortcut, disabled=number is None,
                on_click=review_queue.choose, args=(number,), type="tertiary",
            )  # fmt: skip


def _key(what: str, case: Case) -> str:
    """Of a field that belongs to a case as it was seen, so that nothing typed for one goes to another."""
    return f"review-{what}-{case.number}-{case.revision}"


def _label(model: Model, case: Case) -> None:
    told = "Only where it does not follow from the verdict."
    if model.task == "multiclass":
        st.selectbox(
            "Right class", model.classes, index=None, key=_key("label", case), help=told,
            placeholder="as the model said",
        )  # fmt: skip
    elif model.task == "regression":
        st.text_input("Right number", key=_key("label", case), help="Needed for a metric to count the case.")


def _tags(model: Model) -> list[str]:
    known = {tag for entry in review_session.entries(model) for tag in entry.tags}
    return [*_TAGS, *sorted(known - set(_TAGS))]


def _say(model: Model, case: Case, verdict: Said, then: int | None) -> None:
    """Keep a verdict on the case as it was seen."""
    state = st.session_state
    opinion = Opinion(
        verdict, state.get(_key("label", case)) or "", state.get(_key("note", case)) or "",
        tuple(state.get(_key("tags", case)) or ()), (state.get("review-author") or "").strip(),
    )  # fmt: skip
    try:
        kept = review.say(session.store(), model.name, case.number, opinion, case.revision)
    except Refused as error:
        state[_TOLD] = ("error", review_session.refused(error, model))
        review_queue.choose(case.number)
        return
    if kept.stands:
        state[_TOLD] = ("success", f"Case {case.number}: {verdict}.")
        review_queue.choose(then)
        return
    now = cases.one(session.store(), model.name, case.number)
    stands = f"{now.author} said {now.verdict or 'nothing any more'}" if now else "it changed"
    state[_TOLD] = (
        "warning",
        f"{stands} on case {case.number} since you opened it. Your verdict ({verdict}) is kept in the "
        "history and does not stand. Look again, and decide again if you must.",
    )
    review_queue.choose(case.number)


def _undo(model: Model, case: Case) -> None:
    author = (st.session_state.get("review-author") or "").strip()
    review_queue.choose(case.number)
    try:
        verdicts.undo(session.store(), model.name, case.number, author, case.revision)
    except Refused as error:
        st.session_state[_TOLD] = ("error", review_session.refused(error, model))
        return
    st.session_state[_TOLD] = ("success", f"Case {case.number}: taken back.")


def _tell() -> None:
    """Say what became of the last click, once."""
    kind, words = st.session_state.pop(_TOLD, ("", ""))
    told = {"error": st.error, "warning": st.warning, "success": st.success}.get(kind)
    if told is not None:
        told(cards.escaped(cards.full(words)))


def assignment(model: Model, case: Case) -> None:
    """Ask whom a case is given to."""
    with st.form(f"assignment-{case.number}", border=False):
        whom = st.text_input(
            "Give it to", value=case.assignee, placeholder="nobody", key=f"assignee-{case.number}"
        )
        if st.form_submit_button("Give"):
            author = st.session_state.get("review-author") or ""
            try:
                cases.assign(session.store(), model.name, case.number, whom or "", author)
            except Refused as error:
                st.error(cards.escaped(str(error)))
                return
            st.rerun()


def history(model: Model, case: Case) -> None:
    """Everything that was said of a case and to whom it was given, the newest first."""
    entries = verdicts.history(session.store(), model.name, case.number)
    standing = {one.revision for one in verdicts.stack(entries)}
    rows = [
        {
            "When": entry.said_at, "Who": entry.author, "What": _what(entry), "Label": entry.label or "–",
            "Note": entry.note or "–", "Tags": ", ".join(entry.tags) or "–",
            "State": _state(entry, standing, entries),
        }
        for entry in entries
    ]  # fmt: skip
    rows += [
        {
            "When": at, "Who": author or "–", "What": f"given to {assignee or 'nobody'}", "Label": "–",
            "Note": "–", "Tags": "–", "State": "–",
        }
        for assignee, author, at in verdicts.assignments(session.store(), model.name, case.number)
    ]  # fmt: skip
    if not rows:
        st.caption("Nobody has said anything yet.")
        return
    rows.sort(key=lambda row: row["When"], reverse=True)
    tables.draw(
        rows, height="content", key="review-history",
        column_config={
            "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss", timezone="UTC"),
        },
    )  # fmt: skip


def _what(entry: Entry) -> str:
    return f"took entry {entry.undoes} back" if entry.undoes else entry.verdict


def _state(entry: Entry, standing: set[int], entries: Sequence[Entry]) -> str:
    if entry.undoes:
        return "–"
    if not entry.stands:
        return "came after another one; does not stand"
    if entry.revision not in standing:
        return "taken back"
    return "stands" if entry.revision == max(standing) else "replaced"
