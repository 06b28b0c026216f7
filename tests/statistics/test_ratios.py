"""Ratios of shares against the textbook computed by hand, and their error rates by simulation."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from monitoring.statistics.ratios import moved, ratio

REFERENCE, CURRENT = 20_000, 5_000
NORMAL = NormalDist()
MANY = np.r_[0.5, 0.3, 0.15, np.full(49, 0.05 / 49)]  # a long tail of categories with about five rows each


def by_hand(a: float, n: float, c: float, m: float, level: float) -> tuple[float, float, float, float]:
    if 0 in (a, c, n - a, m - c):
        a, n, c, m = a + 0.5, n + 1, c + 0.5, m + 1
    error = sqrt(1 / a - 1 / n + 1 / c - 1 / m)
    middle, z = log(a / n / (c / m)), NORMAL.inv_cdf((1 + level) / 2)
    ends = (exp(middle), exp(middle - z * error), exp(middle + z * error))
    return (*ends, 2 * NORMAL.cdf(-abs(middle) / error))


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(
    "counts",
    [
        (20, 5_000, 40, 20_000),
        (189, 11_034, 104, 11_037),  # aspirin and heart attacks, the textbook's example: 1.818 (1.43, 2.31)
        (0, 5_000, 40, 20_000),
        (3, 5_000, 0, 20_000),
        (10, 10, 4, 9),
        (4, 9, 10, 10),
        (7, 7, 9, 9),
        (0, 3, 5, 5),
    ],
)
def test_the_interval_is_that_of_katz_computed_by_hand(counts: tuple, level: float) -> None:
    found = ratio(*counts, level=level)
    expected = by_hand(*counts, level=level)
    assert (found.value, found.lower, found.upper, found.p_value) == pytest.approx(expected, rel=1e-9)


def test_the_textbooks_example_has_the_textbooks_interval() -> None:
    found = ratio(189, 11_034, 104, 11_037)  # Agresti (2013), Categorical Data Analysis, section 3.1
    assert [round(float(end), 2) for end in (found.value, found.lower, found.upper)] == [1.82, 1.43, 2.31]


def test_it_is_vectorised_and_broadcasts() -> None:
    hits = np.array([[1.0, 20.0, 0.0], [5.0, 7.0, 10.0]])
    rows, seen = np.array([[100.0], [10.0]]), np.array([3.0, 8.0, 0.0])
    found = ratio(hits, rows, seen, 200)
    for place in np.ndindex(2, 3):
        if hits[place] + seen[place[1]] == 0:
            continue
        expected = by_hand(hits[place], rows[place[0], 0], seen[place[1]], 200, 0.95)
        one = (found.value[place], found.lower[place], found.upper[place], found.p_value[place])
        assert one == pytest.approx(expected, rel=1e-9)
    assert np.isnan(found.value[0, 2])


def test_the_p_value_is_small_exactly_where_the_interval_leaves_out_1() -> None:
    hits, seen = np.meshgrid(np.arange(60.0), np.arange(120.0))
    found = ratio(hits, CURRENT, seen, REFERENCE, level=0.9)
    without = (found.lower > 1) | (found.upper < 1)
    np.testing.assert_array_equal(without, found.p_value < 0.1)
    assert 0.1 < without.mean() < 0.9


def test_exchanging_the_sides_inverts_the_ratio() -> None:
    one, two = ratio([3, 0, 9], 50, [10, 4, 9], 80), ratio([10, 4, 9], 80, [3, 0, 9], 50)
    np.testing.assert_allclose(one.value, 1 / two.value)
    np.testing.assert_allclose(one.lower, 1 / two.upper)
    np.testing.assert_allclose(one.p_value, two.p_value)


def test_nothing_is_said_of_what_nobody_saw() -> None:
    found = ratio([0, 0, 3], [50, 0, 50], [0, 4, 0], [80, 80, 0])
    for part in (found.value, found.lower, found.upper, found.p_value):
        assert np.isnan(part).all()


@pytest.mark.parametrize(
    ("counts", "level", "words"),
    [
        ((6, 5, 1, 5), 0.95, "at most the rows"),
        ((1, 5, 6, 5), 0.95, "at most the rows"),
        ((-1, 5, 1, 5), 0.95, "at least 0"),
        ((1, 5, 1, 5), 1.0, "between 0 and 1"),
    ],
)
def test_impossible_counts_and_levels_are_refused(counts: tuple, level: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ratio(*counts, level=level)


@pytest.mark.parametrize(
    ("before", "now"),
    [(0.002, 0.004), (0.002, 0.002), (0.004, 0.002), (0.0005, 0.001), (0.3, 0.33), (0.995, 0.99)],
)
def test_the_interval_holds_the_true_ratio_as_often_as_it_says(before: float, now: float) -> None:
    rng = np.random.default_rng(1)
    seen, hits = rng.binomial(REFERENCE, before, 20_000), rng.binomial(CURRENT, now, 20_000)
    found = ratio(hits, CURRENT, seen, REFERENCE)
    share = np.mean((found.lower <= now / before) & (now / before <= found.upper))
    assert 0.943 < share < 0.98


@pytest.mark.parametrize(
    "shares",
    [
        [0.1, 0.898, 0.002],
        [0.3, 0.25, 0.2, 0.15, 0.06, 0.036, 0.002, 0.002],
        1 / np.arange(1, 51) ** 1.5,
        np.ones(30),
        MANY,
    ],
    ids=["three", "eight", "zipf", "flat", "tail"],
)
def test_nothing_has_moved_where_nothing_has(shares: list) -> None:
    rng, chance = np.random.default_rng(2), np.array(shares) / np.sum(shares)
    draws = zip(rng.multinomial(CURRENT, chance, 1500), rng.multinomial(REFERENCE, chance, 1500), strict=True)
    assert np.mean([len(moved(counts, seen)) > 0 for counts, seen in draws]) <= 0.06


def test_a_rare_category_that_became_twice_as_frequent_is_found() -> None:
    seen = np.array([2_000, 13_960, 4_000, 40])
    assert moved([500, 3_480, 1_000, 20], seen).tolist() == [3]
    assert moved([500, 3_490, 1_000, 10], seen).tolist() == []


def test_a_rare_category_is_found_about_as_often_as_any_test_could() -> None:
    # Knowing both shares, the best test of one category at 5 % finds 0.2 % -> 0.4 % in about 70 % of samples.
    rng, before = np.random.default_rng(3), np.array([0.1, 0.898, 0.002])
    found = {}
    for times in (2, 3):
        now = before * [1, 1, times]
        samples = zip(
            rng.multinomial(CURRENT, now / now.sum(), 1000),
            rng.multinomial(REFERENCE, before, 1000),
            strict=True,
        )
        found[times] = np.mean([2 in moved(counts, seen) for counts, seen in samples])
    assert found[2] > 0.48
    assert found[3] > 0.97


def test_those_that_surely_moved_most_come_first_and_no_more_than_asked() -> None:
    seen = np.array([5_000, 5_000, 5_000, 100, 4_900])
    now = np.array([1_000, 1_500, 1_250, 75, 1_175])
    found = moved(now, seen)
    assert found.tolist() == [3, 0, 1]  # 3 times, 0.8 times and 1.2 times as frequent
    interval = ratio(now, now.sum(), seen, seen.sum())
    surely = np.maximum(np.log(interval.lower), -np.log(interval.upper))
    assert (np.diff(surely[found]) <= 0).all()
    assert moved(now, seen, most=1).tolist() == [3]


def test_a_large_change_that_is_unsure_comes_behind_a_smaller_one_that_is_sure() -> None:
    seen, now = np.array([15_994, 4_000, 6]), np.array([3_494, 1_500, 6])
    interval = ratio(now, CURRENT, seen, REFERENCE)
    assert interval.value[2] > 2 * interval.value[1] > 2 * interval.lower[2] > 2
    assert moved(now, seen).tolist() == [1, 2, 0]


def test_categories_that_neither_side_holds_are_no_tests() -> None:
    seen, now = np.array([15_960, 4_000, 40]), np.array([3_980, 1_000, 20])
    empty = np.zeros(40, int)
    assert moved(np.r_[now, empty], np.r_[seen, empty]).tolist() == moved(now, seen).tolist() == [2]


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="different bins"):
        moved([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="empty"):
        moved([0, 0], [1, 2])
    with pytest.raises(ValueError, match="one histogram each"):
        moved([[1, 2]], [[1, 2]])
