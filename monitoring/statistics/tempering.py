"""What scores mean for the rows that come now: the reference's map, corrected by weighted reference rows.

A model that leaves out a feature is calibrated on average over it. When that feature shifts, the same score
comes to mean something else, which the plain map cannot know. Reference rows weighted to look like the
current ones show it, as long as there are such rows and events still come from features as they did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats
from monitoring.statistics.estimation import ScoreMap
from monitoring.statistics.sums import slot_of
from monitoring.statistics.weighting import DomainWeights

BINS = 20
SHRINKING = 20.0
"""So many effective rows of prior belief that a bin needs no correction."""


@dataclass(frozen=True)
class TemperedMap:
    """A map for one sample of current rows.

    ``probability`` of shape (slots,) takes the place of the reference's own; ``offset`` and ``effective`` of
    shape (bins,) are what was added in each bin of scores and the effective rows behind it.
    """

    probability: Floats
    offset: Floats
    effective: Floats


def tempered_map(
    known: ScoreMap, edges: ArrayLike, weights: DomainWeights, scores: ArrayLike, labels: ArrayLike
) -> TemperedMap:
    """The reference's map, moved in twenty bins of scores by what weighted reference rows say.

    In a bin the correction is the weighted mean of label minus mapped probability, shrunk towards 0 by
    ``effective / (effective + 20)``. Only the map comes from the sample of rows; sums still run over all
    rows of a chunk, by counts.

    Parameters
    ----------
    known : ScoreMap
        Of the reference.
    edges : array_like of shape (slots - 1,)
        Of its slots.
    weights : DomainWeights
        From the reference rows given here.
    scores, labels : array_like of shape (rows,)
        Of those rows; a row whose score or label is nan does not count.

    Returns
    -------
    TemperedMap

    Raises
    ------
    ValueError
        If shapes differ or no row has a label.

    References
    ----------
    Białek, J. et al. (2024). Estimating model performance under covariate shift without labels. *arXiv*
    2401.08348, for calibration by weighted rows; tempering and shrinking are ours.

    Examples
    --------
    Where weights prefer rows with events, every score comes to mean more:

    >>> known = ScoreMap(*[np.array([0.2, 0.6])] * 2, np.full(2, np.inf), np.arange(2), False, 0, 0, 0)
    >>> labels = np.tile([0.0, 1.0], 500)
    >>> weights = DomainWeights(1 + labels, 0.6, 1.0, 0.9)
    >>> tempered_map(known, [0.4], weights, np.repeat([0.2, 0.6], 500), labels).probability.round(2)
    array([0.65, 0.66])
    """
    f, y = np.asarray(scores, dtype=float), np.asarray(labels, dtype=float)
    if not f.shape == y.shape == weights.weight.shape:
        raise ValueError(f"scores, labels and weights of shapes {f.shape}, {y.shape}, {weights.weight.shape}")
    if np.asarray(edges).size + 1 != known.probability.size:
        raise ValueError(f"{np.asarray(edges).size} edges do not make {known.probability.size} slots")
    there = ~(np.isnan(f) | np.isnan(y))
    if not there.any():
        raise ValueError("no reference row has a score and a label")
    f, y, w = f[there], y[there], weights.weight[there]
    cuts = np.unique(np.quantile(f, np.arange(1, BINS) / BINS))
    place, excess = slot_of(cuts, f), y - known.probability[slot_of(edges, f)]
    total, square = (np.bincount(place, by, cuts.size + 1) for by in (w, w * w))
    effective = total**2 / np.where(square > 0, square, 1.0)
    mean = np.bincount(place, w * excess, cuts.size + 1) / np.where(total > 0, total, 1.0)
    offset = mean * effective / (effective + SHRINKING)
    moved = known.probability + offset[slot_of(cuts, known.score)]
    return TemperedMap(np.clip(moved, 0.0, 1.0), offset, effective)
