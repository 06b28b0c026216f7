"""Confidence intervals of drift values: by hand on small cases, and in short simulations."""

import importlib.util
import pathlib
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from monitoring.statistics import METHODS
from monitoring.statistics.auc import roc_auc
from monitoring.statistics.intervals import delta_variance, distance_interval, folded

specification = importlib.util.spec_from_file_location(
    "simulation", pathlib.Path(__file__).with_name("simulation.py")
)
simulation = importlib.util.module_from_spec(specification)
specification.loader.exec_module(simulation)


def test_a_signed_effect_folds_at_zero():
    found = folded([2.0, -2.0, 0.1], [0.5, 0.5, 0.5])
    half = 0.5 * stats.norm.ppf(0.975)
    np.testing.assert_allclose(found.lower, [2 - half, 2 - half, 0.0])
    np.testing.assert_allclose(found.upper, [2 + half, 2 + half, 0.1 + half])
    wide = folded(2.0, 0.5, level=0.99)
    assert wide.lower < found.lower[0] < found.upper[0] < wide.upper


def test_a_folded_interval_holds_zero_exactly_when_the_effect_is_not_significant():
    effect = np.linspace(-3, 3, 601)
    inside = folded(effect, 1.0).lower == 0
    assert (inside == (2 * stats.norm.sf(np.abs(effect)) >= 0.05 - 1e-12)).all()


@pytest.mark.parametrize("power", [1, 2])
def test_pure_noise_leaves_a_distance_at_zero(power):
    found = distance_interval(0.01 ** (1 / power), power=power, noise=0.01, noise_variance=5e-5, variance=0.0)
    assert found.lower == 0
    assert found.upper == pytest.approx((stats.norm.ppf(0.975) * np.sqrt(5e-5)) ** (1 / power))


def test_the_upper_end_is_never_below_the_value():
    value = np.array([0.0, 0.001, 0.02, 0.5])
    found = distance_interval(value, power=2, noise=0.01, noise_variance=1e-12, variance=1e-12)
    assert (found.upper >= value - 1e-12).all()
    assert (found.lower <= value).all()


def test_noise_is_taken_off_and_errors_are_joined():
    found = distance_interval(0.3, power=1, noise=0.05, noise_variance=3e-4, variance=1e-4)
    half = stats.norm.ppf(0.975) * 0.02
    assert (found.lower, found.upper) == pytest.approx((0.25 - half, max(0.25 + half, 0.3)))


def test_what_is_not_known_has_no_interval():
    found = distance_interval([np.nan, 0.1], power=1, noise=0.0, noise_variance=0.0, variance=1e-4)
    assert np.isnan([found.lower[0], found.upper[0]]).all()
    assert np.isfinite([found.lower[1], found.upper[1]]).all()


def test_the_delta_method_agrees_with_drawn_samples():
    share, influence = np.array([0.2, 0.3, 0.5]), np.array([3.0, -1.0, 0.5])
    drawn = np.random.default_rng(0).multinomial(500, share, size=40_000) / 500 @ influence
    assert delta_variance(share, influence, 500) == pytest.approx(drawn.var(), rel=0.03)
    assert delta_variance(share, np.full(3, 7.0), 500) == pytest.approx(0.0, abs=1e-12)


def test_an_empty_bin_may_have_any_influence():
    found = delta_variance(np.array([0.0, 0.4, 0.6]), np.array([np.inf, 1.0, 0.0]), 100)
    assert found == pytest.approx(0.4 * 0.6 / 100)


@pytest.mark.parametrize(
    "method", [one for one in METHODS.values() if one.influence], ids=lambda one: one.key
)
def test_the_influence_is_the_derivative_of_the_divergence(method):
    rng = np.random.default_rng(1)
    r, c = rng.integers(200, 900, size=8) * 1e6, rng.integers(200, 900, size=8) * 1e6
    place = np.arange(8.0)
    every = {"reference_means": place, "current_means": place, "scale": 2.0}
    given = {name: every[name] for name in method.inputs[2:]}
    before, now = method.influence(r, c, **given)
    for side, influence in ((r, before), (c, now)):
        centred = influence - (influence * side).sum() / side.sum()
        for slot in range(8):
            step = np.zeros(8)
            step[slot] = 1e-5 * side.sum()
            up, down = (
                method(*((r + way, c) if side is r else (r, c + way)), **given) ** method.power
                for way in (step, -step)
            )
            slope = float(up - down) / 2e-5
            assert slope == pytest.approx(float(centred[slot]), rel=2e-2, abs=1e-5)


@pytest.mark.parametrize("shift", [0.0, 0.3])
@pytest.mark.parametrize("method", ["psi", "jensen_shannon", "kolmogorov_smirnov", "mann_whitney", "welch_t"])
def test_the_interval_holds_the_true_value(method, shift):
    world = simulation.World("normal", 10, 2000, 0.0, 30, 20, shift=shift, seed=5)
    found = simulation.found(world, method, intervals=True)
    true = replace(world, exact=True, rows=10**9, references=1, current=1)
    truth = float(simulation.found(true, method).number("value")[0, 0]) if shift else 0.0
    held = (found.number("lower") <= truth + 1e-12) & (truth <= found.number("upper"))
    assert held.mean() >= 0.92
    if shift:
        assert (found.number("lower") > 0).mean() >= 0.95


@pytest.mark.parametrize("rows", [2, 20, 2000])
def test_samples_that_do_not_overlap_are_as_sure_as_their_rows_allow(rows):
    interval = METHODS["mann_whitney"].interval
    apart = interval([rows, 0], [0, 50 * rows])
    scores = roc_auc(np.zeros(rows), np.ones(50 * rows))
    assert float(apart.upper) == 0.5
    assert float(apart.lower) == pytest.approx(max(scores.lower - 0.5, 0.0))
    falling = interval([0, rows], [50 * rows, 0])
    assert (float(falling.lower), float(falling.upper)) == (float(apart.lower), 0.5)


def test_an_interval_of_a_chance_ends_where_chances_do():
    found = METHODS["mann_whitney"].interval([100, 5], [1, 6])
    assert float(found.upper) == 0.5
    several = METHODS["mann_whitney"].interval([100, 5], [[1, 6], [50, 50], [0, 0]])
    assert several.upper[0] == 0.5
    assert several.lower[1] < METHODS["mann_whitney"]([100, 5], [50, 50]) < several.upper[1] < 0.5
    assert np.isnan([several.lower[2], several.upper[2]]).all()
