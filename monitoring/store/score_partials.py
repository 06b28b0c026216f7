"""Partial profiles of outputs: how scores were spread, and which labels they met, as rows that add up.

What a label changes is an event at its own instant: one more row of the new label, one less of the label
before it. So the events up to an instant tell what was known then, and a label that is revised, or arrives
before its prediction, is counted like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import layout
from monitoring.store.conversion import local_day
from monitoring.store.placing import lay, placed
from monitoring.store.score_grids import ScoreGrid
from monitoring.store.score_subjects import subject
from monitoring.store.slots import segment_labels, segment_sql
from monitoring.store.sql import Array, Values, composed, insert, named, quoted

Segment = tuple[str, Sequence[str]]

_CREATE = """
CREATE TABLE IF NOT EXISTS {schema}.{table} (
    chunk TIMESTAMP, version VARCHAR, segment_column VARCHAR, segment_value VARCHAR, subject VARCHAR,
    label VARCHAR, label_key TIMESTAMP, n BIGINT, slots INTEGER[], counts BIGINT[], logged BIGINT[],
    decided BIGINT[], sums DOUBLE[], squares DOUBLE[], moments DOUBLE[])"""
# The label of an id at an instant is the last one told until then; of two told at once a review's stands.
_EVENTS = """
SELECT _id, CASE change WHEN 1 THEN _label ELSE _before END AS _label, _key, {sign} * change AS _sign
FROM (
    SELECT _id, _label, {key} AS _key, lag(_label) OVER (
        PARTITION BY _id ORDER BY _labelled_at, _source, _label) AS _before
    FROM {labels} AS l
) AS history, (VALUES (1), (-1)) AS changes (change)
WHERE _label IS DISTINCT FROM _before AND (change = 1 OR _before IS NOT NULL)"""
_NOTE = "CREATE OR REPLACE TEMP TABLE label_events AS {events}"
_ALL = """
(SELECT p.*, CAST(NULL AS {kind}) AS _label, CAST(NULL AS TIMESTAMP) AS _key, 1 AS _sign{segment}
 FROM {predictions} AS p {requests} WHERE p._version = {version} AND {where})"""
_LABELLED = """
(SELECT p.*, e._label, e._key, e._sign{segment}
 FROM {predictions} AS p JOIN label_events AS e ON e._id = p._id {requests}
 WHERE p._version = {version} AND {where})"""
# A shadow may score a request past midnight; far from its day the same id is another request.
_REQUESTS = """
LEFT JOIN {requests} AS r ON r._id = p._id AND r._day BETWEEN p._day - 1 AND p._day + 1"""
_VALUES = """
(SELECT {chunk} AS chunk, {group} AS segment, {label} AS label, _key, _sign,
    CASE WHEN isfinite({value}) THEN {value} END AS s, {decision} AS d{moments}
 FROM {relation} {join})"""
_BINS = """
SELECT chunk, segment, label, _key, slot, CAST(SUM(_sign) AS BIGINT) AS counts,
    CAST(COALESCE(SUM(CASE WHEN d IS NOT NULL THEN _sign END), 0) AS BIGINT) AS logged,
    CAST(COALESCE(SUM(_sign * d), 0) AS BIGINT) AS decided,
    COALESCE(SUM(_sign * (s - {centre})), 0) AS sums,
    COALESCE(SUM(_sign * (s - {centre}) * (s - {centre})), 0) AS squares{moments}
FROM {placed} GROUP BY ALL"""

_TOTAL = "CAST(COALESCE(SUM(_sign * m{place}), 0) AS DOUBLE) AS m{place}"


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the table of the profile of outputs.

    One partial row per batch and (chunk, version, segment, subject, label, instant of the label). Without an
    instant it counts all predictions, else those whose label became, or with a negative count ceased to be,
    the one stated. ``slots`` names the places of the grid that the lists beside it are about, -1 those
    without a finite score: rows, rows with a decision, rows decided for the subject, sums of the score and of
    its square. ``moments`` are the sums that `monitoring.store.score_subjects` names. Everything adds up.
    ``reference_scores`` is the same of a reference file.
    """
    for table in ("scores", "reference_scores"):
        cursor.execute(named(_CREATE, schema=schema, table=table))


@dataclass(frozen=True)
class Rows:
    """Where predictions and the features of their requests are read from, in SQL, and what counts them."""

    predictions: str
    requests: str
    table: str

    @classmethod
    def of_log(cls, model: Model) -> Rows:
        """The rows of the log."""
        predictions, requests = (
            named("{schema}.{table}", schema=model.name, table=table) for table in ("predictions", "requests")
        )
        return cls(predictions, requests, "scores")


def label_key(model: Model) -> str:
    """SQL of the profile key of a label's instant."""
    if model.grain == "hour":
        return "date_trunc('hour', _labelled_at)"
    return f"CAST({local_day('_labelled_at', model.timezone)} AS TIMESTAMP)"


