"""What is known of places that are followed: files with their content, how far tables were read, troubles.

Only what changed is written, so that looking again and again costs the store nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from monitoring.store.places import Trouble
from monitoring.store.sql import named, query

if TYPE_CHECKING:
    from monitoring.store.store import Store

TABLES = (
    "followed_files", "followed_tables", "followed_rows", "followed_troubles", "model_folders", "model_edits",
)  # fmt: skip
NOTES = ("source_removed", "source_kept")  # told, and no reason to worry about what comes
_CREATE = (
    "CREATE TABLE followed_files (model VARCHAR, kind VARCHAR, place VARCHAR, title VARCHAR, bytes BIGINT, "
    "modified BIGINT, digest VARCHAR, rewritten INTEGER, taken_at TIMESTAMP, problem VARCHAR)",
    "CREATE TABLE followed_tables (model VARCHAR, kind VARCHAR, place VARCHAR, stamp VARCHAR, "
    "until TIMESTAMP, cut TIMESTAMP, below BIGINT, gone BIGINT, taken_at TIMESTAMP)",
    "CREATE TABLE followed_rows (model VARCHAR, kind VARCHAR, place VARCHAR, key UBIGINT)",
    "CREATE TABLE followed_troubles (model VARCHAR, kind VARCHAR, code VARCHAR, subject VARCHAR, "
    "detail VARCHAR, since TIMESTAMP)",
    "CREATE TABLE model_folders (model VARCHAR, folder VARCHAR)",
    "CREATE TABLE model_edits (model VARCHAR, happened_at TIMESTAMP, before VARCHAR, after VARCHAR, "
    "author VARCHAR, edited_at TIMESTAMP)",
)
# What is kept is kept of a registered model alone: it may be removed while its place is looked through.
_FORGET = "DELETE FROM {table} WHERE model = $model"
_FORGET_FILE = """
DELETE FROM followed_files
WHERE model = $model AND kind = $kind AND place = $place AND title = $title"""
_KEEP_FILE = """
INSERT INTO followed_files
SELECT $model, $kind, $place, $title, $bytes, $modified, $digest, $rewritten, now()::TIMESTAMP, $problem
FROM models WHERE name = $model"""
_AGAIN = "UPDATE followed_files SET modified = 0 WHERE model = $model AND problem <> ''"
_FORGET_MARK = "DELETE FROM followed_tables WHERE model = $model AND kind = $kind AND place = $place"
_KEEP_MARK = """
INSERT INTO followed_tables
SELECT $model, $kind, $place, $stamp, $until, $cut, $below, $gone, now()::TIMESTAMP
FROM models WHERE name = $model"""
_FORGET_ROWS = "DELETE FROM followed_rows WHERE model = $model AND kind = $kind AND place = $place"
_KEEP_ROWS = """
INSERT INTO followed_rows SELECT $model, $kind, $place, key FROM keys_now, models WHERE name = $model"""
_KEEP_TROUBLE = """
INSERT INTO followed_troubles
SELECT $model, $kind, $code, $subject, $detail, $since FROM models WHERE name = $model"""
_TOUCH = "UPDATE models SET revision = revision + 1 WHERE name = $model"


@dataclass(frozen=True)
class Scope:
    """One place of one model."""

    model: str
    kind: str
    place: str

    @property
    def bound(self) -> dict[str, object]:
        """The same, to bind."""
        return {"model": self.model, "kind": self.kind, "place": self.place}


@dataclass(frozen=True)
class Known:
    """A file as it was when it was last looked into."""

    title: str
    bytes: int
    modified: int
    digest: str
    rewritten: int
    problem: str


@dataclass(frozen=True)
class Mark:
    """How far a table was read.

    Attributes
    ----------
    stamp : str
        Size and instant of the database's files then.
    until, cut : datetime or None
        The newest instant that is in, and the one from which on late rows are looked for (UTC, naive).
    below : int
        How many rows lay before the cut.
    gone : int
        How many rows before the cut of then were deleted since the first look.
    """

    stamp: str
    until: dt.datetime | None
    cut: dt.datetime | None
    below: int
    gone: int = 0


@dataclass(frozen=True)
class Told:
    """A trouble that stands, and since when (UTC)."""

    kind: str
    code: str
    subject: str
    detail: str
    since: dt.datetime


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, shared by all models."""
    for text in _CREATE:
        cursor.execute(text)


