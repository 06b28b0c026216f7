"""Every drift method, crossed with every law it claims: a method that breaks its word does not pass."""

import numpy as np
import pytest

from monitoring.statistics import METHODS
from monitoring.statistics.arrays import size_factor
from monitoring.statistics.levels import equivalents
from monitoring.statistics.merging import merged, own_groups, quantile_groups
from monitoring.statistics.registry import EVERY_METHOD, Law, drift_method

BINNED = frozenset({Law.MONOTONE, Law.OUTLIER_PROOF})
MINIMUM = {
    "psi": BINNED,
    "jensen_shannon": BINNED,
    "hellinger": BINNED,
    "total_variation": BINNED,
    "kolmogorov_smirnov": BINNED,
    "chi_square": BINNED,
    "wasserstein": frozenset(),
}
"""The laws that a method may not drop: whatever its entry claims, these are tested."""

EVERY = pytest.mark.parametrize("method", list(METHODS.values()), ids=list(METHODS))
R = np.array([30.0, 80, 160, 200, 170, 150, 110, 60, 30, 10])
C = np.array([10.0, 40, 90, 190, 180, 190, 140, 90, 50, 20])


def having(law):
    keep = [method for method in METHODS.values() if law in method.laws]
    return pytest.mark.parametrize("method", keep, ids=[method.key for method in keep])


def value(method, r, c, means=None, scale=1.0):
    """The method on two histograms; the bins lie at 0, 1, 2 ... unless said otherwise."""
    place = np.arange(np.shape(r)[-1], dtype=float) if means is None else means
    given = {"reference_means": place, "current_means": place, "scale": scale}
    return method(r, c, **{name: given[name] for name in method.inputs[2:]})


def from_rows(method, x, y):
    """The method as the product uses it: rows counted over the reference's quantile bins."""
    edges = np.unique(np.quantile(x, np.linspace(0, 1, 21)))
    slots = [np.where(rows > edges[-1], len(edges) + 1, np.searchsorted(edges, rows)) for rows in (x, y)]
    slots = [
        np.where(rows < edges[0], 0, slot + (rows <= edges[-1]))
        for rows, slot in zip((x, y), slots, strict=True)
    ]
    r, c = (np.bincount(slot, minlength=len(edges) + 2)[: len(edges) + 2].astype(float) for slot in slots)
    means = [
        np.bincount(s, rows, len(edges) + 2) / np.maximum(n, 1)
        for s, rows, n in zip(slots, (x, y), (r, c), strict=True)
    ]
    if method.bins == "groups":
        groups = quantile_groups(r)[None]
        r, c = (merged(counts[None, None], groups)[0, 0] for counts in (r, c))
    extra = {"reference_means": means[0], "current_means": means[1], "scale": x.std(ddof=1)}
    return float(method(r, c, **{name: extra[name] for name in method.inputs[2:]}))


def samples(seed=0, n=5000, m=1000):
    generator = np.random.default_rng(seed)
    return generator.normal(size=n), generator.normal(0.4, 1.2, size=m)


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
    assert value(method, R, 3 * R) == pytest.approx(0, abs=1e-4)


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
    assert apart == pytest.approx(1)


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


@EVERY
def test_noise_stays_below_the_noise_level(method):
    from monitoring.statistics.noise import noise_quantile, simulated_null

    generator = np.random.default_rng(8)
    p = R / R.sum()
    r = generator.multinomial(20000, p, size=1500).astype(float)
    c = generator.multinomial(1000, p, size=1500).astype(float)
    divergence = value(method, r, c) ** method.power
    place = np.arange(10.0)
    extra = {"reference_means": place, "current_means": place, "scale": 1.0}
    own = {k: np.reshape(extra[k], (1, 1, -1) if np.ndim(extra[k]) else (1, 1)) for k in method.inputs[2:]}
    null = simulated_null(method, R[None] * 20, [1000], **own)
    limit = noise_quantile(method, size_factor([[20000.0]], 1000.0), [[10.0]], 0.99, null)
    alarms = float((divergence > limit).mean())
    assert alarms <= 0.02
    assert alarms >= 0.002


def test_groups_of_deciles_are_those_of_the_reference():
    assert len(np.unique(quantile_groups(np.full(20, 50)))) == 10
    assert own_groups(np.zeros((2, 3))).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_two_methods_of_one_name_are_an_error():
    def psi():
        """Not the first of this name."""

    with pytest.raises(ValueError, match="two drift methods"):
        drift_method("Again", unit="none", levels=(0.1, 0.2, 0.3), laws=())(psi)
