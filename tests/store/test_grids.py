"""Grids depend on which rows the reference holds, never on their order, and survive the store unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.store import grids
from monitoring.store.grids import DISTINCT, LEVELS, TOP, Grid, fit
from monitoring.store.sql import insert, quoted
from tests.store import logs

LAW = settings(max_examples=30, deadline=None, database=None)


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "2", "python_enable_replacements": "false"}) as connection:
        yield connection


@pytest.fixture(scope="module")
def shared() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "2", "python_enable_replacements": "false"}) as connection:
        yield connection


def numbers(cursor: duckdb.DuckDBPyConnection, values: np.ndarray) -> str:
    cursor.execute("CREATE OR REPLACE TABLE numbers (_id VARCHAR, x DOUBLE)")
    ids = pa.array([f"request {i}" for i in range(len(values))])
    insert(cursor, "main", "numbers", pa.table({"_id": ids, "x": pa.array(values)}))
    return "numbers"


def test_edges_are_quantiles_between_the_smallest_and_the_largest(cursor) -> None:
    values = np.random.default_rng(0).permutation(np.arange(1.0, 2001.0))
    (grid,) = fit(cursor, numbers(cursor, values), {"x": "numeric"})
    assert grid.edges == (1, 2, *range(100, 2000, 100), 1998, 2000)
    assert (grid.centre, grid.discrete, grid.reference_n, grid.slots) == (1000, False, 2000, 25)


def test_few_distinct_values_get_an_edge_each(cursor) -> None:
    (grid,) = fit(cursor, numbers(cursor, np.arange(1000.0) % DISTINCT), {"x": "ordinal"})
    assert (grid.edges, grid.discrete) == (tuple(range(DISTINCT)), True)
    (grid,) = fit(cursor, numbers(cursor, np.arange(1000.0) % (DISTINCT + 1)), {"x": "ordinal"})
    assert not grid.discrete
    assert len(grid.edges) < DISTINCT


def test_infinite_and_missing_numbers_shape_no_edge(cursor) -> None:
    values = np.array([np.inf, -np.inf, 3.0, 5.0, np.nan])
    (grid,) = fit(cursor, numbers(cursor, values), {"x": "numeric"})
    assert (grid.edges, grid.centre, grid.reference_n) == ((3.0, 5.0), 3.0, 2)


def test_zero_has_no_sign(cursor) -> None:
    (grid,) = fit(cursor, numbers(cursor, np.array([-0.0])), {"x": "numeric"})
    assert (str(grid.edges), str(grid.centre)) == ("(0.0,)", "0.0")


@pytest.mark.parametrize("values", [[], [np.inf]])
def test_a_feature_without_a_finite_value_has_no_edges(cursor, values) -> None:
    assert fit(cursor, numbers(cursor, np.array(values, float)), {"x": "numeric"}) == [Grid("x", "numeric")]


def test_a_large_reference_is_sampled_by_its_ids_with_exact_bounds(cursor) -> None:
    values = np.random.default_rng(1).normal(size=20_000)
    relation = numbers(cursor, values)
    (exact,) = fit(cursor, relation, {"x": "numeric"})
    (sampled,) = fit(cursor, relation, {"x": "numeric"}, rows=5_000)
    (turned,) = fit(cursor, "(SELECT * FROM numbers ORDER BY x)", {"x": "numeric"}, rows=5_000)
    assert sampled == turned
    assert sampled != exact
    assert (
        (sampled.edges[0], sampled.edges[-1])
        == (values.min(), values.max())
        == (exact.edges[0], exact.edges[-1])
    )
    assert sampled.reference_n == 20_000
    ranks = np.searchsorted(np.sort(values), sampled.edges[1:-1]) / len(values)
    assert np.abs(ranks - LEVELS).max() < 0.03


def test_a_rare_value_of_a_discrete_feature_is_found_outside_the_sample(cursor) -> None:
    values = np.zeros(10_000)
    values[[17, 1717]] = 1.0, 2.0
    (grid,) = fit(cursor, numbers(cursor, values), {"x": "numeric"}, rows=100)
    assert (grid.edges, grid.discrete) == ((0.0, 1.0, 2.0), True)


def test_categories_are_ordered_by_frequency_then_by_name(cursor) -> None:
    cursor.execute("CREATE TABLE words AS SELECT unnest(['b', 'a', 'c', 'c', '', NULL]) AS w")
    (grid,) = fit(cursor, "words", {"w": "categorical"})
    assert (grid.categories, grid.reference_n, grid.slots) == (("c", "", "a", "b"), 5, 6)


def test_only_the_most_frequent_categories_have_a_slot(cursor) -> None:
    cursor.execute(
        f"CREATE TABLE words AS SELECT 'w' || lpad(i::VARCHAR, 3, '0') AS w FROM range({TOP + 7}) AS r(i)"
    )
    (grid,) = fit(cursor, "words", {"w": "categorical"})
    assert (len(grid.categories), grid.others[0], len(grid.others), grid.discrete) == (TOP, "w050", 7, False)


@LAW
@given(log=logs.logs, data=st.data())
def test_the_order_of_the_reference_does_not_matter(shared, log, data) -> None:
    turned = data.draw(st.permutations(log))
    one = fit(shared, logs.load(shared, log), logs.FEATURES)
    two = fit(shared, logs.load(shared, turned), logs.FEATURES)
    assert one == two
    assert [grid.others for grid in one] == [grid.others for grid in two]


@LAW
@given(log=logs.logs)
def test_grids_come_back_from_the_store_as_they_were(shared, log) -> None:
    place = logs.placed(shared, log)
    assert place.grids == fit(shared, "log", logs.FEATURES)
    grids.write(shared, place.schema, place.grids[2:4])
    assert grids.read(shared, place.schema) == [*place.grids[:2], *place.grids[4:], *place.grids[2:4]]


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_name_that_no_identifier_can_have_is_refused(name) -> None:
    with pytest.raises(ValueError, match="not a usable name"):
        quoted(name)
