"""Calibration as the tidy frame: one row per measure and chunk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from monitoring import results
from monitoring.performance.calibration import Calibration
from monitoring.performance.frames import words
from monitoring.performance.judging import CODES
from monitoring.statistics.severity import names
from monitoring.windows import Window

_Z = float(special.ndtri(0.975))


def frame(found: Calibration, window: Window | None = None) -> pd.DataFrame:
    """Every chunk by every measure of calibration.

    Parameters
    ----------
    found : Calibration
    window : Window, optional
        Keep the chunks that begin inside; all by default.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``subject`` is the output. The measure ``calibration_error``
        is judged: ``noise_floor`` and ``limit_high`` are what a perfect model shows on average and once in a
        hundred samples, ``effect`` the error less that floor. The others explain it: ``largest_gap``,
        ``debiased_square``, ``expected_over_observed``, ``calibration_slope``, ``calibration_intercept``,
        ``spiegelhalter`` (with its statistic and p-value), ``brier_score`` and its five parts.
    """
    whole = found.assessment
    places = [i for i, key in enumerate(whole.keys) if window is None or window.holds(key.start)]
    material = whole.material
    common: dict[str, Any] = {
        "model": np.repeat(material.model.name, len(places)),
        "version": material.version,
        "subject": found.subject,
        "segment": "=".join(material.segment) if material.segment[0] else "",
        "chunk_start": [whole.start[i] for i in places],
        "chunk_stop": [whole.stop[i] for i in places],
        "n": found.measured.rows[places].astype(np.int64),
        "reference": words(whole) if found.reference is not None else "",
        "coverage": whole.coverage[places],
        "maturity": [whole.maturity[i] for i in places],
        "data_until": material.data_until,
    }
    judged = {
        "status": names(found.status[places]),
        "reason": np.array(CODES, dtype=object)[found.reason[places]],
    }
    told = {"status": "grey", "reason": "told_only"}
    parts = []
    for measure, columns in _measures(found):
        kept = {name: values[places] for name, values in columns.items()}
        mine = judged if measure == "calibration_error" else told
        parts.append(results.frame({**common, "measure": measure, **kept, **mine}))
    return results.concat(parts)


def _measures(found: Calibration) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Each measure's columns, of shape (chunks,)."""
    one = found.measured
    yield (
        "calibration_error",
        {
            "value": one.error.mean,
            "effect": one.error.mean - one.floor,
            "noise_floor": one.floor,
            "limit_high": one.limit,
        },
    )
    yield "largest_gap", {"value": one.error.largest}
    yield "debiased_square", {"value": one.error.debiased}
    large, line = one.large, one.line
    yield (
        "expected_over_observed",
        {
            "value": large.ratio, "lower": large.lower, "upper": large.upper,
            "statistic": large.statistic, "p_value": large.p_value,
        },
    )  # fmt: skip
    for measure, value, error in (
        ("calibration_slope", line.slope, line.slope_error),
        ("calibration_intercept", line.intercept, line.intercept_error),
    ):
        yield measure, {"value": value, "lower": value - _Z * error, "upper": value + _Z * error}
    test = one.spiegelhalter
    yield "spiegelhalter", {"value": test.statistic, "statistic": test.statistic, "p_value": test.p_value}
    brier = one.brier
    for part in (
        "score", "reliability", "resolution", "uncertainty", "within_variance", "within_covariance",
    ):  # fmt: skip
        yield f"brier_{part}", {"value": getattr(brier, part)}
