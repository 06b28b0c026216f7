"""Do scores mean what they say? Reliability by bin, the calibration error, and how much of it is noise.

Everything is computed from `ScoreSums` merged into bins: ten of equal mass of the reference
(`monitoring.statistics.sums.mass_groups` of its counts) or ten of equal width (`width_groups`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.shares import wilson
from monitoring.statistics.sums import ScoreSums

LEAST_ROWS = 20
"""A bin of fewer rows is not drawn."""
DRAWS = 500
SEED = 20130301
_NORMAL = 3.0  # standard deviation of events in a bin from which a normal variable tells them well


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram, each array of shape (..., bins).

    ``score`` and ``rate`` are a bin's mean score and share of events, nan where it is empty; ``lower`` and
    ``upper`` Wilson's interval of the rate; ``hidden`` marks bins of fewer than 20 rows.
    """

    rows: Floats
    score: Floats
    rate: Floats
    lower: Floats
    upper: Floats
    hidden: NDArray[np.bool_]


@dataclass(frozen=True)
class CalibrationError:
    """How far scores lie from rates, each of shape (...), nan without rows.

    ``mean`` is the expected calibration error of the bins given (ECE over bins of equal width, ACE over bins
    of equal mass), ``largest`` the largest gap of a bin, ``debiased`` the mean square gap without what
    sampling adds to it: about 0, of either sign, where scores are calibrated.
    """

    mean: Floats
    largest: Floats
    debiased: Floats


def reliability(sums: ScoreSums, *, level: float = 0.95, least: int = LEAST_ROWS) -> Reliability:
    """Mean score and rate of events in each bin.

    Parameters
    ----------
    sums : ScoreSums
        Merged into bins.
    level : float
        Confidence of the intervals.
    least : int
        Rows below which a bin is hidden.

    Returns
    -------
    Reliability

    Examples
    --------
    >>> from monitoring.statistics.sums import score_sums
    >>> found = reliability(score_sums([0.5], [0.2, 0.4, 0.8, 0.9], [0, 1, 1, 1]))
    >>> found.score, found.rate, found.hidden
    (array([0.3 , 0.85]), array([0.5, 1. ]), array([ True,  True]))
    """
    some = np.where(sums.rows > 0, sums.rows, np.nan)
    interval = wilson(sums.positives, sums.rows, level=level)
    return Reliability(
        rows=sums.rows,
        score=sums.score / some,
        rate=sums.positives / some,
        lower=interval.lower,
        upper=interval.upper,
        hidden=sums.rows < least,
    )


