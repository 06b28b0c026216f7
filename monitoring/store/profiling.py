"""Keeping the profile of a model in step with its log.

A file's rows are profiled in the transaction that stores them. What the profile is made of (the frozen grids, the
segment values) comes from the reference's rows; when those change, the profile is marked stale and made again once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import pandas as pd

from monitoring import windows
from monitoring.models import Kind, Model
from monitoring.store import grids, layout, profile
from monitoring.store.sql import quoted

SEGMENT_VALUES = 20


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables of a profile."""
    grids.create(cursor, schema)
    profile.create(cursor, schema)
    cursor.execute(f"CREATE TABLE {quoted(schema)}.segments (name VARCHAR, value VARCHAR, position INTEGER)")
    cursor.execute(
        f"CREATE TABLE {quoted(schema)}.volume "
        "(chunk TIMESTAMP, version VARCHAR, n BIGINT, first_at TIMESTAMP, last_at TIMESTAMP)"
    )


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
        Whether the profile has to be made anew instead, because the file has rows of the reference.
    """
    schema = quoted(model.name)
    _count_volume(cursor, model, f"_file = {int(file)}")
    if model.reference is None or _touches_reference(cursor, model, file):
        return model.reference is not None
    known = grids.read(cursor, model.name)
    if not known:
        return False
    known = _with_new_features(cursor, model, known)
    relation = f"(SELECT * FROM {schema}.requests WHERE _file = {int(file)})"
    profile.append(
        cursor, model.name, relation, known, grain=model.grain, segments=list(segments(cursor, model).items())
    )
    return False


def rebuild(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Fit the grids on the reference's rows and profile the whole log again."""
    schema = quoted(model.name)
    for table in ("profile", "unseen", "grids", "grid_categories", "segments"):
        cursor.execute(f"DELETE FROM {schema}.{table}")
    where = _in_reference(model)
    kinds = layout.profiled(layout.features(cursor, model))
    if where is None or not kinds or not _any(cursor, f"{schema}.requests WHERE {where}"):
        return
    relation = f"(SELECT * FROM {schema}.requests WHERE {where})"
    grids.write(cursor, model.name, grids.fit(cursor, relation, kinds))
    for name in model.segments.columns:
        if name in kinds:
            _choose_segments(cursor, schema, relation, name)
    profile.append(
        cursor, model.name, f"{schema}.requests", grids.read(cursor, model.name),
        grain=model.grain, segments=list(segments(cursor, model).items()),
    )  # fmt: skip


def replace_keys(cursor: duckdb.DuckDBPyConnection, model: Model, keys: Sequence[dt.datetime]) -> bool:
    """Make the profile of some chunks again from the rows that are left.

    Returns
    -------
    bool
        Whether the whole profile must be made anew, because the chunks are the reference's.
    """
    if not keys:
        return False
    schema, chosen = quoted(model.name), _listed(cursor, keys)
    cursor.execute(f"DELETE FROM {schema}.volume WHERE chunk IN {chosen}")
    _count_volume(cursor, model, f"{key_sql(model)} IN {chosen}")
    reference = reference_window(model)
    if reference is not None and any(reference.holds(key) for key in keys):
        return True
    for table in ("profile", "unseen"):
        cursor.execute(f"DELETE FROM {schema}.{table} WHERE chunk IN {chosen}")
    known = grids.read(cursor, model.name)
    if known:
        relation = f"(SELECT * FROM {schema}.requests WHERE {key_sql(model)} IN {chosen})"
        profile.append(
            cursor,
            model.name,
            relation,
            known,
            grain=model.grain,
            segments=list(segments(cursor, model).items()),
        )
    return False


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


def span(
    cursor: duckdb.DuckDBPyConnection, model: Model
) -> tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None, dt.datetime | None, int]:
    """First and last key, newest prediction and label in UTC, and the number of requests."""
    schema = quoted(model.name)
    first, last, until, rows = cursor.execute(
        f"SELECT min(chunk), max(chunk), max(last_at), coalesce(sum(n), 0) FROM {schema}.volume WHERE version = ''"
    ).fetchone() or (None, None, None, 0)
    row = cursor.execute(f"SELECT max(_labelled_at) FROM {schema}.labels").fetchone()
    labelled = row[0] if row else None
    return first, last, _utc(until), _utc(labelled), int(rows)


