"""Writers take turns, and what one did stands together or not at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitoring.store import Store
from monitoring.store.errors import Busy

FILL = "INSERT INTO findings VALUES ('churn', 'k', '1', '{}', now()::TIMESTAMP)"


def count(store: Store) -> int:
    with store.cursor() as cursor:
        row = cursor.execute("SELECT count(*) FROM findings").fetchone()
    return row[0] if row else -1


@contextmanager
def at_work(store: Store) -> Iterator[None]:
    """Another thread writes until the end of the block."""
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        with store.writing() as cursor:
            cursor.execute(FILL)
            begun.set()
            done.wait(30)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(10)
        yield
    finally:
        done.set()
        thread.join()


def test_what_is_written_is_seen_by_others_only_when_all_of_it_is_there(churn: Store) -> None:
    with churn.writing() as cursor:
        cursor.execute(FILL)
        assert count(churn) == 0
        cursor.execute(FILL)
    assert count(churn) == 2


def test_what_was_written_before_a_failure_is_undone_and_the_next_writer_can_write(churn: Store) -> None:
    def fail() -> None:
        with churn.writing() as cursor:
            cursor.execute(FILL)
            raise KeyError("x")

    with pytest.raises(KeyError):
        fail()
    assert count(churn) == 0
    with at_work(churn):
        pass
    assert count(churn) == 1


@pytest.mark.parametrize("patience", [0, 0.1])
def test_a_writer_without_patience_gives_up_and_changes_nothing(churn: Store, patience: float) -> None:
    with at_work(churn):
        started = time.perf_counter()
        with pytest.raises(Busy, match="another writer is at work"), churn.writing(patience):
            pytest.fail("it was not our turn")
        assert patience <= time.perf_counter() - started < patience + 5
    assert count(churn) == 1
    with churn.writing(patience) as cursor:
        cursor.execute(FILL)
    assert count(churn) == 2


def test_a_writer_with_patience_comes_after_the_one_before(churn: Store) -> None:
    seen: list[int] = []

    def write() -> None:
        with churn.writing(30) as cursor:
            row = cursor.execute("SELECT count(*) FROM findings").fetchone()
            seen.append(row[0] if row else -1)

    with at_work(churn):
        waiting = threading.Thread(target=write)
        waiting.start()
        time.sleep(0.1)
        assert seen == []
    waiting.join()
    assert seen == [1], "it sees what the writer before it committed"
