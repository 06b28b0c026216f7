"""Metrics by the log's labels and a review's together: labelled rows, and the audit for those that wait.

Early labels are not like the rest, and a review's labels are few. Together they tell of all rows: a row with
a label of the log counts once, and the rows that still wait for one are told of by those of them that the
random audit drew. Days whose labels are mature rest on the log alone, as they do everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitoring import performance, windows
from monitoring.performance.outcomes import Outcomes
from monitoring.review.estimating import LEAST, Answer, Sample, days_between
from monitoring.review.measures import MEASURES, Measure, Reviewed, measures_of
from monitoring.statistics import audits
from monitoring.statistics.arrays import Floats
from monitoring.statistics.audits import Estimated, Sums
from monitoring.statistics.metrics import BinaryOutcomes, MulticlassOutcomes, RegressionOutcomes
from monitoring.store import case_rows

if TYPE_CHECKING:
    from monitoring.performance import Material
    from monitoring.store import Store

_CELLS = Reviewed(  # a row of each kind, in the order of a confusion: tn, fp, fn, tp
    right=np.array([1.0, 0, 0, 1]), event=np.array([0.0, 0, 1, 1]), decided=np.array([0.0, 1, 0, 1]),
    label=np.full(4, np.nan), told=np.full(4, np.nan), sure=np.full(4, np.nan),
)  # fmt: skip
_LOSSES = {
    "brier": ("brier", "brier_square"),
    "log_loss": ("log_loss", "log_loss_square"),
    "mae": ("absolute", "square"),
    "mse": ("square", "fourth"),
    "bias": ("error", "square"),
}
"""Fields of outcomes that hold the sums of a loss and of its square."""


@dataclass(frozen=True, eq=False)
class Logged:
    """What the log's labels tell, day by day, of the version that served, every array of shape (days,).

    Attributes
    ----------
    day : ndarray of datetime64[D]
        In order.
    labelled : ndarray of float
        Rows with a label.
    waits : ndarray of bool
        Whether labels still come.
    sums : mapping of str to Sums
        By metric.
    has_label : ndarray of bool, shape (cases,)
        Whether the log has a label of each case of the sample.
    """

    day: np.ndarray
    labelled: Floats
    waits: np.ndarray
    sums: Mapping[str, Sums]
    has_label: np.ndarray


def logged(store: Store, found: Sample, known_at: dt.datetime | None = None) -> Logged:
    """Read what the log's labels tell of the days of a sample.

    Parameters
    ----------
    store : Store
    found : Sample
        As known at the same instant.
    known_at : datetime, optional
        An aware instant; the model's clock by default.

    Returns
    -------
    Logged

    Raises
    ------
    NoOutputError
        If no version that served has predictions.
    """
    model = found.model
    parts = []
    until = None
    for version in dict.fromkeys(name for name, _, _ in model.versions.terms()):
        try:
            read = performance.material(store, model.name, version=version, known_at=known_at)
        except performance.NoOutputError:
            continue
        until = read.until + read.step
        parts.append(_of_version(read))
    if not parts or until is None:
        raise performance.NoOutputError(f"{model.name}: no predictions of a version that served")
    stop = windows.instant_of(until, model.grain, model.zone)
    ids = found.id.tolist()
    labelled = case_rows.with_label(store, model, ids, stop)
    return _by_day(parts, np.array([one in labelled for one in ids], bool))


@dataclass(frozen=True, eq=False)
class _Keys:
    """One version's profile keys on which it served."""

    day: np.ndarray
    labelled: Floats
    waits: np.ndarray
    sums: Mapping[str, Sums]


def _of_version(read: Material) -> _Keys:
    model = read.model
    served = np.array([
        model.versions.serving(windows.instant_of(key, model.grain, model.zone)) == read.version
        for key in read.keys
    ], bool)  # fmt: skip
    sums = {
        key: Sums(*(np.asarray(getattr(whole, name), float)[served] for name in Sums.__annotations__))
        for key, whole in ((key, sums_of(read.outcomes, one)) for key, one in measures_of(model).items())
    }
    days = np.array([key.date() for key in read.keys], "datetime64[D]")
    return _Keys(days[served], read.cohorts.labelled[served], ~read.cohorts.final[served], sums)


