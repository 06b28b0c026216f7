"""One numeric feature on its profile's bins: two distances, and how far the rows inside may be from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.arrays import Floats, shares
from monitoring.statistics.gaps import kolmogorov_smirnov, widest
from monitoring.statistics.transport import wasserstein, wasserstein_bound
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube
    from monitoring.store.grids import Grid


@dataclass(frozen=True)
class Binned:
    """What the profile says, and how far the rows inside the bins may be from it.

    Attributes
    ----------
    kolmogorov_smirnov, kolmogorov_smirnov_bound : float
        The gap at the bins' edges, and the largest that the rows in these bins can have.
    wasserstein, wasserstein_bound : float
        In reference standard deviations: between the means of the bins, and the largest that the rows in
        these bins can have. They cannot have less than ``2 * wasserstein - wasserstein_bound`` either.
    """

    kolmogorov_smirnov: float
    kolmogorov_smirnov_bound: float
    wasserstein: float
    wasserstein_bound: float


@dataclass(frozen=True)
class Side:
    """Profile of some chunks added up: counts and sums by slot, moments, and the extremes."""

    counts: Floats
    sums: Floats
    total: float
    square: float
    lowest: float
    highest: float

    @property
    def rows(self) -> int:
        """Finite values."""
        return int(self.counts.sum())

    @property
    def means(self) -> Floats:
        """Mean deviation from the grid's centre in each slot; 0 where it is empty."""
        return self.sums / np.where(self.counts > 0, self.counts, 1.0)


def side_of(cube: Cube, parts: Sequence[Window] | None = None) -> Side:
    """Chunks of a profile of one feature added up: those in any of the windows, or all."""
    inside = [parts is None or any(part.holds(key) for part in parts) for key in cube.chunks]
    counts, sums, total, square = (
        np.asarray(getattr(cube, name), dtype=float)[0, inside].sum(axis=0)
        for name in ("counts", "sums", "total", "square")
    )
    lowest = float(np.fmin.reduce(cube.minimum[0, inside], initial=np.nan))
    highest = float(np.fmax.reduce(cube.maximum[0, inside], initial=np.nan))
    return Side(counts, sums, float(total), float(square), lowest, highest)


def bounds(grid: Grid, reference: Side, current: Side, scale: float, drawn: Floats) -> Binned:
    """Both distances from the profile, with what rows inside the bins could make of them.

    In a bin from a to b whose mean is m, rows lie on average at most ``2 (m - a) (b - m) / (b - a)`` from it:
    half the width if they lie at both ends, and nothing where they all are b, as in bins of a single value.

    Parameters
    ----------
    grid : Grid
    reference, current : Side
    scale : float
        The unit of the Wasserstein distance, in the feature's own.
    drawn : ndarray of shape (rows,)
        Values of either side that are known one by one.

    Examples
    --------
    >>> from monitoring.store.grids import Grid
    >>> ends = Side(np.array([0.0, 0, 4, 0]), np.array([0.0, 0, 20, 0]), 20.0, 200.0, 1e-6, 10.0)
    >>> found = bounds(Grid("x", "numeric", edges=(0.0, 10.0)), ends, ends, 1.0, np.array([5.0]))
    >>> found.kolmogorov_smirnov, found.kolmogorov_smirnov_bound
    (0.0, 1.0)
    >>> found.wasserstein, found.wasserstein_bound
    (0.0, 10.0)
    """
    lower, upper = _ends(grid, reference, current)
    spread = np.maximum(*(_spread(side, lower, upper) for side in (reference, current)))
    several = _several(grid, reference, current, upper - lower, upper, drawn)
    before, now = reference.counts, current.counts
    gap = float(kolmogorov_smirnov(before, now))
    inside = widest(shares(before), shares(now))
    means = {"reference_means": reference.means, "current_means": current.means, "scale": scale}
    return Binned(
        kolmogorov_smirnov=gap,
        kolmogorov_smirnov_bound=max(gap, float(inside[several].max(initial=0.0))),
        wasserstein=float(wasserstein(before, now, **means)),
        wasserstein_bound=float(wasserstein_bound(before, now, **means, widths=spread)),
    )


def _several(
    grid: Grid, reference: Side, current: Side, width: Floats, upper: Floats, drawn: Floats
) -> NDArray[np.bool_]:
    """Slots that may hold several values: where a mean is below the upper end, or a drawn value is.

    The means tell of all rows, but within rounding errors; the rows are exact, but may be a part of them.
    """
    rounding = max(reference.rows, current.rows) * np.finfo(float).eps * np.abs(upper)
    means = (np.where(side.counts > 0, side.means, upper) for side in (reference, current))
    several = upper - np.minimum(*means) > 1e-9 * width + rounding
    off = drawn[~np.isin(drawn, grid.edges)]
    slot = np.searchsorted(grid.edges, off) + 1
    slot[off < min(grid.edges, default=-np.inf)] = 0
    several[slot] = True
    return several


def _ends(grid: Grid, reference: Side, current: Side) -> tuple[Floats, Floats]:
    """Lower and upper end of every slot, less the centre; the outer ones end at the extreme values."""
    lowest = np.fmin(reference.lowest, current.lowest)
    highest = np.fmax(reference.highest, current.highest)
    edges = list(grid.edges)
    if not edges:
        lower, upper = [lowest, lowest], [highest, highest]
    else:
        lower = [min(lowest, edges[0]), edges[0], *edges]
        upper = [edges[0], *edges, max(highest, edges[-1])]
    return np.array(lower) - grid.centre, np.array(upper) - grid.centre


def _spread(side: Side, lower: Floats, upper: Floats) -> Floats:
    """Twice the mean absolute deviation that the rows of each slot can have at most."""
    width = upper - lower
    above = np.clip(side.means - lower, 0.0, width)
    share = np.clip(upper - side.means, 0.0, width) / np.where(width > 0, width, 1.0)
    return np.where(side.counts > 0, 4 * above * share, 0.0)
