"""Taking things out again: a file, old raw rows, a whole model.

A forgotten file leaves the store as if it had never been there. Rows of later files that were set aside
because the forgotten file had brought them first take their place again.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from monitoring.models import Model
from monitoring.store import layout, profiling
from monitoring.store.errors import Refused, UnknownFile
from monitoring.store.sql import composed, named

_KEYS = """
SELECT {key} FROM {schema}.requests WHERE _file = $file
UNION SELECT {key} FROM {schema}.predictions WHERE _file = $file"""
_PROMOTED = """
CREATE OR REPLACE TEMP TABLE promoted AS
SELECT rowid AS place, {key} AS key FROM {schema}.{spare}
ANTI JOIN (SELECT {identity} FROM {schema}.{table}) AS stored USING ({identity})
QUALIFY row_number() OVER (PARTITION BY {identity} ORDER BY _file, rowid) = 1"""
_MOVE = """
INSERT INTO {schema}.{table} BY NAME
SELECT * FROM {schema}.{spare} WHERE rowid IN (SELECT place FROM promoted)"""
_MOVED = "DELETE FROM {schema}.{spare} WHERE rowid IN (SELECT place FROM promoted)"
_OLD = "DELETE FROM {schema}.{table} WHERE _day < $first AND NOT (_day >= $start AND _day < $stop)"
_OLD_LABELS = """
DELETE FROM {schema}.labels WHERE _id IN (
    SELECT _id FROM {schema}.requests WHERE _day < $first AND NOT (_day >= $start AND _day < $stop))"""


def find(cursor: duckdb.DuckDBPyConnection, model: str, name: str) -> int:
    """The number of the file that a name means.

    Raises
    ------
    UnknownFile
        If no file, or more than one, has the name.
    """
    wanted = name[1:] if name.startswith("#") else None
    rows = cursor.execute(
        "SELECT file, name FROM files WHERE model = $model "
        "AND (name = $name OR CAST(file AS VARCHAR) = $number) ORDER BY file",
        {"model": model, "name": name, "number": wanted or ""},
    ).fetchall()
    if not rows:
        raise UnknownFile(
            f"{name!r} was never ingested for {model!r}; what was: python -m monitoring files {model}"
        )
    if len(rows) > 1:
        numbers = ", ".join(f"#{number}" for number, _ in rows)
        raise UnknownFile(f"{len(rows)} files are called {name!r}; name one of them: {numbers}")
    return int(rows[0][0])


def forget(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> list[dt.datetime]:
    """Delete a file's rows and bring back what it had displaced; call inside a transaction.

    Returns
    -------
    list of datetime
        The profile keys that must be made again.

    Raises
    ------
    Refused
        If the raw rows of its days were already deleted by retention.
    """
    _refuse_after_retention(cursor, model, file)
    parts, number = {"key": profiling.key_sql(model)}, {"file": file}
    keys = {row[0] for row in cursor.execute(composed(_KEYS, parts, schema=model.name), number).fetchall()}
    for table in layout.RAW_TABLES:
        text = named("DELETE FROM {schema}.{table} WHERE _file = $file", schema=model.name, table=table)
        cursor.execute(text, number)
    for table, identity in (("requests", "_id"), ("predictions", "_id, _version")):
        keys |= _promote(cursor, model, table, identity)
    _promote(cursor, model, "labels", layout.LABEL_IDENTITY)
    for text in (
        "DELETE FROM quarantine WHERE model = $model AND file = $file",
        "DELETE FROM files WHERE model = $model AND file = $file",
    ):
        cursor.execute(text, {"model": model.name, **number})
    layout.drop_columns(cursor, model, file)
    return sorted(keys)


def _refuse_after_retention(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> None:
    row = cursor.execute(
        "SELECT m.raw_from, f.first_day FROM models AS m, files AS f "
        "WHERE m.name = $model AND f.model = $model AND f.file = $file",
        {"model": model.name, "file": file},
    ).fetchone()
    if row and row[0] and row[1] and row[1] < row[0]:
        raise Refused(
            f"the raw rows before {row[0]} were deleted by retention, and this file has rows from {row[1]}; "
            "its share of the profile cannot be told apart any more"
        )


def _promote(cursor: duckdb.DuckDBPyConnection, model: Model, table: str, identity: str) -> set[dt.datetime]:
    """Bring the earliest displaced rows back where none is left; give the profile keys they came to."""
    key = profiling.key_sql(model) if table != "labels" else "CAST(NULL AS TIMESTAMP)"  # no profile has any
    parts = {"identity": identity, "key": key}
    names = {"schema": model.name, "table": table, "spare": f"{table}_spare"}
    cursor.execute(composed(_PROMOTED, parts, **names))
    keys = {row[0] for row in cursor.execute("SELECT DISTINCT key FROM promoted").fetchall()}
    for text in (_MOVE, _MOVED):
        cursor.execute(named(text, **names))
    return keys


def retain(cursor: duckdb.DuckDBPyConnection, model: Model) -> dt.date | None:
    """Delete raw rows older than the model keeps them; the profile and the reference's rows stay.

    Returns
    -------
    date or None
        The first day whose raw rows are still there, or None when nothing is ever deleted.
    """
    if model.retention_days is None:
        return None
    last = cursor.execute(named("SELECT max(_day) FROM {schema}.requests", schema=model.name)).fetchone()
    if not last or last[0] is None:
        return None
    first = last[0] - dt.timedelta(days=model.retention_days - 1)
    reference = model.reference
    window = {
        "first": first,
        "start": reference.start.date() if reference else first,
        "stop": reference.stop.date() if reference else first,
    }
    cursor.execute(named(_OLD_LABELS, schema=model.name), window)
    deleted = 0
    for table in ("requests", "predictions", "requests_spare", "predictions_spare"):
        row = cursor.execute(named(_OLD, schema=model.name, table=table), window).fetchone()
        deleted += row[0] if row else 0
    if deleted:
        cursor.execute(
            "UPDATE models SET raw_from = $first WHERE name = $name", {"first": first, "name": model.name}
        )
    return first
