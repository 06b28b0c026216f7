"""A reference file that is replaced, kept beyond its log, backed up, or given to an older store."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from monitoring.store import Refused, Store, copies
from monitoring.store.database import connect
from tests.store.logs import assert_same
from tests.store.reference_files import (
    FILE,
    SEGMENT,
    SEGMENTS,
    VERSIONS,
    WINDOW,
    described,
    put,
    raw,
    reference,
    rows,
    state,
)


def test_adding_twice_changes_nothing_and_another_content_is_profiled_anew(
    store: Store, tmp_path: Path
) -> None:
    path = put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    store.ingest("m", put(rows(2, 1, "2026-02-01"), tmp_path / "log.parquet"))
    before = state(store)
    store.add(described(FILE), folder=tmp_path)
    assert state(store) == before
    path.rename(tmp_path / "other.parquet")
    store.add(described(FILE).replace("reference.parquet", "other.parquet"), folder=tmp_path)
    assert state(store)[:-1] == before[:-1], "another name is no other content"
    assert store.reference_title("m") == "other.parquet, 120 rows"
    edges = store.cubes("m").numeric.grids[0].edges
    put(rows(3).assign(age=lambda frame: frame["age"] + 100), tmp_path / "other.parquet")
    store.add(described(FILE).replace("reference.parquet", "other.parquet"), folder=tmp_path)
    after = store.cubes("m").numeric
    np.testing.assert_allclose(np.array(after.grids[0].edges), np.array(edges) + 100)
    age = after.features.index("age")
    finite = rows(2, 1)["age"].replace(np.inf, np.nan).count()
    assert after.counts[age, :, 0].sum() == finite, "all of the log is below"
    assert len(store.files("m")) == 2


def test_the_profile_is_made_anew_from_the_kept_rows_when_the_file_is_gone(
    store: Store, tmp_path: Path
) -> None:
    path = put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    plain = reference(store)
    path.unlink()
    store.add(described(SEGMENTS, FILE), folder=tmp_path)
    assert_same(reference(store), plain)
    assert "Rome" in store.segments("m")["city"]
    assert reference(store, SEGMENT).numeric.n[0].sum() == (rows(3)["city"] == "Rome").sum()


def test_without_a_folder_another_file_of_the_same_name_is_not_taken_for_the_reference(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    before = state(store)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(rows(3, 9).assign(age=1.0), elsewhere / "reference.parquet")
    monkeypatch.chdir(elsewhere)
    store.add(described(FILE, "[limits]\ndrift_floor = 0.05\n"))
    assert state(store) == before
    assert store.model("m").limits.drift_floor == 0.05
    store.add(described(FILE), folder=elsewhere)
    assert state(store) != before, "with its folder it is another reference"


def test_a_replaced_file_takes_its_own_features_with_it(store: Store, tmp_path: Path) -> None:
    put(rows(1).assign(x="word", old=1.0), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    store.ingest("m", put(rows(1, 1, "2026-02-01"), tmp_path / "log.parquet"))
    put(rows(1).assign(x=2.5, new="word"), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    kinds = store.features("m")
    assert {name: kinds[name] for name in ("x", "new")} == {"x": "numeric", "new": "categorical"}
    assert "old" not in kinds
    cube = store.cubes("m").numeric
    assert cube.missing[cube.features.index("x")].tolist() == [40.0], "the log never had it"


def test_a_window_in_place_of_the_file_leaves_nothing_of_it(tmp_path: Path) -> None:
    put(rows(1).assign(x=1.0), tmp_path / "reference.parquet")
    log = put(rows(8, 1), tmp_path / "log.parquet")
    with Store.open(tmp_path / "a.duckdb") as changed, Store.open(tmp_path / "b.duckdb") as plain:
        changed.add(described(FILE), folder=tmp_path)
        plain.add(described(WINDOW))
        for store in (changed, plain):
            store.ingest("m", log)
        changed.add(described(WINDOW))
        assert_same(changed.cubes("m"), plain.cubes("m"))
        assert changed.cubes("m").numeric.grids == plain.cubes("m").numeric.grids
        assert changed.reference_cubes("m") is None
        assert changed.files("m")["name"].tolist() == ["log.parquet"]
        assert raw(changed, "SELECT count(*) FROM m.reference_rows") == [(0,)]


def test_retention_leaves_the_reference_and_freezes_the_grids(store: Store, tmp_path: Path) -> None:
    put(rows(3), tmp_path / "reference.parquet")
    keep = "retention_days = 5\n"
    store.add(described(FILE, head=keep), folder=tmp_path)
    store.ingest("m", put(rows(20, 1, "2026-02-01"), tmp_path / "log.parquet"))
    before, grids = store.cubes("m"), store.cubes("m").numeric.grids
    assert before.numeric.n[0].tolist() == [40.0] * 20
    assert raw(store, "SELECT min(_day)::VARCHAR FROM m.requests") == [("2026-02-16",)]
    assert raw(store, "SELECT count(*) FROM m.reference_rows") == [(120,)]
    store.add(described(FILE, VERSIONS, head=keep), folder=tmp_path)  # another champion: nothing to make anew
    assert_same(store.cubes("m"), before)
    store.ingest("m", put(rows(1, 2, "2026-02-20"), tmp_path / "late.parquet"))
    assert store.cubes("m").numeric.n[0, -1] == 80.0
    put(rows(4), tmp_path / "reference.parquet")
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add(described(FILE, VERSIONS, head=keep), folder=tmp_path)
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add(described(WINDOW, VERSIONS, head=keep), folder=tmp_path)
    assert store.cubes("m").numeric.grids == grids
    assert reference(store).numeric.n[0].sum() == 120


@pytest.mark.parametrize("after", [FILE, WINDOW.replace("-01-01", "-02-14").replace("-01-04", "-02-16")])
def test_another_reference_is_profiled_as_long_as_no_profiled_row_was_deleted(
    store: Store, tmp_path: Path, after: str
) -> None:
    keep, window = "retention_days = 5\n", WINDOW.replace("-01-01", "-02-01").replace("-01-04", "-02-20")
    store.add(described(window, head=keep))
    store.ingest("m", put(rows(1, 1, "2026-01-01"), tmp_path / "old.parquet"))
    log = pd.concat([rows(1, seed, f"2026-02-{day}") for seed, day in ((2, "01"), (3, "15"), (4, "17"))])
    store.ingest("m", put(log, tmp_path / "log.parquet"))
    assert raw(store, "SELECT raw_from::VARCHAR FROM models") == [("2026-02-13",)]
    put(rows(3).assign(age=7.0), tmp_path / "reference.parquet")
    store.add(described(after, head=keep), folder=tmp_path)
    cube = store.cubes("m").numeric
    assert cube.n[0].tolist() == [40.0] * 3, "all days on the new grid, before the first of them went"
    fitted = rows(3).assign(age=7.0) if after == FILE else rows(1, 3)
    assert cube.grids[0].reference_n == np.isfinite(fitted["age"]).sum()
    assert raw(store, "SELECT min(_day)::VARCHAR FROM m.requests") == [("2026-02-15",)]
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add(described(window, head=keep))


def test_a_backup_holds_the_reference_and_a_removed_model_leaves_nothing(
    store: Store, tmp_path: Path
) -> None:
    put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    found = reference(store)
    store.backup(tmp_path / "copy")
    store.remove("m")
    assert raw(store, "SELECT count(*) FROM files") == [(0,)]
    assert raw(store, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'm'") == [(0,)]
    copies.restore(tmp_path / "copy", tmp_path / "restored.duckdb")
    with Store.open(tmp_path / "restored.duckdb") as restored:
        assert_same(reference(restored), found)
        restored.ingest("m", put(rows(1, 1, "2026-02-01"), tmp_path / "log.parquet"))
        assert restored.cubes("m").numeric.n[0].tolist() == [40.0]


def test_a_store_made_before_reference_files_can_have_one(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    scores = '[columns.score]\nyes = "p"\nno = "q"\n'
    with Store.open(path) as store:
        store.add(described(scores).replace("binary", "multiclass"))
        store.ingest("m", put(rows(1, 1).assign(_odd=1.0), tmp_path / "log.parquet"))
        expected = raw(store, "DESCRIBE m.reference_rows"), raw(store, "DESCRIBE m.reference_profile")
    with duckdb.connect(str(path)) as older:
        older.execute("DROP TABLE m.reference_rows; DROP TABLE m.reference_profile")
        older.execute("DELETE FROM migrations WHERE name LIKE '%reference_may_be_a_file'")
    connect(path).close()
    put(rows(3), tmp_path / "reference.parquet")
    with Store.open(path) as store:
        assert expected == (
            raw(store, "DESCRIBE m.reference_rows"),
            raw(store, "DESCRIBE m.reference_profile"),
        )
        store.add(described(scores, FILE).replace("binary", "multiclass"), folder=tmp_path)
        assert reference(store).numeric.n[0].sum() == 120
        assert store.cubes("m").numeric.n[0].sum() == 40
