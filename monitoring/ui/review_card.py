"""The Review page's card of one row: where its values lie, what both versions said, what is known."""

from __future__ import annotations

import base64
import math

import numpy as np
import streamlit as st

from monitoring import review
from monitoring.models import Model
from monitoring.review import SOURCES, lying
from monitoring.store import case_rows, cases
from monitoring.store.cases import Case
from monitoring.ui import cards, review_session, session, tables
from monitoring.ui.numbers import count, day, share, short

BARS = 20
ALIKE = 200  # decided cases among which similar ones are looked for
_WIDTH, _HEIGHT = 160, 26


def card(model: Model, case: Case) -> None:
    """Draw everything that helps to decide a case."""
    st.subheader(f"Case {case.number}", anchor=False)
    st.caption(f"Request {cards.escaped(case.id)}, {day(case.day)}")
    for why in case.why:
        known = SOURCES.get(why.reason)
        title, words = (known.title, known.words) if known else (why.reason, "")
        more = f" ({cards.escaped(why.detail)})" if why.detail else ""
        st.markdown(f"**{cards.escaped(title)}:** {cards.escaped(words)}{more}")
    _said(model, case)
    row = case_rows.row(session.store(), model, case.id, case.day)
    if row is None:
        st.info("The raw row is gone from the log: retention deleted it, or its file was forgotten.")
        return
    _features(model, row)
    _similar(model, case, row)


def _said(model: Model, case: Case) -> None:
    """What every version made of the row, and what the log says of it."""
    store = session.store()
    versions = [model.versions.champion, *model.versions.shadows]
    rows = []
    for version in versions:
        said = case_rows.known(store, model, [case.id], [case.day], version).get((case.id, case.day))
        if said is None:
            continue
        scores = [math.nan if one is None else float(one) for one in said[2:]]
        told = {name: short(one) for name, one in zip(model.classes, scores, strict=False)}
        rows.append({
            "Version": version,
            "Said": review.decided(store, model, case, version),
            **(told or {"Score": short(scores[0])}),
        })  # fmt: skip
    label = case_rows.logged_label(store, model, case.id)
    if rows:
        tables.draw(rows, height="content", key=f"said-{case.number}")
    told = f"The log's label: {label}." if label else "The log has no label of it yet."
    st.markdown(cards.escaped(told) + _weight(case))


def _weight(case: Case) -> str:
    if math.isnan(case.chance):
        return " Only its label brought it here: it tells nothing of other rows."
    return (
        f" It was drawn with the chance {share(case.chance)}, so it stands for {count(1 / case.chance)} rows."
    )


def _features(model: Model, row: lying.Row) -> None:
    """Each value with its strip, the oddest first."""
    known = review_session.reference(model)
    told = [(name, value, lying.lies(known.get(name), value)) for name, value in row.items()]
    told.sort(key=lambda one: (not one[2].odd, _commonness(one[2])))
    rows = [
        {
            "Feature": model.feature_title(name),
            "Value": value_words(value),
            "In the reference": strip(known.get(name), one),
            "": one.words,
        }
        for name, value, one in told
    ]
    tables.draw(
        rows, height=min(35 * len(rows) + 38, 460), key="review-features",
        column_config={
            "Feature": st.column_config.TextColumn(width=150),
            "In the reference": st.column_config.ImageColumn(width="medium"),
        },
    )  # fmt: skip


def _commonness(one: lying.Lies) -> float:
    """How near to the middle a value lies, or how frequent a name is."""
    if not math.isnan(one.below):
        return 2 * min(one.below, 1 - one.below)
    return 2.0 if math.isnan(one.share) else one.share


def value_words(value: object) -> str:
    """A value as people read it.

    Examples
    --------
    >>> value_words(None), value_words(12.3456), value_words("JFK")
    ('–', '12.3', 'JFK')
    """
    if value is None:
        return "–"
    return short(value) if isinstance(value, float) else str(value)


def strip(known: lying.Reference | None, one: lying.Lies) -> str:
    """A small picture of a feature's reference with a mark where a value lies, as a data address.

    Of numbers the width is the share of the reference below: the middle is the median. Of names the bar is
    as long as their share. It is made of numbers alone, never of anything that was logged.
    """
    if known is None:
        return ""
    parts = [f"<rect x='0' y='11' width='{_WIDTH}' height='4' fill='#7c8aa5' fill-opacity='0.35'/>"]
    if known.grid.numeric and not math.isnan(one.below):
        parts += [
            f"<rect x='{_WIDTH * q:.0f}' y='7' width='1' height='12' fill='#7c8aa5'/>"
            for q in (0.25, 0.5, 0.75)
        ]
        at = np.clip(_WIDTH * one.below, 3, _WIDTH - 3)
        parts.append(f"<rect x='{at - 2.5:.1f}' y='3' width='5' height='20' rx='2' fill='{_colour(one)}'/>")
    elif not math.isnan(one.share):
        parts.append(
            f"<rect x='0' y='8' width='{max(_WIDTH * one.share, 2):.1f}' height='10' fill='{_colour(one)}'/>"
        )
    body = "".join(parts)
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{_HEIGHT}'>{body}</svg>"
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()


def _colour(one: lying.Lies) -> str:
    return "#cf8a2e" if one.odd else "#4f7df3"


def _similar(model: Model, case: Case, row: lying.Row) -> None:
    """Decided cases whose values are most like this one's, and what was said of them."""
    store = session.store()
    decided = cases.listed(store, model.name, state="decided", most=ALIKE)
    past = [one for one in decided if one.number != case.number]
    found = case_rows.rows(store, model, [(one.id, one.day) for one in past])
    past = [one for one in past if (one.id, one.day) in found]
    near = lying.alike(row, [found[one.id, one.day] for one in past], review_session.reference(model))
    if not near:
        return
    st.markdown("**Decided cases that are most like it**")
    rows = [
        {
            "Case": past[place].number, "Alike": share(likeness), "Verdict": past[place].verdict,
            "Label": past[place].label or "–", "Note": past[place].note or "–", "Who": past[place].author,
        }
        for place, likeness in near
    ]  # fmt: skip
    tables.draw(rows, height="content", key="review-similar")
