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

if TYPE_CHECKING:
    from monitoring.store import Store


RECENT = 120
"""Chunks of which the quality is judged: what is wrong at an instant, and since when."""


@dataclass(frozen=True, eq=False)
class Outputs:
    """The champion's output and its labels, as they were known at an instant.

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


def outputs(
    store: Store, model: Model, as_of: dt.datetime | None = None, found: performance.Material | None = None
) -> Outputs | None:
    """What the champion said and which labels were known; None without predictions.

    Parameters
    ----------
    store : Store
    model : Model
    as_of : datetime, optional
        The instant whose knowledge it is; by default the model's clock.
    found : Material, optional
        If already read.
    """
    try:
        known = found or performance.material(store, model.name, known_at=as_of)
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
