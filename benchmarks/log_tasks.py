"""What taking rows in costs: profiles, files, odd rows, a batch, the logging client."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import stores, workload
from benchmarks.measuring import cost, peak_megabytes
from benchmarks.stores import MODEL


def floor(rows: int) -> dict[str, float]:
    """A bare scan of the table that a profile reads: means of the numbers, rough counts of the categories."""
    from monitoring.store import Store

    columns = [f'avg("{name}")' for name in workload.NUMBERS]
    columns += [f'approx_count_distinct("{name}")' for name in workload.CATEGORIES]
    statement = f'SELECT {", ".join(columns)} FROM "{MODEL}".requests'
    with Store.open(stores.of_rows(rows)) as store, store.cursor() as cursor:
        with cost() as spent:
            cursor.execute(statement).fetchall()
        return {"cpu": spent.cpu, "peak": peak_megabytes()}


def one_row(rows: int) -> dict[str, float]:
    """The profile of a single row of the same table: what a profile costs however few rows there are."""
    return _profiled(rows, f'(SELECT * FROM "{MODEL}".requests LIMIT 1)')


def profile(rows: int) -> dict[str, float]:
    """The profile of every row, appended to the profile's table and taken back."""
    return _profiled(rows, f'"{MODEL}".requests')


def _profiled(rows: int, relation: str) -> dict[str, float]:
    from monitoring.store import Store, grids
    from monitoring.store import profile as profiles

    with Store.open(stores.of_rows(rows)) as store, store.cursor() as cursor:
        known = grids.read(cursor, MODEL)
        cursor.execute("BEGIN")
        with cost() as spent:
            profiles.append(cursor, MODEL, relation, known)
        cursor.execute("ROLLBACK")
        return {"cpu": spent.cpu, "peak": peak_megabytes()}


def ingest(rows: int, segments: list[str]) -> dict[str, float]:
    """One Parquet file into a store that holds the reference: rows, profile and what keeps them unique."""
    from monitoring.store import Store

    reference, current = workload.write(stores.DATA, rows)
    lines = f"[segments]\ncolumns = {json.dumps(segments)}\n" if segments else ""
    with (
        tempfile.TemporaryDirectory(dir=stores.DATA) as folder,
        Store.open(Path(folder) / "lookout.duckdb") as store,
    ):
        store.add(workload.TOML + lines)
        store.ingest(MODEL, reference)
        with cost() as spent:
            receipt = store.ingest(MODEL, current)
    if receipt.accepted != rows:
        raise RuntimeError(f"{receipt.accepted} of {rows} rows were taken in")
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def scoring(rows: int) -> dict[str, float]:
    """How odd every row is, counted as ingest does and taken back; the fit is made beforehand."""
    from monitoring.store import Store, outlier_counts, outliers

    with Store.open(stores.of_rows(rows)) as store, store.cursor() as cursor:
        known, model = outliers.fit(store, MODEL), store.model(MODEL)
        if known is None or not known.usable:
            raise RuntimeError("the rows are not scored")
        cursor.execute("BEGIN")
        with cost() as spent:
            for file in store.files(MODEL)["file"].tolist()[1:]:  # the first is the reference
                outlier_counts.extend(cursor, model, file)
        cursor.execute("ROLLBACK")
        return {"cpu": spent.cpu, "peak": peak_megabytes()}


def batch(rows: int) -> dict[str, float]:
    """A file of so many rows held against a model, from starting up to the answer; nothing is stored."""
    path = stores.of_rows(rows)
    _, current = workload.write(stores.DATA, rows)
    with cost() as spent:
        from monitoring import batch as batches
        from monitoring.store import Store

        with Store.open(path) as store:
            found = batches.check(store, MODEL, current)
    if found.taken.accepted != rows or found.known_before != rows:
        raise RuntimeError(f"{found.taken.accepted} of {rows} rows were taken, {found.known_before} known")
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def inbox(records: int) -> dict[str, float]:
    """A record of 30 features in the inbox, as a service writes it; microseconds, the median of a hundred."""
    from monitoring.inbox import PredictionLog

    features = {name: 0.123456789 * (place + 1) for place, name in enumerate(workload.NUMBERS)}
    features |= {name: f"{name}_007" for name in workload.CATEGORIES}
    spans = []
    with (
        tempfile.TemporaryDirectory(dir=stores.DATA) as folder,
        PredictionLog(folder, MODEL) as log,
        cost() as spent,
    ):
        for _ in range(records // 100):
            started = time.perf_counter()
            for _ in range(100):
                log.predict(features=features, score=0.5)
            spans.append((time.perf_counter() - started) / 100)
    return {"cpu": spent.cpu / records, "wall": statistics.median(spans)}


TASKS = (floor, one_row, profile, ingest, scoring, batch, inbox)
