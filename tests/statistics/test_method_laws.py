"""Every drift method, crossed with every law it claims: a method that breaks its word does not pass."""

import numpy as np
import pytest

from monitoring.statistics import METHODS
from monitoring.statistics.levels import equivalents
from monitoring.statistics.merging import own_groups, quantile_groups
from monitoring.statistics.registry import EVERY_METHOD, Law, drift_method
from tests.statistics.method_samples import EVERY, C, R, from_rows, having, samples, value

BINNED = frozenset({Law.MONOTONE, Law.OUTLIER_PROOF})
MINIMUM = {
    "psi": BINNED,
    "kullback_leibler": BINNED,
    "jensen_shannon": BINNED,
    "hellinger": BINNED,
    "total_variation": BINNED,
    "l_infinity": BINNED,
    "chi_square": BINNED,
    "g_test": BINNED,
    "kolmogorov_smirnov": BINNED,
    "cramer_von_mises": BINNED,
    "anderson_darling": BINNED,
    "wasserstein": frozenset(),
    "mann_whitney": BINNED | {Law.DIRECTION},
    "welch_t": frozenset({Law.DIRECTION}),
    "student_t": frozenset({Law.DIRECTION}),
    "two_proportion_z": BINNED | {Law.DIRECTION},
    "fisher": BINNED | {Law.DIRECTION},
}
"""The laws that a method may not drop: whatever its entry claims, these are tested."""


def test_the_registry_is_complete():
    assert set(METHODS) == set(MINIMUM)


@EVERY
def test_a_method_keeps_the_laws_it_must(method):
    assert method.laws >= {*EVERY_METHOD, *MINIMUM[method.key]}


@EVERY
def test_a_method_is_described(method):
    assert method.title
    assert method.unit
    assert method.function.__doc__
    assert "Examples" in method.function.__doc__
    assert 0 < method.levels.floor < method.levels.amber < method.levels.red


@EVERY
def test_colours_mean_the_same_shift_of_the_mean(method):
    levels = method.levels
    assert (levels.floor, levels.amber, levels.red) == equivalents()[method.key]


@EVERY
def test_identical_samples_do_not_drift(method):
    assert value(method, R, R) == 0
    half_a_row = 0.01 if method.key == "fisher" else 1e-4
    assert value(method, R, 3 * R) == pytest.approx(0, abs=half_a_row)


@EVERY
def test_different_samples_drift(method):
    assert value(method, R, C, scale=2.0) > method.levels.floor


@EVERY
def test_row_order_does_not_matter(method):
    x, y = samples()
    shuffled = np.random.default_rng(5).permutation(y)
    assert from_rows(method, x, y) == pytest.approx(from_rows(method, np.sort(x), shuffled), rel=1e-12)


@EVERY
def test_sample_size_does_not_set_the_scale(method):
    assert value(method, 10 * R, 10 * C) == pytest.approx(float(value(method, R, C)), rel=0.05)
    assert value(method, 1000 * R, 1000 * C) == pytest.approx(float(value(method, 10 * R, 10 * C)), rel=0.01)


@EVERY
def test_unequal_samples_do_not_set_the_scale(method):
    assert value(method, 100 * R, C) == pytest.approx(float(value(method, R, C)), rel=0.05)


@having(Law.SYMMETRIC)
def test_reference_and_current_may_change_places(method):
    assert value(method, R, C) == pytest.approx(float(value(method, C, R)), rel=1e-12)


@having(Law.NOMINAL)
def test_the_order_of_bins_does_not_matter(method):
    order = np.random.default_rng(3).permutation(len(R))
    assert value(method, R[order], C[order]) == pytest.approx(float(value(method, R, C)), rel=1e-12)


@having(Law.BOUNDED)
def test_nothing_in_common_is_the_far_end_of_the_scale(method):
    apart = value(method, [5, 5, 0, 0], [0, 0, 5, 5])
    half = {"l_infinity": 0.5, "mann_whitney": 0.5, "cramer_von_mises": 0.559}
    assert apart == pytest.approx(half.get(method.key, 1), abs=1e-3)


@having(Law.MONOTONE)
def test_a_change_of_unit_changes_nothing(method):
    x, y = samples()
    plain = from_rows(method, x, y)
    assert from_rows(method, np.exp(x), np.exp(y)) == pytest.approx(plain, rel=1e-9)
    assert from_rows(method, 1000 * x - 7, 1000 * y - 7) == pytest.approx(plain, rel=1e-9)


@having(Law.OUTLIER_PROOF)
def test_one_wild_value_in_a_thousand_does_not_matter(method):
    x, y = samples()
    wild = y.copy()
    wild[0] = 1e8
    assert abs(from_rows(method, x, wild) - from_rows(method, x, y)) < method.levels.floor / 2
    assert from_rows(method, x, np.append(x[:1000], 1e8)) < method.levels.amber


@having(Law.DIRECTION)
def test_the_effect_follows_the_direction_of_a_shift(method):
    generator = np.random.default_rng(6)
    x, y = generator.normal(size=4000), generator.normal(size=2000)
    risen, fallen = (from_rows(method, x, y + shift, signed=True) for shift in (0.5, -0.5))
    assert fallen < 0 < risen
    assert from_rows(method, x, y + 0.5) == pytest.approx(abs(risen))


@pytest.mark.parametrize("key", ["two_proportion_z", "fisher"])
def test_which_of_two_values_is_called_usual_does_not_matter(key):
    method = METHODS[key]
    assert float(method([850, 150], [900, 300])) == pytest.approx(float(method([150, 850], [300, 900])))


@EVERY
def test_one_new_category_in_a_thousand_rows_is_not_drift(method):
    r, c = np.array([500.0, 300, 200, 0]) * 10, np.array([500.0, 300, 199, 1])
    assert value(method, r, c) < method.levels.floor


@EVERY
def test_leading_axes_broadcast(method):
    grid = value(method, R[None, None, :], np.stack([C, R, 2 * C])[None], np.arange(10.0), 1.0)
    assert grid.shape == (1, 3)
    assert grid[0, 0] == pytest.approx(float(value(method, R, C)))


@EVERY
def test_a_chunk_without_rows_is_a_gap(method):
    assert np.isnan(value(method, R, np.stack([0 * C, C]))).tolist() == [True, False]
    assert np.isnan(value(method, np.zeros((1, 10)), C)).all()


@EVERY
def test_an_empty_sample_on_its_own_is_an_error(method):
    with pytest.raises(ValueError, match="empty histogram"):
        value(method, R, 0 * C)


@EVERY
def test_different_bins_are_an_error(method):
    with pytest.raises(ValueError, match="different bins"):
        value(method, R, C[:-1], np.arange(10.0))


@EVERY
def test_inputs_are_not_changed(method):
    r, c = R.copy(), C.copy()
    value(method, r, c)
    assert (r == R).all()
    assert (c == C).all()


def test_groups_of_deciles_are_those_of_the_reference():
    assert len(np.unique(quantile_groups(np.full(20, 50)))) == 10
    assert own_groups(np.zeros((2, 3))).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_two_methods_of_one_name_are_an_error():
    def psi():
        """Not the first of this name."""

    with pytest.raises(ValueError, match="two drift methods"):
        drift_method("Again", short="again", unit="none", levels=(0.1, 0.2, 0.3), laws=())(psi)
