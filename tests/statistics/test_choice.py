"""Which method suits a feature: every row of the decision table, its bounds included."""

import numpy as np
import pytest

from monitoring.drift.sides import chosen
from monitoring.statistics import METHODS
from monitoring.statistics.choice import automatic, choice

INFINITE = float("inf")
TABLE = [
    # kind, rows in a chunk, different values, method
    ("numeric", 0, INFINITE, "kolmogorov_smirnov"),
    ("numeric", 999, INFINITE, "kolmogorov_smirnov"),
    ("numeric", 999, 21, "kolmogorov_smirnov"),
    ("numeric", 1000, INFINITE, "psi"),
    ("numeric", 1000, 21, "psi"),
    ("numeric", 999, 20, "mann_whitney"),
    ("numeric", 999, 2, "mann_whitney"),
    ("numeric", 1000, 20, "psi"),
    ("ordinal", 999, INFINITE, "mann_whitney"),
    ("ordinal", 999, 5, "mann_whitney"),
    ("ordinal", 1000, 5, "psi"),
    ("score", 999, INFINITE, "kolmogorov_smirnov"),
    ("score", 1000, INFINITE, "psi"),
    ("binary", 29, 2, "fisher"),
    ("binary", 30, 2, "two_proportion_z"),
    ("binary", 1_000_000, 2, "two_proportion_z"),
    ("categorical", 999, 3, "chi_square"),
    ("categorical", 999, 50, "chi_square"),
    ("categorical", 999, 51, "chi_square"),
    ("categorical", 1000, 3, "jensen_shannon"),
    ("categorical", 1000, 51, "jensen_shannon"),
]


@pytest.mark.parametrize(("kind", "rows", "values", "method"), TABLE)
def test_the_decision_table_holds(kind, rows, values, method):
    assert choice(kind, rows, values).method == method


@pytest.mark.parametrize(("kind", "rows", "values", "method"), TABLE)
def test_a_chosen_method_is_defined_for_the_kind(kind, rows, values, method):
    assert kind in METHODS[choice(kind, rows, values).method].kinds


@pytest.mark.parametrize(
    ("rows", "events", "method"),
    [(30, 5, "two_proportion_z"), (30, 4.9, "fisher"), (29, 14, "fisher"), (100_000, 4.9, "fisher")],
)
def test_an_event_too_rare_for_a_z_test_is_tested_exactly(rows, events, method):
    assert choice("binary", rows, 2, events=events).method == method


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("numeric", 999), "numeric, over 20 values, fewer than 1,000 rows in a chunk"),
        (("score", 1000), "score, over 20 values, 1,000 rows or more in a chunk"),
        (("numeric", 999, 20), "numeric, at most 20 values, fewer than 1,000 rows in a chunk"),
        (("ordinal", 1000, 5), "ordinal, 1,000 rows or more in a chunk"),
        (("binary", 29), "two values, fewer than 30 rows in a chunk"),
        (("binary", 30), "two values, 30 rows or more in a chunk"),
        (("categorical", 999, 50), "categorical, at most 50 values, fewer than 1,000 rows in a chunk"),
        (("categorical", 1000, 51), "categorical, over 50 values, 1,000 rows or more in a chunk"),
    ],
)
def test_the_reason_names_what_decided(arguments, why):
    assert choice(*arguments).why == why


def test_the_automatic_methods_are_those_of_the_table():
    assert set(automatic()) == {method for *_, method in TABLE}
    assert list(automatic()) == [key for key in METHODS if key in automatic()]


def test_a_method_that_is_named_is_taken_where_it_is_defined():
    assert chosen("wasserstein", "numeric", 100).method == "wasserstein"
    assert chosen("wasserstein", "numeric", 100).why == "chosen by hand"
    found = chosen("wasserstein", "categorical", 100)
    assert found.method == "chi_square"
    assert found.why.startswith("Wasserstein distance is not defined for categorical features; ")
    assert chosen("fisher", "binary", 10_000, 2, 300.0).method == "fisher"
    assert chosen("auto", "binary", 10_000, 2, 4.0).method == "fisher"


def test_rows_that_are_not_known_are_few():
    assert choice("numeric", float(np.nan)).method == "kolmogorov_smirnov"
