"""What a sample drawn with known chances tells of all rows: shares, means and ratios with intervals.

Rows that people look at are no random rows: whoever looks at uncertain ones finds more errors than there are.
A row that was drawn with the chance p stands for 1/p rows. Weighted so, a sample tells of all rows whatever
it was drawn by, as long as the chances were fixed before anybody looked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.shares import wilson


@dataclass(frozen=True)
class Estimated:
    """An estimate from a weighted sample, every array of shape (...); nan where nothing is known.

    Attributes
    ----------
    value, error, lower, upper : ndarray
        In the metric's own unit; the interval is of what the metric is on all rows of the population.
    n : ndarray
        Rows in the sample that it rests on.
    """

    value: Floats
    error: Floats
    lower: Floats
    upper: Floats
    n: Floats


@dataclass(frozen=True)
class Sums:
    """Sums of what stands above and below in a ratio over rows that are all known, arrays of shape (...).

    Attributes
    ----------
    above, below : ndarray
    above_square, product, below_square : ndarray
        Of the squares and of the products.
    """

    above: Floats
    below: Floats
    above_square: Floats
    product: Floats
    below_square: Floats


def ratio(
    numerator: ArrayLike, denominator: ArrayLike, chance: ArrayLike, *, share: bool = False,
    level: float = 0.95,
) -> Estimated:  # fmt: skip
    """Hájek's estimate of a ratio of two sums over all rows, from the rows that were drawn.

    A mean has 1 for every row below. Precision has 1 below for the rows decided for the event, and above for
    those of them that were right.

    Parameters
    ----------
    numerator, denominator : array_like of shape (..., rows)
        Of the rows that were drawn and whose label is known.
    chance : array_like of shape (..., rows)
        With which each was drawn, above 0. A common factor changes the value not at all.
    share : bool
        Whether it lies between 0 and 1: then the interval is Wilson's, for as many rows as the error is
        worth.
    level : float
        Confidence.

    Returns
    -------
    Estimated

    References
    ----------
    Hájek, J. (1971). Comment on a paper by D. Basu. *Foundations of Statistical Inference*.

    Examples
    --------
    >>> found = ratio([1, 0, 1, 1], [1, 1, 1, 1], [1.0, 0.5, 0.25, 0.25])
    >>> float(found.value.round(4)), float(found.error.round(4))
    (0.8182, 0.1327)
    """
    above, below, p = np.broadcast_arrays(
        *(np.asarray(part, dtype=float) for part in (numerator, denominator, chance))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        total = (below / p).sum(axis=-1)
        value = (above / p).sum(axis=-1) / total
        residual = (above - value[..., None] * below) / p
        error = np.sqrt(((1 - p) * residual**2).sum(axis=-1)) / total
    n = (below != 0).sum(axis=-1).astype(float)
    return _estimated(value, error, n, _kish(np.where(below != 0, 1 / p, 0.0), p), share, level)


def difference(
    proxies: ArrayLike, value: ArrayLike, proxy: ArrayLike, chance: ArrayLike, population: ArrayLike,
    *, share: bool = False, level: float = 0.95,
) -> Estimated:  # fmt: skip
    """The difference estimate of a mean: that of a guess on all rows, put right by the rows that were drawn.

    The guess may be as wrong as it likes: it decides the width of the interval, never where the interval
    lies. The sum is over rows drawn independently, as by the hash of their ids.

    Parameters
    ----------
    proxies : array_like of shape (...)
        Mean of the guess over all rows.
    value, proxy : array_like of shape (..., rows)
        What is true of the rows that were drawn, and what was guessed.
    chance : array_like of shape (..., rows)
    population : array_like of shape (...)
        How many rows there are in all.
    share : bool
        As for `ratio`.
    level : float

    Returns
    -------
    Estimated

    References
    ----------
    Särndal, C.-E., Swensson, B. and Wretman, J. (1992), section 6.3; Angelopoulos, A. et al. (2023).
    Prediction-powered inference. *Science* 382.

    Examples
    --------
    >>> found = difference(0.775, [1, 1, 0, 1], [0.9, 0.7, 0.85, 0.65], [0.5] * 4, 8)
    >>> float(found.value.round(3)), float(found.error.round(4))
    (0.75, 0.1718)
    """
    truth, guess, p = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (value, proxy, chance)))
    rows = np.asarray(population, dtype=float)
    residual = (truth - guess) / p
    n = np.full(residual.shape[:-1], float(residual.shape[-1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate = np.where(n > 0, np.asarray(proxies, dtype=float) + residual.sum(axis=-1) / rows, np.nan)
        error = np.sqrt((residual**2 * (1 - p)).sum(axis=-1)) / rows
    return _estimated(estimate, error, n, _kish(1 / p, p), share, level)


def completed(
    known: Sums, numerator: ArrayLike, denominator: ArrayLike, chance: ArrayLike, rest: ArrayLike,
    *, share: bool = False, level: float = 0.95,
) -> Estimated:  # fmt: skip
    """A ratio of two sums over rows whose labels are known and rows that are known by a sample alone.

    Labelled rows count once each. Every drawn row stands for as many of the rest as its chance says, all of
    them together for the whole rest. So it does not matter whether the labels that are known are like those
    that still come. The interval is of the process that rows come from, as that of a metric on labelled rows:
    it has the chance of the rows and that of the draw.

    Parameters
    ----------
    known : Sums
        Over the labelled rows, of shape (...).
    numerator, denominator : array_like of shape (..., rows)
        Of the rows of the rest that were drawn and looked at.
    chance : array_like of shape (..., rows)
        With which each was drawn, above 0; a common factor changes nothing.
    rest : array_like of shape (...)
        How many rows have no label. Where there are some and none was drawn, nothing is known.
    share : bool
        As for `ratio`.
    level : float

    Returns
    -------
    Estimated

    References
    ----------
    Särndal, C.-E., Swensson, B. and Wretman, J. (1992), section 7.6 (poststratification) and chapter 15 (two
    parts of one population).

    Examples
    --------
    >>> known = Sums(*np.array([90.0, 100.0, 90.0, 90.0, 100.0]))
    >>> found = completed(known, [1, 0, 0, 1], [1, 1, 1, 1], [0.04] * 4, 100, share=True)
    >>> float(found.value), float(found.error.round(4))
    (0.7, 0.1267)
    """
    above, below, p = np.broadcast_arrays(
        *(np.asarray(part, dtype=float) for part in (numerator, denominator, chance))
    )
    left = np.asarray(rest, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(left[..., None] > 0, left[..., None] / p / (1 / p).sum(axis=-1)[..., None], 0.0)
        total = known.below + (weight * below).sum(axis=-1)
        value = (known.above + (weight * above).sum(axis=-1)) / total
        value = np.where((left > 0) & (above.shape[-1] == 0), np.nan, value)
        residual = above - value[..., None] * below
        apart = residual - (weight * residual).sum(axis=-1, keepdims=True) / left[..., None]
        rows = known.above_square - 2 * value * known.product + value**2 * known.below_square
        rows = rows + (weight * residual**2).sum(axis=-1)
        drawn = np.where(weight > 1, weight * (weight - 1) * apart**2, 0.0).sum(axis=-1)
        error = np.sqrt(np.maximum(rows + drawn, 0.0)) / total
        worth = total**2 / (known.below_square + (weight**2 * below**2).sum(axis=-1))
    n = known.below + (below != 0).sum(axis=-1)
    return _estimated(value, error, n, worth, share, level)


def _kish(weight: Floats, chance: Floats) -> Floats:
    """How many equally likely rows a weighted sample is worth, more where it is a good part of all."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = weight.sum(axis=-1) ** 2 / (weight**2 * (1 - chance)).sum(axis=-1)
    return np.where(np.isnan(rows), 0.0, rows)


def _estimated(
    value: Floats, error: Floats, n: Floats, worth: Floats, share: bool, level: float
) -> Estimated:
    """Put an interval around a value."""
    if not share:
        half = special.ndtri((1 + level) / 2) * error
        return Estimated(value, error, value - half, value + half, n)
    inside = np.clip(value, 0.0, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = np.where(error > 0, inside * (1 - inside) / error**2, worth)
        rows = np.where((inside > 0) & (inside < 1), rows, worth)
    rows = np.where(np.isfinite(rows), rows, 1e12)
    ends = wilson(inside * rows, rows, level=level)
    unknown = np.isnan(value)
    lower, upper = (np.where(unknown, np.nan, end) for end in (ends.lower, ends.upper))
    return Estimated(value, error, lower, upper, n)
