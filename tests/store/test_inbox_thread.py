"""The thread that takes the inbox in: everything that is ready goes in once, and no failure stops it."""

import datetime as dt
import itertools
import json
import os
import shutil
import time

import pytest

from monitoring.inbox import PredictionLog
from monitoring.store import Refused, inbox_folder
from monitoring.store.inbox_thread import InboxThread


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "inbox"


@pytest.fixture
def thread(churn, folder):
    return InboxThread(churn, folder, every=0.01)


def log(folder, *ids, model="churn", **given):
    with PredictionLog(folder, model) as one:
        for key in ids:
            one.predict(key, features={"age": 41.5, "city": "oslo"}, score=0.25, at=AT, **given)


AT = dt.datetime(2026, 1, 12, 12)


def rows(store, table="requests"):
    with store.cursor() as cursor:
        return cursor.execute(f"SELECT _id FROM churn.{table} ORDER BY _id").fetchall()


def waiting(folder):
    return sorted(path.name for path in folder.glob("*/*"))


def until(condition, seconds=20):
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop
        time.sleep(0.01)


def test_what_was_logged_goes_in_and_leaves_the_folder(churn, folder, thread):
    log(folder, "r-1", "r-2")
    with PredictionLog(folder, "churn") as one:
        one.label("r-1", True, at=AT)
    assert thread.take() == 3
    assert rows(churn) == rows(churn, "predictions") == [("r-1",), ("r-2",)]
    assert rows(churn, "labels") == [("r-1",)]
    assert waiting(folder) == []
    assert thread.take() == 0
    assert (thread.state.rows, thread.state.pending, thread.state.last_error) == (3, 0, "")


def test_every_argument_of_the_log_arrives(churn, folder, thread):
    log(folder, "r-0", version="a")
    with PredictionLog(folder, "churn") as one:
        one.predict(
            "r-1",
            features={"age": float("inf"), "income": float("nan"), "city": "", "vip": True},
            score=0.25,
            prediction=True,
            version="b",
            latency=0.5,
            at=AT,
        )
        one.label("r-1", True, at=AT)
    thread.take()
    with churn.cursor() as cursor:
        request = cursor.execute(
            "SELECT _predicted_at, age, city, vip FROM churn.requests WHERE _id = 'r-1'"
        ).fetchall()
        prediction = cursor.execute(
            "SELECT _version, _score, _prediction, _latency FROM churn.predictions WHERE _id = 'r-1'"
        ).fetchall()
        label = cursor.execute("SELECT _label, _labelled_at FROM churn.labels").fetchall()
    assert request == [(AT, float("inf"), "", "true")]
    assert prediction == [("b", 0.25, "1", 0.5)]
    assert label == [("1", AT)]
    assert churn.quarantine("churn").empty


def test_a_prediction_without_a_version_is_the_champions_beside_a_shadows(churn, folder, thread):
    with PredictionLog(folder, "churn") as one:
        one.predict("r-1", features={"age": 41}, score=0.25, at=AT)
        one.predict("r-1", features={"age": 41}, score=0.35, at=AT, version="b")
    thread.take()
    assert churn.quarantine("churn").empty
    with churn.cursor() as cursor:
        found = cursor.execute("SELECT _version, _score FROM churn.predictions ORDER BY ALL").fetchall()
    assert found == [("a", 0.25), ("b", 0.35)]


def test_many_small_segments_are_one_file_in_the_journal(churn, folder, thread):
    for number in range(30):
        log(folder, f"r-{number}")
    assert thread.take() == 30
    assert len(churn.files("churn")) == 1
    assert waiting(folder) == []


def test_a_batch_that_was_committed_but_not_removed_is_not_taken_again(churn, folder, thread, monkeypatch):
    def die(segment):
        raise KeyboardInterrupt

    log(folder, "r-1")
    log(folder, "r-2")
    with PredictionLog(folder, "churn") as one:
        one.label("r-1", 1, at=AT)
        one.label("r-2", 1, at=AT)
    with monkeypatch.context() as patch:
        patch.setattr(inbox_folder, "remove", die)
        with pytest.raises(KeyboardInterrupt):
            thread.take()
    assert [name.split(".", 1)[1] for name in waiting(folder)] == ["predictions.batch", "labels.jsonl"]
    assert rows(churn) == [("r-1",), ("r-2",)], "the batch is in but still here"
    log(folder, "r-3")
    again = InboxThread(churn, folder)
    assert again.take() == 3, "two labels and r-3"
    assert waiting(folder) == []
    assert rows(churn) == rows(churn, "predictions") == [("r-1",), ("r-2",), ("r-3",)]
    assert rows(churn, "labels") == [("r-1",), ("r-2",)]


