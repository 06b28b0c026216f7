"""Files as relations: Parquet is read in place, CSV and JSON lines are read once into a temporary table.

Every relation has a column ``_row``, the number of the data row in the file, counted from 1. Lines that are
not rows at all (too few fields, broken JSON) are kept apart as `Line`.
"""

from __future__ import annotations

import glob
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

from monitoring.store.errors import UnreadableFile
from monitoring.store.sql import composed, quoted

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
    >>> family("BIGINT"), family("DECIMAL(9,2)"), family("ENUM('a')"), family("TIMESTAMP WITH TIME ZONE")
    ('number', 'number', 'text', 'instant')
    """
    head = kind.split("(")[0].upper()
    if kind.endswith("]") or head.startswith(("STRUCT", "MAP", "UNION", "BLOB", "INTERVAL", "VARIANT")):
        return "other"
    if head.endswith("INT") or head in ("INTEGER", "FLOAT", "DOUBLE", "DECIMAL"):
        return "number"
    if head == "BOOLEAN":
        return "boolean"
    if head.startswith(("TIMESTAMP", "DATE", "TIME")):
        return "instant"
    return "empty" if head in ('"NULL"', "NULL") else "text"


def read(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    """Make a file readable as a relation.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Temporary tables live and die with it.
    path : Path
        A Parquet, CSV or JSON lines file.

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
        return {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}[form](cursor, path)
    except duckdb.Error as error:
        raise UnreadableFile(
            f"{path.name}: not a readable {form} file ({str(error).splitlines()[0]})"
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
    rows = cursor.execute(text, parameters).fetchall()
    return {name: kind for name, kind, *_ in rows if name != "_row"}


def _parquet(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    relation = (
        "(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row "
        "FROM read_parquet($path, file_row_number = true))"
    )
    parameters = {"path": exact(path)}
    return Source(relation, parameters, _columns(cursor, relation, parameters), lenient=False)


def _csv(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    cursor.execute(
        "DROP TABLE IF EXISTS bad_lines; DROP TABLE IF EXISTS bad_scans; DROP TABLE IF EXISTS source"
    )
    cursor.execute(
        """
        CREATE TEMP TABLE source AS
        SELECT row_number() OVER () AS _row, * FROM read_csv(
            $path, all_varchar = true, header = true, sample_size = 20480,
            allow_quoted_nulls = false, nullstr = '',
            store_rejects = true, rejects_table = 'bad_lines', rejects_scan = 'bad_scans')
        """,
        {"path": exact(path)},
    )
    bad = cursor.execute("SELECT line - 1, error_message, csv_line FROM bad_lines ORDER BY line").fetchall()
    lines = list({row: Line(row, detail, content) for row, detail, content in bad}.values())
    _renumber(cursor, [line.row for line in lines])
    return Source("source", {}, _columns(cursor, "source", {}), lenient=True, lines=lines)


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


_JSON = """
    CREATE OR REPLACE TEMP TABLE source AS
    SELECT row_number() OVER () AS _row, * FROM read_json(
        $path, format = 'newline_delimited', records = true, sample_size = -1, map_inference_threshold = -1,
        convert_strings_to_integers = false, maximum_object_size = 67108864,
        dateformat = '%Y|%m|%d', timestampformat = '%Y|%m|%d')
"""


def _jsonl(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    lines: list[Line] = []
    try:
        cursor.execute(_JSON, {"path": exact(path)})
    except duckdb.Error:
        with tempfile.TemporaryDirectory() as folder:
            good = Path(folder) / "good.jsonl"
            lines = list(_broken(path, good))
            if good.stat().st_size == 0:
                raise
            cursor.execute(_JSON, {"path": exact(good)})
        _renumber(cursor, [line.row for line in lines])
    columns = _columns(cursor, "source", {})
    for name in [name for name, kind in columns.items() if kind == "JSON"]:
        cursor.execute(
            f"ALTER TABLE source ALTER {quoted(name)} SET DATA TYPE VARCHAR USING {quoted(name)}->>'$'"
        )
        columns[name] = "VARCHAR"
    return Source("source", {}, columns, lenient=True, lines=lines)


def _broken(path: Path, good: Path) -> Iterator[Line]:
    """Copy the lines that are JSON objects and give back those that are not."""
    with path.open("rb") as file, good.open("wb") as out:
        for row, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                whole = isinstance(json.loads(line), dict)
                detail = "" if whole else "not a JSON object"
            except ValueError as error:
                whole, detail = False, f"not JSON: {error}"
            if whole:
                out.write(line if line.endswith(b"\n") else line + b"\n")
            else:
                yield Line(row, detail, line.decode("utf-8", "replace").rstrip("\n"))


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
