"""The place that a model follows: what is known of it, what stands in the way, and a look at once."""

from __future__ import annotations

import uuid

import streamlit as st

from monitoring import commands, reasons
from monitoring.models import Model
from monitoring.store import followed
from monitoring.store.following import follow
from monitoring.ui import background, cards, jobs, session, waiting
from monitoring.ui.jobs import Job, Progress


def show(model: Model) -> None:
    """Draw what is known of a model's source; nothing where it has none.

    Parameters
    ----------
    model : Model
    """
    if model.source is None:
        return
    troubles = followed.troubles(session.store(), model.name)
    place = model.source.path or f"{model.source.table} of {model.source.database}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**Source** &nbsp; {cards.escaped(place)}", width="content")
        st.caption(cards.escaped(_looked(model.name)), width="content")
        st.space("stretch")
        if st.button("Look now", icon=":material/refresh:", type="tertiary", key=f"look-{model.name}"):
            st.session_state[f"looking-{model.name}"] = _begun(model.name)
    job: Job | None = st.session_state.get(f"looking-{model.name}")
    if job is not None:
        looking(model.name, job)
    for one in troubles:
        words = reasons.sentence(one.code, place=one.subject, why=one.detail)
        text = cards.escaped(f"{one.kind}: {words}. {reasons.fix(one.code)}")
        if one.code in followed.NOTES:
            st.caption(text)
        else:
            st.warning(text, icon=":material/link_off:")


@st.fragment(parallel=True)
def looking(name: str, job: Job) -> None:
    """Show how far a look at a source is, and what came of it once."""
    fresh = not job.done
    found = waiting.finished(job, "Looking")
    if found is not None:
        st.caption(cards.escaped(commands.follow_answer(found).stderr))
    if fresh:
        session.forget_models()
        st.rerun()


def _begun(name: str) -> Job:
    def work(tell: Progress) -> object:
        found = follow(session.store(), name, tell)
        if found.changed:
            commands.fill_queue(session.store(), name)
        return found

    return jobs.desk().job(f"look {name}", (uuid.uuid4().hex,), work)


def _looked(name: str) -> str:
    """When all places were last looked at, as far as this process does so."""
    state = background.follow_state()
    if state is None or state.looked_at is None:
        return ""
    failing = dict(state.failing).get(name)
    return f"failed: {failing}" if failing else f"looked at {state.looked_at:%H:%M:%S} UTC"
