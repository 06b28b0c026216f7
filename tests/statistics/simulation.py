"""Features that do not drift, simulated: days of counts over deciles, alike or varying from day to day."""

import numpy as np
from scipy import special

from monitoring.statistics import METHODS
from monitoring.statistics.arrays import occupied, size_factor
from monitoring.statistics.limits import calibrated_limit, calibrated_p_value, calibration, limit
from monitoring.statistics.noise import noise_mean, noise_p_value, noise_quantile

EDGES = special.ndtri(np.arange(1, 10) / 10)


def days(generator, features, chunks, rows, wobble=0.0):
    """Counts over deciles, shape (features, chunks, 10); each day's mean moves by ``wobble`` sd."""
    moved = EDGES - wobble * generator.normal(size=(features, chunks, 1))
    below = special.ndtr(moved)
    p = np.diff(below, axis=-1, prepend=0.0, append=1.0)
    return generator.multinomial(rows, p).astype(float)


def judged(method_key, reference, current):
    """Whether each current day is above its limit, and its p-value, both of shape (features, chunks).

    ``reference`` and ``current`` hold days, shape (features, chunks, bins).
    """
    method = METHODS[method_key]
    whole = reference.sum(axis=1, keepdims=True)
    left, right = whole - reference, reference
    own = method(left, right) ** method.power
    own_noise = noise_mean(method, size_factor(left.sum(-1), right.sum(-1)), occupied(left, right))
    learnt = calibration(own, own_noise)
    scale = size_factor(whole.sum(-1), current.sum(-1))
    bins = occupied(whole, current)
    noise = noise_mean(method, scale, bins)
    divergence = method(whole, current) ** method.power
    top = limit(noise_quantile(method, scale, bins, 0.99), calibrated_limit(learnt, noise), 0.0)
    p_value = np.fmax(
        noise_p_value(method, divergence, scale, bins), calibrated_p_value(learnt, divergence, noise)
    )
    return divergence > top, p_value
