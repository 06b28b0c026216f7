"""Following a table of another DuckDB file: its new rows are read in one go and go in like a Parquet file.

The other database is opened for reading alone and only while its new rows are copied to a temporary file, so
that whoever writes it is not kept waiting. New are the rows after the newest instant that is in, and those of
the days just before it that were not there at the last look, recognised by a hash of all their values. Rows
that came even later are noticed by their number, and found by their ids.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from monitoring import source as description
from monitoring.models import Model
from monitoring.store import followed, mapping
from monitoring.store.conversion import identifier, implausible, instant
from monitoring.store.database import SETTINGS, prepared
from monitoring.store.followed import Mark, Scope
from monitoring.store.places import Trouble
from monitoring.store.receipts import Receipt
from monitoring.store.sources import family
from monitoring.store.sql import arrow, composed, listed, named, quoted, text
from monitoring.store.store import Store

MOST = 1_000_000  # rows of one stretch, in whole days
_CATALOG = "followed"
_LOCKED = ("onflicting lock", "Could not set lock", "already attached", "different configuration")
_WHOLE = "whole"  # all that is new was read
_ROWS = "(SELECT *, {value} AS _lookout_at, hash({columns}) AS _lookout_key FROM {relation})"
_BELOW = "SELECT count(*) FROM {rows} WHERE _lookout_at < $cut"
_STOP = """
SELECT min(stop) FROM (
    SELECT day + INTERVAL 1 DAY AS stop, sum(n) OVER (ORDER BY day) AS rows
    FROM (SELECT date_trunc('day', _lookout_at) AS day, count(*) AS n FROM {rows}
          WHERE _lookout_at >= $cut AND _lookout_key NOT IN (SELECT key FROM known) GROUP BY 1))
