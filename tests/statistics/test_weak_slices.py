"""Slices that lose more than the rest: those that were planted, none where nothing was, and odd samples."""

import time

import numpy as np
import pytest
from scipy import stats
from scipy.stats import false_discovery_control

from monitoring.statistics.weak_slices import weak_slices


def rows(seed=0, count=30_000, columns=6, values=5):
    generator = np.random.default_rng(seed)
    return generator, generator.integers(-1, values, (count, columns))


def named(found):
    return [(one.columns, one.codes) for one in found]


def errors(generator, codes, *weak, base=0.15, more=0.15):
    chance = np.full(len(codes), base)
    for columns, values in weak:
        chance[np.logical_and.reduce([codes[:, i] == v for i, v in zip(columns, values, strict=True)])] += (
            more
        )
    return generator.random(len(codes)) < chance


@pytest.mark.parametrize(("weak", "more"), [(((1, 4), (2, 0)), 0.15), (((3,), (1,)), 0.08)])
def test_a_planted_slice_is_always_found_and_hardly_ever_anything_else(weak, more):
    """A single value is not told again by its children, nor a pair by its parents."""
    others, held = 0, 0
    for seed in range(40):
        generator, codes = rows(seed)
        found = weak_slices(codes, errors(generator, codes, weak, more=more))
        assert weak in named(found), seed
        others += len(found) - 1
        (own,) = [one for one in found if (one.columns, one.codes) == weak]
        held += own.lower <= more <= own.upper
    assert others <= 6, "about one in twenty by chance"
    assert held >= 34


def test_under_the_null_hardly_anything_is_found():
    found = 0
    for seed in range(40):
        generator, codes = rows(seed, 10_000)
        found += len(weak_slices(codes, errors(generator, codes)))
        loss = generator.lognormal(size=len(codes))
        found += len(weak_slices(codes, loss))
    assert found <= 2


def test_several_weak_slices_are_told_by_what_they_cost():
    generator, codes = rows(3, 60_000)
    weak = (((0,), (2,)), ((1, 3), (0, 1)))
    found = weak_slices(codes, errors(generator, codes, *weak))
    assert named(found) == list(weak)
    assert found[0].excess > found[1].excess > 0
    assert len(weak_slices(codes, errors(generator, codes, *weak), most=1)) == 1


def test_losses_of_any_size_are_found_whatever_their_tail():
    generator, codes = rows(5)
    loss = np.abs(generator.standard_t(2.5, len(codes)))
    loss[(codes[:, 2] == 3) & (codes[:, 5] == -1)] *= 2
    loss[7] = 1e12
    (found,) = weak_slices(codes, loss)
    assert (found.columns, found.codes) == ((2, 5), (3, -1))


def test_numbers_of_a_slice_are_those_of_its_rows():
    generator, codes = rows(2, 20_000, columns=2)
    loss = errors(generator, codes, ((0,), (1,)))
    (found,) = weak_slices(codes, loss)
    inside = codes[:, 0] == 1
    assert found.rows == inside.sum()
    assert (found.loss, found.rest) == (
        pytest.approx(loss[inside].mean()),
        pytest.approx(loss[~inside].mean()),
    )
    assert found.excess == pytest.approx(found.rows * (loss[inside].mean() - loss[~inside].mean()))
    expected = stats.ttest_ind(loss[inside] * 1.0, loss[~inside] * 1.0, equal_var=False).confidence_interval()
    assert (found.lower, found.upper) == (
        pytest.approx(expected.low, rel=0.02),
        pytest.approx(expected.high, rel=0.02),
    )
    assert found.effect == pytest.approx(
        2 * (np.arcsin(np.sqrt(loss[inside].mean())) - np.arcsin(np.sqrt(loss[~inside].mean())))
    )


def test_rates_are_those_of_all_slices_that_were_tested():
    generator, codes = rows(4, 20_000, columns=1)
    loss = errors(generator, codes, ((0,), (1,)))
    (found,) = weak_slices(codes, loss)
    chances = []
    for value in range(-1, 5):
        inside = codes[:, 0] == value
        table = [[loss[part].sum(), part.sum() - loss[part].sum()] for part in (inside, ~inside)]
        two_sided = stats.chi2_contingency(table, correction=False).pvalue
        worse = loss[inside].mean() > loss[~inside].mean()
        chances.append(two_sided / 2 if worse else 1 - two_sided / 2)
    assert found.p_value == pytest.approx(min(chances), rel=1e-6)
    assert found.rate == pytest.approx(false_discovery_control(chances).min(), rel=1e-6)


def test_slices_of_few_rows_and_small_effects_are_not_told():
    generator, codes = rows(6, 20_000, values=30)
    assert weak_slices(codes, errors(generator, codes, ((1, 4), (2, 0)), more=0.8)) == [], "22 rows"
    generator, codes = rows(6, 400_000, columns=2)
    loss = errors(generator, codes, ((0,), (1,)), more=0.02)
    assert weak_slices(codes, loss) == [], "h is 0.05"
    assert len(weak_slices(codes, loss, least_effect=0.04)) == 1


def test_samples_without_anything_to_tell_have_no_slices():
    assert weak_slices(np.zeros((0, 3), int), []) == []
    assert weak_slices(np.zeros((900, 0), int), np.ones(900)) == []
    assert weak_slices(np.zeros((900, 2), int), np.ones(900)) == []
    assert weak_slices(np.zeros((2000, 2), int), np.arange(2000) % 2) == []
    assert weak_slices(np.zeros((2000, 2), int), np.full(2000, np.nan)) == []
    with pytest.raises(ValueError, match="do not match"):
        weak_slices([[1], [2]], [1.0])


def test_fifty_thousand_rows_of_twenty_columns_take_seconds():
    generator, codes = rows(1, 50_000, columns=20)
    started = time.process_time()
    weak_slices(codes, errors(generator, codes, ((1, 4), (2, 0))))
    assert time.process_time() - started < 6
