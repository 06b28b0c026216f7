"""Logs whose rows are numbered, so that a read tells which of them it gave."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from monitoring.store import Store
from monitoring.store.rows import Rows
from monitoring.windows import Window
from tests.store import logs
from tests.store.logs import CITY, FEATURES, NUMBERS, START

EVERY = [Window(dt.datetime.min, dt.datetime.max)]

MODEL = """
name = "m"
task = "binary"
timezone = "{zone}"
chunk = "{chunk}"
[versions]
champion = "a"
shadows = ["b"]
[reference]
start = 2026-03-01
stop = 2026-05-01
[segments]
columns = {segments}
"""


def filled(path: Path, log: logs.Log, *, zone: str = "UTC", chunk: str = "1 day") -> Store:
    """A store of one hostile log, whose first number is the place of the row and whose score tells it too."""
    store = Store.open(path)
    store.add(MODEL.format(zone=zone, chunk=chunk, segments=f'["{CITY}"]'))
    columns = list(zip(*log, strict=True)) if log else [()] * (1 + len(FEATURES))
    table = {
        "id": pa.array([f"r{i}" for i in range(len(log))], pa.string()),
        "predicted_at": pa.array([instant(row) for row in log], pa.timestamp("us")),
        "version": pa.array(["a"] * len(log), pa.string()),
        "score": pa.array([i / 100 for i in range(len(log))], pa.float64()),
        "row": pa.array(range(len(log)), pa.float64()),
    }
    for name, column in zip(FEATURES, columns[1:], strict=True):
        table[name] = pa.array(column, pa.float64() if name in NUMBERS else pa.string())
    pq.write_table(pa.table(table), path.with_suffix(".parquet"))
    assert not store.ingest("m", path.with_suffix(".parquet")).problem
    return store


def instant(row: tuple) -> dt.datetime:
    return START + dt.timedelta(hours=row[0], minutes=7 * row[0] % 60)


def places(rows: Rows) -> list[int]:
    return [int(place) for place in rows.columns["row"]]


spans = st.tuples(st.integers(-30, 90), st.integers(0, 40)).map(
    lambda span: Window(
        START + dt.timedelta(hours=span[0], minutes=30 * (span[1] % 2)),
        START + dt.timedelta(hours=sum(span), minutes=30 * (span[1] % 2)),
    )
)


def sequence(count: int, first: int = 0, day: str = "2026-03-29", **columns: object) -> pd.DataFrame:
    """Rows of one day, numbered by their id and by the feature ``row``."""
    number = np.arange(first, first + count)
    at = pd.Timestamp(f"{day}T00:00:00") + pd.to_timedelta(number % 86_400, unit="s")
    return pd.DataFrame(
        {"id": number.astype(str), "predicted_at": at, "row": number * 1.0, "score": 0.5, **columns}
    )


def plain(store: Store, segments: str = "[]") -> Store:
    store.add(MODEL.format(zone="UTC", chunk="1 day", segments=segments))
    return store


def take(store: Store, folder: Path, *frames: pd.DataFrame, name: str = "m") -> None:
    for frame in frames:
        path = folder / f"{len(store.files(name))}.parquet"
        frame.to_parquet(path, index=False)
        assert not store.ingest(name, path).problem
