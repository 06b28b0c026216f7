"""Scores and their labels: a log of outputs alone, as Parquet and as a store, and its frames of performance.

For the comparison with libraries that read a file and keep nothing, rows are not taken in: the profile counts
them where they lie, and the frame is made of it.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import stores, workload
from monitoring import performance
from monitoring.store import Store, score_grids, score_partials, version_references
from monitoring.windows import Window

MODEL = "outputs"
METRICS = ("roc_auc", "f1", "accuracy")
YEAR, YEAR_REFERENCE = 365, 30  # days
LABELLED = 0.8
_START = dt.date(2026, 1, 1)
_TOML = """
name = "outputs"
task = "binary"
clock = "last row"
[reference]
start = {start}
stop = {stop}
"""
_VIEW = """
CREATE VIEW outputs.predictions AS
SELECT file_row_number AS _id, 'champion' AS _version, "at" AS _predicted_at, CAST("at" AS DATE) AS _day,
    score AS _score, CAST(prediction AS VARCHAR) AS _prediction, CAST(label AS VARCHAR) AS _told
FROM read_parquet([{files}], file_row_number = true)"""
_EVENTS = "CROSS JOIN LATERAL (SELECT p._told AS _label, CAST(p._day AS TIMESTAMP) AS _key, 1 AS _sign) AS e"


def files(rows: int) -> tuple[Path, Path]:
    """Parquet of a reference of 100,000 rows over 30 days, and of so many rows over the next 30."""
    stores.DATA.mkdir(parents=True, exist_ok=True)
    sizes = {"reference": workload.REFERENCE_ROWS, f"current-{rows}": rows}
    paths = []
    for place, (name, count) in enumerate(sizes.items()):
        path = stores.DATA / f"outputs-{name}.parquet"
        first = _START + dt.timedelta(days=workload.DAYS * (place - 1))
        if not path.exists():
            pq.write_table(_log(place, count, first, workload.DAYS), path, compression="zstd")
        paths.append(path)
    return paths[0], paths[1]


def year(rows: int) -> Path:
    """A store of so many labelled predictions over 365 days."""
    path = stores.named(f"year-{rows}")
    if not path.exists():
        file = stores.DATA / f"outputs-year-{rows}.parquet"
        if not file.exists():
            log = _log(2, rows, _START, YEAR)
            ids = pa.array(np.char.add("r", np.arange(rows).astype("U12")))
            pq.write_table(log.drop_columns("prediction").append_column("id", ids), file, compression="zstd")
        stop = _START + dt.timedelta(days=YEAR_REFERENCE)
        toml = _TOML.format(start=_START, stop=stop) + '[columns]\npredicted_at = "at"\n'
        stores.made(path, toml, (file,))
    return path


@contextmanager
def counted(rows: int, *, labelled: bool) -> Iterator[Store]:
    """A store with the profile of outputs in Parquet; without ``labelled`` only the reference has labels."""
    stop = dt.datetime.combine(_START, dt.time())
    start = stop - dt.timedelta(days=workload.DAYS)
    quoted = ", ".join(f"'{path}'" for path in files(rows))
    with (
        tempfile.TemporaryDirectory(dir=stores.DATA) as folder,
        Store.open(Path(folder) / "lookout.duckdb") as store,
    ):
        model = store.add(_TOML.format(start=start.date(), stop=stop.date()))
        with store.cursor() as cursor:
            cursor.execute("DROP TABLE outputs.predictions")
            cursor.execute(_VIEW.format(files=quoted))
            cursor.execute(f"INSERT INTO outputs.volume (chunk, version) VALUES ('{start}', 'champion')")
            there = score_partials.Rows("outputs.predictions", "outputs.requests", "scores", _EVENTS)
            grids = version_references.fitted(cursor, model, "champion", Window(start, stop))
            score_grids.write(cursor, MODEL, grids)
            told = "_told IS NOT NULL" if labelled else f"_told IS NOT NULL AND _day < DATE '{stop.date()}'"
            score_partials.append(cursor, model, grids, rows="TRUE", labelled=told, source=there)
        yield store


def frame(store: Store, *, labelled: bool, metrics: Sequence[str] = METRICS) -> int:
    """Make the frame of a store's profile: every metric of every day with its interval.

    Raises
    ------
    RuntimeError
        If fewer than half of its rows hold a number.
    """
    found = performance.assess(performance.material(store, MODEL), metrics=metrics)
    return _full(performance.frames.frame(found)) if labelled else estimated(found)


def estimated(found: performance.Assessment) -> int:
    """Make the frame of estimates."""
    return _full(performance.estimate_frames.frame(performance.estimate(found)))


def _full(made: pd.DataFrame) -> int:
    numbers = int(made["value"].notna().sum())
    if numbers < len(made) / 2:
        raise RuntimeError(f"{numbers} numbers in {len(made)} rows")
    return numbers


def _log(seed: int, rows: int, first: dt.date, days: int) -> pa.Table:
    """Scores that mean what they say until the middle, then too much."""
    rng = np.random.default_rng([workload.SEED, 3, seed])
    span = days * 86_400_000_000
    elapsed = np.sort(rng.integers(0, span, rows))
    score = rng.beta(1.2, 3.0, rows)
    late = elapsed > span // 2
    label = pa.array((rng.random(rows) < np.where(late & (seed > 0), 0.8 * score, score)).astype(np.int8),
                     mask=(rng.random(rows) > LABELLED) & (seed > 0))  # fmt: skip
    return pa.table(
        {
            "at": pa.array(np.datetime64(first, "us") + elapsed.astype("timedelta64[us]")),
            "score": pa.array(score),
            "prediction": pa.array((score >= 0.5).astype(np.int8)),
            "label": label,
        }
    )
