"""Long simulations of the multivariate tests: false alarms on quiet samples, and what is found."""

import numpy as np
import pytest

from monitoring.statistics.classifier import domain_classifier
from monitoring.statistics.embedding import mmd
from monitoring.statistics.reconstruction import fit_reconstruction, reconstruction_error
from monitoring.statistics.surrogate import surrogate_importance

RUNS = 100
REFERENCE, CURRENT = 4000, 2000


def sample(generator, kind, rows):
    """Rows of one kind, and which of their columns are categorical."""
    if kind == "categories":
        return generator.integers(0, 200, size=(rows, 4)).astype(float), np.ones(4, bool)
    if kind == "normal":
        return generator.normal(size=(rows, 10)), np.zeros(10, bool)
    mixed = generator.standard_t(2, size=(rows, 6))  # heavy tails, a tenth missing, one of a few categories
    mixed[:, 0] = generator.integers(0, 5, size=rows)
    mixed[generator.uniform(size=mixed.shape) < 0.1] = np.nan
    return mixed, np.arange(6) < 1


@pytest.mark.parametrize("kind", ["normal", "categories", "mixed"])
def test_quiet_samples_keep_the_size_of_the_tests(kind):
    generator = np.random.default_rng(1)
    p_values, inside, noise = np.empty((2, RUNS)), [], []
    for run in range(RUNS):
        (reference, mask), (current, _) = (sample(generator, kind, n) for n in (REFERENCE, CURRENT))
        found = domain_classifier(reference, current, mask, seed=run)
        p_values[:, run] = found.p_value, mmd(reference, current, mask, seed=run).p_value
        inside.append(found.lower <= 0.5 <= found.upper)
        used = found.attribution_error > 0
        noise.extend(found.attribution[used] / found.attribution_error[used])
    size = (p_values < 0.05).mean(axis=1)
    print(
        f"\n{kind}: size at 5 %: classifier {size[0]:.2f}, mmd {size[1]:.2f}; interval holds 1/2 in "
        f"{np.mean(inside):.2f}; attribution beyond two errors {np.mean(np.abs(noise) > 2):.3f}"
    )
    assert (size <= 0.11).all()
    assert np.mean(inside) >= 0.89
    assert np.mean(np.abs(noise) > 2) <= 0.08


@pytest.mark.parametrize(
    ("change", "classifier", "embedding", "reconstruction"),
    [("mean", 0.2, 0.85, 0.0), ("correlation", 0.95, 0.8, 0.2)],
)
def test_small_changes_are_found_as_often_as_before(change, classifier, embedding, reconstruction):
    """Of ten normal columns one moves by 0.15 deviations, or two become correlated by 0.5."""
    generator, mask = np.random.default_rng(2), np.zeros(10, bool)
    found = np.zeros((3, RUNS), dtype=bool)
    for run in range(RUNS):
        reference, current = (sample(generator, "normal", n)[0] for n in (REFERENCE, CURRENT))
        if change == "mean":
            current[:, 7] += 0.15
        else:
            current[:, 7] = 0.5 * current[:, 2] + np.sqrt(0.75) * current[:, 7]
        model = fit_reconstruction(reference, mask)
        errors = [reconstruction_error(model, rows) for rows in (reference, current)]
        scale = np.sqrt(sum(e.var() / len(e) for e in errors))
        found[:, run] = (
            domain_classifier(reference, current, mask, seed=run).p_value < 0.05,
            mmd(reference, current, mask, seed=run).p_value < 0.05,
            abs(errors[1].mean() - errors[0].mean()) > 1.96 * scale,
        )
    power = found.mean(axis=1)
    print(f"\n{change}: found at 5 %: classifier, mmd, reconstruction error {power.round(2)}")
    assert (power >= (classifier, embedding, reconstruction)).all()


def test_planted_models_are_ranked_right_and_noise_is_never_known():
    generator = np.random.default_rng(3)
    right, known = [], []
    for run in range(60):
        values = generator.normal(size=(2000, 10))
        target = 3 * values[:, 4] + 2 * values[:, 1] + values[:, 8] + generator.normal(size=2000)
        importance = surrogate_importance(values, np.zeros(10, bool), target, seed=run).importance
        right.append(list(np.argsort(-importance)[:3]) == [4, 1, 8])
        known.append(
            surrogate_importance(values, np.zeros(10, bool), generator.normal(size=2000), seed=run).knows
        )
    print(f"\nranked right {np.mean(right):.2f}, noise taken for a model {np.mean(known):.2f}")
    assert np.mean(right) >= 0.95
    assert not any(known)
