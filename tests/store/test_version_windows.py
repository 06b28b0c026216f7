"""A version's own window: retention keeps its raw rows just as it keeps those of the reference."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from monitoring.models import parse
from monitoring.store import Refused, Store, forgetting, profiling
from monitoring.store.reference_rows import kept_days, merged, raw
from tests.store.test_retention import counted, filled, kept, profiled, rows, take

MODEL = """
name = "m"
task = "binary"
retention_days = 3
{more}
[versions]
champion = "a"
shadows = ["b", "c"]
"""
REFERENCE = "[reference]\nstart = 2026-01-01\nstop = 2026-01-03\n"
OWN = "[reference.{version}]\nstart = {start}\nstop = {stop}\n"


def described(*parts: str, more: str = "") -> str:
    return MODEL.format(more=more) + "".join(parts)


def own(start: str, stop: str, version: str = "b") -> str:
    return OWN.format(version=version, start=start, stop=stop)


B = own("2026-01-05", "2026-01-07")


def test_raw_rows_of_a_versions_window_are_kept(store: Store, tmp_path: Path) -> None:
    store.add(described(REFERENCE, B, own("2026-01-09", "2026-01-10", "c")))
    filled(store, tmp_path, 1, 2, 4, 5, 6, 7, 9, 10, 20)
    assert kept(store) == dict.fromkeys([1, 2, 5, 6, 9, 20], 100)
    assert profiled(store) == counted(store) == dict.fromkeys([1, 2, 4, 5, 6, 7, 9, 10, 20], 100)


def test_they_are_kept_where_the_reference_is_a_file(store: Store, tmp_path: Path) -> None:
    rows("2025-12-01").to_parquet(tmp_path / "reference.parquet", index=False)
    store.add(described('[reference]\nfile = "reference.parquet"\n', B), folder=tmp_path)
    filled(store, tmp_path, 4, 5, 6, 7, 20)
    assert kept(store) == dict.fromkeys([5, 6, 20], 100)


def test_the_hours_of_a_window_are_kept_on_the_local_days_that_hold_them(
    store: Store, tmp_path: Path
) -> None:
    zone = 'chunk = "1 hour"\ntimezone = "Asia/Kolkata"'
    store.add(described(REFERENCE, own("2026-01-05T12:00:00", "2026-01-06T12:00:00"), more=zone))
    filled(store, tmp_path, 1, 2, 4, 5, 6, 7, 20)
    assert kept(store) == dict.fromkeys([1, 2, 5, 6, 20], 100)


def test_late_rows_of_a_window_are_taken_in_and_counted(store: Store, tmp_path: Path) -> None:
    store.add(described(REFERENCE, B))
    filled(store, tmp_path, 1, 2, 4, 5, 6, 20)
    late = [rows("2026-01-05", 150), rows("2026-01-04", 150), rows("2026-01-07")]
    pd.concat(late).to_parquet(tmp_path / "late.parquet", index=False)
    receipt = store.ingest("m", tmp_path / "late.parquet")
    assert (receipt.accepted, receipt.duplicates, receipt.rejected) == (50, 100, 250)
    assert profiled(store) == counted(store) == {1: 100, 2: 100, 4: 100, 5: 150, 6: 100, 20: 100}
    assert set(store.quarantine("m")["reason"]) == {"too_old"}


def test_a_file_of_a_windows_days_can_be_forgotten_and_one_that_reaches_beyond_cannot(
    store: Store, tmp_path: Path
) -> None:
    store.add(described(REFERENCE, B))
    filled(store, tmp_path, 1, 2, 4)
    take(store, tmp_path, "inside.parquet", rows("2026-01-05"), rows("2026-01-06"))
    take(store, tmp_path, "beyond.parquet", rows("2026-01-06", 50, 200), rows("2026-01-07"))
    filled(store, tmp_path, 20)
    store.forget("m", "inside.parquet")
    assert profiled(store) == counted(store) == {1: 100, 2: 100, 4: 100, 6: 50, 7: 100, 20: 100}
    with pytest.raises(Refused, match="deleted by retention"):
        store.forget("m", "beyond.parquet")


@pytest.mark.parametrize(
    ("window", "fine"),
    [
        (own("2026-01-04", "2026-01-05"), False),
        (own("2026-01-04", "2026-01-06"), False),
        (own("2026-01-06", "2026-01-19"), False),
        (own("2026-01-06", "2026-01-07", "c"), True),
        (own("2026-01-01", "2026-01-02", "c"), True),
        (own("2026-01-18", "2026-01-25"), True),
    ],
)
def test_a_window_may_only_be_named_on_days_whose_rows_are_there(
    store: Store, tmp_path: Path, window: str, fine: bool
) -> None:
    text = described(REFERENCE, B)
    store.add(text)
    filled(store, tmp_path, 1, 2, 4, 5, 6, 7, 20)
    if fine:
        store.add(described(REFERENCE, window))
        return
    with pytest.raises(Refused, match=r"before 2026-01-18 were deleted by retention, and \[reference.b\]"):
        store.add(described(REFERENCE, window))
    assert store.toml("m") == text
    assert kept(store) == dict.fromkeys([1, 2, 5, 6, 20], 100)


def test_a_window_that_is_given_up_lets_its_rows_go_and_keeps_what_was_counted(
    store: Store, tmp_path: Path
) -> None:
    store.add(described(REFERENCE, B))
    filled(store, tmp_path, 1, 2, 5, 6, 20)
    store.add(described(REFERENCE))
    assert kept(store) == dict.fromkeys([1, 2, 20], 100)
    assert profiled(store) == counted(store) == dict.fromkeys([1, 2, 5, 6, 20], 100)
    with pytest.raises(Refused, match=r"\[reference.b\]"):
        store.add(described(REFERENCE, B))


def test_a_window_that_has_its_rows_does_not_freeze_the_grids(store: Store, tmp_path: Path) -> None:
    later = "[reference]\nstart = 2026-01-18\nstop = 2026-01-19\n"
    store.add(described())
    filled(store, tmp_path, 1, 18)  # the first day goes before there is a profile
    store.add(described(later, own("2026-01-20", "2026-01-21")))
    filled(store, tmp_path, 20, 30)
    assert kept(store) == dict.fromkeys([18, 20, 30], 100)
    with store.cursor() as cursor:
        cursor.execute("UPDATE models SET raw_from = DATE '2026-01-28'")
        assert not profiling.frozen(cursor, store.model("m"))
        assert profiling.frozen(cursor, parse(described(later)))


def test_days_are_kept_once_however_the_windows_lie() -> None:
    text = described(REFERENCE, own("2026-01-03", "2026-01-05"), own("2026-01-04", "2026-01-08", "c"))
    first, stop = dt.date(2026, 1, 1), dt.date(2026, 1, 8)
    model = parse(text)
    assert kept_days(model) == [(first, stop)]
    assert kept_days(parse(described())) == []
    inner = own("2026-01-02", "2026-01-03"), own("2026-01-01", "2026-01-08", "c")
    assert kept_days(parse(described(REFERENCE, *inner))) == [(first, stop)]
    assert merged([]) == []
    day = dt.timedelta(days=1)
    for raw_from, days, there in (
        (dt.date(2026, 2, 1), (first, stop), True),
        (dt.date(2026, 2, 1), (first - day, stop), False),
        (dt.date(2026, 2, 1), (first, stop + day), False),
        (stop, (first, stop + 30 * day), True),
        (stop + day, (first, stop + 30 * day), False),
        (stop + day, (stop + day, stop + 2 * day), True),
    ):
        assert raw(model, raw_from, days) is there
    assert forgetting.too_old(model, stop) == (
        "_day < DATE '2026-01-08' AND NOT (_day >= DATE '2026-01-01' AND _day < DATE '2026-01-08')"
    )
