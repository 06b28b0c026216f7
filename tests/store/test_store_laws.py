"""Laws of the store: order does not matter, forgetting leaves no trace, retention keeps the profile."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitoring.models import ModelError
from monitoring.store import Refused, Store, UnknownFile, profiling
from tests.laws import examples
from tests.store.conftest import CHURN

BATCH = st.lists(
    st.tuples(
        st.integers(0, 25),  # id: files overlap
        st.integers(0, 14),  # day: the first ten are the reference
        st.one_of(st.none(), st.floats(-5, 5), st.just(float("inf"))),
        st.sampled_from(["Rome", "Oslo", "", None, 'a"b', "🦊"]),
        st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    max_size=12,
)


def table(batch: list[tuple[int, int, float | None, str | None, str]]) -> pd.DataFrame:
    """An id has one day in every file, as a request has one instant."""
    data = pd.DataFrame(batch, columns=["id", "day", "age", "city", "version"]).drop_duplicates(
        ["id", "version"]
    )
    at = pd.Timestamp("2026-01-01T12:00:00") + pd.to_timedelta(data["id"] % 15, unit="D")
    return pd.DataFrame(
        {"id": data["id"].astype(str), "predicted_at": at, "age": data["age"].astype("float64"),
         "city": data["city"].astype("object"), "version": data["version"], "score": 0.5}
    )  # fmt: skip


def picture(store: Store) -> tuple[object, ...]:
    """Everything the store and the profile hold of the model, without the numbers of files."""
    with store.cursor() as cursor:
        raw = [
            cursor.execute(
                f"SELECT COLUMNS(lambda c: c <> '_file') FROM churn.{name} ORDER BY ALL"
            ).fetchall()
            for name in (
                "requests",
                "predictions",
                "labels",
                "columns",
                "segments",
                "grids",
                "grid_categories",
            )
        ]
        volume = cursor.execute(
            "SELECT chunk, version, sum(n) FROM churn.volume GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        unseen = cursor.execute(
            "SELECT chunk, feature, value, sum(n) FROM churn.unseen GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    shape = []
    for segment in [("", ""), ("city", "Rome")]:
        cubes = store.cubes("churn", segment=segment)
        for cube in (cubes.numeric, cubes.categorical):
            shape.append(
                (cube.features, cube.chunks, cube.counts.tolist(), cube.n.tolist(), cube.missing.tolist())
            )
            shape.append((cube.non_finite.tolist(), np.round(np.nan_to_num(cube.total), 9).tolist()))
    return (*raw, volume, unseen, *shape)


def filled(path: Path, batches: list[pd.DataFrame], names: list[str]) -> Store:
    store = Store.open(path)
    store.add(CHURN)
    for name, batch in zip(names, batches, strict=True):
        file = path.parent / f"{name}.parquet"
        batch.to_parquet(file)
        store.ingest("churn", file)
    return store


@examples(4, 40)
@given(batches=st.lists(BATCH, min_size=2, max_size=3), data=st.data())
def test_forgetting_a_file_equals_never_having_ingested_it(
    tmp_path_factory: pytest.TempPathFactory, batches: list, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("law")
    frames, names = [table(batch) for batch in batches], [f"f{i}" for i in range(len(batches))]
    assume(all(not a.equals(b) for a, b in itertools.combinations(frames, 2)))  # one content is one file
    gone = data.draw(st.integers(0, len(frames) - 1))
    kept = [i for i in range(len(frames)) if i != gone]
    with (
        filled(folder / "with.duckdb", frames, names) as full,
        filled(folder / "without.duckdb", [frames[i] for i in kept], [names[i] for i in kept]) as without,
    ):
        full.forget("churn", f"f{gone}.parquet")
        assert picture(full) == picture(without)


@examples(3, 20)
@given(batch=BATCH, cuts=st.sets(st.integers(1, 11), max_size=2))
def test_any_split_and_order_of_files_gives_the_same_profile(
    tmp_path_factory: pytest.TempPathFactory, batch: list, cuts: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    whole = table(batch).sort_values("version").drop_duplicates("id")
    bounds = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    pieces = [whole.iloc[a:b] for a, b in itertools.pairwise(bounds)]
    with filled(folder / "one.duckdb", [whole], ["one"]) as one:
        expected = picture(one)
    for index, order in enumerate(itertools.permutations(range(len(pieces)))):
        names = [f"p{index}-{i}" for i in order]
        with filled(folder / f"{index}.duckdb", [pieces[i] for i in order], names) as store:
            assert picture(store) == expected


def days(count: int, start: str = "2026-01-01") -> pd.DataFrame:
    at = pd.date_range(f"{start}T12:00:00", periods=count, freq="1D")
    return pd.DataFrame(
        {"id": [f"{start}-{i}" for i in range(count)], "predicted_at": at, "age": np.arange(count) * 1.0}
    )


def test_retention_deletes_raw_rows_and_never_the_profile(store: Store, tmp_path: Path) -> None:
    store.add(CHURN)
    days(60).to_parquet(tmp_path / "a.parquet")
    store.ingest("churn", tmp_path / "a.parquet")
    before = store.cubes("churn").numeric
    store.add("retention_days = 7\n" + CHURN)
    after = store.cubes("churn").numeric
    np.testing.assert_array_equal(before.counts, after.counts)
    with store.cursor() as cursor:
        left = cursor.execute(
            "SELECT count(*), min(_day) FILTER (_day >= DATE '2026-01-11') FROM churn.requests"
        ).fetchone()
    assert left is not None
    assert left[0] == 10 + 7, "the reference's ten days and the last seven stay"
    assert str(left[1]) == "2026-02-23"


def test_after_retention_what_would_lose_something_is_refused(store: Store, tmp_path: Path) -> None:
    store.add("retention_days = 7\n" + CHURN)
    days(60).to_parquet(tmp_path / "a.parquet")
    store.ingest("churn", tmp_path / "a.parquet")
    with pytest.raises(Refused, match="deleted by retention"):
        store.forget("churn", "a.parquet")
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add("retention_days = 7\n" + CHURN.replace("2026-01-11", "2026-01-21"))


def test_a_new_reference_makes_the_profile_anew(store: Store, tmp_path: Path) -> None:
    store.add(CHURN)
    days(30).to_parquet(tmp_path / "a.parquet")
    store.ingest("churn", tmp_path / "a.parquet")
    first, version = store.cubes("churn").numeric.grids[0], store.data_version("churn")
    store.add(CHURN.replace("2026-01-11", "2026-01-21"))
    second = store.cubes("churn").numeric.grids[0]
    assert first.edges[-1] == 9.0
    assert second.edges[-1] == 19.0
    assert store.data_version("churn") != version


def test_forgetting_needs_a_name_that_means_one_file(store: Store, tmp_path: Path) -> None:
    store.add(CHURN)
    for index in range(2):
        (tmp_path / str(index)).mkdir()
        days(3, f"2026-02-0{index + 1}").to_parquet(tmp_path / str(index) / "a.parquet")
        store.ingest("churn", tmp_path / str(index) / "a.parquet")
    with pytest.raises(UnknownFile, match="never ingested"):
        store.forget("churn", "b.parquet")
    with pytest.raises(UnknownFile, match="#1, #2"):
        store.forget("churn", "a.parquet")
    store.forget("churn", "#2")
    assert store.files("churn")["file"].tolist() == [1]


def test_a_removed_model_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    store.add(CHURN)
    days(3).to_parquet(tmp_path / "a.parquet")
    store.ingest("churn", tmp_path / "a.parquet")
    store.remove("churn")
    assert store.models() == []
    with store.cursor() as cursor:
        for table_ in ("files", "quarantine", "models"):
            assert cursor.execute(f"SELECT count(*) FROM {table_}").fetchone() == (0,)
        assert cursor.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'churn'"
        ).fetchone() == (0,)


def test_rows_that_come_back_count_as_their_own_files_in_the_journal(store: Store, tmp_path: Path) -> None:
    store.add(CHURN)
    days(3).to_parquet(tmp_path / "a.parquet")
    days(5).to_parquet(tmp_path / "b.parquet")
    pd.concat([days(5), days(2).assign(age=9.0)]).to_parquet(tmp_path / "c.parquet")
    for name in "abc":
        store.ingest("churn", tmp_path / f"{name}.parquet")
    store.forget("churn", "a.parquet")
    columns = ["name", "rows", "accepted", "duplicates", "rejected"]
    assert store.files("churn")[columns].values.tolist() == [
        ["b.parquet", 5, 5, 0, 0],
        ["c.parquet", 7, 0, 5, 2],
    ]
    store.forget("churn", "b.parquet")
    assert store.files("churn")[columns].values.tolist() == [["c.parquet", 7, 5, 0, 2]]


def test_rows_of_a_wide_log_that_come_back_count_once(store: Store, tmp_path: Path) -> None:
    store.add(
        'name = "churn"\ntask = "binary"\n[versions]\nchampion = "a"\nshadows = ["b"]\n'
        '[columns.scores]\na = "sa"\nb = "sb"\n'
    )
    for name, count in (("a", 3), ("b", 5)):
        days(count).assign(sa=0.5, sb=0.5).to_parquet(tmp_path / f"{name}.parquet")
        store.ingest("churn", tmp_path / f"{name}.parquet")
    store.forget("churn", "a.parquet")
    assert store.files("churn")[["rows", "accepted", "duplicates"]].values.tolist() == [[5, 5, 0]]


def stated(kind: str) -> str:
    return CHURN + f'[features.code]\nkind = "{kind}"\n'


def test_a_kind_that_stored_values_do_not_fit_changes_nothing(store: Store, tmp_path: Path) -> None:
    store.add(CHURN)
    codes = ["1", "2", "abc"]
    days(3).assign(code=codes).to_parquet(tmp_path / "a.parquet")
    store.ingest("churn", tmp_path / "a.parquet")
    before, version = store.cubes("churn"), store.data_version("churn")
    with pytest.raises(Refused, match=r"1 stored values of feature 'code' are no numbers"):
        store.add(stated("numeric"))
    assert store.toml("churn") == CHURN
    assert store.data_version("churn") == version
    assert store.cubes("churn").categorical.grids == before.categorical.grids


def test_a_kind_that_stored_values_fit_converts_them_there_and_back(store: Store, tmp_path: Path) -> None:
    store.add(CHURN)
    days(3).assign(code=["1", "2.5", ""]).to_parquet(tmp_path / "a.parquet")
    store.ingest("churn", tmp_path / "a.parquet")
    store.add(stated("numeric"))
    numeric = store.cubes("churn").numeric
    assert numeric.grids[numeric.features.index("code")].edges == (1.0, 2.5)
    days(3, "2026-01-05").assign(code=[3.0, 4.0, 5.0]).to_parquet(tmp_path / "b.parquet")
    assert store.ingest("churn", tmp_path / "b.parquet").accepted == 3
    store.add(stated("categorical"))
    categorical = store.cubes("churn").categorical
    grid = categorical.grids[categorical.features.index("code")]
    assert set(grid.categories) == {"1", "2.5", "3", "4", "5"}


def test_a_change_that_fails_on_the_way_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(CHURN)
    days(30).to_parquet(tmp_path / "a.parquet")
    store.ingest("churn", tmp_path / "a.parquet")
    before = picture(store)

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(profiling, "rebuild", fail)
        with pytest.raises(RuntimeError, match="disk is full"):
            store.add(CHURN.replace("2026-01-11", "2026-01-21"))
    assert store.toml("churn") == CHURN
    assert picture(store) == before


def test_classes_that_differ_only_by_case_are_refused(store: Store) -> None:
    with pytest.raises(ModelError, match="differ only by case"):
        store.add('name = "m"\ntask = "multiclass"\n[columns.score]\nLate = "p1"\nlate = "p2"\n')


def test_a_description_may_begin_with_a_byte_order_mark(store: Store) -> None:
    assert store.add("\ufeff" + CHURN).name == "churn"
