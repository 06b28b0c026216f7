"""Every metric of every chunk: its interval, what it lost against the reference, and its colour.

A number is judged only when its labels are mature. Amber needs a loss beyond chance that is large enough to
matter, red twice as much; what is not known is grey with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring import windows
from monitoring.drift.spans import Spans, Timeline, chunks, timeline
from monitoring.models import Model
from monitoring.performance.judging import NUMBER, Scores, scored
from monitoring.performance.outcomes import Outcomes
from monitoring.performance.reading import Material, reference_outcomes
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes, Metric, metrics_for
from monitoring.statistics.metrics.additive import gathered, part
from monitoring.statistics.metrics.clusters import FEWEST_DAYS
from monitoring.statistics.metrics.costs import cost_metrics
from monitoring.statistics.severity import Codes
from monitoring.windows import Window

HEADLINES = {
    "binary": ("accuracy", "roc_auc"),
    "multiclass": ("accuracy", "macro_roc_auc"),
    "regression": ("mae", "r2"),
}
"""The metrics by which a model is judged."""
MATURITIES = ("final", "provisional", "partial")


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
    known = unknown(found, predicted, labelled, maturity)
    days = _days(found, rows, line)
    scores = {
        metric.key: scored(
            metric,
            whole,
            before,
            known,
            model,
            intervals=intervals,
            days=days,
            several=line.per_chunk > 1,
        )
        for metric in wanted
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


def _days(found: Material, rows: Outcomes, line: Timeline) -> Outcomes | None:
    """Outcomes by chunk and key of chunks that hold enough keys to be clusters; None of shorter ones."""
    if line.per_chunk < FEWEST_DAYS:
        return None
    places = np.array([line.position(key) for key in found.keys], dtype=np.intp)
    every = gathered(rows, places, line.length)
    return part(every, np.arange(line.length).reshape(-1, line.per_chunk))


def _summed(values: Floats, dense: NDArray[np.intp], line: Timeline) -> Floats:
    return np.bincount(dense, values, line.length // line.per_chunk).astype(float)


def _final(found: Material, dense: NDArray[np.intp], line: Timeline) -> NDArray[np.bool_]:
    """Chunks of which every key that holds predictions is final."""
    young = np.bincount(dense, ~found.cohorts.final, line.length // line.per_chunk)
    return young == 0


def unknown(found: Material, predicted: Floats, labelled: Floats, maturity: NDArray[np.intp]) -> Codes:
    """Why a chunk cannot be judged whatever the metric; 0 where it can.

    Parameters
    ----------
    found : Material
    predicted, labelled : ndarray of shape (chunks,)
    maturity : ndarray of int
        Places in `MATURITIES`.
    """
    immature = "immature" if found.cohorts.maturity.horizon is not None else "maturity_unknown"
    reason = np.where(maturity == 1, NUMBER[immature], 0)
    reason = np.where(labelled <= 0, NUMBER["no_labels"], reason)
    reason = np.where(maturity == 2, NUMBER["partial"], reason)
    return np.where(predicted <= 0, NUMBER["no_data"], reason).astype(np.int8)
