"""What pages ask of the quality of a model's data, remembered until the data change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from monitoring import drift, quality
from monitoring.models import Model
from monitoring.quality import Finding
from monitoring.store import StoreError, behind
from monitoring.store.behind import Behind
from monitoring.ui import session
from monitoring.ui.scopes import Scope
from monitoring.windows import Window


@st.cache_resource(show_spinner=False, max_entries=32)
def _material(path: str, name: str, data: str, segment: tuple[str, str]) -> quality.Material:
    model = session.model_named(name)
    profile = session.material(model, segment) if model.reference else None
    return quality.material(session.store(), name, segment=segment, profile=profile)


@st.cache_resource(show_spinner=False, max_entries=8)
def _assessment(
    path: str, name: str, data: str, chunk: str, segment: tuple[str, str], now: dt.datetime
) -> quality.Assessment:
    found = _material(path, name, data, segment)
    return quality.judged(found, chunk=chunk, as_of=session.now_of(found.model))


def material(scope: Scope) -> quality.Material:
    """What the checks of a page were made from, shared by all visitors: never change it."""
    return _material(*session.key_of(scope.model.name), scope.segment)


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


@dataclass(frozen=True, eq=False)
class Picture:
    """What the page shows of a judged chunk.

    Attributes
    ----------
    one : quality.Assessment
    verdict : quality.Verdict
    last : int
        Position of the chunk that is judged.
    shown : slice
        Positions of the chunks in the range; one that is not over may follow the judged one.
    """

    one: quality.Assessment
    verdict: quality.Verdict
    last: int
    shown: slice

    def finding(self, name: str) -> Finding | None:
        """The finding of a name that `name_of` gave."""
        return next((found for found in self.verdict.findings if name_of(found) == name), None)

    def window(self, finding: Finding) -> Window:
        """The keys that a finding's number is about."""
        length = self.one.rows.windows[finding.row]
        return Window(self.one.keys[max(self.last - length + 1, 0)].start, self.one.keys[self.last].stop)


def name_of(found: Finding) -> str:
    """What a finding is called in the address."""
    return f"{found.subject}: {found.check}"


def picture(scope: Scope) -> Picture | None:
    """The quality of a model's data as its page shows it; None when no complete chunk lies in its range.

    Raises
    ------
    NoRowsError
        If the log holds no row.
    CalendarError
        If the log's calendar is too long to judge.
    """
    one = assessment(scope.model, scope.chunk, scope.segment)
    known = [i for i, key in enumerate(one.keys) if scope.window.start <= key.start < scope.window.stop]
    judged = [i for i in known if one.complete[i] and one.keys[i].stop <= scope.window.stop]
    if not judged:
        return None
    last = judged[-1]
    until = known[-1] if scope.as_of is None else last
    return Picture(one, quality.verdict(one, one.keys[last].start), last, slice(known[0], until + 1))


@st.cache_data(show_spinner=False, max_entries=64)
def _behind(
    path: str, name: str, data: str, segment: tuple[str, str], check: str, subject: str, window: Window,
    first: int, most: int,
) -> Behind:  # fmt: skip
    found = _material(path, name, data, segment)
    return quality.drilling.rows(session.store(), found, check, subject, window, first=first, most=most)


def rows_behind(scope: Scope, finding: Finding, window: Window, first: int, most: int) -> Behind | str:
    """A page of the rows behind a number, or why there are none."""
    key = (*session.key_of(scope.model.name), scope.segment, finding.check, finding.subject, window)
    try:
        return _behind(*key, first, most)
    except StoreError as error:
        return str(error)


@st.cache_data(show_spinner=False, max_entries=64)
def _reasons(path: str, name: str, data: str, moment: int) -> list[tuple[str, str, int]]:
    return behind.reasons(session.store(), name)


def reasons_of(model: Model) -> list[tuple[str, str, int]]:
    """Why rows of a model were set aside: reason, kind of file, and how many."""
    return _reasons(*session.key_of(model.name), session.rejected(model))


@st.cache_data(show_spinner=False, max_entries=64)
def _mended(path: str, name: str, data: str) -> int:
    return behind.mended(session.store(), name)


def mended(model: Model) -> int:
    """How many rows that were set aside have come into the log since."""
    return _mended(*session.key_of(model.name))


def set_aside(model: Model, reason: str, first: int, most: int) -> tuple[pd.DataFrame, int]:
    """A page of the quarantine, and how many rows it has in all."""
    return behind.set_aside(session.store(), model.name, reason, first=first, most=most)