def test_a_file_that_cannot_be_read_is_set_aside_and_the_rest_goes_in(churn, folder, thread):
    log(folder, "r-1")
    bad = folder / "churn" / "june.parquet"
    bad.write_text("not Parquet")
    os.utime(bad, (1e9, 1e9))
    assert thread.take() == 1
    (found,) = inbox_folder.set_aside_files(folder, "churn")
    assert found.path.read_text() == "not Parquet"
    assert "not a readable parquet file" in found.reason
    assert "june.parquet.bad" in thread.state.last_error
    assert thread.state.failing == {}
    assert list(churn.quarantine("churn").reason) == ["unreadable_file"]


def test_a_file_the_store_refuses_is_set_aside(churn, folder, thread, monkeypatch):
    def refuse(*arguments, **named):
        raise Refused("these days were deleted")

    log(folder, "r-1")
    monkeypatch.setattr(churn, "ingest", refuse)
    assert thread.take() == 0
    (found,) = inbox_folder.set_aside_files(folder, "churn")
    assert found.reason == "these days were deleted"


def test_files_of_an_unknown_model_wait_until_it_is_registered(churn, folder, thread):
    log(folder, "r-1", model="fraud")
    before = waiting(folder)
    assert thread.take() == 0
    assert waiting(folder) == before
    assert thread.state.unknown == {"fraud": 1}
    churn.add('name = "fraud"\ntask = "binary"')
    assert thread.take() == 1
    assert thread.state.unknown == {}


def test_a_failure_that_is_not_the_files_is_tried_again(churn, folder, thread, monkeypatch):
    log(folder, "r-1")
    ingest, calls = churn.ingest, []

    def full(name, path, **named):
        calls.append(name)
        if len(calls) < 3:
            raise OSError("no space left on device")
        return ingest(name, path, **named)

    monkeypatch.setattr(churn, "ingest", full)
    assert thread.take() == 0
    (failure,) = thread.state.failing.values()
    assert (failure.times, failure.reason) == (1, "OSError: no space left on device")
    assert "no space left" in thread.state.last_error
    assert thread.state.pending == 1
    assert len(waiting(folder)) == 1
    until(lambda: thread.take() == 1)
    assert len(calls) == 3
    assert (thread.state.failing, thread.state.pending) == ({}, 0)


def test_a_file_that_fails_does_not_hold_up_the_others(churn, folder, thread, monkeypatch):
    churn.add('name = "fraud"\ntask = "binary"')
    log(folder, "r-1")
    log(folder, "r-1", model="fraud")
    ingest = churn.ingest

    def picky(name, path, **named):
        if name == "churn":
            raise RuntimeError("a bug")
        return ingest(name, path, **named)

    monkeypatch.setattr(churn, "ingest", picky)
    assert thread.take() == 1
    assert [path.parent.name for path in folder.glob("*/*")] == ["churn"]


def test_a_failing_file_is_left_in_peace_for_ever_longer(churn, folder, monkeypatch):
    thread, calls = InboxThread(churn, folder, every=0.05), []

    def fail(*arguments, **named):
        calls.append(time.monotonic())
        raise RuntimeError("a bug")

    log(folder, "r-1")
    monkeypatch.setattr(churn, "ingest", fail)
    until(lambda: thread.take() == 0 and len(calls) == 4)
    pauses = [later - earlier for earlier, later in itertools.pairwise(calls)]
    assert pauses[0] >= 0.1
    assert pauses[1] >= 0.2
    assert pauses[2] >= 0.4


