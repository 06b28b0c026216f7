"""Every significance test against scipy on the rows, to ten digits, ties and unequal sizes included."""

import warnings

import numpy as np
import pytest
from scipy import stats

from monitoring.statistics import METHODS
from monitoring.statistics.anderson import anderson_darling_test
from monitoring.statistics.gaps import cramer_von_mises_test, kolmogorov_smirnov, kolmogorov_smirnov_test
from monitoring.statistics.independence import chi_square_test, likelihood_ratio_test
from monitoring.statistics.kolmogorov import kolmogorov_p_value
from monitoring.statistics.means import student_t_test, welch_t_test
from monitoring.statistics.proportions import fisher_test, two_proportion_test
from monitoring.statistics.ranks import mann_whitney_test
from monitoring.statistics.transport import wasserstein

TIGHT = {"rtol": 1e-10, "atol": 1e-13}


def _rows():
    """Pairs of samples: continuous, tied, heavy-tailed, shifted, of very different size."""
    generator = np.random.default_rng(11)
    for n, m in ((60, 45), (400, 35), (2500, 900)):
        yield generator.normal(size=n), generator.normal(0.2, 1.3, size=m)
        yield generator.integers(0, 6, n).astype(float), generator.integers(1, 7, m).astype(float)
        yield generator.standard_t(2, n), generator.standard_t(2, m) + 0.4
        yield generator.lognormal(size=n).round(1), generator.lognormal(size=m).round(1)


PAIRS = list(_rows())
SAMPLES = pytest.mark.parametrize(("x", "y"), PAIRS, ids=[f"pair{i}" for i in range(len(PAIRS))])
TABLES = pytest.mark.parametrize(
    ("r", "c"),
    [
        ([8, 2], [1, 5]),
        ([85, 15], [90, 30]),
        ([2000, 13], [310, 4]),
        ([49900, 100], [9960, 40]),
        ([7, 0], [3, 4]),
    ],
)


def counted(x, y):
    """Both samples as counts over their pooled distinct values, and those values."""
    values = np.unique(np.concatenate([x, y]))
    return tuple(np.array([(rows == value).sum() for value in values], float) for rows in (x, y)), values


def moments(x, y):
    return {
        "reference_moments": [x.mean(), x.var(ddof=1)],
        "current_moments": [y.mean(), y.var(ddof=1)],
    }


@SAMPLES
@pytest.mark.parametrize(("test", "equal"), [(student_t_test, True), (welch_t_test, False)])
def test_the_t_tests_from_moments_are_those_on_rows(x, y, test, equal):
    ours = test([len(x)], [len(y)], **moments(x, y))
    theirs = stats.ttest_ind(y, x, equal_var=equal)
    np.testing.assert_allclose(ours.statistic, theirs.statistic, **TIGHT)
    np.testing.assert_allclose(ours.p_value, theirs.pvalue, **TIGHT)


@SAMPLES
def test_mann_whitney_from_counts_is_that_on_rows(x, y):
    (r, c), _ = counted(x, y)
    theirs = stats.mannwhitneyu(y, x, method="asymptotic")
    np.testing.assert_allclose(mann_whitney_test(r, c).statistic, theirs.statistic, **TIGHT)
    np.testing.assert_allclose(mann_whitney_test(r, c).p_value, theirs.pvalue, **TIGHT)


@SAMPLES
def test_kolmogorov_smirnov_from_counts_is_that_on_rows(x, y):
    (r, c), _ = counted(x, y)
    theirs = stats.ks_2samp(x, y, method="asymp")
    ours = kolmogorov_smirnov_test(r, c, exact=True)
    np.testing.assert_allclose(ours.statistic, theirs.statistic, **TIGHT)
    np.testing.assert_allclose(ours.p_value, theirs.pvalue, **TIGHT)


@SAMPLES
def test_cramer_von_mises_from_counts_is_that_on_rows(x, y):
    (r, c), _ = counted(x, y)
    theirs = stats.cramervonmises_2samp(x, y, method="asymptotic")
    ours = cramer_von_mises_test(r, c)
    np.testing.assert_allclose(ours.statistic, theirs.statistic, **TIGHT)
    # scipy stops its series at terms of 1e-7; where it went on, both agree to ten digits.
    near = 1e-10 if theirs.pvalue > 1e-5 else 1e-8
    np.testing.assert_allclose(ours.p_value, theirs.pvalue, rtol=1e-10, atol=near)


