"""What is no log is told in clear words, quickly, and nothing is left behind."""

from __future__ import annotations

import time
import zipfile

import duckdb
import pytest

from monitoring.onboarding import detect, drafted, telling
from monitoring.store import StoreError
from monitoring.store.summaries import summarised
from tests.onboarding.made import ROWS, binary, small, written

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("log.csv", "id,predicted_at\n")


def cut(path):
    binary().to_parquet(path)
    path.write_bytes(path.read_bytes()[:-200])


def foreign(path):
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE a (x INT); CREATE TABLE b (x INT)")


WRONG = {
    "a picture": ("log.csv", lambda path: path.write_bytes(PNG), "not text, but a PNG image"),
    "an archive": ("log.csv", zipped, "not text, but a ZIP archive"),
    "a spreadsheet": ("log.xlsx", zipped, "cannot tell what it is"),
    "a pickle": (
        "log.jsonl",
        lambda path: path.write_bytes(b"\x80\x04\x95abc"),
        "which is never opened here",
    ),
    "UTF-16": ("log.csv", lambda path: path.write_text("id,score\n1,2\n", "utf-16"), "save it as UTF-8"),
    "Latin 1": (
        "log.csv",
        lambda path: path.write_bytes("id,größe\na,1\n".encode("latin-1")),
        "not in UTF-8",
    ),
    "bytes": ("log.csv", lambda path: path.write_bytes(b"id,score\na,\0\0\n"), "bytes that no text has"),
    "nothing": ("log.csv", lambda path: path.touch(), "the file is empty"),
    "blanks": ("log.csv", lambda path: path.write_text("\n  \n"), "nothing in it but blanks"),
    "a header": ("log.csv", lambda path: path.write_text("id,predicted_at,score\n"), "there is no row in it"),
    "no Parquet": ("log.parquet", lambda path: path.write_text("id,score\n" * 9), "not a Parquet file"),
    "half of one": ("log.parquet", cut, "its end is missing"),
    "broken JSON": ("log.jsonl", lambda path: path.write_text("{]\n{]\n"), "not a readable jsonl file"),
    "a list": ("log.json", lambda path: path.write_text("[1, 2"), "not a readable jsonl file"),
    "an empty folder": ("log", lambda path: path.mkdir(), "and there is none"),
    "no file": ("log.csv", lambda path: None, "no such file or folder"),
    "no database": ("log.duckdb", lambda path: path.write_bytes(PNG), "not a DuckDB file"),
    "two tables": ("log.duckdb", foreign, "say which table with --table; there are: a, b"),
    "our own column": ("log.csv", lambda path: path.write_text("_row,score\n1,2\n"), "is kept for the store"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_log_is_told_in_words(tmp_path, name):
    file, make, words = WRONG[name]
    make(tmp_path / file)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(StoreError, match=words) as told:
        summarised(tmp_path / file)
    assert str(tmp_path) not in str(told.value)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "log.parquet"])
def test_two_gigabytes_of_nothing_are_answered_at_once(tmp_path, name):
    with (tmp_path / name).open("wb") as file:
        file.truncate(2 << 30)
    started = time.process_time()
    with pytest.raises(StoreError):
        summarised(tmp_path / name)
    assert time.process_time() - started < 1


def test_one_row_is_a_log_that_is_told_to_be_short(tmp_path):
    draft = drafted(summarised(written(binary().head(1), tmp_path)))
    assert draft.detection.faults == ()
    assert draft.proposed is not None
    assert (draft.proposed.rows, draft.proposed.confidence) == (1, "unsure")
    assert "uncalibrated" in draft.proposed.reason
    assert "no day is left after it to be judged" in draft.proposed.reason
    assert "1 row, " in telling.head(draft)
    assert "on 1 day" in telling.head(draft)
    assert draft.model.chunk == "28 days"


def test_a_file_with_no_instant_no_id_and_no_output_is_told_what_it_lacks(tmp_path):
    (tmp_path / "shop.csv").write_text("colour,size\nred,1\nred,1\nblue,2\n", "utf-8")
    faults = detect(summarised(tmp_path / "shop.csv")).faults
    for words in ("when a prediction", "names the rows", "output"):
        assert any(words in fault for fault in faults), words


def test_a_folder_and_a_table_are_read_like_a_file(tmp_path):
    frame = binary()
    folder = tmp_path / "logs"
    (folder / "march").mkdir(parents=True)
    written(frame.head(500), folder / "march", "a.parquet")
    written(frame.tail(400), folder, "b.parquet")
    with duckdb.connect(str(tmp_path / "log.duckdb")) as connection:
        connection.execute("CREATE TABLE log AS SELECT * FROM frame; CREATE TABLE other (x INT)")
    before = (tmp_path / "log.duckdb").read_bytes()
    whole, table = summarised(folder), summarised(tmp_path / "log.duckdb", "log")
    assert (whole.rows, table.rows, table.name) == (ROWS, ROWS, "log.duckdb:log")
    guessed = [{role: one.column for role, one in detect(each).guesses.items()} for each in (whole, table)]
    assert guessed[0] == guessed[1]
    assert (tmp_path / "log.duckdb").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.duckdb", "logs"]


def test_a_view_is_not_read_since_it_may_read_any_file(tmp_path):
    (tmp_path / "secret.csv").write_text("id,predicted_at,score\na,2026-01-01,0.5\n", "utf-8")
    with duckdb.connect(str(tmp_path / "log.duckdb")) as connection:
        connection.execute(f"CREATE VIEW log AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    with pytest.raises(StoreError, match="there are: none"):
        summarised(tmp_path / "log.duckdb", "log")


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (
            [f"0,{i % 89}" for i in range(160)],
            "with a decimal comma, which are text here: save the file with",
        ),
        ([i / 160 if i else 1.7 for i in range(160)], "its values run from 0.00625 to 1.7"),
        ([str(i / 160) if i % 2 else "unsure" for i in range(160)], "only 80 of its 160 values are numbers"),
    ],
)
def test_a_column_named_like_a_score_that_is_none_is_told_with_the_reason(tmp_path, scores, words):
    log = written(small().assign(probability=scores), tmp_path, sep=";")
    (fault,) = detect(summarised(log)).faults
    assert "'probability' is named like a score, but " in fault
    assert words in fault


def test_a_file_without_a_line_of_names_is_told_so_first(tmp_path):
    log = written(small(), tmp_path, header=False)
    faults = detect(summarised(log)).faults
    assert faults
    assert "the names of columns look like values" in faults[0]
