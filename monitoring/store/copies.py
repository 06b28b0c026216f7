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


def backup(cursor: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """Copy a live store as it is at this instant.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Of the owning process; writers and readers go on.
    folder : Path
        Where the copy goes; a copy that is there already is replaced only when the new one is whole.

    Returns
    -------
    Path
        The copy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target, partial = folder / NAME, folder / f"{NAME}.partial"
    partial.unlink(missing_ok=True)
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
        The store. What stands there now is kept beside it, named ``.before-restore``.

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
    before: Path | None = None
    if path.exists():
        _assert_free(path)
        before = path.with_name(path.name + ".before-restore")
        os.replace(path, before)
        wal = path.with_name(path.name + ".wal")
        if wal.exists():
            os.replace(wal, before.with_name(before.name + ".wal"))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    shutil.copyfile(source, partial)
    os.replace(partial, path)
    return before


def _assert_free(path: Path) -> None:
    """Make sure nobody owns the store; a damaged one may be replaced."""
    try:
        connect(path).close()
    except NotAStore:
        return
