"""Files made of an unknown log: an excerpt to try a description on, or a table of a database as Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitoring.store import sources
from monitoring.store.layout import folded
from monitoring.store.sql import composed, quoted
from monitoring.store.sql import text as literal
from monitoring.store.unknown_files import DATABASES, opened

PER_DAY = 1000  # rows of a day in an excerpt
MOST = 30_000  # and of all days together
_FORMS = {
    "csv": ("csv", "(FORMAT csv, HEADER)"),
    "jsonl": ("jsonl", "(FORMAT json)"),
    "parquet": ("parquet", "(FORMAT parquet)"),
    "duckdb": ("parquet", "(FORMAT parquet)"),
}
_EXCERPT = """
COPY (SELECT * EXCLUDE (_row) FROM (
    SELECT * FROM sample
    QUALIFY row_number() OVER (ORDER BY hash(_row)) <= {most}
    AND row_number() OVER (PARTITION BY left(CAST({at} AS VARCHAR), 10) ORDER BY hash(_row)) <= {per_day}
    ) ORDER BY _row) TO {place} {form}"""
_TABLE = "COPY (SELECT * EXCLUDE (_row) FROM {relation}) TO {place} (FORMAT parquet)"


@dataclass(frozen=True)
class Excerpt:
    """A file with some rows of a log.

    Attributes
    ----------
    path : Path
    rows : int
        In it.
    """

    path: Path
    rows: int


def excerpt(log: Path, table: str, at: str, folder: Path) -> Excerpt:
    """Copy some rows of a log into a file of the same format: of every day up to a bound, and of all.

    Parameters
    ----------
    log : Path
    table : str
        Of a DuckDB file.
    at : str
        The column of the instant.
    folder : Path
        Where the file goes.

    Raises
    ------
    UnreadableFile
        If the log cannot be read, or has no such column.
    """
    with opened(log, table) as found:
        suffix, form = _FORMS[found.form]
        place = folder / f"excerpt.{suffix}"
        day = quoted(at) if any(folded(name) == folded(at) for name in found.source.columns) else "''"
        parts = {
            "at": day,
            "per_day": str(PER_DAY),
            "most": str(MOST),
            "place": literal(str(place)),
            "form": form,
        }
        row = found.cursor.execute(composed(_EXCERPT, parts)).fetchone()
        rows = int(row[0]) if row else 0
        return Excerpt(place, rows)


@contextmanager
def as_files(log: Path, table: str, folder: Path) -> Iterator[list[Path]]:
    """A log as files that the store takes in; a table of a DuckDB file is written out as Parquet first.

    Parameters
    ----------
    log : Path
    table : str
    folder : Path
        Where such a file goes until the block ends.

    Raises
    ------
    UnreadableFile
        If there is no such log.
    """
    if log.suffix.lower() not in DATABASES or log.is_dir():
        files = sources.expand([str(log)]) if log.is_dir() else [log]
        yield [one for one in files if not log.is_dir() or sources.SUFFIXES[one.suffix.lower()] == "parquet"]
        return
    with opened(log, table) as found:
        place = folder / f"{log.stem}-{_safe(table) or 'table'}.parquet"
        parts = {"relation": found.source.relation, "place": literal(str(place))}
        found.cursor.execute(composed(_TABLE, parts), found.source.parameters)
    try:
        yield [place]
    finally:
        place.unlink(missing_ok=True)


def _safe(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in text)[:60]
