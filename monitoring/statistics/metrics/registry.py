"""The registry of performance metrics: what each is called, which way is better, what it needs.

A metric is a plain function from outcomes (sums over labelled rows) to an `Estimate`, entered by
`performance_metric`. Its name is the registry's key, the value in a page's address and the ``measure`` of the
tidy frame. Titles, units, directions and minimum counts are written here once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from monitoring.statistics.metrics.estimates import Estimate

Task = Literal["binary", "multiclass", "regression"]
Better = Literal["higher", "lower", "zero", "neither"]
Reads = Literal["labels", "decisions", "scores"]
Function: TypeAlias = Callable[..., Estimate]


@dataclass(frozen=True)
class Metric:
    """One way to say how good a model is.

    Attributes
    ----------
    key : str
        The function's name: registry key, address and ``measure``.
    title, short, unit : str
        What people read beside the number; ``short`` where there is little room.
    tasks : tuple of str
        Tasks it is defined for.
    better : {'higher', 'lower', 'zero', 'neither'}
        Which way is better; 'neither' describes the data and is never a loss.
    range : tuple of two floats
        Smallest and largest value.
    minimum : mapping of str to int
        Fewest rows of each kind, by the names of the outcomes' ``evidence``; below it the number is no
        evidence. `monitoring.statistics.metrics.evidence` puts what is short into words.
    reads : {'labels', 'decisions', 'scores'}
        What it needs beside the labels.
    row_mean : bool
        Whether it is a mean over rows, so that an always-valid verdict can be given on it.
    costly : bool
        Whether its interval is drawn by bootstrap; ``interval=False`` leaves it out.
    function : callable
    total : bool
        Whether it grows with the rows, so that windows of different length are not compared by it.
    """

    key: str
    title: str
    short: str
    unit: str
    tasks: tuple[Task, ...]
    better: Better
    range: tuple[float, float]
    minimum: Mapping[str, int]
    reads: Reads
    row_mean: bool
    costly: bool
    function: Function
    total: bool = False

    def __call__(self, outcomes: Any, *, level: float = 0.95, interval: bool = True) -> Estimate:
        """The metric of each chunk; without ``interval`` a costly one has no interval and no error."""
        if self.costly:
            return self.function(outcomes, level=level, interval=interval)
        return self.function(outcomes, level=level)


METRICS: dict[str, Metric] = {}
SHARE = (0.0, 1.0)


def performance_metric(
    title: str,
    *,
    short: str,
    unit: str,
    tasks: tuple[Task, ...],
    minimum: dict[str, int],
    better: Better = "higher",
    range: tuple[float, float] = SHARE,
    reads: Reads = "decisions",
    row_mean: bool = False,
    costly: bool = False,
) -> Callable[[Function], Function]:
    """Enter a function into `METRICS` under its own name.

    Parameters
    ----------
    title, short, unit : str
        What people read.
    tasks, minimum, better, range, reads, row_mean, costly
        As in `Metric`.

    Returns
    -------
    callable
        A decorator that returns the function unchanged.

    Raises
    ------
    ValueError
        If the name is taken.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS
    >>> METRICS["roc_auc"].title, METRICS["roc_auc"].better, METRICS["roc_auc"].minimum["positives"]
    ('Area under the ROC curve', 'higher', 10)
    """

    def enter(function: Function) -> Function:
        key = getattr(function, "__name__", "")
        if key in METRICS:
            raise ValueError(f"two performance metrics are named {key}")
        METRICS[key] = Metric(
            key=key,
            title=title,
            short=short,
            unit=unit,
            tasks=tasks,
            better=better,
            range=range,
            minimum=MappingProxyType(dict(minimum)),
            reads=reads,
            row_mean=row_mean,
            costly=costly,
            function=function,
        )
        return function

    return enter


def metrics_for(task: Task) -> list[Metric]:
    """The metrics defined for a task, in the order in which they were entered.

    Examples
    --------
    >>> [metric.key for metric in metrics_for("binary")][:3]
    ['accuracy', 'balanced_accuracy', 'mcc']
    """
    return [metric for metric in METRICS.values() if task in metric.tasks]
