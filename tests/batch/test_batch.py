"""A batch is judged as the pages judge the same rows, and leaves nothing behind."""

import datetime as dt

import numpy as np
import pandas as pd

from monitoring import batch, comparison, drift, performance, quality
from monitoring.store import aside, batch_files
from monitoring.windows import Window
from tests.batch.conftest import ROWS, SECRET, TOML, days

NUMBERS = ["value", "noise_floor", "limit_high", "p_value", "effect", "n"]
DAY = Window(dt.datetime(2024, 2, 10), dt.datetime(2024, 2, 11))


def sorted_by_subject(frame, measures):
    chosen = frame[frame["measure"].isin(measures)]
    return chosen.sort_values(["subject", "measure"]).reset_index(drop=True)


def same(ours, theirs):
    for name in ("subject", "status", "reason"):
        assert ours[name].tolist() == theirs[name].tolist()
    for name in NUMBERS:
        ours_, theirs_ = ours[name].astype(float), theirs[name].astype(float)
        np.testing.assert_allclose(ours_, theirs_, rtol=1e-9, err_msg=name)


def of(found, feature):
    return next(one for one in found.inputs.features if one.feature == feature)


def test_the_references_own_rows_are_green(known, log, written):
    found = batch.check(known, "churn", written(days(log, 0, 31)))
    assert found.status == "green", found.sentence
    assert found.sentence.startswith("Like the reference")
    assert {one.status for one in found.inputs.features if one.counted} == {"green"}
    assert found.part("quality").status == "green"
    assert found.part("performance").status == "green"
    assert not found.schema


def test_rows_of_a_day_get_the_numbers_that_drift_shows_for_it(known, day):
    one = drift.judged(drift.material(known, "churn"), checks=("chunk", *batch.inputs.SHARES))
    theirs = drift.frames.frame(one, "chunk", DAY)
    methods = set(theirs["measure"])
    same(sorted_by_subject(day.inputs.frame, methods), sorted_by_subject(theirs, methods))
    shares = pd.concat([drift.frames.frame(one, each, DAY) for each in batch.inputs.SHARES])
    ours, theirs = (sorted_by_subject(each, batch.inputs.SHARES) for each in (day.inputs.frame, shares))
    np.testing.assert_allclose(ours["value"], theirs["value"])
    assert ours["status"].tolist() == theirs["status"].tolist()


def test_rows_of_a_week_get_the_numbers_of_seven_chunks_together(known, log, written):
    found = batch.check(known, "churn", written(days(log, 34, 7)))
    one = drift.judged(drift.material(known, "churn"), checks=("pooled_7",))
    theirs = drift.frames.frame(one, "pooled_7", DAY)
    methods = set(theirs["measure"])
    same(sorted_by_subject(found.inputs.frame, methods), sorted_by_subject(theirs, methods))
    assert any("judged like 7 days" in note for note in found.notes)


def test_labelled_rows_of_a_day_get_the_metrics_that_performance_shows_for_it(known, day):
    one = performance.assess(performance.material(known, "churn"))
    theirs = performance.frames.frame(one, window=DAY).set_index("measure")
    ours = day.part("performance").frame.set_index("measure")
    assert list(ours.index) == list(theirs.index)
    assert len(ours) > 10
    for name in ("value", "effect", "lower", "upper"):
        np.testing.assert_allclose(ours[name].astype(float), theirs[name].astype(float), equal_nan=True)


def test_the_checks_of_a_day_count_what_quality_counts(known, day):
    theirs = quality.frames.frame(quality.read(known, "churn"), DAY)
    length = theirs["chunk_stop"] - theirs["chunk_start"]
    theirs = theirs[length == pd.Timedelta(days=1)].set_index(["measure", "subject"])
    ours = day.part("quality").frame.set_index(["measure", "subject"])
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
    assert of(found, "id").reason == "identifier"


def test_a_file_in_the_place_of_the_models_reference_is_what_a_batch_is_held_against(known, log, written):
    moved = log.assign(age=lambda one: one["age"] + 25)
    other = written(days(moved, 0, 31), "other.parquet")
    found = batch.check(known, "churn", written(days(moved, 35, 7)), reference=other)
    assert of(found, "age").status == "green"
    assert "other.parquet" in found.reference


