"""Half-open windows of time and the chunks they are cut into, correct in every time zone.

The store works with *keys*: naive timestamps that name a grain of the profile. With the grain ``day`` a key
is the model's local day at midnight, with the grain ``hour`` it is the hour in UTC. Instants are always UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

Grain = Literal["hour", "day"]
UTC = dt.UTC
_LENGTHS = {
    "1 hour": dt.timedelta(hours=1),
    "1 day": dt.timedelta(days=1),
    "7 days": dt.timedelta(days=7),
    "28 days": dt.timedelta(days=28),
}


@dataclass(frozen=True)
class Window:
    """A half-open span of profile keys, ``[start, stop)``.

    Examples
    --------
    >>> march = Window(dt.datetime(2013, 3, 1), dt.datetime(2013, 4, 1))
    >>> march.holds(dt.datetime(2013, 3, 31)), march.holds(dt.datetime(2013, 4, 1))
    (True, False)
    """

    start: dt.datetime
    stop: dt.datetime

    def holds(self, key: dt.datetime) -> bool:
        """Whether a key lies inside."""
        return self.start <= key < self.stop

    def overlaps(self, other: Window) -> bool:
        """Whether two windows share a key."""
        return self.start < other.stop and other.start < self.stop


def key_of(at: dt.datetime, grain: Grain, zone: ZoneInfo) -> dt.datetime:
    """The profile key that an instant falls into.

    Parameters
    ----------
    at : datetime
        An instant; naive means UTC.
    grain : {'hour', 'day'}
    zone : ZoneInfo
        The model's time zone.

    Examples
    --------
    >>> key_of(dt.datetime(2013, 7, 1, 3, 30), "day", ZoneInfo("America/New_York"))
    datetime.datetime(2013, 6, 30, 0, 0)
    """
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    if grain == "hour":
        return aware.astimezone(UTC).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    local = aware.astimezone(zone)
    return dt.datetime(local.year, local.month, local.day)


def instant_of(key: dt.datetime, grain: Grain, zone: ZoneInfo) -> dt.datetime:
    """The instant at which a profile key begins, in UTC.

    Examples
    --------
    A day on which the clocks change has 23 hours:

    >>> zone = ZoneInfo("America/New_York")
    >>> instant_of(dt.datetime(2013, 3, 11), "day", zone) - instant_of(dt.datetime(2013, 3, 10), "day", zone)
    datetime.timedelta(seconds=82800)
    """
    if grain == "hour":
        return key.replace(tzinfo=UTC)
    return key.replace(tzinfo=zone).astimezone(UTC)


def chunk_starts(window: Window, chunk: str) -> list[dt.datetime]:
    """The keys at which the chunks of a window begin, oldest first; the last chunk may be partial.

    Parameters
    ----------
    window : Window
    chunk : str
        ``1 hour``, ``1 day``, ``7 days`` or ``28 days``, counted from the window's start.

    Raises
    ------
    ValueError
        If the chunk is not one of these.

    Examples
    --------
    >>> week = Window(dt.datetime(2013, 3, 1), dt.datetime(2013, 3, 15))
    >>> [start.day for start in chunk_starts(week, "7 days")]
    [1, 8]
    """
    if chunk not in _LENGTHS:
        raise ValueError(f"chunk must be one of {', '.join(_LENGTHS)}, not {chunk!r}")
    step, starts, at = _LENGTHS[chunk], [], window.start
    while at < window.stop:
        starts.append(at)
        at += step
    return starts


def chunk_stop(start: dt.datetime, chunk: str) -> dt.datetime:
    """The first key after a chunk.

    Examples
    --------
    >>> chunk_stop(dt.datetime(2013, 3, 1), "28 days")
    datetime.datetime(2013, 3, 29, 0, 0)
    """
    return start + _LENGTHS[chunk]


def instants_of(keys: Sequence[dt.datetime], grain: Grain, zone: ZoneInfo) -> list[dt.datetime]:
    """The instants at which many keys begin.

    Examples
    --------
    >>> instants_of([dt.datetime(2013, 1, 1)], "hour", ZoneInfo("UTC"))
    [datetime.datetime(2013, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)]
    """
    return [instant_of(key, grain, zone) for key in keys]
