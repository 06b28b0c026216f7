"""Partial profiles of outputs: how scores were spread, and which labels they met, as rows that add up.

What a label changes is an event at its own instant: one more row of the new label, one less of the label
before it. So the events up to an instant tell what was known then, and a label that is revised, or arrives
before its prediction, is counted like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import label_events, layout
from monitoring.store.counting import BATCH, COUNTS, SUMS, Counted, Slots, counted
from monitoring.store.placing import places
from monitoring.store.score_grids import ScoreGrid
from monitoring.store.score_subjects import Subject, subject
from monitoring.store.slots import segment_labels, segment_sql
from monitoring.store.sql import Array, Values, composed, insert, named, quoted

Segment = tuple[str, Sequence[str]]
_INSTANT = pa.timestamp("us")

_CREATE = """
CREATE TABLE IF NOT EXISTS {schema}.{table} (
    chunk TIMESTAMP, version VARCHAR, segment_column VARCHAR, segment_value VARCHAR, subject VARCHAR,
    label VARCHAR, label_key TIMESTAMP, n BIGINT, slots INTEGER[], counts BIGINT[], logged BIGINT[],
    decided BIGINT[], sums DOUBLE[], squares DOUBLE[], moments DOUBLE[], beside VARCHAR)"""
_ALL = """
(SELECT p.*, CAST(NULL AS {kind}) AS _label, CAST(NULL AS TIMESTAMP) AS _key, 1 AS _sign{segment}
 FROM {predictions} AS p {requests} WHERE p._version = {version} AND {where})"""
_LABELLED = """
(SELECT p.*, e._label, e._key, e._sign{segment}
 FROM {predictions} AS p {events} {requests}
 WHERE p._version = {version} AND {where})"""
_REQUESTS = """
LEFT JOIN {requests} AS r ON r._id = p._id AND r._day = p._day"""
# A shadow may score a request past midnight; far from its day the same id is another request.
_NEAR_REQUESTS = """
LEFT JOIN {requests} AS d ON d._id = p._id AND d._day = p._day
LEFT JOIN {requests} AS n ON d._id IS NULL AND n._id = p._id AND n._day BETWEEN p._day - 1 AND p._day + 1"""
_APART = """
SELECT 1 FROM {predictions} AS p ANTI JOIN {requests} AS r ON r._id = p._id AND r._day = p._day
WHERE {where} LIMIT 1"""
_VALUES = """
SELECT {chunk} AS chunk{group}{label},
    {value} AS s, {decision} AS d{moments}{others}
FROM {relation} {join}"""


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the table of the profile of outputs.

    One partial row per batch and (chunk, version, segment, subject, label, instant of the label). Without an
    instant it counts all predictions, else those whose label became, or with a negative count ceased to be,
    the one stated. ``slots`` names the places of the grid that the lists beside it are about, -1 those
    without a finite score: rows, rows with a decision, rows decided for the subject, sums of the score and of
    its square. ``moments`` are the sums that `monitoring.store.score_subjects` names. Everything adds up.
    Of rows that count only requests which another version scored too, ``beside`` names that one, else it is
    empty; the pairs themselves are what `monitoring.store.pair_subjects` counts. ``reference_scores`` is the
    same of a reference file.
    """
    for table in ("scores", "reference_scores"):
        cursor.execute(named(_CREATE, schema=schema, table=table))


@dataclass(frozen=True)
class Rows:
    """Where rows are read from, and the table of what is counted.

    Attributes
    ----------
    predictions, requests : str
        SQL of predictions and of the features of their requests.
    table : str
    events : str
        SQL that joins what labels change, as ``e``, to a prediction ``p``.
    beside : str
        The version that scored all of them too; empty where none is asked for.
    apart : bool
        Whether the request of some prediction may lie on the day before or after it.
    """

    predictions: str
    requests: str
    table: str
    events: str = "JOIN label_events AS e ON e._id = p._id"
    beside: str = ""
    apart: bool = False

    @classmethod
    def of_log(cls, model: Model) -> Rows:
        """The rows of the log."""
        predictions, requests = (
            named("{schema}.{table}", schema=model.name, table=table) for table in ("predictions", "requests")
        )
        return cls(predictions, requests, "scores")


def append(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    grids: Sequence[ScoreGrid],
    *,
    segments: Sequence[Segment] = (),
    rows: str | None = None,
    labelled: str | None = None,
    source: Rows | None = None,
) -> None:
    """Count predictions, and what the temporary table ``label_events`` says of them.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
    grids : sequence of ScoreGrid
        Versions without one are not counted.
    segments : sequence of (column, values)
        Columns whose values get rows of their own.
    rows, labelled : str, optional
        SQL over ``p``, a prediction, that is true for those that are counted, and for those whose label
        events are. None counts none.
    source : Rows, optional
        The log by default.
    """
    for grid in grids:
        laid = places(grid.edges)
        slots = Slots(laid.slots, lambda _, value, laid=laid: laid.of(value))
        counter = Counter(grid.version, grid.subject, slots, partial(subject, model, grid))
        count(cursor, model, counter, segments=segments, rows=rows, labelled=labelled, source=source)


@dataclass(frozen=True, eq=False)
class Counter:
    """One thing that is counted of rows.

    Attributes
    ----------
    version, subject : str
        What the profile calls it.
    slots : Slots
    asked : callable
        From values to bind, and ``labelled``, to the expressions it is made of; None where nothing is.
    """

    version: str
    subject: str
    slots: Slots
    asked: Callable[..., Subject | None]


