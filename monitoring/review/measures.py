"""What can be estimated from rows whose truth a person stated: metrics that are ratios of two sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.models import Model, Task
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.binary import SMALLEST


@dataclass(frozen=True, eq=False)
class Reviewed:
    """Rows that somebody looked at, every array of shape (rows,).

    Attributes
    ----------
    right : ndarray of float
        1 where the decision was right, 0 where it was wrong; nan for a regression.
    event : ndarray of float
        Of a binary model: whether the label is the event; nan where unknown.
    decided : ndarray of float
        Of a binary model: whether it decided for the event; of a regression the number.
    label : ndarray of float
        Of a regression; nan for others.
    told : ndarray of float
        The probability that the model gave to what is true; nan where unknown.
    sure : ndarray of float
        The probability that it gave to what it decided; nan where unknown.
    """

    right: Floats
    event: Floats
    decided: Floats
    label: Floats
    told: Floats
    sure: Floats

    def only(self, places: np.ndarray) -> Reviewed:
        """Some of the rows."""
        return Reviewed(**{name: getattr(self, name)[places] for name in Reviewed.__annotations__})


Parts = tuple[Floats, Floats]
Function = Callable[[Reviewed], Parts]


@dataclass(frozen=True)
class Measure:
    """A metric as a ratio of sums: its key in the registry of metrics, and whether it is a share.

    Attributes
    ----------
    key : str
    tasks : tuple of str
    share : bool
    parts : callable
        Above and below of every row; nan where the row says nothing of it.
    """

    key: str
    tasks: tuple[Task, ...]
    share: bool
    parts: Function


MEASURES: dict[str, Measure] = {}


def _measure(*tasks: Task, share: bool = True) -> Callable[[Function], Function]:
    def enter(function: Function) -> Function:
        key = getattr(function, "__name__", "")
        MEASURES[key] = Measure(key, tasks, share, function)
        return function

    return enter


def measures_of(model: Model) -> Mapping[str, Measure]:
    r"""What can be estimated of a model.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> list(measures_of(parse('name = "price"\ntask = "regression"')))
    ['mae', 'mse', 'bias']
    """
    return {key: one for key, one in MEASURES.items() if model.task in one.tasks}


def _of_all(above: Floats) -> Parts:
    return above, np.where(np.isnan(above), np.nan, 1.0)


@_measure("binary", "multiclass")
def accuracy(rows: Reviewed) -> Parts:
    """Share of right decisions."""
    return _of_all(rows.right)


@_measure("binary")
def precision(rows: Reviewed) -> Parts:
    """Share of events among the rows decided for the event."""
    return rows.event * rows.decided, rows.decided + 0 * rows.event


@_measure("binary")
def recall(rows: Reviewed) -> Parts:
    """Share of the events that were decided for."""
    return rows.event * rows.decided, rows.event + 0 * rows.decided


@_measure("binary")
def f1(rows: Reviewed) -> Parts:
    """Twice the hits over decisions and events."""
    return 2 * rows.event * rows.decided, rows.event + rows.decided


@_measure("binary", share=False)
def brier(rows: Reviewed) -> Parts:
    """Squared distance of the score from what came."""
    return _of_all((1 - rows.told) ** 2)


@_measure("binary", "multiclass", share=False)
def log_loss(rows: Reviewed) -> Parts:
    """Surprise at what came, in nats."""
    return _of_all(-np.log(np.clip(rows.told, SMALLEST, 1 - SMALLEST)))


@_measure("regression", share=False)
def mae(rows: Reviewed) -> Parts:
    """Mean distance of the prediction from the label."""
    return _of_all(np.abs(rows.decided - rows.label))


@_measure("regression", share=False)
def mse(rows: Reviewed) -> Parts:
    """Mean squared distance."""
    return _of_all((rows.decided - rows.label) ** 2)


@_measure("regression", share=False)
def bias(rows: Reviewed) -> Parts:
    """Mean of prediction minus label."""
    return _of_all(rows.decided - rows.label)
