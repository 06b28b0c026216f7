"""The glossary: a word by its address, a search, and what the documents say of it."""

from __future__ import annotations

import pytest

from monitoring import glossary
from monitoring.ui import glossary_view


def said(app) -> str:
    return " ".join(item.value for item in [*app.markdown, *app.subheader, *app.caption])


def test_a_word_has_an_address_and_the_documents_are_read_beside_it(open_app):
    app = open_app("glossary", term="psi")
    assert not app.exception
    assert app.subheader[0].value == "Population stability index \\(PSI\\)"
    assert "On the flights" in said(app)
    assert app.expander[0].label == "Read on in docs/statistics.md#psi"
    assert "Misleads when" in app.expander[0].markdown[0].value
    assert app.selectbox(key="term").value == "psi"


def test_words_of_two_parts_may_be_written_with_an_underscore(open_app):
    app = open_app("glossary", term="noise_floor")
    assert app.subheader[0].value == "Noise floor"


@pytest.mark.parametrize("term", ["nothing", "<img src=x onerror=alert(1)>", "", "../../etc/passwd"])
def test_an_unknown_word_is_none_and_all_words_stand_below(open_app, term):
    app = open_app("glossary", term=term)
    assert not app.exception
    assert not app.subheader
    assert f"{len(glossary.every())} terms" in said(app)


def test_a_word_can_be_looked_up_and_left_again(open_app):
    app = open_app("glossary")
    app.selectbox(key="term").select("roc_auc").run()
    assert app.subheader[0].value.startswith("Area under the ROC curve")
    app.selectbox(key="term").select_index(0).run()
    assert app.subheader[0].value != "Area under the ROC curve \\(AUC\\)"


def test_a_search_looks_into_meanings_and_tells_when_nothing_is_found(open_app):
    app = open_app("glossary")
    app.text_input(key="q").input("dew POINT").run()
    found = glossary_view.matching(glossary.every(), "", "dew point")
    assert 3 < len(found) < len(glossary.every())
    assert f"{len(found)} terms" in said(app)
    app.text_input(key="q").input("*no* <b>such</b>").run()
    assert not app.exception
    assert "holds “\\*no\\* \\<b\\>such\\</b\\>”" in said(app)


def test_a_kind_can_be_read_by_itself(open_app):
    app = open_app("glossary", kind="drift methods")
    assert "17 drift methods" in said(app)


def test_the_glossary_speaks_without_any_model(open_app):
    app = open_app("glossary")
    assert "No models yet" in said(app)
    assert "Noise floor" in said(app)


def test_places_in_documents_are_read_without_links_and_a_missing_one_is_empty():
    told = glossary_view.section("docs/drift.md#when-a-value-is-drift")
    assert told.startswith("1. **Noise floor**")
    whole = glossary_view.section("docs/calibration.md")
    assert whole
    assert "](" not in told + whole
    assert glossary_view.section("docs/nowhere.md#a") == ""
    assert glossary_view.section("docs/drift.md#nowhere") == ""
