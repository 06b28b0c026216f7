"""A closer look at rows: changes that no single feature shows, what is behind them, and nothing more."""

import datetime as dt
import itertools
import json
import tracemalloc
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from monitoring import drift
from monitoring.drift import CONSECUTIVE, Against, inspection, multivariate
from monitoring.drift.tables import recoded, tables
from monitoring.statistics import classifier
from monitoring.store import Store, findings
from monitoring.store.rows import Rows
from monitoring.windows import Window

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 1)
LIVE = START + 14 * DAY
WEEK = Window(LIVE, LIVE + 7 * DAY)
HEAD = 'name = "m"\ntask = "binary"\nclock = "last row"\n'
REFERENCE = "[reference]\nstart = 2026-01-01\nstop = 2026-01-15\n"
FILE = '[reference]\nfile = "reference.parquet"\n'
SEGMENTS = '[segments]\ncolumns = ["city", "grade"]\n'
SECRET = "Zacharias Quux"


def rows(days=21, seed=0, first=START, each=100, correlation=0.0, shift=0.0):
    """Rows of independent features; from the fifteenth day on two of them may go together, or one move."""
    rng = np.random.default_rng(seed)
    count = days * each
    at = pd.Timestamp(first) + pd.to_timedelta(np.arange(count) * (1440 / each), unit="min")
    live = at >= pd.Timestamp(LIVE)
    a, b, noise, quiet = rng.normal(size=(4, count))
    r = np.where(live, correlation, 0.0)
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": at,
            "score": (1 / (1 + np.exp(-(a + 0.3 * noise)))).round(4),
            "a": a,
            "b": r * a + np.sqrt(1 - r**2) * b + np.where(live, shift, 0.0),
            "quiet": quiet,
            "city": rng.choice(
                np.array(["Rome", "Oslo", "Bern", None], object), count, p=[0.5, 0.3, 0.1, 0.1]
            ),
            "grade": rng.integers(0, 4, count) * 1.0,
        }
    )


@pytest.fixture
def filled(tmp_path):
    """A function that makes a store of a model's file, a log, and a reference file."""
    opened = []

    def fill(log, toml=HEAD + REFERENCE + SEGMENTS, reference=None):
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        if reference is not None:
            reference.to_parquet(folder / "reference.parquet", index=False)
        store = Store.open(folder / "lookout.duckdb")
        opened.append(store)
        store.add(toml, folder=folder)
        log.to_parquet(folder / "log.parquet", index=False)
        assert not store.ingest("m", folder / "log.parquet").problem
        return store

    yield fill
    for store in opened:
        store.close()


def everything(found):
    """All that an inspection says, as text."""
    return json.dumps(asdict(found), default=str)


def test_features_that_begin_to_go_together_are_found_where_none_of_them_has_changed(filled):
    store = filled(rows(correlation=0.8))
    found = drift.inspect(store, "m", WEEK)
    assert found.drifted
    assert found.status == "amber"
    leading = sorted(found.attribution, key=lambda name: -found.attribution[name][0])[:2]
    assert set(leading) == {"a", "b"}
    assert found.sentence(store.model("m")).startswith(
        "A classifier tells these rows from the reference, most by "
    )
    assessment = drift.read(store, "m")
    live = [WEEK.holds(key.start) for key in assessment.keys]
    assert (assessment.checks["chunk"].status[:, live] <= 0).all()
    assert drift.verdict(assessment).status == "green"


def test_a_feature_that_moved_is_the_one_that_is_named(filled):
    store = filled(rows(shift=1.0))
    found = drift.inspect(store, "m", WEEK)
    assert found.drifted
    fall, error = found.attribution["b"]
    assert fall > 5 * error
    assert all(fall > 10 * other for name, (other, _) in found.attribution.items() if name != "b")
    assert "most by b: AUC " in found.sentence(store.model("m"))
    assert found.embedding["p_value"] < 0.01
    assert found.embedding["value"] > found.embedding["noise"]


