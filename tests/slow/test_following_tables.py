"""Following a table, case by case; the common cases are in every run (tests/store)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from monitoring.store import Store, following_tables
from monitoring.store.following import Look
from tests.store.conftest import store
from tests.store.test_following_tables import TEXT, following, ids, looked, other, rows, told, write

__all__ = ["following", "other", "store"]


def test_rows_that_cannot_be_taken_in_are_told_once(following: Store, other: Path) -> None:
    data = rows(48, 52).astype({"predicted_at": object})
    data.loc[0, "predicted_at"] = None
    data.loc[1, "predicted_at"] = pd.Timestamp("1970-01-01")
    write(other, "INSERT INTO predictions SELECT * FROM data", data)
    looked(following)
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(52, 53))
    looked(following)
    found = following.quarantine("churn")
    assert sorted(found["reason"]) == ["implausible_instant", "missing_instant"]
    assert ids(following) == [*range(48), 50, 51, 52]


def test_a_row_from_the_future_does_not_hide_those_that_come(following: Store, other: Path) -> None:
    soon = pd.Timestamp.now().floor("s") + pd.Timedelta(days=200)
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(48, 49, predicted_at=soon))
    looked(following)
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(49, 60))
    looked(following)
    assert ids(following) == list(range(60))
    assert looked(following) == Look()


def test_rows_that_are_deleted_stay_and_are_told(following: Store, other: Path) -> None:
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(48, 200))
    looked(following)
    write(other, "DELETE FROM predictions WHERE id < 5")
    for _ in range(2):
        looked(following)
        assert (len(ids(following)), told(following)) == (200, [("source_removed", "5 rows of predictions")])


def test_a_large_table_goes_in_by_stretches_of_whole_days(
    following: Store, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_tables, "MOST", 40)
    write(other, "INSERT INTO predictions SELECT * FROM data", rows(48, 120))
    assert [one.rows for one in looked(following).receipts] == [48, 48, 24]
    assert ids(following) == list(range(120))
    assert looked(following) == Look()


def test_labels_are_another_table_of_the_same_database(store: Store, tmp_path: Path, other: Path) -> None:
    store.add(f'{TEXT}labels = "outcomes"\n', folder=tmp_path)
    labels = pd.DataFrame({"id": range(10), "label": 1, "labelled_at": pd.Timestamp("2026-01-05")})
    write(other, "CREATE TABLE outcomes AS SELECT * FROM data", labels)
    looked(store)
    late = labels.assign(id=range(10, 20), labelled_at=pd.Timestamp("2026-01-06"))
    write(other, "INSERT INTO outcomes SELECT * FROM data", late)
    assert [(one.kind, one.accepted) for one in looked(store).receipts] == [("labels", 10)]


def test_labels_without_an_instant_are_read_whole_and_told_once(
    store: Store, tmp_path: Path, other: Path
) -> None:
    store.add(f'{TEXT}labels = "outcomes"\n', folder=tmp_path)
    write(other, "CREATE TABLE outcomes AS SELECT * FROM data", pd.DataFrame({"id": range(10), "label": 1}))
    looked(store)
    write(other, "INSERT INTO outcomes SELECT * FROM data", pd.DataFrame({"id": range(10, 12), "label": 0}))
    assert [(one.kind, one.rows, one.accepted) for one in looked(store).receipts] == [("labels", 2, 2)]
