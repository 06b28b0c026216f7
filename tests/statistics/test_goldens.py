"""Numbers that R, scipy, statsmodels, NannyML and ruptures gave for the same data (tests/goldens.json)."""

import json
import pathlib

import numpy as np
import pytest

from monitoring.statistics import distances, independence, transport
from monitoring.statistics.changepoint import change
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.noise import noise_mean, noise_p_value, noise_quantile
from monitoring.statistics.registry import METHODS
from monitoring.statistics.shares import two_shares, wilson

GOLDENS = {
    entry["id"]: entry
    for entry in json.loads(pathlib.Path(__file__).parents[1].joinpath("goldens.json").read_text())
}


def check(name, **got):
    """Every number of a golden must be computed, and equal to its tolerance."""
    golden = GOLDENS[name]
    assert set(got) == set(golden["expected"])
    for key, expected in golden["expected"].items():
        np.testing.assert_allclose(
            got[key], expected, rtol=0, atol=max(golden["tol"], 1e-15), err_msg=f"{name}: {key}"
        )


def histograms(x, y):
    """Both samples counted over their pooled distinct values."""
    values = np.unique(np.concatenate([x, y]))
    return values, *(np.array([np.sum(np.asarray(sample) == v) for v in values]) for sample in (x, y))


def inputs(name):
    return GOLDENS[name]["inputs"]


def test_every_golden_is_checked():
    source = pathlib.Path(__file__).read_text()
    assert [name for name in GOLDENS if f'"{name}"' not in source] == []


def test_kolmogorov_smirnov_agrees_with_r():
    _, r, c = histograms(inputs("ks_2samp")["x"], inputs("ks_2samp")["y"])
    distance = distances.kolmogorov_smirnov(r, c)
    p_value = noise_p_value(METHODS["kolmogorov_smirnov"], distance**2, 1 / r.sum() + 1 / c.sum(), 15)
    check("ks_2samp", D=distance, p_asym_kolmogorov=p_value)


def test_tied_values_are_handled_from_counts():
    case = inputs("ties_from_counts")
    place = {"reference_means": case["values"], "current_means": case["values"]}
    check(
        "ties_from_counts",
        ks_D=distances.kolmogorov_smirnov(case["ref"], case["cur"]),
        w1=transport.wasserstein(case["ref"], case["cur"], **place),
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
        psi=distances.psi(r * 1e12, c * 1e12),  # so many rows that the half row is invisible
        psi_halfpseudo=distances.psi(r, c),
        js_base2=distances.jensen_shannon(r, c),
        hellinger=distances.hellinger(r, c),
        tv=distances.total_variation(r, c),
    )


def test_an_empty_bin_costs_a_finite_amount():
    r, c = inputs("psi_zero_bin")["ref"], inputs("psi_zero_bin")["cur"]
    check(
        "psi_zero_bin",
        psi_halfpseudo=distances.psi(r, c),
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
        psi_halfpseudo=distances.psi(r, c),
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
