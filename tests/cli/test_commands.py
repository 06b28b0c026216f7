"""Every command, with the app down and with the app up: the same output, the same exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from monitoring.cli import app
from monitoring.commands import COMMANDS
from tests.cli.running import TOML, Run, Said, log

ROOT = Path(__file__).resolve().parents[2]


def test_add_registers_and_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "churn.toml").write_text(TOML, "utf-8")
    assert run("add", tmp_path / "churn.toml") == Said("", "churn is registered\n", 0)
    (tmp_path / "bad.toml").write_text(TOML + "[limits]\ncolour = 1\n", "utf-8")
    said = run("add", tmp_path / "bad.toml")
    assert (said.code, said.stderr) == (2, "limits.colour: unknown key; remove it or correct its spelling\n")
    assert run("add", tmp_path / "absent.toml").code == 2


def test_ingest_tells_of_every_file(churn: Run, tmp_path: Path) -> None:
    said = churn("ingest", "churn", tmp_path / "steady.parquet")
    assert (said.code, said.stdout) == (0, "")
    assert "steady.parquet: known before, nothing to do\n" in said.stderr
    (tmp_path / "bad.csv").write_text("id,predicted_at\n1,2026-02-03\n,2026-02-03\n", "utf-8")
    assert (
        "bad.csv: 1 rows taken in, 1 in the quarantine\n"
        in churn("ingest", "churn", tmp_path / "bad.csv").stderr
    )
    (tmp_path / "broken.parquet").write_bytes(b"broken")
    said = churn("ingest", "churn", tmp_path / "broken.parquet")
    assert said.code == 2
    assert "not a readable parquet file" in said.stderr
    assert churn("ingest", "churn", tmp_path / "absent*.csv").code == 2
    assert churn("ingest", "other", tmp_path / "bad.csv").code == 2


def test_folders_and_globs_are_taken_in_file_by_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "churn.toml").write_text(TOML, "utf-8")
    run("add", tmp_path / "churn.toml")
    folder = tmp_path / "logs"
    folder.mkdir()
    for day in range(3):
        log(folder, f"{day}.parquet", day, 1)
    assert run("ingest", "churn", folder / "[01].parquet").stderr.count("200 rows taken in") == 2
    said = run("ingest", "churn", folder)
    assert (said.stderr.count("200 rows taken in"), said.stderr.count("known before")) == (1, 2)


def test_labels_are_taken_in(churn: Run, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("id,label,labelled_at\n0-1,1,2026-02-01\n0-2,0,2026-02-01\n", "utf-8")
    said = churn("labels", "churn", tmp_path / "l.csv")
    assert said.code == 0
    assert "l.csv: 2 rows taken in\n" in said.stderr
    found = pd.DataFrame(json.loads(churn("files", "churn", "--json").stdout))
    assert found["kind"].tolist() == ["predictions", "predictions", "labels"]


def test_forget_takes_a_file_out(churn: Run) -> None:
    assert churn("forget", "churn", "off.parquet") == Said("", "off.parquet is forgotten\n", 0)
    rows = json.loads(churn("show", "drift", "churn", "--json").stdout)
    assert max(row["chunk_start"] for row in rows) < "2026-01-29"
    assert churn("forget", "churn", "off.parquet").code == 2


def test_remove_asks_first(churn: Run) -> None:
    said = churn("remove", "churn", stdin="n\n")
    assert said.code == 2
    assert "nothing was removed\n" in said.stderr
    assert churn("remove", "churn", stdin="").code == 2
    assert churn("files", "churn").code == 0
    assert churn("remove", "churn", "--yes") == Said("", "churn is removed\n", 0)
    assert churn("files", "churn").code == 2


def test_quarantine_lists_what_was_not_taken_in(churn: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,predicted_at\n,2026-02-03\n", "utf-8")
    churn("ingest", "churn", tmp_path / "bad.csv")
    rows = json.loads(churn("quarantine", "churn", "--json").stdout)
    assert [(row["file"], row["row"], row["reason"]) for row in rows] == [("bad.csv", 1, "missing_id")]


def test_a_backup_can_be_restored_when_nobody_owns_the_store(
    churn: Run, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert churn("backup", tmp_path / "backup").code == 0
    churn("remove", "churn", "--yes")
    said = churn("restore", tmp_path / "backup")
    if request.node.callspec.params["run"] == "up":
        assert said.code == 2
        assert "is owned by process" in said.stderr
    else:
        assert said.code == 0
        assert churn("files", "churn").code == 0


def test_a_second_app_is_refused_with_the_owners_pid(
    run: Run, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if request.node.callspec.params["run"] == "up":
        said = run("run")
        assert said.code == 2
        assert "is owned by process" in said.stderr
    else:
        (tmp_path / "churn.toml").write_text(TOML, "utf-8")
        run("add", tmp_path / "churn.toml")
        run("remove", "churn", "--yes")
        assert run("check", "--strict").code == 0, "an empty store has nothing that is not healthy"


def test_every_command_is_in_the_documents_and_has_an_example() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    names = [
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    ]
    assert set(COMMANDS) <= set(names)
    for name in names:
        assert f"| `{name}" in text or f"`{name} " in text, name
        said = CliRunner().invoke(app, [name, "--help"])
        assert f"Example: python -m monitoring {name}" in " ".join(said.stdout.split()), name
