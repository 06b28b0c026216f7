"""What goes wrong is said in words, ends with 2, and leaves everything as it was."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from monitoring import answers
from monitoring.cli import app
from monitoring.store import Store, owner, profiling

ROOT = Path(__file__).resolve().parents[2]
TOML = """
name = "churn"
task = "binary"
timezone = "America/New_York"
{more}
[reference]
start = 2026-01-01
stop = 2026-01-15
[segments]
columns = ["plan"]
"""


def said(store: Path, *arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["--store", str(store), *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def log(folder: Path, days: int = 30) -> Path:
    at = pd.date_range("2026-01-01T12:30:00Z", periods=days * 24, freq="1h")
    data = pd.DataFrame(
        {"id": np.arange(len(at)).astype(str), "predicted_at": at, "age": np.arange(len(at)) % 17 * 1.0,
         "plan": ["a", "b"] * (len(at) // 2), "score": 0.5}
    )  # fmt: skip
    data.to_parquet(folder / "log.parquet")
    return folder / "log.parquet"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "lookout.duckdb"
    with Store.open(path) as opened:
        opened.add(TOML.format(more=""))
        opened.ingest("churn", log(tmp_path))
    return path


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["show", "drift", "churn"], ["files", "churn"], ["quarantine", "churn"],
     ["forget", "churn", "a.csv"], ["remove", "churn", "--yes"], ["ingest", "churn", "."]],
)  # fmt: skip
def test_a_question_to_a_store_that_is_not_there_makes_none(tmp_path: Path, arguments: list[str]) -> None:
    path = tmp_path / "absent" / "lookout.duckdb"
    code, stdout, stderr = said(path, *arguments)
    assert (code, stdout) == (2, "")
    assert stderr.startswith(f"no store at {path}; build the demo with: python -m monitoring demo, or")
    assert not path.parent.exists()


def test_a_store_below_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    (tmp_path / "m.toml").write_text(TOML.format(more=""), "utf-8")
    for arguments in (["add", tmp_path / "m.toml"], ["check"], ["restore", tmp_path]):
        code, _, stderr = said(tmp_path / "file" / "lookout.duckdb", *arguments)
        assert code == 2
        assert len(stderr.splitlines()) == 1
        assert "Traceback" not in stderr


def test_a_backup_to_a_place_that_is_a_file_is_said_in_words(store: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    code, _, stderr = said(store, "backup", tmp_path / "file")
    assert code == 2
    assert stderr == f"{tmp_path / 'file'}: File exists\n"
    assert said(store, "backup", tmp_path)[0] == 2, "the store's own folder"


def test_an_error_nobody_foresaw_ends_with_two_and_shows_where_it_arose(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("something else")

    monkeypatch.setattr(Store, "files", fail)
    code, _, stderr = said(store, "files", "churn")
    assert code == 2
    assert "RuntimeError: something else" in stderr
    assert "please report it" in stderr


def test_a_file_of_which_no_row_could_be_used_is_bad_input(store: Path, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("id,predicted_at\n,2026-02-03\n,2026-02-04\n", "utf-8")
    code, _, stderr = said(store, "ingest", "churn", tmp_path / "all.csv")
    assert code == 2
    assert "all.csv: 0 rows taken in, 2 in the quarantine\n" in stderr
    (tmp_path / "some.csv").write_text("id,predicted_at\n,2026-02-03\nz,2026-02-04\n", "utf-8")
    assert said(store, "ingest", "churn", tmp_path / "some.csv")[0] == 0


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999-12-31T23:59:59-12:00"])
@pytest.mark.parametrize("question", [["check", "--as-of"], ["show", "drift", "churn", "--start"]])
def test_a_day_that_no_calendar_reaches_is_wrong_usage(store: Path, question: list[str], day: str) -> None:
    code, stdout, stderr = said(store, *question, day)
    assert (code, stdout) == (2, "")
    assert "must lie between 1900-01-01 and 2200-01-01" in stderr


def test_a_segment_value_that_is_unknown_is_wrong_usage(store: Path) -> None:
    code, _, stderr = said(store, "show", "drift", "churn", "--segment", "plan=zzz")
    assert code == 2
    assert "no such value; plan has a, b, (other), (missing)" in stderr
    assert said(store, "show", "drift", "churn", "--segment", "plan=a")[0] == 0


def test_days_are_the_models_own_on_hourly_models_too(tmp_path: Path) -> None:
    path = tmp_path / "hourly.duckdb"
    with Store.open(path) as opened:
        opened.add(TOML.format(more='chunk = "1 hour"'))
        opened.ingest("churn", log(tmp_path))
    window = ["--start", "2026-01-20", "--stop", "2026-01-21"]
    _, stdout, _ = said(path, "show", "drift", "churn", *window, "--json")
    starts = sorted({row["chunk_start"] for row in json.loads(stdout)})
    assert (len(starts), starts[0][:13], starts[-1][:13]) == (24, "2026-01-20T05", "2026-01-21T04")


def test_a_file_that_names_a_dead_owner_keeps_nobody_from_the_store(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process number of an app that was killed may belong to any other program by now."""
    stale = {"pid": os.getpid(), "port": 9, "token": "old"}
    owner.owner_file(store).write_text(json.dumps(stale), "utf-8")
    started: list[object] = []
    monkeypatch.setattr(os, "execve", lambda *arguments: started.append(arguments))
    monkeypatch.chdir(store.parent)  # the command changes the folder; this puts it back
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0))
    code, _, stderr = said(store, "run")
    assert code == 0, stderr
    assert len(started) == 1
    assert said(store, "files", "churn")[0] == 0


