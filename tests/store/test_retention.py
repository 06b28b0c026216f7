"""Retention: old raw rows go, what was counted of them stays and never loses or doubles a row afterwards."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.store import Refused, Store

MODEL = """
name = "m"
task = "binary"
retention_days = {days}
[reference]
start = {start}
stop = {stop}
"""


def described(start: str = "2026-01-01", stop: str = "2026-01-03", days: int = 3) -> str:
    return MODEL.format(days=days, start=start, stop=stop)


def rows(day: str, count: int = 100, first: int = 0, **columns: object) -> pd.DataFrame:
    at = pd.Timestamp(f"{day}T10:00:00Z") + pd.to_timedelta(np.arange(count), unit="s")
    return pd.DataFrame(
        {"id": [f"{day}-{first + i}" for i in range(count)], "predicted_at": at,
         "x": np.arange(count) * 1.0, **columns}
    )  # fmt: skip


def take(store: Store, folder: Path, name: str, *parts: pd.DataFrame) -> None:
    pd.concat(parts).to_parquet(folder / name, index=False)
    assert not store.ingest("m", folder / name).problem


def filled(store: Store, folder: Path, *days: int) -> None:
    for day in days:
        take(store, folder, f"{day}.parquet", rows(f"2026-01-{day:02d}"))


def profiled(store: Store) -> dict[int, float]:
    cube = store.cubes("m").numeric
    return {key.day: n for key, n in zip(cube.chunks, cube.n[cube.features.index("x")], strict=True)}


def counted(store: Store) -> dict[int, int]:
    volume = store.volume("m").query("version == ''")
    return {key.day: n for key, n in zip(volume["chunk"], volume["n"], strict=True)}


def kept(store: Store) -> dict[int, int]:
    with store.cursor() as cursor:
        return dict(cursor.execute("SELECT day(_day), count(*) FROM m.requests GROUP BY ALL").fetchall())


def test_a_long_file_is_profiled_before_its_old_rows_go(store: Store, tmp_path: Path) -> None:
    store.add(described())
    take(store, tmp_path, "all.parquet", *(rows(f"2026-01-{day:02d}") for day in range(1, 21)))
    assert profiled(store) == dict.fromkeys(range(1, 21), 100)
    assert kept(store) == dict.fromkeys([1, 2, 18, 19, 20], 100)


def test_late_rows_of_the_reference_are_counted_on_the_frozen_grid(store: Store, tmp_path: Path) -> None:
    store.add(described())
    filled(store, tmp_path, 1, 2, 5, 6, 7, 20)
    before = store.cubes("m").numeric
    late = [rows("2026-01-02", 50, 900), rows("2026-01-20", 50, 900)]
    take(store, tmp_path, "late.parquet", *late)
    assert profiled(store) == counted(store) == {1: 100, 2: 150, 5: 100, 6: 100, 7: 100, 20: 150}
    after = store.cubes("m").numeric
    assert after.grids == before.grids
    assert not store.data_version("m").endswith("stale")


def test_a_file_whose_rows_are_all_there_can_be_forgotten_after_retention(
    store: Store, tmp_path: Path
) -> None:
    store.add(described())
    filled(store, tmp_path, 1, 2, 5, 20)
    take(store, tmp_path, "2b.parquet", rows("2026-01-02", 150))
    grids = store.cubes("m").numeric.grids
    store.forget("m", "2.parquet")
    assert profiled(store) == counted(store) == {1: 100, 2: 150, 5: 100, 20: 100}
    store.forget("m", "2b.parquet")
    store.forget("m", "20.parquet")
    assert profiled(store) == counted(store) == {1: 100, 5: 100}
    assert store.cubes("m").numeric.grids == grids
    with pytest.raises(Refused, match="deleted by retention"):
        store.forget("m", "5.parquet")


def test_a_file_that_reaches_from_the_reference_into_deleted_days_cannot_be_forgotten(
    store: Store, tmp_path: Path
) -> None:
    store.add(described())
    take(store, tmp_path, "a.parquet", rows("2026-01-02"), rows("2026-01-05"))
    filled(store, tmp_path, 1, 20)
    with pytest.raises(Refused, match="deleted by retention"):
        store.forget("m", "a.parquet")


def test_a_reference_that_begins_after_the_first_deletion_is_still_fitted(
    store: Store, tmp_path: Path
) -> None:
    store.add(described("2026-01-18", "2026-01-20", days=5))
    filled(store, tmp_path, 1, 18)
    assert kept(store) == {18: 100}
    take(store, tmp_path, "19.parquet", rows("2026-01-19").assign(x=np.arange(100) + 100.0))
    filled(store, tmp_path, 20, 30)
    assert profiled(store) == {18: 100, 19: 100, 20: 100, 30: 100}, "day 1 was gone before there was a grid"
    assert store.cubes("m").numeric.grids[0].edges[-1] == 199.0
    assert counted(store)[1] == 100


def test_a_reference_may_still_be_stated_on_days_that_are_kept(store: Store, tmp_path: Path) -> None:
    bare = 'name = "m"\ntask = "binary"\nretention_days = 5\n'
    store.add(bare)
    filled(store, tmp_path, 1, 18, 19, 20)
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add(described("2026-01-01", "2026-01-03", days=5))
    assert store.toml("m") == bare
    store.add(described("2026-01-18", "2026-01-20", days=5))
    assert profiled(store) == {18: 100, 19: 100, 20: 100}


def test_an_instant_in_the_future_deletes_nothing(store: Store, tmp_path: Path) -> None:
    today = dt.datetime.now(dt.UTC).date()
    recent = [str(today - dt.timedelta(days=back)) for back in (3, 1)]
    store.add(described(days=30))
    take(store, tmp_path, "a.parquet", *(rows(day) for day in recent))
    take(store, tmp_path, "future.parquet", rows(str(today + dt.timedelta(days=300)), 1))
    with store.cursor() as cursor:
        left = cursor.execute("SELECT count(*) FROM m.requests WHERE _day <= $day", {"day": today}).fetchone()
    assert left == (200,)


def test_a_reference_that_ends_within_a_day_keeps_its_hours(store: Store, tmp_path: Path) -> None:
    text = described("2026-01-01T00:00:00", "2026-01-02T12:00:00").replace(
        "[reference]", 'chunk = "1 hour"\ntimezone = "Asia/Kolkata"\n[reference]'
    )
    store.add(text)
    filled(store, tmp_path, 1, 2, 20)
    assert kept(store) == {1: 100, 2: 100, 20: 100}


def test_another_length_of_chunks_counts_the_predictions_anew(store: Store, tmp_path: Path) -> None:
    text = described().replace("retention_days = 3\n", "")
    store.add(text)
    filled(store, tmp_path, 1, 2)
    store.add(text.replace("[reference]", 'chunk = "1 hour"\n[reference]'))
    volume = store.volume("m").query("version == ''")
    assert [key.hour for key in volume["chunk"]] == [10, 10]
    assert volume["n"].tolist() == [100, 100]


def test_rows_of_days_whose_rows_are_gone_are_neither_lost_nor_counted_twice(
    store: Store, tmp_path: Path
) -> None:
    store.add(described())
    filled(store, tmp_path, 1, 2, 5, 20)
    again = [rows("2026-01-05", 101), rows("2026-01-02", 101), rows("2026-01-20", 101)]
    pd.concat(again).to_parquet(tmp_path / "again.parquet", index=False)
    receipt = store.ingest("m", tmp_path / "again.parquet")
    assert (receipt.accepted, receipt.duplicates, receipt.rejected) == (2, 200, 101)
    assert profiled(store) == counted(store) == {1: 100, 2: 101, 5: 100, 20: 101}
    quarantine = store.quarantine("m")
    assert set(quarantine["reason"]) == {"too_old"}
    assert "2026-01-05 is older than what the store keeps" in quarantine["detail"][0]
    rows("2026-01-06").to_parquet(tmp_path / "new.parquet", index=False)
    assert store.ingest("m", tmp_path / "new.parquet").rejected == 100, "a file of nothing else"
