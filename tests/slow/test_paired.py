"""How often a shadow is called better that is not, and how soon one that is."""

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy import signal

from monitoring.statistics.paired import areas, planning, right, row_losses, sequences

DAYS, ROWS = 90, 200
RUNS = 10_000


def streams(rng, gain, disagreement=0.1, day_effect=0.0, rows: ArrayLike = ROWS, memory=0.0):
    """Daily sums of who was right alone: `RUNS` trials of `DAYS` days, which may go together."""
    fresh = rng.standard_normal((RUNS, DAYS + 60)) * np.sqrt(1 - memory**2)
    drawn = signal.lfilter([1.0], [1.0, -memory], fresh, axis=1)[:, 60:]
    shift = gain + day_effect * drawn
    better = np.clip((disagreement + shift) / 2, 0, 1)
    worse = np.clip((disagreement - shift) / 2, 0, 1)
    c = rng.binomial(rows, better)
    b = rng.binomial(rows - c, worse / (1 - better))
    return b, c


def followed(b, c, rows: ArrayLike = ROWS, planned=None):
    n = np.broadcast_to(np.asarray(rows, dtype=float), b.shape)
    total, squares = (c - b).astype(float), (b + c).astype(float)
    plan = planned or DAYS * float(n.mean()) / 2
    return sequences.confidence_sequence(n, total, squares, plan, step=1.0)


def declared(found):
    """Share of trials in which either version is called better on any day."""
    return ((found.lower > 0) | (found.upper < 0)).any(axis=1).mean()


@pytest.mark.parametrize("day_effect", [0.0, 0.02, 0.05])
def test_looking_every_day_for_ninety_days_rarely_finds_a_winner_where_there_is_none(figures, day_effect):
    b, c = streams(np.random.default_rng(1), 0.0, day_effect=day_effect)
    found = followed(b, c)
    rows = np.cumsum(np.full(b.shape, float(ROWS)), axis=1)
    value, share = np.cumsum(c - b, axis=1) / rows, np.cumsum(b + c, axis=1) / rows
    plain = (np.abs(value) > 1.96 * np.sqrt((share - value**2) / rows)).any(axis=1).mean()
    bets = (sequences.evidence(b, c).p_value < 0.05).any(axis=1).mean()
    figures(
        f"90 daily looks, no difference, days differ by {day_effect}: sequence {declared(found):.3f}, "
        f"bet {bets:.3f}, fixed intervals {plain:.3f}"
    )
    assert declared(found) <= 0.05
    assert plain > 0.3
    assert bets <= 0.05 or day_effect > 0  # bets are of rows that do not go together


@pytest.mark.parametrize("day_effect", [0.02, 0.05])
def test_days_of_very_unlike_size_do_not_make_winners(figures, day_effect):
    rng = np.random.default_rng(3)
    rows = np.maximum(ROWS * np.exp(rng.normal(-0.5, 1, (RUNS, DAYS))), 1).astype(int)
    found = followed(*streams(rng, 0.0, day_effect=day_effect, rows=rows), rows)
    share = declared(found)
    figures(f"the same, days of very unlike size that differ by {day_effect}: sequence {share:.3f}")
    assert share <= 0.05


@pytest.mark.parametrize(("memory", "most"), [(0.3, 0.09), (0.5, 0.15)])
def test_days_that_follow_each_other_make_more_winners_than_are_promised(figures, memory, most):
    """Covariances of a few days are not all of a spell; docs/shadow.md says what that costs."""
    found = followed(*streams(np.random.default_rng(4), 0.0, day_effect=0.02, memory=memory))
    share = declared(found)
    figures(f"the same, days differ by 0.02 and go together by {memory}: sequence {share:.3f}")
    assert 0.05 < share <= most


@pytest.mark.parametrize("rows", [20, 50, 200, 1000])
def test_a_shadow_wrong_wherever_it_differs_is_rarely_called_not_worse(figures, rows):
    rng, shares = np.random.default_rng(rows), {}
    for rate in (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05):
        b = rng.binomial(rows, rate, (RUNS, DAYS))
        found = followed(b, np.zeros_like(b), rows)
        shares[rate] = float((found.lower > -rate).any(axis=1).mean())  # it loses exactly the margin
    figures(f"not worse where it loses the margin, {rows} rows a day, by share that differ: {shares}")
    assert max(shares.values()) <= 0.05


def test_a_shadow_better_by_one_point_is_found(figures):
    b, c = streams(np.random.default_rng(2), 0.01)
    found = followed(b, c)
    above = found.lower > 0
    power, first = above.any(axis=1).mean(), np.argmax(above, axis=1)[above.any(axis=1)]
    figures(f"better by 1 point, 10 % disagreement: found in {power:.3f}, median day {np.median(first):.0f}")
    assert power >= 0.85


def test_the_smallest_gain_of_a_plan_is_found_four_times_out_of_five(figures):
    planned = DAYS * ROWS
    gain = float(planning.detectable(np.sqrt(0.1), planned, planned=planned))
    found = followed(*streams(np.random.default_rng(5), gain), planned=planned)
    power = (found.lower > 0).any(axis=1).mean()
    figures(f"better by the plan's smallest gain, {gain:.4f}: found in {power:.3f}")
    assert 0.8 <= power <= 0.9


@pytest.mark.parametrize("rows", [50, 200, 1000])
def test_intervals_hold_the_truth_where_few_rows_differ(figures, rows):
    rng, shares = np.random.default_rng(rows), {}
    for rate in (0.005, 0.01, 0.02, 0.05, 0.1):
        for part in (0.5, 0.75, 0.9, 1.0):
            truth = rate * (2 * part - 1)
            c, b, _ = rng.multinomial(rows, [rate * part, rate * (1 - part), 1 - rate], 10_000).T
            # One comparison by row: each is a window of one day.
            found = row_losses.mean_difference(
                np.full((len(b), 1), float(rows)), (c - b)[:, None], (b + c)[:, None], step=1.0
            )
            shares[rate, part] = float(((found.lower <= truth) & (truth <= found.upper)).mean())
    figures(f"coverage of 95 % of accuracy, few rows differ, n={rows}: at least {min(shares.values()):.3f}")
    assert min(shares.values()) >= 0.94


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
