"""Rows laid out in two dimensions: columns on the scale of normal scores, then their principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats


@dataclass(frozen=True, eq=False)
class Plane:
    """The two directions in which reference rows differ most.

    ``centre`` and ``scale`` of shape (columns,) standardise a row; ``axes`` of shape (columns, 2) project it;
    ``share`` of shape (2,) is how much of the reference's variance lies along each.
    """

    centre: Floats
    scale: Floats
    axes: Floats
    share: Floats


def normal_scores(sorted_reference: ArrayLike, values: ArrayLike) -> Floats:
    """Where values rank in the reference, as quantiles of a normal distribution; in the middle where missing.

    Parameters
    ----------
    sorted_reference : array_like of shape (rows,)
        Ascending, without missing values.
    values : array_like of shape (...)
        nan is missing.

    Returns
    -------
    ndarray of shape (...)
        0 for a missing value, and everywhere without a reference row.

    Examples
    --------
    >>> normal_scores([1.0, 2.0, 3.0], [2.0, 99.0, np.nan]).round(2)
    array([0.  , 1.15, 0.  ])
    """
    known, given = np.asarray(sorted_reference, dtype=float), np.asarray(values, dtype=float)
    if not len(known):
        return np.zeros(given.shape)
    low, high = (np.searchsorted(known, given, side=side) for side in ("left", "right"))
    score = special.ndtri(((low + high) / 2 + 0.5) / (len(known) + 1))
    return np.where(np.isnan(given), 0.0, score)


def plane(reference: ArrayLike) -> Plane:
    """Fit the plane on reference rows; the sign of a direction is fixed by its largest component.

    Parameters
    ----------
    reference : array_like of shape (rows, columns)
        Finite.

    Returns
    -------
    Plane

    Raises
    ------
    ValueError
        If there are fewer than two rows, or no column.

    References
    ----------
    Jolliffe, I. (2002). *Principal Component Analysis*. Springer.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=1000)
    >>> float(plane(np.column_stack([x, x, np.roll(x, 1)])).share[0].round(1))
    0.7
    """
    rows = np.asarray(reference, dtype=float)
    if len(rows) < 2 or not rows.shape[1]:
        raise ValueError("a plane needs at least two rows and a column")
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    standard = (rows - centre) / scale
    variances, directions = np.linalg.eigh(standard.T @ standard / len(rows))
    largest = directions[:, ::-1][:, :2]
    if largest.shape[1] < 2:  # a single column has no second direction
        largest = np.column_stack([largest, np.zeros(len(largest))])
    largest = largest * np.where(largest[np.abs(largest).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    shares = np.append(variances[::-1], 0.0)[:2] / max(float(variances.sum()), 1e-300)
    return Plane(centre, scale, largest, shares)


def laid_out(on: Plane, rows: ArrayLike) -> Floats:
    """Places of rows on a plane.

    Parameters
    ----------
    on : Plane
    rows : array_like of shape (rows, columns)

    Returns
    -------
    ndarray of shape (rows, 2)

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> rows = generator.normal(size=(1000, 3))
    >>> bool(np.abs(laid_out(plane(rows), rows).mean(axis=0)).max() < 1e-9)
    True
    """
    return ((np.asarray(rows, dtype=float) - on.centre) / on.scale) @ on.axes
