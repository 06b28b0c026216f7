"""Calibration from counts, against scikit-learn and the rows themselves."""

import numpy as np
import pytest
from scipy import special
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from monitoring.statistics.brier import brier_parts, spiegelhalter_test
from monitoring.statistics.calibration import (
    calibration_error,
    calibration_floor,
    calibration_limit,
    consistency_band,
    reliability,
)
from monitoring.statistics.recalibration import in_the_large, recalibration, verdict
from monitoring.statistics.sums import ScoreSums, mass_groups, middles_of, score_sums, slot_of, width_groups

EDGES = np.arange(501) / 500
WIDTH = width_groups(EDGES)


def sample(rows, seed=0, shift=0.0, slope=1.0):
    """Scores, and events whose logit is ``slope`` times that of the score plus ``shift``."""
    generator = np.random.default_rng(seed)
    f = np.round(special.expit(generator.normal(-0.5, 1.2, size=rows)), 4)
    y = generator.uniform(size=rows) < special.expit(
        shift + slope * special.logit(np.clip(f, 1e-4, 1 - 1e-4))
    )
    return f, y.astype(float)


def stacked(parts):
    return ScoreSums(
        *(np.stack([getattr(part, name) for part in parts]) for name in ScoreSums.__annotations__)
    )


@pytest.mark.parametrize("seed", range(3))
def test_reliability_agrees_with_scikit_learn(seed):
    f, y = sample(5000, seed)
    found = reliability(score_sums(EDGES, f, y).merged(WIDTH))
    rate, score = calibration_curve(y, np.where(f == 1, 0.9999, f), n_bins=10)
    seen = found.rows > 0
    # scikit-learn's bins are right-closed: only scores that are themselves edges may differ.
    assert np.allclose(found.rate[seen], rate, atol=0.02)
    assert np.allclose(found.score[seen], score, atol=0.002)
    inside = (np.floor(f * 10) < 10)[:, None] & (np.floor(f * 10)[:, None] == np.arange(10))
    assert found.rate == pytest.approx([y[rows].mean() for rows in inside.T], abs=1e-12)


def test_sums_add_over_days_and_do_not_know_the_order():
    f, y = sample(3000)
    whole = score_sums(EDGES, f, y)
    order = np.random.default_rng(1).permutation(len(f))
    parts = score_sums(EDGES, f[order[:1000]], y[order[:1000]]) + score_sums(
        EDGES, f[order[1000:]], y[order[1000:]]
    )
    for name in ScoreSums.__annotations__:
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-9)
    assert (slot_of(EDGES, [0.002, 0.0019]) == [2, 1]).all(), "slots are left-closed"


def test_errors_are_those_of_the_rows():
    f, y = sample(4000, 3, shift=0.4, slope=0.7)
    bin_of = np.minimum((f * 10).astype(int), 9)
    gaps = [
        (np.mean(bin_of == b), abs((f - y)[bin_of == b].mean())) for b in range(10) if (bin_of == b).any()
    ]
    found = calibration_error(score_sums(EDGES, f, y).merged(WIDTH))
    assert found.mean == pytest.approx(sum(w * g for w, g in gaps), abs=1e-12)
    assert found.largest == pytest.approx(max(g for _, g in gaps), abs=1e-12)


def test_bins_of_equal_mass_hold_a_tenth_of_the_reference_each():
    sums = score_sums(EDGES, *sample(20_000))
    merged = sums.merged(mass_groups(sums.rows))
    assert merged.rows.shape == (10,)
    assert np.abs(merged.rows / 20_000 - 0.1).max() < 0.012
    assert calibration_error(merged).mean < calibration_limit(merged)


