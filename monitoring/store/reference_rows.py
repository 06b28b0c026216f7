"""Which rows are the reference: a window of the log, or those of a file, which are kept apart from it.

A version may have a window of its own in the log. It changes no grid, but its raw rows are as needed as those
of the reference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from monitoring import windows
from monitoring.models import Model
from monitoring.store import layout
from monitoring.store.sql import composed

Days = tuple[dt.date, dt.date]  # half-open
UNDATED = dt.datetime(2000, 1, 1)  # the one profile key of a reference file without instants
_DATED = """
(SELECT * REPLACE (coalesce(_predicted_at, TIMESTAMP '{undated}') AS _predicted_at,
                   coalesce(_day, CAST(TIMESTAMP '{undated}' AS DATE)) AS _day)
 FROM {schema}.{table})"""


def of_file(model: Model) -> bool:
    """Whether the reference is a file, so that no row of the log is inside it."""
    return model.reference is not None and model.reference.file is not None


def reference_window(model: Model) -> windows.Window | None:
    """The reference as a window of profile keys; None where there is none or it is a file."""
    if model.reference is None or model.reference.start is None or model.reference.stop is None:
        return None
    return _window(model, model.reference.start, model.reference.stop)


def version_window(model: Model, version: str) -> windows.Window | None:
    """The window of a version's own reference as the model's file states it; None where it does not."""
    period = model.reference.versions.get(version) if model.reference else None
    return _window(model, period.start, period.stop) if period else None


def days(model: Model) -> dict[str, Days]:
    r"""The local days of the log that hold rows of a reference: by version, and under '' the model's.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> text = 'name = "churn"\ntask = "binary"\nversions = {shadows = ["b"]}\n'
    >>> text += '[reference]\nfile = "a.csv"\n[reference.b]\nstart = 2026-01-15\nstop = 2026-02-01'
    >>> for version, (start, stop) in days(parse(text)).items():
    ...     print(version, start, stop)
    b 2026-01-15 2026-02-01
    """
    versions = model.reference.versions if model.reference else {}
    found = {version: _window(model, period.start, period.stop) for version, period in versions.items()}
    whole = reference_window(model)
    if whole:
        found[""] = whole
    return {version: _days(model, window) for version, window in found.items()}


def kept_days(model: Model) -> list[Days]:
    """The local days whose raw rows retention never deletes, oldest first and apart from each other."""
    return merged(days(model).values())


def merged(spans: Iterable[Days]) -> list[Days]:
    """Half-open spans of days in their order, with those that overlap or touch made one.

    Examples
    --------
    >>> first, second, third = (dt.date(2026, month, 1) for month in (1, 2, 3))
    >>> merged([(second, third), (first, second)]) == [(first, third)]
    True
    """
    found: list[Days] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            start, stop = found[-1][0], max(found.pop()[1], stop)
        found.append((start, stop))
    return found


def raw(model: Model, raw_from: dt.date, wanted: Days) -> bool:
    """Whether the raw rows of all wanted days are there after retention deleted those before ``raw_from``."""
    there = merged([*kept_days(model), (raw_from, dt.date.max)])
    return any(start <= wanted[0] and wanted[1] <= stop for start, stop in there)


def rows(model: Model) -> tuple[str, str]:
    """The table that holds the rows of the reference, and SQL that is true for them."""
    return ("reference_rows", "TRUE") if of_file(model) else ("requests", inside(model) or "FALSE")


def dated(model: Model, table: str = "reference_rows") -> str:
    """SQL of the rows of the reference file; those without an instant are given that of `UNDATED`."""
    return composed(_DATED, {"undated": str(UNDATED)}, schema=model.name, table=table)


def inside(model: Model) -> str | None:
    """SQL that is true for the rows of the log that are the reference; None where there cannot be any."""
    window = reference_window(model)
    if window is None:
        return None
    days = ""
    if model.grain == "day":
        days = f"_day >= DATE '{window.start:%Y-%m-%d}' AND _day < DATE '{window.stop:%Y-%m-%d}' AND "
    key = layout.key_sql(model)
    return f"{days}{key} >= TIMESTAMP '{window.start}' AND {key} < TIMESTAMP '{window.stop}'"


def _window(model: Model, start: dt.datetime, stop: dt.datetime) -> windows.Window:
    """Days of the model's calendar as a window of profile keys."""
    if model.grain == "hour":
        start, stop = (
            windows.key_of(at.replace(tzinfo=at.tzinfo or model.zone), "hour", model.zone)
            for at in (start, stop)
        )
    return windows.Window(start.replace(tzinfo=None), stop.replace(tzinfo=None))


def _days(model: Model, window: windows.Window) -> Days:
    """The local days of the log that hold rows of a window."""
    ends = (window.start, window.stop - dt.timedelta(microseconds=1))
    if model.grain == "hour":
        ends = tuple(windows.key_of(end, "day", model.zone) for end in ends)
    return ends[0].date(), ends[1].date() + dt.timedelta(days=1)
