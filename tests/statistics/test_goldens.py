"""Numbers that R, scipy, statsmodels, NannyML and ruptures gave for the same data (tests/goldens.json)."""

import pathlib

import numpy as np
import pytest

from monitoring.statistics import (
    distances,
    divergences,
    gaps,
    independence,
    means,
    proportions,
    ranks,
    transport,
)
from monitoring.statistics.anderson import anderson_darling_test
from monitoring.statistics.changepoint import change
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.noise import noise_mean, noise_p_value, noise_quantile
from monitoring.statistics.outliers import conformal, ecod
from monitoring.statistics.registry import METHODS
from monitoring.statistics.shares import two_shares, wilson
from tests.statistics.goldens import GOLDENS, check, inputs


def histograms(x, y):
    """Both samples counted over their pooled distinct values."""
    values = np.unique(np.concatenate([x, y]))
    return values, *(np.array([np.sum(np.asarray(sample) == v) for v in values]) for sample in (x, y))


def test_every_golden_is_checked():
    sources = "".join(path.read_text() for path in pathlib.Path(__file__).parent.glob("test_goldens*.py"))
    assert [name for name in GOLDENS if f'"{name}"' not in sources] == []


def test_kolmogorov_smirnov_agrees_with_r():
    _, r, c = histograms(inputs("ks_2samp")["x"], inputs("ks_2samp")["y"])
    distance = gaps.kolmogorov_smirnov(r, c)
    p_value = noise_p_value(METHODS["kolmogorov_smirnov"], distance**2, 1 / r.sum() + 1 / c.sum(), 15)
    test = gaps.kolmogorov_smirnov_test(r, c, exact=True)
    check("ks_2samp", D=distance, p_asym_kolmogorov=p_value, p_scipy_asymp=test.p_value)


def test_t_tests_from_moments_agree_with_r():
    for name, test in (("student_t", means.student_t_test), ("welch_t", means.welch_t_test)):
        rows = [np.array(inputs(name)[side]) for side in ("ref", "cur")]
        found = test([8], [8], **_moments(*((one.mean(), one.var(ddof=1)) for one in rows)))
        check(name, t=-found.statistic, p=found.p_value)  # R's is the first less the second
    case = inputs("welch_from_moments")
    given = _moments((case["mean1"], case["var1"]), (case["mean2"], case["var2"]))
    found = means.welch_t_test([case["n1"]], [case["n2"]], **given)
    size = means.welch_t([case["n1"]], [case["n2"]], **given)
    check("welch_from_moments", t=-found.statistic, p=found.p_value, cohen_d=size)


def _moments(reference, current):
    return {"reference_moments": reference, "current_moments": current}


def test_mann_whitney_agrees_with_r():
    for name in ("mannwhitney_exact", "mannwhitney_ties_cc"):
        _, x, y = histograms(inputs(name)["x"], inputs(name)["y"])
        found = ranks.mann_whitney_test(y, x)  # U is the first sample's
        got = {"U": found.statistic, "auc": ranks.superiority(y, x) + 0.5}
        check(name, **got, **({"p": found.p_value} if name == "mannwhitney_ties_cc" else {}))


def test_the_tests_of_whole_distributions_agree_with_scipy():
    _, r, c = histograms(inputs("cvm_2samp")["x"], inputs("cvm_2samp")["y"])
    found = gaps.cramer_von_mises_test(r, c)
    check("cvm_2samp", T=found.statistic, p_asym=found.p_value)
    _, r, c = histograms(inputs("anderson_2samp")["x"], inputs("anderson_2samp")["y"])
    found = anderson_darling_test(r, c)
    check("anderson_2samp", std_stat=found.statistic, p=found.p_value)


def test_tests_of_tables_agree_with_r():
    found = independence.likelihood_ratio_test(*inputs("g_two_sample")["table"])
    check("g_two_sample", G=found.statistic, p=found.p_value)
    (a, b), (c, d) = inputs("fisher_2x2")["table"]
    check("fisher_2x2", p=proportions.fisher_test([b, a], [d, c]).p_value)
    p1, p2 = inputs("cohen_h")["p1"], inputs("cohen_h")["p2"]
    check("cohen_h", h=proportions.cohen_h([1 - p2, p2], [1 - p1, p1]))


def test_distances_of_continuous_rows_agree_with_scipy():
    generator = np.random.default_rng(0)
    x, y = np.round(generator.normal(size=200), 3), np.round(generator.normal(0.3, 1.2, size=100), 3)
    values, r, c = histograms(x, y)
    check(
        "library_compare_numeric",
        scipy_w1=transport.wasserstein(r, c, reference_means=values, current_means=values),
        scipy_ks=gaps.kolmogorov_smirnov(r, c),
    )


