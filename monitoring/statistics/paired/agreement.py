"""How often two versions decide alike, beyond what chance would make of how often each decides what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.shares import wilson


@dataclass(frozen=True)
class Agreement:
    """Agreement of two versions, every array of shape (...); nan without rows.

    Attributes
    ----------
    rate, lower, upper : ndarray
        Share of rows decided alike, with Wilson's interval.
    kappa, kappa_error, kappa_lower, kappa_upper : ndarray
        Cohen's kappa, nan where both always decide the same, with its standard error and interval.
    n : ndarray
        Rows that both decided.
    """

    rate: Floats
    lower: Floats
    upper: Floats
    kappa: Floats
    kappa_error: Floats
    kappa_lower: Floats
    kappa_upper: Floats
    n: Floats


def agreement(table: ArrayLike, *, level: float = 0.95) -> Agreement:
    """Compare what two versions decided of the same rows.

    Parameters
    ----------
    table : array_like of shape (..., C, C)
        Rows by the first version's decision and the second's.
    level : float
        Confidence.

    Returns
    -------
    Agreement

    References
    ----------
    Fleiss, J., Cohen, J. and Everitt, B. (1969). Large sample standard errors of kappa and weighted kappa.
    *Psychological Bulletin* 72.

    Examples
    --------
    >>> found = agreement([[20, 5], [10, 15]])
    >>> float(found.rate), float(found.kappa.round(3)), float(found.kappa_error.round(3))
    (0.7, 0.4, 0.127)
    """
    counts = np.asarray(table, dtype=float)
    rows = counts.sum(axis=(-2, -1))
    n = np.where(rows > 0, rows, np.nan)
    alike = np.trace(counts, axis1=-2, axis2=-1)
    ends = wilson(alike, rows, level=level)
    share = counts / n[..., None, None]
    first, second = share.sum(axis=-1), share.sum(axis=-2)
    observed = alike / n
    expected = (first * second).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa = np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)
        left = (1 - kappa)[..., None]
        own = np.diagonal(share, axis1=-2, axis2=-1)
        matched = (own * (1 - (first + second) * left) ** 2).sum(axis=-1)
        # A cell's row is weighed by how often the second decides so, its column by the first.
        crossed = share * (second[..., :, None] + first[..., None, :]) ** 2
        apart = crossed.sum(axis=(-2, -1)) - np.trace(crossed, axis1=-2, axis2=-1)
        rest = (kappa - expected * (1 - kappa)) ** 2
        variance = (matched + (1 - kappa) ** 2 * apart - rest) / ((1 - expected) ** 2 * n)
    error = np.sqrt(np.maximum(variance, 0.0))
    half = special.ndtri((1 + level) / 2) * error
    lower, upper = np.maximum(kappa - half, -1.0), np.minimum(kappa + half, 1.0)
    return Agreement(observed, ends.lower, ends.upper, kappa, error, lower, upper, rows)
