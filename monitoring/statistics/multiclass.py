"""Several classes without labels: from rows of probabilities, or from one histogram for each class.

On rows, every class gets its own map from the reference and the mapped probabilities are made to sum to 1
again; that needs whole rows. From counts each class is estimated against all others, which adds up over days
but cannot make the probabilities of a row sum to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.estimation import ScoreMap, expected_auc, score_map
from monitoring.statistics.expectation import Estimated, estimated_metrics
from monitoring.statistics.sums import Slots


@dataclass(frozen=True)
class ClassEstimates:
    """What is expected of rows whose label is not known.

    Attributes
    ----------
    confusion : ndarray of shape (classes, classes)
        Expected rows by true class (first axis) and predicted class.
    metrics : dict of Estimated
        ``accuracy``, ``kappa``, the means over classes ``precision``, ``recall`` and ``f1`` with their
        sampling error, and ``roc_auc``, the mean of every class against the rest, without one. What the maps
        bring is not known here: ``learning`` is 0.
    """

    confusion: Floats
    metrics: dict[str, Estimated]


def class_maps(probabilities: ArrayLike, labels: ArrayLike) -> tuple[ScoreMap, ...]:
    """One map for each class, learnt from reference rows, each only where it helps.

    Parameters
    ----------
    probabilities : array_like of shape (rows, classes)
        Raw; rows with a nan do not count.
    labels : array_like of shape (rows,)
        The index of the true class; nan where it is not known.

    Returns
    -------
    tuple of ScoreMap
        Over the distinct probabilities of each class.

    Raises
    ------
    ValueError
        If shapes differ, no row has a label, or a label is no index of a class.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> p = generator.dirichlet([1.0, 1.0, 1.0], size=2000)
    >>> labels = (generator.uniform(size=(2000, 1)) > p.cumsum(axis=1)).sum(axis=1)
    >>> len(class_maps(p, labels))
    3
    """
    p, y = _probabilities(probabilities), np.asarray(labels, dtype=float)
    if y.shape != p.shape[:1]:
        raise ValueError(f"probabilities of shape {p.shape} and labels of shape {y.shape}")
    known = ~(np.isnan(p).any(axis=1) | np.isnan(y))
    p, y = p[known], y[known]
    if not len(p) or not np.isin(y, np.arange(p.shape[1])).all():
        raise ValueError("labels are indices of classes, and at least one row has one")
    maps = []
    for one, column in enumerate(p.T):
        values, place = np.unique(column, return_inverse=True)
        rows, events = np.bincount(place), np.bincount(place, y == one)
        maps.append(score_map(values, rows, np.round(events)))
    return tuple(maps)


def mapped_probabilities(maps: Sequence[ScoreMap], probabilities: ArrayLike) -> Floats:
    """Probabilities by each class's map, made to sum to 1; a row that all maps give 0 is spread evenly.

    Parameters
    ----------
    maps : sequence of ScoreMap
    probabilities : array_like of shape (rows, classes)

    Returns
    -------
    ndarray of shape (rows, classes)

    Raises
    ------
    ValueError
        If there are not as many maps as classes.

    Examples
    --------
    >>> known = [score_map([0.0, 1.0], [10, 10], [0, 10], fit=False)] * 2
    >>> mapped_probabilities(known, [[0.3, 0.6], [0.0, 0.0]]).round(2)
    array([[0.33, 0.67],
           [0.5 , 0.5 ]])
    """
    p = _probabilities(probabilities)
    if len(maps) != p.shape[1]:
        raise ValueError(f"{len(maps)} maps for {p.shape[1]} classes")
    mapped = np.column_stack(
        [
            np.interp(column, known.score, known.probability) if known.fitted else column
            for known, column in zip(maps, p.T, strict=True)
        ]
    )
    total = summed(mapped)[:, None]
    return np.where(total > 0, mapped / np.where(total > 0, total, 1.0), 1 / p.shape[1])


def estimated_classes(
    maps: Sequence[ScoreMap], probabilities: ArrayLike, predicted: ArrayLike
) -> ClassEstimates:
    """The confusion matrix and the metrics that are expected of current rows.

    Parameters
    ----------
    maps : sequence of ScoreMap
        From `class_maps` of the reference.
    probabilities : array_like of shape (rows, classes)
        Raw; rows with a nan do not count.
    predicted : array_like of int, of shape (rows,)
        The class that was decided.

    Returns
    -------
    ClassEstimates
        nan where a class is neither expected nor predicted.

    Raises
    ------
    ValueError
        If shapes differ.

    References
    ----------
    NannyML (Apache-2.0), confidence-based estimation for several classes. The sampling errors are those of
    independent labels drawn from each row's probabilities (delta method).

    Examples
    --------
    >>> known = [score_map([0.0, 1.0], [10, 10], [0, 10], fit=False)] * 3
    >>> found = estimated_classes(known, [[0.8, 0.1, 0.1], [0.2, 0.6, 0.2]], [0, 1])
    >>> found.confusion.round(2)[:, 0], float(found.metrics["accuracy"].value.round(3))
    (array([0.8, 0.1, 0.1]), 0.7)
    """
    p, d = _probabilities(probabilities), np.asarray(predicted)
    if d.shape != p.shape[:1]:
        raise ValueError(f"probabilities of shape {p.shape} and predictions of shape {d.shape}")
    there = ~np.isnan(p).any(axis=1)
    p, d = p[there], d[there].astype(np.intp)
    c = mapped_probabilities(maps, p)
    chosen = (d[:, None] == np.arange(p.shape[1])).astype(float)
    confusion = c.T @ chosen
    found = {name: _estimated(metric, confusion, c, d) for name, metric in CLASS_METRICS.items()}
    areas = [_area(column, own) for column, own in zip(p.T, c.T, strict=True)]
    nan = np.asarray(np.nan)
    found["roc_auc"] = Estimated(np.asarray(np.mean(areas), dtype=float), nan, np.asarray(0.0))
    return ClassEstimates(confusion, found)


def macro_metrics(
    rows: Sequence[ArrayLike],
    decided: Sequence[ArrayLike],
    maps: Sequence[ScoreMap],
    metrics: Iterable[str],
) -> dict[str, Estimated]:
    """Means over classes from one histogram for each class, which add up over days.

    Parameters
    ----------
    rows, decided : sequence of array_like of shape (..., slots)
        For each class, rows by slot of its own probability, and those that were decided to be of it. Classes
        may have different slots.
    maps : sequence of ScoreMap
        Of each class against the rest.
    metrics : iterable of str
        Of `monitoring.statistics.expectation.METRICS`.

    Returns
    -------
    dict of Estimated
        Errors are those of classes that err together, so they are upper bounds.

    Raises
    ------
    ValueError
        If there are not as many maps as classes, or as in `estimated_metrics`.

    Examples
    --------
    >>> known = [score_map([0.25, 0.75], [100, 100], [25, 75], fit=True)] * 2
    >>> found = macro_metrics([[10, 10], [10, 10]], [[0, 10], [0, 10]], known, ["precision"])
    >>> float(found["precision"].value)
    0.75
    """
    if not len(rows) == len(decided) == len(maps):
        raise ValueError(f"{len(maps)} maps for {len(rows)} classes")
    names = list(metrics)
    each = [
        estimated_metrics(a, b, known, metrics=names) for a, b, known in zip(rows, decided, maps, strict=True)
    ]
    return {
        name: Estimated(
            np.mean([one[name].value for one in each], axis=0),
            np.mean([one[name].sampling for one in each], axis=0),
            np.mean([one[name].learning for one in each], axis=0),
        )
        for name in names
    }


def _estimated(metric: Callable[[Floats], Floats], confusion: Floats, c: Floats, d: Slots) -> Estimated:
    """A metric and its sampling error: how it answers to one row more in each cell, by differences."""
    classes = len(confusion)
    value = metric(confusion)
    step = 1e-3 * np.eye(classes * classes).reshape(-1, classes, classes)
    with np.errstate(invalid="ignore"):
        slope = (metric(confusion + step) - metric(confusion - step)) / 2e-3
    of_row = np.nan_to_num(slope.reshape(classes, classes).T)[d]  # by true class, for each row's prediction
    variance = (summed(c * of_row**2) - summed(c * of_row) ** 2).sum()
    return Estimated(value, np.sqrt(np.maximum(variance, 0.0)) + 0 * value, 0 * value)


def _area(score: Floats, probability: Floats) -> float:
    values, place = np.unique(score, return_inverse=True)
    rows = np.bincount(place, minlength=len(values)).astype(float)
    share = np.bincount(place, probability, len(values)) / np.maximum(rows, 1.0)
    return float(expected_auc(rows, share)) if len(values) else float("nan")


def _probabilities(values: ArrayLike) -> Floats:
    p = np.asarray(values, dtype=float)
    if p.ndim != 2 or p.shape[1] < 2:
        raise ValueError(f"probabilities of at least two classes are needed: the shape is {p.shape}")
    return p


# Metrics of confusion matrices of shape (..., classes, classes), true class first.


def _ratio(part: Floats, whole: Floats) -> Floats:
    return part / np.where(whole > 0, whole, np.nan)


def _right(m: Floats) -> Floats:
    return np.diagonal(m, axis1=-2, axis2=-1)


def _kappa(m: Floats) -> Floats:
    total = m.sum(axis=(-2, -1))
    chance = _ratio((m.sum(axis=-1) * m.sum(axis=-2)).sum(axis=-1), total**2)
    return _ratio(_ratio(_right(m).sum(axis=-1), total) - chance, 1 - chance)


CLASS_METRICS: dict[str, Callable[[Floats], Floats]] = {
    "accuracy": lambda m: _ratio(_right(m).sum(axis=-1), m.sum(axis=(-2, -1))),
    "precision": lambda m: _ratio(_right(m), m.sum(axis=-2)).mean(axis=-1),
    "recall": lambda m: _ratio(_right(m), m.sum(axis=-1)).mean(axis=-1),
    "f1": lambda m: _ratio(2 * _right(m), m.sum(axis=-2) + m.sum(axis=-1)).mean(axis=-1),
    "kappa": _kappa,
}
"""Metrics of a confusion matrix of several classes, by name."""
