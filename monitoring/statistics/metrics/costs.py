"""What decisions cost: a price for every pair of label and decision, per row, in total and by threshold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.agreement import Decided
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.curves import thresholds
from monitoring.statistics.metrics.estimates import ENDLESS, Estimate, around, quantile, some, table_error
from monitoring.statistics.metrics.registry import Metric


@dataclass(frozen=True)
class Cost:
    """The cost of a row and that of all of them; a gain is a negative cost and less is better."""

    per_row: Estimate
    total: Estimate


def cost(outcomes: Decided, matrix: ArrayLike, *, level: float = 0.95) -> Cost:
    """The cost of the decisions.

    Parameters
    ----------
    outcomes : BinaryOutcomes or MulticlassOutcomes with leading axes (...)
    matrix : array_like of shape (C, C)
        What a row costs by label and decision, in the order of the table: for a binary model
        ``[[right negative, wrong positive], [wrong negative, right positive]]``.
    level : float
        Confidence of the interval by the multinomial delta method.

    Returns
    -------
    Cost
        nan per row where there are no rows; the total there is 0. Where all rows cost the same the interval
        is as wide as if each pair of label and decision had come half a time more.

    Raises
    ------
    ValueError
        If the matrix is not of the table's shape, or not finite.

    References
    ----------
    Elkan, C. (2001). The foundations of cost-sensitive learning. *IJCAI*.

    Examples
    --------
    >>> found = cost(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1]), [[0, 1], [10, 0]])
    >>> float(found.per_row.value), float(found.total.value)
    (2.75, 11.0)
    """
    table = outcomes.confusion
    prices = _checked(matrix, table.shape[-2:])
    rows = table.sum(axis=(-2, -1))
    value = (table * prices).sum(axis=(-2, -1)) / some(rows)
    error = table_error(table, prices + 0 * table)
    width = np.where(error > 0, error, table_error(table + 0.5, prices + 0 * table)) + 0 * value
    ends = around(value, width, rows, low=prices.min(), high=prices.max(), width=quantile(level))
    per_row = Estimate(value, ends.lower, ends.upper, error, rows, ends.bound)
    total = (np.where(rows > 0, part * rows, 0.0) for part in (value, ends.lower, ends.upper, error))
    return Cost(per_row, Estimate(*total, n=rows, bound=ends.bound))


def cost_metrics(matrix: ArrayLike, unit: str) -> tuple[Metric, Metric]:
    """The cost of a row and that of all labelled rows as metrics; the registry cannot hold prices.

    Parameters
    ----------
    matrix : array_like of shape (C, C)
        As in `cost`.
    unit : str
        The currency.

    Returns
    -------
    tuple of Metric
        ``cost``, of which less is better, and ``total_cost``, which describes.

    Examples
    --------
    >>> each, total = cost_metrics([[0, 1], [10, 0]], "USD")
    >>> outcomes = BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])
    >>> each.unit, float(each(outcomes).value), float(total(outcomes).value)
    ('USD a row', 2.75, 11.0)
    """
    prices = np.asarray(matrix, dtype=float)

    def per_row(outcomes: Decided, *, level: float = 0.95) -> Estimate:
        return cost(outcomes, prices, level=level).per_row

    def total(outcomes: Decided, *, level: float = 0.95) -> Estimate:
        return cost(outcomes, prices, level=level).total

    each = Metric(
        key="cost", title="Cost of a row", short="cost", unit=f"{unit} a row", tasks=("binary", "multiclass"),
        better="lower", range=(float(prices.min()), float(prices.max())), minimum={"rows": 30},
        reads="decisions", row_mean=True, costly=False, function=per_row,
    )  # fmt: skip
    whole = replace(
        each, key="total_cost", title="Cost of all labelled rows", short="total cost", unit=unit,
        better="neither", range=(-ENDLESS, ENDLESS), row_mean=False, function=total, total=True,
    )  # fmt: skip
    return each, whole


@dataclass(frozen=True)
class CostCurve:
    """What a row would cost at every threshold, and where it costs least.

    Attributes
    ----------
    threshold : ndarray of shape (T,)
        Ascending: -inf (everything positive), every edge, inf (nothing positive).
    per_row : ndarray of shape (..., T)
    best : ndarray of shape (...)
        The threshold of least cost, the lowest of several; nan without rows.
    least : ndarray of shape (...)
        What a row costs there. It was chosen in hindsight: on other rows the same threshold costs more.
    """

    threshold: Floats
    per_row: Floats
    best: Floats
    least: Floats


def cost_curve(
    outcomes: BinaryOutcomes, matrix: ArrayLike, *, prevalence: ArrayLike | None = None
) -> CostCurve:
    """The cost of a row at every threshold.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    matrix : array_like of shape (2, 2)
        As in `cost`.
    prevalence : array_like of shape (...), optional
        The share of events to reckon with, where it is not that of these rows: rows of each class are then
        weighed accordingly.

    Returns
    -------
    CostCurve
        nan where there are no rows, or with ``prevalence`` where a class is empty.

    Raises
    ------
    ValueError
        If the matrix is not 2 by 2 and finite, or the prevalence not between 0 and 1.

    References
    ----------
    Drummond, C. and Holte, R. (2006). Cost curves. *Machine Learning* 65.

    Examples
    --------
    >>> found = cost_curve(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1]), [[0, 1], [10, 0]])
    >>> float(found.best), float(found.least)
    (0.4, 0.25)
    """
    prices = _checked(matrix, (2, 2))
    at = thresholds(outcomes)
    of_others, of_events = (
        at.tn * prices[0, 0] + at.fp * prices[0, 1],
        at.fn * prices[1, 0] + at.tp * prices[1, 1],
    )
    events, others = at.tp[..., :1], at.fp[..., :1]
    if prevalence is None:
        per_row = (of_events + of_others) / some(events + others)
    else:
        share = np.asarray(prevalence, dtype=float)[..., None]
        if not ((share >= 0) & (share <= 1)).all():
            raise ValueError("a prevalence lies between 0 and 1")
        per_row = share * of_events / some(events) + (1 - share) * of_others / some(others)
    known = np.isfinite(per_row).all(axis=-1)
    place = np.argmin(np.where(known[..., None], per_row, ENDLESS), axis=-1)
    best = np.where(known, at.threshold[place], np.nan)
    least = np.take_along_axis(per_row, place[..., None], axis=-1)[..., 0]
    return CostCurve(at.threshold, per_row, best, least)


def _checked(matrix: ArrayLike, shape: tuple[int, ...]) -> Floats:
    prices = np.asarray(matrix, dtype=float)
    if prices.shape != tuple(shape) or not np.isfinite(prices).all():
        raise ValueError(f"a cost for every label and decision is a finite table of {shape[0]} by {shape[1]}")
    return prices