def forget_model(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Delete what is known of a model's places; call inside a transaction."""
    for table in TABLES:
        cursor.execute(named(_FORGET, table=table), {"model": name})


def keep_folder(cursor: duckdb.DuckDBPyConnection, name: str, folder: str) -> None:
    """Remember where a model's file lies, from where its relative paths begin."""
    cursor.execute("DELETE FROM model_folders WHERE model = $model", {"model": name})
    cursor.execute("INSERT INTO model_folders VALUES ($model, $folder)", {"model": name, "folder": folder})


def folder(store: Store, name: str) -> str | None:
    """The folder of a model's file, where it is known."""
    with store.cursor() as cursor:
        row = cursor.execute(query("model_folder"), {"name": name}).fetchone()
    return row[0] if row else None


def try_again(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Have files that could not be used looked into again, since the model's file may say more by now."""
    cursor.execute(_AGAIN, {"model": name})


def files(store: Store, scope: Scope) -> dict[str, Known]:
    """The files of a place that were looked into, by their titles."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("followed_files"), scope.bound).fetchall()
    return {row[0]: Known(*row) for row in rows}


def keep_file(store: Store, scope: Scope, one: Known) -> None:
    """Note a file as it is now, in place of what was known of it."""
    with store.writing() as cursor:
        bound = {**scope.bound, "title": one.title}
        cursor.execute(_FORGET_FILE, bound)
        cursor.execute(
            _KEEP_FILE,
            {**bound, "bytes": one.bytes, "modified": one.modified, "digest": one.digest,
             "rewritten": one.rewritten, "problem": one.problem},
        )  # fmt: skip


def mark(store: Store, scope: Scope) -> Mark:
    """How far a table was read."""
    with store.cursor() as cursor:
        row = cursor.execute(query("followed_table"), scope.bound).fetchone()
    return Mark(*row) if row else Mark("", None, None, 0)


def keys(store: Store, scope: Scope) -> pa.Table:
    """What rows after the cut that are in already are recognised by: a column ``key``."""
    with store.cursor() as cursor:
        return cursor.sql(query("followed_rows"), params=scope.bound).to_arrow_table()


def keep_mark(store: Store, scope: Scope, one: Mark, rows: pa.Table | None) -> None:
    """Note how far a table was read and, unless they are as before, the keys of its rows after the cut."""
    with store.writing() as cursor:
        cursor.execute(_FORGET_MARK, scope.bound)
        cursor.execute(
            _KEEP_MARK,
            {
                **scope.bound,
                "stamp": one.stamp,
                "until": one.until,
                "cut": one.cut,
                "below": one.below,
                "gone": one.gone,
            },
        )
        if rows is None:
            return
        cursor.execute(_FORGET_ROWS, scope.bound)
        cursor.register("keys_now", rows)
        try:
            cursor.execute(_KEEP_ROWS, scope.bound)
        finally:
            cursor.unregister("keys_now")


def troubles(store: Store, name: str) -> list[Told]:
    """What stands in the way of following a model's places, or has to be told, in a fixed order."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("followed_troubles"), {"name": name}).fetchall()
    return [
        Told(kind, code, subject, detail, at.replace(tzinfo=dt.UTC))
        for kind, code, subject, detail, at in rows
    ]


def keep_troubles(store: Store, name: str, found: Sequence[tuple[str, Trouble]]) -> bool:
    """Note the troubles that stand now; one that stood before keeps its beginning.

    Returns
    -------
    bool
        Whether anything changed.
    """
    before = {(one.kind, one.code, one.subject, one.detail): one.since for one in troubles(store, name)}
    now = dict.fromkeys((kind, one.code, one.subject, one.detail) for kind, one in found)
    if set(before) == set(now):
        return False
    began = {(kind, code, subject): since for (kind, code, subject, _), since in before.items()}
    with store.writing() as cursor:
        cursor.execute("DELETE FROM followed_troubles WHERE model = $model", {"model": name})
        for kind, code, subject, detail in now:
            since = began.get((kind, code, subject), dt.datetime.now(dt.UTC)).replace(tzinfo=None)
            cursor.execute(
                _KEEP_TROUBLE,
                {"model": name, "kind": kind, "code": code, "subject": subject, "detail": detail,
                 "since": since},
            )  # fmt: skip
        cursor.execute(_TOUCH, {"model": name})
    return True
