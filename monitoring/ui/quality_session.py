"""What pages ask of the quality of a model's data, remembered until the data change."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from monitoring import drift, quality
from monitoring.models import Model
from monitoring.ui import session


@st.cache_resource(show_spinner=False, max_entries=32)
def _material(path: str, name: str, data: str, segment: tuple[str, str]) -> quality.Material:
    model = session.model_named(name)
    profile = session.material(model, segment) if model.reference else None
    return quality.material(session.store(), name, segment=segment, profile=profile)


@st.cache_resource(show_spinner=False, max_entries=32)
def _assessment(
    path: str, name: str, data: str, chunk: str, segment: tuple[str, str], now: dt.datetime
) -> quality.Assessment:
    found = _material(path, name, data, segment)
    return quality.judged(found, chunk=chunk, as_of=session.now_of(found.model))


def assessment(model: Model, chunk: str, segment: tuple[str, str] = ("", "")) -> quality.Assessment:
    """Every check in every chunk, shared by all visitors: never change it.

    Raises
    ------
    NoRowsError
        If the log holds no row.
    CalendarError
        If the log's calendar is too long to judge.
    """
    return _assessment(*session.key_of(model.name), chunk, segment, session.grain_of(model))


def sound(model: Model) -> quality.Assessment | None:
    """The quality of a model's data at its own chunk; None without a row or with too long a calendar."""
    try:
        return assessment(model, model.chunk)
    except (quality.NoRowsError, drift.CalendarError):
        return None
