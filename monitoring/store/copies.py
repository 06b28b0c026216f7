"""Backup and restore. The live file is never opened or copied by hand: that would drop the owner's lock."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from monitoring.store.database import CATALOG, connect
from monitoring.store.errors import NotAStore, Refused
from monitoring.store.sql import composed, named, text

NAME = "lookout.duckdb"
COPY = "the copy"  # a name that no model can have


def backup(cursor: duckdb.DuckDBPyConnection, store: Path, folder: Path) -> Path:
    """Copy a live store as it is at this instant.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Of the owning process; writers and readers go on.
    store : Path
        The live file.
    folder : Path
        Where the copy goes; a copy that is there already is replaced only when the new one is whole.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    Refused
        If the copy would take the place of the store itself.
    StoreInUse
        If it would take the place of a store that another process owns.
    """
    target, partial = folder / NAME, folder / f"{NAME}.partial"
    if any(_same(store, place) for place in (target, partial)):
        raise Refused(f"{folder} is the folder of the store itself; name another one for the backup")
    if target.exists():
        _assert_free(target)
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in (partial, _wal(partial), _wal(target)):  # of a copy that was opened and not closed
        leftover.unlink(missing_ok=True)
    cursor.execute(composed("ATTACH {path} AS {copy}", {"path": text(str(partial))}, copy=COPY))
    try:
        cursor.execute(named("COPY FROM DATABASE {catalog} TO {copy}", catalog=CATALOG, copy=COPY))
    finally:
        cursor.execute(named("DETACH {copy}", copy=COPY))
    os.replace(partial, target)
    return target


def restore(folder: Path, path: Path) -> Path | None:
    """Put a backup in the place of a store that nobody has open.

    Parameters
    ----------
    folder : Path
        The folder that `backup` wrote.
    path : Path
        The store. What stands there now is kept beside it, named ``.before-restore`` (``.before-restore-2``
        and so on where that name is taken). It is moved only when the copy of the backup is whole.

    Returns
    -------
    Path or None
        What stood there before, under its new name.

    Raises
    ------
    StoreInUse
        If a process owns the store.
    NotAStore
        If the folder holds no readable backup.
    Refused
        If the store's own folder is given.
    """
    source = folder / NAME
    if not source.is_file():
        raise NotAStore(f"{folder} holds no backup ({NAME} is not there)")
    if path.exists() and source.samefile(path):
        raise Refused(f"{folder} is the folder of the store itself; name the folder of a backup")
    connect(source).close()
    if path.exists():
        _assert_free(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        shutil.copyfile(source, partial)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    before = _set_aside(path) if path.exists() else None
    _wal(path).unlink(missing_ok=True)
    os.replace(partial, path)
    return before


def _set_aside(path: Path) -> Path:
    """Move a store, and what it had not written into its file yet, to a name that is free."""
    names = (
        f"{path.name}.before-restore{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 1_000_000)))
    )
    before = next(place for name in names if not (place := path.with_name(name)).exists())
    os.replace(path, before)
    if _wal(path).exists():
        os.replace(_wal(path), _wal(before))
    return before


def _wal(path: Path) -> Path:
    """Where the database keeps what is not in its file yet."""
    return path.with_name(path.name + ".wal")


def _same(one: Path, other: Path) -> bool:
    """Whether two paths mean one file, whether it is there or not."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _assert_free(path: Path) -> None:
    """Make sure nobody owns the store; a damaged one may be replaced."""
    try:
        connect(path).close()
    except NotAStore:
        return
