"""Ratios of shares: how many times as frequent a category is, and which categories have moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, paired, summed
from monitoring.statistics.multiplicity import benjamini_hochberg


@dataclass(frozen=True)
class Ratio:
    """A share over the reference's, its interval and its two-sided p-value, each of shape (...)."""

    value: Floats
    lower: Floats
    upper: Floats
    p_value: Floats


def ratio(
    hits: ArrayLike,
    rows: ArrayLike,
    reference_hits: ArrayLike,
    reference_rows: ArrayLike,
    *,
    level: float = 0.95,
) -> Ratio:
    """How many times as frequent something is as in the reference, with Katz's interval on the log scale.

    Where one of the four counts (rows with it and without it, on either side) is 0, half a row is added to
    each of them, so that what is new or gone has a finite ratio: its size is then mostly a matter of how many
    rows there are, which its interval says. The p-value belongs to the interval: it is below ``1 - level``
    exactly where the interval leaves out 1. It errs towards 1 where there are few hits.

    Parameters
    ----------
    hits, rows : array_like
        Rows with the property and all rows of the current sample; shapes broadcast.
    reference_hits, reference_rows : array_like
        The same of the reference.
    level : float
        Confidence.

    Returns
    -------
    Ratio
        nan where a side has no rows, and where neither side has a hit.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, or hits are negative or more than the rows.

    References
    ----------
    Katz, D., Baptista, J., Azen, S. and Pike, M. (1978). Obtaining confidence intervals for the risk ratio in
    cohort studies. *Biometrics* 34.

    Pettigrew, H., Gart, J. and Thomas, D. (1986). The bias and higher cumulants of the logarithm of a
    binomial variate. *Biometrika* 73.

    Examples
    --------
    >>> found = ratio(20, 5_000, 40, 20_000)
    >>> [round(float(one), 3) for one in (found.value, found.lower, found.upper, found.p_value)]
    [2.0, 1.17, 3.418, 0.011]
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    a, n, c, m = (np.asarray(x, dtype=float) for x in (hits, rows, reference_hits, reference_rows))
    for k, whole in ((a, n), (c, m)):
        if (k < 0).any() or (k > whole).any():
            raise ValueError("hits must be at least 0 and at most the rows")
    known = (n > 0) & (m > 0) & (a + c > 0)
    half = np.where((a == 0) | (a == n) | (c == 0) | (c == m), 0.5, 0.0)
    a, c, n, m = a + half, c + half, np.where(known, n, np.nan) + 2 * half, m + 2 * half
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log(a / n) - np.log(c / m)
        error = np.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
        z = special.ndtri((1 + level) / 2) * error
        p_value = 2 * special.ndtr(-np.abs(log / error))
    return Ratio(np.exp(log), np.exp(log - z), np.exp(log + z), p_value)


def moved(
    counts: Counts, reference_counts: Counts, *, false_discoveries: float = 0.05, most: int = 5
) -> NDArray[np.intp]:
    """The categories whose share has changed, first those that have surely changed by most.

    Every category is held against all others together; Benjamini and Hochberg's rule keeps the many tests
    from finding something in nothing. They are in the order of the end of their 95 % interval that lies
    nearer to 1, on the log scale, so that a small change that is sure comes before a large one that is not.

    Parameters
    ----------
    counts, reference_counts : array_like of shape (categories,)
        Rows in each category.
    false_discoveries : float
        Share of those found that may be false.
    most : int
        How many are returned at most.

    Returns
    -------
    ndarray of int, shape (found,)
        Positions of categories.

    Raises
    ------
    ValueError
        If the categories differ, there is more than one axis, a count is negative, or a side is empty.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. *JRSS B* 57.

    Examples
    --------
    >>> moved([2000, 2900, 20, 80], [8000, 11760, 40, 200]).tolist()
    [3, 2]
    """
    c, a = paired(reference_counts, counts)
    if a.ndim != 1 or c.ndim != 1:
        raise ValueError(f"one histogram each, not shapes {a.shape} and {c.shape}")
    found = ratio(a, summed(a), c, summed(c))
    surely = np.maximum(np.maximum(np.log(found.lower), -np.log(found.upper)), 0.0)
    significant = np.flatnonzero(benjamini_hochberg(found.p_value) < false_discoveries)
    by_size = significant[np.lexsort((found.p_value[significant], -surely[significant]))]
    return by_size[:most]
