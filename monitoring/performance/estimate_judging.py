"""Intervals and colours of estimates: by their own track record, and by the rule of realised values.

As soon as ten earlier chunks could be compared with their labels, the interval is that of their misses. A
chunk of the reference is no record: what scores mean was learnt from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.performance.assessment import Assessment
from monitoring.performance.judging import NUMBER, Scores
from monitoring.statistics.arrays import Floats
from monitoring.statistics.expectation import Estimated
from monitoring.statistics.metrics import Metric
from monitoring.statistics.metrics.differences import Difference, difference
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.severity import AMBER, GREEN, GREY, Codes
from monitoring.statistics.track_record import TrackRecord, earlier_half_widths, half_width, track_record

LEAST_ROWS = 30
"""Predictions of a chunk below which its estimate has no colour."""
UNKNOWN = ("no_data", "too_few_rows", "undefined_metric", "description", "no_baseline", "wide_interval")
"""Why an estimate has no colour; the first that holds is told."""


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
    for chosen, code in ((_inside(found), "of_reference"), (_partial(found), "partial")):
        held = chosen & (rows > 0)
        status, reason = np.where(held, GREY, status), np.where(held, NUMBER[code], reason)
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
    final = np.array([maturity == "final" for maturity in found.maturity], dtype=bool)
    return np.where(~_inside(found) & final & ~scores.shortage.any, scores.estimate.value, np.nan)


def _inside(found: Assessment) -> NDArray[np.bool_]:
    """Chunks that hold days of the reference: what scores mean was learnt from them."""
    window = found.baseline
    return np.array([window is not None and window.overlaps(key) for key in found.keys], dtype=bool)


def _partial(found: Assessment) -> NDArray[np.bool_]:
    return np.array([maturity == "partial" for maturity in found.maturity], dtype=bool)


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
    """Amber where a loss that matters is beyond the interval, green where one twice as large is not within.

    Everything else is grey with its reason: an interval that holds both says nothing.

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
        wide = ~lost & (change.upper >= 2 * amber)
    reason = np.where(lost, NUMBER["estimated_loss"], 0)
    describes = np.full(np.shape(now.value), metric.better == "neither")
    unknown = np.select(
        [
            now.n <= 0, now.n < LEAST_ROWS, np.isnan(now.value), describes,
            describes | np.isnan(baseline.value), wide,
        ],
        [NUMBER[code] for code in UNKNOWN],
        0,
    )  # fmt: skip
    status = np.where(unknown > 0, GREY, np.where(lost, AMBER, GREEN))
    return status.astype(np.int8), np.where(unknown > 0, unknown, reason).astype(np.int8)
