"""Where did the mean score change most: every slice of one or two predicates, and the few that explain it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.statistics import cells, changes
from monitoring.statistics.arrays import Floats, pulled_in
from monitoring.statistics.candidates import FEWEST_REFERENCE_ROWS, Candidates, Standing, candidates, standing
from monitoring.statistics.cells import Sample
from monitoring.statistics.changes import Change

_DOUBT = 0.05


@dataclass(frozen=True)
class Slice:
    """Rows that share one or two values, and how their mean score changed.

    Attributes
    ----------
    columns, codes : tuple of int
        Positions of the columns and the code in each; -1 is missing.
    reference_rows, current_rows : int
        Rows of the slice.
    reference_mean, current_mean : float
        Mean scores of the slice, wild ones included; so are those of the next five.
    change, lower, upper : float
        Current less reference mean, with its 95 % interval.
    elsewhere : float
        The change of the mean of all other rows.
    effect : float
        In standard deviations of the score, wild ones pulled in: the smaller of ``|change|`` and ``|change -
        elsewhere|``.
    contribution : float
        Share of the current rows times ``change - elsewhere``: what the whole current mean owes to this slice
        not having changed as the other rows did.
    p_value : float
        The larger of the p-values of ``change`` and of ``change - elsewhere``.
    rate : float
        The same, adjusted for all slices that were tested.
    """

    columns: tuple[int, ...]
    codes: tuple[int, ...]
    reference_rows: int
    current_rows: int
    reference_mean: float
    current_mean: float
    change: float
    lower: float
    upper: float
    elsewhere: float
    effect: float
    contribution: float
    p_value: float
    rate: float


def worst_slices(
    reference: ArrayLike,
    current: ArrayLike,
    reference_score: ArrayLike,
    current_score: ArrayLike,
    *,
    least_rows: int = 500,
    least_share: float = 0.01,
    most: int = 10,
    false_discoveries: float = 0.05,
    least_effect: float = 0.1,
) -> list[Slice]:
    """The slices whose mean score changed beyond that of the other rows, and that no other slice explains.

    Every value of every column and every pair of values of two columns is a slice; those with enough rows are
    tested. A slice must have changed itself and must stand out from the rows outside it; the weaker of both
    claims counts. The first alone lists everything when everything moved, the second alone the rows that
    stayed when others moved. The change of the other rows, not of all rows, is what a slice is measured
    against: that of all rows contains the slice, and moves when merely the mix does.

    Slices overlap: one that changed drags along those it contains, those that contain it and its lookalikes.
    The clearest is therefore taken first (the largest t statistic against the other rows is the one that
    coincides best with the rows that changed), or its parent of one predicate where both halves of the parent
    changed alike. Its rows are set back to the change of the rows in no slice taken, and the search
    repeats until nothing stands out. What is found is ranked by contribution, which the largest slices lead.

    Errors are the larger of Welch's and the pooled one: in a slice where few rows score at all, the smaller
    sample often has no variance and Welch's error hardly any size. Rows count as independent: where whole
    days vary, p-values are too small.

    For tests and effects the extreme thousandth of both samples' scores is pulled in at either end, so that a
    few wild ones neither make a slice nor hide one; where nothing else varies they stay as they are.

    A slice may also have changed because the mix of its own rows did: `mix_and_rate` tells.

    Parameters
    ----------
    reference, current : array_like of shape (rows, columns)
        Whole numbers: categories or reference quintiles, from 0 to about 25, at most 99; -1 is missing,
        a value like any other.
    reference_score, current_score : array_like of shape (rows,)
        Rows whose score is not finite are left out.
    least_rows, least_share : int, float
        A slice needs as many current rows, and this share of all. It also needs 30 reference rows, and 30
        rows on either side must remain outside it.
    most : int
        The search ends after so many slices.
    false_discoveries : float
        Limit of Benjamini and Hochberg's rate over all slices tested.
    least_effect : float
        Smallest effect worth naming, in standard deviations of the score within both samples.

    Returns
    -------
    list of Slice
        The largest contribution first; empty where nothing stands out, where there are too few rows and where
        the score is constant.

    Raises
    ------
    ValueError
        If the columns differ, rows and scores do not match, or a code is not a whole number from -1 to 99.

    References
    ----------
    Chung, Y. et al. (2019). Slice Finder: automated data slicing for model validation. *ICDE*.
    Sagadeeva, S. and Boehm, M. (2021). SliceLine: fast, linear-algebra-based slice finding. *SIGMOD*.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> before, now = random.integers(0, 4, (2, 20_000, 3))
    >>> score_before, score_now = random.normal(size=(2, 20_000))
    >>> score_now[(now[:, 0] == 1) & (now[:, 2] == 3)] += 0.5
    >>> for found in worst_slices(before, now, score_before, score_now):
    ...     print(found.columns, found.codes, round(found.change, 2), round(found.elsewhere, 2))
    (0, 2) (1, 3) 0.46 0.0
    """
    r, c = cells.sample(reference, reference_score), cells.sample(current, current_score)
    if len(r.columns) != len(c.columns):
        raise ValueError(f"samples of different columns: {len(r.columns)} and {len(c.columns)}")
    if not r.columns or min(len(r.score), len(c.score)) < 2:
        return []
    if np.ptp(r.score) == 0 and np.ptp(c.score) == 0:
        return []
    search = candidates(*_tamed(r, c), max(least_rows, least_share * len(c.score), 2))
    bar = (false_discoveries, least_effect)
    first = standing(search, np.zeros(len(search.parents)), bar)
    slices = [_described((r, c), search, first, place) for place in _explaining(search, first, bar, most)]
    return sorted(slices, key=lambda found: -abs(found.contribution))


def _explaining(search: Candidates, first: Standing, bar: tuple[float, float], most: int) -> list[int]:
    """Places among the tested slices of those that explain the others, the clearest first."""
    chosen: list[int] = []
    shared = np.zeros((0, len(search.parents)))  # current rows that each cell has in each chosen slice
    left = tuple(np.ones(len(side.score), dtype=bool) for side in search.samples)
    now, moved = first, np.zeros(len(search.parents))
    while len(chosen) < most:
        passing = first.passes & now.passes & (first.sign == now.sign)
        passing[chosen] = False
        if not passing.any():
            break
        best = int(np.argmax(np.where(passing, now.clearness, -1.0)))
        best = _simplest(search, best, passing, now, moved)
        chosen.append(best)
        inside = [cells.marked(side, *search.name(search.tested[best])) for side in search.samples]
        shared = np.vstack([shared, cells.counts(search.samples[1], inside[1], search.layout)])
        left = tuple(rows & ~taken for rows, taken in zip(left, inside, strict=True))
        if min(rows.sum() for rows in left) < FEWEST_REFERENCE_ROWS:
            break
        moved = _set_back(search, chosen, shared, left)
        now = standing(search, moved, bar)
    return chosen


def _simplest(
    search: Candidates, place: int, passing: NDArray[np.bool_], now: Standing, moved: Floats
) -> int:
    """The place of the slice, or of its clearer parent whose other rows changed as the slice did."""
    cell, best = search.tested[place], -1
    for parent in search.parents[cell]:
        at = int(np.searchsorted(search.tested, parent))
        if parent < 0 or search.tested[at] != parent or not passing[at]:
            continue
        before, after = (table[:, parent] - table[:, cell] for table in (search.before, search.now))
        # One in twenty by chance, shared among all the children that might have been the clearest.
        level = _DOUBT / (search.parents[search.tested] == parent).sum()
        alike = min(before[0], after[0]) < 2
        if not alike:
            others = changes.shifted(changes.change(before, after), (moved[parent] - moved[cell]) / after[0])
            mine = Change(search.own.value[place], search.own.variance[place], search.own.freedom[place])
            gap = changes.difference(changes.shifted(mine, moved[cell] / search.now[0, cell]), others)
            alike = bool(changes.p_value(gap) > level)
        if alike and (best < 0 or now.clearness[at] > now.clearness[best]):
            best = at
    return place if best < 0 else best


def _set_back(
    search: Candidates, chosen: list[int], shared: Floats, left: tuple[NDArray[np.bool_], ...]
) -> Floats:
    """What to take off each cell's sum so that every chosen slice changes as the rows in none of them."""
    tested = search.tested[chosen]
    (r, c), (r_left, c_left) = search.samples, left
    beyond = search.own.value[chosen] - (c.score[c_left].mean() - r.score[r_left].mean())
    overlap = shared[:, tested].T / search.now[0, tested][:, None]
    return np.linalg.lstsq(overlap, beyond, rcond=None)[0] @ shared


