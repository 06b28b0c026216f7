"""What chunks are compared with, through the whole pipeline: references that stay, move, or are files."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring import drift, health
from monitoring.drift import CONSECUTIVE, Against
from monitoring.drift.placing import placed
from monitoring.models import parse
from monitoring.statistics.severity import AMBER, GREEN, GREY
from monitoring.store import Store
from monitoring.windows import Window

START = dt.datetime(2013, 3, 1)  # a Friday
MARCH = Window(START, dt.datetime(2013, 4, 1))
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
ROLLING = Against("rolling")
HOURLY = parse('name = "m"\ntask = "binary"\nchunk = "1 hour"')


def moving(rng, places, rows=300):
    return [rng.normal(place, 1, size=rows) for place in places]


def judged(cubes, model, against, reference=MARCH, **more):
    return drift.assess(cubes, model, reference=reference, against=against, **more)


def statuses(assessment, check="chunk", feature="x"):
    return assessment.checks[check].status[assessment.features.index(feature)]


def reasons_of(assessment, check="chunk"):
    frame = drift.frames.frame(assessment, check)
    return frame["reason"].tolist()


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
    cubes = make_cubes({"x": moving(rng, np.where(noon, 2.0, 0.0), rows=60)}, keys, two_weeks)
    against = Against("weekday", weeks=4)
    found = statuses(judged(cubes, HOURLY, against, two_weeks, checks=("chunk",)))
    assert found[: 2 * 168].tolist() == [GREY] * 336
    assert (found[336:] == GREEN).mean() > 0.985, "by chance at most one in a hundred, and its spread"
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


# Through a store.

HEAD = 'name = "m"\ntask = "binary"\ntimezone = "Europe/Paris"\nclock = "last row"\n'
SEGMENTS = '[segments]\ncolumns = ["city"]\n'
VERSIONS = '[versions]\nchampion = "a"\nshadows = ["b"]\n'
FILE = '[reference]\nfile = "reference.parquet"\n'
WINDOW = "[reference]\nstart = 2013-03-01\nstop = 2013-03-15\n"
ROME = ("city", "Rome")


def log(days, seed=0, first="2013-03-01", each=48, shift=0.0, version="a"):
    """Rows of whole local days in Paris, every half hour."""
    rng = np.random.default_rng(seed)
    count = days * each
    wall = pd.Timestamp(first) + pd.to_timedelta(np.arange(count) * (1440 // each) + 0.5, unit="min")
    at = wall.tz_localize("Europe/Paris", nonexistent="shift_forward")
    age = rng.normal(40 + 10 * shift, 10, count).round(2)
    age[rng.random(count) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": at.tz_convert("UTC").tz_localize(None),
            "version": version,
            "score": (1 / (1 + np.exp(-np.nan_to_num((age - 40) / 10)))).round(3),
            "age": age,
            "city": rng.choice(np.array(["Rome", "Oslo", None], object), count, p=[0.6, 0.3, 0.1]),
            "grade": rng.integers(0, 5, count) * 1.0,
        }
    )


def stored(path, parts, files, reference=None):
    """A store of a model's file and logs; the reference beside it where there is one."""
    path.mkdir()
    if reference is not None:
        reference.to_parquet(path / "reference.parquet", index=False)
    store = Store.open(path / "lookout.duckdb")
    store.add("".join(parts), folder=path)
    for number, file in enumerate(files):
        file.to_parquet(path / f"log{number}.parquet", index=False)
        receipt = store.ingest("m", path / f"log{number}.parquet")
        assert not receipt.problem
    return store


def numbers(assessment, check, since):
    """A check's frame from a key on, without what tells the references apart by name."""
    window = Window(since, dt.datetime.max)
    frame = drift.frames.frame(assessment, check, window)
    return frame.drop(columns=["reference", "data_until"]).reset_index(drop=True)


