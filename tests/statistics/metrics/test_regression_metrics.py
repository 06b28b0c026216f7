"""Metrics of a regression: scikit-learn and numpy on the same rows, and the laws that sums must obey."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as oracle

from monitoring.statistics.metrics import METRICS, RegressionOutcomes, additive, metrics_for
from monitoring.statistics.metrics.evidence import shortage
from monitoring.statistics.metrics.regression import error_edges

ORACLES = {
    "mae": oracle.mean_absolute_error,
    "mse": oracle.mean_squared_error,
    "rmse": oracle.root_mean_squared_error,
    "r2": oracle.r2_score,
    "bias": lambda y, p: np.mean(p - y),
    "mape": lambda y, p: oracle.mean_absolute_percentage_error(y[y != 0], p[y != 0]),
    "msle": oracle.mean_squared_log_error,
    "rmsle": oracle.root_mean_squared_log_error,
    "median_absolute_error": oracle.median_absolute_error,
    "error_quantile_10": lambda y, p: np.quantile(p - y, 0.1),
    "error_quantile_90": lambda y, p: np.quantile(p - y, 0.9),
}
REGRESSION = pytest.mark.parametrize("metric", metrics_for("regression"), ids=lambda metric: metric.key)
QUANTILES = ("median_absolute_error", "error_quantile_10", "error_quantile_90")
SUMS = [field.name for field in dataclasses.fields(RegressionOutcomes) if "own" in field.metadata]
GRID = error_edges(0.01, 100.0, 60)
NUMBERS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5])


def rows(seed=0, n=400, digits=1):
    """Predictions and labels with ties; labels of 0 among them."""
    generator = np.random.default_rng(seed)
    labels = np.round(generator.gamma(2.0, 5.0, n), digits)
    labels[::17] = 0.0
    return np.round(np.abs(labels + generator.normal(0.5, 3.0, n)), digits), labels


@REGRESSION
@pytest.mark.parametrize("digits", [0, 1, 12])
def test_a_metric_of_rows_is_that_of_scikit_learn(metric, digits):
    for seed in range(5):
        p, y = rows(seed, n=101 + seed, digits=digits)
        found = metric(RegressionOutcomes.of_rows(p, y))
        assert float(found.value) == pytest.approx(ORACLES[metric.key](y, p), abs=1e-9)
        assert found.bound == 0


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=20))
def test_a_few_rows_in_any_arrangement_agree_with_scikit_learn(pairs):
    p, y = (np.array(side) for side in zip(*pairs, strict=True))
    outcomes = RegressionOutcomes.of_rows(p, y)
    for metric in metrics_for("regression"):
        undefined = (metric.key == "r2" and np.ptp(y) == 0) or (metric.key == "mape" and not y.any())
        expected = np.nan if undefined else ORACLES[metric.key](y, p)
        assert float(metric(outcomes).value) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@REGRESSION
def test_the_order_of_rows_is_irrelevant(metric):
    p, y = rows()
    order = np.random.default_rng(1).permutation(len(p))
    one, other = RegressionOutcomes.of_rows(p, y), RegressionOutcomes.of_rows(p[order], y[order])
    assert float(metric(one).value) == pytest.approx(float(metric(other).value), rel=1e-12)


@REGRESSION
def test_days_add_up_to_one_pass(metric):
    p, y = rows(n=500)
    days = [RegressionOutcomes.of_rows(p[i::5], y[i::5], centre=10.0, edges=GRID) for i in range(5)]
    once = RegressionOutcomes.of_rows(p, y, centre=10.0, edges=GRID)
    pooled = additive.stacked(days).pooled()
    for name in SUMS:
        np.testing.assert_allclose(getattr(pooled, name), getattr(once, name), rtol=1e-9)
    for name in ("value", "lower", "upper", "error"):
        assert float(getattr(metric(pooled), name)) == pytest.approx(float(getattr(metric(once), name)))


@REGRESSION
def test_chunks_are_computed_as_if_each_were_alone(metric):
    days = [RegressionOutcomes.of_rows(*rows(i, n=60 + 40 * i), centre=8.0, edges=GRID) for i in range(4)]
    together = metric(additive.stacked(days))
    for i, day in enumerate(days):
        for name in ("value", "lower", "upper", "error", "n", "bound"):
            np.testing.assert_allclose(getattr(together, name)[i], getattr(metric(day), name), rtol=1e-12)


@REGRESSION
def test_the_interval_holds_the_value_and_stays_in_the_range(metric):
    for seed in range(8):
        found = metric(RegressionOutcomes.of_rows(*rows(seed, n=60 + 40 * seed), edges=GRID))
        assert metric.range[0] <= found.lower <= found.value <= found.upper <= metric.range[1]
        assert found.error > 0


@REGRESSION
def test_a_chunk_without_rows_is_a_gap(metric):
    day = RegressionOutcomes.of_rows(*rows(), centre=8.0, edges=GRID)
    empty = RegressionOutcomes.of_rows([], [], centre=8.0, edges=GRID)
    found = metric(additive.stacked([empty, day]))
    for name in ("value", "lower", "upper", "error"):
        assert np.isnan(getattr(found, name)).tolist() == [True, False]
    assert found.n[0] == 0


@REGRESSION
def test_perfect_predictions_have_no_error(metric):
    y = np.arange(1.0, 61.0)
    found = metric(RegressionOutcomes.of_rows(y, y))
    assert found.value == (1 if metric.key == "r2" else 0)
    assert found.error == 0


@REGRESSION
def test_labels_of_one_value_break_nothing(metric):
    p = rows()[0]
    found = metric(RegressionOutcomes.of_rows(p, np.full(len(p), 7.0), centre=3.1))
    assert np.isnan(found.value) == (metric.key == "r2")


def test_where_the_centre_lies_is_irrelevant():
    p, y = rows()
    for metric in metrics_for("regression"):
        near, far = (metric(RegressionOutcomes.of_rows(p, y, centre=c)) for c in (9.0, 900.0))
        assert float(near.value) == pytest.approx(float(far.value), rel=1e-6)
        assert float(near.error) == pytest.approx(float(far.error), rel=1e-4)


def test_large_labels_keep_their_digits():
    p, y = rows()
    for key in ("r2", "mae", "rmse", "bias"):
        near, far = (METRICS[key](RegressionOutcomes.of_rows(p + up, y + up)) for up in (0.0, 1e9))
        assert float(near.value) == pytest.approx(float(far.value), rel=1e-6)
        assert float(near.error) == pytest.approx(float(far.error), rel=1e-6)


def test_the_error_of_r2_is_that_of_the_formula_on_rows():
    p, y = rows()
    found = METRICS["r2"](RegressionOutcomes.of_rows(p, y))
    influence = (p - y) ** 2 - (1 - float(found.value)) * (y - y.mean()) ** 2
    assert float(found.error) == pytest.approx(influence.std(ddof=1) / (y.var() * np.sqrt(len(y))), rel=1e-9)


@pytest.mark.parametrize("key", QUANTILES)
@pytest.mark.parametrize("count", [3, 10, 60])
def test_from_a_coarse_grid_the_true_quantile_lies_within_the_bound(key, count):
    for seed in range(10):
        p, y = rows(seed, n=90 + seed, digits=1 if seed % 2 else 12)
        coarse = METRICS[key](RegressionOutcomes.of_rows(p, y, edges=error_edges(0.02, 60.0, count)))
        exact = METRICS[key](RegressionOutcomes.of_rows(p, y))
        assert abs(float(coarse.value - exact.value)) <= float(coarse.bound) + 1e-9
        assert coarse.lower <= exact.lower + 1e-9
        assert coarse.upper >= exact.upper - 1e-9


def test_an_open_slot_bounds_nothing():
    found = METRICS["median_absolute_error"](
        RegressionOutcomes.of_rows([9.0] * 40, [1.0] * 40, edges=[-1, 0, 1])
    )
    assert (found.value, found.upper, found.bound) == (1, np.inf, np.inf)
    without = RegressionOutcomes.of_rows([9.0] * 40, [1.0] * 40, edges=[])
    assert np.isnan([METRICS[key](without).value for key in QUANTILES]).all()


def test_the_interval_of_a_median_is_that_of_the_binomial_law():
    for n in (9, 30, 101):
        y = np.zeros(n)
        found = METRICS["median_absolute_error"](RegressionOutcomes.of_rows(np.arange(1.0, n + 1), y))
        low, high = stats.binom.ppf([0.025, 0.975], n, 0.5)
        assert (found.lower, found.upper) == (low, high + 1)


def test_too_few_rows_leave_a_quantile_unbounded():
    found = METRICS["error_quantile_90"](RegressionOutcomes.of_rows(np.arange(10.0), np.zeros(10)))
    assert np.isinf(found.upper)
    assert np.isnan(found.error)
    assert shortage(METRICS["error_quantile_90"], RegressionOutcomes.of_rows([1.0], [2.0])).kind == "rows"


def test_rows_that_are_none_are_refused():
    with pytest.raises(ValueError, match="finite"):
        RegressionOutcomes.of_rows([np.nan], [1.0])
    with pytest.raises(ValueError, match="one number a row"):
        RegressionOutcomes.of_rows([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="symmetric"):
        RegressionOutcomes.of_rows([1.0], [1.0], edges=[-1.0, 0.0, 2.0])
    with pytest.raises(ValueError, match="two edges or more"):
        error_edges(0.0, 1.0)


def test_labels_that_have_no_logarithm_are_left_out():
    outcomes = RegressionOutcomes.of_rows([-2.0, 1.0, 3.0], [1.0, -3.0, 3.5])
    found = METRICS["msle"](outcomes)
    assert found.n == 1
    assert float(found.value) == pytest.approx(np.log(4.0 / 4.5) ** 2)
