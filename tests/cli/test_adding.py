"""A model from a log on the command line: what is found, what is asked, and what is left of a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitoring.models import parse
from tests.cli.running import Run, invoke
from tests.onboarding.made import small, times, written


def test_a_log_becomes_a_model_with_the_app_up_and_down(run: Run, tmp_path: Path) -> None:
    log = written(small(), tmp_path, "churn.csv")
    file = tmp_path / "churn.toml"
    said = run("add", log, "--yes", "--title", "Will they go?", "--write", file)
    assert said.code == 0, said
    assert "request_id" in said.stdout
    assert "unique in every row, named like an id" in said.stdout
    assert 'title = "Will they go?"' in said.stdout
    assert "Health would begin with (from 160 rows):" in said.stdout
    assert "churn is registered\n" in said.stderr
    assert "churn.csv: 160 rows taken in\n" in said.stderr
    assert parse(file.read_text("utf-8")).title == "Will they go?"
    assert run("check", "churn").stdout in said.stdout
    again = run("add", log, "--yes")
    assert (again.code, again.stderr) == (
        2,
        "a model is called 'churn' already; choose another name with --name\n",
    )
    files = json.loads(run("files", "churn", "--json").stdout)
    assert [one["accepted"] for one in files] == [160]


def test_what_no_file_can_tell_is_asked_and_nothing_is_made_before_it_is_answered(tmp_path: Path) -> None:
    days = [f"{1 + i % 12:02}/{1 + i // 80:02}/2026 10:{i % 60:02}" for i in range(160)]
    log = written(small(scored_at=days), tmp_path, "log.csv")
    store = tmp_path / "store" / "lookout.duckdb"
    said = invoke(store, "add", log, "--yes")
    assert said.code == 2
    assert "is the day or the month first? Say so with --dates dmy or --dates mdy." in said.stderr
    assert "which time zone's clock is that? Say so with --timezone" in said.stderr
    assert said.stderr.endswith("nothing was added\n")
    assert not store.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv"]


def test_every_guess_can_be_overridden_by_a_flag(tmp_path: Path) -> None:
    at = times(160, 30, start="2026-01-01")
    frame = small(key=[f"k{i}" for i in range(160)], at=at, p=0.25, won=[0, 1] * 80, zip=[1, 2, 3, 4] * 40)
    log = written(frame.assign(rating=frame["zip"]), tmp_path, "log.parquet")
    said = invoke(
        tmp_path / "lookout.duckdb", "add", log, "--name", "mine", "--task", "binary", "--id", "key",
        "--predicted-at", "at", "--score", "p", "--label", "won", "--prediction", "",
        "--timezone", "Asia/Tokyo", "--instants", "UTC", "--reference", "2026-01-02:2026-01-20",
        "--exclude", "age", "--segment", "zip", "--kind", "rating=numeric", "--positive", "0", stdin="n\n",
    )  # fmt: skip
    assert said.code == 2, said.stderr
    assert said.stderr.endswith("nothing was added\n")
    text = said.stdout[said.stdout.index("# Drafted") : said.stdout.index("Health would")]
    model = parse(text)
    assert (model.name, model.timezone, model.instants.timezone) == ("mine", "Asia/Tokyo", "UTC")
    assert (model.columns.id, model.columns.predicted_at, model.columns.score) == ("key", "at", "p")
    assert (model.columns.label, model.positive, model.exclude) == ("won", "0", ("age",))
    assert model.segments.columns == ("zip",)
    assert model.features["rating"].kind == "numeric"
    assert model.reference is not None
    assert model.reference.words == "2026-01-02 to 2026-01-20"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dates", "ydm"], "--dates 'ydm': dmy, mdy or ymd"),
        (["--task", "ranking"], "--task 'ranking'"),
        (["--reference", "march"], "two days like 2026-01-01:2026-02-01"),
        (["--kind", "age=prime"], "FEATURE=KIND"),
        (["--scores", "score_v2"], "VERSION=COLUMN, such as v2=score_v2"),
        (["--scores", "v2=age"], "--scores names one version"),
        (["--id", "nowhere"], "no column is called 'nowhere'"),
        (["--name", "A B"], "name: "),
        (["--timezone", "Mars"], "is not a time zone"),
    ],
)
def test_a_flag_that_makes_no_sense_is_told_and_ends_with_2(
    tmp_path: Path, flags: list[str], words: str
) -> None:
    log = written(small(2), tmp_path, "log.csv")
    said = invoke(tmp_path / "store" / "lookout.duckdb", "add", log, *flags, "--yes")
    assert said.code == 2
    assert words in said.stderr
    assert "Traceback" not in said.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv"]


def test_a_file_that_is_there_is_not_written_over_and_then_nothing_is_added(tmp_path: Path) -> None:
    log = written(small(2), tmp_path, "log.csv")
    (tmp_path / "log.toml").write_text("mine", "utf-8")
    store = tmp_path / "lookout.duckdb"
    said = invoke(store, "add", log, "--yes", "--write", tmp_path / "log.toml")
    assert said.code == 2
    assert "there is such a file already" in said.stderr
    assert (tmp_path / "log.toml").read_text("utf-8") == "mine"
    assert not store.exists()


def test_a_log_that_is_only_tried_is_told_to_the_end_and_nothing_is_stored(tmp_path: Path) -> None:
    frame = small().rename(columns={"probability": "score_v1"})
    log = written(frame.assign(score_v2=frame["score_v1"] * 0.9), tmp_path, "churn.csv")
    file, store = tmp_path / "churn.toml", tmp_path / "store" / "lookout.duckdb"
    flags = ("--dry-run", "--yes", "--write", file, "--scores", "new=score_v2", "--scores", "old=score_v1")
    said = invoke(store, "add", log, *flags)
    assert (said.code, said.stderr) == (0, "nothing was added: --dry-run\n")
    model = parse(said.stdout[said.stdout.index("# Drafted") : said.stdout.index("Health would")])
    assert model.columns.scores == {"new": "score_v2", "old": "score_v1"}
    assert (model.versions.champion, model.versions.shadows) == ("new", ("old",))
    assert "Health would begin with (from 160 rows):" in said.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["churn.csv"], "no store, no file of the model"
