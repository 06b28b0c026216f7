"""The Glossary page's parts: the word asked for, the search, the list, and what the documents say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import streamlit as st

from monitoring.glossary import Kind, Term
from monitoring.ui import cards
from monitoring.ui.numbers import count

ROOT = Path(__file__).resolve().parents[2]
ALL = "all"
KINDS: tuple[str, ...] = get_args(Kind)
PLURALS = {
    "word": "words", "status": "statuses", "drift method": "drift methods", "metric": "metrics",
    "check of the data": "checks of the data", "reason for a review": "reasons for a review",
    "alert": "alerts",
}  # fmt: skip
MONTHS = (
    "Examples are of the demo: July stands for the four weeks from 21 June 2013, September for those from 13 "
    "September, March for those from 1 March."
)
_TERM = "term"


def chosen(terms: Sequence[Term]) -> Term | None:
    """The term that the address names, or the one that was looked up; an unknown one is none."""
    known = {one.key: one for one in terms}
    asked = st.query_params.get(_TERM, "")
    key = asked if asked in known else asked.replace("_", " ")
    if _TERM not in st.session_state and key in known:
        st.session_state[_TERM] = key
    picked = st.selectbox(
        "Look up",
        list(known),
        index=None,
        key=_TERM,
        format_func=lambda one: plain(known[one].title) if one in known else str(one),
        placeholder="A word, such as noise floor",
        on_change=_named,
        width=300,
    )
    return known.get(picked) if picked else None


def _named() -> None:
    """Keep the word in the address, so that a word is a link."""
    key = st.session_state[_TERM]
    if key:
        st.query_params[_TERM] = key
    elif _TERM in st.query_params:
        del st.query_params[_TERM]


def card(one: Term) -> None:
    """A term by itself: what it means, what it is on the flights, and what the documents say."""
    with st.container(border=True, key="term-card"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(cards.escaped(one.title), anchor=False, width="content")
            st.badge(one.kind, color="gray")
        st.markdown(cards.escaped(plain(one.meaning)))
        if one.example:
            st.markdown(f"**On the flights:** {cards.escaped(plain(one.example))}")
        if one.see:
            said = section(one.see)
            with st.expander(f"Read on in {one.see}", icon=":material/menu_book:"):
                st.markdown(
                    said or "The documents are not beside the app; read them where it was installed from."
                )


def words() -> str:
    """The letters that are searched for."""
    given = st.text_input(
        "Search all", key="q", bind="query-params", placeholder="Letters of a word or its meaning", width=300
    )
    return " ".join(given.split())


def kind() -> str:
    """The kind of term that is listed; '' for all."""
    options = [ALL, *(PLURALS[one] for one in KINDS)]
    picked = st.pills(
        "Kind", options, default=ALL, key="kind", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    return next((one for one in KINDS if PLURALS[one] == picked), "")


def matching(terms: Sequence[Term], kind: str, words: str) -> list[Term]:
    """Terms of a kind ('' for all) that hold every word of a search, somewhere.

    Examples
    --------
    >>> terms = [Term("psi", "Stability index", "A distance."), Term("label", "Label", "The truth.")]
    >>> [one.key for one in matching(terms, "", "STAB dist")], matching(terms, "metric", "")
    (['psi'], [])
    """
    parts = words.casefold().split()

    def holds(one: Term) -> bool:
        text = f"{one.key} {one.title} {one.meaning} {one.example}".casefold()
        return (not kind or one.kind == kind) and all(part in text for part in parts)

    return [one for one in terms if holds(one)]


def counted(found: int, kind: str) -> str:
    """How many terms there are.

    Examples
    --------
    >>> counted(1, "metric"), counted(17, "drift method"), counted(3, "")
    ('1 metric', '17 drift methods', '3 terms')
    """
    return (
        f"{count(found)} {kind or 'term'}" if found == 1 else f"{count(found)} {PLURALS.get(kind, 'terms')}"
    )


def listed(found: Sequence[Term]) -> None:
    """Terms with their meanings, in two columns where there is room."""
    half = -(-len(found) // 2)
    for column, part in zip(st.columns(2, gap="large"), (found[:half], found[half:]), strict=True):
        column.markdown("\n\n".join(map(entry, part)))


def entry(one: Term) -> str:
    r"""A term as Markdown: its title, its meaning, and its example.

    Examples
    --------
    >>> entry(Term("x", "A *b*", "Is <c>."))
    '**A b**  \nIs \\<c\\>\\.'
    """
    lines = [f"**{cards.escaped(plain(one.title))}**", cards.escaped(plain(one.meaning))]
    if one.example:
        lines.append(f":small[:gray[{cards.escaped(plain(one.example))}]]")
    return "  \n".join(lines)


def plain(text: str) -> str:
    """A text without the marks that the documents set it in."""
    return re.sub(r"[`*]", "", text)


def section(place: str) -> str:
    """What the documents say at a place, as Markdown without links; empty where they are not there.

    Parameters
    ----------
    place : str
        A file and perhaps a heading, as ``docs/drift.md#methods``. Of a whole file it is what stands before
        its first section.
    """
    file, _, anchor = place.partition("#")
    path = ROOT / file
    if not path.is_file():
        return ""
    parts = re.split(r"^(#{1,6}) (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
    headings = list(zip(parts[1::3], parts[2::3], parts[3::3], strict=True))
    for at, (rank, title, body) in enumerate(headings):
        if not anchor or _slug(title) == anchor:
            below = [body]
            for inner, heading, text in headings[at + 1 :] if anchor else []:
                if len(inner) <= len(rank):
                    break
                below.append(f"**{heading}**\n{text}")
            return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", "\n".join(below)).strip()
    return ""


def _slug(heading: str) -> str:
    """A heading as links name it."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower()).replace(" ", "-")
