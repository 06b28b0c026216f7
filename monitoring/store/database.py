"""Opening the one DuckDB file, and refusing what is not ours."""

from __future__ import annotations

import os
import re
from pathlib import Path

import duckdb

from monitoring.store import migrations
from monitoring.store.errors import NotAStore, StoreError, StoreInUse
from monitoring.store.sql import composed, named, text

DatabaseError = duckdb.Error  # what the database itself complains of
# No model can have this name: a database is otherwise called like its file, and a model of that name would be
# ambiguous.
CATALOG = "the store"
THREADS = "LOOKOUT_THREADS"
"""The environment's number of threads that the database may use."""
_ATTACH = "ATTACH {path} AS {catalog}"
OURS = {"migrations", "models", "files", "quarantine"}  # tables that every store has


def threads(told: str) -> str:
    """How many threads the database may use: a whole number from 1 on, else two.

    Examples
    --------
    >>> threads("4"), threads(""), threads("many"), threads("0")
    ('4', '2', '2', '2')
    """
    return told if told.isdecimal() and int(told) else "2"


SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",  # the store never asks the network for anything
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a Python variable is never mistaken for a table
    "memory_limit": "1500MB",
    "threads": threads(os.environ.get(THREADS, "")),
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
        If the file is damaged, is not a store of Lookout, or one of a newer Lookout; it is not touched.
    StoreError
        If its folder cannot be made or the file may not be read and written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: its folder cannot be made ({error.strerror})") from error
    connection = duckdb.connect(":memory:", config=SETTINGS)
    try:
        if path.exists():
            _look_into(connection, path)
        connection.execute(composed(_ATTACH, {"path": text(str(path))}, catalog=CATALOG))
        return prepared(connection, CATALOG)
    except duckdb.Error as error:
        connection.close()
        raise _translated(error, path) from error
    except NotAStore:
        connection.close()
        raise


def prepared(cursor: duckdb.DuckDBPyConnection, catalog: str = "memory") -> duckdb.DuckDBPyConnection:
    """Set what a connection does not inherit from its parent: its database, UTC instants, and no printing."""
    cursor.execute("SET TimeZone = 'UTC'")
    cursor.execute("SET enable_progress_bar = false")
    cursor.execute(named("USE {catalog}", catalog=catalog))
    return cursor


def examine(path: Path) -> None:
    """Look into an existing file without the right to change it; raises as `connect` does."""
    try:
        with duckdb.connect(":memory:", config=SETTINGS) as probe:
            _look_into(probe, path)
    except duckdb.Error as error:
        raise _translated(error, path) from error


def _look_into(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach a file that may only be read, see whether it is a store, and let go of it again."""
    connection.execute(composed(_ATTACH + " (READ_ONLY)", {"path": text(str(path))}, catalog=CATALOG))
    _assert_ours(connection, path)
    connection.execute(named("DETACH {catalog}", catalog=CATALOG))


def _assert_ours(probe: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Tell our store from another program's database and from one that this version cannot know."""
    found = probe.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $catalog UNION ALL "
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name = $catalog",
        {"catalog": CATALOG},
    ).fetchall()
    tables = {row[0] for row in found}
    if not tables:
        return
    columns = probe.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = $catalog "
        "AND schema_name = 'main' AND table_name = 'migrations' ORDER BY column_index",
        {"catalog": CATALOG},
    ).fetchall()
    foreign = NotAStore(
        f"{path} is a database of another program; it was left as it is. Choose another --store"
    )
    if columns != [("name",), ("applied_at",)]:
        raise foreign
    known = {step.__name__ for step in migrations.MIGRATIONS}
    steps = probe.execute(named("SELECT name FROM {catalog}.main.migrations", catalog=CATALOG)).fetchall()
    taken = {row[0] for row in steps}
    if not (tables == {"migrations"} and not taken) and not (known & taken and tables >= OURS):
        raise foreign
    if taken - known:
        raise NotAStore(
            f"{path} was made by a newer Lookout and was left as it is; update this one, or choose another "
            "--store"
        )


def _translated(error: duckdb.Error, path: Path) -> Exception:
    text = str(error)
    if re.search("Could not set lock|onflicting lock|used by another process|already attached|"
                 "different configuration", text):  # fmt: skip
        found = re.search(r"PID (\d+)", text)
        return StoreInUse(path, int(found.group(1)) if found else None)
    if "Permission denied" in text:
        return StoreError(f"{path} may not be read and written by this user; choose another --store")
    return NotAStore(
        f"{path} cannot be read as a store and was left as it is ({text.splitlines()[0]}). "
        "Restore a backup with: python -m monitoring restore DIR"
    )
