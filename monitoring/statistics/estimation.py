"""The probability behind each score, learnt from the reference: what performance without labels rests on.

Confidence-based estimation asks of a chunk without labels how many of its decisions must be right if every
score means what it meant in the reference. The meaning is a rising map from score slots to probabilities;
`monitoring.statistics.expectation` sums over it. Whatever changes the meaning of a score, concept drift
above all, is invisible to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.confusions import Cells

SPLITS = 10
BINS = 10
SEED = 20130301
SEPARATED = 0.999
"""Above this area under the ROC curve there is nothing to calibrate with: hardly a score has both labels."""


@dataclass(frozen=True)
class ScoreMap:
    """A probability for each score slot.

    Attributes
    ----------
    probability : ndarray of shape (slots,)
    score : ndarray of shape (slots,)
        The score that stands for the slot.
    rows : ndarray of shape (slots,)
        Reference rows behind each slot's probability: all rows of its block of equal probability. Infinite
        where the score itself is taken for the probability.
    block : ndarray of int, of shape (slots,)
        Which slots share one learnt probability; rising from 0.
    fitted : bool
        Whether the map was learnt; otherwise scores are taken as they are.
    error_before, error_after : float
        Calibration error of the reference without the map and, on rows held out, with it; nan where it was
        not tried.
    auc : float
        Of the reference.
    """

    probability: Floats
    score: Floats
    rows: Floats
    block: NDArray[np.intp]
    fitted: bool
    error_before: float
    error_after: float
    auc: float


def score_map(
    scores: ArrayLike, rows: ArrayLike, positives: ArrayLike, *, fit: bool | None = None, seed: int = SEED
) -> ScoreMap:
    """Learn what scores mean from the labelled rows of a reference.

    An isotonic regression of the events on the slots' scores, weighted by rows; slots without reference rows
    lie on the line between their neighbours, and beyond the outermost ones at their height. It is used only
    if it helps on rows that it has not seen: rows are dealt at random into ten parts, each is calibrated by
    the map of the nine others, and the error of all ten together has to fall. Because the ten maps have seen
    most of the same rows, that error is small by construction, and scores that are calibrated already are
    often calibrated once more; it moves estimates by no more than the map's own error. Never where the area
    under the ROC curve exceeds 0.999.

    Parameters
    ----------
    scores : array_like of shape (slots,)
        A score for each slot, ascending: `monitoring.statistics.sums.middles_of` the reference's sums.
    rows, positives : array_like of shape (slots,)
        Labelled reference rows, and those with the event.
    fit : bool, optional
        Whether to calibrate; decided from the rows when absent.
    seed : int
        For the ten parts.

    Returns
    -------
    ScoreMap

    Raises
    ------
    ValueError
        If shapes differ, scores do not ascend, a count is impossible, or there are no rows.

    References
    ----------
    Zadrozny, B. and Elkan, C. (2002). Transforming classifier scores into accurate multiclass probability
    estimates. *KDD*. NannyML (Apache-2.0), ``calibration.py``, for the decision by ten parts.

    Examples
    --------
    >>> learnt = score_map([0.1, 0.5, 0.9], [1000, 1000, 1000], [300, 500, 700])
    >>> learnt.fitted, learnt.probability
    (True, array([0.3, 0.5, 0.7]))
    """
    f, n, k = (np.asarray(a, dtype=float) for a in (scores, rows, positives))
    if not f.ndim == 1 or not f.shape == n.shape == k.shape:
        raise ValueError(f"scores, rows and positives of shapes {f.shape}, {n.shape} and {k.shape}")
    if (np.diff(f) < 0).any() or np.isnan(f).any():
        raise ValueError("the scores of the slots do not ascend")
    if (k < 0).any() or (k > n).any() or not n.any():
        raise ValueError("a reference has rows, and at most as many events in each slot")
    auc = float(expected_auc(n, np.where(n > 0, k / np.where(n > 0, n, 1.0), 0.0)))
    before = after = float("nan")
    if fit is None:
        fit = not auc > SEPARATED
        if fit:
            before, after = _errors(f, n, k, seed)
            fit = after < before
    if not fit:
        held = np.full(f.shape, np.inf)
        return ScoreMap(np.clip(f, 0.0, 1.0), f, held, np.arange(f.size), False, before, after, auc)
    probability = _isotonic(f, n, k)
    block = _blocks(probability, n)
    return ScoreMap(
        probability, f, np.bincount(block, n).astype(float)[block], block, True, before, after, auc
    )


def expected_cells(rows: ArrayLike, decided: ArrayLike, probability: ArrayLike) -> Cells:
    """The confusion matrix that is expected of rows whose labels are not known.

    Parameters
    ----------
    rows, decided : array_like of shape (..., slots)
        Rows in each slot, and those of them that were decided positive.
    probability : array_like of shape (slots,) or (..., slots)
        Of the event.

    Returns
    -------
    Cells
        Each of shape (...).

    Raises
    ------
    ValueError
        If more rows are decided than there are.

    References
    ----------
    Kivimäki, J., Białek, J., Nurminen, J. and Kuberski, W. (2024). Confidence-based estimators for predictive
    performance in model monitoring. *arXiv* 2407.08649.

    Examples
    --------
    >>> cells = expected_cells([10, 10], [0, 10], [0.2, 0.9])
    >>> float(cells.true_positives), float(cells.false_negatives)
    (9.0, 2.0)
    """
    n, d, c = (np.asarray(a, dtype=float) for a in (rows, decided, probability))
    if (d > n).any() or (d < 0).any():
        raise ValueError("more rows are decided positive than there are")
    positive, negative = (dotted(part, c) for part in (d, n - d))
    chosen = summed(d)
    rest = summed(n) - chosen
    return Cells(positive, chosen - positive, negative, rest - negative)


def expected_auc(rows: ArrayLike, probability: ArrayLike) -> Floats:
    """The area under the ROC curve that is expected of rows in ascending score slots, ties counting half.

    Parameters
    ----------
    rows : array_like of shape (..., slots)
    probability : array_like of shape (slots,) or (..., slots)
        Of the event; the observed rate gives the realised area.

    Returns
    -------
    ndarray of shape (...)
        nan where one of the classes is not expected at all.

    Examples
    --------
    >>> float(expected_auc([1, 1, 1, 1], [0, 1, 0, 1]))
    0.75
    """
    n, c = np.asarray(rows, dtype=float), np.asarray(probability, dtype=float)
    positive = n * c
    negative = n - positive
    below = np.cumsum(negative, axis=-1) - negative / 2
    pairs = summed(positive) * summed(negative)
    return summed(positive * below) / np.where(pairs > 0, pairs, np.nan)


def dotted(counts: Floats, per_slot: Floats) -> Floats:
    """Sums over slots of counts times a number, which is the same for all chunks or each chunk's own.

    Examples
    --------
    >>> dotted(np.array([[1.0, 2.0]]), np.array([0.5, 1.0]))
    array([2.5])
    """
    return counts @ per_slot if per_slot.ndim == 1 else summed(counts * per_slot)


def _isotonic(f: Floats, n: Floats, k: Floats) -> Floats:
    """The rising map, at every slot."""
    from sklearn.isotonic import IsotonicRegression

    there = n > 0
    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    model.fit(f[there], k[there] / n[there], sample_weight=n[there])
    return np.asarray(model.predict(f), dtype=float)


def _blocks(probability: Floats, n: Floats) -> NDArray[np.intp]:
    """Runs of slots that learnt one probability; slots without rows belong to the run before them."""
    there = np.flatnonzero(n > 0)
    runs = np.concatenate([[0], np.cumsum(np.diff(probability[there]) > 1e-12)])
    return runs[np.maximum(np.searchsorted(there, np.arange(n.size), side="right") - 1, 0)]


def _errors(f: Floats, n: Floats, k: Floats, seed: int) -> tuple[float, float]:
    """Calibration errors without the map and with it, on ten parts each held out once."""
    generator = np.random.default_rng(seed)
    even = np.full(SPLITS, 1 / SPLITS)
    events, others = (
        generator.multinomial(np.round(part).astype(np.int64), even).T.astype(float) for part in (k, n - k)
    )
    rows = events + others
    mapped = [
        _isotonic(f, rows.sum(axis=0) - own, events.sum(axis=0) - hit) if rows.sum() > own.sum() else f
        for own, hit in zip(rows, events, strict=True)
    ]
    raw = np.broadcast_to(f, rows.shape)
    return _error(raw, rows, events), _error(np.stack(mapped), rows, events)


def _error(probability: Floats, rows: Floats, events: Floats) -> float:
    """Calibration error over bins of equal width."""
    place = np.clip((probability * BINS).astype(int), 0, BINS - 1).ravel()
    excess = np.bincount(place, (rows * probability - events).ravel(), BINS)
    return float(np.abs(excess).sum() / rows.sum())
