"""Quantiles of a regression's errors from a histogram, with the interval of order statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.metrics.errors import POSITIVE, REGRESSION
from monitoring.statistics.metrics.estimates import ENDLESS, Estimate, quantile, some
from monitoring.statistics.metrics.registry import performance_metric
from monitoring.statistics.metrics.regression import RegressionOutcomes


@dataclass(frozen=True)
class Ordered:
    """Rows in ascending slots.

    Attributes
    ----------
    counts : ndarray of shape (..., slots)
    lowest, highest : ndarray of shape (slots,)
        The ends of each slot; equal where it holds a single value, infinite where it is open.
    """

    counts: Floats
    lowest: Floats
    highest: Floats


def order_statistic(ordered: Ordered, share: float, *, level: float = 0.95) -> Estimate:
    """A quantile with the interval between two order statistics that holds it at least so often.

    Within a slot rows are taken to be spread evenly. The value is numpy's, interpolated between two rows; the
    ends of the interval are outer ends of the slots of their rows, so that bins make it wider, never wrong.

    Parameters
    ----------
    ordered : Ordered
    share : float
        Of rows below the quantile.
    level : float
        Confidence.

    Returns
    -------
    Estimate
        An end is infinite where rows are too few for it or its slot is open. The error is half the interval
        in normal quantiles, nan where that is infinite. The bound is the width of the slot.

    References
    ----------
    David, H. and Nagaraja, H. (2003). *Order Statistics*, section 7.1. Wiley.

    Examples
    --------
    >>> rows = Ordered(np.ones(9), np.arange(9.0), np.arange(9.0))
    >>> found = order_statistic(rows, 0.5)
    >>> float(found.value), float(found.lower), float(found.upper), float(found.bound)
    (4.0, 1.0, 7.0, 0.0)
    """
    rows = summed(ordered.counts)
    n = some(rows)
    reached = np.cumsum(ordered.counts, axis=-1)
    place = share * (n - 1)
    first, part = np.floor(place), place - np.floor(place)
    low, low_width = _at(ordered, reached, first)
    high, high_width = _at(ordered, reached, np.minimum(first + 1, n - 1))
    bound = np.where(part > 0, np.maximum(low_width, high_width), low_width)
    before, after = (_rank(tail, n, share) for tail in ((1 - level) / 2, (1 + level) / 2))
    lower = np.where(before >= 1, ordered.lowest[_slot(reached, before - 1)], -ENDLESS) + 0 * n
    upper = np.where(after < n, ordered.highest[_slot(reached, after)], ENDLESS) + 0 * n
    spread = upper - lower
    error = np.where(np.isfinite(spread), spread, np.nan) / (2 * quantile(level))
    return Estimate(low + part * (high - low), lower, upper, error, rows, bound)


def _rank(tail: float, n: Floats, share: float) -> Floats:
    """The quantile of the number of rows below: the smallest count that is exceeded with ``1 - tail``."""
    rows = np.where(n > 0, n, 1.0).astype(np.int64)
    above = np.ceil(special.bdtrik(tail, rows, share))
    less = np.maximum(above - 1, 0.0)
    return np.where(special.bdtr(less, rows, share) >= tail, less, above)


def _slot(reached: Floats, rank: Floats) -> np.ndarray:
    """The slot of the row with this many rows before it."""
    found = (reached <= rank[..., None]).sum(axis=-1)
    return np.minimum(found, reached.shape[-1] - 1)


def _at(ordered: Ordered, reached: Floats, rank: Floats) -> tuple[Floats, Floats]:
    """The value of the row with this many rows before it, and the width of its slot."""
    slot = _slot(reached, rank)
    lowest, highest = ordered.lowest[slot], ordered.highest[slot]
    held = np.take_along_axis(ordered.counts, slot[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(reached, slot[..., None], axis=-1)[..., 0] - held
    wide = highest > lowest
    width = np.where(wide, highest, 0.0) - np.where(wide, lowest, 0.0)
    inner = np.where(np.isfinite(width), width, 0.0)
    start = np.where(np.isfinite(lowest), lowest, highest)
    return start + inner * (rank - before + 0.5) / np.where(held > 0, held, 1.0), width + 0 * rank


def signed_errors(outcomes: RegressionOutcomes) -> Ordered:
    """Errors in ascending slots.

    Examples
    --------
    >>> signed_errors(RegressionOutcomes.of_rows([1, 4], [2, 2])).counts
    array([0., 0., 1., 0., 0., 1.])
    """
    edges = outcomes.edges
    lowest, highest = np.append(-ENDLESS, edges), np.append(edges, ENDLESS)
    return Ordered(outcomes.errors, lowest, lowest if outcomes.exact else highest)


def error_sizes(outcomes: RegressionOutcomes) -> Ordered:
    """Sizes of errors in ascending slots: both sides of 0 folded together.

    Examples
    --------
    >>> found = error_sizes(RegressionOutcomes.of_rows([1, 4], [2, 2]))
    >>> found.counts, found.lowest
    (array([0., 1., 1.]), array([0., 1., 2.]))
    """
    half = len(outcomes.edges) // 2
    sizes = outcomes.edges[half:]
    negative, positive = outcomes.errors[..., : half + 1], outcomes.errors[..., half + 1 :]
    if outcomes.exact:  # a slot's rows lie on its left edge, which below 0 is the larger size
        none = np.zeros_like(negative[..., :1])
        negative = np.concatenate([negative[..., 1:], none], axis=-1)
    counts = positive + negative[..., ::-1]
    return Ordered(counts, sizes, sizes if outcomes.exact else np.append(sizes[1:], ENDLESS))


@performance_metric(
    "Median absolute error",
    short="median error",
    unit="unit of the label",
    tasks=REGRESSION,
    minimum={"rows": 30},
    better="lower",
    range=POSITIVE,
)
def median_absolute_error(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The size of error that half the rows stay below: one wild error does not move it.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of the interval of order statistics.

    Returns
    -------
    Estimate
        0 or more; nan without rows or without a histogram of errors.

    References
    ----------
    David, H. and Nagaraja, H. (2003). *Order Statistics*, section 7.1. Wiley.

    Examples
    --------
    >>> float(median_absolute_error(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20])).value)
    2.5
    """
    if not len(outcomes.edges):
        return _unknown(outcomes)
    found = order_statistic(error_sizes(outcomes), 0.5, level=level)
    lower = np.maximum(found.lower, 0.0)
    return Estimate(found.value, lower, found.upper, found.error, found.n, found.bound)


