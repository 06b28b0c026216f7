"""Reconstruction errors against NannyML's recipe and scikit-learn, what they see and what they cannot."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from monitoring.statistics.reconstruction import fit_reconstruction, reconstruction_error


def test_errors_are_those_of_nannyml_s_recipe():
    """Computed with numpy's singular values after NannyML's steps: standardise, project on one component."""
    reference = [[1.0, 2.0], [2.0, 3.9], [3.0, 6.1], [4.0, 8.0], [5.0, 9.9]]
    model = fit_reconstruction(reference, [False, False])
    assert model.components.shape == (1, 2)
    assert reconstruction_error(model, [[3.0, 2.0]])[0] == pytest.approx(0.999659273738413, abs=1e-9)
    assert reconstruction_error(model, reference).mean() == pytest.approx(0.015138385559931656, abs=1e-9)


@pytest.mark.parametrize("variance", [0.3, 0.65, 0.95])
def test_errors_agree_with_scikit_learn(variance):
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(8, 8))
    reference, current = (
        generator.uniform(size=(500, 8)) @ mixing,
        generator.uniform(size=(60, 8)) @ mixing * 1.2,
    )
    scaler = StandardScaler().fit(reference)
    pca = PCA(variance, svd_solver="full").fit(scaler.transform(reference))
    seen = scaler.transform(current)
    oracle = np.linalg.norm(seen - pca.inverse_transform(pca.transform(seen)), axis=1)
    model = fit_reconstruction(reference, np.zeros(8, bool), variance=variance)
    assert len(model.components) == pca.n_components_
    np.testing.assert_allclose(reconstruction_error(model, current), oracle, atol=1e-9)


def test_categories_are_their_share_of_the_reference():
    """A categorical column behaves as the numeric column of its categories' counts."""
    generator = np.random.default_rng(1)
    codes = generator.choice(4, size=300, p=[0.4, 0.3, 0.2, 0.1])
    numbers = generator.normal(size=(300, 2)) + codes[:, None]
    model = fit_reconstruction(np.column_stack([numbers, codes]), [False, False, True])
    counts = np.bincount(codes)[codes]
    scaler = StandardScaler()
    z = scaler.fit_transform(np.column_stack([numbers, counts]))
    pca = PCA(0.65, svd_solver="full").fit(z)
    oracle = np.linalg.norm(z - pca.inverse_transform(pca.transform(z)), axis=1)
    np.testing.assert_allclose(
        reconstruction_error(model, np.column_stack([numbers, codes])), oracle, atol=1e-9
    )
    unseen = scaler.transform([[0.5, 0.5, 0.0]])
    np.testing.assert_allclose(
        reconstruction_error(model, [[0.5, 0.5, 9]]),
        np.linalg.norm(unseen - pca.inverse_transform(pca.transform(unseen)), axis=1),
    )


def test_missing_values_are_the_median_and_the_most_frequent_category():
    generator = np.random.default_rng(2)
    reference = np.column_stack(
        [generator.normal(size=(101, 3)), generator.choice(3, 101, p=[0.2, 0.5, 0.3])]
    )
    model = fit_reconstruction(reference, [False, False, False, True])
    filled = np.array([[np.median(reference[:, 0]), 1.0, 2.0, 1]])
    np.testing.assert_allclose(
        reconstruction_error(model, [[np.nan, 1.0, 2.0, np.nan]]), reconstruction_error(model, filled)
    )


def test_a_broken_correlation_raises_the_error():
    generator = np.random.default_rng(3)
    source = generator.normal(size=(4000, 1))
    reference = source + 0.5 * generator.normal(size=(4000, 4))
    model = fit_reconstruction(reference, [False] * 4)
    shuffled = generator.permuted(reference, axis=0)
    ratio = reconstruction_error(model, shuffled).mean() / reconstruction_error(model, reference).mean()
    assert ratio > 1.5


