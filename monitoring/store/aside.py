"""A store in memory that knows one model's reference and nothing of its log, for rows that are not kept.

A batch is taken into it by the code that takes files into the real store, so that every page's question can
be asked of it. All of its rows stand on one day, which lies behind the reference: a batch is one chunk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import catalogue, layout, migrations, reference_rows
from monitoring.store.database import CATALOG, SETTINGS, prepared
from monitoring.store.sql import arrow, composed, named, quoted
from monitoring.store.store import Store
from monitoring.store.transactions import snapshot
from monitoring.store.version_references import windows_of

WHOLE = "segment_column = ''"  # segments are not asked for
_KNOWN = {
    "column_files": "file IN (SELECT file FROM files WHERE model = $model AND ({files}))",
    "grids": "TRUE",
    "grid_categories": "TRUE",
    "profile": f"{WHOLE} AND ({{chunks}})",
    "reference_profile": WHOLE,
    "volume": "{chunks}",
    "counters": "{chunks}",
    "outlier_fit": "TRUE",
    "outlier_features": "TRUE",
    "outlier_counts": "{chunks}",
    "score_grids": "TRUE",
    "scores": f"{WHOLE} AND beside = '' AND ({{chunks}})",
    "reference_scores": WHOLE,
}
"""What is carried over of a model, by table."""
_SELECT = "SELECT * FROM {schema}.{table} WHERE {where}"
_VERSIONS = """
SELECT * FROM {schema}.reference_predictions WHERE {told}
QUALIFY row_number() OVER (PARTITION BY _version) = 1"""
_INSERT = "INSERT INTO {schema}.{table} BY NAME SELECT * FROM {batch}"
_BATCH = "_lookout_carried"
_FILES = "SELECT * FROM files WHERE model = $model AND ({files})"
_SETTLED = "UPDATE models SET stale = FALSE, scores_stale = FALSE"


@contextmanager
def empty() -> Iterator[Store]:
    """A store in memory, with the bounds of memory and processors that the real one has.

    What does not fit goes to a folder that is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="lookout-") as folder:
        settings = {**SETTINGS, "temp_directory": folder}
        connection = duckdb.connect(":memory:", config=settings)
        try:
            connection.execute(named("ATTACH ':memory:' AS {catalog}", catalog=CATALOG))
            migrations.apply(prepared(connection, CATALOG))
            yield Store(Path(folder) / "lookout.duckdb", connection)
        finally:
            connection.close()


@contextmanager
def beside(store: Store, name: str) -> Iterator[Store]:
    """A store in memory that knows a model and its reference as another store does.

    Parameters
    ----------
    store : Store
        Is only read.
    name : str
        The model.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    """
    model, toml = store.model(name), store.toml(name)
    with empty() as aside:
        with store.cursor() as source, aside.writing() as target:
            _carry(source, target, model, toml)
        yield aside


def _carry(
    source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, model: Model, toml: str
) -> None:
    """Copy what is known of the reference."""
    catalogue.register(target, toml)
    target.execute(_SETTLED)
    with snapshot(source):
        layout.add_columns(target, model.name, list(layout.features(source, model).values()))
        parts = {"chunks": _chunks(source, model), "files": _files(model)}
        _copy(source, target, "main", "files", composed(_FILES, parts), model)
        for table, where in _KNOWN.items():
            text = composed(_SELECT, {"where": where.format_map(parts)}, schema=model.name, table=table)
            _copy(source, target, model.name, table, text, model)
        told = [quoted(layout.score_column(one)) for one in model.classes]
        told = " OR ".join(f"{one} IS NOT NULL" for one in ("_score", "_prediction", *told))
        text = composed(_VERSIONS, {"told": told}, schema=model.name)
        _copy(source, target, model.name, "reference_predictions", text, model)


def _copy(
    source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, schema: str, table: str, text: str,
    model: Model,
) -> None:  # fmt: skip
    bound: dict[str, object] = {"model": model.name} if "$model" in text else {}
    rows: pa.Table = arrow(source, text, bound)
    if not len(rows):
        return
    target.register(_BATCH, rows)
    try:  # by name: a store that grew by migrations has its columns in another order
        target.execute(named(_INSERT, schema=schema, table=table, batch=_BATCH))
    finally:
        target.unregister(_BATCH)


def _chunks(source: duckdb.DuckDBPyConnection, model: Model) -> str:
    """SQL that is true for the profile keys on which the model, or one version, is known to be healthy."""
    found = [reference_rows.reference_window(model), *windows_of(source, model).values()]
    terms = [
        f"(chunk >= TIMESTAMP '{one.start}' AND chunk < TIMESTAMP '{one.stop}')"
        for one in dict.fromkeys(found) if one is not None
    ]  # fmt: skip
    return " OR ".join(terms) or "FALSE"


def _files(model: Model) -> str:
    """SQL that is true for the files that brought rows of the reference."""
    days = reference_rows.days(model).get("")
    terms = ["kind = 'reference'"]
    if days:
        terms.append(f"(first_day < DATE '{days[1]}' AND last_day >= DATE '{days[0]}')")
    return " OR ".join(terms)


def known_ids(store: Store, name: str, ids: pa.Array | pa.ChunkedArray) -> int:
    """How many of some ids the log holds already.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    ids : Arrow array of str
    """
    model = store.model(name)
    text = named(
        "SELECT count(DISTINCT _id) FROM {schema}.requests SEMI JOIN _lookout_ids USING (_id)",
        schema=model.name,
    )
    with store.cursor() as cursor:
        cursor.register("_lookout_ids", pa.table({"_id": ids}))
        try:
            (row,) = cursor.execute(text).fetchall()
        finally:
            cursor.unregister("_lookout_ids")
    return int(row[0])


__all__ = ["beside", "empty", "known_ids"]
