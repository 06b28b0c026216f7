"""What features are measured by, and how many rows their chunks usually hold."""

import numpy as np
import pytest

from monitoring.drift.sides import _median


@pytest.mark.parametrize("width", [0, 1, 2, 5, 8])
def test_the_median_of_rows_leaves_out_what_is_unknown(width):
    random = np.random.default_rng(width)
    rows = random.integers(0, 500, size=(40, width)).astype(float)
    rows[random.random(rows.shape) < 0.4] = np.nan
    held = [row[np.isfinite(row)] for row in rows]
    assert _median(rows).tolist() == [float(np.median(row)) if len(row) else 0.0 for row in held]
