"""Two versions on the same rows: exact numbers, and laws that hold for any of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn import metrics as sk

from monitoring.statistics.paired import (
    agreement,
    areas,
    planning,
    ranking,
    right,
    row_losses,
    sequences,
    tables,
    verdicts,
)

# --- scipy and scikit-learn as oracles ----------------------------------------------------------------------


def test_a_mean_difference_is_the_paired_t_test_and_the_test_of_diebold_and_mariano():
    rng = np.random.default_rng(0)
    first, second = rng.gamma(2, 1, (2, 80))
    d = second - first
    found = row_losses.mean_difference([len(d)], [d.sum()], [(d**2).sum()])
    oracle = stats.ttest_rel(second, first)
    assert float(found.p_value) == pytest.approx(oracle.pvalue, rel=1e-10)
    ends = oracle.confidence_interval()
    assert (float(found.lower), float(found.upper)) == pytest.approx((ends.low, ends.high), rel=1e-10)
    n = len(d)
    plain = d.mean() / np.sqrt(d.var() / n)
    corrected = plain * np.sqrt((n + 1 - 2 + 0) / n)  # Harvey, Leybourne and Newbold with one step ahead
    assert corrected == pytest.approx(oracle.statistic, rel=1e-10)


def test_errors_of_days_are_those_of_sandwiches_by_hand():
    rng = np.random.default_rng(1)
    n = rng.integers(20, 60, 40).astype(float)
    shift = np.convolve(rng.normal(0, 0.3, 43), [0.4, 0.3, 0.2, 0.1], "valid")
    sums = n * shift + rng.normal(0, np.sqrt(n))
    found = row_losses.mean_difference(n, sums, n * 1.0 + sums**2 / n)
    off = sums - n * sums.sum() / n.sum()
    count = len(n)
    by_day = np.sqrt(count / (count - 1) * (off**2).sum()) / n.sum()
    assert float(found.day_error) == pytest.approx(by_day, rel=1e-10)
    lag = int(np.floor(4 * (count / 100) ** (2 / 9)))
    long_run = (off**2).sum() + 2 * sum(
        (1 - k / (lag + 1)) * (off[k:] * off[:-k]).sum() for k in range(1, lag + 1)
    )
    assert float(found.lagged_error) == pytest.approx(
        np.sqrt(count / (count - 1) * long_run) / n.sum(), rel=1e-10
    )
    assert float(found.design_effect) == pytest.approx((found.lagged_error / found.row_error) ** 2)


def test_days_that_do_not_go_together_are_not_lagged():
    n = np.full(12, 50.0)
    sums = np.tile([1.0, -1.0], 6)
    assert np.isnan(row_losses.mean_difference(n, sums, n).lagged_error)


def test_areas_from_cells_are_those_of_rows_where_every_cell_holds_one_score():
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 12, (2, 300))
    labels = rng.random(300) < 0.3
    cells = np.zeros((2, 12, 12))
    np.add.at(cells, (labels.astype(int), first, second), 1)
    found = areas.binned_area_difference(cells[0], cells[1])
    oracle = areas.area_difference(first, second, labels)
    assert float(found.first) == pytest.approx(sk.roc_auc_score(labels, first), abs=1e-12)
    assert float(found.second) == pytest.approx(sk.roc_auc_score(labels, second), abs=1e-12)
    assert float(found.error) == pytest.approx(float(oracle.error), rel=1e-10)


def test_areas_from_coarse_cells_lie_within_their_bound():
    rng = np.random.default_rng(3)
    labels = rng.random(2000) < 0.3
    scores = [rng.normal(labels * shift) for shift in (0.8, 1.0)]
    exact = areas.area_difference(scores[0], scores[1], labels)
    slots = [np.searchsorted(np.quantile(one, np.arange(1, 20) / 20), one) for one in scores]
    cells = np.zeros((2, 20, 20))
    np.add.at(cells, (labels.astype(int), *slots), 1)
    found = areas.binned_area_difference(cells[0], cells[1])
    assert abs(float(found.difference - exact.difference)) <= float(found.bound)
    assert float(found.error) == pytest.approx(float(exact.error), rel=0.1)


def test_a_table_difference_is_that_of_scikit_learn_and_its_error_that_of_drawn_rows():
    rng = np.random.default_rng(4)
    labels = rng.random(600) < 0.4
    ours, theirs = (labels ^ (rng.random(600) < wrong) for wrong in (0.25, 0.15))
    joint = np.zeros((2, 2, 2))
    np.add.at(joint, (labels.astype(int), ours.astype(int), theirs.astype(int)), 1)

    def f1(table):
        return 2 * table[..., 1, 1] / (table[..., 1, :].sum(-1) + table[..., :, 1].sum(-1))

    found = tables.table_difference(joint, f1)
    assert found.first == pytest.approx(sk.f1_score(labels, ours))
    assert found.second == pytest.approx(sk.f1_score(labels, theirs))
    picks = rng.integers(0, 600, (400, 600))
    drawn = [sk.f1_score(labels[p], theirs[p]) - sk.f1_score(labels[p], ours[p]) for p in picks]
    assert found.error == pytest.approx(np.std(drawn), rel=0.15)


# --- laws ---------------------------------------------------------------------------------------------------

counts = hnp.arrays(int, (3, 3), elements=st.integers(0, 50))


@given(counts)
def test_agreement_does_not_depend_on_who_comes_first(table):
    one, two = agreement.agreement(table), agreement.agreement(table.T)
    for name in ("rate", "kappa", "kappa_error"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=1e-12)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 500))
def test_swapped_decisions_flip_the_sign_exactly(b, c, alike):
    one, two = right.right(b, c, b + c + alike), right.right(c, b, b + c + alike)
    np.testing.assert_array_equal(one.difference, -two.difference)
    np.testing.assert_array_equal(one.lower, -two.upper)
    np.testing.assert_array_equal(one.p_value, two.p_value)


@given(hnp.arrays(int, (2, 5, 5), elements=st.integers(0, 20)))
def test_swapped_areas_flip_the_sign_exactly(cells):
    one = areas.binned_area_difference(cells[0], cells[1])
    two = areas.binned_area_difference(cells[0].T, cells[1].T)
    np.testing.assert_array_equal(one.difference, -two.difference)
    np.testing.assert_allclose(one.error, two.error, atol=1e-12)


@settings(max_examples=30)
@given(hnp.arrays(float, 15, elements=st.floats(-20, 20)))
def test_swapped_losses_flip_the_sign_exactly_and_days_may_be_merged_before(sums):
    n, squares = np.full(15, 30.0), 30 + sums**2
    one, two = (row_losses.mean_difference(n, sign * sums, squares) for sign in (1, -1))
    np.testing.assert_array_equal(one.value, -two.value)
    np.testing.assert_array_equal(one.lower, -two.upper)
    whole = row_losses.mean_difference([n.sum()], [sums.sum()], [squares.sum()])
    assert float(whole.value) == pytest.approx(float(one.value), abs=1e-12)
    assert float(whole.row_error) == pytest.approx(float(one.row_error), rel=1e-9)
    follow = sequences.confidence_sequence(n, sums, squares, 400)
    back = sequences.confidence_sequence(n, -sums, squares, 400)
    np.testing.assert_array_equal(follow.lower, -back.upper)


def test_a_version_compared_with_itself_has_no_difference_and_no_verdict():
    table = np.diag([30.0, 20.0])
    assert float(agreement.agreement(table).rate) == 1.0
    same = right.right(0, 0, 50)
    assert float(same.difference) == 0.0
    assert float(same.p_value) == 1.0
    assert float(same.lower) < 0 < float(same.upper)
    cells = np.stack([np.diag([5.0, 3, 2]), np.diag([1.0, 3, 6])])
    found = areas.binned_area_difference(cells[0], cells[1])
    assert float(found.difference) == 0.0
    assert float(found.p_value) == 1.0
    n = np.full(30, 50.0)
    losses = sequences.confidence_sequence(n, 0 * n, 0 * n, 1000)
    assert float(losses.value[-1]) == 0.0
    told = verdicts.verdict(0.0, 0.0, 0.0, 0.01, rows=1500, most=9000, spread=0.0, planned=1000)
    assert told.code == verdicts.NOT_WORSE


def test_a_day_without_rows_changes_nothing():
    n, sums = np.full(14, 40.0), np.linspace(-3, 5, 14)
    squares = n + sums**2
    one = row_losses.mean_difference(n, sums, squares)
    gap = [np.insert(part, 5, 0.0) for part in (n, sums, squares)]
    two = row_losses.mean_difference(gap[0], gap[1], gap[2])
    for name in ("value", "row_error", "day_error"):
        assert float(getattr(one, name)) == pytest.approx(float(getattr(two, name)))


@pytest.mark.parametrize(("rows", "silent"), [(50.0, 9), (10.0, 19)])
def test_sequences_say_nothing_of_few_rows_or_days_and_grow_narrower(rows, silent):
    n = np.full(40, rows)
    found = sequences.confidence_sequence(n, 0 * n, n, 1000)
    assert np.isnan(found.lower[:silent]).all()
    assert np.isfinite(found.lower[silent:]).all()
    assert (np.diff(found.upper[silent:]) < 0).all()
    assert (found.upper[silent:] > found.fixed_upper[silent:]).all()


def test_days_that_go_together_make_the_sequence_wider():
    rng = np.random.default_rng(5)
    n = np.full(30, 200.0)
    sums = n * rng.normal(0, 0.2, 30)
    found = sequences.confidence_sequence(n, sums, n * 1.0, 3000)
    assert found.design_effect[-1] > 3


def test_the_spread_is_that_of_rows_and_does_not_depend_on_the_confidence():
    n, sums = np.full(20, 50.0), np.zeros(20)
    for level in (0.8, 0.95):
        found = sequences.confidence_sequence(n, sums, 0.09 * n, 1000, level=level)
        assert float(found.spread[-1]) == pytest.approx(0.3)


def test_rows_until_is_where_the_sequence_is_that_narrow():
    rows = planning.rows_until(0.012, 0.3, 5000)
    assert 0.3 * sequences.boundary(rows, 5000) <= 0.012 < 0.3 * sequences.boundary(rows * 0.99, 5000)
    assert planning.rows_until(1e-9, 0.3, 5000) == np.inf


@pytest.mark.parametrize(
    ("gain", "half", "rows", "code"),
    [
        (-0.03, 0.01, 5000, verdicts.WORSE),
        (0.03, 0.01, 5000, verdicts.BETTER),
        (0.0, 0.005, 5000, verdicts.NOT_WORSE),
        (0.0, 0.02, 5000, verdicts.COLLECT),
        (0.0, 0.02, 9000, verdicts.UNDECIDED),
        (np.nan, np.nan, 100, verdicts.COLLECT),
    ],
)
def test_a_verdict_follows_the_table(gain, half, rows, code):
    told = verdicts.verdict(
        gain, gain - half, gain + half, 0.01, rows=rows, most=9000, spread=0.3, planned=5000
    )
    assert told.code == code
    assert told.promote is (code in (verdicts.BETTER, verdicts.NOT_WORSE))


def test_a_segment_that_loses_too_much_blocks_a_promotion():
    blocked = verdicts.guarded([0.02, -0.09], [0.01, 0.01], [900, 900], 0.01)
    told = verdicts.verdict(
        0.03, 0.01, 0.05, 0.01, rows=900, most=9000, spread=0.3, planned=900, blocked=blocked
    )
    assert told.code == verdicts.BETTER
    assert not told.promote


def test_simultaneous_intervals_are_wider_the_more_versions_there_are_and_unknown_ones_come_last():
    one = ranking.ranked([0.02], [0.01])
    three = ranking.ranked([0.02, np.nan, 0.05], [0.01, 0.01, 0.01])
    assert three.lower[0] < one.lower[0]
    assert three.order.tolist() == [2, 0, 1]
    assert three.level == pytest.approx(0.975)
