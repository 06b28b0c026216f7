"""The command that writes a report, with the app down and with the app up."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd

from monitoring import results
from monitoring.results import COLUMNS
from tests.cli.running import Run, Said


def rows(said: Said) -> list[dict]:
    assert said.code == 0, said.stderr
    return json.loads(said.stdout)


def test_a_report_and_its_json_are_written_and_agree_with_the_other_commands(
    churn: Run, tmp_path: Path
) -> None:
    out = tmp_path / "churn.html"
    said = churn("report", "churn", "--out", out)
    assert said == Said("", f"the report is in {out} and {tmp_path / 'churn.json'}\n", 0)
    record = json.loads((tmp_path / "churn.json").read_text("utf-8"))
    checked = json.loads(churn("check", "churn", "--json").stdout)
    assert [one["status"] for one in record["health"]["signals"]] == [one["status"] for one in checked]
    shown = rows(churn("show", "drift", "churn", "--json"))
    known = {(one["subject"], one["measure"], one["chunk_start"]): one for one in shown}
    held = record["frames"]["drift"]
    assert len(held) == 31, "a row of the only feature for every day"
    for one in held:
        other = known[one["subject"], one["measure"], one["chunk_start"]]
        assert (one["value"], one["limit_high"], one["status"], one["n"]) == (
            other["value"], other["limit_high"], other["status"], other["n"],
        )  # fmt: skip
    text = out.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert record["report"]["command"] in text


def test_a_report_is_of_the_days_that_were_asked_for(churn: Run, tmp_path: Path) -> None:
    out, other = tmp_path / "early.html", tmp_path / "numbers.json"
    options = ["--start", "2026-01-10", "--stop", "2026-01-20", "--chunk", "1 day"]
    assert churn("report", "churn", "--out", out, "--json", other, *options).code == 0
    record = json.loads(other.read_text("utf-8"))
    assert not (tmp_path / "early.json").exists()
    assert {one["chunk_start"][:10] for one in record["frames"]["drift"]} == {
        f"2026-01-{day}" for day in range(10, 20)
    }
    assert record["report"]["as_of"].startswith("2026-01-20")
    assert churn("report", "churn", "--out", out, "--no-json", "--as-of", "2026-01-12").code == 0
    assert "judged at 13 Jan 2026, 00:00 UTC" in out.read_text("utf-8")


WRONG = {
    "--start 2026-02-01 --stop 2026-01-01": "churn: the report would begin on 2026-02-01",
    "--start soon": "--start 'soon' is not a day like 2013-07-01",
    "--version nobody": "churn: no predictions of version 'nobody' yet",
    "--segment age": "--segment is COLUMN=VALUE",
    "--chunk 2days": "--chunk '2days': one of 1 hour, 1 day, 7 days, 28 days",
}


def test_what_cannot_be_reported_is_said_and_leaves_no_file(churn: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    for options, words in WRONG.items():
        said = churn("report", "churn", "--out", tmp_path / "churn.html", *options.split())
        assert (said.code, said.stdout) == (2, ""), options
        assert words in said.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_a_place_that_cannot_be_written_leaves_what_was_there(churn: Run, tmp_path: Path) -> None:
    out = tmp_path / "churn.html"
    out.write_text("as it was", "utf-8")
    os.chmod(out, 0o640)
    said = churn("report", "churn", "--out", out, "--json", tmp_path / "nowhere" / "churn.json")
    assert said.code == 2
    assert f"{tmp_path / 'nowhere' / 'churn.json'}: No such file or directory" in said.stderr
    assert out.read_text("utf-8") == "as it was"
    assert churn("report", "churn", "--out", out, "--json", out).code == 2
    assert churn("report", "churn", "--out", tmp_path).code == 2
    assert churn("report", "churn").code == 2, "--out is not optional"
    assert not list(tmp_path.glob(".*.tmp"))
    assert churn("report", "churn", "--out", out, "--no-json").code == 0
    assert out.read_text("utf-8").startswith("<!doctype html>")
    assert out.stat().st_mode & 0o777 == 0o640, "who may read it stays as it was"


def test_records_are_a_file_of_parquet_too(churn: Run, tmp_path: Path) -> None:
    for command in (["show", "drift", "churn"], ["check", "churn"]):
        path = tmp_path / f"{command[0]}.parquet"
        told = json.loads(churn(*command, "--json").stdout)
        said = churn(*command, "--parquet", path)
        assert (said.stdout, said.stderr) == ("", f"the records are in {path}\n")
        kept = pd.read_parquet(path)
        assert results.records(kept) == [{**row, **_texts(row)} for row in told]
        assert str(kept["chunk_start"].dtype) == COLUMNS["chunk_start"]
    assert churn("show", "drift", "churn", "--parquet", tmp_path / "no" / "x.parquet").code == 2
    said = churn("show", "drift", "churn", "--csv", "--parquet", tmp_path / "x.parquet")
    assert (said.code, said.stderr) == (2, "choose one of --json, --csv and --parquet\n")


def _texts(row: dict) -> dict:
    """Texts that are not known are empty ones in a file."""
    return {name: row[name] or "" for name, kind in COLUMNS.items() if kind == "str"}