def test_run_refuses_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "lookout.duckdb").write_bytes(b"broken")
    code, _, stderr = said(tmp_path / "lookout.duckdb", "run")
    assert code == 2
    assert "cannot be read as a store" in stderr


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_an_interrupted_command_says_so(
    store: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def interrupt(*_: object) -> None:
        raise error

    monkeypatch.setattr(Store, "files", interrupt)
    assert said(store, "files", "churn") == (130, "", answers.INTERRUPTED.stderr)


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be sent SIGINT there")
def test_ingest_that_is_stopped_by_the_keyboard_keeps_whole_files_only(store: Path, tmp_path: Path) -> None:
    count = 500_000
    at = pd.Timestamp("2026-02-01T00:00:00Z") + pd.to_timedelta(np.arange(count), unit="s")
    data = {"id": np.arange(count).astype(str), "predicted_at": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    pd.DataFrame({**data, **{f"x{i}": 0.5 for i in range(3)}}).to_csv(tmp_path / "big.csv", index=False)
    command = [sys.executable, "-m", "monitoring", "--store", str(store), "ingest", "churn"]
    files = [str(tmp_path / "log.parquet"), str(tmp_path / "big.csv")]
    wal = tmp_path / "lookout.duckdb.wal"

    def heard() -> None:
        """Tests that a shell started in the background, and what they start, ignore the keyboard."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        [*command, *files], cwd=ROOT, text=True, stderr=subprocess.PIPE, preexec_fn=heard
    ) as process:
        stderr = ""
        while "checking big.csv" not in stderr:
            line = process.stderr.readline()
            assert line, stderr
            stderr += line
        process.send_signal(signal.SIGINT)
        stderr += process.stderr.read()
    assert process.returncode == 130, stderr
    assert "log.parquet: known before" in stderr
    assert "interrupted" in stderr
    assert not wal.exists() or wal.stat().st_size == 0
    with Store.open(store) as opened:
        assert opened.files("churn")["name"].tolist() == ["log.parquet"]


@pytest.mark.parametrize("at", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
@pytest.mark.parametrize("more", ["", 'chunk = "1 hour"', 'clock = "last row"'])
def test_an_instant_that_cannot_be_right_is_answered_in_words(tmp_path: Path, more: str, at: str) -> None:
    """Ingest takes none in; a store may hold one nevertheless."""
    path = tmp_path / "lookout.duckdb"
    text = TOML.format(more=more)
    with Store.open(path) as opened:
        opened.add(text)
        opened.ingest("churn", log(tmp_path))
        with opened.cursor() as cursor:
            cursor.execute(
                "INSERT INTO churn.requests SELECT * REPLACE (CAST($at AS TIMESTAMP) AS _predicted_at, "
                "CAST(CAST($at AS TIMESTAMP) AS DATE) AS _day, 'odd' AS _id) FROM churn.requests LIMIT 1",
                {"at": at},
            )
            profiling.recount(cursor, opened.model("churn"))
            profiling.rebuild(cursor, opened.model("churn"))
    code, stdout, stderr = said(path, "show", "drift", "churn")
    assert (code, stdout) == (2, "")
    assert "an instant must be wrong" in stderr
    assert "Traceback" not in stderr
    for question in (["check"], ["check", "--as-of", "2026-01-20"]):  # says so of this model, and goes on
        code, stdout, stderr = said(path, *question)
        assert code in (0, 1)
        assert re.search(r"drift +grey +an instant must be wrong", stdout), stdout
        assert stderr == ""
    with Store.open(path) as opened:
        opened.add(text.split("[reference]")[0])
    assert said(path, "check")[0] in (0, 1)
    assert said(path, "check", "--as-of", "2026-01-20")[0] in (0, 1)
