"""What a page gets its data from: the store, and answers remembered until the data change."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from monitoring import drift, windows
from monitoring import events as happened
from monitoring.events import Event
from monitoring.models import Model
from monitoring.store import Span, Store, outputs
from monitoring.ui import jobs


def store_path() -> Path:
    """The store file the app serves: ``LOOKOUT_STORE``, or the default in the working directory."""
    return Path(os.environ.get("LOOKOUT_STORE") or "data/lookout.duckdb")


def _close(store: Store) -> None:
    store.close()


@st.cache_resource(show_spinner=False, on_release=_close)
def _opened(path: str) -> Store:
    return Store.open(Path(path))


def store() -> Store:
    """The process's store, opened by the first who asks.

    Raises
    ------
    StoreError
        If it cannot be opened, for instance because another process owns it.
    """
    return _opened(_path())


def close() -> None:
    """Close the store and forget what was read from it; work that is being done is waited for."""
    jobs.desk.clear()
    _opened.clear()


# A page asks for these dozens of times per run; for a second they may be as old as that.
@st.cache_resource(show_spinner=False, ttl=1, max_entries=8)
def _models(path: str) -> dict[str, Model]:
    return {model.name: model for model in sorted(store().models(), key=lambda model: model.name)}


@st.cache_data(show_spinner=False, ttl=1, max_entries=1024)
def _version(path: str, name: str) -> str:
    return store().data_version(name)


def models() -> list[Model]:
    """The models of the store, in the order of their names."""
    return list(_models(_path()).values())


def model_named(name: str) -> Model:
    """One model of the store.

    Raises
    ------
    UnknownModel
        If none has the name.
    """
    return _models(_path()).get(name) or store().model(name)


def now_of(model: Model) -> dt.datetime:
    """The instant at which a model is judged when nobody asks for another: its clock."""
    until = span(model.name).data_until if model.clock == "last row" else None
    return until or dt.datetime.now(windows.UTC)


@st.cache_data(show_spinner=False, max_entries=256)
def _span(path: str, name: str, version: str) -> Span:
    return store().span(name)


def span(name: str) -> Span:
    """What a model's log covers."""
    return _span(*key_of(name))


def key_of(name: str) -> tuple[str, str, str]:
    """What a remembered answer depends on: the store, the model and the version of its data."""
    return _path(), name, _version(_path(), name)


def packed(places: tuple[int, ...]) -> bytes:
    """Places as one value: an answer remembered by many small values is found slowly.

    Examples
    --------
    >>> unpacked(packed((3, 1, 2)))
    (3, 1, 2)
    """
    return np.array(places, dtype=np.intp).tobytes()


def unpacked(places: bytes) -> tuple[int, ...]:
    """The places again, in their order; see `packed`."""
    return tuple(np.frombuffer(places, dtype=np.intp).tolist())


def _path() -> str:
    return str(store_path().absolute())


@st.cache_data(show_spinner=False, max_entries=64)
def _segments(path: str, name: str, version: str) -> list[str]:
    return [
        f"{column}={value}" for column, values in store().segment_labels(name).items() for value in values
    ]


def segments(name: str) -> list[str]:
    """The segments of a model that have a profile, as ``column=value``."""
    return _segments(*key_of(name))


@st.cache_data(show_spinner=False, max_entries=64)
def _versions(path: str, name: str, version: str) -> list[str]:
    return list(dict.fromkeys(grid.version for grid in outputs.grids(store(), name)))


def versions(model: Model, champion: str) -> list[str]:
    """The versions of a model whose outputs have a profile, one of them first."""
    return sorted(_versions(*key_of(model.name)), key=lambda one: one != champion)


@st.cache_data(show_spinner=False, max_entries=64)
def _events(path: str, name: str, version: str) -> tuple[Event, ...]:
    model = model_named(name)
    return happened.events(store(), model, volume(model))


def events(model: Model) -> tuple[Event, ...]:
    """What happened to a model: versions that came or served, decisions, where its reference lies."""
    return _events(*key_of(model.name))


@st.cache_resource(show_spinner=False, max_entries=32)
def _material(path: str, name: str, version: str, segment: tuple[str, str], against: str) -> drift.Material:
    chosen = drift.parsed(against, model_named(name))
    return drift.material(store(), name, against=chosen, segment=segment)


def material(model: Model, segment: tuple[str, str] = ("", ""), against: str = "") -> drift.Material:
    """What a model's drift is computed from, shared by all visitors: never change it.

    Raises
    ------
    NoReferenceError
        If the model has no reference.
    AgainstError
        If there is no such reference.
    """
    return _material(*key_of(model.name), segment, _word(model, against))


def _word(model: Model, against: str) -> str:
    """One word for one reference: a page writes out what the status line leaves to the model's file."""
    return drift.parsed(against, model).key


@st.cache_resource(show_spinner=False, max_entries=16)
def _assessment(
    path: str,
    name: str,
    version: str,
    chunk: str,
    segment: tuple[str, str],
    method: str,
    against: str,
    now: dt.datetime,
) -> tuple[drift.Assessment, drift.Signal]:
    found = _material(path, name, version, segment, against)
    judged = drift.judged(found, chunk=chunk, method=method, as_of=store().now(found.model))
    return judged, drift.signal(judged)


def assessment(
    model: Model,
    chunk: str,
    segment: tuple[str, str] = ("", ""),
    method: str = "auto",
    against: str = "",
) -> tuple[drift.Assessment, drift.Signal]:
    """The drift of every feature in every chunk, shared by all visitors: never change it.

    Parameters
    ----------
    model : Model
    chunk : str
    segment : (column, value)
        Two empty strings for every row.
    method : str
        A registered drift method, or ``auto``.
    against : str
        What chunks are compared with, as `monitoring.drift.parsed` takes it; empty for the model's choice.

    Raises
    ------
    NoReferenceError
        If the model has no reference.
    AgainstError
        If there is no such reference.
    """
    word = _word(model, against)
    return _assessment(*key_of(model.name), chunk, segment, method, word, grain_of(model))


def grain_of(model: Model) -> dt.datetime:
    """Which chunk is complete depends on the clock, but no finer than the profile's grain."""
    return windows.key_of(now_of(model), model.grain, model.zone)


def forget_models() -> None:
    """Read the models' files again at once, after one was saved."""
    _models.clear()
    _version.clear()


@st.cache_data(show_spinner=False, max_entries=64)
def _volume(path: str, name: str, version: str) -> pd.DataFrame:
    return store().volume(name)


def volume(model: Model) -> pd.DataFrame:
    """How many rows came when, as `Store.volume` gives it."""
    return _volume(*key_of(model.name))


def rejected(model: Model) -> int:
    """How many rows of a model's files were not taken in."""
    return _rejected(*key_of(model.name))


def quarantine(model: Model) -> pd.DataFrame:
    """Those rows: file, number there, reason and detail; not their content, which may be private."""
    return store().quarantine(model.name)[["file", "row", "reason", "detail"]]


@st.cache_data(show_spinner=False, max_entries=64, ttl=60)
def _rejected(path: str, name: str, version: str) -> int:
    return int(store().files(name)["rejected"].sum())


def judged(model: Model) -> tuple[drift.Assessment | None, drift.Signal | None]:
    """A model's drift at its own chunk; nothing without a reference or with a calendar too long to judge."""
    try:
        return assessment(model, model.chunk)
    except (drift.NoReferenceError, drift.CalendarError):
        return None, None
