"""The command that holds a file against a model or another file, with the app down and with the app up."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from monitoring.results import COLUMNS
from tests.cli.running import Run, invoke, log


def test_a_file_is_answered_alike_with_the_app_down_and_up_and_nothing_is_stored(
    churn: Run, tmp_path: Path
) -> None:
    files = churn("files", "churn", "--csv").stdout
    quiet, moved = log(tmp_path, "quiet.parquet", 40, 1), log(tmp_path, "moved.parquet", 50, 1, 30.0)
    said = churn("batch", "churn", quiet, "--json")
    assert said.code == 0, said
    records = json.loads(said.stdout)
    assert set(records[0]) == set(COLUMNS)
    told = [records[0][name] for name in ("subject", "measure", "status", "n")]
    assert told == ["batch", "verdict", "green", 200]
    out, rows = tmp_path / "moved.html", tmp_path / "rows.csv"
    said = churn("batch", "churn", moved, "--out", out, "--rows", rows)
    assert said.code == 1
    assert said.stdout.startswith("moved.parquet  red  Not like the reference: ")
    assert said.stderr.endswith(f"the report is in {out}\nthe rows are in {rows}\n")
    assert out.read_text("utf-8").startswith("<!doctype html>")
    assert set(pd.read_csv(rows).columns) >= {"id", "why", "details", "age"}
    assert churn("files", "churn", "--csv").stdout == files
    for arguments, words in (
        (("churn", tmp_path / "absent.csv"), "absent.csv: no such file"),
        (("nobody", quiet), "no model is called 'nobody'"),
        ((quiet,), "name a model and a file"),
        (("churn", quiet, "--out", tmp_path / "none" / "x.html"), "No such file or directory"),
    ):  # fmt: skip
        said = churn("batch", *arguments)
        assert (said.code, said.stdout) == (2, "")
        assert words in said.stderr


def test_two_files_need_neither_model_nor_store(tmp_path: Path) -> None:
    march, april = log(tmp_path, "march.parquet", 0, 5), log(tmp_path, "april.parquet", 5, 5, 30.0)
    store = tmp_path / "nowhere" / "lookout.duckdb"
    said = invoke(store, "batch", april, "--reference", march, "--csv")
    assert said.code == 1
    first = said.stdout.splitlines()[1]
    assert ",batch,verdict," in first
    assert ",red," in first
    assert not store.exists()
