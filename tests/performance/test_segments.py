"""A metric by segment: that of the segment's rows and of the rest, judged against its own reference."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control
from sklearn import metrics as sk

from monitoring import commands, performance
from monitoring.performance.segment_frames import REST
from monitoring.statistics.metrics import METRICS
from monitoring.windows import Window
from tests.store.scored_logs import description, known, labels, predictions

UTC = dt.UTC
FAR = dt.datetime(2027, 1, 1, tzinfo=UTC)
PLAIN = (
    'name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-29\n'
    '[segments]\ncolumns = ["city", "kind"]\n'
)
LIVE = Window(dt.datetime(2026, 1, 29), dt.datetime(2026, 3, 30))


def planted(drop=0.0, city="Rome", days=85, each=400, seed=0):
    """Right in 85 of 100 rows; after the reference less in one city."""
    rng = np.random.default_rng(seed)
    count = days * each
    day = np.arange(count) // each
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(day, unit="D")
    where = rng.choice(["Rome", "Oslo", "Bern", "Lima"], count, p=[0.4, 0.3, 0.2995, 0.0005])
    label = rng.integers(0, 2, count)
    right = rng.random(count) < np.where((day >= 28) & (where == city), 0.85 - drop, 0.85)
    score = np.where(right == (label == 1), 0.8, 0.2) + rng.normal(0, 0.02, count)
    return pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "score": score.round(3),
            "city": where,
            "kind": rng.choice(["a", "b", "c"], count),
            "label": label,
            "labelled_at": at,
        }
    )


def broken_down(store, key="accuracy", window=None, **asked):
    found = performance.material(store, "m", known_at=FAR, **asked)
    metric = {metric.key: metric for metric in performance.metrics_of(found.model)}[key]
    return performance.breakdown(store, found, metric, window)


def named(found):
    return {f"{one.column}={one.value}": one for one in found.segments}


@pytest.mark.parametrize(
    ("task", "key"), [("binary", "accuracy"), ("multiclass", "macro_f1"), ("regression", "mae")]
)
def test_a_segment_and_its_rest_have_the_metrics_of_their_rows(filled, task, key):
    log = predictions(task, each=200)
    told = labels(task, log)
    store = filled(description(task), ("predictions", log), ("labels", told))
    found = broken_down(store, key, Window(dt.datetime(2025, 12, 1), dt.datetime(2026, 2, 1)))
    rows = log.merge(known(told).rename("label"), left_on="id", right_index=True)
    if task != "multiclass":
        rows = rows.dropna(subset="score" if task == "binary" else "prediction")
    city = rows["city"].fillna("(missing)")

    def oracle(part):
        if task == "binary":
            return sk.accuracy_score(part["label"] == "1", part["score"] >= 0.3)
        if task == "regression":
            return sk.mean_absolute_error(part["label"], part["prediction"])
        decided = np.array(["a", "b", "c"])[part[["p_a", "p_b", "p_c"]].to_numpy().argmax(axis=1)]
        return sk.f1_score(part["label"], decided, average="macro")

    assert {one.value for one in found.segments} == {"Rome", "Oslo", "(missing)"}
    for one in found.segments:
        inside = rows[city == one.value]
        assert one.rows == len(inside)
        assert float(one.estimate.value) == pytest.approx(oracle(inside))
        assert float(one.rest.value) == pytest.approx(oracle(rows[city != one.value]))
        assert one.change == pytest.approx(oracle(inside) - oracle(rows[city != one.value]))
        assert one.lower <= one.change <= one.upper
    rates = false_discovery_control([one.p_value for one in found.segments])
    assert [one.rate for one in found.segments] == pytest.approx(list(rates))


def test_the_segment_that_lost_is_the_only_one_that_is_red_and_apart(filled):
    store = filled(PLAIN, ("predictions", planted(drop=0.15)))
    found = named(broken_down(store, window=LIVE))
    assert (found["city=Rome"].status, found["city=Rome"].reason) == ("red", "lost_performance")
    assert found["city=Rome"].lost == found["city=Rome"].judged == 2
    assert found["city=Rome"].apart
    assert found["city=Rome"].change == pytest.approx(-0.15, abs=0.02)
    for name in ("city=Oslo", "city=Bern", "kind=a", "kind=b", "kind=c"):
        assert found[name].lost == 0 or name.startswith("kind"), name
        assert found[name].change > -0.05, name
    assert found["city=Oslo"].status == found["city=Bern"].status == "green"


def test_a_small_segment_is_grey_and_says_how_many_rows_it_has(filled):
    store = filled(PLAIN, ("predictions", planted()))
    small = named(broken_down(store, window=LIVE))["city=Lima"]
    assert 0 < small.rows < 30
    assert (small.status, small.reason) == ("grey", "not_enough")
    assert small.short == f"not enough: {small.rows:,.0f} labelled rows of 30"
    assert np.isnan(small.rate)


def test_under_no_change_nothing_is_coloured(filled):
    for seed in (1, 2):
        store = filled(PLAIN, ("predictions", planted(seed=seed)), name=f"s{seed}")
        found = broken_down(store)
        assert {one.status for one in found.segments} <= {"green", "grey"}
        assert not any(one.apart for one in found.segments)


def test_days_that_are_not_final_do_not_count(filled):
    log = planted(days=60)
    late = log["predicted_at"] + pd.to_timedelta(np.arange(len(log)) % 9, unit="D")
    store = filled(PLAIN, ("predictions", log.assign(labelled_at=late)))
    at = dt.datetime(2026, 3, 1, tzinfo=UTC)
    found = performance.material(store, "m", known_at=at)
    one = performance.breakdown(store, found, METRICS["accuracy"])
    final = [key for key, is_final in zip(found.keys, found.cohorts.final, strict=True) if is_final]
    assert one.window.stop == final[-1] + found.step
    assert one.days < 31


def test_the_frame_has_the_value_and_the_difference_of_every_segment(filled):
    store = filled(PLAIN, ("predictions", planted(drop=0.15)))
    found = broken_down(store, window=LIVE)
    frame = performance.segment_frames.frame(found, store.model("m"))
    assert len(frame) == 2 * len(found.segments)
    rome = frame[frame["segment"] == "city=Rome"].set_index("subject")
    assert rome.loc["performance", "status"] == "red"
    assert rome.loc["performance", "limit_low"] < 0.85
    assert rome.loc["performance", "effect"] == pytest.approx(0.15, abs=0.02)
    assert rome.loc[REST, "value"] == pytest.approx(
        rome.loc["performance", "value"] - rome.loc[REST, "effect"]
    )
    assert rome.loc[REST, "p_value"] < 1e-6
    assert set(frame["maturity"]) == {"final"}


def test_without_labels_or_segment_columns_there_is_no_segment(filled):
    log = planted(days=5)
    store = filled(PLAIN, ("predictions", log.drop(columns=["label", "labelled_at"])), name="a")
    assert broken_down(store).segments == ()
    store = filled(PLAIN.partition("[segments]")[0], ("predictions", log), name="b")
    found = broken_down(store)
    assert found.segments == ()
    assert len(performance.segment_frames.frame(found, store.model("m"))) == 0


def test_the_command_line_answers_with_every_segment_or_says_what_is_wrong(filled):
    store = filled(PLAIN, ("predictions", planted(drop=0.15)))
    asked = {
        "question": "performance",
        "model": "m",
        "segment": "all",
        "start": "2026-01-29",
        "format": "csv",
    }
    said = commands.answer(store, "show", asked)
    assert said.code == 0
    assert said.stdout.count("city=Rome") == 2
    said = commands.answer(store, "show", {**asked, "metric": "mae"})
    assert (said.code, said.stderr[:40]) == (2, "unknown metric 'mae' of a binary model; ")
    plain = filled(PLAIN.partition("[segments]")[0], ("predictions", planted(days=2)), name="b")
    said = commands.answer(plain, "show", asked)
    assert (said.code, said.stderr) == (2, "m: the model's file names no [segments] columns\n")
