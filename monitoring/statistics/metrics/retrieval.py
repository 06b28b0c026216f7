"""Metrics of the top of a ranking: average precision and lift, with intervals drawn from histograms."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.estimates import Estimate, logit_estimate, some
from monitoring.statistics.metrics.registry import performance_metric

DRAWS = 500
SEED = 20130101
SLOTS = 200
"""Neighbouring slots are joined to so many before rows are drawn: what scores differ by within one of them
moves no spread."""
_SMALL = 30
"""Up to here Poisson numbers are drawn as such, beyond as normal ones, rounded."""
TOP = 0.1
"""The share of rows with the highest scores that lift looks at."""

Ranked: TypeAlias = Callable[[Floats, Floats], Floats]
"""From rows with and without the event by falling score, each (..., slots), to a value of shape (...)."""


def drawn(positives: Floats, negatives: Floats, value: Ranked, *, level: float) -> tuple[Floats, ...]:
    """The percentile interval and standard deviation of a value when the rows are drawn anew.

    Parameters
    ----------
    positives, negatives : ndarray of shape (..., slots)
        Rows by falling score.
    value : callable
    level : float
        Confidence.

    Returns
    -------
    tuple of three ndarray of shape (...)
        Lower end, upper end and standard error; nan where a class is empty.

    Notes
    -----
    Rows are drawn 500 times, every slot and class by itself from the Poisson law of its count, which is the
    multinomial law of all counts but for how many rows are drawn; no value here depends on that. Both classes
    are drawn, since the value depends on how many events there are: with the events' number held fixed the
    interval of lift held the truth in three cases of four only. Every chunk takes the same random numbers, so
    that its interval does not depend on what else is computed.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). *An Introduction to the Bootstrap*, chapter 13. Chapman and Hall.

    Examples
    --------
    >>> lower, upper, _ = drawn(np.array([8.0, 2, 0]), np.array([2.0, 3, 5]), _precision, level=0.95)
    >>> bool(lower < upper)
    True
    """
    found = np.full((3, *positives.shape[:-1]), np.nan)
    ends = ((1 - level) / 2, (1 + level) / 2)
    for place in np.ndindex(positives.shape[:-1]):
        counts = np.stack([positives[place], negatives[place]])
        if not counts.any(axis=-1).all():
            continue
        values = value(*np.split(_redrawn(_joined(counts).ravel()), 2, axis=-1))
        values = values[np.isfinite(values)]  # a draw without an event has none
        found[(slice(None), *place)] = (*np.quantile(values, ends), values.std(ddof=1))
    return tuple(found)


def _joined(counts: Floats) -> Floats:
    """Slots that hold rows, of shape (2, slots); neighbours joined so that each has about as many of both."""
    held = counts[:, counts.any(axis=0)]
    if held.shape[1] <= SLOTS:
        return held
    weight = (held / held.sum(axis=1, keepdims=True)).mean(axis=0)
    group = np.minimum((np.cumsum(weight) - weight / 2) * SLOTS, SLOTS - 1).astype(np.intp)
    return np.add.reduceat(held, np.flatnonzero(np.diff(group, prepend=-1)), axis=1)


def _redrawn(counts: Floats) -> Floats:
    """Poisson numbers about counts of shape (cells,), of shape (`DRAWS`, cells)."""
    drawn_ = np.zeros((DRAWS, len(counts)))
    large = counts > _SMALL
    drawn_[:, large] = np.maximum(
        np.rint(counts[large] + np.sqrt(counts[large]) * _normal()[:, : len(counts)][:, large]), 0.0
    )
    for small in np.unique(counts[~large & (counts > 0)]):
        cells = np.flatnonzero(counts == small)
        drawn_[:, cells] = _poisson(int(small))[:, cells]
    return drawn_


@functools.cache
def _normal() -> Floats:
    return np.random.default_rng(SEED).standard_normal((DRAWS, 2 * SLOTS))


@functools.cache
def _poisson(mean: int) -> np.ndarray:
    return np.random.default_rng([SEED, mean]).poisson(mean, (DRAWS, 2 * SLOTS)).astype(np.int16)


def _estimate(
    outcomes: BinaryOutcomes, value: Ranked, bound: Ranked, *, level: float, interval: bool
) -> Estimate:
    p, n = outcomes.positives[..., ::-1], outcomes.negatives[..., ::-1]
    found = value(p, n)
    loose = np.zeros(found.shape) if outcomes.exact else bound(p, n)
    unknown = np.full(found.shape, np.nan)
    lower, upper, error = drawn(p, n, value, level=level) if interval else (unknown,) * 3
    return Estimate(found, lower, upper, error, outcomes.rows, loose)


@performance_metric(
    "Average precision",
    short="AP",
    unit="precision, averaged over events",
    tasks=("binary",),
    minimum={"rows": 30, "positives": 10, "negatives": 10},
    reads="scores",
    costly=True,
)
def average_precision(outcomes: BinaryOutcomes, *, level: float = 0.95, interval: bool = True) -> Estimate:
    """Precision at the score of each event, averaged over events: the area under the precision-recall steps.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence of the interval, which is symmetric on the logit scale with the standard error of 500 draws
        of the histogram.
    interval : bool
        Whether to draw; without, error and interval are nan.

    Returns
    -------
    Estimate
        From 0 to 1, by chance the prevalence; nan without an event. The bound is that of the worst and the
        best order of the rows within each slot.

    References
    ----------
    Davis, J. and Goadrich, M. (2006). The relationship between precision-recall and ROC curves. *ICML*.

    Examples
    --------
    >>> found = average_precision(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1]))
    >>> float(found.value.round(4))
    0.8333
    """
    found = _estimate(outcomes, _precision, _precision_bound, level=level, interval=interval)
    if not interval:
        return found
    ends = logit_estimate(found.value, found.error, found.n, outcomes.evidence()["minority"], level)
    return replace(found, lower=ends.lower, upper=ends.upper)


def _precision(p: Floats, n: Floats) -> Floats:
    above, wrong = np.cumsum(p, axis=-1), np.cumsum(n, axis=-1)
    reached = some(above + wrong)
    return np.nansum(p * above / reached, axis=-1) / some(summed(p))


def _precision_bound(p: Floats, n: Floats) -> Floats:
    """Best: a slot's events all come first and tie; worst: they come last, one by one."""
    value, events = _precision(p, n), some(summed(p))
    above, wrong = np.cumsum(p, axis=-1) - p, np.cumsum(n, axis=-1) - n
    best = np.nansum(p * (above + p) / some(above + p + wrong), axis=-1) / events
    behind = above + wrong + n
    lost = (wrong + n) * (special.digamma(behind + p + 1) - special.digamma(behind + 1))
    worst = (p - lost).sum(axis=-1) / events
    return np.maximum(best - value, value - worst)


