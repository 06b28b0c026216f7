"""Incidents: what fired together, and what becomes of those known before when the data say otherwise.

Rules whose breaches began within a few chunks of each other tell of one thing: they are one incident. Each
evaluation looks at the whole history anew, with the labels known now, so an incident may get other rules,
another onset, an end, or be withdrawn because late labels or a forgotten file took its ground away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from monitoring.alert_rules import SEVERITIES, Rule, Severity
from monitoring.alerts.courses import Course
from monitoring.alerts.firing import Firing, fired
from monitoring.statistics.severity import GREY, RED

State = Literal["open", "closed", "withdrawn"]
Event = Literal["opened", "closed", "reopened", "narrowed", "withdrawn", "retired", "changed"]
NEAR = 3
"""Chunks between two onsets that belong to one incident at most."""
_COLOURS = ("grey", "green", "amber", "red")


@dataclass(frozen=True)
class Incident:
    """What fired together.

    Attributes
    ----------
    firings : tuple of Firing
        The earliest onset first.
    severity : {'info', 'warning', 'critical'}
        The worst of their rules.
    """

    firings: tuple[Firing, ...]
    severity: Severity

    @property
    def onset(self) -> dt.datetime:
        """Key of the first chunk that breached."""
        return min(one.onset for one in self.firings)

    @property
    def last(self) -> dt.datetime:
        """Key of the newest chunk in which a rule held."""
        return max(one.last for one in self.firings)

    @property
    def confirmed(self) -> dt.datetime:
        """Key of the chunk that brought the first alert."""
        return min(one.confirmed for one in self.firings)

    @property
    def ended(self) -> dt.datetime | None:
        """Key of the chunk in which no rule held any more; None while one does."""
        ends = [one.ended for one in self.firings]
        return None if None in ends else max(one for one in ends if one is not None)

    @property
    def worst(self) -> str:
        """The worst colour."""
        return max((one.worst for one in self.firings), key=_COLOURS.index)

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules that fired, each once."""
        return tuple(dict.fromkeys(one.rule for one in self.firings))


@dataclass(frozen=True)
class Kept:
    """An incident as it was known before.

    Attributes
    ----------
    number : int
        Of the incident, unique in a store.
    incident : Incident
    state : {'open', 'closed', 'withdrawn'}
    """

    number: int
    incident: Incident
    state: State


@dataclass(frozen=True)
class Change:
    """What an evaluation makes of one incident.

    Attributes
    ----------
    kept : Kept or None
        As it was known; None where it is new.
    incident : Incident
        As it is now.
    event : str
        ``narrowed`` says that some of its rules no longer hold for its time; ``changed`` is no news for
        anybody: another end, or a rule more.
    """

    kept: Kept | None
    incident: Incident
    event: Event

    @property
    def state(self) -> State:
        """What it is from now on."""
        if self.event in ("withdrawn", "retired"):
            return "withdrawn" if self.event == "withdrawn" else "closed"
        return "open" if self.incident.ended is None else "closed"


def grouped(firings: Sequence[Firing], rules: Sequence[Rule], step: dt.timedelta) -> tuple[Incident, ...]:
    """Put firings together whose onsets lie near each other.

    Parameters
    ----------
    firings : sequence of Firing
        Of one model, in any order.
    rules : sequence of Rule
        The rules that fired.
    step : timedelta
        Length of a chunk.

    Returns
    -------
    tuple of Incident
        The oldest first.

    Examples
    --------
    >>> day = lambda number: dt.datetime(2026, 1, number)
    >>> one = lambda rule, number: Firing(rule, day(number), day(number), day(number), None, "red", 1)
    >>> rules = [Rule(name="a"), Rule(name="b", severity="critical")]
    >>> found = grouped([one("b", 3), one("a", 1), one("a", 9)], rules, dt.timedelta(days=1))
    >>> [(one.onset.day, one.rules, one.severity) for one in found]
    [(1, ('a', 'b'), 'critical'), (9, ('a',), 'warning')]
    """
    severity = {rule.name: SEVERITIES.index(rule.severity) for rule in rules}
    groups: list[list[Firing]] = []
    for one in sorted(firings, key=lambda one: (one.onset, one.rule)):
        if groups and one.onset - groups[-1][0].onset <= NEAR * step:
            groups[-1].append(one)
        else:
            groups.append([one])
    return tuple(
        Incident(tuple(group), SEVERITIES[max(severity[one.rule] for one in group)]) for group in groups
    )


def reconciled(
    known: Sequence[Kept], found: Sequence[Incident], courses: Mapping[str, Course | None],
    rules: Sequence[Rule],
) -> tuple[Change, ...]:  # fmt: skip
    """What becomes of incidents that are known, and which are new.

    Parameters
    ----------
    known : sequence of Kept
    found : sequence of Incident
        Of this evaluation, over the whole history.
    courses : mapping of str to Course or None
        What each rule looked at; None where it could not be read, which refutes nothing.
    rules : sequence of Rule
        Those in force.

    Returns
    -------
    tuple of Change
        Nothing of incidents that are as they were.
    """
    left, changes, in_force = list(known), [], {rule.name: rule for rule in rules}
    for incident in found:
        same = _same(incident, left)
        if same is None:
            changes.append(Change(None, incident, "opened"))
            continue
        left.remove(same)
        if same.incident != incident or same.state == "withdrawn":
            changes.append(Change(same, incident, _event(same, incident, in_force)))
    for one in left:
        event = _gone(one, courses, in_force)
        if event is not None:
            changes.append(Change(one, one.incident, event))
    return tuple(changes)


def _same(incident: Incident, known: Sequence[Kept]) -> Kept | None:
    """The known incident that shares a rule and a chunk with one; the nearest onset among several."""
    alike = [
        one for one in known if any(_overlap(a, b) for a in incident.firings for b in one.incident.firings)
    ]
    return min(alike, key=lambda one: abs(one.incident.onset - incident.onset), default=None)


def _overlap(one: Firing, other: Firing) -> bool:
    return one.rule == other.rule and one.onset <= other.last and other.onset <= one.last


def _event(same: Kept, incident: Incident, rules: Mapping[str, Rule]) -> Event:
    over = incident.ended is not None
    if same.state == "withdrawn" or (same.state == "closed" and not over):
        return "reopened"
    if any(name in rules and name not in incident.rules for name in same.incident.rules):
        return "narrowed"
    return "closed" if same.state == "open" and over else "changed"


def _gone(one: Kept, courses: Mapping[str, Course | None], rules: Mapping[str, Rule]) -> Event | None:
    """Whether an incident that is not found any more is withdrawn, or only cannot be judged."""
    if one.state == "withdrawn":
        return None
    firings = [each for each in one.incident.firings if each.rule in rules]
    if not firings:
        return "retired" if one.state == "open" else None
    refuted = all(_refuted(each, courses.get(each.rule), rules[each.rule]) for each in firings)
    return "withdrawn" if refuted else None


def _refuted(one: Firing, found: Course | None, rule: Rule) -> bool:
    """Whether a rule cannot have held, whatever those chunks were of which nothing is known now."""
    if found is None:
        return False
    span = np.array([one.onset <= key <= one.last for key in found.keys], dtype=bool)
    worst = Course(found.keys, np.where(span & (found.codes == GREY), RED, found.codes).astype(np.int8))
    return bool(span.any()) and not any(_overlap(one, each) for each in fired(rule, worst))
