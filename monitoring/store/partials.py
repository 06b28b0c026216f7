"""Partial profiles: what one pass over a batch of rows counts, as rows to append to the profile.

The counting is plain SQL (CASE, COUNT, SUM, MIN, MAX, GROUP BY, UNION ALL), one branch per feature, so that
another engine could do it. Its small result is laid out as dense lists here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.store.grids import TOP, Grid
from monitoring.store.slots import bounds, segment_labels, segment_sql, slot_sql
from monitoring.store.sql import Array, Values, fetched, named, quoted
from monitoring.windows import Grain

Segment = tuple[str, Sequence[str]]
FEATURES = 50  # counted by one statement: bounds its text and the memory of its result

# Groups whose chunk, segment and slot take no more bits together are found by their place, not by a hash.
_DIRECT = "SET SESSION perfect_ht_threshold = 16"
_CHUNK: dict[Grain, str] = {"day": "_day", "hour": "DATE_TRUNC('hour', _predicted_at)"}
_ROWS = """
SELECT {segment} AS segment, {chunk} AS chunk, COUNT(*) AS n
FROM {rows} GROUP BY {by_segment}2 ORDER BY 2, 1"""
_BINS = """
SELECT {segment} AS segment, {chunk} AS chunk, {slot} AS slot, {place} AS place, COUNT({column}) AS n,
    SUM({column} - {centre}) AS total, SUM(({column} - {centre}) * ({column} - {centre})) AS square,
    MIN({column}) AS minimum, MAX({column}) AS maximum
FROM {rows} GROUP BY {by_segment}2, 3"""
_VALUES = """
SELECT {segment} AS segment, {chunk} AS chunk, {column} AS value, {place} AS place, {feature} AS feature,
    COUNT(*) AS n
FROM {rows} GROUP BY {by_segment}2, 3"""
_CATEGORIES = """
WITH grouped AS ({branches})
SELECT g.place, g.chunk, g.segment, CAST(SUM(g.n) AS BIGINT) AS n,
    CASE WHEN g.value IS NULL THEN -1
         WHEN k.position IS NULL THEN {top} + 1
         WHEN k.position < {top} THEN k.position
         ELSE {top} END AS slot,
    CASE WHEN k.position IS NULL THEN g.value END AS unseen