def test_rows_like_those_of_the_reference_are_not_drifted_in_nine_of_ten_repetitions():
    drifted = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        matrix = tables(*(drawn(rng, count) for count in (1600, 700)))
        keys = np.repeat(np.datetime64(START, "us") + np.arange(16) * np.timedelta64(1, "D"), 100)
        found = drift.Inspection(START, LIVE, classifier=multivariate.classifier(matrix, keys, silent))
        assert found.classifier["blocks"] == 7
        drifted.append(found.drifted)
    assert np.mean(drifted) <= 0.10


def silent(share, what):
    assert 0 <= share <= 1
    assert what


def drawn(rng, count, **columns):
    """Rows as the store draws them."""
    names = np.array(["x", "y", "z", None], object)
    own = {
        "a": rng.normal(size=count),
        "b": rng.lognormal(size=count),
        "c": rng.choice(names, count),
        **columns,
    }
    kinds = {name: "categorical" if values.dtype == object else "numeric" for name, values in own.items()}
    keys = np.full(count, np.datetime64(START, "us"))
    return Rows(keys, own, kinds, rng.random(count), {}, count)


def test_quiet_windows_of_one_store_stay_quiet(filled):
    store = filled(rows(days=56, each=60))
    windows = [Window(LIVE + 3 * i * DAY, LIVE + (3 * i + 3) * DAY) for i in range(10)]
    drifted = [drift.inspect(store, "m", window, rows=1500).drifted for window in windows]
    assert sum(drifted) <= 1


def test_days_that_differ_by_nature_raise_the_limit(filled):
    log = rows(days=30)
    day = (log["predicted_at"] - pd.Timestamp(START)).dt.days.to_numpy()
    log["a"] += np.random.default_rng(5).normal(0, 1.0, 30)[day]
    found = drift.inspect(filled(log), "m", Window(LIVE, LIVE + 2 * DAY))
    assert found.classifier["limit"] > 0.6
    assert drift.inspect(filled(rows()), "m", WEEK).classifier["limit"] < found.classifier["limit"]


def test_every_part_is_there_with_its_numbers(filled):
    chunks = [Window(LIVE + i * DAY, LIVE + (i + 1) * DAY) for i in range(7)]
    said = []
    found = drift.inspect(
        filled(rows(correlation=0.8)),
        "m",
        WEEK,
        chunks=chunks,
        progress=lambda share, what: said.append((share, what)),
    )
    assert found.notes == {}
    assert (found.reference_rows, found.reference_total, found.current_rows, found.current_total) == (
        1400,
        1400,
        700,
        700,
    )
    assert found.features == ("a", "b", "quiet", "city", "grade")
    area = found.classifier
    assert area["lower"] < area["auc"] < area["upper"]
    assert 0.55 <= area["limit"] < 1
    assert len(area["attribution"]) == 5
    assert 0 < found.embedding["p_value"] <= 1
    course = found.reconstruction
    assert course["chunks"] == [one.start.isoformat() for one in chunks]
    assert course["n"] == [100] * 7
    assert all(np.isfinite(course["mean"]))
    assert all(error > 0 for error in course["error"])
    assert course["low"] < course["high"]
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[0] == (0.0, "drawing rows")
    assert said[-1] == (1.0, "done")


def test_chunks_without_rows_are_gaps_in_the_reconstruction_error(filled):
    chunks = [Window(LIVE + i * DAY, LIVE + (i + 1) * DAY) for i in range(9)]
    course = drift.inspect(filled(rows()), "m", WEEK, chunks=chunks).reconstruction
    assert course["n"] == [100] * 7 + [0, 0]
    assert course["mean"][-2:] == course["error"][-2:] == [None, None]


def test_excluded_features_are_not_looked_at(filled):
    store = filled(rows(shift=3.0), 'exclude = ["b"]\n' + HEAD + REFERENCE)
    found = drift.inspect(store, "m", WEEK)
    assert found.features == ("a", "quiet", "city", "grade")
    assert not found.drifted
    assert "b" not in {name for one in found.slices for name, _ in one["where"]}


