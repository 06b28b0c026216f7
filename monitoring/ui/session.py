"""What a page gets its data from: the store, and answers remembered until the data change."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from monitoring.models import Model
from monitoring.store import Span, Store


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
    return _opened(str(store_path().absolute()))


def close() -> None:
    """Close the store and forget what was read from it."""
    _opened.clear()


def models() -> list[Model]:
    """The models of the store, in the order of their names."""
    return sorted(store().models(), key=lambda model: model.name)


@st.cache_data(show_spinner=False, max_entries=256)
def _span(path: str, name: str, version: str) -> Span:
    return store().span(name)


def span(name: str) -> Span:
    """What a model's log covers."""
    return _span(*_key(name))


def _key(name: str) -> tuple[str, str, str]:
    """What a remembered answer depends on: the store, the model and the version of its data."""
    return str(store_path().absolute()), name, store().data_version(name)


@st.cache_data(show_spinner=False, max_entries=64)
def _segments(path: str, name: str, version: str) -> list[str]:
    return [f"{column}={value}" for column, values in store().segments(name).items() for value in values]


def segments(name: str) -> list[str]:
    """The segments of a model that have a profile, as ``column=value``."""
    return _segments(*_key(name))
