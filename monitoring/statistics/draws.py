"""Drawing rows with known chances, so that what is seen of them tells of all rows (`audits`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats


def union(chances: ArrayLike, axis: int = -1) -> Floats:
    """The chance that a row is drawn by any of several independent draws.

    Parameters
    ----------
    chances : array_like of shape (..., draws)
        Between 0 and 1.
    axis : int
        That of the draws.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> union([[0.5, 0.5], [0.005, 0.0], [0.005, 1.0]]).round(4).tolist()
    [0.75, 0.005, 1.0]
    """
    return 1.0 - np.prod(1.0 - np.asarray(chances, dtype=float), axis=axis)


def proportional(weight: ArrayLike, size: float) -> Floats:
    """Chances in proportion to weights that add up to a sample's size; none is above 1.

    Parameters
    ----------
    weight : array_like of shape (rows,)
        Not negative; a row of weight 0 is never drawn.
    size : float
        Rows wanted. Where there are no more rows with a weight than that, all of them are certain.

    Returns
    -------
    ndarray of shape (rows,)

    References
    ----------
    Särndal, C.-E., Swensson, B. and Wretman, J. (1992). *Model Assisted Survey Sampling*, section 3.6.

    Examples
    --------
    >>> proportional([1.0, 1.0, 2.0, 0.0], 2).tolist()
    [0.5, 0.5, 1.0, 0.0]
    >>> proportional([1.0, 1.0, 8.0], 2).tolist()
    [0.5, 0.5, 1.0]
    """
    weights = np.asarray(weight, dtype=float)
    certain = np.zeros(weights.shape, dtype=bool)
    if size >= (weights > 0).sum():
        return (weights > 0).astype(float)
    while True:
        left = np.where(certain, 0.0, weights)
        chance = np.where(certain, 1.0, left / left.sum() * (size - certain.sum()))
        over = (chance >= 1) & ~certain
        if not over.any():
            return chance
        certain |= over


def systematic(chance: ArrayLike, start: float) -> np.ndarray:
    """Draw rows with given chances, as many as these add up to but for one.

    Every row is drawn with exactly its chance where ``start`` is uniform. Bring the rows into a random order
    first: rows that follow each other are hardly drawn together.

    Parameters
    ----------
    chance : array_like of shape (rows,)
        Between 0 and 1.
    start : float
        In [0, 1).

    Returns
    -------
    ndarray of bool, shape (rows,)

    References
    ----------
    Madow, W. (1949). On the theory of systematic sampling, II. *Annals of Mathematical Statistics* 20.

    Examples
    --------
    >>> systematic([0.5, 0.5, 1.0, 0.25, 0.75], 0.3).astype(int).tolist()
    [1, 0, 1, 0, 1]
    """
    ends = np.floor(np.cumsum(np.asarray(chance, dtype=float)) - start + 1e-12)
    return np.diff(ends, prepend=np.floor(-start + 1e-12)) > 0
