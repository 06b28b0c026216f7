"""Days as clusters: how sure a window's metric is when rows of one day go together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.additive import left_out, pooled
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.estimates import Estimate, quantile
from monitoring.statistics.metrics.multiclass import MulticlassOutcomes
from monitoring.statistics.metrics.registry import Metric
from monitoring.statistics.metrics.regression import RegressionOutcomes

FEWEST_DAYS = 10
"""Days below which their spread is not known well enough."""

T = TypeVar("T", BinaryOutcomes, MulticlassOutcomes, RegressionOutcomes)


@dataclass(frozen=True)
class Clustered:
    """A window's metric with days as clusters, every array of shape (...).

    Attributes
    ----------
    estimate : Estimate
        Of the pooled window, with the larger of the two errors and the interval that goes with it.
    row_error : ndarray
        Standard error as if rows were independent.
    day_error : ndarray
        Standard error with days as clusters; nan where days are fewer than ten, or the metric hangs on one.
    design_effect : ndarray
        The square of their ratio: how many rows say as much as one independent one.
    days : ndarray
        Days with rows.
    """

    estimate: Estimate
    row_error: Floats
    day_error: Floats
    design_effect: Floats
    days: Floats


def clustered(
    metric: Metric, outcomes: T, axis: int = -1, *, level: float = 0.95, interval: bool = True
) -> Clustered:
    """The metric of all days together, with the standard error of leaving out one day at a time.

    Parameters
    ----------
    metric : Metric
    outcomes : outcomes with leading axes (...), of which one is days
    axis : int
        The axis of days among the leading axes.
    level : float
        Confidence.
    interval : bool
        False leaves out the interval of a costly metric.

    Returns
    -------
    Clustered
        Where days are the wider, the metric's own interval is stretched about the value by the ratio of the
        errors and Student's quantile for so many days, within the metric's range. Where the metric has no
        interval of its own (a costly one without), that of the days stands alone.

    References
    ----------
    Efron, B. and Stein, C. (1981). The jackknife estimate of variance. *Annals of Statistics* 9. Cameron, A.
    and Miller, D. (2015). A practitioner's guide to cluster-robust inference. *Journal of Human Resources*
    50.

    Examples
    --------
    Days of which every second one is bad:

    >>> from monitoring.statistics.metrics import METRICS
    >>> from monitoring.statistics.metrics.additive import stacked
    >>> good = BinaryOutcomes.of_rows([0.2] * 9 + [0.7], [0] * 9 + [1], edges=[0.5])
    >>> bad = BinaryOutcomes.of_rows([0.2] * 9 + [0.7], [1] * 5 + [0] * 5, edges=[0.5])
    >>> found = clustered(METRICS["accuracy"], stacked([good, bad] * 6))
    >>> float(found.estimate.value.round(2)), float(found.design_effect.round(1))
    (0.7, 4.7)
    """
    place = np.lib.array_utils.normalize_axis_index(axis, len(outcomes.shape))
    whole = metric(pooled(outcomes, place), level=level, interval=interval)
    error, days = _day_error(metric, outcomes, place)
    ratio = error / np.where(whole.error > 0, whole.error, np.nan)
    student = special.stdtrit(np.maximum(days - 1, 1.0), (1 + level) / 2)
    stretch = np.where(ratio > 1, ratio * student / quantile(level), 1.0)
    below, above = (stretch * np.abs(end - whole.value) for end in (whole.lower, whole.upper))
    below, above = (np.where(np.isnan(whole.error), student * error, half) for half in (below, above))
    estimate = replace(
        whole,
        lower=np.maximum(whole.value - below, metric.range[0]),
        upper=np.minimum(whole.value + above, metric.range[1]),
        error=np.fmax(whole.error, error),
    )
    return Clustered(estimate, whole.error, error, ratio**2, days)


def _day_error(metric: Metric, outcomes: T, axis: int) -> tuple[Floats, Floats]:
    """The delete-one-day jackknife over days with rows."""
    held = np.asarray(outcomes.rows) > 0
    values = metric(left_out(outcomes, axis), interval=False).value
    return jackknife(values, held, axis), held.sum(axis=axis).astype(float)


def jackknife(values: Floats, held: NDArray[np.bool_], axis: int) -> Floats:
    """The standard error of a statistic from what it is without each of its days.

    Parameters
    ----------
    values : ndarray of shape (..., days, ...)
        The statistic without the day.
    held : ndarray of bool of the same shape
        Days with rows; others are left out.
    axis : int
        That of the days.

    Returns
    -------
    ndarray of shape (...)
        nan where days are fewer than ten, or the statistic is not defined without one of them.

    References
    ----------
    Efron, B. and Stein, C. (1981). The jackknife estimate of variance. *Annals of Statistics* 9.

    Examples
    --------
    >>> days = np.arange(12.0)
    >>> without = (days.sum() - days) / 11
    >>> float(jackknife(without, days >= 0, 0).round(4)), float((days.std(ddof=1) / np.sqrt(12)).round(4))
    (1.0408, 1.0408)
    """
    days = held.sum(axis=axis).astype(float)
    kept = np.where(held, values, 0.0)
    count = np.where(days >= FEWEST_DAYS, days, np.nan)
    mean = np.expand_dims(kept.sum(axis=axis) / count, axis)
    square = np.where(held, (kept - mean) ** 2, 0.0).sum(axis=axis)
    return np.sqrt((count - 1) / count * square)
