"""Features whose kind is stated anew: what is stored of them is converted, or the change is refused."""

from __future__ import annotations

import duckdb

from monitoring.models import Model
from monitoring.store import layout
from monitoring.store.conversion import canonical, text_number
from monitoring.store.errors import Refused
from monitoring.store.layout import Column
from monitoring.store.mapping import STORAGE
from monitoring.store.sql import composed, named, quoted

_MISFITS = "SELECT count(*) FROM {schema}.{table} WHERE {misfit}"
_ALTER = "ALTER TABLE {schema}.{table} ALTER {column} SET DATA TYPE {storage} USING {value}"
_NOTE = "UPDATE {schema}.columns SET storage = $storage WHERE name = $name"


def retype(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Store every feature as the kind that holds now needs it; call inside a transaction.

    Raises
    ------
    Refused
        If stored text is to become numbers and is none.
    """
    for column in layout.features(cursor, model).values():
        if column.kind is None:
            continue
        storage = STORAGE.get(column.kind, "VARCHAR")  # pyright: ignore[reportArgumentType,reportCallIssue]
        if storage != column.storage:
            _convert(cursor, model, column, storage)


def _convert(cursor: duckdb.DuckDBPyConnection, model: Model, column: Column, storage: str) -> None:
    source = quoted(column.name)
    value = canonical(source, "number")
    if storage == "DOUBLE":
        number = text_number(source)
        value = number.value
        _refuse_misfits(cursor, model, column, number.misfit or "FALSE")
    for table in layout.OF_FEATURES:
        parts = {"storage": storage, "value": value}
        cursor.execute(composed(_ALTER, parts, schema=model.name, table=table, column=column.name))
    cursor.execute(named(_NOTE, schema=model.name), {"storage": storage, "name": column.name})


def _refuse_misfits(cursor: duckdb.DuckDBPyConnection, model: Model, column: Column, misfit: str) -> None:
    count = 0
    for table in layout.OF_FEATURES:
        row = cursor.execute(
            composed(_MISFITS, {"misfit": misfit}, schema=model.name, table=table)
        ).fetchone()
        count += row[0] if row else 0
    if count:
        raise Refused(
            f"{model.name}: {count:,} stored values of feature {column.name!r} are no numbers, so its kind "
            f"cannot be {column.kind!r}; forget the files that brought them, or leave the kind as it was"
        )
