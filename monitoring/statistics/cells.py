"""Cells: rows by every value of one column and every pair of values of two, and the moments of their scores.

Cells are numbered: those of each column in its turn, then those of each pair of columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats

MOST_CODES = 100

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """The codes of each column, counted from 0 (missing), and the score, of shape (rows,)."""

    columns: tuple[Codes, ...]
    score: Floats


def sample(codes: ArrayLike, score: ArrayLike) -> Sample:
    """Rows with a finite score.

    Parameters
    ----------
    codes : array_like of shape (rows, columns)
        Whole numbers from -1 (missing) to 99.
    score : array_like of shape (rows,)

    Raises
    ------
    ValueError
        If rows and scores do not match, or a code is not a whole number from -1 to 99.

    Examples
    --------
    >>> sample([[0], [-1], [1]], [0.5, 0.2, float("nan")])
    Sample(columns=(array([1, 0]),), score=array([0.5, 0.2]))
    """
    table, y = np.asarray(codes), np.asarray(score, dtype=float)
    if table.ndim != 2 or y.shape != table.shape[:1]:
        raise ValueError(f"codes of shape {table.shape} and scores of shape {y.shape} do not match")
    if table.size and table.dtype.kind not in "iu":
        raise ValueError("codes are whole numbers")
    if table.size and (table.min() < -1 or table.max() >= MOST_CODES):
        raise ValueError(f"codes lie between -1 and {MOST_CODES - 1}")
    known = np.isfinite(y)
    return Sample(tuple(column[known].astype(np.int64) + 1 for column in table.T), y[known])


def predicates(sizes: list[int]) -> Codes:
    """The cells of both predicates of every cell, -1 for cells of one predicate.

    Parameters
    ----------
    sizes : list of int
        Numbers of codes, column by column.

    Returns
    -------
    ndarray of int, shape (cells, 2)

    Examples
    --------
    >>> predicates([1, 2]).tolist()
    [[-1, -1], [-1, -1], [-1, -1], [0, 1], [0, 2]]
    """
    first = np.concatenate([[0], np.cumsum(sizes)])
    parents = [np.full((first[-1], 2), -1)]
    for i, j in combinations(range(len(sizes)), 2):
        a, b = np.divmod(np.arange(sizes[i] * sizes[j]), sizes[j])
        parents.append(np.column_stack([first[i] + a, first[j] + b]))
    return np.concatenate(parents)


def moments(rows: Sample, sizes: list[int]) -> Floats:
    """Rows, sum and sum of squares of the score in every cell, of shape (3, cells).

    Examples
    --------
    >>> moments(sample([[0], [0], [1]], [1.0, 3.0, 5.0]), [3])
    array([[ 0.,  2.,  1.],
           [ 0.,  4.,  5.],
           [ 0., 10., 25.]])
    """
    weights = (None, rows.score, rows.score**2)
    tables = [[np.bincount(k, w, n) for w in weights] for k, n in _places(rows.columns, sizes)]
    return np.concatenate(tables, axis=1).astype(float)


def marked(rows: Sample, columns: tuple[int, ...], codes: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which rows have the codes (-1 is missing) in the columns.

    Examples
    --------
    >>> marked(sample([[0, 1], [0, -1]], [0.5, 0.5]), (0, 1), (0, -1))
    array([False,  True])
    """
    return np.logical_and.reduce(
        [rows.columns[i] == code + 1 for i, code in zip(columns, codes, strict=True)]
    )


def counts(rows: Sample, among: NDArray[np.bool_], sizes: list[int]) -> Floats:
    """Rows of every cell among those marked, of shape (cells,).

    Examples
    --------
    >>> counts(sample([[0], [0], [1]], [1.0, 3.0, 5.0]), np.array([True, False, True]), [3])
    array([0., 1., 1.])
    """
    columns = tuple(column[among] for column in rows.columns)
    found = [np.bincount(k, minlength=n) for k, n in _places(columns, sizes)]
    return np.concatenate(found).astype(float)


def _places(columns: tuple[Codes, ...], sizes: list[int]) -> Iterator[tuple[Codes, int]]:
    """The cell of every row within each column and each pair of columns, and how many cells there are."""
    yield from zip(columns, sizes, strict=True)
    for i, j in combinations(range(len(sizes)), 2):
        yield columns[i] * sizes[j] + columns[j], sizes[i] * sizes[j]
