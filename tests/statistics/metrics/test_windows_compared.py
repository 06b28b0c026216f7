"""Two windows compared, and days as clusters."""

import numpy as np
import pytest

from monitoring.statistics.metrics import (
    METRICS,
    BinaryOutcomes,
    MulticlassOutcomes,
    RegressionOutcomes,
    additive,
    metrics_for,
)
from monitoring.statistics.metrics.clusters import clustered
from monitoring.statistics.metrics.differences import difference
from monitoring.statistics.metrics.estimates import Estimate, around, share_estimate
from monitoring.statistics.metrics.regression import error_edges

GRID = np.linspace(0, 1, 51)
PARTS = ("value", "lower", "upper", "error", "n", "bound")


def window(days=20, rows=60, effect=0.0, seed=0):
    """Days of a binary model; the events of each day are as easy to tell as the day happens to be."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(days):
        y = (generator.uniform(size=rows) < 0.4).astype(int)
        easy = 1.5 + effect * generator.normal()
        s = 1 / (1 + np.exp(-generator.normal(easy * (y - 0.5))))
        made.append(BinaryOutcomes.of_rows(s, y, edges=GRID))
    return additive.stacked(made)


def test_the_difference_of_two_shares_has_newcombes_interval():
    found = difference(share_estimate(56, 70), share_estimate(48, 80), better="higher")
    assert float(found.change) == pytest.approx(0.2)
    assert float(found.change_lower) == pytest.approx(0.0524, abs=5e-5)  # Newcombe 1998, table II, method 10
    assert float(found.change_upper) == pytest.approx(0.3339, abs=5e-5)


def test_the_difference_of_two_means_is_the_normal_one():
    now, before = (around(np.array(v), np.array(e), 50) for v, e in ((3.0, 0.3), (2.0, 0.4)))
    found = difference(now, before, better="lower")
    assert float(found.loss) == 1
    assert float(found.error) == pytest.approx(0.5)
    assert float(found.upper - found.loss) == pytest.approx(0.98, abs=1e-3)
    assert float(found.relative) == 0.5


def test_a_loss_is_signed_by_the_direction():
    now, before = share_estimate(60, 100), share_estimate(80, 100)
    down, up = (difference(now, before, better=better) for better in ("higher", "lower"))
    assert float(down.loss) == pytest.approx(0.2)
    assert float(up.loss) == pytest.approx(-0.2)
    assert (float(down.lower), float(down.upper)) == pytest.approx((-float(up.upper), -float(up.lower)))
    assert float(down.change) == float(up.change)
    neither = difference(now, before, better="neither")
    assert np.isnan([neither.loss, neither.lower, neither.upper]).all()
    assert np.isfinite([neither.change, neither.change_lower, neither.change_upper]).all()


def test_a_bias_that_changes_its_sign_is_no_loss():
    now, before = (around(np.array(v), np.array(0.1), 50) for v in (-2.0, 2.0))
    found = difference(now, before, better="zero")
    assert float(found.loss) == 0
    assert found.lower < 0 < found.upper
    worse = difference(around(np.array(-3.0), np.array(0.1), 50), before, better="zero")
    assert float(worse.loss) == 1
    assert worse.lower > 0
    still = difference(around(np.array(0.05), np.array(0.1), 50), before, better="zero")
    assert still.upper < 0


def test_a_difference_to_one_reference_is_taken_for_all_chunks():
    days = window()
    now, before = METRICS["roc_auc"](days), METRICS["roc_auc"](days.pooled())
    found = difference(now, before, better="higher")
    assert found.loss.shape == (20,)
    assert ((found.lower <= found.loss) & (found.loss <= found.upper)).all()
    np.testing.assert_allclose(found.bound, now.bound + before.bound)


def test_a_gap_has_no_difference():
    found = difference(share_estimate([5, 0], [10, 0]), share_estimate(5, 10), better="higher")
    assert np.isnan(found.loss).tolist() == [False, True]


def test_days_that_are_alike_have_no_design_effect():
    effects = [
        float(clustered(METRICS["accuracy"], window(days=40, seed=seed)).design_effect) for seed in range(20)
    ]
    assert np.mean(effects) == pytest.approx(1, abs=0.1)


def test_days_that_differ_make_the_interval_wider():
    found = clustered(METRICS["roc_auc"], window(days=20, rows=400, effect=1.0))
    plain = METRICS["roc_auc"](window(days=20, rows=400, effect=1.0).pooled())
    assert found.design_effect > 4
    assert found.estimate.error == found.day_error > plain.error == found.row_error
    assert found.estimate.lower < plain.lower < plain.value < plain.upper < found.estimate.upper <= 1
    assert found.estimate.value == plain.value


def test_the_error_by_days_of_a_share_is_that_of_the_ratio_estimator():
    days = window(days=200, rows=30, effect=1.0)
    table = days.confusion
    right, rows = table[..., 0, 0] + table[..., 1, 1], days.rows
    residual = right - right.sum() / rows.sum() * rows
    expected = np.sqrt(200 / 199 * (residual**2).sum()) / rows.sum()
    assert float(clustered(METRICS["accuracy"], days).day_error) == pytest.approx(expected, rel=0.01)


def test_few_days_are_not_judged_as_clusters():
    found = clustered(METRICS["accuracy"], window(days=9))
    plain = METRICS["accuracy"](window(days=9).pooled())
    assert np.isnan([found.day_error, found.design_effect]).all()
    for name in PARTS:
        assert getattr(found.estimate, name) == getattr(plain, name)


def test_days_without_rows_do_not_count():
    days, empty = window(days=12), BinaryOutcomes.of_rows([], [], edges=GRID)
    padded = additive.stacked([additive.part(days, i) for i in range(12)] + [empty] * 3)
    with_gaps, without = (clustered(METRICS["f1"], one) for one in (padded, days))
    assert with_gaps.days == 12
    assert float(with_gaps.day_error) == pytest.approx(float(without.day_error))


def test_a_metric_that_hangs_on_one_day_is_not_judged_by_days():
    quiet = BinaryOutcomes.of_rows([0.2] * 10, [0] * 10, edges=GRID)
    busy = BinaryOutcomes.of_rows([0.2] * 10 + [0.7] * 12, [0] * 10 + [1] * 12, edges=GRID)
    found = clustered(METRICS["recall"], additive.stacked([quiet] * 11 + [busy]))
    assert np.isnan(found.day_error)
    assert found.estimate.value == 1
    assert 0.7 < found.estimate.lower < 1


def test_a_costly_metric_may_take_its_interval_from_the_days_alone():
    days = window(days=15, rows=100)
    found = clustered(METRICS["average_precision"], days, interval=False)
    assert np.isnan([found.row_error, found.design_effect]).all()
    assert found.estimate.error == found.day_error
    assert 0 < found.estimate.lower < found.estimate.value < found.estimate.upper < 1


@pytest.mark.parametrize("metric", metrics_for("binary"), ids=lambda metric: metric.key)
def test_every_binary_metric_is_clustered_over_any_axis(metric):
    first, second = window(days=12), window(days=12, seed=1)
    both = additive.stacked([first, second])
    found = clustered(metric, both, axis=1, interval=False)
    assert found.estimate.value.shape == (2,)
    alone = clustered(metric, second, interval=False)
    for name in PARTS:
        np.testing.assert_allclose(getattr(found.estimate, name)[1], getattr(alone.estimate, name), rtol=1e-9)
    assert found.day_error.tolist()[1] == pytest.approx(float(alone.day_error))


def test_other_tasks_are_clustered_too():
    generator = np.random.default_rng(2)
    many, numbers = [], []
    for _ in range(12):
        p = generator.dirichlet(np.ones(3), 80)
        many.append(MulticlassOutcomes.of_rows(p, generator.integers(0, 3, 80), range(3), edges=[GRID] * 3))
        y = generator.normal(5.0, 2.0, 80)
        guess = y + generator.normal(size=80) + generator.normal()
        numbers.append(RegressionOutcomes.of_rows(guess, y, centre=5.0, edges=error_edges(0.01, 9.0)))
    for metric in metrics_for("multiclass"):
        assert clustered(metric, additive.stacked(many)).design_effect < 4
    for metric in metrics_for("regression"):
        found = clustered(metric, additive.stacked(numbers))
        assert found.estimate.error > 0
    assert clustered(METRICS["bias"], additive.stacked(numbers)).design_effect > 10


def test_an_estimate_is_one_thing_of_one_shape():
    found = METRICS["accuracy"](window(days=3))
    assert isinstance(found, Estimate)
    assert {np.shape(getattr(found, name)) for name in PARTS} == {(3,)}
