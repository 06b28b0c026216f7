"""The area under the ROC curve: how well scores put positives above negatives, and how sure one is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.intervals import unanimous


@dataclass(frozen=True)
class Auc:
    """An area under the ROC curve with its interval, standard error and one-sided p-value (AUC > 1/2)."""

    value: float
    lower: float
    upper: float
    error: float
    p_value: float


def roc_auc(negatives: ArrayLike, positives: ArrayLike, *, level: float = 0.95) -> Auc:
    """The share of (negative, positive) pairs in which the positive scores higher, a tie counting half.

    The standard error is DeLong's, the interval is symmetric on the logit scale, so that it stays between 0
    and 1. The p-value is that of the one-sided Mann-Whitney test, normal approximation with the corrections
    for ties and for continuity.

    Parameters
    ----------
    negatives, positives : array_like of shape (rows,)
        Scores; infinite ones are ranked like any other.
    level : float
        Confidence of the interval.

    Returns
    -------
    Auc
        ``error`` and the interval are nan where a side has a single row. Where all pairs agree the standard
        error is 0 and says nothing: the interval then is the exact one of as many independent pairs as the
        smaller side has rows, all of which agree.

    Raises
    ------
    ValueError
        If a side is empty or a score is nan.

    References
    ----------
    DeLong, E., DeLong, D. and Clarke-Pearson, D. (1988). Comparing the areas under two or more correlated
    receiver operating characteristic curves. *Biometrics* 44. Mann, H. and Whitney, D. (1947). *Annals of
    Mathematical Statistics* 18.

    Examples
    --------
    >>> auc = roc_auc([0.1, 0.2, 0.4, 0.5], [0.3, 0.4, 0.6, 0.9])
    >>> auc.value, round(auc.error, 3), round(auc.lower, 3), round(auc.p_value, 3)
    (0.78125, 0.182, 0.306, 0.123)
    """
    of_negatives, of_positives = placements(negatives, positives)
    n, m = len(of_negatives), len(of_positives)
    value = float(of_positives.mean())
    error = float("nan")
    if min(n, m) > 1:
        error = float(np.sqrt(of_negatives.var(ddof=1) / n + of_positives.var(ddof=1) / m))
    lower, upper = _interval(value, error, min(n, m), level)
    return Auc(value, lower, upper, error, _p_value(np.asarray(negatives), np.asarray(positives), value))


def placements(negatives: ArrayLike, positives: ArrayLike) -> tuple[Floats, Floats]:
    """For each row the share of the other side that it is on the right side of, a tie counting half.

    Both means are the area under the ROC curve. Two scorings of the same rows are compared by the placements'
    differences: with ``d`` and ``e`` those of negatives and positives, ``var(d) / n + var(e) / m`` is
    DeLong's variance of the difference of the areas.

    Parameters
    ----------
    negatives, positives : array_like of shape (rows,)

    Returns
    -------
    tuple of two ndarray
        Of the negatives' and of the positives' shape.

    Raises
    ------
    ValueError
        If a side is empty or a score is nan.

    Examples
    --------
    >>> placements([1, 2], [2, 3])
    (array([1.  , 0.75]), array([0.75, 1.  ]))
    """
    low, high = (np.asarray(side, dtype=float) for side in (negatives, positives))
    if low.ndim != 1 or high.ndim != 1 or not (low.size and high.size):
        raise ValueError("scores of at least one negative and one positive row are needed")
    if np.isnan(low).any() or np.isnan(high).any():
        raise ValueError("a score that is nan has no rank")
    return 1.0 - _placed(low, high), _placed(high, low)


def _placed(scores: Floats, others: Floats) -> Floats:
    """The share of the others below each score, ties half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, scores, side="left") + np.searchsorted(ordered, scores, side="right")
    return below / (2.0 * len(others))


def _interval(value: float, error: float, pairs: int, level: float) -> tuple[float, float]:
    if np.isnan(error):
        return float("nan"), float("nan")
    if value in (0.0, 1.0):
        sure = float(unanimous(pairs, level=level))
        return (sure, 1.0) if value else (0.0, 1.0 - sure)
    half = special.ndtri((1 + level) / 2) * error / (value * (1 - value))
    centre = special.logit(value)
    return float(special.expit(centre - half)), float(special.expit(centre + half))


def _p_value(negatives: Floats, positives: Floats, value: float) -> float:
    n, m = len(negatives), len(positives)
    total = float(n + m)
    _, tied = np.unique(np.concatenate([negatives, positives]), return_counts=True)
    repeats = float((tied.astype(float) ** 3 - tied).sum()) / (total * (total - 1))
    spread = np.sqrt(n * m / 12 * max(total + 1 - repeats, 0.0))
    excess = (value - 0.5) * n * m - 0.5  # the half is the correction for continuity
    return float(special.ndtr(-excess / spread)) if spread > 0 else 1.0
