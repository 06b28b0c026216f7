"""Cubes hold what the profile's rows add up to, for the window, segment and features that were asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from monitoring.store import cubes, grids, profile
from monitoring.store.grids import Grid
from monitoring.store.sql import named

DAYS = [dt.datetime(2026, 1, day) for day in (1, 2, 5)]
AGE = Grid("age", "numeric", edges=(0.0, 10.0), centre=5.0)
FARE = Grid("fare", "ordinal", edges=(1.0,), centre=1.0)
CITY = Grid("city", "categorical", categories=("Rome", "Oslo", "Bonn"))


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"python_enable_replacements": "false"}) as connection:
        connection.execute("CREATE SCHEMA m")
        grids.create(connection, "m")
        profile.create(connection, "m")
        yield connection


def add(
    cursor: duckdb.DuckDBPyConnection, day: dt.datetime, feature: str, counts: list[int], **other: object
) -> None:
    values = {
        "segment": ["", ""], "missing": 0, "non_finite": 0, "sums": [], "total": None, "square": None,
        "minimum": None, "maximum": None, **other,
    }  # fmt: skip
    n = sum(counts) + values["missing"] + values["non_finite"]  # type: ignore[operator]
    row = [day, *values.pop("segment"), feature, n, values.pop("missing"), values.pop("non_finite"), counts]  # type: ignore[misc]
    cursor.execute(
        named(
            "INSERT INTO {schema}.profile VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            schema="m",
        ),
        [*row, *values.values()],
    )


def test_partial_rows_of_a_chunk_are_added_up(cursor) -> None:
    add(
        cursor,
        DAYS[1],
        "age",
        [1, 0, 2, 0],
        missing=4,
        sums=[-6.0, 0, 1.5, 0],
        total=-4.5,
        square=40.0,
        minimum=-1.0,
        maximum=7.0,
    )
    add(
        cursor,
        DAYS[0],
        "age",
        [0, 1, 0, 0],
        sums=[0, -5.0, 0, 0],
        total=-5.0,
        square=25.0,
        minimum=0.0,
        maximum=0.0,
    )
    add(
        cursor,
        DAYS[1],
        "age",
        [0, 0, 1, 1],
        non_finite=1,
        sums=[0, 0, 0.5, 9.0],
        total=9.5,
        square=81.25,
        minimum=5.5,
        maximum=14.0,
    )
    cube = cubes.read(cursor, "m", [AGE]).numeric
    assert (cube.features, cube.grids, cube.chunks) == (("age",), (AGE,), tuple(DAYS[:2]))
    assert cube.counts.tolist() == [[[0, 1, 0, 0], [1, 0, 3, 1]]]
    assert cube.sums.tolist() == [[[0, -5, 0, 0], [-6, 0, 2, 9]]]
    assert (cube.n.tolist(), cube.missing.tolist(), cube.non_finite.tolist()) == (
        [[1, 10]],
        [[0, 4]],
        [[0, 1]],
    )
    assert (cube.total.tolist(), cube.square.tolist()) == ([[-5, 5]], [[25, 121.25]])
    assert (cube.minimum.tolist(), cube.maximum.tolist()) == ([[0, -1]], [[0, 14]])


def test_features_of_all_kinds_share_their_chunks_and_are_padded_with_zeros(cursor) -> None:
    moments = {"total": 0.0, "square": 0.0, "minimum": 1.0, "maximum": 1.0}
    add(cursor, DAYS[0], "fare", [0, 2, 0], sums=[0.0, 0, 0], **moments)
    add(cursor, DAYS[2], "city", [1, 0, 0, 3, 2], missing=1)
    add(cursor, DAYS[1], "age", [0, 0, 1, 0], sums=[0.0, 0, 0, 0], **moments)
    add(cursor, DAYS[1], "gone", [1])
    both = cubes.read(cursor, "m", [FARE, CITY, AGE])
    assert both.numeric.chunks == both.categorical.chunks == tuple(DAYS)
    assert both.numeric.features == ("fare", "age")
    assert both.numeric.counts[:, :2].tolist() == [[[0, 2, 0, 0], [0] * 4], [[0] * 4, [0, 0, 1, 0]]]
    assert np.isnan(both.numeric.minimum).tolist() == [[False, True, True], [True, False, True]]
    assert both.categorical.counts[0, 2].tolist() == [1, 0, 0, 3, 2]
    assert (both.categorical.sums.shape, both.categorical.missing[0].tolist()) == ((1, 3, 0), [0, 0, 1])
    assert both.categorical.total.tolist() == both.categorical.square.tolist() == [[0, 0, 0]]


def test_a_window_a_segment_and_features_can_be_chosen(cursor) -> None:
    for index, day in enumerate(DAYS):
        for feature in ("age", "city"):
            for weight, segment in enumerate((["", ""], ["city", "Rome"])):
                add(
                    cursor,
                    day,
                    feature,
                    [index + 10 * weight, 0, 0, 0, 0][: 4 + (feature == "city")],
                    segment=segment,
                )
    chosen = cubes.read(cursor, "m", [AGE, CITY], DAYS[1], DAYS[2], ("city", "Rome"), ["city"])
    assert (chosen.categorical.chunks, chosen.categorical.counts[0, :, 0].tolist()) == ((DAYS[1],), [11])
    assert (chosen.numeric.features, chosen.numeric.counts.shape) == ((), (0, 1, 0))
    assert cubes.read(cursor, "m", [AGE, CITY], start=DAYS[1]).numeric.counts[0, :, 0].tolist() == [1, 2]


def test_a_batch_without_values_takes_no_bound_away(cursor) -> None:
    add(cursor, DAYS[0], "age", [0, 1, 1, 0], total=-5.0, square=25.0, minimum=0.0, maximum=4.0)
    add(cursor, DAYS[0], "age", [0, 0, 0, 0], missing=2, total=0.0, square=0.0)
    cube = cubes.read(cursor, "m", [AGE]).numeric
    assert (cube.n.item(), cube.minimum.item(), cube.maximum.item()) == (4, 0.0, 4.0)


def test_a_profile_without_rows_gives_a_cube_without_chunks(cursor) -> None:
    empty = cubes.read(cursor, "m", [AGE, CITY])
    assert (empty.numeric.counts.shape, empty.numeric.minimum.shape) == ((1, 0, 4), (1, 0))
    assert cubes.read(cursor, "m", []).categorical.counts.shape == (0, 0, 0)


def test_a_result_that_was_left_half_read_is_no_hindrance(cursor) -> None:
    cursor.execute("SELECT * FROM range(5)").fetchone()
    assert cubes.read(cursor, "m", [AGE]).numeric.chunks == ()
