"""How often a row of the reference is as odd: p-values by rows that the score was not fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats

ALPHA = 0.001  # below it a p-value makes a row outlying
EXACT = 1_000  # largest calibration scores that are all kept
STEP = 0.01  # by which the count of rows above two kept scores differs at most beyond these


@dataclass(frozen=True, eq=False)
class Calibration:
    """Scores of held-back rows.

    Attributes
    ----------
    scores : ndarray of shape (kept,)
        Different from each other, ascending.
    above, beyond : ndarray of shape (kept,)
        Held-back rows whose score is at least each of these, and larger than each.
    rows : int
        Held-back rows.
    """

    scores: Floats
    above: Floats
    beyond: Floats
    rows: int


def calibration(scores: ArrayLike, *, exact: int = EXACT, step: float = STEP) -> Calibration:
    """Keep what p-values need of the scores of held-back rows.

    Parameters
    ----------
    scores : array_like of shape (rows,)
    exact : int
        How many of the largest are kept one by one, so that p-values up to ``exact`` / rows are exact.
    step : float
        Of the others so many are kept that no p-value is larger than the exact one by more than this share.

    Returns
    -------
    Calibration

    Examples
    --------
    >>> calibration([3.0, 1.0, 2.0]).above
    array([3., 2., 1.])
    """
    distinct, counts = np.unique(np.asarray(scores, dtype=float), return_counts=True)
    beyond = counts.sum() - np.cumsum(counts).astype(float)
    above = beyond + counts
    level = np.floor(np.log(np.maximum(above / max(exact, 1), 1.0)) / np.log1p(step))
    keep = np.ones(len(distinct), dtype=bool)
    keep[1:-1] = (above[1:-1] <= exact) | (level[1:-1] != level[2:])
    return Calibration(distinct[keep], above[keep], beyond[keep], int(counts.sum()))


def p_values(held: Calibration, scores: ArrayLike) -> Floats:
    """Conformal p-values: the share of held-back rows at least as odd, the row itself counted among them.

    If a row comes from where the held-back rows came from, its p-value is at most u with a probability of at
    most u, whatever the score is made of.

    Parameters
    ----------
    held : Calibration
    scores : array_like of shape (...)

    Returns
    -------
    ndarray of shape (...)
        From 1 / (rows + 1) to 1. Where not all scores were kept, larger than the exact one, never smaller.

    References
    ----------
    Vovk, V., Gammerman, A. and Shafer, G. (2005). *Algorithmic Learning in a Random World*. Springer. Bates,
    S. et al. (2023). Testing for outliers with conformal p-values. *Annals of Statistics* 51.

    Examples
    --------
    >>> p_values(calibration(range(1, 10)), [8.5, 0, 10])
    array([0.2, 1. , 0.1])
    """
    given = np.asarray(scores, dtype=float)
    if not held.rows:
        return np.ones(given.shape)
    place = np.searchsorted(held.scores, given, side="left")
    at = np.minimum(place, len(held.scores) - 1)
    between = np.where(place > 0, held.beyond[place - 1], held.rows)
    count = np.where((place == at) & (held.scores[at] == given), held.above[at], between)
    return (1.0 + count) / (held.rows + 1.0)


def threshold(held: Calibration, alpha: float) -> float:
    """The score above which p-values are below a level; infinite where none can be.

    Examples
    --------
    >>> threshold(calibration(range(1, 2000)), 0.001)
    1999.0
    """
    if not held.rows or 1.0 / (held.rows + 1.0) >= alpha:
        return float("inf")
    usual = np.flatnonzero((1.0 + held.above) / (held.rows + 1.0) >= alpha)
    return float(held.scores[usual[-1]]) if len(usual) else float("-inf")
