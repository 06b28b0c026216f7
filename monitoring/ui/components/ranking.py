"""The ranked table of features: status, importance, course with floor and limit, value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from monitoring.ui.components.source import WORDS, component
from monitoring.ui.numbers import short

_RANKING = component("ranking")
# As many points as a small picture can show; of more, the highest of each group stays.
POINTS = 90


@dataclass(frozen=True)
class Ranked:
    """One row: a feature and how it stands.

    Attributes
    ----------
    name, title, note : str
        How the log calls it, how people do, and a short remark, for instance since when.
    status : str
    importance : float or None
    measure, value_text, limit_text : str
        What decided, its value and what is allowed, as people read them.
    ratio : float or None
        Value over what is allowed; the table is sorted by it.
    limit, floor : float or None
        Drawn into the course.
    series : ndarray of shape (n_chunks,)
        The course; NaN where there is nothing.
    """

    name: str
    title: str
    note: str
    status: str
    importance: float | None
    measure: str
    value_text: str
    limit_text: str
    ratio: float | None
    limit: float | None
    floor: float | None
    series: np.ndarray


def thinned(series: np.ndarray, points: int = POINTS) -> np.ndarray:
    """The highest value of each of at most `points` groups of neighbours.

    Parameters
    ----------
    series : ndarray of shape (..., n_chunks)
        NaN where there is nothing.
    points : int

    Returns
    -------
    ndarray of shape (..., at most points)

    Examples
    --------
    >>> thinned(np.array([1.0, 5.0, 2.0, np.nan]), points=2)
    array([5., 2.])
    """
    n = series.shape[-1]
    if n <= points:
        return series
    starts = np.unique(np.linspace(0, n, points, endpoint=False).astype(int))
    return np.fmax.reduceat(series, starts, axis=-1)


def ranking(
    rows: Sequence[Ranked],
    *,
    reference: tuple[float, float] | None,
    selected: str | None,
    key: str,
    on_pick: Callable[[str], None],
    what: str = "Feature",
    weight: str = "Importance",
    size: str = "Drift",
    label: str = "",
) -> None:
    """Draw the table, the first row being the one to look at first.

    Parameters
    ----------
    rows : sequence of Ranked
    reference : tuple of float or None
        Where in the course the reference begins and ends, as shares of its length.
    selected : str or None
        The feature whose detail is shown.
    key : str
        Unique on the page.
    on_pick : callable
        Told the feature that was picked, before the page runs again.
    what, weight, size : str
        What a row is, what its bar stands for, and what its value is called.
    label : str
        What the table is, for who cannot see it.
    """

    def picked() -> None:
        on_pick(st.session_state[key].pick)

    longest = max((min(row.series.shape[-1], POINTS) for row in rows), default=1)
    weights = [row.importance for row in rows if row.importance]
    _RANKING(
        data={
            "label": label or f"{what}s ranked by how much their drift matters",
            "size": size,
            "what": what,
            "weight": weight,
            "marks": WORDS,
            "selected": selected,
            "heaviest": max(weights, default=1.0),
            "reference": [bound * (longest - 1) for bound in reference] if reference else None,
            "rows": [
                _entry(rank, row, course)
                for rank, (row, course) in enumerate(zip(rows, _courses(rows), strict=True))
            ],
        },
        key=key,
        on_pick_change=picked,
        width="stretch",
    )


def _courses(rows: Sequence[Ranked]) -> list[list[float | None]]:
    """The course of every row, all of one length, as the component takes it."""
    return grid(thinned(np.stack([row.series for row in rows]))) if rows else []


def _entry(rank: int, row: Ranked, course: list[float | None]) -> dict[str, object]:
    """A row as the component takes it: numbers to sort by and the same as text."""
    return {
        "rank": rank,
        "name": row.name,
        "title": row.title,
        "note": row.note,
        "status": row.status,
        "importance": row.importance,
        "importanceText": short(row.importance),
        "measure": row.measure,
        "ratio": row.ratio,
        "valueText": row.value_text,
        "limitText": row.limit_text,
        "limit": row.limit,
        "floor": row.floor,
        "series": course,
        "course": f"Course of {row.title}: now {row.value_text}, limit {row.limit_text}",
    }


def numbers(values: np.ndarray) -> list[float | None]:
    """Numbers as a component takes them: four decimals, and null where there is none.

    Examples
    --------
    >>> numbers(np.array([0.123456, np.nan]))
    [0.1235, None]
    """
    return grid(values[None])[0]


def grid(values: np.ndarray) -> list[list[float | None]]:
    """The same of many rows at once.

    Examples
    --------
    >>> grid(np.array([[0.123456, np.nan], [1.0, 2.0]]))
    [[0.1235, None], [1.0, 2.0]]
    """
    rounded = values.round(4).tolist()
    for row in np.flatnonzero(np.isnan(values).any(axis=1)):
        rounded[row] = [None if value != value else value for value in rounded[row]]
    return rounded
