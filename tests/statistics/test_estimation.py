"""Performance without labels, from counts: against scikit-learn, against rows, and its laws."""

import time

import numpy as np
import pytest
from sklearn import metrics as theirs
from sklearn.isotonic import IsotonicRegression

from monitoring.statistics.confusions import CELL_METRICS, Cells, Costs, cost
from monitoring.statistics.estimation import ScoreMap, expected_auc, expected_cells, score_map
from monitoring.statistics.expectation import METRICS, estimated_metrics
from monitoring.statistics.sums import middles_of, score_sums

EDGES = np.arange(501) / 500
MIDDLES = middles_of(EDGES)


def sample(rows, seed=0, power=1.0):
    """Scores, and events with probability ``score ** power``."""
    generator = np.random.default_rng(seed)
    f = generator.beta(1.2, 2.0, size=rows)
    return f, (generator.uniform(size=rows) < f**power).astype(float)


def learnt(rows=20_000, seed=0, power=1.6, fit=None):
    sums = score_sums(EDGES, *sample(rows, seed, power))
    return score_map(middles_of(EDGES, sums), sums.rows, sums.positives, fit=fit)


def identity(slots=MIDDLES):
    """A map that takes scores as they are, and knows it."""
    return score_map(slots, np.ones_like(slots), np.zeros_like(slots), fit=False)


def test_the_map_is_scikit_learns_on_the_rows():
    f, y = np.round(sample(5000, 1, 1.6), 3)
    values = np.unique(f)
    sums = score_sums(values, f, y)
    ours = score_map(middles_of(values, sums), sums.rows, sums.positives, fit=True)
    model = IsotonicRegression(out_of_bounds="clip").fit(f, y)
    assert ours.probability[1:] == pytest.approx(model.predict(values), abs=1e-9)


def test_a_map_is_learnt_only_where_it_helps():
    crooked = learnt(power=1.6)
    assert crooked.fitted
    assert crooked.error_after < crooked.error_before / 4
    few = [learnt(200, seed, power=1.0) for seed in range(20)]
    assert {known.fitted for known in few} == {True, False}
    for known in few:
        assert known.fitted == (known.error_after < known.error_before)
        if not known.fitted:
            assert (known.probability == known.score).all()
    parted = score_map(MIDDLES, np.ones(502) * 100, np.where(MIDDLES > 0.5, 100.0, 0.0))
    assert parted.auc == 1
    assert not parted.fitted


def test_slots_without_reference_rows_join_their_neighbours():
    known = score_map([0.1, 0.2, 0.3, 0.4, 0.5], [0, 100, 0, 100, 0], [0, 20, 0, 60, 0], fit=True)
    assert known.probability == pytest.approx([0.2, 0.2, 0.4, 0.6, 0.6])
    assert list(known.block) == [0, 0, 0, 1, 1]
    assert list(known.rows) == [100] * 5


def test_metrics_of_cells_agree_with_scikit_learn():
    generator = np.random.default_rng(3)
    y, d = generator.integers(0, 2, size=(2, 300))
    d = np.where(generator.uniform(size=300) < 0.6, y, d)
    tn, fp, fn, tp = theirs.confusion_matrix(y, d).ravel().astype(float)
    cells = Cells(*(np.asarray(part) for part in (tp, fp, fn, tn)))
    expected = {
        "accuracy": theirs.accuracy_score(y, d),
        "precision": theirs.precision_score(y, d),
        "recall": theirs.recall_score(y, d),
        "specificity": theirs.recall_score(1 - y, 1 - d),
        "npv": theirs.precision_score(1 - y, 1 - d),
        "f1": theirs.f1_score(y, d),
        "mcc": theirs.matthews_corrcoef(y, d),
        "kappa": theirs.cohen_kappa_score(y, d),
        "balanced_accuracy": theirs.balanced_accuracy_score(y, d),
        "prevalence": y.mean(),
    }
    assert {name: float(metric(cells)) for name, metric in CELL_METRICS.items()} == pytest.approx(expected)
    assert cost(cells, Costs(0, 2, 7, 0)) == pytest.approx((2 * fp + 7 * fn) / 300)


def test_certain_labels_give_the_realised_metrics():
    """With a slot for each row and its label as its probability nothing is left to estimate."""
    f, y = sample(400, 4)
    order = np.argsort(f)
    f, y, ones = f[order], y[order], np.ones(400)
    known = ScoreMap(y, f, ones * np.inf, np.arange(400), True, np.nan, np.nan, np.nan)
    found = estimated_metrics(ones, f >= 0.4, known)
    assert found["roc_auc"].value == pytest.approx(theirs.roc_auc_score(y, f))
    assert found["average_precision"].value == pytest.approx(theirs.average_precision_score(y, f))
    assert found["brier"].value == pytest.approx(theirs.brier_score_loss(y, f))
    assert found["log_loss"].value == pytest.approx(theirs.log_loss(y, f))
    assert found["f1"].value == pytest.approx(theirs.f1_score(y, f >= 0.4))
    assert max(float(one.error) for one in found.values()) == 0


