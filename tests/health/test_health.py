"""A model's colour and sentence from its inputs, its outputs and its labels, from a log to the report."""

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest

from monitoring import health
from monitoring.health.rule import combined
from monitoring.statistics.severity import NAMES
from monitoring.store import Store

START = pd.Timestamp("2026-01-05")
DAYS, EACH = 63, 150
TOML = """
name = "m"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-05
stop = 2026-02-02
"""
GREY, GREEN, AMBER, RED = -1, 0, 1, 2


def log(*, moved=0.0, flipped=0.0, pushed=0.0, late=0, silent=False, seed=0):
    """Five weeks after a reference of four: a feature moves, labels stop following, scores are pushed up."""
    rng = np.random.default_rng(seed)
    count = DAYS * EACH
    day = np.arange(count) // EACH
    after = day >= 42
    x = rng.normal(size=count)
    score = 1 / (1 + np.exp(-(2 * x + np.where(after, pushed, 0.0))))
    truth = 1 / (1 + np.exp(-2 * x))
    truth = np.where(after, (1 - flipped) * truth + flipped * 0.5, truth)
    at = START + pd.to_timedelta(day * 1440 + np.arange(count) % EACH * 9, unit="min")
    frame = pd.DataFrame(
        {"id": [f"r{i}" for i in range(count)], "predicted_at": at, "score": score.round(4), "x": x,
         "y": rng.normal(size=count) + np.where(after, moved, 0.0)}
    )  # fmt: skip
    told = pd.DataFrame(
        {"id": frame["id"], "label": (rng.random(count) < truth).astype(int),
         "labelled_at": at + pd.to_timedelta(rng.uniform(0, 1 + late, count), unit="D")}
    )  # fmt: skip
    return frame, told[told["labelled_at"] < at.max()].iloc[: 0 if silent else None]


@pytest.fixture
def report(tmp_path):
    def made(**what):
        frame, told = log(**what)
        with Store.open(tmp_path / "lookout.duckdb") as store:
            store.add(TOML)
            frame.to_parquet(tmp_path / "log.parquet")
            store.ingest("m", tmp_path / "log.parquet")
            if len(told):
                told.to_parquet(tmp_path / "labels.parquet")
                store.ingest("m", tmp_path / "labels.parquet", "labels")
            model = store.model("m")
            one = health.health(store, model)
            served = health.served(store, model, health.outputs(store, model))
            ribbon = health.ribbon(model, health.assessed(store, model), None, store.volume("m"), served)
            return one, ribbon

    return made


def status_of(one, name):
    return next(signal.status for signal in one.signals if signal.name == name)


def test_a_quiet_model_is_green_by_every_signal(report):
    one, ribbon = report()
    assert {signal.name: signal.status for signal in one.signals} == dict.fromkeys(
        ["freshness", "quality", "drift", "predictions", "performance", "calibration", "odd rows"], "green"
    )
    assert one.status == "green"
    assert one.since is None
    assert (ribbon["status"].iloc[3:-1] == "green").mean() > 0.9


def test_drift_of_an_input_is_harmless_while_final_performance_on_drifted_rows_is_green(report):
    one, ribbon = report(moved=2.0)
    assert status_of(one, "drift") in ("amber", "red")
    assert status_of(one, "performance") == "green"
    assert one.status == "green"
    assert one.sentence.startswith("drift without harm: ")
    assert ribbon["status"].iloc[-8] == "green"


def test_drift_without_labels_is_amber(report):
    one, _ = report(moved=2.0, silent=True)
    assert status_of(one, "performance") == "grey"
    assert one.status == "amber"
    assert next(one.reason for one in one.signals if one.name == "performance") == "no_labels"


def test_drift_that_began_after_the_last_final_labels_is_not_called_harmless(report):
    one, _ = report(moved=2.0, late=20)
    assert status_of(one, "performance") == "green"
    assert one.status == "amber"
    assert "without harm" not in one.sentence


