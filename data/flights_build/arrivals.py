"""When a flight really arrived, and what became of it.

The source gives the scheduled arrival as a wall clock time at the destination, without a date, and the
arrival delay in minutes. The date is the one that brings the scheduled arrival closest to where the distance
says it should be; this is unambiguous, because the longest and the shortest plausible flight differ from it
by less than two hours.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

LATE_MINUTES = 15
VERY_LATE_MINUTES = 60
TAXI_MINUTES = 45
MILES_PER_MINUTE = 7.7
OUTCOMES = ("on_time", "late", "very_late", "cancelled")


def scheduled_arrivals(flights: pd.DataFrame, zones: Mapping[str, str]) -> pd.Series:
    """The instants of the scheduled arrivals.

    Parameters
    ----------
    flights : DataFrame
        With ``scheduled_at`` (UTC), ``sched_arr_time`` (hhmm, local to the destination), ``dest`` and
        ``distance``.
    zones : mapping of str to str
        Time zone by airport.

    Returns
    -------
    Series
        UTC instants, aligned with `flights`.
    """
    block = pd.to_timedelta((TAXI_MINUTES + flights["distance"] / MILES_PER_MINUTE).round(), unit="min")
    expected = flights["scheduled_at"] + block
    clock = pd.to_timedelta(
        flights["sched_arr_time"] // 100 * 60 + flights["sched_arr_time"] % 100, unit="min"
    )
    parts = []
    for zone, rows in flights.groupby(flights["dest"].map(zones)).groups.items():
        wall = expected[rows].dt.tz_convert(zone).dt.tz_localize(None)
        arrival = wall.dt.normalize() + clock[rows]
        days = ((wall - arrival) / pd.Timedelta(days=1)).round()
        arrival += pd.to_timedelta(days, unit="D")
        # Nobody is due in the hour that a change of clocks repeats or skips, but the rule must be total.
        local = arrival.dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
        parts.append(local.dt.tz_convert("UTC"))
    return pd.concat(parts).reindex(flights.index)


def labels(flights: pd.DataFrame, zones: Mapping[str, str]) -> pd.DataFrame:
    """What became of every flight, and when that was known.

    Parameters
    ----------
    flights : DataFrame
    zones : mapping of str to str
        Time zone by airport.

    Returns
    -------
    DataFrame
        ``flight_id``; ``arrived_at`` (UTC) and ``delay`` (minutes), empty if the flight was cancelled or
        diverted; ``late`` (1, 0 or empty); ``outcome`` (empty if diverted); ``cancelled_at``, the scheduled
        departure of a cancelled flight.
    """
    delay = flights["arr_delay"]
    cancelled = flights["dep_time"].isna()
    outcome = np.select(
        [cancelled, delay.isna(), delay >= VERY_LATE_MINUTES, delay >= LATE_MINUTES],
        ["cancelled", "", "very_late", "late"],
        default="on_time",
    )
    return pd.DataFrame(
        {
            "flight_id": flights["flight_id"],
            "arrived_at": scheduled_arrivals(flights, zones) + pd.to_timedelta(delay, unit="min"),
            "cancelled_at": flights["scheduled_at"].where(cancelled),
            "delay": delay.astype("Int16"),
            "late": (delay >= LATE_MINUTES).where(delay.notna()).astype("boolean").astype("Int8"),
            "outcome": pd.Series(outcome, flights.index).replace("", None).astype("category"),
        }
    )
