"""Binary metrics: scikit-learn on the same rows, and the laws that sums must obey."""

import dataclasses
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from monitoring.statistics.metrics import METRICS, BinaryOutcomes, additive, metrics_for

ORACLES = {
    "accuracy": lambda y, s, d: oracle.accuracy_score(y, d),
    "balanced_accuracy": lambda y, s, d: oracle.balanced_accuracy_score(y, d),
    "precision": lambda y, s, d: oracle.precision_score(y, d, zero_division=np.nan),
    "recall": lambda y, s, d: oracle.recall_score(y, d, zero_division=np.nan),
    "specificity": lambda y, s, d: oracle.recall_score(y, d, pos_label=0, zero_division=np.nan),
    "npv": lambda y, s, d: oracle.precision_score(y, d, pos_label=0, zero_division=np.nan),
    "f1": lambda y, s, d: oracle.f1_score(y, d, zero_division=np.nan),
    "mcc": lambda y, s, d: oracle.matthews_corrcoef(y, d) if min(len(set(y)), len(set(d))) > 1 else np.nan,
    "cohen_kappa": lambda y, s, d: oracle.cohen_kappa_score(y, d),
    "roc_auc": lambda y, s, d: oracle.roc_auc_score(y, s) if len(set(y)) > 1 else np.nan,
    "average_precision": lambda y, s, d: oracle.average_precision_score(y, s) if any(y) else np.nan,
    "log_loss": lambda y, s, d: oracle.log_loss(y, s, labels=[0, 1]),
    "brier": lambda y, s, d: oracle.brier_score_loss(y, s, labels=[0, 1], pos_label=1),
    "lift": lambda y, s, d: lift_of_rows(y, s),
    "prevalence": lambda y, s, d: np.mean(y),
    "positive_rate": lambda y, s, d: np.mean(d),
}
BINARY = pytest.mark.parametrize("metric", metrics_for("binary"), ids=lambda metric: metric.key)
SUMS = [field.name for field in dataclasses.fields(BinaryOutcomes) if "own" in field.metadata]
SCORES = [0.0, 0.2, 0.5, 0.7, 1.0]
GRID = np.linspace(0, 1, 41)


def lift_of_rows(y, s):
    """Events among the top tenth, ties in proportion, row by row."""
    if not any(y):
        return np.nan
    left, found = len(y) / 10, 0.0
    for score in sorted(set(s), reverse=True):
        tied = [label for label, one in zip(y, s, strict=True) if one == score]
        found += sum(tied) * min(1.0, max(left, 0.0) / len(tied))
        left -= len(tied)
    return found / (len(y) / 10) / np.mean(y)


def rows(seed=0, n=400, prevalence=0.3, digits=2):
    """Scores with ties and labels that go along."""
    generator = np.random.default_rng(seed)
    labels = (generator.uniform(size=n) < prevalence).astype(int)
    scores = 1 / (1 + np.exp(-generator.normal(1.2 * labels - 0.8, 1.0)))
    return np.round(scores, digits), labels


def expected(metric, y, s, threshold=0.5):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ORACLES[metric.key](list(y), s, list((s >= threshold).astype(int)))


def value(metric, outcomes):
    return float(metric(outcomes, interval=False).value)


@BINARY
@pytest.mark.parametrize("digits", [1, 2, 15])
@pytest.mark.parametrize("threshold", [0.3, 0.5])
def test_a_metric_of_rows_is_that_of_scikit_learn(metric, digits, threshold):
    for seed in range(5):
        s, y = rows(seed, n=300, digits=digits)
        found = value(metric, BinaryOutcomes.of_rows(s, y, threshold))
        assert found == pytest.approx(expected(metric, y, s, threshold), abs=1e-9)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), st.booleans()), min_size=1, max_size=25)
)
def test_a_few_rows_in_any_arrangement_agree_with_scikit_learn(pairs):
    s, y = np.array([one for one, _ in pairs]), np.array([int(label) for _, label in pairs])
    outcomes = BinaryOutcomes.of_rows(s, y)
    for metric in metrics_for("binary"):
        assert value(metric, outcomes) == pytest.approx(expected(metric, y, s), abs=1e-9, nan_ok=True)


