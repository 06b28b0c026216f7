"""What the bins of a profile allow: rows are never outside, and the bounds are reached."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring.drift import binned
from monitoring.drift.binned import Binned, Side
from monitoring.statistics.gaps import kolmogorov_smirnov_bound
from monitoring.store.grids import LEVELS, Grid
from tests.drift.distances import gap, moved


def side(grid: Grid, values: np.ndarray) -> Side:
    """The profile of some values, counted here."""
    edges = np.array(grid.edges)
    slot = np.searchsorted(edges, values, side="left") + 1
    slot = np.where(values < (edges[0] if len(edges) else -np.inf), 0, slot)
    counts = np.bincount(slot, minlength=grid.slots).astype(float)
    sums = np.bincount(slot, values - grid.centre, minlength=grid.slots)
    return Side(counts, sums, float(sums.sum()), 0.0, float(values.min()), float(values.max()))


def grid_of(values: np.ndarray) -> Grid:
    """Quantiles as edges, or all values where they are few."""
    known = np.unique(values)
    if len(known) > 6:
        known = np.unique(np.quantile(values, [0, *LEVELS[1:-1:5], 1], method="inverted_cdf"))
    return Grid("x", "numeric", edges=tuple(known.tolist()), centre=float(np.median(values)))


def some(values: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return st.lists(values, min_size=1, max_size=40).map(np.array)


near = some(
    st.one_of(
        st.integers(-3, 3).map(float), st.floats(-50, 50), st.sampled_from([0.1 + 0.2, 0.3, 1e6, 1e-40])
    )
)
apart = some(st.one_of(st.integers(-3, 3).map(float), st.integers(-3000, 3000).map(lambda one: one / 64)))


def assert_allowed(grid: Grid, before: np.ndarray, now: np.ndarray, drawn: np.ndarray) -> None:
    bins = binned.bounds(grid, side(grid, before), side(grid, now), 2.0, drawn)
    true, way = gap(before, now), moved(before, now) / 2.0
    assert bins.kolmogorov_smirnov - 1e-12 <= true <= bins.kolmogorov_smirnov_bound + 1e-12
    assert abs(way - bins.wasserstein) <= bins.wasserstein_bound - bins.wasserstein + 1e-9 * (1 + way)
    counts = side(grid, before).counts, side(grid, now).counts
    assert bins.kolmogorov_smirnov_bound <= kolmogorov_smirnov_bound(*counts) + 1e-12


@settings(max_examples=300, deadline=None)
@given(learnt=near, before=near, now=near, edgeless=st.booleans())
@example(learnt=np.arange(2.0), before=np.ones(3), now=np.full(3, 1 - 1e-13), edgeless=False)
def test_rows_are_never_outside_what_their_bins_allow_however_near_they_lie(
    learnt: np.ndarray, before: np.ndarray, now: np.ndarray, edgeless: bool
) -> None:
    grid = Grid("x", "numeric") if edgeless else grid_of(learnt)
    assert_allowed(grid, before, now, np.concatenate([before, now]))


@settings(max_examples=300, deadline=None)
@given(learnt=apart, before=apart, now=apart, edgeless=st.booleans())
def test_the_profile_alone_knows_it_where_values_differ_by_more_than_rounding(
    learnt: np.ndarray, before: np.ndarray, now: np.ndarray, edgeless: bool
) -> None:
    assert_allowed(Grid("x", "numeric") if edgeless else grid_of(learnt), before, now, np.zeros(0))


def test_the_bounds_are_reached() -> None:
    grid = Grid("x", "numeric", edges=(0.0, 10.0))
    before, now = np.array([0.0, 10.0, 10.0]), np.array([1e-6, 1e-6, 10.0])
    bins = binned.bounds(grid, side(grid, before), side(grid, now), 1.0, before)
    assert isinstance(bins, Binned)
    assert bins.kolmogorov_smirnov == pytest.approx(1 / 3)
    assert bins.kolmogorov_smirnov_bound == pytest.approx(1.0)
    ends = np.array([1e-6, 10.0] * 20)
    wide = binned.bounds(grid, side(grid, ends), side(grid, np.full(40, 5.0)), 1.0, ends)
    assert moved(ends, np.full(40, 5.0)) == pytest.approx(5.0)
    assert (wide.wasserstein, wide.wasserstein_bound) == pytest.approx((0.0, 10.0), abs=1e-5)
