"""Wasserstein distance from histograms that keep the mean of every bin."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Counts, Floats, paired, shares, summed
from monitoring.statistics.registry import ORDERED, Law, drift_method


def wasserstein_bound(
    reference: Counts,
    current: Counts,
    *,
    reference_means: ArrayLike,
    current_means: ArrayLike,
    scale: ArrayLike = 1.0,
    widths: ArrayLike,
) -> Floats:
    """The largest Wasserstein distance that rows in these bins can have.

    Rows of a bin lie at most half its width from their mean, on average.

    Parameters
    ----------
    reference, current, reference_means, current_means, scale
        As in `wasserstein`.
    widths : array_like of shape (..., n_bins)
        Of the bins, in the feature's unit; 0 where a bin holds one value.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> means = {"reference_means": [0, 4], "current_means": [1, 5]}
    >>> float(wasserstein_bound([1, 1], [1, 1], **means, scale=2.0, widths=[2.0, 0.0]))
    1.0
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    given = {"reference_means": reference_means, "current_means": current_means, "scale": scale}
    spread = summed(np.where(p + q > 0, (p + q) * np.asarray(widths, dtype=float), 0.0)) / 2
    return wasserstein(reference, current, **given) + spread / np.asarray(scale, dtype=float)


def _influence(
    reference: Counts,
    current: Counts,
    *,
    reference_means: ArrayLike,
    current_means: ArrayLike,
    scale: ArrayLike = 1.0,
) -> tuple[Floats, Floats]:
    """A row of a bin carries its share over the whole way up, for or against the gap there."""
    r, c = paired(reference, current)
    p, q = shares(r), shares(c)
    first, second = _atoms(r, c, np.asarray(reference_means, float), np.asarray(current_means, float))
    place = (first + second) / 2
    way = np.sign(np.cumsum(p - q, axis=-1)) * np.diff(place, axis=-1, append=place[..., -1:])
    unit = np.asarray(scale, dtype=float)[..., None]
    given = {"reference_means": reference_means, "current_means": current_means, "scale": scale}
    twice = 2 * wasserstein(reference, current, **given)[..., None]
    moved = np.cumsum(way[..., ::-1], axis=-1)[..., ::-1] / unit * twice
    return moved, -moved


@drift_method(
    "Wasserstein distance",
    short="Wasserstein",
    unit="reference standard deviations",
    kinds=ORDERED,
    inputs=("reference_means", "current_means", "scale"),
    bins="grid",
    levels=(0.1445, 0.3235, 0.5128),
    laws=(Law.SYMMETRIC,),
    influence=_influence,
    bound=wasserstein_bound,
)
def wasserstein(
    reference: Counts,
    current: Counts,
    *,
    reference_means: ArrayLike,
    current_means: ArrayLike,
    scale: ArrayLike = 1.0,
) -> Floats:
    """Wasserstein-1 distance: how far rows have to move on average, in reference standard deviations.

    All rows of a bin are taken to lie at their mean: exact where a bin holds one value, otherwise too small
    by at most the mean absolute deviation inside the bins.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.
    reference_means, current_means : array_like of shape (..., n_bins)
        Mean of the rows in each bin, in the feature's unit; ignored where the bin is empty.
    scale : array_like of shape (...)
        Divisor in the feature's unit, see `reference_scale`.

    Returns
    -------
    ndarray of shape (...)
        0 for equal distributions, no upper limit.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Villani, C. (2009). *Optimal Transport*. Springer.

    Examples
    --------
    >>> float(wasserstein([1, 1], [1, 1], reference_means=[0, 4], current_means=[1, 5], scale=2.0))
    0.5
    """
    r, c = paired(reference, current)
    p, q = shares(r), shares(c)
    first, second = _atoms(r, c, np.asarray(reference_means, float), np.asarray(current_means, float))
    apart = second - first
    gap = np.cumsum(p - q, axis=-1)
    # Inside a bin the rows of one side have passed and those of the other have not.
    moved = _product(gap + np.where(apart >= 0, q, -p), apart)
    step = np.minimum(first, second)[..., 1:] - np.maximum(first, second)[..., :-1]
    np.abs(gap, out=gap)
    moved += np.einsum("...k,...k", gap[..., :-1], step)
    return np.asarray(moved / np.asarray(scale, dtype=float))


def reference_scale(
    counts: Counts, means: ArrayLike, *, rows: ArrayLike, total: ArrayLike, square: ArrayLike
) -> Floats:
    """The unit of a feature: its standard deviation in the reference.

    Where the standard deviation is 0 or not finite, the interquartile range over 1.349 (its ratio for a
    normal distribution) takes its place, and 1 where that is 0 as well.

    Parameters
    ----------
    counts, means : array_like of shape (..., n_bins)
        Histogram and mean of each bin.
    rows, total, square : array_like of shape (...)
        Number of finite values, sum and sum of squares of their deviations from any fixed centre.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> float(reference_scale([1, 1], [0, 2], rows=2, total=2.0, square=4.0).round(4))
    1.4142
    >>> float(reference_scale([4], [7.0], rows=4, total=0.0, square=0.0))
    1.0
    """
    n, s1, s2 = (np.asarray(moment, dtype=float) for moment in (rows, total, square))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        deviation = np.sqrt(np.maximum(s2 - s1 * s1 / n, 0.0) / (n - 1))
        spread = _quartile_range(np.asarray(counts, float), np.asarray(means, float)) / 1.349
    usable = np.isfinite(deviation) & (deviation > 0)
    return np.where(usable, deviation, np.where(np.isfinite(spread) & (spread > 0), spread, 1.0))


def _atoms(r: Floats, c: Floats, r_means: Floats, c_means: Floats) -> tuple[Floats, Floats]:
    """Where the rows of each bin lie; a side without rows in a bin takes the other side's place.

    A bin without any rows may lie anywhere, as the same rows are on the way before and behind it; it lies
    with the first rows of the reference, so that no digits are lost.
    """
    held = r > 0
    lowest = np.take_along_axis(
        np.broadcast_to(r_means, r.shape), np.argmax(held, axis=-1)[..., None], axis=-1
    )
    place = np.where(held, r_means, lowest)
    second = np.where(c > 0, c_means, place)
    return np.where(held, place, second), second


def _product(left: Floats, right: Floats) -> Floats:
    """Sum of the products' sizes over the last axis."""
    product = left * right
    return summed(np.abs(product, out=product))


def _quartile_range(counts: Floats, means: Floats) -> Floats:
    """Distance between the bins that hold the quartiles."""
    cumulative = np.cumsum(shares(counts), axis=-1)
    at = [np.argmax(cumulative >= level - 1e-12, axis=-1)[..., None] for level in (0.25, 0.75)]
    low, high = (np.take_along_axis(means, index, axis=-1)[..., 0] for index in at)
    return high - low
