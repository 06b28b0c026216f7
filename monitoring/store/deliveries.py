"""The outbox of alerts: messages that wait for their channel, were sent, or were given up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitoring.store.incidents import Message, naive, queue, utc
from monitoring.store.sql import query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

MOST = 8
"""Attempts, after which a message is given up."""
FIRST = dt.timedelta(minutes=1)
"""Between the first attempt and the second; then twice as long each time."""
LONGEST = dt.timedelta(hours=6)
_ATTEMPT = """
UPDATE deliveries SET attempts = attempts + 1, next_at = $next_at WHERE number = $number"""
_SENT = "UPDATE deliveries SET state = 'sent', sent_at = $at, error = '' WHERE number = $number"
_FAILED = """
UPDATE deliveries SET error = $error, state = CASE WHEN attempts >= $most THEN 'dead' ELSE state END
WHERE number = $number"""
_AGAIN = """
UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = $at
WHERE number = $number AND state = 'dead'"""


@dataclass(frozen=True)
class Delivery:
    """One message to one channel.

    Attributes
    ----------
    incident : int
        0 for a test.
    attempts : int
        So far.
    state : {'waiting', 'sent', 'dead'}
    error : str
        What went wrong last; never an address or a secret.
    queued_at, next_at, sent_at : datetime
        In UTC.
    """

    number: int
    model: str
    incident: int
    channel: str
    kind: str
    digest: bool
    subject: str
    body: str
    queued_at: dt.datetime | None
    next_at: dt.datetime | None
    attempts: int
    state: str
    error: str
    sent_at: dt.datetime | None


def pause(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts.

    Examples
    --------
    >>> [str(pause(attempts)) for attempts in (1, 2, 5, 20)]
    ['0:01:00', '0:02:00', '0:16:00', '6:00:00']
    """
    return min(FIRST * 2 ** min(attempts - 1, 20), LONGEST)


def listed(store: Store, name: str = "") -> list[Delivery]:
    """Messages about a model, or about all, the newest first."""
    with store.cursor() as cursor:
        return [_delivery(row) for row in cursor.execute(query("deliveries"), {"model": name}).fetchall()]


def due(store: Store, at: dt.datetime, name: str = "") -> list[Delivery]:
    """Messages whose next attempt is due, the oldest first.

    Parameters
    ----------
    store : Store
    at : datetime
        Aware.
    name : str
        Only those of one model; all by default.
    """
    with store.cursor() as cursor:
        rows = cursor.execute(query("deliveries_due"), {"model": name, "at": naive(at)}).fetchall()
    return [_delivery(row) for row in rows]


def claim(store: Store, ones: Sequence[Delivery], at: dt.datetime) -> list[Delivery]:
    """Count an attempt before it is made, so that one that ends the process is not made again at once.

    Returns
    -------
    list of Delivery
        Those that nobody else claimed meanwhile; only they may be sent.
    """
    with store.writing() as cursor:
        rows = cursor.execute(query("deliveries_due"), {"model": "", "at": naive(at)}).fetchall()
        still = {row[0] for row in rows}
        claimed = [one for one in ones if one.number in still]
        for one in claimed:
            given = {"number": one.number, "next_at": naive(at + pause(one.attempts + 1))}
            cursor.execute(_ATTEMPT, given)
    return claimed


def settle(
    store: Store, ones: Sequence[Delivery], at: dt.datetime, error: str, most: int = MOST
) -> None:  # fmt: skip
    """Note how an attempt ended; without an error they were sent, after so many they are given up."""
    with store.writing() as cursor:
        for one in ones:
            if error:
                cursor.execute(_FAILED, {"number": one.number, "error": error, "most": most})
            else:
                cursor.execute(_SENT, {"number": one.number, "at": naive(at)})


def retry(store: Store, number: int) -> None:
    """Try a message again that was given up."""
    with store.writing() as cursor:
        cursor.execute(_AGAIN, {"number": number, "at": naive(dt.datetime.now(UTC))})


def enqueue(store: Store, model: str, message: Message) -> None:
    """Put a message that belongs to no incident into the outbox."""
    with store.writing() as cursor:
        queue(cursor, model, 0, message, naive(dt.datetime.now(UTC)))


def _delivery(row: Sequence[Any]) -> Delivery:
    values: list[Any] = [utc(one) if isinstance(one, dt.datetime) else one for one in row]
    return Delivery(*values)
