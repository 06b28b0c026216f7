"""The slices in which a model is worst, as a sentence and a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from monitoring.models import Model
from monitoring.performance import Weak
from monitoring.ui import cards, tables
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share, short


@dataclass(frozen=True)
class Words:
    """What a table of slices is about.

    Attributes
    ----------
    rows, loss : str
        What was looked at, and what is told of it.
    lead : str
        How the sentence about the first slice begins.
    column, excess : str
        Headings.
    numbers : bool
        Whether losses are numbers, not shares.
    """

    rows: str
    loss: str
    lead: str
    column: str
    excess: str
    numbers: bool = False


_LEAD = "Most is to be gained where"
ERRORS = Words("labelled rows", "share of errors", _LEAD, "Errors", "Excess errors")
DISTANCES = Words("labelled rows", "mean absolute error", _LEAD, "Error", "Excess error", numbers=True)


def slices(found: Weak, model: Model, about: Words) -> None:
    """The slices with the most losses beyond those of the rest.

    Parameters
    ----------
    found : Weak
    model : Model
    about : Words
    """
    if found.note:
        st.caption(cards.escaped(f"Not searched: {found.note}."))
        return
    told: Callable[[float | None], str] = short if about.numbers else share
    drawn = f"{count(found.rows)} {about.rows}" + (
        f", drawn by a hash of their id from {count(found.total)}" if found.total > found.rows else ""
    )
    whole = f"{words(found.window)}: {about.loss} {told(found.loss)} in {drawn}."
    if not found.slices:
        st.caption(cards.escaped(f"{whole} No slice of one or two features stands out from all other rows."))
        return
    first = found.slices[0]
    st.markdown(
        cards.escaped(
            f"{whole} {about.lead} {_where(first, model)}: {told(first['loss'])} against "
            f"{told(first['rest'])} elsewhere."
        )
    )
    tables.draw(
        [
            {
                "Slice": _where(one, model), "Rows": one["rows"], about.column: told(one["loss"]),
                "Rest": told(one["rest"]), "Difference, 95 %": _slice_difference(one, numbers=about.numbers),
                about.excess: round(one["excess"]), "Effect": one["effect"],
            }
            for one in found.slices
        ],
        height="content",
        column_config={
            "Rows": st.column_config.NumberColumn(format="localized"),
            about.excess: st.column_config.NumberColumn(
                format="localized", help="Beyond what the rest has in as many rows."
            ),
            "Effect": st.column_config.NumberColumn(
                format="%.2f", help="In deviations." if about.numbers else "Cohen's h."
            ),
        },
        files="below", key="weak-slices",
    )  # fmt: skip
    st.caption(
        "Of every value and every pair of values of two features, those that stand out from all other rows "
        "after the correction for how many were tried, each told once. Likely a place to look, not a cause."
    )


def _where(one: dict[str, Any], model: Model) -> str:
    return " and ".join(f"{model.feature_title(name)} {what}" for name, what in one["where"])


def _slice_difference(one: dict[str, Any], *, numbers: bool) -> str:
    def signed(value: float) -> str:
        size = short(abs(value)) if numbers else f"{abs(100 * value):.1f}"
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{size}"

    return f"{signed(one['difference'])} ({signed(one['lower'])} to {signed(one['upper'])})"
