"""Calibration as one signal: the newest chunks whose labels are final, taken together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitoring.performance import calibration_sums
from monitoring.performance.calibration import Calibration, Measured, judged, measured, together
from monitoring.performance.calibration_words import points
from monitoring.performance.judging import CODES
from monitoring.performance.pooling import newest
from monitoring.statistics.arrays import Floats
from monitoring.statistics.severity import GREEN, GREY, NAMES, Codes
from monitoring.statistics.sums import ScoreSums

SIZE = 7  # chunks that are judged together


@dataclass(frozen=True)
class Latest:
    """Calibration of the newest final chunks as one, for a status.

    ``value``, ``floor`` and ``limit`` are those of the calibration error, ``n`` its rows; ``reason`` is a
    code of `monitoring.reasons`.
    """

    status: str
    sentence: str
    reason: str
    value: float
    floor: float
    limit: float
    n: int


def lasting(found: Calibration) -> Codes:
    """The colour of the last chunks together, chunk by chunk; grey where labels are not final.

    Returns
    -------
    ndarray of int8, of shape (chunks,)
        As `latest` judges those before each chunk.
    """
    final = np.array([maturity == "final" for maturity in found.assessment.maturity], dtype=bool)
    final &= found.assessment.labelled > 0
    kept = np.flatnonzero(final)
    if not len(kept):
        return np.full(len(final), GREY, dtype=np.int8)
    fine = ScoreSums(*(_rolled(part[kept]) for part in calibration_sums.parts(found.fine)))
    status = np.full(len(final), GREY, dtype=np.int8)
    status[kept] = judged(measured(fine, found.groups), found.reference, found.tolerance)[0]
    return status


def _rolled(values: Floats) -> Floats:
    """Sums over each chunk and those before it, `SIZE` in all."""
    whole = values.copy()
    for back in range(1, min(SIZE, len(values))):
        whole[back:] += values[:-back]
    return whole


def latest(found: Calibration, count: int = SIZE) -> Latest:
    """Judge the newest final chunks as one.

    Parameters
    ----------
    found : Calibration
    count : int
        How many of them at most.
    """
    places = newest(found.assessment, count)
    if not places:
        code = "no_labels" if not found.assessment.labelled.any() else "immature"
        nothing = float("nan")
        return Latest("grey", "no chunk has mature labels", code, nothing, nothing, nothing, 0)
    one = together(found, places)
    status, reason = judged(one, found.reference, found.tolerance)
    return Latest(
        NAMES[int(status)],
        sentence(one, int(status)),
        CODES[int(reason)],
        float(one.error.mean),
        float(one.floor),
        float(one.limit),
        int(one.rows),
    )


def sentence(one: Measured, status: int) -> str:
    """Calibration of some rows in words, without axes."""
    if status == GREY:
        return f"too few labelled rows ({int(one.rows):,}) to judge whether scores mean what they say"
    ratio, slope = float(one.large.ratio), float(one.line.slope)
    words = str(one.words)
    size = f"calibration error {points(one.error.mean)}, of which chance explains {points(one.floor)}"
    if status == GREEN:
        if words == "calibrated" or float(one.error.mean) <= float(one.limit):
            return f"scores mean what they say: {size}"
        return f"scores are {words}, but too little to matter: {size}"
    parts = []
    if "too" in words:
        parts.append(f"{ratio:.2f} events expected for each that came")
    if "confident" in words:
        parts.append(f"slope {slope:.2f}")
    told = f" ({'; '.join(parts)})" if parts else ""
    what = f"scores are {words}" if words not in ("calibrated", "too few rows") else "scores are off"
    return f"{what}{told}: {size}"
