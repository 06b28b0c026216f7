"""Where a value lies in the reference, and which rows are alike."""

import numpy as np
import pytest
from scipy import stats

from monitoring.review import lying
from monitoring.review.lying import Reference
from monitoring.store.grids import Grid


def test_a_number_lies_where_its_percentile_says(filled):
    store = filled()
    known = lying.reference(store, store.model("m"))
    rows = np.random.default_rng(0).normal(40, 10, 600)
    for value in (30.0, 40.0, 47.5):
        expected = stats.percentileofscore(rows, value, "mean") / 100
        assert lying.lies(known["age"], value).below == pytest.approx(expected, abs=0.06)
    assert lying.lies(known["age"], 300.0).odd
    assert lying.lies(known["city"], "Rome").share == pytest.approx(0.5, abs=0.08)
    assert lying.lies(known["city"], "Bern").odd


def test_a_value_that_most_rows_hold_lies_in_the_middle_of_them():
    grid = Grid("sight", "numeric", edges=(0.0, 5.0, 10.0))
    known = Reference(grid, np.array([0.0, 0.0, 0.2, 0.8, 0.0]))
    assert lying.lies(known, 10.0).below == pytest.approx(0.6)
    assert not lying.lies(known, 10.0).odd


def test_equal_rows_are_alike_and_a_row_is_most_like_its_neighbour():
    grid = Grid("age", "numeric", edges=(0.0, 50.0, 100.0))
    known = {
        "age": Reference(grid, np.array([0, 0, 0.5, 0.5, 0])),
        "city": Reference(
            Grid("city", "categorical", categories=("Rome", "Oslo")), np.array([0.5, 0.5, 0, 0])
        ),
    }
    row = {"age": 20.0, "city": "Rome"}
    others = [
        {"age": 90.0, "city": "Oslo"},
        dict(row),
        {"age": 25.0, "city": "Rome"},
        {"age": None, "city": None},
    ]
    found = lying.alike(row, others, known)
    assert [place for place, _ in found] == [1, 2, 0]
    assert found[0][1] == 1.0
    assert lying.alike({"memo": "x"}, others, known) == []