FROM grouped AS g LEFT JOIN {known} AS k ON k.feature = g.feature AND k.value = g.value
GROUP BY g.place, g.chunk, g.segment, 5, 6"""


@dataclass(frozen=True)
class Partial:
    """Rows to append to the tables ``profile`` and ``unseen``, with their columns."""

    profile: pa.Table
    unseen: pa.Table


def partials(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    relation: str,
    grids: Sequence[Grid],
    *,
    grain: Grain = "day",
    segments: Sequence[Segment] = (),
) -> Iterator[Partial]:
    """Count a batch of rows over the grids.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
        The model's: its ``grid_categories`` tell categories the reference saw from those it never saw.
    relation : str
        SQL of a table or of a subquery in parentheses, with ``_predicted_at``, ``_day``, the features of the
        grids and the segment columns. Each feature's column is read once, and once more per segment column.
    grids : sequence of Grid
    grain : {'day', 'hour'}
    segments : sequence of (column, values)
        Columns whose values get rows of their own: each given value, all others, and none.

    Yields
    ------
    Partial
        Some features of one grouping. Every chunk and segment that holds rows has one row per feature, even
        when all its values are missing.
    """
    cursor.execute(_DIRECT)
    for column, chosen in [("", ()), *segments]:
        batch = _Batch.of(cursor, relation, _CHUNK[grain], column, chosen)
        for first in range(0, len(grids) if len(batch.n) else 0, FEATURES):
            yield _counted(cursor, schema, batch, grids[first : first + FEATURES])


@dataclass(frozen=True)
class _Batch:
    """A batch of rows under one grouping, and how many it has per chunk and segment."""

    relation: str
    chunk_sql: str
    column: str
    chosen: Sequence[str]
    chunk: Array
    segment: Array
    n: Array

    @classmethod
    def of(
        cls, cursor: duckdb.DuckDBPyConnection, relation: str, chunk: str, column: str, chosen: Sequence[str]
    ) -> _Batch:
        values, unknown = Values(), np.empty(0)
        empty = cls(relation, chunk, column, chosen, unknown, unknown, unknown)
        found = fetched(cursor, empty.filled(_ROWS, values), values.bound)
        return replace(empty, chunk=_keys(found["chunk"]), segment=found["segment"], n=found["n"])

    def filled(self, template: str, values: Values, **parts: object) -> str:
        """Fill a statement with what all of this grouping have in common."""
        segment, by_segment, rows = "0", "", f"{self.relation} AS batch"
        if self.column:
            by_segment = "1, "
            segment, join = segment_sql(self.column, self.chosen, values)
            rows = f"{rows} {join}"
        return template.format(
            chunk=self.chunk_sql, segment=segment, by_segment=by_segment, rows=rows, **parts
        )

    @property
    def labels(self) -> list[str]:
        """What the profile calls the segments, by number."""
        return segment_labels(self.chosen) if self.column else [""]

    def rows(self, found: dict[str, Array]) -> Array:
        """The place among our rows of each row of a result."""
        chunks = np.unique(self.chunk)
        own, theirs = (
            np.searchsorted(chunks, keys) * len(self.labels) + segment
            for keys, segment in ((self.chunk, self.segment), (_keys(found["chunk"]), found["segment"]))
        )
        return np.searchsorted(own, theirs)

    def table(self, feature: str, counts: Array, missing: Array, **columns: pa.Array) -> pa.Table:
        """One feature's rows of the profile."""
        size, nothing = len(self.n), pa.nulls(len(self.n), pa.float64())
        parts = {
            "chunk": pa.array(self.chunk, pa.timestamp("us")),
            "segment_column": pa.repeat(pa.scalar(self.column, pa.string()), size),
            "segment_value": pa.array(self.labels, pa.string()).take(pa.array(self.segment)),
            "feature": pa.repeat(pa.scalar(feature, pa.string()), size),
            "n": pa.array(self.n, pa.int64()),
            "missing": pa.array(missing, pa.int64()),
            "non_finite": pa.array(np.zeros(size, np.int64)),
            "counts": _lists(counts),
            "sums": _lists(np.empty((size, 0))),
            "total": nothing,
            "square": nothing,
            "minimum": nothing,
            "maximum": nothing,
        }
        return pa.table({**parts, **columns})


def _counted(cursor: duckdb.DuckDBPyConnection, schema: str, batch: _Batch, grids: Sequence[Grid]) -> Partial:
    """Count all features of one grouping; only that of all rows keeps the names of unseen categories."""
    numeric = _count_bins(cursor, batch, [grid for grid in grids if grid.numeric])
    categorical, unseen = _count_categories(cursor, batch, [g for g in grids if not g.numeric], schema)
    return Partial(pa.concat_tables([*numeric, *categorical]), unseen[:0] if batch.column else unseen)


def _count_bins(
    cursor: duckdb.DuckDBPyConnection, batch: _Batch, grids: Sequence[Grid]
) -> Iterator[pa.Table]:
    """Count numeric features over their bins."""
    if not grids:
        return
    values = Values()
    branches = [
        batch.filled(
            _BINS,
            values,
            place=place,
            column=quoted(grid.feature),
            centre=values.bind(grid.centre),
            slot=slot_sql(grid, values),
        )
        for place, grid in enumerate(grids)
    ]
    found = fetched(cursor, " UNION ALL ".join(branches), values.bound)
    place, rows = found.pop("place"), batch.rows(found)
    for grid, own in zip(grids, _by_place(place, len(grids)), strict=True):
        yield _binned(batch, grid, rows[own], {name: column[own] for name, column in found.items()})


