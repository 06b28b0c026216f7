"""Keeping the profile of a model in step with its log.

A file's rows are profiled in the transaction that stores them. What the profile is made of (the frozen grids,
the segment values) comes from the reference's rows; when those change, the profile is marked stale and made
again once. Where retention has deleted rows that are profiled, that cannot be: then the grids stay for good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import pandas as pd

from monitoring import windows
from monitoring.models import Kind, Model
from monitoring.store import grids, layout, profile
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
_LOST = """
SELECT 1 FROM {schema}.profile WHERE chunk < $first AND NOT (chunk >= $start AND chunk < $stop) LIMIT 1"""
_ROWS = "(SELECT * FROM {schema}.requests WHERE {where})"
_CHOSEN = "(SELECT key FROM chosen)"


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables of a profile."""
    grids.create(cursor, schema)
    profile.create(cursor, schema)
    for text in (_SEGMENTS, _VOLUME):
        cursor.execute(named(text, schema=schema))


def signature(model: Model) -> tuple[object, ...]:
    """Everything of a description that the profile depends on."""
    kinds = tuple(sorted((name, feature.kind) for name, feature in model.features.items() if feature.kind))
    return (model.reference, model.grain, model.timezone, model.segments.columns, kinds)


def key_sql(model: Model) -> str:
    """SQL of the profile key of a row."""
    return "date_trunc('hour', _predicted_at)" if model.grain == "hour" else "CAST(_day AS TIMESTAMP)"


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


def rebuild(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Fit the grids on the reference's rows and profile the whole log again."""
    for table in ("profile", "unseen", "grids", "grid_categories", "segments"):
        cursor.execute(named("DELETE FROM {schema}.{table}", schema=model.name, table=table))
    where = _in_reference(model)
    kinds = layout.profiled(layout.features(cursor, model))
    if where is None or not kinds or not _any(cursor, _rows(model, where)):
        return
    requests = named("{schema}.requests", schema=model.name)
    grids.write(cursor, model.name, grids.fit(cursor, requests, kinds, where=f"({where})"))
    for name in model.segments.columns:
        if name in kinds:
            text = composed(_CHOOSE, {"relation": _rows(model, where)}, schema=model.name, column=name)
            cursor.execute(text, {"name": name, "most": SEGMENT_VALUES})
    _append(cursor, model, requests, grids.read(cursor, model.name))


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
    _choose(cursor, keys)
    among = f"{key_sql(model)} IN {_CHOSEN}"
    _forget_chosen(cursor, model, "volume")
    _count_volume(cursor, model, among)
    reference = reference_window(model)
    inside = reference is not None and any(reference.holds(key) for key in keys)
    if inside and not frozen(cursor, model):
        return True
    for table in ("profile", "unseen"):
        _forget_chosen(cursor, model, table)
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
    row = cursor.execute("SELECT raw_from FROM models WHERE name = $name", {"name": model.name}).fetchone()
    if row is None or row[0] is None:
        return False
    start, stop = reference_days(model) or (row[0], row[0])
    bounds = {
        name: _key_at(day, model) for name, day in (("first", row[0]), ("start", start), ("stop", stop))
    }
    return cursor.execute(named(_LOST, schema=model.name), bounds).fetchone() is not None


def filling(cursor: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """Whether the log has not come past the end of the reference yet."""
    window, last = reference_window(model), span(cursor, model)[1]
    return window is not None and last is not None and last < window.stop


def tidy(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Merge the partial rows of closed chunks when they have become many."""
    profile.compact(cursor, model.name)


def reference_window(model: Model) -> windows.Window | None:
    """The reference as a window of profile keys."""
    if model.reference is None:
        return None
    start, stop = model.reference.start, model.reference.stop
    if model.grain == "hour":
        start, stop = (
            windows.key_of(at.replace(tzinfo=at.tzinfo or model.zone), "hour", model.zone)
            for at in (start, stop)
        )
    return windows.Window(start.replace(tzinfo=None), stop.replace(tzinfo=None))


def reference_days(model: Model) -> tuple[dt.date, dt.date] | None:
    """The local days that hold rows of the reference, half-open."""
    window = reference_window(model)
    if window is None:
        return None
    ends = (window.start, window.stop - dt.timedelta(microseconds=1))
    if model.grain == "hour":
        ends = tuple(windows.key_of(end, "day", model.zone) for end in ends)
    return ends[0].date(), ends[1].date() + dt.timedelta(days=1)


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
    return composed(_ROWS, {"where": where}, schema=model.name)


def _from_file(file: int) -> str:
    return f"_file = {int(file)}"


def _append(cursor: duckdb.DuckDBPyConnection, model: Model, relation: str, known: list[grids.Grid]) -> None:
    chosen = list(segments(cursor, model).items())
    profile.append(cursor, model.name, relation, known, grain=model.grain, segments=chosen)


def _choose(cursor: duckdb.DuckDBPyConnection, keys: Sequence[dt.datetime]) -> None:
    """Put keys where a statement can look them up."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE chosen (key TIMESTAMP)")
    cursor.execute("INSERT INTO chosen SELECT unnest($keys)", {"keys": list(keys)})


def _forget_chosen(cursor: duckdb.DuckDBPyConnection, model: Model, table: str) -> None:
    text = "DELETE FROM {schema}.{table} WHERE chunk IN {chosen}"
    cursor.execute(composed(text, {"chosen": _CHOSEN}, schema=model.name, table=table))


def _in_reference(model: Model) -> str | None:
    """SQL that is true for the rows of the reference."""
    window = reference_window(model)
    if window is None:
        return None
    days = ""
    if model.grain == "day":
        days = f"_day >= DATE '{window.start:%Y-%m-%d}' AND _day < DATE '{window.stop:%Y-%m-%d}' AND "
    key = key_sql(model)
    return f"{days}{key} >= TIMESTAMP '{window.start}' AND {key} < TIMESTAMP '{window.stop}'"


def _touches_reference(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> bool:
    where = _in_reference(model)
    return where is not None and _any(cursor, _rows(model, f"{_from_file(file)} AND {where}"))


def _count_volume(cursor: duckdb.DuckDBPyConnection, model: Model, where: str) -> None:
    for table, version in (("requests", "''"), ("predictions", "_version")):
        parts = {"key": key_sql(model), "version": version, "where": where}
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
