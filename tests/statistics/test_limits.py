"""Limits, colours and change points: what they must do on data made for it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from monitoring.statistics import METHODS, Levels
from monitoring.statistics.changepoint import change
from monitoring.statistics.limits import calibrated_limit, calibrated_p_value, calibration, limit
from monitoring.statistics.noise import (
    noise_floor,
    noise_p_value,
    noise_quantile,
    noise_scale,
    simulated_null,
)
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED, persistent, severity
from monitoring.statistics.shares import rise_limit, rise_p_value, spread, two_shares, wilson


def test_too_few_reference_chunks_leave_the_limit_unknown():
    learnt = calibration(np.full((1, 6), 0.01) * [1, 2, 3, 1, 2, 3], np.full((1, 6), 0.01))
    assert not learnt.known[0]
    assert np.isnan(calibrated_limit(learnt, [[0.01]])).all()
    assert limit(0.03, calibrated_limit(learnt, [[0.01]]), 0.02).tolist() == [[0.03]]


def test_the_limit_is_the_prediction_quantile_of_the_cube_root():
    scores = np.random.default_rng(0).chisquare(9, size=20) * 0.001
    noise = np.full(20, 0.2)  # far above the scores, so that no excess is found
    learnt = calibration(scores, noise)
    root = np.cbrt(scores)
    by_hand = (root.mean() + stats.t.ppf(0.99, 19) * root.std(ddof=1) * np.sqrt(1 + 1 / 20)) ** 3
    assert calibrated_limit(learnt, 0.2) == pytest.approx(by_hand, rel=1e-9)


def test_pure_noise_shrinks_with_rows_and_day_to_day_variation_does_not():
    generator = np.random.default_rng(1)
    noise = np.full((2, 30), 0.01)
    quiet = noise[0] * generator.chisquare(9, size=30) / 9
    learnt = calibration(np.stack([quiet, quiet + 0.2]), noise)
    usual, tenfold = calibrated_limit(learnt, [[0.01, 0.001]] * 2).T
    assert tenfold[0] < 0.35 * usual[0]
    assert tenfold[1] > 0.9 * usual[1]


def test_the_calibrated_p_value_is_one_percent_at_the_limit():
    generator = np.random.default_rng(2)
    learnt = calibration(0.01 * generator.chisquare(9, size=(3, 12)) / 9, np.full((3, 12), 0.01))
    top = calibrated_limit(learnt, np.full((3, 1), 0.01))
    assert calibrated_p_value(learnt, top, np.full((3, 1), 0.01)) == pytest.approx(0.01, rel=1e-6)


def test_chunks_that_cannot_be_scored_do_not_calibrate():
    scores = np.array([[0.01, 0.02, np.nan, 0.01, 0.02, 0.01, 0.02, 0.01]])
    noise = np.full((1, 8), 0.01)
    assert calibration(scores, noise).chunks.tolist() == [7]
    without = calibration(scores[:, [0, 1, 3, 4, 5, 6, 7]], noise[:, :7])
    assert calibrated_limit(calibration(scores, noise), [[0.01]]) == pytest.approx(
        calibrated_limit(without, [[0.01]])
    )


def test_chunks_that_are_all_alike_are_chunks_and_set_no_limit():
    one_bin = calibration(np.zeros((1, 8)), np.full((1, 8), np.nan))
    alike = calibration(np.full((1, 8), 0.01), np.full((1, 8), 0.01))
    for learnt in (one_bin, alike):
        assert learnt.chunks.tolist() == [8]
        assert np.isnan(calibrated_limit(learnt, [[0.01]])).all()


def test_rows_that_vary_inside_their_bins_make_noise_of_their_own():
    method, place = METHODS["wasserstein"], np.array([[[0.0, 1.0, 30.0]]])
    given = {"reference_means": place, "current_means": place, "scale": np.ones((1, 1))}
    counts, rows = [[500, 480, 20]], [100]
    still, moving = (
        simulated_null(method, counts, rows, spread=spread_, **given)
        for spread_ in (None, np.array([[0.1, 0.1, 20.0]]))
    )
    assert np.quantile(moving, 0.99) > 1.2 * np.quantile(still, 0.99)
    rng, drawn = np.random.default_rng(8), []
    for n in rng.multinomial(100, np.array(counts[0]) / 1000, size=2000).astype(float):
        means = place[0] + rng.normal(size=3) * [0.1, 0.1, 20.0] / np.sqrt(np.maximum(n, 1))
        inputs = {"reference_means": place[0], "current_means": means, "scale": np.ones(1)}
        drawn.append(float(method(np.array(counts) * 1e9, n[None], **inputs)[0]) ** 2 * 100)
    assert np.quantile(moving, 0.95) == pytest.approx(np.quantile(drawn, 0.95), rel=0.1)


def test_draws_take_the_place_of_a_law():
    method = METHODS["kolmogorov_smirnov"]
    null = simulated_null(method, [[800, 100, 100]], [500])
    law, drawn = (noise_quantile(method, [[0.002]], [[3]], 0.99, given)[0, 0] for given in (None, null))
    assert drawn < 0.75 * law, "gaps at two places only are smaller than the largest of all"
    p = noise_p_value(method, [[drawn]], [[0.002]], [[3]], null)
    assert p[0, 0] == pytest.approx(0.01, abs=0.003)
    assert p[0, 0] < noise_p_value(method, [[drawn]], [[0.002]], [[3]])[0, 0]


@pytest.mark.parametrize("key", ["fisher", "mann_whitney"])
def test_draws_are_in_the_units_of_the_noise(key):
    method, reference, rng = METHODS[key], np.array([9000.0, 1000.0]), np.random.default_rng(9)
    null = simulated_null(method, reference[None], [400])
    current = rng.multinomial(400, [0.9, 0.1], size=4000).astype(float)
    scale = noise_scale(method, reference, current)
    top = noise_quantile(method, scale[None], np.full((1, 4000), 2.0), 0.95, null)[0]
    assert (method(reference, current) ** method.power > top).mean() == pytest.approx(0.05, abs=0.02)


def test_moments_are_compared_in_one_bin_as_well():
    assert np.isfinite(noise_quantile(METHODS["welch_t"], 0.01, 1, 0.99))
    assert np.isnan(noise_quantile(METHODS["mann_whitney"], 0.01, 1, 0.99))


def test_the_noise_floor_of_one_bin_is_unknown():
    assert np.isnan(noise_floor(METHODS["psi"], 100, 100, 1))


def test_simulated_noise_agrees_with_the_chi_square_law():
    method = METHODS["hellinger"]
    null = simulated_null(method, [[200, 300, 500], [250, 250, 500]], [2000, 2000])
    law = noise_quantile(method, np.array([[0.01], [0.01]]), 3, 0.95)
    assert np.quantile(null, 0.95, axis=-1) * 0.01 == pytest.approx(law[:, 0], rel=0.1)


def test_simulated_p_values_are_never_zero_and_grow_with_noise():
    method = METHODS["total_variation"]
    null = simulated_null(method, [[200, 300, 500]], [1000])
    p = noise_p_value(method, [[0.0, 0.0002, 1.0]], np.full((1, 3), 0.001), np.full((1, 3), 3), null)
    assert p[0, 0] == pytest.approx(1)
    assert 1e-6 > p[0, 2] > 0
    assert p[0, 0] >= p[0, 1] > p[0, 2]


@pytest.mark.parametrize("chance", [0.2, 0.05, 0.01, 1e-3, 1e-5])
def test_simulated_p_values_follow_the_law_far_beyond_the_draws(chance):
    method = METHODS["hellinger"]
    divergence = noise_quantile(method, np.full((50, 1), 0.001), np.full((50, 1), 8), 1 - chance)
    null = simulated_null(method, np.full((50, 8), 1000), np.full(50, 4000))
    p = noise_p_value(replace(method, null=None), divergence, np.full((50, 1), 0.001), 8, null)
    digits = np.log10(np.median(p) / chance)
    assert -0.05 <= digits <= 0.1 * -np.log10(chance)  # a little too careful far out, never too bold


@pytest.mark.parametrize("key", ["total_variation", "wasserstein"])
def test_a_large_shift_of_one_feature_among_five_hundred_is_significant(key):
    method, place = METHODS[key], np.arange(3.0)
    inputs = (
        {"reference_means": place, "current_means": place, "scale": 1.0} if "scale" in method.inputs else {}
    )
    own = {
        name: np.reshape(value, (1, -1)) if np.ndim(value) else np.ones(1) for name, value in inputs.items()
    }
    null = simulated_null(method, [[2000, 3000, 5000]], [1000], **own)
    divergence = method([[2000, 3000, 5000]], [[260, 330, 410]], **own) ** method.power
    p = noise_p_value(method, divergence[:, None], [[1 / 1000 + 1 / 10_000]], [[3]], null)
    assert p[0, 0] < 0.05 / 500


def test_a_method_without_a_law_asks_for_its_draws():
    with pytest.raises(ValueError, match="simulated_null"):
        noise_quantile(METHODS["wasserstein"], [0.1], [3], 0.95)


def test_colour_needs_evidence_and_size():
    levels = Levels(0.02, 0.10, 0.25)
    below_limit = severity([0.3], [0.4], [True], levels)
    not_significant = severity([0.3], [0.1], [False], levels)
    at_amber, at_red = severity([0.10], [0.05], [True], levels), severity([0.25], [0.05], [True], levels)
    assert [below_limit[0], not_significant[0], at_amber[0], at_red[0]] == [GREEN, GREEN, AMBER, RED]
    assert severity([np.nan], [0.1], [True], levels)[0] == GREY


def test_one_bad_chunk_is_not_persistent_and_two_of_three_are():
    assert persistent([0, 0, 2, 0, 0]).max() == GREEN
    assert persistent([0, 2, 0, 2]).tolist() == [GREY, GREEN, GREEN, RED]
    assert persistent([GREY, GREY, RED])[-1] == GREY


def test_a_share_that_varies_by_the_day_gets_a_wider_limit():
    generator = np.random.default_rng(0)
    rows = np.full((1, 30), 300)
    steady = generator.binomial(300, 0.1, size=(1, 30))
    varying = generator.binomial(300, generator.beta(4, 36, size=(1, 30)))
    found = [spread(hits.sum(axis=1), rows.sum(axis=1), hits, rows) for hits in (steady, varying)]
    tops = [float(rise_limit(one, [np.sqrt(0.1 * 0.9 / 300)])[0]) for one in found]
    assert tops[0] == pytest.approx(0.045, abs=0.015)
    assert tops[1] > 2 * tops[0]
    assert rise_p_value(found[1], [0.05]) > 0.05 > rise_p_value(found[0], [0.05])


def test_shares_of_nothing_are_unknown():
    assert np.isnan(wilson(0, 0).lower)
    assert np.isnan(two_shares(0, 0, 1, 2).p_value)
    assert two_shares(0, 10, 0, 20).p_value == 1


def test_a_change_is_dated_and_its_set_covers_it():
    generator = np.random.default_rng(3)
    series = np.concatenate([generator.normal(size=30), [np.nan, np.nan], generator.normal(3, 1, size=28)])
    found = change(series)
    assert found is not None
    assert found.at == 32
    assert found.earliest <= 32 <= found.latest
    assert found.p_value < 0.02
    assert found.after - found.before == pytest.approx(3, abs=0.6)


def test_a_series_without_a_change_shows_none():
    assert change(np.zeros(40)) is None
    assert change([1.0, 2.0]) is None
    found = change(np.random.default_rng(4).normal(size=60))
    assert found is not None
    assert found.p_value > 0.05
