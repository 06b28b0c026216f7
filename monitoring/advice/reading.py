"""What the retraining advice rests on, read from the store at an instant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitoring import drift, performance
from monitoring.performance import NoOutputError, NotEstimableError

if TYPE_CHECKING:
    from monitoring.store import Store


@dataclass(frozen=True, eq=False)
class Sources:
    """What is known of a model's champion at an instant.

    Attributes
    ----------
    performance : performance.Assessment
        With the metrics that are judged; of a binary model with the prevalence, and with the cost where
        decisions have a price.
    estimates : performance.Estimates
    calibration : Calibration or None
        None where scores are no probabilities.
    drift : drift.Assessment or None
        None without a reference.
    colours : drift.Signal or None
    """

    performance: performance.Assessment
    estimates: performance.Estimates
    calibration: performance.calibration.Calibration | None
    drift: drift.Assessment | None
    colours: drift.Signal | None


def read(
    store: Store,
    name: str,
    as_of: dt.datetime | None = None,
    *,
    found: performance.Material | None = None,
    inputs: drift.Assessment | None = None,
) -> Sources | None:
    """Read it at the model's own chunk.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    as_of : datetime, optional
        An aware instant; the model's clock by default.
    found : Material, optional
        The champion's of that instant, where it has been read already.
    inputs : drift.Assessment, optional
        Of that instant at the model's own chunk, where it has been judged already.

    Returns
    -------
    Sources or None
        None where the champion has no predictions.
    """
    at = as_of or store.now(store.model(name))
    try:
        found = found or performance.material(store, name, known_at=at)
    except NoOutputError:
        return None
    errors = performance.remembered_errors(store, found) if found.model.task == "regression" else None
    try:
        inputs = inputs or drift.read(store, name, as_of=at, intervals=False)
    except (drift.NoReferenceError, drift.CalendarError):
        inputs = None
    beside = ["cost"] if found.model.prices else []
    beside += ["prevalence"] if found.model.task == "binary" else []
    judged = performance.assess(found, metrics=[*performance.HEADLINES[found.model.task], *beside])
    return sources(judged, inputs, drift.signal(inputs) if inputs else None, errors)


def sources(
    judged: performance.Assessment, inputs: drift.Assessment | None, colours: drift.Signal | None,
    errors: performance.ExpectedErrors | None = None,
) -> Sources:  # fmt: skip
    """The same from what was read before.

    Parameters
    ----------
    judged : performance.Assessment
    inputs : drift.Assessment or None
    colours : drift.Signal or None
    errors : ExpectedErrors, optional
        Of a regression; without them nothing is estimated.
    """
    wanted = performance.HEADLINES[judged.material.model.task]
    known = performance.estimable(judged.material.model, wanted)
    estimates = performance.estimate(judged, known, errors)
    return Sources(judged, estimates, _calibrated(judged), inputs, colours)


def _calibrated(judged: performance.Assessment) -> performance.calibration.Calibration | None:
    if judged.material.model.task == "regression":
        return None
    try:
        return performance.calibration.calibration(judged)
    except NotEstimableError:
        return None
