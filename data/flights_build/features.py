"""What is known of a flight two hours before it is due to leave; nothing here looks past that instant."""

from __future__ import annotations

import numpy as np
import pandas as pd

from flights_build.source import LOCAL_ZONE, Tables

LEAD = pd.Timedelta(hours=2)
RECENT = pd.Timedelta(hours=3)
OBSERVATION_AGE = pd.Timedelta(hours=3)
WEATHER = ("temp", "dewp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib")
CATEGORICAL = ("carrier", "origin", "dest", "weekday")
NUMERIC = ("hour", "distance", *WEATHER, "plane_age", "seats", "recent_delay")
FEATURES = (*CATEGORICAL, *NUMERIC)
YEAR = 2013


def features(flights: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """The features of the flights, oldest first.

    Parameters
    ----------
    flights : DataFrame
        The flights to score.
    tables : Tables
        Everything that was known: all flights, not only those scored.

    Returns
    -------
    DataFrame
        ``flight_id``, ``scored_at`` (UTC) and the columns of `FEATURES`, sorted by ``scored_at`` and
        ``flight_id``.
    """
    local = flights["scheduled_at"].dt.tz_convert(LOCAL_ZONE)
    frame = flights[["flight_id", "carrier", "origin", "dest", "distance", "tailnum"]].assign(
        scored_at=flights["scheduled_at"] - LEAD,
        hour=local.dt.hour,
        weekday=local.dt.day_name(),
    )
    frame = frame.sort_values(["scored_at", "flight_id"], ignore_index=True)
    frame = _with_plane(_with_weather(frame, tables.weather), tables.planes)
    frame["recent_delay"] = recent_delay(frame["origin"], frame["scored_at"], tables.flights).round(1)
    return _typed(frame[["flight_id", "scored_at", *FEATURES]])


def recent_delay(origin: pd.Series, scored_at: pd.Series, flights: pd.DataFrame) -> pd.Series:
    """Mean departure delay there of the flights due in the three hours before scoring that had left by then.

    A flight counts from the moment it has left (and was due) until three hours after it was due, so the
    flights that count at an instant are a running sum over those two moments.

    Parameters
    ----------
    origin, scored_at : Series
        Where and when.
    flights : DataFrame
        All flights, with ``origin``, ``scheduled_at``, ``departed_at`` and ``dep_delay``.

    Returns
    -------
    Series
        Minutes; empty where no flight counts.
    """
    mean = pd.Series(np.nan, origin.index)
    for airport, left in flights.dropna(subset=["dep_delay"]).groupby("origin"):
        here = origin == airport
        instants, position = np.unique(_numpy(scored_at[here]), return_inverse=True)
        due = _numpy(left["scheduled_at"])
        start = np.searchsorted(instants, np.maximum(_numpy(left["departed_at"]), due), side="right")
        stop = np.maximum(np.searchsorted(instants, due + RECENT.to_timedelta64(), side="right"), start)
        size = len(instants) + 1
        minutes = left["dep_delay"].to_numpy()
        count = np.cumsum(np.bincount(start, minlength=size) - np.bincount(stop, minlength=size))
        total = np.cumsum(np.bincount(start, minutes, size) - np.bincount(stop, minutes, size))
        mean[here] = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)[position]
    return mean


def _numpy(instants: pd.Series) -> np.ndarray:
    return instants.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()


def _with_weather(frame: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """The last observation at the airport, unless it is older than three hours."""
    observed = weather[["origin", "observed_at", *WEATHER]].round(dict.fromkeys(WEATHER, 2))
    return pd.merge_asof(
        frame,
        observed.sort_values("observed_at"),
        left_on="scored_at",
        right_on="observed_at",
        by="origin",
        tolerance=OBSERVATION_AGE,
    )


def _with_plane(frame: pd.DataFrame, planes: pd.DataFrame) -> pd.DataFrame:
    """Age and seats, where the tail number is in the register."""
    known = planes.drop_duplicates("tailnum").set_index("tailnum")
    return frame.assign(
        plane_age=YEAR - frame["tailnum"].map(known["year"]), seats=frame["tailnum"].map(known["seats"])
    )


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    small = {"hour": "Int8", "distance": "Int16", "plane_age": "Int8", "seats": "Int16"}
    return frame.astype(small | dict.fromkeys(CATEGORICAL, "category"))
