"""In which way are scores miscalibrated: too high or too low, too extreme or too timid?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.shares import wilson
from monitoring.statistics.sums import ScoreSums

CLIP = 1e-4
"""Scores nearer to 0 or 1 count as so near where logits are taken: they are logged with four decimals."""
STEPS = 30
WIDEST = np.log(2.0)
"""Where a slope's interval is wider than half to double it says nothing."""


@dataclass(frozen=True)
class InTheLarge:
    """Expected over observed events, each of shape (...).

    ``ratio`` is above 1 where scores are too high, with its interval; ``statistic`` the z of observed minus
    expected events if scores are true probabilities, and its two-sided ``p_value``.
    """

    ratio: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    p_value: Floats


@dataclass(frozen=True)
class Recalibration:
    """The line that would correct the logits of the scores, each of shape (...).

    1 and 0 for calibrated scores; a slope below 1: scores are too extreme. nan where it cannot be fitted: too
    few rows, one class, one score, or classes that the score separates.
    """

    slope: Floats
    slope_error: Floats
    intercept: Floats
    intercept_error: Floats


def in_the_large(sums: ScoreSums, *, level: float = 0.95) -> InTheLarge:
    """Are there as many events as the scores expect?

    Parameters
    ----------
    sums : ScoreSums
        Over slots or bins.
    level : float
        Confidence of the ratio's interval, which is Wilson's of the observed rate.

    Returns
    -------
    InTheLarge
        nan without rows; the ratio and its upper end are infinite without an event.

    References
    ----------
    Van Calster, B. et al. (2019). Calibration: the Achilles heel of predictive analytics. *BMC Medicine* 17.

    Examples
    --------
    >>> half = ScoreSums(*(np.array([x]) for x in (100.0, 50.0, 25.0, 40.0, 20.0)))
    >>> found = in_the_large(half)
    >>> float(found.ratio), float(found.statistic)
    (1.25, -2.0)
    """
    n, expected, observed = (summed(part) for part in (sums.rows, sums.score, sums.positives))
    interval = wilson(observed, n, level=level)
    variance = summed(np.maximum(sums.score - sums.square, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (observed - expected) / np.sqrt(np.where(variance > 0, variance, np.nan))
        ratio, lower, upper = (
            expected / events for events in (observed, n * interval.upper, n * interval.lower)
        )
    return InTheLarge(ratio, lower, upper, z, 2 * special.ndtr(-np.abs(z)))


def recalibration(sums: ScoreSums) -> Recalibration:
    """Slope and intercept of a logistic regression of the events on the logit of the score.

    Fitted by Newton's method on the slots' mean scores, so over fine slots it is the regression on the rows.

    Parameters
    ----------
    sums : ScoreSums
        Over slots or bins; leading axes are fitted at once.

    Returns
    -------
    Recalibration

    References
    ----------
    Cox, D. (1958). Two further applications of a model for binary regression. *Biometrika* 45.

    Examples
    --------
    Scores of 0.1 and 0.9 where a quarter and three quarters would be right:

    >>> rows, score, square, events = ([400.0, 400], [40.0, 360], [4.0, 324], [100.0, 300])
    >>> bold = ScoreSums(*(np.array(x) for x in (rows, score, square, events, events)))
    >>> float(recalibration(bold).slope.round(3)), abs(float(recalibration(bold).intercept.round(3)))
    (0.5, 0.0)
    """
    n, events = sums.rows, sums.positives
    mean = np.where(n > 0, sums.score / np.where(n > 0, n, 1.0), 0.5)
    x = special.logit(np.clip(mean, CLIP, 1 - CLIP))
    intercept, slope = np.zeros(n.shape[:-1]), np.ones(n.shape[:-1])
    step = _step(n, events, x, intercept, slope)
    for _ in range(STEPS):
        # Steps are bounded: far away the likelihood is flat and a full one would overshoot.
        intercept = intercept + np.clip(step.intercept, -2.0, 2.0)
        slope = slope + np.clip(step.slope, -1.0, 1.0)
        step = _step(n, events, x, intercept, slope)
        if (step.usable <= step.settled).all():
            break
    nan = np.where(step.usable & step.settled, 0.0, np.nan)
    return Recalibration(slope + nan, step.slope_error + nan, intercept + nan, step.intercept_error + nan)


@dataclass(frozen=True)
class _Step:
    """A Newton step from where one stands, and the standard errors there."""

    intercept: Floats
    slope: Floats
    intercept_error: Floats
    slope_error: Floats
    usable: NDArray[np.bool_]
    settled: NDArray[np.bool_]


def _step(n: Floats, events: Floats, x: Floats, intercept: Floats, slope: Floats) -> _Step:
    p = special.expit(intercept[..., None] + slope[..., None] * x)
    weight, excess = n * p * (1 - p), events - n * p
    s0, s1, s2 = summed(weight), summed(weight * x), summed(weight * x * x)
    g0, g1 = summed(excess), summed(excess * x)
    determinant = s0 * s2 - s1 * s1
    usable = determinant > 1e-9 * np.maximum(s0 * s2, 1e-9)
    safe = np.where(usable, determinant, 1.0)
    by_intercept = np.where(usable, (s2 * g0 - s1 * g1) / safe, 0.0)
    by_slope = np.where(usable, (s0 * g1 - s1 * g0) / safe, 0.0)
    settled = (np.abs(by_intercept) < 1e-8) & (np.abs(by_slope) < 1e-8)
    return _Step(by_intercept, by_slope, np.sqrt(s2 / safe), np.sqrt(s0 / safe), usable, settled)


def verdict(
    large: InTheLarge, line: Recalibration, *, level: float = 0.95, ratio: float = 0.05, slope: float = 0.1
) -> NDArray[np.str_]:
    """What is wrong with the scores, in words.

    "too high" or "too low" where expected over observed events is off by more than 5 % and its interval
    excludes 1; "over-confident" or "under-confident" where the slope is off by more than 0.1 and its interval
    excludes 1. Both may hold. Otherwise "calibrated", or "too few rows" where the slope's interval is so wide
    that this would say nothing.

    Parameters
    ----------
    large : InTheLarge
    line : Recalibration
        Of the same shape.
    level : float
        Confidence of the slope's interval.
    ratio, slope : float
        What is too small to matter.

    Returns
    -------
    ndarray of str, of shape (...)

    Examples
    --------
    >>> rows, score, square, events = ([400.0, 400], [40.0, 360], [4.0, 324], [100.0, 300])
    >>> bold = ScoreSums(*(np.array(x) for x in (rows, score, square, events, events)))
    >>> str(verdict(in_the_large(bold), recalibration(bold)))
    'over-confident'
    """
    half = special.ndtri((1 + level) / 2) * line.slope_error
    steep = (line.slope - half > 1) & (line.slope > 1 + slope)
    flat = (line.slope + half < 1) & (line.slope < 1 - slope)
    high = (large.lower > 1) & (large.ratio > 1 + ratio)
    low = (large.upper < 1) & (large.ratio < 1 / (1 + ratio))
    shape = np.select([flat, steep], ["over-confident", "under-confident"], "")
    level_words = np.select([high, low], ["too high", "too low"], "")
    both = (shape != "") & (level_words != "")
    words = np.where(
        both, np.char.add(np.char.add(shape, " and "), level_words), np.char.add(shape, level_words)
    )
    known = np.where(half <= WIDEST, "calibrated", "too few rows")  # nan is not known
    return np.where(words == "", known, words)
