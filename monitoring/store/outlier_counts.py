"""Keeping the counts of odd rows in step with the log: every file's rows are scored once, when they come.

Counts add up, by profile key: how many rows had a p-value between two levels, and which feature led those
that are outlying. Beside them the oddest rows of every key are kept by id. A forgotten file's keys are
scored again from the rows that are left; a new reference scores everything again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import layout, outlier_fits, profiling
from monitoring.store.cubes import Floats
from monitoring.store.outlier_fits import ALPHA, Fit
from monitoring.store.sql import Array, composed, insert, named, quoted

LEVELS = (0.75, 0.5, 0.25, 0.1, 0.05, 0.01, ALPHA, ALPHA / 10)
"""P-values between which rows are counted, falling; a row is counted by how many of them it is below."""
FLAGGED = LEVELS.index(ALPHA) + 1  # the first place of rows that are outlying
KEPT = 50  # oddest rows of a profile key, all with a p-value below LISTED
LISTED = 0.01
UNUSUAL = 0.05  # below it a p-value makes a row unusual
BATCH = 122_880  # rows scored at a time

_CREATE = (
    "CREATE TABLE IF NOT EXISTS {schema}.outlier_counts (chunk TIMESTAMP, counts BIGINT[], leads BIGINT[])",
    "CREATE TABLE IF NOT EXISTS {schema}.outlier_rows (chunk TIMESTAMP, _id VARCHAR, score DOUBLE)",
)
TABLES = ("outlier_counts", "outlier_rows")
_ROWS = "SELECT {key} AS _key, _id, {columns} FROM {schema}.requests WHERE {where}"
_BOUND = """
DELETE FROM {schema}.outlier_rows WHERE rowid IN (
    SELECT rowid FROM {schema}.outlier_rows WHERE chunk IN (SELECT DISTINCT chunk FROM {batch})
    QUALIFY row_number() OVER (PARTITION BY chunk ORDER BY score DESC, _id) > $kept)"""
_CROWDED = """
SELECT count(*), count(DISTINCT chunk) FROM {schema}.outlier_counts"""
_ALL = "SELECT chunk, counts, leads FROM {schema}.outlier_counts ORDER BY chunk"
_WITHOUT = "SELECT excluded FROM {schema}.outlier_fit"
_PARTIALS = 8  # partial rows of a profile key, on average, from which adding them up is worth the work


@dataclass(frozen=True, eq=False)
class Partial:
    """What a batch of rows adds.

    ``keys`` of shape (keys,); ``counts`` of shape (keys, levels + 1) by how many of `LEVELS` a row's p-value
    is below; ``leads`` of shape (keys, features): outlying rows by the feature that adds most beyond its
    usual; ``top`` the oddest rows with columns chunk, _id, score.
    """

    keys: Array
    counts: Array
    leads: Array
    top: pa.Table


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables of fits, counts and the oddest rows."""
    outlier_fits.create(cursor, schema)
    for text in _CREATE:
        cursor.execute(named(text, schema=schema))


