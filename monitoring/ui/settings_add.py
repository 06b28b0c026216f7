"""The Settings page's way to a new model: a log, its columns, the first row of Health, and then saved."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from monitoring.instants import Dates
from monitoring.models import CHUNKS
from monitoring.onboarding import Choices, Draft, DraftError, drafted, preview, slug, telling
from monitoring.onboarding.previewing import Preview, Progress
from monitoring.onboarding.saving import assert_new, save
from monitoring.onboarding.values import positive, threshold
from monitoring.store import StoreError
from monitoring.store.database import DatabaseError
from monitoring.store.sampled import Sample
from monitoring.ui import (
    cards,
    health_session,
    person,
    session,
    settings_columns,
    settings_log,
    settings_reference,
    shell,
)
from monitoring.ui.numbers import count
from monitoring.ui.settings_columns import Roles
from monitoring.ui.settings_log import Given

_PREVIEW, _ADDED = "add-preview", "add-added"
_FAULTS = (DraftError, StoreError, DatabaseError, OSError)  # the last two: a full disk, for instance
ORDERS: dict[Dates, str] = {
    "dmy": "the day first, as in 31/12/2024", "mdy": "the month first, as in 12/31/2024"
}  # fmt: skip


def panel() -> None:
    """Draw the steps to a new model, as far as they can be taken."""
    st.subheader("1 · The log", anchor=False)
    log = settings_log.given()
    if log is None:
        st.caption(
            "Needed are an id, an instant and the output of the model; labels, versions and features are "
            "found, too. Nothing is stored before the last step."
        )
        return
    sample = settings_log.looked(log)
    if sample is None:
        return
    token = f"add-{hashlib.blake2b(log.token.encode(), digest_size=6).hexdigest()}"
    draft = _drafted(sample, token)
    if draft is None:
        return
    text = _text(draft)
    if text is None:
        return
    st.subheader("5 · The first row of Health", anchor=False)
    _previewed(draft, log, text)
    st.subheader("6 · The model's file", anchor=False)
    st.code(text, language="toml", wrap_lines=True)
    _save(draft, log, token)


def _drafted(sample: Sample, token: str) -> Draft | None:
    """Ask for everything that makes a draft; None where it cannot be one."""
    st.subheader("2 · Its columns", anchor=False)
    bare = drafted(sample)
    st.caption(cards.escaped(telling.head(bare)))
    roles = settings_columns.roles(sample, token)
    base = {"task": roles.task, "columns": roles.columns, "probabilities": roles.probabilities,
            "scores": roles.scores}  # fmt: skip
    try:
        draft = drafted(sample, Choices(**base))
    except DraftError as error:
        st.error(cards.escaped(str(error)))
        return None
    with st.expander(
        f"Features ({len(draft.detection.features)})",
        expanded=len(draft.detection.features) <= settings_columns.FEW,
    ):
        chosen = settings_columns.features(draft.detection, token)
    base |= {"kinds": chosen.kinds, "exclude": chosen.exclude, "private": chosen.private}
    for fault in draft.detection.faults:
        st.error(cards.escaped(fault))
    if draft.detection.faults:
        return None
    st.subheader("3 · The model, and what no file can tell", anchor=False)
    base |= _asked(draft, token)
    base |= _told(draft, roles, token)
    draft = drafted(sample, Choices(**base))
    if draft.questions:
        return draft
    st.subheader("4 · The reference", anchor=False)
    try:
        window = settings_reference.asked(draft, token)
    except DraftError as error:
        st.error(cards.escaped(str(error)))
        return None
    if window is None or draft.proposed is None:
        return None
    same = window == (draft.proposed.start, draft.proposed.stop)
    return draft if same else drafted(sample, Choices(**base, reference=window))


def _told(draft: Draft, roles: Roles, token: str) -> dict[str, Any]:
    """What the model is called, and what its outputs mean."""
    one, two = st.columns([1, 2])
    told: dict[str, Any] = {
        "name": one.text_input("Name", value=slug(draft.sample.name), key=f"{token}-name", max_chars=63,
                               help="Small letters, digits, - and _; it is part of every link."),
        "title": two.text_input("Title", key=f"{token}-title", placeholder="Will they cancel?"),
    }  # fmt: skip
    with st.expander("More: the event, versions, chunks, segments"):
        columns = st.columns(3)
        if roles.task == "binary":
            told |= _event(draft, columns, token)
        name = draft.detection.column("version")
        versions = [value for value, _ in draft.sample.column(name).values] if name else []
        if versions:
            told["champion"] = columns[2].selectbox(
                "The version that serves", versions, key=f"{token}-champion"
            )
            told = _unless(told, champion=versions[0])
        told |= _scope(draft, token)
    return {key: value for key, value in told.items() if value != ""}


def _scope(draft: Draft, token: str) -> dict[str, Any]:
    """How finely the log is judged: chunks, the clock, segments."""
    one, two, three = st.columns(3)
    told: dict[str, Any] = {}
    chunk, why = draft.chunk
    told["chunk"] = one.selectbox("One point is", CHUNKS, CHUNKS.index(chunk), key=f"{token}-chunk", help=why)
    clock, why = draft.clock
    told["clock"] = two.selectbox(
        "Today is", ["now", "last row"], index=int(clock == "last row"), key=f"{token}-clock",
        help=f"{why[:1].upper()}{why[1:]}.",
    )  # fmt: skip
    names = [one.name for one in draft.detection.features if one.kind is not None]
    usual = tuple(name for name, _ in draft.detection.segments)
    told["segments"] = tuple(three.multiselect(
        "Segments", names, list(usual), key=f"{token}-segments", max_selections=5,
        help="Columns by whose values everything can be asked separately.",
    ))  # fmt: skip
    return _unless(told, chunk=chunk, clock=clock, segments=usual)


def _unless(told: dict[str, Any], **guessed: Any) -> dict[str, Any]:
    """What is told without what is as it was guessed, so that this keeps its reason."""
    return {key: value for key, value in told.items() if key not in guessed or value != guessed[key]}


def _event(draft: Draft, columns: Sequence[Any], token: str) -> dict[str, Any]:
    name = draft.detection.column("label") or draft.detection.column("prediction")
    event, why = positive(None, draft.detection)
    values = [value for value, _ in draft.sample.column(name).values] if name else []
    options = list(dict.fromkeys([event, *values]))[:20]
    limit, because = threshold(None, draft.detection)
    told = {
        "positive": columns[0].selectbox("The event is", options, key=f"{token}-positive-{name}", help=why),
        "threshold": columns[1].number_input(
            "Decided from a score of", value=float(limit), format="%.4g", help=because,
            key=f"{token}-threshold",
        ),
    }  # fmt: skip
    return _unless(told, positive=event, threshold=limit)


def _asked(draft: Draft, token: str) -> dict[str, Any]:
    """The questions that nobody but a person can answer."""
    told: dict[str, Any] = {}
    questions = {one.code: one for one in draft.detection.questions}
    if "dates" in questions:
        st.markdown(cards.escaped(questions["dates"].words))
        told["dates"] = st.radio(
            "Order of dates", list(ORDERS), index=None, key=f"{token}-dates", horizontal=True,
            format_func=lambda one: ORDERS[one],
        )  # fmt: skip
    if "timezone" in questions:
        st.markdown(cards.escaped(questions["timezone"].words))
    zones = settings_reference.zones()
    one, two = st.columns([3, 2])
    if "timezone" in questions:
        chosen = one.selectbox(
            "Time zone of instants without an offset", zones, index=None, key=f"{token}-written",
            placeholder="Choose a time zone",
        )  # fmt: skip
        told["written"] = chosen or ""
    usual = told.get("written") or "UTC"
    place = two if "timezone" in questions else one
    told["timezone"] = place.selectbox(
        "Time zone of the model's days", zones, index=zones.index(usual) if usual in zones else 0,
        key=f"{token}-zone-{usual}", help="A day begins at midnight there. It cannot be changed later.",
    )  # fmt: skip
    return told


def _text(draft: Draft) -> str | None:
    """The model's file; None with what is missing told."""
    if draft.questions:
        st.info("Answer what is asked above; nothing can be saved before.", icon=":material/help:")
        return None
    try:
        assert_new(session.store(), draft.name)
        return draft.toml
    except (DraftError, StoreError) as error:
        st.error(cards.escaped(str(error)))
        return None


