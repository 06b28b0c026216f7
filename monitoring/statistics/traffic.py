"""How many rows came, against the same hour or weekday of the weeks before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats

FEWEST_WEEKS = 3
"""Earlier chunks of the same kind below which nothing is expected of the next."""


@dataclass(frozen=True)
class Volume:
    """Rows of each chunk against what was expected, each of shape (chunks,); nan where nothing is expected.

    Attributes
    ----------
    ratio : ndarray
        Rows over the median of the earlier chunks, half a row added to both.
    lower, upper : ndarray
        The ratio within which a chunk lies in 1 - ``false_alarms`` of cases.
    statistic, p_value : ndarray
        Of the logarithm of the ratio, two-sided.
    history : ndarray
        How many earlier chunks of the same kind there were.
    """

    ratio: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    p_value: Floats
    history: Floats


def volume(
    rows: ArrayLike, step: int, *, weeks: int = 8, first: int = 0, false_alarms: float = 0.01
) -> Volume:
    """Compare the rows of each chunk with those of the same place in the weeks before.

    On the scale of logarithms, with half a row added to every count: the deviation from the median of the
    earlier chunks, over their spread as a Student scale, or over that of a Poisson count where it is larger.

    Parameters
    ----------
    rows : array_like of shape (chunks,)
        Rows of each chunk, oldest first; 0 where none came.
    step : int
        How many chunks lie between one and its like: 7 for days, 168 for hours, 1 for whole weeks.
    weeks : int
        How many earlier chunks are looked at.
    first : int
        The first chunk of the log; what lies before is not known rather than empty.
    false_alarms : float
        Share of quiet chunks outside the bounds.

    Returns
    -------
    Volume

    Raises
    ------
    ValueError
        If the step is not positive.

    References
    ----------
    Hahn, G. and Meeker, W. (1991). *Statistical Intervals*, section 4.7 (prediction interval for one more
    observation). Wiley.

    Examples
    --------
    >>> found = volume([100, 104, 96, 100, 30], step=1)
    >>> found.ratio.round(2), found.p_value.round(3)
    (array([nan, nan, nan, 1. , 0.3]), array([nan, nan, nan,  1.,  0.]))
    """
    if step < 1:
        raise ValueError(f"a step of {step} chunks leads nowhere")
    n = np.asarray(rows, dtype=float)
    back = np.arange(len(n))[:, None] - step * np.arange(1, weeks + 1)
    known = back >= first
    logs = np.log(n + 0.5)
    earlier = np.where(known, logs[np.maximum(back, 0)] if len(n) else 0.0, np.nan)
    history = known.sum(axis=1).astype(float)
    enough = (history >= FEWEST_WEEKS) & (np.arange(len(n)) >= first)
    middle, spread = np.full(len(n), np.nan), np.full(len(n), np.nan)
    if enough.any():
        middle[enough] = np.nanmedian(earlier[enough], axis=1)
        spread[enough] = np.nanstd(earlier[enough], axis=1, ddof=1)
    expected = np.exp(middle)
    freedom = np.maximum(history - 1, 1.0)
    widen = np.sqrt(1 + 1 / np.maximum(history, 1.0))
    chance = widen / np.sqrt(expected)
    tail = 1 - false_alarms / 2
    reach = np.fmax(special.stdtrit(freedom, tail) * spread * widen, special.ndtri(tail) * chance)
    moved = np.where(enough, logs - middle, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(spread > 0, np.abs(moved) / (spread * widen), np.inf)
        days = np.where(spread > 0, 2 * special.stdtr(freedom, -scaled), 0.0)
        p_value = np.where(enough, np.fmax(days, 2 * special.ndtr(-np.abs(moved) / chance)), np.nan)
    return Volume(np.exp(moved), np.exp(-reach), np.exp(reach), moved / chance, p_value, history)


def one_value_p_value(counts: ArrayLike, rows: ArrayLike) -> Floats:
    """How often so many rows drawn from a histogram would all fall into one of its bins.

    Parameters
    ----------
    counts : array_like of shape (..., n_bins)
        Of the reference.
    rows : array_like of shape (..., chunks)
        Rows of each chunk.

    Returns
    -------
    ndarray of shape (..., chunks)
        The sum of every bin's share to the power of the rows; nan without a reference or rows.

    Examples
    --------
    >>> one_value_p_value([[50, 50], [99, 1]], [[10], [10]]).round(3)
    array([[0.002],
           [0.904]])
    """
    c, m = np.asarray(counts, dtype=float), np.asarray(rows, dtype=float)
    total = c.sum(axis=-1, keepdims=True)
    shares = c / np.where(total > 0, total, np.nan)
    p = np.zeros(np.broadcast_shapes(m.shape, (*shares.shape[:-1], 1)))
    for bin_ in range(c.shape[-1]):  # one bin at a time: all at once would take bins times as much room
        p = p + shares[..., bin_, None] ** m
    return np.where(m > 0, p, np.nan)
