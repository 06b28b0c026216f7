"""What every threshold would have given: decisions, ROC and precision-recall points from one histogram."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.estimates import some


@dataclass(frozen=True)
class Thresholds:
    """Decisions by threshold: positive where the score is at it or above.

    Attributes
    ----------
    threshold : ndarray of shape (T,)
        Ascending: -inf (everything positive), every edge, inf (nothing positive).
    tp, fp, fn, tn : ndarray of shape (..., T)
        Right positive, wrong positive, wrong negative and right negative decisions.
    """

    threshold: Floats
    tp: Floats
    fp: Floats
    fn: Floats
    tn: Floats

    @cached_property
    def recall(self) -> Floats:
        """The share of events decided positive, the height of the ROC curve; nan without events."""
        return self.tp / some(self.tp + self.fn)

    @cached_property
    def false_positive_rate(self) -> Floats:
        """The share of other rows decided positive, the width of the ROC curve; nan without such rows."""
        return self.fp / some(self.fp + self.tn)

    @cached_property
    def precision(self) -> Floats:
        """The share of positive decisions that are right; where there is none 1, as scikit-learn has it."""
        decided = self.tp + self.fp
        known = (self.tp + self.fn + self.fp + self.tn) > 0
        return np.where(decided > 0, self.tp / some(decided), np.where(known, 1.0, np.nan))


def thresholds(outcomes: BinaryOutcomes) -> Thresholds:
    """The decisions that every threshold would have given.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)

    Returns
    -------
    Thresholds
        With one threshold more than slots.

    References
    ----------
    Fawcett, T. (2006). An introduction to ROC analysis. *Pattern Recognition Letters* 27.

    Examples
    --------
    >>> found = thresholds(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1], edges=[0.3, 0.5]))
    >>> found.threshold, found.tp, found.fp
    (array([-inf,  0.3,  0.5,  inf]), array([2., 2., 1., 0.]), array([2., 1., 1., 0.]))
    """
    edges = np.concatenate([[-np.inf], outcomes.edges, [np.inf]])
    tp, fp = _from_above(outcomes.positives), _from_above(outcomes.negatives)
    return Thresholds(edges, tp, fp, tp[..., :1] - tp, fp[..., :1] - fp)


def _from_above(counts: Floats) -> Floats:
    total = np.cumsum(counts[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([total, np.zeros((*total.shape[:-1], 1))], axis=-1)
