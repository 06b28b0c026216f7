"""How often the 95 % interval of a metric holds the true value, and how exact an area is on a grid.

Ten thousand samples each. The truth of a binary model is the metric on the expected counts of endless rows
over the same slots; that of a regression follows from the law of its errors.
"""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from monitoring.statistics.metrics import (
    METRICS,
    BinaryOutcomes,
    MulticlassOutcomes,
    RegressionOutcomes,
    metrics_for,
)
from monitoring.statistics.metrics.clusters import clustered
from monitoring.statistics.metrics.differences import difference
from monitoring.statistics.metrics.regression import error_edges

REPETITIONS = 10_000
SIZES = (60, 200, 1000)
CLAIMED = ("accuracy", "precision", "f1", "roc_auc")
LEAST, MOST = 0.93, 0.97
EDGES = np.linspace(0, 1, 101)[1:-1]
ERRORS = error_edges(0.005, 60.0, 150)


def world(prevalence):
    """Shares of rows by label and slot of a calibrated model whose log odds are normal."""
    odds = np.linspace(-8, 8, 4001)
    score = 1 / (1 + np.exp(-odds))
    density = stats.norm.pdf(odds, np.log(prevalence / (1 - prevalence)), 1.8)
    slot = np.searchsorted(EDGES, score, side="right")
    shares = np.stack([np.bincount(slot, density * part, len(EDGES) + 1) for part in (1 - score, score)])
    return shares / shares.sum()


def binary(counts):
    """Outcomes of counts of shape (..., 2, slots); every row has the middle score of its slot."""
    middle = (np.append(0, EDGES) + np.append(EDGES, 1)) / 2
    negatives, positives = counts[..., 0, :], counts[..., 1, :]
    decided = np.arange(len(EDGES) + 1) > np.searchsorted(EDGES, 0.5)
    losses = []
    for loss in (lambda p: -np.log(p), lambda p: (1 - p) ** 2):
        for power in (1, 2):
            losses.append(positives @ loss(middle) ** power + negatives @ loss(1 - middle) ** power)
    return BinaryOutcomes(EDGES, positives, negatives, positives * decided, negatives * decided, *losses)


def drawn(generator, rows, shares, samples=REPETITIONS):
    """Counts of so many samples."""
    return generator.multinomial(rows, shares.ravel(), samples).reshape(-1, *shares.shape)


def held(found, truth):
    """How often a defined interval holds the truth."""
    known = np.isfinite(found.value)
    return float(((found.lower <= truth + 1e-12) & (truth <= found.upper + 1e-12))[known].mean())


def told(figures, what, rates):
    words = "  ".join(f"n={n} {rate:.3f}" for n, rate in rates.items())
    figures(f"coverage of 95 %: {what:44s} {words}")


@pytest.mark.parametrize("prevalence", [0.5, 0.1])
def test_intervals_of_a_binary_model_hold_the_truth(figures, prevalence):
    shares = world(prevalence)
    generator = np.random.default_rng(1)
    samples = {n: binary(drawn(generator, n, shares)) for n in SIZES}
    for metric in metrics_for("binary"):
        if metric.costly:
            continue
        truth = float(metric(binary(shares * 1e9)).value)
        rates = {n: held(metric(sample), truth) for n, sample in samples.items()}
        told(figures, f"{metric.key}, prevalence {prevalence} ({truth:.3f})", rates)
        if prevalence == 0.5 and metric.key in CLAIMED:
            assert all(LEAST <= rate <= MOST for rate in rates.values()), (metric.key, rates)


