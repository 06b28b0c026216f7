"""Weighted samples: textbook fractions, and laws that hold for every design."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score

from monitoring.statistics import audits, draws
from monitoring.statistics.shares import wilson

WEIGHTS = st.lists(st.floats(0, 100), min_size=1, max_size=60)


def test_rows_that_are_all_looked_at_are_the_truth_without_error():
    rng = np.random.default_rng(0)
    right, proxy = rng.integers(0, 2, 200).astype(float), rng.random(200)
    for found in (
        audits.ratio(right, np.ones(200), np.ones(200), share=True),
        audits.difference(proxy.mean(), right, proxy, np.ones(200), 200, share=True),
    ):
        assert found.value == pytest.approx(right.mean())
        assert found.error == 0
        assert found.lower == pytest.approx(found.upper, abs=1e-4)


def test_a_small_uniform_sample_has_wilsons_interval_of_its_rows():
    right = np.repeat([1.0, 0.0], [80, 20])
    found = audits.ratio(right, np.ones(100), np.full(100, 1e-6), share=True)
    ends = wilson(80, 100)
    assert found.lower == pytest.approx(float(ends.lower), abs=1e-4)
    assert found.upper == pytest.approx(float(ends.upper), abs=1e-4)


def test_a_sample_without_any_error_is_no_proof_that_there_is_none():
    found = audits.ratio(np.ones(50), np.ones(50), np.full(50, 0.01), share=True)
    assert found.error == 0
    assert 0.9 < found.lower < 0.95
    assert found.upper == pytest.approx(1)


def test_ratios_agree_with_sklearns_weighted_metrics():
    rng = np.random.default_rng(1)
    label, decided, chance = rng.integers(0, 2, 300), rng.integers(0, 2, 300), rng.uniform(0.01, 1, 300)
    hit = (label & decided).astype(float)
    weights = 1 / chance
    precision = audits.ratio(hit, decided.astype(float), chance)
    f1 = audits.ratio(2 * hit, (label + decided).astype(float), chance)
    assert precision.value == pytest.approx(precision_score(label, decided, sample_weight=weights))
    assert f1.value == pytest.approx(f1_score(label, decided, sample_weight=weights))


def test_nothing_is_known_from_no_rows():
    for found in (
        audits.ratio([], [], [], share=True),
        audits.difference(0.8, [], [], [], 1000, share=True),
    ):
        assert np.isnan([found.value, found.lower, found.upper]).all()
        assert found.n == 0


def test_many_windows_are_estimated_at_once():
    rng = np.random.default_rng(2)
    right, chance = rng.integers(0, 2, (3, 40)).astype(float), rng.uniform(0.1, 1, (3, 40))
    whole = audits.ratio(right, np.ones(40), chance, share=True)
    for place in range(3):
        one = audits.ratio(right[place], np.ones(40), chance[place], share=True)
        assert whole.lower[place] == pytest.approx(float(one.lower))


@given(WEIGHTS, st.integers(1, 40))
@example([1.0] * 7 + [2.2250738585e-313] * 2, 8)
def test_chances_add_up_to_the_size_and_follow_the_weights(weights, size):
    weight = np.array(weights)
    chance = draws.proportional(weight, size)
    assert ((chance >= 0) & (chance <= 1)).all()
    assert chance.sum() == pytest.approx(min(size, (weight > 0).sum()))
    assert (chance[weight == 0] == 0).all()
    assert (np.diff(chance[np.argsort(weight, kind="stable")]) >= -1e-12).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0, 1, exclude_max=True))
def test_a_systematic_draw_has_its_size_and_takes_certain_rows(chances, start):
    chance = np.array(chances)
    drawn = draws.systematic(chance, start)
    assert abs(drawn.sum() - chance.sum()) < 1 + 1e-9
    assert drawn[chance == 1].all()
    assert not drawn[chance == 0].any()


def test_every_row_is_drawn_with_its_chance():
    chance = np.array([0.1, 0.9, 0.25, 0.5, 0.25])
    often = np.mean([draws.systematic(chance, start) for start in np.linspace(0, 1, 2000, False)], axis=0)
    assert often == pytest.approx(chance, abs=0.002)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_union_is_at_least_as_likely_as_each_of_its_draws(chances):
    whole = float(draws.union(chances))
    assert max(chances) - 1e-12 <= whole <= min(sum(chances), 1) + 1e-12


def _sums(above, below):
    return audits.Sums(*(np.asarray(one.sum()) for one in (above, below, above**2, above * below, below**2)))


def test_a_completed_ratio_without_a_label_is_the_sample_and_with_all_labels_the_share_itself():
    rng = np.random.default_rng(3)
    right = rng.integers(0, 2, 300).astype(float)
    chance = np.full(300, 0.02)
    nobody = _sums(np.zeros(0), np.zeros(0))
    sampled = audits.completed(nobody, right, np.ones(300), chance, 15_000, share=True)
    alone = audits.ratio(right, np.ones(300), chance, share=True)
    assert sampled.value == pytest.approx(float(alone.value))
    assert sampled.error == pytest.approx(float(alone.error), rel=0.03)
    whole = audits.completed(_sums(right, np.ones(300)), [], [], [], 0, share=True)
    mean = right.mean()
    assert whole.value == pytest.approx(mean)
    assert whole.error == pytest.approx(np.sqrt(mean * (1 - mean) / 300))
    assert np.isnan(audits.completed(nobody, [], [], [], 10, share=True).value)


def test_a_completed_ratio_is_not_misled_by_labels_that_come_early_for_some():
    """Wrong decisions are labelled late: labelled rows alone say 0.97, where 0.8 of all are right."""
    rng = np.random.default_rng(4)
    off, plain, held = [], [], []
    for _ in range(300):
        right = (rng.random(4000) < 0.8).astype(float)
        early = rng.random(4000) < np.where(right == 1, 0.7, 0.1)
        drawn = ~early & (rng.random(4000) < 0.05)
        known = _sums(right[early], np.ones(early.sum()))
        found = audits.completed(
            known, right[drawn], np.ones(drawn.sum()), np.full(drawn.sum(), 0.05), (~early).sum(), share=True
        )
        off.append(float(found.value) - 0.8)
        plain.append(right[early].mean() - 0.8)
        held.append(bool(found.lower <= 0.8 <= found.upper))
    assert np.mean(plain) > 0.15
    assert abs(np.mean(off)) < 0.005
    assert 0.92 <= np.mean(held) <= 0.98
