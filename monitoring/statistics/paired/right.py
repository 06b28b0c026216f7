"""Which of two versions decided right where they differ: McNemar's test and its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from monitoring.statistics.arrays import Floats
from monitoring.statistics.shares import wilson

FEW = 25
"""Rows that only one decided right below which the exact test is used."""


@dataclass(frozen=True)
class Right:
    """Which version was right more often, every array of shape (...); nan without rows.

    Attributes
    ----------
    difference, lower, upper, error : ndarray
        Accuracy of the second less that of the first, with its interval and standard error.
    share, share_lower, share_upper : ndarray
        Of the rows that only one decided right, how often it was the second, with Wilson's interval.
    statistic : ndarray
        McNemar's chi-square, without correction; nan where no row tells them apart.
    p_value, exact, mid : ndarray
        The p-value to read: exact below `FEW` telling rows, else that of the chi-square; the exact one, and
        the mid-p one, which is less conservative.
    telling, n : ndarray
        Rows that only one decided right, and all rows.
    """

    difference: Floats
    lower: Floats
    upper: Floats
    error: Floats
    share: Floats
    share_lower: Floats
    share_upper: Floats
    statistic: Floats
    p_value: Floats
    exact: Floats
    mid: Floats
    telling: Floats
    n: Floats


def right(only_first: ArrayLike, only_second: ArrayLike, rows: ArrayLike, *, level: float = 0.95) -> Right:
    """Compare two accuracies on the same rows.

    Parameters
    ----------
    only_first, only_second : array_like of shape (...)
        Rows that only the first, and only the second version decided right.
    rows : array_like of shape (...)
        All rows.
    level : float
        Confidence.

    Returns
    -------
    Right
        Where no row tells the versions apart the interval is that of half a row each way.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions.
    *Psychometrika* 12. Fagerland, M., Lydersen, S. and Laake, P. (2013). The McNemar test for binary
    matched-pairs data: mid-p and asymptotic are better than exact conditional. *BMC Medical Research
    Methodology* 13.

    Examples
    --------
    >>> found = right(86, 150, 1600)
    >>> float(found.difference), float(found.statistic.round(3)), float(found.mid.round(7))
    (0.04, 17.356, 2.89e-05)
    """
    b, c, total = (np.asarray(one, dtype=float) for one in (only_first, only_second, rows))
    n = np.where(total > 0, total, np.nan)
    telling = b + c
    difference = (c - b) / n
    error = _error(b, c, n)
    width = np.where(telling > 0, error, _error(b + 0.5, c + 0.5, n + 1))
    half = special.ndtri((1 + level) / 2) * width
    statistic = (b - c) ** 2 / np.where(telling > 0, telling, np.nan)
    fewer = np.minimum(b, c)
    below = stats.binom.cdf(fewer, telling, 0.5)
    exact = np.where(telling > 0, np.minimum(2 * below, 1.0), 1.0)
    mid = np.where(telling > 0, np.minimum(2 * below - stats.binom.pmf(fewer, telling, 0.5), 1.0), 1.0)
    chance = special.chdtrc(1, np.nan_to_num(statistic))
    ends = wilson(c, telling, level=level)
    share = c / np.where(telling > 0, telling, np.nan)
    return Right(
        difference, np.maximum(difference - half, -1.0), np.minimum(difference + half, 1.0), error, share,
        ends.lower, ends.upper, statistic, np.where(telling < FEW, exact, chance), exact, mid, telling, total,
    )  # fmt: skip


def _error(b: Floats, c: Floats, n: Floats) -> Floats:
    share, difference = (b + c) / n, (c - b) / n
    return np.sqrt(np.maximum(share - difference**2, 0.0) / n)