def sums_of(rows: Outcomes, measure: Measure) -> Sums:
    """What a measure adds up to on labelled rows.

    Parameters
    ----------
    rows : outcomes of shape (...)
    measure : Measure

    Returns
    -------
    Sums
        Of shape (...).
    """
    if measure.key in _LOSSES:
        total, square = (np.asarray(getattr(rows, name), float) for name in _LOSSES[measure.key])
        count = np.asarray(rows.rows, float)
        return Sums(total, count, square, total, count)
    if isinstance(rows, BinaryOutcomes):
        above, below = measure.parts(_CELLS)
        cells = rows.confusion.reshape(*rows.confusion.shape[:-2], 4)
        return Sums(cells @ above, cells @ below, cells @ above**2, cells @ (above * below), cells @ below**2)
    if isinstance(rows, RegressionOutcomes) or not isinstance(rows, MulticlassOutcomes):
        raise TypeError(f"{measure.key} has no sums on rows of a regression")
    right = np.trace(rows.confusion, axis1=-2, axis2=-1)
    count = rows.confusion.sum(axis=(-2, -1))
    return Sums(right, count, right, right, count)


def _by_day(parts: list[_Keys], has_label: np.ndarray) -> Logged:
    """Add up keys of a day, whichever version served."""
    every = np.concatenate([one.day for one in parts])
    days, place = np.unique(every, return_inverse=True)

    def added(values: list[Floats]) -> Floats:
        return np.bincount(place, weights=np.concatenate(values), minlength=len(days)).astype(float)

    sums = {
        key: Sums(*(added([getattr(one.sums[key], name) for one in parts]) for name in Sums.__annotations__))
        for key in parts[0].sums
    }
    waits = added([one.waits.astype(float) for one in parts]) > 0
    return Logged(days, added([one.labelled for one in parts]), waits, sums, has_label)


def complete(
    found: Sample, log: Logged, metric: str, *, first: dt.date | None = None, stop: dt.date | None = None,
    least: int = LEAST, level: float = 0.95,
) -> Answer:  # fmt: skip
    """Estimate a metric on all rows of some days by the log's labels, completed by the audit.

    Parameters
    ----------
    found : Sample
    log : Logged
        As `logged` reads it for the same sample.
    metric : str
        One of `monitoring.review.measures.MEASURES`.
    first, stop : date, optional
        The days, half-open; all by default.
    least : int
        Decided cases among the rows that wait, below which nothing is said.
    level : float

    Returns
    -------
    Answer
        Its basis is ``both``; ``drawn``, ``decided`` and ``unsure`` count audited cases of rows that wait,
        ``population`` all predictions.

    Raises
    ------
    KeyError
        If the metric cannot be estimated so.
    """
    measure = MEASURES[metric]
    inside = days_between(log.day, first, stop)
    late = log.day[inside & log.waits]
    people = np.isin(found.population.day, log.day[inside])
    late_people = np.isin(found.population.day, late)
    labelled = float(log.labelled[inside & log.waits].sum())
    rest = max(float(found.population.rows[late_people].sum()) - labelled, 0.0)
    drawn = np.isin(found.day, late) & np.isfinite(found.audit) & ~log.has_label
    used = drawn & found.decided
    above, below = measure.parts(found.rows.only(used))
    told = np.isfinite(above) & np.isfinite(below)
    known = Sums(*(getattr(log.sums[metric], name)[inside].sum() for name in Sums.__annotations__))
    nothing = np.array(np.nan)
    value = Estimated(nothing, nothing, nothing, nothing, np.array(float(known.below)))
    if told.sum() >= least or (rest == 0 and float(known.below) > 0):
        value = audits.completed(
            known, above[told], below[told], found.audit[used][told], rest, share=measure.share, level=level
        )
    return Answer(
        metric, "both", "completed", value, int(drawn.sum()), int(used.sum()),
        int((drawn & found.unsure).sum()), int(found.population.rows[people].sum()),
    )  # fmt: skip