def test_a_shift_along_the_kept_components_is_invisible():
    generator = np.random.default_rng(4)
    source = generator.normal(size=(4000, 1))
    reference = source + 0.5 * generator.normal(size=(4000, 4))
    model = fit_reconstruction(reference, [False] * 4)
    along = model.components[0] * model.deviation * model.scaling.spread
    moved = reference + 2 * along
    calm, blind = (reconstruction_error(model, rows).mean() for rows in (reference, moved))
    assert blind == pytest.approx(calm, rel=0.01)


def test_held_out_rows_of_the_reference_have_its_error():
    generator = np.random.default_rng(5)
    mixing = generator.normal(size=(10, 10))
    differences = []
    for _ in range(60):
        rows = generator.normal(size=(3000, 10)) @ mixing
        model = fit_reconstruction(rows[:2000], np.zeros(10, bool))
        fitted, held = reconstruction_error(model, rows[:2000]), reconstruction_error(model, rows[2000:])
        error = np.sqrt(fitted.var() / 2000 + held.var() / 1000)
        differences.append((held.mean() - fitted.mean()) / error)
    assert np.mean(np.abs(differences) > 1.96) <= 0.12
    assert abs(np.mean(differences)) < 0.4


@pytest.mark.parametrize("value", [1e8, -1e308, np.inf])
def test_a_wild_value_changes_next_to_nothing(value):
    generator = np.random.default_rng(6)
    reference = generator.normal(size=(1000, 1)) + 0.3 * generator.normal(size=(1000, 4))
    calm = fit_reconstruction(reference, [False] * 4)
    wild_rows = reference.copy()
    wild_rows[3, 1] = value
    wild = fit_reconstruction(wild_rows, [False] * 4)
    calm_error = reconstruction_error(calm, reference).mean()
    assert reconstruction_error(wild, wild_rows).mean() == pytest.approx(calm_error, rel=0.05)


@pytest.mark.parametrize("constants", [0, 2])
def test_weakly_correlated_columns_leave_an_error(constants):
    generator = np.random.default_rng(7)
    rows = np.column_stack([generator.normal(size=(400, 2)), np.full((400, constants), 5.0)])
    model = fit_reconstruction(rows, np.zeros(2 + constants, bool))
    assert len(model.components) == 1
    assert reconstruction_error(model, rows).mean() > 0.3


def test_columns_that_say_nothing_are_survived():
    nothing = np.column_stack([np.full(50, 5.0), np.full(50, np.nan), np.full(50, -1.0), np.full(50, 254.0)])
    line = np.linspace(0, 1, 50)
    rows = np.column_stack([line, 2 * line, nothing])
    model = fit_reconstruction(rows, [False, False, False, False, True, True])
    np.testing.assert_allclose(reconstruction_error(model, rows), 0.0, atol=1e-9)
    assert np.isfinite(reconstruction_error(model, [[0.5, 2.0, 6.0, 1.0, 3.0, 2.0]])).all()
    assert reconstruction_error(model, rows[:0]).shape == (0,)


@pytest.mark.parametrize("columns", [1, 3])
def test_where_fewer_than_two_columns_vary_there_is_nothing_to_reconstruct(columns):
    rows = np.column_stack([np.linspace(0, 1, 50), np.full((50, columns - 1), 7.0)])
    with pytest.raises(ValueError, match="nothing is left to reconstruct"):
        fit_reconstruction(rows, np.zeros(columns, bool))
    with pytest.raises(ValueError, match="nothing is left to reconstruct"):
        fit_reconstruction(np.full((50, columns), 7.0), np.zeros(columns, bool))


def test_inputs_stay_as_they_are():
    rows = np.array([[np.inf, -1.0], [2.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    kept = rows.copy()
    model = fit_reconstruction(rows, [False, True])
    np.testing.assert_array_equal(reconstruction_error(model, rows), reconstruction_error(model, rows))
    np.testing.assert_array_equal(rows, kept)


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="at least one row"):
        fit_reconstruction(np.zeros((0, 2)), [False, False])
    with pytest.raises(ValueError, match="do not fit"):
        fit_reconstruction(np.zeros((5, 0)), [])
