"""Expressions that users write: read by DuckDB's own parser, and let through only where they are harmless.

An expression may compare, calculate and combine values of one row. Everything else is refused by not being
listed: subqueries, tables, files, settings, variables, aggregates, windows, lambdas, parameters, and
functions whose result can be much larger than what they are given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import duckdb

_SIGNS = ("+", "-", "*", "/", "//", "%", "**", "^", "||", "~~", "!~~", "~~*", "!~~*")
_NUMBERS = (
    "abs", "ceil", "ceiling", "exp", "floor", "greatest", "isfinite", "isinf", "isnan", "least", "ln", "log",
    "log10", "log2", "mod", "pow", "power", "round", "sign", "sqrt", "trunc",
)  # fmt: skip
_TEXTS = (
    "contains", "ends_with", "left", "length", "lower", "ltrim", "prefix", "regexp_full_match",
    "regexp_matches", "right", "rtrim", "starts_with", "strlen", "strpos", "substr", "substring", "suffix",
    "trim", "upper",
)  # fmt: skip
FUNCTIONS = frozenset((*_SIGNS, *_NUMBERS, *_TEXTS, "nullif"))
"""Functions and operators that an expression may use."""
TYPES = frozenset(("BIGINT", "BOOLEAN", "DOUBLE", "FLOAT", "INT", "INTEGER", "REAL", "TEXT", "VARCHAR"))
"""Types that an expression may turn values into."""
DEEPEST = 60
_OPERATORS = frozenset(
    (
        "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "COMPARE_IN", "COMPARE_NOT_IN",
        "OPERATOR_COALESCE", "OPERATOR_NULLIF",
    )
)  # fmt: skip
_CLAUSES = ("where_clause", "having", "qualify", "sample")
_LISTS = ("modifiers", "group_expressions", "group_sets")
Node = dict[str, Any]


class ExpressionError(ValueError):
    """An expression is not what may be asked of a row; the message says why."""


def read(cursor: duckdb.DuckDBPyConnection, text: str) -> tuple[str, frozenset[str]]:
    """Read an expression.

    Parameters
    ----------
    cursor : duckdb cursor
    text : str
        As the user wrote it.

    Returns
    -------
    (str, frozenset of str)
        The same as DuckDB writes it, without comments, and the columns that it names.

    Raises
    ------
    ExpressionError
        If it is no single expression of columns, or uses what is not listed.

    Examples
    --------
    >>> read(duckdb.connect(), "gust >= wind -- always") == ('(gust >= wind)', {"gust", "wind"})
    True
    >>> read(duckdb.connect(), "(SELECT max(gust) FROM log) > 3")
    Traceback (most recent call last):
    monitoring.store.expressions.ExpressionError: a subquery is not allowed in a rule
    """
    serialised = _serialised(cursor, text)
    (statement,) = serialised["statements"]
    node = _alone(statement)
    columns = frozenset(_columns(node, 0))
    row = cursor.execute("SELECT json_deserialize_sql($1)", [json.dumps(serialised)]).fetchone()
    return (row[0] if row else "").removeprefix("SELECT ").strip(), columns


def _serialised(cursor: duckdb.DuckDBPyConnection, text: str) -> Node:
    """The parse tree of a statement whose only part is the expression."""
    try:
        row = cursor.execute("SELECT json_serialize_sql($1)", [f"SELECT {text}"]).fetchone()
    except duckdb.Error as error:
        raise ExpressionError(str(error).splitlines()[0]) from error
    found = json.loads(row[0]) if row else {"error": True, "error_message": "nothing to read"}
    if found["error"]:
        said = str(found["error_message"]).splitlines()[0]
        single = "a rule is a single expression" if "Only SELECT" in said else said
        raise ExpressionError(single)
    if len(found["statements"]) != 1:
        raise ExpressionError("a rule is a single expression")
    return found


def _alone(statement: Node) -> Node:
    """The expression of a statement that has nothing else."""
    node = statement["node"]
    if node["type"] != "SELECT_NODE" or statement.get("named_param_map"):
        raise ExpressionError("a rule is a single expression")
    clauses = any(node.get(name) for name in (*_CLAUSES, *_LISTS)) or node["cte_map"]["map"]
    if clauses or node["from_table"]["type"] != "EMPTY" or len(node["select_list"]) != 1:
        raise ExpressionError("a rule is a single expression, without clauses")
    if node["select_list"][0]["alias"]:
        raise ExpressionError("a rule is a single expression, without a name")
    return node["select_list"][0]


def _columns(node: Node, depth: int) -> Iterator[str]:
    """The columns below a node; refuses every node that is not listed."""
    if depth > DEEPEST:
        raise ExpressionError("the expression is nested too deeply")
    below = _BELOW.get(node["class"])
    if below is None:
        name = node["class"].lower().replace("_", " ")
        article = "an" if name[0] in "aeiou" else "a"
        raise ExpressionError(f"{article} {name} is not allowed in a rule")
    if node["class"] == "COLUMN_REF":
        yield _column(node)
    for child in below(node):
        yield from _columns(child, depth + 1)


def _column(node: Node) -> str:
    names = node["column_names"]
    if len(names) != 1 or names[0].startswith("_"):
        raise ExpressionError(f"{'.'.join(names)!r} is no column of the model")
    return names[0]


def _function(node: Node) -> list[Node]:
    if node["schema"] or node["catalog"] or node["function_name"].lower() not in FUNCTIONS:
        raise ExpressionError(f"the function {node['function_name']!r} is not allowed in a rule")
    if node["filter"] or node["distinct"] or node["order_bys"]["orders"]:
        raise ExpressionError("an aggregate is not allowed in a rule")
    return [one["expression"] for one in node["arguments"]]


def _operator(node: Node) -> list[Node]:
    if node["type"] not in _OPERATORS:
        name = node["type"].lower().replace("_", " ")
        raise ExpressionError(f"the operator {name!r} is not allowed in a rule")
    return node["children"]


def _cast(node: Node) -> list[Node]:
    kind = node["type_expr"]
    if kind["class"] != "TYPE" or kind["type_name"].upper() not in TYPES or kind["children"]:
        raise ExpressionError("a rule may turn values into DOUBLE, BIGINT, INTEGER, BOOLEAN and VARCHAR only")
    return [node["child"]]


def _case(node: Node) -> list[Node]:
    parts = [part for one in node["case_checks"] for part in (one["when_expr"], one["then_expr"])]
    return [*parts, node["else_expr"]]


_BELOW: dict[str, Callable[[Node], list[Node]]] = {
    "BETWEEN": lambda node: [node["input"], node["lower"], node["upper"]],
    "CASE": _case,
    "CAST": _cast,
    "COLUMN_REF": lambda node: [],
    "COMPARISON": lambda node: [node["left"], node["right"]],
    "CONJUNCTION": lambda node: node["children"],
    "CONSTANT": lambda node: [],
    "FUNCTION": _function,
    "OPERATOR": _operator,
}
"""What lies below a node of each class that is allowed."""
