"""What a change is likely related to: the ranking of features, and the pieces that slices are told in."""

import datetime as dt

import numpy as np
import pytest

from monitoring import drift
from monitoring.drift import causes
from monitoring.drift.assessment import Learnt
from monitoring.drift.tables import tables
from monitoring.models import parse
from monitoring.store.rows import Rows

TOML = """
name = "m"
task = "binary"
exclude = ["out"]
[features.heavy]
title = "Heavy one"
importance = 0.9
[features.light]
importance = 0.1
[features.out]
importance = 0.5
"""


def normal_days(rng, by=0.0, days=45, since=40, rows=300):
    return [rng.normal(by if i >= since else 0.0, 1.0, size=rows) for i in range(days)]


def assessed(make_cubes, march, rng, toml=TOML, learnt=None, **moves):
    cubes = make_cubes({name: normal_days(rng, by) for name, by in moves.items()})
    return drift.assess(cubes, parse(toml), reference=march, learnt=learnt)


def ranking(assessment, **more):
    return drift.ranked(assessment, drift.signal(assessment), len(assessment.keys) - 1, **more)


def test_features_beyond_their_limit_are_ranked_by_excess_times_share_of_importance(make_cubes, march, rng):
    assessment = assessed(make_cubes, march, rng, heavy=0.6, light=1.5, quiet=0.0, out=3.0)
    found = ranking(assessment)
    assert [one.feature for one in found] == ["heavy", "light"]
    assert found[0].title == "Heavy one"
    last = len(assessment.keys) - 1
    for one in found:
        place = assessment.features.index(one.feature)
        ratios = []
        for check in ("chunk", "pooled_7", "pooled_28"):
            scores = assessment.checks[check]
            if scores.status[place, last] >= (0 if check == "chunk" else 1):
                ratios.append(scores.value[place, last] / scores.limit[place, last] - 1)
        outside = assessment.checks["out_of_range"]
        if outside.status[place, last] >= 1:
            before = outside.before[place, last]
            ratios.append((outside.value[place, last] - before) / (outside.limit[place, last] - before) - 1)
        assert one.excess == pytest.approx(max(ratios))
        assert one.score == pytest.approx(one.excess * one.importance)
    assert found[1].excess > found[0].excess, "importance decides"
    assert [one.importance for one in found] == pytest.approx([0.6, 0.1 / 1.5])


def test_without_importances_the_excess_alone_ranks(make_cubes, march, rng):
    plain = 'name = "m"\ntask = "binary"'
    found = ranking(assessed(make_cubes, march, rng, plain, heavy=0.6, light=1.5, quiet=0.0))
    assert [one.feature for one in found] == ["light", "heavy"]
    assert all(np.isnan(one.importance) and one.score == one.excess for one in found)


def test_a_learnt_importance_ranks_like_one_of_the_file(make_cubes, march, rng):
    plain, learnt = 'name = "m"\ntask = "binary"', Learnt({"heavy": 0.95, "light": 0.05}, 0.8)
    found = ranking(assessed(make_cubes, march, rng, plain, learnt, heavy=0.6, light=1.0, quiet=0.0))
    assert [one.feature for one in found] == ["heavy", "light"]


def test_attributions_stand_beside_the_features_they_belong_to(make_cubes, march, rng):
    assessment = assessed(make_cubes, march, rng, heavy=0.8, light=1.5)
    found = ranking(assessment, attribution={"light": (0.2, 0.01), "nobody": (0.5, 0.1)})
    by_name = {one.feature: (one.attribution, one.attribution_error) for one in found}
    assert by_name["light"] == (0.2, 0.01)
    assert np.isnan(by_name["heavy"]).all()


def test_nothing_is_likely_while_nothing_is_beyond_its_limit(make_cubes, march, rng):
    assert ranking(assessed(make_cubes, march, rng, heavy=0.0, light=0.0)) == []


def test_a_feature_that_cannot_be_judged_alone_is_ranked_by_the_rows_outside_its_range(
    make_cubes, march, rng
):
    places = np.r_[rng.uniform(-3, 3, 40), 9, 9, 9, 9, 9]
    weather = [rng.normal(place, 0.5, size=300) for place in places]
    cubes = make_cubes({"heavy": weather, "light": normal_days(rng)})
    found = ranking(drift.assess(cubes, parse(TOML), reference=march))
    assert [one.feature for one in found] == ["heavy"]
    assert found[0].excess > 1


# Slices and scores.


