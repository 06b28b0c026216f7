"""The tables of one model: wide, typed, append only, in a schema of the model's name.

Columns that start with an underscore are Lookout's own; all others are the model's features. There are no
primary keys: ingest keeps ids unique by an anti-join within the days a file touches, at a tenth of the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from monitoring.models import Feature, Kind, Model
from monitoring.store import grids, profile
from monitoring.store.grids import Grid
from monitoring.store.sql import composed, named, quoted

_REQUESTS = """
CREATE TABLE {schema}.{table} (_id VARCHAR, _predicted_at TIMESTAMP, _day DATE, _file INTEGER)"""
_PREDICTIONS = """
CREATE TABLE IF NOT EXISTS {schema}.{table} (
    _id VARCHAR, _version VARCHAR, _predicted_at TIMESTAMP, _day DATE, _score DOUBLE, _prediction {label},
    _latency DOUBLE, _error BOOLEAN, _file INTEGER{scores})"""
_LABELS = """
CREATE TABLE IF NOT EXISTS {schema}.{table} (
    _id VARCHAR, _label {label}, _labelled_at TIMESTAMP, _source VARCHAR, _file INTEGER)"""
_REFERENCE_ROWS = """
CREATE TABLE {schema}.reference_rows (
    _id VARCHAR, _predicted_at TIMESTAMP, _day DATE, _file INTEGER, _score DOUBLE{scores})"""
_COLUMNS = "CREATE TABLE {schema}.columns (name VARCHAR, storage VARCHAR, kind VARCHAR)"
_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})
_OF_A_FEATURE = {
    "columns": "name",
    "profile": "feature",
    "reference_profile": "feature",
    "unseen": "feature",
    "grids": "feature",
    "grid_categories": "feature",
}
_COLUMN_FILES = "CREATE TABLE {schema}.column_files (name VARCHAR, file INTEGER, typed BOOLEAN)"
_NEW_COLUMNS = """
INSERT INTO {schema}.columns
SELECT unnest($names::VARCHAR[]), unnest($storages::VARCHAR[]), unnest($kinds::VARCHAR[])"""
_NEW_COLUMN_FILES = """
INSERT INTO {schema}.column_files SELECT unnest($names::VARCHAR[]), $file, unnest($typed::BOOLEAN[])"""
OF_FEATURES = ("requests", "requests_spare", "reference_rows")  # tables with a column per feature
RAW_TABLES = ("requests", "predictions", "labels", "requests_spare", "predictions_spare", "labels_spare")
LABEL_IDENTITY = "_id, _label, _labelled_at, _source"  # two labels that agree in these are one
_NEVER_A_VALUE = """
UPDATE {schema}.{table} SET missing = n, non_finite = 0, counts = $counts, sums = $sums, total = $moment,
    square = $moment, minimum = NULL, maximum = NULL
WHERE feature = $name"""


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
    """Make the raw tables of a model that is new.

    ``reference_rows`` is like ``requests``, with the champion's output; it is empty unless the reference is a
    file, as are the tables of `create_reference_outputs`. A file without instants has neither
    ``_predicted_at`` nor ``_day``.
    """
    cursor.execute(named("CREATE SCHEMA IF NOT EXISTS {schema}", schema=model.name))
    for suffix in ("", "_spare"):
        cursor.execute(named(_REQUESTS, schema=model.name, table=f"requests{suffix}"))
        _create_outputs(cursor, model, f"predictions{suffix}", f"labels{suffix}")
    cursor.execute(composed(_REFERENCE_ROWS, {"scores": _scores(model)}, schema=model.name))
    create_reference_outputs(cursor, model)
    for text in (_COLUMNS, _COLUMN_FILES):
        cursor.execute(named(text, schema=model.name))


def create_reference_outputs(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make the tables of what versions said of the rows of a reference file, and of the labels of these."""
    _create_outputs(cursor, model, "reference_predictions", "reference_labels")


def _create_outputs(cursor: duckdb.DuckDBPyConnection, model: Model, predictions: str, labels: str) -> None:
    parts = {"label": "DOUBLE" if model.task == "regression" else "VARCHAR", "scores": _scores(model)}
    for text, table in ((_PREDICTIONS, predictions), (_LABELS, labels)):
        cursor.execute(composed(text, parts, schema=model.name, table=table))


def _scores(model: Model) -> str:
    """SQL of the columns that hold the probabilities of classes."""
    return "".join(f", {quoted(score_column(name))} DOUBLE" for name in model.classes)


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


def key_sql(model: Model, of: str = "") -> str:
    """SQL of the profile key of a row; ``of`` is the alias of its table, with a dot."""
    return (
        f"date_trunc('hour', {of}_predicted_at)" if model.grain == "hour" else f"CAST({of}_day AS TIMESTAMP)"
    )


def features(cursor: duckdb.DuckDBPyConnection, model: Model) -> dict[str, Column]:
    """The features that a model's log has shown so far, in the order of their appearance."""
    text = named("SELECT name, storage, kind FROM {schema}.columns ORDER BY rowid", schema=model.name)
    rows = cursor.execute(text).fetchall()
    return {name: Column(name, storage, *_declared(model, name, kind)) for name, storage, kind in rows}


def _declared(model: Model, name: str, kind: str | None) -> tuple[Kind | str | None, bool]:
    stated = described(model).get(folded(name))
    return (stated.kind, True) if stated and stated.kind else (kind, False)


def folded(name: str) -> str:
    """What two names have in common when the database takes them for one: only A to Z have no case there.

    Examples
    --------
    >>> folded("Âge in Years")
    'Âge in years'
    """
    return name.translate(_LOWER)


