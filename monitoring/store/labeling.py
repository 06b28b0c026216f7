"""Taking labels in: append only, in any order, also before their prediction arrives.

Every label is kept with its instant and its source, so that a label that was revised later and what was
known at any past instant stay knowable. Labels are joined to predictions by id when they are read.
"""

from __future__ import annotations

from monitoring.store import layout, mapping
from monitoring.store.batch import Batch, Counts
from monitoring.store.conversion import canonical, implausible, instant
from monitoring.store.intake import AMBIGUOUS, quarantine
from monitoring.store.reference_rows import UNDATED
from monitoring.store.sql import composed, quoted
from monitoring.store.storing import id_value, numeric

_INCOMING = """
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT _row, {id} AS _id, {value} AS _label, {when} AS _labelled_at,
       {text} AS at_text,
       CASE WHEN {misfit} THEN 'column ' || $name || ': ' || left(CAST({label} AS VARCHAR), 80)
            || ' is not a number' END AS detail
FROM {relation} {but}"""
_NO_ID = "INSERT INTO misread SELECT _row, 'missing_id', $detail FROM incoming WHERE _id IS NULL"
_NO_INSTANT = """
INSERT INTO misread
SELECT _row,
       CASE WHEN at_text IS NULL THEN 'missing_instant'
            WHEN regexp_matches(at_text, '{ambiguous}') THEN 'ambiguous_date' ELSE 'unreadable_instant' END,
       'column ' || $column || ': ' || coalesce(at_text, 'empty') || '; write it like 2013-04-03T12:00:00Z'
FROM incoming WHERE _labelled_at IS NULL"""
_IMPLAUSIBLE = """
INSERT INTO misread
SELECT _row, 'implausible_instant',
       'column ' || $column || ': ' || CAST(_labelled_at AS VARCHAR)
       || ' (UTC) is before 1980 or more than a year ahead'
FROM incoming WHERE {implausible}"""
_NO_LABEL = """
INSERT INTO misread
SELECT _row, 'missing_label', $detail FROM incoming WHERE _label IS NULL AND detail IS NULL"""
_KEEP = """
INSERT INTO {schema}.reference_labels ({identity}, _file)
SELECT {identity}, $file FROM told SEMI JOIN keys USING (_id) ORDER BY place"""
_TOLD = """
CREATE OR REPLACE TEMP TABLE told AS
SELECT _id, _label, _labelled_at, $source AS _source, min(_row) AS place FROM incoming GROUP BY ALL"""
_KNOWN = """
CREATE OR REPLACE TEMP TABLE told_before AS
SELECT place FROM told SEMI JOIN (
    SELECT {identity} FROM {schema}.labels
    WHERE _labelled_at BETWEEN (SELECT min(_labelled_at) FROM told) AND (SELECT max(_labelled_at) FROM told)
) AS l USING ({identity})"""
_INSERT = """
INSERT INTO {schema}.{table} ({identity}, _file)
SELECT {identity}, $file FROM told {membership} JOIN told_before USING (place) ORDER BY place"""


def take_labels(batch: Batch, source: str = "log") -> Counts:
    """Store a file of labels; call inside a transaction.

    Parameters
    ----------
    batch : Batch
    source : {'log', 'review'}
        Who says so.

    Raises
    ------
    UnreadableFile
        If the file has no column for the id or the label.
    """
    id_, label, at = mapping.labels(batch.model, batch.source)
    return _store(batch, id_, label, at, source, optional=False)


def take_inline(batch: Batch) -> int:
    """Store the labels that stand in a file of predictions, after these; rows without one have none yet.

    A row that was rejected as a prediction brings no label.

    Returns
    -------
    int
        Rows whose label was rejected.
    """
    roles = mapping.predictions(batch.model, batch.source)
    if not roles.label:
        return 0
    return _store(batch, roles.id, roles.label, roles.labelled_at, "log", optional=True).rejected


