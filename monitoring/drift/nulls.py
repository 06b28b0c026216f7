"""Noise that follows no law: which features need it simulated, and the draws."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.spans import Positions, Timeline, reference_blocks, summed
from monitoring.statistics import METHODS, Method
from monitoring.statistics.arrays import Floats
from monitoring.statistics.choice import FEW_EVENTS
from monitoring.statistics.noise import simulated_null
from monitoring.statistics.registry import Law

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube

TIED = 0.10
"""Share of rows in one slot above which values repeat too often for Kolmogorov's law."""


def lawless(method: Method, largest: float, events: float) -> bool:
    """Whether noise must be simulated: no law, values that repeat, or an event too rare for one.

    Parameters
    ----------
    method : Method
    largest : float
        Share of the reference's rows in the fullest slot.
    events : float
        Rows of a usual chunk outside that slot.

    Examples
    --------
    >>> [lawless(METHODS["kolmogorov_smirnov"], share, 100.0) for share in (0.05, 0.5)]
    [False, True]
    """
    if method.null is None or (method.kinds == ("binary",) and events < FEW_EVENTS):
        return True
    return method.null.law == "kolmogorov" and largest > TIED


def wild(method: Method, cube: Cube) -> NDArray[np.bool_]:
    """Where a single row can move the distance much: one on the values' own scale, of many values."""
    able = method.null is None and Law.OUTLIER_PROOF not in method.laws
    return np.array([able and not grid.discrete for grid in cube.grids], dtype=bool)


def draws(
    method: Method,
    cube: Cube,
    bins: Floats,
    sums: Floats | None,
    scale: Floats,
    inside: Positions,
    line: Timeline,
) -> Floats:
    """Noise for samples of the size of the reference's usual chunk.

    Parameters
    ----------
    method : Method
    cube : Cube
    bins : ndarray of shape (features, positions + 1, groups)
        Running counts.
    sums : ndarray of shape (features, positions + 1, groups) or None
        Running sums of deviations by bin, for a method that needs the mean of each bin.
    scale : ndarray of shape (features,)
        Reference standard deviation.
    inside : ndarray of int
        Which keys of the cube belong to the reference.
    line : Timeline

    Returns
    -------
    ndarray of shape (features, draws)
        As `monitoring.statistics.noise.simulated_null` gives them.
    """
    reference = summed(bins, line.reference)[:, 0]
    blocks = reference_blocks(line, line.per_chunk)
    usual = np.median(summed(bins, blocks if len(blocks) else line.reference).sum(axis=-1), axis=1)
    given = {"reference": reference, "rows": usual}
    if sums is not None:
        means = summed(sums, line.reference)[:, 0] / np.maximum(reference, 1.0)
        given |= {"means": means, "scale": scale, "spread": _spread(cube, inside)}
    return _drawn(
        method.key, len(reference), *(np.ascontiguousarray(one).tobytes() for one in given.values())
    )


def _spread(cube: Cube, inside: Positions) -> Floats:
    """Standard deviation of the rows inside each bin, from how the bin's mean varies between keys."""
    counts, sums = (np.asarray(part, dtype=float)[:, inside] for part in (cube.counts, cube.sums))
    held, known = np.maximum(counts, 1.0), (counts > 0).sum(axis=1)
    square = (sums**2 / held).sum(axis=1) - sums.sum(axis=1) ** 2 / np.maximum(counts.sum(axis=1), 1.0)
    return np.sqrt(np.maximum(square, 0.0) / np.maximum(known - 1, 1))


@functools.lru_cache(maxsize=16)
def _drawn(key: str, features: int, reference: bytes, rows: bytes, *inputs: bytes) -> Floats:
    """The draws behind a null, kept: they stay the same while current rows arrive."""
    counts, usual, *own = (np.frombuffer(one).reshape(features, -1) for one in (reference, rows, *inputs))
    method = METHODS[key]
    if not own:
        null = simulated_null(method, counts, usual[:, 0])
    else:
        means, scale, spread = own[0][:, None], own[1], own[2]
        place = {"reference_means": means, "current_means": means, "scale": scale}
        null = simulated_null(method, counts, usual[:, 0], spread=spread, **place)
    null.flags.writeable = False
    return null
