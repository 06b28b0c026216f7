"""The Brier score taken apart, and Spiegelhalter's test that it is what calibrated scores would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats, Outcome, summed
from monitoring.statistics.sums import ScoreSums


@dataclass(frozen=True)
class BrierParts:
    """A Brier score and its five parts, each of shape (...), nan without rows.

    ``score`` is exactly ``reliability - resolution + uncertainty + within_variance - within_covariance``. The
    first three are those of bins whose rows all have the bin's mean score; the last two are what the spread
    of scores within bins adds and, where it helps to tell events apart, takes off.
    """

    score: Floats
    reliability: Floats
    resolution: Floats
    uncertainty: Floats
    within_variance: Floats
    within_covariance: Floats


def brier_parts(sums: ScoreSums) -> BrierParts:
    """The Brier score and what it consists of.

    Parameters
    ----------
    sums : ScoreSums
        Merged into bins.

    Returns
    -------
    BrierParts

    References
    ----------
    Stephenson, D., Coelho, C. and Jolliffe, I. (2008). Two extra components in the Brier score decomposition.
    *Weather and Forecasting* 23.

    Examples
    --------
    >>> from monitoring.statistics.sums import score_sums
    >>> found = brier_parts(score_sums([0.5], [0.2, 0.4, 0.8, 0.9], [0, 1, 1, 1]))
    >>> float(found.score.round(4)), float(found.reliability.round(4)), float(found.uncertainty.round(4))
    (0.1125, 0.0312, 0.1875)
    """
    n = sums.rows
    some, total = np.where(n > 0, n, 1.0), summed(n)
    total = np.where(total > 0, total, np.nan)
    mean, rate = sums.score / some, sums.positives / some
    base = summed(sums.positives) / total
    return BrierParts(
        score=summed(sums.square - 2 * sums.product + sums.positives) / total,
        reliability=summed(n * (mean - rate) ** 2) / total,
        resolution=summed(n * (rate - base[..., None]) ** 2) / total,
        uncertainty=base * (1 - base),
        within_variance=summed(sums.square - sums.score * mean) / total,
        within_covariance=2 * summed(sums.product - sums.score * rate) / total,
    )


def spiegelhalter_test(
    sums: ScoreSums, *, cubes: ArrayLike | None = None, fourths: ArrayLike | None = None
) -> Outcome:
    """Spiegelhalter's test: is the Brier score the one that scores which are true probabilities would give?

    ``Z = sum (y - f) (1 - 2 f) / sqrt(sum (1 - 2 f)^2 f (1 - f))``. The numerator follows exactly from the
    sums. The denominator needs the sums of cubes and fourth powers of the scores; without them each slot's
    are rebuilt from its mean m and its variance v as if scores lay symmetrically around the mean. Then it is
    off by at most ``rows * v * (|8 - 16 m| w + 4 w^2)`` for a slot of width w: less than 4e-8 a row over 500
    slots of equal width. So give it the fine slots, not ten bins.

    Parameters
    ----------
    sums : ScoreSums
        Over fine slots.
    cubes, fourths : array_like of shape (..., slots), optional
        Exact sums of the scores' third and fourth powers.

    Returns
    -------
    Outcome
        Z, standard normal if scores are calibrated, and its two-sided p-value, each of shape (...); nan where
        the denominator is 0 (no rows, or all scores 0, 1/2 or 1). Z says little of the direction: positive
        where the Brier score is larger than expected.

    References
    ----------
    Spiegelhalter, D. (1986). Probabilistic prediction in patient management and clinical trials. *Statistics
    in Medicine* 5.

    Examples
    --------
    >>> from monitoring.statistics.sums import score_sums
    >>> test = spiegelhalter_test(score_sums([0.5, 0.85], [0.2, 0.2, 0.8, 0.9], [0, 1, 1, 0]))
    >>> float(test.statistic.round(3)), float(test.p_value.round(3))
    (2.0, 0.046)
    """
    some = np.where(sums.rows > 0, sums.rows, 1.0)
    mean = sums.score / some
    variance = np.maximum(sums.square / some - mean**2, 0.0)
    third = (
        sums.rows * mean * (mean * mean + 3 * variance) if cubes is None else np.asarray(cubes, dtype=float)
    )
    fourth = np.asarray(fourths, dtype=float) if fourths is not None else None
    if fourth is None:
        level = mean * mean
        fourth = sums.rows * (level * (level + 6 * variance) + variance * variance)
    excess = summed(sums.positives - sums.score - 2 * sums.product + 2 * sums.square)
    spread = summed(sums.score - 5 * sums.square + 8 * third - 4 * fourth)
    # What rounding leaves of a zero is none.
    spread = np.where(spread > 1e-12 * np.maximum(summed(sums.rows), 1.0), spread, np.nan)
    z = excess / np.sqrt(spread)
    return Outcome(z, 2 * special.ndtr(-np.abs(z)))