def consistency_band(
    rows: ArrayLike, rate: ArrayLike, reference_rows: ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Where the rates of bins may lie if scores still mean what they meant in the reference.

    Quantiles of a binomial share whose rows are those of ``1 / (1/rows + 1/reference_rows)``, so that it
    carries the sampling of both sides and stays between 0 and 1.

    Parameters
    ----------
    rows : array_like of shape (..., bins)
        Current rows of each bin.
    rate : array_like of shape (..., bins)
        What the reference expects of them: its own rate in the bin, or the mean of its calibrated
        probabilities over the current scores, which allows for another mix of scores within the bin.
    reference_rows : array_like of shape (..., bins)
        Rows behind it; infinite where the rate is known.
    level : float

    Returns
    -------
    tuple of two ndarray of shape (..., bins)
        nan where a side has no rows.

    References
    ----------
    Bröcker, J. and Smith, L. (2007). Increasing the reliability of reliability diagrams. *Weather and
    Forecasting* 22.

    Examples
    --------
    >>> lower, upper = consistency_band([400, 400], [0.1, 0.5], np.inf)
    >>> lower.round(3), upper.round(3)
    (array([0.072, 0.45 ]), array([0.13, 0.55]))
    """
    n, p, r = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (rows, rate, reference_rows)))
    usable = (n > 0) & (r > 0) & ~np.isnan(p)
    with np.errstate(divide="ignore"):
        both = np.maximum(np.round(1 / (1 / np.where(usable, n, 1.0) + 1 / np.where(usable, r, 1.0))), 1.0)
    tails = (1 - level) / 2, (1 + level) / 2
    share = np.clip(np.where(usable, p, 0.0), 0.0, 1.0)
    lower, upper = (np.asarray(stats.binom.ppf(tail, both, share)) / both for tail in tails)
    return np.where(usable, lower, np.nan), np.where(usable, upper, np.nan)


def calibration_error(sums: ScoreSums, *, least: int = 1) -> CalibrationError:
    """The calibration error of binned scores.

    Parameters
    ----------
    sums : ScoreSums
        Merged into bins.
    least : int
        Rows from which a bin counts for the largest gap; of small bins it is mostly noise.

    Returns
    -------
    CalibrationError

    References
    ----------
    Naeini, M., Cooper, G. and Hauskrecht, M. (2015). Obtaining well calibrated probabilities using Bayesian
    binning. *AAAI*. Kumar, A., Liang, P. and Ma, T. (2019). Verified uncertainty calibration. *NeurIPS*, for
    the debiased one.

    Examples
    --------
    >>> from monitoring.statistics.sums import score_sums
    >>> found = calibration_error(score_sums([0.5], [0.2, 0.4, 0.8, 0.9], [0, 1, 1, 1]))
    >>> float(found.mean.round(3)), float(found.largest.round(3))
    (0.175, 0.2)
    """
    n = sums.rows
    some = np.where(n > 0, n, 1.0)
    total = _whole(n)
    gap, rate = np.abs(sums.score - sums.positives) / some, sums.positives / some
    square = gap**2 - rate * (1 - rate) / np.maximum(n - 1, 1.0)
    seen = np.where(n >= max(least, 1), gap, -1.0).max(axis=-1)
    return CalibrationError(
        mean=summed(n * gap) / total,
        largest=np.where(seen < 0, np.nan, seen),
        debiased=summed(np.where(n > 1, n * square, 0.0)) / _whole(np.where(n > 1, n, 0.0)),
    )


def calibration_floor(sums: ScoreSums) -> Floats:
    """The calibration error that a perfect model shows on average, because rows are few.

    ``sum over bins of sqrt(2 / pi * sum of f (1 - f)) / rows``: the mean absolute deviation of a normal
    variable with the bins' exact variances.

    Parameters
    ----------
    sums : ScoreSums
        Merged into bins; labels are not looked at.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> even = ScoreSums(*(np.array([x]) for x in (100.0, 50.0, 25.0, 0.0, 0.0)))
    >>> float(calibration_floor(even).round(4))
    0.0399
    """
    return summed(np.sqrt(2 / np.pi * _variance(sums))) / _whole(sums.rows)


def calibration_limit(
    sums: ScoreSums, *, level: float = 0.99, draws: int = DRAWS, seed: int = SEED
) -> Floats:
    """The calibration error that a perfect model exceeds in one of a hundred samples of these scores.

    Events are drawn as binomial in every bin, with the mean and the variance of as many rows of the bin's own
    scores; as normal where no bin's variance is so small that the two differ. Every histogram gets the same
    random numbers, so its limit does not depend on its neighbours.

    Parameters
    ----------
    sums : ScoreSums
        Merged into bins; labels are not looked at.
    level : float
    draws, seed : int

    Returns
    -------
    ndarray of shape (...)
        nan without rows.

    Examples
    --------
    >>> even = ScoreSums(*(np.array([x]) for x in (100.0, 50.0, 25.0, 0.0, 0.0)))
    >>> float(calibration_limit(even, draws=5000).round(3))
    0.129
    """
    mean, square = np.maximum(sums.score, 0.0), np.maximum(sums.square, 0.0)
    # So many trials of so likely an event have the mean and the variance of the sum of unequal ones.
    chance = np.clip(square / np.where(mean > 0, mean, 1.0), 0.0, 1.0)
    trials = np.where(square > 0, mean**2 / np.where(square > 0, square, 1.0), 0.0)
    whole = np.round(trials)
    scale = np.sqrt(trials / np.where(whole > 0, whole, 1.0))
    bins = mean.shape[-1]
    flat = [part.reshape(-1, bins) for part in (whole, chance, scale)]
    spread = np.sqrt(_variance(sums)).reshape(-1, bins)
    errors = spread @ np.abs(np.random.default_rng(seed).normal(size=(bins, draws)))
    few = ((spread > 0) & (spread < _NORMAL)).any(axis=-1)
    for one in np.flatnonzero(few):
        n, p, s = (part[one] for part in flat)
        drawn = np.random.default_rng(seed).binomial(n.astype(np.int64), p, size=(draws, bins))
        errors[one] = np.abs(s * (drawn - n * p)).sum(axis=-1)
    limit = np.quantile(errors, level, axis=-1, method="higher") if len(errors) else np.zeros(0)
    return limit.reshape(mean.shape[:-1]) / _whole(sums.rows)


def _variance(sums: ScoreSums) -> Floats:
    """Variance of the number of events in each bin if scores are true probabilities."""
    return np.maximum(sums.score - sums.square, 0.0)


def _whole(rows: Floats) -> Floats:
    total = summed(rows)
    return np.where(total > 0, total, np.nan)
