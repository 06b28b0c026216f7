"""One metric, judged: what it lost against the reference, whether that is beyond chance, and its colour.

Amber needs a loss beyond chance that is large enough to matter, red twice as much; what is not known is grey
with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.models import Model
from monitoring.performance.outcomes import Outcomes
from monitoring.reasons import REASONS
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Metric
from monitoring.statistics.metrics.additive import pooled
from monitoring.statistics.metrics.clusters import FEWEST_DAYS, clustered
from monitoring.statistics.metrics.differences import Difference, difference
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.metrics.evidence import Shortage, shortage
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED, Codes

CODES = ("", *REASONS)
NUMBER = {code: place for place, code in enumerate(CODES)}
RELATIVE = 0.05  # of the reference's value: a loss that matters; twice as much is red
ABSOLUTE = {"r2": 0.05, "bias": 0.1}
"""Losses that matter of metrics whose size has no scale; that of bias in deviations of the labels."""


@dataclass(frozen=True, eq=False)
class Scores:
    """One metric in every chunk, arrays of shape (chunks,).

    Attributes
    ----------
    metric : Metric
    estimate : Estimate
    baseline : Estimate
        Of the reference, without axes; nan where it has none.
    difference : Difference
        Against the reference.
    amber : float
        The loss that matters, in the metric's own unit; nan for one that is neither good nor bad.
    shortage : Shortage
    status : ndarray of int8
    reason : ndarray of int8
        Places in `CODES`.
    """

    metric: Metric
    estimate: Estimate
    baseline: Estimate
    difference: Difference
    amber: float
    shortage: Shortage
    status: Codes
    reason: Codes


def scored(
    metric: Metric, rows: Outcomes, before: Outcomes | None, unknown: Codes, model: Model, *, intervals: bool,
    days: Outcomes | None = None, several: bool = False,
) -> Scores:  # fmt: skip
    """One metric, measured and judged.

    Parameters
    ----------
    metric : Metric
    rows : outcomes with leading axis (chunks,)
    before : outcomes with leading axis (days,), or None
        Of the reference.
    unknown : ndarray of int8, of shape (chunks,)
        Places in `CODES` of why a chunk cannot be judged whatever the metric; 0 where it can.
    model : Model
    intervals : bool
        False leaves out the intervals of metrics that draw them by bootstrap.
    days : outcomes with leading axes (chunks, days), optional
        Of chunks that hold so many days that these are their clusters.
    several : bool
        Whether chunks hold several days, though too few to be clusters.

    Returns
    -------
    Scores
        The difference to the reference is that of a chunk among days which differ as the reference's do.
    """
    short = shortage(metric, rows)
    if days is None:
        estimate = metric(rows, interval=intervals)
        alone = np.ones(np.shape(estimate.value), dtype=bool)
    else:
        known: Any = days  # of one task, whichever it is
        own = clustered(metric, known, interval=intervals)
        estimate, alone = own.estimate, np.isnan(own.day_error)
    return _against(
        metric, estimate, alone, short, before, unknown, model, intervals=intervals, several=several
    )


def scored_together(
    metric: Metric, days: Outcomes, before: Outcomes | None, unknown: Codes, model: Model, *, intervals: bool
) -> Scores:  # fmt: skip
    """One metric of all days together, its interval taking days as clusters where that is the wider.

    Parameters
    ----------
    metric : Metric
    days : outcomes with leading axis (days,)
    before : outcomes with leading axis (days,), or None
        Of the reference.
    unknown : ndarray of int8, without axes
        As in `scored`.
    model : Model
    intervals : bool
        As in `scored`.

    Returns
    -------
    Scores
        Of arrays without axes.
    """
    known: Any = days  # of one task, whichever it is
    own = clustered(metric, known, interval=intervals)
    short = shortage(metric, pooled(known))
    few = np.isnan(own.day_error)  # of its own days nothing is known
    several = own.days > 1
    return _against(
        metric, own.estimate, few, short, before, unknown, model, intervals=intervals, several=bool(several)
    )


def _against(
    metric: Metric, estimate: Estimate, alone: NDArray[np.bool_], short: Shortage, before: Outcomes | None,
    unknown: Codes, model: Model, *, intervals: bool, several: bool,
) -> Scores:  # fmt: skip
    """What was measured, judged; ``alone`` tells which intervals know nothing of how days differ.

    ``several`` is whether chunks hold several days, which a metric mixes as that of the reference does.
    """
    stretch = 1.0
    if before is None or metric.total:
        nothing = Estimate(*(np.asarray(np.nan) for _ in range(6)))
        baseline, enough = nothing, False
    else:
        days: Any = before  # of one task, whichever it is
        reference = clustered(metric, days, interval=intervals)
        effect = float(np.nan_to_num(reference.design_effect, nan=1.0))
        baseline, stretch = reference.estimate, np.sqrt(effect) if several else day_stretch(metric, days)
        enough = not bool(shortage(metric, pooled(before)).any)
    change = difference(
        _stretched(estimate, np.where(alone, max(stretch, 1.0), 1.0)), baseline, better=metric.better
    )
    amber = _matters(metric, baseline, before, model)
    status, reason = _judged(metric, estimate, change, amber, short)
    if not enough and metric.better != "neither":
        status = np.full_like(status, GREY)
        reason = np.where(short.any, reason, NUMBER["no_baseline"])
    status = np.where(unknown > 0, GREY, status).astype(np.int8)
    reason = np.where(unknown > 0, unknown, reason).astype(np.int8)
    return Scores(metric, estimate, baseline, change, amber, short, status, reason)


def day_stretch(metric: Metric, days: Any) -> float:
    """How much more a metric differs between days of the reference than their rows explain.

    Parameters
    ----------
    metric : Metric
    days : outcomes with leading axis (days,)

    Returns
    -------
    float
        The ratio of the standard deviation of its daily values to their usual standard error, at least 1, and
        1 where fewer than ten days tell. So many times wider is the interval of a day among such days than
        that of its rows alone.
    """
    each = metric(days, interval=False)
    known = np.isfinite(each.value) & (np.nan_to_num(each.error) > 0)
    if known.sum() < FEWEST_DAYS:
        return 1.0
    spread = float(np.var(each.value[known], ddof=1))
    return float(np.sqrt(max(spread / float(np.mean(each.error[known] ** 2)), 1.0)))


def _stretched(estimate: Estimate, stretch: Floats) -> Estimate:
    """An estimate whose interval is so many times as wide, about its value."""
    return replace(
        estimate,
        lower=estimate.value - stretch * (estimate.value - estimate.lower),
        upper=estimate.value + stretch * (estimate.upper - estimate.value),
        error=stretch * estimate.error,
    )


def _matters(metric: Metric, baseline: Estimate, before: Outcomes | None, model: Model) -> float:
    """The loss from which on a chunk is amber, in the metric's own unit."""
    if metric.better == "neither" or before is None:
        return float("nan")
    if metric.key == "accuracy" and "accuracy_drop" in model.limits.model_fields_set:
        return model.limits.accuracy_drop
    if metric.key == "bias":
        whole = pooled(before)
        mean = whole.label / whole.rows  # pyright: ignore[reportAttributeAccessIssue]
        spread = whole.label_square / whole.rows - mean**2  # pyright: ignore[reportAttributeAccessIssue]
        return ABSOLUTE["bias"] * float(np.sqrt(max(spread, 0.0)))
    if metric.key in ABSOLUTE:
        return ABSOLUTE[metric.key]
    return RELATIVE * abs(float(baseline.value))


def _judged(
    metric: Metric, estimate: Estimate, change: Difference, amber: float, short: Shortage
) -> tuple[Codes, Codes]:
    """Colour and reason where labels are mature and there is a reference."""
    with np.errstate(invalid="ignore"):
        certain = change.lower > 0
        large = np.where(change.loss >= 2 * amber, RED, np.where(change.loss >= amber, AMBER, GREEN))
    if metric.better == "neither":
        certain = np.zeros(np.shape(certain), dtype=bool)
    status = np.where(certain, large, GREEN)
    reason = np.where(status >= AMBER, NUMBER["lost_performance"], 0)
    reason = np.where(certain & (status == GREEN), NUMBER["small_loss"], reason)
    if metric.better == "neither":
        status, reason = np.full_like(status, GREY), np.full_like(reason, NUMBER["description"])
    undefined = np.isnan(estimate.value) | ((metric.better != "neither") & np.isnan(change.lower))
    status = np.where(undefined | short.any, GREY, status)
    reason = np.where(undefined, NUMBER["undefined_metric"], reason)
    return status, np.where(short.any, NUMBER["not_enough"], reason)
