"""The Alerts page: incidents, rules with replay, channels, deliveries and notes; hostile names included."""

import datetime as dt
import json

import pytest

from monitoring.store import Store, deliveries, incidents, notes
from monitoring.ui import session
from tests.pages.performance_logs import HOSTILE, description, logged, said

RULES = """
[[alerts]]
name = "inputs"
signal = "drift"
segment = "city=Oslo"
channels = ["ops"]
[[alerts]]
name = "no rows"
condition = "zero_volume"
severity = "critical"
channels = ["ops"]
"""


def gap(text, log, told):
    """A log without two of its days, of a model with rules."""
    days = log["predicted_at"].dt.normalize()
    chosen = sorted(days.unique())[-6:-4]
    log = log[~days.isin(chosen)].assign(
        city=[("Oslo", HOSTILE)[i % 2] for i in range(len(log) - days.isin(chosen).sum())]
    )
    text = text.replace("[reference]", '[segments]\ncolumns = ["city"]\n[reference]')
    return f"{text}\n{RULES}", log, told[told["id"].isin(log["id"])]


@pytest.fixture
def gapped(filled):
    """Fill the store with a model whose data stopped for two days."""
    log, told = logged("binary", days=30, rows=40, turn=99)
    filled(*gap(description("binary"), log, told))


def text_of(app):
    return said(app).replace("\\", "")


def test_an_incident_is_found_read_and_taken_in_hand_and_an_empty_note_is_refused(open_app, gapped):
    app = open_app("alerts", model="m")
    assert not app.exception
    assert "not evaluated yet" in text_of(app)
    app.button(key="evaluate").click().run()
    assert not app.exception
    app.segmented_control(key="state").set_value("closed").run()
    rows = app.dataframe[0].value
    assert rows["Rules"].tolist() == ["no rows"]
    app.text_input(key="act-author").set_value("Ada")
    app.text_input(key="act-note").set_value(HOSTILE)
    app.button(key="FormSubmitter:act-Record").click().run()
    assert not app.exception
    assert app.dataframe[0].value["Last done"].tolist() == ["acknowledge, Ada"]
    history = app.dataframe[-1].value
    assert history["What"].tolist() == ["opened", "acknowledged"]
    assert history["Note"][1] == HOSTILE
    assert not any(item.allow_html for item in app.markdown if "<img" in item.value)
    app.radio(key="done").set_value("note").run()
    app.text_input(key="act-note").set_value(" ")
    app.button(key="FormSubmitter:act-Record").click().run()
    assert "a note says something" in app.error[0].value


def test_a_rule_is_replayed_before_it_is_saved_and_then_stands_in_the_models_file(open_app, gapped):
    app = open_app("alerts", model="m", view="rules")
    assert not app.exception
    assert app.dataframe[0].value["Fires when"].tolist() == [
        "drift of city=Oslo is amber or worse in 2 of the last 3 chunks", "a chunk has no row"
    ]  # fmt: skip
    app.selectbox(key="rule").set_value("no rows").run()
    assert "It would have fired **1** times" in said(app)
    assert app.button(key="save-rule").disabled
    app.selectbox(key="rule-no rows-condition").set_value("freshness").run()
    assert "now 1" in said(app)
    app.selectbox(key="rule-no rows-from").set_value("red").run()
    app.button(key="save-rule").click().run()
    assert not app.exception
    app.selectbox(key="rule").set_value("inputs").run()
    app.selectbox(key="rule-inputs-severity").set_value("critical").run()
    app.button(key="save-rule").click().run()
    assert not app.exception
    saved = {rule.name: rule for rule in session.store().model("m").alert_rules}
    assert (saved["no rows"].condition, saved["no rows"].status) == ("freshness", "red")
    assert saved["inputs"].severity == "critical"
    assert saved["inputs"].segment == "city=Oslo"
    app.selectbox(key="rule").set_value("inputs").run()
    app.button(key="remove-rule").click().run()
    assert [rule.name for rule in session.store().model("m").alert_rules] == ["no rows"]


def test_a_rule_that_makes_no_sense_cannot_be_saved(open_app, gapped):
    app = open_app("alerts", model="m", view="rules")
    app.text_input(key="rule--name").set_value("<b>").run()
    assert not app.exception
    assert app.error
    assert not [one for one in app.button if one.key == "save-rule"]


def test_channels_are_listed_without_their_addresses_and_a_test_says_what_went_wrong(
    open_app, gapped, monkeypatch
):
    monkeypatch.setenv("LOOKOUT_CHANNEL_OPS_URL", "http://127.0.0.1:9/token")
    monkeypatch.setenv("LOOKOUT_CHANNEL_OPS_SECRET", "s3cret")
    app = open_app("alerts", model="m", view="channels")
    row = app.dataframe[0].value.iloc[0]
    assert (row["Channel"], row["Kind"], row["From"]) == ("ops", "webhook", "environment")
    app.button(key="test-channel").click().run()
    assert "cannot be reached" in app.error[0].value
    shown = said(app) + json.dumps([frame.value.to_dict() for frame in app.dataframe]) + app.error[0].value
    assert "token" not in shown
    assert "s3cret" not in shown
    app = open_app("alerts", model="m", view="deliveries")
    assert app.dataframe[0].value["State"].tolist() == ["given up"]


def test_messages_that_were_given_up_can_be_tried_again(open_app, gapped, store_file):
    now = dt.datetime.now(dt.UTC)
    with Store.open(store_file) as store:
        message = incidents.Message("ops", "opened", "[Lookout] m", HOSTILE, False, now)
        deliveries.enqueue(store, "m", message)
        deliveries.settle(store, deliveries.due(store, now + dt.timedelta(1)), now, "no", most=0)
    app = open_app("alerts", model="m", view="deliveries")
    assert app.dataframe[0].value["What went wrong"].tolist() == ["no"]
    app.button(key="retry").click().run()
    assert app.dataframe[0].value["State"].tolist() == ["waits"]


def test_a_deploy_note_is_marked_on_a_course(open_app, gapped):
    app = open_app("alerts", model="m", view="deploy notes")
    assert "Nothing is noted" in text_of(app)
    app.datetime_input(key="note-at").set_value(dt.datetime(2026, 1, 20, 12))
    app.text_input(key="note-title").set_value("new <b>feed</b>")
    app.text_input(key="note-author").set_value("Ada")
    app.button(key="FormSubmitter:deploy-note-Note it").click().run()
    assert not app.exception
    (note,) = notes.listed(session.store(), "m")
    assert (note.title, note.author) == ("new <b>feed</b>", "Ada")
    shown = open_app("performance", model="m", range="all")
    texts = [chart.proto.spec for chart in shown.get("plotly_chart")]
    assert any("feed" in one and "2026-01-20T12:00:00" in one for one in texts)
    app = open_app("alerts", model="m", view="deploy notes")
    app.button(key="FormSubmitter:deploy-note-Note it").click().run()
    assert "a title has 1 to 60 letters" in app.error[0].value


@pytest.mark.parametrize("view", ["incidents", "rules"])
def test_every_view_of_a_model_without_a_row_says_in_words_what_is_missing(open_app, store_file, view):
    with Store.open(store_file) as store:
        store.add('name = "m"\ntask = "binary"\n')
    app = open_app("alerts", model="m", view=view)
    assert not app.exception
    assert "not evaluated yet" in text_of(app)
