"""What the arguments of a command mean: windows, instants and segments, or words on what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from monitoring import windows
from monitoring.models import Model
from monitoring.store import Store
from monitoring.store.slots import segment_labels

Arguments = Mapping[str, Any]
FIRST_YEAR, LAST_YEAR = 1900, 2200  # of what can be asked for


class QuestionError(ValueError):
    """A question that cannot be answered as it was put; the message says how to put it."""


def window_of(model: Model, arguments: Arguments) -> windows.Window | None:
    r"""The profile keys that ``start`` and ``stop`` mean; None where neither is given.

    Raises
    ------
    QuestionError
        If one cannot be read, or they are in the wrong order.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> model = parse('name = "churn"\ntask = "binary"')
    >>> window_of(model, {"start": "2026-03-01"}).start
    datetime.datetime(2026, 3, 1, 0, 0)
    """
    start = instant_of(model, arguments.get("start"), "--start")
    stop = instant_of(model, arguments.get("stop"), "--stop")
    if start is None and stop is None:
        return None
    window = windows.Window(start or dt.datetime(FIRST_YEAR, 1, 1), stop or dt.datetime(LAST_YEAR, 1, 1))
    if window.stop <= window.start:
        raise QuestionError("--stop must be after --start; it is the first day that is not included")
    return window


def instant_of(model: Model, text: str | None, option: str, *, last: bool = False) -> Any:
    r"""Read a day or an instant, of the model's zone unless it says otherwise.

    Gives a profile key; with `last` an instant, and a bare day means its end.

    Parameters
    ----------
    model : Model
    text : str or None
    option : str
        What the command line calls it, for the error.
    last : bool

    Raises
    ------
    QuestionError
        If it is no day, or centuries away.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> model = parse('name = "churn"\ntask = "binary"')
    >>> instant_of(model, "2026-03-01", "--as-of", last=True).isoformat()
    '2026-03-02T00:00:00+00:00'
    """
    if not text:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(f"{option} {text!r} is not a day like 2013-07-01") from error
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise QuestionError(f"{option} {text!r} must lie between {FIRST_YEAR}-01-01 and {LAST_YEAR}-01-01")
    if last:
        day = at.tzinfo is None and len(text.strip()) <= 10
        at = at + dt.timedelta(days=1) if day else at
        return at if at.tzinfo else windows.instant_of(at, "day", model.zone)
    if at.tzinfo is None and model.grain == "hour":
        at = windows.instant_of(at, "day", model.zone)
    return windows.key_of(at, model.grain, model.zone) if at.tzinfo else at


def segment_of(store: Store, model: Model, text: str | None) -> tuple[str, str]:
    """The column and value of ``COLUMN=VALUE``; two empty strings where nothing is asked for.

    Raises
    ------
    QuestionError
        If the model has no such segment; the message says which it has.
    """
    if not text:
        return ("", "")
    column, found, value = text.partition("=")
    known = store.segments(model.name)
    if not found or column not in known:
        raise QuestionError(
            f"--segment is COLUMN=VALUE; columns: {', '.join(known) or 'none; name some in [segments]'}"
        )
    values = segment_labels(known[column])
    if value not in values:
        raise QuestionError(f"--segment {text!r}: no such value; {column} has {', '.join(values)}")
    return (column, value)
