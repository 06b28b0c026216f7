"""Whether there are rows enough to judge: below a metric's minimum a number is grey, with the count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.registry import Metric

KINDS = {
    "rows": "labelled rows",
    "positives": "events",
    "negatives": "rows without the event",
    "minority": "rows outside the most frequent class",
    "smallest_class": "rows of the rarest class",
    "decided_positive": "rows decided positive",
    "decided_negative": "rows decided negative",
    "nonzero": "labels other than 0",
    "logged": "labels and predictions above -1",
}
"""What is counted, in words."""


class Counted(Protocol):
    """Outcomes of any task."""

    def evidence(self) -> dict[str, Floats]:
        """Rows of each kind."""
        ...


@dataclass(frozen=True)
class Shortage:
    """What is short of each chunk, every array of shape (...).

    Attributes
    ----------
    kind : ndarray of str
        The kind of rows that falls shortest of its minimum, one of `KINDS`; empty where there is enough.
    have, need : ndarray
        Rows of that kind, and the fewest that are evidence.
    """

    kind: NDArray[np.str_]
    have: Floats
    need: Floats

    @property
    def any(self) -> NDArray[np.bool_]:
        """Whether anything is short."""
        return self.kind != ""


def shortage(metric: Metric, outcomes: Counted) -> Shortage:
    """Which minimum of a metric is not reached, the one with the smallest part of what it needs first.

    Parameters
    ----------
    metric : Metric
    outcomes : outcomes of a task of the metric, with leading axes (...)

    Returns
    -------
    Shortage

    Raises
    ------
    KeyError
        If the outcomes do not count what the metric needs: it is not of their task.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS, BinaryOutcomes
    >>> outcomes = BinaryOutcomes.of_rows([0.2] * 36 + [0.7] * 4, [0] * 36 + [1] * 4)
    >>> found = shortage(METRICS["roc_auc"], outcomes)
    >>> found.kind.item(), float(found.have), float(found.need), words(found.kind, found.have, found.need)
    ('positives', 4.0, 10.0, 'not enough: 4 events of 10')
    """
    held = outcomes.evidence()
    kinds = list(metric.minimum)
    need = np.array([float(metric.minimum[kind]) for kind in kinds])
    have = np.stack([held[kind] for kind in kinds], axis=-1)
    worst = np.argmin(have / need, axis=-1)
    found = np.take_along_axis(have, worst[..., None], axis=-1)[..., 0]
    short = found < need[worst]
    return Shortage(np.where(short, np.array(kinds)[worst], ""), found, need[worst])


def words(kind: str | NDArray[np.str_], have: float | Floats, need: float | Floats) -> str:
    """One shortage in words; empty where nothing is short.

    Examples
    --------
    >>> words("rows", 12, 30)
    'not enough: 12 labelled rows of 30'
    >>> words("", 40, 30)
    ''
    """
    return f"not enough: {float(have):,.0f} {KINDS[str(kind)]} of {float(need):,.0f}" if kind else ""
