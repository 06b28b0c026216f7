"""Writers take turns; what each does between BEGIN and COMMIT stands together or not at all.

What they do is here too: taking a file in or out, and bringing the profile up to date.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import duckdb

from monitoring.models import Model, parse
from monitoring.store import (
    breaches,
    catalogue,
    changes,
    counters,
    followed,
    forgetting,
    journal,
    outlier_counts,
    pairing,
    places,
    profiling,
    reference_file,
    reference_rows,
    scoring,
    sources,
)
from monitoring.store.batch import Batch, Counts, Progress
from monitoring.store.errors import Busy, Refused
from monitoring.store.intake import take_predictions
from monitoring.store.labeling import take_inline, take_labels


class Turns:
    """One writer at a time, in whichever thread; a writer whose turn it is may take it again.

    Examples
    --------
    >>> turns = Turns()
    >>> with turns.taken(), turns.taken(patience=0):
    ...     print("written")
    written
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    @contextmanager
    def taken(self, patience: float | None = None) -> Iterator[None]:
        """Wait for the turn, and have it until the end.

        Raises
        ------
        Busy
            If it does not come within ``patience``, in seconds; None waits for as long as it takes.
        """
        if not self._lock.acquire(timeout=-1 if patience is None else patience):
            raise Busy("another writer is at work; try again when it has finished")
        try:
            yield
        finally:
            self._lock.release()


