"""How odd a row is: the sum over its columns of how far in the reference's tails each value lies.

The reference's distributions are frozen when they are fitted, so that a row has the same score whatever rows
come with it. A column costs one search and one look-up per row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats

ACCURACY = 0.01  # largest error of a column's term, in nats; a count below 1 / ACCURACY is exact
BLOCK = 65_536  # rows of a column that are sorted at a time


@dataclass(frozen=True, eq=False)
class Tails:
    """The two tails of one column of the reference.

    Attributes
    ----------
    bounds : ndarray of shape (2 * kept + 1,)
        Each value that is kept, then the next number after it; nan at the end. So a search among them tells
        a value that is kept from those around it.
    terms : ndarray of shape (2 * kept + 2,)
        What a value between two bounds adds to a row's score, in nats; the last is that of a missing value.
    """

    bounds: Floats
    terms: Floats

    @property
    def values(self) -> Floats:
        """The values that are kept, ascending."""
        return self.bounds[:-1:2]


def tails(values: ArrayLike, *, accuracy: float = ACCURACY) -> Tails:
    """Freeze the two tails of a column.

    A value adds minus the logarithm of the smaller tail: the share of the reference's rows whose value is at
    most as large, or at least as large, but no less than 1 / (rows + 1). A missing value adds minus the
    logarithm of the share of missing values, with the same bound. Not every value is kept: of two kept ones
    next to each other the counts of rows differ by the ratio 1 + ``accuracy`` at most, and a value in between
    gets the middle of what is possible.

    Parameters
    ----------
    values : array_like of shape (rows,)
        nan is missing; infinite values lie beyond all others.
    accuracy : float
        Above 0; twice the largest error of a term, in nats.

    Returns
    -------
    Tails

    Raises
    ------
    ValueError
        If there is no row.

    References
    ----------
    Li, Z. et al. (2022). ECOD: unsupervised outlier detection using empirical cumulative distribution
    functions. *IEEE Transactions on Knowledge and Data Engineering*. The side that the skewness chooses there
    is one of the two, so that their larger one holds it.

    Examples
    --------
    >>> found = tails([1.0, 2.0, 3.0, 4.0])
    >>> terms(found, [1.0, 2.5, 4.0, 9.0, np.nan]).round(3)
    array([1.386, 0.693, 1.386, 1.609, 1.609])
    """
    column = np.asarray(values, dtype=float)
    rows = len(column)
    if not rows:
        raise ValueError("a reference needs at least one row")
    held = column[~np.isnan(column)] + 0.0  # adding 0.0 makes -0.0 the 0.0 that it equals
    distinct, counts = np.unique(held, return_counts=True)
    upto = np.cumsum(counts)  # rows at most as large
    beyond = len(held) - upto + counts  # rows at least as large
    kept = _kept(upto, beyond, accuracy)
    distinct, counts, upto, beyond = distinct[kept], counts[kept], upto[kept], beyond[kept]
    left, right = (upto - counts).astype(float), (beyond - counts).astype(float)  # less, and more
    between = (np.sqrt(upto[:-1] * left[1:]), np.sqrt(right[:-1] * beyond[1:]))
    out = np.full(2 * len(distinct) + 2, _nats(0, rows))
    out[1:-1:2] = np.maximum(_nats(upto, rows), _nats(beyond, rows))
    out[2:-2:2] = np.maximum(*(_nats(count, rows) for count in between))
    out[-1] = _nats(rows - len(held), rows)
    if len(distinct) and distinct[-1] == np.inf:  # no number comes after it
        out[-2] = out[-3]
    bounds = np.full(2 * len(distinct) + 1, np.nan)
    bounds[:-1:2], bounds[1::2] = distinct, np.nextafter(distinct, np.inf)
    return Tails(bounds, out)


def _nats(count: ArrayLike, rows: int) -> Floats:
    """Minus the logarithm of a share, which is taken to be no less than 1 / (rows + 1)."""
    return -np.log(np.maximum(np.asarray(count, dtype=float) / rows, 1 / (rows + 1)))


def _kept(upto: NDArray[np.int64], beyond: NDArray[np.int64], accuracy: float) -> NDArray[np.bool_]:
    """Which values are kept: the first of each step of either tail, and both ends."""
    left, right = (np.floor(np.log(counts) / np.log1p(accuracy)) for counts in (upto, beyond))
    keep = np.ones(len(upto), dtype=bool)
    keep[1:-1] = (left[1:-1] != left[:-2]) | (right[1:-1] != right[2:])
    return keep


def terms(found: Tails, values: ArrayLike) -> Floats:
    """What each value of a column adds to its row's score.

    Parameters
    ----------
    found : Tails
    values : array_like of shape (rows,)
        nan is missing.

    Returns
    -------
    ndarray of shape (rows,)
        In nats: from 0 to the logarithm of the reference's rows plus one.

    Examples
    --------
    >>> terms(tails([0.0, 0.0, 0.0, 1.0]), [0.0, 1.0]).round(3)
    array([0.288, 1.386])
    """
    column = np.asarray(values, dtype=float)
    if len(column) <= len(found.bounds):
        return found.terms[np.searchsorted(found.bounds, column, side="right")]
    out = np.empty(len(column))
    for first in range(0, len(column), BLOCK):
        block, into = column[first : first + BLOCK], out[first : first + BLOCK]
        # Sorting a block and finding the bounds in it takes a third of finding each value among the bounds.
        order = np.argsort(block)
        ends = np.searchsorted(block, found.bounds, side="left", sorter=order)
        into[order] = np.repeat(found.terms, np.diff(ends, prepend=0, append=len(block)))
    return out


def category_terms(counts: ArrayLike, missing: int = 0) -> Floats:
    """What each category adds to its row's score: minus the logarithm of its share of the reference.

    Parameters
    ----------
    counts : array_like of int, of shape (categories,)
        Rows of the reference with each.
    missing : int
        Rows without a value.

    Returns
    -------
    ndarray of shape (categories + 2,)
        In nats; then that of a category which the reference never held, which is the largest there can be,
        and last that of a missing value.

    Raises
    ------
    ValueError
        If there is no row.

    Examples
    --------
    >>> category_terms([90, 9], missing=1).round(3)
    array([0.105, 2.408, 4.615, 4.605])
    """
    held = np.asarray(counts, dtype=float)
    rows = int(held.sum()) + missing
    if not rows:
        raise ValueError("a reference needs at least one row")
    return _nats(np.concatenate([held, [0, missing]]), rows)


def code_terms(per_category: Floats, codes: ArrayLike) -> Floats:
    """Look the terms of categories up.

    Parameters
    ----------
    per_category : ndarray of shape (categories + 2,)
        As `category_terms` gives them.
    codes : array_like of int, of shape (rows,)
        Places of categories; -2 is one that the reference never held, -1 a missing value.

    Returns
    -------
    ndarray of shape (rows,)

    Examples
    --------
    >>> code_terms(category_terms([90, 10]), [0, 1, -2]).round(3)
    array([0.105, 2.303, 4.615])
    """
    return per_category[np.asarray(codes)]


def ecod(columns: Sequence[Tails], values: ArrayLike) -> Floats:
    """Scores of rows whose columns all hold numbers.

    Parameters
    ----------
    columns : sequence of Tails
    values : array_like of shape (rows, columns)

    Returns
    -------
    ndarray of shape (rows,)
        In nats; the larger, the odder.

    Raises
    ------
    ValueError
        If there are not as many tails as columns.

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [20.0, -5.0]])
    >>> ecod([tails(column) for column in rows.T], rows).round(2)
    array([2.08, 1.39, 2.08, 2.77])
    """
    given = np.asarray(values, dtype=float)
    score = np.zeros(len(given))
    for found, column in zip(columns, given.T, strict=True):
        score += terms(found, column)
    return score
