"""Groups of bins: what is merged, what stays alone, and that no group swallows all others."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring.statistics import METHODS
from monitoring.statistics.merging import (
    HEAVY,
    group_count,
    merged,
    quantile_groups,
    rare_groups,
    value_groups,
)

GROUPED = [key for key, one in METHODS.items() if one.bins == "groups" and len(one.inputs) == 2]
ROWS = st.sampled_from([1, 3, 9, 10, 30, 50, 120, 1000, 1200, 100_000])
COUNTS = st.lists(st.sampled_from([0, 0, 1, 2, 5, 20, 100, 970, 30_000]), min_size=1, max_size=12)


def test_the_outer_slots_belong_to_the_outer_groups():
    groups = quantile_groups(np.array([0, *[5] * 20, 0]))
    assert groups.tolist() == [0, 0, 0] + [g for g in range(1, 9) for _ in range(2)] + [9, 9, 9]


def test_small_chunks_get_fewer_groups():
    assert group_count([1, 25, 50, 99, 100, 1e6]).tolist() == [2, 2, 5, 9, 10, 10]
    reference = np.array([[0, *[50] * 20, 0]] * 2)
    groups = quantile_groups(reference, group_count([50, 5000]))
    assert [len(np.unique(row)) for row in groups] == [5, 10]
    masses = merged(reference[:, None], groups)
    assert masses[0, 0, :5].tolist() == [200] * 5
    assert masses[1, 0].tolist() == [100] * 10


def test_values_of_which_too_few_are_expected_join_their_neighbours():
    reference = [[0, 500, 300, 100, 60, 30, 10, 0, 0, 0]]
    groups = value_groups(reference, [100], [7])
    assert groups.tolist() == [[0, 1, 2, 3, 4, 4, 4, 7, 4, 4]]
    assert value_groups(reference, [1000], [7])[0, :8].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert value_groups(reference, [1], [7])[0, :8].tolist() == [0, 1, 2, 2, 2, 2, 2, 7]


def test_values_beyond_those_of_the_reference_stand_alone():
    groups = value_groups([[0, 2, 2, 0]], [4], [3])
    masses = merged([[[7, 1, 1, 5]]], groups)[0, 0]
    assert masses[groups[0, 0]] == 7
    assert masses[groups[0, 3]] == 5


def test_a_heavy_value_does_not_empty_its_neighbours():
    groups = quantile_groups([0, 70, 4, 4, 4, 4, 4, 5, 5, 0])
    masses = merged(np.array([[[0, 70, 4, 4, 4, 4, 4, 5, 5, 0]]]), groups[None])[0, 0]
    assert masses.tolist() == [70, 12, 13, 5]


def test_rare_categories_share_a_group_and_new_names_stay_apart():
    groups = rare_groups([[500, 300, 3, 2, 0], [500, 400, 300, 200, 0]], [200, 200])
    assert groups.tolist() == [[0, 1, 2, 2, 4], [0, 1, 2, 3, 4]]


@given(COUNTS, ROWS)
@example([970, 20, 10], 1200)
@example([30, 970], 1200)
@example([2, 996, 2], 1000)
@example([44, 44, 12], 20)
@settings(max_examples=300, deadline=None)
def test_a_reference_of_several_bins_never_ends_in_one_group(counts, rows):
    reference = np.array([0, *counts, 0])
    quantiles = quantile_groups(reference, group_count(rows))
    values = value_groups(reference, rows, len(reference) - 1)
    several = (reference > 0).sum() > 1
    for groups, inner in ((quantiles, quantiles), (values, values[1:-1])):
        assert (np.diff(groups) >= 0).all()
        assert (np.diff(inner) <= 1).all()
        assert len(np.unique(groups[reference > 0])) >= 1 + several or not reference.any()


@given(COUNTS, ROWS)
@settings(max_examples=200, deadline=None)
def test_a_bin_that_holds_much_hides_no_other_that_is_held(counts, rows):
    reference = np.array([0, *counts, 0])
    mass = reference / max(reference.sum(), 1)
    quantiles = quantile_groups(reference, group_count(rows))
    values = value_groups(reference, rows, len(reference) - 1)
    for groups, least in ((quantiles, 0.9 / group_count(rows)), (values, max(5 / max(rows, 10), HEAVY))):
        for heavy in np.flatnonzero(mass >= least):
            assert mass[groups == groups[heavy]].sum() == pytest.approx(mass[heavy])


@pytest.mark.parametrize("key", GROUPED)
@pytest.mark.parametrize(
    ("reference", "current"),
    [
        ([0, 970, 20, 10, 0], [0, 500, 300, 200, 0]),
        ([0, 30, 970, 0], [0, 500, 500, 0]),
        ([0, 2, 996, 2, 0], [0, 400, 200, 400, 0]),
    ],
)
def test_every_distance_sees_rare_values_beside_a_heavy_one_become_frequent(key, reference, current):
    method, last = METHODS[key], len(reference) - 1
    for groups in (quantile_groups(reference), value_groups(reference, 1000, last)):
        r, c = (merged(np.array([[side]]), groups[None])[0, 0] for side in (reference, current))
        assert method(r, c) > method.levels.red
