"""Courses of when rows came: how old the newest was at the end of every chunk, and whether any came in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

from monitoring import freshness, windows
from monitoring.alerts.courses import Course, course, laid
from monitoring.models import Model
from monitoring.statistics.severity import GREEN, GREY, NAMES, RED
from monitoring.store.reference_rows import reference_window

_LONGEST = 20_000  # chunks of a calendar
Ask = Callable[[Model, pd.DataFrame, list[dt.datetime], dt.datetime], Course]
"""What is asked of requests and the chunks in which they may have come, at an instant."""


def calendar(volume: pd.DataFrame, model: Model, at: dt.datetime) -> tuple[pd.DataFrame, list[dt.datetime]]:
    """Requests by key, and the beginnings of all chunks from the first row to an instant.

    Parameters
    ----------
    volume : DataFrame
        As `Store.volume` gives it.
    model : Model
    at : datetime
        Aware.
    """
    requests = volume[volume["version"] == ""].sort_values("chunk")
    now = windows.key_of(at, model.grain, model.zone)
    requests = requests[requests["chunk"] <= now]
    if requests.empty:
        return requests, []
    first: dt.datetime = requests["chunk"].iloc[0].to_pydatetime()
    window, length = reference_window(model), step(model)
    if window is not None and window.start > first:  # chunks are counted from the reference's start
        first = window.start - -(-(window.start - first) // length) * length
    elif window is not None:
        first = window.start + (first - window.start) // length * length
    if (now - first) / length > _LONGEST:
        return requests, []
    span = windows.Window(first, now + dt.timedelta(microseconds=1))
    return requests, windows.chunk_starts(span, model.chunk)


def age(model: Model, requests: pd.DataFrame, starts: list[dt.datetime], at: dt.datetime) -> Course:
    """How old the newest row was at the end of every chunk, and is now.

    Parameters
    ----------
    model : Model
    requests : DataFrame
    starts : list of datetime
        As `calendar` gives both; at least one.
    at : datetime
        Aware.
    """
    ends = [min(windows.instant_of(start + step(model), model.grain, model.zone), at) for start in starts]
    arrivals = np.sort(requests["last_at"].to_numpy(dtype="datetime64[us]"))
    instants = np.array([end.replace(tzinfo=None) for end in ends], dtype="datetime64[us]")
    place = np.searchsorted(arrivals, instants, side="right") - 1
    ages = (instants - arrivals[np.maximum(place, 0)]) / freshness.usual_gap(model, requests)
    codes = [
        NAMES.index(freshness.word(float(each))) if where >= 0 else GREY
        for each, where in zip(ages, place, strict=True)
    ]
    return course(laid(starts, codes))


def filled(model: Model, requests: pd.DataFrame, starts: list[dt.datetime], at: dt.datetime) -> Course:
    """Whether any row came in each chunk that is over; arguments as in `age`."""
    length = step(model)
    counted = dict(zip(requests["chunk"].dt.to_pydatetime(), requests["n"], strict=True))
    there = {starts[0] + (key - starts[0]) // length * length for key, n in counted.items() if n}
    over = {start for start in starts if windows.instant_of(start + length, model.grain, model.zone) <= at}
    codes = [GREY if start not in over else GREEN if start in there else RED for start in starts]
    return course(laid(starts, codes))


def step(model: Model) -> dt.timedelta:
    """Length of a chunk of a model, on the scale of profile keys.

    Parameters
    ----------
    model : Model
    """
    start = dt.datetime(2000, 1, 1)
    return windows.chunk_stop(start, model.chunk) - start
