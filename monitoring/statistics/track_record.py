"""How far past estimates were from what labels said later, and so how far to trust the next one."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats

FEWEST = 10
SHOWN = 20


@dataclass(frozen=True)
class TrackRecord:
    """The misses of past estimates, estimated minus realised.

    Attributes
    ----------
    count : int
        Chunks with both an estimate and final labels.
    mean_error, worst, bias : float
        Mean absolute miss, largest absolute miss, mean miss; nan without any.
    last : ndarray of shape (up to 20,)
        The latest misses, oldest first.
    half_width : float
        Of an interval that would hold nine of ten realised values; nan for fewer than ten chunks.
    """

    count: int
    mean_error: float
    worst: float
    bias: float
    last: Floats
    half_width: float


def track_record(estimated: ArrayLike, realised: ArrayLike, *, level: float = 0.9) -> TrackRecord:
    """The track record of an estimator on chunks whose labels have come.

    The half width is the conformal one, the ``ceil(level (K + 1))``-th smallest of K absolute misses. It
    holds its level if the next chunk is like the past ones in any order; when the world starts to change, it
    is one chunk late like everyone else, but unlike a sampling error it has seen changes.

    Parameters
    ----------
    estimated, realised : array_like of shape (chunks,)
        Oldest first; pairs with a nan do not count.
    level : float

    Returns
    -------
    TrackRecord

    Raises
    ------
    ValueError
        If shapes differ.

    References
    ----------
    Vovk, V., Gammerman, A. and Shafer, G. (2005). *Algorithmic Learning in a Random World*. Springer.

    Examples
    --------
    >>> found = track_record([0.90] * 10, [0.90, 0.89, 0.92, 0.90, 0.91, 0.88, 0.9, 0.9, 0.9, 0.85])
    >>> found.count, round(found.mean_error, 3), round(found.worst, 2), round(found.half_width, 2)
    (10, 0.011, 0.05, 0.05)
    """
    e, r = np.asarray(estimated, dtype=float), np.asarray(realised, dtype=float)
    if e.shape != r.shape or e.ndim != 1:
        raise ValueError(f"estimates of shape {e.shape} and realised values of shape {r.shape}")
    miss = e - r
    miss = miss[~np.isnan(miss)]
    if not miss.size:
        nan = float("nan")
        return TrackRecord(0, nan, nan, nan, miss, nan)
    size = np.sort(np.abs(miss))
    rank = _rank(miss.size, level)
    half = float(size[rank - 1]) if miss.size >= max(FEWEST, rank) else float("nan")
    return TrackRecord(
        miss.size, float(size.mean()), float(size[-1]), float(miss.mean()), miss[-SHOWN:], half
    )


def half_width(
    error: ArrayLike, *, other: ArrayLike = 0.0, record: TrackRecord | None = None, level: float = 0.95
) -> Floats:
    """How far the realised metric may lie from an estimate.

    With ten matured chunks the track record tells, for nine of ten; before, the model's own error times 1.96
    plus how far the two estimators are apart, which says what the assumption behind them is worth.

    Parameters
    ----------
    error : array_like of shape (...)
        Of the estimate, such as `monitoring.statistics.expectation.Estimated.error`.
    other : array_like of shape (...)
        The other estimator's value minus this one's; 0 where there is one only.
    record : TrackRecord, optional
    level : float
        Of the model's own interval.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> half_width([0.01, 0.02], other=[-0.03, 0.0]).round(4)
    array([0.0496, 0.0392])
    """
    e, apart = np.asarray(error, dtype=float), np.abs(np.asarray(other, dtype=float))
    if record is not None and not np.isnan(record.half_width):
        return np.where(np.isnan(e), np.nan, record.half_width)
    return special.ndtri((1 + level) / 2) * e + apart


def earlier_half_widths(
    estimated: ArrayLike, realised: ArrayLike, known: ArrayLike, *, level: float = 0.9
) -> Floats:
    """The conformal half width that each chunk's own past gives it.

    Parameters
    ----------
    estimated, realised : array_like of shape (chunks,)
        Oldest first; pairs with a nan do not count.
    known : array_like of int, of shape (chunks,)
        How many of the oldest chunks had their labels when each chunk was over; never falling, and at most
        the chunk's own place, so that no chunk's own label is part of its interval.
    level : float

    Returns
    -------
    ndarray of shape (chunks,)
        As `track_record` of those pairs has it; nan where they are fewer than ten.

    Raises
    ------
    ValueError
        If shapes differ, or a chunk would know its own label.

    Examples
    --------
    >>> found = earlier_half_widths(np.zeros(12), [0.01] * 10 + [0.05, 0.01], np.arange(12))
    >>> found.round(2)[9:]
    array([ nan, 0.01, 0.05])
    """
    e, r = np.asarray(estimated, dtype=float), np.asarray(realised, dtype=float)
    until = np.asarray(known)
    if not e.shape == r.shape == until.shape or e.ndim != 1:
        raise ValueError(f"shapes of estimates {e.shape}, realised values {r.shape} and known {until.shape}")
    if (until > np.arange(e.size)).any() or (np.diff(until) < 0).any():
        raise ValueError("a chunk knows the labels of earlier chunks only, and no fewer than those before it")
    size, taken = np.abs(e - r), 0
    past: list[float] = []
    found = np.full(e.shape, np.nan)
    for place, stop in enumerate(until):
        for miss in size[taken:stop]:
            if not np.isnan(miss):
                insort(past, float(miss))
        taken = int(stop)
        rank = _rank(len(past), level)
        if len(past) >= max(FEWEST, rank):
            found[place] = past[rank - 1]
    return found


def _rank(count: int, level: float) -> int:
    """Which of so many misses, sorted, is the half width."""
    return int(np.ceil(level * (count + 1) - 1e-9))
