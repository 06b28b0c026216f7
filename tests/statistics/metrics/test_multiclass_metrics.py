"""Metrics of several classes: scikit-learn on the same rows, and the laws that sums must obey."""

import dataclasses
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from monitoring.statistics.metrics import METRICS, BinaryOutcomes, MulticlassOutcomes, additive, metrics_for
from monitoring.statistics.metrics.averages import averaged
from monitoring.statistics.metrics.classes import per_class
from monitoring.statistics.metrics.evidence import shortage

CLASSES = ("ant", "bee", "cow", "dog")
NUMBERS = range(len(CLASSES))


def mean_of(score, average):
    return lambda y, p, d: score(y, d, labels=sorted(set(y)), average=average, zero_division=0)


def one_against_the_rest(y, p, d):
    """The mean area of the classes that some rows bear and some do not."""
    areas = [oracle.roc_auc_score(y == c, p[:, c]) for c in NUMBERS if 0 < np.sum(y == c) < len(y)]
    return np.mean(areas) if areas else np.nan


ORACLES = {
    "accuracy": lambda y, p, d: oracle.accuracy_score(y, d),
    "balanced_accuracy": lambda y, p, d: oracle.balanced_accuracy_score(y, d),
    "mcc": lambda y, p, d: oracle.matthews_corrcoef(y, d) if min(len(set(y)), len(set(d))) > 1 else np.nan,
    "cohen_kappa": lambda y, p, d: oracle.cohen_kappa_score(y, d),
    "macro_precision": mean_of(oracle.precision_score, "macro"),
    "macro_recall": mean_of(oracle.recall_score, "macro"),
    "macro_f1": mean_of(oracle.f1_score, "macro"),
    "weighted_precision": mean_of(oracle.precision_score, "weighted"),
    "weighted_recall": mean_of(oracle.recall_score, "weighted"),
    "weighted_f1": mean_of(oracle.f1_score, "weighted"),
    "macro_roc_auc": one_against_the_rest,
    "log_loss": lambda y, p, d: oracle.log_loss(y, p, labels=NUMBERS),
    "brier": lambda y, p, d: oracle.brier_score_loss(y, p, labels=NUMBERS),
}
MULTICLASS = pytest.mark.parametrize("metric", metrics_for("multiclass"), ids=lambda metric: metric.key)
SUMS = [field.name for field in dataclasses.fields(MulticlassOutcomes) if "own" in field.metadata]
GRID = [np.linspace(0, 1, slots) for slots in (21, 11, 21, 16)]


def rows(seed=0, n=400, digits=15, classes=4):
    """Probabilities, and labels of the first so many classes."""
    generator = np.random.default_rng(seed)
    labels = generator.choice(
        classes, size=n, p=np.array([0.4, 0.3, 0.2, 0.1])[:classes] / sum([0.4, 0.3, 0.2, 0.1][:classes])
    )
    raw = np.exp(generator.normal(size=(n, 4)) + 1.2 * np.eye(4)[labels])
    p = raw / raw.sum(axis=1, keepdims=True)
    if digits < 15:
        p = np.round(p, digits)
        p = np.where(np.arange(4) == 3, 1 - p[:, :3].sum(axis=1, keepdims=True), p)
        p = np.clip(p, 0, 1)
    return p, labels


def expected(metric, p, y, d=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ORACLES[metric.key](y, p, p.argmax(axis=1) if d is None else d)


def outcomes_of(p, y, **options):
    return MulticlassOutcomes.of_rows(p, y, NUMBERS, **options)


@MULTICLASS
@pytest.mark.parametrize("digits", [1, 2, 15])
@pytest.mark.parametrize("classes", [2, 3, 4])
def test_a_metric_of_rows_is_that_of_scikit_learn(metric, digits, classes):
    for seed in range(4):
        p, y = rows(seed, n=250, digits=digits, classes=classes)
        found = metric(outcomes_of(p, y))
        assert float(found.value) == pytest.approx(expected(metric, p, y), abs=1e-9)
        assert found.bound == 0


def test_all_classes_present_agree_with_the_area_of_scikit_learn():
    p, y = rows()
    found = METRICS["macro_roc_auc"](outcomes_of(p, y)).value
    assert float(found) == pytest.approx(oracle.roc_auc_score(y, p, multi_class="ovr"), abs=1e-9)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)), min_size=1, max_size=20))
