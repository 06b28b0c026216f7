"""What every drift method says beside its value: intervals, p-values, bounds and levels of noise."""

import numpy as np
import pytest

from monitoring.statistics import METHODS
from tests.statistics.method_samples import EVERY, C, R, given, value


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
