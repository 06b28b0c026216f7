"""Keeping the profile of a model in step with its log.

A file's rows are profiled in the transaction that stores them. What the profile is made of (the frozen grids,
the segment values) comes from the reference's rows, a window of the log or a file of their own; when those
change, the profile is marked stale and made again once. Where retention has deleted rows that are profiled,
that cannot be: then the grids stay for good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import duckdb
import pandas as pd

from monitoring import windows
from monitoring.models import Kind, Model
from monitoring.store import grids, layout, profile, reference_rows
from monitoring.store.errors import StoreError
from monitoring.store.reference_rows import of_file, reference_window
from monitoring.store.slots import MISSING, OTHER, segment_labels
from monitoring.store.sql import composed, named, query

SEGMENT_VALUES = 20

_SEGMENTS = "CREATE TABLE {schema}.segments (name VARCHAR, value VARCHAR, position INTEGER)"
_VOLUME = """
CREATE TABLE {schema}.volume (
    chunk TIMESTAMP, version VARCHAR, n BIGINT, first_at TIMESTAMP, last_at TIMESTAMP)"""
_COUNT = """
INSERT INTO {schema}.volume
SELECT {key}, {version}, count(*), min(_predicted_at), max(_predicted_at)
FROM {schema}.{table} WHERE {where} GROUP BY ALL"""
_CHOOSE = """
INSERT INTO {schema}.segments
SELECT $name, value, row_number() OVER (ORDER BY n DESC, value) - 1
FROM (SELECT CAST({column} AS VARCHAR) AS value, count(*) AS n FROM {relation}
      WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT $most)"""
_OLD = "SELECT DISTINCT chunk FROM {schema}.{table} WHERE chunk < $first"
_ROWS = "(SELECT * FROM {schema}.{table} WHERE {where})"
CHOSEN = "(SELECT key FROM chosen)"  # the keys that `choose` was given


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables of a profile."""
    grids.create(cursor, schema)
    profile.create(cursor, schema)
    for text in (_SEGMENTS, _VOLUME):
        cursor.execute(named(text, schema=schema))


def signature(model: Model) -> tuple[object, ...]:
    """Everything of a description that the profile depends on, but the content of a reference file."""
    reference = model.reference
    healthy = (reference.start, reference.stop, reference.file is not None) if reference else None
    kinds = tuple(sorted((name, feature.kind) for name, feature in model.features.items() if feature.kind))
    return (healthy, model.grain, model.timezone, model.segments.columns, kinds)


