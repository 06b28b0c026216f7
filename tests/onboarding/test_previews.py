"""A preview says what Health will say, and nothing of it is left, whatever ends it."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from monitoring import health
from monitoring.onboarding import Choices, DraftError, drafted, places, preview, saving
from monitoring.onboarding.saving import save
from monitoring.store import Store, excerpts
from monitoring.store.summaries import summarised
from tests.onboarding.made import binary, small, written


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return written(small(), tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def draft(log):
    return drafted(summarised(log))


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files that is nobody else's."""
    monkeypatch.setattr(places.tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_preview_is_what_health_says_once_the_model_is_saved(draft, log, temporary):
    told = []
    found = preview(draft, log, progress=lambda share, what: told.append(share))
    assert (found.rows, found.taken, found.rejected, found.of) == (160, 160, 0, 160)
    assert told == sorted(told)
    assert list(temporary.iterdir()) == []
    with Store.open(temporary / "lookout.duckdb") as store:
        save(store, draft, log)
        saved = health.health(store, store.model(draft.name))
    assert found.report.sentence == saved.sentence
    assert [(one.name, one.status, one.sentence) for one in found.report.signals] == [
        (one.name, one.status, one.sentence) for one in saved.signals
    ]


def test_what_ends_a_preview_or_a_save_leaves_nothing_behind(draft, log, temporary):
    class Left(BaseException):
        """Whoever watched has gone, as Streamlit says it."""

    def leave(share, what):
        if share > 0.2:
            raise Left

    with pytest.raises(Left):
        preview(draft, log, progress=leave)
    assert list(temporary.iterdir()) == []
    with Store.open(temporary / "lookout.duckdb") as store:
        with pytest.raises(Left):
            save(store, draft, log, progress=leave)
        assert store.models() == []
        save(store, draft, log)
        with pytest.raises(DraftError, match="is called 'log' already"):
            save(store, draft, log)
        assert len(store.files("log")) == 1
    assert [path.name for path in temporary.iterdir()] == ["lookout.duckdb"]


def test_of_two_who_save_under_one_name_at_once_one_is_told_and_the_other_keeps_the_model(
    draft, log, temporary, monkeypatch
):
    asked = saving.assert_new

    def slowly(store, name):
        asked(store, name)
        time.sleep(0.05)  # the other one asks meanwhile

    monkeypatch.setattr(saving, "assert_new", slowly)
    with Store.open(temporary / "lookout.duckdb") as store, ThreadPoolExecutor(2) as pool:
        both = [pool.submit(save, store, draft, log) for _ in range(2)]
        errors = [one.exception() for one in both]
        assert sorted(map(type, errors), key=str) == sorted([type(None), DraftError], key=str)
        assert len(store.files("log")) == 1


def test_a_log_of_which_no_row_fits_is_refused_with_the_reason(log, temporary):
    wrong = drafted(summarised(log), Choices(columns={"id": "age"}))
    empty = written(small(age=None), temporary, "empty.csv")
    with pytest.raises(DraftError, match="missing_id"):
        preview(wrong, empty)
    assert [path.name for path in temporary.iterdir()] == ["empty.csv"]


def test_one_row_with_its_label_is_previewed_and_nothing_unknown_is_green(temporary):
    path = written(small(label=[0, 1] * 80).head(1), temporary, "one.csv")
    found = preview(drafted(summarised(path)), path)
    assert (found.rows, found.taken) == (1, 1)
    judged = {one.name: one.status for one in found.report.signals}
    assert judged["performance"] == "grey", judged
    assert judged["drift"] == "grey", judged
    assert [one.name for one in temporary.iterdir()] == ["one.csv"]


def test_what_a_killed_process_left_is_removed_by_the_next_and_what_is_in_use_is_not(tmp_path):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover - the process that is killed
        with places.passing(tmp_path) as folder:
            (folder / "lookout.duckdb").write_text("half of a store")
            os.write(writing, str(folder).encode())
            time.sleep(600)
            os._exit(1)
    folder, later = Path(os.read(reading, 4096).decode()), time.time() + 3600
    assert places.sweep(tmp_path, later) == []
    assert (folder / "lookout.duckdb").is_file()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert places.sweep(tmp_path) == [], "one that was just made may not have its lock yet"
    assert places.sweep(tmp_path, later) == [folder]
    assert list(tmp_path.iterdir()) == []


def test_an_excerpt_of_a_long_log_holds_rows_of_every_day_in_their_order(log, tmp_path, monkeypatch):
    monkeypatch.setattr(excerpts, "PER_DAY", 5)
    found = excerpts.excerpt(log, "", "scored_at", tmp_path)
    rows, whole = pd.read_csv(found.path), pd.read_csv(log)
    days = rows.groupby(rows["scored_at"].str[:10]).size()
    assert set(days) == {5}
    assert len(days) == whole["scored_at"].str[:10].nunique()
    assert found.rows == len(rows)
    assert rows["scored_at"].is_monotonic_increasing
    assert list(rows.columns) == list(whole.columns)


def test_a_table_of_a_database_becomes_a_file_for_as_long_as_it_is_taken_in(tmp_path):
    frame = binary(200)
    (tmp_path / "there").mkdir()
    with duckdb.connect(str(tmp_path / "bank.duckdb")) as connection:
        connection.register("frame", frame)
        connection.execute("CREATE TABLE loans AS SELECT * FROM frame")
    with excerpts.as_files(tmp_path / "bank.duckdb", "loans", tmp_path / "there") as (file,):
        assert file.name == "bank-loans.parquet"
        assert pd.read_parquet(file)["request_id"].tolist() == frame["request_id"].tolist()
    assert list((tmp_path / "there").iterdir()) == []
