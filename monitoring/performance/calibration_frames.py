"""Calibration as the tidy frame: one row per measure, output and chunk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from monitoring import results
from monitoring.performance.assessment import Assessment
from monitoring.performance.calibration import Calibration, Measured, calibration
from monitoring.performance.calibration_sums import subjects
from monitoring.performance.frames import words
from monitoring.performance.judging import CODES
from monitoring.statistics.metrics.estimates import quantile
from monitoring.statistics.severity import names
from monitoring.store.score_grids import CLASS
from monitoring.windows import Window

SUBJECT = "calibration"
MEASURES = (
    "ece", "mce", "debiased_square", "expected_over_observed", "slope", "intercept", "spiegelhalter",
    "brier_score", "brier_reliability", "brier_resolution", "brier_uncertainty",
    "brier_within_variance", "brier_within_covariance",
)  # fmt: skip
"""What is measured; the first is judged, the others tell in which way scores are off."""


def every_output(
    found: Assessment, measure: str | None = None, window: Window | None = None, *, equal_width: bool = False
) -> pd.DataFrame:
    """The calibration of what is judged, and of each of several classes against all others.

    Parameters
    ----------
    found : Assessment
    measure, window
        As for `frame`.
    equal_width : bool
        Bins of equal width instead of equal mass of the reference.

    Raises
    ------
    NotEstimableError
        If scores are not probabilities.
    """
    chosen = subjects(found.material)
    return results.concat(
        frame(calibration(found, subject=one, equal_width=equal_width), measure, window) for one in chosen
    )


def frame(found: Calibration, measure: str | None = None, window: Window | None = None) -> pd.DataFrame:
    """Every chunk of every measure, or of one.

    Parameters
    ----------
    found : Calibration
    measure : str, optional
        One of `MEASURES`; all by default.
    window : Window, optional
        Keep the chunks that begin inside; all by default.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``subject`` is ``calibration``, or ``calibration of NAME``
        for one of several classes against all others, which is told and not judged. ``ece`` is judged:
        ``noise_floor`` and ``limit_high`` are what a perfect model shows on average and exceeds once in a
        hundred samples, ``effect`` is the error less that floor. The other measures tell in which way scores
        are off.
    """
    whole = found.assessment
    places = [i for i, key in enumerate(whole.keys) if window is None or window.holds(key.start)]
    material, told = whole.material, found.subject.startswith(CLASS)
    wanted = MEASURES if measure is None else (measure,)

    def every(values: Sequence[Any] | np.ndarray) -> np.ndarray:
        """What is the same for all measures, once for each."""
        kept = np.empty(len(places), dtype=object)
        kept[:] = [values[place] for place in places]
        return np.tile(kept, len(wanted))

    columns = [_values(found.measured, one) for one in wanted]
    gap = np.full(len(whole.keys), np.nan)
    numbers = {
        name: np.concatenate([one.get(name, gap)[places] for one in columns])
        for name in sorted(set().union(*columns))
    }
    judged = np.repeat([one == MEASURES[0] and not told for one in wanted], len(places))
    codes = np.array(CODES, dtype=object)[found.reason]
    return results.frame(
        {
            "measure": np.repeat(wanted, len(places)),
            "model": material.model.name,
            "version": material.version,
            "subject": f"{SUBJECT} of {found.subject.removeprefix(CLASS)}" if told else SUBJECT,
            "segment": "=".join(material.segment) if material.segment[0] else "",
            "chunk_start": every(whole.start),
            "chunk_stop": every(whole.stop),
            "n": every(found.measured.rows).astype(np.int64),
            **numbers,
            "reference": words(whole) if found.reference is not None else "",
            "coverage": every(whole.coverage).astype(float),
            "maturity": every(whole.maturity),
            "data_until": material.data_until,
            "status": np.where(judged, every(names(found.status)), "grey"),
            "reason": np.where(judged, every(codes), "told_only"),
        }
    )


def _values(one: Measured, measure: str) -> dict[str, np.ndarray]:
    """A measure's columns, of shape (chunks,)."""
    if measure == "ece":
        beyond = one.error.mean - one.floor
        return {"value": one.error.mean, "effect": beyond, "noise_floor": one.floor, "limit_high": one.limit}
    if measure == "expected_over_observed":
        large = one.large
        test = {"statistic": large.statistic, "p_value": large.p_value}
        return {"value": large.ratio, "lower": large.lower, "upper": large.upper, **test}
    if measure in ("slope", "intercept"):
        value, error = getattr(one.line, measure), getattr(one.line, f"{measure}_error")
        half = quantile(0.95) * error
        return {"value": value, "lower": value - half, "upper": value + half}
    if measure == "spiegelhalter":
        test = one.spiegelhalter
        return {"value": test.statistic, "statistic": test.statistic, "p_value": test.p_value}
    if measure.startswith("brier_"):
        return {"value": getattr(one.brier, measure.removeprefix("brier_"))}
    return {"value": one.error.largest if measure == "mce" else one.error.debiased}
