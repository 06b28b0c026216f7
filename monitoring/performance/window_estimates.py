"""One estimate over several chunks: with or without weighted reference rows, with its baseline and its loss.

For pages and advice that speak of now, without labels:

    found = estimate(assess(material(store, "flights")))
    now = latest(found, "accuracy", chunks=7)
    now.value, now.lower, now.upper, now.baseline, now.loss, now.status, now.reason
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.performance.estimate_judging import Estimation, coloured, within
from monitoring.performance.estimates import Estimates
from monitoring.performance.expected import expected_metrics
from monitoring.performance.judging import CODES, NUMBER
from monitoring.performance.loss_estimates import ExpectedErrors
from monitoring.performance.meaning import Counted
from monitoring.performance.weighted import Weighted
from monitoring.statistics.arrays import Floats
from monitoring.statistics.expectation import Estimated
from monitoring.statistics.metrics import Metric
from monitoring.statistics.metrics.differences import difference
from monitoring.statistics.severity import GREY, names
from monitoring.statistics.track_record import TrackRecord, half_width
from monitoring.windows import Window


@dataclass(frozen=True)
class WindowEstimate:
    """One metric over several chunks together.

    Attributes
    ----------
    metric : Metric
    window : Window
        Profile keys.
    rows : int
        Predictions with a score.
    value, lower, upper : float
        The headline and where the realised value is expected: by weighted rows where they say something.
    plain, weighted : float
        Both estimates; nan where there is no weighted one.
    baseline : float
        The realised value of the reference.
    loss, loss_lower, loss_upper : float
        How much worse than the reference, in the metric's own unit; a gain is negative.
    amber : float
        The loss that matters.
    status : str
        ``green``, ``amber`` or ``grey``.
    reason : str
        A code of `monitoring.reasons`: ``outside_support`` where the reference holds no rows like these.
    record : TrackRecord
        Of single chunks.
    """

    metric: Metric
    window: Window
    rows: int
    value: float
    lower: float
    upper: float
    plain: float
    weighted: float
    baseline: float
    loss: float
    loss_lower: float
    loss_upper: float
    amber: float
    status: str
    reason: str
    record: TrackRecord


def latest(found: Estimates, metric: str, chunks: int = 7) -> WindowEstimate | None:
    """The newest whole chunks with predictions, pooled into one estimate.

    Parameters
    ----------
    found : Estimates
    metric : str
        A key of ``found.scores``.
    chunks : int
        How many chunks at most.

    Returns
    -------
    WindowEstimate or None
        None where the metric could not be estimated or no chunk is over.
    """
    whole = found.assessment
    over = np.array([maturity != "partial" for maturity in whole.maturity], dtype=bool)
    newest = np.flatnonzero(over & (whole.predicted > 0))[-chunks:]
    if not newest.size:
        return None
    window = Window(whole.keys[newest[0]].start, whole.keys[newest[-1]].stop)
    return pooled(found, window, [metric]).get(metric)


def pooled(
    found: Estimates, window: Window, metrics: list[str] | None = None, weighted: Weighted | None = None
) -> dict[str, WindowEstimate]:
    """Metrics over a window.

    The interval is the wider of the model's own, the distance between both estimates added, and that of the
    track record before the window. The record is one of single chunks, which are noisier than several
    together, so it is on the safe side.

    Parameters
    ----------
    found : Estimates
    window : Window
        Profile keys.
    metrics : list of str, optional
        Keys of ``found.scores``; all by default.
    weighted : Weighted, optional
        Of the same window.

    Returns
    -------
    dict of str to WindowEstimate
        By metric; empty where the window holds no predictions or nothing can be estimated.
    """
    inside = np.array([window.holds(key) for key in found.assessment.material.keys], dtype=bool)
    chosen = [key for key in metrics or found.scores if key in found.scores]
    if not inside.any() or not chosen:
        return {}
    better: Mapping[str, Estimated] = {}
    if found.errors is not None:
        plain, rows = _errors(found, found.errors, inside)
    else:
        model = found.assessment.material.model
        outputs = {subject: _summed(one, inside) for subject, one in found.outputs.items()}
        plain = expected_metrics(model, outputs, chosen)
        if weighted is not None and weighted.probability:
            better = expected_metrics(model, weighted.moved(outputs), chosen)
        rows = next(iter(outputs.values())).rows.sum(axis=-1)
    outside = weighted is not None and weighted.outside
    return {
        key: _estimated(found, found.scores[key], window, plain[key], better.get(key), rows, outside=outside)
        for key in chosen
    }


def _summed(one: Counted, inside: np.ndarray) -> Counted:
    return Counted(one.edges, one.rows[inside].sum(axis=0), one.decided[inside].sum(axis=0), one.known)


def _errors(
    found: Estimates, errors: ExpectedErrors, inside: np.ndarray
) -> tuple[dict[str, Estimated], Floats]:
    """The errors of a regression in the window, and its predictions."""
    material = found.assessment.material
    place = {key.isoformat(): int(not held) for key, held in zip(material.keys, inside, strict=True)}
    predicted = np.array([material.cohorts.predicted[side].sum() for side in (inside, ~inside)])
    every = errors.metrics(place, predicted)
    window = {key: Estimated(one.value[0], one.sampling[0], one.learning[0]) for key, one in every.items()}
    return window, predicted[0]


def _estimated(
    found: Estimates, one: Estimation, window: Window, plain: Estimated, better: Estimated | None,
    rows: Floats, *, outside: bool,
) -> WindowEstimate:  # fmt: skip
    """One metric: the better of both estimates, its interval and its colour."""
    chosen = plain if better is None else better
    apart = chosen.value - plain.value
    half = np.fmax(half_width(chosen.error, other=apart), _record_before(found, one, window))
    now = within(one.metric, chosen, half, rows)
    change = difference(now, one.baseline, better=one.metric.better)
    status, reason = coloured(one.metric, one.baseline, one.amber, change, now)
    if outside:
        status, reason = np.asarray(GREY), np.asarray(NUMBER["outside_support"])
    return WindowEstimate(
        metric=one.metric,
        window=window,
        rows=int(rows),
        value=float(now.value),
        lower=float(now.lower),
        upper=float(now.upper),
        plain=float(plain.value),
        weighted=float("nan") if better is None else float(better.value),
        baseline=float(one.baseline.value),
        loss=float(change.loss),
        loss_lower=float(change.lower),
        loss_upper=float(change.upper),
        amber=one.amber,
        status=str(names(status)),
        reason=CODES[int(reason)],
        record=one.record,
    )


def _record_before(found: Estimates, one: Estimation, window: Window) -> float:
    """Half the interval that the record gave the window's first chunk; nan where there was none."""
    inside = [place for place, key in enumerate(found.assessment.keys) if window.overlaps(key)]
    return float(one.half[inside[0]]) if inside and one.learnt[inside[0]] else float("nan")
