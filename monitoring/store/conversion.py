"""How a column of a file becomes a column of the store, and which of its values do not fit.

A conversion is two pieces of SQL over the file's column: the value to store, and a condition that is true
where the value does not fit. A value that does not fit sends its row to the quarantine; it is never silently
cast.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.instants import ISO, Dates, Instants
from monitoring.store.layout import Column
from monitoring.store.sources import Family
from monitoring.store.sql import quoted

_MISSING = r"\s*(na|n/a|nan|null|none)?\s*"
EARLIEST = "TIMESTAMP '1980-01-01'"  # what lies before is no instant of a log but an error of its clock
LATEST = "(now()::TIMESTAMP + INTERVAL 366 DAY)"
_WHAT = {"DOUBLE": "a number", "VARCHAR": "text"}


@dataclass(frozen=True)
class Conversion:
    """SQL for one column: its value, and where it does not fit (None: it always does)."""

    value: str
    misfit: str | None
    expected: str


def convert(name: str, family: Family, column: Column, *, lenient: bool) -> Conversion:
    """Choose the conversion of a feature.

    Parameters
    ----------
    name : str
        The column in the file.
    family : str
        What the file holds.
    column : Column
        What the store keeps.
    lenient : bool
        Whether the file's format leaves types open, so that text may stand for a number.

    Examples
    --------
    >>> age = Column("age", "DOUBLE", "numeric")
    >>> convert("age", "number", age, lenient=False).misfit is None
    True
    >>> convert("age", "text", age, lenient=False).misfit
    '"age" IS NOT NULL'
    """
    source = quoted(name)
    expected = _WHAT[column.storage]
    never = Conversion(f"CAST(NULL AS {column.storage})", f"{source} IS NOT NULL", expected)
    if family == "empty":
        return Conversion(f"CAST(NULL AS {column.storage})", None, expected)
    if column.storage == "DOUBLE":
        return _to_number(source, family, column, lenient, never)
    return _to_text(source, family, column, never)


def _to_number(source: str, family: Family, column: Column, lenient: bool, never: Conversion) -> Conversion:
    if family == "number":
        return Conversion(number(source), None, never.expected)
    if family == "boolean" and column.declared:
        return Conversion(f"CAST(CAST({source} AS INTEGER) AS DOUBLE)", None, never.expected)
    if family == "text" and (lenient or column.declared):
        return text_number(source)
    return never


def _to_text(source: str, family: Family, column: Column, never: Conversion) -> Conversion:
    text = f"CAST({source} AS VARCHAR)"
    if column.kind == "unsupported":
        return Conversion(text, None, never.expected)
    if family == "text" and column.kind == "binary":
        truth = f"CASE WHEN {_is_truth(text)} THEN lower({text}) ELSE {text} END"
        other = None if column.declared else f"TRY_CAST({source} AS DOUBLE) IS NOT NULL"
        return Conversion(truth, other, "true or false")
    if family == "text":
        return Conversion(text, None, never.expected)
    if family == "boolean" and (column.declared or column.kind == "binary"):
        return Conversion(text, None, never.expected)
    if family == "number" and column.declared:
        return Conversion(canonical(source, family), None, never.expected)
    if family in ("instant", "other"):
        return Conversion(text, None, never.expected)
    return never


def number(source: str) -> str:
    """SQL of a number as the store keeps it: NaN is missing, infinities stay."""
    return f"nullif(CAST({source} AS DOUBLE), CAST('nan' AS DOUBLE))"


def text_number(source: str) -> Conversion:
    """SQL of a number written as text; the usual words for missing are missing."""
    read = f"TRY_CAST(trim(CAST({source} AS VARCHAR)) AS DOUBLE)"
    value = f"nullif({read}, CAST('nan' AS DOUBLE))"
    misfit = f"{source} IS NOT NULL AND {read} IS NULL AND NOT {missing_word(source)}"
    return Conversion(value, misfit, "a number")


def missing_word(source: str) -> str:
    """SQL that is true for texts that say that there is no value.

    It is one pattern, because lists of words in hundreds of columns are rewritten by the database into as
    many joins.
    """
    return f"regexp_full_match(CAST({source} AS VARCHAR), '{_MISSING}', 'i')"


def canonical(source: str, family: Family, *, truths: bool = False) -> str:
    """SQL of a class name: whole numbers without a fraction, booleans as 0 and 1, text as it is.

    With `truths`, the texts true and false are booleans too, however they are written.
    """
    if family == "boolean":
        return f"CAST(CAST({source} AS INTEGER) AS VARCHAR)"
    name, text = identifier(source, family), f"CAST({source} AS VARCHAR)"
    if family != "text" or not truths:
        return name
    truth = f"CASE WHEN lower({text}) = 'true' THEN '1' ELSE '0' END"
    return f"CASE WHEN {_is_truth(text)} THEN {truth} ELSE {name} END"


def identifier(source: str, family: Family) -> str:
    """SQL of an id, the same from every format: whole numbers without a fraction, all else as it is written.

    Spreadsheets and data frames write the id 17 as 17.0 once a cell beside it is empty.
    """
    text = f"CAST({source} AS VARCHAR)"
    if family == "number":
        value = f"CAST({source} AS DOUBLE)"
        whole = f"{value} = floor({value}) AND abs({value}) < 1e15"
        return (
            f"CASE WHEN isnan({value}) THEN NULL "
            f"WHEN {whole} THEN CAST(CAST({source} AS BIGINT) AS VARCHAR) ELSE {text} END"
        )
    return (
        f"CASE WHEN contains({text}, '.0') AND regexp_full_match({text}, '-?\\d+\\.0+') "
        f"THEN split_part({text}, '.', 1) ELSE nullif({text}, '') END"
    )


def _is_truth(text: str) -> str:
    return f"(lower({text}) = 'true' OR lower({text}) = 'false')"


def implausible(at: str) -> str:
    """SQL that is true for an instant that no log can have: before 1980, or more than a year ahead."""
    return f"{at} NOT BETWEEN {EARLIEST} AND {LATEST}"


def instant(source: str, family: Family, kind: str, zone: str, written: Instants = ISO) -> Conversion:
    """SQL of an instant in UTC.

    A bare date means the beginning of the model's local day. Text must be ISO 8601, or what `written` says
    besides; with no offset it is of the zone that `written` names. By itself ``03/04/2013`` never passes: day
    and month could be swapped. Nor does a number: it could count anything.
    """
    midnight = _utc(f"CAST({source} AS DATE)::TIMESTAMP", zone)
    expected = "an instant like 2013-04-03T12:00:00Z"
    if family == "instant" and kind.upper().startswith("TIMESTAMP"):
        zoned = "ZONE" in kind.upper() or kind.upper().startswith("TIMESTAMPTZ")
        value = (
            f"({source} AT TIME ZONE 'UTC')"
            if zoned
            else _utc(f"CAST({source} AS TIMESTAMP)", written.timezone)
        )
        return Conversion(value, None, expected)
    if family == "instant" and kind.upper() == "DATE":
        return Conversion(midnight, None, expected)
    if family == "number" and written.numbers:
        value = _counted(f"CAST({source} AS DOUBLE)", written)
        return Conversion(value, f"{source} IS NOT NULL AND ({value}) IS NULL", expected)
    if family != "text":
        return Conversion("CAST(NULL AS TIMESTAMP)", f"{source} IS NOT NULL", expected)
    text = f"trim(CAST({source} AS VARCHAR))"
    value = f"CASE {_iso(text, zone, written)} {_otherwise(text, zone, written)} END"
    return Conversion(value, f"{source} IS NOT NULL AND {text} <> '' AND ({value}) IS NULL", expected)


def _utc(value: str, zone: str) -> str:
    """SQL of a clock's time in a zone as UTC."""
    return value if zone == "UTC" else f"(({value} AT TIME ZONE '{zone}') AT TIME ZONE 'UTC')"


