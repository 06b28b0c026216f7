"""Rules of the model's file as SQL: what is true of a row that breaks one."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from monitoring.models import Model, ModelError
from monitoring.rules import Rule
from monitoring.store import expressions
from monitoring.store.layout import Column, folded
from monitoring.store.sql import composed, quoted, text

_SANDBOX = {"enable_external_access": False, "threads": 1, "memory_limit": "200MB"}
_ROWS = "(SELECT *{more} FROM {schema}.requests WHERE {where})"
_TRIED = "SELECT TRY({asked}) FROM (SELECT 1 AS _one{more}) LIMIT 0"
_ABSENT = ("DOUBLE", "VARCHAR")  # what an absent column may be taken for


@dataclass(frozen=True)
class Breach:
    """A rule as SQL.

    Attributes
    ----------
    rule : Rule
    value : str
        True for a row that breaks the rule, false for one that keeps it, NULL where a value is missing.
    absent : mapping of str to str
        Columns that the log does not have, with the type of the NULL that stands for them.
    trouble : str
        Why it cannot be asked, or empty.
    """

    rule: Rule
    value: str
    absent: Mapping[str, str]
    trouble: str = ""


def check(model: Model) -> None:
    """Refuse rules that can never be asked, whatever the log holds.

    Raises
    ------
    ModelError
        If an expression or a pattern is not what may be asked of a row; the message names the rule.
    """
    if not model.rules.listed:
        return
    with duckdb.connect(":memory:", config=_SANDBOX) as sandbox:
        for rule in model.rules.listed:
            try:
                if rule.kind == "row":
                    expressions.read(sandbox, str(rule.bound))
                elif rule.kind == "pattern":
                    sandbox.execute("SELECT regexp_full_match('', $1)", [rule.bound])
            except (duckdb.Error, expressions.ExpressionError) as error:
                place = f"rows.{rule.name}" if rule.kind == "row" else f"columns.{rule.column}.pattern"
                raise ModelError(f"rules.{place}: {str(error).splitlines()[0]}") from error


def written(model: Model, columns: Mapping[str, Column]) -> list[Breach]:
    """Every rule as SQL over the columns of a log.

    Parameters
    ----------
    model : Model
    columns : mapping of str to Column
        The features that the log has shown so far.
    """
    kept = tuple((folded(name), column.storage) for name, column in columns.items())
    return list(_all(model.rules.listed, kept)) if model.rules.listed else []


@functools.lru_cache(maxsize=64)
def _all(rules: tuple[Rule, ...], columns: tuple[tuple[str, str], ...]) -> tuple[Breach, ...]:
    """The rules over columns with their storage; the same for every file that brings no new column."""
    known = dict(columns)
    with duckdb.connect(":memory:", config=_SANDBOX) as sandbox:
        return tuple(_written(sandbox, rule, known) for rule in rules)


def relation(model: Model, breaches: Iterable[Breach], where: str) -> str:
    """SQL of the requests that meet a condition, with NULL for columns that the log does not have."""
    absent = {name: kind for breach in breaches for name, kind in breach.absent.items()}
    return composed(_ROWS, {"more": _nothing(absent), "where": where}, schema=model.name)


def _written(sandbox: duckdb.DuckDBPyConnection, rule: Rule, known: Mapping[str, str]) -> Breach:
    if rule.kind != "row":
        storage = known.get(folded(rule.column))
        absent = {} if storage else {rule.column: "VARCHAR"}
        return Breach(rule, _of_column(rule, storage or "VARCHAR"), absent)
    try:
        asked, names = expressions.read(sandbox, str(rule.bound))
    except expressions.ExpressionError as error:
        return Breach(rule, "NULL", {}, str(error))
    there = {name: known[folded(name)] for name in names if folded(name) in known}
    lacking = sorted(names - set(there))
    trouble = ""
    for kind in _ABSENT if lacking else _ABSENT[:1]:
        absent = dict.fromkeys(lacking, kind)
        trouble = _fault(sandbox, asked, {**there, **absent})
        if not trouble:
            return Breach(rule, f"NOT TRY({asked})", absent)
    return Breach(rule, "NULL", {}, trouble)


def _of_column(rule: Rule, storage: str) -> str:
    """True where a column's value breaks a rule."""
    column = quoted(rule.column)
    number = column if storage == "DOUBLE" else f"TRY_CAST({column} AS DOUBLE)"
    if rule.kind == "min":
        return f"{number} < {rule.bound!r}::DOUBLE"
    if rule.kind == "max":
        return f"{number} > {rule.bound!r}::DOUBLE"
    if rule.kind == "pattern":
        return f"NOT regexp_full_match(CAST({column} AS VARCHAR), {text(str(rule.bound))})"
    return _allowed(rule, column, storage)


def _allowed(rule: Rule, column: str, storage: str) -> str:
    values = rule.bound if isinstance(rule.bound, tuple) else ()
    if storage != "DOUBLE":
        return f"{column} NOT IN ({', '.join(map(text, values))})"
    numbers = [f"TRY_CAST({text(value)} AS DOUBLE)" for value in values]
    # A text that is no number allows no number.
    return f"NOT list_contains(list_filter([{', '.join(numbers)}], lambda x: x IS NOT NULL), {column})"


def _nothing(columns: Mapping[str, str]) -> str:
    """Columns of no value as SQL, each after a comma."""
    return "".join(f", CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns.items())


def _fault(sandbox: duckdb.DuckDBPyConnection, asked: str, columns: Mapping[str, str]) -> str:
    """Why an expression cannot be asked of columns of these types, or nothing."""
    statement = composed(_TRIED, {"asked": asked, "more": _nothing(columns)})
    try:
        (kind,) = [str(one[1]) for one in sandbox.execute(statement).description or ()]
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return "" if kind in ("BOOLEAN", "bool") else f"it gives a {kind} and not true or false"


__all__ = ["Breach", "check", "relation", "written"]
