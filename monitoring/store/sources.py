"""Files as relations: Parquet is read in place, CSV and JSON lines are read once into a temporary table.

Every relation has a column ``_row``, the number of the data row in the file, counted from 1. Lines that are
not rows at all (too few fields, broken JSON) are kept apart as `Line`.
"""

from __future__ import annotations

import glob
import json
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

from monitoring.store.errors import UnreadableFile
from monitoring.store.layout import folded
from monitoring.store.sql import composed, named, quoted
from monitoring.store.sql import text as literal

SUFFIXES = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
Family = Literal["number", "boolean", "text", "instant", "empty", "other"]


@dataclass(frozen=True)
class Line:
    """A line that is not a row: its number, why, and the text itself."""

    row: int
    detail: str
    content: str


@dataclass(frozen=True)
class Source:
    """A file as a relation.

    Attributes
    ----------
    relation : str
        SQL that can stand after FROM; bind `parameters` with it.
    columns : dict of str to str
        DuckDB types by column name, without ``_row``.
    lenient : bool
        Whether text may stand for a number, because the format has no types of its own.
    """

    relation: str
    parameters: dict[str, str]
    columns: dict[str, str]
    lenient: bool
    lines: list[Line] = field(default_factory=list)

    def family(self, column: str) -> Family:
        """Which sort of values a column holds."""
        return family(self.columns[column])


def family(kind: str) -> Family:
    """Sort a DuckDB type into the few families that matter here.

    Examples
    --------
    >>> family("UBIGINT"), family("DECIMAL(9,2)"), family("ENUM('a')"), family("TIMESTAMP WITH TIME ZONE")
    ('number', 'number', 'text', 'instant')
    """
    head = kind.split("(")[0].upper()
    if kind.endswith("]"):
        return "other"
    if head.endswith("INT") or head in ("INTEGER", "UINTEGER", "BIGNUM", "FLOAT", "DOUBLE", "DECIMAL"):
        return "number"
    if head == "BOOLEAN":
        return "boolean"
    if head.startswith(("TIMESTAMP", "DATE", "TIME")):
        return "instant"
    if head in ('"NULL"', "NULL"):
        return "empty"
    return "text" if head in ("VARCHAR", "ENUM", "UUID", "JSON") else "other"


def read(cursor: duckdb.DuckDBPyConnection, path: Path, ids: Collection[str] = ()) -> Source:
    """Make a file readable as a relation.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Temporary tables live and die with it.
    path : Path
        A Parquet, CSV or JSON lines file; JSON may also be one list of objects.
    ids : collection of str
        Columns that name rows: JSON's are read as the text that was written, whatever it looks like.

    Raises
    ------
    UnreadableFile
        If the ending is unknown, the file is empty, absent or not what its ending says.
    """
    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise UnreadableFile(
            f"{path.name}: cannot tell what it is; use a name ending in {', '.join(SUFFIXES)}"
        )
    if not path.is_file():
        raise UnreadableFile(f"{path.name}: no such file")
    if not path.stat().st_size:
        raise UnreadableFile(f"{path.name}: the file is empty")
    try:
        if form == "jsonl":
            return _json(cursor, path, ids)
        return _parquet(cursor, path) if form == "parquet" else _csv(cursor, path)
    except duckdb.Error as error:
        raise UnreadableFile(
            f"{path.name}: not a readable {form} file ({_first_line(error, path)})"
        ) from error


def _first_line(error: duckdb.Error, path: Path) -> str:
    """What DuckDB says, without the folder of the file."""
    return str(error).splitlines()[0].replace(str(path), path.name)


def exact(path: Path) -> str:
    """Write a path so that DuckDB takes none of its characters for a pattern.

    Examples
    --------
    >>> exact(Path("a[1]*.csv"))
    'a[[]1][*].csv'
    """
    return "".join(f"[{c}]" if c in "[*?" else c for c in str(path))


