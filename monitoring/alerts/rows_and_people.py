"""Courses of odd rows, and of cases that wait too long for a person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from monitoring import drift, outliers, windows
from monitoring.alerts.courses import Course, course, laid
from monitoring.health.reviewing import PATIENCE
from monitoring.models import Model
from monitoring.statistics.severity import AMBER, GREEN, GREY, NAMES
from monitoring.store import cases

if TYPE_CHECKING:
    from monitoring.store import Store


def odd_rows(store: Store, model: Model, at: dt.datetime) -> Course | None:
    """The colour of every chunk's share of outlying rows; None where rows are not scored."""
    try:
        judged = outliers.judged(outliers.read(store, model.name), as_of=at)
    except (outliers.NotScoredError, drift.CalendarError):
        return None
    codes = [GREY if word == "grey" else NAMES.index(word) for word in judged.status]
    return course(laid((key.start for key in judged.keys), codes))


def backlog(store: Store, model: Model, at: dt.datetime) -> Course | None:
    """On which days a case had waited for more than a week; None where there never was one.

    A verdict that was given after the model's clock, as on a log of the past, counts on the last day.
    """
    known = cases.waiting(store, model.name)
    if not known:
        return None
    last = windows.key_of(at - dt.timedelta(microseconds=1), "day", model.zone)
    entered = np.array([day for day, _ in known], dtype="datetime64[D]")
    decided = np.array(
        [
            min(windows.key_of(said, "day", model.zone), last) if said else dt.datetime.max
            for _, said in known
        ],
        dtype="datetime64[D]",
    )
    days = np.arange(entered.min(), np.datetime64(last, "D") + 1)
    late = (entered[:, None] + PATIENCE < days) & (decided[:, None] > days)
    codes = np.where(late.any(axis=0), AMBER, GREEN)
    return course(laid((day.astype("datetime64[us]").item() for day in days), codes)) if len(days) else None
