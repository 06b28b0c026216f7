"""A report holds what the pages say, asks nobody for anything, and takes nothing from data for HTML."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import shlex
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring import drift, glossary, health, performance, reports, results
from monitoring.performance import NoOutputError
from monitoring.reports import rendering, svg
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS
from monitoring.store import Store
from tests.cli.running import invoke
from tests.reports.hostile import (
    ARABIC,
    CATEGORIES,
    FEATURE,
    HOSTILE,
    LONG,
    MADE,
    NOTES,
    SECRETS,
    SHADOW,
    TAG,
    UNIT,
    made,
)
from tests.reports.reading import Document

# Everything that the template and our pictures write; nothing else may stand in a report.
TAGS = {
    "a", "bdi", "body", "circle", "dd", "desc", "div", "dl", "dt", "figcaption", "figure", "h1", "h2",
    "h3", "head", "header", "html", "i", "li", "line", "main", "meta", "p", "path", "rect", "section",
    "span", "strong", "style", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr",
    "ul",
}  # fmt: skip
ATTRIBUTES = {
    "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "cx", "cy", "d",
    "data-name", "dx", "height", "href", "http-equiv", "id", "lang", "name", "overflow",
    "preserveaspectratio", "r", "role", "rx", "scope", "text-anchor", "vector-effect", "viewbox", "width",
    "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]
TOLD = {"aria-label", "data-name"}
"""Attributes that may hold names from data."""
SECTIONS = [
    "changes",
    "advice",
    "performance",
    "drift",
    "predictions",
    "calibration",
    "shadow-1",
    "about",
    "words",
]


@pytest.fixture(scope="module")
def document(hostile) -> Document:
    return Document(hostile.html)


def test_no_element_and_no_attribute_comes_from_data(document: Document) -> None:
    assert document.tags() <= TAGS
    assert {name for _, given in document.elements for name in given} <= ATTRIBUTES
    holding = {name for _, given in document.elements for name, value in given.items() if "evil" in value}
    assert holding == TOLD, "the log is full of it"
    assert document.declared == "doctype html"


def test_names_are_told_as_they_are(document: Document) -> None:
    for name in HOSTILE:
        assert name in document.words
    assert f"{LONG} ({UNIT})" in document.words
    for name in (TAG, *(name for name in CATEGORIES if name not in (LONG, ARABIC) and name.strip())):
        assert svg.cut(name) in document.words, name
    assert svg.clean(NOTES) in document.words
    assert "{{ 7 * 7 }}" in document.words, "a template in a name is not carried out"


def test_nothing_turns_the_words_around_it(hostile, document: Document) -> None:
    assert svg.cut(ARABIC) in document.words
    assert not set(hostile.html) & {"\u202e", "\u202c", "\u200f", "\x00"}


def test_values_of_private_features_are_told_nowhere(hostile) -> None:
    for text in (hostile.html, str(hostile.record)):
        assert not any(secret in text for secret in SECRETS)
    assert "category 1" in hostile.html


def test_nothing_is_asked_of_anybody(hostile, document: Document) -> None:
    (policy,) = [given["content"] for _, given in document.elements if given.get("http-equiv")]
    digest = base64.b64encode(hashlib.sha256(document.style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}';" in policy, "the style is the one that the policy allows"
    assert "unsafe" not in policy
    assert not re.search(r"(?:https?:)?//", hostile.html.replace(document.style, ""))
    assert set(re.findall(r"url\((\w+):", document.style)) == {"data"}
    links = [given["href"] for tag, given in document.elements if tag == "a"]
    ids = {given["id"] for _, given in document.elements if "id" in given}
    assert links
    assert all(link.startswith("#") and link[1:] in ids for link in links)


def test_every_picture_has_a_name_and_is_well_formed(hostile) -> None:
    drawn = re.findall(
        r'<svg class="(?:chart|spark).*?</svg>(?=\s*(?:<p|</figure|</td))', hostile.html, re.DOTALL
    )
    assert len(drawn) > 12
    for picture in drawn:
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        name = root.find("title")
        assert name is not None
        assert name.text
        assert root.get("aria-label", "").startswith(name.text)
        for part in root.iter():
            numbers = [part.get(key, "0").rstrip("%") for key in ("x", "y", "width", "height", "cx", "cy")]
            assert not {"nan", "inf", "-inf"} & set(numbers)


def test_every_section_is_there_and_every_word_is_explained(hostile, document: Document) -> None:
    assert list(document.parts) == SECTIONS
    for section in rendering.sections(hostile.found):
        for term in glossary.defined(section.terms):
            assert term.title in document.parts["words"]
            assert term.meaning in document.parts["words"]


def test_the_answers_are_those_of_health_and_of_the_pages(hostile, document: Document) -> None:
    found, one = hostile.found, hostile.found.health
    assert [signal["sentence"] for signal in hostile.record["health"]["signals"]] == [
        line if line.endswith(".") else f"{line}."
        for line in (signal.sentence[:1].upper() + signal.sentence[1:] for signal in one.signals)
    ]
    for signal in one.signals:
        assert svg.clean(signal.sentence)[1:] in document.words
    assert found.advised is not None
    assert found.advised.sentence in document.parts["advice"]
    (beside,) = found.shadows
    assert beside.judged is not None
    assert beside.judged.reason == "shadow_worse"
    assert "Worse" in document.parts["shadow-1"]


def test_the_numbers_are_those_of_the_tidy_frames(hostile) -> None:
    found, frames = hostile.found, hostile.record["frames"]
    known, inputs = found.outputs, found.inputs
    assert frames["health"] == results.records(health.frame(found.health))
    whole = performance.frames.frame(known.performance.assessment, window=found.scope.window)
    assert frames["performance"] == results.records(whole)
    for check in ("chunk", "out_of_range"):
        data = results.records(drift.frames.frame(inputs.assessment, check, found.scope.window))
        held = [row for row in data if row in frames["drift"]]
        assert {row["subject"] for row in held} & {LONG if check == "out_of_range" else FEATURE}
    assert {row["version"] for row in frames[f"shadow {SHADOW}"]} == {SHADOW}
    assert {"status", "predictions", "calibration"} <= set(frames)


def test_labels_that_still_come_are_provisional_and_not_judged(hostile, document: Document) -> None:
    rows = hostile.record["frames"]["performance"]
    young = [row for row in rows if row["maturity"] != "final"]
    assert young
    assert {row["status"] for row in young} == {"grey"}
    assert "provisional" in document.parts["performance"]


def test_a_report_of_a_segment_and_a_version_says_so(hostile_path: Path) -> None:
    asked = reports.Asked(
        start=dt.datetime(2026, 1, 20),
        stop=dt.datetime(2026, 2, 10),
        segment=("place", TAG),
        version=SHADOW,
        chunk="7 days",
    )
    with Store.open(hostile_path) as store:
        one = made(store, asked)
    document = Document(one.html)
    assert document.tags() <= TAGS
    head = one.record["report"]
    assert (head["version"], head["segment"], head["chunk"]) == (SHADOW, f"place={TAG}", "7 days")
    assert (head["start"][:10], head["stop"][:10], head["as_of"][:10]) == (
        "2026-01-20",
        "2026-02-10",
        "2026-02-10",
    )
    assert "status and advice are those of the whole model" in document.words
    assert {row["segment"] for row in one.record["frames"]["drift"]} == {f"place={TAG}"}
    assert {row["version"] for row in one.record["frames"]["performance"]} == {SHADOW}
    assert {row["model"] for row in one.record["frames"]["health"]} == {"m"}
    assert all(
        "2026-01-20" <= row["chunk_start"][:10] < "2026-02-10" for row in one.record["frames"]["performance"]
    )


def test_what_is_known_later_is_not_in_a_report_of_before(hostile_path: Path) -> None:
    at = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    with Store.open(hostile_path) as store:
        one = made(store, reports.Asked(as_of=at))
    rows = [row for data in one.record["frames"].values() for row in data]
    assert max(row["chunk_start"] for row in rows if row["chunk_start"]) < at.isoformat()
    assert one.record["health"]["status"] == "green", "nothing had changed by then"
    assert "The model works as it should." in one.html


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (reports.Asked(start=dt.datetime(2030, 1, 1)), reports.NothingToReportError),
        (reports.Asked(version="nobody"), NoOutputError),
    ],
)
def test_what_cannot_be_reported_is_said(
    hostile_path: Path, asked: reports.Asked, error: type[Exception]
) -> None:
    with Store.open(hostile_path) as store, pytest.raises(error, match="m: "):
        reports.gather(store, store.model("m"), asked)


TASKS = {
    "multiclass": '[columns]\nscore = {a = "p_a", b = "p_b"}\n',
    "regression": "",
}


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_model_of_which_nothing_is_known_is_grey_and_never_green(tmp_path: Path, task: str) -> None:
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(f'name = "m"\ntask = "{task}"\n{TASKS[task]}')
        one = made(store)
    document = Document(one.html)
    statuses = {
        given["class"] for tag, given in document.elements if given.get("class", "").startswith("badge ")
    }
    outside = document.parts["words"]
    assert "badge grey" in statuses
    assert statuses == {"badge grey"}
    assert "Not enough is known to say how the model does." in document.words
    assert "Judged, and within its limits." in outside
    assert list(document.parts)[:2] == ["changes", "advice"]


def test_what_has_no_label_is_not_called_good_and_its_command_makes_it_again(tmp_path: Path) -> None:
    at = pd.Timestamp("2026-03-27") + pd.to_timedelta(np.linspace(0, 4 * 86_399, 3840), "s")
    spread = np.random.default_rng(0).random(len(at)).round(4)
    frame = pd.DataFrame({"id": np.arange(len(at)).astype(str), "predicted_at": at, "score": spread})
    frame.assign(x=spread).to_parquet(tmp_path / "log.parquet")
    text = 'chunk = "1 hour"\ntimezone = "Europe/Paris"\n[reference]\nstart = 2026-03-27\nstop = 2026-03-29\n'
    store = tmp_path / "lookout.duckdb"
    with Store.open(store) as opened:
        opened.add(f'name = "m"\ntask = "binary"\nclock = "last row"\n{text}')
        opened.ingest("m", tmp_path / "log.parquet")
        one = made(opened)
    assert one.found.health.status == "green"
    document = Document(one.html)
    assert "Nothing looks wrong so far, but how good the model is, is not known." in document.words
    assert "no labels yet" in document.words
    command = shlex.split(one.found.scope.command)
    assert command[:4] == ["python", "-m", "monitoring", "report"]
    out = tmp_path / "again.html"
    said = invoke(store, *[str(out) if part == "m.html" else part for part in command[3:]])
    assert said.code == 0, said
    again = json.loads((tmp_path / "again.json").read_text("utf-8"))
    for name in ("start", "stop", "as_of", "command"):
        assert again["report"][name] == one.record["report"][name], name
    assert again["frames"] == one.record["frames"]


def test_every_method_metric_and_status_has_a_meaning() -> None:
    for key in (*METHODS, *METRICS, *glossary.TERMS, "green", "amber", "red", "grey"):
        one = glossary.term(key)
        assert one.title, key
        assert len(one.meaning) > 20, key


def test_the_example_of_the_document_runs(hostile_path: Path, tmp_path: Path, monkeypatch) -> None:
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "report.md").read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "data").mkdir()
    shutil.copy(hostile_path, tmp_path / "data" / "lookout.duckdb")
    monkeypatch.chdir(tmp_path)
    exec(example.replace("flights", "m"), {})
    assert (tmp_path / "m.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_report_is_small(hostile) -> None:
    assert len(hostile.html.encode()) < 400_000
    assert MADE.strftime("%b %Y") in hostile.html