def count(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    counter: Counter,
    *,
    segments: Sequence[Segment] = (),
    rows: str | None = None,
    labelled: str | None = None,
    source: Rows | None = None,
) -> None:
    """Count one thing of all rows and of every segment; parameters are as in `append`."""
    found = source or Rows.of_log(model)
    told = labelled if labelled is not None and label_events.any_event(cursor) else None
    for segment in [("", ()), *segments]:
        for relation, where in ((_ALL, rows), (_LABELLED, told)):
            if where is not None:
                _count(cursor, model, counter, segment, relation, where, found)


def _count(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    counter: Counter,
    segment: Segment,
    relation: str,
    where: str,
    source: Rows,
) -> None:
    """Count one thing under one grouping."""
    values = Values()
    labelled = relation is _LABELLED
    asked = counter.asked(values, labelled=labelled)
    if asked is None:
        return
    column, chosen = segment
    number, join = segment_sql(column, chosen, values) if column else ("0", "")
    rows = composed(
        relation,
        {
            "kind": "DOUBLE" if model.task == "regression" else "VARCHAR",
            "segment": _segment(column, source.apart) if column else "",
            "predictions": source.predictions,
            "events": source.events,
            "requests": _joined(source) if column else "",
            "version": values.bind(counter.version),
            "where": where,
        },
    )
    text = _VALUES.format(
        chunk=layout.key_sql(model), group=f", {number} AS segment" if column else "",
        label=_label(model) if labelled else "", value=asked.value,
        decision=asked.decision, relation=rows, join=join,
        moments="".join(f", COALESCE({one}, 0) AS m{i}" for i, one in enumerate(asked.moments)),
        others="".join(f", {one} AS o{i}" for i, one in enumerate(asked.others)),
    )  # fmt: skip
    labels: dict[str, int] = {}
    reader = cursor.sql(text, params=values.bound).to_arrow_reader(BATCH)
    counts = counted(reader, counter.slots, labels, asked.centre, len(asked.moments), asked.computed)
    if counts is not None:
        names = segment_labels(chosen) if column else [""]
        rows_ = _laid_out(counts, counter, column, names, [*labels], source.beside)
        insert(cursor, model.name, source.table, rows_)


def apart(cursor: duckdb.DuckDBPyConnection, source: Rows, where: str) -> bool:
    """Whether the request of some prediction that meets a condition lies on another day than it."""
    parts = {"predictions": source.predictions, "requests": source.requests, "where": where}
    return bool(cursor.execute(composed(_APART, parts)).fetchall())


def _joined(source: Rows) -> str:
    return composed(_NEAR_REQUESTS if source.apart else _REQUESTS, {"requests": source.requests})


def _segment(column: str, apart: bool) -> str:
    name = quoted(column)
    value = f"CASE WHEN d._id IS NULL THEN n.{name} ELSE d.{name} END" if apart else f"r.{name}"
    return f", {value} AS {name}"


def _laid_out(
    found: Counted, counter: Counter, column: str, segments: Sequence[str], labels: Sequence[str],
    beside: str,
) -> pa.Table:  # fmt: skip
    """Rows of the profile from what was counted, group by group."""
    starts = np.searchsorted(found.group, np.arange(len(found.keys) + 1))
    offsets = pa.array(starts, pa.int32())
    chunk, segment, label, key = found.keys.T
    nothing = partial(pa.nulls, len(chunk))  # rows that are counted without their labels

    def lists(values: Array, kind: pa.DataType) -> pa.ListArray:
        return pa.ListArray.from_arrays(offsets, pa.array(values, kind))

    moments = found.moments.shape[1]
    own = np.arange(len(chunk) + 1, dtype=np.int32) * moments
    counts = found.sums[:3].round().astype(np.int64)
    return pa.table(
        {
            "chunk": _instants(chunk),
            "version": pa.repeat(counter.version, len(chunk)),
            "segment_column": pa.repeat(column, len(chunk)),
            "segment_value": pa.array(segments, pa.string()).take(pa.array(segment)),
            "subject": pa.repeat(counter.subject, len(chunk)),
            "label": pa.array(labels, pa.string()).take(pa.array(label)) if labels else nothing(pa.string()),
            "label_key": _instants(key) if labels else nothing(_INSTANT),
            "n": pa.array(np.add.reduceat(counts[0], starts[:-1]), pa.int64()),
            "slots": lists(found.slot, pa.int32()),
            **{name: lists(one, pa.int64()) for name, one in zip(COUNTS, counts, strict=True)},
            **{name: lists(one, pa.float64()) for name, one in zip(SUMS, found.sums[3:], strict=True)},
            "moments": pa.ListArray.from_arrays(pa.array(own), pa.array(found.moments.ravel(), pa.float64())),
            "beside": pa.repeat(beside, len(chunk)),
        }
    )


def _instants(hours: Array) -> pa.Array:
    return pa.array(hours.astype("datetime64[h]").astype("datetime64[us]"), _INSTANT)


def _label(model: Model) -> str:
    """What a labelled row is told apart by: the class of its label; numbers are counted over a grid."""
    label = "''" if model.task == "regression" else "_label"
    return f", {label} AS label, _key AS key, _sign AS sign"
