"""Cubes: the profile of many features over many chunks as dense arrays, ready for statistics."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.store.grids import Grid
from monitoring.store.sql import Array, arrow, query

Floats = np.ndarray[Any, np.dtype[np.float64]]

_ADDED = ("n", "missing", "non_finite", "total", "square")
_ARRAYS = ("counts", "sums", *_ADDED, "minimum", "maximum")


@dataclass(frozen=True, eq=False)
class Cube:
    """The profile of F features over C chunks.

    Attributes
    ----------
    features : tuple of str
    grids : tuple of Grid
        One per feature.
    chunks : tuple of datetime
        Keys of the chunks that hold rows, oldest first; where there are none is a gap.
    counts : ndarray of shape (F, C, B)
        Rows in each slot of the feature's grid, zero beyond its last: below, bins, above for numeric ones;
        categories, other, unseen for categorical ones.
    sums : ndarray of shape (F, C, B), or (F, C, 0) for categorical features
        Sums of value - centre in each slot.
    n, missing, non_finite : ndarray of shape (F, C)
        Rows; those without a value; those that are infinite. n = missing + non_finite + counts.
    total, square : ndarray of shape (F, C)
        Sums of value - centre and of its square; zero for categorical features.
    minimum, maximum : ndarray of shape (F, C)
        Of finite values, NaN where there are none.
    """

    features: tuple[str, ...]
    grids: tuple[Grid, ...]
    chunks: tuple[dt.datetime, ...]
    counts: Floats
    sums: Floats
    n: Floats
    missing: Floats
    non_finite: Floats
    total: Floats
    square: Floats
    minimum: Floats
    maximum: Floats


@dataclass(frozen=True, eq=False)
class Cubes:
    """The profile of a model: numeric and categorical features over the same chunks."""

    numeric: Cube
    categorical: Cube


def read(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    grids: Sequence[Grid],
    start: dt.datetime | None = None,
    stop: dt.datetime | None = None,
    segment: tuple[str, str] = ("", ""),
    features: Sequence[str] | None = None,
) -> Cubes:
    """Add up the partial rows of a window.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
        The model's.
    grids : sequence of Grid
        Of all features, or of those wanted.
    start, stop : datetime, optional
        The first key included and the first that is not.
    segment : (column, value)
        As the profile writes them; ('', '') for all rows.
    features : sequence of str, optional
        Those wanted; by default all that have a grid.

    Returns
    -------
    Cubes
        Features in the order of their grids, also those without rows.
    """
    wanted = _wanted(grids, features)
    window = {"start": start or dt.datetime.min, "stop": stop or dt.datetime.max}
    rows = arrow(cursor, query("profile", schema=schema), {**_asked(wanted, segment), **window})
    return _laid_out(rows, wanted)


def read_reference(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    grids: Sequence[Grid],
    segment: tuple[str, str] = ("", ""),
    features: Sequence[str] | None = None,
) -> Cubes:
    """Add up what was counted of a reference file, all of it; parameters as in `read`."""
    wanted = _wanted(grids, features)
    rows = arrow(cursor, query("reference_profile", schema=schema), _asked(wanted, segment))
    return _laid_out(rows, wanted)


def read_segments(
    cursor: duckdb.DuckDBPyConnection,
    schema: str,
    grid: Grid,
    start: dt.datetime | None = None,
    stop: dt.datetime | None = None,
) -> dict[tuple[str, str], Cube]:
    """Add up the partial rows of one feature in every segment, with one query.

    Parameters
    ----------
    cursor, schema, start, stop
        As for `read`.
    grid : Grid
        The feature's.

    Returns
    -------
    dict of (column, value) to Cube
        Segments that have rows, in no order; each cube has the one feature, and the chunks in which the
        segment has rows.
    """
    given = {"feature": grid.feature, "start": start or dt.datetime.min, "stop": stop or dt.datetime.max}
    rows = arrow(cursor, query("segments_profile", schema=schema), given)
    chunks, chunk = _chunks(rows)
    column, value = (
        rows[name].combine_chunks().dictionary_encode() for name in ("segment_column", "segment_value")
    )
    size = len(value.dictionary)
    pairs, place = np.unique(column.indices.to_numpy() * size + value.indices.to_numpy(), return_inverse=True)
    whole = _cube([grid] * len(pairs), chunks, rows, np.arange(len(rows)), place * len(chunks) + chunk)
    return {
        (column.dictionary[pair // size].as_py(), value.dictionary[pair % size].as_py()): _part(whole, place)
        for place, pair in enumerate(pairs)
    }


def _wanted(grids: Sequence[Grid], features: Sequence[str] | None) -> list[Grid]:
    return [grid for grid in grids if features is None or grid.feature in set(features)]


def _asked(wanted: Sequence[Grid], segment: tuple[str, str]) -> dict[str, object]:
    return {"column": segment[0], "value": segment[1], "features": [grid.feature for grid in wanted]}


def _laid_out(rows: pa.Table, wanted: Sequence[Grid]) -> Cubes:
    """Make cubes of partial rows."""
    chunks, chunk = _chunks(rows)
    names = rows["feature"].combine_chunks().dictionary_encode()
    halves = []
    for numeric in (True, False):
        half = [grid for grid in wanted if grid.numeric is numeric]
        places = {grid.feature: place for place, grid in enumerate(half)}
        place = np.array([places.get(name, -1) for name in names.dictionary.to_pylist()], np.int64)[
            names.indices
        ]
        chosen = np.flatnonzero(place >= 0)
        halves.append(_cube(half, chunks, rows, chosen, place[chosen] * len(chunks) + chunk[chosen]))
    return Cubes(*halves)


def _chunks(rows: pa.Table) -> tuple[tuple[dt.datetime, ...], Array]:
    """The chunks that have partial rows, oldest first, and the place among them of each row's."""
    keys = rows["chunk"].combine_chunks().dictionary_encode()
    place = np.argsort(np.argsort(keys.dictionary.to_numpy()))[keys.indices]
    return tuple(sorted(keys.dictionary.to_pylist())), place


