"""The exact distance of one feature from raw rows, for whoever asks for it."""

from __future__ import annotations

import streamlit as st

from monitoring import drift
from monitoring.drift import Against
from monitoring.drift.exact import Exact
from monitoring.store import StoreError
from monitoring.ui import cards, drift_session
from monitoring.ui.numbers import count, short
from monitoring.ui.scopes import Scope
from monitoring.windows import Window


def panel(scope: Scope, feature: str, window: Window, against: Against) -> None:
    """Bins beside rows, computed when it is opened.

    Parameters
    ----------
    scope : Scope
    feature : str
        A numeric one.
    window : Window
        The current rows.
    against : Against
    """
    title = "Exact, from the rows"
    opened = st.expander(
        title, icon=":material/data_object:", on_change="rerun", key="exact", bind="query-params"
    )
    if not opened.open:
        return
    with opened:
        try:
            found = drift_session.exactly(scope, feature, window, against)
        except (ValueError, StoreError, drift.NoReferenceError) as error:
            st.caption(cards.escaped(str(error)))
            return
        st.markdown(_table(found))
        st.caption(_words(found))


def _table(found: Exact) -> str:
    bins = found.binned
    rows = (
        (
            "Kolmogorov-Smirnov distance",
            bins.kolmogorov_smirnov,
            bins.kolmogorov_smirnov_bound,
            found.kolmogorov_smirnov,
        ),
        (
            "Wasserstein distance, in deviations",
            bins.wasserstein,
            bins.wasserstein_bound,
            found.wasserstein,
        ),
    )
    body = "\n".join(
        f"| {name} | {short(binned)} | {short(bound)} | **{short(exactly)}** |"
        for name, binned, bound, exactly in rows
    )
    return f"| | From bins | At most | From rows |\n|:--|--:|--:|--:|\n{body}"


def _words(found: Exact) -> str:
    """How many rows, and what chance has to say."""
    drawn = " (drawn by a hash of their id)" if found.sampled else ""
    gone = "; raw rows of some days are not kept any more" if found.deleted else ""
    p_value = "< 0.001" if found.p_value < 0.001 else f"{found.p_value:.3f}"
    law = "exact" if found.p_value_exact else "limiting"
    return (
        f"{count(found.current_rows)} of {count(found.current_total)} current rows with a value against "
        f"{count(found.reference_rows)} of {count(found.reference_total)}{drawn}{gone}; "
        f"Kolmogorov-Smirnov test p {p_value} by its {law} law."
    )
