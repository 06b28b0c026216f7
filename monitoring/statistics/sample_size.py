"""How many labelled rows find a drop of a share, and which drop so many rows find."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats

SURE = 0.95
POWER = 0.80


def detectable_drop(
    share: ArrayLike, rows: ArrayLike, *, level: float = SURE, power: float = POWER
) -> Floats:
    """The smallest drop of a share that so many labelled rows find four times out of five.

    Parameters
    ----------
    share : array_like
        The reference's share of right rows, taken as known.
    rows : array_like
        Labelled rows.
    level, power : float
        Of a one-sided test, and how often it has to find the drop.

    Returns
    -------
    ndarray

    References
    ----------
    Fleiss, J., Levin, B. and Paik, M. (2003). *Statistical Methods for Rates and Proportions*, chapter 4.

    Examples
    --------
    >>> detectable_drop(0.9, [500, 2000, 10000]).round(4)
    array([0.0334, 0.0167, 0.0075])
    """
    p = np.asarray(share, dtype=float)
    return (special.ndtri(level) + special.ndtri(power)) * np.sqrt(
        p * (1 - p) / np.asarray(rows, dtype=float)
    )


def rows_to_detect(share: float, drop: float, *, level: float = SURE, power: float = POWER) -> int:
    """Labelled rows that find a drop of a share four times out of five; the inverse of `detectable_drop`.

    Raises
    ------
    ValueError
        If the drop is not above 0.

    Examples
    --------
    >>> rows_to_detect(0.9, 0.02)
    1392
    """
    if not drop > 0:
        raise ValueError("a drop is above 0")
    return int(np.ceil(share * (1 - share) * ((special.ndtri(level) + special.ndtri(power)) / drop) ** 2))
