"""A database in memory that lives for one comparison of two files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from monitoring.models import Kind, Model
from monitoring.store import cubes, grids, layout, mapping, profile, sources
from monitoring.store.conversion import Conversion, convert
from monitoring.store.cubes import Cubes
from monitoring.store.database import SETTINGS, prepared
from monitoring.store.errors import UnreadableFile
from monitoring.store.sources import Source
from monitoring.store.sql import composed, named, quoted
from monitoring.windows import Window

_DAYS = [dt.datetime(2000, 1, day) for day in (1, 2, 3)]
REFERENCE, CURRENT = Window(_DAYS[0], _DAYS[1]), Window(_DAYS[1], _DAYS[2])
SCHEMA = "files"
_REFERENCE = "SELECT * FROM {schema}.requests WHERE _day = DATE '2000-01-01'"
_COPY = """
INSERT INTO {schema}.requests (_id, _predicted_at, _day, _file{names})
SELECT CAST(_row AS VARCHAR), $day, CAST($day AS DATE), 0{values} FROM {relation}"""
OWN = ("_id", "_predicted_at", "_day", "_file", "_row")
IDENTIFIER_ROWS = 50  # fewer rows cannot show that a column names them
IDENTIFIER_SHARE = 0.9  # of different values from which a text names rows
MISFITS = 0.05  # a larger share of values that do not fit is another type; a smaller one is missing values


@dataclass(frozen=True)
class Pair:
    """The profiles of two files as two chunks, and the columns left out, each with a reason code."""

    cubes: Cubes
    skipped: dict[str, str]


def pair(reference: Path, current: Path) -> Pair:
    """Profile two files on the grid of the first.

    Parameters
    ----------
    reference, current : Path

    Returns
    -------
    Pair
        The reference's rows are the chunk `REFERENCE`, the others `CURRENT`.

    Raises
    ------
    UnreadableFile
        If a file cannot be read, is empty, or they share no column.
    """
    with duckdb.connect(":memory:", config=SETTINGS) as connection:
        cursor = prepared(connection)
        model = Model(name=SCHEMA, task="binary")
        layout.create(cursor, model)
        grids.create(cursor, SCHEMA)
        profile.create(cursor, SCHEMA)
        first = sources.read(cursor, reference)
        columns = _columns(cursor, model, first)
        changed = _insert(cursor, first, columns, _DAYS[0])
        second = sources.read(cursor, current)
        shared = [column for column in columns if column.name in second.columns]
        if not shared:
            raise UnreadableFile(f"{reference.name} and {current.name} share no column")
        changed += _insert(cursor, second, shared, _DAYS[1])
        kinds = layout.profiled({column.name: column for column in shared})
        skipped = dict.fromkeys(changed, "changed_type")
        skipped |= dict.fromkeys(
            (column.name for column in shared if column.name not in kinds), "unsupported"
        )
        skipped |= (
            dict.fromkeys(_identifiers(cursor, kinds, named(_REFERENCE, schema=SCHEMA)), "identifier")
            | skipped
        )
        kept: dict[str, Kind] = {name: kind for name, kind in kinds.items() if name not in skipped}
        known = grids.fit(cursor, f"({named(_REFERENCE, schema=SCHEMA)})", kept)
        grids.write(cursor, SCHEMA, known)
        profile.append(cursor, SCHEMA, f"{SCHEMA}.requests", known)
        return Pair(cubes.read(cursor, SCHEMA, known), skipped)


def _columns(cursor: duckdb.DuckDBPyConnection, model: Model, source: Source) -> list[layout.Column]:
    """Decide how the reference's columns are kept, and make room for them."""
    names = [name for name in source.columns if name.lower() not in OWN]
    row = cursor.execute(mapping.census(names, source), source.parameters).fetchone() or ()
    counts = {name: tuple(row[5 * i : 5 * i + 5]) for i, name in enumerate(names)}
    columns = mapping.new_columns(counts, model, source)
    layout.add_columns(cursor, SCHEMA, columns)
    return columns


def _insert(
    cursor: duckdb.DuckDBPyConnection, source: Source, columns: list[layout.Column], day: dt.datetime
) -> list[str]:
    """Copy a file's columns in; give back those whose values do not fit."""
    given = {
        column.name: convert(column.name, source.family(column.name), column, lenient=source.lenient)
        for column in columns
    }
    changed = misfits(cursor, source, given)
    kept = {name: one.value for name, one in given.items() if name not in changed}
    names = "".join(f", {quoted(name)}" for name in kept)
    values = "".join(f", {value}" for value in kept.values())
    parts = {"names": names, "values": values, "relation": source.relation}
    copied = cursor.execute(
        composed(_COPY, parts, schema=SCHEMA), {**source.parameters, "day": day}
    ).fetchone()
    if not copied or not copied[0]:
        raise UnreadableFile("a file without rows cannot be compared")
    return changed


def misfits(cursor: duckdb.DuckDBPyConnection, source: Source, given: dict[str, Conversion]) -> list[str]:
    """The columns of a file of which more than a few values do not fit."""
    checked = {name: one.misfit for name, one in given.items() if one.misfit}
    if not checked:
        return []
    counts = ", ".join(f"count(*) FILTER ({misfit})" for misfit in checked.values())
    text = composed(
        "SELECT count(*), {counts} FROM {relation}", {"counts": counts, "relation": source.relation}
    )
    total, *found = cursor.execute(text, source.parameters).fetchone() or (0,)
    return [
        name
        for name, count in zip(checked, found, strict=True)
        if count > MISFITS * total or (count and given[name].value.startswith("CAST(NULL"))
    ]


def identifiers(cursor: duckdb.DuckDBPyConnection, schema: str, kinds: dict[str, Kind]) -> list[str]:
    """The columns of a model's reference file whose values name rows."""
    return _identifiers(cursor, kinds, named("SELECT * FROM {schema}.reference_rows", schema=schema))


def _identifiers(cursor: duckdb.DuckDBPyConnection, kinds: dict[str, Kind], reference: str) -> list[str]:
    """Columns whose values name rows: texts that hardly repeat, and whole numbers that count through."""
    if not kinds:
        return []
    parts = []
    for name, kind in kinds.items():
        column = quoted(name)
        numeric = kind in grids.NUMERIC_KINDS
        whole = f"bool_and({column} = floor({column}))" if numeric else "FALSE"
        width = f"max({column}) - min({column})" if numeric else "0"
        parts += [f"count({column})", f"count(DISTINCT {column})", whole, width]
    given = {"parts": ", ".join(parts), "reference": reference}
    row = cursor.execute(composed("SELECT {parts} FROM ({reference})", given)).fetchone() or ()
    found = zip(kinds.items(), row[0::4], row[1::4], row[2::4], row[3::4], strict=True)
    return [
        name
        for (name, kind), count, distinct, whole, width in found
        if count >= IDENTIFIER_ROWS
        and (
            bool(whole and distinct == count and width < 2 * count)
            if kind in grids.NUMERIC_KINDS
            else distinct >= IDENTIFIER_SHARE * count
        )
    ]
