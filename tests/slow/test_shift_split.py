"""Planted streams: only other rows, only other label shares, only concept drift, and nothing at all.

The hardest concept drift is the one that looks most like other label shares: an event that becomes more
likely everywhere, for rows whose features are as before.
"""

import collections

import numpy as np
import pytest
from scipy import special

from monitoring.statistics.label_shift import Rows
from monitoring.statistics.shift_split import shift_split

RUNS = 25


CONCEPTS = {"concept": {"slope": 0.3}, "concept everywhere": {"level": 0.0}}


def chance(x, slope=2.0, level=-1.0):
    return special.expit(slope * x[:, 0] + 1.5 * x[:, 1] + level)


def correct(x, y):
    """The model knows the first column only and decides with some reserve: it misses many events."""
    return ((2 * x[:, 0] - 1.5 > 0) == (y == 1)).astype(float)


def stream(generator, rows, kind):
    """Features, labels and whether the decision was right."""
    if kind == "label share":
        # Rows of each label from the reference's own law, but half of them events instead of a third.
        x = generator.normal(size=(rows * 6, 4))
        y = (generator.uniform(size=len(x)) < chance(x)).astype(float)
        half = rows * 11 // 20
        keep = np.concatenate([np.flatnonzero(y == 1)[:half], np.flatnonzero(y == 0)[: rows - half]])
        x, y = x[keep], y[keep]
    else:
        x = generator.normal(size=(rows, 4))
        x[:, 1] += 0.7 if kind == "covariate" else 0.0
        y = (generator.uniform(size=rows) < chance(x, **CONCEPTS.get(kind, {}))).astype(float)
    return Rows(x, correct(x, y), y)


def truth(kind):
    """What covariate shift alone does to accuracy, and the change."""
    generator = np.random.default_rng(99)
    before, after = stream(generator, 400_000, "none"), stream(generator, 400_000, kind)
    p, d = chance(after.features), correct(after.features, np.ones(400_000))
    expected = np.where(d == 1, p, 1 - p).mean()
    return expected - before.value.mean(), after.value.mean() - before.value.mean()


@pytest.mark.parametrize("rows", [(6000, 4000), (2000, 1000)])
@pytest.mark.parametrize("kind", ["covariate", "label share", "concept", "concept everywhere", "none"])
def test_planted_streams_are_told_apart(kind, rows, figures):
    generator = np.random.default_rng(1)
    causes, inside, parts = collections.Counter(), [], []
    alone, change = truth(kind)
    for run in range(RUNS):
        found = shift_split(
            stream(generator, rows[0], "none"), stream(generator, rows[1], kind), [False] * 4, seed=run
        )
        causes[found.cause] += 1
        parts.append(
            [found.change.value, found.covariate.value, found.label_share.value, found.concept.value]
        )
        if found.route == "covariate":
            inside.append(
                [
                    found.covariate.lower <= alone <= found.covariate.upper,
                    found.concept.lower <= change - alone <= found.concept.upper,
                ]
            )
        assert sum(parts[-1][1:]) == pytest.approx(parts[-1][0])
    held = np.mean(inside, axis=0).round(2) if inside else "-"
    figures(
        f"{kind}, {rows}: {dict(causes)}; change, covariate, label share, concept "
        f"{np.mean(parts, axis=0).round(4)}; truth {change:.4f}, "
        f"by features {alone:.4f}; intervals hold {held}"
    )
    expected = "undecided" if kind == "none" else kind.removesuffix(" everywhere")
    assert causes[expected] >= 0.84 * RUNS
