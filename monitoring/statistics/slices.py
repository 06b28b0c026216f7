"""Where did the mean score change most: every slice of one or two predicates, and the few that explain it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.multiplicity import benjamini_hochberg

FEWEST_REFERENCE_ROWS = 30
MOST_CODES = 100
_DOUBT = 0.05

Codes = NDArray[np.int64]


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
        Mean scores of the slice.
    change, lower, upper : float
        Current less reference mean, with its 95 % interval.
    elsewhere : float
        The change of the mean of all other rows.
    effect : float
        In standard deviations of the score: the smaller of ``|change|`` and ``|change - elsewhere|``.
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
    r, c = _sample(reference, reference_score), _sample(current, current_score)
    if len(r.columns) != len(c.columns):
        raise ValueError(f"samples of different columns: {len(r.columns)} and {len(c.columns)}")
    if not r.columns or min(len(r.score), len(c.score)) < 2:
        return []
    if np.ptp(r.score) == 0 and np.ptp(c.score) == 0:
        return []
    search = _search(r, c, max(least_rows, least_share * len(c.score), 2))
    bar = (false_discoveries, least_effect)
    first = _verdict(search, np.zeros(len(search.parents)), bar)
    slices = [_described(search, first, place) for place in _explaining(search, first, bar, most)]
    return sorted(slices, key=lambda found: -abs(found.contribution))


@dataclass(frozen=True)
class _Sample:
    """The codes of each column, counted from 0 (missing), and the score, of shape (rows,)."""

    columns: tuple[Codes, ...]
    score: Floats


@dataclass(frozen=True)
class _Change:
    """Changes of means, their variances and degrees of freedom, each of one shape."""

    value: Floats
    variance: Floats
    freedom: Floats


@dataclass(frozen=True)
class _Search:
    """Every slice (cell), and those that are tested.

    ``parents`` are the cells of both predicates, -1 where there is only one; ``before`` and ``now`` rows, sum
    and sum of squares of the standard score, of shape (3, cells); ``sizes`` the numbers of codes, so that the
    first ``sizes[0]`` cells hold all rows. ``tested`` are positions of cells, ``own`` and ``rest`` how the
    rows inside and outside those changed.
    """

    samples: tuple[_Sample, _Sample]
    centre: float
    scale: float
    parents: Codes
    before: Floats
    now: Floats
    sizes: list[int]
    tested: Codes
    own: _Change
    rest: _Change


@dataclass(frozen=True)
class _Verdict:
    """Of each tested slice: the change's sign, effect, t against the rest, p-values, and if it passes."""

    sign: Floats
    effect: Floats
    clearness: Floats
    p_value: Floats
    rate: Floats
    passes: NDArray[np.bool_]


def _sample(codes: ArrayLike, score: ArrayLike) -> _Sample:
    table, y = np.asarray(codes), np.asarray(score, dtype=float)
    if table.ndim != 2 or y.shape != table.shape[:1]:
        raise ValueError(f"codes of shape {table.shape} and scores of shape {y.shape} do not match")
    if table.size and table.dtype.kind not in "iu":
        raise ValueError("codes are whole numbers")
    if table.size and (table.min() < -1 or table.max() >= MOST_CODES):
        raise ValueError(f"codes lie between -1 and {MOST_CODES - 1}")
    known = np.isfinite(y)
    return _Sample(tuple(column[known].astype(np.int64) + 1 for column in table.T), y[known])


def _search(r: _Sample, c: _Sample, least: float) -> _Search:
    sizes = [int(max(a.max(), b.max())) + 1 for a, b in zip(r.columns, c.columns, strict=True)]
    squares = r.score.var() * len(r.score) + c.score.var() * len(c.score)
    scale = float(np.sqrt(squares / (len(r.score) + len(c.score) - 2))) or 1.0
    centre = float(r.score.mean())
    r, c = (_Sample(side.columns, (side.score - centre) / scale) for side in (r, c))
    parents = _parents(sizes)
    before, now = _moments(r, sizes), _moments(c, sizes)
    outside = [table[:, : sizes[0]].sum(axis=1, keepdims=True) - table for table in (before, now)]
    enough = (before[0] >= FEWEST_REFERENCE_ROWS) & (now[0] >= least)
    enough &= (outside[0][0] >= FEWEST_REFERENCE_ROWS) & (outside[1][0] >= FEWEST_REFERENCE_ROWS)
    # A pair that holds the same rows as one of its predicates is that predicate.
    same = (before[0][parents] == before[0][:, None]) & (now[0][parents] == now[0][:, None])
    tested = np.flatnonzero(enough & ~(same & (parents >= 0)).any(axis=1))
    own, rest = (_change(a[:, tested], b[:, tested]) for a, b in ((before, now), outside))
    return _Search((r, c), centre, scale, parents, before, now, sizes, tested, own, rest)


