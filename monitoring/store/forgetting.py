"""Taking things out again: a file, old raw rows, a whole model.

A forgotten file leaves the store as if it had never been there. Rows of later files that were set aside
because the forgotten file had brought them first take their place again, and count as theirs in the journal.

Retention deletes the raw rows of old days, never those of the reference, and never what was counted of them.
What would need them afterwards is refused (docs/decisions/005-retention.md).
"""

from __future__ import annotations

import datetime as dt

import duckdb

from monitoring.models import Model
from monitoring.store import journal, layout, reference_rows
from monitoring.store.errors import Refused, UnknownFile
from monitoring.store.sql import composed, named

_KEYS = """
SELECT {key} FROM {schema}.requests WHERE _file = $file
UNION SELECT {key} FROM {schema}.predictions WHERE _file = $file"""
_PROMOTED = """
CREATE OR REPLACE TEMP TABLE promoted AS
SELECT rowid AS place, _file, {identity}, {key} AS key FROM {schema}.{spare}
ANTI JOIN (SELECT {identity} FROM {schema}.{table}) AS stored USING ({identity})
QUALIFY row_number() OVER (PARTITION BY {identity} ORDER BY _file, rowid) = 1"""
_MOVE = """
INSERT INTO {schema}.{table} BY NAME
SELECT * FROM {schema}.{spare} WHERE rowid IN (SELECT place FROM promoted)"""
_MOVED = "DELETE FROM {schema}.{spare} WHERE rowid IN (SELECT place FROM promoted)"
_CREDIT = """
UPDATE files SET accepted = accepted + rows_.n, duplicates = duplicates - rows_.n
FROM (SELECT _file, count(*) AS n
      FROM (SELECT DISTINCT _file, {row} FROM promoted
            ANTI JOIN (SELECT _file, {row} FROM {schema}.{table}) AS stored USING (_file, {row}))
      GROUP BY _file) AS rows_
WHERE files.file = rows_._file AND files.model = $model AND files.kind = $kind"""
_OLD = "DELETE FROM {schema}.{table} WHERE {old}"
_OLD_LABELS = """
DELETE FROM {schema}.{table} WHERE _id IN (SELECT _id FROM {schema}.requests WHERE {old})"""
_NEWEST = "SELECT max(_day) FROM {schema}.requests"
_RAW_FROM = """
UPDATE models SET raw_from = greatest(coalesce(raw_from, $first), $first) WHERE name = $name"""


def find(cursor: duckdb.DuckDBPyConnection, model: str, name: str) -> int:
    """The number of the file that a name means.

    Raises
    ------
    UnknownFile
        If no file, or more than one, has the name.
    Refused
        If it is the model's reference.
    """
    wanted = name[1:] if name.startswith("#") else None
    rows = cursor.execute(
        "SELECT file, name, kind FROM files WHERE model = $model "
        "AND (name = $name OR CAST(file AS VARCHAR) = $number) ORDER BY file",
        {"model": model, "name": name, "number": wanted or ""},
    ).fetchall()
    if len(rows) == 1 and rows[0][2] == journal.REFERENCE:
        raise Refused(
            f"{name!r} is the reference of {model!r}, not a part of its log; name another in the model's file"
        )
    rows = [row[:2] for row in rows if row[2] != journal.REFERENCE]
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
    parts, number = {"key": layout.key_sql(model)}, {"file": file}
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
        "SELECT m.raw_from, f.first_day, f.last_day FROM models AS m, files AS f "
        "WHERE m.name = $model AND f.model = $model AND f.file = $file",
        {"model": model.name, "file": file},
    ).fetchone()
    if not row or not row[0] or not row[1] or row[1] >= row[0]:
        return
    raw_from, first, last = row
    if not reference_rows.raw(model, raw_from, (first, last + dt.timedelta(days=1))):
        raise Refused(
            f"the raw rows before {raw_from} were deleted by retention, and this file has rows from {first}; "
            "its share of the profile cannot be told apart any more"
        )


def _promote(cursor: duckdb.DuckDBPyConnection, model: Model, table: str, identity: str) -> set[dt.datetime]:
    """Bring the earliest displaced rows back where none is left; give the profile keys they came to."""
    key = layout.key_sql(model) if table != "labels" else "CAST(NULL AS TIMESTAMP)"  # no profile has any
    parts = {"identity": identity, "key": key}
    names = {"schema": model.name, "table": table, "spare": f"{table}_spare"}
    cursor.execute(composed(_PROMOTED, parts, **names))
    keys = {row[0] for row in cursor.execute("SELECT DISTINCT key FROM promoted").fetchall()}
    if table != "requests":
        row = "_id" if model.wide and table == "predictions" else identity  # what a row of a file is
        text = composed(_CREDIT, {"row": row}, schema=model.name, table=table)
        cursor.execute(text, {"model": model.name, "kind": table})
    for text in (_MOVE, _MOVED):
        cursor.execute(named(text, **names))
    return keys


def too_old(model: Model, raw_from: dt.date | None) -> str:
    """SQL that is true, by ``_day``, for rows of days whose raw rows retention has deleted.

    Whether such a row was there before cannot be told any more.

    Parameters
    ----------
    model : Model
    raw_from : date or None
        The first day whose raw rows are all there; None when nothing was ever deleted.

    Examples
    --------
    >>> too_old(Model(name="churn", task="binary"), dt.date(2026, 2, 1))
    "_day < DATE '2026-02-01'"
    """
    if raw_from is None:
        return "FALSE"
    kept = "".join(
        f" AND NOT (_day >= DATE '{start}' AND _day < DATE '{stop}')"
        for start, stop in reference_rows.kept_days(model)
    )
    return f"_day < DATE '{raw_from}'{kept}"


def kept_from(cursor: duckdb.DuckDBPyConnection, model: Model) -> dt.date | None:
    """The first day that is not too old for a model; None where it keeps all, or there is no row.

    The days are counted back from the newest row, or from today where a row claims to be newer than that.
    """
    if model.retention_days is None:
        return None
    newest = cursor.execute(named(_NEWEST, schema=model.name)).fetchone()
    if not newest or newest[0] is None:
        return None
    today = dt.datetime.now(model.zone).date()
    return min(newest[0], today) - dt.timedelta(days=model.retention_days - 1)


def retain(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Delete raw rows older than the model keeps them; the profile and the rows of references stay."""
    first = kept_from(cursor, model)
    if first is None:
        return
    old = {"old": too_old(model, first)}
    for table in ("labels", "labels_spare"):
        cursor.execute(composed(_OLD_LABELS, old, schema=model.name, table=table))
    deleted = 0
    for table in ("requests", "predictions", "requests_spare", "predictions_spare"):
        row = cursor.execute(composed(_OLD, old, schema=model.name, table=table)).fetchone()
        deleted += row[0] if row else 0
    if deleted:
        cursor.execute(_RAW_FROM, {"first": first, "name": model.name})
