"""Every command, with the app down and with the app up: the same output, the same exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from monitoring import results
from monitoring.cli import app
from monitoring.commands import COMMANDS
from monitoring.statistics import METHODS

ROOT = Path(__file__).resolve().parents[2]
TOML = """
name = "churn"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-15
[features.age]
importance = 1.0
"""
APPS = """
import os, sys
from monitoring.ui import background
for store in sys.stdin:
    os.environ["LOOKOUT_STORE"] = store.rstrip()
    background.start()
    print("up", flush=True)
    sys.stdin.readline()
    background.stop()
    print("down", flush=True)
"""


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    stdout: str
    stderr: str
    code: int


Run = Callable[..., Said]


@pytest.fixture(scope="module")
def apps() -> Iterator[Callable[[str], str]]:
    """Say a line to a process that owns one store after another, and hear its answer: it starts but once."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", APPS], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def told(line: str) -> str:
            stdin.write(f"{line}\n")
            stdin.flush()
            return stdout.readline()

        yield told
        stdin.close()


@pytest.fixture(params=["down", "up"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    """Run commands on one store, with the app beside it or without."""
    store = tmp_path / "store" / "lookout.duckdb"

    def invoke(*arguments: object, stdin: str | None = None) -> Said:
        result = CliRunner().invoke(app, ["--store", str(store), *map(str, arguments)], input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Said(result.stdout, result.stderr, result.exit_code)

    if request.param == "down":
        yield invoke
        return
    apps = request.getfixturevalue("apps")
    assert apps(str(store)) == "up\n"
    yield invoke
    assert apps("") == "down\n"


def log(folder: Path, name: str, first: int, days: int, shift: float = 0.0) -> Path:
    rng = np.random.default_rng(first)
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(
        np.repeat(np.arange(first, first + days), 200), unit="D"
    )
    at = at + pd.to_timedelta(rng.integers(0, 86_400, len(at)), unit="s")
    data = pd.DataFrame(
        {"id": [f"{first}-{i}" for i in range(len(at))], "predicted_at": at.sort_values(),
         "age": rng.normal(40 + shift, 10, len(at)), "score": rng.random(len(at)).round(4)}
    )  # fmt: skip
    data.to_parquet(folder / name)
    return folder / name


@pytest.fixture
def churn(run: Run, tmp_path: Path) -> Run:
    """A model with a steady month and two days that differ."""
    (tmp_path / "churn.toml").write_text(TOML, "utf-8")
    assert run("add", tmp_path / "churn.toml").code == 0
    said = run(
        "ingest", "churn", log(tmp_path, "steady.parquet", 0, 28), log(tmp_path, "off.parquet", 28, 3, 30.0)
    )
    assert said.code == 0, said
    return run


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


def test_show_drift_answers_with_the_tidy_frame(churn: Run) -> None:
    said = churn("show", "drift", "churn", "--json")
    rows = json.loads(said.stdout)
    assert said.code == 0
    assert {tuple(row) for row in rows} == {tuple(results.COLUMNS)}
    assert {row["status"] for row in rows} <= set(results.STATUSES)
    by_day = {
        row["chunk_start"][:10]: row
        for row in rows
        if (row["subject"], row["measure"]) == ("age", "kolmogorov_smirnov")
    }
    assert by_day["2026-01-29"]["status"] == "red"
    assert by_day["2026-01-20"]["status"] == "green"
    assert len(by_day) == 31, "no --start and no --stop: every chunk in the log"
    window = json.loads(
        churn("show", "drift", "churn", "--start", "2026-01-29", "--stop", "2026-01-31", "--json").stdout
    )
    assert {row["chunk_start"][:10] for row in window} == {"2026-01-29", "2026-01-30"}
    csv = churn("show", "drift", "churn", "--csv").stdout.splitlines()
    assert csv[0] == ",".join(results.COLUMNS)
    assert len(csv) == len(rows) + 1
    assert "age" in churn("show", "drift", "churn", "--method", "hellinger").stdout


def told(folder: Path, *logs: str) -> Path:
    """Labels of logs that their scores are the chances of."""
    rows = pd.concat([pd.read_parquet(folder / name) for name in logs])
    label = np.random.default_rng(0).random(len(rows)) < rows["score"]
    at = rows["predicted_at"] + pd.Timedelta(hours=1)
    data = pd.DataFrame({"id": rows["id"], "label": label.astype(int), "labelled_at": at})
    data.to_parquet(folder / "labels.parquet")
    return folder / "labels.parquet"


def test_show_estimate_needs_no_labels_but_those_of_the_reference(churn: Run, tmp_path: Path) -> None:
    assert churn("labels", "churn", told(tmp_path, "steady.parquet")).code == 0
    said = churn("show", "estimate", "churn", "--metric", "accuracy", "--start", "2026-01-15", "--json")
    rows = json.loads(said.stdout)
    assert said.code == 0
    assert {tuple(row) for row in rows} == {tuple(results.COLUMNS)}
    assert {(row["subject"], row["measure"]) for row in rows} == {("performance", "estimated_accuracy")}
    assert [row["chunk_start"][:10] for row in rows] == [f"2026-01-{day}" for day in range(15, 32)]
    assert all(abs(row["value"] - 0.75) < 0.06 and row["n"] == 200 for row in rows), "labelled or not"
    assert "estimated_roc_auc" in churn("show", "estimate", "churn", "--csv").stdout
    assert churn("show", "estimate", "churn", "--metric", "estimated_accuracy").code == 0
    said = churn("show", "estimate", "churn", "--metric", "lift")
    assert (said.code, said.stderr) == (2, "'lift' cannot be estimated without labels\n")


def test_show_drift_knows_every_method_every_reference_and_all_features_at_once(churn: Run) -> None:
    window = ("--start", "2026-01-29", "--stop", "2026-01-31")

    def rows(*arguments: str) -> list[dict]:
        return json.loads(churn("show", "drift", "churn", *window, *arguments, "--json").stdout)

    measures = {row["measure"] for row in rows("--method", "all") if row["subject"] == "age"}
    assert measures >= {key for key, method in METHODS.items() if "numeric" in method.kinds}
    for reference, words in (
        ("rolling:7:1", "the 7 days before, 1 left out between"),
        ("weekday:2", "the same weekday of the 2 weeks before"),
        ("fixed", "2026-01-01 to 2026-01-15"),
    ):
        assert {row["reference"] for row in rows("--reference", reference)} == {words}
    together = {
        row["measure"]: row for row in rows("--method", "multivariate") if row["subject"] == "features"
    }
    assert together["domain_classifier"]["status"] == "amber"
    assert together["domain_classifier"]["value"] > together["domain_classifier"]["limit_high"]
    assert {
        row["subject"] for row in rows("--method", "multivariate") if row["measure"] == "attribution"
    } == {"age"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--start", "july"], "--start 'july' is not a day"),
        (["--start", "2026-02-01", "--stop", "2026-01-01"], "--stop must be after --start"),
        (["--segment", "town=Rome"], "--segment is COLUMN=VALUE"),
        (["--method", "magic"], "magic"),
        (["--reference", "yesterday"], "no reference 'yesterday'; there are fixed"),
        (["--reference", "version:best"], "no reference 'version:best'"),
        (["--chunk", "3 days"], "chunk"),
        (["--json", "--csv"], "choose one of"),
    ],
)
def test_a_wrong_question_is_answered_with_the_fix(churn: Run, arguments: list[str], words: str) -> None:
    said = churn("show", "drift", "churn", *arguments)
    assert (said.code, said.stdout) == (2, "")
    assert words in said.stderr


def test_an_unknown_question_and_an_unknown_model_are_wrong_usage(churn: Run) -> None:
    assert churn("show", "weather", "churn").code == 2
    said = churn("show", "drift", "chrun")
    assert (said.code, said.stderr) == (2, "no model is called 'chrun'; known models: churn\n")


def test_check_tells_status_sentence_and_reason_per_signal(churn: Run) -> None:
    said = churn("check", "churn", "--as-of", "2026-01-30", "--json")
    rows = json.loads(said.stdout)
    assert {row["subject"] for row in rows} >= {"freshness", "drift"}
    assert all(row["sentence"] and set(results.COLUMNS) < set(row) for row in rows)
    drift = next(row for row in rows if row["subject"] == "drift")
    assert drift["status"] == "red"
    assert "age" in drift["sentence"]
    assert said.code == 0, "input drift alone never makes a model red"
    assert churn("check", "--as-of", "2026-01-30", "--strict").code == 1
    assert churn("check", "churn", "--as-of", "2026-01-20", "--strict").code in (0, 1)
    text = churn("check", "churn", "--as-of", "2026-01-30").stdout
    assert "churn" in text
    assert "age" in text


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


def test_compare_needs_no_store(tmp_path: Path) -> None:
    same, off = log(tmp_path, "a.parquet", 0, 3), log(tmp_path, "c.parquet", 9, 3, 30.0)
    steady = log(tmp_path, "b.parquet", 5, 3)
    store = tmp_path / "none.duckdb"

    def compare(*given: Path | str) -> Said:
        result = CliRunner().invoke(app, ["--store", str(store), "compare", *map(str, given), "--json"])
        return Said(result.stdout, result.stderr, result.exit_code)

    said = compare(same, off)
    shares = ("missing", "non_finite", "out_of_range", "unseen", "none")
    rows = {row["subject"]: row for row in json.loads(said.stdout) if row["measure"] not in shares}
    assert said.code == 1
    assert rows["age"]["status"] == "red"
    assert rows["score"]["status"] == "green"
    assert "id" not in rows
    assert compare(same, steady).code == 0
    assert compare(same, tmp_path / "absent.csv").code == 2
    for method in METHODS:
        said = compare(same, off, "--method", method)
        assert said.code == 1, method
        found = {
            row["subject"]: row["measure"] for row in json.loads(said.stdout) if row["measure"] == method
        }
        assert ("age" in found) is ("numeric" in METHODS[method].kinds), method
        assert compare(same, steady, "--method", method).code == 0, method
    said = compare(same, off, "--method", "all")
    assert said.code == 1
    measures = {row["measure"] for row in json.loads(said.stdout) if row["subject"] == "age"}
    assert measures >= {key for key, method in METHODS.items() if "numeric" in method.kinds}
    assert compare(same, off, "--method", "magic").code == 2
    assert not store.exists()


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


def test_show_predictions_needs_no_labels(churn: Run) -> None:
    said = churn("show", "predictions", "churn", "--start", "2026-01-15", "--json")
    assert (said.code, said.stderr) == (0, "")
    rows = json.loads(said.stdout)
    assert {(row["subject"], row["measure"]) for row in rows} >= {
        ("score", "mean_score"), ("class", "share_positive"), ("confidence", "low_confidence"),
    }  # fmt: skip
    assert {row["version"] for row in rows} == {"champion"}
    every = churn("show", "predictions", "churn", "--method", "all", "--csv").stdout
    assert "wasserstein" in every
    assert "psi" in every
    said = churn("show", "predictions", "churn", "--version", "nobody")
    assert (said.code, said.stderr) == (2, "churn: no predictions of version 'nobody' yet\n")
