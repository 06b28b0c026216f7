"""Keeping the profile of pairs in step: requests that the champion and a shadow both scored.

A pair is counted in the chunk of whichever version scored first, so that it does not matter which of the two
serves: promoting a shadow changes no number of the past. Of each pair both outputs are counted as all rows
are, `beside` each other, and how the two went together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import layout, pair_subjects, score_partials
from monitoring.store.pair_subjects import CELLS, DIFFERENCE, JOINT, SIDES, JointGrid, side_column
from monitoring.store.placing import places
from monitoring.store.score_grids import ERROR, ScoreGrid
from monitoring.store.score_partials import Counter, Rows, Segment, Slots
from monitoring.store.sql import Array, composed, insert, named, quoted

Pair = tuple[str, str]

_GRIDS = "CREATE TABLE IF NOT EXISTS {schema}.pair_grids (version VARCHAR, edges DOUBLE[])"
_READ_GRIDS = "SELECT version, edges FROM {schema}.pair_grids"
# A shadow may score a request past midnight; far from its day the same id is another request.
_PAIRED = """
CREATE OR REPLACE TEMP TABLE paired AS
WITH first AS (SELECT * FROM {schema}.predictions AS p WHERE _version = $first AND {near}),
     second AS (SELECT * FROM {schema}.predictions AS p WHERE _version = $second AND {near})
SELECT {columns} FROM first AS p JOIN second AS q ON p._id = q._id AND p._day = q._day WHERE {where}
UNION ALL
SELECT {columns} FROM (FROM first ANTI JOIN second USING (_id, _day)) AS p
JOIN (FROM second ANTI JOIN first USING (_id, _day)) AS q
    ON p._id = q._id AND q._day BETWEEN p._day - 1 AND p._day + 1
WHERE {where}"""
_COLUMNS = """
p._id, LEAST(p._predicted_at, q._predicted_at) AS _predicted_at, LEAST(p._day, q._day) AS _day,
    p._version AS _version"""
_SIDE = "(SELECT _id, _predicted_at, _day{outputs} FROM paired)"
_DAYS = "SELECT min(_day), max(_day) FROM {schema}.predictions WHERE _file = $file"
_KEYS = """
SELECT DISTINCT {key} FROM {schema}.predictions AS p
JOIN {schema}.predictions AS q ON p._id = q._id AND q._day BETWEEN p._day - 1 AND p._day + 1
WHERE p._version = $first AND q._version = $second AND {where}"""
LABELLED = "p._id IN (SELECT _id FROM label_events)"  # true for pairs that a noted event is about


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the table that keeps the cells of each version's score."""
    cursor.execute(named(_GRIDS, schema=schema))


def pairs(model: Model) -> list[Pair]:
    """The pairs of versions that are counted, each in the order of their names.

    They are those of every version that serves or served with every other one.

    Examples
    --------
    >>> pairs(Model(name="m", task="binary", versions={"champion": "b", "shadows": ["c", "a"]}))
    [('a', 'b'), ('b', 'c')]
    """
    served = model.versions.champions
    others = (*served, *model.versions.shadows)
    return sorted({ordered(one, other) for one in served for other in others if one != other})


def ordered(one: str, other: str) -> Pair:
    """Two versions as the profile names their pair."""
    return (one, other) if one <= other else (other, one)


def append(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    grids: Sequence[ScoreGrid],
    segments: Sequence[Segment],
    where: str = "TRUE",
    near: str = "TRUE",
    *,
    rows: bool = True,
) -> None:
    """Count pairs, and what the temporary table ``label_events`` says of them.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
    grids : sequence of ScoreGrid
        Of the outputs of all versions; a version without one is not counted.
    segments : sequence of (column, values)
        Columns whose values get rows of their own.
    where : str
        SQL over ``p`` and ``q``, predictions of the same request, that is true for the pairs to count.
    near : str
        SQL over one prediction that is true wherever ``where`` may be; it spares reading the rest.
    rows : bool
        Whether pairs are counted, not only what their labels change.
    """
    for pair in pairs(model):
        own = [[grid for grid in grids if grid.version == version] for version in pair]
        if all(own) and _matched(cursor, model, pair, where, near):
            _count(cursor, model, pair, own, segments, "TRUE" if rows else None)
    cursor.execute("DROP TABLE IF EXISTS paired")


def brought(file: int) -> str:
    """SQL that is true for pairs of which a file brought one side."""
    return f"(p._file = {int(file)} OR q._file = {int(file)})"


