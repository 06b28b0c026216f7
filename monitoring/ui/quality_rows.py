"""The rows behind a number, page by page, and what is new in a feature of categories."""

from __future__ import annotations

import streamlit as st

from monitoring.models import Model
from monitoring.quality import CHECKS, Finding
from monitoring.ui import cards, drift_session, paging, quality_session, tables
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, day
from monitoring.ui.quality_session import Picture
from monitoring.ui.scopes import Scope

PER_PAGE = 50
_EXAMPLES = 8


def panel(picture: Picture, scope: Scope, one: Finding) -> None:
    """The rows that a finding counts, looked up only when somebody wants them.

    Parameters
    ----------
    picture : Picture
    scope : Scope
    one : Finding
    """
    shown = st.expander("The rows behind this number", icon=":material/table_rows:", on_change="rerun",
                        key="rows", bind="query-params")  # fmt: skip
    if not shown.open:
        return
    with shown:
        window = picture.window(one)
        st.caption(f"{cards.escaped(CHECKS[one.check].words)} {words(window)}, oldest first.")
        place = paging.asked("rows_page", quality_session.name_of(one))
        found = quality_session.rows_behind(scope, one, window, (place - 1) * PER_PAGE, PER_PAGE)
        if not isinstance(found, str) and place > paging.last(found.total, PER_PAGE):
            found = quality_session.rows_behind(scope, one, window, 0, PER_PAGE)
        if isinstance(found, str):
            cards.empty("There are no rows to show.", cards.escaped(found))
            return
        if found.hidden:
            st.caption("The column is private: its values are not shown.")
        if found.rows.empty:
            st.caption("No row here: there is none, or retention deleted the rows behind the number.")
        tables.draw(found.rows, key="rows-table")
        label = f"Page of {count(paging.last(found.total, PER_PAGE))}, {count(found.total)} rows"
        paging.control("rows_page", label, found.total, PER_PAGE, width=220)


def unseen(model: Model, picture: Picture, one: Finding) -> None:
    """Which names are new in a feature, since when, and how often they came.

    Parameters
    ----------
    model : Model
    picture : Picture
    one : Finding
    """
    described = model.features.get(one.subject)
    if one.check != "unseen" or (described is not None and described.private):
        return
    found = drift_session.unseen(model, one.subject)
    known = found[found["first"] < picture.one.keys[picture.last].stop]
    if known.empty:
        st.caption("No name has come so far that the reference does not hold.")
        return
    latest = known.sort_values("first", ascending=False).head(_EXAMPLES)
    told = ", ".join(
        f"{name} (first on {day(first)}, {count(n)} rows)"
        for name, first, n in zip(latest["value"], latest["first"], latest["n"], strict=True)
    )
    more = f", and {count(len(known) - len(latest))} more" if len(known) > len(latest) else ""
    st.caption(f"{count(len(known))} names that the reference never held, the newest first: "
               f"{cards.escaped(told)}{more}.")  # fmt: skip
