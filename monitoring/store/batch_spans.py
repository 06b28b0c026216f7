"""When the rows of a batch are from, as how many chunks they are judged, and where they stand meanwhile."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from monitoring import windows
from monitoring.models import Model
from monitoring.store import reference_rows
from monitoring.store.conversion import EARLIEST, LATEST, instant, local_day
from monitoring.store.mapping import Mapping
from monitoring.store.sources import Source
from monitoring.store.sql import composed, quoted
from monitoring.store.version_references import windows_of
from monitoring.windows import UTC

LENGTHS = (1, 7, 28)
"""How many chunks a batch may stand for; its limits are those of so many together."""
_FREE = dt.datetime(2001, 1, 1)  # a Monday, where the log says nothing
_SPAN = """
SELECT count(*), count(moment), min(moment) FILTER ({plausible}), max(moment) FILTER ({plausible}),
       count(DISTINCT {chunk}) FILTER ({plausible}), count(*) FILTER (NOT {plausible})
FROM (SELECT {at} AS moment FROM {relation})"""


@dataclass(frozen=True)
class Span:
    """When the rows of a batch are from, in UTC and without a zone.

    Attributes
    ----------
    first, last : datetime or None
        None where the file has no column of instants, or none that can be read.
    chunks : int
        On how many chunks there are rows; 0 where that is not known.
    unread : int
        Rows with an instant that cannot be read or cannot be.
    """

    first: dt.datetime | None = None
    last: dt.datetime | None = None
    chunks: int = 0
    unread: int = 0

    @property
    def length(self) -> int:
        """How many chunks it stands for, of `LENGTHS`."""
        return max((one for one in LENGTHS if one <= self.chunks), default=1)


def span_of(cursor: duckdb.DuckDBPyConnection, model: Model, source: Source, roles: Mapping) -> Span:
    """When the rows of a file are from."""
    if not roles.predicted_at:
        return Span()
    column, kind = quoted(roles.predicted_at), source.columns[roles.predicted_at]
    at = instant(column, source.family(roles.predicted_at), kind, model.timezone).value
    chunk = "date_trunc('hour', moment)" if model.chunk == "1 hour" else local_day("moment", model.timezone)
    if model.chunk in ("7 days", "28 days"):
        chunk = f"datediff('day', DATE '2000-01-01', {chunk}) // {int(model.chunk.split()[0])}"
    parts = {
        "at": at, "chunk": chunk, "relation": source.relation,
        "plausible": f"coalesce(moment BETWEEN {EARLIEST} AND {LATEST}, FALSE)",
    }  # fmt: skip
    row = cursor.execute(composed(_SPAN, parts), source.parameters).fetchone()
    if not row:
        return Span()
    _, _, first, last, chunks, unread = row
    return Span(first, last, int(chunks), int(unread))


def key_of(cursor: duckdb.DuckDBPyConnection, model: Model, span: Span) -> dt.datetime:
    """A profile key behind every reference, of the batch's weekday, with room before it for its length."""
    own = reference_rows.reference_window(model)
    start = own.start if own is not None else _FREE
    step = windows.chunk_stop(start, model.chunk) - start
    known = [one.stop for one in (own, *windows_of(cursor, model).values()) if one is not None]
    stop = max(known, default=start)
    key = start + (-((start - stop) // step) + span.length) * step
    if model.chunk == "1 day" and span.first is not None:
        local = span.first.replace(tzinfo=UTC).astimezone(model.zone)
        key += dt.timedelta(days=(local.weekday() - key.weekday()) % 7)
    return key