@pytest.mark.parametrize("chunk", ["1 day", "1 hour", "7 days"])
@pytest.mark.parametrize("segment", [("", ""), ROME, ("city", "(missing)")], ids=["all", "Rome", "missing"])
def test_a_file_gives_the_same_values_and_colours_as_its_rows_as_a_window_of_the_log(
    tmp_path, chunk, segment
):
    each, limits = (1440, "") if chunk == "1 hour" else (96, "")
    days = 26 if chunk != "1 hour" else 18
    before, after = log(14, 1, each=each), log(days - 14, 2, "2013-03-15", each=each, shift=0.0)
    late = log(4, 3, "2013-03-22", each=each, shift=1.0)
    head = f'{HEAD}chunk = "{chunk}"\n'
    window = stored(tmp_path / "w", (head, VERSIONS, SEGMENTS, WINDOW, limits), [before, after, late])
    file = stored(tmp_path / "f", (head, VERSIONS, SEGMENTS, FILE, limits), [after, late], before)
    with window, file:
        live = dt.datetime(2013, 3, 15) if chunk != "1 hour" else dt.datetime(2013, 3, 14, 23)
        one, two = (drift.read(store, "m", segment=segment) for store in (window, file))
        assert two.keys[0].start == live
        assert [key for key in one.keys if key.start >= live] == list(two.keys)
        for check in ("chunk", *drift.CHECKS[3:]):
            pd.testing.assert_frame_equal(numbers(one, check, live), numbers(two, check, live), rtol=1e-9)
        # a trailing window that the log has no seven chunks for yet is not judged in the one, and half
        # reference in the other
        later = live + (28 if chunk == "7 days" else 7) * (HOUR if chunk == "1 hour" else DAY)
        pd.testing.assert_frame_equal(
            numbers(one, "pooled_7", later), numbers(two, "pooled_7", later), rtol=1e-9
        )
        assert two.reference_words == f"reference.parquet, {len(before):,} rows"


def test_rows_of_a_file_never_show_up_as_chunks(tmp_path):
    with stored(tmp_path / "s", (HEAD, VERSIONS, SEGMENTS, FILE), [], log(14, 1)) as store:
        empty = drift.read(store, "m")
        assert empty.keys == ()
        assert drift.verdict(empty).status == "grey"
        assert health.health(store, store.model("m")).status == "grey"
        log(5, 2, "2013-04-02").to_parquet(tmp_path / "log.parquet", index=False)
        store.ingest("m", tmp_path / "log.parquet")
        for chunk in ("1 day", "7 days", "28 days"):
            for against in (None, ROLLING, Against("weekday"), CONSECUTIVE):
                found = drift.read(store, "m", chunk=chunk, against=against)
                frame = drift.frames.frame(found)
                assert frame.groupby("subject")["n"].sum().max() <= 5 * 48
                assert len(found.keys) <= 5
                assert found.keys[-1].stop > dt.datetime(2013, 4, 6)
        rows = drift.read(store, "m", segment=("city", "(other)"))
        assert rows.keys == ()


def test_a_segment_that_only_the_file_has_shows_no_chunk(tmp_path):
    new = log(5, 2, "2013-04-02").assign(city="Oslo")
    with stored(tmp_path / "s", (HEAD, VERSIONS, SEGMENTS, FILE), [new], log(14, 1)) as store:
        assert drift.read(store, "m", segment=ROME).keys == ()
        assert len(drift.read(store, "m", segment=("city", "Oslo")).keys) == 5


def test_a_segment_that_the_file_lacks_is_grey_and_says_so(tmp_path):
    before = log(14, 1).assign(city="Oslo")
    with stored(tmp_path / "s", (HEAD, VERSIONS, SEGMENTS, FILE), [log(5, 2, "2013-04-02")], before) as store:
        found = drift.read(store, "m", segment=("city", "(other)"))
        assert len(found.keys) == 5
        frame = drift.frames.frame(found)
        assert set(frame["status"]) == {"grey"}
        assert set(frame["reason"]) <= {"no_reference", "partial", "too_few_rows"}


