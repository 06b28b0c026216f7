"""Have labels merely come in other shares, while rows of one label stayed what they were?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.classifier import domain_classifier
from monitoring.statistics.mixing import MixRate, mix_and_rate
from monitoring.statistics.shares import two_shares
from monitoring.statistics.tables import table, varying
from monitoring.statistics.threads import one_thread
from monitoring.statistics.weighting import TREES

LEAST_OF_CLASS = 200
"""Rows of a label on either side below which it cannot be told whether they look alike."""
LEVEL = 0.01
"""Of each test: the label route is given up once in fifty times where it is right."""


@dataclass(frozen=True)
class Rows:
    """Rows of one side.

    Attributes
    ----------
    features : ndarray of shape (rows, columns)
    value : ndarray of shape (rows,)
        What the metric is the mean of: whether the decision was right, a loss, a cost.
    label : ndarray of shape (rows,)
        The index of the label's class.
    """

    features: Floats
    value: Floats
    label: Floats


def by_label(r: Rows, c: Rows, *, level: float = 0.95) -> MixRate:
    """The exact split of a change of the mean value into label shares (mix) and rows of one label (rate).

    Examples
    --------
    >>> before = Rows(np.zeros((4, 1)), np.array([1.0, 1, 0, 0]), np.array([0.0, 0, 1, 1]))
    >>> after = Rows(np.zeros((4, 1)), np.array([1.0, 0, 0, 0]), np.array([0.0, 1, 1, 1]))
    >>> found = by_label(before, after)
    >>> float(found.mix.value), float(found.rate.value)
    (-0.25, 0.0)
    """
    classes = np.unique(np.concatenate([r.label, c.label]))
    moments = []
    for side in (r, c):
        place = np.searchsorted(classes, side.label)
        moments += [np.bincount(place, by, len(classes)) for by in (side.value**0, side.value, side.value**2)]
    return mix_and_rate(*moments, level=level)


def shares_changed(r: Rows, c: Rows) -> bool:
    """Whether some label surely takes another share of the rows.

    Examples
    --------
    >>> few, many = (Rows(np.zeros((100, 1)), np.zeros(100), (np.arange(100) < n) + 0.0) for n in (20, 50))
    >>> shares_changed(few, many), shares_changed(few, few)
    (True, False)
    """
    classes = np.unique(np.concatenate([r.label, c.label]))
    hits = [(side.label[:, None] == classes).sum(axis=0) for side in (r, c)]
    p_values = two_shares(hits[0], len(r.label), hits[1], len(c.label)).p_value
    return bool(p_values.min() * len(classes) < LEVEL)


def alike(r: Rows, c: Rows, categorical: ArrayLike, *, seed: int = 0) -> float:
    """The p-value that rows of one label look alike before and after.

    Twice the smaller of two: classifiers told to tell them apart, label by label, see every difference if
    rows are many; what features say of the label is one direction only, but the one in which a label that
    merely became more frequent everywhere shows among few rows.

    Parameters
    ----------
    r, c : Rows
        Of the reference and current.
    categorical : array_like of bool, of shape (columns,)
    seed : int

    Returns
    -------
    float
        nan where no label has 200 rows on both sides.

    References
    ----------
    Lipton, Z., Wang, Y. and Smola, A. (2018). Detecting and correcting for label shift with black box
    predictors. *ICML*.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> def rows(mean, count=800):
    ...     label = (np.arange(count) % 2).astype(float)
    ...     return Rows(generator.normal(size=(count, 1)) + mean * label[:, None], label, label)
    >>> alike(rows(1.0), rows(1.0), [False]) > 0.01, alike(rows(1.0), rows(2.0), [False]) < 0.01
    (True, True)
    """
    p_values = []
    for label in np.unique(r.label):
        before, after = (side.features[side.label == label] for side in (r, c))
        if min(len(before), len(after)) >= LEAST_OF_CLASS:
            found = domain_classifier(before, after, categorical, seed=seed, attribute=False)
            p_values.append(found.p_value)
    if not p_values:
        return float("nan")
    return min(1.0, 2 * min(min(p_values) * len(p_values), _told_alike(r, c, categorical, seed)))


def _told_alike(r: Rows, c: Rows, categorical: ArrayLike, seed: int) -> float:
    """The p-value that rows of one label are still told to be of it by their features as much as before.

    A classifier learns one label from half of the reference: the one whose share changed most.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    classes, hits = np.unique(r.label, return_counts=True)
    growth = [
        np.mean(c.label == label) - hit / len(r.label) for label, hit in zip(classes, hits, strict=True)
    ]
    label = classes[np.argmax(np.abs(growth))]
    half = np.random.default_rng(seed).permutation(len(r.label)) % 2 == 0
    rows, mask = table(r.features, categorical)
    now, _ = table(c.features, categorical)
    useful = np.flatnonzero(varying(rows[half]))
    if not useful.size or len(np.unique(r.label[half] == label)) < 2:
        return 1.0
    settings: dict[str, Any] = {**TREES, "categorical_features": mask[useful], "random_state": 0}
    with one_thread():
        learner = HistGradientBoostingClassifier(**settings).fit(
            rows[half][:, useful], r.label[half] == label
        )
        told = [learner.predict_proba(part[:, useful])[:, 1] for part in (rows[~half], now)]
    before, after = Rows(rows[~half], told[0], r.label[~half]), Rows(now, told[1], c.label)
    rate = by_label(before, after).rate
    return float(2 * special.ndtr(-abs(rate.value) / rate.error)) if rate.error > 0 else 1.0
