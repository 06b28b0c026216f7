"""Health: is every model all right, and since when?"""

from functools import partial

import streamlit as st

from monitoring.ui import (
    background,
    cards,
    filters,
    health_session,
    health_view,
    report_button,
    session,
    shell,
)
from monitoring.ui.components.ribbon import ribbon
from monitoring.ui.components.sentences import Line, sentences
from monitoring.ui.numbers import day
from monitoring.ui.scopes import scope_of

shell.page_guard()
choices = filters.current()
scopes = {model.name: scope_of(model, choices) for model in session.models()}

# --- the answer, counted ------------------------------------------------------------------------------------

reports = health_view.worst_first(
    [
        health_session.report(scope.model, scope.as_of_at if choices.as_of else None)
        for scope in scopes.values()
    ]
)
with st.container(horizontal=True, vertical_alignment="center", key="tiles"):
    for label, count, meaning in health_view.counted(reports):
        st.metric(label, count, border=True, width=132, help=meaning)
    st.space("stretch")
    cards.explanation(
        what="Every model with a mark for each thing that is watched, and a ribbon with a bar per day: the "
        "worse, the higher. The thin line below tells whether what the model is asked about has moved away "
        "from what it learnt; the blue one marks the days on which it is known to have been healthy, with "
        "which the others are compared. Click a day to see everything as it was on that day.",
        why="A model fails quietly: the service keeps answering while its inputs leave what it learnt from.",
        then="Read the sentence of everything that is not healthy, and follow the link to its cause. A word "
        "with dots below it says what it means when you touch it.",
    )

changes = health_view.changes(reports)
since = f"as of {day(choices.as_of)}" if choices.as_of else "in the newest data"
if changes:
    with st.expander(
        f"What changed since the day before, {since} ({len(changes)})", expanded=len(changes) <= 4
    ):
        lines = [Line(name, change) for name, change in changes]
        sentences(lines, key="changes", glossary=shell.has("glossary"))
else:
    st.caption(f"Nothing changed since the day before, {since}.")

# --- every model --------------------------------------------------------------------------------------------

pages = -(-len(reports) // health_view.PER_PAGE)
page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
days = health_view.days_of({name: (scope.model, scope.span) for name, scope in scopes.items()}, choices)
for report in reports[(page - 1) * health_view.PER_PAGE : page * health_view.PER_PAGE]:
    model = report.model
    with st.container(border=True, key=f"model-{model.name}", gap="small"):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"head-{model.name}"
        ):
            cards.badge(report.status)
            st.markdown(
                f"**{cards.escaped(model.name)}** &nbsp; {cards.escaped(model.title)}", width="content"
            )
            st.space("stretch")
            report_button.button(scopes[model.name], key=f"report-{model.name}")
        with st.container(horizontal=True, gap="small", key=f"signals-{model.name}"):
            for signal in report.signals:
                cards.signal(signal.name, signal.status, signal.sentence, health_view.meaning(signal))
        if told := health_view.lines(report):
            sentences(told, key=f"said-{model.name}", glossary=shell.has("glossary"))
        ribbon(
            health_view.plainly(health_session.days(model)),
            days,
            title=model.name,
            second="its inputs",
            as_of=choices.as_of,
            reference=health_view.reference_days(model),
            volume=report.volume,
            key=f"ribbon-{model.name}",
            on_pick=filters.judge_as_of,
        )
        with st.container(horizontal=True, gap="small", key=f"pages-{model.name}"):
            for place in shell.PAGES:
                if not place.every_model:
                    title, question = shell.title_and_question(place.path)
                    cards.link(str(place.path), title, question, model=model.name)
        if rejected := session.rejected(model):
            cards.quarantine(rejected, partial(session.quarantine, model), key=f"quarantine-{model.name}")
with st.container(horizontal=True, vertical_alignment="center", key="foot"):
    if choices.as_of:
        st.button(
            "Back to the newest data", on_click=filters.judge_as_of, args=(None,), icon=":material/last_page:"
        )
    st.space("stretch")
    cards.export(partial(health_view.csv, reports), "health.csv")
if state := background.inbox_state():
    for words in health_view.inbox_words(state):
        st.caption(cards.escaped(words))
if alerting := background.alert_state():
    for words in health_view.alert_words(alerting):
        st.caption(cards.escaped(words))