@pytest.mark.parametrize("chunk", ["1 day", "1 hour"])
def test_a_file_without_instants_judges_like_its_rows_in_one_chunk(tmp_path, chunk):
    each = 48 if chunk == "1 day" else 1440
    before = log(14, 1, each=each)
    bare, after = (
        before.drop(columns=["predicted_at", "id", "version", "score"]),
        log(9, 2, "2013-03-15", each=each),
    )
    head = f'{HEAD}chunk = "{chunk}"\n'
    with (
        stored(tmp_path / "a", (head, VERSIONS, FILE), [after], before) as dated,
        stored(tmp_path / "b", (head, VERSIONS, FILE), [after], bare) as undated,
    ):
        one, two = (drift.read(store, "m") for store in (dated, undated))
        assert one.keys == two.keys
        assert one.features == two.features
        values = [drift.frames.frame(found)[["subject", "value", "noise_floor"]] for found in (one, two)]
        methods = [found.measures for found in (one, two)]
        assert methods[0] == methods[1]
        pd.testing.assert_frame_equal(*values, rtol=1e-9)
        assert "" not in set(drift.frames.frame(two)["reason"]), "no limit passes for a calibrated one"
        assert two.weights.source == ""
        assert two.checks["missing"].before[0] == pytest.approx(one.checks["missing"].before[0])


@pytest.mark.parametrize("chunk", ["1 day", "7 days"])
@pytest.mark.parametrize("first", ["2013-01-20", "2012-11-03", "2013-02-28"])
def test_a_log_that_is_later_extended_backwards_keeps_its_numbers(tmp_path, chunk, first):
    days = (pd.Timestamp("2013-03-15") - pd.Timestamp(first)).days
    after, earlier = log(21, 2, "2013-03-15"), log(days, 3, first)
    with stored(tmp_path / "s", (HEAD, VERSIONS, SEGMENTS, FILE), [after], log(14, 1)) as store:
        before = drift.read(store, "m", chunk=chunk)
        earlier.to_parquet(tmp_path / "earlier.parquet", index=False)
        store.ingest("m", tmp_path / "earlier.parquet")
        now = drift.read(store, "m", chunk=chunk)
        assert now.keys[0].start <= pd.Timestamp(first) < now.keys[0].stop
        assert now.keys[-1] == before.keys[-1], "chunks keep their edges"
        whole = [key.start for key in before.keys if key.start >= dt.datetime(2013, 3, 15)]
        for check in ("chunk", "missing", "unseen", "out_of_range"):
            pd.testing.assert_frame_equal(
                numbers(before, check, whole[0]), numbers(now, check, whole[0]), rtol=1e-9
            )


@pytest.mark.parametrize(
    "against", [Against("rolling", chunks=60), Against("weekday", weeks=20)], ids=["rolling", "weekday"]
)
def test_rows_of_a_file_are_not_what_came_before_a_chunk(tmp_path, against):
    """The file lies elsewhere: were it part of a moving reference, quiet days would be red."""
    elsewhere = log(60, 1, "2012-12-01", shift=1.5)
    after = log(100, 2, "2013-03-15")
    with stored(tmp_path / "s", (HEAD, VERSIONS, FILE), [after], elsewhere) as store:
        model = store.model("m")
        with_file = drift.read(store, "m", against=against, method="welch_t")
        alone = drift.assess(
            store.cubes("m"), model, reference=with_file.reference, against=against, as_of=store.now(model),
            method="welch_t",
        )  # fmt: skip
        live = dt.datetime(2013, 3, 15)
        place = with_file.features.index("age")
        for check in ("chunk", "pooled_7", "pooled_28"):
            one, two = (found.checks[check] for found in (with_file, alone))
            shown = np.array([key.start >= live for key in alone.keys])
            np.testing.assert_array_equal(one.status[place] == GREY, two.status[place][shown] == GREY)
            judged_ = one.status[place] > GREY
            assert judged_.any() or check == "pooled_28"
            assert (one.status[place][judged_] >= AMBER).sum() <= 0.1 * judged_.sum(), check
        assert set(drift.frames.frame(with_file)["reason"].iloc[:7]) == {"short_history"}


