"""Whole answers as tidy frames, and the laws that every method keeps through the whole pipeline."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import drift, results
from monitoring.drift import Against, Inspection, Material
from monitoring.models import parse
from monitoring.statistics import METHODS
from monitoring.windows import Window

START = dt.datetime(2013, 3, 1)
MARCH = Window(START, dt.datetime(2013, 4, 1))
EVERY = pytest.mark.parametrize("method", list(METHODS))
CATEGORICAL = pytest.mark.parametrize(
    "method", [key for key, method in METHODS.items() if {"categorical", "binary"} & set(method.kinds)]
)
MODEL = parse('name = "m"\ntask = "binary"\ntimezone = "America/New_York"')


def numbers(rng, days=40, rows=300, since=35, by=0.8):
    return [rng.normal(by if i >= since else 0.0, 1.0, size=rows) for i in range(days)]


def words(rng, days=40, rows=300, since=35, to=(0.2, 0.8), names=("yes", "no")):
    share = len(names) == 2
    return [
        list(
            rng.choice(names, size=rows, p=to if i >= since else (0.7, 0.3))
            if share
            else rng.choice(names, size=rows)
        )
        for i in range(days)
    ]


def material(cubes, against=None, model=MODEL):
    return Material(model, cubes, MARCH, against or Against(), "", None, None, "", None)


@pytest.fixture
def mixed(make_cubes, rng):
    """Numbers, values of few, and names."""
    return make_cubes(
        {
            "x": numbers(rng),
            "grade": [rng.integers(0, 4, 300) * 1.0 for _ in range(40)],
            "c": words(rng, names=("p", "q", "r", "s")),
        }
    )


@pytest.fixture
def binary(make_cubes, rng):
    return make_cubes({"flag": words(rng), "x": numbers(rng)}, binary=True)


def same(one, two):
    order = ["measure", "subject", "chunk_start"]
    pd.testing.assert_frame_equal(*(part.sort_values(order).reset_index(drop=True) for part in (one, two)))


@pytest.mark.parametrize("against", [None, Against("rolling", chunks=7), Against("weekday", weeks=2)])
def test_every_method_has_rows_for_its_kinds_alone_and_agrees_with_being_asked_for_alone(mixed, against):
    found = material(mixed, against)
    frame = drift.every_method(found)
    assert frame.columns.tolist() == list(results.COLUMNS)
    for key, method in METHODS.items():
        own = frame[frame["measure"] == key]
        kinds = {"x": "numeric", "grade": "numeric", "c": "categorical"}
        assert set(own["subject"]) == {name for name, kind in kinds.items() if kind in method.kinds}
        alone = drift.frames.frame(drift.judged(found, method=key, checks=("chunk",)))
        same(own, alone[alone["measure"] == key])
    shares = drift.judged(found, checks=drift.CHUNK_CHECKS[1:])
    for check in drift.CHUNK_CHECKS[1:]:
        same(frame[frame["measure"] == check], drift.frames.frame(shares, check))
    assert not frame.duplicated(["subject", "measure", "chunk_start"]).any()


def test_methods_for_two_values_alone_have_rows_for_features_of_two_values(binary):
    frame = drift.every_method(material(binary))
    assert set(frame[frame["measure"] == "fisher"]["subject"]) == {"flag"}
    assert set(frame[frame["measure"] == "two_proportion_z"]["subject"]) == {"flag"}
    assert set(frame[frame["measure"] == "wasserstein"]["subject"]) == {"x"}
    assert set(frame[frame["measure"] == "psi"]["subject"]) == {"flag", "x"}


def test_a_window_and_a_chunk_and_an_instant_are_respected(mixed):
    found, late = material(mixed), Window(START + dt.timedelta(days=28), START + dt.timedelta(days=35))
    frame = drift.every_method(found, late)
    same(frame, drift.every_method(found)[lambda data: data["chunk_start"].isin(frame["chunk_start"])])
    assert frame["chunk_start"].nunique() == 7
    weeks = drift.every_method(found, chunk="7 days")
    assert weeks["chunk_start"].nunique() == 6
    early = drift.every_method(found, as_of=dt.datetime(2013, 3, 20, 12, tzinfo=dt.UTC))
    assert early["chunk_start"].nunique() == 20
    assert set(early[early["maturity"] == "partial"]["status"]) == {"grey"}


def test_without_features_there_is_nothing_to_show(make_cubes):
    nothing = make_cubes({"x": [np.zeros(3)]})
    empty = type(nothing.numeric)(
        (), (), (), *(np.zeros((0, 0, 0)) for _ in range(2)), *(np.zeros((0, 0)) for _ in range(7))
    )
    assert len(drift.every_method(material(type(nothing)(empty, empty)))) == 0


# Laws of every method.


def judged_as(make_cubes, features, method, **more):
    binary = METHODS[method].kinds == ("binary",)
    frame = drift.frame(make_cubes(features, binary=binary), MODEL, reference=MARCH, method=method, **more)
    assert set(frame["measure"]) == {method}
    return frame


def suited(method, rng, rows=300):
    """A feature of a kind that the method is defined for, which moves at the end."""
    return words(rng, rows=rows) if METHODS[method].kinds == ("binary",) else numbers(rng, rows=rows)


def with_nulls(days, rng):
    """The same rows with others between them that have no value."""
    out = []
    for i, day in enumerate(days):
        rows = np.array([*day, *([None] * (10 * (i % 7)))], dtype=object)
        rows = rng.permutation(rows)
        out.append(list(rows) if isinstance(day, list) else np.array(rows, dtype=float))
    return out


@EVERY
def test_rows_without_a_value_move_the_missing_share_and_nothing_else(make_cubes, rng, method):
    days = suited(method, rng)
    full, holed = (
        make_cubes({"x": one}, binary=METHODS[method].kinds == ("binary",))
        for one in (days, with_nulls(days, rng))
    )
    one, two = (drift.assess(cubes, MODEL, reference=MARCH, method=method) for cubes in (full, holed))
    for check in ("chunk", "pooled_7", "out_of_range", "unseen"):
        pd.testing.assert_frame_equal(
            drift.frames.frame(one, check), drift.frames.frame(two, check), rtol=1e-9, check_exact=False
        )
    assert (one.checks["missing"].value == 0).all()
    expected = [10 * (i % 7) / (300 + 10 * (i % 7)) for i in range(40)]
    np.testing.assert_allclose(two.checks["missing"].value[0], expected)


@EVERY
def test_doubling_every_row_leaves_the_value_as_it_is(make_cubes, rng, method):
    days = suited(method, rng, rows=1000)
    doubled = [day * 2 if isinstance(day, list) else np.tile(day, 2) for day in days]
    one, two = (judged_as(make_cubes, {"x": part}, method) for part in (days, doubled))
    moved = one["value"][35:]
    np.testing.assert_allclose(two["value"][35:], moved, rtol=0.05)
    quiet = two["value"][:35] - one["value"][:35]
    assert np.abs(quiet).max() < 0.05 * moved.min()
    assert (two["noise_floor"] < one["noise_floor"]).all(), "noise is what shrinks"
    assert set(two["status"][35:]) == {"red"}


@EVERY
def test_unequal_numbers_of_rows_on_both_sides_do_not_set_the_value(make_cubes, rng, method):
    values = {}
    for rows in (1000, 20_000):
        days = suited(method, rng, rows=200)[:35] + suited(method, rng, rows=rows)[35:]
        values[rows] = judged_as(make_cubes, {"x": days}, method)["value"][35:]
    assert values[1000].mean() == pytest.approx(values[20_000].mean(), rel=0.15)


@CATEGORICAL
def test_one_new_category_in_a_thousand_rows_is_not_drift(make_cubes, rng, method):
    days = [list(rng.choice(["a", "b"], p=[0.6, 0.4], size=1000)) for _ in range(45)]
    for day in days[35:]:
        day[0] = "new"
    frame = judged_as(make_cubes, {"c": days}, method)
    assert set(frame["status"]) == {"green"}
    days = [["a" if row == "new" else row for row in day] for day in days]
    without = judged_as(make_cubes, {"c": days}, method)
    assert np.abs(frame["value"] - without["value"]).max() < METHODS[method].levels.floor
    assert (frame["value"] > frame["limit_high"])[35:].sum() <= 1


@EVERY
def test_quiet_days_are_green_and_their_intervals_hold_what_is_found(make_cubes, rng, method):
    days = suited(method, rng)[:35]
    frame = judged_as(make_cubes, {"x": days}, method)
    assert (frame["status"] == "green").mean() >= 0.97
    assert (frame["lower"] <= frame["value"] + 1e-12).all()
    assert (frame["value"] <= frame["upper"] + 1e-12).all()


# A closer look.


@pytest.fixture
def looked():
    return Inspection(
        START,
        START + dt.timedelta(days=7),
        reference_rows=2000,
        current_rows=700,
        reference_total=4000,
        current_total=700,
        features=("a", "b"),
        classifier={
            "auc": 0.7,
            "lower": 0.65,
            "upper": 0.75,
            "p_value": 1e-9,
            "limit": 0.6,
            "blocks": 7,
            "attribution": [["b", 0.1, 0.01], ["a", 0.0, 0.01]],
        },
        embedding={"value": 0.3, "noise": 0.1, "p_value": 0.005},
        target="P(late)",
        mixes=[
            {
                "column": "city",
                "change": [0.1, 0.05, 0.15],
                "mix": [0.02, 0.01, 0.03],
                "rate": [0.08, 0.0, 0.1],
                "slices": [
                    {
                        "value": "Rome",
                        "reference_share": 0.5,
                        "current_share": 0.6,
                        "mix": [0.02, 0.0, 0.03],
                        "rate": [0.08, 0.0, 0.1],
                    }
                ],
            }
        ],
        slices=[
            {
                "where": [["a", "up to 1"], ["city", "is Rome"]],
                "reference_rows": 200,
                "current_rows": 70,
                "reference_share": 0.1,
                "current_share": 0.1,
                "reference_mean": 0.2,
                "current_mean": 0.5,
                "change": 0.3,
                "lower": 0.2,
                "upper": 0.4,
                "elsewhere": 0.0,
                "contribution": 0.03,
                "rate": 0.001,
            }
        ],
    )


def test_a_closer_look_is_a_tidy_frame(looked):
    frame = drift.inspected(looked, MODEL, "the days before", "origin=EWR")
    assert frame.dtypes.to_dict() == results.frame({}).dtypes.to_dict()
    assert frame["measure"].tolist() == [
        "domain_classifier",
        "mean_embedding",
        "attribution",
        "attribution",
        "mix",
        "mix",
        "rate",
        "rate",
        "slice",
    ]
    assert set(frame["reference"]) == {"the days before"}
    assert set(frame["chunk_start"]) == {pd.Timestamp("2013-03-01 05:00", tz="UTC")}
    assert set(frame["chunk_stop"]) == {pd.Timestamp("2013-03-08 05:00", tz="UTC")}
    area = frame.iloc[0]
    assert area[["subject", "value", "limit_high", "status", "reason", "segment", "n"]].tolist() == [
        "features",
        0.7,
        0.6,
        "amber",
        "drift",
        "origin=EWR",
        700,
    ]
    by = frame.set_index(["measure", "segment"])
    assert by.loc[("mix", "city=Rome"), "value"].item() == 0.02
    assert by.loc[("rate", "city=Rome"), "n"].item() == 420
    assert by.loc[("slice", "a up to 1 and city is Rome"), "value"].item() == 0.3
    assert frame[frame["measure"] == "attribution"]["subject"].tolist() == ["b", "a"]
    assert set(frame["status"].iloc[1:]) == {"grey"}
    assert len(results.records(frame)) == 9


def test_a_closer_look_that_found_nothing_is_an_empty_frame():
    empty = drift.inspected(Inspection(START, START + dt.timedelta(days=7)), MODEL, "r")
    assert len(empty) == 0
    assert empty.columns.tolist() == list(results.COLUMNS)
