"""Storing the checked rows of a file of predictions, each request and each prediction once.

What is already known is set aside in the tables ``*_spare``, so that forgetting a file brings back what it
displaced.
"""

from __future__ import annotations

import datetime as dt

from monitoring.models import Model
from monitoring.store import layout
from monitoring.store.batch import Batch, Counts
from monitoring.store.conversion import (
    Conversion,
    canonical,
    identifier,
    instant,
    local_day,
    number,
    text_number,
)
from monitoring.store.mapping import Mapping, Scored, written_in
from monitoring.store.sql import composed, listed, named, quoted
from monitoring.windows import UTC

OWN_VERSION = "_version"  # of the logging client: a record without one is the champion's
ABSENT = "CAST(NULL AS DOUBLE)"
_NO_ERROR = "'', '0', 'false', 'no', 'none', 'null', 'nan', 'ok'"

_KEYS = """
{id} AS _id, {at} AS _predicted_at, {day} AS _day, {version} AS _version"""
_ANY_KNOWN = """
SELECT 1 FROM (SELECT {keys} FROM {relation})
SEMI JOIN (SELECT _id FROM {schema}.requests WHERE _day BETWEEN $low AND $high) AS r USING (_id) LIMIT 1"""
_KNOWN = """
CREATE OR REPLACE TEMP TABLE known AS
SELECT DISTINCT _id FROM keys
SEMI JOIN (SELECT _id FROM {schema}.requests WHERE _day BETWEEN $low AND $high) AS r USING (_id)"""
_WHOLE_REQUESTS = """
INSERT INTO {schema}.requests (_id, _predicted_at, _day, _file{names})
SELECT _id, _predicted_at, _day, $file{names} FROM (SELECT {keys}{values} FROM {relation})"""
_WHOLE_PREDICTIONS = """
INSERT INTO {schema}.predictions (_id, _version, _predicted_at, _day, _file, {names})
SELECT _id, {version}, _predicted_at, _day, $file, {names}
FROM (SELECT {keys}, {values} FROM {relation} {where})"""
_REQUESTS = """
INSERT INTO {schema}.{table} (_id, _predicted_at, _day, _file{names})
SELECT _id, _predicted_at, _day, $file{names}
FROM (SELECT * FROM keys {membership} JOIN known USING (_id)
      QUALIFY row_number() OVER (PARTITION BY _id ORDER BY _row) = 1) AS k
JOIN (SELECT _row{values} FROM {relation}) AS s USING (_row)
ORDER BY _row"""
_SCORED = """
CREATE OR REPLACE TEMP TABLE scored AS
SELECT _row, _id, {version} AS _version, _predicted_at, _day, {names}
FROM keys JOIN (SELECT _row, {values} FROM {relation} {where}) AS s USING (_row)"""
_SEEN = """
CREATE OR REPLACE TEMP TABLE seen AS
SELECT _row FROM scored
SEMI JOIN (SELECT _id, _version FROM {schema}.predictions WHERE _day BETWEEN $low AND $high) AS p
USING (_id, _version)"""
_PREDICTIONS = """
INSERT INTO {schema}.{table} (_id, _version, _predicted_at, _day, {names}, _file)
SELECT _id, _version, _predicted_at, _day, {names}, $file
FROM scored {membership} JOIN seen USING (_row) ORDER BY _row"""


def key_values(batch: Batch, roles: Mapping) -> str:
    """SQL of the four columns that make a row: id, instant, local day and version."""
    source, model = batch.source, batch.model
    at = "CAST(NULL AS TIMESTAMP)"
    if roles.predicted_at:
        column, kind = quoted(roles.predicted_at), source.columns[roles.predicted_at]
        written = written_in(model, roles.predicted_at)
        at = instant(column, source.family(roles.predicted_at), kind, model.timezone, written).value
    served = _serving(model, at)
    version = f"nullif(CAST({quoted(roles.version)} AS VARCHAR), '')" if roles.version else served
    version = f"coalesce({version}, {served})" if roles.version == OWN_VERSION else version
    local = local_day(at, model.timezone)
    return composed(_KEYS, {"id": id_value(batch, roles.id), "at": at, "day": local, "version": version})


