"""Two areas under the ROC curve on the same rows: DeLong's test from rows and from counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.auc import placements

FEWEST = 10
"""Positives, and negatives, below which the interval says too little."""


@dataclass(frozen=True)
class AreaDifference:
    """A difference of two areas, every array of shape (...); nan without two rows of either label.

    Attributes
    ----------
    first, second : ndarray
        Both areas.
    difference, lower, upper, error, p_value : ndarray
        The second less the first, with its interval, DeLong's standard error and the two-sided p-value.
    bound : ndarray
        How far the difference may lie from that of the rows because scores are kept in cells; 0 from rows.
    """

    first: Floats
    second: Floats
    difference: Floats
    lower: Floats
    upper: Floats
    error: Floats
    p_value: Floats
    bound: Floats


def area_difference(
    first: ArrayLike, second: ArrayLike, labels: ArrayLike, *, level: float = 0.95
) -> AreaDifference:
    """Compare two scorings of the same rows.

    Parameters
    ----------
    first, second : array_like of shape (rows,)
        Scores.
    labels : array_like of shape (rows,)
        1 or True for the event.
    level : float
        Confidence.

    Returns
    -------
    AreaDifference

    Raises
    ------
    ValueError
        If there are no rows of one label, or a score is nan.

    References
    ----------
    DeLong, E., DeLong, D. and Clarke-Pearson, D. (1988). Comparing the areas under two or more correlated
    receiver operating characteristic curves. *Biometrics* 44.

    Examples
    --------
    >>> found = area_difference([0.1, 0.4, 0.6, 0.9], [0.1, 0.7, 0.6, 0.9], [0, 0, 1, 1])
    >>> float(found.first), float(found.second), float(found.difference)
    (1.0, 0.75, -0.25)
    """
    event = np.asarray(labels, dtype=bool)
    scores = [np.asarray(one, dtype=float) for one in (first, second)]
    sides = [placements(one[~event], one[event]) for one in scores]
    negative, positive = (sides[1][k] - sides[0][k] for k in (0, 1))
    variance = np.nan
    if min(len(negative), len(positive)) > 1:
        variance = negative.var(ddof=1) / len(negative) + positive.var(ddof=1) / len(positive)
    areas = [np.asarray(side[1].mean()) for side in sides]
    return _difference(areas[0], areas[1], np.asarray(np.sqrt(variance)), np.asarray(0.0), level)


def binned_area_difference(
    negatives: ArrayLike, positives: ArrayLike, *, level: float = 0.95
) -> AreaDifference:
    """The same from counts over cells of both scores.

    Parameters
    ----------
    negatives, positives : array_like of shape (..., A, B)
        Rows of either label by the cell of the first score and of the second, both ascending.
    level : float
        Confidence.

    Returns
    -------
    AreaDifference
        Equal to that of the rows where no cell of either score holds two different scores.

    Examples
    --------
    >>> cells = np.zeros((2, 3, 3))
    >>> cells[0, 0, 0], cells[0, 1, 2], cells[1, 1, 1], cells[1, 2, 2] = 5, 5, 5, 5
    >>> found = binned_area_difference(cells[0], cells[1])
    >>> float(found.first), float(found.second)
    (0.875, 0.625)
    """
    low, high = (np.asarray(one, dtype=float) for one in (negatives, positives))
    n, m = (_some(one.sum(axis=(-2, -1))) for one in (low, high))
    first = _placed(low.sum(axis=-1), high.sum(axis=-1), n, m)
    second = _placed(low.sum(axis=-2), high.sum(axis=-2), n, m)
    areas = [(one.of_positives * one.positives).sum(axis=-1) / m for one in (first, second)]
    change = areas[1] - areas[0]
    variance = 0.0
    for cells, count, one, two in (
        (low, n, first.of_negatives, second.of_negatives), (high, m, first.of_positives, second.of_positives)
    ):  # fmt: skip
        gap = two[..., None, :] - one[..., :, None]
        off = (cells * (gap - change[..., None, None]) ** 2).sum(axis=(-2, -1))
        variance = variance + off / np.where(count > 1, (count - 1) * count, np.nan)
    return _difference(areas[0], areas[1], np.sqrt(variance), first.bound + second.bound, level)


def with_areas(
    found: AreaDifference, first: ArrayLike, second: ArrayLike, bound: ArrayLike, *, level: float = 0.95
) -> AreaDifference:
    """The error of coarse cells about areas that are known more finely.

    Parameters
    ----------
    found : AreaDifference
        From the cells of both scores together.
    first, second, bound : array_like of shape (...)
        Both areas by finer cells of one score each, and what these may hide of the difference.
    level : float
        Confidence.
    """
    one, two = (np.asarray(area, dtype=float) for area in (first, second))
    return _difference(one, two, found.error, np.asarray(bound, dtype=float), level)


@dataclass(frozen=True)
class _Placed:
    positives: Floats
    of_negatives: Floats
    of_positives: Floats
    bound: Floats


def _placed(negatives: Floats, positives: Floats, n: Floats, m: Floats) -> _Placed:
    below = np.cumsum(negatives, axis=-1) - negatives / 2
    above = positives.sum(axis=-1, keepdims=True) - np.cumsum(positives, axis=-1) + positives / 2
    bound = (negatives * positives).sum(axis=-1) / (2 * n * m)
    return _Placed(positives, above / m[..., None], below / n[..., None], bound)


def _difference(first: Floats, second: Floats, error: Floats, bound: Floats, level: float) -> AreaDifference:
    change = second - first
    half = special.ndtri((1 + level) / 2) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = np.where(
            error > 0, 2 * special.ndtr(-np.abs(change) / error), np.where(change == 0, 1.0, 0.0)
        )
    p_value = np.where(np.isnan(error), np.nan, p_value)
    lower, upper = np.maximum(change - half, -1.0), np.minimum(change + half, 1.0)
    return AreaDifference(first, second, change, lower, upper, error, p_value, bound + 0 * change)


def _some(rows: Floats) -> Floats:
    return np.where(rows > 0, rows, np.nan)
