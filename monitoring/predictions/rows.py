"""Predictions of one version added up: their scores, what was decided, and how sure the model was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from monitoring.performance import Material
from monitoring.performance.outcomes import Cubes, main_subject, placed
from monitoring.predictions.reading import classes
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.estimates import Estimate, mean_estimate, share_estimate, some
from monitoring.statistics.metrics.quantiles import Ordered, order_statistic
from monitoring.store.score_cubes import Tally
from monitoring.store.score_grids import ERROR, PIECES
from monitoring.store.score_subjects import ENTROPY
from monitoring.windows import Window

CELLS = np.arange(PIECES + 1) / PIECES
"""Edges over which confidences are counted: 0.002 apart."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Sums over spans of time, every array with one leading axis: the spans.

    Attributes
    ----------
    rows, scored : ndarray of shape (spans,)
        All rows, and those with a finite score.
    counts : ndarray of shape (spans, K + 1)
        Scored rows by slot of the K edges of the output.
    total, square : ndarray of shape (spans,)
        Sums of score less centre and of its square.
    decided : ndarray of shape (spans, classes)
        Rows by what was decided; no classes for a regression.
    confidence : ndarray of shape (spans, 500)
        Scored rows over `CELLS` by the probability of what is more likely.
    confidence_total, confidence_square : ndarray of shape (spans,)
    entropy_rows, entropy : ndarray of shape (spans,)
        Rows whose scores are probabilities, and the sum of their entropies in nats.
    """

    rows: Floats
    scored: Floats
    counts: Floats
    total: Floats
    square: Floats
    decided: Floats
    confidence: Floats
    confidence_total: Floats
    confidence_square: Floats
    entropy_rows: Floats
    entropy: Floats

    def over(self, keys: Sequence[dt.datetime], spans: Sequence[Sequence[Window]]) -> Rows:
        """The same added up over spans, each a few windows that do not overlap.

        Parameters
        ----------
        keys : sequence of datetime
            What the present leading axis is about.
        spans : sequence of sequence of Window
        """
        at = np.array(keys, dtype="datetime64[us]")
        inside = np.zeros((len(spans), len(at)))
        for weights, windows in zip(inside, spans, strict=True):
            for window in windows:
                first, stop = np.searchsorted(at, np.array([window.start, window.stop], at.dtype))
                weights[first:stop] = 1.0
        return Rows(**{one.name: inside @ getattr(self, one.name) for one in fields(self)})


@dataclass(frozen=True, eq=False)
class Levels:
    """Where values lie: their mean, and the quantiles between which the middle 80 % of rows lie."""

    mean: Estimate
    low: Estimate
    high: Estimate


def by_key(found: Material, source: Cubes | None = None) -> Rows:
    """A version's predictions by profile key, of the log or of a reference file.

    Parameters
    ----------
    found : Material
    source : dict of str to ScoreCube, optional
        ``found.filed`` for what the reference's file holds.
    """
    held = source or found.cubes
    cube = held[main_subject(found.model)]
    tally, edges = cube.all, np.asarray(cube.grid.edges)
    chosen = classes(found, source)
    spans = len(cube.chunks)
    nothing = np.zeros(spans)
    sure = _confidence(found, tally, edges) if chosen else (np.zeros((spans, PIECES)), nothing, nothing)
    moments = tally.moments if tally.moments.shape[-1] else np.zeros((spans, len(ENTROPY)))
    return Rows(
        rows=tally.counts.sum(axis=-1),
        scored=tally.counts[:, :-1].sum(axis=-1),
        counts=tally.counts[:, :-1],
        total=tally.sums.sum(axis=-1),
        square=tally.squares.sum(axis=-1),
        decided=chosen.counts if chosen else np.zeros((spans, 0)),
        confidence=sure[0],
        confidence_total=sure[1],
        confidence_square=sure[2],
        entropy_rows=moments[:, 0] if chosen else nothing,
        entropy=moments[:, 1] if chosen else nothing,
    )


def residuals(found: Material, source: Cubes | None = None) -> Rows:
    """Prediction less label of a regression: by profile key, of keys with mature labels; or of a file.

    Parameters
    ----------
    found : Material
    source : dict of str to ScoreCube, optional
        ``found.filed`` for what the reference's file holds, by its own keys; its labels are all known.
    """
    cube = (source or found.cubes)[ERROR]
    keys, known = (cube.chunks, True) if source else (found.keys, found.cohorts.final[:, None])
    counts, sums, squares = (
        placed(cube, part.sum(axis=0), keys) * known
        for part in (cube.labelled.counts, cube.labelled.sums, cube.labelled.squares)
    )
    nothing = np.zeros(len(keys))
    return Rows(
        rows=counts.sum(axis=-1), scored=counts[:, :-1].sum(axis=-1), counts=counts[:, :-1],
        total=sums.sum(axis=-1), square=squares.sum(axis=-1), decided=np.zeros((len(nothing), 0)),
        confidence=np.zeros((len(nothing), 0)), confidence_total=nothing, confidence_square=nothing,
        entropy_rows=nothing, entropy=nothing,
    )  # fmt: skip


def _confidence(found: Material, tally: Tally, edges: Floats) -> tuple[Floats, Floats, Floats]:
    """Confidences over `CELLS`, their sum and that of their squares.

    A binary model's is the larger of p and 1 - p. No slot reaches over one half, so both sums are exact. A
    slot's rows stand where their mean does; only of rows at exactly 1 - c that share a slot with others it
    may not be told whether they reach c.
    """
    counts, sums, squares = (part[:, :-1] for part in (tally.counts, tally.sums, tally.squares))
    if found.model.task == "binary":
        low = np.searchsorted(edges, 0.5, side="right") > np.arange(counts.shape[1])
        sums, squares = (
            np.where(low, counts - sums, sums),
            np.where(low, counts - 2 * sums + squares, squares),
        )
    mean = sums / np.where(counts > 0, counts, 1.0)
    cell = np.clip(np.floor(np.round(mean * PIECES, 6)), 0, PIECES - 1).astype(np.intp)
    place = np.arange(len(counts))[:, None] * PIECES + cell
    laid = np.bincount(place.ravel(), counts.ravel(), len(counts) * PIECES).reshape(-1, PIECES)
    return laid.astype(float), sums.sum(axis=1), squares.sum(axis=1)


def levels(rows: Rows, edges: Sequence[float], centre: float) -> Levels:
    """Mean and quantiles of rows; arguments as in `mean` and `quantile`."""
    return Levels(mean(rows, centre), *(quantile(rows, edges, share) for share in (0.1, 0.9)))


def mean(rows: Rows, centre: float) -> Estimate:
    """The mean score, exact, with Student's interval.

    Parameters
    ----------
    rows : Rows
    centre : float
        What was subtracted.
    """
    found = mean_estimate(rows.total, rows.square, rows.scored)
    moved = {name: getattr(found, name) + centre for name in ("value", "lower", "upper")}
    return Estimate(**moved, error=found.error, n=found.n, bound=found.bound)


def quantile(rows: Rows, edges: Sequence[float], share: float) -> Estimate:
    """A quantile of the score from its histogram; its bound is the width of the slot it lies in."""
    ends = np.asarray(edges, dtype=float)
    lowest, highest = np.concatenate([[-np.inf], ends]), np.concatenate([ends, [np.inf]])
    return order_statistic(Ordered(rows.counts, lowest, highest), share)


def class_share(rows: Rows, place: int) -> Estimate:
    """The share of rows decided for a class among those with a decision, with Wilson's interval."""
    return share_estimate(rows.decided[:, place], rows.decided.sum(axis=-1))


def mean_confidence(rows: Rows) -> Estimate:
    """The mean probability of what is more likely, with Student's interval."""
    return mean_estimate(rows.confidence_total, rows.confidence_square, rows.scored, low=0.0)


def low_confidence(rows: Rows, below: float) -> Estimate:
    """The share of rows whose confidence is below a bound, which is moved to the nearest of `CELLS`."""
    cut = nearest(below)
    return share_estimate(rows.confidence[:, :cut].sum(axis=-1), rows.scored)


def nearest(confidence: float) -> int:
    """The number of the nearest of `CELLS`.

    Examples
    --------
    >>> float(CELLS[nearest(0.6003)])
    0.6
    """
    return int(np.abs(CELLS - confidence).argmin())


def entropy(rows: Rows) -> Estimate:
    """The mean entropy of a row's probabilities in nats; without an interval, as its square is not kept."""
    value = rows.entropy / some(rows.entropy_rows)
    unknown = np.full(value.shape, np.nan)
    return Estimate(value, unknown, unknown, unknown, rows.entropy_rows, np.zeros(value.shape))
