"""How many outlying rows are too many: their rate against what rows like the reference would have.

A row is outlying when its p-value is below a level. The p-values of a day all rest on the same held-back
rows: with few of these the rate of the most ordinary day is off by chance, and by the same chance on every
day. Counts are therefore beta-binomial, not binomial: the share of ordinary rows below the level is itself
drawn, once, from a beta distribution.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.outliers.conformal import ALPHA

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
# Towards the large chances that the tail of the counts hangs on, nodes lie closer.
_UPPER, _SHARE = ((_NODES + 1) / 2) ** 4, 2 * _WEIGHTS * ((_NODES + 1) / 2) ** 3


def places(calibration_rows: int, alpha: float = ALPHA) -> int:
    """Among how many of the largest held-back scores a row must rank to be outlying; 0 where none can be.

    Examples
    --------
    >>> places(999), places(1000), places(14_000)
    (0, 1, 14)
    """
    return max(int(np.ceil(np.round(alpha * (calibration_rows + 1), 9))) - 1, 0)


def expected_rate(calibration_rows: int, alpha: float = ALPHA) -> float:
    """The share of ordinary rows that are outlying: ``alpha``, or less where few rows are held back.

    Examples
    --------
    >>> round(expected_rate(14_000), 6), expected_rate(999)
    (0.001, 0.0)
    """
    return places(calibration_rows, alpha) / (calibration_rows + 1)


def rate_p_value(hits: ArrayLike, rows: ArrayLike, calibration_rows: int, alpha: float = ALPHA) -> Floats:
    """How often rows like the reference have at least as many outlying ones among them.

    Parameters
    ----------
    hits, rows : array_like
        Outlying rows and all rows; shapes broadcast.
    calibration_rows : int
        Held-back rows that the p-values rest on.
    alpha : float
        Below which a p-value makes a row outlying.

    Returns
    -------
    ndarray
        The upper tail of a beta-binomial distribution: exact where scores do not tie, and too large where
        they do. nan without rows, or where too few rows are held back for any to be outlying.

    References
    ----------
    Bates, S. et al. (2023). Testing for outliers with conformal p-values, section 2. *Annals of Statistics*
    51.

    Examples
    --------
    >>> rate_p_value([0, 3, 12], 1000, 14_000).round(4)
    array([1.    , 0.0864, 0.    ])
    """
    k, n = np.broadcast_arrays(np.asarray(hits, dtype=float), np.asarray(rows, dtype=float))
    m = places(calibration_rows, alpha)
    if not m:
        return np.full(k.shape, np.nan)
    chance = special.betainccinv(m, calibration_rows + 1.0 - m, _UPPER)
    sure = k <= 0
    with np.errstate(invalid="ignore"):
        tail = special.betainc(
            np.where(sure, 1.0, k)[..., None], np.maximum(n - k + 1.0, 1e-9)[..., None], chance
        )
    return np.where(n > 0, np.where(sure, 1.0, tail @ _SHARE), np.nan)


def rate_limit(
    rows: ArrayLike, calibration_rows: int, *, level: float = 0.99, alpha: float = ALPHA
) -> Floats:
    """The largest rate that rows like the reference exceed at most so rarely.

    Parameters
    ----------
    rows : array_like
        Rows of each chunk.
    calibration_rows, alpha
        As for `rate_p_value`.
    level : float
        One minus how often an ordinary chunk may lie above.

    Returns
    -------
    ndarray of the shape of ``rows``
        nan where `rate_p_value` is.

    Examples
    --------
    >>> rate_limit([1000, 30_000], 14_000).round(5)
    array([0.004  , 0.00187])
    """
    n = np.asarray(rows, dtype=float)
    if not places(calibration_rows, alpha):
        return np.full(n.shape, np.nan)
    low, high = np.zeros(n.shape), np.maximum(n, 0.0)  # a count within the limit, and the largest there is
    while ((high - low) > 0.5).any():
        middle = np.ceil((low + high) / 2)
        # A count is beyond the limit when it, or more, comes at most that rarely.
        within = rate_p_value(middle, n, calibration_rows, alpha) > 1 - level
        low, high = np.where(within, middle, low), np.where(within, high, middle - 1.0)
    return np.where(n > 0, low / np.where(n > 0, n, 1.0), np.nan)
