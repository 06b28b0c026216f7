"""Estimates from reviewed rows: what the truth of all rows is, and what must never enter them."""

import datetime as dt
import re

import numpy as np
import pytest

from monitoring import health, review
from monitoring.review.measures import MEASURES, measures_of
from monitoring.statistics.metrics import METRICS
from monitoring.store import case_rows, cases
from monitoring.store.verdicts import Opinion
from tests.review.logs import description, logged


def answer(store, task, chosen):
    """Say the truth of the cases that a function picks, all at once."""
    _, told = logged(task)
    truth = told.set_index("id")["label"]
    model = store.model("m")
    picked = [one for one in cases.listed(store, "m", state="all", most=9999) if chosen(one)]
    said = case_rows.known(store, model, [one.id for one in picked], [one.day for one in picked])
    rows = []
    for one in picked:
        label, decision = str(truth[one.id]), str(said[one.id, one.day][0])
        right = task == "regression" or decision == label
        rows.append(("m", one.number, "correct" if right else "wrong", label))
    with store.writing() as cursor:
        cursor.executemany(
            "INSERT INTO review_verdicts VALUES "
            "($1, $2, 1, 0, TRUE, 0, $3, $4, '', '[]', 'Ada', now()::TIMESTAMP)",
            rows,
        )


def truth(task):
    log, told = logged(task)
    rows = log[(log["version"] == "one") & (log["predicted_at"] < "2026-01-20")]
    return rows.merge(told, on="id")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_an_audit_tells_what_is_true_of_all_rows(filled, task):
    store = filled(task)
    answer(store, task, lambda one: not np.isnan(one.audit))
    found = review.sample(store, "m")
    rows = truth(task)
    if task == "binary":
        real = {"accuracy": ((rows["score"] >= 0.5) == (rows["label"] == "1")).mean()}
        real["brier"] = ((rows["score"] - (rows["label"] == "1")) ** 2).mean()
        real["recall"] = (rows["score"] >= 0.5)[rows["label"] == "1"].mean()
        real["precision"] = (rows["label"] == "1")[rows["score"] >= 0.5].mean()
    elif task == "multiclass":
        said = rows[["p_a", "p_b", "p_c"]].to_numpy().argmax(axis=1)
        real = {"accuracy": (np.array(list("abc"))[said] == rows["label"]).mean()}
    else:
        real = {"mae": (rows["prediction"] - rows["label"]).abs().mean()}
        real["bias"] = (rows["prediction"] - rows["label"]).mean()
    for key, value in real.items():
        one = review.estimate(found, key)
        assert one.enough
        assert one.decided == one.drawn > review.LEAST
        assert abs(float(one.found.value) - value) < 4 * float(one.found.error), key
        assert one.found.lower <= value <= one.found.upper or abs(float(one.found.value) - value) < 0.2


def test_a_biased_queue_does_not_enter_without_its_weights(filled):
    """Only the rows next to the threshold are wrong often: alone they would tell of a much worse model."""
    store = filled()
    answer(store, "binary", lambda one: True)
    found, rows = review.sample(store, "m"), truth("binary")
    real = ((rows["score"] >= 0.5) == (rows["label"] == "1")).mean()
    every = cases.listed(store, "m", state="all", most=9999)
    plain = np.mean([one.verdict == "correct" for one in every])
    weighted = review.estimate(found, "accuracy", basis="queue")
    assert plain < real - 0.15
    assert abs(float(weighted.found.value) - real) < 3 * float(weighted.found.error)
    assert weighted.drawn < len(every), "cases that a label chose take no part"


def test_days_with_an_undecided_case_do_not_enter_by_the_queue(filled):
    store = filled()
    answer(store, "binary", lambda one: one.day != dt.date(2026, 1, 15))
    found = review.sample(store, "m")
    whole = review.estimate(found, "accuracy", basis="queue", least=1)
    assert whole.population == 1080
    assert whole.decided == whole.drawn


def test_few_answers_say_nothing_and_what_is_unsure_is_counted(filled):
    store = filled()
    audited = [one for one in cases.listed(store, "m") if not np.isnan(one.audit)]
    for place, one in enumerate(audited[:10]):
        review.say(store, "m", one.number, Opinion("unsure" if place < 3 else "correct", author="Ada"), 0)
    one = review.estimate(review.sample(store, "m"), "accuracy")
    assert not one.enough
    assert (one.decided, one.unsure) == (7, 3)
    assert one.drawn == len(audited)


