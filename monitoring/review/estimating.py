"""How good the model is on all rows, from those that people looked at: before the log's own labels come.

Only cases that were drawn with a known chance take part, each weighted by it. The random audit alone carries
the estimate: its chance is the same for every row, so that cases nobody has looked at yet are missing at
random as long as they are looked at in their order. The rest of the queue joins only for days on which every
drawn case is decided: who chooses what to look at, chooses the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from monitoring.models import Model
from monitoring.review.measures import MEASURES, Reviewed, measures_of
from monitoring.statistics import audits
from monitoring.statistics.arrays import Floats
from monitoring.statistics.audits import Estimated
from monitoring.store import case_rows, cases, review_rows
from monitoring.store.review_rows import Population

if TYPE_CHECKING:
    from monitoring.store import Store

Basis = Literal["audit", "queue", "both"]
LEAST = 30
"""Decided cases below which nothing is estimated."""
PROXIED = "accuracy"
"""The metric that scores guess for every row, so that the difference estimator has something to put right."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Cases that were drawn with a known chance, every array of shape (cases,).

    Attributes
    ----------
    model : Model
    id : ndarray of str
        Of the request.
    day : ndarray of datetime64[D]
        Of the prediction.
    audit, chance : ndarray of float
        The audit's chance, nan for cases that it did not draw; and that of any timely reason.
    decided : ndarray of bool
        Whether somebody said correct or wrong.
    unsure : ndarray of bool
    rows : Reviewed
        nan where nothing is known.
    population : Population
        All predictions of the days from the first case to the last.
    """

    model: Model
    id: np.ndarray
    day: np.ndarray
    audit: Floats
    chance: Floats
    decided: np.ndarray
    unsure: np.ndarray
    rows: Reviewed
    population: Population


@dataclass(frozen=True)
class Answer:
    """An estimate of one metric over some days.

    Attributes
    ----------
    metric : str
    basis : {'audit', 'queue', 'both'}
        ``both``: the log's labels, completed by the audit.
    method : {'hajek', 'difference', 'completed'}
    found : Estimated
        nan below `LEAST` cases.
    drawn, decided, unsure : int
        Cases of these days: drawn, decided, and of those not decided the ones that left somebody unsure.
    population : int
        Predictions of these days.
    """

    metric: str
    basis: Basis
    method: str
    found: Estimated
    drawn: int
    decided: int
    unsure: int
    population: int

    @property
    def enough(self) -> bool:
        """Whether there are enough decided cases to say anything."""
        return bool(np.isfinite(self.found.value))


def sample(store: Store, name: str, known_at: dt.datetime | None = None) -> Sample | None:
    """Read what people said of the cases that were drawn with a known chance.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    known_at : datetime, optional
        What was said later does not count.

    Returns
    -------
    Sample or None
        None where nothing was ever drawn.

    Raises
    ------
    UnknownModel
        If no model has the name.
    """
    model = store.model(name)
    table = cases.reviewed(store, name, known_at)
    if not len(table):
        return None
    ids, days = table.column("id").to_pylist(), table.column("day").to_pylist()
    verdicts = np.array([one or "" for one in table.column("verdict").to_pylist()], object)
    labels = [one or "" for one in table.column("label").to_pylist()]
    said = case_rows.known(store, model, ids, days)
    rows = _reviewed(model, [said.get(key) for key in zip(ids, days, strict=True)], verdicts, labels)
    known = np.isfinite(rows.label) if model.task == "regression" else np.isfinite(rows.right)
    return Sample(
        model, np.array(ids, object), np.array(days, "datetime64[D]"), _floats(table.column("audit")),
        _floats(table.column("chance")), known, verdicts == "unsure", rows,
        review_rows.population(store, model, min(days), max(days)),
    )  # fmt: skip


def _floats(column: object) -> Floats:
    return np.array([np.nan if one is None else one for one in column.to_pylist()], float)  # type: ignore[attr-defined]


def _reviewed(model: Model, said: list, verdicts: np.ndarray, labels: list[str]) -> Reviewed:
    """What is known of every case: what the model said, and what is true."""
    rows = [
        _row(model, one, verdict, label)
        for one, verdict, label in zip(said, verdicts.tolist(), labels, strict=True)
    ]
    columns = np.array(rows, float).reshape(len(rows), 6).T
    return Reviewed(*columns)


_UNKNOWN = (np.nan,) * 6


def _row(model: Model, said: tuple | None, verdict: str, label: str) -> tuple[float, ...]:
    """Right, event, decided, label, told and sure of one case."""
    if said is None or verdict not in ("correct", "wrong"):
        return _UNKNOWN
    decided, sure, *scores = (np.nan if one is None else one for one in said)
    if model.task == "regression":
        return (np.nan, np.nan, float(decided), float(label) if label else np.nan, np.nan, np.nan)
    right = float(verdict == "correct")
    if model.task == "binary":
        event = float(label == model.positive) if label else decided if right else 1 - decided
        score = scores[0] if 0 <= scores[0] <= 1 else np.nan
        return (right, event, decided, np.nan, score if event else 1 - score, sure)
    truth = label or (decided if right else "")
    told = scores[model.classes.index(truth)] if truth in model.classes else np.nan
    return (right, np.nan, np.nan, np.nan, told, sure)


def estimate(
    found: Sample, metric: str = PROXIED, *, first: dt.date | None = None, stop: dt.date | None = None,
    basis: Literal["audit", "queue"] = "audit", least: int = LEAST, level: float = 0.95,
) -> Answer:  # fmt: skip
    """Estimate a metric on all rows of some days.

    Accuracy is a difference estimate where scores are probabilities, which guess whether each row is right;
    every other metric is Hájek's.

    Parameters
    ----------
    found : Sample
    metric : str
        One of `monitoring.review.measures.MEASURES`.
    first, stop : date, optional
        The days, half-open; all by default.
    basis : {'audit', 'queue'}
        The random audit, or all drawn cases of the days on which every one of them is decided.
    least : int
        Decided cases below which nothing is said.
    level : float

    Returns
    -------
    Answer

    Raises
    ------
    KeyError
        If the metric cannot be estimated so.
    """
    days = days_between(found.day, first, stop)
    drawn = days & (np.isfinite(found.audit) if basis == "audit" else np.isfinite(found.chance))
    inside = days_between(found.population.day, first, stop)
    if basis == "queue":
        late = np.unique(found.day[drawn & ~found.decided])
        drawn &= ~np.isin(found.day, late)
        inside &= ~np.isin(found.population.day, late)
    people = found.population
    inside = replace(people, **{name: getattr(people, name)[inside] for name in Population.__annotations__})
    used = drawn & found.decided
    chance = (found.audit if basis == "audit" else found.chance)[used]
    answered = used.sum() / max(drawn.sum(), 1)
    method, value = _estimated(found, metric, used, chance * answered, inside, least, level)
    return Answer(
        metric, basis, method, value, int(drawn.sum()), int(used.sum()), int((drawn & found.unsure).sum()),
        int(inside.rows.sum()),
    )  # fmt: skip


def days_between(day: np.ndarray, first: dt.date | None, stop: dt.date | None) -> np.ndarray:
    """Which days lie in a half-open span of days."""
    kept = np.ones(len(day), bool)
    if first is not None:
        kept &= day >= np.datetime64(first)
    if stop is not None:
        kept &= day < np.datetime64(stop)
    return kept


def _estimated(
    found: Sample, metric: str, used: np.ndarray, chance: Floats, people: Population, least: int, level: float
) -> tuple[str, Estimated]:
    measure = MEASURES[metric]
    rows = found.rows.only(used)
    above, below = measure.parts(rows)
    known = np.isfinite(above) & np.isfinite(below)
    if known.sum() < least:
        nothing = np.array(np.nan)
        return "hajek", Estimated(nothing, nothing, nothing, nothing, np.array(float(known.sum())))
    whole = people.rows.sum()
    if metric == PROXIED and people.sure.sum() == whole and np.isfinite(rows.sure[known]).all():
        guess = people.total.sum() / whole
        return "difference", audits.difference(
            guess, above[known], rows.sure[known], chance[known], whole, share=True, level=level
        )
    return "hajek", audits.ratio(above[known], below[known], chance[known], share=measure.share, level=level)


def estimates(found: Sample, **asked: object) -> Mapping[str, Answer]:
    """Every metric that can be estimated of the model; arguments are those of `estimate`."""
    return {key: estimate(found, key, **asked) for key in measures_of(found.model)}  # type: ignore[arg-type]
