"""What rules look at, read from a store: every condition and signal, against what Health says of the same."""

import datetime as dt
from typing import get_args

import numpy as np
import pytest

from monitoring import drift, health, review
from monitoring.alert_rules import COLOURED, WHOLE, Condition, Watched
from monitoring.alerts import Rule, Watch, fired
from monitoring.health.ribbons import ribbon
from monitoring.statistics.severity import NAMES
from monitoring.store import Store, cases, trials, verdicts
from tests.pages.performance_logs import description
from tests.pages.test_shadow import VERSIONS, versions
from tests.store.scored_logs import take


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    """A model of two versions and a segment column, with labels, a reference and a registered trial."""
    path = tmp_path_factory.mktemp("watched") / "lookout.duckdb"
    log, told = versions()
    with Store.open(path) as store:
        store.add(description("binary").replace("[reference]", f"{VERSIONS}[reference]"))
        take(store, path.parent, log, "predictions")
        take(store, path.parent, told, "labels")
        trials.register(store, trials.Trial("m", "one", "two", "brier", 0.005, 1000, 9000))
        review.fill(store, "m", days=10)
        model = store.model("m")
        yield Watch(store, model, store.now(model))


def test_every_condition_and_every_signal_can_be_read(watch):
    rules = [Rule(name="r", condition=one) for one in get_args(Condition) if one not in COLOURED]
    rules += [Rule(name="r", signal=one) for one in get_args(Watched) if one != "outliers"]  # too few rows
    rules += [
        Rule(name="r", signal=one, segment="city=Oslo") for one in get_args(Watched) if one not in WHOLE
    ]
    for rule in rules:
        found = watch.course(rule)
        assert found is not None, rule
        assert (found.codes >= 0).any(), rule
        assert list(found.keys) == sorted(set(found.keys)), rule
        fired(rule, found)


def test_a_case_that_waits_for_more_than_a_week_breaches_until_somebody_decides(watch):
    rule = Rule(name="r", condition="backlog")
    found = watch.course(rule)
    first = min(day for day, _ in cases.waiting(watch.store, "m"))
    start = dt.datetime.combine(first, dt.time())
    late = [key for key, code in zip(found.keys, found.codes, strict=True) if NAMES[code] == "amber"]
    assert late[0] == start + dt.timedelta(days=8)
    assert late[-1] == found.keys[-1]
    old = [
        one for one in cases.listed(watch.store, "m", state="open", most=9999) if one.day <= late[-1].date()
    ]
    for case in old:
        verdicts.give(watch.store, "m", case.number, verdicts.Opinion("unsure", author="Ada"), 0)
    again = Watch(watch.store, watch.model, watch.at).course(rule)
    assert NAMES[again.codes[-1]] == "green"
    assert again.codes[:-1].tolist() == found.codes[:-1].tolist(), "what was late stays so in the past"


def test_the_course_of_the_model_is_the_ribbon_of_health_outside_the_reference(watch):
    store, model = watch.store, watch.model
    judged = health.assessed(store, model, watch.at)
    served = health.served(store, model, health.outputs(store, model, watch.at), watch.at)
    checked = health.sound(store, model, watch.at)
    data = ribbon(model, judged, drift.signal(judged), store.volume("m"), served, checked)
    told = dict(zip([key.start for key in judged.keys], data["status"], strict=True))
    found = watch.course(Rule(name="r"))
    for key, code in zip(found.keys, found.codes, strict=True):
        assert NAMES[code] in (told[key], "grey"), key
    assert (found.codes >= 0).sum() > 5


def test_a_segment_is_another_course_than_all_rows(watch):
    whole, part = (
        watch.course(Rule(name="r", signal="performance", segment=one)) for one in ("", "city=Oslo")
    )
    assert whole is not part
    assert len(whole) == len(part)


def test_a_verdict_on_a_shadow_fires_once_it_is_there_and_holds(watch):
    (one,) = fired(
        Rule(name="r", condition="shadow_verdict"), watch.course(Rule(name="r", condition="shadow_verdict"))
    )
    assert one.ended is None
    assert one.worst == "red", "the second version is worse"


def test_freshness_tells_late_data_at_the_end_of_each_chunk_and_now(watch):
    calm = watch.course(Rule(name="r", condition="freshness"))
    late = Watch(watch.store, watch.model, watch.at + dt.timedelta(days=3))
    found = late.course(Rule(name="r", condition="freshness"))
    assert not (calm.codes > 0).any()
    assert found.codes.tolist() == [*calm.codes, *found.codes[len(calm) :]]
    assert found.codes[-1] == 2
    empty = late.course(Rule(name="r", condition="zero_volume"))
    assert np.flatnonzero(empty.codes == 2).tolist() == [len(calm), len(calm) + 1]


def test_a_trial_that_was_decided_is_no_news_any_more(watch):
    rule = Rule(name="r", condition="shadow_verdict")
    before = watch.course(rule)
    assert NAMES[before.codes[-1]] == "red", "the second version is worse"
    trials.decide(watch.store, trials.Decision("m", "one", "two", "stop", "it is worse"))
    after = Watch(watch.store, watch.model, watch.at).course(rule)
    assert NAMES[after.codes[-1]] == "green"
    assert after.codes[:-1].tolist() == before.codes[:-1].tolist()
