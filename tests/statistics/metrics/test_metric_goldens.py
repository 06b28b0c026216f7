"""Numbers that R, pROC, statsmodels and closed forms gave for the same data (goldens.json here)."""

import json
import pathlib

import numpy as np
import pytest

from monitoring.statistics.metrics import METRICS, BinaryOutcomes, RegressionOutcomes

GOLDENS = {
    entry["id"]: entry
    for entry in json.loads(pathlib.Path(__file__).with_name("goldens.json").read_text("utf-8"))
}


def check(name, **got):
    """Every number of a golden must be computed, and equal to its tolerance."""
    golden = GOLDENS[name]
    assert set(got) == set(golden["expected"])
    for key, expected in golden["expected"].items():
        np.testing.assert_allclose(got[key], expected, rtol=0, atol=golden["tol"], err_msg=f"{name}: {key}")


def inputs(name):
    return GOLDENS[name]["inputs"]


def of_table(table):
    """Outcomes of a table of labels and decisions."""
    (tn, fp), (fn, tp) = table
    return BinaryOutcomes([], [tp + fn], [tn + fp], [tp], [fp], 0.0, 0.0, 0.0, 0.0)


def test_every_golden_is_checked():
    source = pathlib.Path(__file__).read_text("utf-8")
    assert [name for name in GOLDENS if f'"{name}"' not in source] == []


@pytest.mark.parametrize("name", ["wilson_8_10", "wilson_95_100", "wilson_0_20"])
def test_the_interval_of_accuracy_is_wilsons(name):
    k, n = inputs(name)["k"], inputs(name)["n"]
    found = METRICS["accuracy"](of_table([[0, 0], [n - k, k]]))
    check(name, lo=found.lower, hi=found.upper)


def test_the_interval_of_f1_is_that_of_the_jaccard_index():
    case = inputs("f1_ci")
    found = METRICS["f1"](of_table([[100, case["fp"]], [case["fn"], case["tp"]]]))
    check("f1_ci", f1=found.value, lo=found.lower, hi=found.upper, se_delta=found.error)


def test_the_errors_of_table_metrics_are_those_of_the_delta_method():
    outcomes = of_table(inputs("cm_delta")["cm_rows_true"])
    m, b = METRICS["mcc"](outcomes), METRICS["balanced_accuracy"](outcomes)
    check("cm_delta", mcc=m.value, mcc_se=m.error, bacc=b.value, bacc_se=b.error)


def test_the_error_of_kappa_agrees_with_statsmodels():
    found = METRICS["cohen_kappa"](of_table(inputs("cohen_kappa")["table"]))
    check("cohen_kappa", kappa=found.value, se=found.error)


def test_the_area_and_its_variance_agree_with_proc():
    case = inputs("delong")
    first, second = (METRICS["roc_auc"](BinaryOutcomes.of_rows(case[s], case["y"])) for s in ("s1", "s2"))
    check("delong", auc1=first.value, auc2=second.value, var1=first.error**2, var2=second.error**2)


def test_losses_of_probabilities_agree_with_closed_forms():
    outcomes = BinaryOutcomes.of_rows(inputs("calibration")["f"], inputs("calibration")["y"])
    check("calibration", brier=METRICS["brier"](outcomes).value, logloss=METRICS["log_loss"](outcomes).value)


def test_errors_of_a_regression_agree_with_the_delta_method():
    outcomes = RegressionOutcomes.of_rows(inputs("regression_se")["pred"], inputs("regression_se")["y"])
    m, r = METRICS["mae"](outcomes), METRICS["rmse"](outcomes)
    check("regression_se", mae=m.value, mae_se=m.error, rmse=r.value, rmse_se=r.error)
