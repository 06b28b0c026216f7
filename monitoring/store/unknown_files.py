"""Files and folders of which nothing is known yet, as relations: what is no log is told in words, quickly.

Large text is not read whole: a sample of its rows is drawn in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from monitoring.store import sources
from monitoring.store.database import SETTINGS, prepared
from monitoring.store.errors import UnreadableFile
from monitoring.store.sources import SUFFIXES, Source, exact
from monitoring.store.sql import composed, named
from monitoring.store.sql import text as literal

DATABASES = (".duckdb", ".ddb", ".db")
LARGE = 64 << 20  # bytes of text beyond which rows are drawn instead of all being read
MOST_ROWS, MOST_CELLS = 50_000, 2_500_000
_PEEK = 1 << 16
_MAGIC = {
    b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image", b"GIF8": "a GIF image", b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an Excel file; unpack it, or save it as CSV",
    b"\x1f\x8b": "compressed with gzip; unpack it", b"PAR1": "a Parquet file; let its name end in .parquet",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file; save it as CSV",
    b"SQLite format 3": "an SQLite database; export the table as CSV or Parquet",
    b"\xff\xfe": "text in UTF-16; save it as UTF-8", b"\xfe\xff": "text in UTF-16; save it as UTF-8",
    b"\x80\x04": "a Python pickle, which is never opened here; save it as Parquet or CSV",
}  # fmt: skip
_SAMPLE = """
CREATE OR REPLACE TEMP TABLE sample AS
SELECT * FROM (SELECT * FROM {relation}) USING SAMPLE reservoir({rows} ROWS) REPEATABLE (7)"""
_WHOLE = "CREATE OR REPLACE TEMP TABLE sample AS SELECT * FROM {relation}"
_TABLES = """
SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'given'
ORDER BY ALL"""  # no views: one may read any file of this machine


@dataclass(frozen=True)
class Opened:
    """A log of which the temporary table ``sample`` holds all rows, or as many as are looked at.

    Attributes
    ----------
    source : Source
        All of its rows.
    form : {'parquet', 'csv', 'jsonl', 'duckdb'}
    rows, sampled : int
        Of the log, and of ``sample``.
    counted : bool
        Whether `rows` is exact; else it is estimated by the size of the file.
    """

    cursor: duckdb.DuckDBPyConnection
    source: Source
    form: str
    rows: int
    sampled: int
    counted: bool


@contextmanager
def opened(path: Path, table: str = "") -> Iterator[Opened]:
    """Look into a file, a folder of Parquet or a table of a DuckDB file; nothing is left behind.

    Parameters
    ----------
    path : Path
    table : str
        Of a DuckDB file; may be empty where it has but one.

    Raises
    ------
    UnreadableFile
        If there is no such thing, it is not what its name says, or has no row.
    """
    with duckdb.connect(":memory:", config=SETTINGS) as connection:
        cursor = prepared(connection)
        try:
            yield _opened(cursor, path, table)
        except duckdb.Error as error:
            said = str(error).splitlines()[0].replace(str(path), path.name)
            raise UnreadableFile(f"{path.name}: cannot be read ({said})") from error


def _opened(cursor: duckdb.DuckDBPyConnection, path: Path, table: str) -> Opened:
    if not path.exists():
        raise UnreadableFile(f"{path.name}: no such file or folder")
    if path.is_dir():
        source, form = _folder(cursor, path), "parquet"
    elif path.suffix.lower() in DATABASES:
        source, form = _table(cursor, path, table), "duckdb"
    else:
        form = SUFFIXES.get(path.suffix.lower(), "")
        assert_plausible(path, form)
        large = form != "parquet" and path.stat().st_size > LARGE
        source = _large(cursor, path, form) if large else sources.read(cursor, path)
    if not source.columns:
        raise UnreadableFile(f"{path.name}: there is no column in it")
    return _sampled(cursor, source, form, path)


def assert_plausible(path: Path, form: str) -> None:
    """Make sure that a file may be what its name says, by a few of its bytes.

    Raises
    ------
    UnreadableFile
        In words, if it is not.
    """
    if not form:
        endings = ", ".join((*SUFFIXES, *DATABASES))
        raise UnreadableFile(f"{path.name}: cannot tell what it is; use a name ending in {endings}")
    size = path.stat().st_size
    if not size:
        raise UnreadableFile(f"{path.name}: the file is empty")
    with path.open("rb") as file:
        start = file.read(_PEEK)
        file.seek(size // 2)
        middle = file.read(_PEEK)
        file.seek(max(0, size - _PEEK))
        end = file.read(_PEEK)
    if form == "parquet":
        if not start.startswith(b"PAR1") or not end.endswith(b"PAR1"):
            cut = start.startswith(b"PAR1")
            raise UnreadableFile(
                f"{path.name}: " + ("its end is missing; copy it again" if cut else "not a Parquet file")
            )
        return
    for magic, what in _MAGIC.items():
        if start.startswith(magic):
            raise UnreadableFile(f"{path.name}: not text, but {what}")
    if any(b"\0" in part for part in (start, middle, end)):
        raise UnreadableFile(f"{path.name}: not text; it holds bytes that no text has")
    _assert_utf8(start, path)


def _assert_utf8(start: bytes, path: Path) -> None:
    try:
        start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:  # a letter may be cut at the end
            raise UnreadableFile(f"{path.name}: not in UTF-8; save it again in that encoding") from error
    if not start.removeprefix(b"\xef\xbb\xbf").strip():
        raise UnreadableFile(f"{path.name}: there is nothing in it but blanks")


def _folder(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    """All Parquet files of a folder as one relation."""
    files = sorted(one for one in path.rglob("*") if SUFFIXES.get(one.suffix.lower()) == "parquet")
    if not files:
        raise UnreadableFile(f"{path.name}: a folder is read where its files are Parquet, and there is none")
    for one in files:
        assert_plausible(one, "parquet")
    listed = ", ".join(literal(exact(one)) for one in files)
    relation = f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    return _numbered(cursor, relation, lenient=False)


def _table(cursor: duckdb.DuckDBPyConnection, path: Path, table: str) -> Source:
    """A table of a DuckDB file, which is opened for reading alone."""
    try:
        cursor.execute(composed("ATTACH {path} AS given (READ_ONLY)", {"path": literal(str(path))}))
    except duckdb.Error as error:
        busy = "lock" in str(error).lower()
        why = "another process has it open; give a copy of it" if busy else "not a DuckDB file"
        raise UnreadableFile(f"{path.name}: {why}") from error
    names = {
        (name if schema == "main" else f"{schema}.{name}"): (schema, name)
        for schema, name in cursor.execute(_TABLES).fetchall()
    }
    if {"migrations", "quarantine"} <= set(names):
        raise UnreadableFile(f"{path.name}: a store of Lookout itself; give it the log that went in")
    chosen = table or (next(iter(names)) if len(names) == 1 else "")
    if chosen not in names:
        there = ", ".join(names) or "none"
        raise UnreadableFile(f"{path.name}: say which table with --table; there are: {there}")
    schema, name = names[chosen]
    return _numbered(cursor, named("given.{schema}.{name}", schema=schema, name=name), lenient=False)


def _large(cursor: duckdb.DuckDBPyConnection, path: Path, form: str) -> Source:
    """A large file of text, read in passing; its broken lines are passed over."""
    place = {"path": exact(path)}
    if form == "csv":
        for name in ("bad_lines", "bad_scans"):
            cursor.execute(named("DROP TABLE IF EXISTS {table}", table=name))
        return _numbered(cursor, sources.READ_CSV, lenient=True, parameters=place)
    relation = (
        "read_json($path, format = 'newline_delimited', records = true, ignore_errors = true, "
        "map_inference_threshold = -1, convert_strings_to_integers = false, maximum_object_size = 67108864, "
        "hive_partitioning = false, dateformat = '%Y|%m|%d', timestampformat = '%Y|%m|%d')"
    )
    return _numbered(cursor, relation, lenient=True, parameters=place)


def _numbered(
    cursor: duckdb.DuckDBPyConnection, relation: str, *, lenient: bool,
    parameters: dict[str, str] | None = None,
) -> Source:  # fmt: skip
    """A relation whose rows are numbered."""
    bound = parameters or {}
    text = composed("DESCRIBE SELECT * FROM {relation}", {"relation": relation})
    columns = {name: kind for name, kind, *_ in cursor.execute(text, bound).fetchall()}
    taken = [name for name in columns if name.lower() == "_row"]
    if taken:
        raise UnreadableFile(f"the column name {taken[0]!r} is kept for the store; rename that column")
    whole = composed("(SELECT row_number() OVER () AS _row, * FROM {relation})", {"relation": relation})
    return Source(whole, bound, columns, lenient=lenient)


def _sampled(cursor: duckdb.DuckDBPyConnection, source: Source, form: str, path: Path) -> Opened:
    most = max(2000, min(MOST_ROWS, MOST_CELLS // len(source.columns)))
    given = {"relation": source.relation, "rows": str(most)}
    large = form in ("csv", "jsonl") and source.relation != "source"
    rows = 0 if large else _count(cursor, source)
    text = _SAMPLE if large or rows > most else _WHOLE
    cursor.execute(composed(text, given), source.parameters)
    sampled = (cursor.execute("SELECT count(*) FROM sample").fetchone() or (0,))[0]
    if large:
        rows = sampled if sampled < most else _estimated(path)
    if not sampled:
        raise UnreadableFile(f"{path.name}: there is no row in it; a few days of the log are needed")
    return Opened(cursor, source, form, rows, sampled, not large or sampled < most)


def _count(cursor: duckdb.DuckDBPyConnection, source: Source) -> int:
    text = composed("SELECT count(*) FROM {relation}", {"relation": source.relation})
    return (cursor.execute(text, source.parameters).fetchone() or (0,))[0]


def _estimated(path: Path) -> int:
    """Rows of a file of text, by the length of its first lines."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    return round(path.stat().st_size * start.count(b"\n") / len(start))
