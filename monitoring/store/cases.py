"""Cases that a person should look at: rows of the log, why each was chosen, with which chance, and by whom.

A case is one request of one day and stands in the queue once, whatever number of reasons it has. What is said
of it are entries that are only added (`monitoring.store.verdicts`).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import duckdb
import pyarrow as pa

from monitoring.store.errors import Refused
from monitoring.store.sql import arrow, named, query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

State = Literal["open", "decided", "all"]
AUDIT = "audit"
_TABLES = (
    """
CREATE TABLE IF NOT EXISTS review_cases (
    model VARCHAR, number BIGINT, id VARCHAR, day DATE, predicted_at TIMESTAMP, chance DOUBLE, audit DOUBLE,
    entered_at TIMESTAMP)""",
    """
CREATE TABLE IF NOT EXISTS review_reasons (
    model VARCHAR, number BIGINT, reason VARCHAR, detail VARCHAR, priority DOUBLE, chance DOUBLE)""",
    """
CREATE TABLE IF NOT EXISTS review_verdicts (
    model VARCHAR, number BIGINT, revision INTEGER, based_on INTEGER, stands BOOLEAN, undoes INTEGER,
    verdict VARCHAR, label VARCHAR, note VARCHAR, tags VARCHAR, author VARCHAR, said_at TIMESTAMP)""",
    """
CREATE TABLE IF NOT EXISTS review_assignments (
    model VARCHAR, number BIGINT, assignee VARCHAR, author VARCHAR, assigned_at TIMESTAMP)""",
    """
CREATE TABLE IF NOT EXISTS review_fills (
    model VARCHAR, day DATE, reason VARCHAR, candidates BIGINT, chosen BIGINT, filled_at TIMESTAMP)""",
    "CREATE SEQUENCE IF NOT EXISTS review_numbers",
)
TABLES = ("review_cases", "review_reasons", "review_verdicts", "review_assignments", "review_fills")
_ASSIGN = "INSERT INTO review_assignments VALUES ($model, $number, $assignee, $author, $at)"


@dataclass(frozen=True)
class Why:
    """One reason for which a case was chosen; the priority lies between 0 and 1."""

    reason: str
    detail: str
    priority: float


@dataclass(frozen=True)
class Case:
    """A row that a person should look at, and what stands of it.

    Attributes
    ----------
    number : int
        Its name among all cases of the store.
    id : str
        Of the request.
    day : date
    predicted_at : datetime
        In UTC.
    chance : float
        With which it would have been drawn for any reason that is known on the day of its prediction; nan
        where only a label that came later chose it.
    audit : float
        With which the random audit drew it; nan where it did not.
    why : tuple of Why
        The strongest first.
    assignee : str
        Empty where it is nobody's.
    revision : int
        Of the entry that stands; 0 where nobody has said anything.
    verdict, label, note : str
        Empty where nothing is said.
    tags : tuple of str
    author : str
    said_at : datetime or None
        In UTC.
    """

    number: int
    id: str
    day: dt.date
    predicted_at: dt.datetime
    chance: float
    audit: float
    why: tuple[Why, ...] = ()
    assignee: str = ""
    revision: int = 0
    verdict: str = ""
    label: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    author: str = ""
    said_at: dt.datetime | None = None

    @property
    def open(self) -> bool:
        """Whether nothing is decided of it yet."""
        return not self.verdict


@dataclass(frozen=True)
class Backlog:
    """What waits: cases without a verdict, when the oldest of them came in, and how many are decided."""

    open: int
    decided: int
    oldest: dt.datetime | None


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of the review, which all models share."""
    for text in _TABLES:
        cursor.execute(text)


