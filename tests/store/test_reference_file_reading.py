"""How a reference file is read: its formats and columns, what does not fit, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from monitoring import cli, commands
from monitoring.models import ModelError
from monitoring.store import Store, StoreError, UnreadableFile, owner, reference_rows
from tests.store.logs import assert_same
from tests.store.reference_files import (
    FILE,
    HEAD,
    HOSTILE,
    SEGMENT,
    SEGMENTS,
    VERSIONS,
    described,
    put,
    raw,
    reference,
    rows,
    state,
)


def test_a_file_without_instants_or_ids_is_one_chunk(store: Store, tmp_path: Path) -> None:
    put(rows(3)[["age", "city"]], tmp_path / "reference.parquet")
    store.add(described(SEGMENTS, FILE), folder=tmp_path)
    found = reference(store)
    assert found.numeric.chunks == (reference_rows.UNDATED,)
    assert found.numeric.n.tolist() == [[120.0]]
    assert reference(store, SEGMENT).numeric.n[0, 0] == (rows(3)["city"] == "Rome").sum()
    assert raw(store, "SELECT count(DISTINCT _id), count(_day), count(_score) FROM m.reference_rows") == [
        (120, 0, 0)
    ]
    put(rows(3)[["age", "city"]].assign(predicted_at=None, id=None), tmp_path / "reference.parquet")
    store.add(described(SEGMENTS, FILE), folder=tmp_path)
    assert_same(reference(store), found)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_format_gives_the_same_reference(tmp_path: Path, ending: str) -> None:
    frame = rows(2).assign(age=lambda data: data["age"].replace(np.inf, 1.0), city=lambda d: d["city"])
    frame["city"] = frame["city"].replace({"": "Bern"}).fillna("Oslo")
    frame["predicted_at"] = frame["predicted_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    pictures = []
    for one in ("parquet", ending):
        put(frame, tmp_path / f"reference.{one}")
        with Store.open(tmp_path / f"{one}-{ending}.duckdb") as store:
            store.add(described(FILE.replace("parquet", one)), folder=tmp_path)
            pictures.append(reference(store))
    assert_same(*pictures)
    assert pictures[0].numeric.chunks == pictures[1].numeric.chunks
    assert pictures[0].numeric.n[0].tolist() == [40.0, 40.0]


def test_a_file_of_one_row_is_a_reference(store: Store, tmp_path: Path) -> None:
    (tmp_path / "reference.csv").write_text("age\n7\n", "utf-8")
    store.add(described(FILE.replace("parquet", "csv")), folder=tmp_path)
    assert reference(store).numeric.grids[0].edges == (7.0,)
    assert store.reference_title("m") == "reference.csv, 1 row"


def test_rows_that_do_not_fit_are_in_the_quarantine_under_the_files_name(
    store: Store, tmp_path: Path
) -> None:
    store.add(described('[features.secret]\nprivate = true\nkind = "numeric"\n'))
    store.ingest("m", put(rows(1).assign(secret=1.0), tmp_path / "log.parquet"))
    lines = ["id,predicted_at,age,secret,score", "1,2026-01-01,4,5,0.5", "2,2026-01-01,old,5,0.5"]
    lines += ["3,2026-01-01,4,hidden words,0.5", "4,03/04/2026,4,5,0.5", "5,2026-01-01,4,5,high"]
    lines += [",2026-01-01,4,5,0.5", "1,2026-01-01,9,5,0.5", "8,2026-01-01,5,5,0.1"]
    (tmp_path / "reference.csv").write_text("\n".join(lines) + "\n", "utf-8")
    text = described(FILE.replace("parquet", "csv"), '[features.secret]\nprivate = true\nkind = "numeric"\n')
    store.add(text, folder=tmp_path)
    kept = store.quarantine("m")
    assert kept["file"].unique().tolist() == ["reference.csv"]
    assert dict(zip(kept["row"], kept["reason"], strict=True)) == {
        2: "changed_type", 3: "changed_type", 4: "ambiguous_date", 5: "changed_type", 6: "missing_id",
        7: "duplicate_id",
    }  # fmt: skip
    assert not kept["content"].str.contains("hidden words").any()
    assert not kept["detail"].str.contains("hidden words").any()
    entry = store.files("m").set_index("kind").loc["reference"]
    assert entry[["rows", "accepted", "duplicates", "rejected"]].tolist() == [8, 2, 0, 6]
    assert reference(store).numeric.n[0].tolist() == [2.0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        ("", "the file is empty"),
        ("id,predicted_at,age\n", "without rows"),
        ("id,predicted_at\n1,2026-01-01\n", "no feature among its columns"),
        ("id,wage\n1,2\n", "shares no feature with the log; it has wage, the log has age"),
        ("id,age\n1,old\n2,young\n", "none of its 2 rows can be used; the first: column 'age': old is not"),
        ("id,age,_day\n1,2,3\n", "is kept for the store"),
    ],
)
def test_a_file_that_cannot_be_the_reference_is_refused_and_nothing_changes(
    store: Store, tmp_path: Path, content: str | None, words: str
) -> None:
    store.add(HEAD)
    store.ingest("m", put(rows(1).drop(columns=["city", HOSTILE]), tmp_path / "log.parquet"))
    before, files = state(store), store.files("m")
    if content is not None:
        (tmp_path / "reference.csv").write_text(content, "utf-8")
    with pytest.raises(StoreError, match=words):
        store.add(described(FILE.replace("parquet", "csv")), folder=tmp_path)
    assert state(store) == before
    assert store.toml("m") == HEAD
    pd.testing.assert_frame_equal(store.files("m"), files)
    assert store.quarantine("m").empty


def test_a_refused_file_does_not_register_a_model_that_is_new(store: Store, tmp_path: Path) -> None:
    (tmp_path / "reference.csv").write_text("id\n1\n", "utf-8")
    with pytest.raises(UnreadableFile):
        store.add(described(FILE.replace("parquet", "csv")), folder=tmp_path)
    assert store.models() == []
    assert raw(store, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'm'") == [(0,)]
    with pytest.raises(ModelError, match="not both"):
        store.add(described(FILE, "start = 2026-01-01\n"), folder=tmp_path)


def test_other_names_of_columns_read_the_file_again(store: Store, tmp_path: Path) -> None:
    put(rows(2).rename(columns={"predicted_at": "at"}), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    assert reference(store).numeric.chunks == (reference_rows.UNDATED,)
    store.add(described(FILE, '[columns]\npredicted_at = "at"\n'), folder=tmp_path)
    assert len(reference(store).numeric.chunks) == 2
    assert "at" not in store.features("m")


def test_probabilities_of_classes_and_wide_scores_are_kept_for_the_champion(
    store: Store, tmp_path: Path
) -> None:
    frame = rows(1).drop(columns=["version", "score"]).assign(p=0.25, q=0.75, r=0.5)
    put(frame, tmp_path / "reference.parquet")
    store.add(
        HEAD.replace("binary", "multiclass") + FILE + '[columns.score]\nyes = "p"\nno = "q"\n',
        folder=tmp_path,
    )
    assert raw(store, 'SELECT DISTINCT _score, "_score.yes", "_score.no" FROM m.reference_rows') == [
        (None, 0.25, 0.75)
    ]
    store.add(
        described(VERSIONS, FILE, '[columns.scores]\na = "p"\nb = "q"\n').replace('"m"', '"wide"'),
        folder=tmp_path,
    )
    assert raw(store, "SELECT DISTINCT _score FROM wide.reference_rows") == [(0.25,)]
    store.add(described(FILE).replace('"m"', '"r"').replace("binary", "regression"), folder=tmp_path)
    put(frame.assign(prediction=12.5), tmp_path / "reference.parquet")
    store.add(described(FILE).replace('"m"', '"r"').replace("binary", "regression"), folder=tmp_path)
    assert raw(store, "SELECT DISTINCT _score FROM r.reference_rows") == [(12.5,)]


def test_the_command_looks_beside_the_models_file_with_the_app_up_and_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.toml").write_text(described(FILE), "utf-8")
    path = tmp_path / "lookout.duckdb"
    monkeypatch.chdir(tmp_path)
    arguments = ["--store", str(path), "add", "models/m.toml"]
    said = CliRunner().invoke(cli.app, arguments)
    assert said.exit_code == 2
    assert "reference.parquet: no such file" in said.stderr
    odd = rows(1).astype({"age": "object"})
    odd.loc[0, "age"] = "old"
    odd["age"] = odd["age"].astype(str)
    odd.to_csv(tmp_path / "models" / "reference.csv", index=False)
    put(rows(1), tmp_path / "models" / "reference.parquet")
    said = CliRunner().invoke(cli.app, arguments)
    assert (said.exit_code, said.stderr) == (
        0, "m is registered\nreference: reference.parquet, 40 rows\n",
    )  # fmt: skip
    (tmp_path / "models" / "m.toml").write_text(described(FILE.replace("parquet", "csv")), "utf-8")
    with Store.open(path) as store:

        def answer(name: str, given: dict[str, object]) -> owner.Answer:
            found = commands.answer(store, name, given)
            return {"stdout": found.stdout, "stderr": found.stderr, "code": found.code}

        with owner.Route(path, answer):
            said = CliRunner().invoke(cli.app, arguments)
        assert said.exit_code == 0
        assert '+file = "reference.csv"\n- new reference: reference.csv: the log is empty' in said.stderr
        assert said.stderr.endswith(
            "m is registered\nreference: reference.csv, 39 rows; 1 more in the quarantine\n"
        )
        assert store.reference_title("m") == "reference.csv, 39 rows"
