"""A shadow that is promoted serves from an instant on, and what was said of earlier days stays."""

import datetime as dt

import numpy as np
import pytest

from monitoring import events, health, performance, shadow
from monitoring.editing import with_promotion
from monitoring.models import ModelError, parse
from monitoring.store import Refused, trials
from monitoring.windows import UTC
from tests.shadow.conftest import PARTS, description, logs
from tests.store.scored_logs import take

AT = dt.datetime(2026, 1, 21, tzinfo=UTC)
PROMOTE = trials.Decision("m", "one", "two", "promote", "it is better", "two is better", "Ada")
THREE = description("binary").replace('shadows = ["two"]', 'shadows = ["two", "three"]')


def test_a_promotion_exchanges_roles_and_keeps_everything_else_of_the_file():
    text = description("binary").replace('champion = "one"', 'champion = "one"  # since May')
    edited = with_promotion(text, "two", AT)
    versions = parse(edited).versions
    assert (versions.champion, versions.shadows) == ("two", ("one",))
    assert [versions.serving(AT - dt.timedelta(seconds=1)), versions.serving(AT)] == ["one", "two"]
    assert 'champion = "two"  # since May' in edited
    back = parse(with_promotion(edited, "one", AT + dt.timedelta(days=1))).versions
    assert [name for name, _, _ in back.terms()] == ["one", "two", "one"]
    assert (back.champion, back.champions, back.first) == ("one", ("one", "two"), "one")


@pytest.mark.parametrize(
    ("version", "days", "said"),
    [("two", 1, "serves already"), ("one", 0, "choose a later instant"), ("one", -1, "choose a later")],
)
def test_a_promotion_that_makes_no_sense_is_refused_in_words(version, days, said):
    text = with_promotion(description("binary"), "two", AT)
    with pytest.raises(ModelError, match=said):
        with_promotion(text, version, AT + dt.timedelta(days=days))


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (
            '[{champion = "a", until = 2026-02-01T00:00:00Z},'
            ' {champion = "c", until = 2026-01-01T00:00:00Z}]',
            "too early",
        ),
        ('[{champion = "one", until = 2026-02-01T00:00:00Z}]', "follows itself"),
        ('[{champion = "a", until = 2026-02-01T00:00:00}]', "timezone"),
        ('[{champion = "", until = 2026-02-01T00:00:00Z}]', "at least 1 character"),
    ],
)  # fmt: skip
def test_a_history_of_roles_that_makes_no_sense_is_an_error_that_names_its_key(served, said):
    text = description("binary").replace('shadows = ["two"]', f'shadows = ["two"]\nserved = {served}')
    with pytest.raises(ModelError, match=f"versions.*{said}"):
        parse(text)


def test_what_was_said_of_earlier_days_stays_when_another_version_serves(both):
    store, _ = both("binary")
    early = AT - dt.timedelta(days=2)
    before = store.model("m")
    then = health.report(before, None, None, store.volume("m"), early, health.outputs(store, before, early))
    trials.promote(store, PROMOTE, AT)
    after = store.model("m")
    assert after.versions.champion == "two"
    assert performance.material(store, "m").version == "two"
    assert performance.material(store, "m", known_at=early).version == "one"
    now = health.report(after, None, None, store.volume("m"), early, health.outputs(store, after, early))
    assert [one.sentence for one in now.signals] == [one.sentence for one in then.signals]
    assert (
        shadow.read(store, "m", "one").rows.sum() == shadow.read(store, "m", "two", champion="one").rows.sum()
    )


def test_every_day_is_coloured_by_the_version_that_served_on_it(filled):
    one, two, told = logs("binary", days=40)
    late = two["predicted_at"] >= "2026-01-21"
    two.loc[late, "score"] = 1 - two.loc[late, "score"]  # it breaks on the day on which it would be promoted
    store = filled("binary", ("predictions", one), ("predictions", two), ("labels", told))

    def ribbon():
        model = store.model("m")
        found = health.assessed(store, model)
        served = health.served(store, model, health.outputs(store, model))
        data = health.ribbon(model, found, None, store.volume("m"), served)
        return data["status"].to_numpy()[:-1]  # the last day may not be over

    healthy = ribbon()
    assert "red" not in healthy
    trials.promote(store, PROMOTE, AT)
    promoted = ribbon()
    assert np.array_equal(promoted[:20], healthy[:20])
    assert (promoted[20:] == "red").mean() > 0.8