@BINARY
def test_the_order_of_rows_is_irrelevant(metric):
    s, y = rows()
    order = np.random.default_rng(1).permutation(len(s))
    found = [value(metric, BinaryOutcomes.of_rows(*pair)) for pair in ((s, y), (s[order], y[order]))]
    assert found[0] == pytest.approx(found[1], rel=1e-12)


@BINARY
def test_days_add_up_to_one_pass(metric):
    s, y = rows(n=500)
    days = [BinaryOutcomes.of_rows(s[i::5], y[i::5], edges=GRID) for i in range(5)]
    once = BinaryOutcomes.of_rows(s, y, edges=GRID)
    pooled = additive.stacked(days).pooled()
    for name in SUMS:
        np.testing.assert_allclose(getattr(pooled, name), getattr(once, name), rtol=1e-12)
    assert value(metric, pooled) == pytest.approx(value(metric, once), rel=1e-12)


@BINARY
def test_chunks_are_computed_as_if_each_were_alone(metric):
    days = [BinaryOutcomes.of_rows(*rows(i, n=60 + 40 * i), edges=GRID) for i in range(4)]
    together = metric(additive.stacked(days))
    for i, day in enumerate(days):
        alone = metric(day)
        for name in ("value", "lower", "upper", "error", "n", "bound"):
            assert np.shape(getattr(together, name)) == (4,)
            np.testing.assert_allclose(getattr(together, name)[i], getattr(alone, name), rtol=1e-12)


@BINARY
def test_the_interval_holds_the_value_and_stays_in_the_range(metric):
    for seed in range(8):
        found = metric(BinaryOutcomes.of_rows(*rows(seed, n=30 + 40 * seed), edges=GRID))
        assert metric.range[0] <= found.lower <= found.value <= found.upper <= metric.range[1]
        assert found.error > 0
        assert found.n > 0


@BINARY
@pytest.mark.parametrize("label", [0, 1])
def test_a_chunk_of_one_class_breaks_nothing(metric, label):
    s, _ = rows()
    y = np.full(len(s), label)
    found = metric(BinaryOutcomes.of_rows(s, y))
    assert found.value == pytest.approx(expected(metric, y, s), abs=1e-9, nan_ok=True)


@BINARY
def test_a_chunk_without_rows_is_a_gap(metric):
    s, y = rows()
    day = BinaryOutcomes.of_rows(s, y, edges=GRID)
    empty = BinaryOutcomes.of_rows([], [], edges=GRID)
    found = metric(additive.stacked([empty, day]))
    for name in ("value", "lower", "upper", "error"):
        assert np.isnan(getattr(found, name)).tolist() == [True, False]
    assert found.n[0] == 0


def test_classes_may_change_places():
    s, y = rows()
    one, other = BinaryOutcomes.of_rows(s, y), BinaryOutcomes.of_rows(1 - s, 1 - y, decisions=s < 0.5)
    same = ("accuracy", "balanced_accuracy", "mcc", "cohen_kappa", "roc_auc", "log_loss", "brier")
    for first, second in [*((key, key) for key in same), ("precision", "npv"), ("recall", "specificity")]:
        a, b = METRICS[first](one), METRICS[second](other)
        assert float(a.value) == pytest.approx(float(b.value), rel=1e-9)
        assert float(a.error) == pytest.approx(float(b.error), rel=1e-9)


@BINARY
@pytest.mark.parametrize("seed", range(6))
def test_from_a_coarse_grid_the_true_metric_lies_within_the_bound(metric, seed):
    s, y = rows(seed, n=250, digits=3 if seed % 2 else 15)
    true = value(metric, BinaryOutcomes.of_rows(s, y))
    for slots in (1, 4, 11, 81):
        coarse = metric(BinaryOutcomes.of_rows(s, y, edges=np.linspace(0, 1, slots)), interval=False)
        assert abs(float(coarse.value) - true) <= float(coarse.bound) + 1e-12
    assert metric(BinaryOutcomes.of_rows(s, y), interval=False).bound == 0


