"""A file that is torn, empty, forged or oddly named is answered in words that name it, and never crashes."""

import pickle
import zipfile

import pandas as pd
import pytest

from monitoring import batch
from monitoring.store import UnreadableFile, sheets
from tests.batch.test_batch import days

HOSTILE = "<img src=x onerror=alert(1)> [a](b) $x$ | \"' -- ; DROP TABLE x"


def refused(known, path, **options):
    with pytest.raises(UnreadableFile) as caught:
        batch.check(known, "churn", path, **options)
    return str(caught.value)


def test_empty_and_headless_files_are_refused_by_name(known, tmp_path):
    for name, content in (
        ("empty.csv", b""), ("header.csv", b"age,income\n"), ("empty.parquet", b""),
        ("torn.parquet", b"PAR1 torn"), ("torn.xlsx", b"PK\x03\x04 torn"),
        ("noise.jsonl", bytes(range(256)) * 4), ("empty.jsonl", b"\n\n"),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        said = refused(known, path)
        assert name in said, said
        assert str(tmp_path) not in said
    assert "has columns but no row" in refused(known, tmp_path / "header.csv")


def test_what_could_run_code_is_never_read(known, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    for name in ("batch.pkl", "batch.pickle", "batch.parquet", "batch.xlsx", "batch.joblib"):
        (tmp_path / name).write_bytes(pickle.dumps(Trap()))
        assert name in refused(known, tmp_path / name)
    assert not (tmp_path / "sprung").exists()


def test_a_missing_file_and_an_unknown_ending_say_what_can_be_read(known, tmp_path):
    assert "no such file" in refused(known, tmp_path / "absent.csv")
    assert "no such file" in refused(known, tmp_path / "absent.xlsx")
    (tmp_path / "batch.txt").write_text("a")
    assert ".xlsx" in refused(known, tmp_path / "batch.txt")


def test_names_of_columns_and_values_are_only_ever_text(known, log, written):
    rows = days(log, 40, 1).assign(**{HOSTILE: 1.0, "x\ny": HOSTILE, "_sore": 2.0})
    rows["plan"] = HOSTILE
    found = batch.check(known, "churn", written(rows))
    assert {HOSTILE, "x\ny"} <= {one.column for one in found.schema}
    assert HOSTILE in found.rows.columns
    assert any(HOSTILE[:20] in one for one in found.rows["details"])


def test_a_name_that_the_store_keeps_is_refused_with_the_fix(known, log, written):
    said = refused(known, written(days(log, 40, 1).assign(_day=1)))
    assert "_day" in said
    assert "rename" in said


def test_a_column_that_is_called_like_one_of_the_tables_own_stands_apart(known, log, written):
    found = batch.check(known, "churn", written(days(log, 40, 7).assign(why=1.0, details="x", age=500.0)))
    assert len(found.rows)
    assert len(set(found.rows.columns)) == len(found.rows.columns)
    assert {"why", "feature why", "feature details"} <= set(found.rows.columns)


def test_lines_that_are_no_rows_are_counted(known, log, tmp_path):
    path = tmp_path / "torn.csv"
    text = days(log, 40, 1).to_csv(index=False)
    path.write_text(text + "only,three,fields\n")
    found = batch.check(known, "churn", path)
    assert found.taken.rows == found.taken.accepted + 1
    assert found.taken.aside[0].reason == "broken_line"
    assert found.status != "green"


def test_a_sheet_is_chosen_by_name_and_its_faults_have_places(known, log, tmp_path):
    path = tmp_path / "book.xlsx"
    day = days(log, 40, 1).drop(columns=["labelled_at"])
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["nothing here"]}).to_excel(book, sheet_name="first", index=False)
        day.to_excel(book, sheet_name="rows", index=False)
        pd.DataFrame([["a", None], [1, 2]]).to_excel(book, sheet_name="unnamed", index=False, header=False)
        pd.DataFrame([["a", "A"], [1, 2]]).to_excel(book, sheet_name="twice", index=False, header=False)
        pd.DataFrame().to_excel(book, sheet_name="empty", index=False)
    assert batch.check(known, "churn", path, sheet="rows").taken.accepted == len(day)
    assert "the sheets are first, rows" in refused(known, path, sheet="absent")
    assert "row 2" in refused(known, path, sheet="unnamed")
    assert "two columns are called" in refused(known, path, sheet="twice")
    assert "first row" in refused(known, path, sheet="empty")


def test_a_workbook_that_unpacks_beyond_bounds_is_not_unpacked(known, tmp_path, monkeypatch):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    monkeypatch.setattr(sheets, "MOST_BYTES", 2_000_000)
    assert "unpacks to" in refused(known, path)


def test_instants_that_cannot_be_read_are_told_and_judge_nothing(known, log, written):
    rows = days(log, 40, 1).assign(predicted_at="03/04/2024")
    found = batch.check(known, "churn", written(rows, "dates.csv"))
    assert found.taken.span.unread == len(rows)
    assert found.taken.span.first is None
    assert any("no instant that can be read" in note for note in found.notes)


def test_a_second_file_that_cannot_be_read_is_called_by_its_name(log, written, tmp_path):
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"none")
    with pytest.raises(UnreadableFile, match="march"):
        batch.compared(bad.rename(tmp_path / "march.xlsx"), written(days(log, 40, 1)))
