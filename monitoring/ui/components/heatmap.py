"""Features by chunks: where and when drift happened, at a glance; a click picks feature and chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from monitoring.ui.components.ribbon import day_ticks
from monitoring.ui.components.source import WORDS, component

_HEATMAP = component("heatmap")


@dataclass(frozen=True)
class Lane:
    """One row: a feature and its chunks.

    Attributes
    ----------
    name, title : str
    status : sequence of str
        Per chunk; empty where there are no data.
    strength : sequence of float or None
        Value over limit, per chunk.
    text : sequence of str
        What is said of each chunk.
    """

    name: str
    title: str
    status: Sequence[str]
    strength: Sequence[float | None]
    text: Sequence[str]


def heatmap(
    lanes: Sequence[Lane],
    chunks: Sequence[dt.datetime],
    *,
    selected: str | None,
    key: str,
    on_pick: Callable[[str, dt.datetime], None],
) -> None:
    """Draw the grid.

    Parameters
    ----------
    lanes : sequence of Lane
        From top to bottom.
    chunks : sequence of datetime
        Their starts, oldest first.
    selected : str or None
        The feature whose detail is shown.
    key : str
        Unique on the page.
    on_pick : callable
        Told feature and chunk, before the page runs again.
    """

    def picked() -> None:
        choice = st.session_state[key].pick
        on_pick(choice["feature"], dt.datetime.fromisoformat(choice["chunk"]))

    hours = any(chunk.time() != dt.time() for chunk in chunks)
    _HEATMAP(
        data={
            "label": "Features by time. Arrow keys move, Enter shows the feature and judges as of that day.",
            "rows": [
                {
                    "name": lane.name,
                    "title": lane.title,
                    "status": list(lane.status),
                    "strength": [None if s is None else float(f"{s:.2g}") for s in lane.strength],
                    "text": list(lane.text),
                }
                for lane in lanes
            ],
            "chunks": [
                {
                    "key": chunk.isoformat(),
                    "label": f"{chunk.day} {chunk:%b %Y}{chunk:, %H:%M}"
                    if hours
                    else f"{chunk.day} {chunk:%b %Y}",
                }
                for chunk in chunks
            ],
            "ticks": day_ticks([chunk.date() for chunk in chunks]),
            "marks": WORDS,
            "selected": selected,
            "asOf": len(chunks) - 1,
        },
        key=key,
        on_pick_change=picked,
        width="stretch",
    )
