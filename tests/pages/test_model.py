"""The Model page: six cards, the ribbon, what to look at first, the labels and the advice."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring.ui import model_cards
from tests.pages.performance_logs import HOSTILE, description, logged, said


def opened(open_app, **query):
    app = open_app("model", model="m", **query)
    assert not app.exception, app.exception
    return app


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("binary", ["Mean score", "Calibration error"]),
        ("multiclass", ["Mean confidence", "Calibration error"]),
        ("regression", ["Mean prediction", "values are no probabilities"]),
    ],
)
def test_every_task_has_six_cards_a_reason_and_an_advice(open_app, filled, task, names):
    filled(description(task), *logged(task))
    text = said(opened(open_app))
    for name in ("Volume", "Newest data", "Inputs that drift", *names):
        assert name in text
    assert "80 a day" in text
    assert "Look at first" in text
    assert "performance" in text
    assert "Should it be retrained?" in text
    assert "final labels since the reference; a retraining takes" in text
    assert "first prediction of champion (champion)" in text


def test_a_model_that_lost_its_skill_is_advised_to_be_retrained_with_the_evidence(open_app, filled):
    filled(description("binary"), *logged("binary", turn=30))
    app = opened(open_app)
    text = said(app)
    assert "Retrain" in text or "Collect labelled rows" in text
    assert "An arrow marks what decided" in text
    evidence = next(frame.value for frame in app.dataframe if "Tolerated" in frame.value)
    assert any("←" in metric for metric in evidence["Metric"])


def test_a_healthy_model_is_left_alone_although_an_input_drifts(open_app, filled):
    log, told = logged("binary", rows=300, turn=99)
    late = log["predicted_at"] > pd.Timestamp("2026-02-01")
    log["x"] = log["x"] + np.where(late, 2.0, 0.0)
    filled(description("binary"), log, told)
    text = said(opened(open_app))
    assert "drift without harm" in text.lower()
    assert "Retrain, and" not in text


def test_as_of_an_earlier_day_it_does_not_know_what_came_later(open_app, filled):
    filled(description("binary"), *logged("binary"))
    before = said(opened(open_app, as_of="2026-02-05"))
    assert "As of 6 Feb 2026" in before or "As of 5 Feb 2026" in before
    assert "Nothing: every signal is healthy" in before or "performance" in before


def test_owner_notes_and_titles_are_shown_as_they_are_written(open_app, filled):
    more = f"owner = '''{HOSTILE.replace(chr(39), '')}'''\nnotes = '''# {HOSTILE.replace(chr(39), '')}'''\n"
    filled(description("binary", more), *logged("binary", days=10))
    app = opened(open_app)
    assert not [item for item in app.markdown if item.allow_html]
    assert "<img src=x onerror=alert(1)>" in said(app)


def test_without_labels_performance_is_unknown_and_says_so(open_app, filled):
    filled(description("binary"), logged("binary")[0])
    text = said(opened(open_app))
    assert "None of" in text
    assert "has a label yet" in text


def test_without_predictions_every_card_is_unknown(open_app, filled, store_file):
    from monitoring.store import Store

    with Store.open(store_file) as store:
        store.add(description("binary"))
    assert "nothing to advise" in said(opened(open_app))


def test_days_between_the_first_and_the_last_are_all_drawn():
    days = {dt.date(2026, 1, 1): ("green", "green", ""), dt.date(2026, 1, 4): ("red", "green", "")}
    assert len(model_cards.span(days)) == 4
    assert model_cards.span({}) == []


def test_the_bar_offers_only_what_the_page_follows(open_app, filled):
    filled(description("binary", '[segments]\ncolumns = ["x"]\n'), *logged("binary", days=10))
    app = opened(open_app)
    assert [box.key for box in app.selectbox if box.key in ("model", "chunk", "segment", "reference")] == [
        "model"
    ]
