"""Questions to a store, with the app down and with the app up: the same output, the same exit code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from monitoring import results
from monitoring.cli import app
from monitoring.statistics import METHODS
from tests.cli.running import TOML, Run, Said, log


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


def test_show_outliers_answers_with_rates_and_with_the_oddest_rows(run: Run, tmp_path: Path) -> None:
    draw, count = np.random.default_rng(5), 20 * 200
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(count) * 432, unit="s")
    data = pd.DataFrame({"id": np.arange(count).astype(str), "predicted_at": at, "score": 0.5})
    data[["age", "size", "pay"]] = draw.normal(40, 10, (count, 3))
    data.loc[data.index[16 * 200 : 16 * 200 + 9], ["age", "size", "pay"]] = 999.0
    data.to_parquet(tmp_path / "odd.parquet")
    (tmp_path / "odd.toml").write_text(TOML.replace("churn", "odd"), "utf-8")
    assert run("add", tmp_path / "odd.toml").code == 0
    assert run("ingest", "odd", tmp_path / "odd.parquet").code == 0
    said = run("show", "outliers", "odd", "--start", "2026-01-16", "--json")
    rows = json.loads(said.stdout)
    assert said.code == 0
    assert {tuple(row) for row in rows} == {tuple(results.COLUMNS)}
    rate = {row["chunk_start"][:10]: row for row in rows if row["measure"] == "outlier_rate"}
    assert [row["n"] for row in rate.values()] == [200] * 5
    assert rate["2026-01-16"]["status"] == "green"
    assert (rate["2026-01-17"]["status"], rate["2026-01-17"]["reason"]) == ("red", "outlying")
    assert rate["2026-01-17"]["value"] == pytest.approx(9 / 200)
    odd = run("show", "outliers", "odd", "--metric", "outlier_contribution", "--csv").stdout.splitlines()
    assert {f"id={3200 + i}" for i in range(9)} <= {line.split(",")[4] for line in odd}
    said = run("show", "outliers", "odd", "--metric", "lift")
    assert (said.code, said.stderr[:39]) == (2, "unknown measure 'lift' of outliers; one")


def test_rows_of_a_small_reference_of_one_feature_are_not_called_odd_or_usual(churn: Run) -> None:
    said = churn("show", "outliers", "churn")
    assert (said.code, said.stdout) == (2, "")
    assert "rows of the reference itself are as odd as a row can be" in said.stderr


def test_labels_of_a_review_answer_apart_from_those_of_the_log(churn: Run, tmp_path: Path) -> None:
    refused = churn("show", "performance", "churn", "--labels", "review")
    assert refused.code == 2
    assert "nothing was drawn for an audit" in refused.stderr
    assert churn("show", "performance", "churn", "--labels", "all").code == 2
    toml = tmp_path / "reviewed.toml"
    toml.write_text(TOML + '\n[review]\nreasons = ["audit", "odd"]\n')
    assert "no reason is called 'odd'" in churn("add", toml).stderr
    toml.write_text(TOML + "\n[review]\naudit = 0.2\n")
    assert churn("add", toml).code == 0
    assert churn("ingest", "churn", tmp_path / "steady.parquet").code == 0, "who asked for it has it filled"
    said = churn("show", "performance", "churn", "--labels", "review", "--metric", "accuracy", "--json")
    rows = json.loads(said.stdout)
    assert said.code == 0
    assert {tuple(row) for row in rows} == {tuple(results.COLUMNS)}
    assert {(row["subject"], row["status"], row["reason"]) for row in rows} <= {
        ("audit", "grey", "audit_young"), ("audit", "grey", "no_audit"),
    }  # fmt: skip
    assert all(row["value"] is None and row["n"] == 0 for row in rows)
    both = churn("show", "performance", "churn", "--labels", "both", "--metric", "accuracy", "--json")
    assert both.code == 0
    assert {row["subject"] for row in json.loads(both.stdout)} == {"log and audit"}
    odd = churn("show", "performance", "churn", "--labels", "review", "--metric", "roc_auc")
    assert odd.code == 2
    assert "an audit does not estimate 'roc_auc'" in odd.stderr
