"""How often limits fire when nothing has changed: short simulations; tests/slow holds the long ones."""

import importlib.util
import pathlib

import numpy as np
import pytest

from monitoring.statistics import METHODS
from monitoring.statistics.arrays import occupied, size_factor
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.noise import noise_quantile

specification = importlib.util.spec_from_file_location(
    "simulation", pathlib.Path(__file__).with_name("simulation.py")
)
simulation = importlib.util.module_from_spec(specification)
specification.loader.exec_module(simulation)
CHI_SQUARE = ["psi", "jensen_shannon", "hellinger", "chi_square"]


@pytest.mark.parametrize("key", CHI_SQUARE)
def test_noise_exceeds_its_99_percent_level_in_one_of_a_hundred(key):
    method, generator = METHODS[key], np.random.default_rng(1)
    r = simulation.days(generator, 6000, 1, 20_000)[:, 0]
    c = simulation.days(generator, 6000, 1, 1_000)[:, 0]
    scale, bins = size_factor(r.sum(-1), c.sum(-1)), occupied(r, c)
    alarms = (method(r, c) ** method.power > noise_quantile(method, scale, bins, 0.99)).mean()
    assert 0.005 <= alarms <= 0.02


@pytest.mark.parametrize(("wobble", "rows"), [(0.0, 1000), (0.03, 5000), (0.03, 100_000)])
def test_ten_reference_days_keep_false_alarms_near_one_percent(wobble, rows):
    world = simulation.World("normal", 10, rows, wobble, 150, 20, seed=2)
    assert 0.001 <= simulation.found(world, "psi").alarms.mean() <= 0.035


def test_thirty_quiet_features_rarely_make_a_loud_day():
    world = simulation.World("normal", 30, 1000, 0.0, 30, 400, seed=3)
    p_value = simulation.found(world, "psi").number("p_value")
    assert (benjamini_hochberg(p_value, axis=0) < 0.05).any(axis=0).mean() <= 0.07
    assert (p_value < 0.01).any(axis=0).mean() >= 0.05  # without the correction many days would be loud


def test_a_change_of_a_fifth_of_a_deviation_is_found():
    world = simulation.World("normal", 30, 2000, 0.0, 150, 4, shift=0.2, seed=4)
    assert simulation.found(world, "psi").alarms.mean() >= 0.9
