"""What versions said of the rows of a reference file, and how these turned out: stored and counted apart.

They are counted as predictions and labels of the log are, over the same grids, into a table of their own.
A label there is known from the start: a file is a sample that was looked at when it was made.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from monitoring.models import Model
from monitoring.store import label_events, labeling, layout, reference_rows, score_partials, storing
from monitoring.store.batch import Batch
from monitoring.store.mapping import Mapping, Scored
from monitoring.store.score_grids import ScoreGrid
from monitoring.store.score_partials import Rows, Segment
from monitoring.store.sql import composed, listed, named, quoted

TABLES = ("reference_predictions", "reference_labels", "reference_scores")

_INSERT = """
INSERT INTO {schema}.reference_predictions (_id, _version, _predicted_at, _day, _file, {names})
SELECT _id, {version}, _predicted_at, _day, $file, {names}
FROM keys JOIN (SELECT _row, {values} FROM {relation} {where}) AS s USING (_row)
QUALIFY row_number() OVER (PARTITION BY _id, {version} ORDER BY _row) = 1 ORDER BY _row"""
_VERSIONS = """
SELECT DISTINCT _version FROM {schema}.reference_predictions WHERE {told} ORDER BY 1"""


def take(batch: Batch, roles: Mapping) -> int:
    """Keep what versions said of the rows left in ``keys``, and their labels; call after these are checked.

    Returns
    -------
    int
        Rows whose label could not be read; they are in the quarantine.
    """
    for scored in roles.scored:
        if scored.score or scored.classes or scored.prediction:
            _insert(batch, roles, scored)
    return labeling.take_reference(batch, roles) if roles.label else 0


def _insert(batch: Batch, roles: Mapping, scored: Scored) -> None:
    output, where, parameters = storing.said(batch, roles, scored)
    parts = {
        "names": listed(output),
        "values": storing.aliased(output)[2:],
        "relation": batch.source.relation,
        "where": where,
        "version": "$version" if parameters else "_version",
    }
    batch.run(composed(_INSERT, parts, schema=batch.model.name), file=batch.file, **parameters)


def clear(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Forget what versions said of a reference file, its labels and what was counted of both."""
    for table in TABLES:
        cursor.execute(named("DELETE FROM {schema}.{table}", schema=schema, table=table))


def versions(cursor: duckdb.DuckDBPyConnection, model: Model) -> frozenset[str]:
    """The versions whose output the reference file holds; none where the reference is no file."""
    if not reference_rows.of_file(model):
        return frozenset()
    columns = ["_score", "_prediction", *(layout.score_column(name) for name in model.classes)]
    told = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in columns)
    text = composed(_VERSIONS, {"told": told}, schema=model.name)
    return frozenset(version for (version,) in cursor.execute(text).fetchall())


def append(
    cursor: duckdb.DuckDBPyConnection, model: Model, grids: Sequence[ScoreGrid], segments: Sequence[Segment]
) -> None:
    """Count the outputs and labels of the file over grids; those of versions that it lacks are left out."""
    held = versions(cursor, model)
    source = Rows(
        reference_rows.dated(model, "reference_predictions"), reference_rows.dated(model), "reference_scores"
    )
    label_events.note_events(
        cursor, label_events.events(model, named("{schema}.reference_labels", schema=model.name))
    )
    score_partials.append(
        cursor, model, [grid for grid in grids if grid.version in held], segments=segments, rows="TRUE",
        labelled="TRUE", source=source,
    )  # fmt: skip
