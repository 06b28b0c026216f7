"""Adding a batch to the log: only when somebody says so, by the way that every file goes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from monitoring.batch import Checked
from monitoring.commands import fill_queue, receipt_line
from monitoring.models import Model
from monitoring.store import StoreError, sheets
from monitoring.ui import cards, session
from monitoring.ui.batch_session import Given
from monitoring.ui.numbers import count


def panel(model: Model, given: Given, found: Checked, sheet: str) -> None:
    """Ask whether the rows are to be kept, and say what became of them.

    Parameters
    ----------
    model : Model
    given : Given
    found : Checked
    sheet : str
        Of a workbook.
    """
    if said := st.session_state.pop("batch-added", ""):
        st.markdown(cards.escaped(said))
    roles = found.taken.roles
    lacking = [
        words for there, words in ((roles.id, "an id"), (roles.predicted_at, "an instant")) if not there
    ]
    if lacking:
        st.caption(f"It cannot be added to the log: it has no column for {' and '.join(lacking)}.")
        return
    with st.popover("Add to the log", icon=":material/library_add:"):
        out = found.taken.rows - found.taken.accepted
        st.markdown(
            f"**{count(found.taken.accepted)} rows** of {cards.escaped(given.name)} would become part of the "
            f"log of **{cards.escaped(model.label_title)}**, on the days that they tell; "
            f"{count(out)} would go to the quarantine. Pages, alerts and reports count them from then on."
        )
        st.caption(
            "`python -m monitoring forget MODEL FILE` takes the file out again, as if it had never been."
        )
        if st.button("Add these rows", type="primary", key="batch-add", icon=":material/library_add:"):
            with st.spinner("Taking the file in"):
                st.session_state["batch-added"] = take_in(model, given, sheet)
            st.rerun()


def take_in(model: Model, given: Given, sheet: str = "") -> str:
    """Take a batch into the log as any other file, and say what became of it.

    Parameters
    ----------
    model : Model
    given : Given
    sheet : str
        Of a workbook.
    """
    store = session.store()
    try:
        with tempfile.TemporaryDirectory(prefix="lookout-") as folder:
            path = given.path
            if path.suffix.lower() in sheets.SUFFIXES:
                path = sheets.written(path, Path(folder), sheet)
            said = receipt_line(store.ingest(model.name, path, title=given.name))
        fill_queue(store, model.name)
    except StoreError as error:
        return f"{given.name}: {error}; nothing of it was taken in"
    session.forget_models()
    return said
