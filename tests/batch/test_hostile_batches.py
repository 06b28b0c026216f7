"""A file that is torn, empty or forged is refused in words that name it, and nothing in it is ever run."""

import pickle
import zipfile

import pandas as pd
import pytest

from monitoring import batch
from monitoring.store import UnreadableFile, aside, batch_files, sheets
from tests.batch.conftest import days


@pytest.fixture(scope="module")
def cursor():
    with aside.empty() as memory, memory.cursor() as one:
        yield one


def refused(cursor, path, **options):
    with pytest.raises(UnreadableFile) as caught, batch_files.opened(cursor, path, **options):
        pass
    return str(caught.value)


def test_empty_and_torn_files_are_refused_by_name(cursor, tmp_path):
    for name, content in (
        ("empty.csv", b""), ("header.csv", b"age,income\n"), ("empty.parquet", b""),
        ("torn.parquet", b"PAR1 torn"), ("torn.xlsx", b"PK\x03\x04 torn"),
        ("noise.jsonl", bytes(range(256)) * 4), ("empty.jsonl", b"\n\n"),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        said = refused(cursor, path)
        assert name in said, said
        assert str(tmp_path) not in said
    assert "has columns but no row" in refused(cursor, tmp_path / "header.csv")
    assert "called so.csv: " in refused(cursor, tmp_path / "header.csv", title="called so.csv")


def test_a_line_that_is_nested_without_end_is_no_row_and_the_rest_is_read(cursor, tmp_path):
    path = tmp_path / "deep.jsonl"
    path.write_text(f'{{"age": 1}}\n{{"age": {"[" * 200_000}{"]" * 200_000}}}\n')
    with batch_files.opened(cursor, path) as given:
        (line,) = given.source.lines
    assert (given.rows, line.row) == (2, 2)
    assert "nested too deeply" in line.detail


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("book.csv", b"PK\x03\x04 and more", "a ZIP archive or an Excel file; unpack it, or save it as CSV"),
        ("packed.csv", b"\x1f\x8b\x08 and more", "compressed with gzip; unpack it"),
        ("latin.csv", "id,city\n1,Zürich\n".encode("latin-1") * 9, "not in UTF-8; save it again"),
        ("half.parquet", b"PAR1 and no end", "its end is missing; copy it again"),
    ],
)  # fmt: skip
def test_a_file_of_another_form_than_its_name_says_is_told_what_it_is_and_the_fix(
    cursor, tmp_path, name, content, words
):
    (tmp_path / name).write_bytes(content)
    said = refused(cursor, tmp_path / name)
    assert said.startswith(f"{name}: ")
    assert words in said


def test_what_could_run_code_is_never_read(cursor, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    for name in ("batch.pkl", "batch.pickle", "batch.parquet", "batch.xlsx", "batch.joblib"):
        (tmp_path / name).write_bytes(pickle.dumps(Trap()))
        assert name in refused(cursor, tmp_path / name)
    assert not (tmp_path / "sprung").exists()


def test_a_missing_file_and_an_unknown_ending_say_what_can_be_read(cursor, tmp_path):
    assert "no such file" in refused(cursor, tmp_path / "absent.csv")
    assert "no such file" in refused(cursor, tmp_path / "absent.xlsx")
    (tmp_path / "batch.txt").write_text("a")
    assert ".xlsx" in refused(cursor, tmp_path / "batch.txt")


def test_a_name_that_the_store_keeps_is_refused_with_the_fix(known, log, written):
    with pytest.raises(UnreadableFile, match=r"'_day' is kept for the store; rename that column"):
        batch.check(known, "churn", written(days(log, 40, 1).assign(_day=1)))


def test_a_sheet_is_chosen_by_name_and_its_faults_have_places(cursor, log, tmp_path):
    path = tmp_path / "book.xlsx"
    rows = days(log, 40, 1).drop(columns=["labelled_at"])
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["nothing here"]}).to_excel(book, sheet_name="first", index=False)
        rows.to_excel(book, sheet_name="rows", index=False)
        pd.DataFrame([["a", None], [1, 2]]).to_excel(book, sheet_name="unnamed", index=False, header=False)
        pd.DataFrame([["a", "A"], [1, 2]]).to_excel(book, sheet_name="twice", index=False, header=False)
        pd.DataFrame().to_excel(book, sheet_name="empty", index=False)
    with batch_files.opened(cursor, path, sheet="rows") as given:
        assert given.rows == len(rows)
        assert list(given.source.columns) == list(rows.columns)
    assert "the sheets are first, rows" in refused(cursor, path, sheet="absent")
    assert "row 2" in refused(cursor, path, sheet="unnamed")
    assert "two columns are called" in refused(cursor, path, sheet="twice")
    assert "first row" in refused(cursor, path, sheet="empty")


def test_a_workbook_that_is_torn_or_forged_within_is_refused_by_name(cursor, log, tmp_path):
    whole = tmp_path / "whole.xlsx"
    log.head(3).drop(columns=["predicted_at", "labelled_at"]).to_excel(whole, index=False)
    with zipfile.ZipFile(whole) as packed:
        sheet = packed.getinfo("xl/worksheets/sheet1.xml")
        held = {one: packed.read(one) for one in packed.namelist()}
    data = sheet.header_offset + 30 + len(sheet.filename)
    torn = bytearray(whole.read_bytes())
    torn[data : data + 8] = b"\xff" * 8  # no block of deflate begins so
    (tmp_path / "torn within.xlsx").write_bytes(bytes(torn))
    held[sheet.filename] = held[sheet.filename].replace(b"<outlinePr ", b'<outlinePr colour="1" ')
    assert b"colour" in held[sheet.filename]
    with zipfile.ZipFile(tmp_path / "forged.xlsx", "w") as packed:
        for name, content in held.items():
            packed.writestr(name, content)
    for name in ("torn within.xlsx", "forged.xlsx"):
        assert "save it anew as .xlsx" in refused(cursor, tmp_path / name)
        assert name in refused(cursor, tmp_path / name)


def test_a_workbook_that_unpacks_beyond_bounds_is_not_unpacked(cursor, tmp_path, monkeypatch):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    monkeypatch.setattr(sheets, "MOST_BYTES", 2_000_000)
    assert "unpacks to" in refused(cursor, path)


def test_a_second_file_that_cannot_be_read_is_called_by_its_name(log, written, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"")
    with pytest.raises(UnreadableFile, match=r"march\.csv: the file is empty"):
        batch.compared(bad, written(days(log, 40, 1)), titles=("march.csv", ""))
