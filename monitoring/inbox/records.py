"""One record as one line of strict JSON, refusing by name what has no place in a prediction log."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import uuid
from collections.abc import Mapping

_PLAIN = frozenset((str, float, int, bool, type(None)))
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode


def line(record: Mapping[str, object]) -> bytes:
    r"""Write a record as one line of strict JSON.

    Parameters
    ----------
    record : mapping of str to object
        Values may be text, numbers, booleans, None, dates, datetimes and the scalars of numpy and pandas.

    Returns
    -------
    bytes
        UTF-8, with the line's end. NaN is null. JSON has no infinity, but a number too large for a double
        is one wherever it is read, DuckDB included: infinities are written as ``1e999`` and ``-1e999``.

    Raises
    ------
    TypeError
        If a value has no JSON form; the message names it.

    Examples
    --------
    >>> line({"age": 41, "plan": "é", "income": float("nan"), "ratio": float("-inf")})
    b'{"age":41,"plan":"\xc3\xa9","income":null,"ratio":-1e999}\n'
    """
    if {*map(type, record.values())} <= _PLAIN:
        try:
            return (_encode(record) + "\n").encode()
        except ValueError:  # not finite, or text that is not Unicode: the slow way below knows which
            pass
    parts = [f"{_encode(name)}:{text(name, value)}" for name, value in record.items()]
    return ("{" + ",".join(parts) + "}\n").encode()


def text(name: str, value: object) -> str:
    """Write one value as JSON.

    Parameters
    ----------
    name : str
        What to call the value in a complaint.
    value : object

    Raises
    ------
    TypeError
        If the value has no JSON form.

    Examples
    --------
    >>> text("age", 41), text("age", float("nan")), text("seen", dt.date(2026, 3, 1))
    ('41', 'null', '"2026-03-01"')
    """
    if isinstance(value, float):
        return _float(float(value))
    if value is None or isinstance(value, str | int):
        return _unicode(name, _encode(value))
    if type(value).__name__ in ("NAType", "NaTType"):  # what pandas calls missing
        return "null"
    if isinstance(value, dt.datetime):
        return f'"{instant(name, value)}"'
    if isinstance(value, dt.date | uuid.UUID):
        return f'"{value}"'
    if isinstance(value, decimal.Decimal):
        return _float(float(value))
    return text(name, _unboxed(name, value))


def instant(name: str, at: dt.datetime | None) -> str:
    """Write an instant in UTC, to the microsecond; a datetime without a zone is UTC, None is now.

    Raises
    ------
    TypeError
        If it is not a datetime.

    Examples
    --------
    >>> instant("at", dt.datetime(2026, 3, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=1))))
    '2026-03-01T11:00:00.000000Z'
    """
    if at is None:
        at = dt.datetime.now(dt.UTC)
    elif not isinstance(at, dt.datetime) or at != at:  # pandas' NaT calls itself a datetime
        raise TypeError(f"{name}: {at!r} is not an instant; give a datetime")
    elif at.tzinfo is not None:
        at = at.astimezone(dt.UTC)
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def identity(value: object) -> str:
    """Write an id as text.

    Raises
    ------
    TypeError
        If it is neither text nor an integer nor a UUID.
    ValueError
        If it is empty.

    Examples
    --------
    >>> identity("a-7"), identity(7)
    ('a-7', '7')
    """
    if isinstance(value, str | uuid.UUID | int) and not isinstance(value, bool):
        key = str(value)
    elif type(value).__module__ == "numpy" and hasattr(value, "item"):
        return identity(value.item())  # pyright: ignore[reportAttributeAccessIssue]
    else:
        raise TypeError(f"id: a {type(value).__name__} cannot name a request; give text, an int or a UUID")
    if not key:
        raise ValueError("id: empty; leave it out and one is generated")
    return key


def number(name: str, value: object) -> float:
    """Take a value as a number.

    Raises
    ------
    TypeError
        If it is not one; text is not read.

    Examples
    --------
    >>> number("score", 1)
    1.0
    """
    if type(value) is float:
        return value
    try:
        if not isinstance(value, str | bytes):
            return float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{name}: {value!r} is not a number")


def feature_names(features: Mapping[str, object]) -> frozenset[str]:
    """Check that no feature's name can be mistaken for one of Lookout's own columns.

    Raises
    ------
    TypeError
        If a name is not text.
    ValueError
        If a name is empty or starts with an underscore.

    Examples
    --------
    >>> feature_names({"_id": 1})
    Traceback (most recent call last):
    ValueError: feature '_id': a name must not be empty or start with an underscore
    """
    for name in features:
        if not isinstance(name, str):
            raise TypeError(f"feature {name!r}: a name must be text")
        if not name or name.startswith("_"):
            raise ValueError(f"feature {name!r}: a name must not be empty or start with an underscore")
        _unicode(f"feature {name!r}", name)
    return frozenset(features)


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    if math.isnan(value):
        return "null"
    return "1e999" if value > 0 else "-1e999"


def _unicode(name: str, written: str) -> str:
    """Refuse half characters: one of them would make the whole file unreadable."""
    try:
        written.encode()
    except UnicodeEncodeError:
        raise TypeError(f"{name}: text that is not Unicode (a lone surrogate) cannot be logged") from None
    return written


def _unboxed(name: str, value: object) -> object:
    """Take the Python scalar out of a numpy one."""
    if type(value).__name__ == "datetime64":  # in nanoseconds its item() would be a bare number
        value = value.astype("datetime64[us]")  # pyright: ignore[reportAttributeAccessIssue]
    try:
        scalar = value.item()  # pyright: ignore[reportAttributeAccessIssue]
    except (AttributeError, TypeError, ValueError):
        scalar = value
    if type(scalar) in _PLAIN or isinstance(scalar, dt.date):
        return scalar
    raise TypeError(
        f"{name}: a {type(value).__name__} cannot be logged; give a number, text, bool, datetime or None"
    )
