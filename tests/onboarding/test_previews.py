"""A preview says what Health will say, and nothing of it is left, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitoring import health
from monitoring.onboarding import Choices, DraftError, drafted, places, preview
from monitoring.onboarding.saving import save
from monitoring.store import Store
from monitoring.store.summaries import summarised
from tests.onboarding.made import ROWS, binary, written

ROOT = Path(__file__).resolve().parents[2]
TRYING = """
import sys, time
from pathlib import Path
from monitoring.onboarding import passing
with passing(Path(sys.argv[1])) as folder:
    (folder / "lookout.duckdb").write_text("half of a store")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return written(binary(), tmp_path_factory.mktemp("log"))


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
    assert (found.rows, found.taken, found.rejected, found.of) == (ROWS, ROWS, 0, ROWS)
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


def test_a_log_of_which_no_row_fits_is_refused_with_the_reason(log, temporary):
    wrong = drafted(summarised(log), Choices(columns={"id": "label"}))
    empty = written(binary(label=None), temporary, "empty.csv")
    with pytest.raises(DraftError, match="missing_id"):
        preview(wrong, empty)
    assert [path.name for path in temporary.iterdir()] == ["empty.csv"]


def test_what_a_killed_process_left_is_removed_by_the_next_and_what_is_in_use_is_not(tmp_path):
    command = [sys.executable, "-c", TRYING, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        later = time.time() + 3600
        assert places.sweep(tmp_path, later) == []
        assert folder.is_dir()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert places.sweep(tmp_path) == [], "one that was just made may not have its lock yet"
    assert places.sweep(tmp_path, later) == [folder]
    assert list(tmp_path.iterdir()) == []


def test_a_preview_of_a_long_log_takes_an_excerpt_of_every_day_and_says_so(
    draft, log, temporary, monkeypatch
):
    monkeypatch.setattr("monitoring.store.excerpts.PER_DAY", 5)
    found = preview(draft, log)
    days = int((draft.days > 0).sum())
    assert found.rows == 5 * days
    assert f"from {found.rows} rows of {ROWS}, an excerpt of every day" in found.words
