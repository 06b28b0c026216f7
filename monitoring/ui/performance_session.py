"""What the Performance page alone asks of a model, remembered until the data change."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from monitoring import drift, performance, predictions
from monitoring.performance.calibration import Calibration
from monitoring.performance.moved import Moved
from monitoring.statistics.arrays import Floats
from monitoring.ui import jobs, session
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.ui.scopes import Scope


@st.cache_resource(show_spinner=False, max_entries=32)
def _material(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime,
) -> performance.Material:  # fmt: skip
    return performance.material(session.store(), name, version=version, segment=segment, known_at=known_at)


def material(scope: Scope, known_at: dt.datetime | None = None) -> performance.Material:
    """A version's outputs and the labels that were known, shared by all visitors: never change it.

    Parameters
    ----------
    scope : Scope
    known_at : datetime, optional
        An aware instant; by default the one at which the bar judges.

    Raises
    ------
    NoOutputError
        If the version has no predictions.
    """
    return _material(*_key(scope, known_at))


@st.cache_resource(show_spinner=False, max_entries=32)
def _assessment(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime, chunk: str,
) -> performance.Assessment:  # fmt: skip
    found = _material(path, name, data, version, segment, known_at, now)
    return performance.assess(found, chunk=chunk, intervals=False)


def assessment(
    scope: Scope, known_at: dt.datetime | None = None, chunk: str | None = None
) -> performance.Assessment:
    """Every metric in every chunk, shared by all visitors: never change it.

    Intervals that are drawn by bootstrap are left out.

    Parameters
    ----------
    scope : Scope
    known_at : datetime, optional
        As in `material`.
    chunk : str, optional
        By default that of the bar.

    Raises
    ------
    NoOutputError
        If the version has no predictions.
    CalendarError
        If the log's calendar is too long to judge.
    """
    return _assessment(*_key(scope, known_at), chunk or scope.chunk)


@st.cache_resource(show_spinner=False, max_entries=64)
def _together(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime, chunk: str, places: bytes,
) -> performance.Together:  # fmt: skip
    found = _assessment(path, name, data, version, segment, known_at, now, chunk)
    return performance.together(found, session.unpacked(places), intervals=False)


def together(
    scope: Scope, places: tuple[int, ...], known_at: dt.datetime | None = None
) -> performance.Together:
    """Every metric of some chunks taken as one, shared by all visitors: never change it.

    Parameters
    ----------
    scope : Scope
    places : tuple of int
        Positions of the chunks in `assessment`, at least one.
    known_at : datetime, optional
        As in `material`.
    """
    return _together(*_key(scope, known_at), scope.chunk, session.packed(places))


@st.cache_resource(show_spinner=False, max_entries=64)
def _drawn_together(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime, chunk: str, places: bytes, metric: str,
) -> performance.Scores:  # fmt: skip
    found = _assessment(path, name, data, version, segment, known_at, now, chunk)
    return performance.together(found, session.unpacked(places), metrics=[metric]).scores[metric]


def drawn_together(
    scope: Scope, metric: str, places: tuple[int, ...], known_at: dt.datetime | None = None
) -> performance.Scores:
    """One metric of some chunks taken as one, with its interval also where that is drawn by bootstrap."""
    return _drawn_together(*_key(scope, known_at), scope.chunk, session.packed(places), metric)


@st.cache_resource(show_spinner=False, max_entries=64)
def _trailing(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime, chunk: str, metric: str, count: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    found = _assessment(path, name, data, version, segment, known_at, now, chunk)
    return performance.trailing(found, found.scores[metric].metric, count)


def trailing(
    scope: Scope, metric: str, count: int, known_at: dt.datetime | None = None
) -> tuple[Floats, Floats]:
    """A metric of the last so many chunks up to each, and the trivial model's; never change them."""
    return _trailing(*_key(scope, known_at), scope.chunk, metric, count)


def drawn(scope: Scope, metric: str, known_at: dt.datetime | None = None) -> jobs.Job:
    """A metric whose interval is drawn by bootstrap, worked out beside the page; its answer is its `Scores`.

    Parameters
    ----------
    scope : Scope
    metric : str
    known_at : datetime, optional
        As in `material`.
    """
    found, chunk = material(scope, known_at), scope.chunk
    key = tuple(str(part) for part in (*_key(scope, known_at), chunk, metric))

    def work(progress: jobs.Progress) -> performance.Scores:
        progress(0.0, "drawing")
        return performance.assess(found, chunk=chunk, metrics=[metric]).scores[metric]

    return jobs.desk().job(f"{scope.model.name} interval", key, work)


