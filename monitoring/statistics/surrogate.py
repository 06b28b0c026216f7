"""Which columns a model's score depends on, learnt from rows and scores alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats, pulled_in
from monitoring.statistics.shuffling import shuffled_scores
from monitoring.statistics.tables import table, varying
from monitoring.statistics.threads import one_thread

LEAST_ROWS = 100
MOST_ROWS = 10_000
SHUFFLED_ROWS = 3_000
LEAST_R_SQUARED = 0.05
TREES = {"max_iter": 60, "max_leaf_nodes": 15, "min_samples_leaf": 20, "early_stopping": False}


@dataclass(frozen=True)
class Surrogate:
    """Shares of importance, of shape (columns,), and how well the surrogate knows the score.

    ``importance`` sums to 1, or is nan everywhere where the surrogate ``knows`` nothing: where its R squared
    on held-out rows is below 0.05, or the score does not vary. ``rows`` were learnt from and held out.
    """

    importance: Floats
    r_squared: float
    rows: int

    @property
    def knows(self) -> bool:
        """Whether the importances mean anything."""
        return self.r_squared >= LEAST_R_SQUARED


def surrogate_importance(
    values: ArrayLike, categorical: ArrayLike, target: ArrayLike, *, seed: int = 0
) -> Surrogate:
    """Permutation importance of a boosted-tree regression that predicts a model's score from its features.

    It learns from a random half of at most 10,000 rows. Among at most 3,000 of the other half each column is
    shuffled once: its importance is how much the squared error grows, negative growth counts as 0, as a
    share of the sum. The extreme thousandth of the scores at either end is pulled in, at least one score, so
    that a wild one does not decide. Columns that say the same share their importance or hide each other:
    where one is the other, the trees may use the first alone. Importance says nothing about causes.

    Parameters
    ----------
    values : array_like of shape (rows, columns)
        nan and infinite values are missing, and so is a negative code.
    categorical : array_like of bool, of shape (columns,)
        Columns of category codes, 0 to 254.
    target : array_like of shape (rows,)
        The model's scores; rows whose score is not finite are left out.
    seed : int
        For the sample, the halves and the shuffling.

    Returns
    -------
    Surrogate

    Raises
    ------
    ValueError
        If fewer than 100 rows have a score, shapes disagree, or a code is no whole number from 0 to 254.

    References
    ----------
    Breiman, L. (2001). Random forests, section 10. *Machine Learning* 45.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(1000, 3))
    >>> surrogate = surrogate_importance(values, [False] * 3, 2 * values[:, 0] + values[:, 2])
    >>> np.argsort(-surrogate.importance), surrogate.knows
    (array([0, 2, 1]), True)
    """
    rows, mask = table(values, categorical)
    scores = np.asarray(target, dtype=float)
    if scores.shape != rows.shape[:1]:
        raise ValueError(f"{len(rows)} rows have scores of shape {scores.shape}")
    generator = np.random.default_rng(seed)
    chosen = generator.permutation(np.flatnonzero(np.isfinite(scores)))[:MOST_ROWS]
    if len(chosen) < LEAST_ROWS:
        raise ValueError(f"at least {LEAST_ROWS} rows with a score are needed: there are {len(chosen)}")
    rows, scores = rows[chosen], pulled_in(scores[chosen])
    half = len(chosen) // 2
    useful = np.flatnonzero(varying(rows[:half]))
    importance, r_squared = np.full(rows.shape[1], np.nan), float("nan")
    if np.ptp(scores[:half]) > 0 and np.ptp(scores[half:]) > 0:
        growth = np.zeros(rows.shape[1])
        with one_thread():  # several threads are slower than one here
            growth[useful], r_squared = _growth(rows[:, useful], mask[useful], scores, half, generator)
        if r_squared >= LEAST_R_SQUARED:
            importance = growth / (growth.sum() or 1.0)
    return Surrogate(importance, r_squared, len(chosen))


def _growth(
    rows: Floats, mask: NDArray[np.bool_], scores: Floats, half: int, generator: np.random.Generator
) -> tuple[Floats, float]:
    """How much the held-out squared error grows with each column shuffled, and R squared with none."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    held, truth = rows[half:], scores[half:]
    if not rows.shape[1]:
        return np.zeros(0), 0.0
    settings: dict[str, Any] = {**TREES, "categorical_features": mask, "random_state": 0}
    model = HistGradientBoostingRegressor(**settings).fit(rows[:half], scores[:half])
    squares = (model.predict(held) - truth) ** 2
    r_squared = float(1 - squares.mean() / truth.var())
    held, truth, error = held[:SHUFFLED_ROWS], truth[:SHUFFLED_ROWS], squares[:SHUFFLED_ROWS].mean()
    shuffled = shuffled_scores(model, held, mask, generator)
    growth = [max(float(np.mean((found - truth) ** 2)) - error, 0.0) for found in shuffled]
    return np.array(growth), r_squared
