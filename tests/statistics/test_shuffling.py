"""Shuffling one column asks only the trees that look at it, and gives the model's own scores."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from monitoring.statistics import shuffling
from monitoring.statistics.shuffling import shuffled_scores

COLUMNS = 40
TREES = 12


def table(categories):
    """Rows with missing values, every fourth column a category where there are any."""
    random = np.random.default_rng(3)
    rows = random.normal(size=(600, COLUMNS))
    mask = (np.arange(COLUMNS) % 4 == 1) & categories
    rows[:, mask] = random.integers(0, 9, size=(600, mask.sum()))
    rows[random.random(rows.shape) < 0.02] = np.nan
    return rows, mask, random.normal(size=600)


def fitted(kind, rows, mask, target):
    settings = {"max_iter": TREES, "max_leaf_nodes": 6, "categorical_features": mask, "random_state": 0}
    return kind(**settings).fit(rows, target > 0 if kind is HistGradientBoostingClassifier else target)


def asked_whole(model, rows):
    """What the whole model says of each column shuffled."""
    random, score = np.random.default_rng(5), getattr(model, "decision_function", model.predict)
    for column in range(rows.shape[1]):
        others = rows.copy()
        others[:, column] = random.permutation(rows[:, column])
        yield score(others)


@pytest.mark.parametrize("kind", [HistGradientBoostingRegressor, HistGradientBoostingClassifier])
@pytest.mark.parametrize("categories", [True, False])
@pytest.mark.parametrize("trusted", [True, False])
def test_scores_are_the_models_own_to_the_last_bit(kind, categories, trusted, monkeypatch):
    rows, mask, target = table(categories)
    model = fitted(kind, rows, mask, target)
    if not trusted:  # as if scikit-learn had none of what is used of it

        def missing(*_):
            raise AttributeError

        monkeypatch.setattr(shuffling, "_Trees", missing)
    before = rows.copy()
    found = list(shuffled_scores(model, rows, mask, np.random.default_rng(5)))
    assert len(found) == COLUMNS
    assert all(np.array_equal(*pair) for pair in zip(found, asked_whole(model, rows), strict=True))
    assert np.array_equal(rows, before, equal_nan=True)


def test_only_trees_that_look_at_a_column_are_asked_again(monkeypatch):
    rows, mask, target = table(True)
    model, calls = fitted(HistGradientBoostingRegressor, rows, mask, target), []
    answer = TreePredictor.predict

    def counted(self, *args, **given):
        calls.append(1)
        return answer(self, *args, **given)

    monkeypatch.setattr(TreePredictor, "predict", counted)
    list(shuffled_scores(model, rows, mask, np.random.default_rng(5)))
    # Each tree of six leaves splits by five columns at most; twice all rows are scored as they are.
    assert len(calls) <= TREES * (2 + 5)
