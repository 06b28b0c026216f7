"""Candidate slices: every cell with enough rows, how its score changed, and how clearly it stands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics import cells, changes
from monitoring.statistics.arrays import Floats
from monitoring.statistics.cells import Codes, Layout, Sample
from monitoring.statistics.changes import Change
from monitoring.statistics.multiplicity import benjamini_hochberg

FEWEST_REFERENCE_ROWS = 30


@dataclass(frozen=True)
class Candidates:
    """Every slice (cell) that may hold enough rows, and those that are tested.

    Attributes
    ----------
    samples : (Sample, Sample)
        With scores in standard deviations within both samples, less the reference's mean.
    parents : ndarray of int, shape (cells, 2)
        The cells of both predicates, -1 where there is only one.
    before, now : ndarray of shape (3, cells)
        Rows, sum and sum of squares of those scores.
    layout : Layout
        Which cells there are; the first ``sizes[0]`` hold all rows.
    tested : ndarray of int, shape (tested,)
        Positions of cells, ascending.
    own, rest : Change
        How the rows inside and outside those changed.
    """

    samples: tuple[Sample, Sample]
    parents: Codes
    before: Floats
    now: Floats
    layout: Layout
    tested: Codes
    own: Change
    rest: Change

    def name(self, cell: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Columns and codes of a cell."""
        return self.layout.name(int(cell))


@dataclass(frozen=True)
class Standing:
    """Of each tested slice: the change's sign, effect, t against the rest, p-values, and if it passes."""

    sign: Floats
    effect: Floats
    clearness: Floats
    p_value: Floats
    rate: Floats
    passes: NDArray[np.bool_]


def candidates(r: Sample, c: Sample, least: float) -> Candidates:
    """The cells of a reference and a current sample of the same columns.

    Parameters
    ----------
    r, c : Sample
    least : float
        Current rows that a slice needs; it also needs 30 of the reference, and 30 of both outside it.

    Examples
    --------
    >>> half = cells.sample([[0]] * 40 + [[1]] * 40, [0.0] * 80)
    >>> found = candidates(half, cells.sample([[0]] * 40 + [[1]] * 40, [1.0] * 40 + [0.0] * 40), 10)
    >>> [found.name(cell) for cell in found.tested]
    [((0,), (0,)), ((0,), (1,))]
    >>> found.own.value.round(2)
    array([2.81, 0.  ])
    """
    squares = r.score.var() * len(r.score) + c.score.var() * len(c.score)
    scale = float(np.sqrt(squares / (len(r.score) + len(c.score) - 2))) or 1.0
    centre = float(r.score.mean())
    r, c = (Sample(side.columns, (side.score - centre) / scale) for side in (r, c))
    layout = cells.layout(r, c, (FEWEST_REFERENCE_ROWS, least))
    parents, first = layout.parents, layout.sizes[0]
    before, now = cells.moments(r, layout), cells.moments(c, layout)
    outside = [table[:, :first].sum(axis=1, keepdims=True) - table for table in (before, now)]
    enough = (before[0] >= FEWEST_REFERENCE_ROWS) & (now[0] >= least)
    enough &= (outside[0][0] >= FEWEST_REFERENCE_ROWS) & (outside[1][0] >= FEWEST_REFERENCE_ROWS)
    # A pair that holds the same rows as one of its predicates is that predicate.
    same = (before[0][parents] == before[0][:, None]) & (now[0][parents] == now[0][:, None])
    tested = np.flatnonzero(enough & ~(same & (parents >= 0)).any(axis=1))
    own, rest = (changes.change(a[:, tested], b[:, tested]) for a, b in ((before, now), outside))
    return Candidates((r, c), parents, before, now, layout, tested, own, rest)


def standing(search: Candidates, moved: Floats, bar: tuple[float, float]) -> Standing:
    """How the slices stand once ``moved`` is taken off the sum of the current scores in every cell.

    Parameters
    ----------
    search : Candidates
    moved : ndarray of shape (cells,)
    bar : (float, float)
        The largest false discovery rate that passes, and the effect that has to be exceeded.
    """
    rows, inside = search.now[0, search.tested], moved[search.tested]
    all_rows, everywhere = len(search.samples[1].score), moved[: search.layout.sizes[0]].sum()
    own = changes.shifted(search.own, inside / rows)
    excess = changes.difference(own, changes.shifted(search.rest, (everywhere - inside) / (all_rows - rows)))
    p_value = np.maximum(changes.p_value(own), changes.p_value(excess))
    same_way = own.value * excess.value > 0
    effect = np.where(same_way, np.minimum(np.abs(own.value), np.abs(excess.value)), 0.0)
    rate = benjamini_hochberg(p_value)
    passes = (rate <= bar[0]) & (effect > bar[1])
    return Standing(np.sign(own.value), effect, changes.clearness(excess), p_value, rate, passes)
