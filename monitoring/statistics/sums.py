"""Labelled rows of a score histogram, as five sums per slot that add up over days and merge into bins.

Slots are left-closed: with edges of shape (K,) slot 0 is below the first edge, slot k holds the scores from
edge k - 1 on and below edge k, and the last of the K + 1 slots is open above.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats

Slots = NDArray[np.intp]


@dataclass(frozen=True)
class ScoreSums:
    """What calibration needs to know of labelled rows, each array of shape (..., slots).

    Attributes
    ----------
    rows : ndarray
        Rows with a score and a label.
    score, square : ndarray
        Sums of the scores and of their squares.
    positives : ndarray
        Rows whose label is the event.
    product : ndarray
        Sum of the scores of those.
    """

    rows: Floats
    score: Floats
    square: Floats
    positives: Floats
    product: Floats

    def __add__(self, other: ScoreSums) -> ScoreSums:
        """The sums of both; days, segments and files add up."""
        return ScoreSums(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def merged(self, groups: ArrayLike) -> ScoreSums:
        """The same rows in fewer bins.

        Parameters
        ----------
        groups : array_like of int, of shape (slots,)
            The bin of each slot, from 0.

        Returns
        -------
        ScoreSums
            Each array of shape (..., bins).

        Raises
        ------
        ValueError
            If the groups are not those of as many slots.
        """
        index = np.asarray(groups)
        if index.shape != self.rows.shape[-1:]:
            raise ValueError(f"groups of shape {index.shape} for slots of shape {self.rows.shape[-1:]}")
        membership = (index[:, None] == np.arange(int(index.max(initial=0)) + 1)).astype(float)
        return ScoreSums(*(part @ membership for part in astuple(self)))


def slot_of(edges: ArrayLike, scores: ArrayLike) -> Slots:
    """The slot of each score.

    Examples
    --------
    >>> slot_of([0.0, 0.5, 1.0], [0.2, 0.5, 1.0])
    array([1, 2, 3])
    """
    e, f = np.asarray(edges, dtype=float), np.asarray(scores, dtype=float)
    return np.asarray(np.searchsorted(e, f, side="right"))


def score_sums(edges: ArrayLike, scores: ArrayLike, labels: ArrayLike) -> ScoreSums:
    """The sums of labelled rows.

    For several classes the score is the largest probability and the label whether that class was right;
    everything in `monitoring.statistics.calibration` then speaks of confidence.

    Parameters
    ----------
    edges : array_like of shape (K,)
        Ascending.
    scores, labels : array_like of shape (rows,)
        Probabilities; 1 for the event, 0 for none. Rows in which either is nan are left out.

    Returns
    -------
    ScoreSums
        Each array of shape (K + 1,).

    Raises
    ------
    ValueError
        If shapes differ, or a label is neither 0 nor 1.

    Examples
    --------
    >>> found = score_sums([0.5], [0.25, 0.75, 1.0, 0.5], [0, 1, 1, np.nan])
    >>> found.rows, found.score, found.positives
    (array([1., 2.]), array([0.25, 1.75]), array([0., 2.]))
    """
    f, y = np.asarray(scores, dtype=float), np.asarray(labels, dtype=float)
    if f.shape != y.shape or f.ndim != 1:
        raise ValueError(f"scores of shape {f.shape} and labels of shape {y.shape}")
    known = ~(np.isnan(f) | np.isnan(y))
    f, y = f[known], y[known]
    if not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("a label is neither 0 nor 1")
    slot, slots = slot_of(edges, f), np.asarray(edges).size + 1
    return ScoreSums(
        *(np.bincount(slot, by, slots).astype(float) for by in (np.ones_like(f), f, f * f, y, f * y))
    )


def width_groups(edges: ArrayLike, bins: int = 10) -> Slots:
    """Slots merged into bins of equal width between 0 and 1, by the middle of the slot.

    Exact where the bins' own edges are among the edges, as in the profile's score grid.

    Parameters
    ----------
    edges : array_like of shape (K,)
        Ascending; slots below and above them join the outermost bins.
    bins : int

    Returns
    -------
    ndarray of int, of shape (K + 1,)

    Examples
    --------
    >>> width_groups([0.0, 0.25, 0.5, 0.75, 1.0], bins=2)
    array([0, 0, 0, 1, 1, 1])
    """
    e = np.asarray(edges, dtype=float)
    middle = np.concatenate([e[:1], (e[:-1] + e[1:]) / 2, e[-1:]])
    return np.clip(np.floor(middle * bins), 0, bins - 1).astype(np.intp)


def mass_groups(reference_rows: ArrayLike, bins: int = 10) -> Slots:
    """Slots merged into bins that hold about the same number of reference rows.

    A slot belongs to the bin in which the middle of its rows falls, so a bin is off its share by at most one
    slot; one score that holds several shares makes as many bins fewer.

    Parameters
    ----------
    reference_rows : array_like of shape (slots,)
    bins : int

    Returns
    -------
    ndarray of int, of shape (slots,)
        From 0, without gaps; all 0 without rows.

    Examples
    --------
    >>> mass_groups([0, 1, 1, 1, 1, 0], bins=2)
    array([0, 0, 0, 1, 1, 1])
    >>> mass_groups([1, 1, 8], bins=10)
    array([0, 1, 2])
    """
    n = np.asarray(reference_rows, dtype=float)
    middle = (np.cumsum(n) - n / 2) / max(n.sum(), 1.0)
    place = np.clip(np.floor(middle * bins + 1e-9), 0, bins - 1)
    return np.unique(place, return_inverse=True)[1].reshape(n.shape)


def middles_of(edges: ArrayLike, sums: ScoreSums | None = None) -> Floats:
    """A score for each slot: the mean of its rows, or the middle of the slot where there are none.

    Parameters
    ----------
    edges : array_like of shape (K,)
    sums : ScoreSums, optional
        Of the reference, each array of shape (K + 1,).

    Returns
    -------
    ndarray of shape (K + 1,)
        The outermost slots, which are open, are placed at their edge.

    Examples
    --------
    >>> middles_of([0.0, 0.5, 1.0], score_sums([0.0, 0.5, 1.0], [0.1, 0.3], [0, 1]))
    array([0.  , 0.2 , 0.75, 1.  ])
    """
    e = np.asarray(edges, dtype=float)
    middle = np.concatenate([e[:1], (e[:-1] + e[1:]) / 2, e[-1:]])
    if sums is None:
        return middle
    return np.where(sums.rows > 0, sums.score / np.where(sums.rows > 0, sums.rows, 1.0), middle)