def id_value(batch: Batch, column: str) -> str:
    """SQL of the id of a row; where a reference file has none, its number stands for it."""
    return identifier(quoted(column), batch.source.family(column)) if column else "'row ' || _row"


def key_parameters(batch: Batch, roles: Mapping) -> dict[str, object]:
    """What to bind with `key_values`."""
    if roles.version not in (None, OWN_VERSION):
        return {}
    versions = batch.model.versions
    earlier = {f"champion_{place}": one.champion for place, one in enumerate(versions.served)}
    return {"champion": versions.champion, **earlier}


def _serving(model: Model, at: str) -> str:
    """SQL of the version that served at an instant: of a late row the one of then."""
    terms = "".join(
        f" WHEN {at} < TIMESTAMP '{one.until.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}' THEN $champion_{place}"
        for place, one in enumerate(model.versions.served)
    )
    return f"CASE{terms} ELSE $champion END" if terms else "$champion"


def numeric(batch: Batch, name: str) -> Conversion:
    """How a score, a latency or a regression's label becomes a number."""
    kind, column = batch.source.family(name), quoted(name)
    if kind == "text":
        return text_number(column)
    if kind in ("number", "empty"):
        return Conversion(number(column), None, "a number")
    return Conversion("CAST(NULL AS DOUBLE)", f"{column} IS NOT NULL", "a number")


def any_known(batch: Batch, roles: Mapping, low: dt.date, high: dt.date) -> bool:
    """Whether an earlier file brought a request of this one; a file whose days are new is not even read."""
    parts = {"keys": key_values(batch, roles), "relation": batch.source.relation}
    text = composed(_ANY_KNOWN, parts, schema=batch.model.name)
    row = batch.run(text, low=low, high=high, **key_parameters(batch, roles)).fetchone()
    return row is not None


def store(
    batch: Batch,
    roles: Mapping,
    columns: dict[str, layout.Column],
    conversions: dict[str, Conversion],
    rejected: int,
) -> Counts:
    """Insert what is left in ``keys``; call inside a transaction, after the checks."""
    run = batch.run
    total, low, high = run("SELECT count(*), min(_day), max(_day) FROM keys").fetchone() or (0, None, None)
    if not total:
        return Counts(rejected, 0, 0, rejected)
    run(named(_KNOWN, schema=batch.model.name), low=low, high=high)
    _store_requests(batch, feature_values(columns, conversions))
    run("CREATE OR REPLACE TEMP TABLE stored (_row BIGINT)")
    for scored in roles.scored:
        _store_predictions(batch, roles, scored, low, high)
    accepted = (run("SELECT count(DISTINCT _row) FROM stored").fetchone() or (0,))[0]
    return Counts(total + rejected, accepted, total - accepted, rejected, low, high)


def store_whole(
    batch: Batch,
    roles: Mapping,
    columns: dict[str, layout.Column],
    conversions: dict[str, Conversion],
    days: tuple[dt.date, dt.date],
) -> Counts:
    """Store a file of which every row is sound and new: straight from the file, without a look-up."""
    keys, values = key_values(batch, roles), feature_values(columns, conversions)
    given = {"keys": keys, "relation": batch.source.relation}
    parts = {**given, "names": after(values), "values": aliased(values)}
    # No reader depends on the order of these rows; keeping it would copy row groups smaller than DuckDB's.
    batch.run("SET SESSION preserve_insertion_order = false")
    row = batch.run(
        composed(_WHOLE_REQUESTS, parts, schema=batch.model.name),
        file=batch.file,
        **key_parameters(batch, roles),
    ).fetchone()
    for scored in roles.scored:
        output, where, parameters = said(batch, roles, scored)
        version = "$version" if parameters else "_version"
        parts = {
            **given,
            "names": listed(output),
            "values": aliased(output)[2:],
            "where": where,
            "version": version,
        }
        champion = {} if parameters and "$champion" not in keys else key_parameters(batch, roles)
        text = composed(_WHOLE_PREDICTIONS, parts, schema=batch.model.name)
        batch.run(text, file=batch.file, **parameters, **champion)
    batch.run("RESET SESSION preserve_insertion_order")
    total = row[0] if row else 0
    return Counts(total, total, 0, 0, *days)


