"""What judging leaves of the alarms: quiet days with thirty features, and changes that are found."""

import numpy as np
import pytest

from monitoring.statistics import METHODS
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.severity import GREEN, severity

CHUNKS = (10, 30, 60)
MIXED = {"normal": 12, "discrete": 4, "counts": 3, "categorical": 6, "binary": 3, "rare": 2}
"""Thirty features of every kind."""
MODELS, DAYS = 60, 40


def thirty(simulation, chunks, rows, wobble, floor):
    """P-values and alarms of thirty quiet features, both of shape (features, models, days)."""
    parts = []
    for seed, (feature, many) in enumerate(MIXED.items()):
        world = simulation.World(feature, chunks, rows, wobble, many * MODELS, DAYS, seed=40 + seed)
        found = simulation.found(world, floor=floor)
        parts.append([part.reshape(many, MODELS, DAYS) for part in (found.number("p_value"), found.alarms)])
    return (np.concatenate(part) for part in zip(*parts, strict=True))


@pytest.mark.parametrize("chunks", CHUNKS)
@pytest.mark.parametrize("rows", [50, 300, 1000, 5000])
def test_thirty_quiet_features_rarely_make_a_loud_day(simulation, figures, chunks, rows):
    words = []
    # Without a floor days that differ by nature make more: thirty features ask for the quantile at one in six
    # hundred, which ten to sixty days can only extrapolate. With it, 0.03 deviations are too small to
    # matter from some thousand rows on; at 300 rows the floor is below the noise: measured up to 0.080.
    for wobble, floor, most in ((0.0, 0.0, 0.07), (0.03, None, 0.09), (0.03, 0.0, 0.17)):
        p_values, alarms = thirty(simulation, chunks, rows, wobble, floor)
        loud = float(((benjamini_hochberg(p_values, axis=0) < 0.05) & alarms).any(axis=0).mean())
        raw = float(alarms.any(axis=0).mean())
        words.append(f"tau={wobble}{'' if floor is None else ' no floor'}: {loud:.3f} (any alarm {raw:.2f})")
        assert loud <= most
    figures(f"days with drift among 30 quiet features, n={rows:,}, K={chunks}: {', '.join(words)}")


@pytest.mark.parametrize("feature", ["normal", "discrete", "categorical", "binary"])
def test_a_fifth_of_a_deviation_is_found_in_a_thousand_rows(simulation, figures, feature):
    words = []
    for chunks in CHUNKS:
        world = simulation.World(feature, chunks, 1000, 0.0, 240, 10, shift=0.2)
        found = simulation.found(world)
        calm = simulation.World("normal", chunks, 1000, 0.0, 29 * 8, 10, seed=9)
        quiet = simulation.found(calm).number("p_value").reshape(29, 8, 10)
        together = np.concatenate([found.number("p_value").reshape(1, 240, 10), np.tile(quiet, (1, 30, 1))])
        kept = (benjamini_hochberg(together, axis=0)[0] < 0.05) & found.alarms
        words.append(f"K={chunks} {found.alarms.mean():.2f} ({kept.mean():.2f})")
        assert found.alarms.mean() >= 0.8
        assert kept.mean() >= 0.5
    method = ", ".join(sorted(found.methods))
    figures(f"power at 0.2 sd, n=1,000 (among 30 features): {feature} by {method}: {', '.join(words)}")


@pytest.mark.parametrize("method", ["auto", "kolmogorov_smirnov", "mann_whitney", "wasserstein", "welch_t"])
def test_a_trifle_in_a_million_rows_stays_green(simulation, figures, method):
    world = simulation.World("normal", 30, 1_000_000, 0.0, 60, 20, shift=0.005)
    bare, found = (simulation.found(world, method, floor=floor) for floor in (0.0, None))
    (key,) = found.methods
    codes = severity(found.number("value"), found.number("limit"), True, METHODS[key].levels)
    figures(
        f"a shift of 0.005 sd, n=1,000,000, {method}: above noise and reference in {bare.alarms.mean():.2f}, "
        f"above the floor in {found.alarms.mean():.2f}, green in {(codes == GREEN).mean():.2f}"
    )
    assert bare.alarms.mean() >= 0.5  # seen: it is the floor and the colour that leave it green
    assert not found.alarms.any()
    assert (codes == GREEN).all()
