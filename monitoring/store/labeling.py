"""Taking labels in: append only, in any order, also before their prediction arrives.

Every label is kept with its instant and its source, so that a label that was revised later and what was known at
any past instant stay knowable. Labels are joined to predictions by id when they are read.
"""

from __future__ import annotations

from monitoring.store import mapping
from monitoring.store.batch import Batch, Counts
from monitoring.store.conversion import canonical, instant
from monitoring.store.intake import AMBIGUOUS, quarantine
from monitoring.store.sql import quoted
from monitoring.store.storing import numeric


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
    if not optional:
        _reject(batch, id_, label, at)
    batch.run(
        "INSERT INTO rejects SELECT _row, 'changed_type', detail FROM incoming WHERE detail IS NOT NULL"
    )
    rejected = quarantine(batch)
    batch.run("DELETE FROM incoming WHERE _label IS NULL OR _id IS NULL OR _labelled_at IS NULL")
    batch.run("DELETE FROM incoming WHERE _row IN (SELECT row FROM rejects)")
    schema = quoted(batch.model.name)
    known = batch.run(
        f"SELECT count(*) FROM incoming SEMI JOIN {schema}.labels AS l ON l._id = incoming._id "
        "AND l._label = incoming._label AND l._labelled_at = incoming._labelled_at"
    ).fetchone()
    total = batch.run(
        f"INSERT INTO {schema}.labels SELECT _id, _label, _labelled_at, $source, $file FROM incoming",
        source=source,
        file=batch.file,
    ).fetchone()
    rows, duplicates = (total[0] if total else 0), (known[0] if known else 0)
    return Counts(rows + rejected, rows - duplicates, duplicates, rejected)


def _read(batch: Batch, id_: str, label: str, at: str | None, *, optional: bool) -> None:
    """Bring the file into the form of the store; ``at_text`` and ``detail`` tell what did not fit."""
    source = batch.source
    if batch.model.task == "regression":
        one = numeric(batch, label)
        value, misfit = one.value, one.misfit or "FALSE"
    else:
        value, misfit = canonical(quoted(label), source.family(label)), "FALSE"
    when = (
        instant(quoted(at), source.family(at), source.columns[at], batch.model.timezone).value
        if at
        else "NULL"
    )
    when = f"coalesce({when}, now()::TIMESTAMP)" if optional or not at else when
    at_text = f"CAST({quoted(at)} AS VARCHAR)" if at else "''"
    batch.run(
        f"""
        CREATE OR REPLACE TEMP TABLE incoming AS
        SELECT _row, nullif(CAST({quoted(id_)} AS VARCHAR), '') AS _id, {value} AS _label, {when} AS _labelled_at,
               {at_text} AS at_text,
               CASE WHEN {misfit} THEN 'column ' || $label || ': ' || left(CAST({quoted(label)} AS VARCHAR), 80)
                    || ' is not a number' END AS detail
        FROM {source.relation}
        """,
        label=repr(label),
    )


def _reject(batch: Batch, id_: str, label: str, at: str | None) -> None:
    batch.run(
        "INSERT INTO rejects SELECT _row, 'missing_id', $detail FROM incoming WHERE _id IS NULL",
        detail=f"column {id_!r} is empty; every label needs the id of its prediction",
    )
    batch.run(
        f"""
        INSERT INTO rejects
        SELECT _row,
               CASE WHEN at_text IS NULL OR at_text = '' THEN 'missing_instant'
                    WHEN regexp_matches(at_text, '{AMBIGUOUS}') THEN 'ambiguous_date' ELSE 'unreadable_instant' END,
               'column ' || $column || ': ' || coalesce(at_text, 'empty') || '; write it like 2013-04-03T12:00:00Z'
        FROM incoming WHERE _labelled_at IS NULL
        """,
        column=repr(at),
    )
    batch.run(
        "INSERT INTO rejects SELECT _row, 'missing_label', $detail FROM incoming WHERE _label IS NULL AND detail IS NULL",
        detail=f"column {label!r} is empty; leave the row out until the label is known",
    )
