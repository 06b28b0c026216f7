"""Features whose drift began at about the same time belong together, others do not."""

import datetime as dt

import numpy as np
import pytest

from monitoring import drift

START = dt.datetime(2013, 3, 1)
DAY = dt.timedelta(days=1)


def stepped(rng, at, days=75, by=1.2):
    return [rng.normal(by if i >= at else 0.0, 1.0, size=300) for i in range(days)]


def groups(assessment, names, **more):
    return [[name for name, _ in group] for group in drift.together(assessment, names, **more)]


@pytest.fixture
def assessment(make_cubes, model, march, rng):
    steps = {"a": 41, "b": 42, "c": 43, "d": 60, "e": 61, "lone": 50, "still": 999}
    return drift.assess(
        make_cubes({name: stepped(rng, at) for name, at in steps.items()}),
        model,
        reference=march,
        checks=("chunk",),
    )


def test_steps_on_nearly_the_same_day_are_one_group_and_others_apart(assessment):
    found = drift.together(assessment, assessment.features)
    assert [[name for name, _ in group] for group in found] == [["a", "b", "c"], ["d", "e"], ["lone"]]
    starts = {name: one.at for group in found for name, one in group}
    expected = {"a": 41, "b": 42, "c": 43, "d": 60, "e": 61, "lone": 50}
    assert all(abs(starts[name] - (START + day * DAY)) <= DAY for name, day in expected.items())
    assert all(one == drift.started(assessment, name) for group in found for name, one in group)


def test_a_feature_that_did_not_change_is_in_no_group(assessment):
    assert groups(assessment, ["still"]) == []
    assert groups(assessment, []) == []


def test_only_the_features_asked_for_are_looked_at_in_any_order(assessment):
    assert groups(assessment, ["e", "lone", "d"]) == [["d", "e"], ["lone"]]
    with pytest.raises(ValueError):
        drift.together(assessment, ["nobody"])


def test_the_days_between_the_first_and_the_last_are_bounded(assessment):
    assert groups(assessment, ["a", "b", "c", "lone"], within=20) == [["a", "b", "c", "lone"]]
    for within in (0, 1, 2, 3, 10, 30):
        found = drift.together(assessment, assessment.features, within=within)
        names = [name for group in found for name, _ in group]
        assert sorted(names) == ["a", "b", "c", "d", "e", "lone"]
        assert [len(group) for group in found] == sorted((len(group) for group in found), reverse=True)
        for group in found:
            starts = [one.at for _, one in group]
            assert starts == sorted(starts)
            assert starts[-1] - starts[0] <= within * DAY


def test_what_came_later_is_not_known_yet(assessment):
    assert groups(assessment, assessment.features, at=START + 48 * DAY) == [["a", "b", "c"]]


def test_of_equal_groups_the_earlier_comes_first(assessment):
    assert groups(assessment, ["d", "e", "a", "b"]) == [["a", "b"], ["d", "e"]]


def test_hours_group_by_days(make_cubes, march, rng):
    from monitoring.models import parse
    from monitoring.windows import Window

    hourly = parse('name = "m"\ntask = "binary"\nchunk = "1 hour"')
    keys = [START + i * dt.timedelta(hours=1) for i in range(300)]
    two_days = Window(START, START + 2 * DAY)
    cubes = make_cubes(
        {"a": stepped(rng, 100, 300), "b": stepped(rng, 150, 300), "c": stepped(rng, 260, 300)},
        keys,
        two_days,
    )
    assessment = drift.assess(cubes, hourly, reference=two_days, checks=("chunk",))
    assert groups(assessment, "abc") == [["a", "b"], ["c"]]


def test_steps_of_pure_noise_rarely_make_a_group(make_cubes, model, march, rng):
    cubes = make_cubes({f"f{i}": stepped(rng, 999, 60) for i in range(20)})
    assessment = drift.assess(cubes, model, reference=march, checks=("chunk",))
    assert sum(map(len, groups(assessment, assessment.features))) <= 3
    assert np.isfinite(assessment.checks["chunk"].value).all()


def test_the_largest_group_is_kept_whole_though_an_earlier_start_could_split_it(
    make_cubes, model, march, rng
):
    steps = {"early": 41, "b": 44, "c": 45, "d": 46}
    cubes = make_cubes({name: stepped(rng, at, by=2.0) for name, at in steps.items()})
    assessment = drift.assess(cubes, model, reference=march, checks=("chunk",))
    assert groups(assessment, assessment.features) == [["b", "c", "d"], ["early"]]
