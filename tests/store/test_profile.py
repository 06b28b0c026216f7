"""Laws of the profile: it counts what numpy counts, adds up in any order, and loses nothing to compaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.store import grids, partials, profile
from monitoring.store.grids import Grid
from monitoring.store.slots import MISSING, OTHER, segment_labels
from monitoring.store.sql import named
from tests.store import logs
from tests.store.logs import CITY, FEATURES, NUMBERS, WORDS, assert_equal_by_hand, assert_same, placed

LAW = settings(max_examples=20, deadline=None, database=None)


@pytest.fixture(scope="module")
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "2", "python_enable_replacements": "false"}) as connection:
        yield connection


def row(hour: int = 3, number: float | None = 1.0, word: str | None = "Rome") -> tuple:
    return (hour, *[number] * len(NUMBERS), *[word] * len(WORDS))


def counted(cursor: duckdb.DuckDBPyConnection, schema: str, table: str = "profile") -> int:
    found = cursor.execute(
        named("SELECT count(*) FROM {schema}.{table}", schema=schema, table=table)
    ).fetchone()
    return found[0] if found else 0


@LAW
@given(reference=logs.logs, log=logs.logs, hourly=st.booleans())
def test_duckdb_counts_what_counting_by_hand_counts(cursor, reference, log, hourly) -> None:
    place = placed(cursor, reference)
    seen = {name: {r[1 + i] for r in reference} for i, name in enumerate(FEATURES)}
    cubes = place.append(log, grain="hour" if hourly else "day").read()
    for cube in (cubes.numeric, cubes.categorical):
        assert_equal_by_hand(cube, log, seen, hourly)


@LAW
@given(reference=logs.logs, log=logs.logs, data=st.data())
def test_any_split_and_order_of_batches_gives_the_same_profile(cursor, reference, log, data) -> None:
    shuffled = data.draw(st.permutations(log))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(log)), max_size=3)))
    one, many = placed(cursor, reference), placed(cursor, reference)
    one.append(log)
    for first, last in zip([0, *cuts], [*cuts, len(log)], strict=True):
        many.append(shuffled[first:last])
    assert_same(one.read(), many.read())
    names = named(
        "SELECT chunk, feature, value, sum(n) FROM {schema}.unseen GROUP BY ALL ORDER BY ALL", schema="?"
    )
    texts = [names.replace('"?"', named("{schema}", schema=place.schema)) for place in (one, many)]
    assert cursor.execute(texts[0]).fetchall() == cursor.execute(texts[1]).fetchall()


@LAW
@given(batches=st.lists(logs.logs, min_size=2, max_size=4))
def test_compaction_changes_no_answer(cursor, batches) -> None:
    place = placed(cursor, batches[0])
    for batch in batches:
        place.append(batch, segments=[(CITY, ["Rome", ""])])
    segments = [("", ""), (CITY, "Rome"), (CITY, ""), (CITY, OTHER), (CITY, MISSING)]
    before, size = [place.read(segment=segment) for segment in segments], counted(cursor, place.schema)
    saved = profile.compact(cursor, place.schema, least=2)
    for one, segment in zip(before, segments, strict=True):
        assert_same(one, place.read(segment=segment))
    assert counted(cursor, place.schema) == size - saved
    assert profile.compact(cursor, place.schema, least=2) == 0


@LAW
@given(reference=logs.logs, log=logs.logs)
def test_every_row_is_missing_infinite_or_in_one_slot(cursor, reference, log) -> None:
    cubes = placed(cursor, reference).append(log).read()
    for cube in (cubes.numeric, cubes.categorical):
        np.testing.assert_array_equal(cube.n, cube.missing + cube.non_finite + cube.counts.sum(2))
        assert cube.n.sum() == len(log) * len(cube.features)


@LAW
@given(
    log=logs.logs, chosen=st.lists(logs.words.filter(lambda word: word is not None), max_size=3, unique=True)
)
def test_segments_add_up_to_all_rows(cursor, log, chosen) -> None:
    place = placed(cursor, log).append(log, segments=[(CITY, chosen)])
    whole = place.read()
    parts = [place.read(segment=(CITY, label)) for label in segment_labels(chosen)]
    for half in ("numeric", "categorical"):
        sums = np.zeros_like(getattr(whole, half).counts)
        for part in (getattr(part, half) for part in parts):
            at = [getattr(whole, half).chunks.index(chunk) for chunk in part.chunks]
            sums[:, at] += part.counts
        np.testing.assert_array_equal(sums, getattr(whole, half).counts)


def test_a_segment_value_that_reads_like_a_bucket_is_not_taken_for_it(cursor) -> None:
    log = [
        row(word="(other)"),
        row(word="Oslo"),
        row(word="Oslo"),
        row(word=None),
        row(word=None),
        row(word=None),
    ]
    place = placed(cursor, log).append(log, segments=[(CITY, ["(other)"])])
    counts = [place.read(segment=(CITY, label)).numeric.n[0, 0] for label in ("((other))", OTHER, MISSING)]
    assert counts == [1, 2, 3]


def test_a_number_on_an_edge_belongs_to_the_bin_that_ends_there(cursor) -> None:
    place = placed(cursor, [row(number=float(i)) for i in range(100)])
    edges = place.grids[0].edges
    around = [
        value for edge in edges for value in (np.nextafter(edge, -np.inf), edge, np.nextafter(edge, np.inf))
    ]
    counts = place.append([row(number=float(value)) for value in around]).read().numeric.counts[0, 0]
    assert counts.tolist() == [1, 1, *[3] * (len(edges) - 1), 1]


def test_the_largest_numbers_are_counted_and_their_squares_are_infinite(cursor) -> None:
    largest = 1.7976931348623157e308
    place = placed(cursor, [row(number=0.0)])
    cube = (
        place.append([row(number=value) for value in (largest, largest, -largest, -largest, np.inf, -np.inf)])
        .read()
        .numeric
    )
    assert (cube.counts[0, 0].tolist(), cube.non_finite[0, 0]) == ([2, 0, 2], 2)
    assert (cube.minimum[0, 0], cube.maximum[0, 0], cube.square[0, 0]) == (-largest, largest, np.inf)
    grid = placed(cursor, [row(number=-largest), row(number=largest)]).grids[0]
    assert (grid.edges, grid.slots) == ((-largest, largest), 4)


def test_a_batch_without_rows_leaves_no_trace(cursor) -> None:
    place = placed(cursor, [row()]).append([])
    assert counted(cursor, place.schema) == 0
    assert place.read().numeric.counts.shape == (len(NUMBERS), 0, 3)


def test_a_feature_without_any_value_is_all_missing(cursor) -> None:
    place = placed(cursor, [row(number=None, word=None)])
    assert [grid.slots for grid in place.grids] == [2] * len(FEATURES)
    cubes = place.append([row(number=None, word=None), row(number=7.0, word="new")]).read()
    assert cubes.numeric.missing.ravel().tolist() == [1] * len(NUMBERS)
    assert cubes.numeric.counts[0, 0].tolist() == [0, 1]
    assert cubes.categorical.counts[0, 0].tolist() == [0, 1]


def test_categories_beyond_the_most_frequent_are_other_and_new_ones_unseen(cursor) -> None:
    reference = [row(word=f"c{i:02d}") for i in range(60) for _ in range(60 - i)]
    place = placed(cursor, reference)
    cube = (
        place.append([row(word=word) for word in ("c00", "c49", "c50", "c59", "new", "newer", "new")])
        .read()
        .categorical
    )
    assert (cube.counts[0, 0, 0], cube.counts[0, 0, 49], *cube.counts[0, 0, 50:]) == (1, 1, 2, 3)
    names = cursor.execute(
        named("SELECT value, n FROM {schema}.unseen WHERE feature = $1 ORDER BY value", schema=place.schema),
        [CITY],
    ).fetchall()
    assert names == [("new", 2), ("newer", 1)]


def test_the_first_names_that_were_never_seen_are_kept_and_go_on_being_counted(cursor) -> None:
    place = placed(cursor, [row(word="old")])
    place.append([row(word=f"a{i:03d}") for i in range(150)])
    place.append([row(word=f"b{i:03d}") for i in range(150)])
    place.append([row(word="a000"), row(word="b000"), row(word="b149"), row(word="c")])
    kept = cursor.execute(
        named("SELECT value, sum(n) FROM {schema}.unseen WHERE feature = $1 GROUP BY 1", schema=place.schema),
        [CITY],
    ).fetchall()
    assert len(kept) == profile.NAMES
    assert {name: n for name, n in kept if n > 1} == {"a000": 2, "b000": 2}
    assert place.read().categorical.counts[0, 0, -1] == 304


def test_names_are_counted_once_however_many_segments_there_are(cursor) -> None:
    place = placed(cursor, [row(word="old")])
    place.append([row(word="new")], segments=[(CITY, ["old"]), (WORDS[1], ["new"])])
    names = named(
        "SELECT value, sum(n) FROM {schema}.unseen WHERE feature = $1 GROUP BY 1", schema=place.schema
    )
    assert cursor.execute(names, [CITY]).fetchall() == [("new", 1)]


def test_many_features_and_many_partial_rows_are_worked_on_in_parts(cursor, monkeypatch) -> None:
    log = [row(hour=hour, number=float(hour), word=str(hour % 3)) for hour in range(70)]
    one, many = placed(cursor, log), placed(cursor, log)
    one.append(log)
    monkeypatch.setattr(partials, "FEATURES", 3)
    for part in (log[:40], log[40:], []):
        many.append(part)
    assert_same(one.read(), many.read())
    monkeypatch.setattr(profile, "_PART", 5)
    assert profile.compact(cursor, many.schema, least=2) > 5
    assert_same(one.read(), many.read())
    assert counted(cursor, many.schema) == counted(cursor, one.schema)


def test_a_feature_that_appears_later_was_missing_before(cursor) -> None:
    place = placed(cursor, [row()]).append([row(), row(hour=30)], segments=[(CITY, ["Rome"])])
    grids.write(cursor, place.schema, [Grid("late", "numeric"), Grid("later", "binary")])
    profile.backfill(cursor, place.schema, CITY, ["late", "later"])
    for segment in (("", ""), (CITY, "Rome")):
        cubes = logs.cubes.read(cursor, place.schema, grids.read(cursor, place.schema), segment=segment)
        for cube in (cubes.numeric, cubes.categorical):
            assert cube.missing[-1].tolist() == cube.n[-1].tolist() == [1, 1]
            assert (cube.total[-1].tolist(), cube.counts[-1].sum()) == ([0, 0], 0)


def test_compaction_leaves_alone_what_is_open_and_what_is_not_worth_it(cursor) -> None:
    place = placed(cursor, [row()])
    for _ in range(3):
        place.append([row(), row(hour=30)])
    size = counted(cursor, place.schema)
    assert profile.compact(cursor, place.schema, least=4) == 0
    assert profile.compact(cursor, place.schema, dt.datetime(2026, 3, 31), least=2) == size // 3
    assert profile.compact(cursor, place.schema, least=2) == size // 3
