"""The slot of a value among ascending edges: exact, and in a few look-ups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.store.sql import Array

_CELLS = tuple(1 << bits for bits in range(6, 17, 2))
_HALVINGS = 1  # within a cell; more cells than that takes are not worth their list


@dataclass(frozen=True, eq=False)
class Places:
    """Edges laid out for looking values up.

    The range of the edges is cut into cells of equal width, so many that few edges share one. A list tells
    how many edges lie in the cells before, and what is left is searched by halves. Values and edges are given
    their cell by the same arithmetic, so rounding cannot part a value from the edge it equals.

    Attributes
    ----------
    low, scale : float
        Where cells begin, and how many there are in a unit.
    cells : int
    before : ndarray of shape (cells + 2,)
        Edges below each cell, one cell on either side included.
    edges : ndarray
        Ascending, then infinities for the last halving.
    steps : int
        How many halvings are left within a cell.
    """

    low: float
    scale: float
    cells: int
    before: Array
    edges: Array
    steps: int

    @property
    def slots(self) -> int:
        """How many slots there are, the one below all edges included."""
        return len(self.edges) - (1 << self.steps) + 1

    def of(self, values: Array) -> Array:
        """The number of edges that each value is not below; -1 for one that is no number.

        Parameters
        ----------
        values : ndarray of float

        Returns
        -------
        ndarray of int32

        Examples
        --------
        >>> places([0.2, 0.5]).of(np.array([0.1, 0.5, 0.9, np.nan])).tolist()
        [0, 2, 2, -1]
        """
        missing = np.isnan(values)
        some = bool(missing.any())
        known = np.where(missing, self.low, values) if some else values
        slot = self.before.take(_cell(known, self.low, self.scale, self.cells))
        for step in reversed(range(self.steps)):
            size = np.int32(1 << step)
            above = known >= self.edges.take(slot + (size - 1) if step else slot)
            slot += above * size if step else above
        return np.where(missing, np.int32(-1), slot) if some else slot


def places(edges: Sequence[float]) -> Places:
    """Lay edges out.

    Parameters
    ----------
    edges : sequence of float
        Ascending, finite, at least one.
    """
    grid = np.asarray(edges, dtype=float)
    found = [_laid(grid, cells) for cells in _CELLS]
    few = [one for one in found if one.steps <= _HALVINGS]
    return few[0] if few else min(found, key=lambda one: one.steps)


def _laid(grid: Array, cells: int) -> Places:
    low, width = float(grid[0]), float(grid[-1] - grid[0])
    scale = cells / width if width > 0 and math.isfinite(cells / width) else 0.0
    held = np.bincount(_cell(grid, low, scale, cells), minlength=cells + 2)
    steps = int(held.max()).bit_length()
    before = np.concatenate([[0], np.cumsum(held)[:-1]]).astype(np.int32)
    return Places(low, scale, cells, before, np.append(grid, [math.inf] * (1 << steps)), steps)


def _cell(values: Array, low: float, scale: float, cells: int) -> Array:
    """The cell of each value, from 1 on: 0 below all, ``cells + 1`` above."""
    with np.errstate(over="ignore"):
        cell = values - low
        cell *= scale
        cell += 1
    np.clip(cell, 0, cells + 1, out=cell)
    return cell.astype(np.int32)
