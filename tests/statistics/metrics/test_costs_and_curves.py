"""Points of curves against scikit-learn, costs against sums over rows, and the trivial model."""

import numpy as np
import pytest
from sklearn import metrics as oracle
from sklearn.dummy import DummyClassifier

from monitoring.statistics.metrics import (
    METRICS,
    BinaryOutcomes,
    MulticlassOutcomes,
    RegressionOutcomes,
    additive,
    metrics_for,
)
from monitoring.statistics.metrics.costs import cost, cost_curve
from monitoring.statistics.metrics.curves import thresholds
from monitoring.statistics.metrics.trivial import trivial

PRICES = np.array([[0.0, 1.0], [10.0, -2.0]])


def rows(seed=0, n=300, prevalence=0.3):
    generator = np.random.default_rng(seed)
    y = (generator.uniform(size=n) < prevalence).astype(int)
    return np.round(1 / (1 + np.exp(-generator.normal(1.5 * y - 0.8))), 2), y


def test_points_of_the_roc_curve_are_those_of_scikit_learn():
    s, y = rows()
    found = thresholds(BinaryOutcomes.of_rows(s, y, threshold=s[0]))
    wide, high, at = oracle.roc_curve(y, s, drop_intermediate=False)
    np.testing.assert_allclose(found.false_positive_rate[1:][::-1], wide, atol=1e-12)
    np.testing.assert_allclose(found.recall[1:][::-1], high, atol=1e-12)
    np.testing.assert_array_equal(found.threshold[1:][::-1], at)


def test_points_of_the_precision_recall_curve_are_those_of_scikit_learn():
    s, y = rows()
    found = thresholds(BinaryOutcomes.of_rows(s, y, threshold=s[0]))
    precision, recall, _ = oracle.precision_recall_curve(y, s)
    np.testing.assert_allclose(found.precision[1:], precision, atol=1e-12)
    np.testing.assert_allclose(found.recall[1:], recall, atol=1e-12)


def test_every_threshold_decides_as_its_own_slider():
    outcomes = BinaryOutcomes.of_rows(*rows(), edges=np.linspace(0, 1, 11))
    found = thresholds(outcomes)
    for k, threshold in enumerate(found.threshold):
        table = outcomes.at(threshold).confusion
        assert [found.tn[k], found.fp[k], found.fn[k], found.tp[k]] == table.ravel().tolist()


def test_curves_without_rows_are_gaps():
    found = thresholds(BinaryOutcomes.of_rows([], []))
    assert np.isnan([found.recall, found.precision, found.false_positive_rate]).all()


def test_a_cost_is_the_mean_and_the_sum_over_rows():
    s, y = rows()
    decided = (s >= 0.5).astype(int)
    paid = PRICES[y, decided]
    found = cost(BinaryOutcomes.of_rows(s, y), PRICES)
    assert float(found.per_row.value) == pytest.approx(paid.mean())
    assert float(found.total.value) == pytest.approx(paid.sum())
    assert float(found.per_row.error) == pytest.approx(paid.std() / np.sqrt(len(paid)))
    assert found.total.lower < found.total.value < found.total.upper
    assert float(found.total.error) == pytest.approx(paid.std() * np.sqrt(len(paid)))


def test_costs_of_several_classes_and_days():
    generator = np.random.default_rng(3)
    prices = np.array([[0.0, 1, 2], [3, 0, 1], [5, 1, 0]])
    days = []
    for _ in range(3):
        p, y = generator.dirichlet(np.ones(3), 50), generator.integers(0, 3, 50)
        days.append(MulticlassOutcomes.of_rows(p, y, range(3), edges=[[0.5]] * 3))
    found = cost(additive.stacked(days), prices)
    assert found.per_row.value.shape == (3,)
    pooled = cost(additive.stacked(days).pooled(), prices)
    assert float(pooled.total.value) == pytest.approx(found.total.value.sum())


def test_a_cost_of_equal_rows_is_not_certain_and_one_of_none_is_a_gap():
    same = cost(BinaryOutcomes.of_rows([0.1] * 50, [0] * 50), PRICES)
    assert same.per_row.value == 0
    assert same.per_row.upper > 0
    none = cost(BinaryOutcomes.of_rows([], []), PRICES)
    assert np.isnan(none.per_row.value)
    assert none.total.value == 0


