"""What a writer does between BEGIN and COMMIT: taking a file in, and bringing the profile up to date."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from monitoring.models import Model
from monitoring.store import catalogue, forgetting, journal, profiling
from monitoring.store.batch import Batch, Counts, Progress
from monitoring.store.intake import take_predictions
from monitoring.store.labeling import take_inline, take_labels


def settle(cursor: duckdb.DuckDBPyConnection, model: Model, progress: Progress | None = None) -> bool:
    """Make a stale profile again where that is possible, and let go of what is too old.

    What is too old is profiled before it goes. Only while the reference is still filling up it goes first: a
    profile of it would freeze the grids before all of the reference is there.
    """
    if profiling.filling(cursor, model):
        forgetting.retain(cursor, model)
    _, stale, _ = catalogue.state(cursor, model.name)
    anew = stale and not profiling.frozen(cursor, model)
    if anew:
        if progress:
            progress(0.8, f"profiling {model.name} anew")
        profiling.rebuild(cursor, model)
    if stale:
        catalogue.settled(cursor, model.name)
    else:
        profiling.tidy(cursor, model)
    forgetting.retain(cursor, model)
    return anew


def commit(batch: Batch, entry: journal.Entry, say: Progress) -> Counts:
    """Store, profile and journal a file."""
    stale = False
    if entry.kind == "labels":
        counts = take_labels(batch)
    else:
        counts = take_predictions(batch)
        counts = replace(counts, rejected=counts.rejected + take_inline(batch))
        say(0.6, f"profiling {entry.name}")
        stale = profiling.extend(batch.cursor, batch.model, batch.file)
    journal.write(batch.cursor, entry, batch.file, counts)
    catalogue.touch(batch.cursor, batch.model.name, stale=stale)
    return counts
