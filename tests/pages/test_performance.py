"""The Performance page: its answer, its course and its views, on awkward data as on ordinary data."""

import datetime as dt
import json
import shlex
import time

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from monitoring.cli import app as cli
from monitoring.statistics.metrics import metrics_for
from monitoring.store import Store
from monitoring.ui import performance_session, performance_trust, performance_view, scopes, session
from tests.pages.performance_logs import HOSTILE, description, logged, said


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("binary", ("accuracy", "AUC")),
        ("multiclass", ("accuracy", "macro AUC")),
        ("regression", ("MAE", "R²")),
    ],
)
def test_every_task_is_answered_by_its_headline_metrics(open_app, filled, task, names):
    filled.usual(task)
    app = open_app("performance", model="m")
    assert not app.exception
    answer = said(app)
    for name in names:
        assert name in answer, answer
    assert "against" in answer
    assert app.selectbox(key="metric").value == {"regression": "mae"}.get(task, "accuracy")


def test_a_model_that_became_worse_is_not_healthy(open_app, filled):
    filled.usual("binary")
    app = open_app("performance", model="m", window="7 chunks")
    assert "worse beyond chance" in said(app)
    assert "Act" in said(app) or "Watch" in said(app)


def test_without_labels_the_page_says_so(open_app, filled):
    filled(description("binary"), logged("binary")[0])
    app = open_app("performance", model="m")
    assert not app.exception
    assert "No label of 4,800 predictions is known" in said(app)


def test_a_model_without_predictions_is_explained(open_app, store_file):
    with Store.open(store_file) as store:
        store.add(description("binary"))
    app = open_app("performance", model="m")
    assert not app.exception
    assert "No predictions of champion yet" in said(app)


def table_under(app, head):
    """A table of Markdown, by its first cell."""
    (found,) = [item.value for item in app.markdown if item.value.startswith(head)]
    return found.replace("\\", "")


@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_a_threshold_decides_as_the_rows_say(open_app, filled, threshold):
    log, told = filled.usual("binary")
    app = open_app("performance", model="m", view="threshold", window="range", threshold=f"{threshold:.3f}")
    assert not app.exception
    assert app.slider(key="threshold").value == threshold
    rows = log.merge(told, on="id")
    start, stop = days_told(app)
    assert start == pd.Timestamp("2026-01-21"), "days of the reference are not judged by themselves"
    rows = rows[(rows["predicted_at"] >= start) & (rows["predicted_at"] < stop)]
    matrix = table_under(app, f"| at {threshold:.3f}")
    for label in (0, 1):
        for decided in (False, True):
            found = ((rows["label"] == label) & ((rows["score"] >= threshold) == decided)).sum()
            assert f"{found:,} (" in matrix, matrix


def days_told(app):
    """The half-open window that a view is about, as its heading says."""
    (head,) = [item.value for item in app.subheader if " to " in item.value]
    start, last = head.split(", ")[-1].split(" to ")
    return pd.Timestamp(start), pd.Timestamp(last) + pd.Timedelta(days=1)


def test_a_range_that_is_the_reference_is_said_to_be_it(open_app, filled):
    filled.usual("binary")
    assert "part of the reference itself" in said(open_app("performance", model="m", as_of="2026-01-15"))
    assert "part of the reference itself" not in said(open_app("performance", model="m"))


def test_the_cheapest_threshold_is_proposed_and_gone_to(open_app, filled):
    priced = '[costs]\ncurrency = "EUR"\nfalse_positive = 1\nfalse_negative = 9\n'
    filled(description("binary", priced), *logged(turn=99, rows=200))
    app = open_app("performance", model="m", view="threshold", window="range")
    assert app.number_input(key="cost_fn").value == 9
    assert "EUR instead of" in said(app)
    app.button(key="best").click().run()
    assert not app.exception
    assert app.slider(key="threshold").value == pytest.approx(0.1, abs=0.07), "a calibrated score: 1 of 10"
    app.number_input(key="cost_fp").set_value(9.0).run()
    app.button(key="best").click().run()
    assert app.slider(key="threshold").value == pytest.approx(0.5, abs=0.1), "equal costs: a half"


def test_only_decisions_leave_no_threshold_to_move(open_app, filled):
    log, told = logged()
    log["prediction"] = (log.pop("score") >= 0.5).astype(int)
    filled(description("binary"), log, told)
    app = open_app("performance", model="m", view="threshold")
    assert not app.exception
    assert "there is no threshold to move" in said(app)
    assert "not defined" in said(app) or "accuracy" in said(app)


def test_on_a_past_day_the_page_knows_what_was_known_then(open_app, filled):
    filled.usual("binary", delay=10)
    now = said(open_app("performance", model="m"))
    app = open_app("performance", model="m", known_at="2026-02-05")
    assert not app.exception
    assert app.slider(key="known_at").value == dt.date(2026, 2, 5)
    then = said(app)
    assert then != now
    last = pd.Timestamp(then.split("Healthy] ")[-1].split(": accuracy")[0].split(" to ")[-1])
    assert last < pd.Timestamp("2026-02-05"), "younger chunks were not final"
    assert "provisional" in then


