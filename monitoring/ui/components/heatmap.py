"""Features by chunks: where and when drift happened, at a glance; a click picks feature and chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from monitoring.ui.components.ranking import numbers
from monitoring.ui.components.ribbon import day_ticks
from monitoring.ui.components.source import WORDS, component
from monitoring.ui.numbers import day

_HEATMAP = component("heatmap")


# One letter per cell keeps the message small; a blank is a chunk without data.
LETTERS = {"green": "g", "amber": "a", "red": "r", "grey": "x", "": " "}


@dataclass(frozen=True)
class Lane:
    """One row: a feature and its chunks; every sequence has one entry per chunk.

    Attributes
    ----------
    name, title : str
    status : sequence of str
        Empty where there are no data.
    value, limit : ndarray of shape (n_chunks,)
        NaN where there is none.
    check, reason : ndarray of int, shape (n_chunks,)
        Positions in the lists of measures and of reasons.
    """

    name: str
    title: str
    status: Sequence[str]
    value: np.ndarray
    limit: np.ndarray
    check: np.ndarray
    reason: np.ndarray


def heatmap(
    lanes: Sequence[Lane],
    chunks: Sequence[dt.datetime],
    *,
    measures: Sequence[str],
    reasons: Sequence[str],
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
    measures, reasons : sequence of str
        What a cell's value is, and what else is said of it.
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
                    "status": "".join(LETTERS[status] for status in lane.status),
                    "value": numbers(lane.value),
                    "limit": numbers(lane.limit),
                    "check": lane.check.tolist(),
                    "reason": lane.reason.tolist(),
                }
                for lane in lanes
            ],
            "chunks": [
                {
                    "key": chunk.isoformat(),
                    "label": f"{day(chunk)}, {chunk:%H:%M} UTC" if hours else day(chunk),
                }
                for chunk in chunks
            ],
            "ticks": day_ticks([chunk.date() for chunk in chunks]),
            "marks": WORDS,
            "measures": list(measures),
            "reasons": list(reasons),
            "selected": selected,
            "asOf": len(chunks) - 1,
        },
        key=key,
        on_pick_change=picked,
        width="stretch",
    )
