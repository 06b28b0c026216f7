"""Nothing but values: every method's distance of every feature in every chunk, without noise or limits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from monitoring.drift.layouts import layout
from monitoring.drift.reading import Material
from monitoring.drift.samples import inputs, sample
from monitoring.drift.sides import sides
from monitoring.drift.spans import chunks, summed, timeline
from monitoring.statistics import METHODS
from monitoring.statistics.arrays import Floats
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube


@dataclass(frozen=True)
class Values:
    """Distances by method.

    Attributes
    ----------
    keys : tuple of datetime
        The key at which each chunk begins.
    methods : dict of str to (features, ndarray of shape (features, chunks))
    """

    keys: tuple[dt.datetime, ...]
    methods: dict[str, tuple[tuple[str, ...], Floats]]


def values(found: Material, chunk: str | None = None) -> Values:
    """The distance of every feature in every chunk by every method that is defined for its kind.

    Parameters
    ----------
    found : Material
    chunk : str, optional
        Length of a chunk; the model's own by default.

    Returns
    -------
    Values
    """
    keys = sorted({*found.cubes.numeric.chunks, *found.cubes.categorical.chunks})
    line = timeline(keys, found.reference, chunk or found.model.chunk, found.model.grain)
    where = layout(found.against, line)
    spans = chunks(line)
    out: dict[str, tuple[tuple[str, ...], Floats]] = {}
    for key in METHODS:
        names: list[str] = []
        parts: list[Floats] = []
        for cube in (found.cubes.numeric, found.cubes.categorical):
            if not any(grid.kind in METHODS[key].kinds for grid in cube.grids):
                continue
            for side in sides(cube, key, line, noise=False):
                if side.method.key != key:
                    continue
                names += side.features
                rows = []
                for some in where.parts(spans):
                    reference = sample(side, lambda running, some=some: where.total(running, some))
                    current = sample(side, lambda running, some=some: summed(running, some))
                    given = inputs(side, reference, current)
                    rows.append(side.method(reference.bins, current.bins, **given))
                parts.append(np.concatenate(rows, axis=1))
        out[key] = (tuple(names), np.concatenate(parts) if parts else np.zeros((0, len(spans))))
    return Values(tuple(line.key(int(at)) for at in spans.start), out)


def cut(found: Material, window: Window) -> Material:
    """The same with no chunk but those that begin in a window.

    Parameters
    ----------
    found : Material
    window : Window
    """
    cubes = replace(
        found.cubes,
        numeric=_cut(found.cubes.numeric, window),
        categorical=_cut(found.cubes.categorical, window),
    )
    return replace(found, cubes=cubes)


def _cut(cube: Cube, window: Window) -> Cube:
    own = [i for i, key in enumerate(cube.chunks) if window.holds(key)]
    names = ("counts", "sums", "n", "missing", "non_finite", "total", "square", "minimum", "maximum")
    arrays = {name: np.asarray(getattr(cube, name))[:, own] for name in names}
    return replace(cube, chunks=tuple(cube.chunks[i] for i in own), **arrays)