def _previewed(draft: Draft, log: Given, text: str) -> None:
    """Try the draft when somebody asks for it, and show what came of it as long as nothing changed."""
    if st.button("Preview", key="add-try", icon=":material/visibility:"):
        bar = st.progress(0.0, "reading")
        try:
            with log.file() as path:
                found: Preview | str = preview(draft, path, log.table, _shown_on(bar))
        except _FAULTS as error:
            found = str(error)
        bar.empty()
        st.session_state[_PREVIEW] = (text, found)
    known = st.session_state.get(_PREVIEW)
    if known is None or known[0] != text:
        st.caption("A store is made of an excerpt, judged by the same code as every day, and thrown away.")
    elif isinstance(known[1], str):
        st.error(cards.escaped(known[1]))
    else:
        _shown(known[1])


def _shown_on(bar: DeltaGenerator) -> Progress:
    """Tell on a bar how far something is; names of files in it stay text."""

    def tell(share: float, what: str) -> None:
        bar.progress(share, cards.escaped(what))

    return tell


def _shown(found: Preview) -> None:
    report = found.report
    cards.verdict(report.status, report.sentence, key="preview")
    with st.container(horizontal=True, gap="small", key="preview-signals"):
        for signal in report.signals:
            cards.signal(signal.name, signal.status, signal.sentence)
    for signal in report.signals:
        if signal.status != "green":
            st.markdown(cards.said(signal.name, signal.status, signal.sentence))
    st.caption(cards.escaped(f"Judged {found.words}."))
    for reason, rows, detail in found.problems:
        st.warning(cards.escaped(f"{reason}, {count(rows)} rows; for instance: {detail}"))


