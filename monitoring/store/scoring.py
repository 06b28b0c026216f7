"""Keeping the profile of outputs in step with predictions and their labels.

Like the profile of features it is added to in the transaction that stores a file, and made anew when rows of
a reference come, because its grids come from them (`monitoring.store.version_references`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import duckdb

from monitoring.models import Model
from monitoring.store import (
    label_events,
    layout,
    pairing,
    profiling,
    reference_outputs,
    score_grids,
    score_partials,
)
from monitoring.store.reference_rows import of_file
from monitoring.store.score_compaction import compact
from monitoring.store.score_grids import ScoreGrid, read, write
from monitoring.store.sql import composed, named
from monitoring.store.version_references import fitted, windows_of

_OF_FILE = """
SELECT _version, min({key}), max({key}) FROM {schema}.predictions WHERE _file = $file GROUP BY 1 ORDER BY 1"""
# Labels of a review are of rows that somebody chose: they are weighed by their chances, never counted here.
_ALL_LABELS = "(SELECT * FROM {schema}.labels WHERE _source = 'log')"
_OF_PREDICTIONS = """
(SELECT * FROM {schema}.labels
 WHERE _source = 'log' AND _id IN (SELECT _id FROM {schema}.predictions AS p WHERE {where}))"""
_TOUCHED = """
(SELECT * FROM {schema}.labels
 WHERE _source = 'log' AND _id IN (SELECT _id FROM {schema}.labels WHERE _file = {file}){but})"""
_CHANGES = """
CREATE OR REPLACE TEMP TABLE label_events AS
SELECT _id, _label, _key, CAST(SUM(_sign) AS INTEGER) AS _sign
FROM ({after} UNION ALL {before}) GROUP BY ALL HAVING SUM(_sign) <> 0"""
_LABELLED_KEYS = """
SELECT DISTINCT {key} FROM {schema}.predictions
WHERE _id IN (SELECT _id FROM {schema}.labels WHERE _file = $file
              UNION ALL SELECT _id FROM {schema}.labels_spare WHERE _file = $file)"""
_TOLD = "p._id IN (SELECT _id FROM label_events)"
_OLD = "SELECT DISTINCT chunk FROM {schema}.scores WHERE chunk < $first"


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables of the profile of outputs."""
    score_grids.create(cursor, schema)
    score_partials.create(cursor, schema)
    pairing.create(cursor, schema)


def signature(model: Model) -> tuple[object, ...]:
    """Everything of a description that the profile of outputs depends on."""
    reference = model.reference
    healthy = (reference.start, reference.stop, reference.file is not None) if reference else None
    own = tuple(sorted(reference.versions.items())) if reference else ()
    champion = model.versions.first if of_file(model) else ""
    return (
        healthy, own, champion, model.grain, model.timezone, model.segments.columns, model.threshold,
        model.positive, tuple(pairing.pairs(model)),
    )  # fmt: skip


