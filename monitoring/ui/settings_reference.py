"""The reference of a new model, picked on the volume of its log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from monitoring.instants import zones as known_zones
from monitoring.onboarding import Draft
from monitoring.ui import cards, charts, pictures
from monitoring.ui.numbers import count

_FIRST = ("UTC", "Europe/London", "Europe/Paris", "Europe/Berlin", "America/New_York", "America/Los_Angeles")
MOST_BARS = 400
_DAY = dt.timedelta(days=1)


def zones() -> list[str]:
    """Time zones, the reader's own and frequent ones first."""
    here = st.context.timezone
    first = [one for one in dict.fromkeys([*([here] if here else []), *_FIRST]) if one in known_zones()]
    return [*first, *sorted(known_zones() - set(first))]


def asked(draft: Draft, token: str) -> tuple[dt.date, dt.date] | None:
    """Ask for the first and the last day, on a chart of the rows of every day; None without an instant.

    Raises
    ------
    DraftError
        If a time zone is none.
    """
    days, proposed = draft.days, draft.proposed
    if proposed is None:
        st.error(
            cards.escaped(
                "No instant of the log can be read; choose another column, or another order of dates."
            )
        )
        return None
    first, last = pd.Timestamp(days.index[0]).date(), pd.Timestamp(days.index[-1]).date()
    key = f"{token}-{proposed.start}-{proposed.stop}"
    drags, begin, end = st.session_state.get(f"{key}-dragged", (0, proposed.start, proposed.stop - _DAY))
    one, two, _ = st.columns([1, 1, 2])
    start = one.date_input("First day", begin, first, last, key=f"{key}-start-{drags}")
    stop = two.date_input("Last day", end, first, last, key=f"{key}-stop-{drags}")
    if not isinstance(start, dt.date) or not isinstance(stop, dt.date) or stop < start:
        st.error("The last day lies before the first.")
        return None
    window = (start, stop + _DAY)
    chart = f"{token}-volume-{drags}-{start}-{stop}"  # another one once the days change, without the box
    pictures.draw(
        volume(days, window), key=chart, selection_mode="box",
        on_select=partial(_dragged, chart, f"{key}-dragged", first, last),
    )  # fmt: skip
    rows = count(int(days[pd.Timestamp(start) : pd.Timestamp(stop)].sum()))
    same = window == (proposed.start, proposed.stop)
    why = f"**{proposed.confidence}**: {cards.escaped(proposed.reason)}" if same else "you say so"
    st.caption(
        f"{rows} rows; {why}. Drag over days, or type them above. Bins and limits come from them: the "
        "model should have been healthy."
    )
    return window


def _dragged(chart: str, into: str, first: dt.date, last: dt.date) -> None:
    """Let the two days follow what was dragged over; a touch that covers no day changes nothing."""
    state = st.session_state.get(chart)
    boxes = state["selection"]["box"] if state else []
    found = covered(boxes[-1].get("x", ()), first, last) if boxes else None
    if found is not None:
        st.session_state[into] = (st.session_state.get(into, (0,))[0] + 1, *found)


def covered(edges: Sequence[object], first: dt.date, last: dt.date) -> tuple[dt.date, dt.date] | None:
    """The days whose middle lies between two edges of a chart; None where there is none.

    Parameters
    ----------
    edges : sequence
        Two instants as the chart writes them, in any order.
    first, last : date
        Of the log; days outside it are left out.

    Examples
    --------
    >>> log = dt.date(2026, 3, 1), dt.date(2026, 3, 9)
    >>> one, two = covered(("2026-03-04 20:00", "2026-03-02 06:30:00.123"), *log)
    >>> one.isoformat(), two.isoformat()
    ('2026-03-02', '2026-03-04')
    """
    at = pd.to_datetime(pd.Series([str(one) for one in edges], dtype="str"), errors="coerce", format="mixed")
    if len(at) != 2 or at.isna().any():
        return None
    noon = pd.date_range(first, last, freq="D") + pd.Timedelta(hours=12)
    inside = noon[(noon >= at.min()) & (noon <= at.max())]
    return (inside[0].date(), inside[-1].date()) if len(inside) else None


def volume(days: pd.Series, window: tuple[dt.date, dt.date]) -> go.Figure:
    """Rows of every day, those of the reference marked; of a long log by weeks or longer.

    Parameters
    ----------
    days : Series
    window : (date, date)
        Half-open.
    """
    step = -(-len(days) // MOST_BARS)
    shown = days if step == 1 else days.resample(f"{step}D").sum()
    starts = pd.DatetimeIndex(shown.index)
    inside = (starts >= pd.Timestamp(window[0])) & (starts < pd.Timestamp(window[1]))
    trace: dict[str, Any] = {
        "type": "bar", "x": starts + pd.Timedelta(days=step) / 2, "y": shown.to_numpy(),
        "customdata": [f"{at.day} {at:%b %Y}" for at in starts],
        "marker": {"color": [charts.CURRENT if one else charts.QUIET for one in inside]},
        "hovertemplate": "%{customdata}: %{y:,} rows<extra></extra>", "showlegend": False,
    }  # fmt: skip
    each = "a day" if step == 1 else f"in {step} days"
    return charts.figure(
        [trace],
        height=190,
        x={"type": "date"},
        y={"title": {"text": f"rows {each}"}, "rangemode": "tozero"},
        shapes=[charts.zone(window[0], window[1])],
        bargap=0.1,
        dragmode="select",
        selectdirection="h",
    )
