"""Settings: what do we watch, against what?"""

import streamlit as st

from monitoring.ui import cards, session, settings_add, settings_models, shell

shell.page_guard()
models = session.models()
with st.container(horizontal=True, vertical_alignment="bottom", key="settings-head"):
    view = settings_models.view() if models else settings_models.ADD
    st.space("stretch")
    cards.explanation(
        what="What each model's file says, in words and as it is written: its columns, its reference, its "
        "limits. *Add a model* makes such a file from a log.",
        why="Every colour of this app is relative to what is set here. A reference that was not healthy "
        "makes healthy days look ill.",
        then="Add a model from a file of its log: what its columns are is guessed, with reasons, and nothing "
        "is saved before you have seen the first row of Health.",
    )

settings_add.added()
if view == settings_models.ADD:
    settings_add.panel()
else:
    settings_models.panel(models)
