"""The reference of every version: where its rows lie, and the grids of outputs that are laid out by them.

A version that the model's reference does not hold has one of its own: the window that the model's file names,
else its first four weeks.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np

from monitoring.models import Model
from monitoring.store import layout, pairing, reference_outputs, reference_rows
from monitoring.store.reference_rows import reference_window
from monitoring.store.score_grids import CLASS, CONFIDENCE, SCORE, ScoreGrid, probabilities, values
from monitoring.store.sql import Array, composed, named, quoted
from monitoring.windows import Window

FIRST_DAYS = 28
ROWS = 500_000  # of a reference that quantiles are taken from, drawn by the hash of their ids
_SPAN = """
SELECT min(chunk) FROM {schema}.volume WHERE version = $version"""
_WITHIN = """
SELECT 1 FROM {schema}.volume
WHERE version = $version AND chunk >= $start AND chunk < $stop LIMIT 1"""
_VERSIONS = "SELECT DISTINCT version FROM {schema}.volume WHERE version <> '' ORDER BY version"
_SAMPLE = """
SELECT {columns} FROM {schema}.{table} WHERE {where} AND hash(_id) % {every} = 0"""
_COUNT = "SELECT count(*) FROM {schema}.{table} WHERE {where}"


def windows_of(cursor: duckdb.DuckDBPyConnection, model: Model) -> dict[str, Window | None]:
    """The reference of every version as a window of profile keys; None where it is a file.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model

    Returns
    -------
    dict of str to Window or None
        By version. A window may lie partly ahead of the log.
    """
    rows = cursor.execute(named(_VERSIONS, schema=model.name)).fetchall()
    in_file = reference_outputs.versions(cursor, model)
    return {
        version: None
        if version in in_file and not reference_rows.version_window(model, version)
        else _window(cursor, model, version)
        for (version,) in rows
    }


def _window(cursor: duckdb.DuckDBPyConnection, model: Model, version: str) -> Window:
    stated = reference_rows.version_window(model, version)
    if stated:
        return stated
    common = reference_window(model)
    if common:
        given = {"version": version, "start": common.start, "stop": common.stop}
        if cursor.execute(named(_WITHIN, schema=model.name), given).fetchone():
            return common
    row = cursor.execute(named(_SPAN, schema=model.name), {"version": version}).fetchone()
    first = row[0] if row and row[0] else dt.datetime.min
    return Window(first, first + dt.timedelta(days=FIRST_DAYS))


def fitted(
    cursor: duckdb.DuckDBPyConnection, model: Model, version: str, window: Window | None
) -> list[ScoreGrid]:
    """Lay grids out for a version by the rows of its reference, and the cells of its pairs with others.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
    version : str
    window : Window or None
        Its profile keys; None where they are a file.
    """
    table, where = "reference_predictions", "_version = $version"
    if window is not None:
        key = layout.key_sql(model)
        table = "predictions"
        where += f" AND {key} >= TIMESTAMP '{window.start}' AND {key} < TIMESTAMP '{window.stop}'"
    columns = {name: layout.score_column(name) for name in model.classes} or {SCORE: "_score"}
    found = _sampled(cursor, model, table, where, list(columns.values()), {"version": version})
    largest = np.max([np.ma.filled(found[column], np.nan) for column in columns.values()], axis=0)
    pairing.write(cursor, model.name, version, _finite(largest))
    if model.task == "regression":
        scores = _finite(found["_score"])
        return values(version, scores) if len(scores) else []
    if model.task == "binary":
        return [probabilities(version, SCORE, _finite(found["_score"]), [model.threshold])]
    grids = [probabilities(version, CLASS + name, _finite(found[column])) for name, column in columns.items()]
    return [*grids, probabilities(version, CONFIDENCE, _finite(largest))]


def _sampled(
    cursor: duckdb.DuckDBPyConnection, model: Model, table: str, where: str, columns: list[str],
    given: dict[str, str],
) -> dict[str, Array]:  # fmt: skip
    names = {"schema": model.name, "table": table}
    row = cursor.execute(composed(_COUNT, {"where": where}, **names), given).fetchone()
    parts = {
        "columns": ", ".join(quoted(column) for column in columns),
        "where": where,
        "every": str(-(-(row[0] if row else 0) // ROWS) or 1),
    }
    text = composed(_SAMPLE, parts, **names)
    return {name: np.ma.asarray(column) for name, column in cursor.execute(text, given).fetchnumpy().items()}


def _finite(column: Array) -> Array:
    numbers = np.ma.filled(np.ma.asarray(column, dtype=float), np.nan)
    return numbers[np.isfinite(numbers)]
