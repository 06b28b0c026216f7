"""Performance through a store: the metrics of raw rows, with late labels told apart, judged by one rule."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from monitoring import performance, results
from monitoring.statistics.metrics import metrics_for
from tests.store.scored_logs import description, known, labels, predictions

UTC = dt.UTC
FAR = dt.datetime(2027, 1, 1, tzinfo=UTC)


def by_day(log, told, until=None):
    """Rows of the log whose label was known, by local day."""
    day = log["predicted_at"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    joined = log.assign(day=day.dt.tz_localize(None).dt.normalize()).merge(
        known(told, until).rename("label"), left_on="id", right_index=True
    )
    return joined.groupby("day")


def column(frame, measure, name="value"):
    rows = frame[frame["measure"] == measure]
    days = rows["chunk_start"].dt.tz_convert("America/New_York").dt.tz_localize(None)
    return dict(zip(days, rows[name], strict=True))


BINARY = {
    "accuracy": lambda y, s, d: sk.accuracy_score(y, d),
    "precision": lambda y, s, d: sk.precision_score(y, d),
    "recall": lambda y, s, d: sk.recall_score(y, d),
    "f1": lambda y, s, d: sk.f1_score(y, d),
    "mcc": lambda y, s, d: sk.matthews_corrcoef(y, d),
    "brier": lambda y, s, d: sk.brier_score_loss(y, s),
    "log_loss": lambda y, s, d: sk.log_loss(y, s, labels=[0, 1]),
}


@pytest.mark.parametrize("until", [None, dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 3)])
def test_a_binary_models_metrics_are_those_of_its_rows_as_known_at_any_day(filled, until):
    log = predictions("binary", each=200)
    told = labels("binary", log)
    store = filled(description("binary"), ("predictions", log), ("labels", told))
    at = None if until is None else until.replace(tzinfo=UTC) + dt.timedelta(hours=29)  # its end in New York
    found = performance.material(store, "m", known_at=at or FAR)
    frame = performance.frames.frame(performance.assess(found))
    scored = log.dropna(subset="score")
    for day, rows in by_day(scored, told, until):
        y, s = (rows["label"] == "1").to_numpy(), rows["score"].to_numpy()
        for measure, oracle in BINARY.items():
            assert column(frame, measure)[day] == pytest.approx(oracle(y, s, s >= 0.3), abs=1e-9), measure
        auc = column(frame, "roc_auc")[day]
        assert auc == pytest.approx(sk.roc_auc_score(y, s), abs=1e-3)
    assert set(column(frame, "accuracy")) >= set(by_day(scored, told, until).groups)


def test_a_multiclass_models_metrics_are_those_of_its_rows(filled):
    log = predictions("multiclass", each=200)
    told = labels("multiclass", log)
    store = filled(description("multiclass"), ("predictions", log), ("labels", told))
    frame = performance.frames.frame(performance.assess(performance.material(store, "m", known_at=FAR)))
    for day, rows in by_day(log, told):
        p, y = rows[["p_a", "p_b", "p_c"]].to_numpy(), rows["label"].to_numpy()
        decided = np.array(["a", "b", "c"])[p.argmax(axis=1)]
        assert column(frame, "accuracy")[day] == pytest.approx(sk.accuracy_score(y, decided))
        assert column(frame, "macro_f1")[day] == pytest.approx(sk.f1_score(y, decided, average="macro"))
        assert column(frame, "mcc")[day] == pytest.approx(sk.matthews_corrcoef(y, decided))
        p_label = p[np.arange(len(y)), np.searchsorted(["a", "b", "c"], y)]
        assert column(frame, "log_loss")[day] == pytest.approx(-np.log(np.maximum(p_label, 2.3e-16)).mean())
        hot = y[:, None] == np.array(["a", "b", "c"])
        assert column(frame, "brier")[day] == pytest.approx(((p - hot) ** 2).sum(axis=1).mean())


def test_a_regressions_metrics_are_those_of_its_rows(filled):
    log = predictions("regression", each=200)
    told = labels("regression", log)
    store = filled(description("regression"), ("predictions", log), ("labels", told))
    frame = performance.frames.frame(performance.assess(performance.material(store, "m", known_at=FAR)))
    for day, rows in by_day(log.dropna(subset="prediction"), told):
        y, p = rows["label"].to_numpy(), rows["prediction"].to_numpy()
        assert column(frame, "mae")[day] == pytest.approx(sk.mean_absolute_error(y, p))
        assert column(frame, "rmse")[day] == pytest.approx(sk.root_mean_squared_error(y, p))
        assert column(frame, "r2")[day] == pytest.approx(sk.r2_score(y, p))
        assert column(frame, "bias")[day] == pytest.approx((p - y).mean())
        median = column(frame, "median_absolute_error")[day]
        assert median == pytest.approx(sk.median_absolute_error(y, p), rel=0.1)


def test_decisions_cost_what_the_models_file_says_of_every_row(filled):
    log = predictions("binary", each=200)
    told = labels("binary", log)
    priced = description("binary") + '[costs]\ncurrency = "EUR"\nfalse_positive = 2\nfalse_negative = 9\n'
    store = filled(priced, ("predictions", log), ("labels", told))
    found = performance.assess(performance.material(store, "m", known_at=FAR), metrics=["cost", "total_cost"])
    frame = performance.frames.frame(found)
    for day, rows in by_day(log.dropna(subset="score"), told):
        y, d = (rows["label"] == "1").to_numpy(), (rows["score"] >= 0.3).to_numpy()
        paid = 2.0 * (d & ~y) + 9.0 * (y & ~d)
        assert column(frame, "cost")[day] == pytest.approx(paid.mean())
        half = 1.959964 * paid.std() / np.sqrt(len(paid))
        assert column(frame, "cost", "upper")[day] == pytest.approx(paid.mean() + half)
        assert column(frame, "total_cost")[day] == pytest.approx(paid.sum())
        assert column(frame, "total_cost", "lower")[day] == pytest.approx(paid.sum() - half * len(paid))
    assert set(frame.loc[frame["measure"] == "total_cost", "status"]) == {"grey"}
    assert np.isnan(found.scores["total_cost"].baseline.value), "windows of other lengths have other totals"
    assert found.scores["cost"].baseline.value > 0
    assert found.scores["cost"].metric.unit == "EUR a row"


def test_a_model_without_costs_says_so(filled):
    log = predictions("binary", each=60)
    store = filled(description("binary"), ("predictions", log), ("labels", labels("binary", log)))
    with pytest.raises(ValueError, match=r"the model's file has no \[costs\]"):
        performance.assess(performance.material(store, "m", known_at=FAR), metrics=["cost"])


def test_longer_chunks_are_the_rows_of_their_days_together(filled):
    log = predictions("binary", days=15, each=60)
    told = labels("binary", log)
    store = filled(description("binary"), ("predictions", log), ("labels", told))
    found = performance.assess(performance.material(store, "m", known_at=FAR), chunk="7 days")
    frame = performance.frames.frame(found)
    joined = pd.concat([rows.assign(day=day) for day, rows in by_day(log.dropna(subset="score"), told)])
    week = (joined["day"] - pd.Timestamp("2026-01-01")).dt.days // 7
    for place, rows in joined.groupby(week):
        y, s = rows["label"] == "1", rows["score"]
        start = pd.Timestamp("2026-01-01") + pd.Timedelta(days=7 * place)
        assert column(frame, "accuracy")[start] == pytest.approx(sk.accuracy_score(y, s >= 0.3))
    assert found.predicted.sum() == len(log)


def test_another_threshold_decides_anew_at_the_nearest_edge(filled):
    log = predictions("binary", each=200)
    told = labels("binary", log)
    store = filled(description("binary"), ("predictions", log), ("labels", told))
    found = performance.material(store, "m", known_at=FAR)
    frame = performance.frames.frame(performance.assess(found, threshold=0.6, metrics=["recall", "roc_auc"]))
    for day, rows in by_day(log.dropna(subset="score"), told):
        y, s = rows["label"] == "1", rows["score"]
        assert column(frame, "recall")[day] == pytest.approx(sk.recall_score(y, s >= 0.6))
    with pytest.raises(ValueError, match="unknown metric 'mae' of a binary model"):
        performance.assess(found, metrics=["mae"])


def test_labels_in_any_order_give_the_same_frame(filled):
    log = predictions("binary", each=60)
    told = labels("binary", log, revised=0.5)
    parts = [
        ("labels", told.sample(frac=1, random_state=seed).iloc[half::2]) for seed, half in ((1, 0), (1, 1))
    ]
    one = filled(description("binary"), ("predictions", log), ("labels", told), name="one")
    two = filled(description("binary"), *parts, ("predictions", log), name="two")
    frames = [
        performance.frames.frame(performance.assess(performance.material(store, "m", known_at=FAR)))
        for store in (one, two)
    ]
    pd.testing.assert_frame_equal(*frames)


def planted(days=40, each=200, drop=0.0, since=30, seed=0, late_days=0):
    """A log whose decisions are right in 85 of 100 rows, less since a day, and its labels."""
    rng = np.random.default_rng(seed)
    count = days * each
    day = np.arange(count) // each
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(day, unit="D")
    label = rng.integers(0, 2, count)
    right = rng.random(count) < np.where(day >= since, 0.85 - drop, 0.85)
    score = np.where(right == (label == 1), 0.8, 0.2) + rng.normal(0, 0.02, count)
    log = pd.DataFrame({"id": [f"r{i}" for i in range(count)], "predicted_at": at, "score": score.round(4)})
    waited = pd.to_timedelta(rng.integers(0, 24 * 60 * late_days + 60, count), unit="min")
    told = pd.DataFrame({"id": log["id"], "label": label, "labelled_at": at + waited})
    return log.assign(age=rng.normal(size=count)), told


PLAIN = 'name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-29\n'


@pytest.mark.parametrize(("drop", "colour"), [(0.0, "green"), (0.06, "amber"), (0.12, "red")])
def test_a_loss_beyond_chance_is_amber_from_a_twentieth_and_red_from_a_tenth(filled, drop, colour):
    log, told = planted(drop=drop, each=800)
    store = filled(PLAIN, ("predictions", log), ("labels", told))
    found = performance.assess(performance.material(store, "m", known_at=FAR), chunk="1 day")
    frame = performance.frames.frame(found)
    accuracy = frame[frame["measure"] == "accuracy"]
    assert accuracy["status"].iloc[:28].isin(["green", "amber"]).all()
    assert (accuracy["status"].iloc[:28] == "green").sum() >= 25
    assert accuracy["status"].iloc[30:40].mode().item() == colour
    assert set(frame[frame["measure"] == "prevalence"]["reason"]) == {"description"}
    assert list(frame.columns) == list(results.COLUMNS)


def test_provisional_days_are_measured_with_their_coverage_and_never_judged(filled):
    log, told = planted(days=60, drop=0.3, since=50, late_days=8)
    at = dt.datetime(2026, 3, 2, tzinfo=UTC)
    store = filled(PLAIN, ("predictions", log), ("labels", told))
    found = performance.assess(performance.material(store, "m", known_at=at), metrics=["accuracy"])
    frame = performance.frames.frame(found)
    young = frame[frame["maturity"] == "provisional"]
    assert frame["data_until"].max() <= at, "nothing later is told than what was known"
    assert 6 <= len(young) <= 9
    assert young["coverage"].between(0.05, 0.99).all()
    assert young["value"].notna().all()
    assert set(young["status"]) == {"grey"}
    assert set(young["reason"]) == {"immature"}
    assert (frame[frame["maturity"] == "final"]["coverage"] > 0.94).all()
    assert frame["status"].iloc[50:51].item() == "red", "what is final and lost is red"


def test_a_day_that_is_not_over_is_partial_and_days_without_labels_say_so(filled):
    log, told = planted(days=40)
    told = told[told["id"].str[1:].astype(int) < 30 * 200]
    store = filled(PLAIN, ("predictions", log), ("labels", told))
    at = dt.datetime(2026, 2, 9, 15, tzinfo=UTC)
    frame = performance.frames.frame(
        performance.assess(performance.material(store, "m", known_at=at), metrics=["accuracy"])
    )
    assert frame["maturity"].iloc[-1] == "partial"
    assert set(frame["reason"].iloc[30:39]) == {"no_labels"}
    assert set(frame["status"].iloc[30:]) == {"grey"}


def test_without_a_reference_with_labels_nothing_is_judged(filled):
    log, told = planted(days=40)
    late = told[told["id"].str[1:].astype(int) >= 30 * 200]
    store = filled(PLAIN, ("predictions", log), ("labels", late))
    found = performance.assess(performance.material(store, "m", known_at=FAR), metrics=["accuracy"])
    frame = performance.frames.frame(found)
    assert found.baseline is not None or set(frame["status"]) == {"grey"}
    assert set(frame["status"].iloc[30:]) == {"grey"}
    assert set(frame["reason"].iloc[30:]) == {"no_baseline"}


def test_a_version_without_predictions_is_said(filled):
    store = filled(PLAIN)
    with pytest.raises(ValueError, match="no predictions of version 'champion' yet"):
        performance.material(store, "m")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_metric_of_a_task_is_in_the_frame_with_an_interval_where_it_has_a_value(filled, task):
    log = predictions(task, each=300, days=3)
    store = filled(description(task), ("predictions", log), ("labels", labels(task, log)))
    frame = performance.frames.frame(performance.assess(performance.material(store, "m", known_at=FAR)))
    assert set(frame["measure"]) == {metric.key for metric in metrics_for(task)}
    told = frame[frame["value"].notna()]
    assert (told["lower"] <= told["value"]).all()
    assert (told["value"] <= told["upper"]).all()
    assert told.groupby("measure")["value"].count().min() >= 1


@pytest.mark.parametrize("hours", [False, True], ids=["days", "hours"])
def test_the_models_own_reference_is_not_called_a_versions(filled, hours):
    log = pd.concat([predictions("binary", each=100), predictions("binary", seed=4, each=100, version="two")])
    log = log[(log["version"] == "one") | (log["predicted_at"] > pd.Timestamp("2026-01-03 12:00"))]
    told = labels("binary", log[log["version"] == "one"])
    store = filled(description("binary", hours=hours), ("predictions", log), ("labels", told))
    words = [
        performance.frames.words(
            performance.assess(performance.material(store, "m", version=version, known_at=FAR))
        )
        for version in ("one", "two")
    ]
    assert words[0].startswith("2026-01-01 to 2026-01-03")
    assert words[1].startswith("own reference of two, 2026-01-03")
