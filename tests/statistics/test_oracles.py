"""Our functions of counts against scipy's on the raw rows."""

import numpy as np
import pytest
from scipy import spatial, stats

from monitoring.statistics.distances import hellinger, jensen_shannon
from monitoring.statistics.divergences import psi
from monitoring.statistics.gaps import kolmogorov_smirnov, kolmogorov_smirnov_bound
from monitoring.statistics.independence import chi_square, chi_square_test
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.transport import reference_scale, wasserstein

SEEDS = pytest.mark.parametrize("seed", range(5))


def counted(x, y):
    values = np.unique(np.concatenate([x, y]))
    return values, *(np.array([(sample == v).sum() for v in values], dtype=float) for sample in (x, y))


def few_values(seed):
    generator = np.random.default_rng(seed)
    return generator.integers(0, 12, size=400), generator.integers(2, 14, size=150)


@SEEDS
def test_entropies_agree(seed):
    _, r, c = counted(*few_values(seed))
    assert jensen_shannon(r, c) == pytest.approx(spatial.distance.jensenshannon(r, c, base=2), rel=1e-12)
    bins = len(r)
    p, q = (r + 0.5) / (r.sum() + bins / 2), (c + 0.5) / (c.sum() + bins / 2)
    assert psi(r, c) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), rel=1e-12)
    overlap = np.sqrt(r / r.sum() * c / c.sum()).sum()
    assert hellinger(r, c) == pytest.approx(np.sqrt(1 - overlap), rel=1e-9)


@SEEDS
def test_kolmogorov_smirnov_agrees_on_few_values(seed):
    x, y = few_values(seed)
    _, r, c = counted(x, y)
    assert kolmogorov_smirnov(r, c) == pytest.approx(stats.ks_2samp(x, y).statistic, abs=1e-12)


@SEEDS
def test_the_distance_of_the_rows_lies_between_binned_distance_and_bound(seed):
    generator = np.random.default_rng(seed)
    x, y = generator.normal(size=3000), generator.normal(0.2, 1.1, size=700)
    edges = np.concatenate([[-np.inf], np.quantile(x, np.arange(1, 10) / 10), [np.inf]])
    r, c = (np.histogram(rows, edges)[0] for rows in (x, y))
    exact = stats.ks_2samp(x, y).statistic
    assert kolmogorov_smirnov(r, c) <= exact + 1e-12
    assert exact <= kolmogorov_smirnov_bound(r, c) + 1e-12
    assert (
        kolmogorov_smirnov_bound(r, c)
        <= kolmogorov_smirnov(r, c) + max((r / r.sum()).max(), (c / c.sum()).max()) + 1e-12
    )


@SEEDS
def test_wasserstein_agrees_on_few_values(seed):
    x, y = few_values(seed)
    values, r, c = counted(x, y)
    ours = wasserstein(r, c, reference_means=values, current_means=values)
    assert ours == pytest.approx(stats.wasserstein_distance(x, y), rel=1e-12)


@SEEDS
def test_wasserstein_agrees_with_its_atoms(seed):
    """Between two sets of weighted atoms, some bins empty on one side or both, the distance is exact."""
    generator = np.random.default_rng(seed)
    edges = np.arange(12.0)
    first, second = (np.sort(edges + generator.uniform(size=12)) for _ in range(2))
    r, c = generator.integers(0, 4, size=12), generator.integers(0, 4, size=12)
    ours = wasserstein(r, c, reference_means=first, current_means=second, scale=2.0)
    theirs = stats.wasserstein_distance(first[r > 0], second[c > 0], r[r > 0], c[c > 0])
    assert ours == pytest.approx(theirs / 2, rel=1e-12)


def test_wasserstein_from_the_profiles_bins_is_close_to_the_rows():
    generator = np.random.default_rng(4)
    x, y = generator.lognormal(size=50_000), generator.lognormal(0.1, 1.05, size=20_000)
    levels = [0, 0.001, *np.arange(0.05, 0.96, 0.05), 0.999, 1]
    edges = np.quantile(x, levels)
    slot = [np.searchsorted(np.append(edges, np.inf), rows, side="left") for rows in (x, y)]
    r, c = (np.bincount(s, minlength=24) for s in slot)
    means = [
        np.bincount(s, rows, 24) / np.maximum(n, 1) for s, rows, n in zip(slot, (x, y), (r, c), strict=True)
    ]
    ours = wasserstein(r, c, reference_means=means[0], current_means=means[1])
    assert ours == pytest.approx(stats.wasserstein_distance(x, y), rel=0.02)


def test_the_scale_is_the_standard_deviation():
    x = np.random.default_rng(0).gamma(2.0, size=500)
    counts, edges = np.histogram(x, 20)
    means = (edges[1:] + edges[:-1]) / 2
    moments = {"rows": 500, "total": (x - 5).sum(), "square": ((x - 5) ** 2).sum()}
    assert reference_scale(counts, means, **moments) == pytest.approx(x.std(ddof=1), rel=1e-9)


def test_the_interquartile_range_stands_in_for_an_infinite_deviation():
    counts, means = [25, 25, 25, 25], [0.0, 1.0, 2.0, 3.0]
    scale = reference_scale(counts, means, rows=100, total=np.inf, square=np.inf)
    assert scale == pytest.approx(2 / 1.349)


@SEEDS
def test_chi_square_agrees(seed):
    _, r, c = counted(*few_values(seed))
    keep = np.minimum(r, c) >= 8
    theirs = stats.chi2_contingency(np.stack([r[keep], c[keep]]), correction=False)
    ours = chi_square_test(r[keep], c[keep])
    assert (ours.statistic, ours.freedom, ours.p_value) == pytest.approx(
        (theirs.statistic, theirs.dof, theirs.pvalue)
    )


@SEEDS
def test_rare_categories_are_pooled_until_each_expects_five(seed):
    generator = np.random.default_rng(seed)
    p = np.array([0.5, 0.3, 0.15, 0.02, 0.015, 0.01, 0.005])
    r, c = generator.multinomial(900, p), generator.multinomial(100, p)
    least = (r + c) * 0.1
    rare = least < 5
    pool = np.stack([np.append(side[~rare], side[rare].sum()) for side in (r, c)])
    assert (r[rare].sum() + c[rare].sum()) * 0.1 >= 4  # the pool is close to five whatever the seed
    if (r[rare].sum() + c[rare].sum()) * 0.1 < 5:
        smallest = np.argmin(pool[:, :-1].sum(axis=0))
        pool[:, -1] += pool[:, smallest]
        pool = np.delete(pool, smallest, axis=1)
    theirs = stats.chi2_contingency(pool, correction=False)
    ours = chi_square_test(r, c)
    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_cramers_v_is_the_textbooks_where_samples_are_equal():
    r, c = np.array([40, 35, 25]), np.array([20, 45, 35])
    assert chi_square(r, c) == pytest.approx(stats.contingency.association(np.stack([r, c]), method="cramer"))


@SEEDS
def test_false_discovery_rates_agree(seed):
    p = np.random.default_rng(seed).uniform(size=(30, 7)) ** 2
    ours = benjamini_hochberg(p, axis=0)
    assert ours == pytest.approx(stats.false_discovery_control(p, axis=0, method="bh"), rel=1e-12)


def test_false_discovery_rates_leave_out_what_was_not_tested():
    p = np.array([0.01, np.nan, 0.04, 0.03, np.nan])
    ours = benjamini_hochberg(p)
    assert np.isnan(ours).tolist() == [False, True, False, False, True]
    assert ours[[0, 2, 3]] == pytest.approx(stats.false_discovery_control(p[[0, 2, 3]], method="bh"))
