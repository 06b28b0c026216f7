"""A batch on its way into a store in memory: read, compared with what the log knows, and put on one day."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from monitoring import windows
from monitoring.models import Model
from monitoring.store import journal, layout, mapping, scratch, sheets, sources
from monitoring.store.batch import Batch, Counts, Progress
from monitoring.store.batch_spans import Span, key_of, span_of
from monitoring.store.conversion import convert
from monitoring.store.errors import UnreadableFile
from monitoring.store.layout import Column, folded
from monitoring.store.mapping import Mapping
from monitoring.store.sources import Source
from monitoring.store.sql import arrow, composed, listed, named, quoted
from monitoring.store.store import Store
from monitoring.store.transactions import commit, transaction
from monitoring.store.unknown_files import assert_plausible

Cursor = duckdb.DuckDBPyConnection
KINDS = (*sources.SUFFIXES, *sheets.SUFFIXES)
"""Endings of the files that can be a batch."""
_LABELLED_AFTER = dt.timedelta(seconds=1)
_COUNT = "SELECT count(*) FROM {relation}"
_SET_ASIDE = """
SELECT reason, count(*) AS n, min(row) AS first_row, min_by(detail, row) AS detail
FROM quarantine WHERE model = $model AND file = $file GROUP BY reason ORDER BY n DESC, reason"""
_MOVED = "(SELECT {kept}, {more} FROM {relation})"
_IDS = "SELECT _id FROM {schema}.requests WHERE _file = $file"


@dataclass(frozen=True)
class Opened:
    """A file as it is before anything is done with it.

    Attributes
    ----------
    name : str
    source : Source
    rows : int
        With those that are none, such as torn lines.
    """

    name: str
    source: Source
    rows: int


@dataclass(frozen=True)
class SetAside:
    """Rows that ingest would set aside for one reason: how many, the first and what is wrong with it."""

    reason: str
    rows: int
    first: int | None
    detail: str


@dataclass(frozen=True)
class Taken:
    """A batch in a store in memory.

    Attributes
    ----------
    name : str
        Of the file.
    columns : dict of str to str
        DuckDB types by column of the file.
    roles : Mapping
        Which column is what; the id and the instant are empty where the file has none.
    known : dict of str to Column
        The features of the log before the batch.
    changed : dict of str to str
        Features that hold another type than the log's, as the file spells them, with what it holds; left out
        of everything.
    rows, accepted : int
        In the file, and how many of them could be taken.
    aside : tuple of SetAside
    span : Span
    key : datetime
        The profile key on which the rows stand.
    file : int
    """

    name: str
    columns: dict[str, str]
    roles: Mapping
    known: dict[str, Column]
    changed: dict[str, str]
    rows: int
    accepted: int
    aside: tuple[SetAside, ...]
    span: Span
    key: dt.datetime
    file: int

    @property
    def retyped(self) -> frozenset[str]:
        """The features of `changed`, as the log spells them."""
        changed = {folded(name) for name in self.changed}
        return frozenset(name for name in self.known if folded(name) in changed)


@contextmanager
def opened(
    cursor: Cursor, path: Path, *, title: str = "", sheet: str = "", ids: tuple[str, ...] = ()
) -> Iterator[Opened]:  # fmt: skip
    """Read a batch: Parquet, CSV, JSON lines, or a sheet of an Excel workbook.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Temporary tables live and die with it.
    path : Path
    title : str
        What to call it; its own name by default.
    sheet : str
        Of a workbook; the first by default.
    ids : tuple of str
        Columns that name rows.

    Raises
    ------
    UnreadableFile
        If it cannot be read, or holds no row.
    """
    title = title or path.name
    with tempfile.TemporaryDirectory(prefix="lookout-") as folder:
        try:
            if path.suffix.lower() in sheets.SUFFIXES:
                if not path.is_file():
                    raise UnreadableFile(f"{path.name}: no such file")
                source = sources.read(cursor, sheets.written(path, Path(folder), sheet), ids)
            elif path.suffix.lower() not in sources.SUFFIXES:
                raise UnreadableFile(
                    f"{path.name}: cannot tell what it is; a batch is a file ending in {', '.join(KINDS)}"
                )
            else:
                if path.is_file():
                    assert_plausible(path, sources.SUFFIXES[path.suffix.lower()])
                source = sources.read(cursor, path, ids)
            text = composed(_COUNT, {"relation": source.relation})
            rows = (cursor.execute(text, source.parameters).fetchone() or (0,))[0] + len(source.lines)
        except duckdb.Error as error:
            first = str(error).splitlines()[0].replace(str(path), title)
            raise UnreadableFile(f"{title}: cannot be read to its end ({first})") from error
        except UnreadableFile as error:
            said = str(error)
            raise UnreadableFile(
                said.replace(path.name, title) if path.name in said else f"{title}: {said}"
            ) from error
        if not rows:
            raise UnreadableFile(
                f"{title}: has columns but no row ({', '.join(list(source.columns)[:8])}); "
                "write the rows to be checked into it"
            )
        yield Opened(title, source, rows)


def take(store: Store, cursor: duckdb.DuckDBPyConnection, name: str, given: Opened, say: Progress) -> Taken:
    """Take a batch into a store in memory, on a day of its own.

    Parameters
    ----------
    store : Store
        In memory, see `monitoring.store.aside`.
    cursor : DuckDBPyConnection
        The one the file was opened with.
    name : str
        The model.
    given : Opened
    say : callable

    Raises
    ------
    UnreadableFile
        If not a single row can be used; the message tells the first one's fault.
    """
    model, source = store.model(name), given.source
    known = layout.features(cursor, model)
    roles = _roles(cursor, model, source)
    say(0.2, f"checking {given.name}")
    changed = _changed(cursor, source, roles, known)
    span = span_of(cursor, model, source, roles)
    key = key_of(cursor, model, span)
    file = int((cursor.execute("SELECT coalesce(max(file), 0) + 1 FROM files").fetchone() or (1,))[0])
    batch = Batch(cursor, model, _moved(model, source, roles, key, set(changed)), file)
    entry = journal.Entry(model.name, "predictions", given.name, "batch", 0)
    with transaction(cursor):
        counts = commit(batch, entry, say)
    aside = _aside(cursor, model, file)
    if not counts.accepted:
        raise UnreadableFile(f"{given.name}: {_why_empty(counts, aside)}")
    return Taken(
        given.name, source.columns, roles, known, changed, given.rows, counts.accepted, aside, span, key, file
    )


def _roles(cursor: duckdb.DuckDBPyConnection, model: Model, source: Source) -> Mapping:
    """What the file's columns are; an id that no row has is as good as absent."""
    roles = mapping.reference(model, source)
    if not roles.id:
        return roles
    row = cursor.execute(mapping.filled([roles.id], source), source.parameters).fetchone()
    return roles if row and row[0] else mapping.without(roles, [roles.id])


