"""Filling the queue: which of the rows that the sources find are looked at, and with which chance.

Each source chooses by its weights and by a random number of its own that comes from the hash of the id. So
the chance with which a row is chosen is known for every source, and the sources are independent: the chance
that any of them chooses it follows. A day is filled once it is over; whoever fills it again finds it filled.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitoring.models import Model, Review
from monitoring.review.sources import SOURCES, Source, sources_of
from monitoring.statistics import draws
from monitoring.store import case_intake, cases, review_rows
from monitoring.store.case_intake import Chosen, Fill, Reasons
from monitoring.store.review_rows import Asked, Found

if TYPE_CHECKING:
    from monitoring.store import Store

DAYS = 28
"""How far back days are filled that nobody has filled."""
CANDIDATES = 20
"""So many times its budget a source is asked for; it chooses among these."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a source chose on a day, and the chance of every row that it found.

    Attributes
    ----------
    source : Source
    day : date
    found : Found
    chance : ndarray of shape (rows,)
    chosen : ndarray of bool, shape (rows,)
    """

    source: Source
    day: dt.date
    found: Found
    chance: np.ndarray
    chosen: np.ndarray


def fill(store: Store, name: str, *, as_of: dt.datetime | None = None, days: int = DAYS) -> int:
    """Look for cases on the days that are over and bring them into the queue.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    as_of : datetime, optional
        The instant up to which days are over; by default the model's clock.
    days : int
        How many days before it are looked at.

    Returns
    -------
    int
        How many cases are new.

    Raises
    ------
    UnknownModel
        If no model has the name.
    """
    model = store.model(name)
    settings = model.review or Review()
    if store.span(name).last is None:
        return 0
    at = as_of or store.now(model)
    last = at.astimezone(model.zone).date() - dt.timedelta(days=1)
    first = last - dt.timedelta(days=days - 1)
    used = sources_of(model.task, settings)
    before = _Before(
        {(one.day, one.reason): one for one in case_intake.fills(store, name)},
        {(one.id, one.day): frozenset(one.reasons) for one in case_intake.keys(store, name)},
    )
    wanted = [first + dt.timedelta(days=place) for place in range(days)]
    asked = Asked(store, model, first, last, CANDIDATES * settings.budget)
    found = {
        one.key: one.find(asked, settings) for one in used
        if not _settled(one) or any((day, one.key) not in before.fills for day in wanted)
    }  # fmt: skip
    population = review_rows.population(store, model, first, last)
    each = settings.budget // max(len(used), 1)  # kept for those that find rows of a day later
    drawn: list[Drawn] = []
    for day, rows in zip(population.day.tolist(), population.rows.tolist(), strict=True):
        of_day = {key: _of(one, day) for key, one in found.items()}
        drawn += _day(model, settings, day, of_day, before, rows, each)
    fills = [
        Fill(one.day, one.source.key, len(one.found), int(one.chosen.sum())) for one in drawn
        if one.chosen.any() or (one.day, one.source.key) not in before.fills
    ]  # fmt: skip
    if not fills:
        return 0
    usual = settings.audit if any(one.key == cases.AUDIT for one in used) else 0.0
    chosen, reasons = _laid_out(drawn, _chances(drawn, usual))
    return case_intake.add(store, name, chosen, reasons, fills)


@dataclass(frozen=True)
class _Before:
    """What was filled before: by day and reason, and the reasons of every case."""

    fills: Mapping[tuple[dt.date, str], Fill]
    reasons: Mapping[tuple[str, dt.date], frozenset[str]]

    def new(self, found: Found, reason: str) -> np.ndarray:
        """Which of some rows have not been chosen for a reason yet."""
        return np.array([reason not in self.reasons.get(key, frozenset()) for key in _keys(found)], bool)


def _settled(source: Source) -> bool:
    """Whether a source sees all its rows of a day at once; late rows and late labels come to the others."""
    return source.timely and source.key != cases.AUDIT


def _keys(found: Found) -> list[tuple[str, dt.date]]:
    return list(zip(found.id.tolist(), found.day.tolist(), strict=True))


def _day(
    model: Model, settings: Review, day: dt.date, found: Mapping[str, Found], before: _Before, rows: int,
    each: int,
) -> list[Drawn]:  # fmt: skip
    """What every source chooses on a day, the audit first: the others share what it leaves of the budget."""
    parts = [
        _audit(found[cases.AUDIT], day, settings, before, rows)
    ] if cases.AUDIT in found else []  # fmt: skip
    left, timely = settings.budget - (len(parts[0].found) if parts else 0), []
    for key, rows_ in found.items():
        if key == cases.AUDIT:
            continue
        if _settled(SOURCES[key]):
            timely += [key] if (day, key) not in before.fills else []
            continue
        size = min(each, left)
        left -= size
        parts.append(_late(SOURCES[key], day, rows_, before, size, model.name))
    for key, size in zip(timely, shared(max(left, 0), [len(found[key]) for key in timely]), strict=True):
        chance = draws.proportional(found[key].weight, size)
        chosen = draws.systematic(chance, _start(model.name, day, key))
        parts.append(Drawn(SOURCES[key], day, found[key], chance, chosen))
    return parts


def _of(found: Found, day: dt.date) -> Found:
    low, high = np.searchsorted(
        found.looked, np.array([day, day + dt.timedelta(days=1)], "datetime64[D]")
    )  # fmt: skip
    return found.only(np.arange(low, high))


def _audit(found: Found, day: dt.date, settings: Review, before: _Before, rows: int) -> Drawn:
    """All rows below the share; where these are more than the budget, once those of the smallest hashes."""
    source, chance = SOURCES[cases.AUDIT], settings.audit
    if len(found) > settings.budget:
        found, chance = (
            found.only(np.argsort(found.order, kind="stable")[: settings.budget]),
            settings.budget / rows,
        )
    new = before.new(found, cases.AUDIT)
    earlier = before.fills.get((day, cases.AUDIT))
    if earlier is not None and earlier.chosen >= settings.budget:
        new[:] = False
    return Drawn(source, day, found, np.full(len(found), chance), new)


def _late(source: Source, day: dt.date, found: Found, before: _Before, size: int, name: str) -> Drawn:
    """What is left of a source's part of the budget, of rows that it had not found before."""
    earlier = before.fills.get((day, source.key))
    left = max(size - (earlier.chosen if earlier else 0), 0)
    fresh = found.only(np.flatnonzero(before.new(found, source.key)))
    chance = draws.proportional(fresh.weight, left)
    return Drawn(source, day, fresh, chance, draws.systematic(chance, _start(name, day, source.key)))


