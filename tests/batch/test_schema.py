"""Columns that are missing, more, of another type or misspelled are told with what to do."""

from monitoring import batch
from tests.batch.test_batch import days


def by_column(found):
    return {one.column: one for one in found.schema}


def test_a_missing_column_is_red_and_its_likeliest_spelling_is_proposed(known, log, written):
    rows = days(log, 40, 2).rename(columns={"income": " In-Come "})
    found = batch.check(known, "churn", written(rows))
    missing, extra = by_column(found)["income"], by_column(found)[" In-Come "]
    assert (missing.what, missing.status) == ("missing", "red")
    assert "' In-Come '" in missing.fix
    assert extra.what == "extra"
    assert found.status == "red"
    assert "without income" in found.sentence
    feature = next(one for one in found.inputs.features if one.feature == "income")
    assert (feature.status, feature.reason) == ("grey", "absent")


def test_case_alone_is_no_difference(known, log, written):
    found = batch.check(known, "churn", written(days(log, 40, 2).rename(columns={"income": "INCOME"})))
    assert not found.schema


def test_a_column_of_another_type_is_left_out_and_the_rest_is_judged(known, log, written):
    rows = days(log, 40, 2).assign(age="old")
    found = batch.check(known, "churn", written(rows))
    changed = by_column(found)["age"]
    assert (changed.what, changed.found, changed.expected) == ("changed", "text", "numbers")
    assert found.taken.accepted == len(rows)
    age = next(one for one in found.inputs.features if one.feature == "age")
    assert (age.status, age.reason) == ("grey", "changed_type")
    assert next(one for one in found.inputs.features if one.feature == "plan").status == "green"


def test_a_few_values_that_do_not_fit_set_their_rows_aside(known, log, written):
    rows = days(log, 40, 2).astype({"age": object})
    rows.loc[rows.index[0], "age"] = "forty"
    found = batch.check(known, "churn", written(rows, "mixed.csv"))
    assert found.taken.accepted == len(rows) - 1
    assert found.taken.aside[0].reason == "changed_type"
    assert found.taken.aside[0].first == 1
    assert "column 'age'" in found.sentence


def test_more_columns_are_told_and_make_nothing_red(known, log, written):
    found = batch.check(known, "churn", written(days(log, 40, 7).assign(shoe_size=42.0)))
    extra = by_column(found)["shoe_size"]
    assert (extra.what, extra.status, extra.found) == ("extra", "green", "numbers")
    assert found.status == "green", found.sentence


def test_roles_that_a_file_lacks_are_told_with_what_is_then_unsaid(known, log, written):
    rows = days(log, 40, 1)[["age", "income", "plan", "person"]]
    found = batch.check(known, "churn", written(rows))
    assert [one.column for one in found.schema if one.what == "role"] == [
        "id",
        "predicted_at",
        "score",
        "left",
    ]
    assert found.known_before is None
    assert found.part("performance") is None
    assert found.status == "green", found.sentence
