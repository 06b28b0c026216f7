"""Numbers, dates and spans as people read them; the only place that decides how many digits are shown."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

from monitoring.windows import UTC, Window


def short(value: float | None) -> str:
    """A number in three significant digits, and at most three decimals.

    Examples
    --------
    >>> short(0.12345), short(12.345), short(1234.5), short(0), short(None), short(0.00004)
    ('0.123', '12.3', '1,234', '0', '–', '<0.001')
    >>> short(0.0046)
    '0.005'
    """
    if value is None or math.isnan(value):
        return "–"
    if value == 0 or math.isinf(value):
        return "0" if value == 0 else ("∞" if value > 0 else "−∞")
    size = abs(value)
    if size < 0.0005:
        return "<0.001" if value > 0 else ">−0.001"
    digits = min(3, max(0, 2 - math.floor(math.log10(size))))
    return f"{value:,.{digits}f}".replace("-", "−")


def count(value: float | None) -> str:
    """A whole number with separators.

    Examples
    --------
    >>> count(1234567.0)
    '1,234,567'
    """
    return "–" if value is None or math.isnan(value) else f"{value:,.0f}".replace("-", "−")


def share(value: float | None) -> str:
    """A share between 0 and 1 as per cent.

    Examples
    --------
    >>> share(0.1234), share(0.00031), share(0), share(None)
    ('12.3 %', '0.03 %', '0 %', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    per_cent = 100 * value
    if 0 < abs(per_cent) < 0.005:
        return "<0.01 %"
    digits = 0 if per_cent == 0 or abs(per_cent) >= 99.95 else (2 if abs(per_cent) < 0.1 else 1)
    return f"{per_cent:.{digits}f} %".replace("-", "−")


def hours(value: float | None) -> str:
    """A length of time given in hours, in the unit in which people say it.

    Examples
    --------
    >>> hours(0.017), hours(0.5), hours(1), hours(24), hours(100), hours(0), hours(None)
    ('1 minute', '30 minutes', '1 hour', '24 hours', '4.2 days', 'less than a minute', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    if value * 60 < 0.5:
        return "less than a minute"
    if value < 1:
        size, unit = float(round(value * 60)), "minute"
    else:
        size, unit = (value, "hour") if value < 48 else (value / 24, "day")
    text = f"{size:,.1f}".removesuffix(".0")
    return f"{text} {unit}{'' if text == '1' else 's'}"


def day(at: dt.date | dt.datetime | None) -> str:
    """A date in words.

    Examples
    --------
    >>> day(dt.date(2013, 7, 1)), day(None)
    ('1 Jul 2013', '–')
    """
    return "–" if at is None else f"{at.day} {at:%b %Y}"


def span(window: Window) -> str:
    """A window in words, its last day included.

    Examples
    --------
    >>> span(Window(dt.datetime(2013, 7, 1), dt.datetime(2013, 7, 8)))
    '1 Jul 2013 to 7 Jul 2013'
    >>> span(Window(dt.datetime(2013, 7, 1, 16), dt.datetime(2013, 7, 1, 23)))
    '1 Jul 2013, 16:00 to 1 Jul 2013, 23:00 UTC'
    """
    if window.start.hour or window.stop.hour:
        return f"{day(window.start)}, {window.start:%H:%M} to {day(window.stop)}, {window.stop:%H:%M} UTC"
    last = window.stop - dt.timedelta(seconds=1)
    return day(window.start) if last.date() == window.start.date() else f"{day(window.start)} to {day(last)}"


def local_time(at: dt.datetime, zone: ZoneInfo) -> str:
    """An instant in words, in a model's own time.

    Examples
    --------
    >>> local_time(dt.datetime(2013, 7, 1, 16, 5, tzinfo=UTC), ZoneInfo("America/New_York"))
    '1 Jul 2013, 12:05 EDT'
    """
    local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def clipped(text: str, most: int = 60) -> str:
    """A name that is no longer than its place, for instance on an axis.

    Examples
    --------
    >>> clipped("carrier"), clipped("a very long name", most=8)
    ('carrier', 'a very …')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def full(text: str) -> str:
    """A text with a capital letter and a full stop.

    Examples
    --------
    >>> full("no data for 2 days")
    'No data for 2 days.'
    """
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
