"""What the Alerts page reads: courses for replays are remembered, incidents are read anew each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from monitoring.alerts import Course, Kept, Noise, Rule, Watch, diagnosed
from monitoring.alerts.channels import Channel, ChannelError, channels
from monitoring.alerts.commanding import waiting
from monitoring.alerts.evaluating import evaluate, kept
from monitoring.models import Model
from monitoring.store import incidents
from monitoring.store.incidents import Entry, Row
from monitoring.ui import session


@dataclass(frozen=True)
class Known:
    """The incidents of a model.

    Attributes
    ----------
    model : Model
    rows : list of Row
        The newest onset first.
    entries : list of Entry
        The oldest first.
    waiting : tuple of int
        Numbers of open ones that nobody took in hand.
    evaluated : bool
        Whether the rules were evaluated at all.
    """

    model: Model
    rows: list[Row]
    entries: list[Entry]
    waiting: tuple[int, ...]
    evaluated: bool

    def own(self, number: int) -> list[Entry]:
        """What happened to one incident, the oldest first."""
        return [one for one in self.entries if one.number == number]

    @property
    def kept(self) -> list[Kept]:
        """The incidents as alerts take them."""
        return [kept(row) for row in self.rows]


def known(model: Model) -> Known:
    """The incidents of a model as they are kept now."""
    store = session.store()
    rows, entries = incidents.kept(store, model.name), incidents.history(store, model.name)
    evaluated = bool(incidents.evaluation(store, model.name)[0])
    return Known(model, rows, entries, waiting(rows, entries), evaluated)


def evaluated(model: Model) -> None:
    """Evaluate the model's rules now."""
    evaluate(session.store(), model.name)


def noise(one: Known) -> dict[str, Noise]:
    """How noisy each rule is."""
    marked = {
        kind: {entry.number for entry in one.entries if entry.kind == kind}
        for kind in ("unhelpful", "acknowledged")
    }
    step = Watch(session.store(), one.model, session.now_of(one.model)).step
    found = diagnosed(one.model.alert_rules, one.kept, marked["unhelpful"], marked["acknowledged"], step)
    return dict(found)


@st.cache_resource(show_spinner=False, max_entries=64)
def _course(path: str, name: str, version: str, now: dt.datetime, rule: Rule) -> Course | None:
    model = session.model_named(name)
    return Watch(session.store(), model, session.now_of(model)).course(rule)


def course(model: Model, rule: Rule) -> Course | None:
    """What a rule looks at, shared by all visitors: never change it."""
    # Only what is watched decides, so that a rule that is tried with other numbers reads nothing anew.
    plain = Rule(name="tried", condition=rule.condition, signal=rule.signal, segment=rule.segment)
    return _course(*session.key_of(model.name), session.grain_of(model), plain)


def configured() -> tuple[dict[str, Channel], str]:
    """The channels that are set up, and what is wrong with their file."""
    try:
        return channels(), ""
    except ChannelError as error:
        return {}, str(error)


def named(models: Sequence[Model]) -> dict[str, list[str]]:
    """Channels that rules name, with the rules that do."""
    found: dict[str, list[str]] = {}
    for model in models:
        for rule in model.alert_rules:
            for channel in rule.channels:
                found.setdefault(channel, []).append(f"{model.name}: {rule.name}")
    return found
