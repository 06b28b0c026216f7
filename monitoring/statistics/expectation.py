"""Metrics of rows without labels, from counts per score slot and a map of scores to probabilities.

Every metric comes with two errors. One is of sampling: labels of this many rows would scatter around their
expectation. The other is of the map, which was learnt from so many reference rows; pooling more rows does not
reduce it. Both come from one linearisation: how the metric answers when the label of one row of a slot turns
from 0 to 1, once for rows decided positive and once for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats, summed
from monitoring.statistics.confusions import CELL_METRICS, Cells, Costs, cost
from monitoring.statistics.estimation import ScoreMap, dotted, expected_auc, expected_cells

LOG_CLIP = 1e-6
"""Scores nearer to 0 or 1 count as so near where logarithms are taken."""


@dataclass(frozen=True)
class Estimated:
    """An estimated metric, each of shape (...).

    ``sampling`` is the standard deviation of the realised metric if the map is true, ``learning`` the
    standard error that the map brings; ``error`` joins them. Neither knows of concept drift.
    """

    value: Floats
    sampling: Floats
    learning: Floats

    @property
    def error(self) -> Floats:
        """How far the realised metric is expected to lie from the estimate."""
        return np.sqrt(self.sampling**2 + self.learning**2)


@dataclass(frozen=True)
class _Chunks:
    """Counts of shape (..., slots), what is known of each slot, and what every metric needs of them."""

    rows: Floats
    known: ScoreMap
    probability: Floats
    cells: Cells
    variance: tuple[Floats, Floats, Floats]  # of the events among decided, other and in each slot's rows
    pull: tuple[Floats, Floats]  # decided and other rows in each block of the map


@dataclass(frozen=True)
class _Answer:
    """A metric's value and how it changes when the label of a row turns to the event.

    Either for decided and for other rows, each of shape (...), or for each slot, of shape (..., slots).
    """

    value: Floats
    by_decision: tuple[Floats, Floats] | None = None
    by_slot: Floats | None = None


Metric = Callable[[_Chunks], _Answer]


def estimated_metrics(
    rows: ArrayLike,
    decided: ArrayLike,
    known: ScoreMap,
    *,
    probability: ArrayLike | None = None,
    metrics: Iterable[str] | None = None,
    costs: Costs | None = None,
) -> dict[str, Estimated]:
    """Estimates of metrics by their names.

    Parameters
    ----------
    rows, decided : array_like of shape (..., slots)
        Current rows in each slot, and those of them decided positive; leading axes are chunks.
    known : ScoreMap
        Of the reference.
    probability : array_like of shape (slots,) or (..., slots), optional
        Another map than the reference's, such as the weighted one of a chunk.
    metrics : iterable of str, optional
        Of `METRICS`; all of them when absent, cost only if ``costs`` are given.
    costs : Costs, optional

    Returns
    -------
    dict of Estimated
        nan where a metric is not defined: no rows, or a class or decision that is not expected at all.

    Raises
    ------
    ValueError
        If a metric is unknown, more rows are decided than there are, or the slots differ.

    References
    ----------
    Kivimäki, J., Białek, J., Nurminen, J. and Kuberski, W. (2024). Confidence-based estimators for predictive
    performance in model monitoring. *arXiv* 2407.08649.

    Examples
    --------
    >>> from monitoring.statistics.estimation import score_map
    >>> known = score_map([0.1, 0.5, 0.9], [1000, 1000, 1000], [300, 500, 700])
    >>> found = estimated_metrics([50, 0, 50], [0, 0, 50], known, metrics=["accuracy", "roc_auc"])
    >>> float(found["accuracy"].value.round(3)), float(found["accuracy"].sampling.round(4))
    (0.7, 0.0458)
    >>> float(found["roc_auc"].value.round(3))
    0.7
    """
    n, d = np.asarray(rows, dtype=float), np.asarray(decided, dtype=float)
    if n.shape[-1:] != known.probability.shape or d.shape != n.shape:
        raise ValueError(f"counts of shapes {n.shape} and {d.shape} for {known.probability.size} slots")
    chosen = list(METRICS) if metrics is None else list(metrics)
    unknown = set(chosen) - {*METRICS, "cost"}
    if unknown:
        raise ValueError(f"no metric is called {sorted(unknown)[0]}")
    if costs is not None and metrics is None:
        chosen.append("cost")
    chunks = _chunks(n, d, known, known.probability if probability is None else np.asarray(probability))
    priced = _of_cells(lambda cells: cost(cells, costs or Costs()))
    return {name: _judged(chunks, METRICS.get(name, priced)(chunks)) for name in chosen}


def _chunks(n: Floats, d: Floats, known: ScoreMap, c: Floats) -> _Chunks:
    spread, other = c * (1 - c), n - d
    by_slot = n * spread
    decided = dotted(d, spread)
    pull = tuple(np.add.reduceat(part, _first(known), axis=-1) for part in (d, other))
    variance = (decided, np.maximum(summed(by_slot) - decided, 0.0), by_slot)
    return _Chunks(n, known, c, expected_cells(n, d, c), variance, (pull[0], pull[1]))


def _judged(chunks: _Chunks, answer: _Answer) -> Estimated:
    if answer.by_decision is not None:
        slopes = answer.by_decision
        sampling = slopes[0] ** 2 * chunks.variance[0] + slopes[1] ** 2 * chunks.variance[1]
        together = slopes[0][..., None] * chunks.pull[0] + slopes[1][..., None] * chunks.pull[1]
    else:
        slope = np.asarray(answer.by_slot)
        sampling = dotted(chunks.variance[2], slope**2)
        together = np.add.reduceat(chunks.rows * slope, _first(chunks.known), axis=-1)
    # A block's probability is one share of its reference rows, so its slots err together.
    first = _first(chunks.known)
    own = chunks.known.probability[first]
    learning = together**2 @ (own * (1 - own) / chunks.known.rows[first])
    nan = 0.0 * answer.value
    return Estimated(answer.value, np.sqrt(sampling) + nan, np.sqrt(learning) + nan)


def _first(known: ScoreMap) -> NDArray[np.intp]:
    """The first slot of each block."""
    return np.flatnonzero(np.diff(known.block, prepend=-1))


def _of_cells(metric: Callable[[Cells], Floats]) -> Metric:
    """A metric of the four cells: every label counts alike within a decision.

    The slopes are differences over two thousandths of a row.
    """

    def moved(cells: Cells, decided: float, other: float) -> Floats:
        tp, fn = cells.true_positives + decided, cells.false_negatives + other
        fp, tn = cells.false_positives - decided, cells.true_negatives - other
        with np.errstate(invalid="ignore"):
            return metric(Cells(tp, fp, fn, tn))

    def answer(chunks: _Chunks) -> _Answer:
        cells, step = chunks.cells, 1e-3
        by_decided = (moved(cells, step, 0) - moved(cells, -step, 0)) / (2 * step)
        by_other = (moved(cells, 0, step) - moved(cells, 0, -step)) / (2 * step)
        return _Answer(metric(cells), by_decision=(np.nan_to_num(by_decided), np.nan_to_num(by_other)))

    return answer


def _area(chunks: _Chunks) -> _Answer:
    positive = chunks.rows * chunks.probability
    negative = chunks.rows - positive
    below = np.cumsum(negative, axis=-1) - negative / 2
    above = summed(positive)[..., None] - np.cumsum(positive, axis=-1) + positive / 2
    value = expected_auc(chunks.rows, chunks.probability)
    p, n = summed(positive)[..., None], summed(negative)[..., None]
    pairs = np.where(p * n > 0, p * n, np.nan)
    turned = (below - above) / pairs - value[..., None] * (n - p) / pairs
    return _Answer(value, by_slot=np.nan_to_num(turned))


def _average_precision(chunks: _Chunks) -> _Answer:
    positive = chunks.rows * chunks.probability
    down = np.flip(np.cumsum(np.flip(chunks.rows, -1), axis=-1), -1)  # rows from this slot up
    caught = np.flip(np.cumsum(np.flip(positive, -1), axis=-1), -1)
    down = np.where(down > 0, down, 1.0)
    events = summed(positive)[..., None]
    events = np.where(events > 0, events, np.nan)
    value = summed(positive * caught / down) / events[..., 0]
    turned = (caught / down + np.cumsum(positive / down, axis=-1) - value[..., None]) / events
    return _Answer(value, by_slot=np.nan_to_num(turned))


def _of_loss(without: Callable[[Floats], Floats], turned: Callable[[Floats], Floats]) -> Metric:
    """A mean of a loss of score and label: its value without the event, and what the event adds."""

    def answer(chunks: _Chunks) -> _Answer:
        f = chunks.known.score
        total = summed(chunks.rows)
        some = np.where(total > 0, total, np.nan)
        value = (chunks.rows @ without(f) + dotted(chunks.rows, chunks.probability * turned(f))) / some
        slope = turned(f) / np.nan_to_num(some, nan=1.0)[..., None]
        return _Answer(value, by_slot=slope)

    return answer


def _clipped(f: Floats) -> Floats:
    return np.clip(f, LOG_CLIP, 1 - LOG_CLIP)


METRICS: dict[str, Metric] = {
    **{name: _of_cells(metric) for name, metric in CELL_METRICS.items()},
    "roc_auc": _area,
    "average_precision": _average_precision,
    "brier": _of_loss(lambda f: f**2, lambda f: 1 - 2 * f),
    "log_loss": _of_loss(
        lambda f: -np.log1p(-_clipped(f)), lambda f: np.log1p(-_clipped(f)) - np.log(_clipped(f))
    ),
}
"""What can be estimated, by name; ``cost`` besides, for costs that are given."""
