"""How columns of an unknown log go together: probabilities, numbers on two sides, pairs that repeat."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

import duckdb

from monitoring.store.sampled import Split, Summary, value, word
from monitoring.store.sql import composed

MOST_TRIED = 8
MOST_CLASSES = 100
NEARLY = 0.011  # by which probabilities that were rounded may miss 1
_SUM = """
SELECT avg(CASE WHEN abs({sum} - 1) <= {nearly} THEN 1.0 ELSE 0.0 END) FROM sample WHERE {sum} IS NOT NULL"""
_SIDES = """
SELECT {side} AS side, {parts} FROM sample WHERE {side} IS NOT NULL GROUP BY side ORDER BY side"""


def sums(cursor: duckdb.DuckDBPyConnection, columns: Sequence[Summary]) -> dict[tuple[str, ...], float]:
    """Groups of columns between 0 and 1, and the share of rows in which each group adds up to 1."""
    kinds = {one.name: one.kind for one in columns}
    found = {}
    for group in groups([one for one in columns if _share(one)]):
        total = " + ".join(value(name, kinds[name]) for name in group)
        row = cursor.execute(composed(_SUM, {"sum": f"({total})", "nearly": str(NEARLY)})).fetchone()
        found[group] = float(row[0]) if row and row[0] is not None else 0.0
    return found


def _share(one: Summary) -> bool:
    return one.numeric and 0 <= one.low <= one.high <= 1.001 and one.missing < 0.5


def groups(columns: Sequence[Summary]) -> list[tuple[str, ...]]:
    """Columns that may be the probabilities of classes: side by side, or of names with a common part.

    Examples
    --------
    >>> from monitoring.store.sampled import Summary
    >>> found = groups([Summary(f"p_{n}", "DOUBLE", "number", 9, 9, 9) for n in ("late", "early", "lost")])
    >>> found[0]
    ('p_late', 'p_early', 'p_lost')
    """
    names = [one.name for one in columns if not one.whole or one.distinct <= 2]
    parts: dict[str, list[str]] = {}
    for name in names:
        for part in {*_ends(name)}:
            parts.setdefault(part, []).append(name)
    runs = [tuple(one) for one in parts.values()]
    runs += [tuple(names)] if len(names) <= 12 else []
    runs += [tuple(names[i : i + n]) for n in (2, 3, 4, 5) for i in range(len(names) - n + 1)][:60]
    return [one for one in dict.fromkeys(runs) if 2 <= len(one) <= MOST_CLASSES]


def _ends(name: str) -> Iterator[str]:
    """The first and the last part of a name, as in ``prob_late`` and ``late_prob``."""
    words = re.split(r"[_.\-\s]+", name)
    if len(words) > 1:
        for cut in range(1, len(words)):
            yield "^" + "_".join(words[:cut])
            yield "_".join(words[cut:]) + "$"


def splits(cursor: duckdb.DuckDBPyConnection, columns: Sequence[Summary]) -> tuple[Split, ...]:
    """Every number between 0 and 1 by every column of two values, as far as there are not too many."""
    scores = [one for one in columns if one.fraction and one.distinct > 2][:MOST_TRIED]
    found = []
    for two in [one for one in columns if one.distinct == 2 and not one.instants][:MOST_TRIED]:
        if not scores:
            break
        reads = [value(one.name, one.kind) for one in scores]
        parts = ", ".join(f"min({x}), max({x}), avg({x})" for x in reads)
        text = composed(_SIDES, {"side": word(two.name, two.kind), "parts": parts})
        sides = cursor.execute(text).fetchall()
        if len(sides) == 2:
            found += [_split(one.name, two.name, sides, place) for place, one in enumerate(scores)]
    return tuple(one for one in found if one is not None)


def _split(score: str, column: str, sides: list[tuple], place: int) -> Split | None:
    (one, *first), (other, *second) = sides
    first, second = first[3 * place : 3 * place + 3], second[3 * place : 3 * place + 3]
    if None in (*first, *second):
        return None
    (below, above) = (first, second) if first[2] <= second[2] else (second, first)
    cut = (float(below[1]), float(above[0])) if below[1] <= above[0] else None
    upper = other if above is second else one
    return Split(score, column, (one, other), (float(first[2]), float(second[2])), cut, upper)


def pairs(cursor: duckdb.DuckDBPyConnection, columns: Sequence[Summary]) -> dict[tuple[str, str], int]:
    """Different combinations of a column that nearly names rows and one of a few values, as versions are."""
    ids = [
        one
        for one in columns
        if one.rows * 0.05 <= one.distinct < one.present == one.rows and not one.fraction
    ]
    few = [one for one in columns if 2 <= one.distinct <= 20 and one.present == one.rows]
    found = {}
    for one, other in itertools.islice(itertools.product(ids, few), 40):
        text = composed(
            "SELECT count(*) FROM (SELECT DISTINCT {one}, {other} FROM sample)",
            {"one": word(one.name, one.kind), "other": word(other.name, other.kind)},
        )
        row = cursor.execute(text).fetchone()
        found[one.name, other.name] = int(row[0]) if row else 0
    return found
