"""Where is a model worse than elsewhere: slices of one or two predicates, and the few that explain it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.statistics import cells, changes
from monitoring.statistics.arrays import Floats, pulled_in
from monitoring.statistics.cells import Codes, Layout, Sample
from monitoring.statistics.multiplicity import benjamini_hochberg

FEWEST_OUTSIDE = 30
_DOUBT = 0.05


@dataclass(frozen=True)
class WeakSlice:
    """Rows that share one or two values, and what they lose more than the rest.

    Attributes
    ----------
    columns, codes : tuple of int
        Positions of the columns and the code in each; -1 is missing.
    rows : int
    loss, rest : float
        Mean loss of the slice and of all other rows; of errors, their share.
    difference, lower, upper : float
        Slice less rest, with its 95 % interval.
    effect : float
        Cohen's h of two shares, else the difference in standard deviations of the loss, wild ones pulled in.
    excess : float
        Rows times difference: the loss that the slice has beyond what the rest would have in as many rows.
    p_value, rate : float
        One-sided, of no more loss than the rest; the same adjusted for all slices that were tested.
    """

    columns: tuple[int, ...]
    codes: tuple[int, ...]
    rows: int
    loss: float
    rest: float
    difference: float
    lower: float
    upper: float
    effect: float
    excess: float
    p_value: float
    rate: float


@dataclass(frozen=True)
class _Standing:
    """Of each tested slice: its difference to the rest in standard errors, and whether it passes."""

    surely: Floats
    effect: Floats
    p_value: Floats
    rate: Floats
    passes: NDArray[np.bool_]


@dataclass(frozen=True)
class _Search:
    """All cells of a sample, those that are tested, and what has to be exceeded."""

    sample: Sample
    layout: Layout
    parents: Codes
    tested: Codes
    shares: bool
    bar: tuple[float, float]


def weak_slices(
    codes: ArrayLike,
    loss: ArrayLike,
    *,
    least_rows: int = 500,
    least_share: float = 0.01,
    most: int = 8,
    false_discoveries: float = 0.05,
    least_effect: float = 0.1,
) -> list[WeakSlice]:
    """The slices that lose more than the rest, and that no other slice explains.

    Every value of every column and every pair of values of two columns is a slice; those with enough rows are
    tested against all rows outside: shares by the two-proportion z test, other losses by the larger of
    Welch's and the pooled t test, after the extreme thousandth at either end was pulled in.

    Slices overlap: a weak one drags along those that contain it and those it contains. The clearest is taken
    first, or its parent of one predicate where the other rows of the parent lose as much (the 95 % interval,
    shared among all children that might have been the clearest, holds no difference). Its rows are then left
    out, and the search repeats among the others. Rows count as independent.

    Parameters
    ----------
    codes : array_like of shape (rows, columns)
        Whole numbers: categories or reference quintiles, at most 99; -1 is missing, a value like any other.
    loss : array_like of shape (rows,)
        Of each row, larger where the model does worse: 1 for an error and 0 for none, or an absolute error.
        Rows whose loss is not finite are left out.
    least_rows, least_share : int, float
        A slice needs as many rows, and this share of all; 30 rows must remain outside.
    most : int
        The search ends after so many slices.
    false_discoveries : float
        Limit of Benjamini and Hochberg's rate over all slices tested.
    least_effect : float
        Has to be exceeded.

    Returns
    -------
    list of WeakSlice
        The largest excess first; empty where nothing stands out.

    Raises
    ------
    ValueError
        If rows and losses do not match, or a code is not a whole number from -1 to 99.

    References
    ----------
    Chung, Y. et al. (2019). Slice Finder: automated data slicing for model validation. *ICDE*.
    Sagadeeva, S. and Boehm, M. (2021). SliceLine: fast, linear-algebra-based slice finding. *SIGMOD*.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> codes = random.integers(0, 4, (20_000, 3))
    >>> weak = (codes[:, 0] == 1) & (codes[:, 2] == 3)
    >>> for found in weak_slices(codes, random.random(20_000) < np.where(weak, 0.3, 0.1)):
    ...     print(found.columns, found.codes, round(found.loss, 2), round(found.rest, 2), round(found.excess))
    (0, 2) (1, 3) 0.32 0.1 271
    """
    whole = cells.sample(codes, loss)
    if not whole.columns or len(whole.score) < 2 or np.ptp(whole.score) == 0:
        return []
    shares = bool(np.isin(whole.score, (0.0, 1.0)).all())
    tame = whole if shares else Sample(whole.columns, _tamed(whole.score))
    least = max(least_rows, least_share * len(whole.score), 2)
    layout = cells.layout(tame, tame, (least, least))
    search = _Search(
        tame, layout, layout.parents, _tested(tame, layout, least), shares, (false_discoveries, least_effect)
    )
    if not len(search.tested):
        return []
    first = _standing(search, tame)
    chosen = _explaining(search, first, most)
    found = [_described(whole, search, first, place) for place in chosen]
    return sorted(found, key=lambda one: -one.excess)


def _tamed(loss: Floats) -> Floats:
    """Losses with the wild ones pulled in, unless only those vary."""
    tame = pulled_in(loss)
    return tame if np.ptp(tame) > 0 else pulled_in(loss, 0.0)


def _tested(rows: Sample, layout: Layout, least: float) -> Codes:
    """Places of the cells with enough rows on both sides; a pair with all rows of one predicate is none."""
    inside, parents = cells.moments(rows, layout)[0], layout.parents
    same = (inside[parents] == inside[:, None]) & (parents >= 0)
    enough = (inside >= least) & (len(rows.score) - inside >= FEWEST_OUTSIDE)
    return np.flatnonzero(enough & ~same.any(axis=1))


def _standing(search: _Search, rows: Sample) -> _Standing:
    """How the tested slices stand among some rows."""
    table = cells.moments(rows, search.layout)
    whole = table[:, : search.layout.sizes[0]].sum(axis=1, keepdims=True)
    inside = table[:, search.tested]
    surely, effect, p_value = _against(inside, whole - inside, shares=search.shares)
    rate = benjamini_hochberg(p_value)
    with np.errstate(invalid="ignore"):
        passes = (surely > 0) & (rate <= search.bar[0]) & (effect > search.bar[1])
    return _Standing(surely, effect, p_value, rate, passes)


def _against(inside: Floats, rest: Floats, *, shares: bool) -> tuple[Floats, Floats, Floats]:
    """Difference in standard errors, effect and one-sided p-value; nan where either side has few rows."""
    few = (inside[0] < 2) | (rest[0] < 2)
    a, b = (np.where(few, np.array([2.0, 0.0, 0.0])[:, None], side) for side in (inside, rest))
    if shares:
        p, q = a[1] / a[0], b[1] / b[0]
        pooled = (a[1] + b[1]) / (a[0] + b[0])
        error = np.sqrt(pooled * (1 - pooled) * (1 / a[0] + 1 / b[0]))
        surely = (p - q) / np.where(error > 0, error, np.nan)
        effect = 2 * np.arcsin(np.sqrt(np.clip(p, 0, 1))) - 2 * np.arcsin(np.sqrt(np.clip(q, 0, 1)))
        chance = special.ndtr(-surely)
    else:
        found = changes.change(b, a)
        surely = found.value / np.sqrt(np.where(found.variance > 0, found.variance, np.nan))
        chance = special.stdtr(found.freedom, -surely)
        spread = (a[2] - a[1] ** 2 / a[0] + b[2] - b[1] ** 2 / b[0]) / (a[0] + b[0] - 2)
        effect = found.value / np.sqrt(np.where(spread > 0, spread, np.nan))
    return tuple(np.where(few, np.nan, one) for one in (surely, effect, chance))  # pyright: ignore[reportReturnType]


def _explaining(search: _Search, first: _Standing, most: int) -> list[int]:
    """Places among the tested slices of those that explain the others, the clearest first."""
    chosen: list[int] = []
    left = np.ones(len(search.sample.score), dtype=bool)
    now = first
    while len(chosen) < most:
        passing = first.passes & now.passes
        passing[chosen] = False
        if not passing.any():
            break
        rows = Sample(tuple(column[left] for column in search.sample.columns), search.sample.score[left])
        best = int(np.argmax(np.where(passing, now.surely, -np.inf)))
        best = _simplest(search, rows, best, passing, now)
        chosen.append(best)
        left &= ~cells.marked(search.sample, *search.layout.name(int(search.tested[best])))
        if left.sum() < FEWEST_OUTSIDE:
            break
        rest = Sample(tuple(column[left] for column in search.sample.columns), search.sample.score[left])
        now = _standing(search, rest)
    return chosen


def _simplest(search: _Search, rows: Sample, place: int, passing: NDArray[np.bool_], now: _Standing) -> int:
    """The place of the slice, or of its clearer parent whose other rows lose as much as the slice does."""
    table, cell, best = cells.moments(rows, search.layout), int(search.tested[place]), -1
    for parent in search.parents[cell]:
        at = int(np.searchsorted(search.tested, parent))
        if parent < 0 or search.tested[at] != parent or not passing[at]:
            continue
        # One in twenty by chance, shared among all the children that might have been the clearest.
        level = _DOUBT / max((search.parents[search.tested] == parent).sum(), 1)
        others = table[:, [parent]] - table[:, [cell]]
        alike = others[0, 0] < 2
        if not alike:
            alike = bool(changes.p_value(changes.change(others, table[:, [cell]]))[0] > level)
        if alike and (best < 0 or now.surely[at] > now.surely[best]):
            best = at
    return place if best < 0 else best


def _described(whole: Sample, search: _Search, first: _Standing, place: int) -> WeakSlice:
    """A slice in numbers, of the losses as they are."""
    columns, codes = search.layout.name(int(search.tested[place]))
    inside = cells.marked(whole, columns, codes)
    peak = float(np.abs(whole.score).max()) or 1.0  # squares of the largest are none
    sides = [whole.score[rows] / peak for rows in (~inside, inside)]
    moments = [np.array([len(one), one.sum(), (one**2).sum()]) for one in sides]
    found = changes.change(*moments)
    half = float(special.stdtrit(found.freedom, 0.975) * np.sqrt(found.variance))
    value, rows = float(found.value), int(inside.sum())
    return WeakSlice(
        columns=columns,
        codes=codes,
        rows=rows,
        loss=float(sides[1].mean()) * peak,
        rest=float(sides[0].mean()) * peak,
        difference=value * peak,
        lower=(value - half) * peak,
        upper=(value + half) * peak,
        effect=float(first.effect[place]),
        excess=rows * value * peak,
        p_value=float(first.p_value[place]),
        rate=float(first.rate[place]),
    )
