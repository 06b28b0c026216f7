"""Merging the partial rows of the profile of outputs, for good and without a change of any answer."""

from __future__ import annotations

import duckdb

from monitoring.store.sql import named, query

_DELETE = "DELETE FROM {schema}.scores WHERE chunk IN (SELECT chunk FROM crowded_scores)"


def compact(cursor: duckdb.DuckDBPyConnection, schema: str, least: int = 8) -> int:
    """Add up the partial rows of chunks that have many; call inside a transaction.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
    least : int
        From how many rows of the same key on a chunk is worth the work.

    Returns
    -------
    int
        By how many rows the profile became shorter.
    """
    crowded = query("crowded_scores", schema=schema)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE crowded_scores AS {crowded}", {"least": least})
    (before,) = cursor.execute("SELECT count(*) FROM crowded_scores").fetchone() or (0,)
    after = 0
    if before:
        cursor.execute(named(_DELETE, schema=schema))
        merged = named("INSERT INTO {schema}.scores ", schema=schema) + query("merged_scores")
        (after,) = cursor.execute(merged).fetchone() or (0,)
    cursor.execute("DROP TABLE crowded_scores")
    return before - after
