"""The thread that takes the inbox in: no failure stops it, and none loses a row."""

import itertools
import os
import shutil
import time

from monitoring.store import Refused, inbox_folder
from monitoring.store.inbox_thread import InboxThread
from tests.store.inbox_logs import log, until, waiting


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
