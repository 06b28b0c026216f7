"""Taking labels in: append only, in any order, also before their prediction arrives.

Every label is kept with its instant and its source, so that a label that was revised later and what was
known at any past instant stay knowable. Labels are joined to predictions by id when they are read.
"""

from __future__ import annotations

from monitoring.store import mapping
from monitoring.store.batch import Batch, Counts
from monitoring.store.conversion import canonical, instant
from monitoring.store.intake import AMBIGUOUS, quarantine
from monitoring.store.sql import composed, named, quoted
from monitoring.store.storing import numeric

_INCOMING = """
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT _row, nullif(CAST({id} AS VARCHAR), '') AS _id, {value} AS _label, {when} AS _labelled_at,
       {text} AS at_text,
       CASE WHEN {misfit} THEN 'column ' || $name || ': ' || left(CAST({label} AS VARCHAR), 80)
            || ' is not a number' END AS detail
FROM {relation}"""
_NO_ID = "INSERT INTO rejects SELECT _row, 'missing_id', $detail FROM incoming WHERE _id IS NULL"
_NO_INSTANT = """
INSERT INTO rejects
SELECT _row,
       CASE WHEN at_text IS NULL THEN 'missing_instant'
            WHEN regexp_matches(at_text, '{ambiguous}') THEN 'ambiguous_date' ELSE 'unreadable_instant' END,
       'column ' || $column || ': ' || coalesce(at_text, 'empty') || '; write it like 2013-04-03T12:00:00Z'
FROM incoming WHERE _labelled_at IS NULL"""
_NO_LABEL = """
INSERT INTO rejects
SELECT _row, 'missing_label', $detail FROM incoming WHERE _label IS NULL AND detail IS NULL"""
_KNOWN = """
SELECT count(*) FROM incoming SEMI JOIN {schema}.labels AS l
ON l._id = incoming._id AND l._label = incoming._label AND l._labelled_at = incoming._labelled_at"""
_INSERT = "INSERT INTO {schema}.labels SELECT _id, _label, _labelled_at, $source, $file FROM incoming"


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


def take_inline(batch: Batch) -> None:
    """Store the labels that stand in a file of predictions; rows without one simply have none yet."""
    roles = mapping.predictions(batch.model, batch.source)
    if roles.label:
        _store(batch, roles.id, roles.label, roles.labelled_at, "log", optional=True)


def _store(batch: Batch, id_: str, label: str, at: str | None, source: str, *, optional: bool) -> Counts:
    _read(batch, id_, label, at, optional=optional)
    batch.run("CREATE OR REPLACE TEMP TABLE rejects (row BIGINT, reason VARCHAR, detail VARCHAR)")
    if optional:
        batch.run("DELETE FROM incoming WHERE _id IS NULL OR (_label IS NULL AND detail IS NULL)")
    _reject(batch, id_, label, at)
    rejected = quarantine(batch)
    batch.run("DELETE FROM incoming WHERE _row IN (SELECT row FROM rejects)")
    known = batch.run(named(_KNOWN, schema=batch.model.name)).fetchone()
    total = batch.run(named(_INSERT, schema=batch.model.name), source=source, file=batch.file).fetchone()
    rows, duplicates = (total[0] if total else 0), (known[0] if known else 0)
    return Counts(rows + rejected, rows - duplicates, duplicates, rejected)


def _read(batch: Batch, id_: str, label: str, at: str | None, *, optional: bool) -> None:
    """Bring the file into the form of the store; ``at_text`` and ``detail`` tell what did not fit."""
    source, value, misfit = batch.source, "", "FALSE"
    if batch.model.task == "regression":
        one = numeric(batch, label)
        value, misfit = one.value, one.misfit or misfit
    else:
        value = canonical(quoted(label), source.family(label))
    when, text = "now()::TIMESTAMP", "CAST(NULL AS VARCHAR)"
    if at:
        text = composed("nullif(CAST({at} AS VARCHAR), '')", {}, at=at)
        read = instant(quoted(at), source.family(at), source.columns[at], batch.model.timezone).value
        absent = "now()::TIMESTAMP" if optional else "NULL"
        when = f"CASE WHEN {text} IS NULL THEN {absent} ELSE {read} END"
    parts = {"value": value, "when": when, "text": text, "misfit": misfit, "relation": source.relation}
    batch.run(composed(_INCOMING, parts, id=id_, label=label), name=repr(label))


def _reject(batch: Batch, id_: str, label: str, at: str | None) -> None:
    batch.run(_NO_ID, detail=f"column {id_!r} is empty; every label needs the id of its prediction")
    batch.run(composed(_NO_INSTANT, {"ambiguous": AMBIGUOUS}), column=repr(at))
    batch.run(
        "INSERT INTO rejects SELECT _row, 'changed_type', detail FROM incoming WHERE detail IS NOT NULL"
    )
    batch.run(_NO_LABEL, detail=f"column {label!r} is empty; leave the row out until the label is known")
