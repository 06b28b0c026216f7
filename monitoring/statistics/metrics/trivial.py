"""What a model that has learnt nothing would have scored on the same rows: the number to beat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.estimates import some
from monitoring.statistics.metrics.multiclass import MulticlassOutcomes
from monitoring.statistics.metrics.registry import Metric
from monitoring.statistics.metrics.regression import RegressionOutcomes


def trivial(metric: Metric, outcomes: BinaryOutcomes | MulticlassOutcomes | RegressionOutcomes) -> Floats:
    """A metric of the trivial model.

    For classes it always decides for the most frequent one (of equals the first) and gives every row the
    shares of the classes as scores, both of the chunk itself. For a regression it always says ``centre``, a
    value known before: the reference's mean.

    Parameters
    ----------
    metric : Metric
    outcomes : outcomes of a task of the metric, with leading axes (...)

    Returns
    -------
    ndarray of shape (...)
        nan where the metric is not defined for it (its decisions do not vary) or where sums do not tell:
        medians, quantiles, percentages and logarithms of errors.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS
    >>> outcomes = BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 0, 0, 1])
    >>> [float(trivial(METRICS[key], outcomes)) for key in ("accuracy", "roc_auc", "brier")]
    [0.75, 0.5, 0.1875]
    """
    if isinstance(outcomes, BinaryOutcomes):
        return metric(_binary(outcomes), interval=False).value
    if isinstance(outcomes, MulticlassOutcomes):
        return metric(_multiclass(outcomes), interval=False).value
    return metric(_regression(outcomes), interval=False).value


def _binary(outcomes: BinaryOutcomes) -> BinaryOutcomes:
    kinds = outcomes.evidence()
    positives, negatives = kinds["positives"], kinds["negatives"]
    decided = positives > negatives
    labels = np.stack([negatives, positives], axis=-1)
    return BinaryOutcomes(
        np.array([]),
        positives[..., None],
        negatives[..., None],
        (positives * decided)[..., None],
        (negatives * decided)[..., None],
        *_entropies(labels),
        *_briers(labels, half=True),
    )


def _multiclass(outcomes: MulticlassOutcomes) -> MulticlassOutcomes:
    labels = outcomes.confusion.sum(axis=-1)
    most = np.argmax(labels, axis=-1)[..., None] == np.arange(labels.shape[-1])
    hits = labels[..., None]
    return replace(
        outcomes,
        edges=((),) * len(outcomes.classes),
        confusion=labels[..., :, None] * most[..., None, :],
        hits=hits,
        others=labels.sum(axis=-1)[..., None, None] - hits,
        **dict(zip(("log_loss", "log_loss_square"), _entropies(labels), strict=True)),
        **dict(zip(("brier", "brier_square"), _briers(labels, half=False), strict=True)),
    )


def _regression(outcomes: RegressionOutcomes) -> RegressionOutcomes:
    """Always the centre: the error is the label's distance from it, the other way round."""
    unknown = np.full(outcomes.shape, np.nan)
    names = ("relative", "relative_square", "log_square", "log_fourth")
    return replace(
        outcomes,
        edges=np.array([]),
        errors=np.asarray(outcomes.rows)[..., None],
        absolute=outcomes.label_absolute,
        error=-outcomes.label,
        square=outcomes.label_square,
        fourth=outcomes.label_fourth,
        square_label=outcomes.label_cube,
        square_label_square=outcomes.label_fourth,
        **dict.fromkeys(names, unknown),
    )


def _entropies(labels: Floats) -> tuple[Floats, Floats]:
    """The log loss of the classes' own shares, and the sum of its squares."""
    share = labels / some(labels.sum(axis=-1))[..., None]
    log = np.where(labels > 0, -np.log(np.where(labels > 0, share, 1.0)), 0.0)
    return special.xlogy(labels, 1 / np.where(labels > 0, share, 1.0)).sum(axis=-1), (labels * log**2).sum(-1)


def _briers(labels: Floats, *, half: bool) -> tuple[Floats, Floats]:
    """The Brier score of the classes' own shares and the sum of its squares; half counts one class of two."""
    share = labels / some(labels.sum(axis=-1))[..., None]
    square = np.nan_to_num((share**2).sum(axis=-1, keepdims=True) - 2 * share + 1) / (2 if half else 1)
    return (labels * square).sum(axis=-1), (labels * square**2).sum(axis=-1)
