"""Freshness: is data still coming, at the pace at which it usually does?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitoring import windows
from monitoring.drift.wording import day
from monitoring.models import Model
from monitoring.store.reference_rows import reference_window

LATE, VERY_LATE = 1.0, 2.0  # intervals without data: amber, red
VOLUME_DAYS = 7


@dataclass(frozen=True)
class Freshness:
    """How old the newest data is at an instant.

    Attributes
    ----------
    status : str
        Grey before the first row.
    age_hours, limit_hours : float
        Since the newest row, and from when on it is late.
    n : int
        Rows of the newest chunk.
    sentence : str
    """

    status: str
    age_hours: float
    limit_hours: float
    n: int
    sentence: str


def freshness(model: Model, requests: pd.DataFrame, as_of: dt.datetime) -> Freshness:
    """Judge how old the data is.

    Parameters
    ----------
    model : Model
    requests : DataFrame
        Requests per chunk: ``chunk``, ``n`` and ``last_at``, oldest first.
    as_of : datetime

    Returns
    -------
    Freshness
    """
    until = data_until(requests, as_of)
    if until is None:
        return Freshness("grey", np.nan, np.nan, 0, f"no predictions before {_when(as_of, model)}")
    interval = usual_gap(model, requests) / np.timedelta64(1, "s")
    age = (as_of - until).total_seconds()
    status = word(age / interval)
    newest = f"data to {_when(until, model)}"
    late = f"no data for {_span(age)}: {newest}, due every {_span(interval)}"
    n = int(requests.loc[requests["last_at"] == until.replace(tzinfo=None), "n"].sum())
    return Freshness(status, age / 3600, interval * LATE / 3600, n, newest if status == "green" else late)


def word(intervals: float) -> str:
    """A status for so many usual intervals without data.

    Examples
    --------
    >>> word(0.9), word(1.5), word(3.0)
    ('green', 'amber', 'red')
    """
    return "red" if intervals > VERY_LATE else "amber" if intervals > LATE else "green"


def data_until(requests: pd.DataFrame, as_of: dt.datetime) -> dt.datetime | None:
    """The newest row before an instant, as far as chunks that were over by then tell."""
    at = pd.Timestamp(as_of).tz_convert("UTC").tz_localize(None)
    whole = requests.loc[requests["last_at"] <= at, "last_at"]
    return None if whole.empty else whole.max().to_pydatetime().replace(tzinfo=windows.UTC)


def usual_gap(model: Model, requests: pd.DataFrame) -> np.timedelta64:
    """How long the log usually is without a row: the longest gap in the reference, at least the grain."""
    grain = np.timedelta64(1, "h") if model.grain == "hour" else np.timedelta64(24, "h")
    keys = requests["chunk"].to_numpy(dtype="datetime64[us]")
    window = reference_window(model)
    if window is not None:
        inside = (keys >= np.datetime64(window.start)) & (keys < np.datetime64(window.stop))
        keys = keys[inside] if inside.sum() > 1 else keys
    gaps = np.diff(np.sort(keys))
    return max(grain, gaps.max()) if len(gaps) else grain


def last_days(model: Model, requests: pd.DataFrame, as_of: dt.datetime) -> tuple[int, ...]:
    """Requests in each of the last seven local days, the day of the instant included, oldest first."""
    today = windows.key_of(as_of - dt.timedelta(microseconds=1), "day", model.zone)
    near = dt.timedelta(days=VOLUME_DAYS + 2)
    recent = requests[(requests["chunk"] - today).abs() < near]
    totals: dict[dt.datetime, int] = {}
    for key, n in zip(recent["chunk"], recent["n"], strict=True):
        at = windows.instant_of(key.to_pydatetime(), model.grain, model.zone)
        local = windows.key_of(at, "day", model.zone)
        totals[local] = totals.get(local, 0) + int(n)
    days = [today - dt.timedelta(days=back) for back in reversed(range(VOLUME_DAYS))]
    return tuple(totals.get(one, 0) for one in days)


def _when(at: dt.datetime, model: Model) -> str:
    # The first and the last day that can be written have no time in every zone.
    local = at.astimezone(model.zone) if dt.MINYEAR < at.year < dt.MAXYEAR else at
    return f"{day(dt.datetime(local.year, local.month, local.day))}, {local:%H:%M}"


def _span(seconds: float) -> str:
    """A length of time as people say it.

    Examples
    --------
    >>> _span(5400), _span(86400), _span(200000)
    ('2 hours', '1 day', '2 days')
    """
    hours = seconds / 3600
    count, unit = (round(hours), "hour") if hours < 23.5 else (round(hours / 24), "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"