@pytest.mark.parametrize("seed", range(3))
def test_the_brier_score_is_the_sum_of_its_parts(seed):
    f, y = sample(2000, seed, slope=0.6)
    for groups in (WIDTH, mass_groups(score_sums(EDGES, f, y).rows), np.arange(502) // 40):
        parts = brier_parts(score_sums(EDGES, f, y).merged(groups))
        assert parts.score == pytest.approx(brier_score_loss(y, f), abs=1e-12)
        total = parts.reliability - parts.resolution + parts.uncertainty
        assert total + parts.within_variance - parts.within_covariance == pytest.approx(
            parts.score, abs=1e-12
        )


def test_spiegelhalters_z_is_that_of_the_rows_within_its_bound():
    f, y = sample(5000, 4)
    exact = ((y - f) * (1 - 2 * f)).sum() / np.sqrt(((1 - 2 * f) ** 2 * f * (1 - f)).sum())
    fine = score_sums(EDGES, f, y)
    assert spiegelhalter_test(fine).statistic == pytest.approx(exact, abs=1e-5)
    slot = slot_of(EDGES, f)
    powers = {name: np.bincount(slot, f**k, 502) for name, k in (("cubes", 3), ("fourths", 4))}
    assert spiegelhalter_test(fine, **powers).statistic == pytest.approx(exact, abs=1e-9)
    values = np.unique(f)
    by_value = score_sums(values, f, y)
    assert spiegelhalter_test(by_value).statistic == pytest.approx(exact, abs=1e-9)


def test_tests_of_calibrated_scores_keep_their_size():
    found = stacked([score_sums(EDGES, *sample(1000, seed)) for seed in range(400)])
    assert 0.02 <= (spiegelhalter_test(found).p_value < 0.05).mean() <= 0.08
    assert 0.02 <= (in_the_large(found).p_value < 0.05).mean() <= 0.08
    line = recalibration(found)
    assert 0.02 <= (np.abs(line.slope - 1) > 1.96 * line.slope_error).mean() <= 0.08
    by_width = found.merged(WIDTH)
    assert (calibration_error(by_width).mean > calibration_limit(by_width)).mean() <= 0.03
    errors = calibration_error(by_width)
    assert abs(errors.debiased.mean()) < 3 * errors.debiased.std() / 20
    assert calibration_floor(by_width).mean() == pytest.approx(errors.mean.mean(), rel=0.1)


def test_the_line_is_the_logistic_regression_of_the_rows():
    f, y = sample(20_000, 5, shift=-0.3, slope=0.7)
    x = special.logit(np.clip(f, 1e-4, 1 - 1e-4))[:, None]
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(x, y)
    by_value = recalibration(score_sums(np.unique(f), f, y))
    assert by_value.slope == pytest.approx(theirs.coef_[0, 0], abs=1e-5)
    assert by_value.intercept == pytest.approx(theirs.intercept_[0], abs=1e-5)
    by_slot = recalibration(score_sums(EDGES, f, y))
    assert by_slot.slope == pytest.approx(by_value.slope, abs=0.002)


@pytest.mark.parametrize(
    ("shift", "slope", "words"),
    [
        (0.0, 1.0, "calibrated"),
        (-0.7, 1.0, "too high"),
        (0.7, 1.0, "too low"),
        (-0.22, 0.5, "over-confident"),
        (0.22, 1.7, "under-confident"),
        (-1.0, 0.5, "over-confident and too high"),
    ],
)
def test_planted_faults_are_named(shift, slope, words):
    sums = score_sums(EDGES, *sample(20_000, 6, shift, slope))
    assert verdict(in_the_large(sums), recalibration(sums)) == words


def test_few_rows_are_not_called_calibrated():
    sums = stacked([score_sums(EDGES, *sample(rows, 7)) for rows in (15, 20_000)])
    assert list(verdict(in_the_large(sums), recalibration(sums))) == ["too few rows", "calibrated"]


def test_degenerate_samples_give_nan_and_no_warning():
    empty = score_sums(EDGES, [], [])
    one_class = score_sums(EDGES, sample(50)[0], np.zeros(50))
    constant = score_sums(EDGES, np.full(50, 0.3), np.arange(50) % 2)
    found = stacked([empty, one_class, constant])
    line, large = recalibration(found), in_the_large(found)
    assert np.isnan(line.slope).all()
    assert np.isnan(large.ratio[0])
    assert np.isinf(large.ratio[1])
    assert np.isfinite(large.ratio[2])
    merged = found.merged(WIDTH)
    assert list(np.isnan(calibration_error(merged).mean)) == [True, False, False]
    assert list(np.isnan(calibration_limit(merged))) == [True, False, False]
    assert list(np.isnan(brier_parts(merged).score)) == [True, False, False]
    assert np.isnan(spiegelhalter_test(found).statistic[0])
    assert reliability(merged).hidden[0].all()
    assert list(verdict(large, line)) == ["too few rows", "too high", "too low"]


def test_a_limit_does_not_depend_on_its_neighbours():
    parts = [score_sums(EDGES, *sample(rows, rows)).merged(WIDTH) for rows in (50, 500, 5000)]
    together = calibration_limit(stacked(parts))
    assert list(together) == [calibration_limit(part) for part in parts]
    assert (np.diff(together) < 0).all()


def test_the_band_holds_the_rates_of_quiet_days():
    generator = np.random.default_rng(8)
    rate, known, rows = np.array([0.02, 0.3, 0.9]), 2000, 150
    reference = generator.binomial(known, rate, size=(4000, 3)) / known
    current = generator.binomial(rows, rate, size=(4000, 3)) / rows
    lower, upper = consistency_band(rows, reference, known)
    inside = ((lower <= current) & (current <= upper)).mean(axis=0)
    assert (inside > 0.94).all()
    assert (inside < 0.99).all()
    assert np.isnan(consistency_band(0, 0.5, 10)[0])


def test_the_confidence_of_several_classes_is_calibrated_by_the_same_sums():
    generator = np.random.default_rng(9)
    p = generator.dirichlet([1.0, 2.0, 3.0], size=20_000)
    label = (generator.uniform(size=(20_000, 1)) > p.cumsum(axis=1)).sum(axis=1)
    sums = score_sums(EDGES, p.max(axis=1), p.argmax(axis=1) == label)
    assert verdict(in_the_large(sums), recalibration(sums)) == "calibrated"
    bold = p**3 / (p**3).sum(axis=1, keepdims=True)
    sums = score_sums(EDGES, bold.max(axis=1), p.argmax(axis=1) == label)
    assert "too high" in str(verdict(in_the_large(sums), recalibration(sums)))


def test_wrong_inputs_are_refused():
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        score_sums(EDGES, [0.5], [2])
    with pytest.raises(ValueError, match="labels of shape"):
        score_sums(EDGES, [0.5, 0.6], [1])
    with pytest.raises(ValueError, match="groups of shape"):
        score_sums(EDGES, [0.5], [1]).merged([0, 1])


def test_an_empty_slot_stands_at_its_middle():
    sums = score_sums(EDGES, [0.5001], [1])
    where = middles_of(EDGES, sums)
    assert where[251] == 0.5001
    assert where[252] == pytest.approx(0.503)
