"""Metrics by the log's labels that an audit completes: all rows, whichever labels come early."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import performance, review
from monitoring.store import Store
from tests.review.logs import description, logged
from tests.review.test_estimating import answer
from tests.store.scored_logs import take

DECIDED = {
    "binary": lambda log: np.where(log["score"] >= 0.5, "1", "0"),
    "multiclass": lambda log: np.array(list("abc"))[log[["p_a", "p_b", "p_c"]].to_numpy().argmax(axis=1)],
    "regression": lambda log: log["prediction"],
}
LAST = (dt.date(2026, 1, 15), dt.date(2026, 1, 19))


def slow(task):
    """The labels of rows that were decided wrongly, or far off, come six days later."""
    log, told = logged(task)
    log = log[log["version"] == "one"].reset_index(drop=True)
    said = DECIDED[task](log)
    wrong = (said - told["label"]).abs() > 4 if task == "regression" else said != told["label"]
    late = told.assign(labelled_at=told["labelled_at"] + pd.to_timedelta(np.where(wrong, 6, 0), "D"))
    return log, late, wrong


@pytest.fixture(scope="module")
def halfway(tmp_path_factory):
    """A function from a task to a store at the end of the log; wrong rows of its last days have no label."""
    stores = {}

    def made(task):
        if task not in stores:
            folder = tmp_path_factory.mktemp(task)
            store = stores[task] = Store.open(folder / "lookout.duckdb")
            log, late, _ = slow(task)
            store.add(description(task, "[review]\naudit = 0.9\nbudget = 60\n"))
            take(store, folder, log, "predictions")
            take(store, folder, late[late["labelled_at"] < "2026-01-21"], "labels")
            review.fill(store, "m")
            answer(store, task, lambda one: not np.isnan(one.audit))
        return stores[task]

    yield made
    for store in stores.values():
        store.close()


def between(log, days):
    at = log["predicted_at"].dt.date
    return (at >= days[0]) & (at < days[1])


@pytest.mark.parametrize(
    ("task", "metric"), [("binary", "accuracy"), ("multiclass", "accuracy"), ("regression", "mae")]
)
def test_rows_that_wait_are_told_of_by_the_audit_and_early_labels_alone_mislead(halfway, task, metric):
    store = halfway(task)
    found = review.sample(store, "m")
    log, told, wrong = slow(task)
    shown = between(log, LAST)
    loss = (log["prediction"] - told["label"]).abs() if task == "regression" else (~wrong).astype(float)
    early = shown & (told["labelled_at"] < "2026-01-21")
    one = review.complete(found, review.logged(store, found), metric, first=LAST[0], stop=LAST[1])
    assert one.enough
    assert one.population == shown.sum()
    error = float(one.found.error)
    assert abs(float(one.found.value) - loss[shown].mean()) < 3 * error
    assert abs(loss[early].mean() - loss[shown].mean()) > 4 * error, "early labels are misleading here"


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_days_with_final_labels_are_what_the_log_says_and_no_audit_changes_them(halfway, task):
    store = halfway(task)
    found = review.sample(store, "m")
    log = review.logged(store, found)
    assert not log.waits[:8].any()
    whole = performance.assess(performance.material(store, "m"), metrics=None, intervals=False)
    for key in review.measures_of(found.model):
        for place, span in enumerate(whole.keys[:8]):
            one = review.complete(found, log, key, first=span.start.date(), stop=span.stop.date())
            plain = whole.scores[key].estimate.value[place]
            assert float(one.found.value) == pytest.approx(float(plain), nan_ok=True), (key, place)


def test_every_measure_is_nearer_to_all_rows_than_early_labels_are(halfway):
    store = halfway("binary")
    found = review.sample(store, "m")
    known = review.logged(store, found)
    log, told, _ = slow("binary")
    label, score = (told["label"] == "1").astype(float), log["score"]

    def metrics(rows):
        y, s = label[rows], score[rows]
        p = s >= 0.5
        told_of = np.where(y == 1, s, 1 - s).clip(1e-15, 1)
        return {
            "accuracy": (p == y).mean(), "precision": y[p].mean(), "recall": p[y == 1].mean(),
            "f1": 2 * (y * p).sum() / (y.sum() + p.sum()), "brier": ((s - y) ** 2).mean(),
            "log_loss": -np.log(told_of).mean(),
        }  # fmt: skip

    shown = between(log, LAST)
    real, early = metrics(shown), metrics(shown & (told["labelled_at"] < "2026-01-21"))
    assert set(real) == set(review.measures_of(found.model))
    for key, value in real.items():
        one = review.complete(found, known, key, first=LAST[0], stop=LAST[1])
        assert abs(float(one.found.value) - value) < abs(early[key] - value) / 2, key


def test_the_tidy_frame_says_that_both_sources_were_used(halfway):
    store = halfway("binary")
    found = review.sample(store, "m")
    data = review.frames.frame(found, "28 days", ["accuracy"], log=review.logged(store, found))
    assert data["subject"].tolist() == ["log and audit"]
    assert data["reason"].tolist() == ["completed_unjudged"]
    assert set(data["status"]) == {"grey"}
    alone = review.frames.frame(found, "28 days", ["accuracy"])
    assert data["n"].iloc[0] > alone["n"].iloc[0], "labelled rows count too"