def near(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> str:
    """SQL that is true for predictions of the days of a file, and of those beside them."""
    low, high = cursor.execute(named(_DAYS, schema=model.name), {"file": file}).fetchone() or (None, None)
    if low is None or high is None:
        return "FALSE"
    day = dt.timedelta(days=1)
    return f"_day BETWEEN DATE '{low - day}' AND DATE '{high + day}'"


def among(model: Model, keys: str) -> str:
    """SQL that is true for the pairs of some profile keys."""
    return f"{_key(model)} IN {keys}"


def beside(model: Model, chosen: str) -> str:
    """SQL that is true for pairs of which either side is of some profile keys."""
    return " OR ".join(f"{layout.key_sql(model, alias)} IN {chosen}" for alias in ("p.", "q."))


def keys(cursor: duckdb.DuckDBPyConnection, model: Model, where: str) -> set[dt.datetime]:
    """The profile keys of the pairs that meet a condition."""
    found: set[dt.datetime] = set()
    text = composed(_KEYS, {"key": _key(model), "where": f"({where})"}, schema=model.name)
    for first, second in pairs(model):
        rows = cursor.execute(text, {"first": first, "second": second}).fetchall()
        found |= {key for (key,) in rows}
    return found


def joint_grid(cursor: duckdb.DuckDBPyConnection, model: Model, pair: Pair) -> JointGrid:
    """The cells of a pair; without edges for a version of which nothing was counted yet."""
    known = dict(cursor.execute(named(_READ_GRIDS, schema=model.name)).fetchall())
    first, second = (tuple(known.get(version, ())) for version in pair)
    return JointGrid((first, second), pair_subjects.decisions(model))


def write(cursor: duckdb.DuckDBPyConnection, schema: str, version: str, sample: Array) -> None:
    """Lay out the cells of a version's score: `CELLS` of equal rows of its reference."""
    levels = np.arange(1, CELLS) / CELLS
    edges = np.unique(np.quantile(sample, levels, method="inverted_cdf")) if len(sample) else np.empty(0)
    cursor.execute(
        named("DELETE FROM {schema}.pair_grids WHERE version = $version", schema=schema), {"version": version}
    )
    insert(cursor, schema, "pair_grids", pa.table({"version": [version], "edges": [edges.tolist()]}))


def difference_edges(model: Model, grids: Sequence[Sequence[ScoreGrid]]) -> tuple[float, ...]:
    """Where differences of scores are told apart: steps of 0.01, or of a regression as its errors are."""
    if model.task != "regression":
        return tuple((np.arange(-100, 102) / 100 - 0.005).tolist())
    return next(grid.edges for grid in grids[0] if grid.subject == ERROR)


def _key(model: Model) -> str:
    if model.grain == "hour":
        return "date_trunc('hour', LEAST(p._predicted_at, q._predicted_at))"
    return "CAST(LEAST(p._day, q._day) AS TIMESTAMP)"


def _matched(cursor: duckdb.DuckDBPyConnection, model: Model, pair: Pair, where: str, near: str) -> bool:
    """Put pairs where they are counted from; gives whether there are any."""
    outputs = "".join(
        f", {alias}.{quoted(column)} AS {side_column(side, column)}"
        for alias, side in zip(("p", "q"), SIDES, strict=True)
        for column in _outputs(model)
    )
    parts = {"columns": _COLUMNS + outputs, "where": where, "near": near}
    text = composed(_PAIRED, parts, schema=model.name)
    cursor.execute(text, {"first": pair[0], "second": pair[1]})
    return bool(cursor.execute("SELECT 1 FROM paired LIMIT 1").fetchall())


def _outputs(model: Model) -> list[str]:
    """The columns of a version's output."""
    scores = (layout.score_column(name) for name in model.classes)
    return ["_version", "_score", "_prediction", "_latency", "_error", *scores]


def _count(
    cursor: duckdb.DuckDBPyConnection, model: Model, pair: Pair, grids: Sequence[Sequence[ScoreGrid]],
    segments: Sequence[Segment], rows: str | None,
) -> None:  # fmt: skip
    """Count the pairs that were matched: each side as all rows are, and how both went together."""
    requests = named("{schema}.requests", schema=model.name)
    whole = Rows("paired", requests, "scores")
    apart = bool(segments) and score_partials.apart(cursor, whole, "TRUE")
    for side, own, other in zip(SIDES, grids, reversed(pair), strict=True):
        outputs = "".join(f", {side_column(side, name)} AS {quoted(name)}" for name in _outputs(model))
        source = Rows(composed(_SIDE, {"outputs": outputs}), requests, "scores", beside=other, apart=apart)
        score_partials.append(
            cursor, model, own, segments=segments, rows=rows, labelled="TRUE", source=source
        )
    source = replace(whole, beside=pair[1], apart=apart)
    grid = joint_grid(cursor, model, pair)
    joint = Counter(
        pair[0], JOINT, pair_subjects.joint_slots(grid), partial(pair_subjects.joint_subject, model)
    )
    laid = places(difference_edges(model, grids))
    difference = Counter(
        pair[0], DIFFERENCE, Slots(laid.slots, lambda _, value: laid.of(value)),
        partial(pair_subjects.difference_subject, model),
    )  # fmt: skip
    for counter in (joint, difference):
        score_partials.count(
            cursor, model, counter, segments=segments, rows=rows, labelled="TRUE", source=source
        )
