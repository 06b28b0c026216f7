"""The outputs and labels of every segment, one after the other, on the days of all rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from monitoring import windows
from monitoring.drift.inspection import private_among
from monitoring.performance.outcomes import Cubes, labelled_subject, main_subject, outcomes
from monitoring.performance.reading import Material, filed
from monitoring.statistics.metrics.additive import emptied, leading_shape
from monitoring.store import Store, outputs
from monitoring.store.score_cubes import Segments


def materials(store: Store, found: Material) -> Iterator[tuple[tuple[str, str], Material]]:
    """What performance of each segment is computed from.

    The profile of all segments is read at once, and made dense one segment at a time: all together would be
    too large. Which days are final is what all rows say.

    Parameters
    ----------
    store : Store
    found : Material
        Of all rows.

    Yields
    ------
    (column, value), Material
        In the order of the model's file, then by frequency; the segment as the profile writes it. Columns
        that the file marks private are left out.
    """
    model, name = found.model, found.model.name
    known_at = windows.key_of(found.at - dt.timedelta(microseconds=1), model.grain, model.zone)
    grids = {subject: cube.grid for subject, cube in found.cubes.items()}
    stop = found.keys[-1] + found.step
    read = {
        subject: outputs.segments(store, name, grid, None, stop, known_at=known_at)
        for subject, grid in grids.items()
        if subject in (main_subject(model), labelled_subject(model)) or model.task == "multiclass"
    }
    labels = store.segment_labels(name)
    for column in private_among(model, list(labels)):
        del labels[column]
    for column, values in labels.items():
        for value in values:
            segment = (column, value)
            yield (
                segment,
                _material(found, segment, read, filed(store, name, grids, segment, found.reference)),
            )


def _material(
    found: Material, segment: tuple[str, str], read: dict[str, Segments], file: Cubes | None
) -> Material:
    """The material of one segment, on the days and with the maturity of all rows."""
    model = found.model
    cubes = {subject: rows.cube(segment) for subject, rows in read.items()}
    rows: Any = outcomes(model, cubes, found.keys)
    if _slots(rows) != _slots(found.outcomes):  # no row of it has a score
        rows = emptied(found.outcomes)
    main = cubes[main_subject(model)]
    held = dict(zip(main.chunks, main.all.counts.sum(axis=-1), strict=True))
    cohorts = replace(
        found.cohorts,
        predicted=np.array([held.get(key, 0.0) for key in found.keys]),
        labelled=np.asarray(rows.rows, dtype=float),
    )
    return replace(found, segment=segment, cubes=cubes, outcomes=rows, cohorts=cohorts, filed=file)


def _slots(rows: Any) -> tuple[int, ...]:
    """The shape of the largest array behind the leading axes."""
    name = next(name for name in ("positives", "hits", "errors") if hasattr(rows, name))
    return getattr(rows, name).shape[len(leading_shape(rows)) :]
