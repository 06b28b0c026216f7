"""One numeric feature compared row by row, beside what its profile says: how much the bins hide.

It reads raw rows, so it is done when somebody asks, for one feature and one window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from monitoring.drift.against import Against, own
from monitoring.drift.inspection import references
from monitoring.drift.reading import NoReferenceError, own_days, reference_of
from monitoring.models import Model
from monitoring.statistics.arrays import Floats, shares
from monitoring.statistics.gaps import kolmogorov_smirnov, widest
from monitoring.statistics.transport import reference_scale, wasserstein, wasserstein_bound
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.cubes import Cube
    from monitoring.store.grids import Grid

ROWS = 200_000  # of each side
EXACT_ROWS = 10_000  # of each side, up to which the exact law of the Kolmogorov-Smirnov distance is counted


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
class Exact:
    """Distances of one feature's rows in a window from those of its reference.

    Attributes
    ----------
    feature : str
    kolmogorov_smirnov : float
        The largest gap between the two cumulative distributions, as a share of rows.
    p_value : float
        Of the Kolmogorov-Smirnov test on the rows used; too large where values repeat.
    p_value_exact : bool
        Whether it comes from the exact law, as up to 10,000 rows on each side, or from the limiting one.
    wasserstein : float
        In standard deviations of the reference.
    scale : float
        That standard deviation, in the feature's unit.
    reference_rows, current_rows : int
        Finite values that were compared.
    reference_total, current_total : int
        Finite values that there were, as the profile has counted them.
    deleted : bool
        Whether raw rows of a side are not there any more, so that what is compared are the days that are.
    binned : Binned
        The same two distances from the profile, of all rows.
    """

    feature: str
    kolmogorov_smirnov: float
    p_value: float
    p_value_exact: bool
    wasserstein: float
    scale: float
    reference_rows: int
    current_rows: int
    reference_total: int
    current_total: int
    deleted: bool
    binned: Binned

    @property
    def sampled(self) -> bool:
        """Whether a side has more rows than were compared; then the bounds of the bins hold about."""
        return (self.reference_rows, self.current_rows) != (self.reference_total, self.current_total)


@dataclass(frozen=True)
class _Side:
    """Profile of some chunks added up: counts and sums by slot, moments, and the extremes."""

    counts: Floats
    sums: Floats
    total: float
    square: float
    lowest: float
    highest: float

    @property
    def rows(self) -> int:
        return int(self.counts.sum())

    @property
    def means(self) -> Floats:
        """Mean deviation from the grid's centre in each slot; 0 where it is empty."""
        return self.sums / np.where(self.counts > 0, self.counts, 1.0)


def exact(
    store: Store,
    name: str,
    feature: str,
    window: Window,
    *,
    against: Against | None = None,
    segment: tuple[str, str] = ("", ""),
    rows: int = ROWS,
) -> Exact:
    r"""Compare the rows of a window with those of its reference, one numeric or ordinal feature.

    Only finite values count. Where the window lies in the reference, it is compared with the rest of it.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    feature : str
    window : Window
        Keys of the current rows.
    against : Against, optional
        What they are compared with; the model's own choice by default.
    segment : (column, value)
        As the profile writes them; ('', '') for all rows.
    rows : int
        Rows of each side that are compared at most, drawn by the hash of their ids.

    Returns
    -------
    Exact

    Raises
    ------
    NoReferenceError
        If the model has no reference.
    AgainstError
        If a version is named that has no rows.
    UnknownModel
        If the model is not registered.
    ValueError
        If there is no such feature, it holds no numbers, or a side has no finite value.

    References
    ----------
    Hodges, J. (1958). The significance probability of the Smirnov two-sample test. *Arkiv för Matematik* 3.

    Villani, C. (2009). *Optimal Transport*. Springer.

    Examples
    --------
    >>> import datetime as dt, tempfile
    >>> from pathlib import Path
    >>> from monitoring.store import Store
    >>> text = 'name = "churn"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-02'
    >>> log = "id,predicted_at,age\n1,2026-01-01,30\n2,2026-01-01,50\n3,2026-01-02,40\n4,2026-01-02,60\n"
    >>> day = Window(dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 3))
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     model, path = store.add(text), Path(folder) / "log.csv"
    ...     _ = path.write_text(log)
    ...     receipt = store.ingest("churn", path)
    ...     found = exact(store, "churn", "age", day)
    >>> found.kolmogorov_smirnov, round(found.wasserstein, 4), found.reference_rows, found.current_rows
    (0.5, 0.7071, 2, 2)
    """
    model = store.model(name)
    if model.reference is None:
        raise NoReferenceError(f"{name}: no [reference] in the model's file")
    kind = store.features(name).get(feature)
    if kind not in ("numeric", "ordinal"):
        known = f"{feature!r} is {kind} and holds" if kind else f"no feature {feature!r} that has a profile:"
        raise ValueError(f"{name}: {known} no numbers to compare one by one")
    against = against or own(model)
    parts = references(store, model, window, against)
    profile = store.cubes(name, segment=segment, features=[feature]).numeric
    healthy = _healthy(store, model, profile, against, segment)
    reference = healthy if parts is None else _side(profile, parts)
    current = _side(profile, [window])
    before, kept = _drawn(store, name, feature, parts, rows, segment)
    now, there = _drawn(store, name, feature, [window], rows, segment)
    for words, held, drawn in (("the reference", reference, before), ("the window", current, now)):
        if not len(drawn):
            gone = "its raw rows have been deleted" if held.rows else "it has no finite value"
            raise ValueError(f"{feature}: nothing of {words} to compare; {gone}")
    scale = float(
        reference_scale(
            healthy.counts, healthy.means, rows=healthy.rows, total=healthy.total, square=healthy.square
        )
    )
    distance, p_value, by_law = _kolmogorov_smirnov(before, now)
    return Exact(
        feature=feature,
        kolmogorov_smirnov=distance,
        p_value=p_value,
        p_value_exact=by_law,
        wasserstein=_wasserstein(before, now, profile.grids[0].centre, scale),
        scale=scale,
        reference_rows=len(before),
        current_rows=len(now),
        reference_total=reference.rows,
        current_total=current.rows,
        deleted=kept < reference.rows or there < current.rows,
        binned=_binned(profile.grids[0], reference, current, scale, np.concatenate([before, now])),
    )


