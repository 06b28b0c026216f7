"""Weights that make reference rows look like current ones, learnt by telling the two samples apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.auc import roc_auc
from monitoring.statistics.tables import tables, varying
from monitoring.statistics.threads import one_thread

LEAST_ROWS = 100
FOLDS = 3
LEAST_GROUPS = 6
TREES = {"max_iter": 60, "max_leaf_nodes": 15, "early_stopping": False}
LEAST_REMAINDER = 0.05
LEAST_WEIGHT = 0.001
LEAST_EFFECTIVE = 0.3
STEPS = 10
FARTHEST = 0.85
"""Above this area under the ROC curve hardly any reference row looks like a current one."""


@dataclass(frozen=True)
class DomainWeights:
    """How much each reference row counts.

    Attributes
    ----------
    weight : ndarray of shape (reference rows,)
        Tempered density ratios; only their proportions mean anything.
    auc : float
        Area under the ROC curve of the classifier on rows that it has not learnt from: 1/2 where the samples
        cannot be told apart.
    exponent : float
        Power that the ratios were tempered with: 1 for none, 0 for equal weights.
    effective : float
        Rows that equal weights would need for the same precision, as a share of the reference rows.
    """

    weight: Floats
    auc: float
    exponent: float
    effective: float

    @property
    def outside(self) -> bool:
        """Whether current data lie outside the reference's support: no estimate is reliable then."""
        return self.auc > FARTHEST

    @property
    def supported(self) -> bool:
        """Whether the reference holds rows like the current ones, so that weighting it says something."""
        return not self.outside and self.effective >= LEAST_EFFECTIVE - 1e-9


def effective_rows(weight: ArrayLike) -> float:
    """Kish's effective sample size: rows of equal weight that are as precise.

    References
    ----------
    Kish, L. (1965). *Survey Sampling*. Wiley.

    Examples
    --------
    >>> round(effective_rows([0.5, 1.0, 2.0, 4.0]), 4)
    2.6471
    """
    w = np.asarray(weight, dtype=float)
    square = float((w**2).sum())
    return float(w.sum() ** 2 / square) if square > 0 else 0.0


def tempered(ratio: ArrayLike, *, least: float = LEAST_EFFECTIVE) -> tuple[Floats, float]:
    """Density ratios raised to the largest of the powers 1, 0.9, ... at which enough effective rows are left.

    Tempering gives up some of the shift for less noise: a few rows no longer decide everything.

    Parameters
    ----------
    ratio : array_like of shape (rows,)
    least : float
        Share of the rows that have to be effective.

    Returns
    -------
    tuple of ndarray and float
        Weights, and the power.

    Examples
    --------
    >>> weight, power = tempered([1.0] * 9 + [100.0])
    >>> power, weight.round(2)[-1]
    (0.5, np.float64(10.0))
    """
    r = np.asarray(ratio, dtype=float)
    for step in range(STEPS):
        weight = r ** (1 - step / STEPS)
        if effective_rows(weight) >= least * r.size:
            return weight, 1 - step / STEPS
    return np.ones_like(r), 0.0


def domain_weights(
    reference: ArrayLike,
    current: ArrayLike,
    categorical: ArrayLike,
    *,
    groups: tuple[ArrayLike, ArrayLike] | None = None,
    seed: int = 0,
) -> DomainWeights:
    """Weights under which the reference rows are distributed like the current ones.

    Boosted trees learn to tell the samples apart on two thirds of each and score the last third, three times
    over. A score h is the odds that a row like this is current, so the ratio of densities is
    ``(n / m) h / max(0.05, 1 - h)``, at least 0.001. Scores of rows that were not learnt from keep the
    weights from chasing single rows. The ratios are tempered until three tenths of the rows are effective.

    Rows of a group, such as a day, are held out together. Otherwise a feature that hardly varies within a
    day, such as the weather, gives every day away, and no two windows would ever look alike.

    Parameters
    ----------
    reference, current : array_like of shape (rows, columns)
        nan and infinite values are missing, and so is a negative code. The caller bounds the rows: 30,000
        and 20,000 are plenty.
    categorical : array_like of bool, of shape (columns,)
        Columns of category codes, 0 to 254.
    groups : tuple of two array_like, optional
        What the rows of each side are grouped by; a side of fewer than six groups is split by rows.
    seed : int
        For the thirds.

    Returns
    -------
    DomainWeights

    Raises
    ------
    ValueError
        If a side has fewer than 100 rows, columns differ, or a code is no whole number from 0 to 254.

    References
    ----------
    Bickel, S., Brückner, M. and Scheffer, T. (2009). Discriminative learning under covariate shift. *JMLR*
    10. Constants of the ratio: Białek, J. et al. (2024). Estimating model performance under covariate shift
    without labels. *arXiv* 2401.08348.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> before, after = generator.normal(size=(2, 1000, 2))
    >>> found = domain_weights(before, after + [0.0, 0.7], [False, False])
    >>> moved = np.average(before[:, 1], weights=found.weight)
    >>> 0.6 < found.auc < 0.75, bool(0.4 < moved < 0.9), found.supported
    (True, True, True)
    """
    r, c, mask = tables(reference, current, categorical, least=LEAST_ROWS)
    rows = np.concatenate([r, c])
    labels = np.arange(len(rows)) >= len(r)
    generator = np.random.default_rng(seed)
    sides = groups or (np.arange(len(r)), np.arange(len(c)))
    fold = np.concatenate(
        [_folds(generator, np.asarray(own), len(side)) for own, side in zip(sides, (r, c), strict=True)]
    )
    h = _held_out(rows, labels, mask, fold)
    ratio = len(r) / len(c) * h / np.maximum(1 - h, LEAST_REMAINDER)
    weight, power = tempered(np.maximum(ratio[: len(r)], LEAST_WEIGHT))
    auc = roc_auc(h[: len(r)], h[len(r) :]).value
    return DomainWeights(weight, auc, power, effective_rows(weight) / len(r))


def _folds(generator: np.random.Generator, groups: NDArray[Any], rows: int) -> NDArray[np.intp]:
    """The third in which each row of a side is held out, groups as a whole where there are enough."""
    if groups.shape != (rows,):
        raise ValueError(f"{rows} rows have groups of shape {groups.shape}")
    found, place = np.unique(groups, return_inverse=True)
    if len(found) < LEAST_GROUPS:
        return generator.permutation(rows) % FOLDS
    return (generator.permutation(len(found)) % FOLDS)[place]


def _held_out(
    rows: Floats, labels: NDArray[np.bool_], mask: NDArray[np.bool_], fold: NDArray[np.intp]
) -> Floats:
    """Each row's probability to be current, by a classifier that has not seen it."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    scores = np.full(len(rows), labels.mean())
    useful = np.flatnonzero(varying(rows))
    if not useful.size:
        return scores
    settings: dict[str, Any] = {**TREES, "categorical_features": mask[useful], "random_state": 0}
    with one_thread():  # several threads are slower than one here
        for held in range(FOLDS):
            out = fold == held
            learner = HistGradientBoostingClassifier(**settings).fit(rows[~out][:, useful], labels[~out])
            scores[out] = learner.predict_proba(rows[out][:, useful])[:, 1]
    return scores
