"""Batch: is this file like what we know?"""

from functools import partial

import streamlit as st

from monitoring.batch import Said
from monitoring.store import sheets
from monitoring.ui import (
    batch_intake,
    batch_session,
    batch_view,
    cards,
    filters,
    pictures,
    session,
    shell,
    tables,
)
from monitoring.ui.components.ranking import ranking
from monitoring.ui.numbers import count

shell.page_guard()
model = filters.scope().model if session.models() else None
OWN, OTHER = "the model’s reference", "another file"

# --- which file, against what -------------------------------------------------------------------------------

with st.container(border=True, key="batch-input"):
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**The file**")
        given = batch_session.ask(batch_session.FILE, "The file to look at")
        sheet = ""
        if given is not None and given.path.suffix.lower() in sheets.SUFFIXES:
            sheet = st.text_input("Sheet", key="sheet", placeholder="the first", width=230)
    with right:
        st.markdown("**Compared with**")
        against = OTHER
        if model is not None:
            against = st.segmented_control(
                "Compared with", (OWN, OTHER), default=OWN, key="against", bind="query-params",
                label_visibility="collapsed",
            ) or OWN  # fmt: skip
        other = None
        if against == OTHER:
            other = batch_session.ask(batch_session.OTHER, "The file it is compared with")
            st.caption("Two files by themselves: every column they share, no model asked.")
        elif model is not None:
            words = model.reference.words if model.reference else "no reference: columns and rules only"
            st.caption(cards.escaped(f"{model.name}, {words}"))

if given is None or (against == OTHER and other is None):
    cards.empty(
        "No file yet.",
        "Choose a file of Parquet, CSV, JSON lines or Excel above. It is read, compared and let go of; "
        "nothing is stored unless you add it to the log.",
    )
    shell.stop()
found = batch_session.checked(None if against == OTHER else model, given, other, sheet.strip())
if found is None:
    shell.stop()

# --- the answer ---------------------------------------------------------------------------------------------

with st.container(horizontal=True, vertical_alignment="center", key="answer"):
    cards.verdict(found.status, cards.full(found.sentence), key="verdict")
    cards.explanation(
        what="The file is read into memory and asked what the other pages ask of a day: its columns, the "
        "drift of every feature by the same methods and limits at its own number of rows, the checks of "
        "quality, odd rows, and scores and performance where it tells them.",
        why="Before a batch is scored, learnt from or handed on, somebody should know whether it is like "
        "what the model was made for.",
        then="Mend columns first: what they break makes everything else look odd. Then look at the features "
        "on top and at the rows below, and take the report along.",
    )
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="take-along"):
    stem = given.name.rsplit(".", 1)[0][:60]
    st.download_button(
        "Report", partial(batch_view.report, found), file_name=f"{stem}-batch.html", mime="text/html",
        icon=":material/description:", on_click="ignore", key="report",
        help="One file that opens anywhere, without a network.",
    )  # fmt: skip
    cards.export(partial(batch_view.frame_csv, found), f"{stem}-batch.csv")
    if not found.alone and model is not None:
        batch_intake.panel(model, given, found, sheet.strip())
taken = found.taken
facts = [f"{count(taken.rows)} rows, {count(taken.accepted)} of them usable", f"against {found.reference}"]
st.caption(cards.escaped(" · ".join([*facts, *found.notes])))
for part in batch_view.parts(found):
    batch_view.line(part)

# --- columns ------------------------------------------------------------------------------------------------

if found.schema:
    st.subheader("Columns that differ", anchor=False)
    tables.draw(batch_view.columns(found), height="content", key="columns")

# --- features -----------------------------------------------------------------------------------------------

inputs = found.inputs
if inputs is None:
    cards.empty(
        "This model names no reference: features are compared with nothing.",
        "Name one under `[reference]` in the model’s file, or compare with another file above.",
    )
else:
    left, right = st.columns([3, 2], gap="medium")
    named = {one.feature: one for one in inputs.features}
    with right:
        chosen = st.selectbox("Feature", list(named), key="feature", bind="query-params", width=260)
        feature = named.get(chosen or "") or inputs.features[0]
        with st.container(horizontal=True, vertical_alignment="center", key="feature-head"):
            cards.badge(feature.status)
            st.markdown(cards.escaped(cards.full(feature.sentence)), width="stretch")
        figure, table = batch_view.distribution(inputs, feature)
        if figure is None:
            cards.empty("One of the two sides has no value to draw.", "The table below says what is missing.")
        else:
            pictures.draw(figure, key="distribution")
        cards.comparison(table, "this file")
    with left:
        st.subheader("Features, worst first", anchor=False)
        ranking(
            batch_view.ranked(inputs),
            reference=None,
            selected=feature.feature,
            key="ranking",
            on_pick=filters.show_feature,
            label="Features of the file ranked by how far they lie from the reference",
        )
        st.caption(
            "The course shows the reference’s own chunks, each against the rest of it, then this file."
        )

# --- scores and performance ---------------------------------------------------------------------------------

said = next((one for one in found.parts if isinstance(one, Said)), None)
if said is not None:
    drawings = batch_view.scores(said, found.model.task)
    if drawings:
        for place, (title, drawn) in zip(st.columns(len(drawings), gap="medium"), drawings, strict=True):
            with place:
                st.subheader(title, anchor=False)
                pictures.draw(drawn, key=f"scores-{title}")
good = found.part("performance")
quality = found.part("quality")
left, right = st.columns(2, gap="medium") if good is not None else (st.container(), st.container())
with left:
    st.subheader("Quality", anchor=False)
    if quality is not None and quality.findings:
        tables.draw(batch_view.findings(quality), height=320, key="quality")
with right:
    st.subheader("Performance", anchor=False)
    if good is not None:
        tables.draw(batch_view.findings(good), height=320, key="performance")
    else:
        st.caption("The file tells no label, or no score to hold it against.")

# --- rows ---------------------------------------------------------------------------------------------------

with st.container(horizontal=True, vertical_alignment="center", key="rows-head"):
    st.subheader("Rows worth a look", anchor=False, width="content")
    st.space("stretch")
    if len(found.rows):
        for label, make, ending, mime in (
            ("CSV", batch_view.rows_csv, "csv", "text/csv"),
            ("Parquet", batch_view.rows_parquet, "parquet", "application/vnd.apache.parquet"),
        ):
            st.download_button(
                label, partial(make, found), file_name=f"{stem}-rows.{ending}", mime=mime, type="tertiary",
                icon=":material/download:", on_click="ignore", key=f"rows-{ending}",
            )  # fmt: skip
if len(found.rows):
    tables.draw(batch_view.shown_rows(found), key="rows")
    st.caption(
        "Odd, never seen, uncertain, confident but wrong, or against a rule; those with most to see first. "
        "Features marked private are left out."
    )
else:
    st.caption("No row is odd, never seen, uncertain or against a rule.")
