"""Estimates that need rows, through a store: reference rows weighted for a window, errors of a regression."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import special
from sklearn.linear_model import LogisticRegression

from monitoring import performance
from monitoring.performance import loss_estimates, weighted
from monitoring.windows import Window

UTC = dt.UTC
FAR = dt.datetime(2027, 1, 1, tzinfo=UTC)
PLAIN = 'name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-15\n'
NOW = Window(dt.datetime(2026, 1, 15), dt.datetime(2026, 1, 22))
DAYS, EACH = 21, 400


def rows(second, since=14, each=EACH, seed=3):
    """A log of two features of which the model knows the first; the second's mean moves since a day."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), each)
    x = rng.normal(size=(day.size, 2))
    x[:, 1] += np.where(day >= since, second, 0.0)
    label = (rng.uniform(size=day.size) < special.expit(3 * x[:, 0] + 3 * x[:, 1] + 4)).astype(int)
    model = LogisticRegression().fit(x[day < 14, :1], label[day < 14])
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(day, unit="D")
    names = [f"r{i}" for i in range(day.size)]
    log = pd.DataFrame({"id": names, "predicted_at": at, "x1": x[:, 0], "x2": x[:, 1]})
    log["score"] = model.predict_proba(x[:, :1])[:, 1].round(4)
    told = pd.DataFrame({"id": names, "label": label, "labelled_at": at + pd.Timedelta(hours=1)})
    return log, told


def asked(store, window=NOW, known_at=FAR, **of):
    found = performance.material(store, "m", known_at=known_at, **of)
    estimates = performance.estimate(performance.assess(found, intervals=False))
    return estimates, performance.weigh(store, found, estimates.outputs, window)


@pytest.mark.parametrize(("second", "plain_misses", "misses"), [(-1.0, 0.1, 0.035), (0.0, 0.0, 0.025)])
def test_weighting_finds_through_the_store_what_an_omitted_feature_does(filled, second, plain_misses, misses):
    log, told = rows(second)
    store = filled(PLAIN, ("predictions", log), ("labels", told[told["id"].isin(log["id"][: 14 * EACH])]))
    estimates, found = asked(store)
    now = performance.pooled(estimates, NOW, ["accuracy"], found)["accuracy"]
    late = log["predicted_at"] >= "2026-01-15"
    realised = ((log["score"] >= 0.5) == told["label"])[late].mean()
    assert (found.reason, found.outside) == ("", False)
    assert abs(now.plain - realised) >= plain_misses
    assert abs(now.weighted - realised) <= misses
    assert now.value == now.weighted, "the headline, as features are logged and the guards hold"
    assert now.lower <= realised <= now.upper
    assert now.upper - now.value >= abs(now.weighted - now.plain), "the interval holds both"
    assert now.rows == late.sum()
    assert 0.4 < found.auc < 0.8
    assert found.effective >= 0.3
    assert (found.reference_rows, found.current_rows) == (14 * EACH, 7 * EACH)


def test_outside_the_references_support_the_plain_estimate_stands_grey_with_the_badge(filled):
    log, told = rows(5.0)
    estimates, found = asked(filled(PLAIN, ("predictions", log), ("labels", told)))
    assert found.outside
    assert found.auc > 0.95
    now = performance.pooled(estimates, NOW, ["accuracy"], found)["accuracy"]
    assert (now.status, now.reason, now.value) == ("grey", "outside_support", now.plain)
    assert np.isnan(now.weighted)
    frame = performance.estimate_frames.window_frame(estimates, {"accuracy": now}, found)
    row = frame.iloc[0]
    assert (row["measure"], row["reason"], row["status"]) == ("estimated_accuracy", "outside_support", "grey")
    assert row["statistic"] == found.auc


