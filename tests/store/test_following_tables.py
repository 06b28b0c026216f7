"""A table of another DuckDB file that is followed: its new rows go in once, also where they came late."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from monitoring.store import Store, followed
from monitoring.store.following import Look, follow

TEXT = """
name = "churn"
task = "binary"
[source]
database = "other.duckdb"
table = "predictions"
"""
HOLDING = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


def rows(first: int, stop: int, **more: object) -> pd.DataFrame:
    number = np.arange(first, stop)
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(number, "h")
    return pd.DataFrame({"id": number, "predicted_at": at, "age": number % 7.0, "score": 0.5, **more})


def write(database: Path, statement: str, data: pd.DataFrame | None = None) -> None:
    with duckdb.connect(str(database)) as connection:
        if data is not None:
            connection.register("data", data)
        connection.execute(statement)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A database with the rows of two days."""
    write(tmp_path / "other.duckdb", "CREATE TABLE predictions AS SELECT * FROM data", rows(0, 48))
    return tmp_path / "other.duckdb"


@pytest.fixture
def following(store: Store, tmp_path: Path) -> Store:
    store.add(TEXT, folder=tmp_path)
    return store


def looked(store: Store) -> Look:
    return follow(store, "churn")


def told(store: Store) -> list[tuple[str, str]]:
    return [(one.code, one.subject) for one in followed.troubles(store, "churn")]


def ids(store: Store) -> list[int]:
    with store.cursor() as cursor:
        return sorted(int(one) for (one,) in cursor.execute("SELECT _id FROM churn.requests").fetchall())


def test_only_new_rows_are_read(following: Store, other: Path) -> None:
    assert [one.rows for one in looked(following).receipts] == [48]
    assert looked(following) == Look()
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(48, 60))
    assert [(one.file, one.rows) for one in looked(following).receipts] == [
        ("predictions to 2026-01-03 11:00:00", 12)
    ]
    write(other, "CREATE TABLE unrelated (x INTEGER)")
    assert looked(following) == Look()
    assert ids(following) == list(range(60))


def test_rows_that_come_late_are_found_before_and_after_the_cut(following: Store, other: Path) -> None:
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(48, 200))
    looked(following)
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(0, 2, id=[900, 901]))  # weeks late
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(180, 181, id=[902]))  # a day late
    assert [(one.rows, one.accepted, one.duplicates) for one in looked(following).receipts] == [(3, 3, 0)]
    assert looked(following) == Look()
    assert ids(following) == [*range(200), 900, 901, 902]


def test_names_of_schema_table_and_columns_may_hold_anything(store: Store, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "it's.duckdb")) as connection:
        connection.register("data", rows(0, 5).rename(columns={"age": 'ag"e {x} $path'}))
        connection.execute(
            'CREATE SCHEMA "s.1"; CREATE TABLE "s.1"."we""ird. name; --" AS SELECT * FROM data'
        )
    place = 'database = "it\'s.duckdb"\ntable = \'"s.1"."we""ird. name; --"\''
    store.add(f"name = 'churn'\ntask = 'binary'\n[source]\n{place}", folder=tmp_path)
    looked(store)
    assert (ids(store), told(store)) == (list(range(5)), [])


def test_a_database_that_another_process_holds_is_read_once_it_lets_go(following: Store, other: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(other)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        looked(following)
        assert told(following) == [("source_locked", str(other))]
        holder.communicate("\n")
    looked(following)
    assert (len(ids(following)), told(following)) == (48, [])


def test_what_cannot_be_read_of_a_database_is_told(following: Store, other: Path, tmp_path: Path) -> None:
    def refused() -> str:
        ((_, trouble),) = looked(following).troubles
        return f"{trouble.code}: {trouble.subject}: {trouble.detail}"

    write(other, "ALTER TABLE predictions RENAME TO elsewhere")
    assert refused() == "source_unusable: predictions: no such table; there are main.elsewhere"
    write(other, "ALTER TABLE elsewhere RENAME TO predictions; ALTER TABLE predictions RENAME id TO key")
    assert "no column 'id'; it has key, predicted_at, age, score" in refused()
    other.write_bytes(b"no database at all, but long enough to be looked into" * 100)
    assert refused().startswith("source_unusable: predictions: ")
    other.unlink()
    assert refused() == f"source_gone: {other}: "
    following.add(TEXT.replace("other", "lookout"), folder=tmp_path)
    assert "it is the store itself" in refused()
