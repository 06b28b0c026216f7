"""Replay: what other limits would have changed, and that counts are those of the signal."""

import datetime as dt

import numpy as np
import pytest

from monitoring import drift
from monitoring.models import parse
from monitoring.statistics.severity import AMBER, GREY
from monitoring.windows import Window

START = dt.datetime(2013, 3, 1)
DAY = dt.timedelta(days=1)


def limited(exclude=(), **limits):
    """A model in which ``x`` is important, so that amber colours it."""
    rules = "".join(f"{name} = {value}\n" for name, value in limits.items())
    head = f'name = "m"\ntask = "binary"\nstar = ["x"]\nexclude = {list(exclude)}\n'
    return parse(f'{head}[features.x]\ntitle = "Ex"\n[limits]\n{rules}')


@pytest.fixture
def cubes(make_cubes, rng):
    """A moderate move of one feature of four for ten days, and a large one later."""

    def days(*moves):
        place = np.zeros(90)
        for first, stop, by in moves:
            place[first:stop] = by
        return [rng.normal(by, 1.0, size=1000) for by in place]

    moves = {"x": ((40, 50, 0.45), (70, 80, 2.0)), "y": ((70, 80, 2.0),)}
    return make_cubes({name: days(*moves.get(name, ())) for name in ("x", "y", "p", "q", "r")})


def assessed(cubes, march, **limits):
    return drift.assess(cubes, limited(**limits), reference=march, method="psi")


def count(assessment, window=None):
    colours = drift.signal(assessment)
    inside = [window is None or window.holds(key.start) for key in assessment.keys]
    return int(((colours.model >= AMBER) & inside).sum()), int(((colours.model > GREY) & inside).sum())


def test_nothing_changed_changes_nothing(cubes, march):
    one = assessed(cubes, march)
    found = drift.replay(one, assessed(cubes, march))
    assert found.before == found.after != ()
    assert (found.gained, found.lost) == ((), ())
    assert found.fired_before == found.fired_after == count(one)[0] > 0
    assert found.judged == count(one)[1]


def test_raising_the_floor_loses_the_small_incident_and_keeps_the_large_one(cubes, march):
    before, after = assessed(cubes, march), assessed(cubes, march, drift_floor=0.5)
    found = drift.replay(before, after)
    assert [one.start for one in found.before] == [START + 41 * DAY, START + 71 * DAY]
    assert [one.start for one in found.lost] == [START + 41 * DAY]
    assert found.gained == ()
    assert len(found.after) == 1
    assert (found.fired_before, found.fired_after) == (count(before)[0], count(after)[0])
    assert found.fired_after < found.fired_before


def test_lowering_the_floor_again_gains_what_was_lost(cubes, march):
    high, low = assessed(cubes, march, drift_floor=0.5), assessed(cubes, march)
    there, back = drift.replay(low, high), drift.replay(high, low)
    assert back.gained == there.lost
    assert back.lost == there.gained == ()
    assert (back.before, back.after) == (there.after, there.before)


def test_fewer_false_alarms_cannot_fire_more_often(cubes, march):
    fired = [
        drift.replay(assessed(cubes, march), assessed(cubes, march, false_alarms=share)).fired_after
        for share in (0.2, 0.05, 0.01, 0.001)
    ]
    assert fired == sorted(fired, reverse=True)


def test_counts_are_those_of_the_signal_and_of_the_incidents(cubes, march):
    assessment = assessed(cubes, march)
    colours = drift.signal(assessment)
    found = drift.incidents(assessment, colours)
    loud = {key.start for key, code in zip(assessment.keys, colours.model, strict=True) if code >= AMBER}
    told = [one.start + i * DAY for one in found for i in range(one.chunks)]
    assert sorted(told) == sorted(loud)
    assert all(one.stop == one.start + one.chunks * DAY for one in found)
    assert found == sorted(found, key=lambda one: one.start)
    for one in found:
        codes = [
            c
            for key, c in zip(assessment.keys, colours.model, strict=True)
            if one.start <= key.start < one.stop
        ]
        assert one.worst == ("red" if max(codes) == 2 else "amber")


def test_an_incident_names_the_features_that_drifted_the_longest_first(cubes, march):
    small, large = drift.incidents(assessed(cubes, march))
    assert small.features == ("Ex",)
    assert set(large.features) == {"Ex", "y"}
    alone = drift.incidents(assessed(cubes, march, exclude=["y"]))
    assert alone[-1].features == ("Ex",)


def test_windows_are_respected(cubes, march):
    before, after = assessed(cubes, march), assessed(cubes, march, drift_floor=0.5)
    late = Window(START + 60 * DAY, START + 200 * DAY)
    found = drift.replay(before, after, late)
    assert (found.lost, found.gained) == ((), ())
    assert all(one.start >= late.start for one in (*found.before, *found.after))
    assert (found.fired_before, found.judged) == count(before, late)
    cut = Window(START + 44 * DAY, START + 46 * DAY)
    inside = drift.replay(before, after, cut)
    assert [(one.start, one.stop, one.chunks) for one in inside.before] == [(cut.start, cut.stop, 2)]
    assert inside.lost == inside.before
    nothing = drift.replay(before, after, Window(START - 9 * DAY, START))
    assert nothing == drift.Replay(0, 0, 0, (), (), (), ())


def test_a_model_without_chunks_has_no_incidents(cubes, march):
    early = drift.assess(cubes, limited(), reference=march, as_of=dt.datetime(2013, 1, 1, tzinfo=dt.UTC))
    assert drift.incidents(early) == []
    assert drift.replay(early, early) == drift.Replay(0, 0, 0, (), (), (), ())


def test_an_incident_that_moves_by_days_is_neither_gained_nor_lost(cubes, march):
    before, after = assessed(cubes, march), assessed(cubes, march, drift_floor=0.05)
    found = drift.replay(before, after)
    assert (found.gained, found.lost) == ((), ())
    assert len(found.before) == len(found.after) == 2
