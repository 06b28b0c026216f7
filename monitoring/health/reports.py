"""A model at an instant: its colour, its sentence, its signals, and what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from monitoring import drift, freshness, quality, results, windows
from monitoring.drift import Assessment
from monitoring.drift import Signal as Colours
from monitoring.drift.onset import run_start
from monitoring.drift.wording import listed, title
from monitoring.health import signals as watched
from monitoring.health.evidence import Outputs, assessed, outputs, profiled, sound
from monitoring.health.oddness import odd_rows
from monitoring.health.reviewing import reviewing
from monitoring.health.rule import combined, sentence
from monitoring.health.signals import Signal
from monitoring.health.trying import trying
from monitoring.models import Model
from monitoring.performance.signal import Signal as Performance
from monitoring.performance.signal import Verdict as Performed
from monitoring.statistics.severity import AMBER, GREY, NAMES
from monitoring.store import followed

if TYPE_CHECKING:
    from monitoring.store import Store


@dataclass(frozen=True)
class Report:
    """A model at an instant.

    Attributes
    ----------
    as_of : datetime
        The instant it was judged at.
    since : datetime or None
        Key since which the model has been amber or red.
    volume : tuple of int
        Requests in each of the last seven days, oldest first.
    changes : tuple of str
        What is not as it was a chunk before, a sentence each.
    data_until : datetime or None
        The newest row before that instant.
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
    known = outputs(store, model, at)
    tried = (*odd_rows(store, model, at), *trying(store, model, known), *reviewing(store, model, at))
    profile = profiled(store, model)
    judged, checked = assessed(store, model, at, profile), sound(store, model, at, profile)
    troubles = following(store, model, at, asked=as_of is not None)
    return report(model, judged, None, store.volume(model.name), at, known, tried, checked, troubles)


def following(store: Store, model: Model, at: dt.datetime, *, asked: bool = False) -> list[followed.Told]:
    """What stands in the way of following a model's source at an instant.

    Parameters
    ----------
    store : Store
    model : Model
    at : datetime
    asked : bool
        Whether somebody asked for that instant; otherwise a model whose clock is its last row is judged as
        its source is now.
    """
    if model.source is None:
        return []
    now = model.clock == "last row" and not asked
    return [one for one in followed.troubles(store, model.name) if now or one.since <= at]


