"""Shares of rows: how sure one is, and whether two differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats, Interval, aligned
from monitoring.statistics.limits import FEWEST_CHUNKS


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


@dataclass(frozen=True)
class Spread:
    """How much a share varies between chunks beyond sampling, as a Student scale, each of shape (...).

    ``scale`` is that of one more chunk around the whole reference's share, 0 where there are too few chunks;
    ``freedom`` its degrees of freedom.
    """

    scale: Floats
    freedom: Floats


def spread(hits: ArrayLike, rows: ArrayLike, chunk_hits: ArrayLike, chunk_rows: ArrayLike) -> Spread:
    """How far the shares of the reference's chunks lie from that of the whole reference.

    Parameters
    ----------
    hits, rows : array_like of shape (...)
        Of the whole reference.
    chunk_hits, chunk_rows : array_like of shape (..., chunks)
        Of the reference's chunks; those without rows do not count.

    Returns
    -------
    Spread

    Examples
    --------
    >>> found = spread([80], [800], [[8, 10, 12, 8, 10, 12, 8, 12]], [[100] * 8])
    >>> found.scale.round(4), found.freedom
    (array([0.0196]), array([7.]))
    """
    k, n = np.asarray(chunk_hits, dtype=float), np.asarray(chunk_rows, dtype=float)
    usable = n > 0
    chunks = usable.sum(axis=-1).astype(float)
    count = np.maximum(chunks, 1.0)
    total = np.asarray(rows, dtype=float)
    middle = np.asarray(hits, dtype=float) / np.where(total > 0, total, np.nan)
    deviation = np.where(usable, k / np.where(usable, n, 1.0) - middle[..., None], 0.0)
    scale = np.sqrt((deviation**2).sum(axis=-1) / np.maximum(chunks - 1, 1.0) * (1 + 1 / count))
    return Spread(np.where(chunks >= FEWEST_CHUNKS, scale, 0.0), np.maximum(chunks - 1, 1.0))


def pooled(found: Spread, part: float) -> Spread:
    """The spread of a span of several chunks that vary by themselves.

    Parameters
    ----------
    found : Spread
        Of one chunk.
    part : float
        Share of the span that a chunk is; 1 for a span of one chunk.

    Returns
    -------
    Spread

    Examples
    --------
    >>> found = spread([80], [800], [[8, 10, 12, 8, 10, 12, 8, 12]], [[100] * 8])
    >>> found.scale.round(4), pooled(found, 0.25).scale.round(4)
    (array([0.0196]), array([0.0113]))
    """
    chunks = found.freedom + 1
    return Spread(found.scale * np.sqrt((part + 1 / chunks) / (1 + 1 / chunks)), found.freedom)


def rise_limit(found: Spread, error: ArrayLike, *, level: float = 0.99) -> Floats:
    """The rise of a share that neither sampling nor variation between chunks explains.

    Parameters
    ----------
    found : Spread
    error : array_like of shape (features, ...)
        Standard error of the rise by sampling alone.
    level : float

    Returns
    -------
    ndarray of shape (features, ...)

    Examples
    --------
    >>> found = spread([80], [800], [[8, 10, 12, 8, 10, 12, 8, 12]], [[100] * 8])
    >>> rise_limit(found, [[0.02, 0.05]]).round(3)
    array([[0.059, 0.116]])
    """
    e = np.asarray(error, dtype=float)
    scale, freedom = aligned(found.scale, e), aligned(found.freedom, e)
    return np.fmax(special.ndtri(level) * e, special.stdtrit(freedom, level) * scale)


def rise_p_value(found: Spread, rise: ArrayLike) -> Floats:
    """How often variation between chunks alone gives a rise at least this large; nan where it is unknown.

    Examples
    --------
    >>> found = spread([80], [800], [[8, 10, 12, 8, 10, 12, 8, 12]], [[100] * 8])
    >>> rise_p_value(found, [[0.0, 0.0587]]).round(3)
    array([[0.5 , 0.01]])
    """
    r = np.asarray(rise, dtype=float)
    scale, freedom = aligned(found.scale, r), aligned(found.freedom, r)
    known = scale > 0
    return np.where(known, special.stdtr(freedom, -r / np.where(known, scale, 1.0)), np.nan)
