"""Rules and incidents as functions of courses: when they fire, what belongs together, what is taken back."""

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.alerts import Kept, Rule, diagnosed, fired, found, grouped, reconciled, replayed
from monitoring.alerts.courses import course, without
from monitoring.alerts.messages import reason
from monitoring.models import ModelError, parse
from monitoring.statistics.severity import persistent

DAYS = [dt.datetime(2026, 1, 1) + dt.timedelta(days=number) for number in range(60)]
DAY = dt.timedelta(days=1)
HEAD = 'name = "m"\ntask = "binary"\n'
CODES = st.lists(st.integers(-1, 2), min_size=1, max_size=40)


def of(codes):
    return course(dict(zip(DAYS, codes, strict=False)))


def known(codes, rule, state="open"):
    (one,) = found([rule], {rule.name: of(codes)}, DAY)
    return Kept(1, one, state)


BREACH = Rule(name="r", signal="drift")


def test_a_single_bad_chunk_fires_nothing_and_a_second_within_three_does():
    assert not fired(BREACH, of([0, 0, 2, 0, 0]))
    (one,) = fired(BREACH, of([0, 0, 2, 0, 1, 0, 0]))
    assert (one.onset, one.confirmed, one.ended) == (DAYS[2], DAYS[4], DAYS[5])


def test_a_gap_neither_begins_nor_ends_anything():
    (one,) = fired(BREACH, of([0, 2, 2, -1, -1, -1]))
    assert one.ended is None
    assert one.last == DAYS[2]
    assert not fired(BREACH, of([-1, -1, -1]))


def test_what_watches_one_thing_of_its_own_fires_at_once():
    (one,) = fired(Rule(name="r", condition="zero_volume"), of([0, 0, 2]))
    assert one.onset == one.confirmed == DAYS[2]


def test_a_change_of_colour_fires_in_its_chunk_whichever_way_it_goes():
    rule = Rule(name="r", condition="status_change", signal="drift")
    assert [one.onset for one in fired(rule, of([0, 2, 2, -1, 0, 0]))] == [DAYS[1], DAYS[4]]


@given(CODES)
@settings(max_examples=30, deadline=None)
def test_firings_never_overlap_and_cover_exactly_the_chunks_in_which_the_rule_holds(codes):
    firings = fired(BREACH, of(codes))
    lasting = persistent(np.array(codes), 2, 3)
    held = [DAYS[i] for i, code in enumerate(lasting) if code >= 1 and codes[i] >= 0]
    assert sum(one.chunks for one in firings) == len(held)
    assert all(any(one.confirmed <= key <= one.last for one in firings) for key in held)
    for one, after in itertools.pairwise(firings):
        assert one.ended is not None
        assert one.last < one.ended <= after.confirmed


