"""Metrics of the table of labels and decisions, for two classes or many.

All of them take outcomes with a ``confusion`` of shape (..., label, decision).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.estimates import (
    Estimate,
    around,
    logit_estimate,
    quantile,
    share_estimate,
    some,
    table_error,
)
from monitoring.statistics.metrics.registry import Task, performance_metric
from monitoring.statistics.shares import wilson

CLASSES: tuple[Task, ...] = ("binary", "multiclass")
Form: TypeAlias = Callable[[Floats], tuple[Floats, Floats]]
"""From shares of shape (..., C, C) to a value of shape (...) and its gradient of shape (..., C, C)."""


class Decided(Protocol):
    """Outcomes with decisions."""

    @property
    def confusion(self) -> Floats:
        """Rows by label and decision."""
        ...


def table_estimate(table: Floats, form: Form, *, low: float, level: float) -> Estimate:
    """A function of the table's shares, with the standard error of the multinomial delta method.

    The interval is symmetric on the logit scale of the metric's range (from -1 on that is Fisher's z), so
    that it stays within and holds the truth more often where rows are few.

    Parameters
    ----------
    table : ndarray of shape (..., C, C)
        Rows by label and decision.
    form : callable
        The function with its gradient.
    low : float
        Its smallest value; the largest is 1.
    level : float
        Confidence.

    Returns
    -------
    Estimate
        Where all decisions are right (or all wrong) the standard error is 0 and says nothing: the interval
        then is as wide as that of the table with half a row more in every cell.

    Examples
    --------
    >>> diagonal = lambda p: (np.trace(p, axis1=-2, axis2=-1), np.eye(2) + 0 * p)
    >>> found = table_estimate(np.array([[30.0, 10.0], [10.0, 50.0]]), diagonal, low=0.0, level=0.95)
    >>> float(found.value), float(found.error.round(3)), float(found.lower.round(3))
    (0.8, 0.04, 0.71)
    """
    rows = table.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        value, gradient = form(table / some(rows)[..., None, None])
        error = table_error(table, gradient)
        sure = error < 1e-9
        width = error
        if sure.any():
            more = table + 0.5
            width = table_error(more, form(more / more.sum(axis=(-2, -1), keepdims=True))[1])
    plain = around(value, width, rows, low=low, high=1.0, width=quantile(level))
    span = 1 - low
    inner = logit_estimate((value - low) / span, error / span, rows, rows, level)
    lower, upper = (
        np.where(sure, end, low + span * scaled)
        for end, scaled in ((plain.lower, inner.lower), (plain.upper, inner.upper))
    )
    return Estimate(value, np.minimum(lower, value), np.maximum(upper, value), error, rows, plain.bound)


@performance_metric(
    "Accuracy", short="accuracy", unit="share of rows", tasks=CLASSES, minimum={"rows": 30}, row_mean=True
)
def accuracy(outcomes: Decided, *, level: float = 0.95) -> Estimate:
    """The share of rows that were decided as they turned out.

    Parameters
    ----------
    outcomes : BinaryOutcomes or MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of Wilson's interval.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> float(accuracy(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value)
    0.75
    """
    table = outcomes.confusion
    return share_estimate(np.trace(table, axis1=-2, axis2=-1), table.sum(axis=(-2, -1)), level=level)


@performance_metric(
    "Balanced accuracy",
    short="balanced",
    unit="mean share of each class",
    tasks=CLASSES,
    minimum={"rows": 30, "smallest_class": 10},
)
def balanced_accuracy(outcomes: Decided, *, level: float = 0.95) -> Estimate:
    """The mean over classes of the share of a class's rows that were decided right.

    Classes without a label in the chunk are left out of the mean. The standard error is that of the
    multinomial delta method; the interval joins Wilson's of every class by squares, to which it comes down
    when rows are many, so that it is not empty where all decisions are right.

    Parameters
    ----------
    outcomes : BinaryOutcomes or MulticlassOutcomes with leading axes (...)
    level : float
        Confidence.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows.

    References
    ----------
    Brodersen, K. et al. (2010). The balanced accuracy and its posterior distribution. *ICPR*. Zou, G. and
    Donner, A. (2008). Construction of confidence limits about effect measures. *Statistics in Medicine* 27.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> float(balanced_accuracy(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value.round(4))
    0.8333
    """
    table = outcomes.confusion
    rows = table.sum(axis=-1)
    right = np.diagonal(table, axis1=-2, axis2=-1)
    present = rows > 0
    classes = some(present.sum(axis=-1))
    share = np.where(present, right / np.where(present, rows, 1.0), 0.0)
    ends = wilson(right, rows, level=level)

    def joined(parts: Floats) -> Floats:
        return np.sqrt(np.where(present, parts, 0.0).sum(axis=-1)) / classes

    value = share.sum(axis=-1) / classes
    error = joined(share * (1 - share) / np.where(present, rows, 1.0))
    lower = np.maximum(value - joined((share - ends.lower) ** 2), 0.0)
    upper = np.minimum(value + joined((ends.upper - share) ** 2), 1.0)
    return Estimate(value, lower, upper, error, rows.sum(axis=-1), np.zeros(value.shape))


@performance_metric(
    "Matthews correlation",
    short="MCC",
    unit="correlation",
    tasks=CLASSES,
    range=(-1.0, 1.0),
    minimum={"rows": 30, "minority": 10},
)
def mcc(outcomes: Decided, *, level: float = 0.95) -> Estimate:
    """The correlation of labels and decisions; for many classes Gorodkin's generalisation.

    Parameters
    ----------
    outcomes : BinaryOutcomes or MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of the interval by the multinomial delta method.

    Returns
    -------
    Estimate
        From -1 to 1; 0 says no better than chance. nan where all labels or all decisions are of one class
        (scikit-learn says 0 there).

    References
    ----------
    Matthews, B. (1975). Comparison of the predicted and observed secondary structure of T4 phage lysozyme.
    *Biochimica et Biophysica Acta* 405. Gorodkin, J. (2004). Comparing two K-category assignments by a
    K-category correlation coefficient. *Computational Biology and Chemistry* 28.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> float(mcc(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value.round(4))
    0.5774
    """
    return table_estimate(outcomes.confusion, _mcc, low=-1.0, level=level)


def _mcc(p: Floats) -> tuple[Floats, Floats]:
    label, decision, by_chance, right = _margins(p)
    spreads = [1 - (side**2).sum(axis=-1) for side in (label, decision)]
    spreads = [np.where(spread > 1e-12, spread, np.nan) for spread in spreads]
    scale = np.sqrt(spreads[0] * spreads[1])
    value = (right - by_chance) / scale
    rise = np.eye(p.shape[-1]) - decision[..., :, None] - label[..., None, :]
    bend = (label / spreads[0][..., None])[..., :, None] + (decision / spreads[1][..., None])[..., None, :]
    return value, rise / scale[..., None, None] + value[..., None, None] * bend


@performance_metric(
    "Cohen’s kappa",
    short="kappa",
    unit="agreement beyond chance",
    tasks=CLASSES,
    range=(-1.0, 1.0),
    minimum={"rows": 30, "minority": 10},
)
def cohen_kappa(outcomes: Decided, *, level: float = 0.95) -> Estimate:
    """Agreement of labels and decisions beyond that of decisions drawn at random in the same shares.

    The standard error is that of Fleiss, Cohen and Everitt, which the multinomial delta method gives.

    Parameters
    ----------
    outcomes : BinaryOutcomes or MulticlassOutcomes with leading axes (...)
    level : float
        Confidence.

    Returns
    -------
    Estimate
        From -1 to 1; nan where all labels and all decisions are of one and the same class.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. *Educational and Psychological
    Measurement* 20. Fleiss, J., Cohen, J. and Everitt, B. (1969). *Psychological Bulletin* 72.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> float(cohen_kappa(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value)
    0.5
    """
    return table_estimate(outcomes.confusion, _kappa, low=-1.0, level=level)


def _kappa(p: Floats) -> tuple[Floats, Floats]:
    label, decision, by_chance, right = _margins(p)
    room = np.where(1 - by_chance > 1e-12, 1 - by_chance, np.nan)
    value = (right - by_chance) / room
    fall = (1 - value)[..., None, None] * (decision[..., :, None] + label[..., None, :])
    return value, (np.eye(p.shape[-1]) - fall) / room[..., None, None]


def _margins(p: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Shares of the labels, of the decisions, of agreement by chance and of agreement."""
    label, decision = p.sum(axis=-1), p.sum(axis=-2)
    return label, decision, (label * decision).sum(axis=-1), np.trace(p, axis1=-2, axis2=-1)
