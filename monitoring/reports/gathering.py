"""Everything a report tells, read from the store by the functions that the pages ask.

What cannot be had (no reference, no predictions, no labels) is None, and the report says so in words.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from monitoring import advice, drift, health, performance, predictions, shadow
from monitoring.models import Model
from monitoring.performance.assessment import HEADLINES
from monitoring.reports.asking import Asked, Scope, scope
from monitoring.reports.gathered import Beside, Gathered, Inputs, Said
from monitoring.store import Store, trials
from monitoring.windows import Window

LATEST = 7
"""So many of the newest chunks are told as one: what is called current."""
_PREFERRED = {"binary": "brier", "multiclass": "accuracy", "regression": "mae"}


def gather(store: Store, model: Model, asked: Asked | None = None) -> Gathered:
    """Read everything a report tells.

    Parameters
    ----------
    store : Store
    model : Model
    asked : Asked, optional

    Returns
    -------
    Gathered

    Raises
    ------
    NothingToReportError
        If there is no day to report on.
    NoOutputError
        If a version was named that has no predictions.
    """
    about = scope(store, model, asked or Asked())
    volume = store.volume(model.name)
    served = _material(store, about, champion=True)
    known = health.outputs(store, model, about.at, served) if served else None
    material = _drift(store, about, whole=True)
    whole = _judged(material, about, model.chunk)
    colours = drift.signal(whole) if whole is not None else None
    tried = (*health.odd_rows(store, model, about.at), *health.trying(store, model, known))
    checked = health.sound(store, model, about.at, material)
    terms = health.served(store, model, known, about.at)
    troubles = health.following(store, model, about.at, asked=bool(asked and asked.as_of))
    report = health.report(model, whole, colours, volume, about.at, known, tried, checked, troubles)
    other = about.segment[0] or about.version != about.champion
    asked_for = _material(store, about) if other else served
    outputs = health.outputs(store, model, about.at, asked_for) if other and asked_for else known
    inside = (volume["chunk"] >= about.window.start) & (volume["chunk"] < about.window.stop)
    return Gathered(
        scope=about,
        health=report,
        ribbon=health.ribbon(model, whole, colours, volume, terms, checked),
        advised=_advised(store, about, served, whole),
        inputs=_inputs(store, about, material, whole, colours),
        served=known,
        outputs=outputs if asked_for else None,
        said=_said(store, about, asked_for),
        shadows=_shadows(store, about, served),
        volume=volume[inside],
        first=volume[volume["version"] != ""].groupby("version")["chunk"].min(),
        data=store.data_version(model.name),
    )


def _material(store: Store, about: Scope, *, champion: bool = False) -> performance.Material | None:
    """What a version said; None where the champion, or the segment, has said nothing."""
    segment, version = (("", ""), about.champion) if champion else (about.segment, about.version)
    try:
        return performance.material(
            store, about.model.name, version=version, segment=segment, known_at=about.at
        )
    except performance.NoOutputError:
        if champion or version == about.champion:
            return None
        raise


def _drift(store: Store, about: Scope, *, whole: bool) -> drift.Material | None:
    segment = ("", "") if whole else about.segment
    try:
        return drift.material(store, about.model.name, segment=segment)
    except drift.NoReferenceError:
        return None


def _judged(material: drift.Material | None, about: Scope, chunk: str) -> drift.Assessment | None:
    if material is None:
        return None
    try:
        return drift.judged(material, chunk=chunk, as_of=about.at, intervals=False)
    except drift.CalendarError:
        return None


def _inputs(
    store: Store, about: Scope, material: drift.Material | None, one: drift.Assessment | None,
    colours: drift.Signal | None,
) -> Inputs | None:  # fmt: skip
    """Drift of the rows that were asked for; None where nothing complete lies in the window."""
    if about.segment[0] or about.chunk != about.model.chunk:
        material = _drift(store, about, whole=False)
        one = _judged(material, about, about.chunk)
        colours = None
    if material is None or one is None or not one.features:
        return None
    last = latest(one, about.window)
    if last is None:
        return None
    colours = colours or drift.signal(one)
    current = trailing(one, last)
    return Inputs(
        material=material,
        assessment=one,
        colours=colours,
        verdict=drift.verdict(one, colours, at=one.keys[last].start),
        last=last,
        current=current,
        before=drift.references(store, about.model, current, material.against, about.chunk),
    )


def latest(one: drift.Assessment, window: Window) -> int | None:
    """Position of the last complete chunk that begins in a window and ends in it; None without one.

    Parameters
    ----------
    one : drift.Assessment
    window : Window
    """
    inside = [
        place
        for place, key in enumerate(one.keys)
        if one.complete[place] and window.holds(key.start) and key.stop <= window.stop
    ]
    return inside[-1] if inside else None


def trailing(one: drift.Assessment, last: int, count: int = LATEST) -> Window:
    """The newest chunks up to one, as a window of profile keys.

    Parameters
    ----------
    one : drift.Assessment
    last : int
        Position of the last of them.
    count : int
    """
    return Window(one.keys[max(0, last - count + 1)].start, one.keys[last].stop)


def _advised(
    store: Store, about: Scope, served: performance.Material | None, whole: drift.Assessment | None
) -> advice.Recommendation | None:
    if served is None:
        return None
    found = advice.read(store, about.model.name, about.at, found=served, inputs=whole)
    return None if found is None else advice.advise(found)


def _said(store: Store, about: Scope, found: performance.Material | None) -> Said | None:
    """What the version said; None without predictions, or without days or a file to compare with."""
    if found is None:
        return None
    try:
        one = predictions.assess(store, found, chunk=about.chunk, intervals=False)
    except (drift.NoReferenceError, drift.CalendarError, ValueError):
        return None
    last = latest(one.drift, about.window)
    if last is None:
        return None
    current = trailing(one.drift, last)
    compared = predictions.reference_windows(store, one, current)
    return Said(
        one=one,
        verdict=predictions.verdict(one.drift, one.colours, at=one.drift.keys[last].start),
        current=current,
        compared=[one.drift.reference] if compared is None else compared,
        before=one.over(compared),
        now=one.over([current]),
    )


def _shadows(store: Store, about: Scope, served: performance.Material | None) -> tuple[Beside, ...]:
    """Every shadow of the model's file that has scored some of the same requests in the window."""
    if served is None:
        return ()
    entries = trials.registered(store, about.model.name) if about.model.versions.shadows else []
    found = [_beside(store, about, served, version, entries) for version in about.model.versions.shadows]
    return tuple(one for one in found if one is not None)


