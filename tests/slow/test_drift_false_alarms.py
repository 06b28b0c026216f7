"""Long simulations of drift limits: false alarms and what is found, over many references."""

import importlib.util
import pathlib

import numpy as np
import pytest

path = pathlib.Path(__file__).parents[1] / "statistics" / "simulation.py"
specification = importlib.util.spec_from_file_location("simulation", path)
simulation = importlib.util.module_from_spec(specification)
specification.loader.exec_module(simulation)


@pytest.mark.parametrize("key", ["psi", "jensen_shannon", "hellinger", "kolmogorov_smirnov", "chi_square"])
@pytest.mark.parametrize("chunks", [10, 30, 60])
@pytest.mark.parametrize(("wobble", "rows"), [(0.0, 300), (0.0, 5000), (0.03, 5000), (0.03, 100_000)])
def test_quiet_days_fire_about_once_in_a_hundred(key, chunks, wobble, rows):
    generator = np.random.default_rng(chunks)
    reference, current = (simulation.days(generator, 2000, k, rows, wobble) for k in (chunks, 10))
    alarms, _ = simulation.judged(key, reference, current)
    assert alarms.mean() <= 0.035


@pytest.mark.parametrize("chunks", [10, 30, 60])
def test_tenfold_traffic_does_not_fire_on_days_that_vary(chunks):
    generator = np.random.default_rng(7)
    reference = simulation.days(generator, 3000, chunks, 5000, 0.1)
    current = simulation.days(generator, 3000, 10, 50_000, 0.1)
    alarms, _ = simulation.judged("psi", reference, current)
    assert alarms.mean() <= 0.05
