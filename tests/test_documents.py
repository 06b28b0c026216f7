"""The documents keep up: what is registered is named, and what is shown runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from monitoring import drift, outliers
from monitoring.drift import against
from monitoring.models import Model, ModelError, Review, parse
from monitoring.quality import CHECKS
from monitoring.reasons import REASONS
from monitoring.results import COLUMNS
from monitoring.review import SOURCES
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS
from monitoring.store import Store
from monitoring.store.reference_rows import kept_days

ROOT = Path(__file__).resolve().parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text(name), re.DOTALL)


def section(name: str, title: str) -> str:
    """What stands under a heading, up to the next of its rank."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", text(name), re.DOTALL | re.MULTILINE)
    return found


def test_every_drift_method_is_described_with_its_levels() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([\d., ]+) \|$", text("docs/drift.md"), re.MULTILINE))
    assert set(rows) == set(METHODS)
    for key, levels in rows.items():
        stated = METHODS[key].levels
        given = [float(part) for part in levels.split(",")]
        assert given == pytest.approx([stated.floor, stated.amber, stated.red], abs=6e-4), key


def test_every_metric_is_described_with_its_direction() -> None:
    rows = dict(
        re.findall(r"^\| `(\w+)` \|.*\| ([a-z0-9 ]+) \| [^|]+ \|$", text("docs/performance.md"), re.MULTILINE)
    )
    assert {key: word.replace("nearer to 0", "zero") for key, word in rows.items()} == {
        key: metric.better for key, metric in METRICS.items()
    }


def test_every_check_is_described_in_its_own_words_and_form() -> None:
    rows = {
        key: (words, form)
        for key, words, form in re.findall(
            r"^\| `(\w+)` \| ([^|]+) \| (rise|fact|own) \|", text("docs/quality.md"), re.MULTILINE
        )
    }
    assert rows == {key: (check.words.rstrip("."), check.form) for key, check in CHECKS.items()}


def test_every_measure_of_odd_rows_is_described() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", section("docs/outliers.md", "On the command line"), re.MULTILINE)
    assert rows == list(outliers.frames.MEASURES)


def test_every_reason_for_a_review_is_described_with_its_tasks_and_whether_it_is_timely() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| ([\w, ]+) \| (yes|no) \|$", text("docs/review.md"), re.MULTILINE)
    described = {key: (tasks, timely == "yes") for key, tasks, timely in rows}
    known = {
        key: ("all" if len(one.tasks) == 3 else ", ".join(one.tasks), one.timely)
        for key, one in SOURCES.items()
    }
    assert described == known
    named = parse(blocks("docs/model-file.md", "toml")[0]).review
    assert named is not None
    assert named == Review(reasons=named.reasons), "the example states the defaults"
    assert set(named.reasons or ()) == set(SOURCES)


def test_every_form_of_reference_is_described_by_a_word_that_chooses_it() -> None:
    model = parse(blocks("docs/model-file.md", "toml")[0])
    rows = re.findall(
        r"^\| `([\w:]+)` \|", section("docs/drift.md", "What chunks are compared with"), re.MULTILINE
    )
    described = [word for word in rows if word != "reference"]
    offered = {drift.parsed(word, model).form for word in drift.options(model)}
    assert [drift.parsed(word, model).form for word in described] == list(get_args(against.Form))
    assert {word.partition(":")[0] for word in described} == offered
    assert "version boosting" in drift.options(model), "the page offers what the document names"


