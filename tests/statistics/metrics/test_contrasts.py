"""A part against the rest: the difference of the rows, and no difference where days move both."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as oracle

from monitoring.statistics.metrics import METRICS, BinaryOutcomes, additive, metrics_for
from monitoring.statistics.metrics.contrasts import contrast

EDGES = np.linspace(0, 1, 101)


def days(count=15, rows=80, seed=0, shared=0.0, own=0.0, share=0.4):
    """A part and the rest over days; `shared` moves both alike from day to day, `own` the part alone."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        moved = generator.normal(scale=shared)
        both = []
        for level in (moved + own, moved):
            y = generator.integers(0, 2, rows)
            right = generator.uniform(size=rows) < 1 / (1 + np.exp(-(1.0 + level)))
            s = np.where(right == (y == 1), 0.8, 0.2) + generator.normal(scale=0.05, size=rows)
            both.append((np.clip(s, 0, 1).round(2), y))
        found.append(both)
    return found


def outcomes(found, side):
    return additive.stacked([BinaryOutcomes.of_rows(*day[side], edges=EDGES) for day in found])


def rows(found, side):
    return (np.concatenate([day[side][part] for day in found]) for part in (0, 1))


def test_the_difference_is_that_of_the_rows():
    found = days(own=-0.8)
    values = []
    for side in (0, 1):
        s, y = rows(found, side)
        values.append((oracle.accuracy_score(y, s >= 0.5), oracle.roc_auc_score(y, s)))
    for place, key in enumerate(("accuracy", "roc_auc")):
        one = contrast(METRICS[key], outcomes(found, 0), outcomes(found, 1))
        assert float(one.change) == pytest.approx(values[0][place] - values[1][place], abs=1e-3)
        assert one.lower < one.change < one.upper
        assert (one.p_value < 0.05) == (one.upper < 0)


def test_where_days_do_not_matter_it_is_the_test_of_two_shares():
    found = days(own=-0.3, count=12, rows=300)
    one = contrast(METRICS["accuracy"], outcomes(found, 0), outcomes(found, 1))
    tables = [np.array([np.sum((s >= 0.5) == y), len(y)]) for s, y in (rows(found, side) for side in (0, 1))]
    (right, n), (other, m) = tables
    z = (right / n - other / m) / np.sqrt(right / n * (1 - right / n) / n + other / m * (1 - other / m) / m)
    assert float(one.p_value) >= 0.9 * 2 * stats.norm.sf(abs(z))


def test_what_days_do_to_both_alike_does_not_widen_the_interval():
    widths = {}
    for shared in (0.0, 1.5):
        one = contrast(METRICS["accuracy"], *(outcomes(days(30, 200, 3, shared), side) for side in (0, 1)))
        widths[shared] = float(one.upper - one.lower)
    assert widths[1.5] < 1.3 * widths[0.0]


def test_of_equal_parts_one_in_twenty_differs_by_chance():
    hits = [
        float(
            contrast(
                METRICS["accuracy"], *(outcomes(days(12, 60, seed, 0.8), side) for side in (0, 1))
            ).p_value
        )
        < 0.05
        for seed in range(300)
    ]
    assert 0.01 <= np.mean(hits) <= 0.08


@pytest.mark.parametrize("metric", metrics_for("binary"), ids=lambda metric: metric.key)
def test_every_metric_has_a_difference_with_an_interval(metric):
    one = contrast(metric, *(outcomes(days(12), side) for side in (0, 1)))
    assert one.lower <= one.change <= one.upper
    assert 0 <= one.p_value <= 1


def test_rows_taken_away_leave_the_rest():
    found = days(3)
    part, rest = (outcomes(found, side) for side in (0, 1))
    whole = additive.stacked(
        [
            BinaryOutcomes.of_rows(*(np.concatenate([day[0][i], day[1][i]]) for i in (0, 1)), edges=EDGES)
            for day in found
        ]
    )
    left = additive.without(whole, part)
    np.testing.assert_array_equal(left.positives, rest.positives)
    np.testing.assert_allclose(left.brier, rest.brier, atol=1e-9)
    assert additive.emptied(whole).rows.tolist() == [0, 0, 0]
