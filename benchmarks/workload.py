"""A deterministic workload: a reference of 100,000 rows and N current rows over 30 days, 30 features.

Twenty numbers (normal, lognormal, Student t, counts, with missing values) and ten categories of 3 to 500
values (Zipf-weighted, some of them unseen in the reference). Features with an even number drift from the
sixteenth day on. A day is a row group of its own. The same seed gives the same values.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS = [f"n{i:02d}" for i in range(20)]
CATEGORIES = [f"c{i:02d}" for i in range(10)]
SIZES = (3, 5, 8, 12, 20, 35, 60, 120, 250, 500)
UNSEEN = {4: 3, 7: 6, 9: 20}
MISSING = {17: 0.05, 18: 0.20, 19: 0.01}
DAYS, DRIFT_DAY, REFERENCE_ROWS, SEED = 30, 15, 100_000, 20260101
START = np.datetime64("2026-01-01T00:00:00", "us")
DAY = np.timedelta64(86_400_000_000, "us")


def toml(start: dt.date, stop: dt.date) -> str:
    """The file of the model that is measured, with its reference."""
    return f"""
name = "bench"
task = "binary"
clock = "last row"
[columns]
id = "request"
predicted_at = "at"
[reference]
start = {start}
stop = {stop}
"""


TOML = toml(dt.date(2025, 12, 2), dt.date(2026, 1, 1))


def write(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write the reference and the current rows as Parquet, unless they are there.

    Returns
    -------
    tuple of Path
        Reference and current.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reference, current = folder / "reference.parquet", folder / f"current-{rows}.parquet"
    if not reference.exists():
        span = DAYS * DAY
        pq.write_table(
            _block(np.random.default_rng([SEED, 0]), REFERENCE_ROWS, START - span, span, 0, drift=False),
            reference,
        )
    if not current.exists():
        partial = current.with_suffix(".partial")
        per_day, extra = divmod(rows, DAYS)
        writer, written = None, REFERENCE_ROWS
        for day in range(DAYS):
            count = per_day + (day < extra)
            rng = np.random.default_rng([SEED, 1, rows, day])
            block = _block(rng, count, START + day * DAY, DAY, written, drift=day >= DRIFT_DAY, unseen=True)
            writer = writer or pq.ParquetWriter(partial, block.schema, compression="zstd")
            writer.write_table(block)
            written += count
        if writer:
            writer.close()
        partial.rename(current)
    return reference, current


def _block(
    rng: np.random.Generator, count: int, start: np.datetime64, span: np.timedelta64, first: int,
    *, drift: bool, unseen: bool = False,
) -> pa.Table:  # fmt: skip
    at = start + (np.sort(rng.random(count)) * (span / np.timedelta64(1, "us"))).astype("timedelta64[us]")
    ids = np.char.add("r", (first + np.arange(count)).astype("U12"))
    columns: dict[str, pa.Array] = {"request": pa.array(ids), "at": pa.array(at)}
    numbers = {name: _number(rng, i, count, drift=drift and i % 2 == 0) for i, name in enumerate(NUMBERS)}
    for i, name in enumerate(NUMBERS):
        mask = rng.random(count) < MISSING[i] if i in MISSING else None
        columns[name] = pa.array(numbers[name], mask=mask)
    for j, name in enumerate(CATEGORIES):
        columns[name] = _category(rng, j, count, drift=drift and j % 2 == 0, unseen=unseen)
    logit = 0.9 * numbers["n00"] + 0.5 * np.log(numbers["n05"]) - 0.4 * (numbers["n14"] - 3) / 1.7 - 0.6
    columns["score"] = pa.array(1 / (1 + np.exp(-logit)))
    return pa.table(columns)


def _number(rng: np.random.Generator, i: int, count: int, *, drift: bool) -> np.ndarray:
    k = 1.0 if drift else 0.0
    if i < 5:
        return rng.normal(0.25 * k, 1 + 0.1 * k, count) * (i + 1)
    if i < 10 or i == 18:
        return rng.lognormal(0.2 * k, 0.6 + 0.01 * i, count)
    if i < 14:
        return rng.standard_t(2.5, count) * (1 + 0.3 * k)
    whole = {14: lambda: rng.poisson(3 + 0.6 * k, count), 15: lambda: rng.integers(0, 11, count),
             16: lambda: rng.geometric(0.3 - 0.06 * k, count)}  # fmt: skip
    return whole[i]().astype(float) if i in whole else rng.normal(0.2 * k, 1.0, count)


def _category(rng: np.random.Generator, j: int, count: int, *, drift: bool, unseen: bool) -> pa.Array:
    weights = 1.0 / np.arange(1, SIZES[j] + 1) ** 0.8
    if drift:
        weights = weights * np.exp(np.random.default_rng([SEED, 77, j]).normal(0, 0.35, SIZES[j]))
    codes = rng.choice(SIZES[j], count, p=weights / weights.sum()).astype(np.int32)
    if unseen and j in UNSEEN:
        new = rng.random(count) < 0.01
        codes[new] = SIZES[j] + rng.integers(0, UNSEEN[j], int(new.sum()))
    names = pa.array([f"c{j:02d}_{k:03d}" for k in range(SIZES[j] + UNSEEN.get(j, 0))])
    mask = rng.random(count) < 0.02 if j == 6 else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=mask), names).cast(pa.string())
