"""The Performance page by segment: a sentence, a forest, a table and slices, awkward names included."""

import numpy as np
import pytest
import streamlit as st

from monitoring.ui import performance_segments
from tests.pages.performance_logs import HOSTILE, description, logged, said

SEGMENTS = '[segments]\ncolumns = ["city"]\n'


def with_city(task="binary", weak=False, seed=5, **shape):
    """A log with a city; errors are more frequent in one whose name is hostile."""
    log, told = logged(task, rows=160, turn=99, **shape)
    random = np.random.default_rng(seed)
    log = log.assign(city=random.choice(["Oslo", "Bern", HOSTILE], len(log)))
    if weak:
        worse = log.loc[(log["city"] == HOSTILE) & (log["predicted_at"] > "2026-01-21"), "id"]
        turned = told["id"].isin(worse) & (random.random(len(told)) < 0.4)
        told = told.assign(label=np.where(turned, 1 - told["label"], told["label"]))
    return log, told


@pytest.fixture(autouse=True)
def _panel_that_waits(monkeypatch):
    """The panel runs beside the page, for which a script without a browser does not wait."""
    monkeypatch.setattr(performance_segments, "panel", st.fragment(performance_segments.panel.__wrapped__))


def table(app, place):
    return app.dataframe[place].value


def test_the_weak_segment_is_named_and_the_others_are_not(open_app, filled):
    filled(description("binary") + SEGMENTS, *with_city(weak=True))
    app = open_app("performance", model="m", view="segments")
    assert not app.exception
    assert f"city {HOSTILE}: lost against its own reference" in said(app)
    rows = table(app, 0).set_index("Segment")
    assert len(rows) == 3
    assert rows.loc[f"city = {HOSTILE}", "Beyond chance"] == "yes"
    assert rows["Status"].str.contains("Act").sum() == 1
    assert rows.index[0] == f"city = {HOSTILE}", "the one to look at first is on top"
    slices = table(app, 1)
    assert len(slices) == 1
    assert HOSTILE in slices["Slice"][0]
    assert not any(item.allow_html for item in app.markdown if "<img" in item.value)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_every_task_has_segments(open_app, filled, task):
    filled(description(task) + SEGMENTS, *with_city(task, seed=6))
    app = open_app("performance", model="m", view="segments")
    assert not app.exception
    assert "Own reference" in table(app, 0).columns
    error = "mean absolute error" if task == "regression" else "share of errors"
    assert f": {error} " in said(app), "what slices are searched for"


def test_without_segment_columns_or_labels_the_page_says_so(open_app, filled):
    filled(description("binary"), *logged("binary"))
    app = open_app("performance", model="m", view="segments")
    assert not app.exception
    assert "names no segment columns" in said(app)


def test_without_labels_there_is_nothing_to_compare(open_app, filled):
    filled(description("binary") + SEGMENTS, with_city()[0])
    app = open_app("performance", model="m", view="segments")
    assert not app.exception
    assert "No final labels in this range" in said(app)
    assert "Not searched: no day with mature labels in this range" in said(app)


def test_values_of_a_private_feature_are_not_shown(open_app, filled):
    log, told = with_city(weak=True)
    text = description("binary") + SEGMENTS + "[features.city]\nprivate = true\n"
    filled(text, log, told)
    app = open_app("performance", model="m", view="segments")
    assert not app.exception
    assert HOSTILE not in said(app)
    assert all(HOSTILE not in frame.value.to_string() for frame in app.dataframe)
