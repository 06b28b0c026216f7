"""Features that a change is likely related to: how far each is beyond its limit, times how much it matters.

Nothing here proves a cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.drift.assessment import POOLED, VERDICT_CHECKS, Assessment
from monitoring.drift.signal import Signal
from monitoring.drift.wording import title


@dataclass(frozen=True)
class Likely:
    """A feature that a change is likely related to.

    Attributes
    ----------
    feature, title : str
    score : float
        Excess times share of importance: what the ranking is by.
    excess : float
        How far its value is beyond the limit, as a multiple of the limit; 0 below it.
    importance : float
        Its share of all importance; nan where none is known, and then the excess alone ranks.
    attribution, attribution_error : float
        Fall of the domain classifier's area without it; nan where that was not computed.
    """

    feature: str
    title: str
    score: float
    excess: float
    importance: float
    attribution: float
    attribution_error: float


def ranked(
    assessment: Assessment,
    colours: Signal,
    last: int,
    attribution: Mapping[str, tuple[float, float]] | None = None,
) -> list[Likely]:
    """Features by calibrated excess times importance, those that count and are beyond their limit.

    Parameters
    ----------
    assessment : Assessment
        With every check of `VERDICT_CHECKS`.
    colours : Signal
    last : int
        Position of the chunk that is judged.
    attribution : mapping of str to (fall, error), optional
        From the domain classifier, by feature.

    Returns
    -------
    list of Likely
        The first is the most likely.
    """
    weights = np.nan_to_num(assessment.weights.values)
    total = float(weights.sum())
    known = attribution or {}
    found = []
    for place, name in enumerate(assessment.features):
        excess = _excess(assessment, colours, place, last)
        if excess <= 0 or not assessment.counted[place]:
            continue
        share = float(weights[place] / total) if total > 0 else float("nan")
        fall, error = known.get(name, (float("nan"), float("nan")))
        score = excess * share if total > 0 else excess
        found.append(Likely(name, title(assessment, place), score, excess, share, fall, error))
    return sorted(found, key=lambda one: (-one.score, -one.excess, one.feature))


def _excess(assessment: Assessment, colours: Signal, place: int, last: int) -> float:
    """The largest excess over a limit among the checks that gave colour; the chunk's own where none did."""
    found = 0.0
    for check in VERDICT_CHECKS:
        scores = assessment.checks[check]
        if scores.status[place, last] < 0 or (check != "chunk" and scores.status[place, last] <= 0):
            continue
        value, limit = scores.value[place, last], scores.limit[place, last]
        if check not in POOLED:  # shares: the rise over what is allowed to rise
            before = scores.before[place, last]
            value, limit = value - before, limit - before
        if np.isfinite(value) and limit > 0:
            found = max(found, float(value / limit - 1))
    return found
