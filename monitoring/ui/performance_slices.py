"""The slices in which a model is worst, as a sentence and a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from monitoring.models import Model
from monitoring.performance import Weak
from monitoring.ui import cards
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share, short

_BEYOND = "Beyond what the rest has in as many rows."


def slices(found: Weak, model: Model) -> None:
    """The slices with the most errors beyond those of the rest."""
    regression = model.task == "regression"
    if found.note:
        st.caption(cards.escaped(f"Not searched: {found.note}."))
        return
    told: Callable[[float | None], str] = short if regression else share
    drawn = f"{count(found.rows)} labelled rows" + (
        f", drawn by a hash of their id from {count(found.total)} predictions"
        if found.total > found.rows
        else ""
    )
    what = "mean absolute error" if regression else "share of errors"
    whole = f"{words(found.window)}: {what} {told(found.loss)} in {drawn}."
    if not found.slices:
        st.caption(cards.escaped(f"{whole} No slice of one or two features stands out from all other rows."))
        return
    first, excess = found.slices[0], "Excess error" if regression else "Excess errors"
    st.markdown(
        cards.escaped(
            f"{whole} Most is to be gained where {_where(first, model)}: {told(first['loss'])} against "
            f"{told(first['rest'])} elsewhere."
        )
    )
    st.dataframe(
        [
            {
                "Slice": _where(one, model),
                "Rows": one["rows"],
                "Error" if regression else "Errors": told(one["loss"]),
                "Rest": told(one["rest"]),
                "Difference, 95 %": _slice_difference(one, regression=regression),
                excess: round(one["excess"]),
                "Effect": one["effect"],
            }
            for one in found.slices
        ],
        hide_index=True,
        height="content",
        column_config={
            "Rows": st.column_config.NumberColumn(format="localized"),
            "Excess errors": st.column_config.NumberColumn(
                format="localized", help="Beyond what the rest has in as many rows."
            ),
            "Excess error": st.column_config.NumberColumn(
                format="localized", help="Beyond what the rest has in as many rows."
            ),
            "Effect": st.column_config.NumberColumn(
                format="%.2f", help="In deviations of the error." if regression else "Cohen's h."
            ),
        },
        key="weak-slices",
    )
    st.caption(
        "Of every value and every pair of values of two features, those that are worse than all other rows "
        "after the correction for how many were tried, each told once. Likely a place to look, not a cause."
    )


def _where(one: dict[str, Any], model: Model) -> str:
    return " and ".join(f"{model.feature_title(name)} {what}" for name, what in one["where"])


def _slice_difference(one: dict[str, Any], *, regression: bool) -> str:
    def signed(value: float) -> str:
        size = short(abs(value)) if regression else f"{abs(100 * value):.1f}"
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{size}"

    return f"{signed(one['difference'])} ({signed(one['lower'])} to {signed(one['upper'])})"
