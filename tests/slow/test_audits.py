"""How often an audit's interval holds what is true of all rows, and how wrong labels without weights are."""

import numpy as np
import pytest

from monitoring.statistics import audits, draws

ROWS, RUNS = 20_000, 3_000


def population(rng):
    """Scores that are too sure of themselves, and whether each row was decided rightly."""
    chance = rng.beta(0.8, 0.8, ROWS)
    label = rng.random(ROWS) < chance
    score = chance**2 / (chance**2 + (1 - chance) ** 2)
    decided = score >= 0.5
    return score, np.where(decided, score, 1 - score), (decided == label).astype(float)


def covered(found, truth):
    return bool(found.lower <= truth <= found.upper)


@pytest.mark.parametrize("share", [0.0025, 0.005, 0.02, 0.04])
def test_the_interval_of_a_uniform_audit_holds_the_truth_as_often_as_it_says(figures, share):
    rng = np.random.default_rng(7)
    held, off = np.zeros((2, RUNS)), np.zeros((2, RUNS))
    for run in range(RUNS):
        if run % 100 == 0:
            _, proxy, right = population(rng)
        picked = np.flatnonzero(rng.random(ROWS) < share)
        chance = np.full(len(picked), share)
        found = (
            audits.ratio(right[picked], np.ones(len(picked)), chance, share=True),
            audits.difference(proxy.mean(), right[picked], proxy[picked], chance, ROWS, share=True),
        )
        held[:, run] = [covered(one, right.mean()) for one in found]
        off[:, run] = [one.value - right.mean() for one in found]
    coverage, bias, spread = held.mean(axis=1), off.mean(axis=1), off.std(axis=1)
    figures(
        f"audit of {share:.2%} of {ROWS:,} rows: coverage {coverage[0]:.3f} (Hájek), {coverage[1]:.3f} "
        f"(difference); bias {bias[0]:+.4f}, {bias[1]:+.4f}; spread {spread[0]:.4f}, {spread[1]:.4f}"
    )
    assert ((coverage >= 0.93) & (coverage <= 0.97)).all()
    assert (np.abs(bias) < 4 * spread / np.sqrt(RUNS)).all()


def test_uncertain_rows_tell_of_all_rows_with_their_chances_and_mislead_without(figures):
    rng = np.random.default_rng(8)
    held, off, plain = np.zeros((2, RUNS)), np.zeros((2, RUNS)), np.zeros(RUNS)
    for run in range(RUNS):
        if run % 100 == 0:
            score, proxy, right = population(rng)
        uncertain = draws.proportional(np.maximum(0.3 - np.abs(score - 0.5), 0), 640)
        order = rng.permutation(ROWS)
        drawn = np.zeros(ROWS, bool)
        drawn[order] = draws.systematic(uncertain[order], rng.random())
        plain[run] = right[drawn].mean() - right.mean()
        drawn |= rng.random(ROWS) < 0.005
        chance = draws.union(np.stack([uncertain, np.full(ROWS, 0.005)], axis=-1))
        picked = np.flatnonzero(drawn)
        found = (
            audits.ratio(right[picked], np.ones(len(picked)), chance[picked], share=True),
            audits.difference(proxy.mean(), right[picked], proxy[picked], chance[picked], ROWS, share=True),
        )
        held[:, run] = [covered(one, right.mean()) for one in found]
        off[:, run] = [one.value - right.mean() for one in found]
    coverage, bias = held.mean(axis=1), off.mean(axis=1)
    figures(
        f"queue of 640 uncertain rows and an audit of 0.5 %: without weights off by {plain.mean():+.3f}; "
        f"weighted off by {bias[0]:+.4f} (Hájek), {bias[1]:+.4f} (difference), coverage {coverage[0]:.3f}, "
        f"{coverage[1]:.3f}"
    )
    assert plain.mean() < -0.08
    assert (np.abs(bias) < 0.003).all()
    assert ((coverage >= 0.93) & (coverage <= 0.97)).all()
