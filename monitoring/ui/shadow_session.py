"""What the Shadow page asks of a model, remembered until the data change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from monitoring import performance, reasons, shadow
from monitoring.shadow.agreeing import Part
from monitoring.shadow.gains import Gain
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Metric
from monitoring.statistics.paired.right import Right
from monitoring.store.trials import Trial
from monitoring.ui import health_session, session
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.models import Model
    from monitoring.ui.scopes import Scope

Key = tuple[str, str, str, str, tuple[str, str], dt.datetime | None, dt.datetime]


@st.cache_resource(show_spinner=False, max_entries=32)
def _pairs(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], at: dt.datetime | None,
    now: dt.datetime,
) -> shadow.Pairs:  # fmt: skip
    known = health_session.outputs(session.model_named(name), at)
    served = known.performance.assessment.material if known else None
    return shadow.read(session.store(), name, version, segment=segment, known_at=at, served=served)


def key(scope: Scope, version: str, segment: tuple[str, str] | None = None) -> Key:
    """What an answer about a shadow depends on."""
    at = scope.as_of_at if scope.as_of else None
    chosen = scope.segment if segment is None else segment
    return (*session.key_of(scope.model.name), version, chosen, at, session.grain_of(scope.model))


def pairs(scope: Scope, version: str, segment: tuple[str, str] | None = None) -> shadow.Pairs:
    """A shadow beside the champion, shared by all visitors: never change it.

    Parameters
    ----------
    scope : Scope
    version : str
        The shadow.
    segment : (column, value), optional
        The bar's by default; ('', '') for all rows.

    Raises
    ------
    NoPairsError
        If no request was scored by both.
    """
    return _pairs(*key(scope, version, segment))


@st.cache_resource(show_spinner=False, max_entries=32)
def _chunks(given: Key, chunk: str) -> shadow.frames.Chunks:
    return shadow.frames.chunks_of(_pairs(*given), chunk)


def chunks(scope: Scope, version: str) -> shadow.frames.Chunks:
    """The chunks that hold pairs, shared by all visitors: never change them."""
    return _chunks(key(scope, version), scope.chunk)


def _array(places: bytes) -> NDArray[np.intp]:
    return np.array(session.unpacked(places), dtype=np.intp)


@st.cache_resource(show_spinner=False, max_entries=256)
def _gain(given: Key, metric: str, places: bytes) -> Gain:
    found = _pairs(*given)
    return shadow.gains.gain(found, _metric(found.model, metric), _array(places))


def gain(scope: Scope, version: str, metric: str, places: tuple[int, ...]) -> Gain:
    """How much better the shadow is by a metric, over some keys as one window."""
    return _gain(key(scope, version), metric, session.packed(places))


@st.cache_resource(show_spinner=False, max_entries=64)
def _right(given: Key, places: bytes) -> Right:
    return shadow.gains.who_was_right(_pairs(*given), _array(places))


def right(scope: Scope, version: str, places: tuple[int, ...]) -> Right:
    """Who was right where only one was, over some keys as one window."""
    return _right(key(scope, version), session.packed(places))


@st.cache_resource(show_spinner=False, max_entries=64)
def _course(given: Key, chunk: str, metric: str) -> Gain:
    found = _pairs(*given)
    return shadow.gains.course(found, _metric(found.model, metric), _chunks(given, chunk).places)


def course(scope: Scope, version: str, metric: str) -> Gain:
    """The same of every chunk that holds pairs."""
    return _course(key(scope, version), scope.chunk, metric)


@st.cache_resource(show_spinner=False, max_entries=32)
def _expected(given: Key, chunk: str, metric: str, places: bytes) -> shadow.Expected | str:
    found = _pairs(*given)
    windows = [_array(places)] if places else _chunks(given, chunk).places
    try:
        return shadow.expected(session.store(), found, [_metric(found.model, metric)], windows)[0]
    except performance.NotEstimableError as error:
        return reasons.sentence(error.code, **error.facts)


def expected(scope: Scope, version: str, metric: str, places: tuple[int, ...] = ()) -> shadow.Expected | str:
    """What scores alone say of the gain, or why they say nothing.

    Parameters
    ----------
    scope : Scope
    version : str
        The shadow.
    metric : str
        Its key.
    places : tuple of int, optional
        Keys that make one window; by default every chunk that holds pairs is one.
    """
    return _expected(key(scope, version), scope.chunk, metric, session.packed(places))


@st.cache_resource(show_spinner=False, max_entries=32)
def _agreeing(given: Key, chunk: str) -> shadow.Agreeing:
    return shadow.agreeing(_pairs(*given), _chunks(given, chunk).places)


def agreeing(scope: Scope, version: str) -> shadow.Agreeing:
    """How often both decided alike in every chunk that holds pairs."""
    return _agreeing(key(scope, version), scope.chunk)


@dataclass(frozen=True, eq=False)
class Together:
    """Two versions over some keys as one window; never change it.

    Attributes
    ----------
    agreeing : Agreeing
    latency : Latency or None
    failures : Failures or None
    cells : ndarray of shape (A, B)
        Pairs by both scores.
    """

    agreeing: shadow.Agreeing
    latency: shadow.Latency | None
    failures: shadow.Failures | None
    cells: Floats


@st.cache_resource(show_spinner=False, max_entries=32)
def _together(given: Key, places: bytes) -> Together:
    found, held = _pairs(*given), _array(places)
    return Together(
        shadow.agreeing(found, [held]), shadow.latency(found, held), shadow.failures(found, held),
        shadow.Joint(found, [held]).scores[0],
    )  # fmt: skip


def together(scope: Scope, version: str, places: NDArray[np.intp]) -> Together:
    """What both said over some keys as one window, without labels."""
    return _together(key(scope, version), session.packed(tuple(places.tolist())))


@st.cache_resource(show_spinner=False, max_entries=32)
def _segments(given: Key) -> list[shadow.Pairs]:
    return shadow.every_segment(session.store(), _pairs(*given))


def segments(scope: Scope, version: str) -> list[shadow.Pairs]:
    """The pairs of every segment, shared by all visitors: never change them."""
    return _segments(key(scope, version, ("", "")))


@st.cache_resource(show_spinner=False, max_entries=64)
def _segment_gains(given: Key, every: Key, metric: str, places: bytes) -> list[tuple[str, Gain]]:
    whole = _pairs(*given)
    keys = {whole.keys[place] for place in session.unpacked(places)}
    found = []
    for segment in _segments(every):
        held = np.array([i for i, key in enumerate(segment.keys) if key in keys], dtype=np.intp)
        if len(held) and segment.labelled[held].sum() > 0:
            one = shadow.gains.gain(segment, _metric(whole.model, metric), held)
            if np.isfinite(one.gain):
                found.append(("=".join(segment.segment), one))
    return found


def segment_gains(scope: Scope, version: str, metric: str, places: tuple[int, ...]) -> list[tuple[str, Gain]]:
    """The gain of every segment that has one, over some keys of the pairs shown as one window."""
    every = key(scope, version, ("", ""))
    return _segment_gains(key(scope, version), every, metric, session.packed(places))


@st.cache_resource(show_spinner=False, max_entries=32)
def _differences(given: Key, window: Window) -> tuple[Floats, Floats]:
    return shadow.score_differences(session.store(), _pairs(*given), window)


def differences(scope: Scope, version: str, window: Window) -> tuple[Floats, Floats]:
    """How far the shadow's score lies from the champion's, as edges and counts; never change them."""
    return _differences(key(scope, version), window)


@st.cache_resource(show_spinner=False, max_entries=32)
def _parts(given: Key, window: Window) -> list[Part]:
    return shadow.by_segment(_segments(given), window)


def parts(scope: Scope, version: str) -> list[Part]:
    """Where both differ in the range: every segment, the one in which they differ most first."""
    return _parts(key(scope, version, ("", "")), scope.window)


@st.cache_resource(show_spinner=False, max_entries=32)
def _judged(given: Key, trial: Trial) -> shadow.Judged:
    return shadow.judged(session.store(), _pairs(*given), trial)


def judged(scope: Scope, version: str, trial: Trial) -> shadow.Judged:
    """A trial as its final pairs stand; of all rows, whatever segment the bar says."""
    return _judged(key(scope, version, ("", "")), trial)


def _metric(model: Model, name: str) -> Metric:
    return next(one for one in performance.metrics_of(model) if one.key == name)