@SAMPLES
def test_anderson_darling_from_counts_is_that_on_rows(x, y):
    (r, c), _ = counted(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the table ends
        theirs = stats.anderson_ksamp([x, y], variant="midrank")
    ours = anderson_darling_test(r, c)
    np.testing.assert_allclose(ours.statistic, theirs.statistic, **TIGHT)
    np.testing.assert_allclose(ours.p_value, theirs.pvalue, **TIGHT)


@SAMPLES
def test_wasserstein_from_counts_is_that_on_rows(x, y):
    (r, c), values = counted(x, y)
    ours = wasserstein(r, c, reference_means=values, current_means=values)
    np.testing.assert_allclose(ours, stats.wasserstein_distance(x, y), **TIGHT)


@SAMPLES
@pytest.mark.parametrize(
    ("test", "kind"), [(chi_square_test, "pearson"), (likelihood_ratio_test, "log-likelihood")]
)
def test_tests_of_independence_are_those_of_the_table(x, y, test, kind):
    edges = np.quantile(np.concatenate([x, y]), [0.2, 0.4, 0.6, 0.8])
    table = [np.bincount(np.searchsorted(edges, rows), minlength=5) for rows in (x, y)]
    table = np.array(table)[:, np.sum(table, axis=0) > 0]
    ours = test(*table, expected=0)
    theirs = stats.chi2_contingency(table, correction=False, lambda_=kind)
    np.testing.assert_allclose(ours.statistic, theirs.statistic, **TIGHT)
    np.testing.assert_allclose(ours.p_value, theirs.pvalue, **TIGHT)


@TABLES
def test_fisher_is_that_of_scipy(r, c):
    theirs = stats.fisher_exact(np.array([r, c]))
    np.testing.assert_allclose(fisher_test(r, c).p_value, theirs.pvalue, rtol=1e-10)
    np.testing.assert_allclose(fisher_test(r, c).statistic, theirs.statistic, rtol=1e-12)


def test_fisher_holds_for_a_million_rows():
    ours = fisher_test([998_000, 2_000], [997_700, 2_300])
    np.testing.assert_allclose(
        ours.p_value, stats.fisher_exact([[998_000, 2_000], [997_700, 2_300]]).pvalue, rtol=1e-8
    )


@TABLES
def test_the_z_test_is_the_chi_square_test_of_the_table(r, c):
    theirs = stats.chi2_contingency(np.array([r, c]), correction=False)
    ours = two_proportion_test(r, c)
    np.testing.assert_allclose(ours.statistic**2, theirs.statistic, rtol=1e-10)
    np.testing.assert_allclose(ours.p_value, theirs.pvalue, rtol=1e-10)


@pytest.mark.parametrize(("rows", "close"), [(15, 1e-2), (60, 1e-4), (300, 1e-5), (2000, 1e-6)])
def test_the_quick_kolmogorov_law_is_close_to_the_exact_one(rows, close):
    gap = np.minimum(np.linspace(0.3, 3.0, 40) / np.sqrt(rows), 1.0)
    quick, exact = kolmogorov_p_value(gap, rows), kolmogorov_p_value(gap, rows, exact=True)
    np.testing.assert_allclose(exact, stats.kstwo.sf(gap, rows), rtol=1e-12)
    np.testing.assert_allclose(quick, exact, rtol=0, atol=close)
    assert (np.diff(quick) <= 0).all()


def test_a_far_gap_still_has_a_p_value_of_its_own():
    tail = kolmogorov_p_value([0.06, 0.08, 0.1], 5000)
    assert (np.diff(tail) < 0).all()
    np.testing.assert_allclose(tail, stats.kstwo.sf([0.06, 0.08, 0.1], 5000), rtol=0.2)


def test_every_test_broadcasts_and_leaves_gaps():
    generator = np.random.default_rng(3)
    r, c = (
        generator.integers(5, 60, (2, 1, 8)).astype(float),
        generator.integers(1, 30, (2, 4, 8)).astype(float),
    )
    c[1, 2] = 0
    given = {
        "reference_moments": np.array([0.0, 1.0]),
        "current_moments": generator.uniform(0.5, 1.5, (2, 4, 2)),
    }
    for method in METHODS.values():
        if method.test is not None:
            found = method.test(r, c, **{name: given[name] for name in method.inputs[2:]})
            assert found.p_value.shape == (2, 4), method.key
            assert np.isnan(found.p_value[1, 2]), method.key
            assert np.isfinite(np.delete(found.p_value.ravel(), 6)).all(), method.key
            own = {name: np.broadcast_to(given[name], (2, 4, 2))[1, 3] for name in method.inputs[2:]}
            one = method.test(r[1, 0], c[1, 3], **own)
            np.testing.assert_allclose(found.p_value[1, 3], one.p_value, rtol=1e-12, err_msg=method.key)


def test_the_distance_of_a_discrete_feature_is_that_of_its_rows():
    x, y = PAIRS[1]
    (r, c), _ = counted(x, y)
    np.testing.assert_allclose(kolmogorov_smirnov(r, c), stats.ks_2samp(x, y).statistic, **TIGHT)
