"""The Model page's advice: what to do, and the evidence beside it."""

from __future__ import annotations

import streamlit as st

from monitoring import health
from monitoring.advice import Recommendation
from monitoring.advice.words import SHOWN, beside, row
from monitoring.models import Model
from monitoring.performance import wording
from monitoring.ui import cards, tables
from monitoring.ui.numbers import count


def card(one: Recommendation, model: Model) -> None:
    """Draw the advice with its evidence.

    Parameters
    ----------
    one : Recommendation
    model : Model
    """
    cards.verdict(SHOWN[one.state], one.sentence, key="advice")
    lines = [
        f"If the data are right: {one.otherwise}" if one.otherwise else "",
        one.note,
        f"About {count(one.rows)} labelled rows would decide." if one.rows else "",
        one.cost,
    ]
    for line in filter(None, lines):
        st.markdown(cards.escaped(line))
    rows = [row(fact) for fact in one.facts]
    if rows:
        tables.draw(rows, height="content", key="evidence")
    st.caption(cards.escaped(" ".join(beside(one))))


def labels(model: Model, found: health.Outputs | None) -> str:
    """How many predictions have their label, and when labels are final.

    Parameters
    ----------
    model : Model
    found : Outputs or None
    """
    return "No predictions yet." if found is None else wording.labels(found.performance.assessment)
