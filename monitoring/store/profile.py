"""The profile: what is left of every row once it has been counted, small and additive.

Each batch appends partial rows; a reader adds them up, so late rows are just more of them. Compaction adds up
those of the same key for good and changes no answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import duckdb
import pyarrow as pa

from monitoring.store.grids import Grid, read
from monitoring.store.partials import FEATURES, Segment, partials
from monitoring.store.sql import arrow, insert, named
from monitoring.store.sums import summed
from monitoring.windows import Grain

NAMES = 200  # of unseen categories kept per feature
REFERENCE = "reference_profile"  # where the rows of a reference file are counted, apart from the log's
TABLES = ("profile", REFERENCE)

_CREATE = (
    "CREATE TABLE {schema}.{table} (chunk TIMESTAMP, segment_column VARCHAR, segment_value VARCHAR, "
    "feature VARCHAR, n BIGINT, missing BIGINT, non_finite BIGINT, counts BIGINT[], sums DOUBLE[], "
    "total DOUBLE, square DOUBLE, minimum DOUBLE, maximum DOUBLE)"
)
_CREATE_UNSEEN = "CREATE TABLE {schema}.unseen (chunk TIMESTAMP, feature VARCHAR, value VARCHAR, n BIGINT)"
# Names that are kept already come first, then new ones by the chunk they appear in.
_KEEP = """
INSERT INTO {schema}.unseen
SELECT b.chunk, b.feature, b.value, b.n
FROM {batch} AS b JOIN (
    SELECT feature, value,
        ROW_NUMBER() OVER (PARTITION BY feature ORDER BY MAX(kept) DESC, MIN(chunk), value) AS position
    FROM (
        SELECT feature, value, CAST(NULL AS TIMESTAMP) AS chunk, 1 AS kept FROM {schema}.unseen
        UNION ALL SELECT feature, value, chunk, 0 FROM {batch}
    ) AS names GROUP BY feature, value
) AS ranked ON ranked.feature = b.feature AND ranked.value = b.value
WHERE ranked.position <= $names"""
_PART = 100_000  # partial rows added up at a time
_CROWDED = """
CREATE OR REPLACE TEMP TABLE crowded AS
SELECT chunk, segment_column, segment_value, feature, COUNT(*) AS rows,
    ROW_NUMBER() OVER (ORDER BY segment_column, segment_value, feature, chunk) AS place,
    CAST(FLOOR(SUM(COUNT(*)) OVER (ORDER BY segment_column, segment_value, feature, chunk) / $size) AS BIGINT)
        AS part
FROM {schema}.profile
WHERE chunk IN (
    SELECT chunk FROM {schema}.profile WHERE segment_column = '' AND chunk < $stop
    GROUP BY chunk, feature HAVING COUNT(*) >= $least
)
GROUP BY 1, 2, 3, 4 HAVING COUNT(*) > 1"""
_PARTIAL_ROWS = """
SELECT c.place, p.* FROM {schema}.profile AS p
JOIN crowded AS c USING (chunk, segment_column, segment_value, feature)
WHERE c.part = $part ORDER BY c.place"""
_DELETE_PART = """
DELETE FROM {schema}.profile WHERE rowid IN (
    SELECT p.rowid FROM {schema}.profile AS p
    JOIN crowded AS c USING (chunk, segment_column, segment_value, feature) WHERE c.part = $part
)"""
_COMPACT_NAMES = (
    "CREATE OR REPLACE TEMP TABLE names AS "
    "SELECT chunk, feature, value, CAST(SUM(n) AS BIGINT) AS n FROM {schema}.unseen GROUP BY 1, 2, 3",
    "DELETE FROM {schema}.unseen",
    "INSERT INTO {schema}.unseen SELECT * FROM names ORDER BY chunk, feature, value",
    "DROP TABLE names",
)


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables of a profile.

    ``profile``: one partial row per batch and (chunk, segment, feature). ``chunk`` is the local day at
    midnight or the hour in UTC; both segment columns are empty for all rows. ``counts`` and ``sums`` follow
    the slots of the feature's `Grid`; n = missing + non_finite + the counts. ``sums``, ``total`` and
    ``square`` are moments around the grid's centre, of finite values. Everything adds up but the minimum and
    maximum.

    ``reference_profile``: the same of the rows of a reference file.

    ``unseen``: how often each category came that the reference never saw, for the first names of a feature.
    """
    for table in TABLES:
        create_table(cursor, schema, table)
    cursor.execute(named(_CREATE_UNSEEN, schema=schema))