def test_labels_that_stop_following_the_score_make_a_model_red_though_nothing_drifts(report):
    one, ribbon = report(flipped=0.8)
    assert status_of(one, "drift") == "green"
    assert status_of(one, "performance") == "red"
    assert one.status == "red"
    assert "in the reference" in one.sentence
    assert one.since is not None
    assert abs(one.since - (START + pd.Timedelta(days=42)).to_pydatetime()) <= dt.timedelta(days=2)
    assert ribbon["status"].iloc[-5] == "red"


def test_scores_that_are_pushed_up_are_miscalibrated(report):
    one, _ = report(pushed=0.8)
    assert status_of(one, "calibration") == "amber"
    assert one.status in ("amber", "red")


def test_what_was_known_at_an_earlier_day_does_not_know_what_came_later(tmp_path):
    frame, told = log(flipped=0.8)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(TOML)
        frame.to_parquet(tmp_path / "log.parquet")
        store.ingest("m", tmp_path / "log.parquet")
        told.to_parquet(tmp_path / "labels.parquet")
        store.ingest("m", tmp_path / "labels.parquet", "labels")
        before = health.health(store, store.model("m"), dt.datetime(2026, 2, 15, tzinfo=dt.UTC))
    assert status_of(before, "performance") == "green"


def test_the_rule_holds_for_every_combination_of_signals():
    """Written out in words, and compared with the arithmetic for every combination."""
    colours = (GREY, GREEN, AMBER, RED)
    for fresh, inputs, outputs, performance, calibration, harmless in itertools.product(
        colours, colours, colours, colours, colours, (False, True)
    ):
        shifted = max(inputs, outputs) >= AMBER
        if fresh == GREY:
            expected = GREY
        elif fresh == RED or performance == RED:
            expected = RED
        elif AMBER in (fresh, performance) or calibration >= AMBER or (shifted and not harmless):
            expected = AMBER
        elif performance == GREEN or (shifted and harmless) or calibration == GREEN:
            expected = GREEN
        else:
            expected = inputs
        found = int(combined(fresh, inputs, outputs, performance, calibration, harmless))
        assert NAMES[found] == NAMES[expected], (fresh, inputs, outputs, performance, calibration, harmless)


def test_faults_of_the_data_colour_a_model_and_sound_data_do_not():
    grid = np.array(list(itertools.product((GREY, GREEN, AMBER, RED), repeat=3)))
    fresh, performance, faults = grid.T
    before = combined(fresh, GREEN, GREEN, performance, GREY, False)
    after = combined(fresh, GREEN, GREEN, performance, GREY, False, faults)
    known = fresh > GREY
    assert (after[~known] == GREY).all()
    assert (after[known] == np.maximum(before, np.where(faults >= AMBER, faults, GREY))[known]).all()
    nothing = combined(GREEN, GREY, GREY, GREY, GREY, False, GREEN)
    assert nothing == GREY, "sound data say nothing of a model nobody can judge"


def test_a_column_that_fails_makes_a_model_red_and_is_the_sentence(tmp_path):
    frame, told = log()
    late = frame["predicted_at"] >= START + pd.Timedelta(days=55)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(TOML)
        frame.assign(y=frame["y"].mask(late)).to_parquet(tmp_path / "log.parquet")
        store.ingest("m", tmp_path / "log.parquet")
        told.to_parquet(tmp_path / "labels.parquet")
        store.ingest("m", tmp_path / "labels.parquet", "labels")
        one = health.health(store, store.model("m"))
        before = health.health(store, store.model("m"), dt.datetime(2026, 2, 20, tzinfo=dt.UTC))
    assert status_of(one, "quality") == "red"
    assert one.status == "red"
    assert one.sentence.startswith("y: 100 % of 150 rows missing, 0 % in the reference, since 1 Mar")
    assert one.since == (START + pd.Timedelta(days=55)).to_pydatetime()
    assert status_of(before, "quality") == "green"
