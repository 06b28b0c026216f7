"""Groups of bins: about ten of equal mass for numbers, of at least five rows each for values.

The profile keeps fine bins. Distances that compare bin by bin lose power on too many of them, and their law
fails on nearly empty ones, so bins are merged by what the reference holds. What is merged hides what happens
inside it, so a bin that holds much stays alone even where its neighbours are rare. The groups are frozen with
the reference: they never move with the data that is judged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Counts, Floats, shares

Groups = NDArray[np.intp]

HEAVY = 0.1
"""Share of the reference that a value may hide: as much as one of ten quantile groups does."""
ROUNDING = 1e-12


def quantile_groups(reference: Counts, groups: ArrayLike = 10) -> Groups:
    """Neighbouring bins merged into groups of about equal reference mass.

    Going up, a group is closed as soon as it holds nine tenths of its fair share. A bin that alone holds so
    much is a group of its own: with rare values in it nobody could see them become frequent. What is left
    below such a bin or at the end joins the group before if it holds less than half a share, unless that
    group is such a bin or the only other one. Bins that the reference left empty, as the outermost slots for
    values beyond its range are, belong to a neighbour.

    Parameters
    ----------
    reference : array_like of shape (..., n_bins)
        Reference counts in ascending order of value.
    groups : array_like of int, shape (...)
        How many groups to aim for.

    Returns
    -------
    ndarray of int, shape (..., n_bins)
        The group of each bin, from 0.

    Examples
    --------
    >>> quantile_groups([0, 1, 1, 1, 1, 0], groups=2)
    array([0, 0, 0, 1, 1, 1])
    >>> quantile_groups([0, 90, 5, 5, 0], groups=10)
    array([0, 0, 1, 1, 1])
    >>> quantile_groups([0, 2, 990, 8, 0], groups=10)
    array([0, 0, 1, 2, 2])
    """
    fair = 1 / np.asarray(groups, dtype=float)
    return _neighbours(reference, 0.9 * fair, short=0.5 * fair, heavy=0.9 * fair)


def group_count(rows: ArrayLike, *, most: int = 10, least: float = 10.0) -> Floats:
    """How many groups of equal mass suit a chunk: ten, or fewer so that ten rows are expected in each.

    Examples
    --------
    >>> group_count([30, 50, 5000])
    array([ 3.,  5., 10.])
    """
    return np.clip(np.asarray(rows, dtype=float) // least, 2.0, most)


def value_groups(reference: Counts, rows: ArrayLike, last: ArrayLike, *, least: float = 5.0) -> Groups:
    """Neighbouring values of which fewer than five are expected in a chunk, merged; for few different values.

    A value that holds a tenth of the rows, or for small chunks the share of five, stays alone all the same,
    since what is merged with it can grow by as much unseen. So a group may expect fewer than five rows, and
    one of several never becomes the only one. The slots of values below and above the reference's stand
    alone: what comes there is news.

    Parameters
    ----------
    reference : array_like of shape (..., n_bins)
        Reference counts in ascending order of value; the first slot is for smaller values.
    rows : array_like of shape (...)
        Rows that a chunk usually holds.
    last : array_like of int, shape (...)
        The slot for larger values.
    least : float
        Rows that must be expected in a chunk.

    Returns
    -------
    ndarray of int, shape (..., n_bins)
        The group of each bin.

    Examples
    --------
    >>> value_groups([0, 600, 390, 6, 4, 0], rows=100, last=5)
    array([0, 1, 2, 3, 3, 5])
    >>> value_groups([0, 1, 1, 997, 1, 0], rows=1000, last=5)
    array([0, 1, 1, 2, 3, 5])
    """
    counts = np.asarray(reference, dtype=float)
    full = least / np.maximum(np.asarray(rows, dtype=float), 2 * least)
    inner = 1 + _neighbours(counts[..., 1:], full, short=full, heavy=np.maximum(full, HEAVY))
    group = np.concatenate([np.zeros_like(inner[..., :1]), inner], axis=-1)
    final = np.asarray(last)[..., None]
    return np.where(np.arange(counts.shape[-1]) == final, final, group)


def _neighbours(reference: Counts, full: Floats, *, short: Floats, heavy: Floats) -> Groups:
    """Groups closed when they hold a share ``full``, and around every bin that alone holds a share ``heavy``.

    A group of less than ``short`` joins the one before, unless that is a heavy bin or the only other group.
    """
    mass = np.nan_to_num(shares(np.asarray(reference, dtype=float)))
    group = np.zeros(mass.shape, dtype=np.intp)
    alone = mass >= np.asarray(heavy)[..., None] - ROUNDING
    current, held = np.zeros(mass.shape[:-1], dtype=np.intp), np.zeros(mass.shape[:-1])
    for position in range(mass.shape[-1]):
        closed = (held >= full - ROUNDING) | (alone[..., position] & (held > 0))
        current, held = current + closed, np.where(closed, 0.0, held) + mass[..., position]
        group[..., position] = current
    return _joined(group, mass, alone, short)


def _joined(group: Groups, mass: Floats, alone: NDArray[np.bool_], short: Floats) -> Groups:
    """Groups without those that hold too little, as parts of the ones before them."""
    member = group[..., None] == np.arange(group.shape[-1])
    held = (mass[..., None] * member).sum(axis=-2)
    after_heavy = np.roll((alone[..., None] & member).any(axis=-2), 1, axis=-1)
    several = (held > 0).sum(axis=-1, keepdims=True) > 2
    joins = np.where(
        held > 0, (held < np.asarray(short)[..., None] - ROUNDING) & ~after_heavy & several, True
    )
    joins[..., 0] = False
    return group - np.take_along_axis(np.cumsum(joins, axis=-1), group, axis=-1)


def rare_groups(reference: Counts, rows: ArrayLike, *, least: float = 5.0, keep: int = 1) -> Groups:
    """Categories of which fewer than five are expected in a chunk, pooled into one group.

    Parameters
    ----------
    reference : array_like of shape (..., n_bins)
        Reference counts; the last ``keep`` bins (names never seen in the reference) are not pooled.
    rows : array_like of shape (...)
        Rows that a chunk usually holds.
    least : float
        Rows that must be expected in a chunk for a category to stand alone.
    keep : int
        Bins at the end that always stand alone.

    Returns
    -------
    ndarray of int, shape (..., n_bins)
        The group of each bin; the pooled categories share the number of the first of them.

    Examples
    --------
    >>> rare_groups([600, 390, 6, 4, 0], rows=100)
    array([0, 1, 2, 2, 4])
    """
    mass = np.nan_to_num(shares(np.asarray(reference, dtype=float)))
    rare = mass * np.asarray(rows, dtype=float)[..., None] < least
    if keep:
        rare[..., -keep:] = False
    place = np.broadcast_to(np.arange(mass.shape[-1]), mass.shape)
    return np.where(rare, np.argmax(rare, axis=-1)[..., None], place)


def own_groups(reference: Counts) -> Groups:
    """Every bin a group of its own.

    Examples
    --------
    >>> own_groups([3, 1, 2])
    array([0, 1, 2])
    """
    shape = np.shape(reference)
    return np.broadcast_to(np.arange(shape[-1]), shape).copy()


def merged(counts: Counts, groups: ArrayLike) -> Floats:
    """Counts summed over groups of bins.

    Parameters
    ----------
    counts : array_like of shape (features, chunks, n_bins)
    groups : array_like of int, shape (features, n_bins)
        The group of each bin.

    Returns
    -------
    ndarray of shape (features, chunks, n_groups)
        As wide as the highest group of any feature; groups that a feature does not have are empty.

    Examples
    --------
    >>> merged([[[1, 2, 3], [4, 5, 6]]], [[0, 0, 1]])
    array([[[3., 3.],
            [9., 6.]]])
    """
    index = np.asarray(groups)
    width = int(index.max(initial=0)) + 1
    membership = (index[..., None] == np.arange(width)).astype(float)
    return np.asarray(counts, dtype=float) @ membership
