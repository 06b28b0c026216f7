"""SQL from parts: names are quoted here and nowhere else, values are always bound."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

Array = np.ndarray[Any, np.dtype[Any]]
QUERIES = Path(__file__).with_name("queries")
_BATCH = "_lookout_batch"


def quoted(name: str) -> str:
    """An identifier that is safe inside SQL, whatever it holds.

    Parameters
    ----------
    name : str
        The name of a schema, table or column.

    Returns
    -------
    str
        The name between double quotes, its own double quotes doubled.

    Raises
    ------
    ValueError
        If the name is empty or holds a NUL character, which no identifier can.

    Examples
    --------
    >>> print(quoted('delay"; DROP TABLE flights; --'))
    "delay""; DROP TABLE flights; --"
    """
    if not name or "\0" in name:
        raise ValueError(f"not a usable name: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def named(text: str, **names: str) -> str:
    """Fill the places of a statement with identifiers.

    Parameters
    ----------
    text : str
        SQL with a ``{place}`` for each identifier.
    **names : str
        The identifier of each place, unquoted.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If a place has no name.
    ValueError
        If a name cannot be an identifier.

    Examples
    --------
    >>> named("SELECT 1 FROM {schema}.profile", schema="flights")
    'SELECT 1 FROM "flights".profile'
    """
    return text.format_map({place: quoted(name) for place, name in names.items()})


@functools.cache
def _file(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text("utf-8")


def query(name: str, **names: str) -> str:
    """A query of the folder ``queries``, its places filled with identifiers.

    Parameters
    ----------
    name : str
        The file, without its ending.
    **names : str
        The identifier of each place, unquoted.

    Raises
    ------
    FileNotFoundError
        If there is no such query.

    Examples
    --------
    >>> print(query("labelled", schema="flights").splitlines()[-1])
    FROM "flights".labels WHERE _source = 'log'
    """
    return named(_file(name), **names)


def text(value: str) -> str:
    """A text literal, for the few statements that bind no values, such as ATTACH.

    Examples
    --------
    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def composed(text: str, parts: Mapping[str, str], **names: str) -> str:
    """Fill the places of a statement with identifiers and with pieces of SQL that this package made itself.

    Parameters
    ----------
    text : str
        SQL with a ``{place}`` for each piece and identifier.
    parts : mapping of str to str
        SQL of each piece, taken as it is: expressions and lists of quoted columns, never anything from data.
    **names : str
        The identifier of each other place, unquoted.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If a place has neither.
    ValueError
        If a name cannot be an identifier.

    Examples
    --------
    >>> columns = {"columns": listed(["age", "from"])}
    >>> composed("SELECT {columns} FROM {schema}.requests", columns, schema="churn")
    'SELECT "age", "from" FROM "churn".requests'
    """
    return text.format_map({**parts, **{place: quoted(name) for place, name in names.items()}})


def listed(names: Iterable[str]) -> str:
    """Identifiers with commas between them.

    Examples
    --------
    >>> listed(["age", "from"])
    '"age", "from"'
    """
    return ", ".join(quoted(name) for name in names)


class Values:
    """Values bound to a statement that is put together piece by piece.

    Examples
    --------
    >>> values = Values()
    >>> values.bind(0.5), values.bind("JFK")
    ('$1', '$2')
    >>> values.bound
    [0.5, 'JFK']
    """

    def __init__(self) -> None:
        self.bound: list[object] = []

    def bind(self, value: object) -> str:
        """Keep a value and return the placeholder that stands for it."""
        self.bound.append(value)
        return f"${len(self.bound)}"


def fetched(cursor: duckdb.DuckDBPyConnection, text: str, bound: Sequence[object] = ()) -> dict[str, Array]:
    """The columns of a query's result as arrays, masked where a number is NULL."""
    found = cursor.execute(text, list(bound)).fetchnumpy()
    return {name: column for name, column in found.items() if isinstance(column, np.ndarray)}


def arrow(cursor: duckdb.DuckDBPyConnection, text: str, bound: dict[str, object]) -> pa.Table:
    """A query's result as an Arrow table, lists included, without a copy of its rows."""
    cursor.abort()  # a relation is refused while rows of an earlier statement are unread
    return cursor.sql(text, params=bound).to_arrow_table()


def insert(cursor: duckdb.DuckDBPyConnection, schema: str, table: str, rows: pa.Table) -> None:
    """Append an Arrow table to a table of the same columns in the same order.

    Parameters
    ----------
    cursor : duckdb cursor
    schema, table : str
        Unquoted.
    rows : pyarrow.Table
    """
    cursor.register(_BATCH, rows)
    try:
        cursor.execute(
            named(
                "INSERT INTO {schema}.{table} SELECT * FROM {batch}", schema=schema, table=table, batch=_BATCH
            )
        )
    finally:
        cursor.unregister(_BATCH)
