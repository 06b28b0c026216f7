"""Histograms and rows for every drift method, and the value that each gives them."""

import numpy as np
import pytest

from monitoring.statistics import METHODS
from monitoring.statistics.merging import merged, quantile_groups

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
