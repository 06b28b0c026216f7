"""Numbers that R, statsmodels, NannyML and papers gave for scores, labels and pairs (tests/goldens.json)."""

import numpy as np

from monitoring.statistics import (
    audits,
)
from monitoring.statistics.auc import roc_auc
from monitoring.statistics.brier import brier_parts, spiegelhalter_test
from monitoring.statistics.calibration import calibration_error
from monitoring.statistics.estimation import ScoreMap
from monitoring.statistics.expectation import estimated_metrics
from monitoring.statistics.mixing import mix_and_rate
from monitoring.statistics.paired import agreement, areas, right, sequences
from monitoring.statistics.sums import score_sums, width_groups
from monitoring.statistics.weighting import effective_rows
from tests.statistics.goldens import GOLDENS, check, inputs


def test_calibration_agrees_with_the_rows_by_hand():
    case = inputs("calibration")
    f, y = np.array(case["f"]), np.array(case["y"])
    values = np.unique(f)
    fine = score_sums(values, f, y)
    binned = fine.merged(width_groups(values + 1e-9, bins=5))
    parts, error = brier_parts(binned), calibration_error(binned)
    check(
        "calibration",
        brier=parts.score,
        ece=error.mean,
        mce=error.largest,
        reliability=parts.reliability,
        resolution=parts.resolution,
        uncertainty=parts.uncertainty,
        within_bin_var=parts.within_variance,
        within_bin_cov=parts.within_covariance,
        spiegelhalter_z=spiegelhalter_test(fine).statistic,
    )


def by_row(scores, probabilities):
    """A map in which every row of a chunk has a slot of its own."""
    rows = np.ones(len(scores))
    block = np.arange(len(scores))
    return ScoreMap(
        probabilities, scores, np.full(len(scores), np.inf), block, True, np.nan, np.nan, np.nan
    ), rows


def test_estimates_without_labels_agree_with_nannyml():
    case = inputs("cbpe_small")
    scores, probabilities = np.array(case["scores"])[::-1], np.array(case["calibrated"])[::-1]
    known, rows = by_row(scores, probabilities)
    found = estimated_metrics(rows, (scores >= case["threshold"]).astype(float), known)
    names = {"auc": "roc_auc", "ap": "average_precision"}
    expected = GOLDENS["cbpe_small"]["expected"]
    check("cbpe_small", **{name: found[names.get(name, name)].value for name in expected})


def test_the_error_of_an_estimated_accuracy_is_exact():
    right = np.array(inputs("cbpe_accuracy_poisson_binomial")["correct_prob"])
    known, rows = by_row(np.arange(12) / 12, right)
    found = estimated_metrics(rows, rows, known)["accuracy"]
    check("cbpe_accuracy_poisson_binomial", mean=found.value, se=found.sampling)


def test_effective_rows_are_those_of_kish():
    check("ess", ess=effective_rows(inputs("ess")["w"]))


def test_mix_and_rate_are_those_by_hand():
    moments = []
    for side in (inputs("mix_rate")["ref"], inputs("mix_rate")["cur"]):
        errors = [part["err"] for part in side]
        moments += [[part["n"] for part in side], errors, errors]
    found = mix_and_rate(*moments)
    check("mix_rate", delta=found.change.value, mix=found.mix.value, rate=found.rate.value)


def test_two_versions_agree_as_often_as_statsmodels_says():
    found = agreement.agreement(GOLDENS["cohen_kappa"]["inputs"]["table"])
    check("cohen_kappa", kappa=found.kappa, se=found.kappa_error)


def test_rows_that_one_version_decided_right_are_judged_as_r_judges_them():
    found = right.right(86, 150, 10_000)
    check(
        "mcnemar", chi2=found.statistic, p_asym=found.p_value, p_exact=found.exact, p_midp=found.mid
    )  # fmt: skip
    few = right.right(1, 7, 100)
    check("mcnemar_small", p_exact=few.p_value, p_midp=few.mid)


def test_two_areas_on_the_same_rows_are_compared_as_proc_compares_them():
    given = GOLDENS["delong"]["inputs"]
    found = areas.area_difference(given["s1"], given["s2"], given["y"])
    alone = [roc_auc(*(np.extract(np.equal(given["y"], y), given[s]) for y in (0, 1))) for s in ("s1", "s2")]
    check(
        "delong", auc1=found.first, auc2=found.second, var1=alone[0].error ** 2, var2=alone[1].error ** 2,
        z=-found.difference / found.error, p=found.p_value,
    )  # fmt: skip


def test_the_confidence_sequence_is_that_of_its_paper():
    given = GOLDENS["asymptotic_cs"]["inputs"]
    days = np.full(10, given["t"] / 10)
    mean, square = given["mean"], given["sd"] ** 2 + given["mean"] ** 2
    found = sequences.confidence_sequence(days, days * mean, days * square, given["t_star"])
    check(
        "asymptotic_cs", rho=sequences.tightness(given["t_star"]),
        half_width=(found.upper[-1] - found.lower[-1]) / 2, lo=found.lower[-1], hi=found.upper[-1],
    )  # fmt: skip


def test_a_bet_on_who_is_right_alone_is_the_mixture_over_all_coins():
    found = sequences.evidence([2], [8])
    check("betabinom_e_value", e=np.exp(found.log_e[0]), log_e=found.log_e[0], p_anytime=found.p_value[0])


def test_rows_drawn_with_known_chances_tell_of_all_rows_as_reckoned_by_hand():
    given = {key: np.array(value) for key, value in GOLDENS["difference_estimator"]["inputs"].items()}
    at = given["sampled"] == 1
    correct, proxy, chance = (given[key][at] for key in ("correct", "proxy", "pi"))
    found = audits.difference(given["proxy"].mean(), correct, proxy, chance, len(at))
    weighted = audits.ratio(correct, np.ones(len(correct)), chance)
    check("difference_estimator", est=found.value, se=found.error, hajek=weighted.value)
