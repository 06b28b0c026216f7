"""What identifies a row, a label and a file, whatever the format that brought it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.store import Receipt, Store
from tests.laws import examples
from tests.store.conftest import CHURN

AT = "2026-01-01T12:00:00Z"


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def values(store: Store, columns: str, table: str) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(f"SELECT {columns} FROM churn.{table} ORDER BY ALL").fetchall()


def reasons(store: Store) -> list[tuple[Any, ...]]:
    data = store.quarantine("churn").astype({"row": object})
    return list(zip(data["row"], data["reason"], strict=True))


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_labels_find_their_predictions_across_formats(
    churn: Store, tmp_path: Path, suffix: str, kind: str
) -> None:
    write(tmp_path / "a.csv", f"id,predicted_at\n0,{AT}\n17,{AT}\n")
    churn.ingest("churn", tmp_path / "a.csv")
    ids = [0, 17] if kind == "int64" else [0, 17, None]
    labels = pd.DataFrame({"id": pd.Series(ids, dtype=kind), "label": 1, "labelled_at": AT})
    path = tmp_path / f"l.{suffix}"
    if suffix == "csv":
        labels.to_csv(path, index=False)
    elif suffix == "parquet":
        labels.to_parquet(path)
    else:
        labels.to_json(path, orient="records", lines=True)
    assert churn.ingest("churn", path, "labels").accepted == 2
    assert values(churn, "_id", "labels") == values(churn, "_id", "requests") == [("0",), ("17",)]


def test_whole_numbers_of_predictions_have_no_fraction(churn: Store, tmp_path: Path) -> None:
    data = pd.DataFrame({"id": [0.0, 2.5, 1e6], "predicted_at": pd.to_datetime([AT] * 3)})
    data.to_parquet(tmp_path / "a.parquet")
    churn.ingest("churn", tmp_path / "a.parquet")
    assert values(churn, "_id", "requests") == [("0",), ("1000000",), ("2.5",)]


@pytest.mark.parametrize(
    "written",
    [
        ["10000000000000000000001", "10000000000000000000002"],
        ['"6BA7B810-9DAD-11D1-80B4-00C04FD430C8"', '"7BA7B810-9DAD-11D1-80B4-00C04FD430C8"'],
        ['"2026-01-01T00:00"', '"2026-01-02T00:00"'],
        ["123456789012345678", '"R2"'],
    ],
)
def test_ids_in_json_are_the_text_that_was_written(churn: Store, tmp_path: Path, written: list[str]) -> None:
    lines = "".join(f'{{"id": {one}, "predicted_at": "{AT}"}}\n' for one in written)
    assert churn.ingest("churn", write(tmp_path / "a.jsonl", lines)).accepted == 2
    assert values(churn, "_id", "requests") == [(one.strip('"'),) for one in written]


def test_true_and_false_are_one_and_zero_from_every_format(store: Store, tmp_path: Path) -> None:
    store.add(CHURN.replace("task =", 'positive = "True"\ntask ='))
    assert store.model("churn").positive == "1"
    labels = pd.DataFrame({"id": ["a", "b"], "label": [True, False], "labelled_at": AT})
    labels.to_csv(tmp_path / "l.csv", index=False)
    labels.assign(id=["c", "d"]).to_parquet(tmp_path / "l.parquet")
    for name in ("l.csv", "l.parquet"):
        store.ingest("churn", tmp_path / name, "labels")
    write(tmp_path / "a.csv", f"id,predicted_at,prediction\na,{AT},TRUE\nb,{AT},false\n")
    store.ingest("churn", tmp_path / "a.csv")
    assert values(store, "_id, _label", "labels") == [("a", "1"), ("b", "0"), ("c", "1"), ("d", "0")]
    assert values(store, "_id, _prediction", "predictions") == [("a", "1"), ("b", "0")]


def test_classes_called_true_and_false_keep_their_names(store: Store, tmp_path: Path) -> None:
    store.add('name = "churn"\ntask = "multiclass"\n[columns.score]\nTrue = "p"\nFalse = "q"\nunsure = "r"\n')
    store.ingest("churn", write(tmp_path / "l.csv", f"id,label,labelled_at\na,True,{AT}\n"), "labels")
    assert values(store, "_label", "labels") == [("True",)]


def test_overlapping_files_of_labels_store_each_label_once(churn: Store, tmp_path: Path) -> None:
    head = "id,label,labelled_at\n"
    first = write(tmp_path / "l1.csv", f"{head}a,1,{AT}\nb,0,{AT}\nb,0,{AT}\n")
    second = write(tmp_path / "l2.csv", f"{head}a,1,{AT}\nb,1,{AT}\nc,0,{AT}\n")
    one, two = (churn.ingest("churn", path, "labels") for path in (first, second))
    assert (one.rows, one.accepted, one.duplicates) == (3, 2, 1)
    assert (two.rows, two.accepted, two.duplicates) == (3, 3 - 1, 1)
    assert values(churn, "_id, _label", "labels") == [("a", "1"), ("b", "0"), ("b", "1"), ("c", "0")]
    churn.forget("churn", "l1.csv")
    assert values(churn, "_id, _label", "labels") == [("a", "1"), ("b", "1"), ("c", "0")]
    assert churn.files("churn")[["rows", "accepted", "duplicates"]].values.tolist() == [[3, 3, 0]]
    churn.forget("churn", "l2.csv")
    assert values(churn, "_id", "labels") == values(churn, "_id", "labels_spare") == []


TOLD = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("01"), st.integers(1, 2)), min_size=1, max_size=6
)


@examples(6, 60)
@given(files=st.lists(TOLD, min_size=2, max_size=4), gone=st.data())
def test_forgetting_a_file_of_labels_equals_never_having_ingested_it(
    tmp_path_factory: pytest.TempPathFactory, files: list, gone: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("labels")
    dropped = gone.draw(st.sets(st.integers(0, len(files) - 1), min_size=1))
    with Store.open(folder / "with.duckdb") as full, Store.open(folder / "without.duckdb") as without:
        for store in (full, without):
            store.add(CHURN)
        for index, file in enumerate(files):
            text = "".join(f"{one},{label},2026-02-0{day}\n" for one, label, day in file)
            path = write(folder / f"{index}.csv", f"id,label,labelled_at\n{text}")
            full.ingest("churn", path, "labels", title=f"{index}")
            if index not in dropped:
                without.ingest("churn", path, "labels", title=f"{index}")
        for index in dropped:
            if f"{index}" in set(
                full.files("churn")["name"]
            ):  # not one of the same content as an earlier file
                full.forget("churn", f"{index}")
        same = {f"{i}" for i in range(len(files)) if i not in dropped} <= set(full.files("churn")["name"])
        if same:
            columns = "_id, _label, _labelled_at, _source"
            assert values(full, columns, "labels") == values(without, columns, "labels")
            assert values(full, columns, "labels_spare") == values(without, columns, "labels_spare")


def test_the_same_file_given_by_three_threads_at_once_is_stored_once(churn: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "l.csv", "id,label\n" + "".join(f"{index},1\n" for index in range(5_000)))
    found: list[Receipt] = []
    threads = [
        threading.Thread(target=lambda: found.append(churn.ingest("churn", path, "labels"))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipt.accepted for receipt in found) == [0, 0, 5_000]
    assert sorted(receipt.known for receipt in found) == [False, True, True]
    assert len(values(churn, "_id", "labels")) == 5_000
    assert len(churn.files("churn")) == 1


def test_a_rejected_prediction_brings_no_label_and_is_told_once(store: Store, tmp_path: Path) -> None:
    store.add('name = "churn"\ntask = "regression"\n')
    text = f"id,predicted_at,prediction,label\n1,{AT},5,6\n2,{AT},5,soon\n3,never,5,6\n4,{AT}\n"
    text += f"5,{AT},5,\n1,{AT},5,9\n"
    receipt = store.ingest("churn", write(tmp_path / "a.csv", text))
    assert (receipt.rows, receipt.accepted, receipt.rejected) == (6, 3, 4)
    assert values(store, "_id, _label", "labels") == [("1", 6.0)]
    assert reasons(store) == [
        (2, "changed_type"), (3, "unreadable_instant"), (4, "broken_line"), (6, "duplicate_id"),
    ]  # fmt: skip
    assert store.quarantine("churn")["detail"][0] == "column 'label': soon is not a number"


def test_labels_inside_overlapping_files_are_stored_once(churn: Store, tmp_path: Path) -> None:
    head, row = "id,predicted_at,label,labelled_at\n", f"1,{AT},1,2026-02-01\n"
    churn.ingest("churn", write(tmp_path / "a.csv", head + row))
    churn.ingest("churn", write(tmp_path / "b.csv", head + row + f"2,{AT},0,2026-02-01\n"))
    assert values(churn, "_id", "labels") == [("1",), ("2",)]
    churn.forget("churn", "a.csv")
    assert values(churn, "_id", "labels") == values(churn, "_id", "requests") == [("1",), ("2",)]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_instants_that_no_log_can_have_are_set_aside(store: Store, tmp_path: Path, zone: str) -> None:
    store.add(CHURN.replace("America/New_York", zone))
    data = pd.DataFrame({"id": range(5), "predicted_at": pd.to_datetime([AT] * 5)})
    data["predicted_at"] = [0, 2**62, -(2**62), 315_532_799_999_999, 315_532_800_000_000]  # microseconds
    data["predicted_at"] = data["predicted_at"].astype("datetime64[us]")
    data.to_parquet(tmp_path / "a.parquet")
    assert store.ingest("churn", tmp_path / "a.parquet").accepted == 1
    assert values(store, "_predicted_at::VARCHAR", "requests") == [("1980-01-01 00:00:00",)]
    ahead = pd.Timestamp.now("UTC") + pd.Timedelta(days=367)
    text = f"id,label,labelled_at\n1,1,{ahead.isoformat()}\n2,1,{AT}\n"
    assert store.ingest("churn", write(tmp_path / "l.csv", text), "labels").accepted == 1
    assert [reason for _, reason in reasons(store)] == ["implausible_instant"] * 5
    assert "1970-01-01 00:00:00 (UTC) is before 1980" in store.quarantine("churn")["detail"][0]


def test_a_file_that_fails_again_and_again_is_noted_once(churn: Store, tmp_path: Path) -> None:
    for content in ("a,b\n1,2\n", "a,b\n1,3\n"):
        receipt = churn.ingest("churn", write(tmp_path / "a.csv", content))
        assert "no column for the id" in receipt.problem
    churn.ingest("churn", write(tmp_path / "b.csv", "a\n1\n"))
    assert churn.files("churn")["name"].tolist() == ["a.csv", "b.csv"]
    assert churn.quarantine("churn")["file"].tolist() == ["a.csv", "b.csv"]
