"""The whole way from rows to colours: quiet and moved features of every kind through `drift.assess`."""

import datetime as dt

import numpy as np
import pytest

from monitoring import drift
from monitoring.models import parse
from monitoring.store.cubes import Cubes
from monitoring.store.grids import Grid
from monitoring.windows import Window

START = dt.datetime(2013, 3, 4)
REFERENCE, DAYS, MODELS = 28, 84, 6
NAMES = np.array(list("abcdefgh"), dtype=object)
OFTEN = np.array([0.35, 0.25, 0.15, 0.10, 0.08, 0.05, 0.015, 0.005])
LOUD = ("drift", "detectable_small", "no_longer_constant")


def numbers(generator, kind, rows, level):
    """Rows of a numeric feature whose level is moved by so many deviations."""
    z = generator.normal(level, 1, size=rows)
    if kind == "lognormal":
        return np.exp(z)
    if kind == "discrete":
        return np.clip(np.round(1.2 * z), -2, 2)
    if kind == "heavy":
        return generator.standard_t(2, size=rows) + level
    return np.where(generator.uniform(size=rows) < 0.02, np.nan, z)


def names(generator, kind, rows, level):
    """Rows of a categorical feature."""
    if kind == "categorical":
        p = OFTEN * np.exp(level * np.where(np.arange(8) % 2, 1.0, -1.0))
        return list(generator.choice(NAMES, size=rows, p=p / p.sum()))
    share = {"binary": 0.3, "rare": 0.02}[kind]
    return list(np.where(generator.uniform(size=rows) < share * np.exp(level), "yes", "no"))


def made(profiles, generator, rows, shift):
    """Thirty features by day as cubes; the last of each kind moves by ``shift`` after the reference."""
    keys = [START + dt.timedelta(days=i) for i in range(DAYS)]
    numeric, categorical = ([], []), ([], [])
    many = {"normal": 10, "lognormal": 3, "heavy": 2, "discrete": 5, "categorical": 6, "binary": 3, "rare": 1}
    for kind, count in many.items():
        for one in range(count):
            level = [shift * (day >= REFERENCE and one == count - 1) for day in range(DAYS)]
            if kind in ("normal", "lognormal", "heavy", "discrete"):
                days = [numbers(generator, kind, rows, x) for x in level]
                grid = profiles.numeric_grid(f"{kind}{one}", np.concatenate(days[:REFERENCE]))
                side, profile = numeric, profiles.numeric_profile
            else:
                days = [names(generator, kind, rows, x) for x in level]
                seen = [row for day in days[:REFERENCE] for row in day]
                values = tuple(sorted(set(seen), key=lambda name, seen=seen: (-seen.count(name), name)))
                what = "categorical" if kind == "categorical" else "binary"
                grid = Grid(f"{kind}{one}", what, categories=values, discrete=True)
                side, profile = categorical, profiles.category_profile
            side[0].append(grid)
            side[1].append([profile(grid, day) for day in days])
    return Cubes(*(profiles.cube(*side, keys) for side in (numeric, categorical)))


def judged(profiles, rows, shift, floor):
    """Alarms and drift of several models by kind of feature, both of shape (features, models, days)."""
    model = parse(f'name = "m"\ntask = "binary"\n[limits]\ndrift_floor = {floor}')
    window = Window(START, START + dt.timedelta(days=REFERENCE))
    alarms, loud = [], []
    for seed in range(MODELS):
        cubes = made(profiles, np.random.default_rng([rows, seed]), rows, shift)
        found = drift.assess(cubes, model, reference=window, checks=("chunk",), intervals=False)
        order = np.argsort(found.features)
        scores = found.checks["chunk"]
        reasons = np.array(drift.scores.CODES, dtype=object)[scores.reason[order, REFERENCE:]]
        alarms.append((scores.value > scores.limit)[order, REFERENCE:])
        loud.append(np.isin(reasons, LOUD))
    return np.sort(found.features), np.stack(alarms, axis=1), np.stack(loud, axis=1)


@pytest.mark.parametrize("rows", [60, 300, 1200])
def test_quiet_rows_raise_few_alarms_and_fewer_findings(profiles, figures, rows):
    _, alarms, loud = judged(profiles, rows, 0.0, 0.0)
    figures(
        f"row by row, n={rows:,}, K={REFERENCE}, 30 quiet features, no floor: false alarms "
        f"{100 * alarms.mean():.2f} %, days with drift {loud.any(axis=0).mean():.3f}"
    )
    assert 0.002 <= alarms.mean() <= 0.035
    assert loud.any(axis=0).mean() <= 0.07


def test_half_a_deviation_is_found_in_the_features_that_moved(profiles, figures):
    features, _, loud = judged(profiles, 1200, 0.5, 0.02)
    last = {"normal9", "lognormal2", "heavy1", "discrete4", "categorical5", "binary2", "rare0"}
    moved = np.isin(features, sorted(last))
    assert moved.sum() == len(last)
    rates = {str(name): float(loud[place].mean()) for place, name in enumerate(features) if moved[place]}
    figures(f"row by row, a level moved by 0.5 found in {rates}; in others {loud[~moved].mean():.4f}")
    assert min(rate for name, rate in rates.items() if name != "rare0") >= 0.95
    assert loud[~moved].mean() <= 0.01
