"""The area under the ROC curve from histograms of scores, with DeLong's standard error."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.estimates import Estimate, logit_estimate, some
from monitoring.statistics.metrics.registry import performance_metric


@dataclass(frozen=True)
class Areas:
    """Areas under the ROC curve, their standard errors and the half share of pairs that share a slot."""

    value: Floats
    error: Floats
    tied: Floats


def areas(positives: Floats, negatives: Floats) -> Areas:
    """The share of pairs in which the event has the higher score, ties half, by histograms.

    Parameters
    ----------
    positives, negatives : ndarray of shape (..., slots)
        Rows by score, with and without the event.

    Returns
    -------
    Areas
        nan where a side is empty; the error also where a side has a single row.

    References
    ----------
    DeLong, E., DeLong, D. and Clarke-Pearson, D. (1988). Comparing the areas under two or more correlated
    receiver operating characteristic curves. *Biometrics* 44. Sun, X. and Xu, W. (2014). Fast implementation
    of DeLong's algorithm. *IEEE Signal Processing Letters* 21.

    Examples
    --------
    >>> found = areas(np.array([1.0, 0, 3]), np.array([2.0, 2, 0]))
    >>> float(found.value), float(found.tied)
    (0.8125, 0.0625)
    """
    events, others = some(summed(positives)), some(summed(negatives))
    below = (np.cumsum(negatives, axis=-1) - negatives / 2) / others[..., None]
    value = _weighed(positives, below) / events
    above = 1 - (np.cumsum(positives, axis=-1) - positives / 2) / events[..., None]
    middle = value[..., None]
    of_events = _weighed(positives, (below - middle) ** 2) / np.where(events > 1, events - 1, np.nan)
    of_others = _weighed(negatives, (above - middle) ** 2) / np.where(others > 1, others - 1, np.nan)
    tied = _weighed(positives, negatives) / (2 * events * others)
    return Areas(value, np.sqrt(of_events / events + of_others / others), tied)


def _weighed(first: Floats, second: Floats) -> Floats:
    return np.einsum("...i,...i->...", first, second)


@performance_metric(
    "Area under the ROC curve",
    short="AUC",
    unit="share of pairs",
    tasks=("binary",),
    minimum={"rows": 30, "positives": 10, "negatives": 10},
    reads="scores",
)
def roc_auc(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The share of pairs of an event and a row without in which the event scores higher, a tie counting half.

    The standard error is DeLong's; the interval is symmetric on the logit scale. With fewer than ten rows of
    a class it holds the true value in nine cases of ten only: not enough.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence.

    Returns
    -------
    Estimate
        From 0 to 1, a half by chance; nan where a class is empty. Rows of one slot count as ties, so the
        value lies within half the share of pairs that share a slot.

    References
    ----------
    DeLong, E., DeLong, D. and Clarke-Pearson, D. (1988). Comparing the areas under two or more correlated
    receiver operating characteristic curves. *Biometrics* 44.

    Examples
    --------
    >>> found = roc_auc(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1]))
    >>> float(found.value), float(found.bound)
    (0.75, 0.0)
    """
    found = areas(outcomes.positives, outcomes.negatives)
    kinds = outcomes.evidence()
    fewest = np.minimum(kinds["positives"], kinds["negatives"])
    estimate = logit_estimate(found.value, found.error, outcomes.rows, fewest, level)
    return replace(estimate, bound=0.0 * found.tied if outcomes.exact else found.tied)
