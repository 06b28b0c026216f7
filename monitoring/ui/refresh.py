"""A view that stays open: it looks for new data now and then, and is drawn again only when there are some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from monitoring.ui import session
from monitoring.windows import UTC

EVERY: dict[str, int | None] = {"off": None, "1 min": 60, "5 min": 300}
"""How often new data are looked for, in seconds, by what the address says."""
_DRAWN = "drawn-from"
_AGES = 300  # seconds after which a model that is judged by the clock may have grown old without new data


def tools(draw: Callable[[], None], *, forms: bool) -> None:
    """Say how fresh the page is, ask how often it looks for new data, and look.

    Parameters
    ----------
    draw : callable
        Draws what else stands in the same menu.
    forms : bool
        Whether the page holds something that a person may be filling in.
    """
    st.session_state[_DRAWN] = state()
    said = st.session_state.get("refresh") or st.query_params.get("refresh", "off")
    st.fragment(_look, run_every=EVERY.get(said))(said if said in EVERY else "off", forms, draw)


def _look(said: str, forms: bool, draw: Callable[[], None]) -> None:
    """What a tick does: ask the store for a few numbers, and say when."""
    if state() != st.session_state[_DRAWN] and (
        not forms or st.button("New data: draw again", icon=":material/refresh:", key="draw-again")
    ):
        st.rerun()
    with st.popover(f"Updated {clock(dt.datetime.now(UTC))}", type="tertiary", icon=":material/update:"):
        chosen = st.segmented_control(
            "Look for new data", list(EVERY), default="off", key="refresh", bind="query-params",
            help="The page is drawn again when data came in, and not otherwise. Where something is being "
            "filled in, it is never drawn again by itself: a button appears.",
        )  # fmt: skip
        draw()
    if (chosen or "off") != said:
        st.rerun()  # the next tick comes after another time


def state() -> tuple[object, ...]:
    """What every view depends on: which models there are, the data of each, and for some the clock."""
    models = session.models()
    ages = any(model.clock != "last row" for model in models)
    bucket = int(dt.datetime.now(UTC).timestamp()) // _AGES if ages else 0
    return (bucket, *(session.key_of(model.name) for model in models))


def clock(at: dt.datetime) -> str:
    """An instant as the reader's clock shows it; in UTC, and said so, where theirs is not known.

    Parameters
    ----------
    at : datetime
        An aware instant.
    """
    zone = st.context.timezone
    try:
        return f"{at.astimezone(ZoneInfo(zone)):%H:%M}" if zone else f"{at:%H:%M} UTC"
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        return f"{at:%H:%M} UTC"
