"""The stores that are measured: made by ingest, kept until the code that makes them changes."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import workload
from benchmarks.measuring import ROOT
from monitoring.store import Store

DATA = ROOT / "benchmarks" / "data"
MODEL = "bench"
WIDE_FEATURES, WIDE_DAYS, WIDE_ROWS, WIDE_REFERENCE = 200, 365, 400, 60  # rows are of a day
_START = dt.datetime(2025, 1, 1)


def of_rows(rows: int) -> Path:
    """A store with the reference and so many current rows of 30 features over 30 days."""
    path = named(f"rows-{rows}")
    if not path.exists():
        files = workload.write(DATA, rows)
        made(path, workload.TOML, files)
    return path


def wide() -> Path:
    """A store of 200 features, a quarter of them categories, over 365 days."""
    path = named("wide")
    if not path.exists():
        file = DATA / "wide.parquet"
        if not file.exists():
            pq.write_table(_wide_log(), file, compression="zstd")
        stop = _START + dt.timedelta(days=WIDE_REFERENCE)
        made(path, workload.toml(_START.date(), stop.date()), (file,))
    return path


def made(path: Path, toml: str, files: tuple[Path, ...]) -> None:
    """Make a store by ingest; one that was not finished is no store."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with Store.open(partial) as store:
        name = store.add(toml).name
        for file in files:
            store.ingest(name, file)
    partial.rename(path)


def named(what: str) -> Path:
    """Where a store is kept; stores that other code made are deleted."""
    digest = hashlib.blake2b(digest_size=4)
    for module in sorted((ROOT / "monitoring" / "store").glob("*.py")):
        digest.update(module.read_bytes())
    DATA.mkdir(parents=True, exist_ok=True)
    path = DATA / f"{what}-{digest.hexdigest()}.duckdb"
    for old in DATA.glob(f"{what}-*.duckdb*"):
        if not old.name.startswith(path.name):
            old.unlink()
    return path


def _wide_log() -> pa.Table:
    """Numbers of which every tenth moves in the second half, and categories."""
    rng, rows = np.random.default_rng(workload.SEED), WIDE_DAYS * WIDE_ROWS
    day = np.repeat(np.arange(WIDE_DAYS), WIDE_ROWS)
    at = np.datetime64(_START, "us") + day * workload.DAY + rng.integers(0, 86_400, rows) * 1_000_000
    columns: dict[str, pa.Array] = {
        "request": pa.array(np.char.add("w", np.arange(rows).astype("U12"))),
        "at": pa.array(at),
    }
    for place in range(WIDE_FEATURES):
        if place % 4 == 3:
            codes = rng.choice(30, rows, p=_zipf(30)).astype(np.int32)
            names = pa.array([f"value-{code:02d}" for code in range(30)])
            columns[f"category_{place:03d}"] = pa.DictionaryArray.from_arrays(codes, names).cast(pa.string())
        else:
            shift = 0.5 * (place % 10 == 0) * (day >= WIDE_DAYS // 2)
            columns[f"number_{place:03d}"] = pa.array(rng.normal(shift, 1.0, rows))
    return pa.table({**columns, "score": pa.array(rng.random(rows))})


def _zipf(size: int) -> np.ndarray:
    weights = 1.0 / np.arange(1, size + 1)
    return weights / weights.sum()
