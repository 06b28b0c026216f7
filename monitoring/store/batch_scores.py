"""Scores that are computed for a batch: the columns that they are computed from, and the file with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import layout
from monitoring.store.conversion import convert
from monitoring.store.layout import folded
from monitoring.store.sources import Source
from monitoring.store.sql import arrow, composed, listed, quoted

_SCORED = "(SELECT {kept}, {more} FROM {relation} AS s LEFT JOIN computed AS c USING (_row))"


def rows_of(
    cursor: duckdb.DuckDBPyConnection, model: Model, source: Source, names: Sequence[str]
) -> pa.Table:
    """Some columns of a file as a fitted model wants them, and the number of each row as ``_row``.

    Where the file's format has types of its own they stay; texts of other formats become what the log keeps.

    Parameters
    ----------
    cursor : DuckDBPyConnection
    model : Model
    source : Source
    names : sequence of str
        Columns of the file.
    """
    known = {folded(name): column for name, column in layout.features(cursor, model).items()}
    parts = []
    for name in names:
        column, kind = known.get(folded(name)), source.family(name)
        if source.lenient and column is not None and kind == "text":
            value = convert(name, kind, column, lenient=True).value
        else:
            value = f"CAST({quoted(name)} AS DOUBLE)" if kind == "number" else quoted(name)
        parts.append(f"{value} AS {quoted(name)}")
    text = "SELECT _row, {parts} FROM {relation}"
    return arrow(
        cursor,
        composed(text, {"parts": ", ".join(parts), "relation": source.relation}),
        dict(source.parameters),
    )


def scored(
    source: Source, cursor: duckdb.DuckDBPyConnection, scores: dict[str, np.ndarray], rows: np.ndarray
) -> Source:
    """A file with columns of scores that were computed for its rows.

    Parameters
    ----------
    source : Source
    cursor : DuckDBPyConnection
    scores : dict of str to ndarray of shape (rows,)
        By column.
    rows : ndarray of int
        Their numbers in the file.
    """
    table = pa.table({"_row": rows, **{f"score_{place}": one for place, one in enumerate(scores.values())}})
    cursor.register("_lookout_scored", table)
    try:
        cursor.execute("CREATE OR REPLACE TEMP TABLE computed AS SELECT * FROM _lookout_scored")
    finally:
        cursor.unregister("_lookout_scored")
    out = [one for one in source.columns if one in scores]
    kept = f"s.* EXCLUDE ({listed(out)})" if out else "s.*"
    more = ", ".join(f"c.score_{place} AS {quoted(name)}" for place, name in enumerate(scores))
    relation = composed(_SCORED, {"kept": kept, "more": more, "relation": source.relation})
    columns = {one: kind for one, kind in source.columns.items() if one not in scores}
    return replace(source, relation=relation, columns=columns | dict.fromkeys(scores, "DOUBLE"))
