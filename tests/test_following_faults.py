"""What goes wrong while a place is looked through leaves nothing behind that a later look would trust."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitoring.store import Store, UnknownModel, following_tables
from monitoring.store.following import follow
from monitoring.store.places import Trouble

TEXT = 'name = "churn"\ntask = "binary"\n[source]\n'
ROW = {"id": "r-1", "predicted_at": "2026-01-05T12:00:00Z", "age": 41, "score": 0.5}


def test_a_model_of_the_same_name_is_followed_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log").mkdir()
    file = tmp_path / "log" / "a.jsonl"
    file.write_text(json.dumps(ROW) + "\n")
    os.utime(file, (1e9, 1e9))
    with Store.open(tmp_path / "lookout.duckdb") as store:
        text = f'{TEXT}path = "{tmp_path / "log"}"\n'
        store.add(text)
        ingest = store.ingest

        def removed_right_after(*given: object, **more: object) -> object:
            receipt = ingest(*given, **more)  # type: ignore[arg-type]
            store.remove("churn")
            return receipt

        monkeypatch.setattr(store, "ingest", removed_right_after)
        with pytest.raises(UnknownModel):
            follow(store, "churn")
        monkeypatch.undo()
        store.add(text)
        assert sum(one.accepted for one in follow(store, "churn").receipts) == 1


def test_a_table_that_cannot_be_taken_in_is_told_and_keeps_no_other_place_from_being_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []

    def full(store: Store, model: object, table: following_tables.Table, going: object) -> object:
        looked.append(table.title)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(following_tables, "taken", full)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        source = f'database = "{tmp_path / "other.duckdb"}"\ntable = "log"\nlabels = "outcomes"\n'
        store.add(TEXT + source)
        found = follow(store, "churn")
    assert looked == ["log", "outcomes"]
    assert [(kind, one.code) for kind, one in found.troubles] == [
        ("predictions", "source_unusable"), ("labels", "source_unusable"),
    ]  # fmt: skip
    assert "No space left on device" in found.troubles[0][1].detail


def test_a_database_that_goes_away_before_it_is_opened_is_told_to_be_gone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "lookout.duckdb") as store:
        model = store.add(f'{TEXT}database = "other.duckdb"\ntable = "log"\n')
        scope = following_tables.Scope("churn", "predictions", "other.duckdb log")
        table = following_tables.Table(scope, tmp_path / "other.duckdb", "log", 3)
        with pytest.raises(Trouble, match="source_gone"), following_tables._opened(store, model, table):
            pass
