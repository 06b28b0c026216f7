"""What else is laid side by side: latency, failures, and whether scores mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitoring.shadow.joint import Joint, Places
from monitoring.shadow.reading import Pairs
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes
from monitoring.statistics.metrics.additive import part, pooled
from monitoring.statistics.paired import row_losses
from monitoring.statistics.paired.row_losses import MeanDifference
from monitoring.statistics.shares import wilson

BINS = 10
"""Bins of equal rows of a reliability diagram."""


@dataclass(frozen=True)
class Latency:
    """How long either version took, in the unit of the log, on requests that have both.

    Attributes
    ----------
    champion, shadow : float
        Means.
    difference : MeanDifference
        The shadow's less the champion's.
    """

    champion: float
    shadow: float
    difference: MeanDifference


def latency(found: Pairs, places: Places, *, level: float = 0.95) -> Latency | None:
    """Compare how long both took; None where no request of these keys has both latencies.

    Parameters
    ----------
    found : Pairs
    places : ndarray of int
        Of the keys.
    level : float
        Confidence.
    """
    joint = Joint(found, [places])
    n, first, second, first_2, second_2, product = (
        joint.of_all(f"latency_{name}")[places]
        for name in ("n", "first", "second", "first_2", "second_2", "product")
    )
    rows = float(n.sum())
    if not rows:
        return None
    change = row_losses.mean_difference(n, second - first, first_2 + second_2 - 2 * product, level=level)
    return Latency(float(first.sum()) / rows, float(second.sum()) / rows, change)


@dataclass(frozen=True)
class Failures:
    """How often either version failed, on requests of which both are known.

    Attributes
    ----------
    champion, shadow, both : float
        Shares of the requests.
    difference : MeanDifference
        The shadow's less the champion's.
    """

    champion: float
    shadow: float
    both: float
    difference: MeanDifference


def failures(found: Pairs, places: Places, *, level: float = 0.95) -> Failures | None:
    """Compare how often both failed; None where the log does not say it of both.

    Parameters
    ----------
    found : Pairs
    places : ndarray of int
        Of the keys.
    level : float
        Confidence.
    """
    joint = Joint(found, [places])
    n, first, second, both = (
        joint.of_all(f"error_{name}")[places] for name in ("n", "first", "second", "both")
    )
    rows = float(n.sum())
    if not rows:
        return None
    change = row_losses.mean_difference(n, second - first, first + second - 2 * both, step=1.0, level=level)
    ours, theirs, together = (float(one.sum()) / rows for one in (first, second, both))
    return Failures(ours, theirs, together, change)


@dataclass(frozen=True)
class Reliability:
    """How often the event came among rows of like scores, every array of shape (bins,).

    Attributes
    ----------
    score : ndarray
        Mean score of each bin.
    rate, lower, upper : ndarray
        Share of events, with Wilson's interval.
    n : ndarray
        Labelled rows.
    """

    score: Floats
    rate: Floats
    lower: Floats
    upper: Floats
    n: Floats


def reliabilities(found: Pairs, places: Places) -> tuple[Reliability, Reliability] | None:
    """Both versions on the same labelled pairs; None unless the model is binary and scores are probabilities.

    Parameters
    ----------
    found : Pairs
    places : ndarray of int
        Of the keys.
    """
    if not isinstance(found.ours, BinaryOutcomes) or not isinstance(found.theirs, BinaryOutcomes):
        return None
    sides = [pooled(part(one, places), 0) for one in (found.ours, found.theirs)]
    if not all(np.isfinite(one.brier) and len(one.edges) and float(one.rows) for one in sides):
        return None
    return reliability(sides[0]), reliability(sides[1])


def reliability(outcomes: BinaryOutcomes, bins: int = BINS) -> Reliability:
    """Bins of about equal rows, a slot of the grid never being split.

    The mean score of a bin takes rows for spread evenly over each slot, which is at most 0.002 wide.

    Parameters
    ----------
    outcomes : BinaryOutcomes
        Without leading axes, of scores from 0 to 1.
    bins : int

    Examples
    --------
    >>> scores, labels = [0.2] * 10 + [0.8] * 10, [0] * 8 + [1] * 12
    >>> outcomes = BinaryOutcomes.of_rows(scores, labels, edges=[0.19, 0.21, 0.79, 0.81])
    >>> found = reliability(outcomes, bins=2)
    >>> found.score.round(2).tolist(), found.rate.tolist()
    ([0.2, 0.8], [0.2, 1.0])
    """
    edges = np.concatenate([[min(0.0, outcomes.edges[0])], outcomes.edges, [max(1.0, outcomes.edges[-1])]])
    middle = (edges[:-1] + edges[1:]) / 2
    rows = outcomes.positives + outcomes.negatives
    held = np.flatnonzero(rows)
    before = np.cumsum(rows[held]) - rows[held] / 2
    group = np.minimum((before / rows.sum() * bins).astype(np.intp), bins - 1)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    n, events, score = (
        np.add.reduceat(values[held], starts) for values in (rows, outcomes.positives, rows * middle)
    )
    ends = wilson(events, n)
    return Reliability(score / n, events / n, ends.lower, ends.upper, n)
