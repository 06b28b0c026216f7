"""Counters of faults beside the profile: broken rules, rows that come twice, rows set aside.

They are additive like the profile: each file adds its own, a forgotten one takes them away. What rows of the
log show (broken rules, whole rows that come twice) is counted from them, and made again where they change.
What never became a row of the log is counted as it is set aside, under the number of its file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import breaches, layout, profiling
from monitoring.store.batch import Batch
from monitoring.store.breaches import Breach
from monitoring.store.sql import composed, insert, listed, named

RULE, TWICE, SAME_ID, RETYPED = "rule", "duplicate_rows", "duplicate_ids", "changed_type"
CROWDED = 20_000  # rows of counters from which on those of a key are added up

_CREATE = """
CREATE TABLE IF NOT EXISTS {schema}.counters (
    chunk TIMESTAMP, file INTEGER, measure VARCHAR, subject VARCHAR, definition VARCHAR, hits BIGINT,
    n BIGINT)"""
_TWICE = """
INSERT INTO {schema}.counters
SELECT chunk, NULL, 'duplicate_rows', 'rows', '', CAST(sum(n - 1) AS BIGINT), CAST(sum(n) AS BIGINT)
FROM (SELECT {key} AS chunk, _file, count(*) AS n FROM {schema}.requests WHERE {where}
      GROUP BY chunk, _file, hash(_predicted_at{columns}))
GROUP BY chunk"""
_REJECTED = """
INSERT INTO {schema}.counters
SELECT {key} AS chunk, $file, CASE reason WHEN 'duplicate_id' THEN 'duplicate_ids' ELSE reason END,
       CASE reason WHEN 'duplicate_id' THEN 'rows' ELSE regexp_extract(detail, {literal}, 1) END, '',
       count(*), 0
FROM (SELECT row, min_by(reason, place) AS reason, min_by(detail, place) AS detail
      FROM (SELECT *, rowid AS place FROM rejects) GROUP BY row) AS r
JOIN keys AS k ON k._row = r.row
WHERE reason IN ('duplicate_id', 'changed_type') AND k._day IS NOT NULL AND k._predicted_at IS NOT NULL
GROUP BY ALL"""
_FORGOTTEN = """
INSERT INTO {schema}.counters
SELECT CAST(f.last_day AS TIMESTAMP), f.file,
       CASE q.reason WHEN 'duplicate_id' THEN 'duplicate_ids' ELSE q.reason END,
       CASE q.reason WHEN 'duplicate_id' THEN 'rows' ELSE regexp_extract(q.detail, {literal}, 1) END, '',
       count(*), 0
FROM quarantine AS q JOIN files AS f ON f.file = q.file AND f.model = q.model
WHERE q.model = $model AND q.reason IN ('duplicate_id', 'changed_type') AND f.kind = 'predictions'
    AND f.last_day IS NOT NULL
GROUP BY ALL"""
_LITERAL = r"""'^column (''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*")(?:: | holds a value that)'"""
_COMPACT = (
    "CREATE OR REPLACE TEMP TABLE added AS SELECT chunk, file, measure, subject, definition, "
    "CAST(SUM(hits) AS BIGINT) AS hits, CAST(SUM(n) AS BIGINT) AS n FROM {schema}.counters GROUP BY ALL",
    "DELETE FROM {schema}.counters",
    "INSERT INTO {schema}.counters SELECT * FROM added ORDER BY measure, subject, chunk",
    "DROP TABLE added",
)


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the table of a model's counters."""
    cursor.execute(named(_CREATE, schema=schema))


