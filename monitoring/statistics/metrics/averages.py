"""Precision, recall and F1 averaged over several classes, alike or by their rows.

A class that has no label in a chunk is left out of its means; one that has labels and was never predicted has
precision and F1 of 0. That is scikit-learn with ``labels`` set to the classes present and ``zero_division``
to 0. For the errors, which classes are present is taken as given.
"""

from __future__ import annotations

import numpy as np

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.agreement import Form, accuracy, balanced_accuracy, table_estimate
from monitoring.statistics.metrics.estimates import Estimate, some
from monitoring.statistics.metrics.multiclass import MulticlassOutcomes
from monitoring.statistics.metrics.registry import Task, performance_metric

MULTICLASS: tuple[Task, ...] = ("multiclass",)
ENOUGH = {"rows": 30, "smallest_class": 10}


def averaged(*, label: float, decision: float, weighted: bool) -> Form:
    """A mean over classes of right decisions over labels, decisions or both, with its gradient.

    Parameters
    ----------
    label, decision : float
        Weight of the labels and of the decisions in the denominator: recall is (1, 0), precision (0, 1) and
        F1 (1, 1).
    weighted : bool
        Whether classes count by their labels or alike.

    Returns
    -------
    callable
        From shares of shape (..., C, C) to the mean and its gradient, see `agreement.Form`.

    Examples
    --------
    >>> value, _ = averaged(label=1, decision=1, weighted=False)(np.array([[0.5, 0.0], [0.25, 0.25]]))
    >>> float(value.round(4))
    0.7333
    """

    def form(p: Floats) -> tuple[Floats, Floats]:
        labels, decisions = p.sum(axis=-1), p.sum(axis=-2)
        whole = label * labels + decision * decisions
        part = (label + decision) / np.where(whole > 0, whole, np.inf)
        of_class = part * np.diagonal(p, axis1=-2, axis2=-1)
        present = np.where(labels > 0, 1.0, 0.0)
        weight = labels if weighted else present / some(present.sum(axis=-1))[..., None]
        fall = weight * of_class * part / (label + decision)
        gradient = (weight * part)[..., None] * np.eye(p.shape[-1])
        gradient = gradient - label * fall[..., :, None] - decision * fall[..., None, :]
        if weighted:
            gradient = gradient + of_class[..., :, None]
        return (weight * of_class).sum(axis=-1), gradient

    return form


@performance_metric(
    "Macro precision",
    short="macro precision",
    unit="mean share of each class",
    tasks=MULTICLASS,
    minimum=ENOUGH,
)
def macro_precision(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean over classes of the share of decisions for a class that were right.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of the interval by the multinomial delta method.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows. A class with labels that was never predicted counts as 0.

    References
    ----------
    Sokolova, M. and Lapalme, G. (2009). A systematic analysis of performance measures for classification
    tasks. *Information Processing and Management* 45.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> float(macro_precision(MulticlassOutcomes.of_rows(scores, [0, 1, 2], [0, 1, 2])).value)
    0.5
    """
    form = averaged(label=0, decision=1, weighted=False)
    return table_estimate(outcomes.confusion, form, low=0.0, level=level)


@performance_metric(
    "Macro recall",
    short="macro recall",
    unit="mean share of each class",
    tasks=MULTICLASS,
    minimum=ENOUGH,
)
def macro_recall(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean over classes of the share of a class that was found: the same as balanced accuracy.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows.

    References
    ----------
    Sokolova, M. and Lapalme, G. (2009). A systematic analysis of performance measures for classification
    tasks. *Information Processing and Management* 45.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> float(macro_recall(MulticlassOutcomes.of_rows(scores, [0, 1, 2], [0, 1, 2])).value.round(4))
    0.6667
    """
    return balanced_accuracy(outcomes, level=level)


@performance_metric(
    "Macro F1", short="macro F1", unit="mean F1 of each class", tasks=MULTICLASS, minimum=ENOUGH
)
def macro_f1(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean over classes of the harmonic mean of precision and recall.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of the interval by the multinomial delta method.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows. A class with labels that was never predicted counts as 0.

    References
    ----------
    Takahashi, K. et al. (2022). Confidence interval for micro-averaged F1 and macro-averaged F1 scores.
    *Applied Intelligence* 52.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> float(macro_f1(MulticlassOutcomes.of_rows(scores, [0, 1, 2], [0, 1, 2])).value.round(4))
    0.5556
    """
    form = averaged(label=1, decision=1, weighted=False)
    return table_estimate(outcomes.confusion, form, low=0.0, level=level)


@performance_metric(
    "Weighted precision",
    short="weighted precision",
    unit="mean share, classes by their rows",
    tasks=MULTICLASS,
    minimum={"rows": 30},
)
def weighted_precision(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> Estimate:
    """Precision of each class, averaged by how many labels the class has.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of the interval by the multinomial delta method.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows.

    References
    ----------
    Sokolova, M. and Lapalme, G. (2009). A systematic analysis of performance measures for classification
    tasks. *Information Processing and Management* 45.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> float(weighted_precision(MulticlassOutcomes.of_rows(scores, [0, 0, 1], [0, 1, 2])).value.round(4))
    0.8333
    """
    form = averaged(label=0, decision=1, weighted=True)
    return table_estimate(outcomes.confusion, form, low=0.0, level=level)


@performance_metric(
    "Weighted recall",
    short="weighted recall",
    unit="mean share, classes by their rows",
    tasks=MULTICLASS,
    minimum={"rows": 30},
)
def weighted_recall(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> Estimate:
    """Recall of each class, averaged by how many labels the class has: the same as accuracy.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of Wilson's interval.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows.

    References
    ----------
    Sokolova, M. and Lapalme, G. (2009). A systematic analysis of performance measures for classification
    tasks. *Information Processing and Management* 45.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> float(weighted_recall(MulticlassOutcomes.of_rows(scores, [0, 0, 1], [0, 1, 2])).value.round(4))
    0.6667
    """
    return accuracy(outcomes, level=level)


@performance_metric(
    "Weighted F1",
    short="weighted F1",
    unit="mean F1, classes by their rows",
    tasks=MULTICLASS,
    minimum={"rows": 30},
)
def weighted_f1(outcomes: MulticlassOutcomes, *, level: float = 0.95) -> Estimate:
    """F1 of each class, averaged by how many labels the class has.

    Parameters
    ----------
    outcomes : MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of the interval by the multinomial delta method.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows.

    References
    ----------
    Takahashi, K. et al. (2022). Confidence interval for micro-averaged F1 and macro-averaged F1 scores.
    *Applied Intelligence* 52.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> float(weighted_f1(MulticlassOutcomes.of_rows(scores, [0, 0, 1], [0, 1, 2])).value.round(4))
    0.6667
    """
    form = averaged(label=1, decision=1, weighted=True)
    return table_estimate(outcomes.confusion, form, low=0.0, level=level)