def _binned(batch: _Batch, grid: Grid, rows: Array, found: dict[str, Array]) -> pa.Table:
    """Lay out one feature's bins; the first and last number of `slot_sql` are no slots but infinite."""
    shape = (len(batch.n), len(bounds(grid)) + 1)

    def dense(name: str, fill: float, kind: type = np.float64) -> Array:
        laid = np.full(shape, fill, kind)
        laid[rows, found["slot"]] = np.ma.filled(found[name], fill)
        return laid

    counts, sums = dense("n", 0, np.int64), dense("total", 0)[:, 1:-1]
    infinite, counts = counts[:, 0] + counts[:, -1], counts[:, 1:-1]
    unused = ((0, 0), (grid.slots - counts.shape[1], 0))
    lowest, highest = dense("minimum", np.inf)[:, 1:-1].min(1), dense("maximum", -np.inf)[:, 1:-1].max(1)
    with np.errstate(over="ignore", invalid="ignore"):  # sums of the largest numbers are infinite
        total, square = sums.sum(1), dense("square", 0)[:, 1:-1].sum(1)
    return batch.table(
        grid.feature,
        np.pad(counts, unused),
        batch.n - counts.sum(1) - infinite,
        non_finite=pa.array(infinite),
        sums=_lists(np.pad(sums, unused)),
        total=pa.array(total),
        square=pa.array(square),
        minimum=pa.array(lowest + 0.0, mask=np.isinf(lowest)),  # zero without a sign
        maximum=pa.array(highest + 0.0, mask=np.isinf(highest)),
    )


def _count_categories(
    cursor: duckdb.DuckDBPyConnection, batch: _Batch, grids: Sequence[Grid], schema: str
) -> tuple[list[pa.Table], pa.Table]:
    """Count categorical features by value, and then which of their values the reference knew."""
    values = Values()
    branches = [
        batch.filled(
            _VALUES, values, place=place, column=quoted(grid.feature), feature=values.bind(grid.feature)
        )
        for place, grid in enumerate(grids)
    ]
    if not branches:
        return [], _unseen([], {"chunk": batch.chunk[:0], "unseen": np.empty(0, object), "n": batch.n[:0]})
    text = _CATEGORIES.format(
        branches=" UNION ALL ".join(branches), top=TOP, known=named("{schema}.grid_categories", schema=schema)
    )
    found = fetched(cursor, text, values.bound)
    place, rows = found["place"], batch.rows(found)
    tables = []
    for grid, own in zip(grids, _by_place(place, len(grids)), strict=True):
        slot, n = found["slot"][own], found["n"][own]
        laid = np.zeros((len(batch.n), TOP + 3), np.int64)
        np.add.at(laid, (rows[own], slot), n)  # -1, missing, is the last column
        counts = np.concatenate([laid[:, : len(grid.categories)], laid[:, TOP : TOP + 2]], axis=1)
        tables.append(batch.table(grid.feature, counts, laid[:, -1]))
    new = found["slot"] == TOP + 1
    return tables, _unseen(
        [grids[number].feature for number in place[new]],
        {name: found[name][new] for name in ("chunk", "unseen", "n")},
    )


def _unseen(features: list[str], found: dict[str, Array]) -> pa.Table:
    """Names and counts of categories that the reference never saw."""
    return pa.table(
        {
            "chunk": pa.array(_keys(found["chunk"]), pa.timestamp("us")),
            "feature": pa.array(features, pa.string()),
            "value": pa.array(found["unseen"].tolist(), pa.string()),
            "n": pa.array(found["n"], pa.int64()),
        }
    )


def _by_place(place: Array, count: int) -> list[Array]:
    """Which rows of a result belong to each feature."""
    order = np.argsort(place, kind="stable")
    return np.split(order, np.searchsorted(place[order], np.arange(1, count)))


def _keys(column: Array) -> Array:
    """Dates and timestamps as the keys of chunks."""
    return np.ma.getdata(column).astype("datetime64[us]")


def _lists(block: Array) -> pa.ListArray:
    """Make one list of each row of a block."""
    offsets = np.arange(len(block) + 1, dtype=np.int32) * block.shape[1]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(block.ravel()))