def drawn(columns, score=None, scores=None):
    count = len(next(iter(columns.values())))
    kinds = {name: "categorical" if values.dtype == object else "numeric" for name, values in columns.items()}
    keys = np.full(count, np.datetime64(dt.datetime(2026, 1, 1), "us"))
    unknown = np.full(count, np.nan)
    return Rows(keys, columns, kinds, unknown if score is None else score, scores or {}, count)


def test_slices_are_told_in_words_with_their_rows_and_shares():
    rng = np.random.default_rng(0)

    def sample(count):
        return {
            "age": np.where(rng.random(count) < 0.1, np.nan, rng.uniform(0, 100, count)),
            "city": rng.choice(np.array(["Rome", "Oslo", None], object), count),
            "secret": rng.choice(np.array(["p", "q"], object), count),
        }

    before, now = sample(20_000), sample(10_000)
    scores = [rng.normal(size=20_000), rng.normal(size=10_000)]
    scores[1] = scores[1] + 3.0 * np.isnan(now["age"]) - 1.5 * np.equal(now["city"], None)
    matrix = tables(drawn(before), drawn(now))
    found = causes.slices(matrix, *scores, hidden=["secret"])
    words = [one["where"] for one in found]
    assert [["age", "missing"]] in words
    assert [["city", "missing"]] in words
    assert not any(name == "secret" for where in words for name, _ in where)
    age = found[words.index([["age", "missing"]])]
    assert age["current_rows"] == np.isnan(now["age"]).sum()
    assert age["reference_share"] == pytest.approx(np.isnan(before["age"]).mean())
    assert age["change"] == pytest.approx(age["current_mean"] - age["reference_mean"])


def test_without_a_feature_whose_values_may_be_told_there_are_no_slices():
    matrix = tables(*(drawn({"secret": np.array(["p"] * 40, object)}) for _ in range(2)))
    assert causes.slices(matrix, np.zeros(40), np.ones(40), hidden=["secret"]) == []


def test_numbers_are_cut_where_the_reference_has_its_quintiles():
    before, now = (
        drawn({"x": np.arange(100.0)}),
        drawn({"x": np.array([-5.0, 19.8, 19.9, 99.0, np.inf, -np.inf, np.nan])}),
    )
    reference, current, words = causes.codes(tables(before, now), 0)
    assert np.bincount(reference).tolist() == [20] * 5
    assert current.tolist() == [0, 0, 1, 4, 4, 0, -1]
    assert words == ["up to 19.8", "19.8 to 39.6", "39.6 to 59.4", "59.4 to 79.2", "above 79.2"]


def test_frequent_categories_are_slices_and_the_rest_is_another():
    names = np.array([f"n{i:02d}" for i in range(30) for _ in range(30 - i)], object)
    reference, _, words = causes.codes(tables(drawn({"c": names}), drawn({"c": names[:5]})), 0)
    assert words[:2] == ["is n00", "is n01"]
    assert words[-1] == "is another"
    assert len(words) == 21
    assert reference.max() == 20


@pytest.mark.parametrize("empty", ["before", "now", "neither"])
def test_the_class_that_moved_most_is_the_target_among_those_both_sides_have(empty):
    def sample(shift, none):
        shares = {"a": np.full(9, 0.2 + shift), "b": np.full(9, 0.3 - 2 * shift), "c": np.full(9, np.nan)}
        return drawn(
            {"x": np.zeros(9)}, scores={name: one * (np.nan if none else 1) for name, one in shares.items()}
        )

    before, now = sample(0.0, empty == "before"), sample(0.1, empty == "now")
    called, first, second = causes.target(before, now)
    if empty == "neither":
        assert called == "P(b)"
        assert second.mean() - first.mean() == pytest.approx(-0.2)
    else:
        assert called == "score"
        assert np.isnan([*first, *second]).all()


def test_the_score_of_other_models_is_called_score():
    before, now = (drawn({"x": np.zeros(3)}, np.arange(3.0) + i) for i in range(2))
    called, first, second = causes.target(before, now)
    assert (called, first.tolist(), second.tolist()) == ("score", [0, 1, 2], [1, 2, 3])


def test_a_mix_skips_columns_that_are_not_there_and_sides_without_scores():
    side = drawn({"city": np.array(["a", "b"], object)})
    scores = np.array([0.1, 0.2])
    assert causes.mixes({"town": ["a"]}, side, side, scores, scores) == []
    assert causes.mixes({"city": ["a"]}, side, side, scores, np.full(2, np.nan)) == []
    (found,) = causes.mixes({"city": ["a"]}, side, side, np.array([0.1, np.nan]), np.array([0.5, 0.7]))
    assert {one["value"] for one in found["slices"]} == {"a", "(other)"}
    assert found["change"][0] == pytest.approx(0.5)
