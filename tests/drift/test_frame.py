"""The drift frame: what is in it, and what each odd feature does to it."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from monitoring import drift, reasons, results
from monitoring.models import parse
from monitoring.statistics import METHODS
from monitoring.store.cubes import Cubes
from monitoring.windows import Window


def normal_days(rng, days, rows=300, moved_from=None, by=0.0):
    return [
        rng.normal(by if moved_from is not None and i >= moved_from else 0.0, 1.0, size=rows)
        for i in range(days)
    ]


def last(frame, subject):
    return frame[frame["subject"] == subject].iloc[-1]


def test_the_frame_is_tidy(make_cubes, model, march, rng):
    cubes = make_cubes(
        {"x": normal_days(rng, 40), "c": [list(rng.choice(["a", "b"], size=300)) for _ in range(40)]}
    )
    frame = drift.frame(cubes, model, reference=march)
    assert frame.dtypes.to_dict() == results.frame({}).dtypes.to_dict()
    assert frame.columns.tolist() == list(results.COLUMNS)
    assert len(frame) == 2 * 40
    assert frame["reference"].unique().tolist() == ["2013-03-01 to 2013-04-01"]
    assert frame.groupby("subject")["measure"].unique().map(list).to_dict() == {
        "c": ["chi_square"],
        "x": ["kolmogorov_smirnov"],
    }
    assert results.records(frame)[0]["version"] is None


def test_days_are_local_and_as_long_as_they_are(make_cubes, model, march, rng):
    frame = drift.frame(make_cubes({"x": normal_days(rng, 31)}), model, reference=march)
    lengths = (frame["chunk_stop"] - frame["chunk_start"]).dt.total_seconds() / 3600
    assert lengths[9] == 23  # the clocks went forward on 10 March
    assert frame["chunk_start"][0] == pd.Timestamp("2013-03-01 05:00", tz="UTC")


def test_quiet_features_are_green_and_a_moved_one_is_red(make_cubes, model, march, rng):
    cubes = make_cubes(
        {f"q{i}": normal_days(rng, 60) for i in range(5)} | {"moved": normal_days(rng, 60, 300, 40, 1.0)}
    )
    frame = drift.frame(cubes, model, reference=march)
    moved = frame[frame["subject"] == "moved"]["status"].tolist()
    assert set(moved[40:]) == {"red"}
    assert set(moved[:40]) == {"green"}
    quiet = frame[frame["subject"] != "moved"]
    assert (quiet["status"] == "green").mean() > 0.99


def test_limits_lie_above_the_noise_and_values_below_them_in_the_reference(make_cubes, model, march, rng):
    frame = drift.frame(make_cubes({"x": normal_days(rng, 31)}), model, reference=march)
    assert (frame["limit_high"] >= frame["noise_floor"]).all()
    assert (frame["value"] < frame["limit_high"]).mean() > 0.9
    assert (frame["limit_high"] < 0.25).all()


def binary_days(rng, days, moved_from=None, to=0.5):
    """Two values, the event in a fifth of the rows, and from a day on in more of them."""
    share = [to if moved_from is not None and i >= moved_from else 0.2 for i in range(days)]
    return [list(np.where(rng.random(300) < p, "yes", "no")) for p in share]


@pytest.mark.parametrize("method", list(METHODS))
def test_every_method_finds_a_large_move(make_cubes, model, march, rng, method):
    if METHODS[method].kinds == ("binary",):
        cubes = make_cubes({"x": binary_days(rng, 45, 40), "y": binary_days(rng, 45)}, binary=True)
    else:
        cubes = make_cubes({"x": normal_days(rng, 45, 300, 40, 1.0), "y": normal_days(rng, 45)})
    frame = drift.frame(cubes, model, reference=march, method=method)
    assert last(frame, "x")["measure"] == method
    assert last(frame, "x")["status"] == "red"
    assert last(frame, "y")["status"] == "green"
    assert np.isfinite(frame[["value", "noise_floor", "limit_high", "p_value"]]).all(axis=None)
    assert (frame["lower"] <= frame["value"] + 1e-12).all()
    assert (frame["value"] <= frame["upper"] + 1e-12).all()
    assert last(frame, "x")["lower"] > last(frame, "y")["upper"]
    assert last(frame, "x")["effect"] > 0


def test_a_method_that_is_not_defined_for_categories_leaves_them_the_automatic_one(
    make_cubes, model, march, rng
):
    cubes = make_cubes(
        {"x": normal_days(rng, 40), "c": [list(rng.choice(["a", "b"], size=300)) for _ in range(40)]}
    )
    frame = drift.frame(cubes, model, reference=march, method="kolmogorov_smirnov")
    assert last(frame, "c")["measure"] == "chi_square"


def test_an_unknown_method_is_named_in_the_error(make_cubes, model, march, rng):
    with pytest.raises(ValueError, match="no drift method 'psy'; there are auto, psi"):
        drift.frame(make_cubes({"x": normal_days(rng, 31)}), model, reference=march, method="psy")


def test_a_chunk_shorter_than_the_grain_is_refused(make_cubes, model, march, rng):
    with pytest.raises(ValueError, match="shorter than the profile's grain"):
        drift.frame(make_cubes({"x": normal_days(rng, 31)}), model, reference=march, chunk="1 hour")


def test_odd_features_do_not_disturb_the_others(make_cubes, model, march, rng):
    days = 45
    plain = {"x": normal_days(rng, days)}
    odd = {
        "all_null": [np.full(300, np.nan)] * days,
        "null_in_reference": [np.full(300, np.nan)] * 31 + normal_days(rng, days - 31),
        "constant": [np.full(300, 7.0)] * days,
        "no_longer_constant": [np.full(300, 7.0)] * (days - 1) + [np.r_[np.full(295, 7.0), np.arange(5.0)]],
        "infinite": [np.full(300, np.inf)] * days,
        "<b>bold</b> \N{SLIGHTLY SMILING FACE}": [["<script>"] * 300] * days,
    }
    frame = drift.frame(make_cubes(plain | odd), model, reference=march)
    alone = drift.frame(make_cubes(plain), model, reference=march)
    same = frame[frame["subject"] == "x"].reset_index(drop=True)
    pd.testing.assert_series_equal(same["value"], alone["value"])
    assert {name: (last(frame, name)["status"], last(frame, name)["reason"]) for name in odd} == {
        "all_null": ("grey", "empty_reference"),
        "null_in_reference": ("grey", "empty_reference"),
        "constant": ("green", "constant"),
        "no_longer_constant": ("amber", "no_longer_constant"),
        "infinite": ("grey", "empty_reference"),
        "<b>bold</b> \N{SLIGHTLY SMILING FACE}": ("green", "constant"),
    }


def test_too_few_rows_are_grey_and_say_so(make_cubes, model, march, rng):
    cubes = make_cubes({"x": [*normal_days(rng, 40), rng.normal(3, 1, size=29), np.zeros(0)]})
    frame = drift.frame(cubes, model, reference=march)
    assert frame["reason"].tolist()[-2:] == ["too_few_rows", "no_data"]
    assert frame["status"].tolist()[-2:] == ["grey", "grey"]


def test_days_without_a_profile_are_gaps(make_cubes, model, march, rng):
    keys = [dt.datetime(2013, 3, 1) + dt.timedelta(days=i) for i in [*range(31), 35, 36]]
    frame = drift.frame(make_cubes({"x": normal_days(rng, 33)}, keys), model, reference=march)
    assert len(frame) == 37
    assert frame["value"].isna().tolist()[31:] == [True, True, True, True, False, False]
    assert frame["reason"].tolist()[31] == "no_data"


def test_the_chunk_that_is_not_over_is_never_judged(make_cubes, model, march, rng):
    cubes = make_cubes({"x": normal_days(rng, 45, 300, 40, 3.0)})
    noon = dt.datetime(2013, 4, 14, 16, tzinfo=dt.UTC)
    frame = drift.frame(cubes, model, reference=march, as_of=noon)
    assert frame[["status", "reason", "maturity"]].iloc[-1].tolist() == ["grey", "partial", "partial"]
    assert frame[["status", "maturity"]].iloc[-2].tolist() == ["red", "final"]
    early = drift.frame(cubes, model, reference=march, as_of=dt.datetime(2013, 4, 5, 12, tzinfo=dt.UTC))
    assert len(early) == 36
    midnight = drift.frame(cubes, model, reference=march, as_of=dt.datetime(2013, 4, 5, 4, tzinfo=dt.UTC))
    assert midnight["maturity"].tolist() == ["final"] * 35


def test_without_rows_in_the_reference_everything_is_grey(make_cubes, model, march, rng):
    empty = Window(dt.datetime(2012, 3, 1), dt.datetime(2012, 4, 1))
    frame = drift.frame(make_cubes({"x": normal_days(rng, 40)}), model, reference=empty)
    assert set(frame["status"]) == {"grey"}
    assert set(frame[frame["n"] > 0]["reason"]) == {"no_reference"}


def test_no_features_give_an_empty_frame(make_cubes, model, march, rng):
    cubes = make_cubes({"x": normal_days(rng, 31)})
    nothing = {"features": (), "grids": (), "chunks": ()}
    cubes = Cubes(replace(cubes.numeric, **nothing), replace(cubes.categorical, **nothing))
    assert len(drift.frame(cubes, model, reference=march)) == 0


def test_a_short_reference_is_uncalibrated_and_says_so(make_cubes, model, rng):
    short = Window(dt.datetime(2013, 3, 1), dt.datetime(2013, 3, 6))
    cubes = make_cubes({"x": normal_days(rng, 20)}, reference=short)
    frame = drift.frame(cubes, model, reference=short)
    assert set(frame["reason"]) <= {"uncalibrated", "detectable_small", "chance"}
    assert (frame["reason"] == "uncalibrated").mean() > 0.9


def test_weeks_in_a_month_borrow_the_limit_of_shorter_blocks(make_cubes, model, march, rng):
    wobble = rng.normal(0, 0.12, size=60)
    cubes = make_cubes({"x": [rng.normal(move, 1, size=300) for move in wobble]})
    frame = drift.frame(cubes, model, reference=march, chunk="7 days")
    assert len(frame) == 9
    assert set(frame["reason"]) <= {"borrowed_limit", "detectable_small"}
    assert (frame["limit_high"] > frame["value"]).mean() > 0.8


def test_days_that_differ_too_much_are_not_judged_alone(make_cubes, model, march, rng):
    weather = [rng.normal(move, 1, size=300) for move in rng.normal(0, 2, size=40)]
    frame = drift.frame(make_cubes({"dewp": weather}), model, reference=march)
    assert set(frame["reason"]) == {"days_differ"}
    assert set(frame["status"]) == {"grey"}


def test_many_quiet_features_raise_few_false_alarms(make_cubes, model, march, rng):
    cubes = make_cubes({f"f{i}": normal_days(rng, 61, 200) for i in range(30)})
    frame = drift.frame(cubes, model, reference=march)
    loud = frame["reason"].isin(["detectable_small", "drift"])
    assert loud.groupby(frame["chunk_start"]).any().mean() <= 0.10
    assert (frame["status"] == "green").mean() > 0.998


def test_one_new_name_in_a_thousand_rows_is_not_drift(make_cubes, model, march, rng):
    days = [list(rng.choice(["a", "b", "c"], p=[0.5, 0.3, 0.2], size=1000)) for _ in range(40)]
    days[-1][0] = "new"
    assert last(drift.frame(make_cubes({"c": days}), model, reference=march), "c")["status"] == "green"


def test_a_new_name_in_half_of_the_rows_is_drift(make_cubes, model, march, rng):
    days = [list(rng.choice(["a", "b", "c"], size=300)) for _ in range(39)] + [["new"] * 150 + ["a"] * 150]
    assert last(drift.frame(make_cubes({"c": days}), model, reference=march), "c")["status"] == "red"


def test_excluded_features_are_computed_but_not_in_the_family_of_the_others(make_cubes, march, rng):
    excluding = parse('name = "m"\ntask = "binary"\nexclude = ["row_number"]')
    days = 45
    quiet = {f"q{i}": normal_days(rng, days) for i in range(4)}
    counter = {"row_number": [np.arange(300.0) + 300 * i for i in range(days)]}
    beside = drift.frame(make_cubes(quiet | counter), excluding, reference=march)
    alone = drift.frame(make_cubes(quiet), excluding, reference=march)
    assert last(beside, "row_number")["value"] > 0.25
    assert beside[beside["subject"] != "row_number"]["reason"].tolist() == alone["reason"].tolist()


def test_a_window_keeps_its_chunks_and_changes_no_number(make_cubes, model, march, rng):
    cubes = make_cubes({"x": normal_days(rng, 60)})
    april = Window(dt.datetime(2013, 4, 1), dt.datetime(2013, 4, 11))
    part = drift.frame(cubes, model, reference=march, window=april)
    whole = drift.frame(cubes, model, reference=march)
    assert len(part) == 10
    assert part["value"].tolist() == whole["value"].tolist()[31:41]


def test_every_reason_has_words_and_every_grey_one_a_fix():
    for code, reason in reasons.REASONS.items():
        assert reason.words
        assert reasons.sentence(code) == reason.words
        if code not in ("drift", "constant", "identifier", "unsupported"):  # nothing to do about these
            assert reasons.fix(code)
