"""A cube is the same in whatever order the profile's rows lie, and however many of them make a cell."""

import datetime as dt

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from monitoring.store import cubes, grids, profile
from monitoring.store.grids import Grid
from monitoring.store.sql import insert

DAYS = [dt.datetime(2026, 1, 1) + dt.timedelta(days=day) for day in range(40)]
GRIDS = [Grid(f"n{i}", "numeric", edges=tuple(range(1, 3 + i))) for i in range(3)] + [
    Grid("city", "categorical", categories=("Rome", "Oslo"))
]


def rows_of(generator):
    """Each feature's days, day by day."""
    lists = [generator.integers(0, 9, grid.slots).tolist() for grid in GRIDS for _ in DAYS]
    numeric = [grid.numeric for grid in GRIDS for _ in DAYS]
    size = len(lists)
    return pa.table(
        {
            "chunk": pa.array(DAYS * len(GRIDS), pa.timestamp("us")),
            "segment_column": [""] * size,
            "segment_value": [""] * size,
            "feature": [grid.feature for grid in GRIDS for _ in DAYS],
            "n": [sum(one) for one in lists],
            "missing": [0] * size,
            "non_finite": [0] * size,
            "counts": pa.array(lists, pa.list_(pa.int64())),
            "sums": pa.array(
                [[x / 2 for x in one] if kind else [] for one, kind in zip(lists, numeric, strict=True)],
                pa.list_(pa.float64()),
            ),
            **{name: pa.nulls(size, pa.float64()) for name in ("total", "square", "minimum", "maximum")},
        }
    )


def read(rows):
    with duckdb.connect() as cursor:
        cursor.execute("CREATE SCHEMA m")
        grids.create(cursor, "m")
        profile.create(cursor, "m")
        insert(cursor, "m", "profile", rows)
        return cubes.read(cursor, "m", GRIDS)


@pytest.mark.parametrize("seed", range(4))
def test_rows_in_any_order_and_in_two_parts_make_the_same_cube(seed):
    generator = np.random.default_rng(seed)
    first, second = rows_of(generator), rows_of(generator)
    one, other = read(first), read(second)
    shuffled = read(first.take(generator.permutation(len(first))))
    both = pa.concat_tables([first, second]).take(generator.permutation(2 * len(first)))
    added = read(both)
    for name in ("numeric", "categorical"):
        cube = getattr(one, name)
        for array in ("counts", "sums", "n"):
            expected = getattr(cube, array)
            assert (getattr(getattr(shuffled, name), array) == expected).all()
            assert (
                getattr(getattr(added, name), array) == expected + getattr(getattr(other, name), array)
            ).all()


def test_lists_in_order_land_in_their_cells():
    rows = rows_of(np.random.default_rng(5))
    cube = read(rows).numeric
    for place, grid in enumerate(GRIDS[:3]):
        own = rows.filter(pc.equal(rows["feature"], grid.feature))["counts"].to_pylist()
        assert cube.counts[place, :, : grid.slots].tolist() == own
        assert not cube.counts[place, :, grid.slots :].any()
