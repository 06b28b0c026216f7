"""How much calibration error a perfect model shows, simulated row by row."""

import numpy as np
import pytest

from monitoring.statistics.calibration import calibration_error, calibration_floor, calibration_limit
from monitoring.statistics.sums import ScoreSums, mass_groups, score_sums, width_groups

EDGES = np.arange(501) / 500


@pytest.mark.parametrize("rows", [200, 1000, 5000, 50_000])
def test_the_floor_of_the_calibration_error_is_what_perfect_models_show(rows, figures):
    generator = np.random.default_rng(rows)
    runs = 400 if rows < 10_000 else 100
    for name, groups in (("width", width_groups(EDGES)), ("mass", None)):
        found = []
        for _ in range(runs):
            f = generator.beta(1.0, 1.5, size=rows)
            found.append(score_sums(EDGES, f, generator.uniform(size=rows) < f))
        sums = ScoreSums(
            *(np.stack([getattr(one, part) for one in found]) for part in ScoreSums.__annotations__)
        )
        binned = sums.merged(mass_groups(sums.rows.sum(axis=0)) if groups is None else groups)
        error, floor, limit = calibration_error(binned), calibration_floor(binned), calibration_limit(binned)
        alarms = (error.mean > limit).mean()
        figures(
            f"bins of equal {name}, {rows:6} rows: error {error.mean.mean():.4f}, floor {floor.mean():.4f}, "
            f"limit {limit.mean():.4f} exceeded in {alarms:.3f}, debiased square {error.debiased.mean():+.1e}"
        )
        assert floor.mean() == pytest.approx(error.mean.mean(), rel=0.1)
        assert alarms <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / runs)
