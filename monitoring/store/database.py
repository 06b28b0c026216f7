"""Opening the one DuckDB file, and refusing what is not ours."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from monitoring.store.errors import NotAStore, StoreInUse
from monitoring.store.sql import composed, named, text

CATALOG = "the store"
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",  # the store never asks the network for anything
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a Python variable is never mistaken for a table
    "memory_limit": "1500MB",
    "threads": "2",
}


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a store for reading and writing, creating it when absent.

    Parameters
    ----------
    path : Path
        The DuckDB file; its folder is made when needed.

    Returns
    -------
    DuckDBPyConnection
        The connection of the owning process. Threads work on cursors of it.

    Raises
    ------
    StoreInUse
        If another process owns the file.
    NotAStore
        If the file is damaged or is not a store of Lookout; it is not touched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        _examine(path)
    connection = duckdb.connect(":memory:", config=SETTINGS)
    try:
        # Attached under a name that no model can have: a database is otherwise called like its file, and a model
        # of that name would be ambiguous.
        place = {"path": text(str(path))}
        connection.execute(composed("ATTACH {path} AS {catalog}", place, catalog=CATALOG))
    except duckdb.Error as error:
        connection.close()
        raise _translated(error, path) from error
    return prepared(connection, CATALOG)


def prepared(cursor: duckdb.DuckDBPyConnection, catalog: str = "memory") -> duckdb.DuckDBPyConnection:
    """Set what a connection does not inherit from its parent: its database, UTC instants, and no printing."""
    cursor.execute("SET TimeZone = 'UTC'")
    cursor.execute("SET enable_progress_bar = false")
    cursor.execute(named("USE {catalog}", catalog=catalog))
    return cursor


def _examine(path: Path) -> None:
    """Look into an existing file without the right to change it."""
    try:
        with duckdb.connect(str(path), read_only=True, config=SETTINGS) as probe:
            tables = {row[0] for row in probe.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    except duckdb.Error as error:
        raise _translated(error, path) from error
    if tables and "migrations" not in tables:
        raise NotAStore(
            f"{path} is a database of another program; it was left as it is. Choose another --store"
        )


def _translated(error: duckdb.Error, path: Path) -> Exception:
    text = str(error)
    if "lock" in text.lower() or "already attached" in text or "different configuration" in text:
        found = re.search(r"PID (\d+)", text)
        return StoreInUse(path, int(found.group(1)) if found else None)
    return NotAStore(
        f"{path} cannot be read as a store and was left as it is ({text.splitlines()[0]}). "
        "Restore a backup with: python -m monitoring restore DIR"
    )
