"""Every number about the slices whose mean changed most, against masks on rows."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from monitoring.statistics.slices import worst_slices
from tests.statistics.coded_samples import named, samples, within

# The oracle: every slice by masks, every test by scipy, and rows that are really set back.


def weighed(y, z):
    """Change of the mean, its variance and degrees of freedom, by whichever t test is less sure."""
    tests = [stats.ttest_ind(z, y, equal_var=equal) for equal in (False, True)]
    change = z.mean() - y.mean()
    variance, freedom = max(((change / test.statistic) ** 2, test.df) for test in tests)
    return change, variance, freedom


def gap(one, other):
    change, variance = one[0] - other[0], one[1] + other[1]
    freedom = variance**2 / (one[1] ** 2 / one[2] + other[1] ** 2 / other[2])
    t = abs(change) / np.sqrt(variance)
    return change, t, 2 * stats.t.sf(t, freedom)


def by_masks(r, c, y, z, least):
    """All tested slices: name -> (mask of reference, mask of current, changes inside and outside)."""
    tested = {}
    ways = [*combinations(range(r.shape[1]), 1), *combinations(range(r.shape[1]), 2)]
    for columns in ways:
        for values in product(range(-1, 4), repeat=len(columns)):
            before, now = within(r, columns, values), within(c, columns, values)
            inside, outside = (before.sum(), now.sum()), ((~before).sum(), (~now).sum())
            if inside[0] >= 30 and inside[1] >= least and min(outside) >= 30:
                changes = weighed(y[before], z[now]), weighed(y[~before], z[~now])
                tested[columns, values] = (before, now, *changes)
    return tested


def judged(tested, z_moved, z, sd):
    """Name -> effect with sign, t against the rest, p-value and adjusted p-value, after moving scores."""
    rows = {}
    for name, (_, now, inside, outside) in tested.items():
        own = (inside[0] + (z_moved - z)[now].mean(), *inside[1:])
        rest = (outside[0] + (z_moved - z)[~now].mean(), *outside[1:])
        excess, t, p = gap(own, rest)
        p = max(p, 2 * stats.t.sf(abs(own[0]) / np.sqrt(own[1]), own[2]))
        effect = np.sign(own[0]) * min(abs(own[0]), abs(excess)) / sd if own[0] * excess > 0 else 0.0
        rows[name] = [effect, t, p]
    adjusted = stats.false_discovery_control([row[2] for row in rows.values()])
    return {name: (*row, rate) for (name, row), rate in zip(rows.items(), adjusted, strict=True)}


def parent_that_explains(name, standing, tested, now, y, z_moved, z):
    before, current, inside, _ = tested[name]
    mine = (inside[0] + (z_moved - z)[current].mean(), *inside[1:])
    able = []
    for column, value in zip(*name, strict=True):
        parent = ((column,), (value,))
        if len(name[0]) == 1 or parent not in standing:
            continue
        children = sum(dict(zip(*child, strict=True)).get(column) == value for child in tested) - 1
        others = [a & ~b for a, b in ((tested[parent][0], before), (tested[parent][1], current))]
        rest = weighed(y[others[0]], z[others[1]])
        rest = (rest[0] + (z_moved - z)[others[1]].mean(), *rest[1:])
        if gap(mine, rest)[2] > 0.05 / children:
            able.append(parent)
    return max(able, key=lambda parent: now[parent][1], default=name)


def expected(r, c, y, z, least):
    sd = np.sqrt((y.var() * len(y) + z.var() * len(z)) / (len(y) + len(z) - 2))
    tested = by_masks(r, c, y, z, least)
    first = now = judged(tested, z, z, sd)
    chosen, z_moved = [], z
    while True:
        standing = [
            name
            for name in tested
            if name not in chosen
            and all(abs(side[name][0]) > 0.1 and side[name][3] <= 0.05 for side in (first, now))
            and first[name][0] * now[name][0] > 0
        ]
        if not standing:
            return tested, first, chosen
        best = max(standing, key=lambda name: now[name][1])
        chosen.append(parent_that_explains(best, standing, tested, now, y, z_moved, z))
        marks = [np.stack([tested[name][side] for name in chosen]) for side in (0, 1)]
        common = z[~marks[1].any(axis=0)].mean() - y[~marks[0].any(axis=0)].mean()
        # A row is moved by the sum over the slices it is in; each slice must then change as the common rows.
        pull = np.array([[(a & b).sum() / a.sum() for b in marks[1]] for a in marks[1]])
        beyond = [tested[name][2][0] - common for name in chosen]
        z_moved = z - np.linalg.solve(pull, beyond) @ marks[1]
        for name in chosen:
            assert z_moved[tested[name][1]].mean() - y[tested[name][0]].mean() == pytest.approx(common)
        now = judged(tested, z_moved, z, sd)


@pytest.mark.parametrize("seed", range(6))
def test_every_number_is_that_of_masks_on_rows(seed):
    r, c, y, z = samples(seed, rows=3000, columns=4)
    y, z = 3 + 2 * y, 3 + 2.5 * z
    z[within(c, (0,), (1,))] += 1.5
    z[within(c, (1, 3), (2, -1))] += 4
    z[within(c, (0, 2), (1, 0))] -= 5
    z[within(c, (1,), (3,))] -= 1
    found = worst_slices(r, c, y, z, least_rows=60)
    low, high = np.sort(np.concatenate([y, z]))[[6, -7]]  # six of six thousand scores at either end
    _, first, chosen = expected(r, c, np.clip(y, low, high), np.clip(z, low, high), 60)
    tested = by_masks(r, c, y, z, 60)
    assert len(found) >= 3
    assert {*named(found)} == {*chosen}
    for one in found:
        before, now, inside, outside = tested[one.columns, one.codes]
        effect, _, p_value, rate = first[one.columns, one.codes]
        assert (one.reference_rows, one.current_rows) == (before.sum(), now.sum())
        assert one.reference_mean == pytest.approx(y[before].mean())
        assert one.current_mean == pytest.approx(z[now].mean())
        assert one.change == pytest.approx(inside[0])
        assert one.elsewhere == pytest.approx(outside[0])
        half = stats.t.ppf(0.975, inside[2]) * np.sqrt(inside[1])
        assert (one.lower, one.upper) == pytest.approx((inside[0] - half, inside[0] + half))
        assert one.effect == pytest.approx(abs(effect))
        assert (one.p_value, one.rate) == pytest.approx((p_value, rate), rel=1e-6)
        assert one.contribution == pytest.approx(now.mean() * (inside[0] - outside[0]))
    assert [abs(one.contribution) for one in found] == sorted(
        (abs(o.contribution) for o in found), reverse=True
    )
