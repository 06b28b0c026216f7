"""One feature in every segment: each the same as when it is asked for alone, and together all rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.store import Store, StoreError, cubes
from monitoring.store.rows import sample
from monitoring.store.segment_cubes import segment_cubes
from monitoring.store.slots import segment_labels
from monitoring.windows import Window
from tests.laws import examples
from tests.store import logs
from tests.store.logs import CITY, NUMBERS, WORDS
from tests.store.numbered_rows import EVERY, filled, plain, sequence, spans, take

ARRAYS = ("counts", "sums", "n", "missing", "non_finite", "total", "square", "minimum", "maximum")


@examples(6, 60)
@given(log=logs.logs, feature=st.sampled_from([*NUMBERS, *WORDS]), spans=st.lists(spans, max_size=1))
def test_segment_cubes_are_the_profiles_of_the_segments_and_add_up_to_all_rows(
    tmp_path_factory: pytest.TempPathFactory, log: list, feature: str, spans: Sequence[Window]
) -> None:
    span = (spans[0].start, spans[0].stop) if spans else (None, None)
    with filled(tmp_path_factory.mktemp("rows") / "s.duckdb", log) as store:
        found = segment_cubes(store, "m", feature, *span)
        chosen = store.segments("m").get(CITY, ())
        whole = store.cubes("m", *span, features=[feature])
        half = whole.numeric if feature in NUMBERS else whole.categorical
        for label in segment_labels(chosen) if chosen else ():
            both = store.cubes("m", *span, segment=(CITY, label), features=[feature])
            one = both.numeric if feature in NUMBERS else both.categorical
            cube = found.get(f"{CITY}={label}", one)
            assert (cube.features, cube.grids, cube.chunks) == (one.features, one.grids, one.chunks)
            for name in ARRAYS:
                np.testing.assert_array_equal(getattr(cube, name), getattr(one, name))
            assert bool(one.chunks) == (f"{CITY}={label}" in found)
    if chosen:
        total = sum((cube.counts.sum(1) for cube in found.values()), np.zeros(half.counts.sum(1).shape))
        np.testing.assert_array_equal(total, half.counts.sum(1))
        assert sum(cube.n.sum() for cube in found.values()) == half.n.sum()
    else:
        assert found == {}


def test_segment_cubes_of_several_columns_are_told_apart(store: Store, tmp_path: Path) -> None:
    frame = sequence(4, **{"city": ["Oslo", "Oslo", None, "Rome"], "a=b": ["c", "c", "d", "d"]})
    take(plain(store, '["city", "a=b"]'), tmp_path, frame)
    found = segment_cubes(store, "m", "row")
    assert {key: cube.n.sum() for key, cube in found.items()} == {
        "a=b=c": 2, "a=b=d": 2, "city=Oslo": 2, "city=Rome": 1, "city=(missing)": 1
    }  # fmt: skip
    assert found["city=Rome"].total.item() + found["city=Rome"].grids[0].centre == 3.0


def test_without_a_profile_there_are_no_segment_cubes(store: Store, tmp_path: Path) -> None:
    take(plain(store, '["city"]'), tmp_path, sequence(2, day="2026-06-01", city="Oslo"))
    assert segment_cubes(store, "m", "row") == {}
    with pytest.raises(StoreError, match="no feature 'town'"):
        segment_cubes(store, "m", "town")


def test_segments_of_many_files_are_read_with_one_query_and_added_up(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain(store, '["city", "town"]')
    for place, day in enumerate(["2026-04-02", "2026-04-01", "2026-04-02", "2026-04-03"]):
        frame = sequence(8, 10 * place, day, city=["Oslo", "Rome", None, "Bern"] * 2, town=["x", "y"] * 4)
        take(store, tmp_path, frame.iloc[: 8 - 2 * place])
    alone = {
        (column, label): store.cubes("m", segment=(column, label), features=["row"]).numeric
        for column, labels in store.segment_labels("m").items()
        for label in labels
    }
    asked: list[str] = []
    plainly = cubes.arrow
    monkeypatch.setattr(cubes, "arrow", lambda *given: (asked.append(given[1]), plainly(*given))[1])
    found = segment_cubes(store, "m", "row")
    assert len(asked) == 1
    assert found.keys() == {f"{column}={label}" for column, label in alone}
    assert [len(found[key].chunks) for key in ("city=Oslo", "city=Bern", "city=(missing)")] == [3, 2, 2]
    for (column, label), one in alone.items():
        cube = found[f"{column}={label}"]
        assert (cube.features, cube.grids, cube.chunks) == (one.features, one.grids, one.chunks)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(cube, name), getattr(one, name))


@examples(6, 60)
@given(log=logs.logs)
def test_labels_are_the_segments_that_have_rows_and_together_they_are_all_rows(
    tmp_path_factory: pytest.TempPathFactory, log: list
) -> None:
    with filled(tmp_path_factory.mktemp("labels") / "s.duckdb", log) as store:
        labels = store.segment_labels("m").get(CITY, ())
        counts = [
            store.cubes("m", segment=(CITY, label), features=["row"]).numeric.n.sum() for label in labels
        ]
        drawn = [len(sample(store, "m", EVERY, segment=(CITY, label))) for label in labels]
        chosen = store.segments("m").get(CITY, ())
    held = [row[1 + list(logs.FEATURES).index(CITY)] for row in log]
    assert labels[: len(chosen)] == tuple(segment_labels(chosen)[: len(chosen)])
    assert ("(missing)" in labels) is (None in held and bool(chosen))
    assert all(counts)
    assert counts == drawn
    assert sum(counts) == (len(log) if chosen else 0)


def test_values_that_read_like_labels_are_told_apart_and_empty_ones_left_out(
    store: Store, tmp_path: Path
) -> None:
    plain(store, '["city"]')
    assert store.segment_labels("m") == {}
    take(store, tmp_path, sequence(5, city=["(other)", "(other)", "((missing))", "Oslo", "Oslo"]))
    chosen = ("((other))", "Oslo", "(((missing)))")
    assert store.segments("m") == {"city": ("(other)", "Oslo", "((missing))")}
    assert store.segment_labels("m") == {"city": chosen}
    take(store, tmp_path, sequence(2, 10, "2026-06-01", city="Rome"))
    assert store.segment_labels("m") == {"city": (*chosen, "(other)")}
    take(store, tmp_path, sequence(1, 20, "2026-06-01", city=[None]))
    assert store.segment_labels("m") == {"city": (*chosen, "(other)", "(missing)")}
    assert store.cubes("m", segment=("city", "(other)")).numeric.n[0].tolist() == [2.0]
    store.forget("m", "1.parquet")
    assert store.segment_labels("m") == {"city": (*chosen, "(missing)")}


def test_a_reference_file_names_the_labels_before_there_is_a_log(store: Store, tmp_path: Path) -> None:
    (tmp_path / "reference.csv").write_text("age,city\n40,Oslo\n41,Rome\n42,Oslo\n", "utf-8")
    store.add(
        'name = "m"\ntask = "binary"\n[reference]\nfile = "reference.csv"\n[segments]\ncolumns = ["city"]\n',
        folder=tmp_path,
    )
    assert store.segment_labels("m") == {"city": ("Oslo", "Rome")}
