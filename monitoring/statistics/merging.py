"""Groups of bins: about ten of equal mass for numbers, none rarer than five rows for values.

The profile keeps fine bins. Distances that compare bin by bin lose power on too many of them, and their law
fails on nearly empty ones, so bins are merged by what the reference holds. The groups are frozen with the
reference: they never move with the data that is judged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Counts, Floats, shares

Groups = NDArray[np.intp]


def quantile_groups(reference: Counts, groups: ArrayLike = 10) -> Groups:
    """Neighbouring bins merged into groups of about equal reference mass.

    Going up, a group is closed as soon as it holds nine tenths of its fair share; what is left at the end, if
    less than half a share, joins the last group. So the outermost slots, for values below and above the
    reference's range, belong to the outer groups, and a value that holds more than its share closes one.

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
    """
    fair = 1 / np.asarray(groups, dtype=float)
    return _neighbours(reference, 0.9 * fair, 0.5 * fair)


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

    The slots of values below and above the reference's stand alone: what comes there is news.

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
    array([0, 1, 2, 2, 2, 5])
    """
    counts = np.asarray(reference, dtype=float)
    full = least / np.maximum(np.asarray(rows, dtype=float), least)
    inner = 1 + _neighbours(counts[..., 1:], full, full)
    group = np.concatenate([np.zeros_like(inner[..., :1]), inner], axis=-1)
    final = np.asarray(last)[..., None]
    return np.where(np.arange(counts.shape[-1]) == final, final, group)


def _neighbours(reference: Counts, full: Floats, short: Floats) -> Groups:
    """Groups closed when they hold a share ``full``; a rest of less than ``short`` joins the last."""
    mass = np.nan_to_num(shares(np.asarray(reference, dtype=float)))
    group = np.zeros(mass.shape, dtype=np.intp)
    current, held = np.zeros(mass.shape[:-1], dtype=np.intp), np.zeros(mass.shape[:-1])
    for position in range(mass.shape[-1]):
        closed = held >= full - 1e-12
        current, held = current + closed, np.where(closed, 0.0, held) + mass[..., position]
        group[..., position] = current
    # `held` is now what the last group holds: too little of it joins the one before.
    left = (held < short - 1e-12) & (current > 0)
    return np.where(left[..., None] & (group == current[..., None]), group - 1, group)


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