def test_tied_values_are_handled_from_counts():
    case = inputs("ties_from_counts")
    place = {"reference_means": case["values"], "current_means": case["values"]}
    check(
        "ties_from_counts",
        ks_D=gaps.kolmogorov_smirnov(case["ref"], case["cur"]),
        w1=transport.wasserstein(case["ref"], case["cur"], **place),
        cvm_T=gaps.cramer_von_mises_test(case["ref"], case["cur"]).statistic,
        ad_std=anderson_darling_test(case["ref"], case["cur"]).statistic,
        mwu_U_cur=ranks.mann_whitney_test(case["ref"], case["cur"]).statistic,
    )


def test_the_chi_square_test_takes_both_samples_as_random():
    reference, current = inputs("chi2_two_sample")["table"]
    test = independence.chi_square_test(reference, current)
    value = independence.chi_square(reference, current)
    check("chi2_two_sample", chi2=test.statistic, df=test.freedom, p=test.p_value, cramer_v=value)


def test_two_shares_agree_with_r():
    case = inputs("two_prop_z")
    test = two_shares(case["k"][0], case["n"][0], case["k"][1], case["n"][1])
    check("two_prop_z", z=test.statistic, p=test.p_value, diff=test.difference)


def test_distances_agree_with_scipy():
    case = inputs("psi_raw")
    r, c = np.array(case["ref"]), np.array(case["cur"])
    check(
        "psi_raw",
        psi=divergences.psi(r * 1e12, c * 1e12),  # so many rows that the half row is invisible
        psi_halfpseudo=divergences.psi(r, c),
        js_base2=distances.jensen_shannon(r, c),
        hellinger=distances.hellinger(r, c),
        tv=distances.total_variation(r, c),
    )


def test_an_empty_bin_costs_a_finite_amount():
    r, c = inputs("psi_zero_bin")["ref"], inputs("psi_zero_bin")["cur"]
    check(
        "psi_zero_bin",
        psi_halfpseudo=divergences.psi(r, c),
        js_base2=distances.jensen_shannon(r, c),
        hellinger=distances.hellinger(r, c),
    )


def test_jensen_shannon_is_in_base_two():
    check(
        "js_scipy_doc",
        js_base2=distances.jensen_shannon(inputs("js_scipy_doc")["p"], inputs("js_scipy_doc")["q"]),
    )


def test_categories_agree_with_nannyml_where_conventions_do():
    r, c = inputs("library_compare_categorical")["ref"], inputs("library_compare_categorical")["cur"]
    check(
        "library_compare_categorical",
        psi_halfpseudo=divergences.psi(r, c),
        js_base2=distances.jensen_shannon(r, c),
        hellinger=distances.hellinger(r, c),
        tv=distances.total_variation(r, c),
        chi2=independence.chi_square_test(r, c, expected=0).statistic,
    )


@pytest.mark.parametrize("name", ["wasserstein", "wasserstein_weighted"])
def test_wasserstein_agrees_with_scipy(name):
    case = inputs(name)
    values = np.unique(case["a"] + case["b"])
    weights = [case.get(key, [1.0] * 3) for key in ("aw", "bw")]
    r, c = (
        [sum(w for w, at in zip(weight, case[key], strict=True) if at == v) for v in values]
        for key, weight in zip("ab", weights, strict=True)
    )
    check(name, w1=transport.wasserstein(r, c, reference_means=values, current_means=values))


def test_noise_of_the_stability_index_has_the_chi_square_law():
    case = inputs("psi_null")
    scale, bins = 1 / case["n_ref"] + 1 / case["n_cur"], case["bins"]
    psi, js = METHODS["psi"], METHODS["jensen_shannon"]
    check(
        "psi_null",
        mean=noise_mean(psi, scale, bins),
        q95=noise_quantile(psi, scale, bins, 0.95),
        q99=noise_quantile(psi, scale, bins, 0.99),
        js2_q99=np.sqrt(noise_quantile(js, scale, bins, 0.99)),
    )


def test_false_discovery_rates_agree_with_r():
    check("benjamini_hochberg", adj=benjamini_hochberg(inputs("benjamini_hochberg")["p"]))


@pytest.mark.parametrize("name", ["wilson_8_10", "wilson_95_100", "wilson_0_20"])
def test_wilson_intervals_agree_with_r(name):
    interval = wilson(inputs(name)["k"], inputs(name)["n"])
    check(name, lo=interval.lower, hi=interval.upper)


def test_a_step_is_found_where_ruptures_finds_it():
    found = change(inputs("changepoint")["series"])
    assert found is not None
    check("changepoint", at=found.at)


def test_outlier_scores_of_pyod():
    rows = np.array(inputs("ecod")["X"])
    check("ecod", scores=ecod.ecod([ecod.tails(column) for column in rows.T], rows))


def test_conformal_p_values_of_outlier_scores():
    given = inputs("conformal_outlier_p")
    held = conformal.calibration(given["ref_scores"])
    check("conformal_outlier_p", p=conformal.p_values(held, given["s"]))
