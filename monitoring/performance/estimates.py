"""Performance without labels: what every chunk's predictions are worth if scores mean what they meant.

`estimate` turns an assessment into estimates of every metric that scores say something about, from counts of
all predictions, whether their label is known or not. An estimate is judged like a realised value, but is at
most amber: whatever changes the meaning of scores, concept drift above all, is invisible to it. Its interval
comes from its own track record as soon as ten chunks could be compared with their labels.

`monitoring.performance.window_estimates` pools chunks into one estimate, for what speaks of now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.performance.assessment import Assessment
from monitoring.performance.expected import expected_metrics, expected_of_class
from monitoring.performance.judging import NUMBER, Scores
from monitoring.performance.loss_estimates import ExpectedErrors
from monitoring.performance.meaning import Counted, NotEstimableError, outputs_of
from monitoring.statistics.arrays import Floats
from monitoring.statistics.expectation import Estimated
from monitoring.statistics.metrics import METRICS, Metric
from monitoring.statistics.metrics.differences import Difference, difference
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.severity import AMBER, GREEN, GREY, Codes
from monitoring.statistics.track_record import TrackRecord, earlier_half_widths, half_width, track_record
from monitoring.store.score_grids import CLASS

LEAST_ROWS = 30
"""Predictions of a chunk below which its estimate has no colour."""


@dataclass(frozen=True, eq=False)
class Estimation:
    """One metric in every chunk, arrays of shape (chunks,).

    Attributes
    ----------
    metric : Metric
    estimate : Estimate
        ``n`` is all predictions with a score; the interval is where the realised value is expected.
    half : ndarray
        Half the width of the interval.
    learnt : ndarray of bool
        Whether that comes from the track record of earlier chunks, and not from the model alone.
    baseline : Estimate
        The realised value of the reference, without axes.
    difference : Difference
        Against the reference.
    amber : float
        The loss that matters, in the metric's own unit.
    realised : ndarray
        What labels said where they are mature; nan elsewhere and in the reference.
    record : TrackRecord
        Of all chunks with a realised value.
    status, reason : ndarray of int8
        Colours, never red, and places in `monitoring.performance.assessment.CODES`.
    """

    metric: Metric
    estimate: Estimate
    half: Floats
    learnt: NDArray[np.bool_]
    baseline: Estimate
    difference: Difference
    amber: float
    realised: Floats
    record: TrackRecord
    status: Codes
    reason: Codes


@dataclass(frozen=True, eq=False)
class Estimates:
    """What can be said of a version's performance without labels.

    Attributes
    ----------
    assessment : Assessment
        The realised performance of the same chunks.
    reason : str
        Why nothing can be estimated, a code of `monitoring.reasons`; '' where it can.
    facts : mapping of str to str
        For the sentence of that reason.
    scores : mapping of str to Estimation
        By metric; empty where nothing can be estimated.
    outputs : mapping of str to Counted
        What the estimates are sums of, by subject of the profile.
    errors : ExpectedErrors or None
        The same of a regression.
    classes : mapping of str to mapping of str to Estimate
        Of several classes, each against all others: precision, recall, F1 and area under the ROC curve, whose
        intervals are the model's own.
    """

    assessment: Assessment
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, Estimation] = field(default_factory=dict)
    outputs: Mapping[str, Counted] = field(default_factory=dict)
    errors: ExpectedErrors | None = None
    classes: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)


def estimate(
    found: Assessment, metrics: Sequence[str] | None = None, errors: ExpectedErrors | None = None
) -> Estimates:
    """Estimate every chunk of a version.

    Parameters
    ----------
    found : Assessment
        Of the same version, with the metrics that are wanted.
    metrics : sequence of str, optional
        Keys; by default all that the assessment holds and that can be estimated.
    errors : ExpectedErrors, optional
        Of a regression, which counts alone say nothing about.

    Returns
    -------
    Estimates
        With a reason where nothing can be estimated.

    References
    ----------
    Kivimäki, J., Białek, J., Nurminen, J. and Kuberski, W. (2024). Confidence-based estimators for predictive
    performance in model monitoring. *arXiv* 2407.08649.
    """
    if found.material.model.task == "regression":
        return _of_errors(found, metrics, errors)
    try:
        outputs = outputs_of(found.material)
    except NotEstimableError as error:
        return Estimates(found, reason=error.code, facts=error.facts)
    place = chunk_of(found)
    pooled = {subject: _pooled(one, place, len(found.keys)) for subject, one in outputs.items()}
    expected = expected_metrics(found.material.model, pooled, metrics or list(found.scores))
    rows = next(iter(pooled.values())).rows.sum(axis=-1)
    scores = {
        key: judged(found, found.scores[key], one, rows)
        for key, one in expected.items()
        if key in found.scores
    }
    classes = {name: _of_class(pooled[CLASS + name], rows) for name in found.material.model.classes}
    return Estimates(found, scores=scores, outputs=outputs, classes=classes)


def _of_errors(found: Assessment, metrics: Sequence[str] | None, errors: ExpectedErrors | None) -> Estimates:
    """The errors of a regression, where they were learnt."""
    if errors is None or errors.reason:
        return Estimates(
            found, "needs_rows" if errors is None else errors.reason, errors.facts if errors else {}
        )
    place = {
        key.isoformat(): int(chunk) for key, chunk in zip(found.material.keys, chunk_of(found), strict=True)
    }
    expected = errors.metrics(place, found.predicted)
    scores = {
        key: judged(found, found.scores[key], expected[key], found.predicted)
        for key in metrics or found.scores
        if key in expected and key in found.scores
    }
    return Estimates(found, scores=scores, errors=errors)


def chunk_of(found: Assessment) -> NDArray[np.intp]:
    """Which chunk each profile key of the material is part of."""
    starts = np.array([key.start for key in found.keys], dtype="datetime64[us]")
    keys = np.array(found.material.keys, dtype="datetime64[us]")
    return np.searchsorted(starts, keys, side="right") - 1


def _pooled(one: Counted, place: NDArray[np.intp], count: int) -> Counted:
    """Counts by chunk instead of by key."""
    rows, decided = (np.zeros((count, one.rows.shape[-1])) for _ in range(2))
    np.add.at(rows, place, one.rows)
    np.add.at(decided, place, one.decided)
    return Counted(one.edges, rows, decided, one.known)


def _of_class(one: Counted, rows: Floats) -> dict[str, Estimate]:
    return {
        key: within(METRICS[key], expected, half_width(expected.error), rows)
        for key, expected in expected_of_class(one).items()
    }


def judged(found: Assessment, scores: Scores, expected: Estimated, rows: Floats) -> Estimation:
    """Give estimates their intervals by their track record, and colours by the rule of realised values.

    Parameters
    ----------
    found : Assessment
    scores : Scores
        Of the same metric.
    expected : Estimated
        Each of shape (chunks,).
    rows : ndarray of shape (chunks,)
        Predictions behind each.
    """
    realised = _realised(found, scores)
    earlier = earlier_half_widths(expected.value, realised, _known_before(found))
    learnt = ~np.isnan(earlier)
    half = np.where(learnt, earlier, half_width(expected.error))
    now = within(scores.metric, expected, half, rows)
    change = difference(now, scores.baseline, better=scores.metric.better)
    status, reason = coloured(scores.metric, scores.baseline, scores.amber, change, now)
    partial = np.array([maturity == "partial" for maturity in found.maturity], dtype=bool) & (rows > 0)
    status, reason = np.where(partial, GREY, status), np.where(partial, NUMBER["partial"], reason)
    record = track_record(expected.value, realised)
    return Estimation(
        scores.metric, now, half, learnt, scores.baseline, change, scores.amber, realised, record, status,
        reason,
    )  # fmt: skip


def within(metric: Metric, expected: Estimated, half: Floats, rows: Floats) -> Estimate:
    """An estimate with an interval of so much on both sides, kept within the metric's range.

    Parameters
    ----------
    metric : Metric
    expected : Estimated
    half, rows : ndarray
        Half the interval, and the predictions behind it.
    """
    low, high = metric.range
    value, zero = expected.value, np.zeros(np.shape(expected.value))
    lower, upper = np.maximum(value - half, low), np.minimum(value + half, high)
    return Estimate(value, lower, upper, expected.error, rows, zero)


def _realised(found: Assessment, scores: Scores) -> Floats:
    """Final values that are evidence, outside the reference: the map has seen the labels of that."""
    window = found.baseline
    outside = np.array([window is None or not window.overlaps(key) for key in found.keys], dtype=bool)
    final = np.array([maturity == "final" for maturity in found.maturity], dtype=bool)
    return np.where(outside & final & ~scores.shortage.any, scores.estimate.value, np.nan)


def _known_before(found: Assessment) -> NDArray[np.intp]:
    """How many of the oldest chunks had mature labels when each chunk ended; never the chunk itself."""
    horizon = found.material.cohorts.maturity.horizon
    if horizon is None:
        return np.zeros(len(found.keys), dtype=np.intp)
    stops = np.array([key.stop for key in found.keys], dtype="datetime64[us]")
    mature = stops + horizon * np.timedelta64(found.material.step)
    return np.minimum(np.searchsorted(mature, stops, side="right"), np.arange(len(stops)))


def coloured(
    metric: Metric, baseline: Estimate, amber: float, change: Difference, now: Estimate
) -> tuple[Codes, Codes]:
    """Amber where a loss that matters is beyond the interval; grey with its reason where nothing is known.

    Parameters
    ----------
    metric : Metric
    baseline : Estimate
        Of the reference.
    amber : float
        The loss that matters.
    change : Difference
        Of the estimate against the baseline.
    now : Estimate

    Returns
    -------
    tuple of ndarray of int8
        Colours, and places in `monitoring.performance.assessment.CODES`.
    """
    with np.errstate(invalid="ignore"):
        lost = (change.lower > 0) & (change.loss >= amber)
    reason = np.where(lost, NUMBER["estimated_loss"], 0)
    describes = np.full(np.shape(now.value), metric.better == "neither")
    unknown = np.select(
        [
            now.n <= 0,
            now.n < LEAST_ROWS,
            np.isnan(now.value),
            describes,
            describes | np.isnan(baseline.value),
        ],
        [
            NUMBER[code]
            for code in ("no_data", "too_few_rows", "undefined_metric", "description", "no_baseline")
        ],
        0,
    )
    status = np.where(unknown > 0, GREY, np.where(lost, AMBER, GREEN))
    return status.astype(np.int8), np.where(unknown > 0, unknown, reason).astype(np.int8)
