"""The profile of pairs as arrays: how two versions' scores and decisions went together, chunk by chunk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store import pairing, score_cubes
from monitoring.store.pair_subjects import ERROR_LOSSES, JOINT, PAIRED, PROBABILITY_LOSSES, JointGrid
from monitoring.store.sql import Array

_SWAPPED = {
    "latency_first": "latency_second", "latency_first_2": "latency_second_2", "error_first": "error_second",
}  # fmt: skip
_SIGNED = ("difference", "log_loss", "brier", "absolute", "error", "square", "relative", "log")


@dataclass(frozen=True, eq=False)
class PairTally:
    """Pairs counted over the cells of a grid, sparse; ``shape`` is (C,) or (L, C).

    Attributes
    ----------
    shape : tuple of int
    place : ndarray of int, shape (entries,)
        Flat place in ``shape`` of each entry.
    cell : ndarray of int, shape (entries,)
        Flat place in the grid's shape.
    counts : ndarray of shape (entries,)
        Pairs.
    moments : ndarray of shape (*shape, M)
        As `monitoring.store.pair_subjects` names them.
    """

    shape: tuple[int, ...]
    place: Array
    cell: Array
    counts: Array
    moments: Array

    def decisions(self, grid: JointGrid) -> Array:
        """Pairs by what both versions decided, of shape (*shape, D, D); the last D is no decision."""
        many = grid.decisions**2
        at = self.place * many + self.cell % many
        found = np.bincount(at, self.counts, int(np.prod(self.shape)) * many)
        return found.reshape(*self.shape, grid.decisions, grid.decisions)

    def joint(self, grid: JointGrid, chosen: Array) -> Array:
        """Pairs of some chunks by score and decision, of shape (*labels, first, second, D, D).

        Parameters
        ----------
        grid : JointGrid
        chosen : ndarray of bool, shape (C,)
        """
        chunks = self.shape[-1]
        label, chunk = np.divmod(self.place, chunks)
        kept = np.asarray(chosen)[chunk]
        size = int(np.prod(grid.shape))
        labels = int(np.prod(self.shape[:-1]))
        found = np.bincount(label[kept] * size + self.cell[kept], self.counts[kept], labels * size)
        return found.reshape(*self.shape[:-1], *grid.shape)


@dataclass(frozen=True, eq=False)
class PairCube:
    """Two versions on the requests that both scored, over C chunks.

    Attributes
    ----------
    pair : tuple of two str
        Differences are those of the second less the first.
    grid : JointGrid
    chunks : tuple of datetime
        Keys of the chunks that hold pairs, oldest first.
    labels : tuple of str
        Classes that were told; ('',) for a regression.
    names : tuple of str
        Of the moments of labelled pairs.
    all : PairTally
        All pairs, of shape (C,).
    labelled : PairTally
        Those whose label was known, of shape (L, C).
    """

    pair: tuple[str, str]
    grid: JointGrid
    chunks: tuple[dt.datetime, ...]
    labels: tuple[str, ...]
    names: tuple[str, ...]
    all: PairTally
    labelled: PairTally

    def swapped(self) -> PairCube:
        """The same with the versions' roles exchanged: every difference has the other sign."""
        grid = JointGrid((self.grid.edges[1], self.grid.edges[0]), self.grid.decisions)
        return replace(
            self,
            pair=(self.pair[1], self.pair[0]),
            grid=grid,
            all=_swapped(self.all, self.grid, PAIRED),
            labelled=_swapped(self.labelled, self.grid, self.names),
        )


def read(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    first: str,
    second: str,
    start: dt.datetime | None = None,
    stop: dt.datetime | None = None,
    segment: tuple[str, str] = ("", ""),
    known_at: dt.datetime | None = None,
) -> PairCube:
    """Add up the partial rows of a pair, whichever way round it is asked for.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
    first, second : str
        Versions.
    start, stop, segment, known_at
        As in `monitoring.store.score_cubes.read`.
    """
    pair = pairing.ordered(first, second)
    grid = pairing.joint_grid(cursor, model, pair)
    rows = score_cubes.partial_rows(
        cursor, model.name, pair[0], JOINT, start, stop, segment, known_at, beside=pair[1]
    )
    cube = _laid(rows, pair, grid, ERROR_LOSSES if model.task == "regression" else PROBABILITY_LOSSES)
    return cube if (first, second) == pair else cube.swapped()


def _laid(rows: pa.Table, pair: tuple[str, str], grid: JointGrid, names: tuple[str, ...]) -> PairCube:
    keys, labels, place, told = score_cubes.places_of(rows)
    chunks = len(keys)
    whole = _tally(rows, ~told, place, (chunks,), len(PAIRED))
    by_label = _tally(rows, told, place, (len(labels), chunks), len(names))
    return PairCube(pair, grid, keys, labels, names, whole, by_label)


def _tally(rows: pa.Table, chosen: Array, place: Array, shape: tuple[int, ...], moments: int) -> PairTally:
    part = rows.filter(pa.array(chosen))
    slots = part["slots"].combine_chunks()
    lengths = np.asarray(slots.value_lengths().fill_null(0))
    summed = np.zeros((int(np.prod(shape)), moments))
    if len(part):
        laid = part["moments"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        np.add.at(summed, place[chosen], laid.reshape(-1, moments))
    return PairTally(
        shape,
        np.repeat(place[chosen], lengths),
        slots.flatten().to_numpy(zero_copy_only=False).astype(np.int64),
        part["counts"].combine_chunks().flatten().to_numpy(zero_copy_only=False).astype(float),
        summed.reshape(*shape, moments),
    )


def _swapped(tally: PairTally, grid: JointGrid, names: tuple[str, ...]) -> PairTally:
    at = np.unravel_index(tally.cell, grid.shape)
    other = (grid.shape[1], grid.shape[0], grid.decisions, grid.decisions)
    cell = np.ravel_multi_index((at[1], at[0], at[3], at[2]), other)
    back = {there: here for here, there in _SWAPPED.items()}
    order = [names.index({**_SWAPPED, **back}.get(name, name)) for name in names]
    odd = _SIGNED if names is not PAIRED else ("difference",)
    sign = np.array([-1.0 if name in odd else 1.0 for name in names])
    return replace(tally, cell=cell, moments=tally.moments[..., order] * sign)
