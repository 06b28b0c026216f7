"""Evaluating a model's rules: incidents are opened, closed or withdrawn, and messages about them put out.

An evaluation rests on the data of the model, its file and its clock. It looks at the whole history each time,
and the same evaluation again changes nothing, so that it may run as often as anybody likes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitoring import windows
from monitoring.alert_rules import Rule
from monitoring.alerts import messages, replaying
from monitoring.alerts.incidents import Change, Incident, Kept, reconciled
from monitoring.alerts.watching import Watch
from monitoring.models import Model
from monitoring.store import incidents as stored
from monitoring.store.incidents import Entry, Message, Row, Step

if TYPE_CHECKING:
    from monitoring.store import Store

DIGEST_HOUR = 8
"""The hour of the model's day at which the digest is sent."""
_NEWS = ("opened", "reopened", "closed", "narrowed", "withdrawn")


def made_from(store: Store, model: Model) -> str:
    """Everything an evaluation rests on, as a text that is the same until something of it changes.

    The clock counts by the hour: an hour is the finest chunk, and freshness is told in hours.
    """
    hour = store.now(model).astimezone(windows.UTC).replace(minute=0, second=0, microsecond=0)
    rules = hashlib.sha256(repr(model.alert_rules).encode()).hexdigest()[:16]
    return f"{store.data_version(model.name)} {rules} {hour:%Y-%m-%dT%H}"


def evaluate(store: Store, name: str, now: dt.datetime | None = None) -> list[tuple[int, str]]:
    """Evaluate the rules of one model at its clock.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    now : datetime, optional
        The instant at which messages are put out; the present one by default.

    Returns
    -------
    list of (number, event)
        Incidents that were opened, closed, opened again, withdrawn, closed with their rule or changed.

    Raises
    ------
    UnknownModel
        If no model has the name.
    """
    model = store.model(name)
    basis = made_from(store, model)
    before, clock = stored.evaluation(store, name)
    if basis == before:
        return []
    at = store.now(model)
    watch = Watch(store, model, at)
    courses = watch.courses()
    found = replaying.found(model.alert_rules, courses, watch.step)
    said = messages.told(model, watch.report())
    evaluation = _Evaluation(model, clock, said, now or dt.datetime.now(dt.UTC))

    def decide(rows: list[Row], entries: list[Entry]) -> Sequence[Step]:
        changes = reconciled([kept(row) for row in rows], found, courses, model.alert_rules)
        by_number = {row.number: row for row in rows}
        return [evaluation.step(one, by_number, entries) for one in changes]

    return stored.record(store, name, basis, at, decide)


def kept(row: Row) -> Kept:
    """An incident as the store has it."""
    state = "open" if row.state == "open" else "withdrawn" if row.state == "withdrawn" else "closed"
    return Kept(row.number, messages.read(row.content, row.severity), state)


class _Evaluation:
    """What is the same for every incident of one evaluation."""

    def __init__(self, model: Model, clock: dt.datetime | None, sentence: str, now: dt.datetime) -> None:
        self.model, self.clock, self.sentence, self.now = model, clock, sentence, now

    def step(self, change: Change, rows: dict[int, Row], entries: Sequence[Entry]) -> Step:
        """What to write of one incident, and whom to tell."""
        incident, number = change.incident, change.kept.number if change.kept else 0
        known = rows.get(number)
        sentence = self.sentence if change.state == "open" else (known.sentence if known else "")
        row = Row(
            number, self.model.name, change.state, incident.onset, incident.last, incident.ended,
            incident.severity, incident.worst, messages.content(incident), sentence,
            known.opened_at if known else None,
        )  # fmt: skip
        note = messages.reason(change)
        own = [entry for entry in entries if entry.number == number] if number else []
        tell = self._news(change, own)
        return Step(row, change.event, note, lambda n: self._messages(n, change, note) if tell else [])

    def _news(self, change: Change, entries: Sequence[Entry]) -> bool:
        """Whether anybody is told: not of history, not while it is snoozed, not of what nobody was told."""
        if change.event not in _NEWS or snoozed(entries, self.now):
            return False
        if change.event == "opened":
            return change.incident.ended is None or self._recent(change.incident)
        return True

    def _recent(self, incident: Incident) -> bool:
        """Whether an incident that is over already was confirmed after the evaluation before."""
        if self.clock is None:
            return False
        key = windows.key_of(self.clock, self.model.grain, self.model.zone)
        return incident.confirmed >= key

    def _messages(self, number: int, change: Change, note: str) -> list[Message]:
        """One message for each channel of the rules that fired; at once where one of them wants it so."""
        incident, event = change.incident, change.event
        rules = {rule.name: rule for rule in self.model.alert_rules}
        before = change.kept.incident.rules if change.kept else ()
        wanted: dict[str, list[Rule]] = {}
        for name in dict.fromkeys((*incident.rules, *before)):
            for channel in rules[name].channels if name in rules else ():
                wanted.setdefault(channel, []).append(rules[name])
        subject = messages.subject(self.model, incident, event)
        sentence = self.sentence if event in ("opened", "reopened") else ""
        body = messages.body(self.model, number, incident, event, sentence, note)
        return [
            Message(channel, event, subject, body, late, self._digest_at() if late else self.now)
            for channel, ones in wanted.items()
            for late in (all(rule.delivery == "digest" for rule in ones),)
        ]

    def _digest_at(self) -> dt.datetime:
        """The next time at which digests are sent."""
        local = self.now.astimezone(self.model.zone)
        at = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
        return at if at > local else at + dt.timedelta(days=1)


def snoozed(entries: Sequence[Entry], now: dt.datetime) -> bool:
    """Whether the newest snooze of an incident still lasts."""
    last = next((one for one in reversed(entries) if one.kind == "snoozed"), None)
    return last is not None and last.until is not None and last.until > now
