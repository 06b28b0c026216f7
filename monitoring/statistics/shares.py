"""Shares of rows: how sure one is, and whether two differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats


@dataclass(frozen=True)
class Interval:
    """Lower and upper end of a confidence interval, each of shape (...)."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Comparison:
    """A difference of two shares, its z statistic and two-sided p-value, each of shape (...)."""

    difference: Floats
    statistic: Floats
    p_value: Floats


def wilson(hits: ArrayLike, rows: ArrayLike, *, level: float = 0.95) -> Interval:
    """Wilson's score interval of a share: honest for small samples and for shares near 0 or 1.

    Parameters
    ----------
    hits, rows : array_like
        Rows with the property, and all rows; shapes broadcast.
    level : float
        Confidence.

    Returns
    -------
    Interval
        nan where there are no rows.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> interval = wilson(8, 10)
    >>> round(float(interval.lower), 4), round(float(interval.upper), 4)
    (0.4902, 0.9433)
    """
    k, n = np.asarray(hits, dtype=float), np.asarray(rows, dtype=float)
    n = np.where(n > 0, n, np.nan)
    z = special.ndtri((1 + level) / 2)
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0))


def two_shares(
    first_hits: ArrayLike, first_rows: ArrayLike, second_hits: ArrayLike, second_rows: ArrayLike
) -> Comparison:
    """Two-proportion z test: whether a share differs between two samples.

    Parameters
    ----------
    first_hits, first_rows, second_hits, second_rows : array_like
        Rows with the property and all rows of each sample; shapes broadcast.

    Returns
    -------
    Comparison
        ``difference`` is first minus second; ``statistic`` is 0 where both shares are 0 or both 1, and all
        are nan where a sample has no rows.

    References
    ----------
    Agresti, A. (2013). *Categorical Data Analysis*, section 3.1. Wiley.

    Examples
    --------
    >>> test = two_shares(15, 100, 30, 120)
    >>> round(float(test.statistic), 3), round(float(test.p_value), 3)
    (-1.831, 0.067)
    """
    k1, n1, k2, n2 = (np.asarray(a, dtype=float) for a in (first_hits, first_rows, second_hits, second_rows))
    n1, n2 = np.where(n1 > 0, n1, np.nan), np.where(n2 > 0, n2, np.nan)
    difference = k1 / n1 - k2 / n2
    pooled = (k1 + k2) / (n1 + n2)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 0.0) * (1 / n1 + 1 / n2))
    statistic = np.where(error == 0, 0.0, difference / np.where(error == 0, 1.0, error))
    return Comparison(difference, statistic, 2 * special.ndtr(-np.abs(statistic)))


def share_limit(
    hits: ArrayLike, rows: ArrayLike, chunk_hits: ArrayLike, chunk_rows: ArrayLike, *, level: float = 0.99
) -> Floats:
    """The share that a chunk like those of the reference stays below.

    The larger of what sampling alone allows and, with at least seven reference chunks, of what their spread
    allows (a Student quantile of the chunk shares).

    Parameters
    ----------
    hits, rows : array_like of shape (features,)
        Of the whole reference.
    chunk_hits, chunk_rows : array_like of shape (features, chunks)
        Of the reference's chunks; those without rows do not count.
    level : float

    Returns
    -------
    ndarray of shape (features,)
        nan where the reference has no rows.

    Examples
    --------
    >>> share_limit([80], [800], [[8, 10, 12, 8, 10, 12, 8, 12]], [[100] * 8]).round(3)
    array([0.174])
    """
    k, n = np.asarray(chunk_hits, dtype=float), np.asarray(chunk_rows, dtype=float)
    usable = n > 0
    chunks = usable.sum(axis=-1).astype(float)
    count = np.maximum(chunks, 1.0)
    share = np.where(usable, k / np.where(usable, n, 1.0), 0.0)
    total = np.asarray(rows, dtype=float)
    middle = np.asarray(hits, dtype=float) / np.where(total > 0, total, np.nan)
    deviation = np.where(usable, share - middle[..., None], 0.0)
    spread = np.sqrt((deviation**2).sum(axis=-1) / np.maximum(chunks - 1, 1.0) * (1 + 1 / count))
    between = special.stdtrit(np.maximum(chunks - 1, 1.0), level) * np.where(chunks >= 7, spread, 0.0)
    typical = np.where(usable, n, 0.0).sum(axis=-1) / count
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(middle * (1 - middle) * (1 / total + 1 / np.where(typical > 0, typical, np.nan)))
    return middle + np.fmax(special.ndtri(level) * error, between)
