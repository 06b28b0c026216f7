"""Health is read by people who know none of the field's terms: each of them says what it means."""

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import reasons
from monitoring.glossary import TERMS
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS
from monitoring.ui import explaining, shell
from tests.pages.conftest import opened, sentences, told
from tests.pages.performance_logs import description, logged

NAMES = {one.short for one in [*METHODS.values(), *METRICS.values()]}
NAMES |= {one.title for one in [*METHODS.values(), *METRICS.values()]}
JARGON = sorted({*TERMS, *NAMES, *(f"{term}s" for term in TERMS), "drifts", "outlying", "slope"})
# Words that mean here what they mean everywhere, and are no terms of a reader's question.
USUAL = {
    "quality",
    "performance",
    "balanced",
    "recall",
    "precision",
    "lift",
    "bias",
    "final",
    "current",
}
# What the app itself is called in its own navigation; touching it tells what the page answers.
PLACES = {"Drift", "Predictions", "Performance", "Quality", "Shadow", "Model", "Review", "Alerts", "Health"}


def unexplained(text):
    """The terms in a text."""
    known = [one for one in JARGON if one not in USUAL]
    return [one for one in known if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text, re.IGNORECASE)]


def bare(line):
    """What is left of a line without the words that are explained."""
    return " ".join(text for part in (line["name"], line["text"]) for text, term in part if not term)


@pytest.fixture
def troubled(filled):
    """A model that drifts, loses performance and has rows that were not taken in."""
    log, labels = logged("binary", turn=40)
    log.loc[log["predicted_at"] > log["predicted_at"].max() - log["predicted_at"].diff().max() * 20, "x"] += 4
    filled(description("binary"), log, labels)


def test_no_term_on_health_is_left_without_an_explanation(troubled):
    app = opened("health")
    assert not app.exception
    shown = sentences(app)
    assert told(app).strip()
    assert any(term for one in shown for term in one["terms"])
    for one in shown:
        assert not [bare(line) for line in one["lines"] if unexplained(bare(line))]
        assert all(title and meaning for title, meaning in one["terms"].values())
        used = {term for line in one["lines"] for part in (line["name"], line["text"]) for _, term in part}
        assert used - {""} == set(one["terms"])
    plain = [item.value for item in [*app.markdown, *app.caption, *app.subheader, *app.title]]
    assert not {text: found for text in plain if (found := unexplained(without_badges(text)))}


def without_badges(text):
    """A badge says on touch what its word means, and is no sentence."""
    return re.sub(r":\w+-badge\[[^\]]*\]", "", text)


def test_each_mark_on_health_tells_what_it_watches_and_what_it_says(troubled):
    app = opened("health")
    marks = [item for item in app.markdown if re.match(r":\w+-badge\[\S+ [a-z]", item.value)]
    assert len(marks) >= 5
    for item in marks:
        meaning, _, says = item.help.partition("\n\n")
        assert len(meaning) > 20, item.value
        assert says


def test_a_link_to_a_page_says_which_question_it_answers(troubled):
    app = opened("health")
    links = [item.proto for item in app.get("page_link") if item.proto.query_string.startswith("model=")]
    assert len(links) == len([page for page in shell.PAGES if not page.every_model])
    assert all(link.help.endswith("?") for link in links)


def test_no_reason_that_health_may_tell_has_a_term_without_an_explanation():
    for one in reasons.REASONS.values():
        bare_words = " ".join(piece.text for piece in explaining.pieces(one.words) if not piece.term)
        assert not unexplained(bare_words)


@given(st.text(max_size=80) | st.sampled_from(["psi", "a drift, of PSI", "over-confident <b>score</b>"]))
def test_a_sentence_taken_apart_is_still_the_same_sentence(text):
    found = explaining.pieces(text)
    assert "".join(piece.text for piece in found) == text
    assert all(explaining.meaning(piece.term) for piece in found if piece.term)


def test_every_registered_term_is_found_in_a_sentence_and_explained():
    registered = {**METHODS, **METRICS}
    for key in sorted({*registered, *TERMS}):
        word = registered[key].short if key in registered else key
        found = [piece.term for piece in explaining.pieces(f"the {word} of today") if piece.term]
        assert found, word
        assert all(explaining.meaning(one)[1] for one in found)


def test_the_words_of_the_page_itself_are_plain():
    page = ast.parse((shell.ROOT / "pages" / "health.py").read_text(encoding="utf-8"))
    texts = [
        one.value.value for call in ast.walk(page) if isinstance(call, ast.Call) for one in call.keywords
        if one.arg in ("what", "why", "then") and isinstance(one.value, ast.Constant)
    ]  # fmt: skip
    assert len(texts) == 3
    assert not [text for text in texts if unexplained(text)]
