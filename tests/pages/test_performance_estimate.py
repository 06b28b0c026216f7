"""The Performance page without labels: estimates, their badge, their record, and what rows are needed for."""

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from monitoring.ui import performance_estimate
from tests.pages.performance_logs import description, logged, said

BLIND = "Concept drift is invisible to every such estimate"
QUERY = {"model": "m", "view": "without labels"}


@pytest.fixture(autouse=True)
def in_turn(monkeypatch):
    """The test harness stops a run, and with it every parallel part, as soon as the script has ended."""
    whole = st.fragment(performance_estimate.panel.__wrapped__)
    monkeypatch.setattr(performance_estimate, "panel", whole)


def opened(open_app, **query):
    app = open_app("performance", **{**QUERY, **query})
    assert not app.exception, app.exception
    return app


def tables(app):
    values = [frame.value for frame in app.dataframe]
    return {("track-record" if "Miss" in one.columns else "window-estimates"): one for one in values}


@pytest.mark.parametrize(
    ("task", "metric"), [("binary", "accuracy"), ("multiclass", "accuracy"), ("regression", "mae")]
)
def test_every_task_has_estimates_with_their_record_and_the_limit_of_all_of_them(
    open_app, filled, task, metric
):
    filled(description(task), *logged(task))
    app = opened(open_app, metric=metric)
    text = said(app)
    assert BLIND in text
    assert "is estimated at" in text
    assert "Track record" in text
    assert "chunks with mature labels estimates of" in text
    shown = tables(app)
    assert len(shown["track-record"]) == 20
    assert list(shown["track-record"].columns) == ["Chunk", "Estimated", "Realised", "Miss"]
    assert {"Metric", "Estimated", "Expected", "Reference", "Status"} <= set(
        shown["window-estimates"].columns
    )
    assert len(app.get("plotly_chart")) == 1


def test_outside_the_references_support_a_badge_says_that_the_estimate_is_unreliable(open_app, filled):
    log, told = logged("binary")
    log["x"] += np.where(log["predicted_at"] > pd.Timestamp("2026-02-15"), 9.0, 0.0)
    filled(description("binary"), log, told)
    app = opened(open_app, window="7 chunks")
    assert "Outside reference support: estimate unreliable" in said(app)
    assert "a classifier tells the rows from the reference with AUC 1.00" in said(app)
    assert set(tables(app)["window-estimates"]["Status"]) == {"○ Unknown"}


def test_within_the_references_support_the_weighted_estimate_stands_beside_the_plain_one(open_app, filled):
    filled(description("binary"), *logged("binary"))
    app = opened(open_app, window="28 chunks")
    assert "Outside reference support" not in said(app)
    assert "the reference weighted to look like them" in said(app)
    assert "By weighted rows" in tables(app)["window-estimates"].columns


def test_a_metric_that_cannot_be_estimated_names_those_that_can(open_app, filled):
    filled(description("binary"), *logged("binary"))
    app = opened(open_app, metric="lift")
    assert "cannot be estimated without labels" in said(app)
    assert "roc_auc" in said(app)


def test_without_labels_in_the_reference_the_view_says_what_is_missing(open_app, filled):
    filled(description("binary"), logged("binary")[0])
    app = opened(open_app)
    assert "The reference has no mature labels of version champion" in said(app)


def test_without_any_later_label_there_is_no_record_but_an_estimate(open_app, filled):
    log, told = logged("binary")
    filled(description("binary"), log, told[told["labelled_at"] < pd.Timestamp("2026-01-25")])
    app = opened(open_app)
    assert "is estimated at" in said(app)
    assert "so there is no realised value to compare with" in said(app)