def test_days_that_each_have_their_own_weather_are_not_outside_the_reference(filled):
    """A value that hardly varies within a day names the day; so rows of a day are held out together."""
    log, told = rows(0.0)
    weather = np.random.default_rng(8).normal(size=DAYS)
    log["weather"] = weather[np.arange(len(log)) // EACH]
    _, found = asked(filled(PLAIN, ("predictions", log), ("labels", told)))
    assert not found.outside
    assert found.auc < 0.75


def test_an_answer_is_kept_until_the_data_change(filled, monkeypatch):
    log, told = rows(-1.0)
    store = filled(PLAIN, ("predictions", log), ("labels", told))
    before = asked(store)[1]
    monkeypatch.setattr(weighted, "samples", None)
    assert asked(store)[1] == before
    with pytest.raises(TypeError):
        asked(store, Window(NOW.start, dt.datetime(2026, 1, 20)))


def test_the_log_without_features_or_with_few_rows_says_why_nothing_was_weighed(filled):
    log, told = rows(0.0)
    bare = filled(PLAIN, ("predictions", log.drop(columns=["x1", "x2"])), ("labels", told), name="bare")
    assert asked(bare)[1].reason == "no_features"
    few = filled(PLAIN, ("predictions", log[: 14 * EACH + 50]), ("labels", told[: 14 * EACH]), name="few")
    estimates, found = asked(few)
    assert found.reason == "few_rows_to_weigh"
    now = performance.pooled(estimates, NOW, ["accuracy"], found)["accuracy"]
    assert (now.status, now.value) == ("green", now.plain)


def numbers(spread, seed=5):
    """A regression that errs ten times as much where x is 1, which becomes more frequent."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), EACH)
    x = (rng.uniform(size=day.size) < np.where(day >= 14, spread, 0.2)).astype(float)
    label = rng.normal(size=day.size) * 5
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(day, unit="D")
    names = [f"r{i}" for i in range(day.size)]
    wrong = rng.normal(size=day.size) * (1 + 9 * x)
    log = pd.DataFrame({"id": names, "predicted_at": at, "x": x, "prediction": label + wrong})
    told = pd.DataFrame({"id": names, "label": label, "labelled_at": at + pd.Timedelta(hours=1)})
    return log, told, wrong


def test_errors_of_a_regression_are_estimated_from_its_features(filled, monkeypatch):
    log, told, wrong = numbers(0.6)
    text = PLAIN.replace("binary", "regression")
    store = filled(text, ("predictions", log), ("labels", told[: 14 * EACH]))
    found = performance.material(store, "m", known_at=FAR)
    learnt = performance.expected_errors(store, found)
    assessment = performance.assess(found, chunk="7 days", intervals=False)
    estimates = performance.estimate(assessment, errors=learnt)
    late = np.abs(wrong[14 * EACH :])
    mae, rmse = (estimates.scores[key] for key in ("mae", "rmse"))
    assert mae.estimate.value[2] == pytest.approx(late.mean(), rel=0.08)
    assert rmse.estimate.value[2] == pytest.approx(np.sqrt((late**2).mean()), rel=0.08)
    assert mae.estimate.lower[2] < late.mean() < mae.estimate.upper[2]
    assert mae.baseline.value == pytest.approx(np.abs(wrong[: 14 * EACH]).mean())
    frame = performance.estimate_frames.frame(estimates)
    week = frame[(frame["measure"] == "estimated_mae")].iloc[2]
    assert (week["status"], week["reason"], week["n"]) == ("amber", "estimated_loss", 7 * EACH)
    now = performance.latest(estimates, "mae", chunks=1)
    assert now is not None
    assert now.value == pytest.approx(mae.estimate.value[2])
    monkeypatch.setattr(loss_estimates, "samples", None)
    assert performance.expected_errors(store, found) == learnt, "kept until the data change"


def test_a_chunk_of_which_few_rows_were_drawn_is_less_sure(filled):
    log, told, _ = numbers(0.2)
    store = filled(PLAIN.replace("binary", "regression"), ("predictions", log), ("labels", told))
    found = performance.material(store, "m", known_at=FAR)
    assessment = performance.assess(found, intervals=False)
    halves = []
    for most in (40_000, 2_000):
        assert performance.remembered_errors(store, found, rows=most) is None
        learnt = performance.expected_errors(store, found, rows=most)
        assert sum(learnt.rows) == min(most, len(log))
        place = {key.isoformat(): chunk for chunk, key in enumerate(found.keys)}
        halves.append(learnt.metrics(place, assessment.predicted)["mae"].error.mean())
    assert halves[1] > 1.2 * halves[0]


def test_a_regression_without_labels_in_its_reference_says_so(filled):
    log, told, _ = numbers(0.2)
    store = filled(PLAIN.replace("binary", "regression"), ("predictions", log), ("labels", told[14 * EACH :]))
    found = performance.material(store, "m", known_at=FAR)
    learnt = performance.expected_errors(store, found)
    estimates = performance.estimate(performance.assess(found, metrics=["mae"]), errors=learnt)
    assert estimates.reason == learnt.reason == "few_reference_labels"
    assert estimates.facts == {"have": "0", "kind": "labelled rows", "minimum": "200"}