def test_a_few_rows_in_any_arrangement_agree_with_scikit_learn(pairs):
    y, d = (np.array(side) for side in zip(*pairs, strict=True))
    p = 0.6 * np.eye(4)[d] + 0.1
    for metric in metrics_for("multiclass"):
        found = float(metric(outcomes_of(p, y)).value)
        assert found == pytest.approx(expected(metric, p, y, d), abs=1e-9, nan_ok=True)


@MULTICLASS
def test_the_order_of_rows_and_of_classes_is_irrelevant(metric):
    p, y = rows()
    order, places = np.random.default_rng(1).permutation(len(p)), np.array([2, 0, 3, 1])
    one, other = outcomes_of(p, y), MulticlassOutcomes.of_rows(p[order][:, places], y[order], places)
    for name in ("value", "lower", "upper", "error"):
        a, b = getattr(metric(one), name), getattr(metric(other), name)
        assert float(a) == pytest.approx(float(b), rel=1e-9)


@MULTICLASS
def test_days_add_up_to_one_pass(metric):
    p, y = rows(n=500)
    days = [outcomes_of(p[i::5], y[i::5], edges=GRID) for i in range(5)]
    once, pooled = outcomes_of(p, y, edges=GRID), additive.stacked(days).pooled()
    for name in SUMS:
        np.testing.assert_allclose(getattr(pooled, name), getattr(once, name), rtol=1e-12)
    assert float(metric(pooled).value) == pytest.approx(float(metric(once).value), rel=1e-12)


@MULTICLASS
def test_chunks_are_computed_as_if_each_were_alone(metric):
    days = [outcomes_of(*rows(i, n=60 + 40 * i, classes=4 - i), edges=GRID) for i in range(3)]
    together = metric(additive.stacked(days))
    for i, day in enumerate(days):
        for name in ("value", "lower", "upper", "error", "n", "bound"):
            np.testing.assert_allclose(getattr(together, name)[i], getattr(metric(day), name), rtol=1e-12)


@MULTICLASS
def test_the_interval_holds_the_value_and_stays_in_the_range(metric):
    for seed in range(8):
        found = metric(outcomes_of(*rows(seed, n=60 + 40 * seed), edges=GRID))
        assert metric.range[0] <= found.lower <= found.value <= found.upper <= metric.range[1]
        assert found.error > 0


@MULTICLASS
def test_a_chunk_without_rows_is_a_gap(metric):
    day, empty = outcomes_of(*rows(), edges=GRID), outcomes_of(np.zeros((0, 4)), [], edges=GRID)
    found = metric(additive.stacked([empty, day]))
    for name in ("value", "lower", "upper", "error"):
        assert np.isnan(getattr(found, name)).tolist() == [True, False]


@MULTICLASS
def test_a_chunk_of_one_class_breaks_nothing(metric):
    p, _ = rows()
    y = np.full(len(p), 2)
    found = metric(outcomes_of(p, y))
    assert float(found.value) == pytest.approx(expected(metric, p, y), abs=1e-9, nan_ok=True)


@MULTICLASS
@pytest.mark.parametrize("seed", range(4))
def test_from_a_coarse_grid_the_true_metric_lies_within_the_bound(metric, seed):
    p, y = rows(seed, n=200)
    true = metric(outcomes_of(p, y))
    for slots in (1, 5, 40):
        coarse = metric(outcomes_of(p, y, edges=[np.linspace(0, 1, slots)] * 4))
        assert abs(float(coarse.value - true.value)) <= float(coarse.bound) + 1e-12


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("label", "decision"), [(1, 0), (0, 1), (1, 1)])
def test_the_gradient_is_the_derivative(label, decision, weighted):
    form = averaged(label=label, decision=decision, weighted=weighted)
    p = np.random.default_rng(2).dirichlet(np.ones(9)).reshape(3, 3)
    _, gradient = form(p)
    step = np.random.default_rng(3).normal(size=(3, 3))
    step -= step.mean()  # shares remain shares
    numeric = (form(p + 1e-6 * step)[0] - form(p - 1e-6 * step)[0]) / 2e-6
    assert float((gradient * step).sum()) == pytest.approx(float(numeric), rel=1e-6)