def _drawn(
    store: Store, name: str, feature: str, parts: list[Window] | None, most: int, segment: tuple[str, str]
) -> tuple[Floats, int]:
    """Values of some windows, or of the reference file, and how many raw rows have one."""
    from monitoring.store import rows as reading

    if parts is None:
        return reading.reference_values(store, name, feature, most=most, segment=segment)
    return reading.values(store, name, feature, parts, most=most, segment=segment)


def _healthy(store: Store, model: Model, profile: Cube, against: Against, segment: tuple[str, str]) -> _Side:
    """The whole reference, whose standard deviation is the unit; a window inside it is not left out."""
    if against.form == "version":
        return _side(profile, [own_days(store, model, against.version)])
    file = store.reference_cubes(model.name, segment=segment, features=profile.features)
    return _side(profile, [reference_of(model)]) if file is None else _side(file.numeric)


def _side(cube: Cube, parts: Sequence[Window] | None = None) -> _Side:
    """Chunks of a profile of one feature added up: those in any of the windows, or all."""
    inside = [parts is None or any(part.holds(key) for part in parts) for key in cube.chunks]
    counts, sums, total, square = (
        np.asarray(getattr(cube, name), dtype=float)[0, inside].sum(axis=0)
        for name in ("counts", "sums", "total", "square")
    )
    lowest = float(np.fmin.reduce(cube.minimum[0, inside], initial=np.nan))
    highest = float(np.fmax.reduce(cube.maximum[0, inside], initial=np.nan))
    return _Side(counts, sums, float(total), float(square), lowest, highest)


def _kolmogorov_smirnov(before: Floats, now: Floats) -> tuple[float, float, bool]:
    """Distance, p-value, and whether that is exact.

    Where nearly all samples lie further apart, rounding errors would take the exact law above 1, so that the
    limiting law stands; that in turn is not defined for two single rows.
    """
    sizes = (len(before), len(now))
    limiting = stats.ks_2samp(before, now, method="asymp") if min(sizes) > 1 else None
    if limiting is not None and (max(sizes) > EXACT_ROWS or limiting.pvalue >= 0.999):
        return float(limiting.statistic), float(limiting.pvalue), False
    found = stats.ks_2samp(before, now, method="exact")
    return float(found.statistic), float(found.pvalue), True


def _wasserstein(before: Floats, now: Floats, centre: float, scale: float) -> float:
    """Distance of values around a centre, so that no digits are lost, in units of the scale."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(stats.wasserstein_distance((before - centre) / scale, (now - centre) / scale))


def _binned(grid: Grid, reference: _Side, current: _Side, scale: float, drawn: Floats) -> Binned:
    """Both distances from the profile, with what rows inside the bins could make of them.

    In a bin from a to b whose mean is m, rows lie on average at most ``2 (m - a) (b - m) / (b - a)`` from it:
    half the width if they lie at both ends, and nothing where they all are b, as in bins of a single value.
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
    grid: Grid, reference: _Side, current: _Side, width: Floats, upper: Floats, drawn: Floats
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


def _ends(grid: Grid, reference: _Side, current: _Side) -> tuple[Floats, Floats]:
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


def _spread(side: _Side, lower: Floats, upper: Floats) -> Floats:
    """Twice the mean absolute deviation that the rows of each slot can have at most."""
    width = upper - lower
    above = np.clip(side.means - lower, 0.0, width)
    share = np.clip(upper - side.means, 0.0, width) / np.where(width > 0, width, 1.0)
    return np.where(side.counts > 0, 4 * above * share, 0.0)
