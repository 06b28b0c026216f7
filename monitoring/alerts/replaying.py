"""Replay: how often rules would have fired over the history, and what a change of them gains or loses.

Labels count as they are known now, for every chunk: a replay tells what the rules would say of the history,
not what they would have said on the day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitoring.alert_rules import Rule
from monitoring.alerts.courses import Course
from monitoring.alerts.firing import Firing, fired
from monitoring.alerts.incidents import Incident, grouped
from monitoring.statistics.severity import GREY


@dataclass(frozen=True)
class Replay:
    """One rule over the history, as it is and as it would be.

    Attributes
    ----------
    judged : int
        Chunks that could be judged.
    before, after : tuple of Firing
        Of the rule in force, none where it is new, and of the one that is tried.
    gained, lost : tuple of Firing
        Those of one side that share no chunk with any of the other.
    """

    judged: int
    before: tuple[Firing, ...]
    after: tuple[Firing, ...]
    gained: tuple[Firing, ...]
    lost: tuple[Firing, ...]


def replayed(old: Rule | None, new: Rule, old_course: Course | None, new_course: Course | None) -> Replay:
    """Try a rule before it is saved.

    Parameters
    ----------
    old : Rule or None
        The one it replaces.
    new : Rule
    old_course, new_course : Course or None
        What they watch.

    Examples
    --------
    >>> from monitoring.alerts.courses import course
    >>> days = [dt.datetime(2026, 1, day) for day in range(1, 8)]
    >>> found = course(dict(zip(days, [0, 2, 0, 0, 1, 1, 0])))
    >>> old, new = Rule(name="r", signal="drift"), Rule(name="r", signal="drift", needed=1, last=1)
    >>> tried = replayed(old, new, found, found)
    >>> len(tried.before), len(tried.after), [one.onset.day for one in tried.gained]
    (1, 2, [2])
    """
    before = fired(old, old_course) if old is not None and old_course is not None else ()
    after = fired(new, new_course) if new_course is not None else ()
    judged = int((new_course.codes > GREY).sum()) if new_course is not None else 0
    return Replay(judged, before, after, _only(after, before), _only(before, after))


def _only(ones: Sequence[Firing], others: Sequence[Firing]) -> tuple[Firing, ...]:
    return tuple(
        one
        for one in ones
        if not any(one.onset <= other.last and other.onset <= one.last for other in others)
    )


def found(
    rules: Sequence[Rule], courses: Mapping[str, Course | None], step: dt.timedelta
) -> tuple[Incident, ...]:
    """Every incident of a model's history.

    Parameters
    ----------
    rules : sequence of Rule
    courses : mapping of str to Course or None
        By the rule's name.
    step : timedelta
        Length of a chunk.
    """
    firings = [
        firing
        for rule in rules
        if (seen := courses.get(rule.name)) is not None
        for firing in fired(rule, seen)
    ]
    return grouped(firings, rules, step)
