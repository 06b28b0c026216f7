"""How often a shadow is called better that is not, and how soon one that is."""

import numpy as np
import pytest

from monitoring.statistics.paired import areas, right, row_losses, sequences

DAYS, ROWS = 90, 200
RUNS = 2_000


def streams(rng, gain, disagreement=0.1, day_effect=0.0):
    """Daily sums of who was right alone: `RUNS` trials of `DAYS` days."""
    shift = gain + day_effect * rng.standard_normal((RUNS, DAYS))
    better = np.clip((disagreement + shift) / 2, 0, 1)
    worse = np.clip((disagreement - shift) / 2, 0, 1)
    c = rng.binomial(ROWS, better)
    b = rng.binomial(ROWS - c, worse / (1 - better))
    return b, c


def followed(b, c):
    n = np.full(b.shape, float(ROWS))
    return sequences.confidence_sequence(n, (c - b).astype(float), (b + c).astype(float), DAYS * ROWS / 2)


@pytest.mark.parametrize("day_effect", [0.0, 0.02, 0.05])
def test_looking_every_day_for_ninety_days_rarely_finds_a_winner_where_there_is_none(figures, day_effect):
    b, c = streams(np.random.default_rng(1), 0.0, day_effect=day_effect)
    found = followed(b, c)
    declared = ((found.lower > 0) | (found.upper < 0)).any(axis=1).mean()
    rows = np.cumsum(np.full(b.shape, float(ROWS)), axis=1)
    value, share = np.cumsum(c - b, axis=1) / rows, np.cumsum(b + c, axis=1) / rows
    plain = (np.abs(value) > 1.96 * np.sqrt((share - value**2) / rows)).any(axis=1).mean()
    bets = (sequences.evidence(b, c).p_value < 0.05).any(axis=1).mean()
    figures(
        f"90 daily looks, no difference, days differ by {day_effect}: sequence {declared:.3f}, "
        f"bet {bets:.3f}, fixed intervals {plain:.3f}"
    )
    assert declared <= 0.05
    assert plain > 0.3
    assert bets <= 0.05 or day_effect > 0  # bets are of rows that do not go together


def test_a_shadow_better_by_one_point_is_found(figures):
    b, c = streams(np.random.default_rng(2), 0.01)
    found = followed(b, c)
    above = found.lower > 0
    power, first = above.any(axis=1).mean(), np.argmax(above, axis=1)[above.any(axis=1)]
    figures(f"better by 1 point, 10 % disagreement: found in {power:.3f}, median day {np.median(first):.0f}")
    assert power >= 0.85


@pytest.mark.parametrize("rows", [200, 1000])
def test_intervals_of_paired_differences_hold_the_truth(figures, rows):
    rng = np.random.default_rng(rows)
    runs, held = 2_000, {"accuracy": 0, "area": 0, "Brier": 0}
    truth = paired_truth()
    for _ in range(runs):
        labels, first, second = paired_rows(rng, rows)
        wrong = [(score >= 0.5) != labels for score in (first, second)]
        accuracy = right.right((wrong[1] & ~wrong[0]).sum(), (wrong[0] & ~wrong[1]).sum(), rows)
        area = areas.area_difference(first, second, labels)
        d = (second - labels) ** 2 - (first - labels) ** 2
        brier = row_losses.mean_difference([rows], [d.sum()], [(d**2).sum()])
        for name, found in (("accuracy", accuracy), ("area", area), ("Brier", brier)):
            held[name] += bool(found.lower <= truth[name] <= found.upper)
    shares = {name: count / runs for name, count in held.items()}
    figures(f"coverage of 95 % of paired differences, n={rows}: {shares}")
    assert all(0.93 <= share <= 0.97 for share in shares.values())


def paired_rows(rng, rows):
    x, z = rng.standard_normal((2, rows))
    labels = rng.random(rows) < 1 / (1 + np.exp(-1.2 * x - 0.6 * z))
    first, second = 1 / (1 + np.exp(-1.2 * x)), 1 / (1 + np.exp(-1.1 * x - 0.5 * z))
    return labels, first, second


def paired_truth():
    labels, first, second = paired_rows(np.random.default_rng(0), 2_000_000)
    area = areas.area_difference(first, second, labels)
    return {
        "accuracy": ((second >= 0.5) == labels).mean() - ((first >= 0.5) == labels).mean(),
        "area": float(area.difference),
        "Brier": ((second - labels) ** 2).mean() - ((first - labels) ** 2).mean(),
    }
