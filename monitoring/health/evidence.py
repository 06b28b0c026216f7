"""What a model's health is judged by: its inputs, what the champion said, and the labels that were known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitoring import drift, performance, predictions, quality
from monitoring.models import Model
from monitoring.performance.calibration import Calibration, calibration
from monitoring.performance.signal import Signal as Performance
from monitoring.performance.signal import signal
from monitoring.windows import key_of

if TYPE_CHECKING:
    from monitoring.store import Store


RECENT = 120
"""Chunks of which the quality is judged: what is wrong at an instant, and since when."""


@dataclass(frozen=True, eq=False)
class Outputs:
    """The output of the version that served at an instant and its labels, as they were known then.

    Attributes
    ----------
    drift : drift.Assessment or None
        Of what it said; None without a reference.
    colours : drift.Signal or None
    performance : performance.signal.Signal
    calibration : Calibration or None
        None where scores are no probabilities.
    """

    drift: drift.Assessment | None
    colours: drift.Signal | None
    performance: Performance
    calibration: Calibration | None


def profiled(store: Store, model: Model) -> drift.Material | None:
    """A model's profile and reference; None where it has no reference."""
    try:
        return drift.material(store, model.name)
    except drift.NoReferenceError:
        return None


def assessed(
    store: Store, model: Model, as_of: dt.datetime | None = None, profile: drift.Material | None = None
) -> drift.Assessment | None:
    """A model's drift; None where it has no reference, or a calendar too long to judge.

    Parameters
    ----------
    store : Store
    model : Model
    as_of : datetime, optional
    profile : drift.Material, optional
        If already read.
    """
    found = profile or profiled(store, model)
    try:
        return found and drift.judged(found, as_of=as_of or store.now(model), intervals=False)
    except drift.CalendarError:
        return None


def sound(
    store: Store, model: Model, as_of: dt.datetime | None = None, profile: drift.Material | None = None
) -> quality.Assessment | None:
    """The quality of a model's data; None without a row, or with a calendar too long to judge.

    Parameters
    ----------
    store, model, as_of, profile
        As in `assessed`.
    """
    try:
        found = quality.material(store, model.name, profile=profile)
        return quality.judged(found, as_of=as_of or store.now(model), recent=RECENT)
    except (quality.NoRowsError, drift.CalendarError):
        return None


@dataclass(frozen=True, eq=False)
class Served:
    """What was said while one version served.

    Attributes
    ----------
    start, stop : datetime or None
        Profile keys, half-open; None where there is no bound.
    outputs : Outputs or None
        The version's, None where it said nothing.
    """

    start: dt.datetime | None
    stop: dt.datetime | None
    outputs: Outputs | None

    def holds(self, key: dt.datetime) -> bool:
        """Whether the version served when a profile key began."""
        return (self.start is None or key >= self.start) and (self.stop is None or key < self.stop)


def served(
    store: Store, model: Model, now: Outputs | None, as_of: dt.datetime | None = None
) -> tuple[Served, ...]:
    """Every version that served with what it said, the oldest first; labels count as they are known then.

    The key in which a version was promoted is the new version's.

    Parameters
    ----------
    store : Store
    model : Model
    now : Outputs or None
        Of the version that serves at that instant.
    as_of : datetime, optional
        By default the model's clock.
    """
    here = now.performance.assessment.material.version if now else model.versions.champion

    def key(at: dt.datetime | None) -> dt.datetime | None:
        return None if at is None else key_of(at, model.grain, model.zone)

    return tuple(
        Served(
            key(start), key(stop), now if version == here else outputs(store, model, as_of, version=version)
        )
        for version, start, stop in model.versions.terms()
    )


def outputs(
    store: Store, model: Model, as_of: dt.datetime | None = None, found: performance.Material | None = None,
    version: str | None = None,
) -> Outputs | None:  # fmt: skip
    """What the serving version said and which labels were known; None without predictions.

    Parameters
    ----------
    store : Store
    model : Model
    as_of : datetime, optional
        The instant whose knowledge it is; by default the model's clock.
    found : Material, optional
        If already read.
    version : str, optional
        By default the one that served at that instant.
    """
    try:
        known = found or performance.material(store, model.name, version=version, known_at=as_of)
        whole = performance.assess(known, metrics=performance.HEADLINES[model.task], intervals=False)
    except (performance.NoOutputError, drift.CalendarError):
        return None
    said, colours = _drift(store, known)
    return Outputs(said, colours, signal(whole), _calibration(whole))


def _drift(store: Store, known: performance.Material) -> tuple[drift.Assessment | None, drift.Signal | None]:
    try:
        said = predictions.judged(known, predictions.outputs(store, known), intervals=False)
    except drift.NoReferenceError:
        return None, None
    return said, drift.signal(said)


def _calibration(whole: performance.Assessment) -> Calibration | None:
    if whole.material.model.task == "regression":
        return None
    try:
        return calibration(whole)
    except performance.NotEstimableError:
        return None
