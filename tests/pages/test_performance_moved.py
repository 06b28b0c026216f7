"""The Performance page's view of why it moved: the sentence, the split by label, drift of labels."""

import json

import numpy as np
import pytest
import streamlit as st

from monitoring.ui import performance_moved
from tests.pages.performance_logs import HOSTILE, description, logged, said


@pytest.fixture(autouse=True)
def _panel_that_waits(monkeypatch):
    """The panel runs beside the page, for which a script without a browser does not wait."""
    monkeypatch.setattr(performance_moved, "panel", st.fragment(performance_moved.panel.__wrapped__))


def opened(open_app, **query):
    app = open_app("performance", model="m", view="why it moved", **query)
    assert not app.exception, app.exception
    return app


def test_outcomes_that_changed_for_the_same_inputs_are_called_so(open_app, filled):
    filled(description("binary"), *logged("binary", rows=160))
    app = opened(open_app, window="7 chunks")
    assert "Same inputs, different outcomes" in said(app)
    shown = app.dataframe[0].value
    assert shown["Label"].tolist() == ["not 1", "1"]
    parts = [float(one.replace("−", "-")) for name in ("By its share", "By decisions") for one in shown[name]]
    (sentence,) = [item.value for item in app.markdown if item.value.startswith("Accuracy changed by")]
    change = float(sentence.split()[3].replace("−", "-").replace("\\", ""))
    assert sum(parts) == pytest.approx(change, abs=0.25)
    charts = [json.loads(one.proto.spec)["data"] for one in app.get("plotly_chart")]
    assert any(trace.get("name") == "limit" for one in charts for trace in one), "labels by the reference"


def test_rows_that_the_reference_does_not_hold_are_not_split(open_app, filled):
    log, told = logged("binary", rows=160)
    log["x"] += np.where(log["predicted_at"] >= "2026-01-25", 9.0, 0.0)
    filled(description("binary"), log, told)
    app = opened(open_app, window="7 chunks")
    assert "Why it moved is not known: a classifier tells the rows" in said(app)
    assert "○ Unknown" in said(app)


def test_hostile_names_are_shown_as_text(open_app, filled):
    log, told = logged("multiclass")
    told["label"] = told["label"].replace({"a": HOSTILE})
    log = log.rename(columns={"x": HOSTILE})
    filled(description("multiclass").replace("a = ", f"{json.dumps(HOSTILE)} = "), log, told)
    app = opened(open_app, window="range")
    assert HOSTILE in app.dataframe[0].value["Label"].tolist()
    assert not [item for item in app.markdown if item.allow_html]


def test_a_regression_says_what_is_not_taken_apart(open_app, filled):
    filled.usual("regression")
    app = opened(open_app, window="7 chunks")
    assert "Labels of a regression are no classes" in said(app)
    assert "The mean absolute error moved by" in said(app)


def test_without_final_labels_there_is_nothing_to_take_apart(open_app, filled):
    filled(description("binary"), logged("binary", days=30)[0])
    assert "No chunk of this range has final labels." in said(opened(open_app))
