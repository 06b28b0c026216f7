"""The thousand slots of an output merged onto the few bins over which drift is measured.

A score is binned as features are: the reference's range, its twenty-quantiles and its outermost 0.1 %. Every
edge is one of the profile's own, so nothing is counted anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.arrays import Floats
from monitoring.store.cubes import Cube
from monitoring.store.grids import DISTINCT, LEVELS, TOP, Grid
from monitoring.store.score_cubes import Tally
from monitoring.store.score_grids import ScoreGrid


def bins(grid: ScoreGrid, reference: Tally, feature: str) -> tuple[Grid, NDArray[np.intp]]:
    """The bins of an output, and the bin of each of its slots.

    Bins are closed on the left, as the profile's slots are. Of a reference that holds few different values
    each gets a bin of its own.

    Parameters
    ----------
    grid : ScoreGrid
        Of K edges.
    reference : Tally
        Rows of the reference, of shape (..., K + 2).
    feature : str
        What to call the output.

    Returns
    -------
    grid : Grid
        Without edges where the reference has no row with a value.
    place : ndarray of int, shape (K + 1,)
        The bin of each slot that holds finite values.

    Examples
    --------
    >>> counts = np.array([0.0, 2, 0, 3, 0, 0, 1])
    >>> values = np.array([0.0, 0.2, 0, 1.8, 0, 0, 0])
    >>> tally = Tally(counts, counts, counts, values, np.array([0, 0.02, 0, 1.08, 0, 0, 0]), counts)
    >>> found, place = bins(ScoreGrid("a", "score", (0.0, 0.2, 0.4, 0.6, 0.8)), tally, "score")
    >>> [round(edge, 3) for edge in found.edges], found.discrete, place.tolist()
    ([0.1, 0.6], True, [0, 1, 1, 2, 3, 3])
    """
    edges = np.asarray(grid.edges)
    counts, sums, squares = (
        np.asarray(part).reshape(-1, len(edges) + 2).sum(axis=0)[:-1]
        for part in (reference.counts, reference.sums, reference.squares)
    )
    held = np.flatnonzero(counts > 0)
    rows = int(counts.sum())
    if not rows:
        return Grid(feature, "numeric", centre=grid.centre), np.zeros(len(edges) + 1, dtype=np.intp)
    if len(held) <= DISTINCT and _single(counts[held], sums[held], squares[held]):
        values = sums[held] / counts[held] + grid.centre
        place = np.searchsorted(held, np.arange(len(counts)), side="right")
        place[held[-1] + 1 :] = len(held) + 1
        return _grid(feature, grid, values, rows, discrete=True), place
    first, last = max(int(held[0]), 1), min(int(held[-1]), len(edges) - 1)
    reached = np.cumsum(counts) / rows  # the share of rows below edge k is reached[k]
    inner = [first - 1 + int(np.abs(reached[first - 1 : last + 1] - level).argmin()) for level in LEVELS]
    chosen = np.unique([first - 1, *inner, last])
    # Slot k begins at edge k - 1. The bin of exactly the smallest value stays empty: it is in the one above.
    place = np.searchsorted(chosen + 1, np.arange(len(counts)), side="right")
    place = np.where(place > 0, place + 1, 0)
    if held[0] == 0:  # below all edges: no bin can tell where, so the lowest takes them
        place[0] = min(2, len(chosen))
    if held[-1] > last:  # from the last edge on, as probabilities of exactly 1
        place[last + 1 :] = len(chosen)
    return _grid(feature, grid, edges[chosen], rows, discrete=False), place


def _single(counts: Floats, sums: Floats, squares: Floats) -> bool:
    """Whether every slot holds one value alone."""
    spread = squares - sums**2 / counts
    return bool((spread <= 1e-9 * np.maximum(squares, 1e-300)).all())


def _grid(feature: str, grid: ScoreGrid, edges: Floats, rows: int, *, discrete: bool) -> Grid:
    return Grid(
        feature, "numeric", edges=tuple(edges.tolist()), centre=grid.centre, discrete=discrete,
        reference_n=rows,
    )  # fmt: skip


def numeric(
    grid: Grid, place: NDArray[np.intp], tally: Tally, chunks: Sequence[dt.datetime], edges: Floats
) -> Cube:
    """An output over its bins, as the profile of one feature.

    Parameters
    ----------
    grid, place
        As `bins` gives them.
    tally : Tally
        Of shape (C, K + 2).
    chunks : sequence of datetime
        C keys, oldest first.
    edges : ndarray of shape (K,)
        Of the slots.

    Returns
    -------
    Cube
        Rows without a finite value count as missing: the profile does not tell them apart. Smallest and
        largest are the ends of their slots.
    """
    counts, sums, squares = (
        np.asarray(part, dtype=float)[:, :-1] for part in (tally.counts, tally.sums, tally.squares)
    )
    lost = np.asarray(tally.counts, dtype=float)[:, -1]
    merge = np.zeros((len(place), grid.slots))
    merge[np.arange(len(place)), place] = 1.0
    low, high = _extremes(counts, edges)
    return Cube(
        features=(grid.feature,),
        grids=(grid,),
        chunks=tuple(chunks),
        counts=(counts @ merge)[None],
        sums=(sums @ merge)[None],
        n=(counts.sum(axis=1) + lost)[None],
        missing=lost[None],
        non_finite=np.zeros((1, len(lost))),
        total=sums.sum(axis=1)[None],
        square=squares.sum(axis=1)[None],
        minimum=low[None],
        maximum=high[None],
    )


def _extremes(counts: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Ends of the lowest and the highest slot that hold rows; nan where none does."""
    held, any_row = counts > 0, (counts > 0).any(axis=1)
    first, last = held.argmax(axis=1), counts.shape[1] - 1 - held[:, ::-1].argmax(axis=1)
    low, high = edges[np.maximum(first - 1, 0)], edges[np.minimum(last, len(edges) - 1)]
    return np.where(any_row, low, np.nan), np.where(any_row, high, np.nan)


def categorical(
    feature: str, names: Sequence[str], counts: Floats, rows: Floats, chunks: Sequence[dt.datetime],
    reference: Floats,
) -> Cube:  # fmt: skip
    """Classes as the profile of one feature, the reference's most frequent first.

    Parameters
    ----------
    feature : str
    names : sequence of str
        K of them.
    counts : ndarray of shape (C, K)
    rows : ndarray of shape (C,)
        All rows, those of no class included.
    chunks : sequence of datetime
    reference : ndarray of shape (K,)
        Rows of each class in the reference.
    """
    order = np.argsort(-reference, kind="stable")
    known = [int(place) for place in order if reference[place] > 0]
    named, other = known[:TOP], known[TOP:]
    unseen = [place for place in range(len(names)) if place not in known]
    kept = tuple(names[place] for place in named)
    grid = Grid(
        feature, "binary" if 0 < len(known) <= 2 else "categorical", categories=kept, discrete=not other,
        reference_n=int(reference.sum()),
    )  # fmt: skip
    laid = np.concatenate(
        [counts[:, named], *(counts[:, part].sum(axis=1, keepdims=True) for part in (other, unseen))], axis=1
    )
    nothing = np.zeros((1, len(rows)))
    return Cube(
        features=(feature,), grids=(grid,), chunks=tuple(chunks), counts=laid[None],
        sums=np.zeros((1, len(rows), 0)), n=rows[None], missing=(rows - counts.sum(axis=1))[None],
        non_finite=nothing, total=nothing, square=nothing,
        minimum=np.full_like(nothing, np.nan), maximum=np.full_like(nothing, np.nan),
    )  # fmt: skip
