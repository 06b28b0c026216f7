"""Noise that follows no law: which features need it simulated, and the draws."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.spans import Positions, Timeline, summed
from monitoring.statistics import METHODS, Method
from monitoring.statistics.arrays import Floats
from monitoring.statistics.choice import FEW_EVENTS
from monitoring.statistics.noise import simulated_null
from monitoring.statistics.registry import Law

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube

Simulation = Literal["shared", "own"]
MOMENTS = "reference_moments"
"""Input of the methods that see a sample's moments and no bins, whose law rare values do not break."""
TIED = 0.10
"""Share of rows in one slot above which a feature's gaps are not those of evenly filled bins."""


def simulation(method: Method, largest: float, events: float, sparse: bool = False) -> Simulation | None:
    """Whether noise must be simulated, and whether many features may share their draws.

    A method without a law needs it, and events or groups too rare for one. Kolmogorov's law is about every
    gap; bins show some of them, the fewer the more values repeat. Where bins are evenly filled the draws of
    one feature do for all.

    Parameters
    ----------
    method : Method
    largest : float
        Share of the reference's rows in the fullest slot.
    events : float
        Rows of a usual chunk outside that slot.
    sparse : bool
        Whether its groups of bins are too rare, see `monitoring.drift.grouping.sparse`.

    Examples
    --------
    >>> [simulation(METHODS["kolmogorov_smirnov"], share, 100.0) for share in (0.05, 0.5)]
    ['shared', 'own']
    >>> [simulation(METHODS["psi"], 0.9, 100.0, sparse) for sparse in (True, False)]
    ['own', None]
    """
    if method.null is None:
        return "own"
    if method.null.law == "kolmogorov":
        return "own" if largest > TIED else "shared"
    few = sparse if method.bins == "groups" else events < FEW_EVENTS
    return "own" if few and MOMENTS not in method.inputs else None


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
    usual: Floats,
    inside: Positions,
    line: Timeline,
    *,
    shared: bool,
) -> Floats:
    """Noise for samples of the size of a usual chunk.

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
    usual : ndarray of shape (features,)
        Rows with a value that a chunk usually holds.
    inside : ndarray of int
        Which keys of the cube belong to the reference.
    line : Timeline
    shared : bool
        Whether the features are so alike that the draws of their average do.

    Returns
    -------
    ndarray of shape (features, draws)
        As `monitoring.statistics.noise.simulated_null` gives them.
    """
    reference = summed(bins, line.reference)[:, 0]
    if shared:
        mean = reference / np.maximum(reference.sum(axis=-1, keepdims=True), 1.0)
        size = 2.0 ** np.floor(np.log2(max(float(np.median(usual)), 1.0)))
        one = _drawn(method.key, 1, mean.mean(axis=0).tobytes(), np.array([size]).tobytes())
        return np.broadcast_to(one, (len(reference), one.shape[1]))
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
