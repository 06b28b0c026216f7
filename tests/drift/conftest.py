"""Profiles made in memory from rows, for drift without a store; and stores, for what reads rows."""

import datetime as dt

import numpy as np
import pytest

from monitoring.models import parse
from monitoring.store import Store
from monitoring.store.cubes import Cube, Cubes
from monitoring.store.grids import Grid
from monitoring.windows import Window
from tests.drift.inspected_rows import HEAD, REFERENCE, SEGMENTS

LEVELS = (0.001, *(step / 20 for step in range(1, 20)), 0.999)
START = dt.datetime(2013, 3, 1)
MARCH = Window(START, dt.datetime(2013, 4, 1))


def numeric_grid(name, rows):
    """The grid that the reference's rows give: their quantiles, or their values where they are few."""
    finite = rows[np.isfinite(rows)]
    if not len(finite):
        return Grid(name, "numeric")
    values = np.unique(finite)
    discrete = len(values) <= 24
    edges = (
        values
        if discrete
        else np.unique([finite.min(), *np.quantile(finite, LEVELS, method="inverted_cdf"), finite.max()])
    )
    return Grid(name, "numeric", edges=tuple(edges), centre=float(finite.mean()), discrete=discrete)


def numeric_profile(grid, rows):
    """Counts and sums by slot, and the moments, of one chunk's rows."""
    missing = np.isnan(rows)
    finite = rows[np.isfinite(rows)]
    edges = np.array(grid.edges)
    slot = np.searchsorted(edges, finite, side="left") + 1
    if len(edges):
        slot = np.where(finite < edges[0], 0, slot)
    shifted = finite - grid.centre
    return {
        "counts": np.bincount(slot, minlength=grid.slots)[: grid.slots].astype(float),
        "sums": np.bincount(slot, shifted, minlength=grid.slots)[: grid.slots],
        "n": len(rows),
        "missing": missing.sum(),
        "non_finite": len(rows) - missing.sum() - len(finite),
        "total": shifted.sum(),
        "square": (shifted**2).sum(),
    }


def category_profile(grid, rows):
    """Counts by category, other and unseen of one chunk's rows."""
    place = {name: i for i, name in enumerate(grid.categories)}
    counts = np.zeros(grid.slots)
    missing = 0
    for row in rows:
        if row is None:
            missing += 1
        else:
            counts[place.get(row, grid.slots - 1)] += 1
    return {"counts": counts, "n": len(rows), "missing": missing, "non_finite": 0}


def cube(grids, profiles, keys):
    """Profiles by feature and chunk as padded arrays, as the store gives them."""
    width = max((grid.slots for grid in grids), default=0)
    out = {
        name: np.zeros((len(grids), len(keys)))
        for name in ("n", "missing", "non_finite", "total", "square", "minimum", "maximum")
    }
    out |= {name: np.zeros((len(grids), len(keys), width)) for name in ("counts", "sums")}
    for i, days in enumerate(profiles):
        for j, profile in enumerate(days):
            for name, value in profile.items():
                if name in ("counts", "sums"):
                    out[name][i, j, : len(value)] = value
                else:
                    out[name][i, j] = value
    return Cube(features=tuple(grid.feature for grid in grids), grids=tuple(grids), chunks=tuple(keys), **out)


@pytest.fixture
def march():
    return MARCH


@pytest.fixture
def make_cubes():
    """A function from rows by feature and day (arrays of numbers, or lists of names) to cubes."""

    def make(features, keys=None, reference=MARCH, binary=False):
        days = len(next(iter(features.values())))
        keys = keys or [START + dt.timedelta(days=i) for i in range(days)]
        inside = [i for i, key in enumerate(keys) if reference.holds(key)]
        sides = {"numeric": ([], []), "categorical": ([], [])}
        for name, by_day in features.items():
            if isinstance(by_day[0], np.ndarray):
                grid = numeric_grid(name, np.concatenate([by_day[i] for i in inside] or [np.zeros(0)]))
                profiles, side = [numeric_profile(grid, rows) for rows in by_day], "numeric"
            else:
                seen = [row for i in inside for row in by_day[i] if row is not None]
                names = tuple(sorted(set(seen), key=lambda one: (-seen.count(one), one)))
                grid = Grid(name, "binary" if binary else "categorical", categories=names, discrete=True)
                profiles, side = [category_profile(grid, rows) for rows in by_day], "categorical"
            sides[side][0].append(grid)
            sides[side][1].append(profiles)
        return Cubes(**{side: cube(*parts, keys) for side, parts in sides.items()})

    return make


@pytest.fixture
def model():
    return parse('name = "flights"\ntask = "binary"\ntimezone = "America/New_York"')


@pytest.fixture
def rng():
    return np.random.default_rng(20130301)


@pytest.fixture
def filled(tmp_path):
    """A function that makes a store of a model's file, a log, and a reference file."""
    opened = []

    def fill(log, toml=HEAD + REFERENCE + SEGMENTS, reference=None):
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        if reference is not None:
            reference.to_parquet(folder / "reference.parquet", index=False)
        store = Store.open(folder / "lookout.duckdb")
        opened.append(store)
        store.add(toml, folder=folder)
        log.to_parquet(folder / "log.parquet", index=False)
        assert not store.ingest("m", folder / "log.parquet").problem
        return store

    yield fill
    for store in opened:
        store.close()
