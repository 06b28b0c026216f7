"""An estimate: a number with its interval, its standard error, its denominator and what bins may hide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.intervals import delta_variance
from monitoring.statistics.shares import wilson

ENDLESS = float("inf")


@dataclass(frozen=True)
class Estimate:
    """What a metric says of each chunk, every array of shape (...); nan where it is not defined.

    Attributes
    ----------
    value : ndarray
    lower, upper : ndarray
        Ends of the confidence interval, which tells sampling error.
    error : ndarray
        Standard error.
    n : ndarray
        Rows in the metric's own denominator: of precision, the rows decided positive.
    bound : ndarray
        How far the value may lie from that of the raw rows because scores or errors are kept in bins; 0 where
        it is exact.
    """

    value: Floats
    lower: Floats
    upper: Floats
    error: Floats
    n: Floats
    bound: Floats


def some(rows: ArrayLike) -> Floats:
    """Rows as a denominator: nan instead of 0.

    Examples
    --------
    >>> some([2, 0])
    array([ 2., nan])
    """
    n = np.asarray(rows, dtype=float)
    return np.where(n > 0, n, np.nan)


def share_estimate(hits: ArrayLike, rows: ArrayLike, *, level: float = 0.95) -> Estimate:
    """A share of rows with Wilson's interval on its own denominator.

    Parameters
    ----------
    hits, rows : array_like of shape (...)
        Rows with the property, and all rows.
    level : float
        Confidence.

    Returns
    -------
    Estimate
        nan where there are no rows.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> found = share_estimate([8, 0], [10, 0])
    >>> found.value, found.lower.round(4), found.n
    (array([0.8, nan]), array([0.4902,    nan]), array([10.,  0.]))
    """
    n = some(rows)
    share = np.asarray(hits, dtype=float) / n
    ends = wilson(hits, rows, level=level)
    error = np.sqrt(share * (1 - share) / n)
    return Estimate(share, ends.lower, ends.upper, error, np.asarray(rows, dtype=float), np.zeros(n.shape))


def mean_estimate(
    total: ArrayLike,
    square: ArrayLike,
    rows: ArrayLike,
    *,
    level: float = 0.95,
    low: float = -ENDLESS,
) -> Estimate:
    """A mean over rows, with Student's interval.

    Parameters
    ----------
    total, square, rows : array_like of shape (...)
        Sum over the rows, sum of the squares, number of rows.
    level : float
        Confidence.
    low : float
        Smallest value that the mean can have.

    Returns
    -------
    Estimate
        nan where there are no rows; error and interval nan where there is a single one.

    References
    ----------
    Student (1908). The probable error of a mean. *Biometrika* 6.

    Examples
    --------
    >>> found = mean_estimate(10.0, 30.0, 4)
    >>> float(found.value), float(found.error.round(3)), float(found.upper.round(3))
    (2.5, 0.645, 4.554)
    """
    n = some(rows)
    mean = np.asarray(total, dtype=float) / n
    error = np.sqrt(mean_variance(total, square, rows))
    return around(mean, error, rows, low=low, width=student(rows, level))


def mean_variance(total: ArrayLike, square: ArrayLike, rows: ArrayLike) -> Floats:
    """The variance of a mean from sums; nan where there are fewer than two rows.

    Examples
    --------
    >>> float(mean_variance(10.0, 30.0, 4).round(4))
    0.4167
    """
    n = some(rows)
    sums, squares = np.asarray(total, dtype=float), np.asarray(square, dtype=float)
    freedom = np.where(n > 1, n - 1, np.nan)
    return np.maximum(squares - sums * sums / n, 0.0) / freedom / n


def student(rows: ArrayLike, level: float) -> Floats:
    """Standard errors in half an interval of a mean, by Student's t.

    Examples
    --------
    >>> student([4, 10**6, 1], 0.95).round(3)
    array([3.182, 1.96 ,   nan])
    """
    n = np.asarray(rows, dtype=float)
    return np.asarray(special.stdtrit(np.where(n > 1, n - 1, np.nan), (1 + level) / 2), dtype=float)


def around(
    value: Floats,
    error: Floats,
    rows: ArrayLike,
    *,
    low: float = -ENDLESS,
    high: float = ENDLESS,
    width: ArrayLike = 1.959963984540054,
) -> Estimate:
    """An interval of ``width`` standard errors on both sides, kept within the metric's range.

    Parameters
    ----------
    value, error, rows : array_like of shape (...)
    low, high : float
        The metric's range.
    width : array_like
        Standard errors in half the interval.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> found = around(np.array(0.95), np.array(0.05), 40, high=1.0)
    >>> float(found.lower.round(3)), float(found.upper)
    (0.852, 1.0)
    """
    half = np.asarray(width, dtype=float) * error
    lower, upper = np.maximum(value - half, low), np.minimum(value + half, high)
    return Estimate(value, lower, upper, error, np.asarray(rows, dtype=float), np.zeros(np.shape(value)))


def quantile(level: float) -> float:
    """Standard errors in half an interval of a normal variable.

    Examples
    --------
    >>> round(quantile(0.95), 4)
    1.96
    """
    return float(special.ndtri((1 + level) / 2))


def logit_estimate(value: Floats, error: Floats, rows: ArrayLike, pairs: ArrayLike, level: float) -> Estimate:
    """An interval that is symmetric on the logit scale, so that it stays between 0 and 1.

    Parameters
    ----------
    value, error, rows : array_like of shape (...)
    pairs : array_like of shape (...)
        Independent trials behind the value. Where all agree the standard error is 0 and says nothing: the
        interval then is the exact one of so many trials.
    level : float
        Confidence.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> found = logit_estimate(np.array([0.9, 1.0]), np.array([0.03, 0.0]), [100, 100], [50, 50], 0.95)
    >>> found.lower.round(3), found.upper.round(3)
    (array([0.824, 0.929]), array([0.945, 1.   ]))
    """
    inside = (value > 0) & (value < 1)
    middle = np.where(inside, value, 0.5)
    half = quantile(level) * np.where(inside, error, 0.0) / (middle * (1 - middle))
    centre = special.logit(middle)
    sure = ((1 - level) / 2) ** (1 / some(pairs))
    lower = np.where(inside, special.expit(centre - half), np.where(value == 1, sure, 0.0 * value))
    upper = np.where(inside, special.expit(centre + half), np.where(value == 0, 1 - sure, value))
    zero = np.zeros(np.shape(value))
    return Estimate(value, lower, upper, error, np.asarray(rows, dtype=float), zero)


def table_error(table: Floats, gradient: Floats) -> Floats:
    """The standard error of a function of a table's shares by the multinomial delta method.

    Parameters
    ----------
    table : ndarray of shape (..., label, decision)
        Rows by label and decision.
    gradient : ndarray of shape (..., label, decision)
        The function's derivative by each share.

    Returns
    -------
    ndarray of shape (...)

    References
    ----------
    Agresti, A. (2013). *Categorical Data Analysis*, section 16.1. Wiley.

    Examples
    --------
    The share of the upper left cell has the binomial error:

    >>> table, gradient = np.array([[20.0, 40.0], [20.0, 20.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
    >>> float(table_error(table, gradient).round(3))
    0.04
    """
    flat = (*table.shape[:-2], -1)
    counts = table.reshape(flat)
    n = some(counts.sum(axis=-1))
    return np.sqrt(delta_variance(counts / n[..., None], gradient.reshape(flat), n))