@pytest.mark.parametrize(
    "toml",
    [
        HEAD + REFERENCE,
        HEAD + REFERENCE + SEGMENTS,
        HEAD + "[reference]\nstart = 2026-01-01\nstop = 2026-01-02\n",
    ],
    ids=["plain", "segments", "one day"],
)
def test_an_answer_is_kept_and_comes_back_equal(filled, monkeypatch, toml):
    store = filled(odd(rows(correlation=0.5)), toml)
    first = drift.inspect(store, "m", WEEK)
    kept = findings.recall(store, "m", key_of(store, WEEK), store.data_version("m"))
    assert kept is not None
    monkeypatch.setattr(inspection, "_looked", None)
    again = drift.inspect(store, "m", WEEK)
    assert again == first
    assert (
        drift.Inspection(
            WEEK.start, WEEK.stop, **{**json.loads(json.dumps(kept)), "features": first.features}
        )
        == first
    )
    with pytest.raises(TypeError):  # another question has no answer yet
        drift.inspect(store, "m", Window(LIVE, LIVE + DAY))
    with pytest.raises(TypeError):
        drift.inspect(store, "m", WEEK, against=CONSECUTIVE)


def key_of(store, window):
    with store.cursor() as cursor:
        keys = cursor.execute("SELECT key FROM findings WHERE key LIKE 'inspection%'").fetchall()
    found = [key for (key,) in keys if window.start.isoformat() in key]
    assert len(found) == 1
    return found[0]


def odd(log):
    """The same with columns of every odd sort."""
    live = (log["predicted_at"] >= pd.Timestamp(LIVE)).to_numpy()
    numbers = np.random.default_rng(9).normal(size=len(log))
    return log.assign(
        never=np.nan,
        constant=7.0,
        infinite=np.where(numbers > 1, np.inf, numbers),
        gone=np.where(live, np.nan, numbers),
        new=np.where(live, numbers, np.nan),
        word=np.where(live, None, "word"),
        wild=np.where(numbers > 2.5, 1e100, numbers),
        names=[f"n{i % 700}" for i in range(len(log))],
    )


def test_a_changed_log_is_looked_at_again(filled, tmp_path):
    store = filled(rows())
    before = drift.inspect(store, "m", WEEK)
    rows(seed=3, days=7, first=LIVE, shift=2.0).to_parquet(tmp_path / "more.parquet", index=False)
    store.ingest("m", tmp_path / "more.parquet")
    after = drift.inspect(store, "m", WEEK)
    assert (before.current_total, after.current_total) == (700, 1400)
    assert after.drifted


def test_columns_that_only_one_side_has_are_seen_and_harm_nothing(filled):
    store = filled(odd(rows()))
    found = drift.inspect(store, "m", WEEK)
    assert found.notes == {}
    assert found.drifted
    leading = next(iter(found.attribution))
    assert leading in ("gone", "new", "word")
    assert found.attribution["never"] == found.attribution["constant"] == (0.0, 0.0)
    assert np.isfinite([*map(float, (found.classifier["auc"], found.embedding["value"]))]).all()


def test_private_features_never_appear_by_value(filled):
    rng = np.random.default_rng(1)
    log = rows()
    live = (log["predicted_at"] >= pd.Timestamp(LIVE)).to_numpy()
    log["customer"] = np.where(rng.random(len(log)) < 0.6, SECRET, "Somebody Else")
    log["Wage"] = np.where(rng.random(len(log)) < 0.6, 77123.25, 51999.75)
    planted = live & ((log["customer"] == SECRET) | (log["Wage"] > 60000)).to_numpy()
    log["score"] = np.where(planted, 0.99, log["score"])
    private = "".join(f"[features.{name}]\nprivate = true\n" for name in ("CUSTOMER", "wage", "city"))
    segments = '[segments]\ncolumns = ["customer", "city", "grade"]\n'
    store = filled(log, HEAD + REFERENCE + segments)
    assert SECRET in everything(drift.inspect(store, "m", WEEK)), "it would be told if it were not private"
    # marked later, and spelled otherwise than the log does
    store.add(HEAD + REFERENCE + segments + private)
    found = drift.inspect(store, "m", Window(LIVE, LIVE + 6 * DAY))
    said = everything(found)
    for value in (SECRET, "Somebody", "77123", "7.712e", "51999", "5.2e+04", "Rome", "Oslo"):
        assert value not in said
    assert "customer" in found.features, "it is looked at"
    assert [mix["column"] for mix in found.mixes] == ["grade"]
    frame = drift.inspected(found, store.model("m"), "reference").to_csv()
    assert SECRET not in frame


