"""Files of predictions: what is taken in, what is not and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from monitoring.store import Receipt, Store, StoreError, UnknownModel


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def rows(store: Store, table: str, columns: str = "*", order: str = "ALL") -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(f"SELECT {columns} FROM churn.{table} ORDER BY {order}").fetchall()


def reasons(store: Store) -> list[tuple[Any, ...]]:
    data = store.quarantine("churn").astype({"row": object})
    return list(zip(data["row"], data["reason"], strict=True))


def test_a_file_is_taken_in_once_however_often_it_is_given(churn: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,predicted_at,age,score\n1,2026-01-01,40,0.2\n2,2026-01-02,50,0.9\n")
    first, second = churn.ingest("churn", path), churn.ingest("churn", path)
    assert (first.accepted, first.duplicates, first.known) == (2, 0, False)
    assert (second.accepted, second.duplicates, second.known) == (0, 2, True)
    assert len(rows(churn, "requests")) == len(rows(churn, "predictions")) == 2
    assert len(churn.files("churn")) == 1


def test_overlapping_files_store_each_id_once(churn: Store, tmp_path: Path) -> None:
    churn.ingest("churn", write(tmp_path / "a.csv", "id,predicted_at,age,score\n1,2026-01-01,40,0.2\n"))
    path = write(tmp_path / "b.csv", "id,predicted_at,age,score\n1,2026-01-01,41,0.3\n2,2026-01-01,42,0.4\n")
    receipt = churn.ingest("churn", path)
    assert (receipt.rows, receipt.accepted, receipt.duplicates, receipt.rejected) == (2, 1, 1, 0)
    assert rows(churn, "requests", "_id, age") == [("1", 40.0), ("2", 42.0)]


def test_every_bad_row_is_kept_with_its_number_and_reason_and_the_rest_goes_in(
    churn: Store, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        "id,predicted_at,age,score\n"
        "1,2026-01-01,40,0.2\n"
        ",2026-01-01,40,0.2\n"
        "3,,40,0.2\n"
        "4,03/04/2026,40,0.2\n"
        "5,yesterday,40,0.2\n"
        "6,2026-01-01\n"
        "1,2026-01-01,44,0.5\n"
        "7,2026-01-01,40,high\n"
        "8,2026-01-02,41,0.1\n",
    )
    receipt = churn.ingest("churn", path)
    assert (receipt.rows, receipt.accepted, receipt.rejected) == (9, 2, 7)
    assert reasons(churn) == [
        (2, "missing_id"), (3, "missing_instant"), (4, "ambiguous_date"), (5, "unreadable_instant"),
        (6, "broken_line"), (7, "duplicate_id"), (8, "changed_type"),
    ]  # fmt: skip
    assert rows(churn, "requests", "_id, age") == [("1", 40.0), ("8", 41.0)]
    content = churn.quarantine("churn")["content"]
    assert '"age":"44"' in content.iloc[5]
    assert content.iloc[4] == "6,2026-01-01"


def test_a_changed_type_is_reported_and_never_cast(churn: Store, tmp_path: Path) -> None:
    pd.DataFrame({"id": ["1"], "predicted_at": pd.to_datetime(["2026-01-01"]), "age": [40.0]}).to_parquet(
        tmp_path / "a.parquet"
    )
    churn.ingest("churn", tmp_path / "a.parquet")
    pd.DataFrame(
        {"id": ["2", "3"], "predicted_at": pd.to_datetime(["2026-01-01"] * 2), "age": ["41", None]}
    ).to_parquet(tmp_path / "b.parquet")
    receipt = churn.ingest("churn", tmp_path / "b.parquet")
    assert (receipt.accepted, receipt.rejected) == (1, 1)
    assert reasons(churn) == [(1, "changed_type")]
    assert "column 'age': 41 is not a number" in churn.quarantine("churn")["detail"].iloc[0]


def test_new_columns_are_added_and_older_rows_lack_them(churn: Store, tmp_path: Path) -> None:
    churn.ingest(
        "churn",
        write(tmp_path / "a.jsonl", '{"id": "1", "predicted_at": "2026-01-01T00:00:00Z", "age": 4}\n'),
    )
    churn.ingest(
        "churn",
        write(tmp_path / "b.jsonl", '{"id": "2", "predicted_at": "2026-01-01T00:00:00Z", "town": "x"}\n'),
    )
    assert rows(churn, "requests", "_id, age, town") == [("1", 4.0, None), ("2", None, "x")]
    assert churn.features("churn") == {"age": "numeric", "town": "categorical"}


def test_a_column_without_values_takes_the_type_of_its_first_one(churn: Store, tmp_path: Path) -> None:
    churn.ingest("churn", write(tmp_path / "a.csv", "id,predicted_at,town\n1,2026-01-01,\n"))
    assert churn.features("churn") == {"town": "numeric"}
    churn.ingest("churn", write(tmp_path / "b.csv", "id,predicted_at,town\n2,2026-01-01,Rome\n"))
    assert rows(churn, "requests", "_id, town") == [("1", None), ("2", "Rome")]
    assert churn.features("churn") == {"town": "categorical"}


def test_instants_are_utc_and_days_are_the_models_own(churn: Store, tmp_path: Path) -> None:
    churn.ingest(
        "churn",
        write(
            tmp_path / "a.csv",
            "id,predicted_at\n1,2026-07-01T03:59:59Z\n2,2026-07-01T04:00:00Z\n"
            "3,2026-07-01 00:30:00-04:00\n4,2026-07-01\n",
        ),
    )
    found = rows(churn, "requests", "_id, CAST(_predicted_at AS VARCHAR), CAST(_day AS VARCHAR)")
    assert found == [
        ("1", "2026-07-01 03:59:59", "2026-06-30"),
        ("2", "2026-07-01 04:00:00", "2026-07-01"),
        ("3", "2026-07-01 04:30:00", "2026-07-01"),
        ("4", "2026-07-01 04:00:00", "2026-07-01"),
    ]


def test_nan_is_missing_infinity_stays_and_the_empty_text_is_a_category(churn: Store, tmp_path: Path) -> None:
    lines = '{"id": "1", "predicted_at": "2026-01-01T00:00:00Z", "x": 1.5, "c": ""}\n'
    lines += '{"id": "2", "predicted_at": "2026-01-01T00:00:00Z", "x": "Infinity", "c": null}\n'
    churn.ingest("churn", write(tmp_path / "a.jsonl", lines))
    frame = pd.DataFrame(
        {"id": ["3"], "predicted_at": pd.to_datetime(["2026-01-01"]), "x": [float("nan")], "c": ["v"]}
    )
    frame.to_parquet(tmp_path / "b.parquet")
    churn.ingest("churn", tmp_path / "b.parquet")
    assert rows(churn, "requests", "_id, x, c") == [
        ("1", 1.5, ""),
        ("2", float("inf"), None),
        ("3", None, "v"),
    ]


def test_a_long_log_stores_a_request_once_and_a_prediction_per_version(churn: Store, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "id,predicted_at,version,age,score,prediction\n1,2026-01-01,a,40,0.2,0\n1,2026-01-01,b,40,0.6,1\n"
        "2,2026-01-01,a,50,0.3,0\n2,2026-01-01,a,50,0.3,0\n",
    )
    receipt = churn.ingest("churn", path)
    assert (receipt.accepted, receipt.rejected) == (3, 1)
    assert rows(churn, "requests", "_id, age") == [("1", 40.0), ("2", 50.0)]
    found = rows(churn, "predictions", "_id, _version, _score, _prediction", "_id, _version")
    assert found == [("1", "a", 0.2, "0"), ("1", "b", 0.6, "1"), ("2", "a", 0.3, "0")]


def test_a_shadow_that_arrives_in_a_later_file_joins_the_same_request(churn: Store, tmp_path: Path) -> None:
    churn.ingest(
        "churn", write(tmp_path / "a.csv", "id,predicted_at,version,age,score\n1,2026-01-01,a,40,0.2\n")
    )
    receipt = churn.ingest(
        "churn", write(tmp_path / "b.csv", "id,predicted_at,version,age,score\n1,2026-01-01,b,40,0.7\n")
    )
    assert (receipt.accepted, receipt.duplicates) == (1, 0)
    assert len(rows(churn, "requests")) == 1
    assert len(rows(churn, "predictions")) == 2


def test_a_wide_log_names_a_score_column_per_version(store: Store, tmp_path: Path) -> None:
    store.add('name = "churn"\ntask = "binary"\n[columns.scores]\na = "score_a"\nb = "score_b"\n')
    path = write(
        tmp_path / "a.csv",
        "id,predicted_at,age,score_a,score_b\n1,2026-01-01,40,0.2,0.3\n2,2026-01-01,50,0.4,\n",
    )
    store.ingest("churn", path)
    found = rows(store, "predictions", "_id, _version, _score", "_id, _version")
    assert found == [("1", "a", 0.2), ("1", "b", 0.3), ("2", "a", 0.4)]
    assert list(store.features("churn")) == ["age"]


def test_class_probabilities_are_kept_per_class(store: Store, tmp_path: Path) -> None:
    store.add('name = "churn"\ntask = "multiclass"\n[columns.score]\nlow = "p_low"\nhigh = "p_high"\n')
    store.ingest("churn", write(tmp_path / "a.csv", "id,predicted_at,p_low,p_high\n1,2026-01-01,0.25,0.75\n"))
    assert rows(store, "predictions", '_id, "_score.low", "_score.high"') == [("1", 0.25, 0.75)]


HOSTILE = [
    'sel"ect',
    "x; DROP TABLE requests",
    "naïve 🦊",
    "line\nbreak",
    "<b>bold</b>",
    "SELECT",
    "day",
    "id2",
    "'",
]


def test_hostile_column_names_are_only_names(churn: Store, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"id": ["1"], "predicted_at": pd.to_datetime(["2026-01-01"])} | {name: [1.0] for name in HOSTILE}
    )
    frame.to_parquet(tmp_path / "a.parquet")
    churn.ingest("churn", tmp_path / "a.parquet")
    assert list(churn.features("churn")) == HOSTILE
    churn.forget("churn", "a.parquet")
    assert churn.features("churn") == {}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "", "the file is empty"),
        ("a.parquet", "not parquet", "not a readable parquet file"),
        ("a.jsonl", "not json\n", "not a readable jsonl file"),
        ("a.xyz", "x", "cannot tell what it is"),
        ("a.csv", "identity,predicted_at\n1,2026-01-01\n", "no column for the id ('id')"),
        ("a.csv", "id,when\n1,2026-01-01\n", "no column for the instant ('predicted_at')"),
        ("a.csv", "id,predicted_at,_day\n1,2026-01-01,2\n", "is kept for the store"),
    ],
)
def test_an_unreadable_file_is_named_in_the_quarantine_and_nothing_of_it_goes_in(
    churn: Store, tmp_path: Path, name: str, text: str, words: str
) -> None:
    receipt = churn.ingest("churn", write(tmp_path / name, text))
    assert words in receipt.problem
    assert (receipt.accepted, receipt.rejected) == (0, 1)
    assert churn.quarantine("churn")["reason"].tolist() == ["unreadable_file"]
    assert rows(churn, "requests") == []
    assert not churn.ingest("churn", tmp_path / name).known, "it may be tried again"


def test_a_private_feature_is_left_out_of_the_quarantine(store: Store, tmp_path: Path) -> None:
    store.add('name = "churn"\ntask = "binary"\n[features.secret]\nprivate = true\n')
    store.ingest("churn", write(tmp_path / "a.csv", "id,predicted_at,secret,age\n,2026-01-01,hush,4\n"))
    assert store.quarantine("churn")["content"].tolist() == [
        '{"id":null,"predicted_at":"2026-01-01","age":"4"}'
    ]


def test_an_unknown_model_and_an_absent_file_are_named(churn: Store, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="known models: churn"):
        churn.ingest("chrun", tmp_path / "a.csv")
    with pytest.raises(StoreError, match="no such file"):
        churn.ingest("churn", tmp_path / "a.csv")


def test_a_file_name_full_of_patterns_means_only_itself(churn: Store, tmp_path: Path) -> None:
    write(tmp_path / "[ab]*.csv", "id,predicted_at\n1,2026-01-01\n")
    write(tmp_path / "a.csv", "id,predicted_at\n2,2026-01-01\n")
    receipt: Receipt = churn.ingest("churn", tmp_path / "[ab]*.csv")
    assert (receipt.file, receipt.accepted) == ("[ab]*.csv", 1)


def test_labels_come_in_any_order_also_before_their_prediction(churn: Store, tmp_path: Path) -> None:
    lines = (
        "id,label,labelled_at\n2,1.0,2026-01-05T00:00:00Z\n1,0,2026-01-04\n9,,2026-01-04\n8,1,04/05/2026\n"
    )
    receipt = churn.ingest("churn", write(tmp_path / "l.csv", lines), "labels")
    assert (receipt.accepted, receipt.rejected) == (2, 2)
    churn.ingest("churn", write(tmp_path / "a.csv", "id,predicted_at\n1,2026-01-01\n2,2026-01-01\n"))
    assert rows(churn, "requests JOIN churn.labels USING (_id)", "_id, _label") == [("1", "0"), ("2", "1")]
    assert reasons(churn) == [(3, "missing_label"), (4, "ambiguous_date")]


def test_labels_inside_a_file_of_predictions_are_labels_and_no_feature(churn: Store, tmp_path: Path) -> None:
    lines = "id,predicted_at,age,label,labelled_at\n1,2026-01-01,4,1,2026-01-02\n2,2026-01-01,5,,\n"
    churn.ingest("churn", write(tmp_path / "a.csv", lines))
    assert rows(churn, "labels", "_id, _label") == [("1", "1")]
    assert list(churn.features("churn")) == ["age"]


def test_a_regression_keeps_numbers_as_labels(store: Store, tmp_path: Path) -> None:
    store.add('name = "churn"\ntask = "regression"\n')
    store.ingest("churn", write(tmp_path / "a.csv", "id,predicted_at,prediction\n1,2026-01-01,12.5\n"))
    store.ingest(
        "churn",
        write(tmp_path / "l.csv", "id,label,labelled_at\n1,13.5,2026-01-02\n2,soon,2026-01-02\n"),
        "labels",
    )
    assert rows(store, "predictions", "_score") == [(12.5,)]
    assert rows(store, "labels", "_label") == [(13.5,)]
    assert reasons(store) == [(2, "changed_type")]