def _part(cube: Cube, place: int) -> Cube:
    """One feature of a cube, with the chunks in which it has rows."""
    one, held = slice(place, place + 1), cube.n[place] > 0
    chunks, where = cube.chunks, slice(None)
    if not held.all():
        chunks, where = tuple(itertools.compress(chunks, held)), held
    arrays = {name: getattr(cube, name)[one, where] for name in _ARRAYS}
    return Cube(features=cube.features[one], grids=cube.grids[one], chunks=chunks, **arrays)


def _cube(
    grids: Sequence[Grid], chunks: tuple[dt.datetime, ...], rows: pa.Table, chosen: Array, cell: Array
) -> Cube:
    """Sum the chosen rows into the cells of a cube."""
    shape = (len(grids), len(chunks))
    size, slots = shape[0] * shape[1], max((grid.slots for grid in grids), default=0)
    numeric = bool(grids) and grids[0].numeric
    order = np.argsort(cell, kind="stable")
    chosen, cell = chosen[order], cell[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))

    def laid(name: str, add: np.ufunc, empty: float) -> Floats:
        values = np.full(size, empty)
        found = rows[name].to_numpy()[chosen].astype(np.float64)
        if len(starts):
            values[cell[starts]] = add.reduceat(found, starts)
        return values.reshape(shape)

    added = {name: laid(name, np.add, 0.0) for name in _ADDED[: len(_ADDED) if numeric else 3]}
    return Cube(
        features=tuple(grid.feature for grid in grids),
        grids=tuple(grids),
        chunks=chunks,
        counts=_lists(rows["counts"], chosen, cell, size, slots).reshape(*shape, slots),
        sums=_lists(rows["sums"], chosen, cell, size, slots if numeric else 0).reshape(
            *shape, slots if numeric else 0
        ),
        minimum=laid("minimum", np.fmin, np.nan),
        maximum=laid("maximum", np.fmax, np.nan),
        **{"total": np.zeros(shape), "square": np.zeros(shape), **added},
    )


def _lists(column: pa.ChunkedArray, chosen: Array, cell: Array, size: int, slots: int) -> Floats:
    """Sum lists into the rows of a block, one row per cell, without touching them one by one."""
    block = np.zeros((size, slots))
    if not slots or not len(chosen):
        return block
    lists = column.combine_chunks()
    flat, widths = lists.flatten().to_numpy(zero_copy_only=False), np.asarray(lists.value_lengths())
    if _copied(block, flat, widths, chosen, cell):
        return block
    target = np.full(len(widths), -1)
    target[chosen] = cell
    single = np.diff(cell).all()
    for width in 1 + np.flatnonzero(np.bincount(widths[chosen])[1:]):
        some = (widths == width) & (target >= 0)
        cells = target[some]
        rows = (flat if some.all() else flat[np.repeat(some, widths)]).reshape(-1, width)
        if not single:
            order = np.argsort(cells, kind="stable")
            starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
            cells, rows = cells[order[starts]], np.add.reduceat(rows[order], starts, axis=0)
        block[cells, :width] = rows
    return block


def _copied(block: Floats, flat: Array, widths: Array, chosen: Array, cell: Array) -> bool:
    """Copy lists that follow each other here and there in runs, if these are few: in a store of one file."""
    apart = (np.diff(chosen) != 1) | (np.diff(cell) != 1) | (np.diff(widths[chosen]) != 0)
    edges = [0, *(np.flatnonzero(apart) + 1), len(chosen)]
    if len(edges) > len(chosen) // 8:
        return False
    offsets = np.concatenate([[0], np.cumsum(widths)])
    for first, stop in itertools.pairwise(edges):
        width, place = widths[chosen[first]], chosen[first]
        rows = flat[offsets[place] : offsets[place + stop - first]].reshape(-1, width) if width else 0
        block[cell[first] : cell[first] + stop - first, :width] = rows
    return True