@pytest.mark.parametrize("part", ["classifier", "embedding", "reconstruction", "mixes", "slices"])
def test_a_part_that_fails_leaves_a_note_and_all_others(filled, monkeypatch, part):
    def failing(*given, **more):
        raise ValueError(f"{part} cannot")

    where = multivariate if part in ("classifier", "embedding", "reconstruction") else drift.causes
    monkeypatch.setattr(where, part, failing)
    store = filled(rows(shift=1.0))
    found = drift.inspect(store, "m", WEEK)
    assert found.notes == {part: f"{part} cannot"}
    for one in ("classifier", "embedding", "reconstruction", "mixes"):
        assert bool(getattr(found, one)) is (one != part)
    assert found.status == ("grey" if part == "classifier" else "amber")
    assert found.sentence(store.model("m"))
    assert len(drift.inspected(found, store.model("m"), "r")) > 0


def test_ten_rows_are_too_few_and_say_so(filled):
    store = filled(rows(days=15, each=10))
    found = drift.inspect(store, "m", WEEK)
    assert (found.current_rows, found.status, found.drifted) == (10, "grey", False)
    assert "100 rows are needed" in found.notes["classifier"]
    assert found.sentence(store.model("m")) == found.notes["classifier"]
    assert found.slices == []
    assert found.embedding["p_value"] > 0.01


def test_a_window_without_rows_is_grey(filled):
    store = filled(rows(days=10))
    found = drift.inspect(store, "m", WEEK)
    assert (found.current_rows, found.current_total, found.status) == (0, 0, "grey")
    assert found.mixes == found.slices == []
    assert set(found.notes) >= {"classifier", "embedding", "mixes", "slices"}
    assert drift.inspect(store, "m", WEEK) == found


@pytest.mark.parametrize("lacking", ["reference", "current", "both"])
def test_without_scores_the_features_are_still_looked_at(filled, lacking):
    log = rows(shift=1.0)
    live = log["predicted_at"] >= pd.Timestamp(LIVE)
    log["score"] = log["score"].where({"reference": live, "current": ~live, "both": live & ~live}[lacking])
    found = drift.inspect(filled(log, HEAD + FILE + SEGMENTS, reference=log[~live]), "m", WEEK)
    assert found.drifted
    assert found.mixes == found.slices == []
    assert found.notes == {
        "mixes": "too few scored rows on one side",
        "slices": "too few scored rows on one side",
    }


CLASSES = '[columns.score]\nlow = "p_low"\nhigh = "p_high"\nnone = "p_none"\n'


def multiclass(log, high=0.2):
    live = (log["predicted_at"] >= pd.Timestamp(LIVE)).to_numpy()
    shares = np.column_stack([np.full(len(log), 0.5), np.where(live, high, 0.2)])
    shares = shares + np.random.default_rng(2).normal(0, 0.01, shares.shape)
    return log.drop(columns="score").assign(
        p_low=shares[:, 0], p_high=shares[:, 1], p_none=1 - shares.sum(axis=1)
    )


