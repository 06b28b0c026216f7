"""How many rows came on which day, and which stretch of days may be the reference."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitoring.formats import count
from monitoring.instants import Dates
from monitoring.onboarding.guesses import Confidence
from monitoring.store.sampled import Sample

USUAL_DAYS = 28  # four whole weeks, so that weekdays weigh alike
FEWEST_DAYS = 7  # with fewer days in the reference, limits are marked uncalibrated
ENOUGH_ROWS = 1000
THIN = 0.5  # share of a usual day below which the first day is taken to be a part of one


@dataclass(frozen=True)
class Stretch:
    """A proposed reference: local days, half-open.

    Attributes
    ----------
    start, stop : date
    rows : int
    confidence, reason : str
    """

    start: dt.date
    stop: dt.date
    rows: int
    confidence: Confidence
    reason: str


def daily(sample: Sample, column: str, order: Dates, written: str, zone: str) -> pd.Series:
    """Rows on every local day from the first to the last, those without any included.

    Parameters
    ----------
    sample : Sample
    column : str
        That of the instant.
    order : str
        Of its dates.
    written : str
        The time zone of instants without an offset.
    zone : str
        The model's own.

    Returns
    -------
    Series of int
        By date; empty where no instant can be read.
    """
    found = sample.hours.get((column, order), ())
    if not found:
        return pd.Series(dtype="int64")
    hours = np.array([hour for hour, _ in found], dtype="int64")
    n = np.array([n for _, n in found], dtype="int64")
    at = pd.DatetimeIndex(pd.to_datetime(hours * 3600, unit="s"))
    form = sample.column(column).form
    bare_days = form == "day" or (form == "slashed" and bool((hours % 24 == 0).all()))
    if not bare_days:
        clock = written if form in ("bare", "slashed") else "UTC"
        told = at.tz_localize(clock, ambiguous=np.ones(len(at), bool), nonexistent="shift_forward")
        at = pd.DatetimeIndex(told.tz_convert(zone).tz_localize(None))
    days = pd.Series(n, index=at.normalize()).groupby(level=0).sum()
    plausible = days[(days.index >= "1980-01-01") & (days.index < "2200-01-01")]
    if plausible.empty:
        return pd.Series(dtype="int64")
    whole = pd.date_range(plausible.index.min(), plausible.index.max(), freq="D")
    if len(whole) > 40_000:
        whole = plausible.index
    scale = sample.rows / sample.sampled if sample.lenient else 1.0
    return (plausible.reindex(whole, fill_value=0) * scale).round().astype("int64")


def reference(days: pd.Series) -> Stretch | None:
    """The earliest stretch of days that is long enough to compare with, and leaves days to be compared.

    Parameters
    ----------
    days : Series
        As `daily` gives it.

    Examples
    --------
    >>> days = pd.Series(50, index=pd.date_range("2026-01-01", periods=90))
    >>> one = reference(days)
    >>> one.start.isoformat(), one.stop.isoformat(), one.rows
    ('2026-01-01', '2026-01-29', 1400)
    """
    if days.empty:
        return None
    usual = float(days[days > 0].median())
    first = 1 if len(days) > 3 and days.iloc[0] < THIN * usual else 0
    total = len(days) - first
    wanted = USUAL_DAYS if total >= 1.5 * USUAL_DAYS else max(1, total // 2)
    start = _begin(days.to_numpy()[first:], wanted) + first
    stop = start + wanted
    half = start + max(1, (len(days) - start) // 2)
    while days.iloc[start:stop].sum() < ENOUGH_ROWS and stop < half:
        stop += 1
    rows, length = int(days.iloc[start:stop].sum()), stop - start
    level: Confidence = "likely" if length >= FEWEST_DAYS and rows >= ENOUGH_ROWS else "unsure"
    part = "after a first day that is only a part, " if first else ""
    words = f"{part}the earliest {_days(length)} ({count(rows)} row{'' if rows == 1 else 's'})"
    if length < FEWEST_DAYS:
        words += f"; with fewer than {FEWEST_DAYS} days limits stay uncalibrated"
    elif rows < ENOUGH_ROWS:
        words += "; few rows, so only large changes will show"
    if stop == len(days):
        words += "; no day is left after it to be judged: all is grey until later days come"
    begin = pd.Timestamp(days.index[start]).date()
    return Stretch(begin, begin + dt.timedelta(days=length), rows, level, words)


def _begin(rows: np.ndarray, wanted: int) -> int:
    """The first day of the earliest stretch in which hardly a day is empty; 0 where there is none."""
    full = (rows > 0).astype(int)
    sums = np.convolve(full, np.ones(wanted, int), mode="valid") if len(full) >= wanted else np.array([])
    good = np.flatnonzero((sums >= 0.8 * wanted) & (full[: len(sums)] == 1))
    return int(good[0]) if len(good) else 0


def _days(n: int) -> str:
    return "day" if n == 1 else f"{n} days"


def chunk(days: pd.Series) -> tuple[str, str]:
    """How long a chunk should be so that it can be judged, and why.

    Examples
    --------
    >>> chunk(pd.Series([200, 180, 220])), chunk(pd.Series([9, 11, 10, 12]))
    (('1 day', 'about 200 rows a day'), ('7 days', 'about 10 rows a day; 30 are needed to judge a chunk'))
    """
    usual = float(days.mean()) if len(days) else 0.0
    words = f"about {count(usual)} rows a day"
    if usual >= 30 or not len(days):
        return "1 day", words if len(days) else "usual"
    return "7 days" if 7 * usual >= 30 else "28 days", f"{words}; 30 are needed to judge a chunk"
