"""Outcomes of a model of several classes: labels by decisions, and each class's scores against the rest."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import additive
from monitoring.statistics.metrics.binary import SMALLEST, ascending


@dataclass(frozen=True)
class MulticlassOutcomes:
    """Labelled rows of a model of several classes; every array is a sum, so a window is a sum over its days.

    Attributes
    ----------
    classes : tuple
        The C classes, in the order of every axis of classes.
    edges : tuple of C ndarray of shape (K,)
        Ascending scores of each class, of one length or several.
    confusion : ndarray of shape (..., C, C)
        Rows by label and decision.
    hits, others : ndarray of shape (..., C, K + 1)
        Of each class, rows that bear its label and rows that do not, by the score of that class. Slot k holds
        ``edges[k - 1] <= score < edges[k]``; a class with fewer edges leaves its last slots empty.
    log_loss, log_loss_square, brier, brier_square : ndarray of shape (...)
        Sums over rows of the losses and of their squares; Brier's is the sum over classes of the squared
        differences.
    exact : bool
        Whether every slot holds the score of its left edge alone.

    Raises
    ------
    ValueError
        If shapes differ, edges do not ascend, a count is negative or a class is named twice.

    Examples
    --------
    >>> scores = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3]]
    >>> MulticlassOutcomes.of_rows(scores, ["cat", "dog", "owl"], ["cat", "dog", "owl"]).confusion
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 1., 0.]])
    """

    classes: tuple[Hashable, ...]
    edges: tuple[Floats, ...]
    confusion: Floats = field(metadata=additive.TABLE)
    hits: Floats = field(metadata=additive.TABLE)
    others: Floats = field(metadata=additive.TABLE)
    log_loss: Floats = field(metadata=additive.SUM)
    log_loss_square: Floats = field(metadata=additive.SUM)
    brier: Floats = field(metadata=additive.SUM)
    brier_square: Floats = field(metadata=additive.SUM)
    exact: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "edges", tuple(ascending(one) for one in self.edges))
        count = len(self.classes)
        if len(set(self.classes)) != count or len(self.edges) != count:
            raise ValueError("every class is named once and has a row of edges")
        additive.made_floats(self)
        if self.confusion.shape[-2:] != (count, count):
            raise ValueError(f"{count} classes need a table of {count} by {count}")
        slots = max((len(one) + 1 for one in self.edges), default=0)
        if {self.hits.shape[-2:], self.others.shape[-2:]} != {(count, slots)}:
            raise ValueError(f"{count} classes and their edges need {count} rows of {slots} slots")

    @classmethod
    def of_rows(
        cls,
        probabilities: ArrayLike,
        labels: Sequence[Hashable] | NDArray,
        classes: Sequence[Hashable] | NDArray,
        *,
        decisions: Sequence[Hashable] | NDArray | None = None,
        edges: Sequence[ArrayLike] | None = None,
    ) -> MulticlassOutcomes:
        """Count raw rows.

        Parameters
        ----------
        probabilities : array_like of shape (rows, C)
            A score for every class.
        labels : sequence of shape (rows,)
            What each row turned out to be, one of the classes.
        classes : sequence of shape (C,)
        decisions : sequence of shape (rows,), optional
            Decisions that were logged; by default the first class with the highest score.
        edges : sequence of C array_like, optional
            A grid for each class; without one every distinct score is an edge, and every metric is that of
            the rows.

        Returns
        -------
        MulticlassOutcomes
            Without leading axes. Log loss and Brier are nan where a score is no probability.

        Raises
        ------
        ValueError
            If lengths differ, a score is nan or a label or decision is no class.

        Examples
        --------
        >>> scores = [[0.8, 0.2], [0.3, 0.7], [0.4, 0.6]]
        >>> MulticlassOutcomes.of_rows(scores, [0, 1, 0], [0, 1], edges=[[0.5], [0.5]]).hits
        array([[1., 1.],
               [0., 1.]])
        """
        names = tuple(classes)
        p = np.asarray(probabilities, dtype=float).reshape(-1, len(names))
        y = _numbers(labels, names)
        told = p.argmax(axis=1) if decisions is None else _numbers(decisions, names)
        if not len(p) == len(y) == len(told) or np.isnan(p).any():
            raise ValueError("every row needs a label, a decision and a score for every class")
        grids = [np.unique(p[:, c]) if edges is None else ascending(edges[c]) for c in range(len(names))]
        slots = max(len(grid) + 1 for grid in grids)
        hits, others = np.zeros((2, len(names), slots))
        for c, grid in enumerate(grids):
            slot = np.searchsorted(grid, p[:, c], side="right")
            hits[c] = np.bincount(slot[y == c], minlength=slots)
            others[c] = np.bincount(slot[y != c], minlength=slots)
        table = np.bincount(y * len(names) + told, minlength=len(names) ** 2).astype(float)
        table = table.reshape(len(names), len(names))
        return cls(names, tuple(grids), table, hits, others, *_losses(p, y), exact=edges is None)

    @property
    def shape(self) -> tuple[int, ...]:
        """The leading axes (...)."""
        return additive.leading_shape(self)

    def pooled(self, axis: int = -1) -> MulticlassOutcomes:
        """The sum over one of the leading axes; see `additive.pooled`."""
        return additive.pooled(self, axis)

    @property
    def rows(self) -> Floats:
        """Labelled rows, of shape (...)."""
        return self.confusion.sum(axis=(-2, -1))

    def evidence(self) -> dict[str, Floats]:
        """Rows of each kind that metrics ask a minimum of, each of shape (...); an absent class is none."""
        labels = self.confusion.sum(axis=-1)
        smallest = np.where(labels > 0, labels, np.inf).min(axis=-1)
        return {
            "rows": self.rows,
            "minority": self.rows - labels.max(axis=-1),
            "smallest_class": np.where(np.isfinite(smallest), smallest, 0.0),
        }


def _numbers(names: Sequence[Hashable] | NDArray, classes: tuple[Hashable, ...]) -> NDArray[np.intp]:
    place = {name: number for number, name in enumerate(classes)}
    try:
        return np.array([place[name] for name in names], dtype=np.intp)
    except KeyError as missing:
        raise ValueError(f"{missing.args[0]!r} is no class") from None


def _losses(p: Floats, y: NDArray[np.intp]) -> tuple[Floats, ...]:
    """Log loss, its square, Brier and its square, summed over rows."""
    if ((p < 0) | (p > 1)).any():
        return (np.asarray(np.nan),) * 4
    told = np.take_along_axis(p, y[:, None], axis=1)[:, 0]
    log = -np.log(np.clip(told, SMALLEST, 1 - SMALLEST))
    brier = ((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1)
    return tuple(np.asarray(loss.sum()) for loss in (log, log**2, brier, brier**2))
