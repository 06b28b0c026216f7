"""The thread that takes the inbox in: everything that is ready goes in once, and who waits is told."""

import datetime as dt
import json
import time

import pytest

from monitoring.inbox import PredictionLog
from monitoring.store import inbox_folder
from monitoring.store.inbox_thread import InboxThread
from tests.store.inbox_logs import AT, log, rows, until, waiting


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


def test_files_of_an_unknown_model_wait_until_it_is_registered(churn, folder, thread):
    log(folder, "r-1", model="fraud")
    before = waiting(folder)
    assert thread.take() == 0
    assert waiting(folder) == before
    assert thread.state.unknown == {"fraud": 1}
    churn.add('name = "fraud"\ntask = "binary"')
    assert thread.take() == 1
    assert thread.state.unknown == {}


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
