"""Scores of boosted trees with one column shuffled after the other, at the cost of the trees that look at it.

A tree of fifteen leaves looks at a few columns, so of two hundred columns most trees know nothing: only
those that look at the shuffled column are asked again. scikit-learn has no public way to a single tree, so
trees are trusted only where they give the model's own scores to the last bit; otherwise the whole model is
asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.arrays import Floats


def shuffled_scores(
    model: Any, rows: Floats, categorical: NDArray[np.bool_], generator: np.random.Generator
) -> Iterator[Floats]:
    """Scores of rows, for each column with its values shuffled among them.

    Parameters
    ----------
    model : HistGradientBoostingRegressor or HistGradientBoostingClassifier
        Fitted; of two classes, which are scored by the decision function.
    rows : ndarray of shape (rows, columns)
    categorical : ndarray of bool, shape (columns,)
        As the model was told.
    generator : Generator
        Asked for one permutation per column.

    Yields
    ------
    ndarray of shape (rows,)

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingRegressor
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = HistGradientBoostingRegressor(max_iter=5).fit(rows, rows[:, 0])
    >>> shuffled = shuffled_scores(model, rows, np.zeros(2, dtype=bool), np.random.default_rng(1))
    >>> [bool((scores == model.predict(rows)).all()) for scores in shuffled]
    [False, True]
    """
    score = getattr(model, "decision_function", model.predict)
    try:
        single = _Trees(model, rows, categorical)
        trusted = np.array_equal(single.scores(), score(rows))
    except (AttributeError, TypeError, ValueError):  # another scikit-learn
        single, trusted = None, False
    for column in range(rows.shape[1]):
        if single is not None and trusted:
            yield single.shuffled(column, generator)
        else:
            others = rows.copy()
            others[:, column] = generator.permutation(rows[:, column])
            yield score(others)


class _Trees:
    """What each tree of a model says of rows, and which columns it looks at."""

    def __init__(self, model: Any, rows: Floats, categorical: NDArray[np.bool_]) -> None:
        # Categories are coded once instead of once a column; the model has them in front.
        self._rows = np.array(model._preprocess_X(rows, reset=False), dtype=float, order="F")
        front = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
        self._place = np.argsort(front)
        self._start = float(model._baseline_prediction.item())
        self._trees = [tree for stage in model._predictors for tree in stage]
        self._looks = [_columns(tree) for tree in self._trees]
        bits, positions = model._bin_mapper.make_known_categories_bitsets()
        self._given = {"known_cat_bitsets": bits, "f_idx_map": positions, "n_threads": 1}
        self._said = [self._answer(tree) for tree in self._trees]

    def scores(self, column: int = -1) -> Floats:
        """The model's scores, the trees that look at a column asked again."""
        total = np.full(len(self._rows), self._start)
        for tree, looks, said in zip(self._trees, self._looks, self._said, strict=True):
            total += self._answer(tree) if column in looks else said  # in the model's own order
        return total

    def shuffled(self, column: int, generator: np.random.Generator) -> Floats:
        """The scores with the values of a column shuffled."""
        place = int(self._place[column])
        own = self._rows[:, place].copy()
        self._rows[:, place] = generator.permutation(own)
        found = self.scores(place)
        self._rows[:, place] = own
        return found

    def _answer(self, tree: Any) -> Floats:
        return tree.predict(self._rows, **self._given)


def _columns(tree: Any) -> frozenset[int]:
    """The columns that a tree splits by."""
    nodes = tree.nodes
    return frozenset(nodes["feature_idx"][nodes["is_leaf"] == 0].tolist())
