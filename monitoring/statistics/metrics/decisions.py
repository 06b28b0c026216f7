"""Metrics of a binary model's decisions: how many were right, and how many events they found."""

from __future__ import annotations

import numpy as np

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.estimates import Estimate, share_estimate, some
from monitoring.statistics.metrics.registry import performance_metric
from monitoring.statistics.shares import wilson


@performance_metric(
    "Precision",
    short="precision",
    unit="share of positive decisions",
    tasks=("binary",),
    minimum={"rows": 30, "decided_positive": 10},
)
def precision(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The share of positive decisions that were right.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence of Wilson's interval.

    Returns
    -------
    Estimate
        From 0 to 1, of n positive decisions; nan where there is none.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> float(precision(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])).value)
    0.5
    """
    table = outcomes.confusion
    return share_estimate(table[..., 1, 1], table[..., :, 1].sum(axis=-1), level=level)


@performance_metric(
    "Recall",
    short="recall",
    unit="share of events",
    tasks=("binary",),
    minimum={"rows": 30, "positives": 10},
)
def recall(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The share of events that were decided positive; also called sensitivity.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence of Wilson's interval.

    Returns
    -------
    Estimate
        From 0 to 1, of n events; nan where there is none.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> float(recall(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])).value)
    0.5
    """
    table = outcomes.confusion
    return share_estimate(table[..., 1, 1], table[..., 1, :].sum(axis=-1), level=level)


@performance_metric(
    "Specificity",
    short="specificity",
    unit="share of non-events",
    tasks=("binary",),
    minimum={"rows": 30, "negatives": 10},
)
def specificity(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The share of rows without the event that were decided negative.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence of Wilson's interval.

    Returns
    -------
    Estimate
        From 0 to 1, of n rows without the event; nan where there is none.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> float(specificity(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])).value)
    0.5
    """
    table = outcomes.confusion
    return share_estimate(table[..., 0, 0], table[..., 0, :].sum(axis=-1), level=level)


@performance_metric(
    "Negative predictive value",
    short="NPV",
    unit="share of negative decisions",
    tasks=("binary",),
    minimum={"rows": 30, "decided_negative": 10},
)
def npv(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The share of negative decisions that were right.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence of Wilson's interval.

    Returns
    -------
    Estimate
        From 0 to 1, of n negative decisions; nan where there is none.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> float(npv(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])).value)
    0.5
    """
    table = outcomes.confusion
    return share_estimate(table[..., 0, 0], table[..., :, 0].sum(axis=-1), level=level)


@performance_metric(
    "F1 score",
    short="F1",
    unit="harmonic mean of precision and recall",
    tasks=("binary",),
    minimum={"rows": 30, "positives": 10},
)
def f1(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The harmonic mean of precision and recall.

    The interval is Wilson's of the Jaccard index tp / (tp + fp + fn), of which F1 is a rising function.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence.

    Returns
    -------
    Estimate
        From 0 to 1, of n rows that are events or were decided so; nan where there is none.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22. Takahashi, K. et al. (2022).
    Confidence interval for micro-averaged F1 and macro-averaged F1 scores. *Applied Intelligence* 52.

    Examples
    --------
    >>> float(f1(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value.round(4))
    0.8
    """
    table = outcomes.confusion
    return f1_estimate(table[..., 1, 1], table[..., 0, 1], table[..., 1, 0], level=level)


def f1_estimate(tp: Floats, fp: Floats, fn: Floats, *, level: float = 0.95) -> Estimate:
    """F1 from the counts of one class, by the Jaccard index.

    Parameters
    ----------
    tp, fp, fn : ndarray of shape (...)
        Right positive, wrong positive and wrong negative decisions.
    level : float
        Confidence.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> found = f1_estimate(np.array(40.0), np.array(10.0), np.array(20.0))
    >>> float(found.lower.round(4)), float(found.upper.round(4)), float(found.error.round(4))
    (0.6252, 0.81, 0.0479)
    """
    wrong = fp + fn
    rows = tp + wrong
    twice = some(tp + rows)
    ends = wilson(tp, rows, level=level)
    error = np.sqrt(4 * tp * wrong * rows) / twice**2
    lower, upper = (2 * end / (1 + end) for end in (ends.lower, ends.upper))
    return Estimate(2 * tp / twice, lower, upper, error, rows, np.zeros(rows.shape))


@performance_metric(
    "Prevalence",
    short="prevalence",
    unit="share of rows",
    tasks=("binary",),
    minimum={"rows": 30},
    better="neither",
    reads="labels",
    row_mean=True,
)
def prevalence(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The share of rows that are events.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
    level : float
        Confidence of Wilson's interval.

    Returns
    -------
    Estimate
        From 0 to 1; nan without rows. It describes the world and is neither good nor bad.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession. *JASA* 22.

    Examples
    --------
    >>> float(prevalence(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value)
    0.75
    """
    return share_estimate(outcomes.confusion[..., 1, :].sum(axis=-1), outcomes.rows, level=level)


@performance_metric(
    "Share decided positive",
    short="decided positive",
    unit="share of rows",
    tasks=("binary",),
    minimum={"rows": 30},
    better="neither",
    row_mean=True,
)
def positive_rate(outcomes: BinaryOutcomes, *, level: float = 0.95) -> Estimate:
    """The share of labelled rows that were decided positive.

    Parameters
    ----------
    outcomes : BinaryOutcomes with leading axes (...)
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
    >>> float(positive_rate(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value)
    0.5
    """
    return share_estimate(outcomes.confusion[..., :, 1].sum(axis=-1), outcomes.rows, level=level)
