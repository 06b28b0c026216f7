"""A part of the rows against all others of the same days: how much a metric differs, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.additive import left_out, pooled
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.clusters import jackknife
from monitoring.statistics.metrics.differences import difference
from monitoring.statistics.metrics.estimates import Estimate, quantile
from monitoring.statistics.metrics.multiclass import MulticlassOutcomes
from monitoring.statistics.metrics.registry import Metric
from monitoring.statistics.metrics.regression import RegressionOutcomes

T = TypeVar("T", BinaryOutcomes, MulticlassOutcomes, RegressionOutcomes)


@dataclass(frozen=True)
class Contrast:
    """A metric of a part of the rows and of the rest, every array of shape (...).

    Attributes
    ----------
    inside, rest : Estimate
        Of both, as if rows were independent.
    change, lower, upper : ndarray
        Inside less rest, with its interval.
    p_value : ndarray
        Of no difference, two-sided; below 0.05 where the 95 % interval holds no 0.
    """

    inside: Estimate
    rest: Estimate
    change: Floats
    lower: Floats
    upper: Floats
    p_value: Floats


def contrast(metric: Metric, inside: T, rest: T, axis: int = -1, *, level: float = 0.95) -> Contrast:
    """Compare a part with the rest, not with the whole, which the part would pull to itself.

    Both share their days, and what a day does to both alike is no difference. So the spread of the difference
    over days is that of leaving out one day of both at a time; it widens the interval where it is the larger.

    Parameters
    ----------
    metric : Metric
    inside, rest : outcomes with leading axes (...), of which one is days
        Of different rows.
    axis : int
        That of the days.
    level : float
        Confidence.

    Returns
    -------
    Contrast
        nan where the metric is not defined on one side; without interval where it draws one by bootstrap and
        there are fewer than ten days.

    References
    ----------
    Efron, B. and Stein, C. (1981). The jackknife estimate of variance. *Annals of Statistics* 9. Newcombe, R.
    (1998). Interval estimation for the difference between independent proportions. *Statistics in Medicine*
    17.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS
    >>> right, wrong = (BinaryOutcomes.of_rows([s] * 50, [1] * 50, edges=[0.5]) for s in (0.7, 0.2))
    >>> from monitoring.statistics.metrics.additive import stacked
    >>> found = contrast(METRICS["accuracy"], stacked([right, wrong]), stacked([right, right]))
    >>> float(found.change), float(found.lower.round(3)), bool(found.p_value < 0.001)
    (-0.5, -0.596, True)
    """
    place = np.lib.array_utils.normalize_axis_index(axis, len(inside.shape))
    a, b = (metric(pooled(side, place), interval=False, level=level) for side in (inside, rest))
    plain = difference(a, b, better="higher")
    held = (np.asarray(inside.rows) > 0) & (np.asarray(rest.rows) > 0)
    without = [metric(left_out(side, place), interval=False).value for side in (inside, rest)]
    error = jackknife(without[0] - without[1], held, place)
    days = held.sum(axis=place)
    student = special.stdtrit(np.maximum(days - 1.0, 1.0), (1 + level) / 2)
    ratio = error / np.where(plain.error > 0, plain.error, np.nan)
    stretch = np.where(ratio > 1, ratio * student / quantile(level), 1.0)
    alone = np.isnan(plain.error)
    below, above = (
        np.where(alone, student * error, stretch * np.abs(end - plain.change))
        for end in (plain.change_lower, plain.change_upper)
    )
    towards = np.where(plain.change > 0, below, above)
    known = np.where(towards > 0, towards, np.nan)
    surely = quantile(level) * np.abs(plain.change) / known
    p_value = 2 * special.ndtr(-surely)
    return Contrast(a, b, plain.change, plain.change - below, plain.change + above, p_value)
