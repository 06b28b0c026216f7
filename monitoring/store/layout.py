"""The tables of one model: wide, typed, append only, in a schema of the model's name.

Columns that start with an underscore are Lookout's own; all others are the model's features. There are no
primary keys: ingest keeps ids unique by an anti-join within the days a file touches, at a tenth of the cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from monitoring.models import Kind, Model
from monitoring.store.sql import composed, named, quoted

_REQUESTS = """
CREATE TABLE {schema}.requests{suffix} (_id VARCHAR, _predicted_at TIMESTAMP, _day DATE, _file INTEGER)"""
_PREDICTIONS = """
CREATE TABLE {schema}.predictions{suffix} (
    _id VARCHAR, _version VARCHAR, _predicted_at TIMESTAMP, _day DATE, _score DOUBLE, _prediction {label},
    _latency DOUBLE, _file INTEGER{scores})"""
_LABELS = """
CREATE TABLE {schema}.labels (
    _id VARCHAR, _label {label}, _labelled_at TIMESTAMP, _source VARCHAR, _file INTEGER)"""
_COLUMNS = "CREATE TABLE {schema}.columns (name VARCHAR, storage VARCHAR, kind VARCHAR)"
_OF_A_FEATURE = {
    "columns": "name",
    "profile": "feature",
    "unseen": "feature",
    "grids": "feature",
    "grid_categories": "feature",
}
_COLUMN_FILES = "CREATE TABLE {schema}.column_files (name VARCHAR, file INTEGER, typed BOOLEAN)"
RAW_TABLES = ("requests", "predictions", "labels", "requests_spare", "predictions_spare")


@dataclass(frozen=True)
class Column:
    """A feature as the store keeps it.

    Attributes
    ----------
    storage : {'DOUBLE', 'VARCHAR'}
    kind : str or None
        None when every value so far is missing; ``unsupported`` when no method can profile it.
    declared : bool
        Whether the model's file states the kind, so that values are converted rather than questioned.
    """

    name: str
    storage: str
    kind: Kind | str | None
    declared: bool = False


def create(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make the raw tables of a model that is new."""
    label = "DOUBLE" if model.task == "regression" else "VARCHAR"
    scores = "".join(f", {quoted(score_column(name))} DOUBLE" for name in model.classes)
    cursor.execute(named("CREATE SCHEMA IF NOT EXISTS {schema}", schema=model.name))
    for suffix in ("", "_spare"):
        for text in (_REQUESTS, _PREDICTIONS):
            cursor.execute(
                composed(text, {"suffix": suffix, "label": label, "scores": scores}, schema=model.name)
            )
    for text in (_LABELS, _COLUMNS, _COLUMN_FILES):
        cursor.execute(composed(text, {"label": label}, schema=model.name))


def drop(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Delete a model's tables."""
    cursor.execute(named("DROP SCHEMA IF EXISTS {schema} CASCADE", schema=name))


def score_column(label: str) -> str:
    """Where the probability of a class is kept.

    Examples
    --------
    >>> score_column("late")
    '_score.late'
    """
    return f"_score.{label}"


def features(cursor: duckdb.DuckDBPyConnection, model: Model) -> dict[str, Column]:
    """The features that a model's log has shown so far, in the order of their appearance."""
    text = named("SELECT name, storage, kind FROM {schema}.columns ORDER BY rowid", schema=model.name)
    rows = cursor.execute(text).fetchall()
    return {name: Column(name, storage, *_declared(model, name, kind)) for name, storage, kind in rows}


def _declared(model: Model, name: str, kind: str | None) -> tuple[Kind | str | None, bool]:
    stated = model.features[name].kind if name in model.features else None
    return (stated, True) if stated else (kind, False)


def profiled(columns: dict[str, Column]) -> dict[str, Kind]:
    """The features that get a profile, with their kinds; one without any value yet counts as numeric.

    Examples
    --------
    >>> profiled({"age": Column("age", "DOUBLE", None), "memo": Column("memo", "VARCHAR", "unsupported")})
    {'age': 'numeric'}
    """
    found: dict[str, Kind] = {}
    for name, column in columns.items():
        if column.kind in ("numeric", "ordinal", "binary", "categorical"):
            found[name] = column.kind  # pyright: ignore[reportArgumentType]
        elif column.kind is None:
            found[name] = "numeric"
    return found


def add_columns(cursor: duckdb.DuckDBPyConnection, schema: str, columns: Sequence[Column]) -> None:
    """Make room for features that appear for the first time; older rows lack them."""
    for column in columns:
        _alter(cursor, schema, "ADD COLUMN {column} {storage}", column.name, column.storage)
        cursor.execute(
            named("INSERT INTO {schema}.columns VALUES ($name, $storage, $kind)", schema=schema),
            {"name": column.name, "storage": column.storage, "kind": column.kind},
        )


def retype(cursor: duckdb.DuckDBPyConnection, schema: str, column: Column) -> None:
    """Give a feature that never had a value the type of its first one."""
    _alter(cursor, schema, "ALTER {column} SET DATA TYPE {storage}", column.name, column.storage)
    cursor.execute(
        named(
            "UPDATE {schema}.columns SET storage = $storage, kind = $kind WHERE name = $name", schema=schema
        ),
        {"name": column.name, "storage": column.storage, "kind": column.kind},
    )


def note_columns(cursor: duckdb.DuckDBPyConnection, schema: str, file: int, typed: dict[str, bool]) -> None:
    """Remember which features a file had, and whether it could tell their type."""
    text = named("INSERT INTO {schema}.column_files VALUES ($name, $file, $typed)", schema=schema)
    for name, known in typed.items():
        cursor.execute(text, {"name": name, "file": file, "typed": known})


def drop_columns(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> None:
    """Drop the features that only a forgotten file had; those that only it could type have no type again."""
    schema = model.name
    cursor.execute(
        named("DELETE FROM {schema}.column_files WHERE file = $file", schema=schema), {"file": file}
    )
    text = named("SELECT name, bool_or(typed) FROM {schema}.column_files GROUP BY name", schema=schema)
    left = dict(cursor.execute(text).fetchall())
    for name in features(cursor, model):
        if name not in left:
            _alter(cursor, schema, "DROP COLUMN {column}", name)
            for table, column in _OF_A_FEATURE.items():
                cursor.execute(
                    named(
                        "DELETE FROM {schema}.{table} WHERE {column} = $name",
                        schema=schema,
                        table=table,
                        column=column,
                    ),
                    {"name": name},
                )
        elif not left[name]:
            retype(cursor, schema, Column(name, "DOUBLE", None))


def _alter(
    cursor: duckdb.DuckDBPyConnection, schema: str, change: str, column: str, storage: str = ""
) -> None:
    """Change a column of the requests, and of those that are set aside."""
    for table in ("requests", "requests_spare"):
        text = "ALTER TABLE {schema}.{table} " + change
        cursor.execute(composed(text, {"storage": storage}, schema=schema, table=table, column=column))
