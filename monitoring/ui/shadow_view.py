"""The Shadow page's picture of two versions: what is shown, what it asks its reader, and its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from monitoring import performance, reasons, shadow
from monitoring.models import Model
from monitoring.shadow.gains import Gain
from monitoring.shadow.wording import WORDS, verdict_words
from monitoring.statistics.metrics import Metric
from monitoring.store import trials
from monitoring.store.trials import Trial
from monitoring.ui import cards, session, shadow_session
from monitoring.ui.numbers import count, day, share
from monitoring.ui.performance_words import signed
from monitoring.ui.scopes import Scope

VIEWS = ("trial", "difference", "agreement", "segments")
WINDOWS = {"7 chunks": 7, "28 chunks": 28, "range": 1_000_000}
DEFAULT_WINDOW = "range"
_PREFERRED = {"binary": "brier", "multiclass": "accuracy", "regression": "mae"}


@dataclass(frozen=True, eq=False)
class View:
    """Two versions as the page shows them.

    Attributes
    ----------
    scope : Scope
    shadow : str
    pairs : Pairs
        Of the bar's segment.
    chunks : Chunks
        Those that hold pairs.
    shown : ndarray of int
        Places in ``chunks.kept`` of those inside the range.
    metric : Metric
        By which they are compared.
    places : tuple of int
        The keys of the newest final chunks that are told as one.
    trial : Trial or None
        In force.
    """

    scope: Scope
    shadow: str
    pairs: shadow.Pairs
    chunks: shadow.frames.Chunks
    shown: np.ndarray
    metric: Metric
    places: tuple[int, ...]
    trial: Trial | None

    @property
    def model(self) -> Model:
        """The model that is looked at."""
        return self.pairs.model

    @property
    def gain(self) -> Gain | None:
        """How much better the shadow is in the window; None where nothing is final."""
        if not self.places:
            return None
        return shadow_session.gain(self.scope, self.shadow, self.metric.key, self.places)


@dataclass(frozen=True)
class Chosen:
    """What the page's own controls say."""

    shadow: str
    metric: str
    count: int
    view: str


def shadows(scope: Scope) -> list[str]:
    """The versions that can be compared with the one that serves, those of the model's file first."""
    versions = scope.model.versions
    known = (*versions.shadows, *versions.champions, *session.versions(scope.model, scope.version))
    return [one for one in dict.fromkeys(known) if one != scope.version]


def choices(scope: Scope) -> Chosen | None:
    """Draw the controls and say what they say; None where the model has no shadow."""
    options = shadows(scope)
    if not options:
        return None
    metrics = [one.key for one in performance.metrics_of(scope.model) if one.better != "neither"]
    preferred = _PREFERRED[scope.model.task]
    metrics = [preferred, *(one for one in metrics if one != preferred)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="shadow-head"):
        version = st.selectbox("Shadow", options, key="shadow", bind="query-params", width=150)
        metric = st.selectbox("Metric", metrics, key="metric", bind="query-params", width=190)
        length = st.segmented_control(
            "Window", list(WINDOWS), default=DEFAULT_WINDOW, key="window", bind="query-params",
            help="So many of the newest chunks whose labels are final are told as one; range: all shown.",
        )  # fmt: skip
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed"
    )
    return Chosen(
        version if version in options else options[0],
        metric if metric in metrics else metrics[0],
        WINDOWS[length or DEFAULT_WINDOW],
        view or VIEWS[0],
    )


def view(scope: Scope, chosen: Chosen) -> View:
    """What the page shows.

    Raises
    ------
    NoPairsError
        If no request was scored by both.
    """
    found = shadow_session.pairs(scope, chosen.shadow)
    chunks = shadow_session.chunks(scope, chosen.shadow)
    inside = [scope.window.holds(chunks.whole.keys[one].start) for one in chunks.kept]
    shown = np.flatnonzero(inside)
    final = [one for one in shown.tolist() if chunks.whole.maturity[chunks.kept[one]] == "final"]
    places = [int(key) for one in final[-chosen.count :] for key in chunks.places[one]]
    metric = next(one for one in performance.metrics_of(scope.model) if one.key == chosen.metric)
    known = trials.registered(session.store(), scope.model.name)
    trial = trials.in_force(known, found.champion, chosen.shadow)
    return View(scope, chosen.shadow, found, chunks, shown, metric, tuple(places), trial)


def answer(one: View) -> tuple[str, str, str]:
    """The page's answer: the trial's verdict; without a trial what the window says, judged by nobody.

    Returns
    -------
    status, sentence, word : str
    """
    if one.trial is not None:
        judged = shadow_session.judged(one.scope, one.shadow, one.trial)
        ended = trials.ended(one.trial, trials.decisions(session.store(), one.model.name))
        then = ended_words(ended) if ended else reasons.fix(judged.reason)
        return judged.status, cards.full(f"{verdict_words(judged)}. {then}"), WORDS[judged.reason]
    said = cards.full(reasons.sentence("no_trial", shadow=one.shadow))
    return "grey", f"{said} {window_words(one)}", "No trial"


def ended_words(decision: trials.Decision) -> str:
    """How a trial ended."""
    what = "promoted" if decision.decided == "promote" else "stopped"
    when = f" on {day(decision.decided_at)}" if decision.decided_at else ""
    return f"It was {what}{when} by {decision.author or 'somebody'}: {decision.reason}"


def window_words(one: View) -> str:
    """What the window's final pairs say, if this were the only look."""
    found = one.gain
    if found is None:
        return "No chunk in this range has final labels for both yet."
    gain, lower, upper = (signed(one.metric, float(end)) for end in (found.gain, found.lower, found.upper))
    ends = f" ({lower} to {upper}, if this were the only look)" if np.isfinite(found.error) else ""
    return f"On {count(float(found.n))} final rows {one.shadow} gains {gain} by {one.metric.short}{ends}."


def pairing_words(one: View) -> str:
    """How many requests both scored."""
    alike = shadow_session.agreeing(one.scope, one.shadow)
    rows, predicted = (float(values[one.shown].sum()) for values in (alike.rows, alike.predicted))
    return (
        f"{count(rows)} of {count(predicted)} requests in chunks with pairs were scored by both "
        f"({share(rows / predicted if predicted else np.nan)}); only these are compared."
    )