def test_the_cheapest_threshold_is_that_of_a_search():
    s, y = rows()
    outcomes = BinaryOutcomes.of_rows(s, y)
    found = cost_curve(outcomes, PRICES)
    each = [PRICES[y, (s >= threshold).astype(int)].mean() for threshold in found.threshold]
    np.testing.assert_allclose(found.per_row, each, atol=1e-12)
    assert found.best == found.threshold[np.argmin(each)]
    assert float(cost(outcomes.at(float(found.best)), PRICES).per_row.value) == pytest.approx(
        float(found.least)
    )


def test_a_given_prevalence_weighs_the_classes():
    s, y = rows(prevalence=0.5)
    outcomes = BinaryOutcomes.of_rows(s, y)
    own = cost_curve(outcomes, PRICES, prevalence=y.mean())
    np.testing.assert_allclose(own.per_row, cost_curve(outcomes, PRICES).per_row)
    found = cost_curve(outcomes, PRICES, prevalence=0.02)
    assert found.best > own.best, "rare events are worth fewer false alarms"
    weights = np.where(y == 1, 0.02 / y.sum(), 0.98 / (1 - y).sum())
    each = [(weights * PRICES[y, (s >= at).astype(int)]).sum() for at in found.threshold]
    np.testing.assert_allclose(found.per_row, each, atol=1e-12)


def test_a_cost_curve_without_rows_or_without_a_class_is_a_gap():
    empty = cost_curve(BinaryOutcomes.of_rows([], []), PRICES)
    assert np.isnan([empty.best, empty.least]).all()
    one = BinaryOutcomes.of_rows([0.2, 0.4], [0, 0])
    assert np.isnan(cost_curve(one, PRICES, prevalence=0.1).best)
    assert np.isfinite(cost_curve(one, PRICES).best)


def test_costs_that_are_none_are_refused():
    outcomes = BinaryOutcomes.of_rows(*rows())
    with pytest.raises(ValueError, match="2 by 2"):
        cost(outcomes, np.eye(3))
    with pytest.raises(ValueError, match="2 by 2"):
        cost_curve(outcomes, [[0, np.inf], [1, 0]])
    with pytest.raises(ValueError, match="between 0 and 1"):
        cost_curve(outcomes, PRICES, prevalence=1.2)


@pytest.mark.parametrize("metric", metrics_for("binary"), ids=lambda metric: metric.key)
def test_the_trivial_binary_model_is_scikit_learns_dummy(metric):
    s, y = rows()
    dummy = DummyClassifier(strategy="prior").fit(s[:, None], y)
    told = BinaryOutcomes.of_rows(
        dummy.predict_proba(s[:, None])[:, 1], y, decisions=dummy.predict(s[:, None])
    )
    found = float(trivial(metric, BinaryOutcomes.of_rows(s, y)))
    assert found == pytest.approx(float(metric(told, interval=False).value), nan_ok=True)


@pytest.mark.parametrize("metric", metrics_for("multiclass"), ids=lambda metric: metric.key)
def test_the_trivial_model_of_several_classes_is_scikit_learns_dummy(metric):
    generator = np.random.default_rng(5)
    y = generator.choice(3, 200, p=[0.2, 0.5, 0.3])
    p = generator.dirichlet(np.ones(3), 200)
    dummy = DummyClassifier(strategy="prior").fit(p, y)
    told = MulticlassOutcomes.of_rows(dummy.predict_proba(p), y, range(3))
    found = float(trivial(metric, MulticlassOutcomes.of_rows(p, y, range(3))))
    assert found == pytest.approx(float(metric(told).value), nan_ok=True)


def test_the_trivial_regression_says_the_centre():
    generator = np.random.default_rng(6)
    y = generator.gamma(2.0, 3.0, 200)
    outcomes = RegressionOutcomes.of_rows(y + generator.normal(size=200), y, centre=5.0)
    told = RegressionOutcomes.of_rows(np.full(200, 5.0), y, centre=5.0)
    for key in ("mae", "mse", "rmse", "r2", "bias"):
        found = float(trivial(METRICS[key], outcomes))
        assert found == pytest.approx(float(METRICS[key](told).value), rel=1e-9)
    for key in ("median_absolute_error", "error_quantile_90", "mape", "rmsle"):
        assert np.isnan(trivial(METRICS[key], outcomes))


def test_trivial_models_without_rows_are_gaps():
    binary, many = BinaryOutcomes.of_rows([], []), MulticlassOutcomes.of_rows(np.zeros((0, 2)), [], [0, 1])
    assert all(np.isnan(trivial(metric, binary)) for metric in metrics_for("binary"))
    assert all(np.isnan(trivial(metric, many)) for metric in metrics_for("multiclass"))
