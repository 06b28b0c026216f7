"""Outcomes of a regression: sums of errors, of labels about a frozen centre, and a histogram of errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import additive
from monitoring.statistics.metrics.binary import ascending


@dataclass(frozen=True)
class RegressionOutcomes:
    """Labelled rows of a regression; an error is prediction less label, every field below ``centre`` a sum.

    Attributes
    ----------
    edges : ndarray of shape (K,)
        Ascending errors, symmetric about 0, which is one of them; or none at all. Slot k of K + 1 holds
        ``edges[k - 1] <= error < edges[k]``. `error_edges` makes a geometric grid.
    centre : float
        A frozen value near the labels, such as the reference's mean: sums of powers about it keep their
        digits where labels are large.
    errors : ndarray of shape (..., K + 1)
        Rows by error.
    rows : ndarray of shape (...)
    absolute, error, square, fourth : ndarray of shape (...)
        Of the error: its size, itself, its square and its fourth power.
    label, label_square, label_cube, label_fourth : ndarray of shape (...)
        Powers of the label less the centre.
    square_label, square_label_square : ndarray of shape (...)
        The squared error times the label less the centre, and times its square.
    relative, relative_square, nonzero : ndarray of shape (...)
        The size of the error as a share of the label's, its square, and the rows whose label is not 0.
    log_square, log_fourth, logged : ndarray of shape (...)
        Second and fourth power of the difference of ``log(1 + x)``, and the rows where both exist.
    label_absolute : ndarray of shape (...) or None
        The distance of the label from the centre, which a model that always says the centre is off by; None
        where it was not kept.
    exact : bool
        Whether every slot holds the error of its left edge alone.

    Raises
    ------
    ValueError
        If edges do not ascend or are not symmetric, shapes differ or a count is negative.

    Examples
    --------
    >>> outcomes = RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20])
    >>> float(outcomes.absolute), float(outcomes.error), float(outcomes.square)
    (10.0, -2.0, 30.0)
    """

    edges: Floats
    centre: float
    errors: Floats = field(metadata=additive.SLOTS)
    rows: Floats = field(metadata=additive.ROWS)
    absolute: Floats = field(metadata=additive.SUM)
    error: Floats = field(metadata=additive.SUM)
    square: Floats = field(metadata=additive.SUM)
    fourth: Floats = field(metadata=additive.SUM)
    label: Floats = field(metadata=additive.SUM)
    label_square: Floats = field(metadata=additive.SUM)
    label_cube: Floats = field(metadata=additive.SUM)
    label_fourth: Floats = field(metadata=additive.SUM)
    square_label: Floats = field(metadata=additive.SUM)
    square_label_square: Floats = field(metadata=additive.SUM)
    relative: Floats = field(metadata=additive.SUM)
    relative_square: Floats = field(metadata=additive.SUM)
    nonzero: Floats = field(metadata=additive.ROWS)
    log_square: Floats = field(metadata=additive.SUM)
    log_fourth: Floats = field(metadata=additive.SUM)
    logged: Floats = field(metadata=additive.ROWS)
    label_absolute: Floats | None = field(default=None, metadata=additive.SUM)
    exact: bool = False

    def __post_init__(self) -> None:
        edges = ascending(self.edges)
        if len(edges) and (len(edges) % 2 == 0 or (edges != -edges[::-1]).any()):
            raise ValueError("edges of errors are symmetric about 0, which is one of them")
        object.__setattr__(self, "edges", edges)
        if self.label_absolute is None:
            object.__setattr__(self, "label_absolute", np.full(np.shape(self.rows), np.nan))
        additive.made_floats(self)
        if self.errors.shape[-1] != len(edges) + 1:
            raise ValueError(f"{len(edges)} edges make {len(edges) + 1} slots")

    @classmethod
    def of_rows(
        cls,
        predictions: ArrayLike,
        labels: ArrayLike,
        *,
        centre: float | None = None,
        edges: ArrayLike | None = None,
    ) -> RegressionOutcomes:
        """Sum raw rows.

        Parameters
        ----------
        predictions, labels : array_like of shape (rows,)
        centre : float, optional
            By default the mean of the labels.
        edges : array_like of shape (K,), optional
            A grid of errors; without one every distinct error is an edge, and every metric is that of the
            rows.

        Returns
        -------
        RegressionOutcomes
            Without leading axes.

        Raises
        ------
        ValueError
            If lengths differ or a number is not finite.

        Examples
        --------
        >>> RegressionOutcomes.of_rows([1, 4], [2, 2], edges=[-1.5, 0, 1.5]).errors
        array([0., 1., 0., 1.])
        """
        guess, y = np.asarray(predictions, dtype=float), np.asarray(labels, dtype=float)
        if guess.ndim != 1 or guess.shape != y.shape:
            raise ValueError("predictions and labels are one number a row each")
        if not (np.isfinite(guess).all() and np.isfinite(y).all()):
            raise ValueError("rows need a finite prediction and a finite label")
        e = guess - y
        middle = (float(y.mean()) if len(y) else 0.0) if centre is None else centre
        grid = np.unique(np.concatenate([e, -e, [0.0]]) + 0.0) if edges is None else ascending(edges)
        errors = np.bincount(np.searchsorted(grid, e, side="right"), minlength=len(grid) + 1).astype(float)
        sums = _sums(e, y - middle)
        return cls(grid, middle, errors, **sums, **_shares(e, y), **_logs(guess, y), exact=edges is None)

    @property
    def shape(self) -> tuple[int, ...]:
        """The leading axes (...)."""
        return additive.leading_shape(self)

    def pooled(self, axis: int = -1) -> RegressionOutcomes:
        """The sum over one of the leading axes; see `additive.pooled`."""
        return additive.pooled(self, axis)

    def evidence(self) -> dict[str, Floats]:
        """Rows of each kind that metrics ask a minimum of, each of shape (...)."""
        return {"rows": self.rows, "nonzero": self.nonzero, "logged": self.logged}


def error_edges(smallest: float, largest: float, count: int = 200) -> Floats:
    """A geometric grid of errors on both sides of 0: the width of a slot is in proportion to the error.

    Parameters
    ----------
    smallest, largest : float
        First and last edge above 0.
    count : int
        Edges above 0.

    Returns
    -------
    ndarray of shape (2 * count + 1,)

    Raises
    ------
    ValueError
        If the edges would not ascend from above 0.

    Examples
    --------
    >>> error_edges(0.1, 10.0, 3)
    array([-10. ,  -1. ,  -0.1,   0. ,   0.1,   1. ,  10. ])
    """
    if not 0 < smallest < largest or count < 2:
        raise ValueError("a grid of errors ascends from above 0 in two edges or more")
    above = np.geomspace(smallest, largest, count)
    return np.concatenate([-above[::-1], [0.0], above])


def _sums(e: Floats, y: Floats) -> dict[str, Floats]:
    square = e**2
    return {
        "rows": np.asarray(float(len(e))),
        "absolute": np.abs(e).sum(),
        "error": e.sum(),
        "square": square.sum(),
        "fourth": (square**2).sum(),
        "label": y.sum(),
        "label_square": (y**2).sum(),
        "label_cube": (y**3).sum(),
        "label_fourth": (y**4).sum(),
        "square_label": (square * y).sum(),
        "square_label_square": (square * y**2).sum(),
        "label_absolute": np.abs(y).sum(),
    }


def _shares(e: Floats, y: Floats) -> dict[str, Floats]:
    share = np.abs(e[y != 0] / y[y != 0])
    return {
        "relative": share.sum(),
        "relative_square": (share**2).sum(),
        "nonzero": np.asarray(float(len(share))),
    }


def _logs(guess: Floats, y: Floats) -> dict[str, Floats]:
    both = (guess > -1) & (y > -1)
    d = np.log1p(guess[both]) - np.log1p(y[both])
    return {
        "log_square": (d**2).sum(),
        "log_fourth": (d**4).sum(),
        "logged": np.asarray(float(len(d))),
    }
