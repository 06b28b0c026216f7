"""The slot of a value among ascending edges, as plain SQL over lists: exact, and in a few look-ups."""

from __future__ import annotations

import math
from collections.abc import Sequence

import duckdb
import numpy as np

from monitoring.store.sql import Array

_CELLS = tuple(1 << bits for bits in range(6, 17, 2))
_HALVINGS = 2  # within a cell; more cells than that takes are not worth their list
# In a table of one row, not bound to the statement: its plan would hold many copies of long lists.
_LISTS = """
CREATE OR REPLACE TEMP TABLE score_cells AS
SELECT $low::DOUBLE AS _low, $scale::DOUBLE AS _scale, $count::DOUBLE AS _count,
    $before::INTEGER[] AS _before, $edges::DOUBLE[] AS _edges"""
_CELL = "CAST(FLOOR(GREATEST(LEAST((s - _low) * _scale, _count), -1)) AS INTEGER)"
_FIRST = "(SELECT *, _before[{cell} + 2] AS slot FROM {relation}, score_cells)"
_HALF = """
(SELECT * EXCLUDE (slot), slot + CAST(s >= _edges[slot + {size}] AS INTEGER) * {size} AS slot FROM {query})"""
_PLACED = """
(SELECT * EXCLUDE (slot, _low, _scale, _count, _before, _edges), COALESCE(slot, -1) AS slot FROM {query})"""


def lay(cursor: duckdb.DuckDBPyConnection, edges: Sequence[float]) -> int:
    """Make edges ready for the statements of this cursor that use `placed`, until others are laid.

    The range of the edges is cut into cells of equal width, so many that few edges share one. A list tells
    how many edges lie in the cells before, and what is left is searched by halves. Values and edges are given
    their cell by the same arithmetic, so rounding cannot part a value from the edge it equals.

    Parameters
    ----------
    cursor : duckdb cursor
    edges : sequence of float
        Ascending, at least one.

    Returns
    -------
    int
        How many halvings are left, for `placed`.
    """
    grid = np.asarray(edges, dtype=float)
    found = [_cells(grid, many) for many in _CELLS]
    few = [cells for cells in found if cells[0] <= _HALVINGS]
    steps, count, scale, before = few[0] if few else min(found, key=lambda cells: cells[0])
    padded = [*grid.tolist(), *[math.inf] * (1 << steps)]
    cursor.execute(
        _LISTS, {"low": float(grid[0]), "scale": scale, "count": count, "before": before, "edges": padded}
    )
    return steps


def placed(relation: str, steps: int) -> str:
    """SQL of a relation with one more column, ``slot``: how many of the edges its column ``s`` is not below.

    Parameters
    ----------
    relation : str
        SQL of a table or of a subquery in parentheses with a column ``s`` of finite numbers or NULL.
    steps : int
        As `lay` gave it.

    Returns
    -------
    str
        A subquery in parentheses; ``slot`` is -1 where ``s`` is NULL.

    Examples
    --------
    >>> cursor = duckdb.connect()
    >>> rows = placed("(SELECT unnest([0.1, 0.5, 0.9, NULL]) AS s)", lay(cursor, [0.2, 0.5]))
    >>> [slot for (slot,) in cursor.execute(f"SELECT slot FROM {rows}").fetchall()]
    [0, 2, 2, -1]
    """
    query = _FIRST.format(cell=_CELL, relation=relation)
    for step in reversed(range(steps)):
        query = _HALF.format(size=1 << step, query=query)
    return _PLACED.format(query=query)


def _cells(edges: Array, count: int) -> tuple[int, int, float, list[int]]:
    """Halvings left within a cell, number of cells and of those in a unit, how many edges lie before each."""
    width = float(edges[-1] - edges[0])
    scale = count / width if width > 0 and math.isfinite(count / width) else 0.0
    cell = np.floor(np.clip((edges - edges[0]) * scale, -1, count)).astype(int)
    held = np.bincount(cell + 1, minlength=count + 2)
    return int(held.max()).bit_length(), count, scale, [0, *np.cumsum(held)[:-1].tolist()]
