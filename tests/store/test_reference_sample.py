"""Rows of a reference file are drawn like those of a window that holds the same, never those of the log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.store import Store, StoreError, UnknownModel, profiling
from monitoring.store.reference_rows import UNDATED
from monitoring.store.rows import Rows, reference_sample, reference_values, sample, values
from tests.store.reference_files import (
    FILE,
    HEAD,
    HOSTILE,
    NEW_YORK,
    SEGMENTS,
    VERSIONS,
    described,
    local_day,
    put,
    rows,
)

WINDOW = "[reference]\nstart = 2026-01-01\nstop = 2026-01-04\n"
CLASSES = '[columns.score]\n"on time" = "p"\n\'la"te\' = "q"\n'
TASKS = {
    "binary": (HEAD, {}),
    "multiclass": (HEAD.replace("binary", "multiclass") + CLASSES, {"p": 0.25, "q": 0.75}),
    "regression": (HEAD.replace("binary", "regression"), {"prediction": [1.5, None] * 160}),
}


def window(store: Store) -> list:
    found = profiling.reference_window(store.model("m"))
    return [found] if found else []


def same(one: Rows, two: Rows) -> None:
    assert (one.kinds, one.total, len(one)) == (two.kinds, two.total, len(two))
    np.testing.assert_array_equal(one.keys, two.keys)
    np.testing.assert_array_equal(one.score, two.score)
    assert list(one.scores) == list(two.scores)
    for mine, others in ((one.columns, two.columns), (one.scores, two.scores)):
        for name, column in mine.items():
            assert column.dtype == others[name].dtype
            assert pd.Series(column).equals(pd.Series(others[name]))


@pytest.mark.parametrize("task", list(TASKS))
@pytest.mark.parametrize("chunk", ["1 day", "1 hour"])
def test_the_rows_of_a_file_are_drawn_like_those_of_a_window_that_holds_them(
    tmp_path: Path, chunk: str, task: str
) -> None:
    head, outputs = TASKS[task]
    log = rows(8, first="2026-01-01T05:00").assign(**outputs)
    inside = local_day(log) <= 3
    put(log, tmp_path / "log.parquet")
    put(log[inside].sample(frac=1, random_state=1), tmp_path / "reference.parquet")
    text = f'{NEW_YORK}chunk = "{chunk}"\n' + head.replace(CLASSES, "")
    more = VERSIONS + SEGMENTS + (CLASSES if task == "multiclass" else "")
    with Store.open(tmp_path / "w.duckdb") as logged, Store.open(tmp_path / "f.duckdb") as file:
        logged.add(text + WINDOW + more)
        file.add(text + FILE + more, folder=tmp_path)
        for store in (logged, file):
            store.ingest("m", tmp_path / "log.parquet")
        whole = sample(logged, "m", window(logged))
        assert whole.total == inside.sum() == 120
        assert np.isfinite([*whole.scores.values()] or [whole.score]).all(), "every row has a score"
        for most in (7, 119, 120, 20_000):
            same(reference_sample(file, "m", most=most), sample(logged, "m", window(logged), most=most))
        for label in ("Rome", "(missing)", "", "Atlantis"):
            segment = ("city", label)
            same(
                reference_sample(file, "m", segment=segment, features=[HOSTILE, "city"]),
                sample(logged, "m", window(logged), segment=segment, features=[HOSTILE, "city"]),
            )
            mine = reference_values(file, "m", "age", segment=segment, most=9)
            theirs = values(logged, "m", "age", window(logged), segment=segment, most=9)
            assert (mine[0].tolist(), mine[1]) == (theirs[0].tolist(), theirs[1])
        cubes = file.reference_cubes("m")
        assert cubes is not None
        keys = Counter(reference_sample(file, "m").keys.astype(object))
        assert tuple(sorted(keys)) == cubes.numeric.chunks
        assert [keys[chunk] for chunk in cubes.numeric.chunks] == cubes.numeric.n[0].tolist()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_without_ids_and_instants_is_drawn_alike_every_time(tmp_path: Path, ending: str) -> None:
    frame = rows(3)[["age", "city"]].assign(row=np.arange(120) * 1.0).replace(np.inf, 7.0)
    put(frame, tmp_path / f"reference.{ending}")
    drawn = []
    for place in ("a", "b"):
        with Store.open(tmp_path / f"{place}.duckdb") as store:
            store.add(described(FILE.replace("parquet", ending)), folder=tmp_path)
            found = reference_sample(store, "m", most=50)
            drawn.append(found.columns["row"].tolist())
            assert (len(found), found.total) == (50, 120)
            assert set(found.keys.astype(object)) == {UNDATED}
            assert np.isnan(found.score).all()
            assert reference_sample(store, "m").columns["row"].tolist()[:50] == drawn[-1]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 50
    assert drawn[0] != sorted(drawn[0])


def test_rows_of_the_log_are_not_among_them(store: Store, tmp_path: Path) -> None:
    put(rows(3).assign(age=1.0), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    store.ingest("m", put(rows(3, 1).assign(age=2.0), tmp_path / "log.parquet"))
    assert set(reference_sample(store, "m").columns["age"]) == {1.0}
    drawn, total = reference_values(store, "m", "age")
    assert (set(drawn), total) == ({1.0}, 120)


def test_a_feature_that_only_the_log_has_is_missing_in_every_row(store: Store, tmp_path: Path) -> None:
    put(rows(1), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    log = rows(1, 1, "2026-02-01").assign(fresh=1.0, word="x")
    store.ingest("m", put(log, tmp_path / "log.parquet"))
    found = reference_sample(store, "m", features=["fresh", "word"])
    assert np.isnan(found.columns["fresh"]).all()
    assert set(found.columns["word"]) == {None}
    assert reference_values(store, "m", "fresh")[1] == 0


def test_what_cannot_be_asked_is_answered_in_words(store: Store, tmp_path: Path) -> None:
    put(rows(1), tmp_path / "reference.parquet")
    for text in (HEAD, HEAD + WINDOW):
        store.add(text)
        for ask in (lambda: reference_sample(store, "m"), lambda: reference_values(store, "m", "age")):
            with pytest.raises(StoreError):
                ask()
    store.ingest("m", put(rows(1), tmp_path / "log.parquet"))
    with pytest.raises(StoreError, match="m: its reference is no file"):
        reference_values(store, "m", "age")
    store.add(described(FILE), folder=tmp_path)
    with pytest.raises(StoreError, match="no feature 'wage' that has a profile"):
        reference_sample(store, "m", features=["wage"])
    with pytest.raises(StoreError, match="'city' is categorical and holds no numbers"):
        reference_values(store, "m", "city")
    with pytest.raises(ValueError, match="at least 1"):
        reference_sample(store, "m", most=0)
    with pytest.raises(UnknownModel):
        reference_sample(store, "x")


def test_a_regressions_number_comes_before_its_score_as_in_the_log(store: Store, tmp_path: Path) -> None:
    both = rows(1).assign(score=1.0, prediction=[5.0] * 20 + [None] * 20)
    put(both, tmp_path / "reference.parquet")
    store.add(described(VERSIONS, FILE).replace("binary", "regression"), folder=tmp_path)
    store.ingest("m", put(both, tmp_path / "log.parquet"))
    found = Counter(reference_sample(store, "m").score)
    assert found == {5.0: 20, 1.0: 20}
    assert found == Counter(sample(store, "m", [profiling.windows.Window(UNDATED, UNDATED.max)]).score)
