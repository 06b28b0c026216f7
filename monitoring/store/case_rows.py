"""What is known of the rows of cases: their features, what versions said of them, and their labels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pyarrow as pa

from monitoring.models import Model
from monitoring.store import layout
from monitoring.store.review_rows import confidence, decision, serving
from monitoring.store.sql import Values, arrow, composed, quoted
from monitoring.store.store import Store

OTHER = "0"
"""What the log of a binary model calls the class that is not the event, where no label says so."""
_KNOWN = """
SELECT p._id, p._day, {columns} FROM {schema}.predictions AS p
WHERE p._version = {version} AND p._id IN (SELECT unnest({ids}::VARCHAR[]))
    AND p._day IN (SELECT unnest({days}::DATE[]))"""
_OTHER = """
SELECT _label FROM {schema}.labels WHERE _source = 'log' AND _label <> $positive
GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""

_TRAINING = """
WITH standing AS (
    SELECT * FROM review_verdicts WHERE model = $model AND stands
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY revision DESC) = 1
), why AS (
    SELECT number, string_agg(reason, ' ' ORDER BY reason) AS reasons
    FROM review_reasons WHERE model = $model GROUP BY number
)
SELECT c.id AS id, c.predicted_at AS predicted_at, {columns}s.label AS review_label,
    s.verdict AS review_verdict, w.reasons AS review_reasons, s.author AS review_author,
    s.said_at AS review_said_at, s.note AS review_note, s.tags AS review_tags, 1 / c.chance AS review_weight
FROM review_cases AS c JOIN standing AS s ON s.number = c.number
LEFT JOIN why AS w ON w.number = c.number
JOIN {schema}.requests AS r ON r._id = c.id AND r._day = c.day
WHERE c.model = $model AND s.label <> ''
ORDER BY c.number"""
_ROWS = """
SELECT {columns} FROM {schema}.requests
WHERE _id IN (SELECT unnest($ids::VARCHAR[])) AND _day IN (SELECT unnest($days::DATE[]))"""
_OWN = ("id", "predicted_at")
_WITH_LABEL = """
SELECT DISTINCT _id FROM {schema}.labels
WHERE _source = 'log' AND _id IN (SELECT unnest($ids::VARCHAR[])) AND _labelled_at < $until::TIMESTAMP"""
_LOGGED = """
SELECT CAST(_label AS VARCHAR) FROM {schema}.labels WHERE _source = 'log' AND _id = $id
ORDER BY _labelled_at DESC LIMIT 1"""


def known(
    store: Store, model: Model, ids: Sequence[str], days: Sequence[dt.date], version: str = ""
) -> Mapping[tuple[str, dt.date], tuple]:
    """What a version said of some requests: decision, confidence, then its score or those of its classes."""
    values = Values()
    decided = decision(model, values)
    scores = [f"p.{quoted(layout.score_column(name))}" for name in model.classes] or ["p._score"]
    parts = {
        "columns": ", ".join([decided, confidence(model, decided), *scores]),
        "version": values.bind(version) if version else serving(model, values), "ids": values.bind(list(ids)),
        "days": values.bind(sorted(set(days))),
    }  # fmt: skip
    with store.cursor() as cursor:
        rows = cursor.execute(composed(_KNOWN, parts, schema=model.name), values.bound).fetchall()
    return {(row[0], row[1]): row[2:] for row in rows}


def other_class(store: Store, model: Model) -> str:
    """What the log of a binary model calls the class that is not the event."""
    with store.cursor() as cursor:
        text = composed(_OTHER, {}, schema=model.name)
        row = cursor.execute(text, {"positive": model.positive}).fetchone()
    return row[0] if row else OTHER


def shown(store: Store, model: Model) -> list[str]:
    """The features of a model that may be shown: those that are not private."""
    with store.cursor() as cursor:
        names = list(layout.features(cursor, model))
    private = {name for name, one in layout.described(model).items() if one.private}
    return [name for name in names if layout.folded(name) not in private]


def labelled(store: Store, model: Model) -> pa.Table:
    """Rows of which somebody stated the label, with their features; see `monitoring.review.exporting`."""
    names = [name for name in shown(store, model) if name not in _OWN]
    columns = "".join(f"r.{quoted(name)}, " for name in names)
    with store.cursor() as cursor:
        text = composed(_TRAINING, {"columns": columns}, schema=model.name)
        return arrow(cursor, text, {"model": model.name})


def row(store: Store, model: Model, id_: str, day: dt.date) -> dict[str, object] | None:
    """The features of a request that may be shown; None where its raw row is gone."""
    return rows(store, model, [(id_, day)]).get((id_, day))


def rows(
    store: Store, model: Model, keys: Sequence[tuple[str, dt.date]]
) -> dict[tuple[str, dt.date], dict[str, object]]:
    """The features of requests that may be shown; those whose raw row is gone are left out.

    Parameters
    ----------
    store : Store
    model : Model
    keys : sequence of (id, day)
    """
    names = shown(store, model)
    columns = ", ".join(["_id", "_day", *(quoted(name) for name in names)])
    given = {"ids": [key[0] for key in keys], "days": sorted({key[1] for key in keys})}
    wanted = set(keys)
    with store.cursor() as cursor:
        text = composed(_ROWS, {"columns": columns}, schema=model.name)
        found = cursor.execute(text, given).fetchall()
    return {one[:2]: dict(zip(names, one[2:], strict=True)) for one in found if one[:2] in wanted}


def logged_label(store: Store, model: Model, id_: str) -> str:
    """The newest label that the log has of a request; empty where it has none."""
    with store.cursor() as cursor:
        text = composed(_LOGGED, {}, schema=model.name)
        found_ = cursor.execute(text, {"id": id_}).fetchone()
    return "" if found_ is None or found_[0] is None else str(found_[0])


def with_label(store: Store, model: Model, ids: Sequence[str], until: dt.datetime) -> set[str]:
    """Those of some requests that have a label of the log before an aware instant."""
    given = {"ids": list(ids), "until": until.astimezone(dt.UTC).replace(tzinfo=None)}
    with store.cursor() as cursor:
        found = cursor.execute(composed(_WITH_LABEL, {}, schema=model.name), given).fetchall()
    return {one[0] for one in found}
