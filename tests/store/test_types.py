"""Columns: how they are called, which type they have, and what happens when it is told or lost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monitoring.store import Store
from tests.store.conftest import CHURN


def log(count: int, day: int = 1, start: int = 0, **columns: Any) -> pd.DataFrame:
    at = pd.Timestamp(f"2026-01-{day:02d}T15:00:00Z") + pd.to_timedelta(np.arange(count), unit="s")
    ids = [f"i{start + index}" for index in range(count)]
    return pd.DataFrame({"id": ids, "predicted_at": at, "score": 0.5, **columns})


def ingest(store: Store, folder: Path, name: str, data: pd.DataFrame, kind: str = "predictions") -> Any:
    path = folder / name
    data.to_csv(path, index=False) if name.endswith(".csv") else data.to_parquet(path)
    return store.ingest("churn", path, kind)


def values(store: Store, columns: str, table: str = "requests") -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(f"SELECT {columns} FROM churn.{table} ORDER BY ALL").fetchall()


def counted(store: Store, feature: str) -> tuple[list[str], list[float], list[float]]:
    """The categories of a feature, and per chunk its rows and its missing values."""
    cube = store.cubes("churn").categorical
    place = cube.features.index(feature)
    return list(cube.grids[place].categories), cube.n[place].tolist(), cube.missing[place].tolist()


def test_a_feature_without_values_becomes_text_outside_the_reference(churn: Store, tmp_path: Path) -> None:
    ingest(churn, tmp_path, "a.csv", log(4, day=2, y=1.0, town=None))
    ingest(churn, tmp_path, "b.csv", log(3, day=20, start=9, y=1.0, town="Rome"))
    assert churn.features("churn") == {"y": "numeric", "town": "categorical"}
    assert values(churn, "DISTINCT town") == [("Rome",), (None,)]
    assert counted(churn, "town") == ([], [4, 3], [4, 0])
    assert churn.unseen("churn", "town")["n"].tolist() == [3]


def test_a_model_whose_only_feature_was_empty_keeps_its_rows(churn: Store, tmp_path: Path) -> None:
    ingest(churn, tmp_path, "a.csv", log(4, day=2, town=None))
    ingest(churn, tmp_path, "b.csv", log(3, day=20, start=9, town="Rome"))
    assert counted(churn, "town") == ([], [4, 3], [4, 0])


def test_a_feature_becomes_text_before_the_reference_is_profiled_again(churn: Store, tmp_path: Path) -> None:
    ingest(churn, tmp_path, "a.csv", log(4, day=2, y=1.0, town=None))
    log(3, day=3, start=9, y=1.0, town="Rome").to_csv(tmp_path / "b.csv", index=False)
    churn.ingest("churn", tmp_path / "b.csv", settle=False)
    assert counted(churn, "town") == ([], [4], [4])
    churn.settle("churn")
    assert counted(churn, "town") == (["Rome"], [4, 3], [4, 0])


def test_a_feature_of_dates_leaves_the_profile(churn: Store, tmp_path: Path) -> None:
    ingest(churn, tmp_path, "a.csv", log(4, day=2, y=1.0, seen=None))
    ingest(churn, tmp_path, "b.parquet", log(3, day=20, start=9, y=1.0, seen=pd.Timestamp("2026-01-01")))
    assert churn.features("churn") == {"y": "numeric"}
    assert values(churn, "DISTINCT feature", "profile") == [("y",)]


@pytest.mark.parametrize("town", ["Rome", pd.Timestamp("2026-01-01")])
@pytest.mark.parametrize("day", [3, 20])
def test_forgetting_the_file_that_told_a_type_takes_the_type_back(
    churn: Store, tmp_path: Path, town: object, day: int
) -> None:
    empty, typed = log(4, day=2, y=1.0, town=None), log(6, day=day, start=2, y=2.0, town=town)
    ingest(churn, tmp_path, "b.parquet", typed)
    ingest(churn, tmp_path, "a.csv", empty)
    churn.forget("churn", "b.parquet")
    assert churn.features("churn") == {"y": "numeric", "town": "numeric"}
    assert values(churn, "_id, y, town") == [(f"i{index}", 1.0, None) for index in range(4)]
    cube = churn.cubes("churn").numeric
    assert cube.missing[cube.features.index("town")].tolist() == [4]
    ingest(churn, tmp_path, "c.csv", log(2, day=21, start=50, y=1.0, town=[7.0, 8.0]))
    assert values(churn, "town")[:2] == [(7.0,), (8.0,)]


def test_every_type_of_the_database_is_sorted(churn: Store, tmp_path: Path) -> None:
    numbers = (
        "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE"
    )
    kinds = [*numbers.split(), "DECIMAL(9,2)", "DECIMAL(30,2)"]
    columns = ", ".join(f"1::{kind} AS n{index}" for index, kind in enumerate(kinds))
    path = str(tmp_path / "a.parquet")
    with duckdb.connect() as other:
        other.execute(
            f"COPY (SELECT '1' AS id, TIMESTAMP '2026-01-01' AS predicted_at, {columns}, "
            "'a'::ENUM('a') AS e, "
            "uuid() AS u, true AS b, TIME '10:00' AS t, DATE '2026-01-01' AS d, [1] AS l, {'a': 1} AS s, "
            f"'x'::BLOB AS x, INTERVAL 1 DAY AS i) TO '{path}'"
        )
    assert churn.ingest("churn", path).accepted == 1
    assert churn.features("churn") == {
        **{f"n{index}": "numeric" for index in range(len(kinds))},
        "e": "categorical", "u": "categorical", "b": "binary",
    }  # fmt: skip


def test_names_that_differ_in_more_than_the_case_of_a_to_z_are_two_features(
    churn: Store, tmp_path: Path
) -> None:
    ingest(churn, tmp_path, "a.parquet", log(1, É=1.0, é=2.0))
    ingest(churn, tmp_path, "b.parquet", log(1, start=1, é=4.0, É=3.0))
    assert values(churn, '_id, "É", "é"') == [("i0", 1.0, 2.0), ("i1", 3.0, 4.0)]


def test_what_the_models_file_says_of_a_feature_holds_in_whatever_case(store: Store, tmp_path: Path) -> None:
    store.add(CHURN + '[features.Salary]\nkind = "categorical"\nprivate = true\n')
    ingest(store, tmp_path, "a.csv", log(2, salary=[1, 2]))
    ingest(store, tmp_path, "b.csv", log(1, start=7, SALARY=31337).assign(predicted_at="soon"))
    assert store.features("churn") == {"Salary": "categorical"}
    assert values(store, "salary") == [("1",), ("2",)]
    assert "31337" not in store.quarantine("churn").to_string()


def test_a_private_value_is_nowhere_in_the_quarantine(store: Store, tmp_path: Path) -> None:
    store.add(CHURN + '[features.salary]\nkind = "numeric"\nprivate = true\n')
    (tmp_path / "a.csv").write_text(
        "id,predicted_at,age,salary\n1,2026-01-01,4,SECRET\n2,2026-01-01,SECRET\n3,2026-01-01,4,5\n", "utf-8"
    )
    assert store.ingest("churn", tmp_path / "a.csv").rejected == 2
    found = store.quarantine("churn")
    assert found["reason"].tolist() == ["changed_type", "broken_line"]
    assert found["detail"][0] == "column 'salary' holds a value that is not a number"
    assert "SECRET" not in found.to_string()


@pytest.mark.parametrize("name", ["_ID", "_Day", "_row", "_SCORE", "rowid", "RowId", "_lookout_place"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_name_that_the_store_needs_is_refused_in_plain_words(
    churn: Store, tmp_path: Path, name: str, suffix: str
) -> None:
    receipt = ingest(churn, tmp_path, f"a.{suffix}", log(2, **{name: 1.0}))
    assert f"{name!r} is kept for the store" in receipt.problem
    assert churn.features("churn") == {}


def test_zero_and_one_in_a_feature_of_true_and_false_are_another_type(churn: Store, tmp_path: Path) -> None:
    ingest(churn, tmp_path, "a.csv", log(2, member=[True, False]))
    receipt = ingest(churn, tmp_path, "b.csv", log(3, start=5, member=["1", "FALSE", "unsure"]))
    assert (receipt.accepted, receipt.rejected) == (2, 1)
    assert values(churn, "member") == [("false",), ("false",), ("true",), ("unsure",)]
    assert churn.quarantine("churn")["detail"].tolist() == ["column 'member': 1 is not true or false"]


def test_a_wide_file_of_text_takes_seconds(churn: Store, tmp_path: Path) -> None:
    data = log(20, day=20, **{f"c{index}": 1.5 for index in range(300)})
    started = time.process_time()
    assert ingest(churn, tmp_path, "a.csv", data).accepted == 20
    assert len(churn.features("churn")) == 300
    assert time.process_time() - started < 20  # lists of words took minutes and all memory


def test_folders_called_like_columns_bring_no_columns(churn: Store, tmp_path: Path) -> None:
    folder = tmp_path / "region=eu" / "id=7"
    folder.mkdir(parents=True)
    for name in ("a.parquet", "b.csv"):
        assert ingest(churn, folder, name, log(2, start=len(name), age=1.0)).problem == ""
    assert churn.features("churn") == {"age": "numeric"}
    assert ("7",) not in values(churn, "_id")


def test_a_file_may_have_a_column_called_like_the_readers_own(churn: Store, tmp_path: Path) -> None:
    data = log(3, file_row_number=[5.0, 6.0, 7.0]).assign(score=["0.1", "x", "0.3"])
    assert ingest(churn, tmp_path, "a.parquet", data).accepted == 2
    assert values(churn, "file_row_number") == [(5.0,), (7.0,)]
    assert churn.quarantine("churn")["row"].tolist() == [2]


def test_quotes_after_the_sample_are_quotes(churn: Store, tmp_path: Path) -> None:
    lines = ["id;predicted_at;town", *(f"{index};2026-01-20;x" for index in range(25_000))]
    lines += ['25000;2026-01-20;"a;b"', '25001;2026-01-20;"say ""so"""']
    (tmp_path / "a.csv").write_text("\ufeff" + "\n".join(lines), "utf-8")
    assert churn.ingest("churn", tmp_path / "a.csv").accepted == 25_002
    assert values(churn, "town")[:2] == [("a;b",), ('say "so"',)]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1, "predicted_at": "2026-01-01"},\n {"id": 2, "predicted_at": "2026-01-01"}]',
        '{"id": 1, "predicted_at": "2026-01-01"}\n{"id": 2, "predicted_at": "2026-01-01"}\n',
    ],
)
def test_json_is_read_as_lines_and_as_one_list(churn: Store, tmp_path: Path, text: str, mark: str) -> None:
    (tmp_path / "a.json").write_text(mark + text, "utf-8")
    assert churn.ingest("churn", tmp_path / "a.json").accepted == 2


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("form", ["{}\n{}\n", "[{}, {}]"])
def test_json_keys_that_only_case_tells_apart_are_refused(
    churn: Store, tmp_path: Path, form: str, mark: str
) -> None:
    one = '{"id": 1, "predicted_at": "2026-01-20", "a": 5, "lag_1": 6}'
    two = '{"id": 2, "predicted_at": "2026-01-20", "A": 5, "lag_1": 6}'
    (tmp_path / "a.json").write_text(mark + form.format(one, two), "utf-8")
    assert "'A' and 'a' differ only by case" in churn.ingest("churn", tmp_path / "a.json").problem
    (tmp_path / "b.json").write_text(mark + form.format(one, two.replace("A", "lag")), "utf-8")
    assert churn.ingest("churn", tmp_path / "b.json").problem == ""
    assert values(churn, "a, lag, lag_1") == [(5.0, None, 6.0), (None, 5.0, 6.0)]


def test_a_json_line_that_names_a_key_twice_is_one_broken_line(churn: Store, tmp_path: Path) -> None:
    lines = '{"id": 1, "id": 2, "predicted_at": "2026-01-01"}\n{"id": 3, "predicted_at": "2026-01-01"}\n'
    (tmp_path / "a.jsonl").write_text(lines, "utf-8")
    assert churn.ingest("churn", tmp_path / "a.jsonl").accepted == 1
    assert churn.quarantine("churn")["detail"].tolist() == ["not JSON: a key stands twice in one object"]


def test_a_file_without_values_of_a_feature_cannot_tell_its_type(churn: Store, tmp_path: Path) -> None:
    table = pa.table({"id": ["1"], "predicted_at": ["2026-01-20"], "A": [1.0], "b": [None]})
    pq.write_table(table, tmp_path / "a.parquet")
    churn.ingest("churn", tmp_path / "a.parquet")
    ingest(churn, tmp_path, "b.csv", log(2, A=[None, None], b=[1.0, None]))
    assert values(churn, "name, file, typed", "column_files") == [
        ("A", 1, True), ("A", 2, False), ("b", 1, False), ("b", 2, True),
    ]  # fmt: skip
