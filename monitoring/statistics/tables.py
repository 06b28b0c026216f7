"""Rows of numbers and category codes side by side: the check, robust scaling and codes without gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats

MOST_CODES = 255
CLIP = 8.0
_LARGEST = 1e150  # the mean of two such numbers, and their squares' sum, are still numbers


def table(values: ArrayLike, categorical: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """A table of features, checked and copied, and which of its columns hold category codes.

    Parameters
    ----------
    values : array_like of shape (rows, columns)
        nan is missing, and so are an infinite number and a negative code.
    categorical : array_like of bool, of shape (columns,)
        Where True the column holds whole codes from 0 to 254; a caller with more categories pools them.

    Returns
    -------
    tuple of ndarray of shape (rows, columns) and ndarray of bool of shape (columns,)

    Raises
    ------
    ValueError
        If there is no column, the shapes disagree, or a code is no whole number or above 254.

    Examples
    --------
    >>> table([[1.5, 2], [np.inf, -1]], [False, True])[0]
    array([[1.5, 2. ],
           [nan, nan]])
    """
    rows, mask = np.array(values, dtype=float), np.asarray(categorical, dtype=bool)
    if rows.ndim != 2 or mask.shape != rows.shape[1:] or not mask.size:
        raise ValueError(f"a table of shape {rows.shape} and column kinds of shape {mask.shape} do not fit")
    rows[~np.isfinite(rows)] = np.nan
    codes = rows[:, mask]
    codes[codes < 0] = np.nan
    known = codes[~np.isnan(codes)]
    if (known >= MOST_CODES).any() or (known != np.floor(known)).any():
        raise ValueError("category codes are whole numbers from 0 to 254: pool the rare categories")
    rows[:, mask] = codes
    return np.clip(rows, -_LARGEST, _LARGEST, out=rows), mask


def tables(
    reference: ArrayLike, current: ArrayLike, categorical: ArrayLike, *, least: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Two tables over the same columns, checked by `table`, of at least so many rows each.

    Raises
    ------
    ValueError
        As in `table`, and if the columns differ or a side has too few rows.

    Examples
    --------
    >>> tables([[1.0]], [[1.0], [2.0]], [False], least=2)
    Traceback (most recent call last):
    ValueError: at least 2 rows are needed on each side: there are 1 and 2
    """
    (r, mask), (c, _) = table(reference, categorical), table(current, categorical)
    if min(len(r), len(c)) < least:
        raise ValueError(f"at least {least} rows are needed on each side: there are {len(r)} and {len(c)}")
    return r, c, mask


def varying(values: Floats) -> NDArray[np.bool_]:
    """Which columns hold more than one value; being missing is a value of its own.

    Examples
    --------
    >>> varying(np.array([[1.0, 2.0, np.nan], [1.0, np.nan, np.nan]]))
    array([False,  True, False])
    """
    first = values[:1]
    return ~((values == first) | (np.isnan(values) & np.isnan(first))).all(axis=0)


@dataclass(frozen=True)
class Scaling:
    """Median and robust standard deviation of each numeric column, each of shape (columns,)."""

    centre: Floats
    spread: Floats


def scaling(values: Floats) -> Scaling:
    """Medians, and spreads that a wild value does not move.

    The spread is the interquartile range over 1.349, which is the standard deviation of normal values. Where
    half of the values are equal it is the standard deviation between the 0.5 % and 99.5 % quantiles, and
    where that is 0 too the plain one.

    Parameters
    ----------
    values : ndarray of shape (rows, columns)
        nan is missing.

    Returns
    -------
    Scaling
        ``centre`` is nan where the whole column is missing, ``spread`` 0 where it is constant.

    Examples
    --------
    >>> known = scaling(np.array([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0], [4.0, 7.0], [1e8, np.nan]]))
    >>> known.centre, known.spread.round(2)
    (array([3., 7.]), array([1.48, 0.  ]))
    """
    centre, spread = np.full(values.shape[1], np.nan), np.zeros(values.shape[1])
    for column in range(values.shape[1]):
        known = np.sort(values[:, column])
        known = known[: np.searchsorted(known, np.nan)]  # nan sorts to the end
        if known.size:
            low, quarter, centre[column], upper, high = np.quantile(known, [0.005, 0.25, 0.5, 0.75, 0.995])
            spread[column] = (upper - quarter) / 1.349 or np.clip(known, low, high).std() or known.std()
            if known[0] == known[-1]:  # rounding may leave a speck of a deviation
                spread[column] = 0.0
    return Scaling(centre, spread)


def scaled(values: Floats, by: Scaling) -> Floats:
    """Numbers in robust standard deviations from the median, at most 8; missing values at the median.

    Where the scaling saw a constant, any departure from it counts as 1 in its direction, whatever its unit;
    where it saw nothing, everything is 0.

    Examples
    --------
    >>> scaled(np.array([[4.0, 7.5], [1e8, np.nan]]), Scaling(np.array([2.0, 7.0]), np.array([4.0, 0.0])))
    array([[0.5, 1. ],
           [8. , 0. ]])
    """
    distance = values - by.centre
    constant = by.spread == 0
    with np.errstate(over="ignore"):
        out = np.where(constant, np.sign(distance), distance / np.where(constant, 1.0, by.spread))
    return np.clip(np.nan_to_num(out, nan=0.0, posinf=CLIP, neginf=-CLIP), -CLIP, CLIP)


def code_counts(codes: Floats) -> Floats:
    """Rows of each category.

    Parameters
    ----------
    codes : ndarray of shape (rows, columns)

    Returns
    -------
    ndarray of shape (columns, 255)

    Examples
    --------
    >>> code_counts(np.array([[0.0], [2.0], [2.0], [np.nan]]))[0, :4]
    array([1., 0., 2., 0.])
    """
    counts = [np.bincount(one[~np.isnan(one)].astype(np.intp), minlength=MOST_CODES) for one in codes.T]
    return np.array(counts, dtype=float).reshape(-1, MOST_CODES)


def looked_up(per_code: Floats, codes: Floats, missing: Floats) -> Floats:
    """For each cell the number that its category has, or that its column gives to missing cells.

    Parameters
    ----------
    per_code : ndarray of shape (columns, 255)
    codes : ndarray of shape (rows, columns)
    missing : ndarray of shape (columns,)

    Returns
    -------
    ndarray of shape (rows, columns)

    Examples
    --------
    >>> looked_up(np.arange(255.0)[None] * 10, np.array([[3.0], [np.nan]]), np.array([-1.0]))
    array([[30.], [-1.]])
    """
    unknown = np.isnan(codes)
    found = per_code[np.arange(len(per_code)), np.where(unknown, 0, codes).astype(np.intp)]
    return np.where(unknown, missing, found)
