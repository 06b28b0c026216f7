"""The courses that a model's rules look at, read from its store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from monitoring import drift, health, performance, quality, shadow, windows
from monitoring.alert_rules import Rule
from monitoring.alerts.arriving import Ask, age, calendar, filled, step
from monitoring.alerts.courses import Course, course, laid, without
from monitoring.alerts.rows_and_people import backlog, odd_rows
from monitoring.health.ribbons import ribbon
from monitoring.models import Model
from monitoring.performance.calibration_signal import lasting
from monitoring.shadow.verdict import CODES
from monitoring.statistics.severity import AMBER, GREEN, GREY, NAMES, RED, Codes
from monitoring.store import trials
from monitoring.store.reference_rows import reference_window

if TYPE_CHECKING:
    from monitoring.store import Store

COVERAGE_AMBER, COVERAGE_RED = 0.8, 0.5
"""Shares of the usual label coverage below which that of final labels is amber, and red."""
_DECIDED = {"shadow_worse": RED, "shadow_better": AMBER, "shadow_not_worse": AMBER, "segment_blocks": AMBER}
"""A verdict on a shadow is news, whichever it is; one that it is worse is the loudest."""
Found = TypeVar("Found")


@dataclass(eq=False)
class Watch:
    """A model at an instant, of which each thing is read when the first rule asks for it.

    Attributes
    ----------
    store : Store
    model : Model
    at : datetime
        Aware; nothing after it counts.
    """

    store: Store
    model: Model
    at: dt.datetime
    _known: dict[object, Any] = field(default_factory=dict)

    @property
    def step(self) -> dt.timedelta:
        """Length of a chunk of the model, on the scale of profile keys."""
        return step(self.model)

    def courses(self, rules: tuple[Rule, ...] | None = None) -> dict[str, Course | None]:
        """What each rule looks at, by its name; None where it cannot be read.

        Parameters
        ----------
        rules : tuple of Rule, optional
            The model's own by default.
        """
        return {rule.name: self.course(rule) for rule in (self.model.alert_rules if rules is None else rules)}

    def course(self, rule: Rule) -> Course | None:
        """What one rule looks at; None where it cannot be read, for instance without a reference."""
        what, part = rule.watches, rule.part
        return self._once(("course", what, part), lambda: self._read(what, part))

    def report(self) -> health.Report:
        """How the model does at the instant."""
        known, volume = self._outputs(), self._volume_frame()
        odd = health.odd_rows(self.store, self.model, self.at)
        tried = (*odd, *health.trying(self.store, self.model, known))
        judged, checked = self._assessment(("", "")), self._checked()
        troubles = health.following(self.store, self.model, self.at)
        return health.report(self.model, judged, None, volume, self.at, known, tried, checked, troubles)

    def _once(self, key: object, read: Callable[[], Found]) -> Found:
        if key not in self._known:
            self._known[key] = read()
        return self._known[key]

    def _outputs(self) -> health.Outputs | None:
        return self._once("outputs", lambda: health.outputs(self.store, self.model, self.at))

    def _volume_frame(self) -> pd.DataFrame:
        return self._once("volume", lambda: self.store.volume(self.model.name))

    def _read(self, what: str, segment: tuple[str, str]) -> Course | None:
        if what == "freshness":
            return self._arrived(age)
        if what == "zero_volume":
            return self._arrived(filled)
        if what == "label_coverage":
            return self._coverage()
        if what == "shadow_verdict":
            return self._verdicts()
        if what == "backlog":
            return backlog(self.store, self.model, self.at)
        found = self._model() if what == "model" else self._signal(what, segment)
        window = reference_window(self.model)
        return found and (without(found, window.start, window.stop) if window else found)

    def _signal(self, what: str, segment: tuple[str, str]) -> Course | None:
        if what == "drift":
            return self._drift(segment)
        if what == "quality":
            checked = self._checked()
            return checked and course(laid((key.start for key in checked.keys), checked.quality))
        if what == "outliers":
            return odd_rows(self.store, self.model, self.at)
        parts: dict[dt.datetime, int] = {}
        for one in self._served(segment):
            if one.outputs is not None:
                colours = _colours(one.outputs, what)
                parts |= {key: code for key, code in colours.items() if one.holds(key)}
        return course(parts) if parts else None

    def _drift(self, segment: tuple[str, str]) -> Course | None:
        judged = self._assessment(segment)
        if judged is None:
            return None
        codes = np.where(judged.complete, drift.signal(judged).unconfirmed, GREY)
        return course(laid((key.start for key in judged.keys), codes))

    def _checked(self) -> quality.Assessment | None:
        return self._once("quality", lambda: health.sound(self.store, self.model, self.at))

    def _assessment(self, segment: tuple[str, str]) -> drift.Assessment | None:
        return self._once(("assessment", segment), lambda: self._judged(segment))

    def _judged(self, segment: tuple[str, str]) -> drift.Assessment | None:
        try:
            return drift.read(self.store, self.model.name, as_of=self.at, segment=segment, intervals=False)
        except (drift.NoReferenceError, drift.CalendarError):
            return None

    def _served(self, segment: tuple[str, str]) -> tuple[health.Served, ...]:
        if segment == ("", ""):
            return self._once(
                "served", lambda: health.served(self.store, self.model, self._outputs(), self.at)
            )
        return self._once(("served", segment), lambda: (health.Served(None, None, self._part(segment)),))

    def _part(self, segment: tuple[str, str]) -> health.Outputs | None:
        """Of the serving version alone: a segment has no profile of what earlier versions were judged by."""
        try:
            found = performance.material(self.store, self.model.name, segment=segment, known_at=self.at)
        except performance.NoOutputError:
            return None
        return health.outputs(self.store, self.model, self.at, found=found)

    def _model(self) -> Course | None:
        judged = self._assessment(("", ""))
        if judged is None:
            return None
        served = self._served(("", ""))
        colours, checked = drift.signal(judged), self._checked()
        data = ribbon(self.model, judged, colours, self._volume_frame(), served, checked)
        if data.empty:
            return None
        codes = [GREY if word == "grey" else NAMES.index(word) for word in data["status"]]
        found = laid((key.start for key in judged.keys), codes)
        until = self._performed_until()
        # Where labels are still to come, that nothing else is wrong does not make a model well again.
        young = {key for key, code in found.items() if until is not None and key > until and code == GREEN}
        return course({key: GREY if key in young else code for key, code in found.items()})

    def _performed_until(self) -> dt.datetime | None:
        """Key of the newest chunk whose performance could be judged."""
        known = self._outputs()
        if known is None:
            return None
        signal = known.performance
        judged = np.flatnonzero(signal.model > GREY)
        return signal.assessment.keys[int(judged[-1])].start if len(judged) else None

    def _arrived(self, ask: Ask) -> Course | None:
        """What the instants at which rows came tell; None before the first of them."""
        requests, starts = self._once("calendar", lambda: calendar(self._volume_frame(), self.model, self.at))
        return ask(self.model, requests, starts, self.at) if starts else None

    def _coverage(self) -> Course | None:
        """How many of the labels that should be there are, against what is usual."""
        parts: dict[dt.datetime, int] = {}
        for one in self._served(("", "")):
            if one.outputs is None:
                continue
            whole = one.outputs.performance.assessment
            final = np.array([maturity == "final" for maturity in whole.maturity], dtype=bool)
            keys = [key.start for key in whole.keys]
            codes = coverage_codes(whole.coverage, final & (whole.predicted > 0))
            parts |= {key: code for key, code in laid(keys, codes).items() if one.holds(key)}
        return course(parts) if parts else None

    def _verdicts(self) -> Course | None:
        """What the trials said at the end of every day, the loudest of them, until they were decided."""
        known = self._outputs()
        entries = trials.registered(self.store, self.model.name)
        if known is None or not entries:
            return None
        served = known.performance.assessment.material
        decisions = trials.decisions(self.store, self.model.name)
        parts: dict[dt.datetime, int] = {}
        for version in (*self.model.versions.shadows, *self.model.versions.champions):
            trial = trials.in_force(entries, served.version, version)
            if trial is None or version == served.version:
                continue
            try:
                pairs = shadow.read(self.store, self.model.name, version, served=served)
            except shadow.NoPairsError:
                continue
            judged = shadow.judged(self.store, pairs, trial)
            if not len(judged.keys):
                continue
            over = self._over(trials.ended(trial, decisions), pairs.keys[judged.keys[-1]])
            for place, one in zip(judged.keys.tolist(), judged.path, strict=True):
                code = _DECIDED.get("segment_blocks" if one.blocked else CODES[one.code], GREEN)
                key = pairs.keys[place]
                code = GREEN if key >= over else code
                parts[key] = max(code, parts.get(key, GREY))
        return course(parts) if parts else None

    def _over(self, ended: trials.Decision | None, last: dt.datetime) -> dt.datetime:
        """The key from which on a trial is no news: that of its decision, at the latest its last one."""
        if ended is None or ended.data_at is None:
            return dt.datetime.max
        return min(windows.key_of(ended.data_at, self.model.grain, self.model.zone), last)


def _colours(found: health.Outputs, what: str) -> Mapping[dt.datetime, int]:
    """Colours of single chunks of what a version said, or of how good it was."""
    if what == "predictions":
        if found.drift is None or found.colours is None:
            return {}
        codes = found.colours.cells.max(axis=0, initial=GREY)
        codes = np.where(found.drift.complete, codes, GREY)
        return laid((key.start for key in found.drift.keys), codes)
    keys = [key.start for key in found.performance.assessment.keys]
    if what == "calibration":
        return {} if found.calibration is None else laid(keys, lasting(found.calibration))
    return laid(keys, _performance(found))


def _performance(found: health.Outputs) -> Codes:
    """The worst of single chunks and of several together, where labels are final."""
    signal = found.performance
    whole = signal.assessment
    final = np.array([maturity == "final" for maturity in whole.maturity], dtype=bool)
    single = np.stack([one.status for one in whole.scores.values()]).max(axis=0, initial=GREY)
    pooled = [one.status for each in signal.pooled.values() for one in each.values()]
    worst = np.maximum(single, np.stack(pooled).max(axis=0, initial=GREY)) if pooled else single
    return np.where(final, worst, GREY).astype(np.int8)


def coverage_codes(coverage: np.ndarray, final: np.ndarray) -> Codes:
    """The colour of each chunk's label coverage against the median of those before it.

    Parameters
    ----------
    coverage : ndarray of shape (chunks,)
        Share of predictions whose label is known.
    final : ndarray of bool, of shape (chunks,)
        Whether as many labels as ever come should be there.

    Returns
    -------
    ndarray of int8, of shape (chunks,)
        Grey where labels are not final, or fewer than seven final chunks came before.

    Examples
    --------
    >>> coverage_codes(np.array([*[0.9] * 7, 0.6, 0.4]), np.ones(9, dtype=bool))[-3:]
    array([-1,  1,  2], dtype=int8)
    """
    codes = np.full(len(coverage), GREY, dtype=np.int8)
    before: list[float] = []
    for place in np.flatnonzero(final):
        value = float(coverage[place])
        if len(before) >= 7:
            usual = float(np.median(before))
            level = RED if value < COVERAGE_RED * usual else AMBER
            codes[place] = GREEN if value >= COVERAGE_AMBER * usual else level
        before.append(value)
    return codes
