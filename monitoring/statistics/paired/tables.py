"""Any function of two versions' tables of labels and decisions, by drawing the joint table anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats

DRAWS = 500
_NO = float("nan")
Function = Callable[[Floats], Floats]
"""From tables of shape (..., L, D), labels by decisions, to values of shape (...)."""


@dataclass(frozen=True)
class TableDifference:
    """A difference of two values of one function; nan where one is not defined.

    Attributes
    ----------
    first, second, difference : float
        Both values, and the second less the first.
    lower, upper, error : float
        Percentile interval and standard deviation of the draws.
    n : float
        Rows.
    """

    first: float
    second: float
    difference: float
    lower: float
    upper: float
    error: float
    n: float


def table_difference(
    joint: ArrayLike, function: Function, *, level: float = 0.95, draws: int = DRAWS, seed: int = 0
) -> TableDifference:
    """Compare a function of both tables on the same rows.

    Parameters
    ----------
    joint : array_like of shape (L, D, D)
        Rows by label, the first version's decision and the second's.
    function : callable
    level : float
        Confidence.
    draws, seed : int
        Multinomial draws of the cells, rows being independent, and what starts them.

    Returns
    -------
    TableDifference

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). *An Introduction to the Bootstrap*. Chapman and Hall.

    Examples
    --------
    >>> joint = np.array([[[50, 5], [3, 10]], [[8, 2], [6, 40]]])
    >>> recall = lambda table: table[..., 1, 1] / table[..., 1, :].sum(axis=-1)
    >>> found = table_difference(joint, recall)
    >>> round(found.first, 3), round(found.second, 3), found.lower < found.difference < found.upper
    (0.821, 0.75, True)
    """
    cells = np.asarray(joint, dtype=float)
    n = float(cells.sum())
    first, second = (float(value) for value in _both(cells, function))
    if n <= 0:
        return TableDifference(first, second, _NO, _NO, _NO, _NO, 0.0)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(round(n), (cells / n).ravel(), draws).reshape(draws, *cells.shape)
    one, two = _both(drawn.astype(float), function)
    gaps = (two - one)[np.isfinite(two - one)]
    if len(gaps) < draws // 2:
        return TableDifference(first, second, second - first, _NO, _NO, _NO, n)
    lower, upper = np.quantile(gaps, [(1 - level) / 2, (1 + level) / 2])
    return TableDifference(
        first, second, second - first, float(lower), float(upper), float(gaps.std(ddof=1)), n
    )


def _both(cells: Floats, function: Function) -> tuple[Floats, Floats]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(function(cells.sum(axis=-1))), np.asarray(function(cells.sum(axis=-2)))
