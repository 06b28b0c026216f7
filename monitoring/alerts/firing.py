"""When a rule fires on a course: stretches of chunks, each with its onset and, once it is over, its end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.alert_rules import Rule
from monitoring.alerts.courses import Course
from monitoring.statistics.severity import AMBER, GREY, NAMES, RED, persistent

LEVELS = {"amber": AMBER, "red": RED}


@dataclass(frozen=True)
class Firing:
    """A stretch of chunks in which a rule held.

    Attributes
    ----------
    rule : str
        Its name.
    onset : datetime
        Key of the first chunk that breached.
    confirmed : datetime
        Key of the chunk in which as many had breached as the rule needs.
    last : datetime
        Key of the newest chunk in which the rule held.
    ended : datetime or None
        Key of the first judged chunk in which it held no more; None while it holds.
    worst : str
        The worst colour.
    chunks : int
        How many held.
    """

    rule: str
    onset: dt.datetime
    confirmed: dt.datetime
    last: dt.datetime
    ended: dt.datetime | None
    worst: str
    chunks: int


def fired(rule: Rule, found: Course) -> tuple[Firing, ...]:
    """Every time a rule fired on a course, the oldest first.

    A chunk of which nothing is known neither begins nor ends anything.

    Parameters
    ----------
    rule : Rule
    found : Course
        Of what the rule watches.

    Returns
    -------
    tuple of Firing

    Examples
    --------
    >>> from monitoring.alerts.courses import course
    >>> days = [dt.datetime(2026, 1, day) for day in range(1, 8)]
    >>> (one,) = fired(Rule(name="r", signal="drift"), course(dict(zip(days, [0, 1, 0, 2, 1, 0, 0]))))
    >>> one.onset.day, one.confirmed.day, one.ended.day, one.worst
    (2, 4, 7, 'red')
    """
    if not len(found):
        return ()
    holds, judged = _changes(rule, found) if rule.condition == "status_change" else _breaches(rule, found)
    firings: list[Firing] = []
    begin = newest = -1
    for place in range(len(found)):
        if holds[place]:
            begin, newest = (place if begin < 0 else begin), place
        elif begin >= 0 and judged[place]:
            firings.append(_firing(rule, found, holds, (begin, newest, place)))
            begin = -1
    if begin >= 0:
        firings.append(_firing(rule, found, holds, (begin, newest, -1)))
    return tuple(firings)


def _breaches(rule: Rule, found: Course) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """In which chunks enough of the last ones breached, and in which that can be said."""
    lasting = persistent(found.codes, *rule.persistence)
    own = found.codes > GREY
    # Before the first chunks have enough behind them nothing is judged; a gap later says nothing either.
    return (lasting >= LEVELS[rule.status]) & own, (lasting > GREY) & own


def _changes(rule: Rule, found: Course) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """In which chunks the colour is not that of the last judged one before, one of both being bad enough."""
    judged = found.codes > GREY
    holds = np.zeros(len(found), dtype=bool)
    places = np.flatnonzero(judged)
    before, now = found.codes[places[:-1]], found.codes[places[1:]]
    holds[places[1:]] = (before != now) & (np.maximum(before, now) >= LEVELS[rule.status])
    return holds, judged


def _firing(rule: Rule, found: Course, holds: NDArray[np.bool_], places: tuple[int, int, int]) -> Firing:
    """A stretch from the chunk in which the rule first held to the newest one, ended where that is known."""
    begin, newest, end = places
    level, (_, last) = LEVELS[rule.status], rule.persistence
    onset = begin
    if rule.condition != "status_change":
        near = range(max(0, begin - last + 1), begin + 1)
        onset = next(place for place in near if found.codes[place] >= level)
    return Firing(
        rule.name, found.keys[onset], found.keys[begin], found.keys[newest],
        found.keys[end] if end >= 0 else None, NAMES[int(found.codes[onset : newest + 1].max())],
        int(holds[begin : newest + 1].sum()),
    )  # fmt: skip
