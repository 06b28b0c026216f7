"""Words on a page: the heading, the verdict, empty states, and how a number came about."""

from __future__ import annotations

import streamlit as st


def heading(title: str, question: str) -> None:
    """A page's title and the one question it asks."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="heading"):
        st.title(title, anchor=False, width="content")
        st.caption(question, width="content")


def empty(what: str, fix: str) -> None:
    """Say in words that there is nothing to show, and what would change that.

    Parameters
    ----------
    what : str
        A sentence; Markdown is not interpreted.
    fix : str
        What the reader can do; Markdown.
    """
    with st.container(border=True, key="empty"):
        st.markdown(f"**{escaped(what)}**")
        st.markdown(fix)


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it is.

    Examples
    --------
    >>> escaped("<b>[x](y)</b> :red[z] $1")
    '\\<b\\>\\[x\\]\\(y\\)\\</b\\> \\:red\\[z\\] \\$1'
    """
    return "".join("\\" + letter if letter in r"\`*_{}[]()<>#+-.!|$:~" else letter for letter in text)
