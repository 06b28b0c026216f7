"""Outcomes of a binary model: labelled rows counted by score, label and decision, and sums of row losses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.metrics import additive

SMALLEST = float(np.finfo(float).eps)
"""The least probability that log loss is told of: that of scikit-learn."""


@dataclass(frozen=True)
class BinaryOutcomes:
    """Labelled rows of a binary model; every count is a sum, so a window is a sum over its days.

    Attributes
    ----------
    edges : ndarray of shape (K,)
        Ascending scores. Slot k of K + 1 holds ``edges[k - 1] <= score < edges[k]``.
    positives, negatives : ndarray of shape (..., K + 1)
        Labelled rows per slot.
    decided_positives, decided_negatives : ndarray of shape (..., K + 1)
        Those of them that were decided positive when they were served.
    log_loss, log_loss_square, brier, brier_square : ndarray of shape (...)
        Sums over rows of the losses and of their squares.
    exact : bool
        Whether every slot holds the score of its left edge alone: nothing then is lost in bins.

    Raises
    ------
    ValueError
        If edges do not ascend, shapes differ, a count is negative or more rows are decided than there are.

    Examples
    --------
    >>> outcomes = BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])
    >>> outcomes.confusion
    array([[1., 1.],
           [1., 1.]])
    """

    edges: Floats
    positives: Floats = field(metadata=additive.SLOTS)
    negatives: Floats = field(metadata=additive.SLOTS)
    decided_positives: Floats = field(metadata=additive.SLOTS)
    decided_negatives: Floats = field(metadata=additive.SLOTS)
    log_loss: Floats = field(metadata=additive.SUM)
    log_loss_square: Floats = field(metadata=additive.SUM)
    brier: Floats = field(metadata=additive.SUM)
    brier_square: Floats = field(metadata=additive.SUM)
    exact: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges", ascending(self.edges))
        additive.made_floats(self)
        for all_rows, decided in (
            (self.positives, self.decided_positives),
            (self.negatives, self.decided_negatives),
        ):
            if {all_rows.shape[-1], decided.shape[-1]} != {len(self.edges) + 1}:
                raise ValueError(f"{len(self.edges)} edges make {len(self.edges) + 1} slots")
            if (decided > all_rows).any():
                raise ValueError("more rows are decided positive than there are")

    @classmethod
    def of_rows(
        cls,
        scores: ArrayLike,
        labels: ArrayLike,
        threshold: float = 0.5,
        *,
        decisions: ArrayLike | None = None,
        edges: ArrayLike | None = None,
    ) -> BinaryOutcomes:
        """Count raw rows.

        Parameters
        ----------
        scores, labels : array_like of shape (rows,)
            Scores, and 1 or True for the event.
        threshold : float
            A score at it or above is decided positive.
        decisions : array_like of shape (rows,), optional
            Decisions that were logged; they go before the threshold.
        edges : array_like of shape (K,), optional
            A grid; without one every distinct score and the threshold are edges, and every metric is that of
            the rows.

        Returns
        -------
        BinaryOutcomes
            Without leading axes. Log loss and Brier are nan where a score is no probability.

        Raises
        ------
        ValueError
            If lengths differ, a score is nan or a label is neither 0 nor 1.

        Examples
        --------
        >>> BinaryOutcomes.of_rows([0.1, 0.5, 0.9], [0, 1, 1], edges=[0.5]).positives
        array([0., 2.])
        """
        s, y = np.asarray(scores, dtype=float), np.asarray(labels, dtype=float)
        decided = s >= threshold if decisions is None else np.asarray(decisions, dtype=bool)
        if not (s.ndim == 1 and s.shape == y.shape == decided.shape):
            raise ValueError("scores, labels and decisions are one number a row each")
        if np.isnan(s).any() or not np.isin(y, (0.0, 1.0)).all():
            raise ValueError("rows need a score and a label that is 0 or 1")
        exact = edges is None
        grid = np.unique(np.append(s, threshold)) if exact else ascending(edges)
        slot = np.searchsorted(grid, s, side="right")
        counted = (
            np.bincount(slot[mask], minlength=len(grid) + 1).astype(float) for mask in _masks(y == 1, decided)
        )
        return cls(grid, *counted, *_losses(s, y), exact=exact)

    @property
    def shape(self) -> tuple[int, ...]:
        """The leading axes (...)."""
        return additive.leading_shape(self)

    def pooled(self, axis: int = -1) -> BinaryOutcomes:
        """The sum over one of the leading axes; see `additive.pooled`."""
        return additive.pooled(self, axis)

    def at(self, threshold: float) -> BinaryOutcomes:
        """The same rows decided anew: positive where the score is at the threshold or above.

        Parameters
        ----------
        threshold : float
            One of the edges, or -inf or inf.

        Returns
        -------
        BinaryOutcomes

        Raises
        ------
        ValueError
            If the threshold is no edge: rows of one slot then would be decided both ways.

        Examples
        --------
        >>> outcomes = BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])
        >>> outcomes.at(0.4).confusion
        array([[1., 1.],
               [0., 2.]])
        """
        if np.isfinite(threshold) and threshold not in self.edges:
            raise ValueError(f"{threshold} is no edge; the nearest is {self.nearest(threshold)}")
        first = 0 if threshold == -np.inf else int(np.searchsorted(self.edges, threshold)) + 1
        decided = np.arange(len(self.edges) + 1) >= first
        return replace(
            self, decided_positives=self.positives * decided, decided_negatives=self.negatives * decided
        )

    def nearest(self, threshold: float) -> float:
        """The edge nearest to a threshold: where a slider stops.

        Raises
        ------
        ValueError
            If there are no edges.

        Examples
        --------
        >>> BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1]).nearest(0.57)
        0.6
        """
        if not len(self.edges):
            raise ValueError("a grid without edges has no threshold")
        return float(self.edges[np.argmin(np.abs(self.edges - threshold))])

    @cached_property
    def confusion(self) -> Floats:
        """Rows by label and decision, of shape (..., 2, 2): ``[[tn, fp], [fn, tp]]``."""
        events, others = summed(self.positives), summed(self.negatives)
        tp, fp = summed(self.decided_positives), summed(self.decided_negatives)
        table = np.stack([others - fp, fp, events - tp, tp], axis=-1)
        return table.reshape(*table.shape[:-1], 2, 2)

    @cached_property
    def rows(self) -> Floats:
        """Labelled rows, of shape (...)."""
        return self.confusion.sum(axis=(-2, -1))

    def evidence(self) -> dict[str, Floats]:
        """Rows of each kind that metrics ask a minimum of, each of shape (...)."""
        table = self.confusion
        negatives, positives = table[..., 0, :].sum(axis=-1), table[..., 1, :].sum(axis=-1)
        return {
            "rows": self.rows,
            "positives": positives,
            "negatives": negatives,
            "minority": np.minimum(positives, negatives),
            "smallest_class": np.minimum(positives, negatives),
            "decided_positive": table[..., :, 1].sum(axis=-1),
            "decided_negative": table[..., :, 0].sum(axis=-1),
        }


def ascending(edges: ArrayLike | None) -> Floats:
    """Edges as floats, checked.

    Raises
    ------
    ValueError
        If they do not ascend.

    Examples
    --------
    >>> ascending([0, 0.5, 1])
    array([0. , 0.5, 1. ])
    """
    found = np.asarray(() if edges is None else edges, dtype=float)
    if found.ndim != 1 or not (np.diff(found) > 0).all():
        raise ValueError("edges are a row of ascending numbers")
    return found


def _masks(event: np.ndarray, decided: np.ndarray) -> tuple[np.ndarray, ...]:
    return event, ~event, event & decided, ~event & decided


def _losses(scores: Floats, labels: Floats) -> tuple[Floats, ...]:
    """Log loss, its square, Brier and its square, summed over rows."""
    if ((scores < 0) | (scores > 1)).any():
        return (np.asarray(np.nan),) * 4
    told = np.where(labels == 1, scores, 1 - scores)
    log = -np.log(np.clip(told, SMALLEST, 1 - SMALLEST))
    brier = (scores - labels) ** 2
    return tuple(np.asarray(loss.sum()) for loss in (log, log**2, brier, brier**2))
