"""Incidents of alerts, what was done about each, and the messages about them, which wait in an outbox.

An evaluation writes everything it found in one transaction: incidents, their history and the messages. What
people do about an incident is added to its history and never changes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import duckdb

from monitoring.store.errors import Refused
from monitoring.store.sql import query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

Done = Literal["acknowledged", "snoozed", "unhelpful", "note"]
"""What a person does about an incident."""
_TABLES = (
    """
CREATE TABLE IF NOT EXISTS incidents (
    number BIGINT, model VARCHAR, state VARCHAR, onset TIMESTAMP, last TIMESTAMP, ended TIMESTAMP,
    severity VARCHAR, worst VARCHAR, content VARCHAR, sentence VARCHAR, opened_at TIMESTAMP,
    changed_at TIMESTAMP)""",
    """
CREATE TABLE IF NOT EXISTS incident_history (
    number BIGINT, model VARCHAR, kind VARCHAR, author VARCHAR, note VARCHAR, until TIMESTAMP,
    noted_at TIMESTAMP)""",
    """
CREATE TABLE IF NOT EXISTS alert_evaluations (
    model VARCHAR, made_from VARCHAR, clock TIMESTAMP, evaluated_at TIMESTAMP)""",
    """
CREATE TABLE IF NOT EXISTS deliveries (
    number BIGINT, model VARCHAR, incident BIGINT, channel VARCHAR, kind VARCHAR, digest BOOLEAN,
    subject VARCHAR, body VARCHAR, queued_at TIMESTAMP, next_at TIMESTAMP, attempts INTEGER, state VARCHAR,
    error VARCHAR, sent_at TIMESTAMP)""",
    """
CREATE TABLE IF NOT EXISTS deploy_notes (
    model VARCHAR, happened_at TIMESTAMP, title VARCHAR, note VARCHAR, author VARCHAR, noted_at TIMESTAMP)""",
    "CREATE SEQUENCE IF NOT EXISTS incident_numbers",
    "CREATE SEQUENCE IF NOT EXISTS delivery_numbers",
)
_FORGET = "DELETE FROM incidents WHERE number = $number"
_KEEP = """
INSERT INTO incidents VALUES (
    $number, $model, $state, $onset, $last, $ended, $severity, $worst, $content, $sentence, $opened_at,
    $changed_at)"""
_NOTE = "INSERT INTO incident_history VALUES ($number, $model, $kind, $author, $note, $until, $at)"
_QUEUE = """
INSERT INTO deliveries VALUES (
    nextval('delivery_numbers'), $model, $incident, $channel, $kind, $digest, $subject, $body, $queued_at,
    $next_at, 0, 'waiting', '', NULL)"""
_EVALUATED = "INSERT INTO alert_evaluations VALUES ($model, $made_from, $clock, $at)"
_EVALUATED_BEFORE = "DELETE FROM alert_evaluations WHERE model = $model"


@dataclass(frozen=True)
class Row:
    """An incident as it is kept.

    Attributes
    ----------
    number : int
        Unique in the store; 0 before it has one.
    state : {'open', 'closed', 'withdrawn'}
    onset, last, ended : datetime
        Profile keys; ``ended`` is None while it lasts.
    content : str
        Its firings as JSON, which this module does not read.
    sentence : str
        What was said of the model when it was last changed.
    opened_at, changed_at : datetime or None
        In UTC.
    """

    number: int
    model: str
    state: str
    onset: dt.datetime
    last: dt.datetime
    ended: dt.datetime | None
    severity: str
    worst: str
    content: str
    sentence: str
    opened_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None


@dataclass(frozen=True)
class Message:
    """Something to tell a channel.

    Attributes
    ----------
    channel : str
        Its name.
    kind : str
        What it tells of: ``opened``, ``reopened``, ``closed``, ``withdrawn``, ``retired`` or ``test``.
    subject, body : str
        Plain text.
    digest : bool
        Whether it waits for the daily one.
    next_at : datetime
        Aware; when it is due.
    """

    channel: str
    kind: str
    subject: str
    body: str
    digest: bool
    next_at: dt.datetime


@dataclass(frozen=True)
class Step:
    """What an evaluation makes of one incident: as it is from now on, why, and who is told."""

    row: Row
    event: str
    note: str
    tell: Callable[[int], Sequence[Message]]


@dataclass(frozen=True)
class Entry:
    """Something that happened to an incident.

    Attributes
    ----------
    kind : str
        An event of an evaluation, or one of `Done`.
    author, note : str
        Who, as they called themselves; empty for an evaluation.
    until : datetime or None
        How long a snooze lasts.
    at : datetime or None
        In UTC.
    """

    number: int
    model: str
    kind: str
    author: str = ""
    note: str = ""
    until: dt.datetime | None = None
    at: dt.datetime | None = None


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of incidents, messages and notes, which all models share."""
    for text in _TABLES:
        cursor.execute(text)


