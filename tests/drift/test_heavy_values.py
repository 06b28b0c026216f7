"""Features that are almost always one value: quiet days are green, and rare values that come are red."""

import numpy as np
import pytest

from monitoring import drift
from monitoring.statistics import METHODS

GROUPED = [key for key, one in METHODS.items() if one.bins == "groups" and len(one.inputs) == 2]
ROWS, QUIET, DAYS = 1200, 40, 46


def inflated(rng, share):
    """Rows that are 0 or, in a share of them, any positive number."""
    return np.where(rng.random(ROWS) < share, rng.exponential(size=ROWS) + 0.01, 0.0)


def counted(rng, shares):
    """Rows of the values 0, 1, 2 and 3."""
    return rng.choice(4, size=ROWS, p=shares).astype(float)


WORLDS = {
    "zeros": (inflated, 0.03, 0.5),
    "zeros above and below": (
        lambda rng, share: inflated(rng, share) * rng.choice([-1, 1], ROWS),
        0.03,
        0.5,
    ),
    "values": (counted, [0.001, 0.001, 0.997, 0.001], [0.1, 0.2, 0.6, 0.1]),
    "values above": (counted, [0.0, 0.996, 0.002, 0.002], [0.0, 0.4, 0.2, 0.4]),
}


def framed(make_cubes, model, march, rng, world, method="auto"):
    draw, before, after = WORLDS[world]
    days = [draw(rng, after if day >= QUIET else before) for day in range(DAYS)]
    return drift.frame(make_cubes({"x": days}), model, reference=march, method=method)


@pytest.mark.parametrize("world", WORLDS)
def test_rare_values_that_become_frequent_are_red_and_quiet_days_are_green(
    make_cubes, model, march, rng, world
):
    found = framed(make_cubes, model, march, rng, world)
    assert found["measure"].unique().tolist() == ["psi"]
    assert found["status"].tolist() == ["green"] * QUIET + ["red"] * (DAYS - QUIET)
    assert set(found["reason"][:QUIET]) <= {"", None, "chance"}
    assert (found["value"][:QUIET] > 0).any()


@pytest.mark.parametrize("method", GROUPED)
@pytest.mark.parametrize("world", WORLDS)
def test_every_distance_of_groups_sees_it(make_cubes, model, march, rng, world, method):
    found = framed(make_cubes, model, march, rng, world, method)
    assert set(found["status"][QUIET:]) == {"red"}


def test_a_feature_in_the_model_s_sentence_is_not_called_uncalibrated(make_cubes, model, march, rng):
    days = [inflated(rng, 0.03) for _ in range(DAYS)]
    verdict = drift.verdict(drift.assess(make_cubes({"x": days}), model, reference=march))
    assert verdict.features[0].sentence.startswith("x: PSI 0.00")
    assert "uncalibrated" not in verdict.features[0].sentence


def test_reference_days_that_are_all_alike_are_enough_of_them(make_cubes, model, march):
    same = np.repeat([0.0, 1.0], [1100, 100])
    found = drift.frame(make_cubes({"x": [same] * DAYS}), model, reference=march)
    assert set(found["status"]) == {"green"}
    assert "uncalibrated" not in set(found["reason"])
    short = drift.frame(make_cubes({"x": [same] * 6}), model, reference=march)
    assert set(short["reason"]) == {"uncalibrated", "no_data"}