def report(
    model: Model, assessment: Assessment | None, colours: Colours | None, volume: pd.DataFrame,
    as_of: dt.datetime, found: Outputs | None = None, tried: tuple[Signal, ...] = (),
    checked: quality.Assessment | None = None, troubles: Sequence[followed.Told] = (),
) -> Report:  # fmt: skip
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
    found : Outputs, optional
        What the champion said and which labels were known at `as_of`; None where it said nothing.
    tried : tuple of Signal
        Odd rows, running trials of shadows and what waits for review; they are told and never colour the
        model.
    checked : quality.Assessment, optional
        The quality of its data up to `as_of` or longer; without it quality is unknown.
    troubles : sequence of followed.Told
        What stands in the way of following the place where its log lies.

    Returns
    -------
    Report
    """
    requests = volume[volume["version"] == ""]
    until = freshness.data_until(requests, as_of)
    fresh = watched.fresh(model, requests, as_of, troubles)
    if assessment is not None and colours is None:
        colours = drift.signal(assessment)
    last = watched.last_over(assessment, as_of)
    drifted, verdict = watched.drifting(model, assessment, colours, last)
    said = watched.predicting(found, watched.last_over(found.drift if found else None, as_of))
    sane, faults = watched.sane(checked, as_of)
    performed, behind = watched.performed(found)
    calibrated = watched.calibrated(found)
    since = (
        run_start(assessment, colours.model, colours.unconfirmed, last)
        if assessment is not None and colours is not None and last is not None
        else None
    )
    harmless = _harmless(found, behind, since)
    shown = (
        [fresh, sane, drifted, said, performed, *([calibrated] if calibrated else [])] if until else [fresh]
    )
    told = [*shown, *(tried if until else ())]
    code = int(_combined(fresh, drifted, said, performed, calibrated, sane, harmless=harmless))
    status = NAMES[code]
    changes = _quality_changes(checked, faults) + _changes(assessment, colours, last)
    changes += _performance_changes(found)
    return Report(
        model=model,
        as_of=as_of,
        status=status,
        sentence=sentence(status, shown, harmless=harmless),
        since=_since(code, fresh, since, found, behind, faults),
        signals=tuple(told),
        volume=freshness.last_days(model, requests, as_of),
        changes=changes,
        data_until=until,
        reference=_reference_words(model),
        chunk=verdict.chunk if verdict else None,
    )


def frame(one: Report) -> pd.DataFrame:
    """A report as a tidy frame: a row per signal."""
    shown = one.signals
    chunk = one.chunk
    grain, zone = one.model.grain, one.model.zone
    start = windows.instant_of(chunk.start, grain, zone) if chunk else None
    stop = windows.instant_of(chunk.stop, grain, zone) if chunk else None
    return results.frame(
        {
            "model": [one.model.name] * len(shown),
            "subject": [signal.name for signal in shown],
            "measure": [signal.measure for signal in shown],
            "chunk_start": [start] * len(shown),
            "chunk_stop": [stop] * len(shown),
            "n": [signal.n for signal in shown],
            "value": [signal.value for signal in shown],
            "limit_high": [signal.limit for signal in shown],
            "reference": [one.reference] * len(shown),
            "maturity": ["final"] * len(shown),
            "data_until": [one.data_until] * len(shown),
            "status": [signal.status for signal in shown],
            "reason": [signal.reason for signal in shown],
        }
    )


def text(one: Report) -> str:
    """A report for reading in a terminal."""
    until = f"data to {one.data_until:%Y-%m-%d %H:%M} UTC" if one.data_until else "no data"
    lines = [
        f"{one.model.name}: {one.status.upper()} as of {one.as_of:%Y-%m-%d %H:%M %Z}, {until}",
        f"  {one.sentence}",
    ]
    lines += [f"  {signal.name:<11} {signal.status:<6} {signal.sentence}" for signal in one.signals]
    return "\n".join(lines) + "\n"


def _combined(
    fresh: Signal, drifted: Signal, said: Signal, performed: Signal, calibrated: Signal | None,
    sane: Signal, *, harmless: bool,
) -> np.ndarray:  # fmt: skip
    calibration = _code(calibrated) if calibrated else GREY
    return combined(
        _code(fresh), _code(drifted), _code(said), _code(performed), calibration, harmless, _code(sane)
    )


def _code(signal: Signal) -> int:
    return GREY if signal.status == "grey" else NAMES.index(signal.status)


def _harmless(found: Outputs | None, behind: Performed | None, since: dt.datetime | None) -> bool:
    """Whether final performance is green in chunks that had drifted already."""
    if found is None or behind is None or not behind.final or behind.status != "green":
        return False
    return since is None or found.performance.assessment.keys[behind.place].start >= since


def _since(
    code: int, fresh: Signal, drifting: dt.datetime | None, found: Outputs | None, behind: Performed | None,
    faults: quality.Verdict | None,
) -> dt.datetime | None:  # fmt: skip
    """When the present colour began; unknown where data are late or all is well."""
    if code < AMBER or fresh.status != "green":
        return None
    if found is None or behind is None or behind.status not in ("amber", "red") or not behind.final:
        return faults.since if faults is not None and faults.status == NAMES[code] else drifting
    model, place = found.performance.model, behind.place
    quiet = np.flatnonzero(model[: place + 1] < AMBER)
    return found.performance.assessment.keys[int(quiet[-1]) + 1 if len(quiet) else 0].start


def _changes(assessment: Assessment | None, colours: Colours | None, last: int | None) -> tuple[str, ...]:
    """What is not as it was in the chunk before: the colour, and features that joined or left."""
    if assessment is None or colours is None or not last:
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


def _quality_changes(checked: quality.Assessment | None, faults: quality.Verdict | None) -> tuple[str, ...]:
    """Whether the quality of the data is not as it was in the chunk before."""
    if checked is None or faults is None or faults.chunk is None:
        return ()
    at = [key.start for key in checked.keys].index(faults.chunk.start)
    now, before = int(checked.quality[at]), int(checked.quality[at - 1]) if at else GREY
    return (f"quality went from {NAMES[before]} to {NAMES[now]}",) if now != before and before > GREY else ()


def _performance_changes(found: Outputs | None) -> tuple[str, ...]:
    """Whether the last chunk whose labels are final is not as the one before it."""
    if found is None:
        return ()
    whole: Performance = found.performance
    judged = np.flatnonzero(whole.model > GREY)
    if len(judged) < 2:
        return ()
    now, before = (int(whole.model[place]) for place in (judged[-1], judged[-2]))
    return (f"performance went from {NAMES[before]} to {NAMES[now]}",) if now != before else ()


def _reference_words(model: Model) -> str:
    if model.reference is None:
        return ""
    return drift.own(model).words(model.chunk) or model.reference.words
