"""Emptying the outbox: what is due is sent, what fails is tried again later and given up in the end.

An attempt is counted before it is made. A process that ends in the middle of one therefore sends a message
twice rather than never; a webhook can tell by its delivery number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitoring.alerts import messages
from monitoring.alerts.channels import Channel, ChannelError, channels, send
from monitoring.store import deliveries
from monitoring.store.deliveries import Delivery
from monitoring.store.incidents import Message
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store import Store


@dataclass(frozen=True)
class Delivered:
    """What became of what was due.

    Attributes
    ----------
    sent, failed : int
        Messages.
    errors : tuple of str
        What went wrong, each once.
    """

    sent: int = 0
    failed: int = 0
    errors: tuple[str, ...] = ()


def deliver(
    store: Store, known: Mapping[str, Channel] | None = None, now: dt.datetime | None = None, name: str = ""
) -> Delivered:
    """Send what is due.

    Parameters
    ----------
    store : Store
    known : mapping of str to Channel, optional
        Those that are set up by default.
    now : datetime, optional
        Aware; the present by default.
    name : str
        Only messages about one model; all by default.

    Returns
    -------
    Delivered
    """
    at = now or dt.datetime.now(UTC)
    waiting = deliveries.due(store, at, name)
    if not waiting:
        return Delivered()
    try:
        there, trouble = channels() if known is None else known, ""
    except ChannelError as error:
        there, trouble = {}, str(error)
    sent = failed = 0
    errors: list[str] = []
    for found in _parcels(waiting):
        parcel = deliveries.claim(store, found, at)
        if not parcel:
            continue
        channel = there.get(parcel[0].channel)
        missing = trouble or f"no channel is called {parcel[0].channel!r}"
        error = missing if channel is None else _attempt(channel, parcel)
        deliveries.settle(store, parcel, at, error)
        sent, failed = sent + len(parcel) * (not error), failed + len(parcel) * bool(error)
        errors += [f"{parcel[0].channel}: {error}"] if error else []
    return Delivered(sent, failed, tuple(dict.fromkeys(errors)))


def _parcels(waiting: Iterable[Delivery]) -> list[Sequence[Delivery]]:
    """Messages that go together: those of a channel's digest; every other goes alone."""
    parcels: list[list[Delivery]] = []
    digests: dict[str, list[Delivery]] = {}
    for one in waiting:
        if one.digest:
            if one.channel not in digests:
                digests[one.channel] = []
                parcels.append(digests[one.channel])
            digests[one.channel].append(one)
        else:
            parcels.append([one])
    return list(parcels)


def _attempt(channel: Channel, parcel: Sequence[Delivery]) -> str:
    """Send one parcel; gives what went wrong."""
    subject, body = messages.digest([one.subject for one in parcel], [one.body for one in parcel])
    try:
        send(channel, subject, body, _facts(parcel))
    except ChannelError as error:
        return str(error)
    return ""


def _facts(parcel: Sequence[Delivery]) -> dict[str, Any]:
    """What a webhook gets beside the words."""
    events = [
        {"model": one.model, "incident": one.incident or None, "event": one.kind, "subject": one.subject}
        for one in parcel
    ]
    return {"delivery": "-".join(str(one.number) for one in parcel), "events": events}


def probe(channel: str, now: dt.datetime) -> Message:
    """A message that only says that a channel works."""
    words = "This is a test of a channel. Nothing is wrong with any model."
    return Message(channel, "test", f"[Lookout] test of {channel}", words, False, now)


def tried(store: Store, model: str, channel: str, known: Mapping[str, Channel] | None = None) -> str:
    """Send a test message at once; gives what went wrong, or nothing.

    It stands among the deliveries like any other.

    Parameters
    ----------
    store : Store
    model : str
        On whose page it was asked for.
    channel : str
    known : mapping of str to Channel, optional
        Those that are set up by default.
    """
    now = dt.datetime.now(UTC)
    deliveries.enqueue(store, model, probe(channel, now))
    mine = [
        one for one in deliveries.due(store, now, model) if one.kind == "test" and one.channel == channel
    ]  # fmt: skip
    there = channels() if known is None else known
    if channel not in there:
        error = f"no channel is called {channel!r}"
    else:
        mine = deliveries.claim(store, mine, now)
        error = _attempt(there[channel], mine[-1:]) if mine else "it was just sent by somebody else"
    deliveries.settle(store, mine, now, error, most=0)
    return error