@pytest.mark.parametrize("key", ["average_precision", "lift"])
def test_bootstrap_intervals_are_told(figures, key):
    """Of fewer samples: every one takes five hundred draws."""
    shares = world(0.5)
    generator = np.random.default_rng(2)
    truth = float(METRICS[key](binary(shares * 1e9), interval=False).value)
    rates = {}
    for n in SIZES:
        rates[n] = held(METRICS[key](binary(drawn(generator, n, shares, REPETITIONS // 10))), truth)
    told(figures, f"{key} ({truth:.3f}), {REPETITIONS // 10} samples", rates)
    assert all(0.92 <= rate <= 0.98 for rate in rates.values())  # a rate of 0.95 has an error of 0.007


def test_intervals_of_several_classes_are_told(figures):
    table = np.array([[0.30, 0.06, 0.04], [0.05, 0.20, 0.05], [0.04, 0.06, 0.20]])
    generator = np.random.default_rng(3)

    def outcomes(counts):
        labels = counts.sum(axis=-1)[..., None]
        nothing = np.zeros(counts.shape[:-2])
        others = labels.sum(axis=-2, keepdims=True) - labels
        return MulticlassOutcomes(range(3), ((),) * 3, counts, labels, others, *([nothing] * 4))

    for metric in metrics_for("multiclass"):
        if metric.reads != "decisions":
            continue
        truth = float(metric(outcomes(table * 1e9)).value)
        rates = {}
        for n in SIZES:
            rates[n] = held(metric(outcomes(drawn(generator, n, table))), truth)
        told(figures, f"{metric.key}, 3 classes ({truth:.3f})", rates)
        assert LEAST <= rates[1000] <= MOST


def regression(e, y):
    """Outcomes of many samples at once, each a row of errors and of labels about 0."""
    square = e**2
    slots = len(ERRORS) + 1
    slot = np.searchsorted(ERRORS, e, side="right") + slots * np.arange(len(e))[:, None]
    counts = np.bincount(slot.ravel(), minlength=slots * len(e)).reshape(len(e), slots)
    sums = (np.abs(e), e, square, square**2, y, y**2, y**3, y**4, square * y, square * y**2)
    nothing = np.zeros(len(e))
    rows = np.full(len(e), e.shape[1])
    return RegressionOutcomes(ERRORS, 0.0, counts, rows, *(one.sum(axis=1) for one in sums), *([nothing] * 6))


def normal_errors(generator, shape):
    return generator.normal(size=shape)


def lognormal_errors(generator, shape):
    return generator.choice([-1.0, 1.0], size=shape) * generator.lognormal(0.0, 0.75, size=shape)


S = 0.75
NORMAL = {
    "mae": np.sqrt(2 / np.pi),
    "mse": 1.0,
    "rmse": 1.0,
    "r2": 0.75,
    "bias": 0.0,
    "median_absolute_error": stats.norm.ppf(0.75),
    "error_quantile_10": stats.norm.ppf(0.1),
    "error_quantile_90": stats.norm.ppf(0.9),
}
LOGNORMAL = {
    "mae": np.exp(S**2 / 2),
    "mse": np.exp(2 * S**2),
    "rmse": np.exp(S**2),
    "r2": 1 - np.exp(2 * S**2) / 4,
    "bias": 0.0,
    "median_absolute_error": 1.0,
    "error_quantile_10": -np.exp(S * stats.norm.ppf(0.8)),
    "error_quantile_90": np.exp(S * stats.norm.ppf(0.8)),
}


@pytest.mark.parametrize(
    ("law", "draw", "truths"),
    [("half-normal", normal_errors, NORMAL), ("lognormal", lognormal_errors, LOGNORMAL)],
    ids=["half-normal", "lognormal"],
)
def test_intervals_of_a_regression_hold_the_truth(figures, law, draw, truths):
    generator = np.random.default_rng(4)
    rates = {key: {} for key in truths}
    for n in SIZES:
        batches = [
            regression(draw(generator, (500, n)), generator.normal(0.0, 2.0, (500, n)))
            for _ in range(REPETITIONS // 500)
        ]
        for key, truth in truths.items():
            rates[key][n] = float(np.mean([held(METRICS[key](batch), truth) for batch in batches]))
    for key, truth in truths.items():
        told(figures, f"{key}, {law} errors ({truth:.3f})", rates[key])
    judged = SIZES if law == "half-normal" else (1000,)
    assert all(LEAST <= rates["mae"][n] <= MOST for n in judged), rates["mae"]


def test_the_difference_of_two_windows_holds_the_truth(figures):
    before, now = world(0.5), world(0.4)
    generator = np.random.default_rng(5)
    for key in CLAIMED:
        metric = METRICS[key]
        truth = float(metric(binary(before * 1e9)).value - metric(binary(now * 1e9)).value)
        rates = {}
        for n in SIZES:
            first, second = (
                metric(
                    binary(generator.multinomial(size, side.ravel(), REPETITIONS).reshape(-1, *side.shape))
                )
                for size, side in ((n, now), (4 * n, before))
            )
            found = difference(first, second, better="higher")
            rates[n] = held(_as_estimate(found), truth)
        told(figures, f"loss of {key} to four times the rows ({truth:.3f})", rates)
        assert all(LEAST <= rate <= MOST for rate in rates.values()), (key, rates)


def _as_estimate(found):
    class Ends:
        value, lower, upper = found.loss, found.lower, found.upper

    return Ends


@pytest.mark.parametrize("days", [10, 28])
def test_days_as_clusters_hold_the_truth_where_rows_do_not(figures, days):
    """The share of right decisions varies from day to day as a beta variable about 0.8."""
    generator = np.random.default_rng(6)
    right = generator.binomial(100, generator.beta(16.0, 4.0, size=(REPETITIONS, days)))
    counts = np.stack([np.stack([right, 100 - right], -1), np.zeros((*right.shape, 2))], -2)
    nothing = np.zeros(right.shape)
    tn, fp = counts[..., 0, :1], counts[..., 0, 1:]
    outcomes = BinaryOutcomes([], 0 * tn, tn + fp, 0 * tn, fp, *([nothing] * 4))
    found = clustered(METRICS["accuracy"], outcomes)
    by_rows = held(METRICS["accuracy"](outcomes.pooled()), 0.8)
    by_days = held(found.estimate, 0.8)
    effect = float(np.median(found.design_effect))
    figures(
        f"coverage of 95 %: accuracy of {days} days, by rows {by_rows:.3f}, by days {by_days:.3f}, "
        f"median design effect {effect:.1f}"
    )
    assert by_rows < 0.8
    assert LEAST <= by_days <= MOST


def test_an_area_on_a_thousand_edges_is_that_of_the_rows(figures):
    """Rare events: 0.16 % of 200,000 rows, scores near 0; half the edges are equally wide, half quantiles."""
    generator = np.random.default_rng(7)
    gaps, bounds = [], []
    for _ in range(10):
        y = (generator.uniform(size=200_000) < 0.0016).astype(int)
        s = 1 / (1 + np.exp(-(generator.normal(size=len(y)) * 1.3 - 7.3 + 2.0 * y)))
        reference = 1 / (1 + np.exp(-(generator.normal(size=50_000) * 1.3 - 7.3)))
        edges = np.unique(np.append(np.linspace(0, 1, 500), np.quantile(reference, np.linspace(0, 1, 500))))
        found = METRICS["roc_auc"](BinaryOutcomes.of_rows(s, y, edges=edges))
        gaps.append(abs(float(found.value) - roc_auc_score(y, s)))
        bounds.append(float(found.bound))
    figures(f"area on 1,000 edges at 0.16 % prevalence: largest gap {max(gaps):.2e}, bound {max(bounds):.2e}")
    assert max(gaps) < 1e-3
    assert all(gap <= bound for gap, bound in zip(gaps, bounds, strict=True))
