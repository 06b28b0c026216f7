"""The reference of a new model, picked on the volume of its log."""

from __future__ import annotations

import datetime as dt
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
    one, two, _ = st.columns([1, 1, 2])
    start = one.date_input("First day", proposed.start, first, last, key=f"{key}-start")
    stop = two.date_input("Last day", proposed.stop - _DAY, first, last, key=f"{key}-stop")
    if not isinstance(start, dt.date) or not isinstance(stop, dt.date) or stop < start:
        st.error("The last day lies before the first.")
        return None
    window = (start, stop + _DAY)
    pictures.draw(volume(days, window), key=f"{token}-volume")
    rows = count(int(days[pd.Timestamp(start) : pd.Timestamp(stop)].sum()))
    same = window == (proposed.start, proposed.stop)
    why = f"**{proposed.confidence}**: {cards.escaped(proposed.reason)}" if same else "you say so"
    st.caption(
        f"{rows} rows. {why}. The bins and limits come from these days: the model should have been healthy."
    )
    return window


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
        "type": "bar", "x": [at.date() for at in starts], "y": shown.to_numpy(),
        "marker": {"color": [charts.CURRENT if one else charts.QUIET for one in inside]},
        "hovertemplate": "%{x|%-d %b %Y}: %{y:,} rows<extra></extra>", "showlegend": False,
    }  # fmt: skip
    each = "a day" if step == 1 else f"in {step} days"
    return charts.figure(
        [trace],
        height=190,
        x={"type": "date"},
        y={"title": {"text": f"rows {each}"}, "rangemode": "tozero"},
        shapes=[charts.zone(window[0], window[1])],
        bargap=0.1,
    )