def _tamed(r: Sample, c: Sample) -> tuple[Sample, Sample]:
    """Both samples with their wild scores pulled in, unless only those vary."""
    scores = np.concatenate([r.score, c.score])
    tame = pulled_in(scores)
    if np.ptp(tame) == 0:
        tame = pulled_in(scores, 0.0)
    before, now = np.split(tame, [len(r.score)])
    return Sample(r.columns, before), Sample(c.columns, now)


def _described(sides: tuple[Sample, Sample], search: Candidates, first: Standing, place: int) -> Slice:
    """A slice in numbers; means and what is made of them are those of the scores as they are."""
    columns, codes = search.name(search.tested[place])
    inside = [cells.marked(side, columns, codes) for side in sides]
    peak = max(float(np.abs(side.score).max()) for side in sides) or 1.0  # squares of the largest are none
    before, now = (_moments(side.score[own] / peak) for side, own in zip(sides, inside, strict=True))
    rest = [_moments(side.score[~own] / peak) for side, own in zip(sides, inside, strict=True)]
    own, elsewhere = changes.change(before, now), float(changes.change(*rest).value)
    half = float(special.stdtrit(own.freedom, 0.975) * np.sqrt(own.variance))
    change = float(own.value)
    return Slice(
        columns=columns,
        codes=codes,
        reference_rows=int(before[0]),
        current_rows=int(now[0]),
        reference_mean=float(before[1] / before[0]) * peak,
        current_mean=float(now[1] / now[0]) * peak,
        change=change * peak,
        lower=(change - half) * peak,
        upper=(change + half) * peak,
        elsewhere=elsewhere * peak,
        effect=float(first.effect[place]),
        contribution=float(now[0] / len(sides[1].score)) * (change - elsewhere) * peak,
        p_value=float(first.p_value[place]),
        rate=float(first.rate[place]),
    )


def _moments(scores: Floats) -> Floats:
    """Rows, sum and sum of squares."""
    return np.array([len(scores), scores.sum(), (scores**2).sum()])
