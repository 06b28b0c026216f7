"""Which raw rows are read, and the order in which they are drawn: that of the hashes of their ids."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import profiling, reference_rows
from monitoring.store.conversion import local_day
from monitoring.store.errors import StoreError
from monitoring.store.slots import segment_labels, segment_sql
from monitoring.store.sql import Values, arrow, composed, named, query
from monitoring.windows import Window

Chosen = tuple[str, Values]  # SQL of rows, and what is bound to it
_LARGEST_HASH = 2**64 - 1
_CHOSEN = "{rows} {join} WHERE {condition}"
_DAYS = "SELECT CAST(unnest({keys}::TIMESTAMP[]) AS DATE)"
_DAYS_OF_HOURS = "SELECT unnest([{first}, {last}]) FROM (SELECT unnest({keys}::TIMESTAMP[]) AS key)"
_HOURS = "date_trunc('hour', _predicted_at) IN (SELECT unnest({keys}::TIMESTAMP[]))"
_END_OF_HOUR = "(key + INTERVAL '59 minutes 59 seconds 999999 microseconds')"
_DRAWN = """
SELECT {columns} FROM {chosen} AND hash(_id) <= {highest}::UBIGINT
ORDER BY hash(_id), _day LIMIT {most}"""


def of_log(
    cursor: duckdb.DuckDBPyConnection, model: Model, windows: Sequence[Window],
    segment: tuple[str, str], but: str = "TRUE",
) -> Chosen:  # fmt: skip
    """SQL of the requests of some windows and of a segment that meet a condition, and what is bound to it."""
    bound = Values()
    keys = bound.bind(_keys(cursor, model, windows))
    days, condition = composed(_DAYS, {"keys": keys}), but
    if model.grain == "hour":  # an hour in UTC may reach from one local day into the next
        first, last = (local_day(end, model.timezone) for end in ("key", _END_OF_HOUR))
        days = composed(_DAYS_OF_HOURS, {"first": first, "last": last, "keys": keys})
        condition = f"{composed(_HOURS, {'keys': keys})} AND {condition}"
    requests = named("{schema}.requests", schema=model.name)
    return _chosen(cursor, model, requests, segment, f"_day IN ({days}) AND {condition}", bound)


def of_file(
    cursor: duckdb.DuckDBPyConnection, model: Model, segment: tuple[str, str], but: str = "TRUE"
) -> Chosen:
    """SQL of the rows of the reference file and of a segment that meet a condition, and what is bound."""
    if not reference_rows.of_file(model):
        raise StoreError(f"{model.name}: its reference is no file, so it has no rows apart from the log's")
    return _chosen(cursor, model, reference_rows.dated(model), segment, but, Values())


def _chosen(
    cursor: duckdb.DuckDBPyConnection, model: Model, rows: str, segment: tuple[str, str], condition: str,
    bound: Values,
) -> Chosen:  # fmt: skip
    """SQL of the rows of a segment that meet a condition, and what is bound to it."""
    join, within = _within(cursor, model, segment, bound)
    return composed(_CHOSEN, {"rows": rows, "join": join, "condition": f"{condition} AND {within}"}), bound


def _keys(cursor: duckdb.DuckDBPyConnection, model: Model, windows: Sequence[Window]) -> list[dt.datetime]:
    """The profile keys inside the windows that ever held a request."""
    found = cursor.execute(query("keys", schema=model.name)).fetchall()
    keys = np.array([key for (key,) in found], "datetime64[us]")
    inside = np.zeros(len(keys), bool)
    for window in windows:
        inside |= (keys >= np.datetime64(window.start)) & (keys < np.datetime64(window.stop))
    return keys[inside].tolist()


def _within(
    cursor: duckdb.DuckDBPyConnection, model: Model, segment: tuple[str, str], bound: Values
) -> tuple[str, str]:
    """SQL of the join that a segment needs, and the condition that a row is part of it."""
    column, value = segment
    if not column:
        return "", "TRUE"
    chosen = profiling.segments(cursor, model).get(column, ())
    labels = segment_labels(chosen)
    if not chosen or value not in labels:
        return "", "FALSE"
    number, join = segment_sql(column, chosen, bound)
    return join, f"{number} = {labels.index(value)}"


def counted(cursor: duckdb.DuckDBPyConnection, chosen: Chosen) -> int:
    """How many rows there are to draw from."""
    asked, given = chosen
    row = cursor.execute(composed("SELECT count(*) FROM {chosen}", {"chosen": asked}), given.bound).fetchone()
    return int(row[0]) if row else 0


def drawn(
    cursor: duckdb.DuckDBPyConnection, chosen: Chosen, columns: Sequence[str], most: int
) -> tuple[pa.Table, int]:
    """The first rows in the order of their hashes, and how many there are in all.

    Sorting every row costs several times what reading it does. Hashes are uniform, so a few more rows than
    wanted are below a known one; only where ids repeat that may fail, and then all are sorted.
    """
    if most < 1:
        raise ValueError(f"most must be at least 1, not {most}")
    asked, given = chosen

    def below(highest: int) -> pa.Table:
        bound = Values()
        bound.bound += given.bound
        parts = {"highest": bound.bind(highest), "most": bound.bind(most)}
        text = composed(_DRAWN, {"columns": ", ".join(columns), "chosen": asked, **parts})
        return arrow(cursor, text, {str(place): value for place, value in enumerate(bound.bound, 1)})

    total, enough = counted(cursor, chosen), most + 8 * math.sqrt(most) + 64
    found = below(_LARGEST_HASH if enough >= total else int(_LARGEST_HASH * enough / total))
    return found if len(found) == min(most, total) else below(_LARGEST_HASH), total