def events(model: Model, labels: str, sign: int = 1) -> str:
    """SQL of what some labels change: columns ``_id, _label, _key, _sign``.

    Parameters
    ----------
    model : Model
    labels : str
        SQL of labels, all that there are of each of their ids.
    sign : {1, -1}
        Whether they come or go.
    """
    return _EVENTS.format(key=label_key(model), labels=labels, sign=sign)


def note_events(cursor: duckdb.DuckDBPyConnection, changes: str) -> None:
    """Put what labels change, as `events` tells it, where `append` looks it up."""
    cursor.execute(composed(_NOTE, {"events": changes}))


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
    found = source or Rows.of_log(model)
    for grid in grids:
        steps = lay(cursor, grid.edges)
        for column, chosen in [("", ()), *segments]:
            for relation, where in ((_ALL, rows), (_LABELLED, labelled)):
                if where is not None:
                    _append(cursor, model, (grid, steps), (column, chosen), relation, where, found)


def _append(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    laid: tuple[ScoreGrid, int],
    segment: Segment,
    relation: str,
    where: str,
    found: Rows,
) -> None:
    """Count one subject of one version under one grouping."""
    values = Values()
    grid, steps = laid
    labelled = relation is _LABELLED
    counted = subject(model, grid, values, labelled=labelled)
    if counted is None:
        return
    moments = counted.moments
    column, chosen = segment
    group, join = ("''", "") if not column else _segment(column, chosen, values)
    source = composed(
        relation,
        {
            "kind": "DOUBLE" if model.task == "regression" else "VARCHAR",
            "segment": f", r.{quoted(column)} AS {quoted(column)}" if column else "",
            "predictions": found.predictions,
            "requests": composed(_REQUESTS, {"requests": found.requests}) if column else "",
            "version": values.bind(grid.version),
            "where": where,
        },
    )
    rows = _VALUES.format(
        chunk=layout.key_sql(model), group=group, label=_label(model, labelled), value=counted.value,
        decision=counted.decision, relation=source, join=join,
        moments="".join(f", {one} AS m{place}" for place, one in enumerate(moments)),
    )  # fmt: skip
    bins = _BINS.format(
        placed=placed(rows, steps), centre=values.bind(counted.centre),
        moments="".join(f", {_TOTAL.format(place=place)}" for place in range(len(moments))),
    )  # fmt: skip
    counts = cursor.sql(bins, params=values.bound).to_arrow_table()
    if len(counts):
        insert(cursor, model.name, found.table, _laid_out(counts, grid, column, len(moments)))


def _laid_out(found: pa.Table, grid: ScoreGrid, column: str, moments: int) -> pa.Table:
    """Rows of the profile from what was counted, slot by slot."""
    keys = [_codes(found[name]) for name in ("chunk", "segment", "label", "_key")]
    slot = found["slot"].to_numpy()
    order = np.lexsort([slot, *reversed(keys)])
    changed = np.any([np.diff(key[order], prepend=-1) != 0 for key in keys], axis=0)
    starts = np.flatnonzero(changed)
    offsets = pa.array(np.append(starts, len(order)), pa.int32())
    first = found.take(pa.array(order[starts]))
    counts = found["counts"].to_numpy()[order]

    def lists(name: str, kind: pa.DataType) -> pa.ListArray:
        return pa.ListArray.from_arrays(offsets, pa.array(found[name].to_numpy()[order], kind))

    sums = np.array([found[f"m{place}"].to_numpy()[order] for place in range(moments)]).T
    added = np.add.reduceat(sums, starts, axis=0) if moments else np.empty((len(starts), 0))
    own = np.arange(len(starts) + 1, dtype=np.int32) * moments
    return pa.table(
        {
            "chunk": first["chunk"],
            "version": pa.repeat(grid.version, len(starts)),
            "segment_column": pa.repeat(column, len(starts)),
            "segment_value": first["segment"],
            "subject": pa.repeat(grid.subject, len(starts)),
            "label": first["label"],
            "label_key": first["_key"],
            "n": pa.array(np.add.reduceat(counts, starts), pa.int64()),
            "slots": lists("slot", pa.int32()),
            **{name: lists(name, pa.int64()) for name in ("counts", "logged", "decided")},
            **{name: lists(name, pa.float64()) for name in ("sums", "squares")},
            "moments": pa.ListArray.from_arrays(pa.array(own), pa.array(added.ravel(), pa.float64())),
        }
    )


def _codes(column: pa.ChunkedArray) -> Array:
    """Numbers that are equal where values are; 0 for none."""
    codes = column.combine_chunks().dictionary_encode().indices
    return codes.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1


def _label(model: Model, labelled: bool) -> str:
    """What a row of the profile is told apart by: the class of its label; numbers are counted over a grid."""
    if not labelled:
        return "CAST(NULL AS VARCHAR)"
    return "''" if model.task == "regression" else "_label"


def _segment(column: str, chosen: Sequence[str], values: Values) -> tuple[str, str]:
    """SQL of the segment of a row as the profile writes it, and the join it needs."""
    number, join = segment_sql(column, chosen, values)
    names = values.bind(segment_labels(chosen))
    return f"{names}[{number} + 1]", join
