"""Intervals and evidence that stay valid however often they are looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.paired.row_losses import FEWEST_DAYS, lags

FIRST_ROWS = 200
"""Rows below which the sequence says nothing: its law holds as rows become many. Nor does it say anything
before rows are spread over `FEWEST_DAYS` days, when it is not known yet how much days differ. Days of unlike
size count for less: n rows in all are worth n^2 / (the sum of the days' squares) days."""


@dataclass(frozen=True)
class Sequence:
    """What was known at the end of each day, every array of shape (..., days); nan while they are few.

    Attributes
    ----------
    value : ndarray
        Mean of all rows so far.
    lower, upper : ndarray
        Its confidence sequence: with the stated confidence the truth lies in all of them together.
    fixed_lower, fixed_upper : ndarray
        The interval that holds if this were the only look.
    design_effect : ndarray
        By which the variance is multiplied because rows of a day, and days next to each other, go together;
        1 where it is not.
    spread : ndarray
        Standard deviation of a row, days that go together included.
    n : ndarray
        Rows so far.
    """

    value: Floats
    lower: Floats
    upper: Floats
    fixed_lower: Floats
    fixed_upper: Floats
    design_effect: Floats
    spread: Floats
    n: Floats


def confidence_sequence(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, planned: float, *, step: float = 0.0,
    level: float = 0.95,
) -> Sequence:  # fmt: skip
    """Follow the mean of a difference day by day.

    The asymptotic confidence sequence of Waudby-Smith and others, tightest about the rows that were planned.
    The variance is multiplied by the design effect that is known by then, where it is above 1: rows of a day
    go together, and that is the sequence of as many independent rows as the rows are worth. Where successive
    days go together too, covariances of a few days are added, which is not all that long spells would need.
    No day's band is cut to that of the days before.

    Parameters
    ----------
    n, total, squares : array_like of shape (..., days)
        Rows of each day, sums of the difference and of its square.
    planned : float
        Rows expected at the decision; fixed when the trial is registered, never after looking.
    step : float
        As in `row_losses.mean_difference`.
    level : float
        Confidence of the whole sequence.

    Returns
    -------
    Sequence

    Raises
    ------
    ValueError
        If no rows are planned.

    References
    ----------
    Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. and Ramdas, A. (2021). Time-uniform central limit
    theory and asymptotic confidence sequences. arXiv 2103.06476.

    Examples
    --------
    >>> found = confidence_sequence([200] * 10, [2.4] * 10, [19.2488] * 10, 5000)
    >>> float(found.lower[-1].round(4)), float(found.upper[-1].round(4))
    (-0.0097, 0.0337)
    """
    rows, sums, powers = (np.asarray(one, dtype=float) for one in (n, total, squares))
    count, mean_sum = np.cumsum(rows, axis=-1), np.cumsum(sums, axis=-1)
    days = count**2 / np.maximum(np.cumsum(rows**2, axis=-1), 1.0)
    known = np.where((count >= FIRST_ROWS) & (days >= FEWEST_DAYS), count, np.nan)
    value = mean_sum / known
    variance = np.maximum((np.cumsum(powers, axis=-1) + 2 * step**2) / known - value**2, 0.0)
    design = _design(rows, sums, days, value, variance)
    spread = np.sqrt(variance * design)
    half = spread * boundary(known, planned, level=level)
    fixed = special.ndtri((1 + level) / 2) * spread / np.sqrt(known)
    return Sequence(value, value - half, value + half, value - fixed, value + fixed, design, spread, count)


def boundary(rows: ArrayLike, planned: float, *, level: float = 0.95) -> Floats:
    """Half the width of the sequence for a spread of 1.

    Parameters
    ----------
    rows : array_like of shape (...)
    planned : float
        Rows about which it is tightest.
    level : float

    Raises
    ------
    ValueError
        If no rows are planned.

    Examples
    --------
    >>> float(boundary(2000, 5000).round(5)), float(boundary(2000, 2000).round(5))
    (0.06985, 0.06787)
    """
    t = np.asarray(rows, dtype=float)
    rho = tightness(planned, level=level)
    inner = t * rho**2 + 1
    return np.sqrt(2 * inner / (t**2 * rho**2) * np.log(np.sqrt(inner) / (1 - level)))


def tightness(planned: float, *, level: float = 0.95) -> float:
    """The parameter of the sequence that is tightest at so many rows.

    Raises
    ------
    ValueError
        If no rows are planned.

    Examples
    --------
    >>> round(tightness(5000), 5)
    0.03984
    """
    if not planned > 0:
        raise ValueError("a trial needs the rows that are expected at its end")
    alpha = 1 - level
    return math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned)