def volume(cursor: duckdb.DuckDBPyConnection, model: Model) -> pd.DataFrame:
    """Predictions per profile key and version, and the newest of them; the version '' counts requests."""
    return cursor.execute(
        f"SELECT chunk, version, CAST(sum(n) AS BIGINT) AS n, max(last_at) AS last_at FROM {quoted(model.name)}.volume "
        "GROUP BY chunk, version ORDER BY chunk, version"
    ).df()


def segments(cursor: duckdb.DuckDBPyConnection, model: Model) -> dict[str, tuple[str, ...]]:
    """The values of each segment column that have a profile of their own, most frequent first."""
    rows = cursor.execute(
        f"SELECT name, value FROM {quoted(model.name)}.segments ORDER BY name, position"
    ).fetchall()
    found: dict[str, tuple[str, ...]] = {}
    for name, value in rows:
        found[name] = (*found.get(name, ()), value)
    return found


def _utc(at: dt.datetime | None) -> dt.datetime | None:
    return at.replace(tzinfo=windows.UTC) if at else None


def _any(cursor: duckdb.DuckDBPyConnection, clause: str) -> bool:
    return cursor.execute(f"SELECT 1 FROM {clause} LIMIT 1").fetchone() is not None


def _listed(cursor: duckdb.DuckDBPyConnection, keys: Sequence[dt.datetime]) -> str:
    """Put keys where a statement can look them up."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE chosen (key TIMESTAMP)")
    cursor.execute("INSERT INTO chosen SELECT unnest($keys)", {"keys": list(keys)})
    return "(SELECT key FROM chosen)"


def _in_reference(model: Model) -> str | None:
    """SQL that is true for the rows of the reference."""
    window = reference_window(model)
    if window is None:
        return None
    days = ""
    if model.grain == "day":
        days = f"_day >= DATE '{window.start:%Y-%m-%d}' AND _day < DATE '{window.stop:%Y-%m-%d}' AND "
    return f"{days}{key_sql(model)} >= TIMESTAMP '{window.start}' AND {key_sql(model)} < TIMESTAMP '{window.stop}'"


def _touches_reference(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> bool:
    where = _in_reference(model)
    return where is not None and _any(
        cursor, f"{quoted(model.name)}.requests WHERE _file = {int(file)} AND {where}"
    )


def _count_volume(cursor: duckdb.DuckDBPyConnection, model: Model, where: str) -> None:
    schema, key = quoted(model.name), key_sql(model)
    for table, version in (("requests", "''"), ("predictions", "_version")):
        cursor.execute(
            f"INSERT INTO {schema}.volume SELECT {key}, {version}, count(*), min(_predicted_at), max(_predicted_at) "
            f"FROM {schema}.{table} WHERE {where} GROUP BY ALL"
        )


def _choose_segments(cursor: duckdb.DuckDBPyConnection, schema: str, relation: str, name: str) -> None:
    column = quoted(name)
    cursor.execute(
        f"INSERT INTO {schema}.segments SELECT $name, value, row_number() OVER (ORDER BY n DESC, value) - 1 "
        f"FROM (SELECT CAST({column} AS VARCHAR) AS value, count(*) AS n FROM {relation} "
        f"WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT {SEGMENT_VALUES})",
        {"name": name},
    )


def _with_new_features(
    cursor: duckdb.DuckDBPyConnection, model: Model, known: list[grids.Grid]
) -> list[grids.Grid]:
    """Give features that the reference never had an empty grid, and count them as missing in older chunks."""
    kinds: dict[str, Kind] = layout.profiled(layout.features(cursor, model))
    fresh = {name: kind for name, kind in kinds.items() if name not in {grid.feature for grid in known}}
    if not fresh:
        return known
    schema = quoted(model.name)
    grids.write(
        cursor, model.name, grids.fit(cursor, f"(SELECT * FROM {schema}.requests WHERE FALSE)", fresh)
    )
    profile.backfill(cursor, model.name, known[0].feature, list(fresh))
    return grids.read(cursor, model.name)