def extend(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> bool:
    """Count a file of predictions, its labels included; call after `profiling.extend`.

    Returns
    -------
    bool
        Whether the profile has to be made anew instead.
    """
    if not frozen(cursor, model) and _touches_reference(cursor, model, file):
        return True
    of_file_, others = f"p._file = {int(file)}", f"p._file <> {int(file)}"
    _note_events(cursor, model, composed(_OF_PREDICTIONS, {"where": of_file_}, schema=model.name))
    _append(cursor, model, rows=of_file_, labelled=of_file_)
    brought = pairing.brought(file)
    _append_pairs(cursor, model, brought, pairing.near(cursor, model, file))
    _extend_labels(cursor, model, file, others, f"NOT {brought}")
    return False


def extend_labels(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> None:
    """Count what a file of labels changes."""
    _extend_labels(cursor, model, file, "TRUE", "TRUE")


def _extend_labels(
    cursor: duckdb.DuckDBPyConnection, model: Model, file: int, where: str, paired: str
) -> None:
    """Count what a file of labels changes for predictions, and for pairs, that meet a condition."""
    parts = {"file": str(int(file))}
    after = composed(_TOUCHED, {**parts, "but": ""}, schema=model.name)
    before = composed(_TOUCHED, {**parts, "but": f" AND _file <> {int(file)}"}, schema=model.name)
    cursor.execute(
        composed(
            _CHANGES,
            {
                "after": label_events.events(model, after),
                "before": label_events.events(model, before, -1),
            },
        )
    )
    if label_events.any_event(cursor):
        _append(cursor, model, labelled=where)
        _append_pairs(cursor, model, f"{paired} AND {pairing.LABELLED}", rows=False)


def rebuild(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Fit the grids of every version on its reference and count all predictions and labels again."""
    clear(cursor, model)
    grids: list[ScoreGrid] = []
    for version, window in windows_of(cursor, model).items():
        grids += fitted(cursor, model, version, window)
    write(cursor, model.name, grids)
    _append_reference(cursor, model, grids)
    _note_events(cursor, model, named(_ALL_LABELS, schema=model.name))
    _append(cursor, model, rows="TRUE", labelled="TRUE")
    _append_pairs(cursor, model)


def clear(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Delete the profile of outputs and its grids."""
    for table in ("scores", "reference_scores", "score_grids", "pair_grids"):
        cursor.execute(named("DELETE FROM {schema}.{table}", schema=model.name, table=table))


def replace_keys(cursor: duckdb.DuckDBPyConnection, model: Model, keys: Sequence[dt.datetime]) -> bool:
    """Count some chunks again from the rows that are left; `profiling.replace_keys` has counted the volume.

    Returns
    -------
    bool
        Whether the profile has to be made anew instead.
    """
    if not keys:
        return False
    if not frozen(cursor, model) and any(
        window and key < window.stop for window in windows_of(cursor, model).values() for key in keys
    ):
        return True
    profiling.choose(cursor, keys)
    profiling.forget_chosen(cursor, model, "scores")
    among = f"{layout.key_sql(model, 'p.')} IN {profiling.CHOSEN}"
    _note_events(cursor, model, composed(_OF_PREDICTIONS, {"where": among}, schema=model.name))
    _append(cursor, model, rows=among, labelled=among)
    _append_pairs(cursor, model, pairing.among(model, profiling.CHOSEN))
    return False


def labelled_keys(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> list[dt.datetime]:
    """The chunks of the predictions that a file has told the labels of."""
    text = composed(_LABELLED_KEYS, {"key": layout.key_sql(model)}, schema=model.name)
    return [row[0] for row in cursor.execute(text, {"file": file}).fetchall()]


def frozen(cursor: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """Whether outputs cannot be counted anew: a chunk of their profile has lost raw rows to retention."""
    return profiling.lost(cursor, model, "scores")


def tidy(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Merge partial rows when they have become many."""
    compact(cursor, model.name)


def _append(
    cursor: duckdb.DuckDBPyConnection, model: Model, rows: str | None = None, labelled: str | None = None
) -> None:
    known, chosen = _with_new_versions(cursor, model), _segments(cursor, model)
    source = score_partials.Rows.of_log(model)
    if chosen:
        source = replace(source, apart=score_partials.apart(cursor, source, rows or _TOLD))
    score_partials.append(cursor, model, known, segments=chosen, rows=rows, labelled=labelled, source=source)


def _append_pairs(
    cursor: duckdb.DuckDBPyConnection, model: Model, where: str = "TRUE", near: str = "TRUE", *,
    rows: bool = True,
) -> None:  # fmt: skip
    if pairing.pairs(model):
        known = read(cursor, model.name)
        pairing.append(cursor, model, known, _segments(cursor, model), where, near, rows=rows)


def _append_reference(cursor: duckdb.DuckDBPyConnection, model: Model, grids: list[ScoreGrid]) -> None:
    """Count what a reference file holds of the versions of some grids."""
    if of_file(model) and grids:
        reference_outputs.append(cursor, model, grids, _segments(cursor, model))


def _segments(cursor: duckdb.DuckDBPyConnection, model: Model) -> list[score_partials.Segment]:
    there = layout.features(cursor, model)  # forgetting a file may have taken a column away
    return [(name, kept) for name, kept in profiling.segments(cursor, model).items() if name in there]


def _with_new_versions(cursor: duckdb.DuckDBPyConnection, model: Model) -> list[ScoreGrid]:
    """The grids, also of versions that appear where nothing can be fitted anew."""
    known = read(cursor, model.name)
    named_ = {grid.version for grid in known}
    fresh = [
        grid
        for version, window in windows_of(cursor, model).items()
        if version not in named_
        for grid in fitted(cursor, model, version, window)
    ]
    if fresh:
        write(cursor, model.name, [*known, *fresh])
        _append_reference(cursor, model, fresh)
    return [*known, *fresh]


def _note_events(cursor: duckdb.DuckDBPyConnection, model: Model, labels: str) -> None:
    label_events.note_events(cursor, label_events.events(model, labels))


def _touches_reference(cursor: duckdb.DuckDBPyConnection, model: Model, file: int) -> bool:
    """Whether a file has rows of the reference of their version, or is the first of one."""
    known = {grid.version for grid in read(cursor, model.name)}
    windows = windows_of(cursor, model)
    text = composed(_OF_FILE, {"key": layout.key_sql(model)}, schema=model.name)
    for version, first, last in cursor.execute(text, {"file": file}).fetchall():
        window = windows[version]
        if version not in known or (window and first < window.stop and last >= window.start):
            return True
    return False
