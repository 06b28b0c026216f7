"""Quality: is the input sane?"""

from functools import partial

import streamlit as st

from monitoring import drift, quality, reasons
from monitoring.quality import CHECKS
from monitoring.ui import (
    absent,
    cards,
    filters,
    outliers_panel,
    pictures,
    quality_repair,
    quality_rows,
    quality_session,
    quality_trust,
    quality_view,
    queries,
    shell,
)
from monitoring.ui.components.heatmap import heatmap
from monitoring.ui.components.ranking import ranking

shell.page_guard()
scope = filters.scope()
model = scope.model
view = st.segmented_control(
    "View", ("checks", "odd rows"), default="checks", key="view", bind="query-params",
    label_visibility="collapsed",
)  # fmt: skip
if view == "odd rows":
    outliers_panel.panel(scope)
    shell.stop()

# --- the checks ---------------------------------------------------------------------------------------------

try:
    picture = quality_session.picture(scope)
except quality.NoRowsError:
    cards.empty("No rows yet: there is nothing to check.", reasons.fix("no_data"))
    quality_repair.panel(model)
    shell.stop()
except drift.CalendarError as error:
    absent.calendar(error)
    shell.stop()
if picture is None:
    absent.chunk(scope)
    shell.stop()

with st.container(horizontal=True, vertical_alignment="center", key="answer"):
    cards.verdict(picture.verdict.status, cards.full(picture.verdict.sentence), key="verdict")
    cards.explanation(
        what="Every check of every column, of the rows that came and of their labels. Shares are compared "
        "with the reference, day by day and over 7 and 28 chunks together; what should never be (a broken "
        "rule, an id that comes twice, another type) is a fault at once.",
        why="A model answers whatever it is given. Values that are missing, new, stuck or impossible make "
        "wrong answers that look like any other, and no label is needed to see them.",
        then="Start at the top of the table. Look at the rows behind the number and at since when, mend what "
        "writes the column, and write what can never be as a rule in the model’s file.",
    )
if model.reference is None:
    st.caption("This model names no reference: only what needs none is judged.")
for name, why in picture.one.trouble.items():
    st.caption(cards.escaped(f"The rule {name} cannot be asked: {why}."))

# --- what is wrong ------------------------------------------------------------------------------------------

left, right = st.columns([3, 2], gap="medium")
detail = st.container(key="detail")
with left:
    with st.container(horizontal=True, vertical_alignment="center", key="checks-head"):
        st.subheader("Checks, worst first", anchor=False, width="content")
        st.space("stretch")
        made = [key for key in CHECKS if any(one.check == key for one in picture.verdict.findings)]
        check = st.selectbox(
            "Check",
            [quality_view.EVERY, *made],
            key="check",
            bind="query-params",
            label_visibility="collapsed",
            width=190,
        )
    findings = quality_view.chosen(picture, check or quality_view.EVERY)
    names = {quality_session.name_of(one): one for one in findings}
with detail, st.container(horizontal=True, vertical_alignment="center", key="detail-head"):
    picked = st.selectbox(
        "Check of",
        list(names),
        key="finding",
        bind="query-params",
        label_visibility="collapsed",
        width=280,
    )
    shown = names.get(picked or "") or findings[0]
    cards.badge(quality_view.shown_status(shown))
    st.markdown(cards.escaped(cards.full(shown.sentence)), width="content")
with left:
    ranking(
        quality_view.ranked(picture, findings),
        reference=None,
        selected=quality_session.name_of(shown),
        key="ranking",
        on_pick=filters.show_finding,
        what="Subject",
        weight="Rows",
        size="Value",
        label="Checks ranked by how much is wrong",
    )
    if len(findings) > quality_view.MOST_ROWS:
        st.caption(f"The first {quality_view.MOST_ROWS} of {len(findings)}; choose a check to see all of it.")
with right:
    st.subheader("Where", anchor=False)
    pictures.draw(
        quality_view.grid(picture, quality_session.name_of(shown)),
        key="grid",
        on_select=filters.show_cell,
        selection_mode="points",
    )

# --- one number: since when, which rows, how it came about --------------------------------------------------

with detail:
    with st.container(horizontal=True, vertical_alignment="center", key="course-head"):
        st.caption(cards.escaped(CHECKS[shown.check].words), width="content")
        st.space("stretch")
        lengths, usual = quality_view.windows_of(picture, shown), picture.one.rows.windows[shown.row]
        chunks = {"1 chunk" if length == 1 else f"{length} chunks": length for length in lengths}
        asked = st.segmented_control(
            "Chunks together",
            ["as judged", *chunks],
            default="as judged",
            key="together",
            bind="query-params",
            label_visibility="collapsed",
        )
        window = chunks.get(asked or "", usual)
    pictures.draw(quality_view.course(picture, shown, window), key="course")
    quality_rows.unseen(model, picture, shown)
    if shown.reason and reasons.fix(shown.reason):
        st.caption(f"What next: {cards.escaped(reasons.fix(shown.reason))}")
    quality_rows.panel(picture, scope, shown)
    cards.trust(
        quality_trust.facts(picture, shown, window),
        quality_trust.command(picture, scope, shown.check),
        partial(quality_trust.csv, picture, shown),
        f"{model.name}-{shown.check}.csv",
        key="trust",
        sql=partial(queries.of_quality, scope),
    )

# --- where and when -----------------------------------------------------------------------------------------

with st.container(key="over-time"):
    with st.container(horizontal=True, vertical_alignment="center", key="over-time-head"):
        st.subheader("Over time", anchor=False, width="content")
        st.space("stretch")
        cards.export(partial(quality_trust.csv, picture), f"{model.name}-quality.csv")
    recent = quality_view.recent(picture)
    heatmap(
        quality_view.lanes(picture, quality_view.loudest(picture, findings)),
        [key.start for key in picture.one.keys[recent]],
        measures=list(quality_view.CHECK_TITLES.values()),
        reasons=quality_view.REASON_WORDS,
        selected=quality_session.name_of(shown),
        key="heatmap",
        on_pick=partial(quality_view.pick_cell, picture, scope.span),
    )
    if len(findings) > quality_view.MOST_LANES:
        most = f"{quality_view.MOST_LANES} of {len(findings)}"
        st.caption(f"{most}, those with most to see. Choose a check to see its own.")

# --- what was set aside -------------------------------------------------------------------------------------

with st.container(key="set-aside"):
    st.subheader("Set aside", anchor=False)
    quality_repair.panel(model)
