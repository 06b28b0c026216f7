"""Pages of a long table: which one is asked for, in the address too, and the control that turns them."""

from __future__ import annotations

import math

import streamlit as st


def asked(key: str, of: str) -> int:
    """The page that is looked at, from 1 on; another table begins on its first page.

    Parameters
    ----------
    key : str
        Of the control.
    of : str
        What the table is about.
    """
    before = st.session_state.get(f"{key}-of")
    st.session_state[f"{key}-of"] = of
    if before not in (None, of):
        st.session_state[key] = 1
    if key in st.session_state:
        return max(1, int(st.session_state[key]))
    said = st.query_params.get(
        key, ""
    )  # the control is drawn after the table, which tells how many there are
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 10 else 1


def control(key: str, label: str, total: int, each: int, *, width: int) -> None:
    """Draw the control where there is more than one page.

    Parameters
    ----------
    key, label : str
    total, each : int
        Rows in all, and on a page.
    width : int
        In pixels.
    """
    if total <= each:
        return
    pages = last(total, each)
    if int(st.session_state.get(key, 1)) > pages:
        st.session_state[key] = 1
    st.number_input(label, min_value=1, max_value=pages, value=1, key=key, bind="query-params", width=width)


def last(total: int, each: int) -> int:
    """The number of the last page.

    Examples
    --------
    >>> last(0, 50), last(50, 50), last(51, 50)
    (1, 1, 2)
    """
    return max(1, math.ceil(total / each))
