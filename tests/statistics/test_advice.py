"""Retraining advice: every row of its table, its error rates, and the rows that are still needed."""

import numpy as np
import pytest

from monitoring.statistics.advice import (
    CostCase,
    DataFault,
    Evidence,
    retraining_advice,
)
from monitoring.statistics.sample_size import detectable_drop, rows_to_detect


def advice(**given):
    return retraining_advice(Evidence(tolerance=0.02, **given))


def test_every_state_is_reached_by_its_condition():
    sure = {"change": -0.05, "error": 0.005}
    assert advice(**sure).state == "degraded"
    assert advice(change=0.0, error=0.005).state == "healthy"
    assert advice(change=-0.02, error=0.005).state == "undecided"
    assert advice().state == "undecided"
    assert advice(estimated=-0.06, estimated_half_width=0.03).state == "estimated drop"
    assert advice(estimated=-0.04, estimated_half_width=0.03).state == "undecided"
    within = {"auc_lower": -0.01, "auc_upper": 0.015, "calibration_alarm": True}
    assert advice(change=0.0, error=0.005, **within).state == "calibration only"
    assert advice(change=0.0, error=0.005, **{**within, "auc_lower": -0.03}).state == "healthy"
    assert advice(**sure, **within).state == "degraded"


def test_faults_count_when_they_came_first():
    fault = [DataFault("wind", 10)]
    sure = {"change": -0.05, "error": 0.005}
    early, late = advice(**sure, faults=fault, onset=12), advice(**sure, faults=fault, onset=9)
    assert early.state == "data problem"
    assert "wind" in early.sentence
    assert late.state == "degraded"
    assert advice(faults=fault).state == "data problem"
    assert advice(change=0.0, error=0.005, faults=fault).state == "healthy"


def test_the_remedy_depends_on_the_labels_at_hand():
    sure = {"change": -0.05, "error": 0.005, "needed": 1000}
    assert advice(**sure, labelled=1000, recent=0.5).sentence.startswith("Retrain")
    assert "700 more labelled rows" in advice(**sure, labelled=300, recent=0.9).sentence
    assert "after the drop" in advice(**sure, labelled=5000, recent=0.1).sentence


def test_drift_without_harm_is_healthy():
    found = advice(change=0.001, error=0.004, drift=True)
    assert found.state == "healthy"
    assert "inputs drifted" in found.sentence
    assert "drifted" not in advice(change=0.001, error=0.004).sentence


def test_an_always_valid_interval_takes_the_place_of_the_fixed_one():
    assert advice(change=-0.05, error=0.005, lower=-0.09, upper=-0.01).state == "undecided"
    assert advice(lower=-0.09, upper=-0.03).state == "degraded"


def test_the_rows_needed_find_the_drop_four_times_of_five():
    rows = rows_to_detect(0.9, 0.02)
    assert detectable_drop(0.9, rows) == pytest.approx(0.02, abs=1e-5)
    generator = np.random.default_rng(0)
    share = generator.binomial(rows, 0.9 - 0.02, size=20_000) / rows
    found = share < 0.9 - 1.6449 * np.sqrt(0.09 / rows)
    assert found.mean() == pytest.approx(0.8, abs=0.03)
    assert advice(share=0.9).rows == rows
    assert advice(change=-0.02, error=0.01, current_rows=900).rows == int(np.ceil(900 * 2.4865**2))
    assert advice(change=0.0, error=0.005).rows is None
    assert advice().rows is None
    with pytest.raises(ValueError, match="above 0"):
        rows_to_detect(0.9, 0.0)


def test_what_it_pays_is_told_for_both_ends():
    case = CostCase(loss_per_row=10, rows_per_day=1000, horizon_days=30, retraining=5000, risk=1000)
    assert "retraining pays" in advice(change=-0.05, error=0.005, costs=case).cost
    assert "does not pay" in advice(change=0.01, error=0.001, costs=case).cost
    assert "may pay" in advice(change=-0.02, error=0.01, costs=case).cost
    assert advice(costs=case).cost == ""


def test_error_rates_are_those_of_the_rule():
    """4,000 current rows against 20,000 reference rows at 90 %, tolerance 2 points; rates of the table."""
    generator = np.random.default_rng(1)
    n, m, runs = 20_000, 4_000, 3000
    expected = {
        0.0: {"healthy": 0.99},
        -0.01: {"healthy": 0.59, "undecided": 0.41},
        -0.02: {"degraded": 0.035, "undecided": 0.92},
        -0.03: {"degraded": 0.56},
        -0.04: {"degraded": 0.97},
    }
    for change, rates in expected.items():
        before, after = generator.binomial(n, 0.9, runs) / n, generator.binomial(m, 0.9 + change, runs) / m
        error = np.sqrt(before * (1 - before) / n + after * (1 - after) / m)
        states = [advice(change=d, error=e).state for d, e in zip(after - before, error, strict=True)]
        for state, rate in rates.items():
            assert states.count(state) / runs == pytest.approx(rate, abs=0.03), (change, state)


def test_a_tolerance_is_above_nothing():
    with pytest.raises(ValueError, match="tolerance"):
        retraining_advice(Evidence(tolerance=0.0))
