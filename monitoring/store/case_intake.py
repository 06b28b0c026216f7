"""Bringing rows into the review queue, and remembering what was looked for: one transaction for a filling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.store.sql import Array, named, query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

_BATCH = "_lookout_cases"
_ADD = """
INSERT INTO review_cases
SELECT $model, nextval('review_numbers'), id, day, predicted_at, chance, audit, $at
FROM (SELECT * FROM {batch} ORDER BY place)"""
_REASONS = """
INSERT INTO review_reasons
SELECT $model, c.number, b.reason, b.detail, b.priority, b.chance
FROM {batch} AS b JOIN review_cases AS c ON c.model = $model AND c.id = b.id AND c.day = b.day
ANTI JOIN (SELECT number, reason FROM review_reasons WHERE model = $model) AS r
    ON r.number = c.number AND r.reason = b.reason"""
_FILLED = "INSERT INTO review_fills VALUES ($model, $day, $reason, $candidates, $chosen, $at)"


@dataclass(frozen=True, eq=False)
class Chosen:
    """Rows that are to become cases, every array of shape (rows,).

    Attributes
    ----------
    id, day, predicted_at : ndarray
    chance, audit : ndarray of float
        As `Case` has them.
    """

    id: Array
    day: Array
    predicted_at: Array
    chance: Array
    audit: Array


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why rows were chosen, every array of shape (reasons,); a row has as many as it likes.

    Attributes
    ----------
    id, day : ndarray
        The case.
    reason, detail : ndarray of str
    priority, chance : ndarray of float
        The chance that this reason alone would have drawn it.
    """

    id: Array
    day: Array
    reason: Array
    detail: Array
    priority: Array
    chance: Array


@dataclass(frozen=True)
class Fill:
    """That a reason looked for rows of a day: how many it found, and how many of them it chose."""

    day: dt.date
    reason: str
    candidates: int
    chosen: int


def add(store: Store, name: str, chosen: Chosen, reasons: Reasons, fills: Sequence[Fill]) -> int:
    """Put rows into the queue; one that stands there already gets the reasons that are new.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    chosen : Chosen
    reasons : Reasons
    fills : sequence of Fill
        What was looked for.

    Returns
    -------
    int
        How many cases are new.
    """
    at = dt.datetime.now(UTC).replace(tzinfo=None)
    with store.writing() as cursor:
        known = {(one.id, one.day) for one in _keys(cursor, name)}
        days = chosen.day.astype("datetime64[D]").tolist()
        fresh = [place for place, key in enumerate(zip(chosen.id, days, strict=True)) if key not in known]
        _insert(cursor, _ADD, _table(chosen, np.array(fresh, dtype=np.intp)), {"model": name, "at": at})
        _insert(cursor, _REASONS, _table(reasons), {"model": name})
        for one in fills:
            given = {"day": one.day, "reason": one.reason, "candidates": one.candidates, "chosen": one.chosen}
            cursor.execute(_FILLED, {"model": name, "at": at, **given})
    return len(fresh)


@dataclass(frozen=True)
class Key:
    """What a case is about, its number and its reasons."""

    id: str
    day: dt.date
    number: int
    reasons: tuple[str, ...]


def keys(store: Store, name: str) -> list[Key]:
    """The rows that stand in the queue, whatever became of them."""
    with store.cursor() as cursor:
        return _keys(cursor, name)


def _keys(cursor: duckdb.DuckDBPyConnection, name: str) -> list[Key]:
    rows = cursor.execute(query("review_keys"), {"model": name}).fetchall()
    return [Key(id_, day, number, tuple(why or ())) for id_, day, number, why in rows]


def fills(store: Store, name: str) -> list[Fill]:
    """What was looked for so far: one entry per day and reason."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("review_fills"), {"model": name}).fetchall()
    return [Fill(*row) for row in rows]


def _table(rows: Chosen | Reasons, places: Array | None = None) -> pa.Table:
    """Rows in the form that the database takes, nan as nothing."""
    columns = {}
    for name, column in vars(rows).items():
        kept = column if places is None else column[places]
        columns[name] = pa.array(kept, from_pandas=True)
    return pa.table({**columns, "place": pa.array(np.arange(len(next(iter(columns.values())))))})


def _insert(cursor: duckdb.DuckDBPyConnection, text: str, rows: pa.Table, given: dict[str, object]) -> None:
    if not len(rows):
        return
    cursor.register(_BATCH, rows)
    try:
        cursor.execute(named(text, batch=_BATCH), given)
    finally:
        cursor.unregister(_BATCH)