def test_a_slider_decides_as_the_threshold_does():
    s, y = rows()
    outcomes = BinaryOutcomes.of_rows(s, y, 0.5)
    for threshold in (0.3, 0.5, 0.62):
        moved = outcomes.at(outcomes.nearest(threshold))
        there = BinaryOutcomes.of_rows(s, y, outcomes.nearest(threshold))
        np.testing.assert_array_equal(moved.confusion, there.confusion)
    assert outcomes.at(-np.inf).confusion[:, 0].tolist() == [0, 0]
    assert outcomes.at(np.inf).confusion[:, 1].tolist() == [0, 0]
    with pytest.raises(ValueError, match="is no edge"):
        outcomes.at(0.501234)


def test_logged_decisions_go_before_the_threshold():
    outcomes = BinaryOutcomes.of_rows([0.1, 0.9], [1, 1], decisions=[True, False])
    assert outcomes.confusion.tolist() == [[0, 0], [1, 1]]


def test_an_edge_belongs_to_the_slot_that_it_begins():
    outcomes = BinaryOutcomes.of_rows([0.1, 0.5, 0.7], [0, 1, 1], edges=[0.5, 0.7])
    assert outcomes.negatives.tolist() == [1, 0, 0]
    assert outcomes.positives.tolist() == [0, 1, 1]


def test_scores_that_are_no_probabilities_have_no_loss():
    outcomes = BinaryOutcomes.of_rows([-3.0, 2.0, 4.0], [0, 1, 1], threshold=0.0)
    assert np.isnan(METRICS["log_loss"](outcomes).value)
    assert np.isnan(METRICS["brier"](outcomes).value)
    assert METRICS["roc_auc"](outcomes).value == 1


def test_a_sure_and_wrong_score_costs_what_scikit_learn_says():
    y, s = [0, 1, 1], np.array([1.0, 0.0, 1.0])
    found = METRICS["log_loss"](BinaryOutcomes.of_rows(s, y)).value
    assert float(found) == pytest.approx(oracle.log_loss(y, s), rel=1e-12)


def test_perfect_decisions_are_not_certain():
    s, y = np.array([0.1] * 20 + [0.9] * 20), np.array([0] * 20 + [1] * 20)
    for key in ("accuracy", "balanced_accuracy", "mcc", "cohen_kappa", "f1", "roc_auc", "precision"):
        found = METRICS[key](BinaryOutcomes.of_rows(s, y))
        assert (found.value, found.upper) == (1, 1)
        assert 0.6 < found.lower < 0.97


def test_a_costly_interval_may_be_left_out_and_is_the_same_again():
    outcomes = BinaryOutcomes.of_rows(*rows())
    for metric in metrics_for("binary"):
        found, without = metric(outcomes), metric(outcomes, interval=False)
        assert np.isnan(without.lower) == metric.costly
        assert without.value == found.value
        assert metric(outcomes).lower == found.lower


def test_rows_that_are_none_are_refused():
    with pytest.raises(ValueError, match="0 or 1"):
        BinaryOutcomes.of_rows([0.1, np.nan], [0, 1])
    with pytest.raises(ValueError, match="0 or 1"):
        BinaryOutcomes.of_rows([0.1, 0.2], [0, 2])
    with pytest.raises(ValueError, match="one number a row"):
        BinaryOutcomes.of_rows([0.1, 0.2], [0])
    with pytest.raises(ValueError, match="ascending"):
        BinaryOutcomes.of_rows([0.1], [0], edges=[0.5, 0.5])
    with pytest.raises(ValueError, match="slots"):
        BinaryOutcomes([0.5], [1], [1], [1], [1], 0.0, 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="negative count"):
        BinaryOutcomes([], [-1], [1], [0], [1], 0.0, 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="more rows are decided"):
        BinaryOutcomes([], [1], [1], [2], [1], 0.0, 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="where others are of"):
        BinaryOutcomes([], [1], [1], [1], [1], [0.0], 0.0, 0.0, 0.0)


def test_inputs_are_never_changed():
    s, y = rows()
    outcomes = BinaryOutcomes.of_rows(s, y, edges=GRID)
    before = {name: getattr(outcomes, name).copy() for name in SUMS}
    for metric in metrics_for("binary"):
        metric(outcomes)
    for name, array in before.items():
        np.testing.assert_array_equal(array, getattr(outcomes, name))
