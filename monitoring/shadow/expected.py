"""How much better the shadow would be if scores mean what they meant: no label needed, and nothing is judged.

Each version's scores are read as the labels of its own reference taught, over the requests that both scored.
How far that is to be trusted is told by earlier chunks, of which labels said later what the difference was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitoring import performance
from monitoring.performance.expected import estimable, expected_metrics
from monitoring.performance.meaning import Counted, NotEstimableError, outputs_of
from monitoring.shadow.gains import course
from monitoring.shadow.joint import Places
from monitoring.shadow.reading import Pairs
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Metric
from monitoring.statistics.track_record import TrackRecord, track_record

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.score_cubes import ScoreCube


@dataclass(frozen=True, eq=False)
class Expected:
    """What is expected of a metric, arrays of shape (windows,).

    Attributes
    ----------
    metric : Metric
    champion, shadow : ndarray
        Expected of either, on the pairs.
    change : ndarray
        The shadow's less the champion's, in the metric's own unit.
    realised : ndarray
        The same by labels where they are mature, outside both references; nan elsewhere.
    rows : ndarray
        Pairs.
    record : TrackRecord
        Of all windows with a realised change.
    """

    metric: Metric
    champion: Floats
    shadow: Floats
    change: Floats
    realised: Floats
    rows: Floats
    record: TrackRecord

    @property
    def sign(self) -> float:
        """1 where more is better, -1 where less is; nan of a metric that has no better."""
        return {"higher": 1.0, "lower": -1.0}.get(self.metric.better, np.nan)

    @property
    def gain(self) -> Floats:
        """How much better the shadow is expected to be."""
        return self.change * self.sign


def expected(
    store: Store, found: Pairs, metrics: Sequence[Metric], windows: Sequence[Places]
) -> list[Expected]:
    """Estimate both versions on the pairs of some windows.

    Parameters
    ----------
    store : Store
    found : Pairs
        Of all rows or of a segment; what scores mean is learnt from all rows.
    metrics : sequence of Metric
    windows : sequence of ndarray of int
        The places of the keys of each.

    Returns
    -------
    list of Expected
        Of the metrics that scores say something about.

    Raises
    ------
    NotEstimableError
        If that is none of them, a version's reference has no mature labels, or scores are no probabilities.
    """
    model = found.model
    keys = [] if model.task == "regression" else estimable(model, [one.key for one in metrics])
    if not keys:
        raise NotEstimableError("not_estimable_difference", metric=", ".join(one.short for one in metrics))
    served = found.served
    if served.segment[0]:
        served = performance.material(store, model.name, version=found.champion, known_at=served.at)
    other = performance.material(store, model.name, version=found.shadow, known_at=served.at)
    ours, theirs = (
        expected_metrics(model, _counted(side, cubes, found, windows), keys)
        for side, cubes in zip((served, other), found.cubes, strict=True)
    )
    judgeable = _judgeable(found, other, windows)
    rows = np.array([found.rows[places].sum() for places in windows])
    told = []
    for metric in metrics:
        if metric.key not in keys:
            continue
        one, two = ours[metric.key].value, theirs[metric.key].value
        realised = np.where(judgeable, course(found, metric, windows).change, np.nan)
        record = track_record(two - one, realised)
        told.append(Expected(metric, one, two, two - one, realised, rows, record))
    return told


def _counted(
    side: performance.Material, cubes: Mapping[str, ScoreCube], found: Pairs, windows: Sequence[Places]
) -> dict[str, Counted]:
    """A version's pairs by window, with what its scores mean."""
    return {subject: _pooled(one, windows) for subject, one in outputs_of(side, cubes, found.keys).items()}


def _pooled(one: Counted, windows: Sequence[Places]) -> Counted:
    """Counts by window instead of by key."""
    rows, decided = (
        np.stack([values[places].sum(axis=0) for places in windows]) for values in (one.rows, one.decided)
    )
    return Counted(one.edges, rows, decided, one.known)


def _judgeable(found: Pairs, other: performance.Material, windows: Sequence[Places]) -> np.ndarray:
    """Windows of final labels alone that neither version learnt the meaning of its scores from."""
    references = [one for one in (found.served.reference, other.reference) if one is not None]
    learnt = np.array([any(one.holds(key) for one in references) for key in found.keys], dtype=bool)
    return np.array([bool(found.final[places].all() and not learnt[places].any()) for places in windows])