def forget_model(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Delete everything about a model; call inside a transaction."""
    for text in (
        "DELETE FROM incidents WHERE model = $name",
        "DELETE FROM incident_history WHERE model = $name",
        "DELETE FROM alert_evaluations WHERE model = $name",
        "DELETE FROM deliveries WHERE model = $name",
        "DELETE FROM deploy_notes WHERE model = $name",
    ):
        cursor.execute(text, {"name": name})


def evaluation(store: Store, name: str) -> tuple[str, dt.datetime | None]:
    """What the newest evaluation rested on, and the model's clock then; nothing before the first."""
    with store.cursor() as cursor:
        row = cursor.execute(query("alert_evaluation"), {"model": name}).fetchone()
    return (row[0], utc(row[1])) if row else ("", None)


def kept(store: Store, name: str) -> list[Row]:
    """Every incident of a model, the newest first."""
    with store.cursor() as cursor:
        return _kept(cursor, name)


def _kept(cursor: duckdb.DuckDBPyConnection, name: str) -> list[Row]:
    rows = cursor.execute(query("incidents"), {"model": name}).fetchall()
    return [Row(*row[:10], opened_at=utc(row[10]), changed_at=utc(row[11])) for row in rows]


def record(
    store: Store, name: str, made_from: str, clock: dt.datetime,
    decide: Callable[[list[Row], list[Entry]], Sequence[Step]],
) -> list[tuple[int, str]]:  # fmt: skip
    """Write down what an evaluation found; the same evaluation again changes nothing.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    made_from : str
        Everything the evaluation rests on.
    clock : datetime
        The model's, aware.
    decide : callable
        Says from the incidents known and their history what changes. It is called while no other writer can
        come between.

    Returns
    -------
    list of (number, event)
        What changed.
    """
    now = dt.datetime.now(UTC)
    with store.writing() as cursor:
        before = cursor.execute(query("alert_evaluation"), {"model": name}).fetchone()
        if before is not None and before[0] == made_from:
            return []
        told = []
        for step in decide(_kept(cursor, name), _history(cursor, name)):
            number = _written(cursor, step, naive(now))
            told.append((number, step.event))
        cursor.execute(_EVALUATED_BEFORE, {"model": name})
        given = {"model": name, "made_from": made_from, "clock": naive(clock), "at": naive(now)}
        cursor.execute(_EVALUATED, given)
    return told


def _written(cursor: duckdb.DuckDBPyConnection, step: Step, now: dt.datetime) -> int:
    row, number = step.row, step.row.number
    if number:
        cursor.execute(_FORGET, {"number": number})
    else:
        found = cursor.execute("SELECT nextval('incident_numbers')").fetchone()
        number = int(found[0]) if found else 0
    cursor.execute(_KEEP, {
        "number": number, "model": row.model, "state": row.state, "onset": row.onset, "last": row.last,
        "ended": row.ended, "severity": row.severity, "worst": row.worst, "content": row.content,
        "sentence": row.sentence, "opened_at": naive(row.opened_at) if row.opened_at else now,
        "changed_at": now,
    })  # fmt: skip
    if step.event != "changed":
        cursor.execute(_NOTE, {
            "number": number, "model": row.model, "kind": step.event, "author": "", "note": step.note,
            "until": None, "at": now,
        })  # fmt: skip
    for message in step.tell(number):
        queue(cursor, row.model, number, message, now)
    return number


def queue(
    cursor: duckdb.DuckDBPyConnection, model: str, incident: int, message: Message, now: dt.datetime
) -> None:
    """Put a message into the outbox; call inside a transaction, with the instant in UTC without its zone."""
    cursor.execute(_QUEUE, {
        "model": model, "incident": incident, "channel": message.channel, "kind": message.kind,
        "digest": message.digest, "subject": message.subject, "body": message.body, "queued_at": now,
        "next_at": naive(message.next_at),
    })  # fmt: skip


def history(store: Store, name: str) -> list[Entry]:
    """What happened to the incidents of a model, the oldest first."""
    with store.cursor() as cursor:
        return _history(cursor, name)


def _history(cursor: duckdb.DuckDBPyConnection, name: str) -> list[Entry]:
    rows = cursor.execute(query("incident_history"), {"model": name}).fetchall()
    return [
        Entry(number, model, kind, author, note, utc(until), utc(at))
        for number, model, kind, author, note, until, at in rows
    ]


def act(store: Store, entry: Entry) -> None:
    """Keep what somebody did about an incident.

    Raises
    ------
    Refused
        If it is nothing that can be done, a note is empty, a snooze has no end ahead, or there is no such
        incident.
    """
    now = dt.datetime.now(UTC)
    if entry.kind not in get_args(Done):
        raise Refused(f"an incident can be {', '.join(get_args(Done))}, not {entry.kind!r}")
    if entry.kind == "note" and not entry.note.strip():
        raise Refused("a note says something")
    if entry.kind == "snoozed" and (entry.until is None or entry.until <= now):
        raise Refused("a snooze needs an end that lies ahead")
    with store.writing() as cursor:
        if entry.number not in {row.number for row in _kept(cursor, entry.model)}:
            raise Refused(f"{entry.model}: there is no incident {entry.number}")
        cursor.execute(_NOTE, {
            "number": entry.number, "model": entry.model, "kind": entry.kind, "author": entry.author.strip(),
            "note": entry.note.strip(), "until": naive(entry.until) if entry.until else None,
            "at": naive(now),
        })  # fmt: skip


def utc(at: dt.datetime | None) -> dt.datetime | None:
    """An instant as it is stored, with its zone."""
    return at.replace(tzinfo=UTC) if at is not None else None


def naive(at: dt.datetime) -> dt.datetime:
    """An aware instant as it is stored."""
    return at.astimezone(UTC).replace(tzinfo=None)
