"""Which days are the reference: the model's own, a version's, and those that one window is compared with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from monitoring import windows
from monitoring.drift.against import Against, AgainstError
from monitoring.models import Model
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store

OWN_DAYS = 28  # of a version without a window in the model's file: its first days


class NoReferenceError(ValueError):
    """The model's file names no reference, so nothing can be compared with it."""


def reference_of(model: Model) -> Window:
    """The model's reference as a window of profile keys.

    Raises
    ------
    NoReferenceError
        If the model has none, or a file.
    """
    from monitoring.store.reference_rows import reference_window

    window = reference_window(model)
    if window is None:
        raise NoReferenceError(f"{model.name}: no [reference] with start and stop in the model's file")
    return window


def own_days(store: Store, model: Model, version: str) -> Window:
    """The days on which a version is known to be healthy: those of the model's file, or its first 28."""
    from monitoring.store.reference_rows import version_window

    stated = version_window(model, version)
    if stated is not None:
        return stated
    volume = store.volume(model.name)
    keys = volume.loc[volume["version"] == version, "chunk"]
    if keys.empty:
        raise AgainstError(f"version {version!r} has no rows, so it has no days of its own to compare with")
    start = keys.min().to_pydatetime()
    return Window(start, start + dt.timedelta(days=OWN_DAYS))


def references(
    store: Store, model: Model, window: Window, against: Against, chunk: str | None = None
) -> list[Window] | None:
    """Where the rows lie that a window is compared with, itself left out; None for the rows of a file."""
    step = window.stop - window.start
    length = windows.chunk_stop(window.start, chunk or model.chunk) - window.start
    if against.form == "rolling":
        stop = _earlier(window.start, against.gap * length)
        parts = [Window(_earlier(stop, against.chunks * length), stop)]
        return [part for part in parts if part.start < part.stop]
    if against.form == "weekday":
        weeks = dt.timedelta(days=7) * -(-step // dt.timedelta(days=7))
        first = store.span(model.name).first or window.start
        most = min(against.weeks, -((first - window.start) // weeks))  # as many as the log reaches back
        return [
            Window(window.start - back * weeks, window.stop - back * weeks) for back in range(1, most + 1)
        ]
    if against.form == "version":
        whole = own_days(store, model, against.version)
    elif model.reference is not None and model.reference.file:
        return None
    else:
        whole = reference_of(model)
    parts = [
        Window(whole.start, min(whole.stop, window.start)),
        Window(max(whole.start, window.stop), whole.stop),
    ]
    return [part for part in parts if part.start < part.stop]


def _earlier(at: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """A key so much earlier, or the first that there can be."""
    return at - min(by, at - dt.datetime.min)
