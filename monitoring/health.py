"""Health: is a model all right at an instant, since when, and what changed since the day before?

A model's colour follows one rule: it is red when its data stopped coming, at most amber by drift of its
inputs alone, and grey when nothing can be judged.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from monitoring import drift, freshness, reasons, results, windows
from monitoring.drift.onset import run_start
from monitoring.drift.wording import listed, title
from monitoring.models import Model
from monitoring.statistics.severity import AMBER, GREEN, GREY, NAMES, RED

if TYPE_CHECKING:
    from monitoring.drift import Assessment, Verdict
    from monitoring.drift import Signal as Colours
    from monitoring.store import Store


@dataclass(frozen=True)
class Signal:
    """One thing that is watched.

    Attributes
    ----------
    name : str
        ``freshness`` or ``drift``.
    status, sentence, reason : str
        The reason is a code of `monitoring.reasons`, or empty.
    measure : str
        What `value` is.
    value, limit : float
        nan where unknown.
    n : int
        What it rests on: rows of the last day, or features.
    page : str
        Where to read on; empty where this page says it all.
    """

    name: str
    status: str
    sentence: str
    reason: str = ""
    measure: str = ""
    value: float = float("nan")
    limit: float = float("nan")
    n: int = 0
    page: str = ""


@dataclass(frozen=True)
class Report:
    """A model at an instant.

    Attributes
    ----------
    as_of : datetime
        The instant it was judged at.
    data_until : datetime or None
        The newest row before that instant.
    since : datetime or None
        Key since which the model has been amber or red.
    volume : tuple of int
        Requests in each of the last seven days, oldest first.
    changes : tuple of str
        What is not as it was a chunk before, a sentence each.
    """

    model: Model
    as_of: dt.datetime
    status: str
    sentence: str
    since: dt.datetime | None
    signals: tuple[Signal, ...]
    volume: tuple[int, ...]
    changes: tuple[str, ...]
    data_until: dt.datetime | None
    reference: str = ""
    chunk: windows.Window | None = None


def health(store: Store, model: Model, as_of: dt.datetime | None = None) -> Report:
    """Judge one model from the store.

    Parameters
    ----------
    store : Store
    model : Model
    as_of : datetime, optional
        The instant to judge at; by default the model's clock.

    Returns
    -------
    Report
    """
    at = as_of or store.now(model)
    return report(model, assessed(store, model, at), None, store.volume(model.name), at)


def assessed(store: Store, model: Model, as_of: dt.datetime | None = None) -> Assessment | None:
    """A model's drift; None where it has no reference, or a calendar too long to judge."""
    try:
        return drift.read(store, model.name, as_of=as_of, intervals=False)
    except (drift.NoReferenceError, drift.CalendarError):
        return None


def report(
    model: Model,
    assessment: Assessment | None,
    colours: Colours | None,
    volume: pd.DataFrame,
    as_of: dt.datetime,
) -> Report:
    """Judge one model from what was read before.

    Parameters
    ----------
    model : Model
    assessment : Assessment or None
        Its drift up to `as_of` or longer; None where the model has no reference.
    colours : drift.Signal, optional
        If already computed.
    volume : DataFrame
        As `Store.volume` gives it.
    as_of : datetime

    Returns
    -------
    Report
    """
    requests = volume[volume["version"] == ""]
    until = freshness.data_until(requests, as_of)
    fresh = _fresh(model, requests, as_of)
    found, verdict, since, changes = _drift(model, assessment, colours, as_of)
    signals = (fresh, found) if until else (fresh,)
    code = _combined(fresh.status, found.status)
    status = NAMES[code]
    return Report(
        model=model,
        as_of=as_of,
        status=status,
        sentence=_sentence(model, status, fresh, found),
        since=since if code == AMBER and fresh.status == "green" else None,
        signals=signals,
        volume=freshness.last_days(model, requests, as_of),
        changes=changes,
        data_until=until,
        reference=_reference_words(model),
        chunk=verdict.chunk if verdict else None,
    )


def ribbon(
    model: Model, assessment: Assessment | None, colours: Colours | None, volume: pd.DataFrame
) -> pd.DataFrame:
    """The model's colour in every chunk, as a tidy frame with the subject ``model``.

    Parameters
    ----------
    model, assessment, colours, volume
        As in `report`.

    Returns
    -------
    DataFrame
        ``status`` and ``reason`` per chunk, ``value`` the share of features that drift, ``n`` those judged.
    """
    requests = volume[volume["version"] == ""]
    if assessment is None or requests.empty:
        return results.frame({})
    colours = colours or drift.signal(assessment)
    data = drift.ribbon(assessment, colours)
    instants = np.array([at.replace(tzinfo=None) for at in assessment.stop], dtype="datetime64[us]")
    arrivals = requests["last_at"].to_numpy(dtype="datetime64[us]")
    place = np.searchsorted(arrivals, instants) - 1
    age = (instants - arrivals[np.maximum(place, 0)]) / freshness.usual_gap(model, requests)
    codes = [
        _combined(freshness.word(intervals) if where >= 0 else "grey", status)
        for intervals, where, status in zip(age, place, data["status"], strict=True)
    ]
    complete = assessment.complete
    return data.assign(
        subject="model",
        measure="status",
        status=[NAMES[code] if over else "grey" for code, over in zip(codes, complete, strict=True)],
    )