def _parents(sizes: list[int]) -> Codes:
    """The cells of both predicates of every cell, -1 for cells of one predicate."""
    first = np.concatenate([[0], np.cumsum(sizes)])
    parents = [np.full((first[-1], 2), -1)]
    for i, j in combinations(range(len(sizes)), 2):
        a, b = np.divmod(np.arange(sizes[i] * sizes[j]), sizes[j])
        parents.append(np.column_stack([first[i] + a, first[j] + b]))
    return np.concatenate(parents)


def _name(search: _Search, cell: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Columns and codes of a cell."""
    predicates = [int(parent) for parent in search.parents[cell] if parent >= 0] or [int(cell)]
    first = np.concatenate([[0], np.cumsum(search.sizes)])
    columns = [int(np.searchsorted(first, predicate, side="right")) - 1 for predicate in predicates]
    return tuple(columns), tuple(int(p - first[i]) - 1 for p, i in zip(predicates, columns, strict=True))


def _keys(columns: tuple[Codes, ...], sizes: list[int]) -> Iterator[tuple[Codes, int]]:
    """The cell of every row within each column and each pair of columns, and how many cells there are."""
    yield from zip(columns, sizes, strict=True)
    for i, j in combinations(range(len(sizes)), 2):
        yield columns[i] * sizes[j] + columns[j], sizes[i] * sizes[j]


def _moments(sample: _Sample, sizes: list[int]) -> Floats:
    weights = (None, sample.score, sample.score**2)
    tables = [[np.bincount(k, w, n) for w in weights] for k, n in _keys(sample.columns, sizes)]
    return np.concatenate(tables, axis=1).astype(float)


def _change(before: Floats, now: Floats) -> _Change:
    """The change of the mean of each slice, with the larger of Welch's and the pooled variance."""
    (n, first, _), (m, second, _) = before, now
    squares = [np.maximum(side[2] - side[1] ** 2 / side[0], 0.0) for side in (before, now)]
    parts = [squares[0] / (n - 1) / n, squares[1] / (m - 1) / m]
    welch, pooled = parts[0] + parts[1], (squares[0] + squares[1]) / (n + m - 2) * (1 / n + 1 / m)
    freedom = np.where(welch > pooled, _freedom(parts, [n - 1, m - 1]), n + m - 2)
    return _Change(second / m - first / n, np.maximum(welch, pooled), freedom)


def _freedom(variances: list[Floats], freedoms: list[Floats]) -> Floats:
    """Degrees of freedom of a sum of variances (Satterthwaite)."""
    power = sum((v**2 / f for v, f in zip(variances, freedoms, strict=True)), np.zeros(()))
    total = sum(variances, np.zeros(()))
    return np.where(power > 0, total**2 / np.where(power > 0, power, 1.0), sum(freedoms, np.zeros(())))


def _difference(one: _Change, other: _Change) -> _Change:
    variances, freedoms = [one.variance, other.variance], [one.freedom, other.freedom]
    return _Change(one.value - other.value, variances[0] + variances[1], _freedom(variances, freedoms))


def _clearness(change: _Change) -> Floats:
    """The absolute t statistic; infinite for a change without any variance."""
    size, some = np.abs(change.value), change.variance > 0
    ratio = size / np.sqrt(np.where(some, change.variance, 1.0))
    return np.where(some, ratio, np.where(size > 0, np.inf, 0.0))


def _shifted(change: _Change, by: Floats) -> _Change:
    return _Change(change.value - by, change.variance, change.freedom)


def _p_value(change: _Change) -> Floats:
    return 2 * special.stdtr(change.freedom, -_clearness(change))


def _verdict(search: _Search, moved: Floats, bar: tuple[float, float]) -> _Verdict:
    """How the slices stand once ``moved`` is taken off the sum of the current scores in every cell."""
    rows, inside = search.now[0, search.tested], moved[search.tested]
    all_rows, everywhere = len(search.samples[1].score), moved[: search.sizes[0]].sum()
    own = _shifted(search.own, inside / rows)
    excess = _difference(own, _shifted(search.rest, (everywhere - inside) / (all_rows - rows)))
    p_value = np.maximum(_p_value(own), _p_value(excess))
    same_way = own.value * excess.value > 0
    effect = np.where(same_way, np.minimum(np.abs(own.value), np.abs(excess.value)), 0.0)
    rate = benjamini_hochberg(p_value)
    passes = (rate <= bar[0]) & (effect > bar[1])
    return _Verdict(np.sign(own.value), effect, _clearness(excess), p_value, rate, passes)


def _explaining(search: _Search, first: _Verdict, bar: tuple[float, float], most: int) -> list[int]:
    """Places among the tested slices of those that explain the others, the clearest first."""
    chosen: list[int] = []
    shared = np.zeros((0, len(search.parents)))  # current rows that each cell has in each chosen slice
    left = tuple(np.ones(len(side.score), dtype=bool) for side in search.samples)
    now, moved = first, np.zeros(len(search.parents))
    while len(chosen) < most:
        standing = first.passes & now.passes & (first.sign == now.sign)
        standing[chosen] = False
        if not standing.any():
            break
        best = int(np.argmax(np.where(standing, now.clearness, -1.0)))
        best = _simplest(search, best, standing, now, moved)
        chosen.append(best)
        inside = [_inside(side, *_name(search, search.tested[best])) for side in search.samples]
        shared = np.vstack([shared, _rows(search, inside[1])])
        left = tuple(rows & ~taken for rows, taken in zip(left, inside, strict=True))
        if min(rows.sum() for rows in left) < FEWEST_REFERENCE_ROWS:
            break
        moved = _set_back(search, chosen, shared, left)
        now = _verdict(search, moved, bar)
    return chosen


def _simplest(search: _Search, place: int, standing: NDArray[np.bool_], now: _Verdict, moved: Floats) -> int:
    """The place of the slice, or of its clearer parent whose other rows changed as the slice did."""
    cell, best = search.tested[place], -1
    for parent in search.parents[cell]:
        at = int(np.searchsorted(search.tested, parent))
        if parent < 0 or search.tested[at] != parent or not standing[at]:
            continue
        before, after = (table[:, parent] - table[:, cell] for table in (search.before, search.now))
        # One in twenty by chance, shared among all the children that might have been the clearest.
        level = _DOUBT / (search.parents[search.tested] == parent).sum()
        alike = min(before[0], after[0]) < 2
        if not alike:
            others = _shifted(_change(before, after), (moved[parent] - moved[cell]) / after[0])
            mine = _Change(search.own.value[place], search.own.variance[place], search.own.freedom[place])
            gap = _difference(_shifted(mine, moved[cell] / search.now[0, cell]), others)
            alike = bool(_p_value(gap) > level)
        if alike and (best < 0 or now.clearness[at] > now.clearness[best]):
            best = at
    return place if best < 0 else best


def _set_back(
    search: _Search, chosen: list[int], shared: Floats, left: tuple[NDArray[np.bool_], ...]
) -> Floats:
    """What to take off each cell's sum so that every chosen slice changes as the rows in none of them."""
    cells = search.tested[chosen]
    (r, c), (r_left, c_left) = search.samples, left
    beyond = search.own.value[chosen] - (c.score[c_left].mean() - r.score[r_left].mean())
    overlap = shared[:, cells].T / search.now[0, cells][:, None]
    return np.linalg.lstsq(overlap, beyond, rcond=None)[0] @ shared


def _inside(side: _Sample, columns: tuple[int, ...], codes: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.logical_and.reduce(
        [side.columns[i] == code + 1 for i, code in zip(columns, codes, strict=True)]
    )


def _rows(search: _Search, inside: NDArray[np.bool_]) -> Floats:
    """Current rows of every cell among those marked."""
    columns = tuple(column[inside] for column in search.samples[1].columns)
    counts = [np.bincount(k, minlength=n) for k, n in _keys(columns, search.sizes)]
    return np.concatenate(counts).astype(float)


def _described(search: _Search, first: _Verdict, place: int) -> Slice:
    cell, scale = search.tested[place], search.scale
    columns, codes = _name(search, cell)
    (n, before, _), (m, now, _) = search.before[:, cell], search.now[:, cell]
    change, elsewhere = float(search.own.value[place]) * scale, float(search.rest.value[place]) * scale
    half = special.stdtrit(search.own.freedom[place], 0.975) * np.sqrt(search.own.variance[place]) * scale
    return Slice(
        columns=columns,
        codes=codes,
        reference_rows=int(n),
        current_rows=int(m),
        reference_mean=float(before / n * scale + search.centre),
        current_mean=float(now / m * scale + search.centre),
        change=change,
        lower=float(change - half),
        upper=float(change + half),
        elsewhere=elsewhere,
        effect=float(first.effect[place]),
        contribution=float(m / len(search.samples[1].score) * (change - elsewhere)),
        p_value=float(first.p_value[place]),
        rate=float(first.rate[place]),
    )
