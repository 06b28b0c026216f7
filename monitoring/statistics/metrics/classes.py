"""Every class of several by itself against the rest, and the mean of the areas under their ROC curves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.averages import ENOUGH, MULTICLASS
from monitoring.statistics.metrics.decisions import f1_estimate
from monitoring.statistics.metrics.estimates import Estimate, logit_estimate, share_estimate, some
from monitoring.statistics.metrics.multiclass import MulticlassOutcomes
from monitoring.statistics.metrics.ranking import areas
from monitoring.statistics.metrics.registry import performance_metric


@performance_metric(
    "Area under the ROC curve, mean of each class against the rest",
    short="macro AUC",
    unit="share of pairs",
    tasks=MULTICLASS,
    minimum=ENOUGH,
    reads="scores",
)
def macro_roc_auc(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean over classes of how well a class's score puts its rows above the others.

    The areas of the classes are of the same rows and go together to an unknown degree, so the standard error
    is the largest that the mean can have: the mean of the classes' own. The interval is symmetric on the
    logit scale and holds the true value more often than it says.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence, at least.

    Returns
    -------
    Estimate
        From 0 to 1, a half by chance; over the classes that some rows bear and some do not, nan where there
        is none.

    References
    ----------
    Provost, F. and Domingos, P. (2003). Tree induction for probability-based ranking. *Machine Learning* 52.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> float(macro_roc_auc(MulticlassOutcomes.of_rows(scores, [0, 1, 2], [0, 1, 2])).value.round(4))
    0.9167
    """
    found = areas(outcomes.hits, outcomes.others)
    known = np.isfinite(found.value)
    classes = some(known.sum(axis=-1))

    def mean(parts: Floats) -> Floats:
        return np.where(known, parts, 0.0).sum(axis=-1) / classes

    value = np.minimum(mean(found.value), 1.0)
    fewest = outcomes.evidence()["smallest_class"]
    estimate = logit_estimate(value, mean(found.error), outcomes.rows, fewest, level)
    return replace(estimate, bound=0 * value if outcomes.exact else mean(found.tied))


@dataclass(frozen=True)
class PerClass:
    """Metrics of every class against the rest, each of shape (..., C) in the order of the classes."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    roc_auc: Estimate


def per_class(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> PerClass:
    """Precision, recall, F1 and area under the ROC curve of every class by itself.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence.

    Returns
    -------
    PerClass
        Precision is nan where a class was never predicted, recall where it has no label.

    References
    ----------
    Those of the binary metrics of the same names.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> per_class(MulticlassOutcomes.of_rows(scores, [0, 1, 2], [0, 1, 2])).precision.value
    array([1. , 0.5, nan])
    """
    table = outcomes.confusion
    right = np.diagonal(table, axis1=-2, axis2=-1)
    labels, decided = table.sum(axis=-1), table.sum(axis=-2)
    found = areas(outcomes.hits, outcomes.others)
    fewest = np.minimum(labels, outcomes.rows[..., None] - labels)
    rows = outcomes.rows[..., None] + 0 * labels
    auc = logit_estimate(found.value, found.error, rows, fewest, level)
    return PerClass(
        precision=share_estimate(right, decided, level=level),
        recall=share_estimate(right, labels, level=level),
        f1=f1_estimate(right, decided - right, labels - right, level=level),
        roc_auc=replace(auc, bound=0 * found.tied if outcomes.exact else found.tied),
    )
