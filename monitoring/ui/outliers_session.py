"""What the panel of odd rows asks of a model, remembered until the data change."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from monitoring import outliers
from monitoring.outliers import Found, Judged, Look
from monitoring.store.outliers import Odd, oddest
from monitoring.ui import jobs, session
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.ui.scopes import Scope

ROWS = 25  # of the table


@st.cache_resource(show_spinner=False, max_entries=16)
def _found(path: str, name: str, version: str) -> Found:
    return outliers.read(session.store(), name)


@st.cache_resource(show_spinner=False, max_entries=32)
def _judged(path: str, name: str, version: str, chunk: str, at: dt.datetime) -> Judged:
    return outliers.judged(_found(path, name, version), chunk, at)


def judged(scope: Scope) -> Judged:
    """Every chunk up to the moment of judgement, shared by all visitors: never change it.

    Raises
    ------
    NotScoredError
        If the rows of the model are not scored.
    CalendarError
        If an instant of the log must be wrong.
    """
    at = scope.as_of_at if scope.as_of else session.now_of(scope.model)
    return _judged(*session.key_of(scope.model.name), scope.chunk, at)


@st.cache_resource(show_spinner=False, max_entries=64)
def _oddest(path: str, name: str, version: str, window: Window) -> Odd:
    return oddest(session.store(), name, window, ROWS)


def odd(scope: Scope, window: Window) -> Odd:
    """The oddest rows of a window, shared by all visitors: never change them."""
    return _oddest(*session.key_of(scope.model.name), window)


def look(scope: Scope, found: Found, window: Window) -> jobs.Job:
    """A closer look at a window, worked out beside the page."""
    opened, key = session.store(), (*session.key_of(scope.model.name), str(window))

    def work(progress: jobs.Progress) -> Look:
        return outliers.look(opened, found, window, progress)

    return jobs.desk().job("odd rows", key, work)
