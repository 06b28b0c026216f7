"""The rows behind a number of the quality of data: bounded, page by page, without private columns."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from monitoring.models import Model
from monitoring.store import breaches, drawing, layout
from monitoring.store.errors import StoreError
from monitoring.store.layout import folded
from monitoring.store.sql import Values, composed, listed, query, quoted, text
from monitoring.store.store import Store
from monitoring.windows import Window

MOST = 200  # rows of a page
_PAGE = "SELECT {columns} FROM {chosen} ORDER BY _predicted_at, _id LIMIT {most} OFFSET {first}"
_COUNT = "SELECT count(*) FROM {chosen}"
_TWICE = (
    "(_file, hash(_predicted_at{columns})) IN (SELECT (_file, hash(_predicted_at{columns})) "
    "FROM {schema}.requests GROUP BY ALL HAVING count(*) > 1)"
)
_UNSEEN = (
    "{column} IS NOT NULL AND CAST({column} AS VARCHAR) NOT IN "
    "(SELECT value FROM {schema}.grid_categories WHERE feature = {name})"
)
_ANOTHER = (
    "CAST({column} AS VARCHAR) <> "
    "(SELECT value FROM {schema}.grid_categories WHERE feature = {name} AND position = 0)"
)
_LABELS = """
SELECT r._id AS id, r._predicted_at AS predicted_at, CAST(l._label AS VARCHAR) AS label,
       l._labelled_at AS labelled_at, l._source AS source
