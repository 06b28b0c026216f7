"""What else is laid side by side: latency, failures, and whether scores mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitoring.performance.outcomes import placed
from monitoring.shadow.joint import Joint, Places
from monitoring.shadow.reading import Pairs
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes, MulticlassOutcomes
from monitoring.statistics.metrics.additive import part, pooled
from monitoring.statistics.paired import row_losses
from monitoring.statistics.paired.row_losses import MeanDifference
from monitoring.statistics.shares import wilson
from monitoring.store.score_grids import CONFIDENCE

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
    """Both versions on the same labelled pairs; None of a regression, and where scores are no probabilities.

    Of several classes the score is the largest probability, and the event that its class is the label.

    Parameters
    ----------
    found : Pairs
    places : ndarray of int
        Of the keys.
    """
    outcomes = (found.ours, found.theirs)
    if not all(isinstance(one, BinaryOutcomes | MulticlassOutcomes) for one in outcomes):
        return None
    counted = [_counted(found, side, places) for side in range(2)]
    lost = [pooled(part(one, places), 0) for one in outcomes]
    if not all(
        isinstance(one, BinaryOutcomes | MulticlassOutcomes) and np.isfinite(one.brier) and rows.any()
        for one, (_, rows, _) in zip(lost, counted, strict=True)
    ):
        return None
    first, second = (reliability(*one) for one in counted)
    return first, second


def _counted(found: Pairs, side: int, places: Places) -> tuple[Floats, Floats, Floats]:
    """Edges of a version's score, labelled pairs between them, and those of these with the event."""
    one = (found.ours, found.theirs)[side]
    if isinstance(one, BinaryOutcomes):
        whole = pooled(part(one, places), 0)
        return whole.edges, whole.positives + whole.negatives, whole.positives
    cube = found.cubes[side][CONFIDENCE]
    rows, right = (
        placed(cube, tally, found.keys, axis=1)[:, places, :-1].sum(axis=(0, 1))
        for tally in (cube.labelled.counts, cube.labelled.decided)
    )
    return np.asarray(cube.grid.edges), rows, right


def reliability(edges: Floats, rows: Floats, events: Floats, bins: int = BINS) -> Reliability:
    """Bins of about equal rows, a slot of the grid never being split.

    The mean score of a bin takes rows for spread evenly over each slot, which is at most 0.002 wide.

    Parameters
    ----------
    edges : ndarray of shape (K,)
        Of scores from 0 to 1, ascending.
    rows, events : ndarray of shape (K + 1,)
        Rows below the first edge, between edges and above the last, and those of them with the event.
    bins : int

    Examples
    --------
    >>> found = reliability(np.array([0.19, 0.21, 0.79, 0.81]), [0, 10, 0, 10, 0], [0, 2, 0, 10, 0], bins=2)
    >>> found.score.round(2).tolist(), found.rate.tolist()
    ([0.2, 0.8], [0.2, 1.0])
    """
    rows, events = (np.asarray(one, dtype=float) for one in (rows, events))
    closed = np.concatenate([[min(0.0, edges[0])], edges, [max(1.0, edges[-1])]])
    middle = (closed[:-1] + closed[1:]) / 2
    held = np.flatnonzero(rows)
    before = np.cumsum(rows[held]) - rows[held] / 2
    group = np.minimum((before / rows.sum() * bins).astype(np.intp), bins - 1)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    n, hits, score = (np.add.reduceat(values[held], starts) for values in (rows, events, rows * middle))
    ends = wilson(hits, n)
    return Reliability(score / n, hits / n, ends.lower, ends.upper, n)
