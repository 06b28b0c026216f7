"""Small logs with hostile names and values, the profile made of them, and the same counted by hand."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from monitoring.models import Kind
from monitoring.store import cubes, grids, profile
from monitoring.store.cubes import Cube, Cubes
from monitoring.store.grids import Grid
from monitoring.store.sql import insert, named, quoted

START = dt.datetime(2026, 3, 29, 22)
NUMBERS = ["n", "chunk", 'Größe"; DROP TABLE log; --']
WORDS = ["value", "segment", "🦊 line\nbreak"]
FEATURES: dict[str, Kind] = {**dict.fromkeys(NUMBERS, "numeric"), **dict.fromkeys(WORDS, "categorical")}
CITY = WORDS[0]

numbers = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, 1.0, 2.0, 0.1, float("inf"), float("-inf")]),
    st.floats(-1e100, 1e100, allow_nan=False),
)
words = st.one_of(
    st.none(),
    st.sampled_from(["", "Rome", "rome", "O'Brien", '"', "(other)", "(missing)", "a;b\n--", "🦊"]),
    st.text(max_size=2),
)
rows = st.tuples(st.integers(0, 75), *[numbers] * len(NUMBERS), *[words] * len(WORDS))
logs = st.lists(rows, max_size=25)
Log = Sequence[tuple]
_schemas = itertools.count()


@dataclass(frozen=True)
class Place:
    """A schema of its own, with grids fitted on a reference."""

    cursor: duckdb.DuckDBPyConnection
    schema: str
    grids: list[Grid]

    def append(self, log: Log, **options: object) -> Place:
        """Profile a batch and return the place."""
        relation = load(self.cursor, log)
        profile.append(self.cursor, self.schema, relation, self.grids, **options)  # type: ignore[arg-type]
        return self

    def read(self, **options: object) -> Cubes:
        return cubes.read(self.cursor, self.schema, self.grids, **options)  # type: ignore[arg-type]


def load(cursor: duckdb.DuckDBPyConnection, log: Log) -> str:
    """A batch as SQL: rows of (hour, numbers, words) in a temporary table."""
    columns = list(zip(*log, strict=True)) if log else [()] * (1 + len(FEATURES))
    hours = [START + dt.timedelta(hours=hour) for hour in columns[0]]
    types = ["DOUBLE"] * len(NUMBERS) + ["VARCHAR"] * len(WORDS)
    named_types = ", ".join(f"{quoted(name)} {kind}" for name, kind in zip(FEATURES, types, strict=True))
    cursor.execute(
        f"CREATE OR REPLACE TABLE log (_id VARCHAR, _predicted_at TIMESTAMP, _day DATE, {named_types})"
    )
    table = {
        "_id": pa.array([str(i) for i in range(len(log))], pa.string()),
        "_at": pa.array(hours, pa.timestamp("us")),
    }
    table["_day"] = table["_at"].cast(pa.date32(), safe=False)
    for name, values in zip(FEATURES, columns[1:], strict=True):
        table[name] = pa.array(values, pa.float64() if name in NUMBERS else pa.string())
    insert(cursor, "main", "log", pa.table(table))
    return "main.log"


def placed(cursor: duckdb.DuckDBPyConnection, reference: Log) -> Place:
    schema = f'model {next(_schemas)} "x'
    cursor.execute(named("CREATE SCHEMA {schema}", schema=schema))
    grids.create(cursor, schema)
    profile.create(cursor, schema)
    grids.write(cursor, schema, grids.fit(cursor, load(cursor, reference), FEATURES))
    return Place(cursor, schema, grids.read(cursor, schema))


def slots_by_hand(grid: Grid, others: Sequence[str], value: object) -> int | str:
    """The slot of one value, or 'missing' or 'non_finite'."""
    if value is None:
        return "missing"
    if not grid.numeric:
        known = grid.categories.index(value) if value in grid.categories else len(grid.categories)
        return known + (known == len(grid.categories) and value not in others)
    assert isinstance(value, float)
    if not np.isfinite(value):
        return "non_finite"
    if not grid.edges or value > grid.edges[-1]:
        return len(grid.edges) + 1
    return 0 if value < grid.edges[0] else 1 + int(np.searchsorted(grid.edges, value, side="left"))


def assert_equal_by_hand(
    cube: Cube, log: Log, others: dict[str, tuple[str, ...]], hourly: bool = False
) -> None:
    """Every number of a cube against a count of the raw rows, one by one."""
    keys = [START + dt.timedelta(hours=row[0]) for row in log]
    keys = keys if hourly else [key.replace(hour=0) for key in keys]
    assert cube.chunks == tuple(sorted(set(keys)))
    for (f, grid), (c, chunk) in itertools.product(enumerate(cube.grids), enumerate(cube.chunks)):
        column = 1 + list(FEATURES).index(grid.feature)
        values = [row[column] for row, key in zip(log, keys, strict=True) if key == chunk]
        slots = [slots_by_hand(grid, others.get(grid.feature, ()), value) for value in values]
        assert cube.n[f, c] == len(values)
        assert cube.missing[f, c] == slots.count("missing")
        assert cube.non_finite[f, c] == slots.count("non_finite")
        for slot in range(cube.counts.shape[2]):
            assert cube.counts[f, c, slot] == slots.count(slot)
        if grid.numeric:
            shifted = np.array(
                [v - grid.centre for v, s in zip(values, slots, strict=True) if isinstance(s, int)]
            )
            places = np.array([s for s in slots if isinstance(s, int)])
            scale = 1e-9 * np.abs(shifted).sum()
            for slot in range(cube.sums.shape[2]):
                assert abs(cube.sums[f, c, slot] - shifted[places == slot].sum()) <= scale
            assert abs(cube.total[f, c] - shifted.sum()) <= scale
            assert abs(cube.square[f, c] - (shifted**2).sum()) <= 1e-9 * (shifted**2).sum()
            finite = [v for v, s in zip(values, slots, strict=True) if isinstance(s, int)]
            np.testing.assert_equal(cube.minimum[f, c], min(finite, default=np.nan) + 0.0)
            np.testing.assert_equal(cube.maximum[f, c], max(finite, default=np.nan) + 0.0)


def assert_same(one: Cubes, two: Cubes) -> None:
    """Counts equal, sums within 1e-9 of what was added."""
    for a, b in ((one.numeric, two.numeric), (one.categorical, two.categorical)):
        assert (a.features, a.chunks) == (b.features, b.chunks)
        for name in ("counts", "n", "missing", "non_finite", "minimum", "maximum"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        magnitude = np.sqrt(a.square * a.n)  # at least the sum of the absolute values
        assert (np.abs(a.total - b.total) <= 1e-9 * magnitude).all()
        assert (np.abs(a.sums - b.sums) <= 1e-9 * magnitude[..., None]).all()
        assert (np.abs(a.square - b.square) <= 1e-9 * a.square).all()