def test_a_file_that_somebody_took_away_is_no_failure_any_more(churn, folder, thread, monkeypatch):
    def fail(*arguments, **named):
        raise RuntimeError("a bug")

    log(folder, "r-1")
    monkeypatch.setattr(churn, "ingest", fail)
    thread.take()
    assert thread.state.failing
    shutil.rmtree(folder / "churn")
    (folder / "churn").mkdir()
    thread.take()
    assert (thread.state.failing, thread.state.pending) == ({}, 0)


def test_a_profile_that_could_not_be_settled_is_settled_later(churn, folder, thread, monkeypatch):
    settle, calls = churn.settle, []

    def fail_once(name, *rest):
        calls.append(name)
        if len(calls) == 1:
            raise OSError("no space left on device")
        return settle(name, *rest)

    monkeypatch.setattr(churn, "settle", fail_once)
    log(folder, "r-1")
    assert thread.take() == 1
    assert thread.state.failing
    until(lambda: thread.take() == 0 and len(calls) == 2)
    assert thread.state.failing == {}
    thread.take()
    assert calls == ["churn", "churn"]


def test_the_running_thread_takes_in_within_a_second_and_ends_when_told(churn, folder):
    thread = InboxThread(churn, folder, every=0.05)
    thread.start()
    try:
        log(folder, "r-1")
        until(lambda: thread.state.rows == 1)
        log(folder, "r-2")
        until(lambda: thread.state.rows == 2)
        assert thread.state.taken_at.tzinfo is dt.UTC
    finally:
        thread.stop()
    log(folder, "r-3")
    time.sleep(0.2)
    assert len(waiting(folder)) == 1


def test_a_running_thread_survives_whatever_happens(churn, folder, monkeypatch):
    thread, calls = InboxThread(churn, folder, every=0.01), []
    models = churn.models

    def broken():
        calls.append(1)
        if len(calls) < 3:
            raise MemoryError("none left")
        return models()

    monkeypatch.setattr(churn, "models", broken)
    log(folder, "r-1")
    thread.start()
    try:
        until(lambda: thread.state.rows == 1)
    finally:
        thread.stop()
    assert "MemoryError: none left" in thread.state.last_error


def test_who_handed_a_file_over_gets_its_receipt_under_its_own_name(churn, folder, tmp_path):
    file = tmp_path / "june.jsonl"
    file.write_text(json.dumps({"id": "r-1", "predicted_at": "2026-01-12T12:00:00Z", "age": 41}) + "\n")
    thread = InboxThread(churn, folder, every=60)
    path = inbox_folder.hand_over(folder, "churn", "predictions", file)
    assert thread.receipt(path, timeout=0.01) is None
    thread.start()
    try:
        receipt = thread.receipt(path, timeout=20)
        assert (receipt.file, receipt.accepted) == ("june.jsonl", 1)
        again = thread.receipt(inbox_folder.hand_over(folder, "churn", "predictions", file), timeout=20)
        assert (again.file, again.known) == ("june.jsonl", True)
    finally:
        thread.stop()
    assert list(churn.files("churn").name) == ["june.jsonl"]


def test_a_receipt_is_given_out_when_the_profile_shows_the_file(churn, folder, tmp_path, monkeypatch):
    file = tmp_path / "june.jsonl"
    file.write_text(json.dumps({"id": "r-1", "predicted_at": "2026-01-05T12:00:00Z", "age": 41}) + "\n")
    path, thread, settle = inbox_folder.hand_over(folder, "churn", "predictions", file), None, churn.settle

    def check(name):
        assert thread.receipt(path, timeout=0) is None
        settle(name)

    monkeypatch.setattr(churn, "settle", check)
    thread = InboxThread(churn, folder)
    thread.take()
    assert thread.receipt(path, timeout=0).accepted == 1
    assert thread.state.last_error == ""


def test_a_file_handed_over_is_complained_about_under_its_own_name(churn, folder, tmp_path):
    file = tmp_path / "june.parquet"
    file.write_text("not Parquet")
    thread = InboxThread(churn, folder)
    path = inbox_folder.hand_over(folder, "churn", "predictions", file)
    thread.take()
    receipt = thread.receipt(path, timeout=0)
    assert receipt.file == "june.parquet"
    assert receipt.problem.startswith("june.parquet: not a readable parquet file")
    (bad,) = inbox_folder.set_aside_files(folder, "churn")
    assert (bad.path / "june.parquet").read_text() == "not Parquet"