def test_a_multiclass_model_tells_the_class_whose_probability_moved_most(filled):
    toml = HEAD.replace("binary", "multiclass") + REFERENCE + SEGMENTS + CLASSES
    log = multiclass(rows(), high=0.45)
    log["p_none"] -= 0.001 * (log["predicted_at"] < pd.Timestamp(LIVE))
    found = drift.inspect(filled(log, toml), "m", WEEK)
    assert found.target in ("P(high)", "P(none)")
    assert abs(found.mixes[0]["change"][0]) == pytest.approx(0.25, abs=0.01)
    assert found.notes == {}


@pytest.mark.parametrize("lacking", ["reference", "current", "both", "one class"])
def test_a_multiclass_model_without_probabilities_on_a_side_says_so(filled, lacking):
    toml = HEAD.replace("binary", "multiclass") + FILE + SEGMENTS + CLASSES
    log = multiclass(rows(shift=1.0))
    live = log["predicted_at"] >= pd.Timestamp(LIVE)
    columns = ["p_low", "p_high", "p_none"]
    log, file = log.astype(dict.fromkeys(columns, float)), log[~live].copy()
    if lacking in ("reference", "both"):
        file = file.drop(columns=columns)
    if lacking in ("current", "both"):
        log[columns] = np.nan
    found = drift.inspect(filled(log[live], toml, reference=file), "m", WEEK)
    assert found.drifted
    assert bool(found.mixes) is (lacking == "one class")
    assert ("mixes" in found.notes) is (lacking != "one class")


def test_the_mix_of_a_segment_column_adds_up_to_the_change_of_the_mean_score(filled):
    log = rows(days=28)
    live = (log["predicted_at"] >= pd.Timestamp(LIVE)).to_numpy()
    rng = np.random.default_rng(4)
    log["city"] = np.where(live & (rng.random(len(log)) < 0.4), "Bern", log["city"])
    log["score"] = (0.3 + 0.4 * (log["city"] == "Bern") + 0.1 * live + 0.1 * log["score"]).round(4)
    log.loc[rng.random(len(log)) < 0.05, "score"] = np.nan
    store = filled(log)
    found = drift.inspect(store, "m", WEEK)
    used = log.assign(
        side=np.select([log["predicted_at"] < LIVE, log["predicted_at"] < WEEK.stop], [0, 1], -1)
    ).query("side >= 0 and score == score")
    means = used.groupby("side")["score"].mean()
    assert [mix["column"] for mix in found.mixes] == ["city", "grade"]
    for mix in found.mixes:
        column = mix["column"]
        slice_of = used[column].map(lambda value: f"{value}", na_action="ignore").fillna("(missing)")
        expected = used.groupby(["side", slice_of.rename("slice")])["score"].agg(["size", "mean"])
        before, now = (expected.loc[side] for side in (0, 1))
        w0, w1 = before["size"] / before["size"].sum(), now["size"] / now["size"].sum()
        assert mix["change"][0] == pytest.approx(means[1] - means[0], abs=1e-12)
        assert mix["mix"][0] + mix["rate"][0] == pytest.approx(mix["change"][0], abs=1e-12)
        assert sum(one["mix"][0] for one in mix["slices"]) == pytest.approx(mix["mix"][0], abs=1e-12)
        assert sum(one["rate"][0] for one in mix["slices"]) == pytest.approx(mix["rate"][0], abs=1e-12)
        assert {one["value"] for one in mix["slices"]} == set(before.index)
        for one in mix["slices"]:
            name = one["value"]
            assert one["reference_share"] == pytest.approx(w0[name], abs=1e-12)
            assert one["current_share"] == pytest.approx(w1[name], abs=1e-12)
            lead = before.loc[name, "mean"] - means[0]
            assert one["mix"][0] == pytest.approx((w1[name] - w0[name]) * lead, abs=1e-12)
            step = now.loc[name, "mean"] - before.loc[name, "mean"]
            assert one["rate"][0] == pytest.approx(w1[name] * step, abs=1e-12)
            for value, lower, upper in (one["mix"], one["rate"]):
                assert lower <= value <= upper
    assert found.mixes[0]["slices"][0]["value"] == "Bern"


