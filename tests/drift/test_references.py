"""What chunks are compared with, through the whole pipeline: references that stay or move."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring import drift
from monitoring.drift import CONSECUTIVE, Against
from monitoring.models import parse
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED
from monitoring.windows import Window
from tests.drift.referenced import (
    DAY,
    HOUR,
    HOURLY,
    ROLLING,
    START,
    judged,
    moving,
    reasons_of,
    statuses,
)

# Counts: the number of rows of each day is a power of two, so that a sum tells which days are in it.


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.sets(st.integers(0, 39), min_size=2, max_size=30),
    reference=st.tuples(st.integers(0, 38), st.integers(1, 20)),
    against=st.one_of(
        st.just(Against()),
        st.builds(
            lambda chunks, gap: Against("rolling", chunks=chunks, gap=gap),
            st.integers(1, 20),
            st.integers(0, 5),
        ),
        st.builds(lambda weeks: Against("weekday", weeks=weeks), st.integers(1, 5)),
    ),
    hours=st.booleans(),
    check=st.sampled_from(["chunk", "pooled_7"]),
)
def test_the_rows_of_a_reference_are_never_rows_of_the_chunk(
    make_cubes, days, reference, against, hours, check
):
    step = HOUR if hours else DAY
    keys = [START + day * step for day in sorted(days)]
    window = Window(START + reference[0] * step, START + sum(reference) * step)
    model = HOURLY if hours else parse('name = "m"\ntask = "binary"')
    assessment = judged(counted(make_cubes, keys, step, window), model, against, window, checks=(check,))
    compared = compared_rows(assessment, counted(make_cubes, keys, step, window), model)
    for span, rows, before in compared[check]:
        assert rows == sum(1 << position(key, step) for key in keys if span.holds(key))
        assert int(rows) & int(before) == 0, "no row is on both sides"


def position(key, step):
    return (key - START) // step


def counted(make_cubes, keys, step, window):
    """A profile whose chunks hold 2 ** position rows, without the rows themselves."""
    made = make_cubes({"x": [np.zeros(1) for _ in keys]}, keys, window)
    weight = np.array([float(1 << position(key, step)) for key in keys])
    numeric = made.numeric
    scaled = {
        name: getattr(numeric, name) * (weight[:, None] if name in ("counts", "sums") else weight)
        for name in ("counts", "sums", "n", "total", "square")
    }
    return type(made)(type(numeric)(**{**numeric.__dict__, **scaled}), made.categorical)


def compared_rows(assessment, cubes, model):
    """By check: each span as a window, its rows and those of its reference, as the comparison sums them."""
    from monitoring.drift.comparison import Rules, comparison
    from monitoring.drift.layouts import layout
    from monitoring.drift.sides import sides
    from monitoring.drift.spans import timeline

    line = timeline(cubes.numeric.chunks, assessment.reference, assessment.chunk, model.grain)
    found = {}
    for check, scores in assessment.checks.items():
        side = sides(cubes.numeric, "psi", line)[0]
        rules = Rules(line.per_chunk * drift.POOLED[check], 30, 0.02)
        numbers = comparison(side, layout(assessment.against, line), scores.spans, rules)
        assert numbers.rows[0].tolist() == scores.rows[0].tolist()
        windows = [
            Window(line.key(int(a)), line.key(int(b)))
            for a, b in zip(scores.spans.start, scores.spans.stop, strict=True)
        ]
        found[check] = list(zip(windows, numbers.rows[0], numbers.reference_rows[0], strict=True))
    return found


@pytest.mark.parametrize(
    ("against", "short"),
    [
        (ROLLING, 7),
        (Against("rolling", chunks=28, gap=7), 14),
        (Against("weekday", weeks=8), 28),
        (CONSECUTIVE, 1),
    ],
    ids=lambda one: getattr(one, "key", one),
)
def test_the_first_chunks_have_too_short_a_history_and_are_grey(make_cubes, model, rng, against, short):
    assessment = judged(make_cubes({"x": moving(rng, np.zeros(50))}), model, against)
    assert statuses(assessment)[:short].tolist() == [GREY] * short
    assert reasons_of(assessment)[:short] == ["short_history"] * short
    assert GREY not in statuses(assessment)[short:].tolist()
    for check in drift.CHECKS[1:]:
        defined = assessment.checks[check].defined.any()
        assert not defined or set(statuses(assessment, check)[:short]) == {GREY}
    colours = drift.signal(assessment)
    assert set(colours.model[:short]) == {GREY}


def test_a_rolling_reference_adapts_to_a_slow_season_that_a_fixed_one_fires_at_for_months(
    make_cubes, model, rng
):
    days = 365
    season = np.sin(2 * np.pi * np.arange(days) / 365 - np.pi / 2) + 1  # two deviations in half a year
    cubes = make_cubes({"x": moving(rng, season, rows=200)})
    fixed, rolling = (
        (statuses(judged(cubes, model, one, checks=("chunk",))) >= AMBER)
        for one in (Against(), Against("rolling", chunks=7))
    )
    assert fixed[60:300].mean() > 0.95
    assert rolling[28:].mean() < 0.10


def weekly(days, height):
    return np.where([(START + i * DAY).weekday() == 6 for i in range(days)], height, 0.0)


def test_the_same_weekday_is_quiet_where_sundays_are_always_different(make_cubes, model, rng):
    days = 120
    sunday = weekly(days, 1.0).astype(bool)
    reference = Window(START + 3 * DAY, START + 9 * DAY)  # Monday to Saturday
    cubes = make_cubes({"x": moving(rng, weekly(days, 1.5))}, reference=reference)
    fixed = statuses(judged(cubes, model, Against(), reference, method="psi", checks=("chunk",))) >= AMBER
    weekday = statuses(judged(cubes, model, Against("weekday"), reference, method="psi", checks=("chunk",)))
    assert fixed[sunday].all()
    assert not fixed[~sunday].any()
    assert (weekday[28:] == GREEN).mean() > 0.97


def test_the_same_weekday_still_finds_a_step(make_cubes, model, rng):
    places = weekly(120, 1.5) + np.where(np.arange(120) >= 90, 1.0, 0.0)
    assessment = judged(make_cubes({"x": moving(rng, places)}), model, Against("weekday"), checks=("chunk",))
    assert (statuses(assessment)[28:90] == GREEN).all()
    assert (statuses(assessment)[90:97] >= AMBER).all()


def test_a_step_is_drift_from_the_baseline_and_from_the_day_before_on_the_day_it_happens(
    make_cubes, model, rng
):
    cubes = make_cubes({"x": moving(rng, np.where(np.arange(60) >= 40, 1.0, 0.0))})
    baseline, consecutive = (
        statuses(judged(cubes, model, one, checks=("chunk",))) for one in (Against(), CONSECUTIVE)
    )
    assert baseline[:40].tolist() == [GREEN] * 40
    assert (baseline[40:] >= AMBER).all(), "it stays away from what it was"
    assert consecutive[0] == GREY
    assert consecutive[40] >= AMBER
    assert np.delete(consecutive, [0, 40]).tolist() == [GREEN] * 58, "the day after is like the day before"


def test_hours_are_compared_with_the_same_weekday_and_hour(make_cubes, rng):
    hours = 24 * 7 * 6
    keys = [START + i * HOUR for i in range(hours)]
    noon = np.array([key.hour == 12 for key in keys])
    two_weeks = Window(START, START + 14 * DAY)
    cubes = make_cubes({"x": moving(rng, np.where(noon, 2.0, 0.0), rows=600)}, keys, two_weeks)
    against = Against("weekday", weeks=4)
    found = statuses(judged(cubes, HOURLY, against, two_weeks, checks=("chunk",)))
    assert found[: 2 * 168].tolist() == [GREY] * 336
    assert (found[336:] == GREEN).all(), "chance among so many rows stays below amber"
    morning = Window(START, START + 11 * HOUR)
    fixed = statuses(judged(cubes, HOURLY, Against(), morning, checks=("chunk",)))
    assert (fixed[noon] >= AMBER).all()


def test_days_without_rows_shorten_no_history_and_are_no_rows_of_a_reference(make_cubes, model, rng):
    keys = [START + i * DAY for i in range(60) if i % 9]
    assessment = judged(
        make_cubes({"x": moving(rng, np.zeros(len(keys)))}, keys), model, ROLLING, checks=("chunk",)
    )
    frame = drift.frames.frame(assessment)
    gaps = frame["n"].eq(0)
    assert set(frame[gaps]["reason"]) <= {"no_data", "short_history"}
    assert set(frame[~gaps]["status"].iloc[7:]) == {"green"}


def test_a_rolling_reference_says_what_it_is(make_cubes, model, rng):
    cubes = make_cubes({"x": moving(rng, np.zeros(40))})
    words = {
        one.key: judged(cubes, model, one, checks=("chunk",)).reference_words
        for one in (Against(), Against("rolling", chunks=14, gap=2), Against("weekday"))
    }
    assert words == {
        "fixed": "2013-03-01 to 2013-04-01",
        "rolling 14 gap 2": "the 14 days before, 2 left out between",
        "weekday 8": "the same weekday of the 8 weeks before",
    }


def beyond(rng, hidden=6.0):
    """Sixty days in the bins, sixty far beyond them, of which the last thirty lie elsewhere beyond them."""
    return moving(rng, [0.0] * 60 + [hidden] * 30 + [hidden * 1.5] * 30)


@pytest.mark.parametrize("against", [ROLLING, Against("weekday", weeks=4)], ids=["rolling", "weekday"])
def test_no_drift_seen_where_both_sides_lie_beyond_the_bins_is_grey_and_drift_seen_is_red(
    make_cubes, model, rng, against
):
    found = judged(make_cubes({"x": beyond(rng)}), model, against, checks=("chunk",))
    colours, reason = statuses(found), np.array(reasons_of(found))
    assert colours[60] == RED, "a jump out of the bins is seen by them"
    assert (colours[88:] == GREY).all()
    assert set(reason[92:]) == {"off_grid"}
    assert (colours[30:60] > GREY).all()
    assert found.checks["chunk"].value[0, 92:].max() < 0.05, "what bins say of a move by three deviations"
    below = judged(make_cubes({"x": beyond(rng, -6.0)}), model, against, checks=("chunk",))
    assert set(np.array(reasons_of(below))[92:]) == {"off_grid"}


@pytest.mark.parametrize("method", ["welch_t", "student_t", "wasserstein"])
def test_a_method_that_sees_values_judges_beyond_the_bins_as_well(make_cubes, model, rng, method):
    cubes = make_cubes({"x": beyond(rng)})
    found = judged(cubes, model, Against("rolling", chunks=14), checks=("chunk",), method=method)
    assert statuses(found)[90] == RED, "the first day of the move"
    assert "off_grid" not in reasons_of(found)


def test_opposite_ends_hide_nothing(make_cubes, model, rng):
    cubes = make_cubes({"x": moving(rng, [0.0] * 60 + [6.0] * 30 + [-6.0] * 10)})
    found = judged(cubes, model, Against("rolling", chunks=28), checks=("chunk",))
    assert statuses(found)[90] == RED
