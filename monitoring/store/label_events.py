"""What labels change, as events at their own instants: a row more of the new label, one less of the last."""

from __future__ import annotations

import duckdb

from monitoring.models import Model
from monitoring.store.conversion import local_day
from monitoring.store.sql import composed

# The label of an id at an instant is the last one told until then.
_EVENTS = """
SELECT _id, CASE change WHEN 1 THEN _label ELSE _before END AS _label, _key, {sign} * change AS _sign
FROM (
    SELECT _id, _label, {key} AS _key, lag(_label) OVER (
        PARTITION BY _id ORDER BY _labelled_at, _label) AS _before
    FROM {labels} AS l
) AS history, (VALUES (1), (-1)) AS changes (change)
WHERE _label IS DISTINCT FROM _before AND (change = 1 OR _before IS NOT NULL)"""
_NOTE = "CREATE OR REPLACE TEMP TABLE label_events AS {events}"


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
    """Put what labels change, as `events` tells it, where the counting of outputs looks it up."""
    cursor.execute(composed(_NOTE, {"events": changes}))


def any_event(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether `note_events` has put anything there."""
    return bool(cursor.execute("SELECT 1 FROM label_events LIMIT 1").fetchall())