def test_values_that_read_like_others_or_missing_are_told_apart(filled):
    rng = np.random.default_rng(6)
    log = rows()
    log["city"] = rng.choice(np.array(["(other)", "(missing)", "a", None], object), len(log))
    names = [one["value"] for one in drift.inspect(filled(log), "m", WEEK).mixes[0]["slices"]]
    assert sorted(names) == ["((missing))", "((other))", "(missing)", "a"]


def test_values_beyond_the_twenty_with_a_profile_are_one_slice(filled):
    log = rows().assign(city=lambda data: [f"c{i % 50}" for i in range(len(data))])
    mix = drift.inspect(filled(log), "m", WEEK).mixes[0]
    other = next(one for one in mix["slices"] if one["value"] == "(other)")
    assert len(mix["slices"]) == 21
    assert other["current_share"] == pytest.approx(0.6)


def test_the_worst_slice_is_the_one_that_was_planted(filled):
    log = rows(days=42, each=400)
    live = log["predicted_at"] >= pd.Timestamp(LIVE)
    planted = live & (log["city"] == "Oslo") & (log["grade"] == 2)
    log["score"] = (log["score"] * 0.5 + 0.4 * planted).round(4)
    window = Window(LIVE, LIVE + 28 * DAY)
    found = drift.inspect(filled(log), "m", window)
    worst = found.slices[0]
    assert {name for name, _ in worst["where"]} == {"city", "grade"}
    assert ["city", "is Oslo"] in worst["where"]
    assert len(found.slices) == 1, "nothing else stands out"
    inside = (log["city"] == "Oslo") & (log["grade"] == 2)
    change = log[inside & live]["score"].mean() - log[inside & ~live]["score"].mean()
    assert worst["change"] == pytest.approx(change)
    assert worst["change"] == pytest.approx(0.4, abs=0.05)
    assert worst["lower"] < worst["change"] < worst["upper"]
    assert abs(worst["elsewhere"]) < 0.05
    assert worst["current_share"] == pytest.approx(planted[live].mean(), abs=1e-9)
    assert drift.inspect(filled(rows()), "m", WEEK).slices == []