def _save(draft: Draft, log: Given, token: str) -> None:
    with st.form(f"{token}-save", border=False):
        author = person.asked(f"{token}-author")
        pressed = st.form_submit_button("Save, and take the log in", type="primary", icon=":material/save:")
    if not pressed:
        return
    signed = drafted(draft.sample, _signed(draft.choices, author))
    bar = st.progress(0.0, "registering")
    try:
        with log.file() as path:
            receipts = save(session.store(), signed, path, log.table, _shown_on(bar))
    except _FAULTS as error:
        bar.empty()
        st.error(cards.escaped(f"Nothing was added: {error}"))
        return
    rejected = sum(one.rejected for one in receipts)
    st.session_state[_ADDED] = (draft.name, sum(one.accepted for one in receipts), rejected)
    st.session_state.pop(_PREVIEW, None)
    settings_log.forget()
    session.forget_models()
    st.rerun()


def _signed(choices: Choices, author: str) -> Choices:
    return Choices(**{**choices.__dict__, "author": author})


def added() -> None:
    """Say what became of a model that was just added, until another one is begun."""
    known = st.session_state.get(_ADDED)
    if known is None or known[0] not in [model.name for model in session.models()]:
        return
    name, accepted, rejected = known
    model = session.model_named(name)
    report = health_session.report(model)
    with st.container(border=True, key="added"):
        refused = f", {count(rejected)} in the quarantine" if rejected else ""
        st.markdown(f"**{cards.escaped(name)}** is registered: {count(accepted)} rows taken in{refused}.")
        cards.verdict(report.status, report.sentence, key="added-verdict")
        with st.container(horizontal=True):
            cards.link(shell.page_path("health"), "Health")
            cards.link(shell.page_path("model"), "Model", model=name)