@dataclass(frozen=True)
class Evidence:
    """What rows that only one decided right say against a fair coin, every array of shape (...).

    Attributes
    ----------
    log_e : ndarray
        Logarithm of the e-value: how many times a bet against "neither is better" would have grown.
    p_value : ndarray
        1 over the largest e-value so far, at most 1: valid however often it is looked at.
    """

    log_e: Floats
    p_value: Floats


def evidence(only_first: ArrayLike, only_second: ArrayLike) -> Evidence:
    """Follow who was right alone, day by day, rows being independent.

    Parameters
    ----------
    only_first, only_second : array_like of shape (..., days)
        Rows of each day that only the first, and only the second decided right.

    Returns
    -------
    Evidence

    References
    ----------
    Krichevsky, R. and Trofimov, V. (1981). The performance of universal encoding. *IEEE Transactions on
    Information Theory* 27. Ramdas, A., Grünwald, P., Vovk, V. and Shafer, G. (2023). Game-theoretic
    statistics and safe anytime-valid inference. *Statistical Science* 38.

    Examples
    --------
    >>> found = evidence([2], [8])
    >>> float(np.exp(found.log_e[-1]).round(4)), float(found.p_value[-1].round(4))
    (1.6758, 0.5967)
    """
    b, c = (np.cumsum(np.asarray(one, dtype=float), axis=-1) for one in (only_first, only_second))
    log_e = (b + c) * math.log(2) + special.betaln(b + 0.5, c + 0.5) - special.betaln(0.5, 0.5)
    most = np.maximum.accumulate(log_e, axis=-1)
    return Evidence(log_e, np.exp(-np.maximum(most, 0.0)))


def _design(rows: Floats, sums: Floats, days: Floats, value: Floats, variance: Floats) -> Floats:
    """By how much days differ beyond what their rows make of them, as it was known at the end of each day.

    Covariances with the days before are added with Bartlett's weights, where that makes it larger.
    """
    own = np.maximum(_lagged(rows, sums, value, 0), 0.0)
    most = lags(np.cumsum(rows > 0, axis=-1))
    between = own.copy()
    for lag in range(1, int(np.max(most, initial=0)) + 1):
        weight = np.where(lag <= most, 1 - lag / (most + 1), 0.0)
        between = between + 2 * weight * _lagged(rows, sums, value, lag)
    correction = days / np.maximum(days - 1, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        effect = correction * np.maximum(between, own) / (np.cumsum(rows, axis=-1) * variance)
    return np.where(effect > 1, effect, 1.0)


def _lagged(rows: Floats, sums: Floats, value: Floats, lag: int) -> Floats:
    """The sum over days of (S - N m)(S' - N' m), S' and N' being those of so many days before.

    It is expanded, so that it is known for every day's own mean m.
    """
    before = [np.zeros_like(one) for one in (rows, sums)]
    for one, shifted in zip((rows, sums), before, strict=True):
        shifted[..., lag:] = one[..., : one.shape[-1] - lag]
    square = np.cumsum(sums * before[1], axis=-1)
    cross = np.cumsum(sums * before[0] + rows * before[1], axis=-1)
    weight = np.cumsum(rows * before[0], axis=-1)
    return square - value * cross + value**2 * weight