def _iso(text: str, zone: str, written: Instants) -> str:
    """The cases of a text that is an instant in ISO 8601."""
    iso = f"regexp_matches({text}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}[T ]\\d{{2}}:\\d{{2}}')"
    day = f"regexp_matches({text}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}$')"
    zoned_day = _utc(f"TRY_CAST({text} AS DATE)::TIMESTAMP", zone)
    exact = f"TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    if written.timezone != "UTC":
        bare = _utc(f"TRY_CAST({text} AS TIMESTAMP)", written.timezone)
        exact = f"CASE WHEN {with_offset(text)} THEN {exact} ELSE {bare} END"
    return f"WHEN {day} THEN {zoned_day} WHEN {iso} THEN {exact}"


def with_offset(text: str) -> str:
    """SQL that is true for an instant in ISO 8601 that says how far it is from UTC."""
    return f"regexp_matches({text}, '[T ]\\d{{2}}:.*([Zz]|UTC|[+-]\\d{{2}}(:?\\d{{2}})?)$')"


_ORDERS: dict[Dates, tuple[str, tuple[str, ...]]] = {
    "ymd": (r"^(\d{4})[./-](\d{1,2})[./-](\d{1,2})", ("%Y/%m/%d",)),
    "dmy": (r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})", ("%d/%m/%y", "%d/%m/%Y")),
    "mdy": (r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})", ("%m/%d/%y", "%m/%d/%Y")),
}
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")


def _otherwise(text: str, zone: str, written: Instants) -> str:
    """The cases of a text that is an instant in the order of dates, or the count, that `written` names."""
    cases = ""
    if written.numbers:
        digits = f"regexp_full_match({text}, '\\d{{9,19}}(\\.\\d*)?')"
        cases = f"WHEN {digits} THEN {_counted(f'TRY_CAST({text} AS DOUBLE)', written)} "
    if written.dates == "iso":
        return cases
    pattern, days = _ORDERS[written.dates]
    forms = ", ".join(f"'{day}{clock}'" for day in days for clock in _CLOCKS)
    slashed = f"trim(regexp_replace({text}, '{pattern}[,T ]*', '\\1/\\2/\\3 '))"
    read = f"try_strptime({slashed}, [{forms}])"
    bare = f"regexp_full_match({text}, '{pattern}')"
    return (
        f"{cases}WHEN {bare} THEN {_utc(read, zone)} "
        f"WHEN regexp_matches({text}, '{pattern}') THEN {_utc(read, written.timezone)}"
    )


_PER_SECOND = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000, "nanoseconds": 1_000_000_000}


def _counted(number: str, written: Instants) -> str:
    """SQL of a count since 1970; nothing where no calendar reaches."""
    seconds = f"({number} / {_PER_SECOND[written.numbers]})"
    micros = f"CAST(round({seconds} * 1000000) AS BIGINT)"
    return f"CASE WHEN {seconds} BETWEEN -1e10 AND 1e10 THEN make_timestamp({micros}) END"


def local_day(at: str, zone: str) -> str:
    """SQL of the local day of an instant in UTC.

    Examples
    --------
    >>> local_day("at", "UTC")
    'CAST(at AS DATE)'
    """
    if zone == "UTC":
        return f"CAST({at} AS DATE)"
    return f"CAST(({at} AT TIME ZONE 'UTC') AT TIME ZONE '{zone}' AS DATE)"