def test_what_was_said_later_does_not_count(filled):
    store = filled()
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    answer(store, "binary", lambda one: not np.isnan(one.audit))
    assert review.estimate(review.sample(store, "m", before)).decided == 0
    assert review.estimate(review.sample(store, "m")).decided > 30


def test_a_model_without_a_queue_has_no_sample(filled):
    store = filled()
    store.add('name = "other"\ntask = "binary"')
    assert review.sample(store, "other") is None


def test_every_measure_is_a_registered_metric_of_its_tasks(filled):
    for key, one in MEASURES.items():
        assert set(one.tasks) <= set(METRICS[key].tasks)
    for task in ("binary", "multiclass", "regression"):
        assert len(measures_of(filled(task).model("m"))) >= 2


def test_a_training_set_holds_the_labels_that_stand_with_their_weights(filled):
    store = filled()
    answer(store, "binary", lambda one: one.number % 2 == 0)
    table = review.training_set(store, "m").to_pandas().set_index("id")
    _, told = logged("binary")
    assert (table["review_label"] == told.set_index("id")["label"].reindex(table.index)).all()
    assert {"age", "city"} <= set(table.columns)
    decided = {one.id: one for one in cases.listed(store, "m", state="decided", most=9999)}
    assert set(table.index) == set(decided)
    for id_, weight in table["review_weight"].items():
        chance = decided[id_].chance
        assert np.isnan(weight) if np.isnan(chance) else weight == pytest.approx(1 / chance)
    content = review.as_csv(review.training_set(store, "m"))
    assert content.splitlines()[0].startswith(b'"id","predicted_at"')
    assert review.as_parquet(review.training_set(store, "m"))[:4] == b"PAR1"


def test_the_row_of_a_case_is_what_was_logged(filled):
    store = filled()
    log, told = logged()
    one = cases.listed(store, "m")[0]
    row = case_rows.row(store, store.model("m"), one.id, one.day)
    logged_row = log[(log["id"] == one.id) & (log["version"] == "one")].iloc[0]
    assert row == {"city": logged_row["city"], "age": logged_row["age"]}
    label = case_rows.logged_label(store, store.model("m"), one.id)
    assert label == told.set_index("id").loc[one.id, "label"]
    assert case_rows.row(store, store.model("m"), "nobody", one.day) is None


def test_health_tells_what_waits_and_what_the_audit_says_and_takes_no_colour_from_it(filled):
    store = filled()
    model = store.model("m")
    before = health.health(store, model, dt.datetime(2026, 1, 21, tzinfo=dt.UTC))
    (signal,) = [one for one in before.signals if one.name == "review"]
    assert (signal.status, signal.reason, signal.page) == ("amber", "backlog", "review")
    assert f"{signal.n} cases wait, the oldest for" in signal.sentence
    answer(store, "binary", lambda one: True)
    after = health.health(store, model, dt.datetime(2026, 1, 21, tzinfo=dt.UTC))
    (signal,) = [one for one in after.signals if one.name == "review"]
    assert signal.status == "green"
    assert re.search(r"no case waits; by the audit accuracy \d\d\.\d % \(", signal.sentence)
    assert (before.status, before.sentence) == (after.status, after.sentence)


def test_the_tidy_frame_of_an_audit_is_grey_and_says_how_much_it_rests_on(filled):
    store = filled()
    answer(store, "binary", lambda one: True)
    found = review.sample(store, "m")
    whole = review.frames.frame(found, "28 days", ["accuracy", "brier"])
    assert whole["measure"].tolist() == ["accuracy", "brier"]
    assert set(whole["status"]) == {"grey"}
    assert set(whole["reason"]) == {"audit_unjudged"}
    assert set(whole["coverage"]) == {1.0}
    one = review.estimate(found, "accuracy")
    assert whole["value"].iloc[0] == pytest.approx(float(one.found.value))
    days = review.frames.frame(found, "1 day", ["accuracy"])
    assert days["n"].sum() == whole["n"].iloc[0]
    assert set(days["reason"]) <= {"audit_young", "no_audit"}
    assert days["value"].isna().all()


def test_the_tidy_frame_names_the_version_that_served(filled):
    store = filled()
    head = description().replace('[versions]\nchampion = "one"\nshadows = ["two"]', (
        '[versions]\nchampion = "two"\nserved = [{champion = "one", until = 2026-01-16T00:00:00Z}]'
    ))  # fmt: skip
    store.add(head)
    data = review.frames.frame(review.sample(store, "m"), "1 day", ["accuracy"])
    before = data["chunk_start"] < "2026-01-16"
    assert set(data.loc[before, "version"]) == {"one"}
    assert set(data.loc[~before, "version"]) == {"two"}