WHERE rows >= $most"""
_WITHIN = "((_lookout_at >= $cut AND coalesce(_lookout_at < $stop, TRUE)) OR _lookout_at IS NULL)"
_NEW = "SELECT {columns} FROM {rows} WHERE {within} AND _lookout_key NOT IN (SELECT key FROM known)"
_LATE = "SELECT {columns} FROM {rows} WHERE _lookout_at < $cut AND {id} NOT IN (SELECT id FROM stored)"
_NEWEST = """
SELECT max(_lookout_at) FROM {rows}
WHERE coalesce(_lookout_at < $stop, TRUE) AND _lookout_at <= now()::TIMESTAMP AND NOT ({implausible})"""
_KEYS = "SELECT _lookout_key AS key FROM {rows} WHERE {within}"
_STORED = {
    "predictions": "SELECT _id AS id FROM {schema}.requests WHERE _predicted_at < $cut",
    "labels": "SELECT _id AS id FROM {schema}.labels WHERE _labelled_at < $cut",
}
_EARLIEST = dt.datetime(1, 1, 1)


@dataclass(frozen=True)
class Table:
    """A table that is followed: which, the database's file, its name as the model's file writes it."""

    scope: Scope
    path: Path
    title: str
    overlap_days: int


@dataclass(frozen=True)
class _Open:
    """The table as it is now.

    Attributes
    ----------
    rows : str
        SQL of its rows with two columns more: ``_lookout_at``, the instant in UTC, and
        ``_lookout_key``, a hash of all values.
    columns : str
        SQL of its own columns.
    id : str
        SQL of the id as the store writes it.
    """

    cursor: duckdb.DuckDBPyConnection
    rows: str
    columns: str
    id: str

    def filled(self, statement: str) -> str:
        """A statement over the table."""
        parts = {
            "rows": self.rows, "columns": self.columns, "id": self.id, "within": _WITHIN,
            "implausible": implausible("_lookout_at"),
        }  # fmt: skip
        return composed(statement, parts)

    def one(self, statement: str, **bound: object) -> object:
        """The one value that a statement over the table asks for."""
        found = self.cursor.execute(self.filled(statement), bound).fetchall()
        return found[0][0] if found else None

    def register(self, name: str, rows: pa.Table) -> None:
        """Let rows be asked for under a name."""
        self.cursor.abort()  # refused while rows of an earlier statement are unread
        self.cursor.register(name, rows)

    def count(self, cut: dt.datetime | None) -> int:
        """How many rows lie before an instant."""
        return int(str(self.one(_BELOW, cut=cut))) if cut else 0


def taken(store: Store, model: Model, table: Table, going: Callable[[], bool]) -> Iterator[Receipt]:
    """Take in what is new in a table, stretch by stretch; each is given out once it is in.

    Raises
    ------
    Trouble
        If the database or the table cannot be read.
    """
    stamp = _stamp(table.path)
    while going():
        mark = followed.mark(store, table.scope)
        if mark.stamp == stamp:
            return
        with tempfile.TemporaryDirectory(prefix="lookout-") as folder:
            file = Path(folder) / "rows.parquet"
            new, keys, rows = _copied(store, model, table, mark, file)
            if rows:
                until = f" to {new.until:%Y-%m-%d %H:%M:%S}" if new.until else ""
                yield store.ingest(
                    model.name, file, table.scope.kind, title=f"{table.title}{until}", settle=False
                )
        whole = new.stamp == _WHOLE
        followed.keep_mark(store, table.scope, replace(new, stamp=stamp if whole else ""), keys)
        if whole:
            return


def _copied(store: Store, model: Model, table: Table, mark: Mark, file: Path) -> tuple[Mark, pa.Table, int]:
    """Copy the next rows that are new to a file; give how far the table is read then, and how many they are.

    The mark's stamp is `_WHOLE` if there are none left.
    """
    with _opened(store, model, table) as now:
        cut = mark.cut or _EARLIEST
        now.register("known", followed.keys(store, table.scope))
        before = now.count(mark.cut)
        stop = now.one(_STOP, cut=cut, most=MOST)
        statement = now.filled(_NEW)
        if before > mark.below:
            _register_stored(store, model, table, now, cut)
            statement = f"{statement} UNION ALL {now.filled(_LATE)}"
        where = {"path": text(str(file)), "statement": statement}
        copy = composed("COPY ({statement}) TO {path} (FORMAT parquet)", where)
        copied = now.cursor.execute(copy, {"cut": cut, "stop": stop}).fetchall()
        newest = now.one(_NEWEST, stop=stop)
        until = max((one for one in (mark.until, newest) if isinstance(one, dt.datetime)), default=None)
        after = until - dt.timedelta(days=table.overlap_days) if until else None
        keys = arrow(now.cursor, now.filled(_KEYS), {"cut": after or _EARLIEST, "stop": stop})
        gone = mark.gone + max(0, mark.below - before)
        new = Mark("" if stop else _WHOLE, until, after, now.count(after), gone)
    return new, keys, int(copied[0][0])


def _register_stored(store: Store, model: Model, table: Table, now: _Open, cut: dt.datetime) -> None:
    """Let the ids of what is in be asked for, to find what came late."""
    with store.cursor() as cursor:
        statement = named(_STORED[table.scope.kind], schema=model.name)
        now.register("stored", arrow(cursor, statement, {"cut": cut}))


def _stamp(path: Path) -> str:
    """Size and instant of a database's file and of what was written since; neither is opened.

    Raises
    ------
    Trouble
        If it is not there, or may not be looked at.
    """
    told = []
    for one in (path, path.with_name(f"{path.name}.wal")):
        try:
            stat = one.stat()
        except FileNotFoundError:
            if one == path:
                raise Trouble("source_gone", str(path)) from None
            continue
        except (OSError, ValueError) as error:
            raise Trouble("source_denied", str(path)) from error
        told.append(f"{stat.st_size}-{stat.st_mtime_ns}")
    return " ".join(told)


@contextmanager
def _opened(store: Store, model: Model, table: Table) -> Iterator[_Open]:
    """A table, for as long as its rows are copied.

    Raises
    ------
    Trouble
        If the database is locked, damaged or this very store, or the table or a column is not there.
    """
    try:
        own = store.path.exists() and table.path.samefile(store.path)
    except OSError as error:  # it went away a moment ago
        raise Trouble("source_gone", str(table.path)) from error
    if own:
        raise Trouble("source_unusable", str(table.path), "it is the store itself")
    with duckdb.connect(":memory:", config=SETTINGS) as connection:
        cursor = prepared(connection)
        try:
            cursor.execute(
                composed(
                    "ATTACH {path} AS {catalog} (READ_ONLY)",
                    {"path": text(str(table.path))},
                    catalog=_CATALOG,
                )
            )
            yield _described(cursor, model, table)
        except duckdb.Error as error:
            raise _translated(error, table) from error


def _described(cursor: duckdb.DuckDBPyConnection, model: Model, table: Table) -> _Open:
    relation = ".".join(quoted(one) for one in (_CATALOG, *_schema(cursor, table)))
    found = cursor.execute(composed("DESCRIBE SELECT * FROM {relation}", {"relation": relation})).fetchall()
    kinds = {row[0]: str(row[1]) for row in found}
    predictions = table.scope.kind == "predictions"
    at = _column(kinds, "_predicted_at", model.columns.predicted_at) if predictions else _column(
        kinds, "_labelled_at", model.columns.labelled_at)  # fmt: skip
    id_ = _column(kinds, "_id", model.columns.id)
    if id_ is None or (at is None and predictions):
        missing = model.columns.id if id_ is None else model.columns.predicted_at
        raise Trouble("source_unusable", table.title, f"no column {missing!r}; it has {', '.join(kinds)}")
    value = "CAST(NULL AS TIMESTAMP)"
    if at is not None:
        written = mapping.written_in(model, at)
        value = instant(quoted(at), family(kinds[at]), kinds[at], model.timezone, written).value
    parts = {"relation": relation, "value": value, "columns": listed(kinds)}
    rows = composed(_ROWS, parts)
    return _Open(cursor, rows, listed(kinds), identifier(quoted(id_), family(kinds[id_])))


def _schema(cursor: duckdb.DuckDBPyConnection, table: Table) -> tuple[str, ...]:
    """The schema and the name of a table, which must be there: a missing one is told with what there is."""
    wanted = description.names(table.title)
    wanted = wanted if len(wanted) == 2 else ("main", *wanted)
    rows = cursor.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = $catalog "
        "ORDER BY ALL",
        {"catalog": _CATALOG},
    ).fetchall()
    there = [".".join(row) for row in rows]
    if ".".join(wanted).lower() not in [one.lower() for one in there]:
        raise Trouble(
            "source_unusable", table.title, f"no such table; there are {', '.join(there) or 'none'}"
        )
    return wanted


def _column(kinds: dict[str, str], own: str, stated: str) -> str | None:
    return own if own in kinds else stated if stated in kinds else None


def _translated(error: duckdb.Error, table: Table) -> Trouble:
    words = str(error).splitlines()[0]
    if any(one in words for one in _LOCKED):
        return Trouble("source_locked", str(table.path))
    if "ermission denied" in words:
        return Trouble("source_denied", str(table.path))
    return Trouble("source_unusable", table.title, words.replace(str(table.path), table.path.name))
