"""``ingest MODEL`` without a path: the model's source is followed, with the app down and with the app up."""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.running import Run, log

TOML = 'name = "churn"\ntask = "binary"\n[source]\npath = "log"\n'


def test_a_source_is_followed_on_request(run: Run, tmp_path: Path) -> None:
    (tmp_path / "churn.toml").write_text(TOML, "utf-8")
    assert run("add", tmp_path / "churn.toml").code == 0
    (tmp_path / "plain.toml").write_text('name = "plain"\ntask = "binary"\n', "utf-8")
    run("add", tmp_path / "plain.toml")
    said = run("ingest", "plain")
    words = "plain follows no source; name files to take in, or write [source] in the model's file\n"
    assert (said.code, said.stderr) == (2, words)
    missing = run("ingest", "churn")
    assert (missing.code, missing.stdout) == (2, "")
    assert missing.stderr.startswith(f"the source is not there: {tmp_path / 'log'}; Mount or make")
    (tmp_path / "log").mkdir()
    os.utime(log(tmp_path / "log", "a.parquet", 0, 2), (1e9, 1e9))
    said = run("ingest", "churn")
    assert (said.code, said.stdout, said.stderr) == (0, "", "a.parquet: 400 rows taken in\n")
    again = run("ingest", "churn")
    assert (again.code, again.stderr) == (0, "nothing new in the source\n")
    (tmp_path / "log" / "a.parquet").rename(tmp_path / "log" / "a.txt")
    gone = run("ingest", "churn")
    assert (gone.code, "all files of the source are gone" in gone.stderr) == (2, True)
    assert "all files of the source are gone" in run("check", "churn").stdout


def test_a_change_is_said_before_it_is_made_and_may_only_be_said(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "churn.toml"
    file.write_text(TOML, "utf-8")
    run("add", file)
    file.write_text(f'owner = "Ada"\n{TOML}', "utf-8")
    lines = (
        "--- churn.toml as it is\n+++ churn.toml as it is to be\n@@ -1,2 +1,3 @@\n"
        '+owner = "Ada"\n name = "churn"\n task = "binary"\n- the owner: nothing is recomputed\n'
    )
    said = run("add", file, "--dry-run")
    assert (said.code, said.stdout, said.stderr) == (0, lines, "")
    said = run("add", file)
    assert (said.code, said.stdout, said.stderr.startswith(lines)) == (0, "", True)
    assert "churn is registered\nsource: log; the app follows it" in said.stderr
    file.write_text(TOML.replace("binary", "regression"), "utf-8")
    said = run("add", file, "--dry-run")
    assert (said.code, "refused: churn: the task of a registered model" in said.stdout) == (2, True)
    assert run("add", file).code == 2
