"""Single rows of a batch: which break a rule, and what some of them hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from monitoring.models import Model
from monitoring.store import breaches, layout
from monitoring.store.review_rows import unseen_names
from monitoring.store.sql import Values, arrow, composed, listed, quoted
from monitoring.store.store import Store

_BROKEN = """
SELECT _id, list_filter([{rules}], lambda one: one IS NOT NULL) AS broken FROM {relation}
WHERE {any} ORDER BY len(broken) DESC, _id LIMIT {most}"""
_UNSEEN = """
SELECT _id, concat_ws(', ', {details}) AS detail,
       len(list_filter([{details}], lambda one: one IS NOT NULL)) / {count}.0 AS weight
FROM {schema}.requests WHERE _day = {day}::DATE AND ({any}) ORDER BY weight DESC, _id LIMIT {most}"""
_HELD = """
SELECT _lookout_wanted._lookout_place, _id{outputs}{columns}
FROM _lookout_wanted JOIN (
    SELECT * FROM {schema}.requests WHERE rowid IN (
        SELECT q.rowid FROM {schema}.requests AS q SEMI JOIN _lookout_wanted AS w ON w._id = q._id
        WHERE q._day = $day)
) AS r USING (_id)
{joins}
QUALIFY row_number() OVER (PARTITION BY _lookout_wanted._lookout_place ORDER BY r._predicted_at) = 1
ORDER BY _lookout_wanted._lookout_place"""
_SAID = """
LEFT JOIN (SELECT _id, {outputs} FROM {schema}.predictions SEMI JOIN _lookout_wanted USING (_id)
           WHERE _version = $version AND _day = $day
           QUALIFY row_number() OVER (PARTITION BY _id) = 1) AS p USING (_id)
LEFT JOIN (SELECT _id, _label FROM {schema}.labels SEMI JOIN _lookout_wanted USING (_id)
           QUALIFY row_number() OVER (PARTITION BY _id ORDER BY _labelled_at DESC, _label DESC) = 1) AS l
    USING (_id)"""


def broken(store: Store, name: str, day: dt.date, most: int) -> list[tuple[str, list[str]]]:
    """The ids of rows that break a rule of the model's file, with the names of these rules.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    day : date
        The local day of the rows.
    most : int
        How many at most, those that break most rules first.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        asked = [one for one in breaches.written(model, layout.features(cursor, model)) if not one.trouble]
        if not asked:
            return []
        where = f"_day = DATE '{day:%Y-%m-%d}'"
        rules = [f"CASE WHEN {one.value} THEN $rule_{place} END" for place, one in enumerate(asked)]
        parts = {
            "rules": ", ".join(rules), "relation": breaches.relation(model, asked, where),
            "any": " OR ".join(f"({one.value})" for one in asked), "most": str(int(most)),
        }  # fmt: skip
        bound = {f"rule_{place}": one.rule.name for place, one in enumerate(asked)}
        return cursor.execute(composed(_BROKEN, parts), bound).fetchall()


def unseen(store: Store, name: str, day: dt.date, most: int) -> list[tuple[str, str, float]]:
    """The ids of rows with a category that the reference never held: id, which, and the share of features.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    day : date
        The local day of the rows.
    most : int
        How many at most, those with most such categories first. The value of a private feature is not told.
    """
    model = store.model(name)
    values, conditions, details = Values(), [], []
    for feature, known in unseen_names(store, model).items():
        value = f"CAST({quoted(feature)} AS VARCHAR)"
        condition = f"coalesce({value} IN (SELECT unnest({values.bind(known)}::VARCHAR[])), FALSE)"
        described = model.features.get(feature)
        shown = "" if described and described.private else f" || ' = ' || left({value}, 60)"
        conditions.append(condition)
        details.append(f"CASE WHEN {condition} THEN {values.bind(model.feature_title(feature))}{shown} END")
    if not conditions:
        return []
    parts = {
        "details": ", ".join(details), "any": " OR ".join(conditions), "most": str(int(most)),
        "count": str(len(conditions)), "day": values.bind(day),
    }  # fmt: skip
    with store.cursor() as cursor:
        return cursor.execute(composed(_UNSEEN, parts, schema=name), values.bound).fetchall()


def held(
    store: Store, name: str, day: dt.date, ids: Sequence[str], features: Sequence[str], version: str
) -> pa.Table:
    """What some rows hold, in the order in which they are asked for.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    day : date
        The local day of the rows.
    ids : sequence of str
    features : sequence of str
        Those wanted.
    version : str
        Whose score and prediction are wanted.

    Returns
    -------
    Table
        Columns ``_lookout_place`` (in ``ids``), ``_id``, ``_score``, ``_prediction``, ``_label``, one per
        class of a multiclass model, and the features.
    """
    model = store.model(name)
    outputs = _outputs(model)
    parts = {
        "outputs": "".join(f", p.{quoted(one)}" for one in outputs) + ", l._label",
        "columns": "".join(f", r.{quoted(one)}" for one in features),
        "joins": composed(_SAID, {"outputs": listed(outputs)}, schema=name),
    }
    wanted = pa.table({"_lookout_place": range(len(ids)), "_id": pa.array(list(ids), pa.string())})
    with store.cursor() as cursor:
        cursor.register("_lookout_wanted", wanted)
        try:
            text = composed(_HELD, parts, schema=name)
            return arrow(cursor, text, {"day": day, "version": version})
        finally:
            cursor.unregister("_lookout_wanted")


def _outputs(model: Model) -> list[str]:
    return ["_score", "_prediction", *(layout.score_column(one) for one in model.classes)]


def features(store: Store, name: str) -> list[str]:
    """The features that rows have, in the order of their appearance."""
    model = store.model(name)
    with store.cursor() as cursor:
        return list(layout.features(cursor, model))
