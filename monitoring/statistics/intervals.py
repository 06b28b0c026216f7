"""Confidence intervals of drift values: how far the distance may be from what the rows happened to show."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats, Interval, summed


def folded(effect: ArrayLike, error: ArrayLike, *, level: float = 0.95) -> Interval:
    """The interval of the size of a signed effect: where the effect's own holds 0, it begins there.

    Parameters
    ----------
    effect, error : array_like
        A signed effect and its standard error; shapes broadcast.
    level : float
        Confidence.

    Returns
    -------
    Interval

    Examples
    --------
    >>> found = folded([-3.0, 0.5], [0.5, 0.5])
    >>> found.lower.round(2), found.upper.round(2)
    (array([2.02, 0.  ]), array([3.98, 1.48]))
    """
    size = np.abs(np.asarray(effect, dtype=float))
    half = special.ndtri((1 + level) / 2) * np.asarray(error, dtype=float)
    return Interval(np.maximum(size - half, 0.0), size + half)


def unanimous(count: ArrayLike, *, level: float = 0.95) -> Floats:
    """The lower end of the exact interval of a share of which so many independent trials all agree.

    Parameters
    ----------
    count : array_like
        At least 1.
    level : float
        Confidence of the two-sided interval, whose upper end is 1.

    Returns
    -------
    ndarray of the shape of ``count``

    References
    ----------
    Clopper, C. and Pearson, E. (1934). The use of confidence or fiducial limits. *Biometrika* 26.

    Examples
    --------
    >>> unanimous([2, 20, 200]).round(3)
    array([0.158, 0.832, 0.982])
    """
    return ((1 - level) / 2) ** (1 / np.asarray(count, dtype=float))


def distance_interval(
    value: ArrayLike,
    *,
    power: int,
    noise: ArrayLike,
    noise_variance: ArrayLike,
    variance: ArrayLike,
    level: float = 0.95,
) -> Interval:
    """The interval of a distance, which sampling noise makes too large on average.

    On the divergence scale, ``value ** power``, noise adds its mean. That is taken off, and the standard
    error joins two parts: the variance of pure noise, which is all there is without drift, and the variance
    by which a true distance is over- or underestimated (delta method), which is all there is far from 0. The
    upper end is never below the value itself.

    Parameters
    ----------
    value : array_like of shape (...)
        On the method's own scale.
    power : int
        Of the method.
    noise, noise_variance : array_like of shape (...)
        Mean and variance of the divergence under pure noise.
    variance : array_like of shape (...)
        Variance of the divergence by the delta method, see `delta_variance`.
    level : float
        Confidence.

    Returns
    -------
    Interval
        On the method's own scale. It tells sampling error only, not how much days differ.

    References
    ----------
    Steiger, J. and Fouladi, R. (1997). Noncentrality interval estimation and the evaluation of statistical
    models. In *What If There Were No Significance Tests?* Erlbaum.

    Examples
    --------
    >>> found = distance_interval(0.09, power=1, noise=0.01, noise_variance=2e-5, variance=2e-4)
    >>> float(found.lower.round(3)), float(found.upper.round(3))
    (0.051, 0.109)
    """
    v = np.asarray(value, dtype=float)
    divergence = v**power
    centre = np.maximum(divergence - np.asarray(noise, dtype=float), 0.0)
    half = special.ndtri((1 + level) / 2) * np.sqrt(np.asarray(noise_variance) + np.asarray(variance))
    upper = np.maximum(centre + half, divergence) ** (1 / power)
    return Interval(np.maximum(centre - half, 0.0) ** (1 / power), upper + 0 * v)


def delta_variance(share: Floats, influence: Floats, rows: ArrayLike) -> Floats:
    """Variance that the sampling of one side gives to a function of its shares.

    Parameters
    ----------
    share : ndarray of shape (..., n_bins)
        Shares of the side's rows.
    influence : ndarray of shape (..., n_bins)
        Derivative of the function by each share.
    rows : array_like of shape (...)

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    The share of one bin has the binomial variance:

    >>> float(delta_variance(np.array([0.2, 0.8]), np.array([1.0, 0.0]), 100).round(6))
    0.0016
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        weighed = np.where(share > 0, share * influence, 0.0)
        square = summed(np.where(share > 0, weighed * influence, 0.0))
        variance = (square - summed(weighed) ** 2) / np.asarray(rows, dtype=float)
    return np.maximum(variance, 0.0)