@st.cache_resource(show_spinner=False, max_entries=32)
def _estimates(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime, chunk: str,
) -> performance.Estimates:  # fmt: skip
    return performance.estimate(_assessment(path, name, data, version, segment, known_at, now, chunk))


def estimates(scope: Scope, known_at: dt.datetime | None = None) -> performance.Estimates:
    """Every metric in every chunk without labels, shared by all visitors: never change it.

    Parameters
    ----------
    scope : Scope
    known_at : datetime, optional
        As in `material`.
    """
    return _estimates(*_key(scope, known_at), scope.chunk)


@st.cache_resource(show_spinner=False, max_entries=32)
def _calibration(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime, chunk: str, subject: str, equal_width: bool,
) -> Calibration:  # fmt: skip
    found = _assessment(path, name, data, version, segment, known_at, now, chunk)
    return performance.calibration.calibration(found, subject=subject, equal_width=equal_width)


def calibration(
    scope: Scope, subject: str, known_at: dt.datetime | None = None, *, equal_width: bool = False
) -> Calibration:
    """Calibration of one output in every chunk, shared by all visitors: never change it.

    Parameters
    ----------
    scope : Scope
    subject : str
        The output.
    known_at : datetime, optional
        As in `material`.
    equal_width : bool
        Bins of equal width.

    Raises
    ------
    NotEstimableError
        If scores are not probabilities.
    """
    return _calibration(*_key(scope, known_at), scope.chunk, subject, equal_width)


def weighted(scope: Scope, window: Window, known_at: dt.datetime | None = None) -> jobs.Job:
    """What scores mean in a window by weighted rows, worked out beside the page.

    Parameters
    ----------
    scope : Scope
    window : Window
    known_at : datetime, optional
        As in `material`.
    """
    opened, found = session.store(), estimates(scope, known_at)

    def work(progress: jobs.Progress) -> performance.Weighted:
        return performance.weigh(opened, found.assessment.material, found.outputs, window, progress)

    key = (*map(str, _key(scope, known_at)), str(window))
    return jobs.desk().job(f"{scope.model.name} weighted", key, work)


def moved(scope: Scope, window: Window, known_at: dt.datetime | None = None) -> jobs.Job:
    """Why a window's performance moved, worked out beside the page.

    Parameters
    ----------
    scope : Scope
    window : Window
    known_at : datetime, optional
        As in `material`.
    """
    opened, found = session.store(), material(scope, known_at)

    def work(progress: jobs.Progress) -> Moved:
        return performance.moved.moved(opened, found, window, progress=progress)

    key = (*map(str, _key(scope, known_at)), str(window))
    return jobs.desk().job(f"{scope.model.name} moved", key, work)


@st.cache_resource(show_spinner=False, max_entries=32)
def _label_drift(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], known_at: dt.datetime | None,
    now: dt.datetime, chunk: str,
) -> drift.Assessment | None:  # fmt: skip
    found = _material(path, name, data, version, segment, known_at, now)
    if performance.reference_outcomes(found) is None:
        return None
    labels, until = predictions.labels(session.store(), found), predictions.labels_known(found)
    return predictions.judged(found, labels, chunk=chunk, as_of=until, checks=drift.CHECKS[:1])


def label_drift(scope: Scope, known_at: dt.datetime | None = None) -> drift.Assessment | None:
    """How labels are distributed against the reference, shared by all visitors: never change it.

    Parameters
    ----------
    scope : Scope
    known_at : datetime, optional
        As in `material`.

    Returns
    -------
    Assessment or None
        None where the reference has no mature labels.
    """
    return _label_drift(*_key(scope, known_at), scope.chunk)


def expected_errors(scope: Scope, known_at: dt.datetime | None = None) -> jobs.Job:
    """How large the errors of a regression are expected to be, worked out beside the page.

    Parameters
    ----------
    scope : Scope
    known_at : datetime, optional
        As in `material`.
    """
    opened, found = session.store(), material(scope, known_at)

    def work(progress: jobs.Progress) -> performance.ExpectedErrors:
        return performance.expected_errors(opened, found, progress)

    return jobs.desk().job(f"{scope.model.name} errors", tuple(map(str, _key(scope, known_at))), work)


def _key(
    scope: Scope, known_at: dt.datetime | None
) -> tuple[str, str, str, str, tuple[str, str], dt.datetime | None, dt.datetime]:
    """What an answer depends on: the data, what is looked at, and when it is judged."""
    at = known_at or (scope.as_of_at if scope.as_of else None)
    return (
        *session.key_of(scope.model.name), scope.version, scope.segment, at, session.grain_of(scope.model),
    )  # fmt: skip
