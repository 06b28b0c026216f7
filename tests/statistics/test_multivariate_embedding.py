"""Mean embeddings against the exact kernel, and their permutation test: size, power, exactness."""

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist, pdist

from monitoring.statistics.embedding import DIMENSIONS, _features, _fitted, mmd

NUMBERS = np.zeros(10, dtype=bool)


def fitted(rows, categorical, dimensions=DIMENSIONS, seed=0):
    """The embedding that `mmd` fits on pooled rows, or one of more dimensions."""
    return _fitted(np.asarray(rows, float), np.array(categorical), dimensions, np.random.default_rng(seed))


def mean_embedding(embedding, rows):
    """The mean feature of rows."""
    return _features(embedding, np.asarray(rows, float)).mean(axis=0, dtype=float)


def test_the_distance_is_that_of_the_exact_kernel():
    generator = np.random.default_rng(0)
    reference, current = generator.normal(size=(600, 4)), generator.normal(0.3, size=(400, 4))
    quartiles = np.quantile(reference, [0.25, 0.5, 0.75], axis=0)
    r, c = ((side - quartiles[1]) * 1.349 / (quartiles[2] - quartiles[0]) for side in (reference, current))
    width = 2 * np.median(pdist(r)) ** 2
    kernel = [np.exp(-cdist(a, b, "sqeuclidean") / width).mean() for a, b in ((r, r), (c, c), (r, c))]
    exact = np.sqrt(kernel[0] + kernel[1] - 2 * kernel[2])
    embedding = fitted(reference, NUMBERS[:4], dimensions=20_000)
    distance = np.linalg.norm(mean_embedding(embedding, reference) - mean_embedding(embedding, current))
    assert distance == pytest.approx(exact, rel=0.03)
    own = fitted(np.concatenate([reference, current]), NUMBERS[:4], seed=3)
    distance = np.linalg.norm(mean_embedding(own, reference) - mean_embedding(own, current))
    test = mmd(reference, current, NUMBERS[:4], permutations=1, seed=3)
    assert test.value == pytest.approx(distance, rel=1e-4)


def test_a_category_is_as_far_from_any_other_and_missing_is_one_more():
    """Of one categorical column: unequal rows are sqrt(2) apart, which is the width of the kernel."""
    rows = np.arange(15.0)[:, None]
    embedding = fitted(rows, [True], dimensions=20_000)
    cells = [[0.0], [14.0], [np.nan], [77.0]]
    means = np.array([mean_embedding(embedding, [cell]) for cell in cells])
    products = means @ means.T
    np.testing.assert_allclose(products[np.triu_indices(4, 1)], np.exp(-0.5), atol=0.03)
    unseen = mean_embedding(embedding, [[15.0]])
    np.testing.assert_allclose(unseen, means[3], atol=1e-6)  # both are "other"


def test_quiet_samples_rarely_differ():
    generator = np.random.default_rng(2)
    p_values = []
    for seed in range(80):
        reference, current = generator.standard_t(2, size=(300, 5)), generator.standard_t(2, size=(150, 5))
        p_values.append(mmd(reference, current, NUMBERS[:5], seed=seed).p_value)
    assert np.mean(np.array(p_values) < 0.05) <= 0.12
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_many_categories_are_not_frequent_in_the_reference_by_chance():
    generator = np.random.default_rng(3)
    p_values = []
    for seed in range(15):
        reference, current = generator.integers(0, 200, size=(2, 1500, 3)).astype(float)
        p_values.append(mmd(reference, current, [True] * 3, seed=seed).p_value)
    assert np.mean(np.array(p_values) < 0.05) <= 0.2


def test_a_new_correlation_is_found_though_no_column_changes():
    generator = np.random.default_rng(1)
    p_values, single = [], []
    for seed in range(12):
        reference, current = generator.normal(size=(4000, 10)), generator.normal(size=(2000, 10))
        current[:, 7] = 0.5 * current[:, 2] + np.sqrt(0.75) * current[:, 7]
        found = mmd(reference, current, NUMBERS, seed=seed)
        assert (found.value > found.noise) == (found.p_value < 0.052)
        p_values.append(found.p_value)
        single.append([stats.ks_2samp(reference[:, j], current[:, j]).pvalue for j in range(10)])
    assert np.mean(np.array(p_values) < 0.05) >= 0.75
    assert stats.kstest(np.ravel(single), "uniform").pvalue > 0.01