def extend(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> bool:
    """Add a file's rows to the profile; call in the transaction that stored them.

    Returns
    -------
    bool
        Whether the profile has to be made anew instead, because the file has rows of the reference. On
        `frozen` grids they are counted like any others.
    """
    _count_volume(cursor, model, _from_file(file))
    if model.reference is None:
        return False
    if _touches_reference(cursor, model, file) and not frozen(cursor, model):
        return True
    known = grids.read(cursor, model.name)
    if known:
        _append(cursor, model, _rows(model, _from_file(file)), _with_new_features(cursor, model, known))
    return False


def rebuild(
    cursor: duckdb.DuckDBPyConnection, model: Model,
    progress: Callable[[float], None] = lambda share: None,
) -> None:  # fmt: skip
    """Fit the grids on the reference's rows and profile the whole log again; tell the share that is done."""
    clear(cursor, model)
    table, where = reference_rows.rows(model)
    kinds = layout.profiled(layout.features(cursor, model))
    healthy = composed(_ROWS, {"where": where}, schema=model.name, table=table)
    if not kinds or not _any(cursor, healthy):
        return
    relation = named("{schema}.{table}", schema=model.name, table=table)
    grids.write(cursor, model.name, grids.fit(cursor, relation, kinds, where=f"({where})"))
    for name in model.segments.columns:
        if name in kinds:
            text = composed(_CHOOSE, {"relation": healthy}, schema=model.name, column=name)
            cursor.execute(text, {"name": name, "most": SEGMENT_VALUES})
    known = grids.read(cursor, model.name)
    if of_file(model):
        _append(cursor, model, reference_rows.dated(model), known, profile.REFERENCE)
    _append(cursor, model, named("{schema}.requests", schema=model.name), known, progress=progress)


def clear(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Delete the profile and what it is made of."""
    for table in (*profile.TABLES, "unseen", "grids", "grid_categories", "segments"):
        cursor.execute(named("DELETE FROM {schema}.{table}", schema=model.name, table=table))


def replace_keys(cursor: duckdb.DuckDBPyConnection, model: Model, keys: Sequence[dt.datetime]) -> bool:
    """Make the profile of some chunks again from the rows that are left.

    Returns
    -------
    bool
        Whether the whole profile must be made anew, because the chunks are the reference's and its grids
        are not `frozen`.
    """
    if not keys:
        return False
    choose(cursor, keys)
    among = f"{layout.key_sql(model)} IN {CHOSEN}"
    forget_chosen(cursor, model, "volume")
    _count_volume(cursor, model, among)
    reference = reference_window(model)
    inside = reference is not None and any(reference.holds(key) for key in keys)
    if inside and not frozen(cursor, model):
        return True
    for table in ("profile", "unseen"):
        forget_chosen(cursor, model, table)
    known = grids.read(cursor, model.name)
    if known:
        _append(cursor, model, _rows(model, among), known)
    return False


def recount(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Count the predictions of every chunk again, after the length of the chunks changed."""
    cursor.execute(named("DELETE FROM {schema}.volume", schema=model.name))
    _count_volume(cursor, model, "TRUE")


def frozen(cursor: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """Whether the profile cannot be made anew: a chunk in it has lost raw rows to retention."""
    return lost(cursor, model, "profile")


def lost(cursor: duckdb.DuckDBPyConnection, model: Model, table: str) -> bool:
    """Whether a table counts rows of a chunk that has lost raw rows to retention."""
    row = cursor.execute("SELECT raw_from FROM models WHERE name = $name", {"name": model.name}).fetchone()
    if row is None or row[0] is None:
        return False
    days = reference_rows.kept_days(model)
    kept = [windows.Window(_key_at(start, model), _key_at(stop, model)) for start, stop in days]
    old = cursor.execute(
        named(_OLD, schema=model.name, table=table), {"first": _key_at(row[0], model)}
    ).fetchall()
    return any(not any(window.holds(key) for window in kept) for (key,) in old)


def filling(cursor: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """Whether the log has not come past the end of the reference yet."""
    window, last = reference_window(model), span(cursor, model)[1]
    return window is not None and last is not None and last < window.stop


def tidy(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Merge the partial rows of closed chunks when they have become many."""
    profile.compact(cursor, model.name)


def span(
    cursor: duckdb.DuckDBPyConnection, model: Model
) -> tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None, dt.datetime | None, int]:
    """First and last key, newest prediction and label in UTC, and the number of requests."""
    reach = cursor.execute(query("reach", schema=model.name)).fetchone()
    first, last, until, rows = reach or (None, None, None, 0)
    row = cursor.execute(query("labelled", schema=model.name)).fetchone()
    labelled = row[0] if row else None
    return first, last, _utc(until), _utc(labelled), int(rows)


def volume(cursor: duckdb.DuckDBPyConnection, model: Model) -> pd.DataFrame:
    """Predictions per profile key and version, and the newest of them; the version '' counts requests."""
    return cursor.execute(query("volume", schema=model.name)).df()


def unseen(cursor: duckdb.DuckDBPyConnection, model: Model, feature: str) -> pd.DataFrame:
    """Categories that the reference never held, with the first key they came in and how often they came."""
    return cursor.execute(query("unseen", schema=model.name), {"feature": feature}).df()


def segments(cursor: duckdb.DuckDBPyConnection, model: Model) -> dict[str, tuple[str, ...]]:
    """The values of each segment column that have a profile of their own, most frequent first."""
    rows = cursor.execute(query("segments", schema=model.name)).fetchall()
    found: dict[str, tuple[str, ...]] = {}
    for name, value in rows:
        found[name] = (*found.get(name, ()), value)
    return found


def kinds(
    cursor: duckdb.DuckDBPyConnection, model: Model, wanted: Sequence[str] | None = None
) -> dict[str, Kind]:
    """The kinds of the wanted features, in their order; by default of all that are profiled.

    Raises
    ------
    StoreError
        If the model has no such feature.
    """
    known = layout.profiled(layout.features(cursor, model))
    missing = [feature for feature in wanted or () if feature not in known]
    if missing:
        raise StoreError(f"{model.name}: no feature {missing[0]!r} that has a profile")
    return known if wanted is None else {feature: known[feature] for feature in wanted}


def labels(cursor: duckdb.DuckDBPyConnection, model: Model) -> dict[str, tuple[str, ...]]:
    """How the profile writes the segments of each column; all others and none only where they have rows."""
    chosen = segments(cursor, model)
    rest = cursor.execute(query("rest", schema=model.name)).fetchall()
    empty = {(name, label) for name in chosen for label in (OTHER, MISSING)} - set(rest)
    return {
        name: tuple(label for label in segment_labels(values) if (name, label) not in empty)
        for name, values in chosen.items()
    }


def _key_at(day: dt.date, model: Model) -> dt.datetime:
    """Where a local day begins among the profile's keys."""
    midnight = dt.datetime(day.year, day.month, day.day)
    if model.grain == "day":
        return midnight
    return windows.instant_of(midnight, "day", model.zone).replace(tzinfo=None)


def _utc(at: dt.datetime | None) -> dt.datetime | None:
    return at.replace(tzinfo=windows.UTC) if at else None


def _any(cursor: duckdb.DuckDBPyConnection, relation: str) -> bool:
    text = composed("SELECT 1 FROM {relation} LIMIT 1", {"relation": relation})
    return cursor.execute(text).fetchone() is not None


def _rows(model: Model, where: str) -> str:
    """SQL of the requests that meet a condition."""
    return composed(_ROWS, {"where": where}, schema=model.name, table="requests")


def _from_file(file: int) -> str:
    return f"_file = {int(file)}"


def _append(
    cursor: duckdb.DuckDBPyConnection, model: Model, relation: str, known: list[grids.Grid],
    table: str = "profile", progress: Callable[[float], None] = lambda share: None,
) -> None:  # fmt: skip
    chosen = list(segments(cursor, model).items())
    profile.append(
        cursor, model.name, relation, known, grain=model.grain, segments=chosen, table=table,
        progress=progress,
    )  # fmt: skip


def choose(cursor: duckdb.DuckDBPyConnection, keys: Sequence[dt.datetime]) -> None:
    """Put keys where a statement can look them up."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE chosen (key TIMESTAMP)")
    cursor.execute("INSERT INTO chosen SELECT unnest($keys)", {"keys": list(keys)})


def forget_chosen(cursor: duckdb.DuckDBPyConnection, model: Model, table: str) -> None:
    """Delete what a table counts of the keys that `choose` was given."""
    text = "DELETE FROM {schema}.{table} WHERE chunk IN {chosen}"
    cursor.execute(composed(text, {"chosen": CHOSEN}, schema=model.name, table=table))


def _touches_reference(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> bool:
    where = reference_rows.inside(model)
    return where is not None and _any(cursor, _rows(model, f"{_from_file(file)} AND {where}"))


def _count_volume(cursor: duckdb.DuckDBPyConnection, model: Model, where: str) -> None:
    for table, version in (("requests", "''"), ("predictions", "_version")):
        parts = {"key": layout.key_sql(model), "version": version, "where": where}
        cursor.execute(composed(_COUNT, parts, schema=model.name, table=table))


def _with_new_features(
    cursor: duckdb.DuckDBPyConnection, model: Model, known: list[grids.Grid]
) -> list[grids.Grid]:
    """Give features that the reference never had an empty grid, and count them as missing in older chunks."""
    kinds: dict[str, Kind] = layout.profiled(layout.features(cursor, model))
    fresh: dict[str, Kind] = {
        name: kind for name, kind in kinds.items() if name not in {grid.feature for grid in known}
    }
    if not fresh:
        return known
    grids.write(cursor, model.name, grids.fit(cursor, _rows(model, "FALSE"), fresh))
    profile.backfill(cursor, model.name, known[0].feature, list(fresh))
    return grids.read(cursor, model.name)