@performance_metric(
    "10 % quantile of the error",
    short="10 % error",
    unit="unit of the label",
    tasks=REGRESSION,
    minimum={"rows": 50},
    better="zero",
    range=(-ENDLESS, ENDLESS),
)
def error_quantile_10(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The error that a tenth of the rows stay below: how far predictions are too low at worst.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of the interval of order statistics.

    Returns
    -------
    Estimate
        Best at 0; nan without rows or without a histogram of errors.

    References
    ----------
    David, H. and Nagaraja, H. (2003). *Order Statistics*, section 7.1. Wiley.

    Examples
    --------
    >>> float(error_quantile_10(RegressionOutcomes.of_rows([1, 2, 3, 4, 5, 6], [3, 3, 3, 3, 3, 3])).value)
    -1.5
    """
    if not len(outcomes.edges):
        return _unknown(outcomes)
    return order_statistic(signed_errors(outcomes), 0.1, level=level)


@performance_metric(
    "90 % quantile of the error",
    short="90 % error",
    unit="unit of the label",
    tasks=REGRESSION,
    minimum={"rows": 50},
    better="zero",
    range=(-ENDLESS, ENDLESS),
)
def error_quantile_90(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The error that nine tenths of the rows stay below: how far predictions are too high at worst.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of the interval of order statistics.

    Returns
    -------
    Estimate
        Best at 0; nan without rows or without a histogram of errors.

    References
    ----------
    David, H. and Nagaraja, H. (2003). *Order Statistics*, section 7.1. Wiley.

    Examples
    --------
    >>> float(error_quantile_90(RegressionOutcomes.of_rows([1, 2, 3, 4, 5, 6], [3, 3, 3, 3, 3, 3])).value)
    2.5
    """
    if not len(outcomes.edges):
        return _unknown(outcomes)
    return order_statistic(signed_errors(outcomes), 0.9, level=level)


def _unknown(outcomes: RegressionOutcomes) -> Estimate:
    """What a histogram without edges says: nothing."""
    nothing = np.full(outcomes.shape, np.nan)
    return Estimate(nothing, nothing, nothing, nothing, outcomes.rows, np.full(outcomes.shape, ENDLESS))