@performance_metric(
    "Lift of the top tenth",
    short="lift",
    unit="times the average",
    tasks=("binary",),
    minimum={"rows": 100, "positives": 10},
    range=(0.0, 1 / TOP),
    reads="scores",
    costly=True,
)
def lift(outcomes: BinaryOutcomes, *, level: float = 0.95, interval: bool = True) -> Estimate:
    """How many times as frequent events are among the tenth of rows with the highest scores.

    Where rows of one score lie on both sides of the cut they count in proportion: what a random order of them
    gives on average.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence of the percentile interval of 500 draws of the histogram.
    interval : bool
        Whether to draw; without, error and interval are nan.

    Returns
    -------
    Estimate
        From 0 to 10, by chance 1; nan without an event. The bound is about the slot of the cut.

    References
    ----------
    Provost, F. and Fawcett, T. (2013). *Data Science for Business*, chapter 8. O'Reilly.

    Examples
    --------
    >>> scores = [0.99, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    >>> float(lift(BinaryOutcomes.of_rows(scores, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])).value)
    5.0
    """
    return _estimate(outcomes, _lift, _lift_bound, level=level, interval=interval)


def _lift(p: Floats, n: Floats) -> Floats:
    taken = _taken(p, n)
    events = summed(p * taken / np.where(p + n > 0, p + n, 1.0))
    return events / (TOP * some(summed(p)))


def _lift_bound(p: Floats, n: Floats) -> Floats:
    """Of the slot that is cut, the events that are taken may be as many as fit, or the fewest."""
    taken = _taken(p, n)
    even = p * taken / np.where(p + n > 0, p + n, 1.0)
    most, fewest = np.minimum(p, taken), np.maximum(taken - n, 0.0)
    return np.maximum(summed(most - even), summed(even - fewest)) / (TOP * some(summed(p)))


def _taken(p: Floats, n: Floats) -> Floats:
    """Rows of each slot that belong to the top tenth."""
    rows = p + n
    before = np.cumsum(rows, axis=-1) - rows
    return np.clip(TOP * summed(rows)[..., None] - before, 0.0, rows)