def described(model: Model) -> dict[str, Feature]:
    """What a model's file says of features, by their `folded` names."""
    return {folded(name): feature for name, feature in model.features.items()}


def spellings(model: Model, names: Iterable[str]) -> dict[str, str]:
    """How the store writes the names of a file's columns: like the model's file where that names them."""
    stated = (*model.features, *model.segments.columns, *model.exclude, *model.star)
    spelled = {folded(name): name for name in stated}
    return {name: spelled.get(folded(name), name) for name in names}


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
    if not columns:
        return
    for table in OF_FEATURES:
        _widen(cursor, schema, table, columns)
    cursor.execute(
        named(_NEW_COLUMNS, schema=schema),
        {
            "names": [column.name for column in columns],
            "storages": [column.storage for column in columns],
            "kinds": [column.kind for column in columns],
        },
    )


def _widen(cursor: duckdb.DuckDBPyConnection, schema: str, table: str, columns: Sequence[Column]) -> None:
    """Add columns to a table: one by one, but to an empty one all at once; hundreds would take seconds."""
    names = {"schema": schema, "table": table}
    if cursor.execute(named("SELECT 1 FROM {schema}.{table} LIMIT 1", **names)).fetchone() is None:
        # Not CREATE TABLE AS: DuckDB 2.0 keeps the bounds of the empty result when rows are then inserted in
        # parallel by the same transaction, and conditions on those columns find nothing.
        kept = [row[:2] for row in cursor.execute(named("DESCRIBE {schema}.{table}", **names)).fetchall()]
        kept += [(column.name, column.storage) for column in columns]
        columns_sql = ", ".join(f"{quoted(name)} {storage}" for name, storage in kept)
        text = "CREATE OR REPLACE TABLE {schema}.{table} ({columns})"
        cursor.execute(composed(text, {"columns": columns_sql}, **names))
        return
    for column in columns:
        text = "ALTER TABLE {schema}.{table} ADD COLUMN {column} {storage}"
        cursor.execute(composed(text, {"storage": column.storage}, **names, column=column.name))


def retype(cursor: duckdb.DuckDBPyConnection, schema: str, column: Column) -> None:
    """Give a feature another type, here and in the profile; no row that is left may have a value of it.

    What was profiled of it so far were missing values, so its partial rows stay, over an empty grid of the
    new kind.
    """
    _alter(
        cursor, schema, "ALTER {column} SET DATA TYPE {storage} USING CAST(NULL AS {storage})",
        column.name, column.storage,
    )  # fmt: skip
    cursor.execute(
        named(
            "UPDATE {schema}.columns SET storage = $storage, kind = $kind WHERE name = $name", schema=schema
        ),
        {"name": column.name, "storage": column.storage, "kind": column.kind},
    )
    _profile_anew(cursor, schema, column)


def _profile_anew(cursor: duckdb.DuckDBPyConnection, schema: str, column: Column) -> None:
    """Count a feature as missing wherever the profile counts rows."""
    known = [grid.feature for grid in grids.read(cursor, schema)]
    kind = profiled({column.name: column}).get(column.name)
    if not known:
        return
    if kind is None:
        for table in ("profile", "reference_profile", "unseen", "grids", "grid_categories"):
            _delete_feature(cursor, schema, table, column.name)
        return
    grid = Grid(column.name, kind)
    grids.write(cursor, schema, [grid])
    if column.name not in known:
        profile.backfill(cursor, schema, known[0], [column.name])
        return
    _delete_feature(cursor, schema, "unseen", column.name)
    moments = {"sums": [0.0] * grid.slots, "moment": 0.0} if grid.numeric else {"sums": [], "moment": None}
    given = {"name": column.name, "counts": [0] * grid.slots, **moments}
    for table in profile.TABLES:
        cursor.execute(named(_NEVER_A_VALUE, schema=schema, table=table), given)


def note_columns(cursor: duckdb.DuckDBPyConnection, schema: str, file: int, typed: dict[str, bool]) -> None:
    """Remember which features a file had, and whether it could tell their type."""
    cursor.execute(
        named(_NEW_COLUMN_FILES, schema=schema),
        {"names": list(typed), "file": file, "typed": list(typed.values())},
    )


def drop_columns(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> None:
    """Drop the features that only a forgotten file had; those that only it could type have no type again."""
    schema = model.name
    cursor.execute(
        named("DELETE FROM {schema}.column_files WHERE file = $file", schema=schema), {"file": file}
    )
    text = named("SELECT name, bool_or(typed) FROM {schema}.column_files GROUP BY name", schema=schema)
    left = dict(cursor.execute(text).fetchall())
    for name, column in features(cursor, model).items():
        if name not in left:
            _alter(cursor, schema, "DROP COLUMN {column}", name)
            for table in _OF_A_FEATURE:
                _delete_feature(cursor, schema, table, name)
        elif not left[name] and column.kind is not None:
            retype(cursor, schema, Column(name, "DOUBLE", None))


def _delete_feature(cursor: duckdb.DuckDBPyConnection, schema: str, table: str, name: str) -> None:
    text = "DELETE FROM {schema}.{table} WHERE {column} = $name"
    given = {"schema": schema, "table": table, "column": _OF_A_FEATURE[table]}
    cursor.execute(named(text, **given), {"name": name})


def _alter(
    cursor: duckdb.DuckDBPyConnection, schema: str, change: str, column: str, storage: str = ""
) -> None:
    """Change a column of the requests, of those that are set aside, and of the reference file's rows."""
    for table in OF_FEATURES:
        text = "ALTER TABLE {schema}.{table} " + change
        cursor.execute(composed(text, {"storage": storage}, schema=schema, table=table, column=column))
