"""Trials of a shadow: sequences that may be looked at daily, rows still needed, verdicts, several shadows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring.statistics.paired import planning, ranking, sequences, verdicts


@settings(max_examples=30)
@given(hnp.arrays(float, 15, elements=st.floats(-20, 20)), st.sampled_from([0.0, 1.0]))
def test_swapped_versions_flip_the_sequence_exactly(sums, step):
    n, squares = np.full(15, 30.0), 30 + sums**2
    follow = sequences.confidence_sequence(n, sums, squares, 400, step=step)
    back = sequences.confidence_sequence(n, -sums, squares, 400, step=step)
    np.testing.assert_array_equal(follow.value, -back.value)
    np.testing.assert_array_equal(follow.lower, -back.upper)


@given(st.integers(0, 60), st.integers(0, 60))
def test_swapped_versions_carry_the_same_evidence(b, c):
    one, two = sequences.evidence([b], [c]), sequences.evidence([c], [b])
    np.testing.assert_array_equal(one.log_e, two.log_e)
    np.testing.assert_array_equal(one.p_value, two.p_value)


def test_trials_side_by_side_are_each_by_itself():
    rng = np.random.default_rng(7)
    n, sums = rng.integers(30, 60, (3, 25)).astype(float), rng.normal(0, 5, (3, 25))
    squares = n + sums**2
    together = sequences.confidence_sequence(n, sums, squares, 800)
    for place in range(3):
        alone = sequences.confidence_sequence(n[place], sums[place], squares[place], 800)
        for name in alone.__dataclass_fields__:
            np.testing.assert_allclose(getattr(together, name)[place], getattr(alone, name), rtol=1e-12)


def test_a_version_compared_with_itself_is_not_worse_only_once_that_is_known():
    n = np.full(60, 50.0)
    found = sequences.confidence_sequence(n, 0 * n, 0 * n, 1500, step=1.0)
    assert float(found.value[-1]) == 0.0
    codes = [
        verdicts.verdict(
            0.0, float(low), float(high), 0.005, rows=float(rows), most=9000, spread=float(spread),
            planned=1500,
        ).code
        for low, high, rows, spread in zip(found.lower, found.upper, found.n, found.spread, strict=True)
    ]  # fmt: skip
    assert codes[9] == verdicts.COLLECT  # 500 rows may hide one in two hundred that is worse
    assert codes[-1] == verdicts.NOT_WORSE
    assert set(codes) == {verdicts.COLLECT, verdicts.NOT_WORSE}


def test_days_of_unlike_size_count_for_less_than_a_day_each():
    n = np.tile([400.0, 20.0], 10)
    found = sequences.confidence_sequence(n, 0 * n, n, 1000)
    worth = np.cumsum(n) ** 2 / np.cumsum(n**2)
    np.testing.assert_array_equal(np.isfinite(found.lower), worth >= 10)
    assert np.isnan(found.lower[9])


def test_the_design_effect_of_every_day_is_that_of_the_days_so_far_by_hand():
    rng = np.random.default_rng(8)
    n = rng.integers(40, 60, 30).astype(float)
    shift = np.convolve(rng.normal(0, 0.3, 32), [0.5, 0.3, 0.2], "valid")
    sums = n * shift + rng.normal(0, np.sqrt(n))
    squares = n + sums**2 / n
    found = sequences.confidence_sequence(n, sums, squares, 800)
    for day in (12, 20, 30):
        rows, total = n[:day], sums[:day]
        mean = total.sum() / rows.sum()
        off = total - rows * mean
        most = int(np.floor(4 * (day / 100) ** (2 / 9)))
        between = (off**2).sum() + 2 * sum(
            (1 - lag / (most + 1)) * (off[lag:] * off[:-lag]).sum() for lag in range(1, most + 1)
        )
        worth = rows.sum() ** 2 / (rows**2).sum()
        variance = squares[:day].sum() / rows.sum() - mean**2
        larger = max(between, (off**2).sum())
        effect = worth / (worth - 1) * larger / (rows.sum() * variance)
        assert effect > 1
        assert float(found.design_effect[day - 1]) == pytest.approx(effect, rel=1e-10)


def test_a_plan_that_is_looked_at_daily_shows_less_than_one_look():
    once = planning.detectable(0.3, 5000)
    daily = planning.detectable(0.3, 5000, planned=5000)
    assert 1.3 < float(daily / once) < 1.5
    assert float(planning.detectable(0.3, 20_000, planned=20_000) / daily) == pytest.approx(0.5)


@pytest.mark.parametrize(("rows", "silent"), [(50.0, 9), (10.0, 19)])
def test_sequences_say_nothing_of_few_rows_or_days_and_grow_narrower(rows, silent):
    n = np.full(40, rows)
    found = sequences.confidence_sequence(n, 0 * n, n, 1000)
    assert np.isnan(found.lower[:silent]).all()
    assert np.isfinite(found.lower[silent:]).all()
    assert (np.diff(found.upper[silent:]) < 0).all()
    assert (found.upper[silent:] > found.fixed_upper[silent:]).all()


def test_days_that_go_together_make_the_sequence_wider():
    rng = np.random.default_rng(5)
    n = np.full(30, 200.0)
    sums = n * rng.normal(0, 0.2, 30)
    found = sequences.confidence_sequence(n, sums, n * 1.0, 3000)
    assert found.design_effect[-1] > 3


def test_the_spread_is_that_of_rows_and_does_not_depend_on_the_confidence():
    n, sums = np.full(20, 50.0), np.zeros(20)
    for level in (0.8, 0.95):
        found = sequences.confidence_sequence(n, sums, 0.09 * n, 1000, level=level)
        assert float(found.spread[-1]) == pytest.approx(0.3)


def test_rows_until_is_where_the_sequence_is_that_narrow():
    rows = planning.rows_until(0.012, 0.3, 5000)
    assert 0.3 * sequences.boundary(rows, 5000) <= 0.012 < 0.3 * sequences.boundary(rows * 0.99, 5000)
    assert planning.rows_until(1e-9, 0.3, 5000) == np.inf


@pytest.mark.parametrize(
    ("gain", "half", "rows", "code"),
    [
        (-0.03, 0.01, 5000, verdicts.WORSE),
        (0.03, 0.01, 5000, verdicts.BETTER),
        (0.0, 0.005, 5000, verdicts.NOT_WORSE),
        (0.0, 0.02, 5000, verdicts.COLLECT),
        (0.0, 0.02, 9000, verdicts.UNDECIDED),
        (np.nan, np.nan, 100, verdicts.COLLECT),
    ],
)
def test_a_verdict_follows_the_table(gain, half, rows, code):
    told = verdicts.verdict(
        gain, gain - half, gain + half, 0.01, rows=rows, most=9000, spread=0.3, planned=5000
    )
    assert told.code == code
    assert told.promote is (code in (verdicts.BETTER, verdicts.NOT_WORSE))


def test_a_segment_that_loses_too_much_blocks_a_promotion():
    blocked = verdicts.guarded([0.02, -0.09], [0.01, 0.01], [900, 900], 0.01)
    told = verdicts.verdict(
        0.03, 0.01, 0.05, 0.01, rows=900, most=9000, spread=0.3, planned=900, blocked=blocked
    )
    assert told.code == verdicts.BETTER
    assert not told.promote


def test_simultaneous_intervals_are_wider_the_more_versions_there_are_and_unknown_ones_come_last():
    one = ranking.ranked([0.02], [0.01])
    three = ranking.ranked([0.02, np.nan, 0.05], [0.01, 0.01, 0.01])
    assert three.lower[0] < one.lower[0]
    assert three.order.tolist() == [2, 0, 1]
    assert three.level == pytest.approx(0.975)
