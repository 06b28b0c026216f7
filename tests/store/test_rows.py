"""Laws of bounded reads: exactly the rows of the windows, drawn alike every time, as they were logged."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import windows
from monitoring.store import Store, StoreError, UnknownModel
from monitoring.store.rows import sample, values
from monitoring.store.slots import segment_labels
from monitoring.windows import Window
from tests.laws import examples
from tests.store import logs
from tests.store.logs import CITY, FEATURES, NUMBERS, START, WORDS
from tests.store.numbered_rows import (
    EVERY,
    MODEL,
    filled,
    instant,
    places,
    plain,
    sequence,
    spans,
    take,
)


def same(one: object, two: object) -> bool:
    """Whether two values are equal, a missing number being NaN."""
    return one == two or (two is None and isinstance(one, float) and np.isnan(one))


@examples(10, 100)
@given(
    log=logs.logs,
    asked=st.lists(spans, max_size=4),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]),
    chunk=st.sampled_from(["1 hour", "1 day"]),
)
def test_rows_are_those_whose_key_lies_in_a_window_each_once_and_as_they_were_logged(
    tmp_path_factory: pytest.TempPathFactory, log: list, asked: list[Window], zone: str, chunk: str
) -> None:
    with filled(tmp_path_factory.mktemp("rows") / "s.duckdb", log, zone=zone, chunk=chunk) as store:
        rows = sample(store, "m", asked)
        grain = store.model("m").grain
    keys = [windows.key_of(instant(row), grain, ZoneInfo(zone)) for row in log]
    expected = [place for place, key in enumerate(keys) if any(window.holds(key) for window in asked)]
    assert sorted(places(rows)) == expected
    assert len(rows) == rows.total == len(expected)
    assert rows.kinds == {"row": "numeric", **FEATURES}
    assert rows.keys.dtype == "datetime64[us]"
    for index, place in enumerate(places(rows)):
        assert rows.keys[index] == np.datetime64(keys[place])
        assert rows.score[index] == place / 100
        for name, value in zip(FEATURES, log[place][1:], strict=True):
            assert same(rows.columns[name][index], value)
    for name, column in rows.columns.items():
        assert column.dtype == (object if name in WORDS else np.float64)


@examples(6, 60)
@given(log=st.lists(logs.rows, min_size=1, max_size=25), most=st.lists(st.integers(1, 30), min_size=2))
def test_a_smaller_sample_is_the_beginning_of_a_larger_one(
    tmp_path_factory: pytest.TempPathFactory, log: list, most: list[int]
) -> None:
    with filled(tmp_path_factory.mktemp("rows") / "s.duckdb", log) as store:
        drawn = [sample(store, "m", EVERY, most=size, features=["row"]) for size in sorted(most)]
        assert [len(rows) for rows in drawn] == [min(size, len(log)) for size in sorted(most)]
        assert {rows.total for rows in drawn} == {len(log)}
        for smaller, larger in itertools.pairwise(map(places, drawn)):
            assert larger[: len(smaller)] == smaller


@examples(6, 60)
@given(log=logs.logs)
def test_every_row_belongs_to_exactly_one_segment_as_in_the_profile(
    tmp_path_factory: pytest.TempPathFactory, log: list
) -> None:
    with filled(tmp_path_factory.mktemp("rows") / "s.duckdb", log) as store:
        chosen = store.segments("m").get(CITY, ())
        labels = segment_labels(chosen) if chosen else []
        found = {label: places(sample(store, "m", EVERY, segment=(CITY, label))) for label in labels}
        profiled = {
            label: store.cubes("m", segment=(CITY, label), features=["row"]).numeric.n.sum()
            for label in labels
        }
    expected: dict[str, list[int]] = {label: [] for label in labels}
    for place, row in enumerate(log):
        value = row[1 + list(FEATURES).index(CITY)]
        if chosen:
            index = len(chosen) + 1 if value is None else chosen.index(value) if value in chosen else -2
            expected[labels[index]].append(place)
    assert {label: sorted(rows) for label, rows in found.items()} == expected
    assert {label: len(rows) for label, rows in found.items()} == profiled


def test_a_sample_takes_all_parts_of_a_log_alike(store: Store, tmp_path: Path) -> None:
    take(plain(store), tmp_path, sequence(40_000))
    rows = sample(store, "m", EVERY, most=4_000)
    assert (len(rows), rows.total) == (4_000, 40_000)
    assert len(set(places(rows))) == 4_000
    share = np.bincount(rows.columns["row"].astype(int) // 4_000, minlength=10)
    # 400 of each tenth are expected, with a standard deviation of 18: drawn without replacement of 4,000.
    assert (np.abs(share - 400) < 4 * 18).all(), share


def test_how_the_files_came_does_not_matter_to_a_sample(tmp_path: Path) -> None:
    whole, drawn = sequence(3_000), []
    pieces = [whole.iloc[2_000:], whole.iloc[:700], whole.iloc[700:2_000]]
    for index, frames in enumerate(([whole], pieces)):
        (tmp_path / str(index)).mkdir()
        with Store.open(tmp_path / str(index) / "s.duckdb") as store:
            take(plain(store), tmp_path / str(index), *frames)
            drawn.append(places(sample(store, "m", EVERY, most=100)))
        with Store.open(tmp_path / str(index) / "s.duckdb") as store:
            assert places(sample(store, "m", EVERY, most=100)) == drawn[-1], "the same when opened again"
    assert drawn[0] == drawn[1]


def test_the_bound_is_exact_also_where_one_id_comes_every_day(store: Store, tmp_path: Path) -> None:
    take(plain(store), tmp_path, sequence(1))
    with store.cursor() as cursor:
        # An id of a high hash, on 300 days: no row is below the hash that 100 of 300 rows would be.
        cursor.execute(
            "INSERT INTO m.requests (_id, _predicted_at, _day, row) "
            "SELECT (SELECT i::VARCHAR FROM range(100, 200) AS t (i) "
            "        ORDER BY hash(i::VARCHAR) DESC LIMIT 1), "
            "DATE '2026-04-01' + d::INTEGER, DATE '2026-04-01' + d::INTEGER, d + 1 FROM range(300) AS t (d)"
        )
        cursor.execute(
            "INSERT INTO m.volume SELECT _predicted_at, '', 1, _predicted_at, _predicted_at FROM m.requests "
            "WHERE row > 0"
        )
    april = [Window(dt.datetime(2026, 4, 1), dt.datetime(2028, 1, 1))]
    for most in (1, 10, 299, 300, 1_000):
        rows = sample(store, "m", april, most=most)
        assert (len(rows), rows.total) == (min(most, 300), 300)
        assert places(rows) == list(range(1, len(rows) + 1)), "equal hashes come by their day"


def test_many_windows_are_read_together(store: Store, tmp_path: Path) -> None:
    days = [f"2026-{month:02d}-{day:02d}" for month in (3, 4) for day in range(1, 31)]
    frame = pd.concat([sequence(5, 5 * index, day) for index, day in enumerate(days)])
    take(plain(store), tmp_path, frame)
    asked = [
        Window(dt.datetime.fromisoformat(day), dt.datetime.fromisoformat(day) + dt.timedelta(days=1))
        for day in days
    ]
    assert len(sample(store, "m", asked)) == 300
    assert sorted(places(sample(store, "m", asked[::2] * 2))) == [
        5 * index + i for index in range(0, 60, 2) for i in range(5)
    ]


def test_an_hour_that_two_local_days_share_is_read_whole(store: Store, tmp_path: Path) -> None:
    store.add(MODEL.format(zone="Asia/Kolkata", chunk="1 hour", segments="[]"))
    at = pd.to_datetime([f"2026-03-29T{time}:00" for time in ("17:59", "18:10", "18:29", "18:30", "19:00")])
    take(store, tmp_path, sequence(5).assign(predicted_at=at))
    with store.cursor() as cursor:
        assert len(cursor.execute("SELECT DISTINCT _day FROM m.requests").fetchall()) == 2
    hour = Window(dt.datetime(2026, 3, 29, 18), dt.datetime(2026, 3, 29, 19))
    assert sorted(places(sample(store, "m", [hour]))) == [1, 2, 3]


@pytest.mark.parametrize(
    "asked",
    [[], [Window(START, START)], [Window(dt.datetime(2030, 1, 1), dt.datetime(2031, 1, 1))]],
)
@pytest.mark.parametrize("segment", [("", ""), ("city", "Oslo")])
def test_empty_windows_have_no_rows_but_all_columns(
    store: Store, tmp_path: Path, asked: list[Window], segment: tuple[str, str]
) -> None:
    take(plain(store, '["city"]'), tmp_path, sequence(3, city="Oslo"))
    rows = sample(store, "m", asked, segment=segment)
    assert (len(rows), rows.total, rows.keys.dtype) == (0, 0, np.dtype("datetime64[us]"))
    assert {name: column.dtype for name, column in rows.columns.items()} == {"row": float, "city": object}
    assert rows.score.tolist() == []
    finite, count = values(store, "m", "row", asked, segment=segment)
    assert (finite.tolist(), finite.dtype, count) == ([], float, 0)


@pytest.mark.parametrize(
    "segment", [("city", "Atlantis"), ("town", "Oslo"), ("row", "1"), ("city", ""), ('"; --', "x")]
)
def test_a_segment_that_has_no_profile_has_no_rows(
    store: Store, tmp_path: Path, segment: tuple[str, str]
) -> None:
    take(plain(store, '["city"]'), tmp_path, sequence(3, city="Oslo"))
    assert len(sample(store, "m", EVERY, segment=("city", "Oslo"))) == 3
    rows = sample(store, "m", EVERY, segment=segment)
    assert (len(rows), rows.total) == (0, 0)
    assert values(store, "m", "row", EVERY, segment=segment)[1] == 0


def test_a_value_that_reads_like_all_others_is_not_mistaken_for_them(store: Store, tmp_path: Path) -> None:
    cities = ["(other)", "(missing)", None, "a;b", "(other)"]
    take(plain(store, '["city"]'), tmp_path, sequence(5, city=cities))
    take(store, tmp_path, sequence(1, 9, "2026-06-01", city="Oslo"))
    found = {
        label: sorted(places(sample(store, "m", EVERY, segment=("city", label))))
        for label in ("((other))", "((missing))", "(missing)", "(other)", "a;b")
    }
    assert found == {
        "((other))": [0, 4], "((missing))": [1], "(missing)": [2], "(other)": [9], "a;b": [3]
    }  # fmt: skip


def test_only_the_wanted_features_are_read_in_the_order_in_which_they_are_wanted(
    store: Store, tmp_path: Path
) -> None:
    take(plain(store), tmp_path, sequence(2, **{"{braces}": 1.0, "key": "x", "place": True}))
    rows = sample(store, "m", EVERY, features=["key", "{braces}", "place"])
    assert rows.kinds == {"key": "categorical", "{braces}": "numeric", "place": "binary"}
    assert {name: column.tolist() for name, column in rows.columns.items()} == {
        "key": ["x"] * 2, "{braces}": [1.0] * 2, "place": ["true"] * 2
    }  # fmt: skip
    assert len(sample(store, "m", EVERY, features=[])) == 2


def test_what_cannot_be_asked_is_answered_in_words(store: Store, tmp_path: Path) -> None:
    take(plain(store), tmp_path, sequence(2, city="Oslo", memo=pd.Timestamp("2026-01-01")))
    with pytest.raises(UnknownModel, match="no model is called 'x'"):
        sample(store, "x", EVERY)
    for feature in ("rows", "memo"):
        with pytest.raises(StoreError, match=f"no feature {feature!r} that has a profile"):
            sample(store, "m", EVERY, features=["row", feature])
    with pytest.raises(StoreError, match="'city' is categorical and holds no numbers"):
        values(store, "m", "city", EVERY)
    with pytest.raises(ValueError, match="at least 1"):
        sample(store, "m", EVERY, most=0)


def test_values_are_the_finite_ones_and_drawn_like_rows(store: Store, tmp_path: Path) -> None:
    hostile, count = NUMBERS[-1], 5_000
    number = np.arange(count) * 1.0
    number[::10], number[1::10], number[2::10] = np.nan, np.inf, -np.inf
    take(
        plain(store, '["city"]'),
        tmp_path,
        sequence(count, city=["Oslo", "Rome"] * 2_500, **{hostile: number}),
    )
    finite = number[np.isfinite(number)]
    drawn, total = values(store, "m", hostile, EVERY)
    assert total == len(drawn) == len(finite)
    assert sorted(drawn) == sorted(finite)
    some, total = values(store, "m", hostile, EVERY, most=100)
    assert total == len(finite)
    assert some.tolist() == drawn[:100].tolist()
    rows = sample(store, "m", EVERY)
    assert drawn.tolist() == [value for value in rows.columns[hostile] if np.isfinite(value)]
    odd, _ = values(store, "m", hostile, EVERY, segment=("city", "Rome"))
    assert sorted(odd) == sorted(value for value in finite if value % 2)


def test_rows_that_retention_deleted_are_not_counted(store: Store, tmp_path: Path) -> None:
    store.add('name = "m"\ntask = "binary"\nretention_days = 2\n')
    take(store, tmp_path, *(sequence(10, 10 * day, f"2026-03-{day:02d}") for day in range(1, 6)))
    rows = sample(store, "m", EVERY)
    assert rows.total == len(rows) == 20
    assert Counter(rows.keys.astype(object)) == {dt.datetime(2026, 3, 4): 10, dt.datetime(2026, 3, 5): 10}


def test_a_feature_without_any_value_is_a_column_of_missing_numbers(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,predicted_at,empty\n1,2026-03-29T12:00:00Z,\n", "utf-8")
    plain(store).ingest("m", tmp_path / "a.csv")
    rows = sample(store, "m", EVERY)
    assert rows.kinds == {"empty": "numeric"}
    assert np.isnan(rows.columns["empty"]).tolist() == [True]
    assert values(store, "m", "empty", EVERY)[1] == 0


def test_reading_rows_changes_nothing(store: Store, tmp_path: Path) -> None:
    take(plain(store, '["city"]'), tmp_path, sequence(2, city="Oslo"))
    before = store.data_version("m")
    sample(store, "m", EVERY, segment=("city", "Oslo"))
    values(store, "m", "row", EVERY)
    assert store.data_version("m") == before
    take(store, tmp_path, sequence(1, 5, city="Rome"))
    assert len(sample(store, "m", EVERY)) == 3