def test_the_bounds_of_a_moving_reference_are_stated_and_hold() -> None:
    most = f"{against.MOST:,}"
    (said,) = [part for part in section("docs/model-file.md", "The reference").split("\n\n") if most in part]
    assert {"chunks", "gap", "weeks"} <= set(re.findall(r"`(\w+)`", said))
    head = 'name = "churn"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-02-01\n'
    for key, least in (("chunks", 1), ("weeks", 1), ("gap", 0)):
        for given in (least, against.MOST, against.MOST + 1):
            model = parse(f'{head}kind = "{"weekday" if key == "weeks" else "rolling"}"\n{key} = {given}')
            assert getattr(drift.own(model), key) == min(given, against.MOST), key
        with pytest.raises(ModelError):
            parse(f"{head}{key} = {least - 1}")
    for word in ("rolling:{}", "weekday:{}", "rolling:7:{}"):
        drift.parsed(word.format(against.MOST), model)
        with pytest.raises(drift.AgainstError):
            drift.parsed(word.format(against.MOST + 1), model)


def test_that_retention_keeps_a_versions_window_is_stated_and_holds() -> None:
    parts = section("docs/model-file.md", "The reference").split("\n\n")
    (said,) = [" ".join(part.split()) for part in parts if "[reference.boosting]" in part]
    assert "Retention keeps the raw rows of a version's window" in said
    (example,) = blocks("docs/model-file.md", "toml")
    model = parse(example)
    assert model.retention_days is not None
    assert model.reference is not None
    kept = [(model.reference.start, model.reference.stop)]
    kept += [(window.start, window.stop) for window in model.reference.versions.values()]
    assert len(kept) == 2
    assert kept_days(model) == [(start.date(), stop.date()) for start, stop in kept]


def test_every_column_of_the_tidy_frame_is_described() -> None:
    named = set(re.findall(r"`(\w+)`", text("docs/command-line.md")))
    assert set(COLUMNS) <= named


def test_every_key_of_a_models_file_is_described_and_the_example_is_one() -> None:
    (example,) = blocks("docs/model-file.md", "toml")
    parse(example)
    for name in Model.model_fields:
        assert re.search(rf"^\[{{0,2}}{name}\b", example, re.MULTILINE), name


def test_every_quarantine_reason_is_described() -> None:
    described = set(re.findall(r"`(\w+)`", text("docs/store.md")))
    used: set[str] = set()
    for path in (ROOT / "monitoring" / "store").glob("*.py"):
        used |= set(
            re.findall(
                r"'((?:missing|ambiguous|unreadable|changed|duplicate|broken)_\w+)'", path.read_text("utf-8")
            )
        )
    assert len(used) >= 9
    assert used - {"missing_label"} <= described | {"missing_label"}


def test_every_page_is_in_the_readme() -> None:
    readme = text("README.md").lower()
    for page in (ROOT / "pages").glob("*.py"):
        assert f"**{page.stem}**" in readme, page.stem


def test_every_reason_says_what_it_means() -> None:
    for code, reason in REASONS.items():
        assert reason.words, code
        assert reason.sentence, code


def test_the_readmes_model_can_be_registered(tmp_path: Path) -> None:
    (example,) = blocks("README.md", "toml")
    with Store.open(tmp_path / "lookout.duckdb") as store:
        assert store.add(example).name == "churn"


def test_the_readmes_service_logs_what_the_store_takes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Classifier:
        @staticmethod
        def predict_proba(features: dict[str, float]) -> float:
            return min(features["age"] / 100, 1.0)

    monkeypatch.chdir(tmp_path)
    (example,) = blocks("README.md", "python")
    space: dict = {"model": Classifier()}
    exec(example, space)
    space["answer"]("r1", {"age": 40.0})
    space["outcome_is_known"]("r1", 1)
    space["log"].close()
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(blocks("README.md", "toml")[0])
        for path in sorted((tmp_path / "data" / "inbox" / "churn").glob("*.jsonl")):
            store.ingest("churn", path, "labels" if ".labels." in path.name else "predictions")
        with store.cursor() as cursor:
            found = cursor.execute(
                "SELECT age, _score, _label FROM churn.requests JOIN churn.predictions USING (_id) "
                "JOIN churn.labels USING (_id)"
            ).fetchall()
    assert found == [(40.0, 0.4, "1")]
