"""When did it start: how often a change is dated right, and how often none is dated at all."""

import numpy as np
import pytest

from monitoring.statistics.changepoint import change

LENGTH, RUNS = 60, 500


def series(generator, correlation):
    """Values of unit variance, each resembling the one before."""
    steps = generator.normal(size=LENGTH + 50)
    values = np.zeros(LENGTH + 50)
    for place in range(1, len(values)):
        values[place] = correlation * values[place - 1] + steps[place] * np.sqrt(1 - correlation**2)
    return values[50:]


@pytest.mark.parametrize(("correlation", "most"), [(0.0, 0.06), (0.5, 0.13)])
def test_a_series_without_a_change_shows_one_rarely(figures, correlation, most):
    generator = np.random.default_rng(1)
    p_values = np.array([change(series(generator, correlation)).p_value for _ in range(2 * RUNS)])
    rate = float((p_values <= 0.05).mean())
    figures(f"change points where there is none, at 5 %, autocorrelation {correlation}: {100 * rate:.1f} %")
    assert 0.005 <= rate <= most


@pytest.mark.parametrize("correlation", [0.0, 0.5])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_set_of_likely_dates_holds_the_true_one(figures, correlation, size):
    generator, found = np.random.default_rng(size), []
    for _ in range(RUNS):
        at, values = int(generator.integers(10, 51)), series(generator, correlation)
        values[at:] += size
        one = change(values)
        held = one.earliest <= at <= one.latest
        found.append((held, one.latest - one.earliest + 1, abs(one.at - at) <= 2, one.p_value <= 0.05))
    held, width, near, seen = np.mean(found, axis=0)
    figures(
        f"change of {size} sd, autocorrelation {correlation}: set of 90 % holds it in {held:.3f} and has "
        f"{width:.1f} days, within 2 days in {near:.2f}, found in {seen:.2f}"
    )
    assert held >= 0.90
    if correlation == 0:
        assert near >= {1: 0.5, 2: 0.85, 4: 0.98}[size]
        assert width <= {1: 30, 2: 7, 4: 2}[size]
