"""What a closer look compares: each sort of reference, and sides that lack features, rows or scores."""

import itertools

import numpy as np
import pandas as pd
import pytest

from monitoring import drift
from monitoring.drift import CONSECUTIVE, Against, multivariate
from monitoring.windows import Window
from tests.drift.inspected_rows import (
    DAY,
    FILE,
    HEAD,
    LIVE,
    REFERENCE,
    SEGMENTS,
    START,
    WEEK,
    everything,
    odd,
    rows,
)

SECRET = "Zacharias Quux"


def test_excluded_features_are_not_looked_at(filled):
    store = filled(rows(shift=3.0), 'exclude = ["b"]\n' + HEAD + REFERENCE)
    found = drift.inspect(store, "m", WEEK)
    assert found.features == ("a", "quiet", "city", "grade")
    assert not found.drifted
    assert "b" not in {name for one in found.slices for name, _ in one["where"]}


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
    store = filled(rows(days=29, each=10))
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


def test_a_segment_is_looked_at_alone(filled):
    log = rows(seed=1)
    live = log["predicted_at"] >= pd.Timestamp(LIVE)
    log["b"] += np.where(live & (log["city"] == "Rome"), 2.0, 0.0)
    store = filled(log)
    rome, oslo = (drift.inspect(store, "m", WEEK, segment=("city", one)) for one in ("Rome", "Oslo"))
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
        Window(LIVE - 7 * back * DAY, LIVE - 7 * (back - 1) * DAY) for back in range(1, 5)
    ]
    assert drift.references(store, model, Window(START, START + DAY), Against()) == [
        Window(START + DAY, LIVE)
    ]


@pytest.mark.parametrize(
    "against", [None, CONSECUTIVE, Against("weekday", weeks=1), Against("version", version="champion")]
)
def test_a_closer_look_takes_every_sort_of_reference(filled, against):
    store = filled(rows(days=44), HEAD + FILE, reference=rows(seed=8))
    found = drift.inspect(store, "m", Window(LIVE, LIVE + 7 * DAY), against=against)
    assert found.notes == {"mixes": found.notes.get("mixes")} or "mixes" not in found.notes
    assert found.reference_total == {None: 3500, CONSECUTIVE: 100}.get(
        against, 700 if against and against.form == "weekday" else 2800
    )


def test_a_model_without_a_reference_cannot_be_looked_at(filled):
    with pytest.raises(drift.NoReferenceError, match=r"m: no \[reference\]"):
        drift.inspect(filled(rows(), HEAD), "m", WEEK)
