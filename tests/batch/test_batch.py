"""A batch is judged as the pages judge the same rows, and leaves nothing behind."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import batch, comparison, drift, performance, quality
from monitoring.windows import Window
from tests.batch.conftest import ROWS, SECRET

NUMBERS = ["value", "noise_floor", "limit_high", "p_value", "effect", "n"]


def days(log, first, count):
    start = pd.Timestamp("2024-01-01") + pd.Timedelta(days=first)
    return log[(log["predicted_at"] >= start) & (log["predicted_at"] < start + pd.Timedelta(days=count))]


def sorted_by_subject(frame, measures):
    chosen = frame[frame["measure"].isin(measures)]
    return chosen.sort_values(["subject", "measure"]).reset_index(drop=True)


def same(ours, theirs):
    assert ours["subject"].tolist() == theirs["subject"].tolist()
    assert ours["status"].tolist() == theirs["status"].tolist()
    assert ours["reason"].tolist() == theirs["reason"].tolist()
    for name in NUMBERS:
        np.testing.assert_allclose(
            ours[name].astype(float), theirs[name].astype(float), rtol=1e-9, err_msg=name
        )


def test_the_references_own_rows_are_green(known, log, written):
    found = batch.check(known, "churn", written(days(log, 0, 31)))
    assert found.status == "green", found.sentence
    assert found.sentence.startswith("Like the reference")
    assert {one.status for one in found.inputs.features if one.counted} <= {"green"}
    assert found.part("quality").status == "green"
    assert found.part("performance").status == "green"
    assert not found.schema


@pytest.mark.parametrize(("first", "count", "check"), [(40, 1, "chunk"), (40, 7, "pooled_7")])
def test_rows_of_some_days_get_the_numbers_that_drift_shows_for_these_days(
    known, log, written, first, count, check
):
    found = batch.check(known, "churn", written(days(log, first, count)))
    one = drift.judged(drift.material(known, "churn"), checks=(check, *batch.inputs.SHARES))
    last = dt.datetime(2024, 1, 1) + dt.timedelta(days=first + count - 1)
    window = Window(last, last + dt.timedelta(days=1))
    theirs = drift.frames.frame(one, check, window)
    methods = set(theirs["measure"])
    same(sorted_by_subject(found.inputs.frame, methods), sorted_by_subject(theirs, methods))
    if count == 1:
        shares = pd.concat([drift.frames.frame(one, each, window) for each in batch.inputs.SHARES])
        ours = sorted_by_subject(found.inputs.frame, batch.inputs.SHARES)
        theirs = sorted_by_subject(shares, batch.inputs.SHARES)
        np.testing.assert_allclose(ours["value"], theirs["value"])
        assert ours["status"].tolist() == theirs["status"].tolist()


def test_labelled_rows_of_a_day_get_the_metrics_that_performance_shows_for_it(known, log, written):
    found = batch.check(known, "churn", written(days(log, 40, 1)))
    one = performance.assess(performance.material(known, "churn"))
    theirs = performance.frames.frame(one, window=Window(dt.datetime(2024, 2, 10), dt.datetime(2024, 2, 11)))
    ours = found.part("performance").frame.set_index("measure")
    theirs = theirs.set_index("measure")
    assert list(ours.index) == list(theirs.index)
    assert len(ours) > 10
    np.testing.assert_allclose(ours["value"].astype(float), theirs["value"].astype(float), equal_nan=True)
    np.testing.assert_allclose(ours["effect"].astype(float), theirs["effect"].astype(float), equal_nan=True)


def test_the_checks_of_a_day_count_what_quality_counts(known, log, written):
    day = days(log, 40, 1).copy()
    found = batch.check(known, "churn", written(day)).part("quality").frame
    one = quality.read(known, "churn")
    theirs = quality.frames.frame(one, Window(dt.datetime(2024, 2, 10), dt.datetime(2024, 2, 11)))
    length = theirs["chunk_stop"] - theirs["chunk_start"]
    theirs = theirs[length == pd.Timedelta(days=1)].set_index(["measure", "subject"])
    ours = found.set_index(["measure", "subject"])
    assert set(ours.index) <= set(theirs.index)
    assert len(ours) > 10
    both = theirs.loc[ours.index]
    np.testing.assert_allclose(ours["value"].astype(float), both["value"].astype(float), equal_nan=True)


def test_two_files_get_the_distances_that_compare_gives(log, written):
    first, second = days(log, 0, 31), days(log, 35, 7).assign(age=lambda one: one["age"] + 25)
    paths = written(first, "march.csv"), written(second, "april.csv")
    found = batch.compared(*paths)
    theirs = comparison.compare(*paths).set_index(["subject", "measure"])
    ours = found.inputs.frame.set_index(["subject", "measure"])
    shared = [key for key in theirs.index if key in ours.index]
    assert {"age", "income", "plan", "score"} <= {subject for subject, _ in shared}
    for name in ("value", "limit_high", "noise_floor"):
        np.testing.assert_allclose(
            ours.loc[shared, name].astype(float), theirs.loc[shared, name].astype(float), equal_nan=True
        )
    assert found.status == "red"
    assert "age" in found.sentence
    assert next(one for one in found.inputs.features if one.feature == "id").reason == "identifier"


def test_a_file_in_the_place_of_the_models_reference_is_what_a_batch_is_held_against(known, log, written):
    moved = days(log, 35, 7).assign(age=lambda one: one["age"] + 25)
    other = written(logged_with_age(log, 25), "other.parquet")
    assert batch.check(known, "churn", written(moved)).status == "red"
    found = batch.check(known, "churn", written(moved), reference=other)
    assert next(one for one in found.inputs.features if one.feature == "age").status == "green"
    assert "other.parquet" in found.reference


def logged_with_age(log, more):
    return days(log, 0, 31).assign(age=lambda one: one["age"] + more)


def test_what_drifts_and_what_breaks_a_rule_is_told_in_one_sentence(known, log, written):
    rows = days(log, 40, 7).assign(plan="enterprise")
    rows.loc[rows.index[:40], "age"] = -5.0
    found = batch.check(known, "churn", written(rows))
    assert found.status == "red"
    plan = next(one for one in found.inputs.features if one.feature == "plan")
    assert plan.status == "red"
    assert "Plan" in found.sentence
    rule = [one for one in found.part("quality").findings if one.measure == "rule"]
    assert rule
    assert rule[0].status == "red"
    why = " ".join(found.rows["why"])
    assert "Rule broken" in why
    assert "Unseen category" in why


def test_few_rows_are_grey_and_never_green(known, log, written):
    for count in (1, 29):
        found = batch.check(known, "churn", written(days(log, 40, 1).head(count)))
        assert {one.status for one in found.inputs.features} == {"grey"}
        assert found.status == "grey", found.sentence
        assert any("too few" in note for note in found.notes)


def test_nothing_private_is_told_and_nothing_is_stored(known, log, written):
    before = known.data_version("churn"), len(known.files("churn")), known.span("churn")
    rows = days(log, 40, 7).copy()
    rows["person"] = [f"{SECRET} of nobody known {place}" for place in range(len(rows))]
    rows.loc[rows.index[:3], "age"] = 500.0
    found = batch.check(known, "churn", written(rows))
    told = found.rows.to_csv() + found.frame.to_csv() + found.sentence + repr(found.notes)
    told += repr([one.sentence for part in found.parts for one in part.findings])
    assert "person" not in found.rows.columns
    assert len(found.rows)
    assert SECRET not in told
    assert (known.data_version("churn"), len(known.files("churn")), known.span("churn")) == before


def test_ids_that_come_twice_or_came_before_are_told(known, log, written):
    day = days(log, 40, 1)
    twice = pd.concat([day, day.head(8)])
    found = batch.check(known, "churn", written(twice))
    assert found.known_before == ROWS
    assert found.taken.accepted == ROWS
    assert found.taken.aside[0].reason == "duplicate_id"
    assert found.status == "red"
    assert "8 of 88 rows cannot be used" in found.sentence
    fresh = batch.check(known, "churn", written(day.assign(id=lambda one: "new " + one["id"])))
    assert fresh.known_before == 0


def test_the_instants_of_the_file_stand_in_its_frame(known, log, written):
    day = days(log, 40, 1)
    frame = batch.check(known, "churn", written(day)).frame
    assert set(frame["chunk_start"]) == {day["predicted_at"].min().tz_localize("UTC")}
    without = batch.check(known, "churn", written(day.drop(columns=["predicted_at", "labelled_at"])))
    assert without.frame["chunk_start"].isna().all()
    assert any("no instants" in note for note in without.notes)


def test_every_format_gives_the_same_answer(known, log, written):
    day = days(log, 40, 1).drop(columns=["labelled_at"])
    answers = {
        kind: batch.check(known, "churn", written(day, f"batch{kind}"))
        for kind in (".parquet", ".csv", ".jsonl", ".xlsx")
    }
    usual = answers.pop(".parquet")
    for kind, one in answers.items():
        assert one.status == usual.status, (kind, one.sentence)
        ours, theirs = (each.inputs.frame.reset_index(drop=True) for each in (one, usual))
        np.testing.assert_allclose(ours["value"], theirs["value"], rtol=1e-6, err_msg=kind)
