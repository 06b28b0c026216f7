"""The Shadow page: a verdict of a registered trial, both versions on the same rows, awkward logs included."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from monitoring.store import Store, trials
from monitoring.ui import session
from tests.pages.performance_logs import HOSTILE, description, logged, said

VERSIONS = '[versions]\nchampion = "one"\nshadows = ["two"]\n[segments]\ncolumns = ["city"]\n'


def versions(task="binary", share=1.0, seed=3):
    """A log of two versions and its labels: the second knows a little less of what it scores."""
    log, told = logged(task, days=40, rows=60, turn=99)
    random = np.random.default_rng(seed)
    log = log.assign(city=random.choice(["Oslo", HOSTILE], len(log)))
    other = log.copy()
    if task == "multiclass":
        chances = 0.7 * other[["p_a", "p_b", "p_c"]].to_numpy() + 0.1
        other[["p_a", "p_b", "p_c"]] = chances
    elif task == "binary":
        other["score"] = np.clip(0.6 * other["score"] + 0.4 * random.random(len(other)), 0, 1)
    else:
        other["prediction"] += random.normal(0, 3, len(other))
    other = other.sample(frac=share, random_state=1)
    return pd.concat([log.assign(version="one"), other.assign(version="two")]), told


@pytest.fixture
def two(filled):
    """Fill the store with two versions of a task."""

    def put(task="binary", share=1.0):
        log, told = versions(task, share)
        filled(description(task).replace("[reference]", f"{VERSIONS}[reference]"), log, told)

    return put


@pytest.mark.parametrize("view", ["trial", "difference", "agreement", "segments"])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_view_of_every_task_is_drawn(open_app, two, task, view):
    two(task, share=0.5)
    app = open_app("shadow", model="m", view=view)
    assert not app.exception
    assert "No trial of two is registered" in said(app)
    assert "scored by both (50" in said(app)
    assert not any(item.allow_html for item in app.markdown if "<img" in item.value)


def test_the_table_names_both_versions_and_tells_a_gain_in_the_metrics_own_direction(open_app, two):
    two()
    rows = open_app("shadow", model="m", view="difference").dataframe[0].value.set_index("Metric")
    assert {"one", "two", "Gain"} <= set(rows.columns)
    assert rows.loc["Brier score", "Gain"].startswith("−"), "the copy is noisier"
    assert rows.loc["Area under the ROC curve", "Gain"].startswith("−")
    assert (rows["Rows"] == rows["Rows"].iloc[0]).all()


def test_a_trial_is_registered_followed_and_decided(open_app, two, store_file):
    two()
    app = open_app("shadow", model="m")
    app.selectbox(key="trial-metric").set_value("brier")
    app.number_input(key="trial-margin").set_value(0.005)
    app.number_input(key="trial-planned").set_value(1000)
    app.text_input(key="trial-author").set_value("Ada")
    app.text_input(key="trial-note").set_value(HOSTILE)
    app.button(key="FormSubmitter:trial-Register").click()
    app.run()
    assert not app.exception
    text = said(app)
    assert "is worse by Brier" in text
    assert "Stop the trial" in text
    assert "by Ada (unverified)" in " ".join(item.value for item in app.markdown).replace("\\", "")
    app.radio(key="decided").set_value("stop")
    app.text_input(key="decision-reason").set_value("it is worse")
    app.button(key="FormSubmitter:decision-Record").click()
    app.run()
    assert not app.exception
    history = app.dataframe[-1].value
    assert history["What"].tolist() == ["trial registered", "stop the trial"]
    assert history["Why"].tolist() == [HOSTILE, "it is worse"]
    assert "is worse by Brier" in history["Terms"][1]


def test_a_promotion_exchanges_the_roles_and_is_marked_on_every_course(open_app, two, store_file):
    two()
    with Store.open(store_file) as store:
        trials.register(store, trials.Trial("m", "one", "two", "brier", 0.005, 1000, 9000))
    app = open_app("shadow", model="m")
    app.radio(key="decided").set_value("promote").run()
    app.datetime_input(key="promoted-at").set_value(dt.datetime(2026, 1, 20, 12))
    app.text_input(key="decision-reason").set_value("it is cheaper")
    app.button(key="FormSubmitter:decision-Record").click()
    app.run()
    assert not app.exception
    assert "scored by both (100" in said(app)
    assert "It was promoted on" in said(app)
    assert app.selectbox(key="shadow").options == ["one"]
    for page, courses in (("shadow", 1), ("performance", 2), ("predictions", 3), ("drift", 1)):
        shown = open_app(page, model="m", range="all")
        assert not shown.exception
        texts = [json.loads(chart.proto.spec)["layout"] for chart in shown.get("plotly_chart")]
        served = [
            [note["x"] for note in one.get("annotations", ()) if note["text"] == "two serves"]
            for one in texts
        ]
        assert [one for one in served if one] == [["2026-01-20T12:00:00"]] * courses, page
    versions = session.store().model("m").versions
    assert versions.champion == "two"
    assert versions.served[0].until.isoformat() == "2026-01-20T12:00:00+00:00"


def test_a_decision_without_a_reason_is_refused_in_words(open_app, two, store_file):
    two()
    with Store.open(store_file) as store:
        trials.register(store, trials.Trial("m", "one", "two", "brier", 0.005, 1000, 9000))
    app = open_app("shadow", model="m")
    app.button(key="FormSubmitter:decision-Record").click()
    app.run()
    assert not app.exception
    assert "say why" in app.error[0].value


def test_a_model_without_a_shadow_says_how_to_get_one(open_app, filled):
    filled.usual()
    app = open_app("shadow", model="m")
    assert not app.exception
    assert "m has no shadow" in said(app)


def test_versions_without_a_shared_request_say_so(open_app, filled, store_file):
    log, told = versions()
    other = log["version"] == "two"
    log.loc[other, "id"] = "x" + log.loc[other, "id"]
    filled(description("binary").replace("[reference]", f"{VERSIONS}[reference]"), log, told)
    app = open_app("shadow", model="m")
    assert not app.exception
    assert "no request was scored by both" in said(app)


@pytest.mark.parametrize("view", ["trial", "difference", "agreement", "segments"])
def test_without_any_label_the_versions_are_compared_and_nothing_is_judged(open_app, filled, view):
    log, _ = versions()
    filled(description("binary").replace("[reference]", f"{VERSIONS}[reference]"), log)
    app = open_app("shadow", model="m", view=view)
    assert not app.exception
    assert "No chunk in this range has final labels for both yet" in said(app)


def test_one_segment_and_another_chunk_can_be_looked_at(open_app, two):
    two()
    app = open_app("shadow", model="m", view="difference", segment="city=Oslo", chunk="7 days")
    assert not app.exception
    whole = open_app("shadow", model="m", view="difference")
    rows = [int(one.dataframe[0].value["Rows"].iloc[0].replace(",", "")) for one in (app, whole)]
    assert rows[0] < rows[1]
