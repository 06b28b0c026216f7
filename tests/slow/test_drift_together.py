"""All features at once on days that differ by nature: how often quiet windows drift, and what is found."""

import datetime as dt

import numpy as np
import pytest

from monitoring.drift import Inspection, multivariate
from monitoring.drift.own_runs import runs
from monitoring.drift.tables import Tables

START, DAY = dt.datetime(2026, 1, 1), dt.timedelta(days=1)
FEATURES, EFFECT, MOST, BY_DAY = 8, 0.15, 20_000, 2000


def looked(seed, reference, length, effect=EFFECT, shift=0.0):
    """A window of so many days after the reference, looked at as `drift.inspect` does."""
    generator = np.random.default_rng([seed, reference, length])
    level = generator.normal(0, effect, size=(reference + length, FEATURES))
    level[reference:, 0] += shift

    def drawn(start, stop, most):
        day = generator.integers(start, stop, size=min(most, (stop - start) * BY_DAY))
        return day, level[day] + generator.normal(size=(len(day), FEATURES))

    day, before = drawn(0, reference, MOST)
    now = drawn(reference, reference + length, MOST)[1]
    keys = np.datetime64(START, "us") + day * np.timedelta64(1, "D")
    tables = Tables(tuple("abcdefgh"), np.zeros(FEATURES, bool), before, now, ((),) * FEATURES)
    own = []
    for run in runs(None, keys, length * DAY, DAY):
        first = (run.start - START).days
        own.append((run, drawn(first, first + length, multivariate.ROWS)[1]))
    found = multivariate.classifier(tables, keys, own, lambda share, what: None)
    return Inspection(START, START, classifier=found)


@pytest.mark.parametrize(
    ("reference", "length", "effect"), [(28, 1, 0.15), (28, 7, 0.15), (91, 7, 0.15), (28, 1, 0.0)]
)
def test_quiet_windows_rarely_drift_however_long_they_are(figures, reference, length, effect):
    found = [looked(seed, reference, length, effect) for seed in range(50)]
    loud = np.mean([one.drifted for one in found])
    area, limit = (np.mean([one.classifier[name] for one in found]) for name in ("auc", "limit"))
    figures(
        f"all features at once, days differ by {effect} sd, {reference} reference days, window of {length}: "
        f"drift in {loud:.2f}; mean AUC {area:.3f}, limit {limit:.3f}, {found[0].classifier['blocks']} runs "
        f"of {found[0].classifier['rows'][1]:,} rows"
    )
    assert all(one.telling for one in found)
    assert loud <= 0.04


@pytest.mark.parametrize(("length", "shift", "least"), [(1, 1.0, 0.8), (7, 0.7, 0.8)])
def test_a_feature_that_moved_beyond_what_days_do_is_found(figures, length, shift, least):
    found = np.mean([looked(seed, 28, length, shift=shift).drifted for seed in range(30)])
    figures(
        f"all features at once, one of {FEATURES} moved by {shift} sd, days differ by {EFFECT} sd, 28 "
        f"reference days, window of {length}: found in {found:.2f}"
    )
    assert found >= least
