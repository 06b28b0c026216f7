"""Settings: what do we watch, against what?"""

import streamlit as st

from monitoring.ui import cards, session, settings_edit, shell

shell.page_guard()
for model in session.models():
    with st.container(border=True, key=f"model-{model.name}", gap="small"):
        st.markdown(f"**{cards.escaped(model.name)}** &nbsp; {cards.escaped(model.title)}")
        settings_edit.show(model.name)
