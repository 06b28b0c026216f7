"""Who says so: a name that a person types, remembered for the session and never checked."""

from __future__ import annotations

import streamlit as st

_REMEMBERED = "person"


def asked(key: str) -> str:
    """Ask for a name inside a form; the last one given stands there already.

    Parameters
    ----------
    key : str
        Unique on the page.
    """
    typed = st.text_input(
        "Your name", value=st.session_state.get(_REMEMBERED, ""), key=key,
        help="Kept beside what you register or decide. Nobody checks it: it is shown as unverified.",
    )  # fmt: skip
    name = (typed or "").strip()
    if name:
        st.session_state[_REMEMBERED] = name
    return name
