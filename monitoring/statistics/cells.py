"""Cells: rows by every value of one column and by pairs of values of two, and the moments of their scores.

Cells are numbered: those of each column in its turn, then those of pairs of columns that have enough rows.
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


@dataclass(frozen=True)
class Layout:
    """Which cells there are: every code of each column, then the pairs of codes that hold enough rows.

    Attributes
    ----------
    sizes : list of int
        Numbers of codes, column by column.
    pairs : list of (int, int, ndarray of int)
        Two columns, and of all pairs of their codes the places of those that are kept.
    """

    sizes: list[int]
    pairs: list[tuple[int, int, Codes]]

    @property
    def parents(self) -> Codes:
        """The cells of both predicates of every cell, -1 for cells of one predicate; of shape (cells, 2)."""
        first = np.concatenate([[0], np.cumsum(self.sizes)])
        found = [np.full((int(first[-1]), 2), -1, dtype=np.int64)]
        for i, j, kept in self.pairs:
            found.append(np.column_stack([first[i] + kept // self.sizes[j], first[j] + kept % self.sizes[j]]))
        return np.concatenate(found)

    def name(self, cell: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Columns and codes of a cell, -1 being missing.

        Examples
        --------
        >>> Layout([2, 3], []).name(3)
        ((1,), (0,))
        """
        predicates = [int(parent) for parent in self.parents[cell] if parent >= 0] or [cell]
        first = np.concatenate([[0], np.cumsum(self.sizes)])
        columns = [int(np.searchsorted(first, predicate, side="right")) - 1 for predicate in predicates]
        return tuple(columns), tuple(int(p - first[i]) - 1 for p, i in zip(predicates, columns, strict=True))


def layout(r: Sample, c: Sample, least: tuple[float, float]) -> Layout:
    """The cells of two samples, and of pairs only those with so many rows on both sides.

    A pair has at most the rows of either of its codes, so columns without a code that has enough are in no
    pair, and what is kept of two columns is never more than the rows over ``least``.

    Parameters
    ----------
    r, c : Sample
    least : (float, float)
        Rows of the first and of the second sample that a pair of codes needs.

    Examples
    --------
    >>> two = sample([[0, 0], [0, 0], [1, 0], [0, 1]], [0.0] * 4)
    >>> layout(two, two, (2, 2)).parents.tolist()
    [[-1, -1], [-1, -1], [-1, -1], [-1, -1], [-1, -1], [-1, -1], [1, 4]]
    """
    sizes = [int(max(a.max(), b.max())) + 1 for a, b in zip(r.columns, c.columns, strict=True)]

    def enough(before: Codes, now: Codes, size: int) -> NDArray[np.bool_]:
        held = [np.bincount(codes, minlength=size) for codes in (before, now)]
        return (held[0] >= least[0]) & (held[1] >= least[1])

    able = [
        place for place, size in enumerate(sizes) if enough(r.columns[place], c.columns[place], size).any()
    ]
    pairs = []
    for i, j in combinations(able, 2):
        before, now = (side.columns[i] * sizes[j] + side.columns[j] for side in (r, c))
        kept = np.flatnonzero(enough(before, now, sizes[i] * sizes[j]))
        if len(kept):
            pairs.append((i, j, kept))
    return Layout(sizes, pairs)


def moments(rows: Sample, cells: Layout) -> Floats:
    """Rows, sum and sum of squares of the score in every cell, of shape (3, cells).

    Examples
    --------
    >>> moments(sample([[0], [0], [1]], [1.0, 3.0, 5.0]), Layout([3], []))
    array([[ 0.,  2.,  1.],
           [ 0.,  4.,  5.],
           [ 0., 10., 25.]])
    """
    weights = (None, rows.score, rows.score**2)
    tables = [[np.bincount(k, w, n)[kept] for w in weights] for k, n, kept in _places(rows.columns, cells)]
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


def counts(rows: Sample, among: NDArray[np.bool_], cells: Layout) -> Floats:
    """Rows of every cell among those marked, of shape (cells,).

    Examples
    --------
    >>> counts(sample([[0], [0], [1]], [1.0, 3.0, 5.0]), np.array([True, False, True]), Layout([3], []))
    array([0., 1., 1.])
    """
    columns = tuple(column[among] for column in rows.columns)
    found = [np.bincount(k, minlength=n)[kept] for k, n, kept in _places(columns, cells)]
    return np.concatenate(found).astype(float)


def _places(columns: tuple[Codes, ...], cells: Layout) -> Iterator[tuple[Codes, int, Codes | slice]]:
    """Every row's place within each column and pair of columns, how many there are, and which are kept."""
    for column, size in zip(columns, cells.sizes, strict=True):
        yield column, size, slice(None)
    for i, j, kept in cells.pairs:
        yield columns[i] * cells.sizes[j] + columns[j], cells.sizes[i] * cells.sizes[j], kept
