"""Did the mean score change because other rows arrived, or because the same rows score differently?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats, summed


@dataclass(frozen=True)
class Estimate:
    """A number, its standard error and the ends of its confidence interval, all of one shape."""

    value: Floats
    error: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class MixRate:
    """A change of a mean, taken apart.

    Attributes
    ----------
    change, mix, rate : Estimate of shape (...)
        The mean's change, current minus reference, and its two parts; ``mix + rate`` is ``change``.
    slice_change, slice_mix, slice_rate : Estimate of shape (..., slices)
        What each slice adds to them; over the slices they sum to the three above. The intervals are each for
        itself, not for all slices at once.
    reference_share, current_share : ndarray of shape (..., slices)
        Shares of the rows.
    """

    change: Estimate
    mix: Estimate
    rate: Estimate
    slice_change: Estimate
    slice_mix: Estimate
    slice_rate: Estimate
    reference_share: Floats
    current_share: Floats


def mix_and_rate(
    reference_rows: ArrayLike,
    reference_total: ArrayLike,
    reference_square: ArrayLike,
    current_rows: ArrayLike,
    current_total: ArrayLike,
    current_square: ArrayLike,
    *,
    level: float = 0.95,
) -> MixRate:
    """The change of the mean score as a change of the mix of slices and a change within slices.

    With shares w, slice means m and the whole reference's mean M0, a slice adds ``(w1 - w0) (m0 - M0)`` as
    mix and ``w1 (m1 - m0)`` as rate. Measuring its mean from M0 leaves the sums as they are, because shares
    sum to 1, and gives each term a meaning: a slice that scores like all rows changes nothing by growing.

    The moments are sums of the score less one centre, the same on both sides and in every slice; nothing
    returned depends on which. So they add up over chunks, which sums around each chunk's own mean do not, and
    they are well conditioned when the centre lies within the scores: about ``2 log10(|mean - centre| / sd)``
    digits of a variance are lost. A probability needs no centre (0), other scores their reference mean.

    A slice without reference rows has no mean to compare with: all it adds, ``w1 (m1 - M0)``, is mix and its
    rate is exactly 0, error included. So is the rate of one without current rows.

    Errors are those of the delta method for rows drawn independently: shares are multinomial, means of
    different slices independent. A slice of one row borrows the variance within the others; where no slice
    has two rows, what rests on it is nan. Where a slice
    neither grew nor differs from the average, both factors of its mix are noise and its interval is too wide:
    measured, one of 95 % then holds the truth in more than 99 of 100 samples.

    Parameters
    ----------
    reference_rows, reference_total, reference_square : array_like of shape (..., slices)
        Rows, sum of (score - centre) and sum of (score - centre) squared. Slices do not overlap and hold all
        rows; leading axes broadcast.
    current_rows, current_total, current_square : array_like of shape (..., slices)
        The same of the current rows, around the same centre.
    level : float
        Confidence of the intervals.

    Returns
    -------
    MixRate
        In units of the score; nan where either side has no rows.

    Raises
    ------
    ValueError
        If the numbers of slices differ, there are none, or a number of rows is negative.

    References
    ----------
    Kitagawa, E. (1955). Components of a difference between two rates. *JASA* 50.

    Examples
    --------
    Errors of 10 % and 30 % of the rows; the second slice grew from 40 % to 70 % and now errs in 40 %.

    >>> found = mix_and_rate([600, 400], [60, 120], [60, 120], [300, 700], [30, 280], [30, 280])
    >>> found.change.value.round(3), found.mix.value.round(3), found.rate.value.round(3)
    (np.float64(0.13), np.float64(0.06), np.float64(0.07))
    >>> found.slice_mix.value.round(3), found.slice_rate.value.round(3)
    (array([0.024, 0.036]), array([0.  , 0.07]))
    """
    r = _side(reference_rows, reference_total, reference_square)
    c = _side(current_rows, current_total, current_square)
    if r.share.shape[-1] != c.share.shape[-1]:
        raise ValueError(f"moments of different slices: {r.share.shape[-1]} and {c.share.shape[-1]}")
    z = float(special.ndtri((1 + level) / 2))
    pair = _pair(r, c)
    return MixRate(
        _estimate(c.whole - r.whole, r.noise / r.rows + c.noise / c.rows, z),
        _estimate(summed(pair.mix), _mix_variance(r, c, pair), z),
        _estimate(summed(pair.rate), _rate_variance(r, c, pair), z),
        _estimate(pair.mix + pair.rate, _slice_change_variance(r, c, pair), z),
        _estimate(pair.mix, _slice_mix_variance(r, c, pair), z),
        _estimate(pair.rate, _slice_rate_variance(r, c, pair), z),
        *(np.array(side) for side in np.broadcast_arrays(r.share, c.share)),
    )


@dataclass(frozen=True)
class _Side:
    """One sample: shape (...) for ``rows``, ``whole`` (mean) and ``noise`` (variance), else (..., slices)."""

    rows: Floats
    whole: Floats
    noise: Floats
    share: Floats
    mean: Floats  # 0 where the slice is empty
    variance: Floats  # likewise


@dataclass(frozen=True)
class _Pair:
    """What both samples say together, of shape (..., slices)."""

    new: Floats  # 1 where the slice has no reference rows, else 0
    growth: Floats
    lead: Floats  # how far the slice scores from the whole reference, before
    step: Floats  # its mean's change
    mix: Floats
    rate: Floats


def _side(rows: ArrayLike, total: ArrayLike, square: ArrayLike) -> _Side:
    n, t, s = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (rows, total, square)))
    if n.ndim == 0 or n.shape[-1] == 0:
        raise ValueError("a mean is taken apart into at least one slice")
    if (n < 0).any():
        raise ValueError("a slice holds a negative number of rows")
    all_rows, all_total = summed(n), summed(t)
    some = np.where(all_rows > 0, all_rows, np.nan)
    mean = t / np.where(n > 0, n, 1.0)
    squares = np.maximum(s - t * mean, 0.0)
    known = np.where(all_rows > 0, 0.0, np.nan)  # an empty side is a gap, an empty slice is not
    freedom = summed(np.maximum(n - 1, 0.0))
    pooled = np.where(freedom > 0, summed(squares) / np.maximum(freedom, 1.0), np.nan)
    variance = np.where(n > 1, squares / np.maximum(n - 1, 1.0), np.where(n > 0, pooled[..., None], 0.0))
    around = np.maximum(summed(s) - all_total**2 / some, 0.0)
    noise = around / np.maximum(some - 1, 1.0)
    return _Side(some, all_total / some, noise, n / some[..., None], mean + known[..., None], variance)


def _pair(r: _Side, c: _Side) -> _Pair:
    new, gone = r.share == 0, c.share == 0
    before = np.where(new, c.mean, r.mean)
    lead = np.where(new & gone, 0.0, before - r.whole[..., None])
    step = np.where(new | gone, 0.0, c.mean - r.mean)
    growth = c.share - r.share
    return _Pair(new.astype(float), growth, lead, step, growth * lead, c.share * step)


# Each variance below is that of the influence of one row, over the rows, once for the reference and once for
# the current sample: a row counts through its slice (the shares) and through its score (the means).


def _weighted(weight: Floats, variance: Floats) -> Floats:
    """A variance as often as it counts; one that does not count need not be known."""
    return np.where(weight == 0, 0.0, weight * variance)


def _mix_variance(r: _Side, c: _Side, pair: _Pair) -> Floats:
    stretch = np.where(pair.new == 1, 0.0, c.share / np.where(r.share > 0, r.share, 1.0)) - 1
    before = summed(r.share * (_weighted(stretch**2, r.variance) + pair.lead**2))
    middle = summed(c.share * pair.lead)[..., None]
    after = summed(c.share * (_weighted(pair.new, c.variance) + (pair.lead - middle) ** 2))
    return before / r.rows + after / c.rows


def _rate_variance(r: _Side, c: _Side, pair: _Pair) -> Floats:
    held = np.where(r.share > 0, r.share, 1.0)
    before = summed(_weighted((1 - pair.new) * c.share**2 / held, r.variance))
    spread = (pair.step - summed(pair.rate)[..., None]) ** 2
    after = summed(c.share * (_weighted(1 - pair.new, c.variance) + spread))
    return before / r.rows + after / c.rows


def _slice_change_variance(r: _Side, c: _Side, pair: _Pair) -> Floats:
    ahead = c.mean - r.whole[..., None]  # of a slice without current rows it is not used: its share is 0
    after = c.share * (c.variance + ahead**2) - (c.share * ahead) ** 2
    own = r.share * (r.variance + pair.lead**2)
    whole = summed(own)[..., None]
    before = pair.growth**2 * whole + (1 + 2 * pair.growth) * own - (r.share * pair.lead) ** 2
    return before / r.rows[..., None] + after / c.rows[..., None]


def _slice_mix_variance(r: _Side, c: _Side, pair: _Pair) -> Floats:
    w, g, lead = r.share, pair.growth, pair.lead
    held = np.where(w > 0, w, 1.0)
    own = w * (r.variance + lead**2)
    inside = w * ((g * (1 / held - 1)) ** 2 * r.variance + (lead * (1 - w + g)) ** 2)
    outside = g**2 * (summed(own)[..., None] - own) + (lead * w) ** 2 * (1 - w + 2 * g)
    after = lead**2 * c.share * (1 - c.share)
    known = (inside + outside) / r.rows[..., None] + after / c.rows[..., None]
    return np.where(pair.new == 1, _slice_change_variance(r, c, pair), known)


def _slice_rate_variance(r: _Side, c: _Side, pair: _Pair) -> Floats:
    held = np.where(r.share > 0, r.share, 1.0)
    old = 1 - pair.new
    before = _weighted(old * c.share**2 / held, r.variance)
    after = old * c.share * (1 - c.share) * pair.step**2 + _weighted(old * c.share, c.variance)
    return before / r.rows[..., None] + after / c.rows[..., None]


def _estimate(value: Floats, variance: Floats, z: float) -> Estimate:
    error = np.sqrt(np.maximum(variance, 0.0))
    return Estimate(np.asarray(value), error, np.asarray(value - z * error), np.asarray(value + z * error))
