"""Odd rows: the score, its p-values, how many are too many, the second opinion and the map."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest

from monitoring.statistics.outliers import conformal, ecod, forest, mapping, rates
from tests.laws import examples

NUMBERS = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 2.0, np.nan, np.inf, -np.inf]), st.floats(-1e100, 1e100))


def by_hand(reference, value):
    """A column's term, counted row by row."""
    rows = len(reference)
    if np.isnan(value):
        count = sum(np.isnan(x) for x in reference)
    else:
        count = min(sum(x <= value for x in reference), sum(x >= value for x in reference))
    return -np.log(max(count / rows, 1 / (rows + 1)))


@examples(60, 400)
@given(reference=st.lists(NUMBERS, min_size=1, max_size=30), values=st.lists(NUMBERS, min_size=1, max_size=8))
def test_a_term_is_what_counting_row_by_row_gives(reference, values):
    found = ecod.terms(ecod.tails(reference), values)
    np.testing.assert_allclose(found, [by_hand(reference, value) for value in values], atol=1e-12)


@pytest.mark.parametrize("accuracy", [0.01, 0.1])
def test_a_bounded_number_of_values_is_kept_and_the_error_stays_within_what_is_said(accuracy):
    generator = np.random.default_rng(1)
    reference = np.round(generator.lognormal(size=60_000), 4)
    found = ecod.tails(reference, accuracy=accuracy)
    assert len(found.values) <= 2 * (np.log(60_000) / np.log1p(accuracy)) + 4
    value = np.concatenate([generator.lognormal(size=20_000), reference[:20_000], [0.0, 1e9]])
    ordered = np.sort(reference)
    upto = np.searchsorted(ordered, value, "right") / 60_000
    beyond = 1 - np.searchsorted(ordered, value, "left") / 60_000
    exact = -np.log(np.maximum(np.minimum(upto, beyond), 1 / 60_001))
    error = np.abs(ecod.terms(found, value) - exact)
    assert error.max() <= accuracy / 2 + 1e-12
    far = np.minimum(upto, beyond) * 60_000 < 1 / accuracy
    assert far.sum() > 10
    assert error[far].max() < 1e-9, "the far tails are exact"


@examples(20, 100)
@given(seed=st.integers(0, 2**32 - 1))
def test_sorting_blocks_gives_what_searching_each_value_gives(seed):
    generator = np.random.default_rng(seed)
    found = ecod.tails(np.round(generator.normal(size=50), 1))
    values = np.round(generator.normal(size=500) * 2, 1)
    values[generator.integers(0, 500, 60)] = generator.choice([np.nan, np.inf, -np.inf], 60)
    one_by_one = np.array([ecod.terms(found, [value])[0] for value in values])
    np.testing.assert_array_equal(ecod.terms(found, values), one_by_one)


def test_a_score_depends_on_no_other_row_and_not_on_the_scale_of_a_column():
    generator = np.random.default_rng(2)
    reference, rows = generator.normal(size=(400, 3)), generator.normal(size=(300, 3))
    columns = [ecod.tails(column) for column in reference.T]
    whole = ecod.ecod(columns, rows)
    np.testing.assert_array_equal(whole[:7], ecod.ecod(columns, rows[:7]))
    bent = [ecod.tails(np.exp(column)) for column in reference.T]
    np.testing.assert_allclose(ecod.ecod(bent, np.exp(rows)), whole, atol=1e-12)


@examples(40, 200)
@given(counts=st.lists(st.integers(0, 50), max_size=6), missing=st.integers(0, 50))
def test_no_category_adds_more_than_one_that_was_never_seen(counts, missing):
    rows = sum(counts) + missing
    if not rows:
        with pytest.raises(ValueError, match="at least one row"):
            ecod.category_terms(counts, missing)
        return
    found = ecod.category_terms(counts, missing)
    assert found.max() == found[-2] == pytest.approx(np.log(rows + 1))
    for count, term in zip([*counts, None, missing], found, strict=True):
        if count:
            assert term == pytest.approx(-np.log(count / rows))


@examples(30, 200)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=200), st.lists(st.integers(-1, 41), min_size=1))
def test_p_values_from_few_kept_scores_are_never_too_small_and_hardly_too_large(held, asked):
    exact = np.array([(1 + sum(one >= s for one in held)) / (len(held) + 1) for s in asked])
    np.testing.assert_allclose(conformal.p_values(conformal.calibration(held), asked), exact)
    rough = conformal.p_values(conformal.calibration(held, exact=5, step=0.25), asked)
    assert (rough >= exact - 1e-12).all()
    assert (rough <= exact * 1.25 + 1 / (len(held) + 1)).all()


