"""What was asked of the database: the statements that some work runs, kept only while somebody looks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from monitoring.store.sql import quoted, text

MOST = 1000
"""Values of one list that are written out."""


@dataclass(frozen=True)
class Statement:
    """A statement that ran, with what was bound to it.

    Attributes
    ----------
    sql : str
    bound : mapping or sequence
        Values by name, or in the order of their places.
    """

    sql: str
    bound: Mapping[str, Any] | Sequence[Any] = ()


_SEEN: ContextVar[list[Statement] | None] = ContextVar("statements", default=None)


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Keep every statement that this thread runs until the block ends, in the order in which they ran.

    Outside such a block nothing is kept and nothing is slower.
    """
    seen: list[Statement] = []
    token = _SEEN.set(seen)
    try:
        yield seen
    finally:
        _SEEN.reset(token)


def watched(cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The cursor itself, or while statements are recorded one that keeps what it runs."""
    seen = _SEEN.get()
    return cursor if seen is None else _Watched(cursor, seen)  # type: ignore[return-value]


class _Watched:
    """A cursor that writes down what it is asked; everything else is the cursor's own."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, seen: list[Statement]) -> None:
        self._cursor = cursor
        self._seen = seen

    def execute(self, query: Any, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        """As the cursor does."""
        self._keep(query, parameters)
        return self._cursor.execute(query, parameters)

    def sql(self, query: Any, *, params: Any = None) -> duckdb.DuckDBPyRelation:
        """As the cursor does."""
        self._keep(query, params)
        return self._cursor.sql(query, params=params)

    def _keep(self, query: Any, bound: Any) -> None:
        if isinstance(query, str):
            self._seen.append(Statement(query, bound if bound is not None else ()))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __enter__(self) -> _Watched:
        self._cursor.__enter__()
        return self

    def __exit__(self, *given: Any) -> None:
        self._cursor.__exit__(*given)


def written(statements: Sequence[Statement], hidden: frozenset[str] = frozenset()) -> str:
    r"""Statements as a script for DuckDB, their bound values written out; each once, however often it ran.

    Parameters
    ----------
    statements : sequence of Statement
    hidden : frozenset of str
        Values that are written as ``(private)`` wherever they were bound.

    Examples
    --------
    >>> print(written([Statement("SELECT $n + 1", {"n": 2})]))
    PREPARE question AS
    SELECT $n + 1;
    EXECUTE question("n" := 2);
    DEALLOCATE question;
    >>> print(written([Statement("SELECT 1\n"), Statement("SELECT 1\n")]))
    SELECT 1;
    """
    parts = dict.fromkeys(_script(one, hidden) for one in statements)
    return "\n\n".join(parts)


def _script(one: Statement, hidden: frozenset[str]) -> str:
    sql = one.sql.strip().rstrip(";")
    if not len(one.bound):
        return f"{sql};"
    if isinstance(one.bound, Mapping):
        values = ", ".join(f"{quoted(name)} := {literal(value, hidden)}" for name, value in one.bound.items())
    else:
        values = ", ".join(literal(value, hidden) for value in one.bound)
    return f"PREPARE question AS\n{sql};\nEXECUTE question({values});\nDEALLOCATE question;"


def literal(value: Any, hidden: frozenset[str] = frozenset()) -> str:
    """A value as DuckDB reads it.

    Parameters
    ----------
    value : object
    hidden : frozenset of str
        Texts that are not shown.

    Examples
    --------
    >>> literal("it's"), literal(dt.datetime(2026, 1, 2)), literal([0.5, None]), literal(True)
    ("'it''s'", "TIMESTAMP '2026-01-02 00:00:00'", '[0.5, NULL]', 'true')
    >>> literal("ann@example.org", frozenset({"ann@example.org"}))
    "'(private)'"
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple | np.ndarray):
        shown = ", ".join(literal(one, hidden) for one in value[:MOST])
        more = len(value) - MOST
        return f"[{shown}{f' /* and {more} more */' if more > 0 else ''}]"
    if isinstance(value, str):
        return text("(private)" if value in hidden else value)
    return next((say(value) for kind, say in _SAID if isinstance(value, kind)), text(str(value)))


_SAID: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda value: "NULL"),
    (bool, lambda value: str(value).lower()),
    (int, repr),
    (float, lambda value: repr(value) if math.isfinite(value) else f"'{value}'::DOUBLE"),
    (dt.datetime, lambda value: f"TIMESTAMP{'TZ' if value.tzinfo else ''} '{value}'"),
    (dt.date, lambda value: f"DATE '{value}'"),
)
