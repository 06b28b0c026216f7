"""What chunks are compared with, through a store: references that are files or a version's own days."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import drift, health
from monitoring.drift import CONSECUTIVE, Against
from monitoring.drift.placing import placed
from monitoring.statistics.severity import AMBER, GREY
from monitoring.windows import Window
from tests.drift.referenced import (
    DAY,
    FILE,
    HEAD,
    HOUR,
    ROLLING,
    ROME,
    SEGMENTS,
    START,
    VERSIONS,
    WINDOW,
    log,
    moving,
    numbers,
    stored,
)


@pytest.fixture(scope="module", params=["1 day", "1 hour", "7 days"])
def alike(request, tmp_path_factory):
    """A chunk, the rows of a reference, a store where they are a window of the log, and one with a file."""
    chunk, folder = request.param, tmp_path_factory.mktemp("alike")
    each = 1440 if chunk == "1 hour" else 96
    days = 26 if chunk != "1 hour" else 18
    before, after = log(14, 1, each=each), log(days - 14, 2, "2013-03-15", each=each, shift=0.0)
    late = log(4, 3, "2013-03-22", each=each, shift=1.0)
    head = f'{HEAD}chunk = "{chunk}"\n'
    window = stored(folder / "w", (head, VERSIONS, SEGMENTS, WINDOW), [before, after, late])
    file = stored(folder / "f", (head, VERSIONS, SEGMENTS, FILE), [after, late], before)
    with window, file:
        yield chunk, before, window, file


@pytest.mark.parametrize("segment", [("", ""), ROME, ("city", "(missing)")], ids=["all", "Rome", "missing"])
def test_a_file_gives_the_same_values_and_colours_as_its_rows_as_a_window_of_the_log(alike, segment):
    chunk, before, window, file = alike
    live = dt.datetime(2013, 3, 15) if chunk != "1 hour" else dt.datetime(2013, 3, 14, 23)
    one, two = (drift.read(store, "m", segment=segment) for store in (window, file))
    assert two.keys[0].start == live
    assert [key for key in one.keys if key.start >= live] == list(two.keys)
    for check in ("chunk", *drift.CHECKS[3:]):
        pd.testing.assert_frame_equal(numbers(one, check, live), numbers(two, check, live), rtol=1e-9)
    # a trailing window that the log has no seven chunks for yet is not judged in the one, and half
    # reference in the other
    later = live + (28 if chunk == "7 days" else 7) * (HOUR if chunk == "1 hour" else DAY)
    pd.testing.assert_frame_equal(numbers(one, "pooled_7", later), numbers(two, "pooled_7", later), rtol=1e-9)
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
    elsewhere = log(60, 1, "2012-12-01", shift=4.0)
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


def test_a_versions_own_days_beyond_the_bins_are_grey_as_well(tmp_path):
    shadow = log(60, 1, "2013-04-10", shift=6.0, version="b").assign(id=lambda data: "s" + data["id"])
    champion = log(40, 2)
    with stored(tmp_path / "s", (HEAD, VERSIONS, WINDOW), [champion, shadow]) as store:
        frame = drift.frames.frame(drift.read(store, "m", against=Against("version", version="b")))
        late = frame[(frame["subject"] == "age") & (frame["chunk_start"] > "2013-05-10")]
        assert set(late["reason"]) <= {"off_grid", "partial"}
        assert set(late["status"]) == {"grey"}


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
        assert next(one.status for one in loud.signals if one.name == "drift") == "red"
        words = {"rolling": "the 28 days before", "weekday": "the same weekday of the 8 weeks before"}
        assert loud.reference == words.get(kind, "reference.parquet")
        assert loud.since == dt.datetime(2013, 5, 4)
        assert loud.volume == (48,) * 7
        assert set(health.frame(loud)["subject"]) == {
            "freshness",
            "quality",
            "drift",
            "predictions",
            "performance",
            "calibration",
        }
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
