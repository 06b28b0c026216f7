"""Glossary: what do these words mean?"""

import streamlit as st

from monitoring import glossary
from monitoring.ui import cards, glossary_view, shell

shell.page_guard()
terms = glossary.every()
with st.container(horizontal=True, vertical_alignment="bottom", key="lookup"):
    chosen = glossary_view.chosen(terms)
    words = glossary_view.words()
    st.space("stretch")
    cards.explanation(
        what="Every word on these pages in plain words, with an example from the demo's flights.",
        why="A number helps only whoever knows what it measures, and when it misleads.",
        then="Look a word up, or read a kind of them. A word is a link: its address names it.",
    )

# --- the word that was asked for ----------------------------------------------------------------------------

if chosen is not None:
    glossary_view.card(chosen)

# --- all of them --------------------------------------------------------------------------------------------

kind = glossary_view.kind()
found = glossary_view.matching(terms, kind, words)
if not found:
    cards.empty(f"No {kind or 'word'} holds “{words}”.", "Search for fewer letters, or choose *all* kinds.")
    shell.stop()
st.caption(f"{glossary_view.counted(len(found), kind)}. {glossary_view.MONTHS}")
glossary_view.listed(found)