def test_what_drifts_and_what_breaks_a_rule_is_told(wrong):
    assert wrong.status == "red"
    assert of(wrong, "plan").status == "red"
    assert "Plan" in wrong.sentence
    rule = [one for one in wrong.part("quality").findings if one.measure == "rule"]
    assert rule[0].status == "red"
    why = " ".join(wrong.rows["why"])
    assert "Rule broken" in why
    assert "Unseen category" in why


def test_few_rows_without_any_role_are_grey_and_told(known, log, written):
    rows = days(log, 40, 1)[["age", "income", "plan", "person"]].head(29)
    found = batch.check(known, "churn", written(rows))
    assert {one.status for one in found.inputs.features} == {"grey"}
    assert found.status == "grey", found.sentence
    assert any("too few" in note for note in found.notes)
    assert any("no instants" in note for note in found.notes)
    roles = [one.column for one in found.schema if one.what == "role"]
    assert roles == ["id", "predicted_at", "score", "left"]
    assert found.known_before is None
    assert found.part("performance") is None
    assert found.frame["chunk_start"].isna().all()


def test_nothing_private_is_told(wrong):
    told = wrong.rows.to_csv() + wrong.frame.to_csv() + wrong.sentence + repr(wrong.notes)
    told += repr([one.sentence for part in wrong.parts for one in part.findings])
    assert "person" not in wrong.rows.columns
    assert len(wrong.rows)
    assert SECRET not in told


def test_a_batch_changes_nothing_in_the_store(known, log, written):
    before = known.data_version("churn"), len(known.files("churn")), known.span("churn")
    with aside.beside(known, "churn") as memory, memory.cursor() as cursor:
        with batch_files.opened(cursor, written(days(log, 40, 1))) as given:
            taken = batch_files.take(memory, cursor, "churn", given, lambda share, what: None)
        assert taken.accepted == ROWS
        assert memory.span("churn").rows != known.span("churn").rows
    assert (known.data_version("churn"), len(known.files("churn")), known.span("churn")) == before


def test_ids_that_come_twice_or_came_before_are_told(day, wrong):
    assert (day.known_before, wrong.known_before) == (ROWS, 7 * ROWS)
    assert any("in the log already" in note for note in day.notes)
    assert wrong.taken.aside[0].reason == "duplicate_id"
    assert f"8 of {7 * ROWS + 8} rows cannot be used" in wrong.sentence


def test_the_instants_of_the_file_stand_in_its_frame(day, log):
    first = days(log, 40, 1)["predicted_at"].min().tz_localize("UTC")
    assert set(day.frame["chunk_start"]) == {first}
    assert day.frame.iloc[0][["subject", "measure", "status"]].tolist() == ["batch", "verdict", day.status]


def test_every_format_gives_the_same_numbers(known, log, written):
    rows = days(log, 40, 1).drop(columns=["labelled_at"])
    told = {}
    for kind in (".parquet", ".csv", ".jsonl", ".xlsx"):
        with aside.beside(known, "churn") as memory, memory.cursor() as cursor:
            with batch_files.opened(cursor, written(rows, f"batch{kind}")) as given:
                taken = batch_files.take(memory, cursor, "churn", given, lambda share, what: None)
            assert (taken.accepted, taken.changed) == (ROWS, {}), kind
            told[kind] = batch.inputs.inputs(memory, "churn", taken, set(), set()).frame["value"]
    usual = told.pop(".parquet")
    for kind, values in told.items():
        np.testing.assert_allclose(values, usual, rtol=1e-6, err_msg=kind)


def test_without_a_reference_nothing_is_called_alike(known, log, written):
    bare = TOML.replace("[reference]\nstart = 2024-01-01\nstop = 2024-02-01\n", "")
    with aside.empty() as memory:
        memory.add(bare)
        found = batch.check(memory, "churn", written(days(log, 40, 1).assign(id=None)))
    assert found.status == "grey"
    assert "there is no reference" in found.sentence
    assert found.inputs is None
    assert found.taken.accepted == ROWS, "an id that no row has is as good as absent"


def test_no_row_is_called_odd_for_a_column_that_the_file_lacks(wrong):
    assert wrong.part("outliers").status == "grey"
    assert "without income" in wrong.part("outliers").sentence
    assert "Outlying" not in " ".join(wrong.rows["why"])
