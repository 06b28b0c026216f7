"""Surrogate importance: planted models are ranked right, noise is said to be unknown."""

import numpy as np
import pytest

from monitoring.statistics.surrogate import surrogate_importance


def test_a_linear_model_s_columns_have_the_squares_of_its_weights():
    values = np.random.default_rng(0).normal(size=(10_000, 6))
    weights = np.array([0.0, 3.0, 0.0, 1.0, 2.0, 0.0])
    found = surrogate_importance(values, [False] * 6, values @ weights)
    assert list(np.argsort(-found.importance)[:3]) == [1, 4, 3]
    # Shuffling an independent column adds twice its variance to the squared error.
    np.testing.assert_allclose(found.importance, weights**2 / 14, atol=0.04)
    assert found.importance.sum() == pytest.approx(1)
    assert (found.importance >= 0).all()
    assert found.r_squared > 0.9
    assert (found.knows, found.rows) == (True, 10_000)


def test_an_interaction_and_a_category_count():
    generator = np.random.default_rng(1)
    values = generator.normal(size=(4000, 4))
    values[:, 3] = generator.integers(0, 30, 4000)
    target = values[:, 0] * values[:, 1] + 2 * np.isin(values[:, 3], [3, 11, 17, 20, 29])
    found = surrogate_importance(values, [False, False, False, True], target)
    assert found.importance[2] < 0.03
    assert found.importance[[0, 1, 3]].min() > 0.1


def test_missing_values_can_matter():
    generator = np.random.default_rng(2)
    values = generator.normal(size=(2000, 3))
    values[generator.uniform(size=2000) < 0.2, 2] = np.nan
    found = surrogate_importance(values, [False] * 3, np.isnan(values[:, 2]).astype(float))
    assert found.importance[2] > 0.95


def test_a_score_that_the_columns_do_not_explain_has_no_importance():
    generator = np.random.default_rng(3)
    known = []
    for seed in range(15):
        found = surrogate_importance(
            generator.normal(size=(600, 5)), [False] * 5, generator.normal(size=600), seed=seed
        )
        known.append(found.knows)
        assert np.isnan(found.importance).all() != found.knows
    assert not any(known)


def test_r_squared_is_the_share_explained_on_held_out_rows():
    generator = np.random.default_rng(4)
    values = generator.normal(size=(10_000, 2))
    found = surrogate_importance(values, [False] * 2, values[:, 0] + generator.normal(size=10_000))
    assert 0.44 < found.r_squared < 0.52  # half of the variance is noise


@pytest.mark.parametrize("target", [np.full(300, 0.3), np.where(np.arange(300) == 7, 1e8, 0.3)])
def test_a_constant_score_depends_on_nothing(target):
    found = surrogate_importance(np.random.default_rng(5).normal(size=(300, 2)), [False] * 2, target)
    assert np.isnan(found.importance).all()
    assert np.isnan(found.r_squared)
    assert not found.knows


@pytest.mark.parametrize("value", [1e8, -1e308])
def test_a_wild_value_changes_next_to_nothing(value):
    values = np.random.default_rng(6).normal(size=(2000, 3))
    target = 2 * values[:, 0] + values[:, 1]
    calm = surrogate_importance(values, [False] * 3, target)
    values[3, 0], target[5] = value, value
    wild = surrogate_importance(values, [False] * 3, target)
    np.testing.assert_allclose(wild.importance, calm.importance, atol=0.03)
    assert wild.r_squared == pytest.approx(calm.r_squared, abs=0.03)


def test_columns_that_say_nothing_matter_nothing():
    values = np.random.default_rng(7).normal(size=(500, 5))
    values[:, 0], values[:, 1], values[:, 2], values[:, 3] = 5.0, np.nan, -1, 254
    found = surrogate_importance(values, [False, False, True, True, False], values[:, 4])
    np.testing.assert_array_equal(found.importance, [0, 0, 0, 0, 1])
    nothing = surrogate_importance(values[:, :4], [False, False, True, True], values[:, 4])
    assert nothing.r_squared == 0
    assert not nothing.knows


def test_a_column_may_hide_another_that_is_the_same():
    values = np.random.default_rng(11).normal(size=(1000, 3))
    values[:, 1] = values[:, 0]
    importance = surrogate_importance(values, [False] * 3, values[:, 0]).importance
    assert importance[:2].sum() > 0.95


def test_rows_without_a_score_are_left_out():
    values = np.random.default_rng(8).normal(size=(400, 2))
    target = values[:, 1].copy()
    target[:150], target[150] = np.nan, np.inf
    assert surrogate_importance(values, [False] * 2, target).rows == 249
    target[:301] = np.nan
    with pytest.raises(ValueError, match=r"at least 100 rows with a score .* there are 99"):
        surrogate_importance(values, [False] * 2, target)


def test_at_most_ten_thousand_rows_are_used():
    values = np.random.default_rng(9).normal(size=(30_000, 1))
    assert surrogate_importance(values, [False], values[:, 0]).rows == 10_000


def test_the_same_seed_gives_the_same_answer_and_leaves_inputs_alone():
    values = np.random.default_rng(10).normal(size=(500, 3))
    target = values[:, 0] + values[:, 1]
    values[0, 0] = np.inf
    kept = values.copy(), target.copy()
    one, two, other = (surrogate_importance(values, [False] * 3, target, seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(one.importance, two.importance)
    assert (one.importance != other.importance).any()
    np.testing.assert_array_equal(values, kept[0])
    np.testing.assert_array_equal(target, kept[1])


def test_scores_of_other_rows_are_refused():
    with pytest.raises(ValueError, match="200 rows have scores of shape"):
        surrogate_importance(np.zeros((200, 2)), [False] * 2, np.zeros(199))