@pytest.mark.parametrize("kind", ["mean", "missing", "category", "constant"])
def test_every_kind_of_change_is_found(kind):
    generator = np.random.default_rng(5)
    reference, current = generator.normal(size=(2, 2000, 4))
    for side in (reference, current):
        side[:, 2], side[:, 3] = generator.integers(0, 40, 2000), 0.001
    if kind == "mean":
        current[:, 0] += 0.2
    elif kind == "missing":
        current[generator.uniform(size=2000) < 0.15, 1] = np.nan
    elif kind == "category":
        current[generator.uniform(size=2000) < 0.1, 2] = 3
    else:
        current[:250, 3] = 0.0011  # departures from a constant count whatever its unit
    kinds = [False, False, True, False]
    assert mmd(reference, current, kinds).p_value == 1 / 201


def test_the_p_value_is_that_of_all_splits():
    reference, current = np.array([[0.1], [0.5], [0.9], [1.0]]), np.array([[1.6], [0.95], [2.2]])
    rows = np.concatenate([reference, current])
    embedding = fitted(rows, [False])
    distances = []
    for chosen in itertools.combinations(range(7), 3):
        rest = [i for i in range(7) if i not in chosen]
        means = (mean_embedding(embedding, rows[list(part)]) for part in (chosen, rest))
        distances.append(np.linalg.norm(np.subtract(*means)))
    exact = np.mean(np.array(distances) >= distances[-1] - 1e-6)
    found = mmd(reference, current, [False], permutations=20_000)
    assert found.p_value == pytest.approx(exact, abs=0.01)
    assert found.noise == pytest.approx(np.quantile(distances, 0.95), rel=0.05)


def test_identical_samples_are_no_distance_apart():
    rows = np.random.default_rng(6).normal(size=(100, 2))
    found = mmd(rows, rows, [False, False])
    assert found.value < 1e-6
    assert found.p_value == 1.0


def test_columns_that_say_nothing_are_survived():
    rows = np.column_stack([np.full(50, 5.0), np.full(50, np.nan), np.full(50, -1.0), np.full(50, 254.0)])
    found = mmd(rows, rows[:20], [False, False, True, True])
    assert (found.value, found.p_value) == (pytest.approx(0, abs=1e-6), 1.0)
    only_current = rows.copy()
    only_current[:, 1] = 3.0
    assert mmd(rows, only_current, [False, False, True, True]).p_value < 0.01


@pytest.mark.parametrize("value", [1e8, -1e308, np.inf])
def test_a_wild_value_changes_next_to_nothing(value):
    generator = np.random.default_rng(7)
    reference, current = generator.normal(size=(2, 1000, 3))
    current[:, 1] += 0.3
    calm = mmd(reference, current, NUMBERS[:3])
    reference[5, 0], current[5, 1] = value, value
    wild = mmd(reference, current, NUMBERS[:3])
    assert wild.value == pytest.approx(calm.value, rel=0.05)
    assert wild.noise == pytest.approx(calm.noise, rel=0.05)


def test_infinite_is_missing_and_the_largest_numbers_are_numbers():
    reference, current = np.random.default_rng(10).normal(size=(2, 300, 2))
    missing, infinite = current.copy(), current.copy()
    missing[:30, 0], infinite[:30, 0] = np.nan, np.inf
    assert mmd(reference, missing, [False] * 2) == mmd(reference, infinite, [False] * 2)
    reference[:, 1], current[:, 1] = 0, 0
    reference[:2, 1], current[:2, 1] = 1e308, -1e308
    assert np.isfinite(mmd(reference, current, [False] * 2).value)


def test_units_do_not_matter():
    generator = np.random.default_rng(8)
    reference, current = generator.normal(size=(2, 500, 3))
    one = mmd(reference, current, NUMBERS[:3])
    other = mmd(reference * 1000 + 7, current * 1000 + 7, NUMBERS[:3])
    assert other.value == pytest.approx(one.value, rel=1e-3)


def test_the_same_seed_gives_the_same_answer_and_leaves_inputs_alone():
    reference, current = np.random.default_rng(9).normal(size=(2, 300, 3))
    reference[0, 0] = np.inf
    kept = reference.copy()
    one, two, other = (mmd(reference, current, NUMBERS[:3], seed=s) for s in (5, 5, 6))
    assert one == two != other
    np.testing.assert_array_equal(reference, kept)


def test_what_cannot_be_compared_is_refused():
    rows = np.zeros((5, 2))
    with pytest.raises(ValueError, match=r"at least 2 rows .* 5 and 1"):
        mmd(rows, rows[:1], [False, True])
    with pytest.raises(ValueError, match="at least one permutation, not 0"):
        mmd(rows, rows, [False, True], permutations=0)