def test_two_classes_are_those_of_a_binary_model():
    generator = np.random.default_rng(4)
    y = generator.integers(0, 2, 300)
    s = np.round(1 / (1 + np.exp(-generator.normal(y - 0.5))), 2)
    many, one = (
        MulticlassOutcomes.of_rows(np.column_stack([1 - s, s]), y, [0, 1]),
        BinaryOutcomes.of_rows(s, y),
    )
    many = dataclasses.replace(many, confusion=one.confusion)  # a tie of scores goes to the first class
    for key in ("accuracy", "balanced_accuracy", "mcc", "cohen_kappa", "log_loss"):
        for name in ("value", "lower", "upper", "error"):
            a, b = getattr(METRICS[key](many), name), getattr(METRICS[key](one), name)
            assert float(a) == pytest.approx(float(b), rel=1e-9)
    found, binary = per_class(many), METRICS["roc_auc"](one)
    assert found.roc_auc.value[1] == pytest.approx(float(binary.value), rel=1e-12)
    assert found.roc_auc.lower[1] == pytest.approx(float(binary.lower), rel=1e-12)
    assert found.f1.lower[1] == pytest.approx(float(METRICS["f1"](one).lower), rel=1e-12)


def test_every_class_by_itself_agrees_with_scikit_learn():
    p, y = rows()
    d = p.argmax(axis=1)
    found = per_class(outcomes_of(p, y))
    for name, score in (
        ("precision", oracle.precision_score),
        ("recall", oracle.recall_score),
        ("f1", oracle.f1_score),
    ):
        np.testing.assert_allclose(getattr(found, name).value, score(y, d, average=None), atol=1e-12)
    areas = [oracle.roc_auc_score(y == c, p[:, c]) for c in NUMBERS]
    np.testing.assert_allclose(found.roc_auc.value, areas, atol=1e-12)


def test_a_rare_class_asks_for_more_rows():
    p, y = rows(n=200, classes=3)
    y[:4] = 3
    found = shortage(METRICS["macro_f1"], outcomes_of(p, y))
    assert (found.kind, found.have) == ("smallest_class", 4)
    assert not shortage(METRICS["accuracy"], outcomes_of(p, y)).any
    assert not shortage(METRICS["macro_f1"], outcomes_of(*rows(n=200, classes=3))).any


def test_classes_may_bear_any_names():
    outcomes = MulticlassOutcomes.of_rows(np.eye(4), CLASSES, CLASSES, decisions=("bee", *CLASSES[1:]))
    assert outcomes.confusion[0].tolist() == [0, 1, 0, 0]
    assert outcomes.classes == CLASSES


def test_rows_that_are_none_are_refused():
    with pytest.raises(ValueError, match="'eel' is no class"):
        MulticlassOutcomes.of_rows(np.eye(4), ["eel"] * 4, CLASSES)
    with pytest.raises(ValueError, match="every row needs"):
        MulticlassOutcomes.of_rows(np.eye(4), CLASSES[:3], CLASSES)
    with pytest.raises(ValueError, match="named once"):
        MulticlassOutcomes.of_rows(np.eye(2), ["a", "a"], ["a", "a"])
    with pytest.raises(ValueError, match="table of 2 by 2"):
        MulticlassOutcomes((0, 1), ([], []), np.eye(3), np.ones((2, 1)), np.ones((2, 1)), 0, 0, 0, 0)
    with pytest.raises(ValueError, match="2 rows of 1 slots"):
        MulticlassOutcomes((0, 1), ([], []), np.eye(2), np.ones((2, 2)), np.ones((2, 2)), 0, 0, 0, 0)