def _beside(
    store: Store, about: Scope, served: performance.Material, version: str, entries: list[trials.Trial]
) -> Beside | None:
    model = about.model
    try:
        pairs = shadow.read(store, model.name, version, segment=about.segment, served=served)
    except shadow.NoPairsError:
        return None
    wanted = dict.fromkeys([_PREFERRED[model.task], *HEADLINES[model.task]])
    metrics = [one for key in wanted for one in performance.metrics_of(model) if one.key == key]
    frame = shadow.frames.frame(pairs, metrics[:1], chunk=about.chunk, window=about.window)
    if frame.empty:
        return None
    places = pairs.inside(about.window, final=True)
    trial = trials.in_force(entries, pairs.champion, version)
    judged = shadow.judged(store, pairs, trial) if trial is not None and not about.segment[0] else None
    gains = tuple(shadow.gains.gain(pairs, metric, places) for metric in metrics) if len(places) else ()
    return Beside(version, frame, metrics[0], gains, judged)


def mature_until(one: health.Outputs | None) -> dt.datetime | None:
    """The end of the last chunk whose labels are final; None where there is none.

    Parameters
    ----------
    one : health.Outputs or None
    """
    if one is None:
        return None
    whole = one.performance.assessment
    final = np.flatnonzero(np.array(whole.maturity) == "final")
    return whole.stop[int(final[-1])] if len(final) else None