def _columns(cursor: duckdb.DuckDBPyConnection, relation: str, parameters: dict[str, str]) -> dict[str, str]:
    text = composed("DESCRIBE SELECT * FROM {relation}", {"relation": relation})
    return {name: kind for name, kind, *_ in cursor.execute(text, parameters).fetchall()}


def _named_columns(
    cursor: duckdb.DuckDBPyConnection, relation: str, parameters: dict[str, str]
) -> dict[str, str]:
    """The columns of a file, none of which may be called like the number of a row."""
    columns = _columns(cursor, relation, parameters)
    taken = [name for name in columns if folded(name) == "_row"]
    if taken:
        raise UnreadableFile(f"the column name {taken[0]!r} is kept for the store; rename that column")
    return columns


def _parquet(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    parameters = {"path": exact(path)}
    columns = _named_columns(cursor, "read_parquet($path, hive_partitioning = false)", parameters)
    relation = (
        "(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row "
        "FROM read_parquet($path, hive_partitioning = false, file_row_number = true))"
    )
    if any(folded(name) == "file_row_number" for name in columns):  # then the reader's own has no name
        relation = (
            "(SELECT *, row_number() OVER () AS _row FROM read_parquet($path, hive_partitioning = false))"
        )
    return Source(relation, parameters, columns, lenient=False)


# Quotes are stated, since a sample without any would take them for letters; the delimiter is found out.
READ_CSV = """read_csv(
    $path, all_varchar = true, header = true, sample_size = 20480, quote = '"', escape = '"',
    hive_partitioning = false, allow_quoted_nulls = false, nullstr = '',
    store_rejects = true, rejects_table = 'bad_lines', rejects_scan = 'bad_scans')"""


def _csv(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    parameters = {"path": exact(path)}
    for table in ("bad_lines", "bad_scans", "source"):
        cursor.execute(named("DROP TABLE IF EXISTS {table}", table=table))
    columns = _named_columns(cursor, READ_CSV, parameters)
    text = "CREATE TEMP TABLE source AS SELECT row_number() OVER () AS _row, * FROM {relation}"
    cursor.execute(composed(text, {"relation": READ_CSV}), parameters)
    bad = cursor.execute("SELECT line - 1, error_message, csv_line FROM bad_lines ORDER BY line").fetchall()
    lines = list({row: Line(row, detail, content) for row, detail, content in bad}.values())
    _renumber(cursor, [line.row for line in lines])
    return Source("source", {}, columns, lenient=True, lines=lines)


def _renumber(cursor: duckdb.DuckDBPyConnection, missing: list[int]) -> None:
    """Count the lines that are not rows, so that a row's number is its place in the file."""
    if not missing:
        return
    shifts = [{"start": row - index, "shift": index + 1} for index, row in enumerate(sorted(missing))]
    cursor.execute(
        """
        CREATE OR REPLACE TEMP TABLE numbered AS
        WITH shifts AS (
            SELECT s.start, max(s.shift) AS shift FROM (SELECT unnest($shifts) AS s) GROUP BY s.start)
        SELECT source.* REPLACE (source._row + coalesce(shifts.shift, 0) AS _row)
        FROM source ASOF LEFT JOIN shifts ON source._row >= shifts.start
        """,
        {"shifts": shifts},
    )
    cursor.execute("DROP TABLE source; ALTER TABLE numbered RENAME TO source")


_READ_JSON = """read_json(
    $path, format = '{form}', records = true, sample_size = -1, map_inference_threshold = -1,
    convert_strings_to_integers = false, maximum_object_size = 67108864, hive_partitioning = false,
    dateformat = '%Y|%m|%d', timestampformat = '%Y|%m|%d'{columns})"""
_KEYS = """
SELECT DISTINCT unnest(json_keys(json)) AS key
FROM read_json_objects($path, format = '{form}', maximum_object_size = 67108864, hive_partitioning = false)
ORDER BY key"""
_BOM = b"\xef\xbb\xbf"


def _json(cursor: duckdb.DuckDBPyConnection, path: Path, ids: Collection[str]) -> Source:
    lines: list[Line] = []
    with path.open("rb") as file:
        start = file.read(4096)
    if start.removeprefix(_BOM).lstrip().startswith(b"["):
        return Source("source", {}, _load_json(cursor, path, "array", ids), lenient=True)
    try:
        columns = _load_json(cursor, path, "newline_delimited", ids)
    except duckdb.Error:
        with tempfile.TemporaryDirectory() as folder:
            good = Path(folder) / path.name
            lines = list(_broken(path, good))
            if good.stat().st_size == 0:
                raise
            columns = _load_json(cursor, good, "newline_delimited", ids)
        _renumber(cursor, [line.row for line in lines])
    return Source("source", {}, columns, lenient=True, lines=lines)


def _load_json(
    cursor: duckdb.DuckDBPyConnection, path: Path, form: str, ids: Collection[str]
) -> dict[str, str]:
    """Read a file into the table ``source``; ids, and what has no one type, are the text that was written."""
    parameters = {"path": exact(path)}
    found = _named_columns(cursor, composed(_READ_JSON, {"form": form, "columns": ""}), parameters)
    _refuse_twins(cursor, parameters, form, found)
    asis = {name for name, kind in found.items() if name in ids or kind in ("UUID", "JSON")}
    columns = {name: "VARCHAR" if name in asis else kind for name, kind in found.items()}
    stated = ", ".join(f"{quoted(name)}: {literal(kind)}" for name, kind in columns.items())
    relation = composed(_READ_JSON, {"form": form, "columns": f", columns = {{{stated}}}"})
    text = "CREATE OR REPLACE TEMP TABLE source AS SELECT row_number() OVER () AS _row, * FROM {relation}"
    cursor.execute(composed(text, {"relation": relation}), parameters)
    return columns


def _refuse_twins(
    cursor: duckdb.DuckDBPyConnection, parameters: dict[str, str], form: str, found: dict[str, str]
) -> None:
    """Refuse keys that only case tells apart; the reader calls the second ``a_1``, like others may be."""
    names = {folded(name) for name in found}
    if not any(folded(re.sub(r"_\d+$", "", name)) in names - {folded(name)} for name in found):
        return
    keys = [key for (key,) in cursor.execute(composed(_KEYS, {"form": form}), parameters).fetchall()]
    twins = [key for key in keys if [folded(other) for other in keys].count(folded(key)) > 1]
    if twins:
        raise UnreadableFile(
            f"the columns {' and '.join(map(repr, twins))} differ only by case, which the store does not "
            "tell apart; rename them"
        )


def _broken(path: Path, good: Path) -> Iterator[Line]:
    """Copy the lines that are JSON objects and give back those that are not."""
    with path.open("rb") as file, good.open("wb") as out:
        for row, text in enumerate(file, start=1):
            line = text.removeprefix(_BOM) if row == 1 else text
            if not line.strip():
                continue
            try:
                whole = isinstance(json.loads(line, object_pairs_hook=_object), dict)
                detail = "" if whole else "not a JSON object"
            except ValueError as error:
                whole, detail = False, f"not JSON: {error}"
            except RecursionError:
                whole, detail = False, "not JSON that can be read: it is nested too deeply"
            if whole:
                out.write(line if line.endswith(b"\n") else line + b"\n")
            else:
                yield Line(row, detail, line.decode("utf-8", "replace").rstrip("\n"))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def expand(given: Sequence[str]) -> list[Path]:
    """Turn files, folders and globs into the files they mean, each once, in the order of their names.

    Raises
    ------
    UnreadableFile
        If one of them means no file.
    """
    found: dict[Path, None] = {}
    for text in given:
        path = Path(text).expanduser()
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in SUFFIXES)
        elif path.exists():
            files = [path]
        else:
            files = sorted(Path(one) for one in glob.glob(str(path), recursive=True) if Path(one).is_file())
        if not files:
            raise UnreadableFile(f"{text}: no such file, and no file that matches")
        found |= dict.fromkeys(one.absolute() for one in files)
    return list(found)