def frame(one: Report) -> pd.DataFrame:
    """A report as a tidy frame: a row per signal."""
    signals = one.signals
    chunk = one.chunk
    grain, zone = one.model.grain, one.model.zone
    start = windows.instant_of(chunk.start, grain, zone) if chunk else None
    stop = windows.instant_of(chunk.stop, grain, zone) if chunk else None
    return results.frame(
        {
            "model": [one.model.name] * len(signals),
            "subject": [signal.name for signal in signals],
            "measure": [signal.measure for signal in signals],
            "chunk_start": [start] * len(signals),
            "chunk_stop": [stop] * len(signals),
            "n": [signal.n for signal in signals],
            "value": [signal.value for signal in signals],
            "limit_high": [signal.limit for signal in signals],
            "reference": [one.reference] * len(signals),
            "maturity": ["final"] * len(signals),
            "data_until": [one.data_until] * len(signals),
            "status": [signal.status for signal in signals],
            "reason": [signal.reason for signal in signals],
        }
    )


def text(one: Report) -> str:
    """A report for reading in a terminal."""
    until = f"data to {one.data_until:%Y-%m-%d %H:%M} UTC" if one.data_until else "no data"
    lines = [
        f"{one.model.name}: {one.status.upper()} as of {one.as_of:%Y-%m-%d %H:%M %Z}, {until}",
        f"  {one.sentence}",
    ]
    lines += [f"  {signal.name:<10} {signal.status:<6} {signal.sentence}" for signal in one.signals]
    return "\n".join(lines) + "\n"


def _combined(fresh: str, found: str) -> int:
    """The rule of a model's colour."""
    if fresh == "grey":
        return GREY
    if fresh == "red":
        return RED
    if fresh == "amber" or found in ("amber", "red"):
        return AMBER
    return GREY if found == "grey" else GREEN


def _sentence(model: Model, status: str, fresh: Signal, found: Signal) -> str:
    if fresh.status != "green":
        return fresh.sentence
    if found.status == "red":
        return f"{found.sentence}. Drift of inputs alone never makes a model red"
    return found.sentence if status != "green" else f"{fresh.sentence}; {found.sentence}"


def _fresh(model: Model, requests: pd.DataFrame, as_of: dt.datetime) -> Signal:
    found = freshness.freshness(model, requests, as_of)
    reason = {"green": "", "grey": "no_data"}.get(found.status, "late")
    return Signal(
        "freshness",
        found.status,
        found.sentence,
        reason,
        "age_hours",
        found.age_hours,
        found.limit_hours,
        found.n,
    )


def _drift(
    model: Model, assessment: Assessment | None, colours: Colours | None, as_of: dt.datetime
) -> tuple[Signal, Verdict | None, dt.datetime | None, tuple[str, ...]]:
    """The drift signal, the verdict behind it, since when it is amber or worse, and what changed."""
    if assessment is None:
        return _unknown("calendar" if model.reference else "no_reference"), None, None, ()
    colours = colours or drift.signal(assessment)
    last = _last(assessment, as_of)
    if last is None:
        return _unknown("no_data"), None, None, ()
    verdict = drift.verdict(assessment, colours, at=assessment.keys[last].start)
    counted = [one for one in verdict.features if one.counted]
    loud = [one for one in counted if one.lasting in ("amber", "red")]
    reason = (
        next((one.reason for one in verdict.features if one.reason), "") if verdict.status == "grey" else ""
    )
    said = verdict.sentence.removeprefix(f"{verdict.status}: ").removeprefix(f"{verdict.status} ")
    signal = Signal(
        "drift", verdict.status, said, loud[0].reason if loud else reason, "share_drifting",
        len(loud) / len(counted) if counted else float("nan"), n=len(counted), page="drift",
    )  # fmt: skip
    since = run_start(assessment, colours.model, colours.unconfirmed, last)
    return signal, verdict, since, _changes(assessment, colours, last)


def _unknown(reason: str) -> Signal:
    return Signal("drift", "grey", reasons.sentence(reason), reason, "share_drifting", page="drift")


def _last(assessment: Assessment, as_of: dt.datetime) -> int | None:
    """The last chunk that was over at an instant."""
    over = [place for place, stop in enumerate(assessment.stop) if stop <= as_of]
    return over[-1] if over else None


def _changes(assessment: Assessment, colours: Colours, last: int) -> tuple[str, ...]:
    """What is not as it was in the chunk before: the colour, and features that joined or left."""
    if last == 0:
        return ()
    said = []
    now, before = int(colours.model[last]), int(colours.model[last - 1])
    if now != before:
        said.append(f"drift went from {NAMES[before]} to {NAMES[now]}")
    counted = assessment.counted
    loud, quiet = colours.lasting[:, last] >= AMBER, colours.lasting[:, last - 1] >= AMBER
    for words, changed in (("began to drift", loud & ~quiet), ("came back", ~loud & quiet)):
        names = [title(assessment, int(place)) for place in np.flatnonzero(changed & counted)]
        if names:
            said.append(f"{listed(names)} {words}")
    return tuple(said)


def _reference_words(model: Model) -> str:
    if model.reference is None:
        return ""
    return drift.own(model).words(model.chunk) or model.reference.words
