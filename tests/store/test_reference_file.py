"""A reference that is a file: the same numbers as a window of the same rows, whatever comes first or goes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given

from monitoring.store import Refused, Store
from tests.laws import examples
from tests.store.conftest import CHURN
from tests.store.logs import assert_same
from tests.store.reference_files import (
    FILE,
    NEW_YORK,
    SEGMENT,
    SEGMENTS,
    VERSIONS,
    WINDOW,
    described,
    local_day,
    put,
    raw,
    reference,
    rows,
)
from tests.store.test_store_laws import BATCH, table


@pytest.mark.parametrize("chunk", ["1 day", "1 hour"])
def test_a_file_of_exactly_the_rows_of_a_window_gives_the_same_grids_and_counts(
    tmp_path: Path, chunk: str
) -> None:
    log, head = rows(8, first="2026-01-01T05:00"), f'{NEW_YORK}chunk = "{chunk}"\n'
    inside = local_day(log) <= 3
    inside &= log["predicted_at"] >= pd.Timestamp("2026-01-01T05:00:00")
    shadow = log.assign(version="b", score=0.5)  # a long file: two rows per id
    everything = pd.concat([log, shadow])
    put(everything, tmp_path / "log.parquet")
    put(pd.concat([shadow[inside], log[inside]]), tmp_path / "reference.parquet")
    with Store.open(tmp_path / "w" / "a.duckdb") as window, Store.open(tmp_path / "f" / "a.duckdb") as file:
        window.add(described(VERSIONS, SEGMENTS, WINDOW, head=head))
        file.add(described(VERSIONS, SEGMENTS, FILE, head=head), folder=tmp_path)
        for store in (window, file):
            store.ingest("m", tmp_path / "log.parquet")
        start, stop = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-04")
        if chunk == "1 hour":
            start, stop = start + pd.Timedelta(hours=5), stop + pd.Timedelta(hours=5)
        assert window.segments("m") == file.segments("m")
        for segment in (("", ""), SEGMENT, ("city", "(missing)"), ("city", "(other)")):
            whole = window.cubes("m", segment=segment)
            assert_same(whole, file.cubes("m", segment=segment))
            part = window.cubes("m", start.to_pydatetime(), stop.to_pydatetime(), segment)
            assert_same(part, reference(file, segment))
            assert whole.numeric.grids == file.cubes("m").numeric.grids == reference(file).numeric.grids
            assert whole.categorical.grids == reference(file).categorical.grids
        assert reference(file).numeric.n[0].sum() == inside.sum()
        assert window.reference_cubes("m") is None
        assert window.reference_title("m") == ""
        assert file.reference_title("m") == "reference.parquet, 120 rows"
        assert file.span("m") == window.span("m")
        assert raw(file, "SELECT _id, _score FROM m.reference_rows ORDER BY _id") == sorted(
            log.loc[inside, ["id", "score"]].itertuples(index=False, name=None)
        )


@examples(4, 40)
@given(batch=BATCH)
def test_hostile_rows_count_the_same_in_a_file_as_in_a_window(
    tmp_path_factory: pytest.TempPathFactory, batch: list
) -> None:
    folder, log = tmp_path_factory.mktemp("law"), table(batch)
    inside = log["predicted_at"] < pd.Timestamp("2026-01-11")
    assume(inside.any())
    put(log, folder / "log.parquet")
    put(log[inside], folder / "reference.parquet")
    text = CHURN.replace("start = 2026-01-01\nstop = 2026-01-11", 'file = "reference.parquet"')
    found = []
    for place, order in enumerate([(CHURN, "log"), (text, "log"), ("log", text)]):
        with Store.open(folder / f"{place}.duckdb") as store:
            for step in order:
                if step == "log":
                    store.add(CHURN.partition("[reference]")[0]) if order[0] == "log" else None
                    store.ingest("churn", folder / "log.parquet")
                else:
                    store.add(step, folder=folder)
            stop = pd.Timestamp("2026-01-11").to_pydatetime()
            for segment in (("", ""), ("city", "Rome"), ("city", "(missing)")):
                whole = store.cubes("churn", segment=segment)
                part = store.reference_cubes("churn", segment)
                found.append((whole, part or store.cubes("churn", stop=stop, segment=segment)))
    for place, (whole, part) in enumerate(found):
        expected = found[place % 3]
        assert_same(whole, expected[0])
        assert_same(part, expected[1])
        for half in ("numeric", "categorical"):
            assert getattr(whole, half).grids == getattr(expected[0], half).grids


def test_the_log_may_come_before_or_after_the_file(tmp_path: Path) -> None:
    put(rows(3, seed=1), tmp_path / "reference.parquet")
    logs = [put(rows(2, seed, f"2026-02-0{seed}"), tmp_path / f"{seed}.parquet") for seed in (2, 3)]
    pictures = []
    for order in ("file first", "between", "log first"):
        with Store.open(tmp_path / f"{order}.duckdb") as store:
            store.add(described(VERSIONS, SEGMENTS))
            for place, path in enumerate(logs):
                if place == ("file first", "between", "log first").index(order):
                    store.add(described(VERSIONS, SEGMENTS, FILE), folder=tmp_path)
                store.ingest("m", path)
            if order == "log first":
                assert store.cubes("m").numeric.features == ()
                store.add(described(VERSIONS, SEGMENTS, FILE), folder=tmp_path)
            pictures.append(
                [read(segment) for segment in (("", ""), SEGMENT)
                 for read in (lambda s: store.cubes("m", segment=s), lambda s: reference(store, s))]
            )  # fmt: skip
    for picture in pictures[1:]:
        for one, other in zip(pictures[0], picture, strict=True):
            assert_same(one, other)
            assert one.numeric.grids == other.numeric.grids
    assert pictures[0][0].numeric.n[0].tolist() == [40.0, 80.0, 40.0]


def test_forgetting_a_log_file_leaves_the_reference(store: Store, tmp_path: Path) -> None:
    put(rows(3).drop(columns="score"), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    before, grids = reference(store), store.cubes("m").numeric.grids
    log = rows(2, 1, "2026-02-01").assign(new=1.0)
    store.ingest("m", put(log, tmp_path / "log.parquet"))
    seen = reference(store).numeric
    assert seen.missing[seen.features.index("new")].tolist() == [40.0, 40.0, 40.0]
    store.forget("m", "log.parquet")
    assert_same(reference(store), before)
    assert store.cubes("m").numeric.grids == grids
    assert store.span("m").rows == 0
    with pytest.raises(Refused, match="is the reference of 'm'"):
        store.forget("m", "reference.parquet")


def test_a_log_file_of_the_references_name_can_be_forgotten(store: Store, tmp_path: Path) -> None:
    path = put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    store.ingest("m", path)
    assert store.span("m").rows == 120
    store.forget("m", "reference.parquet")
    assert store.span("m").rows == 0
    assert store.reference_title("m") == "reference.parquet, 120 rows"


def test_a_feature_without_a_value_in_the_reference_takes_its_type_from_the_log(
    store: Store, tmp_path: Path
) -> None:
    put(rows(2).assign(word=None), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    assert store.features("m")["word"] == "numeric"
    store.ingest("m", put(rows(2, 1, "2026-02-01").assign(word="x"), tmp_path / "log.parquet"))
    held, seen = reference(store).categorical, store.cubes("m").categorical
    assert held.grids == seen.grids
    word = seen.features.index("word")
    assert held.missing[word].tolist() == [40.0, 40.0]
    assert seen.counts[word].sum(axis=0).tolist()[:2] == [0.0, 80.0], "all unseen"
    store.forget("m", "log.parquet")
    assert store.features("m")["word"] == "numeric"
    assert reference(store).numeric.missing[-1].tolist() == [40.0, 40.0]


def test_categories_of_the_file_alone_are_never_counted_as_unseen(store: Store, tmp_path: Path) -> None:
    put(rows(1).assign(city="Lima"), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    assert store.unseen("m", "city").empty
    log = rows(1, 1, "2026-02-01").assign(city=["Lima"] * 30 + ["Rome"] * 10)
    store.ingest("m", put(log, tmp_path / "log.parquet"))
    assert store.unseen("m", "city")[["value", "n"]].values.tolist() == [["Rome", 10]]