def take_reference(batch: Batch, roles: mapping.Mapping) -> int:
    """Keep the labels of the rows of a reference file, after these; rows without one are left out.

    Where the file does not tell when a label became known, it is said to have been so all along.

    Returns
    -------
    int
        Rows whose label was rejected.
    """
    if not roles.label:
        return 0
    rejected = _prepared(batch, roles.id, roles.label, roles.labelled_at, f"TIMESTAMP '{UNDATED}'")
    batch.run(_TOLD, source="log")
    text = composed(_KEEP, {"identity": layout.LABEL_IDENTITY}, schema=batch.model.name)
    batch.run(text, file=batch.file)
    return rejected


def _store(batch: Batch, id_: str, label: str, at: str | None, source: str, *, optional: bool) -> Counts:
    rejected = _prepared(batch, id_, label, at, "now()::TIMESTAMP" if optional else None)
    rows = (batch.run("SELECT count(*) FROM incoming").fetchone() or (0,))[0]
    stored = _insert(batch, source)
    return Counts(rows + rejected, stored, rows - stored, rejected)


def _prepared(batch: Batch, id_: str, label: str, at: str | None, absent: str | None) -> int:
    """Check labels, and leave those that can be kept in ``incoming``; gives how many were rejected.

    With ``absent``, SQL of the instant of labels that have none, rows without a label are no labels at all.
    """
    optional = absent is not None
    _read(batch, id_, label, at, absent)
    batch.run("CREATE OR REPLACE TEMP TABLE misread (row BIGINT, reason VARCHAR, detail VARCHAR)")
    if optional:
        batch.run("DELETE FROM incoming WHERE _id IS NULL OR (_label IS NULL AND detail IS NULL)")
    _reject(batch, id_, label, at)
    rejected = quarantine(batch, "misread", lines=not optional)
    batch.run("DELETE FROM incoming WHERE _row IN (SELECT row FROM misread)")
    return rejected


def _insert(batch: Batch, source: str) -> int:
    """Store each label once; one that an earlier file brought is set aside. Gives how many were stored."""
    schema, identity = batch.model.name, layout.LABEL_IDENTITY
    batch.run(_TOLD, source=source)
    batch.run(composed(_KNOWN, {"identity": identity}, schema=schema))
    stored = 0
    for table, membership in (("labels_spare", "SEMI"), ("labels", "ANTI")):
        text = composed(_INSERT, {"identity": identity, "membership": membership}, schema=schema, table=table)
        stored = (batch.run(text, file=batch.file).fetchone() or (0,))[0]
    return stored


def _read(batch: Batch, id_: str, label: str, at: str | None, absent: str | None) -> None:
    """Bring the file into the form of the store; ``at_text`` and ``detail`` tell what did not fit."""
    source, value, misfit = batch.source, "", "FALSE"
    if batch.model.task == "regression":
        one = numeric(batch, label)
        value, misfit = one.value, one.misfit or misfit
    else:
        value = canonical(quoted(label), source.family(label), truths=batch.model.task == "binary")
    when, text = absent or "now()::TIMESTAMP", "CAST(NULL AS VARCHAR)"
    if at:
        text = composed("nullif(CAST({at} AS VARCHAR), '')", {}, at=at)
        family, kind, model = source.family(at), source.columns[at], batch.model
        read = instant(quoted(at), family, kind, model.timezone, mapping.written_in(model, at)).value
        when = f"CASE WHEN {text} IS NULL THEN {absent or 'NULL'} ELSE {read} END"
    parts = {
        "id": id_value(batch, id_),
        "value": value,
        "when": when,
        "text": text,
        "misfit": misfit,
        "relation": source.relation,
        "but": "WHERE _row NOT IN (SELECT row FROM rejects)" if absent else "",
    }
    batch.run(composed(_INCOMING, parts, label=label), name=repr(label))


def _reject(batch: Batch, id_: str, label: str, at: str | None) -> None:
    batch.run(_NO_ID, detail=f"column {id_!r} is empty; every label needs the id of its prediction")
    batch.run(composed(_NO_INSTANT, {"ambiguous": AMBIGUOUS}), column=repr(at))
    batch.run(composed(_IMPLAUSIBLE, {"implausible": implausible("_labelled_at")}), column=repr(at))
    batch.run(
        "INSERT INTO misread SELECT _row, 'changed_type', detail FROM incoming WHERE detail IS NOT NULL"
    )
    batch.run(_NO_LABEL, detail=f"column {label!r} is empty; leave the row out until the label is known")
