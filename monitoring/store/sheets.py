"""A sheet of an Excel workbook as a file of CSV: cells as they are shown, read row by row and never run.

A workbook holds no code that would be started here: formulas are read as the values that were saved with
them, and a file with macros is a workbook like any other.
"""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from monitoring.store.errors import UnreadableFile

SUFFIXES = (".xlsx", ".xlsm")
MOST_BYTES = 1 << 30  # of a workbook once it is unpacked
MOST_COLUMNS = 2_000


def written(path: Path, folder: Path, sheet: str = "") -> Path:
    """Write one sheet of a workbook as CSV.

    Parameters
    ----------
    path : Path
        The workbook.
    folder : Path
        Where the CSV goes.
    sheet : str
        The name of the sheet; the first one by default.

    Returns
    -------
    Path

    Raises
    ------
    UnreadableFile
        If it is no workbook, has no such sheet, is too large, or its first row does not name the columns.
    """
    _assert_bounded(path)
    with path.open("rb") as file:  # ours to close: a sheet that is not read to its end would keep it open
        return _of_book(path, file, folder, sheet)


def _of_book(path: Path, file: BinaryIO, folder: Path, sheet: str) -> Path:
    from openpyxl import load_workbook

    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # whatever a torn or forged file makes of the reader
        raise UnreadableFile(
            f"{path.name}: not a readable Excel workbook; save it anew as .xlsx, or as CSV"
        ) from error
    names = [one.title for one in book.worksheets]
    if not names or (sheet and sheet not in names):
        known = ", ".join(names) or "none"
        raise UnreadableFile(f"{path.name}: no sheet {sheet!r}; the sheets are {known}")
    out = folder / f"{path.stem[:80] or 'sheet'}.csv"
    try:
        with closing(book[sheet or names[0]].iter_rows(values_only=True)) as rows:
            _write(path.name, out, rows)
    except (UnreadableFile, OSError):
        raise
    except Exception as error:  # as above: the rows are read as they are asked for
        raise UnreadableFile(f"{path.name}: the sheet is damaged; save it anew as .xlsx") from error
    return out


def _assert_bounded(path: Path) -> None:
    """Refuse what is no workbook, and one that grows beyond bounds when it is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(
            f"{path.name}: not a readable Excel workbook; .xls and files with a password are not read: save "
            "it as .xlsx or CSV"
        ) from error
    if size > MOST_BYTES:
        raise UnreadableFile(
            f"{path.name}: the workbook unpacks to {size / 2**20:,.0f} MB, more than "
            f"{MOST_BYTES / 2**20:,.0f} MB; save the sheet as CSV or Parquet"
        )


def _write(name: str, out: Path, rows: Iterable[tuple[object, ...]]) -> None:
    """Copy rows; those without any value are left out, as are empty columns beyond the named ones."""
    reader = iter(rows)
    header = _header(name, next(reader, ()))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(_filled(name, reader, len(header)))


def _header(name: str, row: tuple[object, ...]) -> list[str]:
    named = [_cell(value) for value in row]
    while named and not named[-1].strip():
        named.pop()
    if not named:
        raise UnreadableFile(f"{name}: the first row of the sheet is empty; it names the columns")
    if len(named) > MOST_COLUMNS:
        raise UnreadableFile(f"{name}: {len(named):,} columns; at most {MOST_COLUMNS:,} are read")
    blank = next((place for place, one in enumerate(named, 1) if not one.strip()), None)
    if blank is not None:
        raise UnreadableFile(
            f"{name}: column {blank} has no name in the first row; name it, or delete the column"
        )
    folded = [one.lower() for one in named]
    twice = next((one for one in named if folded.count(one.lower()) > 1), None)
    if twice is not None:
        raise UnreadableFile(f"{name}: two columns are called {twice!r}; rename one of them")
    return named


def _filled(name: str, rows: Iterable[tuple[object, ...]], width: int) -> Iterator[list[str]]:
    for place, row in enumerate(rows, start=2):
        cells = [_cell(value) for value in row]
        if not any(cells):
            continue
        if any(cells[width:]):
            raise UnreadableFile(
                f"{name}: row {place} has a value in column {width + 1}, which the first row does not name"
            )
        yield cells[:width] + [""] * (width - len(cells))


def _cell(value: object) -> str:
    """A cell as text; an error such as #DIV/0! is none."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return "" if text in ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!") else text
