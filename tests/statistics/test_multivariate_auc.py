"""The area under the ROC curve against R's pROC, scikit-learn, scipy and its own coverage."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from monitoring.statistics.auc import placements, roc_auc

# Two scorings of the same 15 rows; areas, variances and the paired test are of R 4.2.2 with pROC 1.18:
# var(roc(y, s)) and roc.test(..., paired = TRUE, method = "delong").
LABELS = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1])
FIRST = np.array([0.1, 0.2, 0.15, 0.4, 0.35, 0.6, 0.55, 0.7, 0.8, 0.65, 0.9, 0.5, 0.45, 0.3, 0.3])
SECOND = np.array([0.2, 0.1, 0.3, 0.5, 0.45, 0.4, 0.35, 0.6, 0.7, 0.5, 0.95, 0.6, 0.55, 0.2, 0.25])


def sides(labels, scores):
    return scores[labels == 0], scores[labels == 1]


@pytest.mark.parametrize(
    ("scores", "area", "variance"),
    [(FIRST, 0.866071428571429, 0.0093992954324587), (SECOND, 0.785714285714286, 0.0152795493197279)],
)
def test_area_and_standard_error_agree_with_proc(scores, area, variance):
    auc = roc_auc(*sides(LABELS, scores))
    assert auc.value == pytest.approx(area, abs=1e-12)
    assert auc.error**2 == pytest.approx(variance, abs=1e-12)


def test_placements_give_the_paired_test_of_proc():
    pairs = zip(placements(*sides(LABELS, FIRST)), placements(*sides(LABELS, SECOND)), strict=True)
    differences = [a - b for a, b in pairs]
    z = differences[0].mean() / np.sqrt(sum(d.var(ddof=1) / len(d) for d in differences))
    assert z == pytest.approx(0.958625434073451, abs=1e-9)
    assert 2 * stats.norm.sf(z) == pytest.approx(0.337747474836363, abs=1e-9)


@pytest.mark.parametrize("decimals", [0, 1, 8])
@pytest.mark.parametrize("sizes", [(1, 1), (3, 50), (400, 300)])
def test_area_and_p_value_agree_with_scikit_learn_and_scipy(sizes, decimals):
    generator = np.random.default_rng(decimals)
    low = generator.normal(size=sizes[0]).round(decimals)
    high = generator.normal(0.1, size=sizes[1]).round(decimals)
    auc = roc_auc(low, high)
    labels = np.repeat([0, 1], sizes)
    assert auc.value == pytest.approx(roc_auc_score(labels, np.concatenate([low, high])), abs=1e-12)
    oracle = stats.mannwhitneyu(high, low, alternative="greater", method="asymptotic")
    assert auc.p_value == pytest.approx(min(oracle.pvalue, 1.0), abs=1e-12)


def test_the_interval_holds_the_true_area_in_95_of_100_samples():
    generator = np.random.default_rng(3)
    true = stats.norm.cdf(1.2 / np.sqrt(2))
    found = [roc_auc(generator.normal(size=60), generator.normal(1.2, size=40)) for _ in range(1500)]
    assert 0.93 <= np.mean([auc.lower <= true <= auc.upper for auc in found]) <= 0.97
    assert np.mean([auc.error for auc in found]) == pytest.approx(
        np.std([auc.value for auc in found]), rel=0.06
    )


def test_perfect_separation_is_not_certainty():
    auc = roc_auc(range(10), range(20, 50))
    assert (auc.value, auc.upper, auc.error) == (1.0, 1.0, 0.0)
    # The exact binomial lower bound of ten successes in ten.
    assert auc.lower == pytest.approx(stats.binomtest(10, 10).proportion_ci(method="exact").low, abs=1e-9)
    mirror = roc_auc(range(20, 50), range(10))
    assert (mirror.lower, mirror.upper) == (0.0, pytest.approx(1 - auc.lower))


def test_scores_that_say_nothing_are_no_evidence():
    auc = roc_auc([2.0] * 30, [2.0] * 20)
    assert (auc.value, auc.lower, auc.upper, auc.p_value) == (0.5, 0.5, 0.5, 1.0)


def test_a_single_row_has_no_standard_error():
    auc = roc_auc([1.0, 2.0], [3.0])
    assert auc.value == 1.0
    assert np.isnan([auc.error, auc.lower, auc.upper]).all()


def test_infinite_scores_are_ranked():
    assert roc_auc([-np.inf, 0.0], [1.0, np.inf]).value == 1.0


@pytest.mark.parametrize(("low", "high", "says"), [([], [1], "at least one"), ([1], [np.nan], "nan")])
def test_scores_without_a_rank_are_refused(low, high, says):
    with pytest.raises(ValueError, match=says):
        roc_auc(low, high)