def extend(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> None:
    """Add what a file's stored rows show; call in the transaction that stored them."""
    _count(cursor, model, f"_file = {int(file)}")


def note_rejects(batch: Batch) -> None:
    """Add the rows of a file set aside for their id or for a type, as ``keys`` and ``rejects`` tell them."""
    parts = {"key": layout.key_sql(batch.model, "k."), "literal": _LITERAL}
    batch.cursor.execute(composed(_REJECTED, parts, schema=batch.model.name), {"file": batch.file})


def replace_keys(
    cursor: duckdb.DuckDBPyConnection, model: Model, file: int, keys: Sequence[dt.datetime]
) -> None:
    """Take a forgotten file's counters away, and count the rows that are left of some keys again."""
    text = "DELETE FROM {schema}.counters WHERE file = $file"
    cursor.execute(named(text, schema=model.name), {"file": file})
    if not keys:
        return
    profiling.choose(cursor, keys)
    text = "DELETE FROM {schema}.counters WHERE file IS NULL AND chunk IN {chosen}"
    cursor.execute(composed(text, {"chosen": profiling.CHOSEN}, schema=model.name))
    _count(cursor, model, f"{layout.key_sql(model)} IN {profiling.CHOSEN}")


def changed(before: Model, after: Model) -> bool:
    """Whether a change of a model's file changes what is counted of its rows."""
    return before.rules != after.rules or moved(before, after)


def moved(before: Model, after: Model) -> bool:
    """Whether rows count under other keys, or columns are kept as another type."""
    kinds = [
        {name: one.kind for name, one in model.features.items() if one.kind} for model in (before, after)
    ]
    return before.grain != after.grain or kinds[0] != kinds[1]


def recount(cursor: duckdb.DuckDBPyConnection, model: Model, *, every: bool = False) -> bool:
    """Count the rules that are new or changed over all rows of the log, and forget those that are no more.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
    every : bool
        Count everything again, because the keys themselves changed.

    Returns
    -------
    bool
        Whether anything was counted.
    """
    wanted = {(rule.name, rule.definition) for rule in model.rules.listed}
    text = named(
        "SELECT DISTINCT subject, definition FROM {schema}.counters WHERE measure = $rule", schema=model.name
    )
    known = set(cursor.execute(text, {"rule": RULE}).fetchall())
    for subject, definition in known if every else known - wanted:
        cursor.execute(
            named(
                "DELETE FROM {schema}.counters WHERE measure = $rule AND subject = $subject "
                "AND definition = $definition", schema=model.name,
            ),
            {"rule": RULE, "subject": subject, "definition": definition},
        )  # fmt: skip
    fresh = wanted if every else wanted - known
    if every:
        cursor.execute(named("DELETE FROM {schema}.counters WHERE file IS NULL", schema=model.name))
        _count_twice(cursor, model, "TRUE")
    if fresh:
        _count_rules(cursor, model, "TRUE", [name for name, _ in fresh])
    return bool(fresh)


def tidy(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Add up counters of the same key when there are many."""
    row = cursor.execute(named("SELECT count(*) FROM {schema}.counters", schema=model.name)).fetchone()
    if row and row[0] > CROWDED:
        for text in _COMPACT:
            cursor.execute(named(text, schema=model.name))


def migrate(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Count what a store of before holds; rows set aside count on the last day of their file."""
    create(cursor, model.name)
    _count_twice(cursor, model, "TRUE")
    parts = {"literal": _LITERAL}
    cursor.execute(composed(_FORGOTTEN, parts, schema=model.name), {"model": model.name})


def _count(cursor: duckdb.DuckDBPyConnection, model: Model, where: str) -> None:
    _count_twice(cursor, model, where)
    _count_rules(cursor, model, where)


def _count_twice(cursor: duckdb.DuckDBPyConnection, model: Model, where: str) -> None:
    columns = list(layout.features(cursor, model))
    parts = {
        "key": layout.key_sql(model),
        "where": where,
        "columns": f", {listed(columns)}" if columns else "",
    }
    cursor.execute(composed(_TWICE, parts, schema=model.name))


def _count_rules(
    cursor: duckdb.DuckDBPyConnection, model: Model, where: str, names: Sequence[str] | None = None
) -> None:
    """Count rows that keep and break rules, by key; rules that cannot be asked are not counted."""
    written = breaches.written(model, layout.features(cursor, model))
    asked = [one for one in written if not one.trouble and (names is None or one.rule.name in names)]
    if not asked:
        return
    checks = ", ".join(f"count({one.value}), count(*) FILTER ({one.value})" for one in asked)
    parts = {
        "key": layout.key_sql(model),
        "checks": checks,
        "relation": breaches.relation(model, asked, where),
    }
    text = composed("SELECT {key} AS chunk, {checks} FROM {relation} GROUP BY chunk ORDER BY chunk", parts)
    rows = cursor.execute(text).fetchall()
    insert(cursor, model.name, "counters", _laid(asked, rows))


def _laid(asked: Sequence[Breach], rows: Sequence[tuple]) -> pa.Table:
    """What was counted as rows of the table."""
    cells = [
        (row[0], None, RULE, one.rule.name, one.rule.definition, row[2 + 2 * at], row[1 + 2 * at])
        for row in rows
        for at, one in enumerate(asked)
        if row[1 + 2 * at]
    ]
    kinds = [pa.timestamp("us"), pa.int32(), pa.string(), pa.string(), pa.string(), pa.int64(), pa.int64()]
    names = ["chunk", "file", "measure", "subject", "definition", "hits", "n"]
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(names)
    return pa.table([pa.array(one, kind) for one, kind in zip(columns, kinds, strict=True)], names)