def _start(name: str, day: dt.date, reason: str) -> float:
    """A number in [0, 1) that nobody chooses: the hash of what is drawn."""
    digest = hashlib.sha256(f"{name}/{day}/{reason}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def shared(budget: int, wanted: Sequence[int]) -> list[int]:
    """A budget in equal parts; what one does not want goes to the others.

    Examples
    --------
    >>> shared(50, [100, 3, 40]), shared(2, [5, 5, 5]), shared(9, [])
    ([24, 3, 23], [1, 1, 0], [])
    """
    given = [0] * len(wanted)
    left = budget
    while left and (hungry := [place for place, size in enumerate(wanted) if given[place] < size]):
        each, more = divmod(left, len(hungry))
        for rank, place in enumerate(hungry):
            part = min(each + (rank < more), wanted[place] - given[place])
            given[place] += part
            left -= part
    return given


@dataclass(frozen=True)
class _Chances:
    """With which chance any timely source would have drawn a row.

    Attributes
    ----------
    weighed : mapping of key to list of float
        Of the sources that choose by weights; a row that none of them found has no entry.
    audit : mapping of date to float
        The audit's, the same for all rows of a day.
    """

    weighed: Mapping[tuple[str, dt.date], list[float]]
    audit: Mapping[dt.date, float]

    def of(self, key: tuple[str, dt.date]) -> float:
        """Of one row."""
        return float(draws.union([*self.weighed.get(key, []), self.audit.get(key[1], 0.0)]))


def _chances(drawn: Sequence[Drawn], usual: float) -> _Chances:
    """The chances of all rows that were found; ``usual`` is that of the audit where it drew none."""
    weighed: dict[tuple[str, dt.date], list[float]] = {}
    audit = {one.day: usual for one in drawn}
    for one in drawn:
        if one.source.key == cases.AUDIT and len(one.found):
            audit[one.day] = float(one.chance[0])
        elif one.source.timely:
            for key, chance in zip(_keys(one.found), one.chance.tolist(), strict=True):
                weighed.setdefault(key, []).append(chance)
    return _Chances(weighed, audit)


def _laid_out(drawn: Sequence[Drawn], chances: _Chances) -> tuple[Chosen, Reasons]:
    """The rows that were chosen, each with its chance of having been chosen by any timely source."""
    rows: dict[tuple[str, dt.date], list] = {}
    reasons: list[tuple] = []
    for one in drawn:
        keys = _keys(one.found)
        for place in np.flatnonzero(one.chosen).tolist():
            key = keys[place]
            row = rows.setdefault(key, [*key, one.found.predicted_at[place], np.nan, np.nan])
            if one.source.timely:
                row[3] = chances.of(key)
            if one.source.key == cases.AUDIT:
                row[4] = float(one.chance[place])
            reasons.append((
                *key, one.source.key, str(one.found.detail[place]), float(one.found.weight[place]),
                float(one.chance[place]),
            ))  # fmt: skip
    kinds = (object, "datetime64[D]", "datetime64[us]", float, float)
    told = (object, "datetime64[D]", object, object, float, float)
    return Chosen(*_columns([*rows.values()], kinds)), Reasons(*_columns(reasons, told))


def _columns(rows: Sequence[Sequence], kinds: Sequence[type | str]) -> list[np.ndarray]:
    return [np.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]
