"""The array types that the statistics speak, and the checks every function on counts makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = ArrayLike
"""Rows per bin, shape (..., n_bins); leading axes are features, chunks or anything else and broadcast."""


@dataclass(frozen=True)
class Outcome:
    """A significance test: statistic, p-value and, for a table, degrees of freedom, each of shape (...)."""

    statistic: Floats
    p_value: Floats
    freedom: Floats | None = None


@dataclass(frozen=True)
class Interval:
    """Lower and upper end of a confidence interval, each of shape (...)."""

    lower: Floats
    upper: Floats


def paired(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    """Two histograms as floats, checked.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins; leading axes broadcast against each other.

    Returns
    -------
    tuple of two ndarray

    Raises
    ------
    ValueError
        If the numbers of bins differ, the leading axes do not broadcast, a count is negative, or two single
        histograms are given and one of them is empty. Inside a larger array an empty histogram is no error:
        its result is nan, so that a chunk without rows is a gap.

    Examples
    --------
    >>> paired([1, 2], [3, 4])[1]
    array([3., 4.])
    >>> paired([1, 2], [3, 4, 5])
    Traceback (most recent call last):
    ValueError: histograms over different bins: 2 and 3
    """
    r, c = np.asarray(reference, dtype=float), np.asarray(current, dtype=float)
    if r.ndim == 0 or c.ndim == 0 or r.shape[-1] != c.shape[-1]:
        raise ValueError(f"histograms over different bins: {_bins(r)} and {_bins(c)}")
    np.broadcast_shapes(r.shape, c.shape)
    if (r < 0).any() or (c < 0).any():
        raise ValueError("a histogram holds a negative count")
    if r.ndim == c.ndim == 1 and not (r.any() and c.any()):
        raise ValueError("an empty histogram has no distribution")
    return r, c


def summed(array: Floats) -> Floats:
    """Sums over the last axis; several times faster than ``sum`` where that axis is short.

    Examples
    --------
    >>> summed(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([3., 7.])
    """
    return array @ np.ones(array.shape[-1])


def shares(counts: Floats) -> Floats:
    """Counts as shares of their histogram; an empty histogram gives nan.

    Examples
    --------
    >>> shares(np.array([[1.0, 3.0], [0.0, 0.0]]))
    array([[0.25, 0.75],
           [ nan,  nan]])
    """
    total = summed(counts)[..., None]
    return counts / np.where(total > 0, total, np.nan)


def size_factor(reference_rows: ArrayLike, current_rows: ArrayLike) -> Floats:
    """The sampling scale of a comparison, ``1/n + 1/m``; nan where either side has no rows.

    Parameters
    ----------
    reference_rows, current_rows : array_like
        Rows on each side, of shapes that broadcast.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> size_factor(1000, [1000, 500, 0])
    array([0.002, 0.003,   nan])
    """
    n, m = np.asarray(reference_rows, dtype=float), np.asarray(current_rows, dtype=float)
    return np.asarray(1 / np.where(n > 0, n, np.nan) + 1 / np.where(m > 0, m, np.nan))


def occupied(reference: Counts, current: Counts) -> Floats:
    """How many bins hold a row on either side: the bins that a comparison sees.

    Examples
    --------
    >>> occupied([5, 0, 0], [[1, 1, 0], [0, 0, 0]])
    array([2., 1.])
    """
    either = (np.asarray(reference) > 0) | (np.asarray(current) > 0)
    return summed(either.astype(float))


def aligned(per_feature: Floats, like: Floats) -> Floats:
    """Per-feature numbers with trailing axes added, so that they broadcast against (features, ...).

    Examples
    --------
    >>> aligned(np.zeros(3), np.zeros((3, 5, 2))).shape
    (3, 1, 1)
    """
    return per_feature.reshape(per_feature.shape + (1,) * (like.ndim - per_feature.ndim))


def pulled_in(scores: Floats, share: float = 0.001) -> Floats:
    """Scores from 0 to 1 between those at either end that are left out, which become 0 and 1.

    Parameters
    ----------
    scores : ndarray of shape (rows,)
        At least four, finite.
    share : float
        What is pulled in at either end, rounded up to whole scores.

    Returns
    -------
    ndarray of shape (rows,)
        All 0 where the scores between are alike.

    Examples
    --------
    >>> pulled_in(np.array([-1e300, 1.0, 2.0, 3.0, 1e300]))
    array([0. , 0. , 0.5, 1. , 1. ])
    """
    ordered, few = np.sort(scores), -int(-len(scores) * share // 1)
    low, high = ordered[few], ordered[-few - 1]
    width = high / 2 - low / 2  # halves, because the difference of two numbers may be none
    return (np.clip(scores, low, high) / 2 - low / 2) / (width if width > 0 else 1.0)


def _bins(counts: Floats) -> int:
    return counts.shape[-1] if counts.ndim else 0
