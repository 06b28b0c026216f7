"""Every word of something registered is explained plainly, with an example and a place to read on."""

from __future__ import annotations

import re
import tomllib
from typing import get_args

import pytest

from monitoring import alert_rules, glossary
from monitoring.marks import MARKS
from monitoring.quality import CHECKS
from monitoring.review import SOURCES
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS
from tests.documents.reading import ROOT, anchors, text
from tests.documents.test_reference import sections

TOLD = {
    "drift methods": METHODS,
    "metrics": METRICS,
    "checks": CHECKS,
    "statuses": MARKS,
    "reasons for a review": [glossary.REVIEW + key for key in SOURCES],
    "conditions": [glossary.ALERT + key for key in get_args(alert_rules.Condition)],
    "signals": [
        {"outliers": "odd rows", "model": "green"}.get(key, key) for key in get_args(alert_rules.Watched)
    ],
}
TERMS = glossary.every()


@pytest.mark.parametrize("kind", TOLD)
def test_everything_registered_has_its_term(kind: str) -> None:
    known = {one.key for one in TERMS}
    assert set(TOLD[kind]) <= known


def test_every_term_has_a_meaning_an_example_and_no_two_are_called_alike() -> None:
    for one in TERMS:
        assert len(one.meaning) > 20, one.key
        assert len(one.example) > 3, one.key
    assert len({(one.key) for one in TERMS}) == len(TERMS)


@pytest.mark.parametrize("term", [one for one in TERMS if one.see], ids=lambda one: one.key)
def test_every_place_to_read_on_is_there(term: glossary.Term) -> None:
    file, _, anchor = term.see.partition("#")
    assert (ROOT / file).is_file()
    assert not anchor or anchor in anchors(file), term.see


def test_no_example_is_of_a_word_that_is_not_there() -> None:
    written = tomllib.loads(text("monitoring/glossary.toml"))
    assert set(written["examples"]) <= {one.key for one in TERMS}
    assert set(written["plain"]) == {*METHODS, *METRICS}


@pytest.mark.parametrize("key", [*METHODS, *METRICS])
def test_what_is_measured_is_said_alike_in_the_glossary_and_in_the_documents(key: str) -> None:
    first = " ".join(sections()[key].split("\n- **")[0].split())
    assert (
        re.sub(r"^\*\*[^*]+\*\* ", "", first) == tomllib.loads(text("monitoring/glossary.toml"))["plain"][key]
    )