FROM {schema}.labels AS l JOIN {schema}.requests AS r USING (_id)
WHERE {key} >= $start AND {key} < $stop AND {condition}
ORDER BY r._predicted_at, r._id, l._labelled_at LIMIT $most OFFSET $first"""


@dataclass(frozen=True, eq=False)
class Behind:
    """A page of rows.

    Attributes
    ----------
    rows : DataFrame
        The id, the instant, what the number is about, then all other columns that are not private.
    total : int
        All rows behind the number.
    hidden : bool
        Whether the column that the number is about is private, so that its values are not shown.
    """

    rows: pd.DataFrame
    total: int
    hidden: bool = False


@dataclass(frozen=True)
class Outside:
    """Bounds of a number: rows below ``low`` or above ``high``; None where that end is not meant.

    ``reached`` says whether a value at the lower bound is outside, too.
    """

    low: float | None = None
    high: float | None = None
    reached: bool = False

    def sql(self, column: str) -> str:
        """SQL that is true for values outside.

        Examples
        --------
        >>> Outside(0.0, 9.5).sql('"age"')
        '("age" < 0.0::DOUBLE OR "age" > 9.5::DOUBLE) AND isfinite("age")'
        """
        sign = "<=" if self.reached else "<"
        parts = [] if self.low is None else [f"{column} {sign} {self.low!r}::DOUBLE"]
        parts += [] if self.high is None else [f"{column} > {self.high!r}::DOUBLE"]
        return f"({' OR '.join(parts) or 'FALSE'}) AND isfinite({column})"


def rows(
    store: Store, name: str, check: str, subject: str, window: Window, *,
    segment: tuple[str, str] = ("", ""), outside: Outside | None = None, first: int = 0, most: int = 50,
) -> Behind:  # fmt: skip
    """The requests of a window that a check counts, oldest first.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    check : str
        ``missing``, ``non_finite``, ``unseen``, ``constant``, ``varying``, ``rule``, ``duplicate_rows``,
        ``volume`` or ``stale``; or any other with `outside`.
    subject : str
        The feature or the rule.
    window : Window
        Of profile keys.
    segment : (column, value)
        As the profile writes them.
    outside : Outside, optional
        The bounds that make a row one of them.
    first, most : int
        Where the page begins and how many rows it has, at most 200.

    Raises
    ------
    StoreError
        If the check has no rows in the log, or there is no such feature or rule.
    """
    model, most = store.model(name), min(most, MOST)
    with store.cursor() as cursor:
        columns = layout.features(cursor, model)
        private = {folded(one) for one, given in model.features.items() if given.private}
        chosen, bound = _chosen(cursor, model, check, subject, window, segment, outside)
        total = cursor.execute(composed(_COUNT, {"chosen": chosen}), bound.bound).fetchone()
        shown = [one for one in columns if folded(one) not in private]
        order = [one for one in shown if one == subject] + [one for one in shown if one != subject]
        wanted = ", ".join(["_id AS id", "_predicted_at AS predicted_at", *map(quoted, order)])
        given = Values()
        given.bound += bound.bound
        parts = {"columns": wanted, "chosen": chosen, "most": given.bind(most), "first": given.bind(first)}
        found = cursor.execute(composed(_PAGE, parts), given.bound).df()
    return Behind(found, int(total[0]) if total else 0, folded(subject) in private)


def labels(
    store: Store, name: str, check: str, window: Window, *, first: int = 0, most: int = 50
) -> pd.DataFrame:
    """Labels of a window's requests that make no sense, oldest first.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    check : {'label_early', 'label_unknown'}
    window : Window
        Of profile keys.
    first, most : int
        Where the page begins and how many rows it has, at most 200.
    """
    from monitoring.store.tallies import classes

    model = store.model(name)
    given = {"start": window.start, "stop": window.stop, "first": first, "most": min(most, MOST)}
    with store.cursor() as cursor:
        condition = "l._labelled_at < r._predicted_at"
        if check == "label_unknown":
            known = ", ".join(map(text, classes(cursor, model)))
            condition = f"CAST(l._label AS VARCHAR) NOT IN ({known})"
        parts = {"key": layout.key_sql(model, "r."), "condition": condition}
        return cursor.execute(composed(_LABELS, parts, schema=name), given).df()


def set_aside(
    store: Store, name: str, reason: str = "", *, first: int = 0, most: int = 50
) -> tuple[pd.DataFrame, int]:
    """A page of the quarantine, newest file first, and how many rows it has in all.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    reason : str
        One of its reasons; all by default.
    first, most : int
        Where the page begins and how many rows it has, at most 200.

    Returns
    -------
    (DataFrame, int)
        Columns file, kind, row, reason, detail and content, a JSON object of the row as it came.
    """
    store.model(name)
    given: dict[str, object] = {"name": name, "reason": reason}
    with store.cursor() as cursor:
        counted = cursor.execute(query("quarantine_reasons"), {"name": name}).fetchall()
        total = sum(int(n) for one, _, n in counted if reason in ("", one))
        page = {**given, "first": first, "most": min(most, MOST)}
        return cursor.execute(query("quarantine_page"), page).df(), total


def mended(store: Store, name: str) -> int:
    """How many rows that were set aside have come into the log since, by their id.

    Rows whose id stood in their file before are left out: theirs was there all along.
    """
    model = store.model(name)
    place = '$."' + model.columns.id.replace('"', '\\"') + '"'
    with store.cursor() as cursor:
        row = cursor.execute(query("quarantine_mended", schema=name), {"name": name, "id": place}).fetchone()
    return int(row[0]) if row else 0


def reasons(store: Store, name: str) -> list[tuple[str, str, int]]:
    """Why rows were set aside: reason, kind of the file, and how many rows; the most frequent first."""
    store.model(name)
    with store.cursor() as cursor:
        found = cursor.execute(query("quarantine_reasons"), {"name": name}).fetchall()
    return [(reason, kind, int(n)) for reason, kind, n in found]


def files(store: Store, name: str, column: str, window: Window, *, having: bool) -> pd.DataFrame:
    """The files of predictions that touch a window and have a column, or lack it; oldest first.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    column : str
    window : Window
        Of profile keys.
    having : bool
        Whether those that have it are wanted.
    """
    every = store.files(name)
    with store.cursor() as cursor:
        known = cursor.execute(query("file_columns", schema=name), {"name": name}).df()
    held = every["file"].isin(known.loc[known["feature"] == column, "file"])
    touched = (every["first_day"] < pd.Timestamp(window.stop)) & (
        every["last_day"] >= pd.Timestamp(window.start).normalize()
    )
    chosen = every[(every["kind"] == "predictions") & touched & (held if having else ~held)]
    return chosen[["name", "rows", "accepted", "first_day", "last_day", "taken_at"]].reset_index(drop=True)


def _chosen(
    cursor: duckdb.DuckDBPyConnection, model: Model, check: str, subject: str, window: Window,
    segment: tuple[str, str], outside: Outside | None,
) -> tuple[str, Values]:  # fmt: skip
    """SQL of the rows, and what is bound to it."""
    columns = layout.features(cursor, model)
    if check == "rule":
        return _breaking(model, columns, subject, window)
    if check == "duplicate_rows":
        every = f", {listed(columns)}" if columns else ""
        condition = composed(_TWICE, {"columns": every}, schema=model.name)
    elif check in ("volume", "stale"):
        condition = "TRUE"
    else:
        condition = _of_feature(model, columns, check, subject, outside)
    return drawing.of_log(cursor, model, [window], segment, condition)


def _of_feature(
    model: Model, columns: dict[str, layout.Column], check: str, subject: str, outside: Outside | None
) -> str:
    if subject not in columns:
        raise StoreError(f"{model.name}: no feature {subject!r} in the log")
    column, number = quoted(subject), columns[subject].storage == "DOUBLE"
    if outside is not None:
        return outside.sql(column)
    if check == "varying":
        return composed(_ANOTHER, {"column": column, "name": text(subject)}, schema=model.name)
    if check == "unseen":
        return composed(_UNSEEN, {"column": column, "name": text(subject)}, schema=model.name)
    conditions = {
        "missing": f"{column} IS NULL",
        "non_finite": f"NOT isfinite({column})" if number else "FALSE",
        "constant": f"{column} IS NOT NULL",
    }
    if check not in conditions:
        raise StoreError(f"no rows of the log are behind {check!r}")
    return conditions[check]


def _breaking(
    model: Model, columns: dict[str, layout.Column], subject: str, window: Window
) -> tuple[str, Values]:
    found = [one for one in breaches.written(model, columns) if one.rule.name == subject and not one.trouble]
    if not found:
        raise StoreError(f"{model.name}: no rule {subject!r} that can be asked")
    bound, key = Values(), layout.key_sql(model)
    where = f"{key} >= {bound.bind(window.start)}::TIMESTAMP AND {key} < {bound.bind(window.stop)}::TIMESTAMP"
    inside = breaches.relation(model, found, where)
    return composed("{relation} WHERE {value}", {"relation": inside, "value": found[0].value}), bound


__all__ = ["Behind", "Outside", "files", "labels", "mended", "reasons", "rows", "set_aside"]
