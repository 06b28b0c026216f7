"""Metrics of the four cells of a confusion matrix, which may hold counts or expected counts.

Functions take true positives, false positives, false negatives and true negatives of shapes that broadcast,
and return an array of that shape, nan where a denominator is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import TypeAlias

import numpy as np

from monitoring.statistics.arrays import Floats


@dataclass(frozen=True)
class Cells:
    """The four cells, each of shape (...)."""

    true_positives: Floats
    false_positives: Floats
    false_negatives: Floats
    true_negatives: Floats

    def __add__(self, other: Cells) -> Cells:
        """The cells of both, such as those of labelled rows and those expected of rows without label."""
        return Cells(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Costs:
    """What a row of each cell costs, in the user's unit; a gain is negative."""

    true_positive: float = 0.0
    false_positive: float = 1.0
    false_negative: float = 1.0
    true_negative: float = 0.0


CellMetric: TypeAlias = Callable[[Cells], Floats]


def accuracy(cells: Cells) -> Floats:
    """The share of right decisions.

    Examples
    --------
    >>> float(accuracy(Cells(*np.array([40.0, 10, 20, 30]))))
    0.7
    """
    return _over(cells.true_positives + cells.true_negatives, rows_of(cells))


def precision(cells: Cells) -> Floats:
    """The share of events among rows decided positive."""
    return _over(cells.true_positives, cells.true_positives + cells.false_positives)


def recall(cells: Cells) -> Floats:
    """The share of events that were decided positive."""
    return _over(cells.true_positives, cells.true_positives + cells.false_negatives)


def specificity(cells: Cells) -> Floats:
    """The share of rows without event that were decided negative."""
    return _over(cells.true_negatives, cells.true_negatives + cells.false_positives)


def npv(cells: Cells) -> Floats:
    """The share of rows without event among rows decided negative."""
    return _over(cells.true_negatives, cells.true_negatives + cells.false_negatives)


def f1(cells: Cells) -> Floats:
    """The harmonic mean of precision and recall.

    Examples
    --------
    >>> float(f1(Cells(*np.array([40.0, 10, 20, 30]))).round(4))
    0.7273
    """
    twice = 2 * cells.true_positives
    return _over(twice, twice + cells.false_positives + cells.false_negatives)


def balanced_accuracy(cells: Cells) -> Floats:
    """The mean of recall and specificity."""
    return (recall(cells) + specificity(cells)) / 2


def mcc(cells: Cells) -> Floats:
    """Matthews' correlation of decision and event."""
    tp, fp = cells.true_positives, cells.false_positives
    fn, tn = cells.false_negatives, cells.true_negatives
    return _over(tp * tn - fp * fn, np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))


def kappa(cells: Cells) -> Floats:
    """Cohen's kappa: agreement of decision and event beyond what their shares give by chance.

    Examples
    --------
    >>> float(kappa(Cells(*np.array([20.0, 5, 10, 15]))).round(3))
    0.4
    """
    tp, fp = cells.true_positives, cells.false_positives
    fn, tn = cells.false_negatives, cells.true_negatives
    excess = 2 * (tp * tn - fp * fn)
    return _over(excess, (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn))


def prevalence(cells: Cells) -> Floats:
    """The share of events."""
    return _over(cells.true_positives + cells.false_negatives, rows_of(cells))


def cost(cells: Cells, costs: Costs) -> Floats:
    """The mean cost of a row.

    Examples
    --------
    >>> float(cost(Cells(*np.array([40.0, 10, 20, 30])), Costs(false_negative=5.0)))
    1.1
    """
    total = cells.true_positives * costs.true_positive + cells.false_positives * costs.false_positive
    total = total + cells.false_negatives * costs.false_negative + cells.true_negatives * costs.true_negative
    return _over(total, rows_of(cells))


CELL_METRICS: dict[str, CellMetric] = {
    metric.__name__: metric
    for metric in (
        accuracy,
        precision,
        recall,
        specificity,
        npv,
        f1,
        mcc,
        kappa,
        balanced_accuracy,
        prevalence,
    )
}
"""Metrics of the four cells alone, by name."""


def rows_of(cells: Cells) -> Floats:
    """All rows.

    Examples
    --------
    >>> float(rows_of(Cells(*np.array([40.0, 10, 20, 30]))))
    100.0
    """
    return cells.true_positives + cells.false_positives + cells.false_negatives + cells.true_negatives


def _over(part: Floats, whole: Floats) -> Floats:
    return part / np.where(whole > 0, whole, np.nan)
