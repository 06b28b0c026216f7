"""The profile of outputs as dense arrays: scores and the labels they met, by chunk, ready for statistics."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from monitoring.store.score_grids import ScoreGrid
from monitoring.store.sql import Array, arrow, query

_LISTS = ("counts", "logged", "decided", "sums", "squares")
_EVER = dt.datetime(9999, 1, 1)


@dataclass(frozen=True, eq=False)
class Tally:
    """Rows counted over a grid of K edges; the last slot holds rows without a finite score.

    Attributes
    ----------
    counts : ndarray of shape (..., C, K + 2)
        Rows. Slot k holds values that k edges do not exceed: ``edges[k - 1] <= value < edges[k]``.
    logged, decided : ndarray of the same shape
        Rows whose log says what was decided, and those of them that were decided for the subject.
    sums, squares : ndarray of the same shape
        Sums of value less centre, and of its square.
    moments : ndarray of shape (..., C, M)
        As `monitoring.store.score_subjects` names them.
    """

    counts: Array
    logged: Array
    decided: Array
    sums: Array
    squares: Array
    moments: Array


@dataclass(frozen=True, eq=False)
class ScoreCube:
    """The output of one version over C chunks.

    Attributes
    ----------
    grid : ScoreGrid
    chunks : tuple of datetime
        Keys of the chunks that hold predictions, oldest first; of errors and labels, those with any known.
    labels : tuple of str
        Classes that were told, in the order of their text; ('',) for a regression.
    all : Tally
        All predictions, of shape (C, ...).
    labelled : Tally
        Those whose label was known, by label, of shape (L, C, ...).
    """

    grid: ScoreGrid
    chunks: tuple[dt.datetime, ...]
    labels: tuple[str, ...]
    all: Tally
    labelled: Tally


@dataclass(frozen=True, eq=False)
class Segments:
    """One output in every segment, sparse as the profile keeps it; dense arrays of all would be too large.

    Attributes
    ----------
    grid : ScoreGrid
    rows : pyarrow.Table
        Partial rows of all segments.
    places : dict of (column, value) to list of int
        Which of them belong to each segment, named as the profile writes them.
    """

    grid: ScoreGrid
    rows: pa.Table
    places: dict[tuple[str, str], list[int]]

    def cube(self, segment: tuple[str, str]) -> ScoreCube:
        """One segment as arrays; one without rows has no chunks."""
        return _laid(self.rows.take(pa.array(self.places.get(segment, []), pa.int64())), self.grid)


def read(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    grid: ScoreGrid,
    start: dt.datetime | None = None,
    stop: dt.datetime | None = None,
    segment: tuple[str, str] = ("", ""),
    known_at: dt.datetime | None = None,
    beside: str = "",
) -> ScoreCube:
    """Add up the partial rows of one output.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
        The model's.
    grid : ScoreGrid
        Names the version and the subject.
    start, stop : datetime, optional
        The first key included and the first that is not.
    segment : (column, value)
        As the profile writes them; ('', '') for all rows.
    known_at : datetime, optional
        The last profile key whose labels count; by default all do.
    beside : str
        A version: only requests that it scored too.

    Returns
    -------
    ScoreCube
    """
    rows = partial_rows(
        cursor, schema, grid.version, grid.subject, start, stop, segment, known_at, beside=beside
    )
    return _laid(rows, grid)


def partial_rows(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    version: str,
    subject: str,
    start: dt.datetime | None = None,
    stop: dt.datetime | None = None,
    segment: tuple[str, str] = ("", ""),
    known_at: dt.datetime | None = None,
    *,
    beside: str = "",
) -> pa.Table:
    """The rows that `read` adds up, of any subject; parameters are as there."""
    given = {
        "version": version, "subject": subject, "column": segment[0], "value": segment[1],
        "start": start or dt.datetime.min, "stop": stop or _EVER, "known_at": known_at or _EVER,
        "beside": beside,
    }  # fmt: skip
    return arrow(cursor, query("scores", schema=schema), given)


def read_segments(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    grid: ScoreGrid,
    start: dt.datetime | None = None,
    stop: dt.datetime | None = None,
    known_at: dt.datetime | None = None,
    beside: str = "",
) -> Segments:
    """The partial rows of one output in every segment, read at once; parameters are as in `read`."""
    given = {
        "version": grid.version, "subject": grid.subject, "start": start or dt.datetime.min,
        "stop": stop or _EVER, "known_at": known_at or _EVER, "beside": beside,
    }  # fmt: skip
    rows = arrow(cursor, query("segments_scores", schema=schema), given)
    names = list(zip(rows["segment_column"].to_pylist(), rows["segment_value"].to_pylist(), strict=True))
    places: dict[tuple[str, str], list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return Segments(grid, rows, places)


def read_reference(
    cursor: duckdb.DuckDBPyConnection, schema: str, grid: ScoreGrid, segment: tuple[str, str] = ("", "")
) -> ScoreCube:
    """The same of the rows of a reference file, whose labels are all known; its own days are the chunks."""
    given: dict[str, object] = {
        "version": grid.version, "subject": grid.subject, "column": segment[0], "value": segment[1],
    }  # fmt: skip
    return _laid(arrow(cursor, query("reference_scores", schema=schema), given), grid)


def _laid(rows: pa.Table, grid: ScoreGrid) -> ScoreCube:
    """Partial rows as arrays."""
    keys, labels, place, told = places_of(rows)
    whole = _tally(rows, ~told, place, (len(keys),), grid)
    by_label = _tally(rows, told, place, (len(labels), len(keys)), grid)
    return ScoreCube(grid, keys, labels, whole, by_label)


def places_of(rows: pa.Table) -> tuple[tuple[dt.datetime, ...], tuple[str, ...], Array, Array]:
    """Where partial rows belong.

    Parameters
    ----------
    rows : pyarrow.Table

    Returns
    -------
    keys : tuple of datetime
        That there are, oldest first.
    labels : tuple of str
    place : ndarray of int, shape (rows,)
        Of each row in an array by label and key; of one that counts all predictions its key's.
    told : ndarray of bool, shape (rows,)
        Whether a row counts predictions with the label it states.
    """
    chunk = rows["chunk"].to_numpy().astype("datetime64[us]")
    keys = np.unique(chunk)
    place = np.searchsorted(keys, chunk)
    label = np.array(rows["label"].to_pylist(), dtype=object)
    told = np.asarray(rows["label_key"].is_valid())
    labels = tuple(sorted({str(one) for one in label[told]}))
    number = {name: i for i, name in enumerate(labels)}
    of_label = np.array(
        [number[name] if is_told else 0 for name, is_told in zip(label, told, strict=True)], int
    )
    return tuple(keys.tolist()), labels, of_label * len(keys) + place, told


def delays(
    cursor: duckdb.DuckDBPyConnection, schema: str, grid: ScoreGrid, segment: tuple[str, str] = ("", "")
) -> pd.DataFrame:
    """How many labels of each chunk had become known by when: columns chunk, label, label_key, n.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
        The model's.
    grid : ScoreGrid
        Of a subject that counts every labelled row once.
    segment : (column, value)
    """
    given = {"version": grid.version, "subject": grid.subject, "column": segment[0], "value": segment[1]}
    return cursor.execute(query("label_delays", schema=schema), given).df()


def _tally(rows: pa.Table, chosen: Array, place: Array, shape: tuple[int, ...], grid: ScoreGrid) -> Tally:
    """Add the chosen partial rows into arrays, each at its place."""
    part = rows.filter(pa.array(chosen))
    place = place[chosen]
    size, width = int(np.prod(shape)), len(grid.edges) + 2
    slots = part["slots"].combine_chunks()
    lengths = np.asarray(slots.value_lengths().fill_null(0))
    slot = slots.flatten().to_numpy(zero_copy_only=False).astype(np.intp)
    at = np.repeat(place, lengths) * width + np.where(slot < 0, width - 1, slot)
    found = {
        name: np.bincount(
            at, part[name].combine_chunks().flatten().to_numpy(zero_copy_only=False), size * width
        ).reshape(*shape, width)
        for name in _LISTS
    }
    return Tally(**found, moments=_moments(part, place, shape))


def _moments(part: pa.Table, place: Array, shape: tuple[int, ...]) -> Array:
    """Add up the sums of losses; every row of a subject has as many."""
    column = part["moments"].combine_chunks()
    many = int(np.asarray(column.value_lengths()).max(initial=0))
    laid = np.zeros((int(np.prod(shape)), many))
    if many:
        np.add.at(laid, place, column.flatten().to_numpy(zero_copy_only=False).reshape(-1, many))
    return laid.reshape(*shape, many)
