"""How much smaller the mean loss of one version is, row by row and day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats

FEWEST_DAYS = 10
"""Days below which their spread is not known well enough."""
CORRELATED = 0.2
"""Lag-1 correlation of daily differences from which on days are not taken for independent."""


@dataclass(frozen=True)
class MeanDifference:
    """The mean of a difference of losses, every array of shape (...); nan without two rows.

    Attributes
    ----------
    value : ndarray
        Mean difference: the second version less the first.
    lower, upper : ndarray
        Its interval, by the largest of the errors that are known.
    p_value : ndarray
        Of no difference, two-sided, by the same error.
    row_error : ndarray
        Standard error as if rows were independent.
    day_error : ndarray
        With days as clusters; nan below `FEWEST_DAYS` days.
    lagged_error : ndarray
        The same where successive days go together; nan where they do not.
    design_effect : ndarray
        The square of the widest error over the rows' own; 1 where no other is wider.
    n : ndarray
        Rows.
    """

    value: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    row_error: Floats
    day_error: Floats
    lagged_error: Floats
    design_effect: Floats
    n: Floats


def mean_difference(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, axis: int = -1, *, step: float = 0.0,
    level: float = 0.95,
) -> MeanDifference:  # fmt: skip
    """Compare two mean losses on the same rows.

    With one day the interval is that of the paired t test, which is the test of Diebold and Mariano for the
    next step with the small-sample correction of Harvey, Leybourne and Newbold. From ten days on, days are
    clusters; where those next to each other go together, their covariances are added with Bartlett's weights.

    Parameters
    ----------
    n, total, squares : array_like of shape (..., days)
        Rows, sums of the difference, and sums of its square, by day in their order.
    axis : int
        That of the days.
    step : float
        The most by which a row can differ where most rows do not differ at all; 0 where all do. Two such
        rows, one each way, are added to the squares: of a few rows that differ the spread is not known well,
        and of none it would be 0, as if nothing else could come.
    level : float
        Confidence.

    Returns
    -------
    MeanDifference

    References
    ----------
    Diebold, F. and Mariano, R. (1995). Comparing predictive accuracy. *JBES* 13. Harvey, D., Leybourne, S.
    and Newbold, P. (1997). Testing the equality of prediction mean squared errors. *International Journal of
    Forecasting* 13. Newey, W. and West, K. (1987). *Econometrica* 55. For the rows one each way: Bonett, D.
    and Price, R. (2012). Adjusted Wald confidence interval for a difference of binomial proportions based on
    paired data. *Journal of Educational and Behavioral Statistics* 37.

    Examples
    --------
    >>> d = np.array([0.1, -0.2, 0.3, 0.4])
    >>> found = mean_difference([4], [d.sum()], [(d**2).sum()])
    >>> float(found.value.round(3)), float(found.row_error.round(4)), float(found.p_value.round(3))
    (0.15, 0.1323, 0.339)
    """
    rows, sums, powers = (np.moveaxis(np.asarray(one, dtype=float), axis, -1) for one in (n, total, squares))
    count = rows.sum(axis=-1)
    known = np.where(count > 1, count, np.nan)
    value = sums.sum(axis=-1) / np.where(count > 0, count, np.nan)
    spread = np.maximum(powers.sum(axis=-1) + 2 * step**2 - known * value**2, 0.0) / (known - 1)
    row_error = np.sqrt(spread / known)
    days = (rows > 0).sum(axis=-1)
    day_error, lagged = _by_days(rows, sums, value, days)
    error = np.fmax(np.fmax(row_error, day_error), lagged)
    freedom = np.where(error > row_error, np.maximum(days - 1.0, 1.0), known - 1)
    half = special.stdtrit(freedom, (1 + level) / 2) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = 2 * special.stdtr(freedom, -np.abs(value) / error)
        design = np.where(row_error > 0, (error / row_error) ** 2, 1.0)
    p_value = np.where(error > 0, p_value, np.where(value == 0, 1.0, np.nan))
    return MeanDifference(
        value, value - half, value + half, p_value, row_error, day_error, lagged, design, count
    )


def lags(days: ArrayLike) -> np.ndarray:
    """How many days back covariances are added.

    Examples
    --------
    >>> lags([10, 100, 365]).tolist()
    [2, 4, 5]
    """
    return np.floor(4 * (np.asarray(days, dtype=float) / 100) ** (2 / 9)).astype(int)


def _by_days(rows: Floats, sums: Floats, value: Floats, days: np.ndarray) -> tuple[Floats, Floats]:
    """Standard errors of the mean with days as clusters, and with days that go together."""
    count = np.where(days >= FEWEST_DAYS, rows.sum(axis=-1), np.nan)
    off = np.where(rows > 0, sums - rows * value[..., None], 0.0)  # what a day adds beyond the mean
    correction = days / np.maximum(days - 1.0, 1.0)
    own = (off**2).sum(axis=-1)
    error = np.sqrt(correction * own) / count
    with np.errstate(invalid="ignore", divide="ignore"):
        first = (off[..., 1:] * off[..., :-1]).sum(axis=-1) / own
    most = lags(days)
    summed = own.copy()
    for lag in range(1, int(np.max(most, initial=0)) + 1):
        weight = np.where(lag <= most, 1 - lag / (most + 1), 0.0)
        if lag < off.shape[-1]:
            summed = summed + 2 * weight * (off[..., lag:] * off[..., :-lag]).sum(axis=-1)
    lagged = np.sqrt(correction * np.maximum(summed, 0.0)) / count
    return error, np.where(first > CORRELATED, lagged, np.nan)
