"""How small a difference can be seen, and how many rows are still needed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.paired.sequences import boundary

POWER = 0.8
_MOST = 1e9  # rows beyond which a trial is said to need more than anybody has


def detectable(
    spread: ArrayLike, rows: ArrayLike, *, planned: float | None = None, level: float = 0.95,
    power: float = POWER,
) -> Floats:  # fmt: skip
    """The smallest difference that so many rows would show.

    Parameters
    ----------
    spread : array_like of shape (...)
        Standard deviation of a row's difference; with rows that go together times the root of the design
        effect.
    rows : array_like of shape (...)
    planned : float, optional
        By the confidence sequence that is tightest about so many rows; by an interval that is looked at once
        without it.
    level, power : float
        Confidence, and how often it has to be found. The sequence finds it a little more often, having looked
        before.

    Examples
    --------
    >>> float(detectable(0.31, 2000).round(4)), float(detectable(0.31, 2000, planned=2000).round(4))
    (0.0194, 0.0269)
    """
    many = np.asarray(rows, dtype=float)
    once = special.ndtri((1 + level) / 2) / np.sqrt(many)
    half = once if planned is None else boundary(many, planned, level=level)
    return np.asarray(spread, dtype=float) * (half + special.ndtri(power) / np.sqrt(many))


def rows_until(half: float, spread: float, planned: float, *, level: float = 0.95) -> float:
    """Rows in all at which the confidence sequence is no wider than so much on either side.

    Parameters
    ----------
    half : float
        Half the width that is wanted.
    spread : float
        As in `detectable`.
    planned : float
        Rows that were expected when the trial was registered.
    level : float

    Returns
    -------
    float
        inf where a billion rows would not do.

    Examples
    --------
    >>> rows_until(0.0217, 0.31, 5000)
    1993.0
    """
    if not (half > 0 and spread > 0):
        return math.inf if spread > 0 else 0.0
    low, high = 1.0, _MOST
    if spread * float(boundary(high, planned, level=level)) > half:
        return math.inf
    while high - low > max(1e-4 * high, 0.5):
        middle = math.sqrt(low * high)
        wide = spread * float(boundary(middle, planned, level=level)) > half
        low, high = (middle, high) if wide else (low, middle)
    return float(math.ceil(high))
