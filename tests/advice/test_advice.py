"""Retraining advice from the store to the sentence: each of its six states, from a log that deserves it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import advice
from monitoring.store import Store
from tests.store.scored_logs import take

DAYS, ROWS, TURN = 70, 300, 42
TEXT = """
name = "m"
task = "binary"
clock = "last row"
star = ["x"]
[reference]
start = 2026-01-01
stop = 2026-01-29
"""
COSTS = """
[costs]
currency = "EUR"
false_positive = 10
false_negative = 10
retrain = 1000
"""


def logged(*, score=None, wrong=0.0, x=None, labelled=1.0):
    """Predictions and labels of seventy days, of which the last four weeks are another world.

    There scores are what ``score`` makes of calibrated ones, so many labels are turned round as ``wrong``
    says, ``x`` makes a feature from noise, and only so many rows as ``labelled`` says ever get their label.
    """
    random = np.random.default_rng(5)
    logs, told = [], []
    for day in range(DAYS):
        new = day >= TURN
        at = pd.Timestamp("2026-01-01") + pd.Timedelta(days=day)
        at = at + pd.to_timedelta(np.linspace(0, 80_000, ROWS), "s")
        true, noise = random.uniform(size=ROWS), random.normal(size=ROWS)
        label = (random.uniform(size=ROWS) < true) ^ (new & (random.uniform(size=ROWS) < wrong))
        said = score(true) if new and score else true
        value = x(noise) if new and x else noise
        rows = pd.DataFrame({"id": [f"{day}-{i}" for i in range(ROWS)], "predicted_at": at})
        logs.append(rows.assign(score=said, x=value, y=random.normal(size=ROWS)))
        late = at + pd.to_timedelta(random.integers(1, 24, ROWS), "h")
        kept = random.uniform(size=ROWS) < (labelled if new else 1.0)
        told.append(pd.DataFrame({"id": rows["id"], "label": label.astype(int), "labelled_at": late})[kept])
    log, labels = pd.concat(logs), pd.concat(told)
    return log, labels[labels["labelled_at"] < log["predicted_at"].max()]


@pytest.fixture
def advised(tmp_path):
    """What is advised for a log."""

    def made(text=TEXT, as_of=None, told=True, **given):
        log, labels = logged(**given)
        with Store.open(tmp_path / "lookout.duckdb") as store:
            store.add(text)
            take(store, tmp_path, log, "predictions")
            if told:
                take(store, tmp_path, labels, "labels")
            found = advice.read(store, "m", as_of)
        assert found is not None
        return advice.advise(found)

    return made


def test_inputs_that_drift_without_a_loss_are_healthy_drift_without_harm(advised):
    found = advised(x=lambda noise: noise + 2)
    assert found.state == "healthy"
    assert found.sentence.startswith("Healthy, drift without harm")
    assert found.drift
    deciding = [fact for fact in found.facts if fact.decides]
    assert {fact.metric.key for fact in deciding} == {"accuracy", "roc_auc"}
    assert all(fact.kind == "realised" and fact.loss_upper < fact.tolerance for fact in deciding)
    assert found.labelled == pytest.approx(41 * ROWS, rel=0.05)
    assert found.needed == 28 * ROWS


def test_a_loss_with_enough_labels_since_it_began_asks_for_a_retraining(advised):
    found = advised(TEXT + COSTS, wrong=0.3)
    assert found.state == "degraded"
    assert found.sentence.startswith("Retrain")
    assert abs((found.onset - dt.datetime(2026, 2, 12)).days) <= 2
    assert found.recent > 0.9
    assert "EUR" in found.cost
    assert "retraining pays" in found.cost
    decisive = next(fact for fact in found.facts if fact.decides and fact.metric.key == "accuracy")
    assert (decisive.window.stop - decisive.window.start).days == 14
    assert decisive.value == pytest.approx(0.60, abs=0.03)
    assert decisive.baseline == pytest.approx(0.75, abs=0.02)


def test_soon_after_a_loss_began_labels_are_collected_first(advised):
    found = advised(wrong=0.5, as_of=dt.datetime(2026, 2, 22, tzinfo=dt.UTC))
    assert found.state == "degraded"
    assert found.sentence.startswith("Collect 1500 more labelled rows")
    assert found.recent < 0.5


def test_a_feature_that_went_missing_when_the_loss_began_is_repaired_first(advised):
    found = advised(wrong=0.3, x=lambda noise: np.where(noise > 0, np.nan, noise))
    assert found.state == "data problem"
    assert found.sentence.startswith("Repair the data first (x)")
    assert found.otherwise.startswith("Retrain")
    fault = found.faults[0]
    assert (fault.feature, fault.check, fault.before) == ("x", "missing", 0.0)
    assert fault.value == pytest.approx(0.5, abs=0.1)


def test_values_beyond_the_reference_range_may_be_right_and_are_checked(advised):
    found = advised(wrong=0.3, x=lambda noise: noise + 20)
    assert found.state == "data problem"
    assert found.sentence.startswith("Check the data first (x)")
    assert "never learnt" in found.sentence


def test_a_faulty_input_is_no_data_problem_where_nothing_is_lost(advised):
    found = advised(x=lambda noise: noise + 20)
    assert found.state == "healthy"
    assert found.faults


def test_scores_that_mean_something_else_but_rank_as_before_are_recalibrated(advised):
    found = advised(score=lambda true: 0.5 + 0.3 * (true - 0.5))
    assert found.state == "calibration only"
    assert "Recalibrate" in found.sentence
    assert found.calibration is not None
    assert found.calibration.status == "amber"


def test_an_estimate_alone_asks_for_an_audit_sample_before_a_retraining(advised):
    found = advised(score=lambda true: 0.5 + 0.3 * (true - 0.5), labelled=0.0)
    assert found.state == "estimated drop"
    assert found.sentence.startswith("Send an audit sample before retraining")
    assert found.rows is not None
    decisive = next(fact for fact in found.facts if fact.decides and fact.metric.key == "accuracy")
    assert decisive.kind == "estimated"
    assert decisive.value < 0.6
    assert decisive.n == pytest.approx(28 * ROWS, rel=0.05)


def test_few_labels_leave_it_undecided_and_say_how_many_would_tell(advised):
    found = advised(wrong=0.12, labelled=0.04)
    assert found.state == "undecided"
    assert "Too few labels" in found.sentence
    assert found.rows is not None
    assert found.rows > max(fact.n for fact in found.facts if fact.kind == "realised")


def test_without_any_label_there_is_nothing_to_compare_with(advised):
    found = advised(told=False)
    assert found.state == "undecided"
    assert "no mature labels" in found.sentence
    assert not found.facts


def test_a_model_without_predictions_gets_no_advice(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(TEXT)
        assert advice.read(store, "m") is None
