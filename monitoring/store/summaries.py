"""What the columns of an unknown log hold, in numbers: all that a guess about them may rest on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitoring.instants import ISO, Dates, Instants, Numbers
from monitoring.store import relations
from monitoring.store.conversion import instant, with_offset
from monitoring.store.sampled import SHOWN, Form, Sample, Summary, orders, value, word
from monitoring.store.sources import family
from monitoring.store.sql import composed, quoted
from monitoring.store.unknown_files import Opened, opened

TOGETHER = 5  # columns summarised by one statement: planning one takes the square of its length
LEVELS = 50  # different values up to which each is counted
HOURS = 200_000
_COUNTS: tuple[tuple[Numbers, float], ...] = (
    ("seconds", 1), ("milliseconds", 1e3), ("microseconds", 1e6), ("nanoseconds", 1e9)
)  # fmt: skip
EARLIEST, LATEST = 315_532_800, 4_102_444_800  # 1980 and 2100, in seconds: what a count of an instant may be
_SLASHED = r"^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})([T ,].*)?$"
_PARTS = """
count({t}), count(DISTINCT {t}), count({x}), min({x}) FILTER (isfinite({x})), max({x}) FILTER (isfinite({x})),
coalesce(bool_and({x} = floor({x})), FALSE), count({t}) FILTER (_row <= {half}), {text}"""
_TEXT = """
count(*) FILTER (regexp_matches({t}, '^0[0-9]')), coalesce(avg(length({t})), 0),
coalesce(avg(length({t}) - length(replace({t}, ' ', '')) + 1), 0),
count(*) FILTER (regexp_matches({t}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}$')),
count(*) FILTER (regexp_matches({t}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}[T ]\\d{{2}}:\\d{{2}}')),
count(*) FILTER ({offset}),
count(*) FILTER (regexp_matches({t}, '{slashed}')),
max(TRY_CAST(regexp_extract({t}, '{slashed}', 1) AS INTEGER)),
max(TRY_CAST(regexp_extract({t}, '{slashed}', 2) AS INTEGER))"""
_NO_TEXT = "0, 0, 0, 0, 0, 0, 0, 0, 0"
_WIDTH = 16
_VALUES = """
SELECT left({t}, {shown}), count(*) AS n FROM (SELECT {value} AS {t} FROM sample) WHERE {t} IS NOT NULL
GROUP BY ALL ORDER BY n DESC, 1 LIMIT {most}"""
_RISING = """
SELECT avg(CASE WHEN v >= before THEN 1.0 ELSE 0.0 END)
FROM (SELECT v, lag(v) OVER (ORDER BY _row) AS before FROM (SELECT _row, {value} AS v FROM sample))
WHERE v IS NOT NULL AND before IS NOT NULL"""
_HOURS = """
SELECT CAST(epoch(date_trunc('hour', v)) AS BIGINT) // 3600 AS hour, count(*)
FROM (SELECT {value} AS v FROM {relation}) WHERE v IS NOT NULL GROUP BY hour ORDER BY hour LIMIT {most}"""


def summarised(path: Path, table: str = "") -> Sample:
    r"""Look at a log of which nothing is known.

    Parameters
    ----------
    path : Path
        A Parquet, CSV or JSON lines file, a folder of Parquet, or a DuckDB file.
    table : str
        Of a DuckDB file.

    Raises
    ------
    UnreadableFile
        As `monitoring.store.unknown_files.opened` does.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "log.csv"
    ...     _ = path.write_text("id,at,p\na,2026-01-01T10:00Z,0.25\nb,2026-01-02T10:00Z,0.5\n")
    ...     [(one.name, one.unique, one.form, one.fraction) for one in summarised(path).columns]
    [('id', True, 'none', False), ('at', True, 'offset', False), ('p', True, 'none', True)]
    """
    with opened(path, table) as log:
        columns = tuple(_columns(log))
        name = f"{path.name}:{table}" if table else path.name
        return Sample(
            name, log.form, log.rows, log.sampled, log.counted, log.source.lenient, columns,
            hours=_hours(log, columns), sums=relations.sums(log.cursor, columns),
            splits=relations.splits(log.cursor, columns), pairs=relations.pairs(log.cursor, columns),
            broken=len(log.source.lines),
        )  # fmt: skip


def _columns(log: Opened) -> list[Summary]:
    found = []
    names = list(log.source.columns)
    for first in range(0, len(names), TOGETHER):
        found += _some(log, names[first : first + TOGETHER])
    return [_finished(log, one) for one in found]


def _some(log: Opened, names: Sequence[str]) -> list[Summary]:
    kinds = log.source.columns
    given = ", ".join(
        f"{word(name, kinds[name])} AS t{place}, {value(name, kinds[name])} AS x{place}"
        for place, name in enumerate(names)
    )
    half = log.cursor.execute("SELECT median(_row) FROM sample").fetchone() or (0,)
    parts = ", ".join(_parts(place, kinds[name], str(half[0])) for place, name in enumerate(names))
    text = composed(
        "SELECT count(*), count(*) FILTER (_row <= {half}), {parts} FROM (SELECT _row, {given} FROM sample)",
        {"parts": parts, "given": given, "half": str(half[0])},
    )
    rows, first, *found = log.cursor.execute(text).fetchone() or (0, 0)
    return [
        _summary(name, kinds[name], (rows, first), found[_WIDTH * place : _WIDTH * (place + 1)])
        for place, name in enumerate(names)
    ]


def _parts(place: int, kind: str, half: str) -> str:
    """What is counted of one column."""
    t, x = f"t{place}", f"x{place}"
    given = {"t": t, "offset": with_offset(t), "slashed": _SLASHED}
    text = composed(_TEXT, given) if family(kind) == "text" else _NO_TEXT
    return composed(_PARTS, {"t": t, "x": x, "half": half, "text": text})


def _summary(name: str, kind: str, rows: tuple[int, int], found: Sequence[float]) -> Summary:
    """One column of what a statement counted, in the order of `_PARTS`."""
    present, distinct, numbers, low, high, whole, early, codes, length, words, *dates = found
    total, first = rows
    return Summary(
        name, kind, family(kind), total, int(present), int(distinct), int(numbers),
        math.nan if low is None else float(low), math.nan if high is None else float(high),
        bool(whole), int(codes), float(length), float(words),
        early=early / first if first else 0.0,
        late=(present - early) / (total - first) if total > first else 0.0,
        form=_form(kind, int(present), dates),
        parts=(int(dates[4] or 0), int(dates[5] or 0)),
    )  # fmt: skip


def _form(kind: str, present: int, dates: Sequence[float]) -> Form:
    """How a column writes instants, if nearly all of its values are some."""
    head = kind.upper()
    if head.startswith("TIMESTAMP"):
        return "offset" if "ZONE" in head or head.startswith("TIMESTAMPTZ") else "bare"
    if head == "DATE":
        return "day"
    day, iso, offset, slashed = (int(one) for one in dates[:4])
    if not present or family(kind) != "text":
        return "none"
    if day + iso >= 0.95 * present:
        return "day" if not iso else "offset" if offset >= 0.95 * iso else "bare"
    return "slashed" if slashed >= 0.95 * present else "none"


def _finished(log: Opened, one: Summary) -> Summary:
    """What needs a statement per column: its values, whether it rises, and counts of time."""
    place = {"t": "v", "shown": str(SHOWN), "value": word(one.name, one.kind),
             "most": str(LEVELS if one.distinct <= LEVELS else 5)}  # fmt: skip
    values = tuple((text, int(n)) for text, n in log.cursor.execute(composed(_VALUES, place)).fetchall())
    counts = _unit(one)
    rising = math.nan
    if one.numeric or one.instants:
        read = value(one.name, one.kind) if one.numeric else word(one.name, one.kind)
        row = log.cursor.execute(composed(_RISING, {"value": read})).fetchone()
        rising = math.nan if row is None or row[0] is None else float(row[0])
    form: Form = "count" if counts else one.form
    return replace(one, values=values, rising=rising, counts=counts, form=form)


def _unit(one: Summary) -> Numbers:
    """What numbers count since 1970, where all of them would be instants of a log."""
    if not one.numeric or one.instants:
        return ""
    for unit, per in _COUNTS:
        if one.low / per >= EARLIEST and one.high / per < LATEST:
            return unit
    return ""


def _hours(log: Opened, columns: Sequence[Summary]) -> dict[tuple[str, Dates], tuple[tuple[int, int], ...]]:
    """Rows per hour of every column that may be the instant, on the clock that wrote it."""
    relation = "sample" if log.source.lenient else log.source.relation
    found = {}
    for one in columns:
        for order in orders(one) if one.instants else ():
            written = ISO if order == "iso" and not one.counts else Instants(dates=order, numbers=one.counts)
            read = instant(quoted(one.name), one.family, one.kind, "UTC", written).value
            text = composed(_HOURS, {"value": read, "relation": relation, "most": str(HOURS)})
            bound = {} if relation == "sample" else log.source.parameters
            found[one.name, order] = tuple(
                (int(h), int(n)) for h, n in log.cursor.execute(text, bound).fetchall()
            )
    return found