def remove(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Delete everything of a model's review; call inside a transaction."""
    for table in TABLES:
        cursor.execute(named("DELETE FROM {table} WHERE model = $name", table=table), {"name": name})


def listed(
    store: Store, name: str, *, state: State = "open", reason: str = "", assignee: str = "",
    number: int | None = None, most: int = 100, skip: int = 0,
) -> list[Case]:  # fmt: skip
    """Cases of a model: open ones by priority, the audit's first; decided ones the newest first.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    state : {'open', 'decided', 'all'}
    reason, assignee : str
        Empty for any.
    number : int, optional
        Of the one case wanted.
    most, skip : int
        A page of them.
    """
    given = {
        "model": name, "state": state, "reason": reason, "assignee": assignee, "most": most, "skip": skip,
        "number": number,
    }  # fmt: skip
    with store.cursor() as cursor:
        rows = cursor.execute(query("review_cases"), given).fetchall()
    return [_case(row) for row in rows]


def one(store: Store, name: str, number: int) -> Case | None:
    """A case by its number; None where the model has no such case."""
    return next(iter(listed(store, name, state="all", number=number)), None)


def counts(store: Store, name: str) -> dict[str, int]:
    """How many open cases each reason has; one with two reasons counts for both."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("review_counts"), {"model": name}).fetchall()
    return dict(rows)


def version(store: Store, name: str) -> str:
    """A text that changes whenever anything of a model's review has; no other number changes by it."""
    with store.cursor() as cursor:
        row = cursor.execute(query("review_version"), {"model": name}).fetchone()
    return "-".join(str(part) for part in row or ())


def waiting(store: Store, name: str) -> list[tuple[dt.date, dt.datetime | None]]:
    """Since which day each case waits, and the instant of the verdict that stands; None where none does."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("review_waiting"), {"model": name}).fetchall()
    return [(day, said.replace(tzinfo=UTC) if said else None) for day, said in rows]


def backlog(store: Store, name: str) -> Backlog:
    """How much waits for a person."""
    with store.cursor() as cursor:
        row = cursor.execute(query("review_backlog"), {"model": name}).fetchone()
    waiting, decided, oldest = row or (0, 0, None)
    return Backlog(waiting, decided, oldest.replace(tzinfo=UTC) if oldest else None)


def assign(store: Store, name: str, number: int, assignee: str, author: str) -> None:
    """Give a case to somebody, or with an empty name to nobody.

    Raises
    ------
    Refused
        If the model has no such case.
    """
    if one(store, name, number) is None:
        raise Refused(f"{name}: there is no case {number}")
    at = dt.datetime.now(UTC).replace(tzinfo=None)
    given = {"model": name, "number": number, "assignee": assignee.strip(), "author": author.strip()}
    with store.writing() as cursor:
        cursor.execute(_ASSIGN, {**given, "at": at})


def _case(row: tuple) -> Case:
    (
        number, id_, day, predicted_at, chance, audit, why, assignee, revision, verdict, label, note, tags,
        author, said_at,
    ) = row  # fmt: skip
    return Case(
        number, id_, day, predicted_at.replace(tzinfo=UTC), _number(chance), _number(audit),
        tuple(Why(part["reason"], part["detail"], part["priority"]) for part in why or ()), assignee or "",
        revision or 0, verdict or "", label or "", note or "", tuple(json.loads(tags or "[]")), author or "",
        said_at.replace(tzinfo=UTC) if said_at else None,
    )  # fmt: skip


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _naive(at: dt.datetime | None) -> dt.datetime:
    """An instant as the store keeps it; for none one that never comes."""
    return dt.datetime.max if at is None else at.astimezone(UTC).replace(tzinfo=None)


def reviewed(store: Store, name: str, until: dt.datetime | None = None) -> pa.Table:
    """Every case that has a chance, with what stood of it at an instant.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    until : datetime, optional
        In UTC; by default all that was ever said counts.

    Returns
    -------
    pyarrow.Table
        Columns number, id, day, chance, audit, verdict, label, author, said_at; the latter four are empty
        where nobody had said anything.
    """
    given: dict[str, object] = {"model": name, "until": _naive(until)}
    with store.cursor() as cursor:
        return arrow(cursor, query("review_sample"), given)
