"""Samples of coded columns with scores, and the slices that were found in them."""

import numpy as np


def codes(generator, rows, columns=6, values=5):
    """Codes -1 to values - 2, all equally frequent."""
    return generator.integers(-1, values - 1, (rows, columns))


def samples(seed, rows=20_000, **shape):
    generator = np.random.default_rng(seed)
    sides = [codes(generator, rows, **shape) for _ in range(2)]
    return *sides, *(generator.normal(size=rows) for _ in range(2))


def named(found):
    return [(one.columns, one.codes) for one in found]


def within(table, columns, values):
    return (table[:, list(columns)] == values).all(axis=1)