def extend(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> None:
    """Score the rows of a file; call in the transaction that stored them, unless all is made anew."""
    _append(cursor, model, f"_file = {int(file)}")


def replace_keys(cursor: duckdb.DuckDBPyConnection, model: Model, keys: Sequence[dt.datetime]) -> None:
    """Score the rows that are left of some profile keys again."""
    if not keys:
        return
    profiling.choose(cursor, keys)
    for table in TABLES:
        profiling.forget_chosen(cursor, model, table)
    _append(cursor, model, f"{layout.key_sql(model)} IN {profiling.CHOSEN}")


def due(cursor: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """Whether rows must be scored anew although the profile stays: there is no fit, or of other features.

    Not when a key that is counted has lost raw rows to retention.
    """
    row = cursor.execute(named(_WITHOUT, schema=model.name)).fetchone()
    if row is not None and row[0] == outlier_fits.excluded(model):
        return False
    return not profiling.lost(cursor, model, "outlier_counts")


def rebuild(
    cursor: duckdb.DuckDBPyConnection, model: Model, progress: Callable[[float], None] | None = None
) -> None:
    """Fit on the reference's rows and score the whole log again.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
    progress : callable, optional
        Told the share of the log that is scored.
    """
    for table in TABLES:
        cursor.execute(named("DELETE FROM {schema}.{table}", schema=model.name, table=table))
    outlier_fits.write(cursor, model, outlier_fits.fit(cursor, model))
    _append(cursor, model, "TRUE", progress)


def tidy(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Add up partial rows when they have become many."""
    rows, keys = cursor.execute(named(_CROWDED, schema=model.name)).fetchone() or (0, 0)
    if rows < _PARTIALS * max(keys, 1):
        return
    found = cursor.execute(named(_ALL, schema=model.name)).fetchall()
    cursor.execute(named("DELETE FROM {schema}.outlier_counts", schema=model.name))
    _insert_counts(cursor, model.name, *added(found))


def added(partials: Sequence[tuple[dt.datetime, list[int], list[int]]]) -> tuple[Array, Array, Array]:
    """Partial rows added up: keys, counts and leads of shapes (keys,), (keys, levels + 1), (keys, features).

    Examples
    --------
    >>> day = dt.datetime(2026, 1, 1)
    >>> keys, counts, leads = added([(day, [5, 1], [1]), (day, [2, 0], [0])])
    >>> counts.tolist(), leads.tolist()
    ([[7, 1]], [[1]])
    """
    chunks = np.array([chunk for chunk, _, _ in partials], dtype="datetime64[us]")
    keys, place = np.unique(chunks, return_inverse=True)
    counts, leads = (
        _summed(part, place, len(keys))
        for part in ([one for _, one, _ in partials], [one for _, _, one in partials])
    )
    return keys, counts, leads


def _summed(lists: Sequence[list[int]], place: Array, keys: int) -> Array:
    total = np.zeros((keys, len(lists[0]) if lists else 0), dtype=np.int64)
    if lists:
        np.add.at(total, place, np.array(lists, dtype=np.int64))
    return total


def _append(
    cursor: duckdb.DuckDBPyConnection, model: Model, where: str,
    progress: Callable[[float], None] | None = None,
) -> None:  # fmt: skip
    """Score the requests that meet a condition and add what they come to."""
    known = outlier_fits.read(cursor, model.name)
    if known is None or not known[0].usable:
        return
    fit = known[0]
    total = 0
    if progress:
        row = cursor.execute(named("SELECT count(*) FROM {schema}.requests", schema=model.name)).fetchone()
        total = row[0] if row else 0
    counts: dict[np.datetime64, list[Array]] = {}
    tops, done = [], 0
    for batch in _batches(cursor, model, fit, where):
        part = scored(fit, batch)
        for place, key in enumerate(part.keys):
            sums = counts.setdefault(key, [np.zeros_like(part.counts[0]), np.zeros_like(part.leads[0])])
            sums[0] += part.counts[place]
            sums[1] += part.leads[place]
        tops.append(part.top)
        done += len(batch)
        if progress and total:
            progress(done / total)
    if not counts:
        return
    keys = np.array(sorted(counts), dtype="datetime64[us]")
    laid = [np.array([counts[key][part] for key in keys]) for part in (0, 1)]
    _insert_counts(cursor, model.name, keys, *laid)
    _insert_top(cursor, model.name, pa.concat_tables(tops))


def _batches(
    cursor: duckdb.DuckDBPyConnection, model: Model, fit: Fit, where: str
) -> Iterator[pa.RecordBatch]:
    """The requests that meet a condition: key, id, and the features that the log still has."""
    there = layout.features(cursor, model)
    columns = [column for column in fit.columns if column.feature in there]
    parts = [
        f"{text} AS {quoted(column.feature)}"
        for column, text in zip(columns, outlier_fits.sql_of(columns), strict=True)
    ]
    given = {"key": layout.key_sql(model), "columns": ", ".join(parts) or "NULL", "where": where}
    cursor.abort()  # a relation is refused while rows of an earlier statement are unread
    yield from cursor.sql(composed(_ROWS, given, schema=model.name)).to_arrow_reader(BATCH)


def scored(fit: Fit, batch: pa.RecordBatch) -> Partial:
    """What a batch of rows adds.

    Parameters
    ----------
    fit : Fit
    batch : RecordBatch
        ``_key``, ``_id`` and the features.
    """
    from monitoring.statistics.outliers import conformal

    held = fit.held
    if held is None:
        raise ValueError("a fit without held-back rows scores nothing")
    values = dict(zip(batch.schema.names[2:], batch.columns[2:], strict=True))
    score = fit.score(values, len(batch))
    keys, place = np.unique(
        batch.column(0).to_numpy(zero_copy_only=False).astype("datetime64[us]"), return_inverse=True
    )
    bounds = np.array([conformal.threshold(held, level) for level in LEVELS])
    level = np.searchsorted(bounds, score, side="left")
    slots = len(LEVELS) + 1
    counts = np.bincount(place * slots + level, minlength=len(keys) * slots).reshape(len(keys), slots)
    leads = np.zeros((len(keys), len(fit.columns)), dtype=np.int64)
    outlying = np.flatnonzero(level >= FLAGGED)
    if len(outlying):
        added_ = fit.contributions(
            {name: column.take(pa.array(outlying)) for name, column in values.items()}, len(outlying)
        )
        np.add.at(leads, (place[outlying], leading(fit, added_)), 1)
    return Partial(keys, counts, leads, _top(batch, keys, place, score, bounds[LEVELS.index(LISTED)]))


def leading(fit: Fit, contributions: Floats) -> Array:
    """The place of the feature that adds most to each row beyond its usual; the first of equals."""
    return (contributions - np.array([column.usual for column in fit.columns])).argmax(axis=1)


def _top(batch: pa.RecordBatch, keys: Array, place: Array, score: Floats, least: float) -> pa.Table:
    """The oddest rows of each key."""
    odd = np.flatnonzero(score > least)
    ids = batch.column(1).take(pa.array(odd))
    names = np.array(ids.to_pylist(), dtype=object)
    order = np.lexsort((names.astype(str), -score[odd], place[odd])) if len(odd) else np.zeros(0, np.intp)
    of_key = place[odd][order]
    rank = np.arange(len(order)) - np.searchsorted(of_key, of_key, side="left")
    kept = order[rank < KEPT]
    return pa.table(
        {
            "chunk": pa.array(keys[place[odd[kept]]], pa.timestamp("us")),
            "_id": pa.array(names[kept].tolist(), pa.string()),
            "score": pa.array(score[odd[kept]], pa.float64()),
        }
    )


def _insert_counts(
    cursor: duckdb.DuckDBPyConnection, schema: str, keys: Array, counts: Array, leads: Array
) -> None:
    insert(cursor, schema, "outlier_counts", pa.table(
        {
            "chunk": pa.array(keys, pa.timestamp("us")),
            "counts": pa.array(counts.tolist(), pa.list_(pa.int64())),
            "leads": pa.array(leads.tolist(), pa.list_(pa.int64())),
        }
    ))  # fmt: skip


def _insert_top(cursor: duckdb.DuckDBPyConnection, schema: str, top: pa.Table) -> None:
    """Keep the oddest rows, and of every key no more than `KEPT`."""
    if not len(top):
        return
    insert(cursor, schema, "outlier_rows", top)
    cursor.register("outlier_batch", top.select(["chunk"]))
    try:
        cursor.execute(named(_BOUND, schema=schema, batch="outlier_batch"), {"kept": KEPT})
    finally:
        cursor.unregister("outlier_batch")