def test_a_large_calibration_is_kept_in_few_numbers():
    generator = np.random.default_rng(3)
    scores = generator.normal(size=100_000)
    held, asked = conformal.calibration(scores), generator.normal(size=5000) + 1
    exact = (1 + np.array([(scores >= s).sum() for s in asked[:400]])) / 100_001
    found = conformal.p_values(held, asked[:400])
    assert len(held.scores) < 1_600
    assert (found >= exact).all()
    assert (found <= exact * 1.0101).all()
    assert (found == exact)[exact < 0.01].all()


@pytest.mark.parametrize("rows", [999, 1000, 5000, 14_002])
def test_the_threshold_parts_outlying_rows_from_others(rows):
    scores = np.random.default_rng(rows).normal(size=rows)
    held = conformal.calibration(scores)
    asked = np.concatenate([scores, np.linspace(2, 5, 1000)])
    below = conformal.p_values(held, asked) < rates.ALPHA
    np.testing.assert_array_equal(below, asked > conformal.threshold(held, rates.ALPHA))
    assert below[:rows].sum() == max(rates.places(rows) - 1, 0) or not rates.places(rows)
    assert below.any() == (rows >= 1000)


@pytest.mark.parametrize(("rows", "held"), [(300, 1500), (1000, 14_000), (30_000, 100_000)])
def test_the_test_of_a_rate_is_scipys_beta_binomial(rows, held):
    m = rates.places(held)
    hits = np.arange(0, 40)
    expected = stats.betabinom.sf(hits - 1, rows, m, held + 1 - m)
    got = rates.rate_p_value(hits, rows, held)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-9)
    limit = rates.rate_limit([rows], held)[0] * rows
    assert (
        stats.betabinom.sf(limit, rows, m, held + 1 - m)
        <= 0.01
        < stats.betabinom.sf(limit - 1, rows, m, held + 1 - m)
    )


def test_rows_like_the_reference_keep_their_rate():
    generator = np.random.default_rng(4)
    alarms, hits, trials, held, fresh = 0, 0, 80, 2000, 4000
    for _ in range(trials):
        draw = generator.normal(size=(held * 2 + fresh, 3)) ** 3
        columns = [ecod.tails(column) for column in draw[:held].T]
        score = ecod.ecod(columns, draw[held:])
        found = conformal.p_values(conformal.calibration(score[:held]), score[held:]) < rates.ALPHA
        hits += found.sum()
        alarms += rates.rate_p_value(found.sum(), fresh, held) < 0.05
    assert hits / (trials * fresh) == pytest.approx(rates.expected_rate(held), rel=0.35)
    assert stats.binomtest(alarms, trials, 0.05, alternative="greater").pvalue > 1e-3


def test_without_rows_or_held_back_rows_no_rate_is_judged():
    assert np.isnan(rates.rate_p_value([0, 1], [0, 0], 2000)).all()
    assert np.isnan(rates.rate_p_value(3, 100, 999))
    assert np.isnan(rates.rate_limit([100], 500)).all()


def test_the_forest_is_scikit_learns():
    generator = np.random.default_rng(5)
    reference, rows = generator.normal(size=(600, 4)), generator.normal(size=(50, 4)) * 2
    (found,) = forest.isolation(reference, rows)
    theirs = IsolationForest(n_estimators=200, max_samples=256, random_state=0).fit(reference)
    np.testing.assert_allclose(found, -theirs.score_samples(rows))
    with pytest.raises(ValueError, match="two reference rows"):
        forest.isolation(reference[:1], rows)


def test_the_forest_sees_what_no_single_column_shows():
    generator = np.random.default_rng(6)
    x = generator.normal(size=4000)
    reference = np.column_stack([x, x + 0.05 * generator.normal(size=4000)])
    apart, along = [[1.5, -1.5]], [[1.5, 1.5]]
    scores = forest.isolation(reference, apart, along)
    assert scores[0][0] > scores[1][0] + 0.04
    columns = [ecod.tails(column) for column in reference.T]
    assert ecod.ecod(columns, apart)[0] == pytest.approx(ecod.ecod(columns, along)[0], abs=0.2)


def test_the_plane_is_that_of_principal_components():
    generator = np.random.default_rng(7)
    rows = generator.normal(size=(500, 4)) @ generator.normal(size=(4, 4))
    found = mapping.plane(rows)
    theirs = PCA(2).fit((rows - rows.mean(0)) / rows.std(0))
    np.testing.assert_allclose(found.share, theirs.explained_variance_ratio_)
    ours = mapping.laid_out(found, rows)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs.transform((rows - rows.mean(0)) / rows.std(0))))


def test_a_plane_of_one_column_or_of_constant_columns_is_flat():
    one = mapping.laid_out(mapping.plane([[1.0], [2.0], [4.0]]), [[3.0]])
    assert one.shape == (1, 2)
    assert one[0, 1] == 0
    assert (mapping.laid_out(mapping.plane(np.ones((5, 3))), np.ones((2, 3))) == 0).all()
