"""The Model page's cards: what is now beside what is usual, each with where to read on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitoring import health
from monitoring.drift import Assessment
from monitoring.drift import Signal as Colours
from monitoring.health import Report
from monitoring.models import Model
from monitoring.performance import signal
from monitoring.performance.calibration_words import points
from monitoring.performance.outcomes import main_subject
from monitoring.statistics.metrics import METRICS
from monitoring.statistics.severity import AMBER, GREY
from monitoring.ui.days import Days
from monitoring.ui.numbers import count, day, hours, share, short
from monitoring.ui.performance_words import number
from monitoring.windows import key_of

WEEK, MONTH = 7, 28
BEFORE = "the 28 days before"


@dataclass(frozen=True)
class Card:
    """One thing, now and as usual.

    Attributes
    ----------
    title, page, status : str
        An empty status is one that is not judged here.
    now, usual : str
        Plain text.
    note : str
        From how many rows, of when.
    """

    title: str
    page: str
    status: str
    now: str
    usual: str
    note: str


def cards(
    report: Report,
    volume: pd.DataFrame,
    found: health.Outputs | None,
    inputs: Assessment | None,
    colours: Colours | None,
) -> list[Card]:
    """The six cards of a model at an instant.

    Parameters
    ----------
    report : Report
    volume : DataFrame
        As `Store.volume` gives it.
    found : Outputs or None
        What the champion said and which labels were known.
    inputs : drift.Assessment or None
    colours : drift.Signal or None
    """
    signals = {one.name: one for one in report.signals}
    made = [_volume(report, volume), _freshness(report, signals)]
    made += [_drift(report, signals, inputs, colours), _score(report, signals, found)]
    return [*made, _performance(signals, found), _calibration(report.model, signals, found)]


def _days(model: Model, at: dt.datetime) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    """Keys at which the month before, the last week and the present begin; the last day must be over."""
    stop = key_of(at, model.grain, model.zone)
    week = stop - dt.timedelta(days=WEEK)
    return week - dt.timedelta(days=MONTH), week, stop


def _volume(report: Report, volume: pd.DataFrame) -> Card:
    requests = volume[volume["version"] == ""]
    month, week, stop = _days(report.model, report.as_of)
    chunk = requests["chunk"]
    now = requests.loc[(chunk >= week) & (chunk < stop), "n"].sum() / WEEK
    before = requests.loc[(chunk >= month) & (chunk < week), "n"].sum() / MONTH
    usual = f"{count(before)} a day in {BEFORE}" if before else "nothing before to compare with"
    return Card("Volume", "health", "", f"{count(now)} a day", usual, f"the last {WEEK} whole days")


def _freshness(report: Report, signals: dict[str, health.Signal]) -> Card:
    one = signals["freshness"]
    known = not np.isnan(one.value)
    now = f"{hours(one.value)} old" if known else "no data"
    usual = f"late from {hours(one.limit)} on" if known else ""
    return Card("Newest data", "health", one.status, now, usual, f"as of {day(report.as_of)}")


def _drift(
    report: Report, signals: dict[str, health.Signal], inputs: Assessment | None, colours: Colours | None
) -> Card:
    one = signals.get("drift")
    if one is None or inputs is None or colours is None or np.isnan(one.value):
        return Card("Inputs that drift", "drift", "grey", "unknown", "", _why(one))
    over = [i for i, stop in enumerate(inputs.stop) if stop <= report.as_of][-MONTH - 1 : -1]
    lasting = colours.lasting[inputs.counted][:, over]
    judged = (lasting > GREY).sum()
    usual = f"{share((lasting >= AMBER).sum() / judged)} in the 28 chunks before" if judged else ""
    return Card(
        "Inputs that drift", "drift", one.status, share(one.value), usual,
        f"of {count(one.n)} features, in two of the last three chunks",
    )  # fmt: skip


def _score(report: Report, signals: dict[str, health.Signal], found: health.Outputs | None) -> Card:
    one = signals.get("predictions")
    title = {"binary": "Mean score", "multiclass": "Mean confidence", "regression": "Mean prediction"}
    name = title[report.model.task]
    if found is None or one is None:
        return Card(name, "predictions", "grey", "unknown", "", _why(one))
    material = found.performance.assessment.material
    cube = material.cubes[main_subject(report.model)]
    keys = np.array(cube.chunks, dtype="datetime64[us]")
    month, week, stop = (np.datetime64(key) for key in _days(report.model, report.as_of))
    rows, sums = cube.all.counts[:, :-1].sum(axis=1), cube.all.sums.sum(axis=1)

    def mean(start: np.datetime64, until: np.datetime64) -> tuple[float, float]:
        inside = (keys >= start) & (keys < until)
        total = float(rows[inside].sum())
        return (float(sums[inside].sum()) / total + cube.grid.centre if total else np.nan), total

    (now, n), (usual, before) = mean(week, stop), mean(month, week)
    told = f"{short(usual)} in {BEFORE}" if before else "nothing before to compare with"
    return Card(
        name, "predictions", one.status, short(now), told, f"{count(n)} rows of the last {WEEK} whole days"
    )


def _performance(signals: dict[str, health.Signal], found: health.Outputs | None) -> Card:
    one = signals.get("performance")
    if found is None or one is None or not one.measure:
        return Card("Performance", "performance", "grey", "unknown", "", _why(one))
    metric = METRICS[one.measure]
    verdict = signal.verdict(found.performance)
    usual = f"{number(metric, verdict.baseline)} in the reference"
    when = f"to {day(verdict.window.stop - dt.timedelta(days=1))}" if verdict.window else ""
    kind = "final labels" if verdict.final else "predictions, estimated"
    title = metric.title
    return Card(title, "performance", one.status, number(metric, one.value), usual,
                f"{count(one.n)} {kind} {when}".strip())  # fmt: skip


def _calibration(model: Model, signals: dict[str, health.Signal], found: health.Outputs | None) -> Card:
    one = signals.get("calibration")
    if one is None or found is None or found.calibration is None or np.isnan(one.value):
        why = "values are no probabilities" if model.task == "regression" else _why(one)
        return Card("Calibration error", "performance", "grey", "unknown", "", why)
    before = found.calibration.reference
    usual = f"{points(float(before.error.mean))} in the reference" if before is not None else ""
    return Card("Calibration error", "performance", one.status, points(one.value), usual,
                f"{count(one.n)} final labels")  # fmt: skip


def _why(one: health.Signal | None) -> str:
    return one.sentence if one is not None else "no data yet"


def reasons(report: Report, most: int = 3) -> list[health.Signal]:
    """The signals that a reader should follow first: not green, the worst first."""
    order = {"red": 0, "amber": 1, "grey": 2}
    loud = [one for one in report.signals if one.status in order and one.name != "shadow"]
    return sorted(loud, key=lambda one: order[one.status])[:most]


def span(days: Days) -> list[dt.date]:
    """Every day from the first to the last that has a colour."""
    if not days:
        return []
    first, last = min(days), max(days)
    return [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]
