"""From a log to a message: incidents opened, told once, withdrawn by late labels, delivered or given up."""

import dataclasses
import datetime as dt
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from monitoring import commands, health
from monitoring.alerts import thread as thread_module
from monitoring.alerts.channels import Channel
from monitoring.alerts.delivering import deliver, tried
from monitoring.alerts.evaluating import evaluate
from monitoring.alerts.messages import told
from monitoring.alerts.thread import AlertThread
from monitoring.models import parse
from monitoring.store import Refused, Store, deliveries, incidents
from monitoring.store.incidents import Entry

TOML = """
name = "m"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-15
[[alerts]]
name = "loss"
signal = "performance"
channels = ["ops"]
[[alerts]]
name = "no rows"
condition = "zero_volume"
channels = ["ops", "mail"]
delivery = "digest"
severity = "critical"
"""
START = pd.Timestamp("2026-01-01")
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def log(days, rows=120):
    rng = np.random.default_rng(5)
    number = np.repeat(np.arange(days), rows)
    score = rng.random(len(number)).round(4)
    at = START + pd.to_timedelta(number * 1440 + np.tile(np.arange(rows), days) * 10, unit="min")
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(len(number))], "predicted_at": at, "score": score})
    label = (rng.random(len(number)) < score).astype(int)
    labels = pd.DataFrame({"id": frame["id"], "label": label, "labelled_at": at + pd.Timedelta(hours=3)})
    return frame, labels, number


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store of 36 days without the 33rd; on the last six labels contradict the scores, until corrected."""
    folder = tmp_path_factory.mktemp("alerts")
    frame, labels, number = log(36)
    wrong = labels.assign(label=np.where(number >= 30, 1 - labels["label"], labels["label"]))
    kept = number != 32
    late = labels[(number >= 30) & kept].assign(
        labelled_at=lambda one: one["labelled_at"] + pd.Timedelta(hours=2)
    )
    frame[kept].to_parquet(folder / "log.parquet")
    wrong[kept].to_parquet(folder / "labels.parquet")
    late.to_parquet(folder / "late.parquet")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(TOML)
        store.ingest("m", folder / "log.parquet")
        store.ingest("m", folder / "labels.parquet", "labels")
    shutil.copy(folder / "lookout.duckdb", folder / "evaluated.duckdb")
    with Store.open(folder / "evaluated.duckdb") as store:
        assert [event for _, event in evaluate(store, "m", NOW)] == ["opened"]
    return folder


def opened(made, tmp_path, name):
    for path in (made / f"{name}.duckdb", made / "late.parquet"):
        shutil.copy(path, tmp_path)
    return Store.open(tmp_path / f"{name}.duckdb")


@pytest.fixture
def fresh(made, tmp_path):
    """A store whose rules were not evaluated yet."""
    with opened(made, tmp_path, "lookout") as store:
        yield store


@pytest.fixture
def store(made, tmp_path):
    """A store with an open incident: a loss, and in it a day without rows."""
    with opened(made, tmp_path, "evaluated") as store:
        yield store


def state(store):
    found = {}
    for row in incidents.kept(store, "m"):
        for one in json.loads(row.content):
            found[one["rule"]] = row.state
    return found


def test_an_evaluation_opens_incidents_and_the_same_again_changes_nothing(store):
    (row,) = incidents.kept(store, "m")
    assert row.state == "open"
    assert row.severity == "critical"
    assert row.onset == dt.datetime(2026, 1, 31)
    rules = {one["rule"]: one for one in json.loads(row.content)}
    assert rules["no rows"]["onset"] == rules["no rows"]["last"] == "2026-02-02T00:00:00"
    assert rules["no rows"]["ended"] == "2026-02-03T00:00:00"
    assert evaluate(store, "m", NOW) == []
    assert len(deliveries.listed(store)) == 2


def test_late_labels_withdraw_what_they_refute_and_say_so(fresh, tmp_path):
    store = fresh
    store.add(TOML[: TOML.rindex("[[alerts]]")])
    evaluate(store, "m", NOW)
    assert state(store)["loss"] == "open"
    store.ingest("m", tmp_path / "late.parquet", "labels")
    events = evaluate(store, "m", NOW + dt.timedelta(hours=1))
    assert [event for _, event in events] == ["withdrawn"]
    assert state(store)["loss"] == "withdrawn"
    newest = deliveries.listed(store, "m")[0]
    assert newest.kind == "withdrawn"
    assert "no longer supports it" in newest.body
    kinds = [entry.kind for entry in incidents.history(store, "m")]
    assert kinds == ["opened", "withdrawn"]


def test_a_channel_gets_one_message_at_once_and_the_digest_waits_for_the_morning(store, hook, mails):
    url, got, _ = hook
    port, letters = mails
    known = {
        "ops": Channel("ops", "webhook", url, "key"),
        "mail": Channel("mail", "mailto", f"mailto://127.0.0.1:{port}?from=a@b.org&to=c@d.org&mode=insecure"),
    }
    assert deliver(store, known, NOW).sent == 1
    assert deliver(store, known, NOW).sent == 0
    (message,) = [json.loads(body) for _, body in got]
    assert message["events"] == [
        {"event": "opened", "incident": 1, "model": "m", "subject": message["subject"]}
    ]
    assert "loss: red from 31 Jan 2026" in message["body"]
    assert not letters
    assert deliver(store, known, NOW + dt.timedelta(hours=20)).sent == 1
    assert len(letters) == 1


def test_two_who_deliver_at_once_send_a_message_once(store):
    (one,) = deliveries.due(store, NOW)
    assert [each.number for each in deliveries.claim(store, [one], NOW)] == [one.number]
    assert deliveries.claim(store, [one], NOW) == []


def test_what_fails_is_tried_again_at_longer_intervals_and_given_up_in_the_end(store, hook):
    url, got, answers = hook
    answers += [500] * 20
    known = {"ops": Channel("ops", "webhook", url, "key")}
    at = NOW
    for attempt in range(1, deliveries.MOST + 1):
        assert deliver(store, known, at).failed >= 1
        (one,) = [each for each in deliveries.listed(store, "m") if each.channel == "ops"]
        assert one.attempts == attempt
        if attempt < deliveries.MOST:
            assert one.state == "waiting"
            assert one.next_at == at + deliveries.pause(attempt)
            assert deliver(store, known, one.next_at - dt.timedelta(seconds=1), "other").failed == 0
            at = one.next_at
    assert (one.state, one.error) == ("dead", "the receiver answered 500")
    numbers = {headers["Lookout-Delivery"] for headers, _ in got}
    assert len(got) == deliveries.MOST
    assert len(numbers) == 1
    answers.clear()
    deliveries.retry(store, one.number)
    deliver(store, known)
    assert [each.state for each in deliveries.listed(store, "m") if each.channel == "ops"] == ["sent"]


def test_a_message_for_a_channel_that_is_not_set_up_waits_with_a_reason(store):
    said = deliver(store, {}, NOW)
    assert said.errors == ("ops: no channel is called 'ops'",)


def test_a_test_message_says_at_once_whether_a_channel_works(fresh, hook):
    store = fresh
    url, got, answers = hook
    known = {"ops": Channel("ops", "webhook", url, "key")}
    assert tried(store, "m", "ops", known) == ""
    assert json.loads(got[0][1])["subject"] == "[Lookout] test of ops"
    answers.append(500)
    assert tried(store, "m", "ops", known) == "the receiver answered 500"
    assert tried(store, "m", "mail", known) == "no channel is called 'mail'"
    assert [one.state for one in deliveries.listed(store, "m")] == ["dead", "dead", "sent"]


def test_the_command_says_what_waits_and_forgets_what_is_in_hand(store):
    found = commands.answer(store, "alerts", {"model": "m", "quiet": True})
    assert (found.code, found.stderr) == (1, "")
    assert "m: 1 open of 1 incidents" in found.stdout
    assert "waits   red since 31 Jan 2026: loss and no rows" in found.stdout
    incidents.act(store, Entry(1, "m", "acknowledged", "Ada"))
    found = commands.answer(store, "alerts", {"model": "m", "quiet": True, "format": "json"})
    assert found.code == 0
    (row,) = json.loads(found.stdout)
    assert (row["status"], row["reason"], row["value"]) == ("red", "incident_open", 1.0)
    assert commands.answer(store, "alerts", {"model": "nobody"}).code == 2


def test_a_thread_evaluates_each_version_of_the_data_once_however_often_it_looks(fresh, monkeypatch):
    thread = AlertThread(fresh)
    thread.look()
    thread.look()
    assert (thread.state.evaluations, thread.state.failing) == (1, ())
    assert [row.state for row in incidents.kept(fresh, "m")] == ["open"]
    thread.start()
    thread.stop()
    assert not thread._thread.is_alive()


def test_a_model_that_cannot_be_evaluated_is_told_until_it_can_be(fresh, tmp_path, monkeypatch):
    def broken(store, name):
        raise RuntimeError("a bug")

    told = thread_module.evaluate
    monkeypatch.setattr(thread_module, "evaluate", broken)
    one = AlertThread(fresh)
    one.look()
    one.look()
    assert (one.state.evaluations, one.state.failing) == (0, (("m", "RuntimeError: a bug"),))
    monkeypatch.setattr(thread_module, "evaluate", told)
    fresh.ingest("m", tmp_path / "late.parquet", "labels")
    one.look()
    assert (one.state.evaluations, one.state.failing) == (1, ())


def test_nobody_is_told_of_a_snoozed_incident(store, tmp_path):
    with pytest.raises(Refused, match="lies ahead"):
        incidents.act(store, Entry(1, "m", "snoozed", "Ada", until=NOW - dt.timedelta(days=900)))
    future = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    incidents.act(store, Entry(1, "m", "snoozed", "Ada", until=future))
    before = len(deliveries.listed(store))
    store.ingest("m", tmp_path / "late.parquet", "labels")
    assert evaluate(store, "m", dt.datetime.now(dt.UTC))
    assert len(deliveries.listed(store)) == before


def test_what_is_done_about_an_incident_is_kept_with_its_person_and_nonsense_is_refused(store):
    incidents.act(store, Entry(1, "m", "acknowledged", " Ada ", "looking"))
    (entry,) = [one for one in incidents.history(store, "m") if one.author]
    assert (entry.kind, entry.author, entry.note) == ("acknowledged", "Ada", "looking")
    for entry, words in (
        (Entry(9, "m", "acknowledged"), "no incident 9"),
        (Entry(1, "m", "note", note="  "), "says something"),
        (Entry(1, "m", "closed"), "not 'closed'"),
    ):
        with pytest.raises(Refused, match=words):
            incidents.act(store, entry)


def test_a_rule_taken_out_closes_its_incident_and_a_removed_model_leaves_nothing(store):
    store.add(
        TOML[: TOML.index("[[alerts]]")].replace('clock = "last row"', 'clock = "last row"\nalerts = []')
    )
    assert [event for _, event in evaluate(store, "m", NOW)] == ["retired"]
    store.remove("m")
    assert not incidents.kept(store, "m")
    assert not deliveries.listed(store)


def test_nobody_is_told_of_history_when_a_rule_is_new(fresh):
    store = fresh
    with_default = TOML[: TOML.index("[[alerts]]")]
    rule = '[[alerts]]\nname = "no rows"\ncondition = "zero_volume"\nchannels = ["ops"]\n'
    store.add(with_default + rule)
    assert [event for _, event in evaluate(store, "m", NOW)] == ["opened"]
    assert [row.state for row in incidents.kept(store, "m")] == ["closed"]
    assert not deliveries.listed(store)


def test_a_private_feature_is_named_in_no_message():
    model = parse(f'{TOML}[features.income]\nprivate = true\ntitle = "Income"\n')
    calm = health.Report(model, NOW, "red", "", None, (), (), (), None)
    assert "Income" not in told(model, dataclasses.replace(calm, sentence="red: Income drifts"))
    assert told(model, dataclasses.replace(calm, sentence="fine")) == "fine"