@given(CODES, st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_a_stricter_rule_never_holds_where_a_laxer_one_does_not(codes, needed):
    lax, strict = (Rule(name="r", signal="drift", needed=n, last=4) for n in (needed, needed + 1))
    wide = {key for one in fired(lax, of(codes)) for key in DAYS if one.confirmed <= key <= one.last}
    assert all(one.confirmed in wide for one in fired(strict, of(codes)))


def test_rules_that_begin_together_are_one_incident_with_the_worst_severity():
    rules = [BREACH, Rule(name="s", signal="performance", severity="critical")]
    courses = {"r": of([0, 2, 2, 2, 0, 0]), "s": of([0, 0, 2, 2, 2, 2])}
    (one,) = found(rules, courses, DAY)
    assert one.rules == ("r", "s")
    assert one.severity == "critical"
    assert one.ended is None


def test_an_evaluation_of_the_same_data_changes_nothing():
    kept = known([0, 2, 2, 2], BREACH)
    assert not reconciled([kept], [kept.incident], {"r": of([0, 2, 2, 2])}, [BREACH])


def test_late_labels_that_take_the_ground_away_withdraw_an_incident():
    kept = known([0, 2, 2, 0, 0], BREACH, "closed")
    (change,) = reconciled([kept], [], {"r": of([0, 0, 0, 0, 0])}, [BREACH])
    assert (change.event, change.state) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize("now", [None, of([0, -1, -1, 0, 0])])
def test_what_can_no_longer_be_judged_is_not_withdrawn(now):
    kept = known([0, 2, 2, 0, 0], BREACH, "open")
    assert not reconciled([kept], [], {"r": now}, [BREACH])


def test_what_was_only_partly_refuted_stays():
    kept = known([0, 2, 2, 2, 0, 0], BREACH, "closed")
    assert not reconciled([kept], [], {"r": of([0, 0, -1, -1, 0, 0])}, [BREACH])
    assert reconciled([kept], [], {"r": of([0, 0, 0, -1, 0, 0])}, [BREACH])


def test_an_incident_that_loses_one_of_its_rules_is_narrowed_and_says_which():
    rules = [BREACH, Rule(name="s", signal="performance")]
    (one,) = found(rules, {"r": of([0, 2, 2, 2]), "s": of([0, 2, 2, 2])}, DAY)
    (less,) = found(rules, {"r": of([0, 2, 2, 2]), "s": of([0, 0, 0, 0])}, DAY)
    (change,) = reconciled([Kept(1, one, "open")], [less], {}, rules)
    assert (change.event, change.state) == ("narrowed", "open")
    assert reason(change).startswith("s: what is known now, for instance late labels, no longer")


def test_an_incident_whose_rule_was_removed_is_closed_and_not_withdrawn():
    kept = known([0, 2, 2], BREACH)
    (change,) = reconciled([kept], [], {}, [])
    assert (change.event, change.state) == ("retired", "closed")


def test_a_withdrawn_incident_that_comes_back_is_opened_again_under_its_number():
    kept = known([0, 2, 2], BREACH, "withdrawn")
    (change,) = reconciled([kept], [kept.incident], {"r": of([0, 2, 2])}, [BREACH])
    assert (change.event, change.kept.number, change.state) == ("reopened", 1, "open")


def test_an_incident_keeps_its_number_when_late_labels_move_its_onset():
    kept = known([0, 0, 2, 2, 2], BREACH)
    moved = found([BREACH], {"r": of([0, 2, 2, 2, 2, 0, 0])}, DAY)
    (change,) = reconciled([kept], moved, {"r": of([0, 2, 2, 2, 2, 0, 0])}, [BREACH])
    assert (change.event, change.kept.number) == ("closed", 1)
    assert change.incident.onset == DAYS[1]


def test_a_replay_tells_what_is_gained_and_what_is_lost():
    seen = of([0, 1, 1, 0, 0, 0, 2, 2, 0, 0, 0])
    red = Rule(name="r", signal="drift", status="red")
    tried = replayed(BREACH, red, seen, seen)
    assert (len(tried.before), len(tried.after)) == (2, 1)
    assert [one.onset for one in tried.lost] == [DAYS[1]]
    assert not tried.gained
    assert not replayed(None, red, None, None).after


def test_nothing_fires_inside_the_reference():
    inside = without(of([2, 2, 2, 2, 0, 0]), DAYS[0], DAYS[4])
    assert not fired(BREACH, inside)


def test_a_rule_that_people_find_unhelpful_or_that_flaps_is_named_noisy():
    once = Rule(name="r", signal="drift", needed=1, last=1)
    firings = fired(once, of([0, 1, 0, 1, 0, 1, 0, 1, 0]))
    kept = [Kept(number, grouped([one], [once], DAY)[0], "closed") for number, one in enumerate(firings, 1)]
    noise = diagnosed([once], kept, {1, 2}, {1, 2, 3}, DAY)["r"]
    assert (noise.incidents, noise.unhelpful, noise.helpful, noise.short, noise.flaps) == (4, 2, 1, 4, 3)
    assert "2 of 3 judged incidents were unhelpful" in noise.words
    assert "2 of the last 3 chunks, or fire at red only" in noise.words
    assert not diagnosed([once], kept[:1], set(), {1}, DAY)["r"].words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[alerts]]\nname = "a"\nneeded = 3\nlast = 2\nsignal = "drift"', "which cannot be"),
        ('[[alerts]]\nname = "a"\n[[alerts]]\nname = "a"', "two rules are called 'a'"),
        ('[[alerts]]\nname = "a"\nsignal = "drift"\nsegment = "city=Oslo"', r"none of \[segments\] columns"),
        ('[[alerts]]\nname = "a"\ncondition = "freshness"\nsignal = "drift"', "watches no other signal"),
        ('[[alerts]]\nname = "a"\ncolour = "red"', "unknown key"),
        ('[[alerts]]\nname = "a"\nchannels = ["https://hooks"]', "alerts.0.channels.0"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_words(text, words):
    with pytest.raises(ModelError, match=words):
        parse(HEAD + text)


def test_a_model_without_rules_has_the_usual_ones_and_an_empty_list_has_none():
    assert parse(HEAD).alert_rules
    assert parse(f"{HEAD}alerts = []\n").alert_rules == ()
