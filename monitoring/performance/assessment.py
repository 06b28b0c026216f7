"""Every metric of every chunk: its interval, what it lost against the reference, and its colour.

A number is judged only when its labels are mature. Amber needs a loss beyond chance that is large enough to
matter, red twice as much; what is not known is grey with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring import windows
from monitoring.drift.spans import Spans, Timeline, chunks, timeline
from monitoring.models import Model
from monitoring.performance.outcomes import Outcomes
from monitoring.performance.reading import Material, reference_outcomes
from monitoring.reasons import REASONS
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes, Metric, metrics_for
from monitoring.statistics.metrics.additive import gathered, pooled
from monitoring.statistics.metrics.clusters import clustered
from monitoring.statistics.metrics.costs import cost_metrics
from monitoring.statistics.metrics.differences import Difference, difference
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.metrics.evidence import Shortage, shortage
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED, Codes
from monitoring.windows import Window

CODES = ("", *REASONS)
NUMBER = {code: place for place, code in enumerate(CODES)}
RELATIVE = 0.05  # of the reference's value: a loss that matters; twice as much is red
ABSOLUTE = {"r2": 0.05, "bias": 0.1}
"""Losses that matter of metrics whose size has no scale; that of bias in deviations of the labels."""
HEADLINES = {
    "binary": ("accuracy", "roc_auc"),
    "multiclass": ("accuracy", "macro_roc_auc"),
    "regression": ("mae", "r2"),
}
"""The metrics by which a model is judged."""
MATURITIES = ("final", "provisional", "partial")


@dataclass(frozen=True, eq=False)
class Scores:
    """One metric in every chunk, arrays of shape (chunks,).

    Attributes
    ----------
    metric : Metric
    estimate : Estimate
    baseline : Estimate
        Of the reference, without axes; nan where it has none.
    difference : Difference
        Against the reference.
    amber : float
        The loss that matters, in the metric's own unit; nan for one that is neither good nor bad.
    shortage : Shortage
    status : ndarray of int8
    reason : ndarray of int8
        Places in `CODES`.
    """

    metric: Metric
    estimate: Estimate
    baseline: Estimate
    difference: Difference
    amber: float
    shortage: Shortage
    status: Codes
    reason: Codes


@dataclass(frozen=True, eq=False)
class Assessment:
    """A version's performance over time.

    Attributes
    ----------
    material : Material
    chunk : str
    keys : tuple of Window
        The chunks, oldest first, gaps included.
    start, stop : tuple of datetime
        Their instants in UTC.
    maturity : tuple of str
        ``final``, ``provisional`` or ``partial``, chunk by chunk.
    predicted, labelled : ndarray of shape (chunks,)
    baseline : Window or None
        Keys of the reference where it has mature labels; None also where it is a file.
    outcomes : outcomes
        Labelled rows by chunk.
    scores : mapping of str to Scores
        By metric.
    """

    material: Material
    chunk: str
    keys: tuple[Window, ...]
    start: tuple[dt.datetime, ...]
    stop: tuple[dt.datetime, ...]
    maturity: tuple[str, ...]
    predicted: Floats
    labelled: Floats
    baseline: Window | None
    outcomes: Outcomes
    scores: Mapping[str, Scores]

    @property
    def coverage(self) -> Floats:
        """Share of predictions whose label is known; nan in a gap."""
        return self.labelled / np.where(self.predicted > 0, self.predicted, np.nan)


def assess(
    found: Material, *, chunk: str | None = None, metrics: Sequence[str] | None = None,
    threshold: float | None = None, intervals: bool = True,
) -> Assessment:  # fmt: skip
    """Measure and judge every chunk.

    Parameters
    ----------
    found : Material
    chunk : str, optional
        Length of a chunk; the model's own by default.
    metrics : sequence of str, optional
        Keys of `metrics_of`; all of them by default.
    threshold : float, optional
        Decide anew: positive where the score reaches the nearest edge of the grid. Binary models only.
    intervals : bool
        False leaves out the intervals of metrics that draw them by bootstrap.

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError
        If a metric is not one of the task, a model without a threshold is given one, or the chunk is shorter
        than the profile's grain.
    """
    model = found.model
    wanted = _metrics(model, metrics)
    line, spans = _calendar(found, chunk or model.chunk)
    dense = _placed(found, line)
    rows = found.outcomes if threshold is None else _decided(found.outcomes, threshold)
    whole = _by_chunk(rows, dense, line)
    before = reference_outcomes(found)
    if before is not None and threshold is not None:
        before = _decided(before, threshold)
    predicted, labelled = (
        _summed(values, dense, line) for values in (found.cohorts.predicted, found.cohorts.labelled)
    )
    final = _final(found, dense, line)
    keys = [Window(line.key(int(a)), line.key(int(b))) for a, b in zip(spans.start, spans.stop, strict=True)]
    starts, stops = (
        tuple(windows.instants_of([getattr(key, end) for key in keys], model.grain, model.zone))
        for end in ("start", "stop")
    )
    over = np.array([stop <= found.at for stop in stops], dtype=bool)
    maturity = np.where(~over, 2, np.where(final, 0, 1))
    known = _unknown(found, predicted, labelled, maturity)
    scores = {
        metric.key: _scores(metric, whole, before, known, model, intervals=intervals) for metric in wanted
    }
    return Assessment(
        material=found,
        chunk=chunk or model.chunk,
        keys=tuple(keys),
        start=starts,
        stop=stops,
        maturity=tuple(MATURITIES[code] for code in maturity),
        predicted=predicted,
        labelled=labelled,
        baseline=found.reference if before is not None else None,
        outcomes=whole,
        scores=scores,
    )


def _decided(rows: Outcomes, threshold: float) -> BinaryOutcomes:
    if not isinstance(rows, BinaryOutcomes):
        raise ValueError("only a binary model has a threshold")
    return rows.at(rows.nearest(threshold))


def metrics_of(model: Model) -> list[Metric]:
    """The metrics of a model: those of its task, and the cost of its decisions where its file prices them."""
    prices = model.prices
    priced = cost_metrics(prices, model.costs.unit) if prices and model.costs else ()
    return [*metrics_for(model.task), *priced]


def _metrics(model: Model, wanted: Sequence[str] | None) -> list[Metric]:
    known = {metric.key: metric for metric in metrics_of(model)}
    if wanted is None:
        return list(known.values())
    missing = [key for key in wanted if key not in known]
    if missing and missing[0] in ("cost", "total_cost") and model.task != "regression":
        raise ValueError("the model's file has no [costs], so decisions have no price")
    if missing:
        raise ValueError(f"unknown metric {missing[0]!r} of a {model.task} model; one of: {', '.join(known)}")
    return [known[key] for key in wanted]


def _calendar(found: Material, chunk: str) -> tuple[Timeline, Spans]:
    """Chunks counted from the start of the model's reference, as on the other pages."""
    anchor = found.reference or Window(found.keys[0], found.keys[0] + found.step)
    line = timeline(found.keys, Window(anchor.start, anchor.start + found.step), chunk, found.model.grain)
    return line, chunks(line)


