"""Which part of a drifted feature has grown: the run of bins, or the category, that gained most rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring import drift
from monitoring.models import Model
from monitoring.statistics.arrays import Floats
from monitoring.statistics.severity import AMBER
from monitoring.store import Cube, Cubes, Store
from monitoring.store.grids import Grid
from monitoring.windows import Window

MOST = 2
"""Features of a day whose slices are looked at: those that drifted most."""
LEAST = 0.02
"""By how much a slice's share must have grown."""


@dataclass(frozen=True)
class Slice:
    """Part of a feature on a day.

    Attributes
    ----------
    feature : str
    day : date
    low, high : float
        Of numbers: from the first on, up to but without the second.
    category : str or None
        Of names.
    excess : float
        By how much its share of the day's rows is above that of the reference's.
    words : str
    """

    feature: str
    day: dt.date
    low: float
    high: float
    category: str | None
    excess: float
    words: str


def grown(store: Store, model: Model, first: dt.date, last: dt.date) -> list[Slice]:
    """The slices that have grown most, on each day on which features drift.

    Parameters
    ----------
    store : Store
    model : Model
    first, last : date
        Both included.

    Returns
    -------
    list of Slice
        None without a reference, and where the log is too long to judge.
    """
    try:
        found = drift.read(store, model.name, intervals=False)
    except (drift.NoReferenceError, drift.CalendarError):
        return []
    colours = drift.signal(found)
    loud = (colours.lasting >= AMBER) & found.counted[:, None]
    keys = [
        (place, key) for place, key in enumerate(found.keys)
        if loud[:, place].any() and key.start.date() <= last and key.stop.date() > first
    ]  # fmt: skip
    if not keys:
        return []
    names = sorted({found.features[i] for place, _ in keys for i in np.flatnonzero(loud[:, place])})
    before = shares(reference(store, model, found.reference, names))
    start, stop = keys[0][1].start, keys[-1][1].stop
    now = store.cubes(model.name, start, stop, features=names)
    slices: list[Slice] = []
    for place, key in keys:
        days = {chunk.date() for chunk in _chunks(now) if key.holds(chunk)}
        chosen = [found.features[i] for i in np.flatnonzero(loud[:, place])]
        for day in sorted(day for day in days if first <= day <= last):
            after = shares(now, day)
            parts = [
                part for name in chosen
                if name in after and name in before
                and (part := _grown(model, after[name][0], day, after[name][1] - before[name][1]))
            ]  # fmt: skip
            slices += sorted(parts, key=lambda part: -part.excess)[:MOST]
    return slices


def reference(store: Store, model: Model, window: Window, names: list[str] | None) -> Cubes:
    """The profile of the reference: of its file, or of its window of the log."""
    filed = store.reference_cubes(model.name, features=names)
    return filed or store.cubes(model.name, window.start, window.stop, features=names)


def _cubes(cubes: Cubes) -> tuple[Cube, Cube]:
    return cubes.numeric, cubes.categorical


def _chunks(cubes: Cubes) -> set[dt.datetime]:
    return {chunk for cube in _cubes(cubes) for chunk in cube.chunks}


def shares(cubes: Cubes, day: dt.date | None = None) -> dict[str, tuple[Grid, Floats]]:
    """Share of each slot among the rows with a value, of one day or of all, by feature."""
    told = {}
    for cube in _cubes(cubes):
        kept = [i for i, chunk in enumerate(cube.chunks) if day is None or chunk.date() == day]
        for number, grid in enumerate(cube.grids):
            counts = cube.counts[number][kept].sum(axis=0)[: grid.slots]
            if counts.sum():
                told[grid.feature] = (grid, counts / counts.sum())
    return told


def _grown(model: Model, grid: Grid, day: dt.date, more: Floats) -> Slice | None:
    """The part of a feature whose share grew most; None where none grew enough, or it has no name."""
    title = model.feature_title(grid.feature)
    if not grid.numeric:
        named = more[: len(grid.categories)]
        place = int(np.argmax(named)) if len(named) else 0
        if not len(named) or named[place] < LEAST:
            return None
        described = model.features.get(grid.feature)
        name = grid.categories[place]
        shown = title if described and described.private else f"{title} = {name[:60]}"
        return _slice(grid, day, np.nan, np.nan, name, named[place], shown)
    first, last, excess = largest_run(more)
    if excess < LEAST or not grid.edges:
        return None
    low, high = bounds(grid, first, last)
    return _slice(grid, day, low, high, None, excess, f"{title} {_between(low, high)}")


def _slice(
    grid: Grid, day: dt.date, low: float, high: float, name: str | None, excess: float, words: str
) -> Slice:
    told = f"{words}: {100 * excess:+.0f} points against the reference"
    return Slice(grid.feature, day, float(low), float(high), name, float(excess), told)


def _between(low: float, high: float) -> str:
    if np.isinf(low):
        return f"below {high:.4g}"
    return f"from {low:.4g} on" if np.isinf(high) else f"{low:.4g} to {high:.4g}"


def largest_run(values: Floats) -> tuple[int, int, float]:
    """The run of neighbours with the largest sum: its first place, its last, and the sum.

    Examples
    --------
    >>> largest_run(np.array([-0.25, 0.5, -0.125, 0.25, -0.375]))
    (1, 3, 0.625)
    """
    sums = np.concatenate([[0.0], np.cumsum(values)])
    lowest = np.minimum.accumulate(sums[:-1])
    last = int(np.argmax(sums[1:] - lowest))
    first = int(np.argmin(sums[: last + 1]))
    return first, last, float(sums[last + 1] - sums[first])


def bounds(grid: Grid, first: int, last: int) -> tuple[float, float]:
    """The half-open span of numbers that some slots of a grid hold.

    Examples
    --------
    >>> grid = Grid("age", "numeric", edges=(18.0, 40.0, 90.0))
    >>> bounds(grid, 4, 4)[1], bounds(grid, 0, 0), bounds(grid, 1, 1)[0]
    (inf, (-inf, 18.0), 18.0)
    """
    edges, slots = grid.edges, len(grid.edges)
    low = -np.inf if first == 0 else edges[0] if first == 1 else np.nextafter(edges[first - 2], np.inf)
    high = edges[0] if last == 0 else np.inf if last > slots else np.nextafter(edges[last - 1], np.inf)
    return float(low), float(high)