@contextmanager
def transaction(cursor: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Commit everything that is done with the cursor together, or nothing of it."""
    cursor.execute("BEGIN")
    try:
        yield cursor
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")


@contextmanager
def snapshot(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let all statements of the cursor see the store as it is at the first of them."""
    cursor.execute("BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def assert_unchanged(cursor: duckdb.DuckDBPyConnection, name: str, text: str | None) -> None:
    """Refuse a change that began with another text than the one that stands there; None: with any."""
    if text is not None and catalogue.toml(cursor, name) != text:
        raise Refused(
            f"{name}: somebody else saved its file meanwhile; nothing was changed. Read it again, and make "
            "your change there"
        )


def note_edit(cursor: duckdb.DuckDBPyConnection, model: Model, folder: str | None, author: str) -> None:
    """Keep what is to be known of a change besides the description; call before it is made."""
    changes.note(cursor, catalogue.known(cursor, model.name), model, author)
    if folder is not None:
        followed.keep_folder(cursor, model.name, folder)
    followed.try_again(cursor, model.name)


def register(
    cursor: duckdb.DuckDBPyConnection, text: str, given: reference_file.Given | None, progress: Progress
) -> Model:
    """Add a model or change it, take its reference file in where there is a new one, and profile."""
    wanted = parse(text)
    breaches.check(wanted)
    before = catalogue.known(cursor, wanted.name)
    if given or not reference_rows.of_file(wanted):
        reference_file.drop(cursor, wanted.name)
    model = catalogue.register(cursor, text, refit=given is not None)
    if given:
        progress(0.0, f"checking {given.entry.name}")
        reference_file.take(Batch(cursor, model, given.source, journal.number(cursor)), given.entry)
    reference_file.rename(cursor, model)
    if before is not None and counters.changed(before, model):
        progress(0.0, f"counting the rules of {model.name} again")
        counters.recount(cursor, model, every=counters.moved(before, model))
    if before is None and not given:
        catalogue.settled(cursor, model.name)  # no rows yet: there is nothing to profile
    else:
        settle(cursor, model, progress)
    return model


def settle(cursor: duckdb.DuckDBPyConnection, model: Model, progress: Progress | None = None) -> bool:
    """Make a stale profile again where that is possible, and let go of what is too old.

    What is too old is profiled before it goes. Only while the reference is still filling up it goes first: a
    profile of it would freeze the grids before all of the reference is there.
    """
    if profiling.filling(cursor, model):
        forgetting.retain(cursor, model)
    state, say = catalogue.state(cursor, model.name), progress or (lambda share, what: None)
    anew = state.stale and not profiling.frozen(cursor, model)
    scores_anew = (state.scores_stale or anew) and not scoring.frozen(cursor, model)
    if anew:
        profiling.rebuild(
            cursor, model, lambda share: say(0.5 * share, f"profiling the inputs of {model.name} anew")
        )
    odd_anew = anew or outlier_counts.due(cursor, model)
    if odd_anew:
        _score_anew(cursor, model, say)
    if scores_anew:  # after the features: these choose the values of segments
        say(0.75, f"profiling the outputs of {model.name} anew")
        scoring.rebuild(cursor, model)
    if state.stale or state.scores_stale:
        catalogue.settled(cursor, model.name)
    else:
        profiling.tidy(cursor, model)
        counters.tidy(cursor, model)
        scoring.tidy(cursor, model)
        outlier_counts.tidy(cursor, model)
    forgetting.retain(cursor, model)
    return anew or scores_anew


def _score_anew(cursor: duckdb.DuckDBPyConnection, model: Model, say: Progress) -> None:
    """Score every row anew by how odd it is, and say how far that is."""
    outlier_counts.rebuild(
        cursor, model, lambda share: say(0.5 + 0.25 * share, f"scoring the rows of {model.name} anew")
    )
    catalogue.touch(cursor, model.name)


def take(
    cursor: duckdb.DuckDBPyConnection, model: Model, path: Path, entry: journal.Entry, say: Progress,
    *, parts: Mapping[str, str | None] = MappingProxyType({}), instead_of: str = "",
) -> tuple[Counts, bool]:  # fmt: skip
    """Store a file unless its content is known, and say whether it is; call in turn, outside a transaction.

    What a file of the digest ``instead_of`` brought is taken out in the same transaction; ``parts`` are
    columns that the file's path tells.

    Raises
    ------
    UnreadableFile
        If it cannot be read, or lacks a column that every log needs.
    """
    rows = journal.known(cursor, entry)
    before = journal.numbered(cursor, model.name, entry.kind, instead_of) if instead_of else None
    if rows is not None:
        if before is not None:
            with transaction(cursor):
                _take_out(cursor, model, before)
        return Counts(rows, 0, rows, 0), True
    source = places.with_parts(sources.read(cursor, path, ids=("_id", model.columns.id)), parts)
    say(0.2, f"checking {entry.name}")
    with transaction(cursor):
        if before is not None:
            _take_out(cursor, model, before)
        journal.read_at_last(cursor, entry)
        return commit(Batch(cursor, model, source, journal.number(cursor)), entry, say), False


def forget(cursor: duckdb.DuckDBPyConnection, model: Model, file: str) -> None:
    """Take a file out, and bring the profile up to date."""
    _take_out(cursor, model, forgetting.find(cursor, model.name, file))
    settle(cursor, model)


def _take_out(cursor: duckdb.DuckDBPyConnection, model: Model, number: int) -> None:
    """Take a file out by its number, and count what is left of its chunks again."""
    labelled = scoring.labelled_keys(cursor, model, number)
    paired = pairing.keys(cursor, model, pairing.brought(number))
    keys = forgetting.forget(cursor, model, number)
    counters.replace_keys(cursor, model, number, keys)
    stale = profiling.replace_keys(cursor, model, keys)
    if not stale:
        outlier_counts.replace_keys(cursor, model, keys)
    paired |= pairing.keys(cursor, model, pairing.beside(model, profiling.CHOSEN)) if keys else set()
    scores_stale = scoring.replace_keys(cursor, model, sorted({*keys, *labelled, *paired}))
    catalogue.touch(cursor, model.name, stale=stale, scores_stale=scores_stale)


def commit(batch: Batch, entry: journal.Entry, say: Progress) -> Counts:
    """Store, profile and journal a file; call inside a transaction."""
    cursor, model = batch.cursor, batch.model
    stale = False
    scores_stale = catalogue.state(cursor, model.name).scores_stale and not scoring.frozen(cursor, model)
    if entry.kind == "labels":
        counts = take_labels(batch)
        if not scores_stale:
            scoring.extend_labels(cursor, model, batch.file)
    else:
        counts = take_predictions(batch)
        counts = replace(counts, rejected=counts.rejected + take_inline(batch))
        say(0.6, f"profiling {entry.name}")
        stale = profiling.extend(cursor, model, batch.file)
        counters.extend(cursor, model, batch.file)
        if not stale:
            outlier_counts.extend(cursor, model, batch.file)
        scores_stale = scores_stale or scoring.extend(cursor, model, batch.file)
    journal.write(cursor, entry, batch.file, counts)
    catalogue.touch(cursor, model.name, stale=stale, scores_stale=scores_stale)
    return counts