def aliased(values: dict[str, str]) -> str:
    """SQL of values under their names, each after a comma."""
    return "".join(f", {value} AS {quoted(name)}" for name, value in values.items())


def after(values: dict[str, str]) -> str:
    """The names of values, each after a comma."""
    return "".join(f", {quoted(name)}" for name in values)


def feature_values(columns: dict[str, layout.Column], conversions: dict[str, Conversion]) -> dict[str, str]:
    """SQL of each feature by the name under which the store keeps it."""
    spelled = {layout.folded(name): name for name in columns}
    return {spelled[layout.folded(name)]: one.value for name, one in conversions.items()}


def _store_requests(batch: Batch, values: dict[str, str]) -> None:
    """Store each request once: the first of its rows, unless an earlier file brought it."""
    parts = {"names": after(values), "values": aliased(values), "relation": batch.source.relation}
    for table, membership in (("requests", "ANTI"), ("requests_spare", "SEMI")):
        given = {**parts, "membership": membership}
        batch.run(composed(_REQUESTS, given, schema=batch.model.name, table=table), file=batch.file)


def _store_predictions(batch: Batch, roles: Mapping, scored: Scored, low: object, high: object) -> None:
    """Store one version's predictions, or those of a log with a version column, unless they are known."""
    run, schema = batch.run, batch.model.name
    output, where, parameters = said(batch, roles, scored)
    names = listed(output)
    parts = {
        "names": names,
        "values": aliased(output)[2:],
        "where": where,
        "relation": batch.source.relation,
        "version": "$version" if parameters else "_version",
    }
    run(composed(_SCORED, parts), **parameters)
    run(named(_SEEN, schema=schema), low=low, high=high)
    for table, membership in (("predictions", "ANTI"), ("predictions_spare", "SEMI")):
        given = {"names": names, "membership": membership}
        run(composed(_PREDICTIONS, given, schema=schema, table=table), file=batch.file)
    run("INSERT INTO stored SELECT _row FROM scored ANTI JOIN seen USING (_row)")


def said(batch: Batch, roles: Mapping, scored: Scored) -> tuple[dict[str, str], str, dict[str, object]]:
    """SQL of a version's output by the store's columns, the condition that it has any, and what to bind."""
    output = scores(batch, scored)
    present = [value for value in output.values() if value != ABSENT]
    output |= {
        "_prediction": _prediction(batch, scored),
        "_latency": numeric(batch, roles.latency).value if roles.latency else ABSENT,
        "_error": _failed(batch, roles.error) if roles.error else "CAST(NULL AS BOOLEAN)",
    }
    if scored.version is None:
        return output, "", {}
    return (
        output,
        f"WHERE {' OR '.join(f'({value}) IS NOT NULL' for value in present)}",
        {"version": scored.version},
    )


def _failed(batch: Batch, column: str) -> str:
    """SQL of whether a column says that a version failed: a message, true, or a number that is not 0."""
    name = quoted(column)
    if batch.source.family(column) in ("number", "boolean"):
        return f"coalesce(CAST({name} AS DOUBLE) <> 0, FALSE)"
    text = f"lower(trim(CAST({name} AS VARCHAR)))"
    return f"coalesce({text} NOT IN ({_NO_ERROR}), FALSE)"


def scores(batch: Batch, scored: Scored) -> dict[str, str]:
    """SQL of a version's score, and of its probabilities of classes, by the store's columns."""
    classes = {layout.score_column(label): numeric(batch, at).value for label, at in scored.classes.items()}
    return {"_score": numeric(batch, scored.score).value if scored.score else ABSENT, **classes}


def _prediction(batch: Batch, scored: Scored) -> str:
    """SQL of the decision as it was logged; where none was, it is derived later from score and threshold."""
    if scored.prediction is None:
        return "NULL"
    if batch.model.task == "regression":
        return numeric(batch, scored.prediction).value
    column, family = quoted(scored.prediction), batch.source.family(scored.prediction)
    return canonical(column, family, truths=batch.model.task == "binary")
