"""How models do, for every page that says it: remembered until the data change, or the clock moves on."""

from __future__ import annotations

import dataclasses
import datetime as dt

import streamlit as st

from monitoring import advice, drift, health
from monitoring.models import Model
from monitoring.store import cases
from monitoring.ui import quality_session, session
from monitoring.ui.days import Days, statuses


@st.cache_resource(show_spinner=False, max_entries=256)
def _outputs(
    path: str, name: str, data: str, known_at: dt.datetime | None, now: dt.datetime
) -> health.Outputs | None:
    return health.outputs(session.store(), session.model_named(name), known_at)


def outputs(model: Model, as_of_at: dt.datetime | None = None) -> health.Outputs | None:
    """What the serving version said and which labels were known, shared by all visitors: never change it.

    Parameters
    ----------
    model : Model
    as_of_at : datetime, optional
        The instant whose knowledge it is; by default the model's clock.
    """
    return _outputs(*session.key_of(model.name), as_of_at, session.grain_of(model))


@st.cache_resource(show_spinner=False, max_entries=512)
def _report(path: str, name: str, data: str, at: dt.datetime, asked: bool) -> health.Report:
    model = session.model_named(name)
    found = outputs(model, at if asked else None)
    odd = health.odd_rows(session.store(), model, at)
    tried = (*odd, *health.trying(session.store(), model, found))
    checked = quality_session.sound(model)
    troubles = health.following(session.store(), model, at, asked=asked)
    return health.report(
        model, *session.judged(model), session.volume(model), at, found, tried, checked, troubles
    )


def report(model: Model, as_of_at: dt.datetime | None = None) -> health.Report:
    """How a model does at an instant; by default at its own clock, to the minute."""
    now = session.now_of(model).replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    found = _report(*session.key_of(model.name), as_of_at or now, as_of_at is not None)
    if found.data_until is None:
        return found
    said = _reviewing(*review_key(model), as_of_at or now)
    return dataclasses.replace(found, signals=(*found.signals, *said))


def review_key(model: Model) -> tuple[str, str, str, str]:
    """What an answer about a model's review depends on; no other answer depends on what people say there."""
    return (*session.key_of(model.name), cases.version(session.store(), model.name))


@st.cache_resource(show_spinner=False, max_entries=64)
def _reviewing(path: str, name: str, data: str, said: str, at: dt.datetime) -> tuple[health.Signal, ...]:
    return health.reviewing(session.store(), session.model_named(name), at)


@st.cache_resource(show_spinner=False, max_entries=64)
def _days(path: str, name: str, data: str, now: dt.datetime) -> Days:
    model = session.model_named(name)
    found, colours = session.judged(model)
    if found is None:
        return {}
    served = health.served(session.store(), model, outputs(model))
    checked = quality_session.sound(model)
    ribbon = health.ribbon(model, found, colours, session.volume(model), served, checked)
    return {} if ribbon.empty else statuses(ribbon, drift.ribbon(found, colours), model)


def days(model: Model) -> Days:
    """A model's colour on every day, shared by all visitors: never change it."""
    return _days(*session.key_of(model.name), session.grain_of(model))


@st.cache_resource(show_spinner=False, max_entries=64)
def _advised(
    path: str, name: str, data: str, known_at: dt.datetime | None, now: dt.datetime
) -> advice.Recommendation | None:
    model = session.model_named(name)
    known = outputs(model, known_at)
    if known is None:
        return None
    material = known.performance.assessment.material
    inputs = session.judged(model)[0] if known_at is None else None
    found = advice.read(session.store(), name, known_at, found=material, inputs=inputs)
    return None if found is None else advice.advise(found)


def advised(model: Model, as_of_at: dt.datetime | None = None) -> advice.Recommendation | None:
    """Whether a model should be retrained, at an instant; None without predictions."""
    return _advised(*session.key_of(model.name), as_of_at, session.grain_of(model))