def _placed(found: Material, line: Timeline) -> NDArray[np.intp]:
    return np.array([line.position(key) for key in found.keys], dtype=np.intp) // line.per_chunk


def _by_chunk(rows: Outcomes, dense: NDArray[np.intp], line: Timeline) -> Outcomes:
    """Outcomes by key added up by chunk; in a gap there are no rows."""
    count = line.length // line.per_chunk
    whole = len(dense) == count and line.per_chunk == 1
    return rows if whole else gathered(rows, dense, count)


def _summed(values: Floats, dense: NDArray[np.intp], line: Timeline) -> Floats:
    return np.bincount(dense, values, line.length // line.per_chunk).astype(float)


def _final(found: Material, dense: NDArray[np.intp], line: Timeline) -> NDArray[np.bool_]:
    """Chunks of which every key that holds predictions is final."""
    young = np.bincount(dense, ~found.cohorts.final, line.length // line.per_chunk)
    return young == 0


def _unknown(found: Material, predicted: Floats, labelled: Floats, maturity: NDArray[np.intp]) -> Codes:
    """Why a chunk cannot be judged whatever the metric; 0 where it can."""
    immature = "immature" if found.cohorts.maturity.horizon is not None else "maturity_unknown"
    reason = np.where(maturity == 1, NUMBER[immature], 0)
    reason = np.where(labelled <= 0, NUMBER["no_labels"], reason)
    reason = np.where(maturity == 2, NUMBER["partial"], reason)
    return np.where(predicted <= 0, NUMBER["no_data"], reason).astype(np.int8)


def _scores(
    metric: Metric, rows: Outcomes, before: Outcomes | None, unknown: Codes, model: Model, *, intervals: bool
) -> Scores:  # fmt: skip
    """One metric, measured and judged."""
    estimate = metric(rows, interval=intervals)
    short = shortage(metric, rows)
    if before is None or metric.total:
        nothing = Estimate(*(np.asarray(np.nan) for _ in range(6)))
        baseline, enough = nothing, False
    else:
        days: Any = before  # of one task, whichever it is
        baseline = clustered(metric, days, interval=intervals).estimate
        enough = not bool(shortage(metric, pooled(before)).any)
    change = difference(estimate, baseline, better=metric.better)
    amber = _matters(metric, baseline, before, model)
    status, reason = _judged(metric, estimate, change, amber, short)
    if not enough and metric.better != "neither":
        status = np.full_like(status, GREY)
        reason = np.where(short.any, reason, NUMBER["no_baseline"])
    status = np.where(unknown > 0, GREY, status).astype(np.int8)
    reason = np.where(unknown > 0, unknown, reason).astype(np.int8)
    return Scores(metric, estimate, baseline, change, amber, short, status, reason)


def _matters(metric: Metric, baseline: Estimate, before: Outcomes | None, model: Model) -> float:
    """The loss from which on a chunk is amber, in the metric's own unit."""
    if metric.better == "neither" or before is None:
        return float("nan")
    if metric.key == "accuracy" and "accuracy_drop" in model.limits.model_fields_set:
        return model.limits.accuracy_drop
    if metric.key == "bias":
        whole = pooled(before)
        mean = whole.label / whole.rows  # pyright: ignore[reportAttributeAccessIssue]
        spread = whole.label_square / whole.rows - mean**2  # pyright: ignore[reportAttributeAccessIssue]
        return ABSOLUTE["bias"] * float(np.sqrt(max(spread, 0.0)))
    if metric.key in ABSOLUTE:
        return ABSOLUTE[metric.key]
    return RELATIVE * abs(float(baseline.value))


def _judged(
    metric: Metric, estimate: Estimate, change: Difference, amber: float, short: Shortage
) -> tuple[Codes, Codes]:
    """Colour and reason where labels are mature and there is a reference."""
    with np.errstate(invalid="ignore"):
        certain = change.lower > 0
        large = np.where(change.loss >= 2 * amber, RED, np.where(change.loss >= amber, AMBER, GREEN))
    if metric.better == "neither":
        certain = np.zeros(np.shape(certain), dtype=bool)
    status = np.where(certain, large, GREEN)
    reason = np.where(status >= AMBER, NUMBER["lost_performance"], 0)
    reason = np.where(certain & (status == GREEN), NUMBER["small_loss"], reason)
    if metric.better == "neither":
        status, reason = np.full_like(status, GREY), np.full_like(reason, NUMBER["description"])
    undefined = np.isnan(estimate.value) | ((metric.better != "neither") & np.isnan(change.lower))
    status = np.where(undefined | short.any, GREY, status)
    reason = np.where(undefined, NUMBER["undefined_metric"], reason)
    return status, np.where(short.any, NUMBER["not_enough"], reason)
