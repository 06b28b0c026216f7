"""Every drift method, crossed with every law it claims: a method that breaks its word does not pass."""

import numpy as np
import pytest

from monitoring.statistics import METHODS
from monitoring.statistics.levels import equivalents
from monitoring.statistics.merging import merged, own_groups, quantile_groups
from monitoring.statistics.registry import EVERY_METHOD, Law, drift_method

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

EVERY = pytest.mark.parametrize("method", list(METHODS.values()), ids=list(METHODS))
R = np.array([30.0, 80, 160, 200, 170, 150, 110, 60, 30, 10])
C = np.array([10.0, 40, 90, 190, 180, 190, 140, 90, 50, 20])


def having(law):
    keep = [method for method in METHODS.values() if law in method.laws]
    return pytest.mark.parametrize("method", keep, ids=[method.key for method in keep])


def moments_of(counts, place):
    """Mean and variance of rows that lie at the bins' places."""
    counts = np.asarray(counts, dtype=float)
    n = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (counts * place).sum(axis=-1) / n
        variance = (counts * (place - mean[..., None]) ** 2).sum(axis=-1) / (n - 1)
    return np.stack([mean, variance], axis=-1)


def given(method, r, c, means=None, scale=1.0):
    """What a method takes besides two histograms whose bins lie at 0, 1, 2 ... unless said otherwise."""
    places = [np.arange(np.shape(side)[-1], dtype=float) if means is None else means for side in (r, c)]
    place = places[0]
    every = {
        "reference_means": place,
        "current_means": place,
        "scale": scale,
        "reference_moments": moments_of(r, place),
        "current_moments": moments_of(c, places[1] if means is None else place[: np.shape(c)[-1]]),
    }
    return {name: every[name] for name in method.inputs[2:]}


def value(method, r, c, means=None, scale=1.0):
    """The method on two histograms."""
    return method(r, c, **given(method, r, c, means, scale))


def from_rows(method, x, y, signed=False):
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
    if method.kinds == ("binary",):
        r, c = (np.array([(rows <= np.median(x)).sum(), (rows > np.median(x)).sum()]) for rows in (x, y))
    if method.bins == "groups":
        groups = quantile_groups(r)[None]
        r, c = (merged(counts[None, None], groups)[0, 0] for counts in (r, c))
    extra = {"reference_means": means[0], "current_means": means[1], "scale": x.std(ddof=1)}
    extra |= {
        f"{name}_moments": [rows.mean(), rows.var(ddof=1)]
        for name, rows in (("reference", x), ("current", y))
    }
    inputs = {name: extra[name] for name in method.inputs[2:]}
    return float((method.signed or method)(r, c, **inputs) if signed else method(r, c, **inputs))


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
def test_an_interval_holds_the_value_and_the_p_value_of_a_clear_drift_is_small(method):
    from monitoring.statistics.noise import noise_p_value, noise_scale, simulated_null

    inputs = given(method, 20 * R, C, scale=2.0)
    found = value(method, 20 * R, C, scale=2.0)
    if method.interval is not None:
        interval = method.interval(20 * R, C, **inputs)
        assert 0 <= interval.lower <= found <= interval.upper
    else:
        assert method.influence is not None
    if method.test is not None and method.key != "cramer_von_mises":  # takes ties for differences
        assert method.test(20 * R, C, **inputs).p_value <= 0.001
        assert method.test(20 * R, R, **given(method, 20 * R, R)).p_value >= 0.25
    extra = {name: np.asarray(array)[None] for name, array in inputs.items() if name != "scale"}
    extra |= {"scale": np.array([2.0])} if "scale" in inputs else {}
    null = None
    if method.null is None:
        null = simulated_null(method, 20 * R[None], [C.sum()], **{k: a[:, None] for k, a in extra.items()})
    scale = noise_scale(method, 20 * R[None], C[None], **extra)
    assert noise_p_value(method, [found**method.power], scale, [10.0], null) < 1e-4


@pytest.mark.parametrize("method", [m for m in METHODS.values() if m.bound], ids=lambda m: m.key)
def test_a_bound_is_never_below_what_the_rows_show(method):
    generator = np.random.default_rng(9)
    x, y = generator.normal(size=900), generator.normal(0.1, 1.1, size=300)
    fine = np.unique(np.concatenate([x, y]))
    edges = np.quantile(x, np.linspace(0.05, 0.95, 15))

    def binned(rows, cuts):
        slot = np.searchsorted(cuts, rows)
        n = np.bincount(slot, minlength=len(cuts) + 1)
        return n.astype(float), np.bincount(slot, rows, len(cuts) + 1) / np.maximum(n, 1)

    (r, rm), (c, cm) = binned(x, edges), binned(y, edges)
    (fr, _), (fc, _) = binned(x, fine - 1e-9), binned(y, fine - 1e-9)
    place = np.concatenate([[fine[0]], fine])
    widths = np.diff(np.concatenate([[fine[0]], edges, [fine[-1]]]))
    coarse = {"reference_means": rm, "current_means": cm, "scale": 1.0}
    exact = {"reference_means": place, "current_means": place, "scale": 1.0}
    names = method.inputs[2:]
    true = float(method(fr, fc, **{name: exact[name] for name in names}))
    seen = float(method(r, c, **{name: coarse[name] for name in names}))
    most = float(method.bound(r, c, **{name: coarse[name] for name in names}, widths=widths))
    assert most >= true - 1e-12
    assert most >= seen
    assert most - seen < 0.5


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
    from monitoring.statistics.noise import noise_quantile, noise_scale, simulated_null

    generator = np.random.default_rng(8)
    p = R / R.sum()
    r = generator.multinomial(20000, p, size=1500).astype(float)
    c = generator.multinomial(1000, p, size=1500).astype(float)
    divergence = value(method, r, c) ** method.power
    place = np.arange(10.0)
    null = None
    if method.null is None:
        extra = {"reference_means": place, "current_means": place, "scale": 1.0}
        own = {
            k: np.reshape(extra[k], (1, 1, -1) if np.ndim(extra[k]) else (1, 1)) for k in method.inputs[2:]
        }
        null = simulated_null(method, R[None] * 20, [1000], **own)
    scale = noise_scale(method, r, c, **given(method, r, c))
    limit = noise_quantile(method, scale[None], np.full((1, len(scale)), 10.0), 0.99, null)[0]
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
        drift_method("Again", short="again", unit="none", levels=(0.1, 0.2, 0.3), laws=())(psi)
