"""What drift means: which check says so, since when, and in which words."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from monitoring import drift, results
from monitoring.models import parse
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED
from monitoring.store.cubes import Cubes
from monitoring.windows import Window

APRIL_10 = dt.datetime(2013, 4, 10)  # the 41st day
TOML = """
name = "flights"
task = "binary"
exclude = ["row_number"]
[features.dewp]
title = "dew point"
importance = 0.8
[features.humid]
importance = 0.1
"""


@pytest.fixture
def model():
    return parse(TOML)


def steady(rng, days=60, rows=300):
    return [rng.normal(size=rows) for _ in range(days)]


def moved(rng, by, days=60, since=40, rows=300):
    return [rng.normal(by if i >= since else 0, 1, size=rows) for i in range(days)]


def weather(rng, days=60, warmer_from=40, rows=300):
    """Days that differ as weather does, and summer from some day on."""
    places = np.where(np.arange(days) >= warmer_from, 8.0, 0.0) + rng.uniform(-3, 3, size=days)
    return [rng.normal(place, 0.5, size=rows) for place in places]


def test_summer_is_found_by_the_share_outside_the_range(make_cubes, model, march, rng):
    cubes = make_cubes({"dewp": weather(rng), "humid": steady(rng)})
    verdict = drift.verdict(drift.assess(cubes, model, reference=march))
    first = verdict.features[0]
    assert (verdict.status, verdict.since) == ("red", APRIL_10)
    assert (first.feature, first.check, first.measure, first.since) == (
        "dewp",
        "out_of_range",
        "out_of_range",
        APRIL_10,
    )
    assert verdict.sentence.startswith(
        "red since 10 Apr: dew point (importance 0.8) is outside the reference range in "
    )
    assert "% of rows, KS distance " in verdict.sentence
    assert verdict.features[1].status == "green"


def test_the_references_own_days_are_not_flagged(make_cubes, model, march, rng):
    cubes = make_cubes({"dewp": weather(rng), "humid": steady(rng), "row_number": steady(rng)})
    assessment = drift.assess(cubes, model, reference=march)
    colours = drift.signal(assessment)
    assert colours.cells[:, :31].max() == GREEN
    assert set(colours.model[2:31]) == {GREEN}
    assert set(colours.model[42:]) == {RED}


def test_a_moved_feature_of_high_importance_is_named_with_its_noise(make_cubes, model, march, rng):
    verdict = drift.verdict(
        drift.assess(make_cubes({"dewp": moved(rng, 0.45), "humid": steady(rng)}), model, reference=march)
    )
    assert verdict.status in ("amber", "red")
    assert verdict.features[0].title == "dew point"
    assert verdict.features[0].high
    assert "KS distance 0." in verdict.sentence
    assert ", floor 0." in verdict.sentence


def test_a_feature_of_little_importance_leaves_the_model_green_while_it_is_amber(
    make_cubes, model, march, rng
):
    cubes = make_cubes(
        {f"x{i}": steady(rng) for i in range(3)} | {"dewp": steady(rng), "humid": moved(rng, 0.4, rows=3000)}
    )
    verdict = drift.verdict(drift.assess(cubes, model, reference=march))
    assert verdict.features[0].feature == "humid"
    assert verdict.features[0].lasting == "amber"
    assert verdict.status == "green"
    assert verdict.sentence == "green: humid drifted, but nothing of high importance did"


def test_a_starred_feature_counts_as_important(make_cubes, march, rng):
    starred = parse(TOML.replace('exclude = ["row_number"]', 'star = ["humid"]'))
    cubes = make_cubes(
        {f"x{i}": steady(rng) for i in range(3)} | {"dewp": steady(rng), "humid": moved(rng, 0.4, rows=3000)}
    )
    assert drift.verdict(drift.assess(cubes, starred, reference=march)).status == "amber"


def test_an_excluded_feature_does_not_colour_the_model(make_cubes, model, march, rng):
    cubes = make_cubes({"dewp": steady(rng), "row_number": moved(rng, 3.0)})
    verdict = drift.verdict(drift.assess(cubes, model, reference=march))
    assert verdict.status == "green"
    assert verdict.features[-1].feature == "row_number"
    assert verdict.features[-1].status == "red"
    assert not verdict.features[-1].counted


def test_half_of_the_features_in_amber_make_the_model_red(make_cubes, march, rng):
    plain = parse('name = "m"\ntask = "binary"')
    cubes = make_cubes(
        {"a": moved(rng, 0.4, rows=3000), "b": moved(rng, 0.4, rows=3000), "c": steady(rng), "d": steady(rng)}
    )
    assessment = drift.assess(cubes, plain, reference=march)
    colours = drift.signal(assessment)
    assert colours.lasting[:, -1].max() == AMBER
    assert colours.model[-1] == RED


def test_one_bad_day_does_not_colour_the_model(make_cubes, model, march, rng):
    days = steady(rng)
    days[50] = rng.normal(2, 1, size=300)
    assessment = drift.assess(make_cubes({"dewp": days, "humid": steady(rng)}), model, reference=march)
    colours = drift.signal(assessment)
    assert colours.cells[0, 50] == RED
    assert colours.model[50] == GREEN


def test_a_small_lasting_move_is_found_in_the_trailing_windows(make_cubes, model, march, rng):
    cubes = make_cubes({"dewp": moved(rng, 0.36, days=75, rows=100), "humid": steady(rng, days=75)})
    assessment = drift.assess(cubes, model, reference=march, method="psi")
    place = assessment.features.index("dewp")
    single = (assessment.checks["chunk"].status[place, 40:] >= AMBER).mean()
    pooled = (assessment.checks["pooled_7"].status[place, 47:] >= AMBER).mean()
    assert single < 0.5 < pooled
    assert {drift.verdict(assessment).features[0].check} <= {"pooled_7", "pooled_28"}
    assert "over the last 7 days" in drift.verdict(assessment).features[0].sentence


def test_windows_that_hold_part_of_the_reference_are_not_judged(make_cubes, model, march, rng):
    assessment = drift.assess(make_cubes({"dewp": steady(rng, days=70)}), model, reference=march)
    assert (
        drift.frames.frame(assessment, "pooled_7")["reason"].tolist()[:37]
        == ["short_history"] * 6 + ["overlaps_reference"] * 31
    )
    assert set(drift.frames.frame(assessment, "pooled_28")["status"].iloc[:58]) == {"grey"}
    assert drift.frames.frame(assessment, "pooled_28")["status"].iloc[60] == "green"


def test_a_long_reference_calibrates_its_own_windows(make_cubes, model, rng):
    long = Window(dt.datetime(2013, 3, 1), dt.datetime(2013, 4, 26))
    cubes = make_cubes({"dewp": steady(rng, days=70)}, reference=long)
    frame = drift.frames.frame(drift.assess(cubes, model, reference=long), "pooled_7")
    assert "borrowed_limit" not in set(frame["reason"])
    assert frame["status"].iloc[-1] == "green"


def test_missing_rows_have_their_own_line_with_an_interval(make_cubes, model, march, rng):
    days = steady(rng)
    for day in days[45:]:
        day[:60] = np.nan
    assessment = drift.assess(make_cubes({"dewp": days}), model, reference=march)
    frame = drift.frames.frame(assessment, "missing")
    last = frame.iloc[-1]
    assert (last["measure"], last["value"], last["n"], last["status"]) == ("missing", 0.2, 300, "red")
    assert last["lower"] < 0.2 < last["upper"]
    assert set(frame["status"].iloc[:45]) == {"green"}


def test_a_share_that_always_varied_is_not_flagged(make_cubes, model, march, rng):
    days = steady(rng)
    for day in days:
        day[: int(300 * rng.uniform(0.6, 0.9))] = np.nan
    frame = drift.frames.frame(drift.assess(make_cubes({"gust": days}), model, reference=march), "missing")
    assert (frame["status"] == "green").mean() > 0.95


def test_new_names_are_counted_and_infinities_too(make_cubes, model, march, rng):
    names = [list(rng.choice(["a", "b"], size=300)) for _ in range(39)] + [["new"] * 9 + ["a"] * 291]
    numbers = steady(rng, days=40)
    numbers[-1][:40] = -np.inf
    assessment = drift.assess(make_cubes({"x": numbers, "c": names}), model, reference=march)
    unseen = drift.frames.frame(assessment, "unseen")
    assert unseen["subject"].unique().tolist() == ["c"]
    assert unseen.iloc[-1][["value", "status"]].tolist() == [0.03, "amber"]
    infinite = drift.frames.frame(assessment, "non_finite")
    assert infinite["subject"].unique().tolist() == ["x"]
    assert infinite.iloc[-1]["status"] == "red"


def test_a_start_is_dated(make_cubes, model, march, rng):
    assessment = drift.assess(make_cubes({"dewp": moved(rng, 0.8)}), model, reference=march)
    began = drift.started(assessment, "dewp")
    assert began is not None
    assert began.at == APRIL_10
    assert began.earliest <= APRIL_10 <= began.latest
    assert began.p_value < 0.05
    with pytest.raises(ValueError):
        drift.started(assessment, "nobody")


def test_the_verdict_at_an_earlier_day_knows_nothing_of_later_ones(make_cubes, model, march, rng):
    cubes = make_cubes({"dewp": moved(rng, 2.0), "humid": steady(rng)})
    assessment = drift.assess(cubes, model, reference=march)
    assert drift.verdict(assessment, at=dt.datetime(2013, 4, 5)).status == "green"
    early = drift.assess(cubes, model, reference=march, as_of=dt.datetime(2013, 4, 6, tzinfo=dt.UTC))
    assert drift.verdict(early).sentence == drift.verdict(assessment, at=dt.datetime(2013, 4, 5)).sentence


def test_the_ribbon_is_tidy_and_follows_the_signal(make_cubes, model, march, rng):
    assessment = drift.assess(
        make_cubes({"dewp": moved(rng, 2.0), "humid": steady(rng)}), model, reference=march
    )
    frame = drift.ribbon(assessment)
    assert frame.columns.tolist() == list(results.COLUMNS)
    assert frame["status"].tolist()[-1] == "red"
    assert frame["status"].tolist()[20] == "green"
    assert frame["value"].iloc[-1] == 0.5


def test_nothing_known_is_grey_and_says_why(make_cubes, model, march, rng):
    cubes = make_cubes({"dewp": steady(rng, days=40, rows=1)})
    verdict = drift.verdict(drift.assess(cubes, model, reference=march))
    assert verdict.status == "grey"
    assert verdict.sentence == "grey: dew point (importance 0.8) cannot be judged: too few rows (1 of 30)"
    early = drift.assess(cubes, model, reference=march, as_of=dt.datetime(2013, 2, 1, tzinfo=dt.UTC))
    assert drift.verdict(early).sentence == "grey: no data in range"
    assert drift.signal(early).model.tolist() == []


def test_without_features_the_model_is_grey(make_cubes, model, march, rng):
    cubes = make_cubes({"x": steady(rng, days=31)})
    cubes = Cubes(*(replace(cube, features=(), grids=()) for cube in (cubes.numeric, cubes.categorical)))
    assessment = drift.assess(cubes, model, reference=march)
    assert set(drift.signal(assessment).model) == {GREY}
    assert drift.verdict(assessment).status == "grey"
    assert len(drift.ribbon(assessment)) == 31


def test_hours_are_chunks_too(make_cubes, march, rng):
    hourly = parse('name = "m"\ntask = "binary"\nchunk = "1 hour"\ntimezone = "Asia/Kolkata"')
    start = dt.datetime(2013, 3, 1)
    keys = [start + dt.timedelta(hours=i) for i in range(72)]
    two_days = Window(start, start + dt.timedelta(hours=48))
    cubes = make_cubes({"x": moved(rng, 1.5, days=72, since=60)}, keys, two_days)
    frame = drift.frame(cubes, hourly, reference=two_days)
    assert frame["status"].tolist()[-1] == "red"
    assert (frame["chunk_stop"] - frame["chunk_start"]).unique().tolist() == [np.timedelta64(1, "h")]
    daily = drift.frame(cubes, hourly, reference=two_days, chunk="1 day")
    assert daily["status"].tolist() == ["green", "green", "red"]


def test_features_that_could_not_be_judged_are_not_counted_among_the_steady(make_cubes, model, march, rng):
    nothing = [np.full(300, np.nan) for _ in range(60)]
    cubes = make_cubes({"humid": steady(rng), "dewp": nothing, "temp": steady(rng)})
    verdict = drift.verdict(drift.assess(cubes, model, reference=march))
    assert verdict.sentence == "green: no lasting drift in 2 features, 1 could not be judged"
    (grey,) = [one for one in verdict.features if one.status == "grey"]
    assert grey.sentence.endswith("dew point has no value in the reference"), "named by its title"
