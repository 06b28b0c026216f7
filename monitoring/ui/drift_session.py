"""What the Drift page alone asks of a model, remembered until the data change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from monitoring import drift
from monitoring.drift.exact import Exact, exact
from monitoring.models import Model
from monitoring.store import misfits
from monitoring.ui import drift_likely, drift_rows, drift_view, jobs, session
from monitoring.ui.components.ranking import Ranked
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.ui.scopes import Scope


@dataclass(frozen=True, eq=False)
class Picture:
    """What the page shows of a judged chunk whichever feature is looked at; with many features, most of it.

    Attributes
    ----------
    view : View
    rows : tuple of Ranked
        A row per feature, the one to look at first on top.
    together : sequence of sequence of (feature, Started)
        Drifting features by when they most likely began.
    """

    view: drift_view.View
    rows: tuple[Ranked, ...]
    together: Sequence[Sequence[tuple[str, drift.Started]]]


@st.cache_resource(show_spinner=False, max_entries=16)
def _picture(
    path: str, name: str, version: str, chunk: str, segment: tuple[str, str], method: str, against: str,
    now: dt.datetime, window: Window, as_of: dt.date | None, _scope: Scope,
) -> Picture | None:  # fmt: skip
    found = session.assessment(_scope.model, chunk, segment, method, against)
    view = drift_view.view(*found, _scope)
    if view is None:
        return None
    return Picture(view, tuple(drift_rows.ranked(view)), drift_likely.groups(view))


def picture(scope: Scope, method: str) -> Picture | None:
    """An assessment as a page shows it; None when no complete chunk lies in its range; never change it.

    Parameters
    ----------
    scope : Scope
    method : str
        A registered drift method, or ``auto``.

    Raises
    ------
    NoReferenceError
        If the model has no reference.
    AgainstError
        If there is no such reference.
    CalendarError
        If the log's calendar is too long to judge.
    """
    at = session.grain_of(scope.model)
    key = (*session.key_of(scope.model.name), scope.chunk, scope.segment, method, scope.reference, at)
    return _picture(*key, scope.window, scope.as_of, scope)


@st.cache_data(show_spinner=False, max_entries=256)
def _unseen(path: str, name: str, version: str, feature: str) -> pd.DataFrame:
    return session.store().unseen(name, feature)


def unseen(model: Model, feature: str) -> pd.DataFrame:
    """Categories of a feature that the reference never held, oldest first."""
    return _unseen(*session.key_of(model.name), feature)


@st.cache_resource(show_spinner=False, max_entries=256)
def _single(
    path: str, name: str, version: str, segment: tuple[str, str], against: str, feature: str
) -> drift.Material:
    return session.material(session.model_named(name), segment, against).only(feature)


def single(
    model: Model, feature: str, segment: tuple[str, str] = ("", ""), against: str = ""
) -> drift.Material:
    """What the drift of one feature is computed from, shared by all visitors: never change it."""
    return _single(*session.key_of(model.name), segment, against, feature)


@st.cache_resource(show_spinner=False, max_entries=64)
def _consecutive(
    path: str, name: str, version: str, chunk: str, segment: tuple[str, str], method: str, feature: str,
    now: dt.datetime,
) -> drift.Assessment:  # fmt: skip
    found = _single(path, name, version, segment, drift.CONSECUTIVE.key, feature)
    at = session.store().now(found.model)
    return drift.judged(found, chunk=chunk, method=method, as_of=at, checks=("chunk",), intervals=False)


def consecutive(
    model: Model, feature: str, chunk: str, segment: tuple[str, str], method: str
) -> drift.Assessment:
    """One feature, each chunk against the one before it, by a named method; never change it."""
    return _consecutive(*session.key_of(model.name), chunk, segment, method, feature, session.grain_of(model))


@st.cache_resource(show_spinner=False, max_entries=32)
def _by_segment(
    path: str, name: str, version: str, chunk: str, method: str, against: str, feature: str, now: dt.datetime
) -> dict[str, tuple[drift.Assessment, drift.Signal]]:
    chosen = drift.parsed(against, session.model_named(name))
    found = drift.by_segment(session.store(), name, feature, against=chosen)
    at = session.store().now(session.model_named(name))
    judged = {
        label: drift.judged(one, chunk=chunk, method=method, as_of=at, intervals=False)
        for label, one in found.items()
    }
    return {label: (one, drift.signal(one)) for label, one in judged.items()}


def by_segment(
    model: Model, feature: str, chunk: str, method: str, against: str
) -> dict[str, tuple[drift.Assessment, drift.Signal]]:
    """One feature in every segment of other columns, by ``column=value``; never change it."""
    found = _by_segment(*session.key_of(model.name), chunk, method, against, feature, session.grain_of(model))
    if feature not in model.segments.columns:
        return found
    return {label: pair for label, pair in found.items() if not label.startswith(f"{feature}=")}


def replayed(scope: Scope, changed: Mapping[str, Any], method: str) -> drift.Replay:
    """What other limits would have done in a page's range, all rows together.

    Parameters
    ----------
    scope : Scope
    changed : mapping
        As `monitoring.drift.with_limits` takes it.
    method : str
    """
    model = scope.model
    found = session.material(model, against=scope.reference)
    before, _ = session.assessment(model, scope.chunk, method=method, against=scope.reference)
    at = session.store().now(model)
    other = drift.with_limits(model, **changed)
    after = drift.judged(found, chunk=scope.chunk, method=method, as_of=at, intervals=False, model=other)
    return drift.replay(before, after, scope.window)


@st.cache_resource(show_spinner=False, max_entries=32)
def _exact(
    path: str, name: str, version: str, feature: str, window: Window, against: drift.Against,
    segment: tuple[str, str], chunk: str,
) -> Exact:  # fmt: skip
    return exact(session.store(), name, feature, window, against=against, segment=segment, chunk=chunk)


def exactly(scope: Scope, feature: str, window: Window, against: drift.Against) -> Exact:
    """One numeric feature of a window against its reference, from raw rows; raises as `exact` does."""
    return _exact(*session.key_of(scope.model.name), feature, window, against, scope.segment, scope.chunk)


@st.cache_resource(show_spinner=False, max_entries=64)
def _values(
    path: str, name: str, version: str, chunk: str, segment: tuple[str, str], against: str, feature: str
) -> drift.Values:
    return drift.values(_single(path, name, version, segment, against, feature), chunk)


def values(scope: Scope, feature: str) -> drift.Values:
    """One feature's distances by every method, chunk by chunk; never change them."""
    return _values(*session.key_of(scope.model.name), scope.chunk, scope.segment, scope.reference, feature)


@st.cache_data(show_spinner=False, max_entries=64)
def _misfits(path: str, name: str, version: str) -> dict[str, int]:
    return misfits.type_misfits(session.store(), name)


def type_misfits(model: Model) -> dict[str, int]:
    """Rows in the quarantine whose value of a feature has another type, by feature."""
    return _misfits(*session.key_of(model.name))


def inspection(scope: Scope, window: Window, chunks: Sequence[Window]) -> jobs.Job:
    """A closer look at a window, worked out beside the page.

    Parameters
    ----------
    scope : Scope
    window : Window
        The current rows.
    chunks : sequence of Window
        Those over which the reconstruction error is drawn.
    """
    opened, name, segment, chunk = session.store(), scope.model.name, scope.segment, scope.chunk
    chosen = drift.parsed(scope.reference, scope.model)
    rows = (*session.key_of(name), *segment, scope.reference, chunk)
    key = (*rows, str(window), str(chunks[0]), str(len(chunks)))

    def work(progress: jobs.Progress) -> drift.Inspection:
        return drift.inspect(
            opened,
            name,
            window,
            against=chosen,
            segment=segment,
            chunk=chunk,
            chunks=chunks,
            progress=progress,
        )

    return jobs.desk().job(name, key, work)