def test_rows_and_memory_are_bounded(filled, monkeypatch):
    store = filled(rows(days=40, each=1500))
    drawn_rows = []
    real = inspection.tables

    def counting(reference, current, features=None):
        drawn_rows.append((len(reference), len(current)))
        return real(reference, current, features)

    monkeypatch.setattr(inspection, "tables", counting)
    window = Window(LIVE, LIVE + 26 * DAY)
    tracemalloc.start()
    small = drift.inspect(store, "m", window, rows=2_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drawn_rows == [(2_000, 2_000)]
    assert (small.reference_rows, small.current_rows) == (2_000, 2_000)
    assert (small.reference_total, small.current_total) == (21_000, 39_000)
    assert peak < 100e6
    assert len(everything(small)) < 100_000
    usual = drift.inspect(store, "m", window)
    assert (usual.reference_rows, usual.current_rows) == (20_000, 20_000)


def test_a_segment_is_looked_at_alone(filled):
    log = rows(days=28)
    live = log["predicted_at"] >= pd.Timestamp(LIVE)
    log["b"] += np.where(live & (log["city"] == "Rome"), 2.0, 0.0)
    store = filled(log)
    rome, oslo = (
        drift.inspect(store, "m", Window(LIVE, LIVE + 14 * DAY), segment=("city", one))
        for one in ("Rome", "Oslo")
    )
    assert rome.drifted
    assert not oslo.drifted
    assert rome.current_total == (live & (log["city"] == "Rome")).sum()


# What a window is compared with.


def inside(windows, window):
    return [one for one in windows if one.overlaps(window)]


@pytest.mark.parametrize(
    "against",
    [
        Against(), Against("rolling", chunks=1), Against("rolling", chunks=28, gap=3), Against("weekday"),
        Against("weekday", weeks=250_000), Against("rolling", chunks=250_000, gap=250_000),
    ],
    ids=lambda one: one.key,
)  # fmt: skip
def test_a_window_is_never_part_of_what_it_is_compared_with(filled, against):
    store = filled(rows(days=2))
    for days, offset, chunk in itertools.product((1, 7, 10), (-3, 5, 40), ("1 day", "7 days", "28 days")):
        window = Window(START + offset * DAY, START + (offset + days) * DAY)
        found = drift.references(store, store.model("m"), window, against, chunk)
        assert inside(found, window) == []
        assert all(one.start < one.stop for one in found)
        for place, one in enumerate(found):
            assert not inside(found[:place], one)


def test_a_window_is_compared_with_what_the_words_say(filled):
    store = filled(rows(days=8))
    model = store.model("m")

    def found(against, chunk="1 day"):
        return drift.references(store, model, WEEK, against, chunk)

    assert found(Against()) == [Window(START, LIVE)]
    assert found(CONSECUTIVE) == [Window(LIVE - DAY, LIVE)]
    assert found(Against("rolling", chunks=4, gap=1), "7 days") == [Window(LIVE - 35 * DAY, LIVE - 7 * DAY)]
    assert found(Against("weekday", weeks=9)) == [
        Window(LIVE - 7 * DAY, LIVE), Window(LIVE - 14 * DAY, LIVE - 7 * DAY),
    ]  # fmt: skip
    assert drift.references(store, model, Window(START, START + DAY), Against()) == [
        Window(START + DAY, LIVE)
    ]


@pytest.mark.parametrize(
    "against", [None, CONSECUTIVE, Against("weekday", weeks=1), Against("version", version="champion")]
)
def test_a_closer_look_takes_every_sort_of_reference(filled, against):
    store = filled(rows(days=30), HEAD + FILE, reference=rows(seed=8))
    found = drift.inspect(store, "m", Window(LIVE, LIVE + 7 * DAY), against=against)
    assert found.notes == {"mixes": found.notes.get("mixes")} or "mixes" not in found.notes
    assert found.reference_total == {None: 2100, CONSECUTIVE: 100}.get(
        against, 700 if against and against.form == "weekday" else 2100
    )


def test_a_model_without_a_reference_cannot_be_looked_at(filled):
    with pytest.raises(drift.NoReferenceError, match=r"m: no \[reference\]"):
        drift.inspect(filled(rows(), HEAD), "m", WEEK)


def test_codes_of_other_rows_are_those_of_the_samples():
    rng = np.random.default_rng(0)
    first, second = drawn(rng, 50), drawn(rng, 40)
    matrix = tables(first, second)
    np.testing.assert_array_equal(recoded(matrix, first), matrix.reference)
    np.testing.assert_array_equal(recoded(matrix, second), matrix.current)
    strange = drawn(rng, 3, c=np.array(["never seen", None, "x"], object))
    assert recoded(matrix, strange)[:, 2].tolist() == [-1.0, -1.0, float(matrix.names[2].index("x"))]
    many = drawn(rng, 600, c=np.array([f"n{i}" for i in range(600)], object))
    pooled = tables(many, many)
    assert pooled.reference[:, 2].max() == 254
    assert pooled.names[2][-1] == "(all others)"
    np.testing.assert_array_equal(recoded(pooled, many), pooled.reference)


def test_the_classifier_is_never_shown_more_rows_of_a_block_than_agreed(monkeypatch):
    sizes, real = [], classifier.domain_classifier

    def counting(reference, current, *given, **more):
        sizes.append((len(reference), len(current)))
        return real(reference, current, *given, **more)

    monkeypatch.setattr(classifier, "domain_classifier", counting)
    rng = np.random.default_rng(0)
    matrix = tables(drawn(rng, 16_000), drawn(rng, 200))
    keys = np.repeat(np.datetime64(START, "us") + np.arange(16) * np.timedelta64(1, "D"), 1000)
    multivariate.classifier(matrix, keys, silent)
    assert sizes[0] == (16_000, 200)
    assert len(sizes) == 8
    assert max(max(pair) for pair in sizes[1:]) <= multivariate.BLOCK_ROWS
