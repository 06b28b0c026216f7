"""How often champion and shadow decide alike, with no label needed: overall, over time and by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.shadow.joint import Joint, Places
from monitoring.shadow.reading import NoPairsError, Pairs, read
from monitoring.statistics.arrays import Floats
from monitoring.statistics.paired import agreement, row_losses
from monitoring.statistics.paired.agreement import Agreement
from monitoring.statistics.paired.row_losses import MeanDifference
from monitoring.store import Store, pairs
from monitoring.windows import Window


@dataclass(frozen=True, eq=False)
class Agreeing:
    """What two versions said of the same requests; every array has the windows first.

    Attributes
    ----------
    rows, predicted : ndarray of shape (windows,)
        Pairs, and all predictions of the champion.
    decisions : Agreement or None
        None of a regression.
    table : ndarray of shape (windows, D, D)
        Pairs by the champion's decision and the shadow's.
    score : tuple of MeanDifference
        Of each window: the shadow's score less the champion's.
    """

    rows: Floats
    predicted: Floats
    decisions: Agreement | None
    table: Floats
    score: tuple[MeanDifference, ...]

    @property
    def pairing(self) -> Floats:
        """Share of the champion's predictions that the shadow scored too; nan without any."""
        return self.rows / np.where(self.predicted > 0, self.predicted, np.nan)


def agreeing(found: Pairs, windows: Sequence[Places], *, level: float = 0.95) -> Agreeing:
    """Compare what both versions said.

    Parameters
    ----------
    found : Pairs
    windows : sequence of ndarray of int
        The places of the keys of each.
    level : float
        Confidence.
    """
    joint = Joint(found, windows)
    known = dict(zip(found.served.keys, found.served.cohorts.predicted.tolist(), strict=True))
    predicted = np.array([known.get(key, 0.0) for key in found.keys])
    n, total, squares = (joint.of_all(name) for name in ("n", "difference", "difference_2"))
    score = tuple(
        row_losses.mean_difference(n[places], total[places], squares[places], level=level)
        for places in windows
    )
    decisions = (
        None if found.model.task == "regression" else agreement.agreement(joint.agreement, level=level)
    )
    return Agreeing(
        joint.summed(found.rows), joint.summed(predicted), decisions,
        joint.agreement if decisions else np.zeros((len(windows), 0, 0)), score,
    )  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Where two versions differ: one segment.

    Attributes
    ----------
    segment : (column, value)
    rows : float
        Pairs.
    rate, lower, upper : float
        Share decided alike; of a regression the mean difference of the score.
    """

    segment: tuple[str, str]
    rows: float
    rate: float
    lower: float
    upper: float


def by_segment(segments: Sequence[Pairs], window: Window | None = None) -> list[Part]:
    """How often both decided alike in every segment, the one in which they differ most first.

    Parameters
    ----------
    segments : sequence of Pairs
        As `every_segment` gives them.
    window : Window, optional
        All keys by default.
    """
    parts = []
    for segment in segments:
        places = segment.inside(window)
        if not len(places):
            continue
        one = agreeing(segment, [places])
        if one.decisions is not None:
            numbers = [
                float(end[0]) for end in (one.decisions.rate, one.decisions.lower, one.decisions.upper)
            ]
        else:
            numbers = [float(getattr(one.score[0], name)) for name in ("value", "lower", "upper")]
        parts.append(Part(segment.segment, float(one.rows[0]), numbers[0], numbers[1], numbers[2]))
    regression = bool(segments) and segments[0].model.task == "regression"
    return sorted(parts, key=lambda one: -abs(one.rate) if regression else one.rate)


def every_segment(store: Store, found: Pairs) -> list[Pairs]:
    """The pairs of every segment that has any, as the profile writes them."""
    name, many = found.model.name, []
    for column, values in store.segments(name).items():
        for value in values:
            try:
                one = read(store, name, found.shadow, segment=(column, value), served=found.served)
            except NoPairsError:
                continue
            many.append(one)
    return many


def score_differences(store: Store, found: Pairs, window: Window | None = None) -> tuple[Floats, Floats]:
    """How far the shadow's score lies from the champion's, as a histogram over all pairs.

    Parameters
    ----------
    store : Store
    found : Pairs
    window : Window, optional

    Returns
    -------
    edges : ndarray of shape (K,)
    counts : ndarray of shape (K + 1,)
        Below the first edge, between edges, and above the last.
    """
    start, stop = (window.start, window.stop) if window else (None, None)
    cube = pairs.differences(
        store, found.model.name, found.champion, found.shadow, start, stop, segment=found.segment
    )
    edges, counts = np.asarray(cube.grid.edges), cube.all.counts[:, :-1].sum(axis=0)
    if found.champion <= found.shadow:
        return edges, counts
    return -edges[::-1], counts[::-1]
