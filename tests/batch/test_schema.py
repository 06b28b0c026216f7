"""Columns that are missing, more, of another type or misspelled are told with what to do."""

import pytest

from monitoring import batch
from tests.batch.conftest import HOSTILE, days
from tests.batch.test_batch import of


@pytest.fixture(scope="module")
def mixed(known, log, written):
    """What is known of a CSV with a torn line, odd values, another type and dates that nobody reads."""
    rows = days(log, 40, 2).astype({"age": object}).assign(income="rich", predicted_at="03/04/2024")
    rows.loc[rows.index[0], "age"] = "forty"
    path = written(rows.rename(columns={"plan": "PLAN"}), "mixed.csv")
    with path.open("a") as file:
        file.write("only,three,fields\n")
    return batch.check(known, "churn", path)


def by_column(found):
    return {one.column: one for one in found.schema}


def test_a_missing_column_is_red_and_its_likeliest_spelling_is_proposed(wrong):
    missing, extra = by_column(wrong)["income"], by_column(wrong)[" In-Come "]
    assert (missing.what, missing.status, extra.what) == ("missing", "red", "extra")
    assert "' In-Come '" in missing.fix
    assert "without income" in wrong.sentence
    assert (of(wrong, "income").status, of(wrong, "income").reason) == ("grey", "absent")


def test_more_columns_are_told_and_make_nothing_red(wrong):
    extra = by_column(wrong)[HOSTILE]
    assert (extra.what, extra.status, extra.found) == ("extra", "green", "numbers")
    assert {HOSTILE, "x\ny", "why"} <= set(by_column(wrong))


def test_names_of_columns_and_values_are_only_ever_text(wrong):
    assert HOSTILE in wrong.rows.columns
    assert any(HOSTILE[:20] in one for one in wrong.rows["details"])
    assert {"why", "feature why"} <= set(wrong.rows.columns)
    assert set(wrong.rows["place"]) == {"Rome"}
    assert len(set(wrong.rows.columns)) == len(wrong.rows.columns)


def test_case_alone_is_no_difference(mixed):
    assert not {"plan", "PLAN"} & set(by_column(mixed))
    assert of(mixed, "plan").status == "green"


def test_a_column_of_another_type_is_left_out_and_the_rest_is_judged(mixed):
    changed = by_column(mixed)["income"]
    assert (changed.what, changed.found, changed.expected) == ("changed", "text", "numbers")
    assert "income of another type" in mixed.sentence
    assert (of(mixed, "income").status, of(mixed, "income").reason) == ("grey", "changed_type")


def test_a_column_of_another_type_is_told_once_however_it_is_spelled(known, log, written):
    rows = days(log, 40, 1).rename(columns={"income": "INCOME"}).assign(INCOME="rich")
    found = batch.check(known, "churn", written(rows))
    assert by_column(found)["INCOME"].what == "changed"
    assert of(found, "income").reason == "changed_type"
    assert "income" not in {one.subject for one in found.part("quality").findings}
    assert found.part("outliers").sentence == "no row can be scored without income"


def test_a_few_values_that_do_not_fit_and_torn_lines_set_their_rows_aside(mixed):
    aside = {one.reason: one for one in mixed.taken.aside}
    assert mixed.taken.accepted == mixed.taken.rows - 2
    assert (aside["changed_type"].rows, aside["changed_type"].first) == (1, 1)
    assert "column 'age'" in aside["changed_type"].detail
    assert aside["broken_line"].rows == 1


def test_instants_that_cannot_be_read_are_told_and_judge_nothing(mixed):
    assert mixed.taken.span.first is None
    assert mixed.taken.span.unread == mixed.taken.rows - 1
    assert any("no instant that can be read" in note for note in mixed.notes)