def test_the_own_days_of_a_version_are_its_window_and_never_the_chunk_itself(tmp_path):
    shadow = log(30, 1, "2013-04-10", version="b").assign(id=lambda data: "s" + data["id"])
    with stored(tmp_path / "s", (HEAD, VERSIONS, WINDOW), [log(60, 2), shadow]) as store:
        one = drift.read(store, "m", against=Against("version", version="b"))
        assert one.reference == Window(dt.datetime(2013, 4, 10), dt.datetime(2013, 5, 8))
        assert one.reference_words == "the own days of version b (2013-04-10 to 2013-05-08)"
        stated = WINDOW + "[reference.b]\nstart = 2013-04-12\nstop = 2013-04-20\n"
        store.add("".join((HEAD, VERSIONS, stated)))
        two = drift.read(store, "m", against=Against("version", version="b"))
        assert two.reference == Window(dt.datetime(2013, 4, 12), dt.datetime(2013, 4, 20))
        for found in (one, two):
            inside = np.array([found.reference.overlaps(key) for key in found.keys])
            # compared with itself as well, a day would lie nearer than the rest of the window tells
            age = found.checks["chunk"].value[found.features.index("age")]
            assert (age[inside] > 0.02).all()
            place = found.features.index("age")
            masked = [key.start < found.reference.stop for key in found.keys]
            assert set(found.checks["pooled_7"].status[place][inside]) == {GREY}, masked
        with pytest.raises(drift.AgainstError, match="version 'c' has no rows"):
            drift.read(store, "m", against=Against("version", version="c"))


@pytest.mark.parametrize("kind", ["fixed", "rolling", "weekday"])
def test_the_health_of_a_model_with_a_file_is_that_of_its_log(tmp_path, kind):
    toml = FILE + f'kind = "{kind}"\n'
    after, moved = log(50, 2, "2013-03-15"), log(10, 3, "2013-05-04", shift=1.5)
    with stored(tmp_path / "s", (HEAD, VERSIONS, SEGMENTS, toml), [after, moved], log(14, 1)) as store:
        model = store.model("m")
        quiet = health.health(store, model, dt.datetime(2013, 5, 3, 23, tzinfo=dt.UTC))
        loud = health.health(store, model, dt.datetime(2013, 5, 8, 23, tzinfo=dt.UTC))
        assert quiet.status == "green", quiet.sentence
        assert loud.status == "amber"
        assert loud.signals[1].status == "red"
        words = {"rolling": "the 28 days before", "weekday": "the same weekday of the 8 weeks before"}
        assert loud.reference == words.get(kind, "reference.parquet")
        assert loud.since == dt.datetime(2013, 5, 4)
        assert loud.volume == (48,) * 7
        assert set(health.frame(loud)["subject"]) == {"freshness", "drift"}
        assessment = health.assessed(store, model, dt.datetime(2013, 5, 8, tzinfo=dt.UTC))
        ribbon = health.ribbon(model, assessment, None, store.volume("m"))
        assert ribbon["chunk_start"].min() == pd.Timestamp("2013-03-14 23:00", tz="UTC")


def test_a_file_is_placed_whole_weeks_back_and_close_before_the_log(make_cubes, rng):
    for days, first in ((1, 0), (14, 500), (14, -500), (400, 3), (5, 27), (5, 28)):
        keys = [START + i * DAY for i in range(days)]
        file = make_cubes({"x": moving(rng, np.zeros(days), 5)}, keys)
        own = [START + (first + i) * DAY for i in range(10)]
        log_ = make_cubes({"x": moving(rng, np.zeros(10), 7)}, own)
        log_ = type(log_)(
            type(log_.numeric)(
                **{
                    **log_.numeric.__dict__,
                    "grids": file.numeric.grids,
                    "counts": np.ones((1, 10, file.numeric.counts.shape[2])),
                    "sums": np.ones((1, 10, file.numeric.counts.shape[2])),
                }
            ),
            log_.categorical,
        )
        cubes, window, start = placed(file, log_, "day")
        assert start == own[0]
        assert (window.start - keys[0]) % (28 * DAY) == dt.timedelta(0)
        assert 28 * DAY <= start - window.stop < 56 * DAY
        assert cubes.numeric.chunks[-10:] == tuple(own)
        assert sorted(cubes.numeric.chunks) == list(cubes.numeric.chunks)
        inside = [window.holds(key) for key in cubes.numeric.chunks]
        assert cubes.numeric.n[0][inside].sum() == 5 * days