def test_counts_give_what_the_rows_give():
    known = learnt()
    f, _ = sample(3000, 5)
    slot = np.searchsorted(EDGES, f, side="right")
    c = known.probability[slot]
    rows = np.bincount(slot, minlength=502).astype(float)
    decided = np.bincount(slot, f >= 0.35, 502)
    cells = expected_cells(rows, decided, known.probability)
    assert cells.true_positives == pytest.approx(c[f >= 0.35].sum())
    assert cells.false_positives == pytest.approx((1 - c)[f >= 0.35].sum())
    assert cells.false_negatives == pytest.approx(c[f < 0.35].sum())
    assert cells.true_negatives == pytest.approx((1 - c)[f < 0.35].sum())
    found = estimated_metrics(rows, decided, known, metrics=["accuracy"])["accuracy"]
    assert found.sampling == pytest.approx(np.sqrt((c * (1 - c)).sum()) / 3000)


@pytest.mark.parametrize("threshold", [0.2, 0.5])
def test_errors_are_those_of_labels_drawn_again_and_again(threshold):
    """Both errors by brute force: labels of the chunk drawn anew, and references drawn anew."""
    known, rows, draws = learnt(4000), 800, 1500
    generator = np.random.default_rng(6)
    n = np.bincount(np.searchsorted(EDGES, sample(rows, 7)[0], side="right"), minlength=502)
    decided = n * (threshold <= MIDDLES)
    found = estimated_metrics(n, decided, known, costs=Costs(0, 1, 5, 0))
    events = generator.binomial(n, known.probability, size=(draws, 502)).astype(float)
    rate = events / np.maximum(n, 1)
    again = estimated_metrics(np.broadcast_to(n, rate.shape), np.broadcast_to(decided, rate.shape), known,
                              probability=rate, costs=Costs(0, 1, 5, 0))  # fmt: skip
    for name, one in found.items():
        realised = again[name].value
        assert one.sampling == pytest.approx(realised.std(), rel=0.08), name
        assert one.value == pytest.approx(realised.mean(), abs=4 * realised.std() / np.sqrt(draws) + 0.004), (
            name
        )


def test_the_error_of_the_map_is_that_of_references_drawn_again_and_again():
    n = np.bincount(np.searchsorted(EDGES, sample(50_000, 8)[0], side="right"), minlength=502)
    decided = np.where(MIDDLES >= 0.4, n, 0.0)
    found = [estimated_metrics(n, decided, learnt(3000, seed, fit=True)) for seed in range(150)]
    for name in ("accuracy", "recall", "f1", "prevalence", "roc_auc", "brier"):
        scatter = np.std([one[name].value for one in found])
        told = np.mean([one[name].learning for one in found])
        assert 0.8 < told / scatter < 1.35, (name, told, scatter)


def test_many_chunks_are_each_what_they_are_alone():
    known = learnt()
    chunks = np.random.default_rng(9).poisson(3, size=(2, 4, 502)).astype(float)
    decided = np.where(MIDDLES >= 0.5, chunks, 0.0)
    together = estimated_metrics(chunks, decided, known)
    alone = estimated_metrics(chunks[1, 2], decided[1, 2], known)
    for name in METRICS:
        assert together[name].value.shape == (2, 4)
        assert together[name].value[1, 2] == pytest.approx(alone[name].value, rel=1e-12)
        assert together[name].error[1, 2] == pytest.approx(alone[name].error, rel=1e-9)
    total = expected_cells(chunks.sum(axis=(0, 1)), decided.sum(axis=(0, 1)), known.probability)
    parts = expected_cells(chunks, decided, known.probability)
    assert total.true_positives == pytest.approx(parts.true_positives.sum())


def test_degenerate_chunks_are_gaps():
    known = identity()
    empty, sure = np.zeros(502), np.zeros(502)
    sure[-1] = 10  # scores of 1: no row without the event is expected
    rows = np.stack([empty, sure])
    found = estimated_metrics(rows, rows, known)
    assert all(np.isnan(one.value[0]) and np.isnan(one.error[0]) for one in found.values())
    assert found["accuracy"].value[1] == 1
    assert found["accuracy"].error[1] == 0
    assert np.isnan(found["roc_auc"].value[1])
    assert np.isnan(found["specificity"].value[1])
    assert np.isnan(expected_auc(empty, MIDDLES))


def test_an_estimate_of_a_year_is_quick():
    known = score_map(np.arange(1000) / 1000, np.full(1000, 20), np.minimum(np.arange(1000) // 40, 20))
    rows = np.random.default_rng(10).poisson(5, size=(365, 1000)).astype(float)
    decided = np.where(np.arange(1000) >= 500, rows, 0.0)
    spent = []
    for _ in range(3):
        start = time.process_time()
        cells = expected_cells(rows, decided, known.probability)
        [metric(cells) for metric in CELL_METRICS.values()]
        expected_auc(rows, known.probability)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.15


def test_wrong_inputs_are_refused():
    with pytest.raises(ValueError, match="do not ascend"):
        score_map([0.5, 0.1], [1, 1], [0, 0])
    with pytest.raises(ValueError, match="at most as many events"):
        score_map([0.1, 0.5], [1, 1], [2, 0])
    with pytest.raises(ValueError, match="shapes"):
        score_map([0.1, 0.5], [1], [1])
    with pytest.raises(ValueError, match="decided positive"):
        expected_cells([1], [2], [0.5])
    with pytest.raises(ValueError, match="no metric is called"):
        estimated_metrics(np.ones(502), np.ones(502), identity(), metrics=["beauty"])
    with pytest.raises(ValueError, match="502 slots"):
        estimated_metrics([1.0], [1.0], identity())