def test_a_row_without_a_version_is_that_of_the_version_that_served_when_it_was_predicted(filled):
    one, _, _ = logs("binary")
    rows = one.drop(columns="version")
    early, late = rows[rows["predicted_at"] < "2026-01-25"], rows[rows["predicted_at"] >= "2026-01-25"]
    store = filled("binary", ("predictions", early[early["id"] != "r3"]))
    trials.promote(store, PROMOTE, AT)
    take(store, store.path.parent, rows[rows["id"].isin(["r3", *late["id"]])], "predictions")
    volume = store.volume("m").groupby("version")["n"].sum()
    assert volume["one"] == len(early), "what was logged keeps its version, and a late row joins it"
    assert volume["two"] == len(late)


def test_a_promoted_version_is_compared_with_the_shadows_that_were_not(filled):
    one, two, told = logs("binary", days=10)
    files = [("predictions", frame) for frame in (one, two, two.assign(version="three"))]
    store = filled("binary", *files, ("labels", told))
    store.add(THREE)
    with pytest.raises(shadow.NoPairsError):
        shadow.read(store, "m", "three", champion="two")
    trials.promote(store, PROMOTE, dt.datetime(2026, 1, 10, tzinfo=UTC))
    assert store.model("m").versions.shadows == ("one", "three")
    found = shadow.read(store, "m", "three")
    assert (found.champion, found.rows.sum()) == ("two", len(two))
    assert shadow.read(store, "m", "three", champion="one").rows.sum() == len(one), "that history stays"


def test_a_trial_ends_with_its_decision_and_a_new_one_may_begin(both):
    store, _ = both("binary")
    terms = trials.Trial("m", "one", "two", "brier", 0.01, 1000, 5000)
    registered = trials.register(store, terms)
    assert trials.ended(registered, trials.decisions(store, "m")) is None

    def told():
        model = store.model("m")
        return [one.name for one in health.trying(store, model, health.outputs(store, model))]

    assert told() == ["shadow"]
    trials.decide(store, trials.Decision("m", "one", "two", "extend", "more rows"))
    assert told() == ["shadow"]
    trials.decide(store, trials.Decision("m", "one", "two", "stop", "too slow"))
    ended = trials.ended(registered, trials.decisions(store, "m"))
    assert ended is not None
    assert ended.reason == "too slow"
    assert told() == []
    trials.register(store, terms)
    assert told() == ["shadow"]


def test_only_a_decision_to_promote_with_a_reason_lets_another_version_serve(both):
    store, _ = both("binary")
    text = store.toml("m")
    for decision, said in (
        (trials.Decision("m", "one", "two", "stop", "worse"), "only a decision to promote"),
        (trials.Decision("m", "one", "two", "promote", " "), "say why"),
    ):
        with pytest.raises(Refused, match=said):
            trials.promote(store, decision, AT)
    assert store.toml("m") == text
    assert trials.decisions(store, "m") == []


def test_events_tell_who_came_who_serves_and_what_was_decided_in_the_datas_own_time(both):
    store, _ = both("binary")
    trials.promote(store, PROMOTE, AT)
    model = store.model("m")
    found = events.events(store, model, store.volume("m"))
    assert [one.kind for one in found] == [
        "deploy", "deploy", "reference", "reference", "promotion", "decision",
    ]  # fmt: skip
    served = next(one for one in found if one.kind == "promotion")
    assert (served.at, served.title) == (AT, "two serves")
    assert "before it one" in served.words
    decided = found[-1]
    assert decided.words == "two: decided to promote by Ada: it is better"
    assert decided.at == store.now(model), "the clock of the demo stands at its last row"
    assert {one.words for one in found if one.kind == "deploy"} == {
        "first prediction of one (champion)", "first prediction of two (shadow)",
    }  # fmt: skip


def test_a_reference_file_stays_that_of_the_version_that_served_first(tmp_path, filled):
    one, two, told = logs("binary", days=12)
    store = filled("binary", ("predictions", one), ("predictions", two), ("labels", told))
    file = tmp_path / "reference.parquet"
    one.drop(columns="version").assign(label=told["label"]).to_parquet(file)
    text = description("binary").split("[reference]")[0] + f'[reference]\nfile = "{file.name}"\n'
    assert "[reference]" in PARTS
    store.add(text, folder=tmp_path)
    before = performance.material(store, "m", version="one").filed
    assert before is not None
    trials.promote(store, PROMOTE, AT)
    assert performance.material(store, "m", version="one").filed is not None
    assert performance.material(store, "m", version="two").filed is None