def _changed(
    cursor: duckdb.DuckDBPyConnection, source: Source, roles: Mapping, known: dict[str, Column]
) -> dict[str, str]:
    """Features of which the file holds another type than the log."""
    columns = {folded(name): column for name, column in known.items()}
    given = {
        name: convert(name, source.family(name), columns[folded(name)], lenient=source.lenient)
        for name in roles.features
        if folded(name) in columns and columns[folded(name)].kind is not None
    }
    return {name: source.columns[name] for name in scratch.misfits(cursor, source, given)}


def _moved(model: Model, source: Source, roles: Mapping, key: dt.datetime, dropped: set[str]) -> Source:
    """The file with all rows at one instant, an id for each, and without the columns that do not fit."""
    at = windows.instant_of(key, model.grain, model.zone).replace(tzinfo=None) + dt.timedelta(minutes=1)
    own = {"_predicted_at", "_labelled_at"}
    out = {one for one in source.columns if one in own | dropped}
    out |= {one for one in (roles.predicted_at, roles.labelled_at) if one}
    spelled = {folded(one) for one in (model.columns.predicted_at, model.columns.labelled_at)}
    out |= {one for one in source.columns if folded(one) in spelled}
    added = {model.columns.predicted_at: f"TIMESTAMP '{at}'"}
    if roles.label:
        added[model.columns.labelled_at] = f"TIMESTAMP '{at + _LABELLED_AFTER}'"
    if not roles.id:
        added[model.columns.id] = "'row ' || _row"
        out |= {one for one in source.columns if one in ("_id", model.columns.id)}
    kept = f"* EXCLUDE ({listed(sorted(out))})" if out else "*"
    more = ", ".join(f"{value} AS {quoted(name)}" for name, value in added.items())
    columns = {one: kind for one, kind in source.columns.items() if one not in out}
    columns |= {one: "VARCHAR" if one == model.columns.id else "TIMESTAMP" for one in added}
    relation = composed(_MOVED, {"kept": kept, "more": more, "relation": source.relation})
    return replace(source, relation=relation, columns=columns)


def _aside(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> tuple[SetAside, ...]:
    rows = cursor.execute(_SET_ASIDE, {"model": model.name, "file": file}).fetchall()
    return tuple(SetAside(*row) for row in rows)


def _why_empty(counts: Counts, aside: tuple[SetAside, ...]) -> str:
    if not aside:
        return "holds no row that can be used"
    first = aside[0]
    return f"none of its {counts.rejected:,} rows can be used; row {first.first}: {first.detail}"


def ids(store: Store, name: str, taken: Taken) -> pa.ChunkedArray:
    """The ids of the rows of a batch that could be taken."""
    with store.cursor() as cursor:
        return arrow(cursor, named(_IDS, schema=name), {"file": taken.file}).column(0)
