"""Two versions on the same rows: exact numbers, and laws that hold for any of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn import metrics as sk

from monitoring.statistics.paired import agreement, areas, right, row_losses, tables

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


def test_the_error_of_kappa_of_several_classes_is_that_of_the_delta_method():
    counts = np.array([[40.0, 6, 3], [9, 25, 8], [2, 11, 30]])
    n = counts.sum()

    def kappa(cells):
        share = cells / cells.sum()
        chance = share.sum(axis=1) @ share.sum(axis=0)
        return (np.trace(share) - chance) / (1 - chance)

    step = 1e-4
    slope = np.zeros((3, 3))
    for cell in np.ndindex(3, 3):
        nudge = np.zeros((3, 3))
        nudge[cell] = step
        slope[cell] = (kappa(counts + nudge) - kappa(counts - nudge)) / (2 * step) * n
    mean = (counts * slope).sum() / n
    error = np.sqrt((counts * (slope - mean) ** 2).sum()) / n
    found = agreement.agreement(counts)
    assert float(found.kappa) == pytest.approx(kappa(counts), rel=1e-12)
    assert float(found.kappa_error) == pytest.approx(error, rel=1e-6)


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


def test_a_version_compared_with_itself_has_no_difference():
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


def test_a_day_without_rows_changes_nothing():
    n, sums = np.full(14, 40.0), np.linspace(-3, 5, 14)
    squares = n + sums**2
    one = row_losses.mean_difference(n, sums, squares)
    gap = [np.insert(part, 5, 0.0) for part in (n, sums, squares)]
    two = row_losses.mean_difference(gap[0], gap[1], gap[2])
    for name in ("value", "row_error", "day_error"):
        assert float(getattr(one, name)) == pytest.approx(float(getattr(two, name)))


@given(hnp.arrays(float, 15, elements=st.floats(-20, 20)), st.sampled_from([0.01, 3.0, 1000.0]))
def test_the_unit_of_a_loss_scales_its_difference(sums, unit):
    n, squares = np.full(15, 30.0), 30 + sums**2
    one = row_losses.mean_difference(n, sums, squares, step=1.0)
    two = row_losses.mean_difference(n, unit * sums, unit**2 * squares, step=unit)
    for name in ("value", "lower", "upper", "row_error", "day_error"):
        ours, theirs = unit * getattr(one, name), getattr(two, name)
        np.testing.assert_allclose(theirs, ours, rtol=1e-7, atol=1e-9 * unit)
    np.testing.assert_allclose(two.design_effect, one.design_effect, rtol=1e-7)


def test_many_comparisons_at_once_are_each_by_itself():
    rng = np.random.default_rng(6)
    tables_, cells = rng.integers(0, 30, (2, 4, 3, 3)), rng.integers(0, 9, (2, 4, 5, 5))
    sums = rng.normal(0, 5, (4, 14))
    n, squares = rng.integers(20, 40, (4, 14)).astype(float), 40 + sums**2
    together = (
        agreement.agreement(tables_[0]), areas.binned_area_difference(cells[0], cells[1]),
        row_losses.mean_difference(n, sums, squares),
    )  # fmt: skip
    for place in range(4):
        alone = (
            agreement.agreement(tables_[0, place]),
            areas.binned_area_difference(cells[0, place], cells[1, place]),
            row_losses.mean_difference(n[place], sums[place], squares[place]),
        )
        for many, one in zip(together, alone, strict=True):
            for name in one.__dataclass_fields__:
                np.testing.assert_allclose(
                    getattr(many, name)[place], getattr(one, name), rtol=1e-12, atol=1e-15
                )


# --- few rows that differ -----------------------------------------------------------------------------------


def test_rows_that_never_differed_yet_leave_the_difference_uncertain():
    found = row_losses.mean_difference([200], [0.0], [0.0], step=1.0)
    assert float(found.value) == 0.0
    assert float(found.p_value) == 1.0
    # As wide as two rows of the 200, one right alone for either version.
    assert float(found.upper) == pytest.approx(stats.t.ppf(0.975, 199) * np.sqrt(2 / 199 / 200))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(100, 5000))
def test_two_rows_one_each_way_give_the_interval_of_bonett_and_price(b, c, alike):
    n = b + c + alike
    found = row_losses.mean_difference([n], [float(c - b)], [float(b + c)], step=1.0)
    centre = (c - b) / (n + 2)
    half = stats.norm.ppf(0.975) * np.sqrt(((b + c + 2) / (n + 2) - centre**2) / (n + 2))
    assert float(found.upper - found.lower) / 2 == pytest.approx(half, rel=0.05)
    assert float(found.value) == pytest.approx(centre, abs=0.02)
