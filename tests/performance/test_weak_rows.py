"""Slices in which a version is worse: the planted one, by labels that are final, without private features."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import performance
from monitoring.performance.weak_rows import losses
from monitoring.store import rows as reading
from monitoring.windows import Window

FAR = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
HEAD = 'name = "m"\ntask = "{task}"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-11\n'
ODD = 'it\'s "odd" <b>'


def planted(task="binary", more=0.25, each=400, days=40, seed=0):
    """Errors are more frequent, or larger, where the city is Rome and the age is high."""
    rng = np.random.default_rng(seed)
    count = days * each
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(np.arange(count) // each, unit="D")
    log = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "labelled_at": at,
            "city": rng.choice(["Rome", "Oslo", "Bern"], count),
            "age": rng.normal(40, 10, count).round(2),
            ODD: rng.choice(["a", "b", None], count),
        }
    )
    weak = (log["city"] == "Rome") & (log["age"] > 48.5)
    if task == "regression":
        label = rng.normal(size=count)
        return log.assign(label=label, prediction=label + rng.normal(size=count) * np.where(weak, 3, 1)), weak
    wrong = rng.random(count) < np.where(weak, 0.1 + more, 0.1)
    if task == "multiclass":
        label = rng.choice(["a", "b", "c"], count)
        said = np.where(wrong, np.where(label == "a", "b", "a"), label)
        return log.assign(
            label=label, **{f"p_{name}": np.where(said == name, 0.8, 0.1) for name in "abc"}
        ), weak
    label = rng.integers(0, 2, count)
    return log.assign(label=label, score=np.where(wrong ^ (label == 1), 0.8, 0.2)), weak


CLASSES = '[columns.score]\na = "p_a"\nb = "p_b"\nc = "p_c"\n'


def searched(store, window=None, at=FAR):
    return performance.weakest(store, performance.material(store, "m", known_at=at), window)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_planted_slice_is_the_only_hit_and_kept_until_the_data_change(filled, task):
    log, weak = planted(task)
    store = filled(HEAD.format(task=task) + (CLASSES if task == "multiclass" else ""), ("predictions", log))
    found = searched(store)
    (one,) = found.slices
    assert {name for name, _ in one["where"]} == {"city", "age"}
    assert ["city", "is Rome"] in one["where"]
    assert one["rows"] == pytest.approx(weak.sum(), rel=0.05)
    assert (found.rows, found.total) == (len(log), len(log))
    if task == "binary":
        wrong = (log["score"] >= 0.5) != (log["label"] == 1)
        assert found.loss == pytest.approx(wrong.mean())
        assert one["loss"] == pytest.approx(0.35, abs=0.03)
    said = []
    assert (
        performance.weakest(
            store, performance.material(store, "m", known_at=FAR), progress=lambda *a: said.append(a)
        )
        == found
    )
    assert said == [], "an answer that is still true is not searched again"


def test_without_a_weak_slice_there_is_none(filled):
    store = filled(HEAD.format(task="binary"), ("predictions", planted(more=0.0, seed=3)[0]))
    assert searched(store).slices == []


def test_private_and_excluded_features_are_in_no_slice(filled):
    text = 'exclude = ["city"]\n' + HEAD.format(task="binary") + "[features.age]\nprivate = true\n"
    store = filled(text, ("predictions", planted()[0]))
    assert not {name for one in searched(store).slices for name, _ in one["where"]} & {"city", "age"}


def test_only_final_days_of_the_window_are_looked_at(filled):
    log, _ = planted()
    late = log["predicted_at"] + pd.to_timedelta(np.arange(len(log)) % 5, unit="D")
    store = filled(HEAD.format(task="binary"), ("predictions", log.assign(labelled_at=late)))
    found = performance.material(store, "m", known_at=dt.datetime(2026, 2, 5, tzinfo=dt.UTC))
    window = Window(dt.datetime(2026, 1, 11), dt.datetime(2026, 3, 1))
    one = performance.weakest(store, found, window)
    final = [
        key for key, done in zip(found.keys, found.cohorts.final, strict=True) if done and window.holds(key)
    ]
    assert one.total == 400 * len(final)
    assert one.window == Window(final[0], final[-1] + found.step)
    nothing = performance.weakest(store, found, Window(dt.datetime(2026, 2, 4), dt.datetime(2026, 2, 5)))
    assert (nothing.rows, nothing.note) == (0, "no day with mature labels in this range")


def test_a_decision_that_was_logged_counts_instead_of_the_threshold(filled):
    log, _ = planted(days=12)
    log = log.assign(prediction=np.where(np.arange(len(log)) % 3, None, 1 - log["label"]).astype(object))
    log.loc[5, ["score", "prediction"]] = None
    log.loc[6, ["label", "labelled_at"]] = None
    store = filled(HEAD.format(task="binary"), ("predictions", log))
    whole = [Window(dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1))]
    rows = reading.sample(store, "m", whole, labels_until=dt.datetime(2026, 3, 1), decisions=True)
    found = losses(store.model("m"), rows)
    wrong = (log["score"] >= 0.5) != (log["label"] == 1)
    expected = np.where(log["prediction"].notna(), 1.0, wrong.astype(float))
    expected[[5, 6]] = np.nan
    assert np.isnan(found).sum() == 2
    assert np.nansum(found) == np.nansum(expected)
