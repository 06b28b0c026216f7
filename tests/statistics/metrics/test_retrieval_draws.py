"""Intervals of the top of a ranking: quick draws say what plain multinomial ones say."""

import numpy as np
import pytest

from monitoring.statistics.metrics import retrieval

SCORES = np.arange(1000) / 1000


def ranked(rows, prevalence, seed=0):
    """Rows with and without the event by falling score."""
    rng = np.random.default_rng(seed)
    weights = SCORES**3 + 0.01, (1 - SCORES) ** 2 + 0.01
    events = int(rows * prevalence)
    return [
        rng.multinomial(count, weight / weight.sum())[::-1].astype(float)
        for count, weight in zip((events, rows - events), weights, strict=True)
    ]


def plain(positives, negatives, value, seed):
    """The same of multinomial draws of every slot."""
    counts = np.stack([positives, negatives])
    held = counts[:, counts.any(axis=0)]
    rows = int(held.sum())
    draws = np.random.default_rng(seed).multinomial(rows, held.ravel() / rows, 2000).astype(float)
    values = value(*np.split(draws, 2, axis=-1))
    return (*np.quantile(values, [0.025, 0.975]), values.std(ddof=1))


@pytest.mark.parametrize("value", [retrieval._precision, retrieval._lift])
@pytest.mark.parametrize(("rows", "prevalence"), [(300, 0.2), (3000, 0.05), (30_000, 0.2), (30_000, 0.002)])
def test_quick_draws_give_the_interval_of_multinomial_draws(value, rows, prevalence):
    positives, negatives = ranked(rows, prevalence)
    lower, upper, error = retrieval.drawn(positives, negatives, value, level=0.95)
    below, above, spread = plain(positives, negatives, value, seed=1)
    assert error == pytest.approx(spread, rel=0.1)
    if value is retrieval._lift:  # average precision takes the error alone
        assert lower == pytest.approx(below, abs=0.25 * spread)
        assert upper == pytest.approx(above, abs=0.25 * spread)


def test_an_interval_does_not_depend_on_the_chunks_beside_it():
    chunks = [ranked(500, 0.2, seed) for seed in range(3)]
    together = retrieval.drawn(
        *(np.stack(side) for side in zip(*chunks, strict=True)), retrieval._lift, level=0.95
    )
    for place, (positives, negatives) in enumerate(chunks):
        alone = retrieval.drawn(positives, negatives, retrieval._lift, level=0.95)
        assert [float(end[place]) for end in together] == [float(end) for end in alone]
