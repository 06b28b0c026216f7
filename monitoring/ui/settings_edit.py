"""Editing a model's file: forms or the text, the lines that differ and what follows of them, and saving."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from monitoring import editing
from monitoring.allowed_paths import PathNotAllowedError, resolved
from monitoring.consequences import Consequences, consequences
from monitoring.models import Model, ModelError, parse
from monitoring.store import UnknownModel, followed, places
from monitoring.store.places import Trouble
from monitoring.ui import cards, person, saving, session, settings_forms, settings_source, waiting
from monitoring.ui.jobs import Job
from monitoring.ui.numbers import count

FORMS, TEXT = "the common things", "the text"
LINES = 24


@dataclass
class Draft:
    """A change that somebody is making.

    Attributes
    ----------
    began : str
        What the file said when it began.
    base : str
        What the fields are filled with.
    text : str
        What the file is to say.
    turn : int
        How often the fields were filled anew; a part of their keys.
    """

    began: str
    base: str
    text: str
    turn: int = 0


def show(name: str) -> None:
    """Draw the editor of a model's file behind a button of its own, and its source.

    Parameters
    ----------
    name : str
        The model.
    """
    job = saving.running(name)
    if job is not None:
        progress(name, job)
        return
    _said(name)
    settings_source.show(session.model_named(name))
    editor = st.expander("Edit", icon=":material/edit:", on_change="rerun", key=f"edit-{name}")
    if not editor.open:
        return
    with editor:
        try:
            draft = _draft(name)
        except UnknownModel:
            cards.empty("This model was removed meanwhile.", "Reload the page.")
            return
        mode = st.segmented_control(
            "How", (FORMS, TEXT), default=FORMS, key=f"how-{name}", label_visibility="collapsed",
            on_change=_turned, args=(name,),
        )  # fmt: skip
        _edited(name, draft, mode or FORMS)
        _follows(name, draft)


@st.fragment(parallel=True)
def progress(name: str, job: Job) -> None:
    """Show how far a save is; the page, and all others, show the profile as it was until it is complete."""
    place = st.empty()
    waiting.until_done(job, place, "Saving; pages show the profile as it was until this is complete")
    place.empty()
    st.rerun()


def _key(name: str, what: str) -> str:
    return f"editing-{name}-{what}"


def _draft(name: str) -> Draft:
    """The change that is being made, or a new one that begins with what stands there."""
    key = _key(name, "draft")
    if key not in st.session_state:
        now = session.store().toml(name)
        st.session_state[key] = Draft(now, now, now)
    return st.session_state[key]


def _turned(name: str) -> None:
    """Fill the other kind of fields with what was made of the first."""
    draft = st.session_state.get(_key(name, "draft"))
    if draft is not None:
        draft.base, draft.turn = draft.text, draft.turn + 1


def _again(name: str) -> None:
    """Begin anew with what stands there."""
    turn = int(st.session_state.get(_key(name, "turns"), 0)) + 1000
    st.session_state[_key(name, "turns")] = turn
    now = session.store().toml(name)
    st.session_state[_key(name, "draft")] = Draft(now, now, now, turn)


def _edited(name: str, draft: Draft, mode: str) -> None:
    """Draw the fields, and make of them what the file is to say."""
    key = _key(name, str(draft.turn))
    if mode == TEXT:
        lines = min(LINES, 2 + draft.base.count("\n"))
        draft.text = st.text_area("The file", draft.base, height=24 * lines, key=f"{key}-text") or ""
        return
    try:
        changes = settings_forms.changes(parse(draft.base), key)
        draft.text = editing.with_values(draft.base, changes) if changes else draft.base
    except ModelError as error:
        draft.text = draft.base
        cards.empty("This cannot be written into the file.", cards.escaped(str(error)))


def _follows(name: str, draft: Draft) -> None:
    """The lines that differ, what follows, and the button that saves."""
    if draft.text == draft.began:
        st.caption("Nothing is changed yet.")
        return
    try:
        found = consequences(session.store(), draft.text)
        _assert_savable(name, found)
    except (ModelError, PathNotAllowedError) as error:
        st.error(cards.escaped(str(error)), icon=":material/block:")
        return
    st.markdown("**What changes in the file**")
    st.code(found.diff, language="diff", wrap_lines=True)
    st.markdown("**What follows**")
    st.markdown("\n".join(f"- {cards.escaped(words)}" for words in found.words))
    if found.refused:
        st.error(cards.escaped(found.refused), icon=":material/block:")
        return
    sure = not found.plan.lost or st.checkbox(
        f"Delete {count(found.plan.lost)} raw rows for good", key=f"{_key(name, str(draft.turn))}-sure"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=240):
            author = person.asked(_key(name, "author"))
        if st.button("Save", type="primary", key=f"save-{name}", disabled=not sure):
            st.session_state[_key(name, "saving")] = saving.begin(name, draft.text, draft.began, author)
            st.rerun()
        st.button("Start again", type="tertiary", key=f"again-{name}", on_click=_again, args=(name,))


def _assert_savable(name: str, found: Consequences) -> None:
    """Refuse another name, and paths that may not be read from the app.

    Raises
    ------
    ModelError
        If the text is of another model, or there is a fault in a path.
    PathNotAllowedError
        If a path that was changed lies outside the folders that the app may read.
    """
    after, before = found.plan.after, found.plan.before
    if after.name != name:
        raise ModelError(f"name: a registered model keeps its name, {name}; add a model of another name")
    folder = followed.folder(session.store(), name)
    for path in sorted(_paths(after) - (_paths(before) if before else set())):
        try:
            resolved(places.base(places.absolute(path, folder)))
        except Trouble as trouble:
            raise ModelError(f"{trouble.subject}: write the path in full") from trouble


def _paths(model: Model) -> set[str]:
    """The paths that a model's file names."""
    found = {model.reference.file} if model.reference else set()
    if model.source is not None:
        found |= {model.source.database or model.source.path}
        found |= {model.source.labels} if model.source.path is not None else set()
    return {path for path in found if path}


def _said(name: str) -> None:
    """How the last save of this visitor ended, told once; a text that was refused is kept for another try."""
    job: Job | None = st.session_state.pop(_key(name, "saving"), None)
    if job is not None:
        error = job.future.exception()
        if error is None:
            _again(name)
        st.session_state[_key(name, "ended")] = "" if error is None else str(error) or type(error).__name__
        session.forget_models()
        st.rerun()  # what stands above is of the file as it was
    words: str | None = st.session_state.pop(_key(name, "ended"), None)
    if words == "":
        st.success(cards.escaped(f"{name} is saved."), icon=":material/check:")
    elif words is not None:
        st.error(cards.escaped(f"{name} was not saved: {words}"), icon=":material/block:")


__all__ = ["progress", "show"]
