"""The labels of drawn rows, as they were known at the end of a profile key."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store.label_events import label_key
from monitoring.store.sql import Array, arrow, composed

_PICKED = "_lookout_labelled"
# The last one that the log told until then; labels of a review are of rows that somebody chose.
_LABELS = """
SELECT k.place, l._label
FROM {picked} AS k JOIN (
    SELECT _id, _label FROM {schema}.{table}
    WHERE hash(_id) <= $highest::UBIGINT AND _id IN (SELECT _id FROM {picked}) AND _source = 'log' AND {known}
    QUALIFY row_number() OVER (PARTITION BY _id ORDER BY _labelled_at DESC, _label DESC) = 1
) AS l USING (_id)"""


def read(
    cursor: duckdb.DuckDBPyConnection, model: Model, drawn: pa.Table, until: dt.datetime | None
) -> Array:
    """The label of each drawn row.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
    drawn : Table
        The first column is the id, the fourth its hash, rising.
    until : datetime or None
        The last profile key whose labels count; None for rows of a reference file, whose labels all do.

    Returns
    -------
    ndarray of shape (rows,)
        Text, None where the label is not known; of a regression float64, NaN where it is not.
    """
    number = model.task == "regression"
    laid = np.full(len(drawn), np.nan) if number else np.full(len(drawn), None, dtype=object)
    if not len(drawn):
        return laid
    picked = pa.table([drawn.column(0), pa.array(np.arange(len(drawn)))], ["_id", "place"])
    known = "TRUE" if until is None else f"{label_key(model)} <= $until"
    table = "reference_labels" if until is None else "labels"
    text = composed(_LABELS, {"known": known}, schema=model.name, table=table, picked=_PICKED)
    given: dict[str, object] = {"highest": int(drawn.column(3)[-1].as_py())}
    if until is not None:
        given["until"] = until
    cursor.register(_PICKED, picked)
    try:
        found = arrow(cursor, text, given)
    finally:
        cursor.unregister(_PICKED)
    labels = found.column(1)
    laid[found.column(0).to_numpy()] = labels.to_numpy() if number else labels.to_pylist()
    return laid
