"""Following a place, case by case; the common cases and the law are in every run (tests/store)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from monitoring.store import Store
from tests.store.conftest import CHURN, store
from tests.store.test_following import FOLLOWING, SOURCE, codes, following, ids, log, looked, put, rows

__all__ = ["following", "log", "store"]


def test_a_file_written_anew_changes_what_its_rows_hold(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20))
    looked(following)
    put(log / "a.parquet", rows(5, 15, age=99.0), 30)
    looked(following)
    with following.cursor() as cursor:
        found = cursor.execute("SELECT count(*), min(age), max(age) FROM churn.requests").fetchall()
    assert found == [(10, 99.0, 99.0)]


def test_a_file_that_is_renamed_is_neither_new_nor_removed(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20)).rename(log / "b.parquet")
    looked(following)
    (log / "b.parquet").rename(log / "c.parquet")
    assert all(one.known for one in looked(following).receipts)
    assert (ids(following), codes(following)) == (set(range(20)), [])


def test_a_file_whose_content_another_file_holds_too_takes_nothing_away(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20))
    shutil.copy2(log / "a.parquet", log / "b.parquet")
    looked(following)
    put(log / "a.parquet", rows(20, 30), 30)
    looked(following)
    assert ids(following) == set(range(30))


def test_a_file_overwritten_with_another_files_content_leaves_that_one(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20))
    put(log / "b.parquet", rows(20, 30))
    looked(following)
    shutil.copyfile(log / "b.parquet", log / "a.parquet")
    put(log / "a.parquet", (log / "b.parquet").read_bytes(), 30)
    looked(following)
    assert ids(following) == set(range(20, 30))


def test_a_file_that_was_torn_and_is_as_before_is_no_trouble(following: Store, log: Path) -> None:
    whole = put(log / "a.parquet", rows(0, 20)).read_bytes()
    looked(following)
    put(log / "a.parquet", whole[:200], 40)
    looked(following)
    put(log / "a.parquet", whole, 20)
    looked(following)
    assert (ids(following), codes(following)) == (set(range(20)), [])


def test_a_file_that_is_being_written_waits(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20), 0)
    assert looked(following).waiting == ["a.parquet"]
    put(log / "a.parquet", rows(0, 20))
    assert len(looked(following).receipts) == 1


def test_a_file_without_rows_is_taken_in_and_brings_none(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 0))
    looked(following)
    assert (ids(following), codes(following)) == (set(), [])


def test_a_file_that_could_not_be_used_is_tried_again_when_the_model_says_more(
    following: Store, log: Path, tmp_path: Path
) -> None:
    put(log / "a.parquet", rows(0, 20).rename(columns={"id": "key"}))
    looked(following)
    following.add(f'{FOLLOWING}[columns]\nid = "key"\n', folder=tmp_path)
    looked(following)
    assert (ids(following), codes(following)) == (set(range(20)), [])


def test_a_file_put_out_by_hand_stays_out_until_it_changes(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20))
    looked(following)
    following.forget("churn", "a.parquet")
    put(log / "a.parquet", rows(0, 20), 30)
    looked(following)
    assert ids(following) == set()
    put(log / "a.parquet", rows(0, 21), 20)
    looked(following)
    assert ids(following) == set(range(21))


def test_the_same_content_in_two_parts_is_two_files(following: Store, log: Path) -> None:
    data = rows(0, 20).drop(columns=["city"])
    put(log / "version=a" / "x.parquet", data.drop(columns="version"))
    put(log / "version=b" / "x.parquet", data.drop(columns="version"))
    looked(following)
    with following.cursor() as cursor:
        found = cursor.execute("SELECT _version, count(*) FROM churn.predictions GROUP BY ALL ORDER BY ALL")
        assert found.fetchall() == [("a", 20), ("b", 20)]


def test_labels_have_a_place_of_their_own(store: Store, tmp_path: Path, log: Path) -> None:
    store.add(f'{FOLLOWING}labels = "outcomes/*.csv"\n', folder=tmp_path)
    put(log / "a.parquet", rows(0, 20))
    put(
        tmp_path / "outcomes" / "x.csv",
        pd.DataFrame({"id": range(5), "label": 1, "labelled_at": "2026-01-20"}),
    )
    put(tmp_path / "outcomes" / "x.txt", b"no labels")
    assert sorted((one.kind, one.accepted) for one in looked(store).receipts) == [
        ("labels", 5),
        ("predictions", 20),
    ]


@pytest.mark.parametrize("place", ["log", "log/*.parquet", "log/2026-*/a.csv"])
def test_a_place_that_is_not_there_is_told_and_takes_nothing_away(
    store: Store, tmp_path: Path, log: Path, place: str
) -> None:
    store.add(FOLLOWING.replace('"log"', f'"{place}"'), folder=tmp_path)
    put(log / "a.parquet", rows(0, 20))
    looked(store)
    before = ids(store)
    shutil.rmtree(log)
    looked(store)
    assert (ids(store), codes(store)) == (before, ["source_gone"])
    log.mkdir()
    looked(store)
    assert codes(store) == (["source_empty"] if before else [])  # an empty folder where files were


def test_a_file_that_may_not_be_read_is_tried_at_every_look(
    following: Store, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(log / "a.parquet", rows(0, 20))

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr("monitoring.store.journal.digest", refuse)
        looked(following)
    assert codes(following) == ["source_unusable"]
    looked(following)
    assert (ids(following), codes(following)) == (set(range(20)), [])


def test_a_relative_place_of_a_model_without_a_folder_is_told(store: Store) -> None:
    store.add(FOLLOWING)
    looked(store)
    assert codes(store) == ["source_gone"]


def test_a_file_written_anew_after_retention_keeps_what_it_brought(
    store: Store, tmp_path: Path, log: Path
) -> None:
    store.add(f"retention_days = 5\n{FOLLOWING}", folder=tmp_path)
    put(log / "a.parquet", rows(300, 600))
    looked(store)
    put(log / "b.parquet", rows(600, 900))
    looked(store)
    before = ids(store)
    put(log / "a.parquet", rows(290, 610), 30)
    looked(store)
    assert (ids(store), codes(store)) == (before, ["source_kept"])


def test_removing_a_model_forgets_what_was_known_of_its_place(
    following: Store, log: Path, tmp_path: Path
) -> None:
    put(log / "a.parquet", rows(0, 20))
    looked(following)
    following.remove("churn")
    following.add(FOLLOWING, folder=tmp_path)
    looked(following)
    assert ids(following) == set(range(20))


def test_a_name_that_is_no_text_is_told_and_the_others_go_in(following: Store, log: Path) -> None:
    put(log / "a.csv", rows(0, 20))
    (log / "a.csv").rename(os.fsdecode(os.fsencode(log) + b"/\xff.csv"))
    put(log / "b.csv", rows(20, 30))
    looked(following)
    assert set(range(20, 30)) <= ids(following)
    assert codes(following) == ([] if len(ids(following)) == 30 else ["source_unusable"])


def test_a_profile_that_could_not_be_made_is_made_at_the_next_look(
    store: Store, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(f"{CHURN}{SOURCE}", folder=tmp_path)
    put(log / "a.parquet", rows(0, 300))

    def fail(*_: object) -> None:
        raise RuntimeError("no room")

    with monkeypatch.context() as patched:
        patched.setattr("monitoring.store.profiling.rebuild", fail)
        with pytest.raises(RuntimeError, match="no room"):
            looked(store)
    assert store.data_version("churn").endswith("-stale")
    looked(store)
    assert not store.data_version("churn").endswith("-stale")
