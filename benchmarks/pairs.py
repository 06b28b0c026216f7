"""A year of two versions on the same requests, as a store, and what is asked of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import stores, workload
from monitoring import performance, shadow
from monitoring.store import Store, trials

MODEL = "pairs"
DAYS, REFERENCE = 365, 30
VIEWS = ("trial", "difference", "agreement", "segments")
_START = dt.date(2025, 1, 1)
_TOML = """
name = "pairs"
task = "binary"
clock = "last row"
[versions]
champion = "one"
shadows = ["two"]
[columns]
predicted_at = "at"
[columns.scores]
one = "one"
two = "two"
[segments]
columns = ["part"]
[reference]
start = {start}
stop = {stop}
"""


def year(rows: int) -> Path:
    """A store of so many labelled requests over 365 days that both versions scored, with a trial."""
    path = stores.named(f"pairs-{rows}")
    if not path.exists():
        file = stores.DATA / f"pairs-{rows}.parquet"
        if not file.exists():
            pq.write_table(_log(rows), file, compression="zstd")
        stores.made(path, _TOML.format(start=_START, stop=_START + dt.timedelta(days=REFERENCE)), (file,))
        with Store.open(path) as store:
            trials.register(store, trials.Trial(MODEL, "one", "two", "brier", 0.002, rows // 2, rows))
    return path


def answered(store: Store) -> int:
    """What the page rests on: pairs read, the trial judged, every metric compared; gives final rows.

    Raises
    ------
    RuntimeError
        If the trial has no verdict.
    """
    found = shadow.read(store, MODEL, "two")
    (trial,) = trials.registered(store, MODEL)
    judged = shadow.judged(store, found, trial)
    for metric in performance.metrics_of(found.model):
        shadow.gains.gain(found, metric, found.inside(None, final=True))
    if judged.verdict.code == "keep_collecting":
        raise RuntimeError("a year of rows and no verdict")
    return int(judged.rows)


def _log(rows: int) -> pa.Table:
    rng = np.random.default_rng([workload.SEED, 5])
    elapsed = np.sort(rng.integers(0, DAYS * 86_400_000_000, rows))
    at = np.datetime64(_START, "us") + elapsed.astype("timedelta64[us]")
    one = rng.beta(1.2, 3.0, rows)
    label = rng.random(rows) < one
    two = np.clip(one + rng.normal(0, 0.08, rows), 0, 1)
    names = pa.array([f"part {number}" for number in range(5)])
    parts = pa.DictionaryArray.from_arrays(rng.integers(0, 5, rows).astype(np.int32), names)
    return pa.table(
        {
            "id": pa.array(np.char.add("r", np.arange(rows).astype("U12"))),
            "at": pa.array(at),
            "one": pa.array(one),
            "two": pa.array(two),
            "part": parts.cast(pa.string()),
            "label": pa.array(label.astype(np.int8)),
            "labelled_at": pa.array(at + np.timedelta64(5, "h")),
        }
    )
