"""How often a limit at 1 % fires when nothing has changed, by method, feature, rows and reference days.

An alarm is a value above its limit, the effect floor set to 0. Every rate must lie between 0.2 % and 3.5 %:
below, the limit sleeps; above, it cries wolf. Cells that cannot hold this are named with their reasons.
"""

import pytest

from monitoring.statistics import METHODS
from monitoring.statistics.registry import methods_for

LOWEST, HIGHEST = 0.002, 0.035
CHUNKS = (10, 30, 60)
SIZES = (50, 1000, 100_000)
NUMERIC = [method.key for method in methods_for("numeric") if method.key != "student_t"]
GROUPED = [method.key for method in methods_for("numeric") if method.bins == "groups" and not method.signed]
CATEGORICAL = [method.key for method in methods_for("categorical")]
MEANS = ["welch_t", "wasserstein"]  # all others see ranks or quantile bins: the same counts for any shape
BY_HAND = (
    [("normal", key) for key in NUMERIC]
    + [(shape, key) for shape in ("lognormal", "heavy") for key in MEANS]
    + [("discrete", key) for key in NUMERIC]
    + [("categorical", key) for key in CATEGORICAL]
    + [(feature, key) for feature in ("binary", "rare") for key in ("two_proportion_z", "fisher")]
    + [(feature, key) for feature in ("inflated", "dominated") for key in GROUPED]
)
FEW_EVENTS = (
    "so few rows are expected beside the heavy value that one more or less is a step in the rate, and the "
    "limit learnt from days that mostly hold none is large; auto takes other methods below 1,000 rows"
)
ROOTS = (
    "one row is expected of each rare value and most days lack one: distances without smoothing then vary "
    "between few values and their limit is large; PSI, which auto takes, is not concerned"
)
SLEEPING = {
    (
        "rare",
        "two_proportion_z",
        50,
    ): "one event is expected in a chunk and none is as common: h of no event is "
    "large, and so is the limit learnt from such days; auto takes Fisher's test below five events",
    **{(feature, key, 50): FEW_EVENTS for feature in ("inflated", "dominated") for key in GROUPED},
    **{("dominated", key, 1000): ROOTS for key in ("jensen_shannon", "hellinger", "chi_square", "g_test")},
}
"""Cells that may fire less often than the lowest rate, and why. Measured: 0.0 to 0.7 %."""


def rates(simulation, feature, method, sizes, wobbles):
    """Rates by rows, wobble and reference chunks; repetitions enough to tell 0.2 % from 0.5 %."""
    found = {}
    for rows in sizes:
        for wobble in wobbles:
            for chunks in CHUNKS:
                many = (300 if method == "auto" else 150) if rows < 1000 else 80
                world = simulation.World(feature, chunks, rows, wobble, many, 60)
                found[rows, wobble, chunks] = float(simulation.found(world, method).alarms.mean())
    return found


def told(feature, method, found):
    """Rates as a line: by rows, for quiet and for wobbling days, over the reference chunks."""
    cells = {}
    for (rows, wobble, _), rate in found.items():
        cells.setdefault((rows, wobble), []).append(f"{100 * rate:.2f}")
    words = "  ".join(
        f"n={rows:,}{' tau' if wobble else ''} {'/'.join(row)}" for (rows, wobble), row in cells.items()
    )
    return f"false alarms in %, K=10/30/60: {feature:11s} {method:18s} {words}"


def breaches(feature, method, found):
    """Cells outside the bounds."""
    return [
        (*cell, rate)
        for cell, rate in found.items()
        if not (0.0 if (feature, method, cell[0]) in SLEEPING else LOWEST) <= rate <= HIGHEST
    ]


@pytest.mark.parametrize(
    ("feature", "least"),
    [
        *((one, 50) for one in ("normal", "discrete", "counts", "inflated", "categorical", "binary", "rare")),
        ("dominated", 300),  # at 50 rows one is expected beside the heavy value in a week
    ],
)
def test_the_automatic_method_fires_about_once_in_a_hundred(simulation, figures, feature, least):
    sizes = [rows for rows in (50, 300, 1000, 10_000, 100_000) if rows >= least]
    found = rates(simulation, feature, "auto", sizes, (0.0, 0.03))
    figures(told(feature, "auto", found))
    assert breaches(feature, "auto", found) == []


@pytest.mark.parametrize(("feature", "method"), BY_HAND, ids=lambda one: one)
def test_every_method_fires_about_once_in_a_hundred(simulation, figures, feature, method):
    sizes = SIZES[:2] if method == "fisher" else SIZES
    found = rates(simulation, feature, method, sizes[:1], (0.0,)) | rates(
        simulation, feature, method, sizes[1:], (0.0, 0.03)
    )
    figures(told(feature, method, found))
    assert breaches(feature, method, found) == []


@pytest.mark.parametrize("feature", ["normal", "categorical"])
def test_the_effect_floor_only_lowers_the_rate(simulation, figures, feature):
    cells = []
    for wobble in (0.03, 0.1):
        one = simulation.World(feature, 30, 5000, wobble, 100, 60)
        bare, floored = (simulation.found(one, floor=floor).alarms for floor in (0.0, None))
        cells.append(f"tau={wobble} {100 * bare.mean():.2f} -> {100 * floored.mean():.2f}")
        assert not (floored & ~bare).any()
        assert floored.mean() <= bare.mean()
    figures(f"false alarms in %, without and with the floor: {feature} {', '.join(cells)}")


@pytest.mark.parametrize("chunks", CHUNKS)
def test_tenfold_traffic_does_not_fire_on_days_that_vary(simulation, figures, chunks):
    one = simulation.World("normal", chunks, 5000, 0.1, 300, 20)
    found = simulation.found(one, given=simulation.grown(one, 10))
    figures(f"false alarms in %, tenfold traffic, tau=0.1, K={chunks}: {100 * found.alarms.mean():.2f}")
    assert found.alarms.mean() <= 0.05


def test_every_registered_method_is_simulated():
    assert {key for _, key in BY_HAND} == set(METHODS) - {"student_t"}  # Welch's, with equal variances