def create_table(cursor: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    """Make one of `TABLES`."""
    cursor.execute(named(_CREATE, schema=schema, table=table))


def append(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    relation: str,
    grids: Sequence[Grid],
    *,
    grain: Grain = "day",
    segments: Sequence[Segment] = (),
    table: str = "profile",
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Profile a batch of rows; see `monitoring.store.partials.partials` for the parameters.

    With `table` the `REFERENCE`, the rows are those of a reference file, which has no unseen category.
    `progress` is told the share of the work that is done.
    """
    parts = -(-len(grids) // FEATURES) * (1 + len(segments))
    for place, part in enumerate(partials(cursor, schema, relation, grids, grain=grain, segments=segments)):
        progress(place / max(parts, 1))
        insert(cursor, schema, table, part.profile)
        if len(part.unseen) and table != REFERENCE:
            _append_names(cursor, schema, part.unseen)


def backfill(cursor: duckdb.DuckDBPyConnection, schema: str, known: str, features: Sequence[str]) -> None:
    """Count features that appear for the first time as missing in the rows profiled before.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
    known : str
        A feature whose profile tells how many rows there were.
    features : sequence of str
        The new ones; their grids are kept already.
    """
    text = (
        "INSERT INTO {schema}.{table} "
        "SELECT chunk, segment_column, segment_value, $feature, CAST(SUM(n) AS BIGINT), "
        "CAST(SUM(n) AS BIGINT), 0, $counts, $sums, $moment, $moment, NULL, NULL "
        "FROM {schema}.{table} WHERE feature = $known GROUP BY 1, 2, 3"
    )
    for grid in read(cursor, schema):
        if grid.feature in features:
            moments = (
                {"sums": [0.0] * grid.slots, "moment": 0.0} if grid.numeric else {"sums": [], "moment": None}
            )
            given = {"feature": grid.feature, "known": known, "counts": [0] * grid.slots, **moments}
            for table in TABLES:
                cursor.execute(named(text, schema=schema, table=table), given)


def compact(
    cursor: duckdb.DuckDBPyConnection, schema: str, stop: dt.datetime | None = None, least: int = 8
) -> int:
    """Add up the partial rows of chunks that have many; call inside a transaction.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
    stop : datetime, optional
        The first chunk that is left alone; by default none is.
    least : int
        From how many partial rows per feature on a chunk is worth the work.

    Returns
    -------
    int
        By how many rows the profile became shorter.
    """
    cursor.execute(
        named(_CROWDED, schema=schema), {"least": least, "stop": stop or dt.datetime.max, "size": _PART}
    )
    parts = cursor.execute("SELECT part, CAST(SUM(rows - 1) AS BIGINT) FROM crowded GROUP BY 1").fetchall()
    for part, _ in parts:
        rows = arrow(cursor, named(_PARTIAL_ROWS, schema=schema), {"part": part})
        cursor.execute(named(_DELETE_PART, schema=schema), {"part": part})
        insert(cursor, schema, "profile", summed(rows, "place"))
    if parts:
        for text in _COMPACT_NAMES:
            cursor.execute(named(text, schema=schema))
    cursor.execute("DROP TABLE crowded")
    return sum(saved for _, saved in parts)


def _append_names(cursor: duckdb.DuckDBPyConnection, schema: str, unseen: pa.Table) -> None:
    """Count unseen categories by name, as far as their names are kept."""
    cursor.register("unseen_batch", unseen)
    try:
        cursor.execute(named(_KEEP, schema=schema, batch="unseen_batch"), {"names": NAMES})
    finally:
        cursor.unregister("unseen_batch")