def test_before_delays_are_known_nothing_counts_as_final(open_app, filled):
    filled.usual("binary", delay=10)
    app = open_app("performance", model="m", known_at="2026-01-04")
    assert not app.exception
    assert "none of them counts as final" in said(app)
    assert app.session_state["known_at"] == dt.date(2026, 1, 4)


def test_a_day_of_another_model_is_no_day_of_this_one(open_app, filled):
    filled.usual("binary")
    app = open_app(
        "performance", model="m", known_at="2013-05-05", threshold="7.5", metric="mae", view="errors"
    )
    assert not app.exception
    assert app.slider(key="known_at").value == dt.date(2026, 3, 1)
    assert app.selectbox(key="metric").value == "accuracy"
    assert app.segmented_control(key="view").value in (None, "over time")


@pytest.mark.parametrize(("task", "view"), [("multiclass", "classes"), ("regression", "errors")])
def test_classes_and_errors_are_shown_beside_the_reference(open_app, filled, task, view):
    filled.usual(task)
    app = open_app("performance", model="m", view=view)
    assert not app.exception
    shown = app.dataframe[0].value
    if task == "multiclass":
        assert shown["Class"].tolist() == ["a", "b", "c"]
        assert shown["Recall"].str.contains(", was ").all()
    else:
        assert shown["Error"].iloc[0].startswith("−")
        assert (shown["Reference"] != "–").all()


def test_hostile_names_of_classes_are_shown_as_text(open_app, filled):
    log, told = logged("multiclass")
    told["label"] = told["label"].replace({"a": HOSTILE})
    text = description("multiclass").replace("a = ", f"{json.dumps(HOSTILE)} = ")
    filled(text, log, told)
    for view in ("over time", "classes"):
        app = open_app("performance", model="m", view=view)
        assert not app.exception
        assert not [item for item in app.markdown if item.allow_html]
    assert HOSTILE in app.dataframe[0].value["Class"].tolist()


def test_every_metric_of_the_window_stands_in_the_table_with_why_it_is_not_judged(open_app, filled):
    filled.usual("binary", rows=8, days=30)
    app = open_app("performance", model="m", window="1 chunk")
    assert not app.exception
    (shown,) = [item.value for item in app.dataframe if "Metric" in item.value]
    assert len(shown) == len(metrics_for("binary"))
    accuracy = shown[shown["Metric"] == "Accuracy"].iloc[0]
    assert accuracy["Status"] == "○ Unknown"
    assert accuracy["Why not judged"] == "not enough: 8 labelled rows of 30"


def test_a_costly_interval_comes_beside_the_page(open_app, filled):
    filled.usual("binary", days=40, rows=60)
    app = open_app("performance", model="m", metric="average_precision")
    for _ in range(100):
        if "drawn 500 times" not in said(app):
            break
        time.sleep(0.1)
        app.run()
    assert not app.exception
    assert "drawn 500 times" not in said(app)


def test_the_file_of_the_page_is_the_answer_of_the_command_line(open_app, filled, store_file):
    filled.usual("binary", days=40, rows=60)
    open_app("performance", model="m")
    scope = scopes.scope_of(session.model_named("m"), scopes.Choices(model="m"))
    found = performance_session.assessment(scope)
    view = performance_view.view(found, scope)
    command = shlex.split(performance_trust.command(view))[3:]
    mine = performance_trust.csv(view).decode()
    session.close()
    told = CliRunner().invoke(cli, ["--store", str(store_file), *command], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert len(told.stdout.splitlines()) == 1 + 40 * len(metrics_for("binary"))
    assert mine == told.stdout


def test_a_shadow_is_looked_at_by_choosing_it_in_the_bar(open_app, filled):
    log, told = logged()
    both = pd.concat([log.assign(version="one"), log.assign(version="two", score=1 - log["score"])])
    filled(description("binary", '[versions]\nchampion = "one"\nshadows = ["two"]\n'), both, told)
    app = open_app("performance", model="m", version="two")
    assert not app.exception
    assert app.selectbox(key="version").options == ["one", "two"]
    good = said(open_app("performance", model="m"))
    assert "no reference" not in good
    assert said(app) != good


@pytest.mark.parametrize("slower", [True, False])
def test_early_labels_are_weighted_only_where_classes_are_equally_slow(open_app, filled, slower):
    log, told = logged(turn=99, rows=150)
    random = np.random.default_rng(3)
    scores = log.set_index("id")["score"].reindex(told["id"]).to_numpy()
    late = told["label"].to_numpy() == 1 if slower else np.abs(scores - 0.5) < 0.25
    waits = np.where(random.uniform(size=len(told)) < np.where(late, 0.7, 0.2), 5, 0)
    at = told["id"].map(log.set_index("id")["predicted_at"]) + pd.to_timedelta(waits, "D")
    told = told.assign(labelled_at=at)
    filled(description("binary"), log, told[at < log["predicted_at"].max()])
    app = open_app("performance", model="m")
    assert not app.exception
    assert "Rows whose label is still to come are not like the rest" in said(app)
    assert ("Early labels are not weighted to stand for all" in said(app)) is slower
    assert ("may be weighted to the scores of all rows: accuracy" in said(app)) is not slower
