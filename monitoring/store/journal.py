"""The journal: which files were taken in, recognised by their content, and what became of their rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from monitoring.store.batch import Counts

REFERENCE = "reference"  # the kind of a file that is a model's reference and no part of its log
_FORGET_REASON = """
DELETE FROM quarantine WHERE file IN (
    SELECT file FROM files WHERE model = $model AND kind = $kind AND name = $name AND digest IS NULL)"""
_FORGET_TRY = """
DELETE FROM files WHERE model = $model AND kind = $kind AND name = $name AND digest IS NULL"""


@dataclass(frozen=True)
class Entry:
    """A file that is to be taken in; ``digest`` is None for one that could not be read and may come again."""

    model: str
    kind: str
    name: str
    digest: str | None
    bytes: int


def digest(path: Path) -> str:
    """What a file's content is recognised by; processors compute this one by themselves."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content(path: Path, parts: Mapping[str, str | None]) -> str:
    """What a file's content is recognised by where parts of its path are columns: these belong to it."""
    found = digest(path)
    if not parts:
        return found
    told = json.dumps([found, sorted(parts.items())], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def numbered(cursor: duckdb.DuckDBPyConnection, model: str, kind: str, content: str) -> int | None:
    """The number of the file of that content; None where none is in."""
    row = cursor.execute(
        "SELECT file FROM files WHERE model = $model AND kind = $kind AND digest = $digest",
        {"model": model, "kind": kind, "digest": content},
    ).fetchone()
    return int(row[0]) if row else None


def known(cursor: duckdb.DuckDBPyConnection, entry: Entry) -> int | None:
    """Rows of a file of the same content that is in already; None if there is none."""
    row = cursor.execute(
        "SELECT rows FROM files WHERE model = $model AND kind = $kind AND digest = $digest",
        {"model": entry.model, "kind": entry.kind, "digest": entry.digest},
    ).fetchone()
    return int(row[0]) if row else None


def number(cursor: duckdb.DuckDBPyConnection) -> int:
    """A number for a new file."""
    row = cursor.execute("SELECT nextval('file_numbers')").fetchone()
    return int(row[0]) if row else 0


def write(cursor: duckdb.DuckDBPyConnection, entry: Entry, file: int, counts: Counts) -> None:
    """Note what became of a file."""
    cursor.execute(
        "INSERT INTO files VALUES ($file, $model, $kind, $name, $digest, $bytes, $rows, $accepted, "
        "$duplicates, $rejected, $first_day, $last_day, now()::TIMESTAMP)",
        {
            "file": file,
            "model": entry.model,
            "kind": entry.kind,
            "name": entry.name,
            "digest": entry.digest,
            "bytes": entry.bytes,
            "rows": counts.rows,
            "accepted": counts.accepted,
            "duplicates": counts.duplicates,
            "rejected": counts.rejected,
            "first_day": counts.first_day,
            "last_day": counts.last_day,
        },
    )


def read_at_last(cursor: duckdb.DuckDBPyConnection, entry: Entry) -> None:
    """Let go of the tries at which a file could not be read, now that it was."""
    for text in (_FORGET_REASON, _FORGET_TRY):
        cursor.execute(text, {"model": entry.model, "kind": entry.kind, "name": entry.name})


def refuse(cursor: duckdb.DuckDBPyConnection, entry: Entry, problem: str) -> None:
    """Note a file that could not be read at all, in place of what was noted when it was tried before."""
    read_at_last(cursor, entry)
    file = number(cursor)
    unread = Entry(entry.model, entry.kind, entry.name, None, entry.bytes)
    write(cursor, unread, file, Counts(0, 0, 0, 1))
    cursor.execute(
        "INSERT INTO quarantine VALUES ($model, $file, NULL, 'unreadable_file', $problem, NULL)",
        {"model": entry.model, "file": file, "problem": problem},
    )
