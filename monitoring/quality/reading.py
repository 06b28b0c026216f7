"""The quality of a model's data straight from the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring import drift, freshness, windows
from monitoring.drift.layouts import layout
from monitoring.drift.spans import Spans, Timeline, chunks, timeline
from monitoring.models import Model
from monitoring.quality.assessment import Assessment, assess
from monitoring.quality.evidence import Evidence
from monitoring.quality.registry import CHECKS
from monitoring.windows import Window

if TYPE_CHECKING:
    import pandas as pd

    from monitoring.store import Store
    from monitoring.store.cubes import Cube
    from monitoring.store.tallies import Tally

_OF_ALL_ROWS = ("counters", "arrivals", "files", "labels")
"""What is not counted by segment."""


@dataclass(frozen=True, eq=False)
class Material:
    """What the quality of a model's data is judged by.

    Attributes
    ----------
    model : Model
    profile : drift.Material or None
        The profile and its reference; None where the model names none.
    requests : DataFrame
        Rows by profile key: ``chunk``, ``n`` and ``last_at``, oldest first.
    tallies : dict of str to Tally
        What is counted beside the profile, by check.
    trouble : dict of str to str
        Rules that cannot be asked, and why.
    segment : str
    data_until : datetime or None
    """

    model: Model
    profile: drift.Material | None
    requests: pd.DataFrame
    tallies: dict[str, Tally]
    trouble: dict[str, str]
    segment: str
    data_until: dt.datetime | None


class NoRowsError(ValueError):
    """The log holds no row, so there is nothing to check."""


def material(
    store: Store, name: str, *, segment: tuple[str, str] = ("", ""), profile: drift.Material | None = None
) -> Material:
    """What the quality of a model's data is judged by.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    segment : (column, value)
        ('', '') for all rows; of one segment, only what the profile counts is known.
    profile : drift.Material, optional
        If already read.

    Raises
    ------
    NoRowsError
        If the log holds no row.
    UnknownModel
        If the model is not registered.
    """
    from monitoring.store import faults, tallies

    model = store.model(name)
    volume = store.volume(name)
    requests = volume[volume["version"] == ""].reset_index(drop=True)
    if requests.empty:
        raise NoRowsError(f"{name}: no rows")
    if profile is None:
        try:
            profile = drift.material(store, name, segment=segment)
        except drift.NoReferenceError:
            profile = None
    counted, trouble = ({}, {}) if segment[0] else faults.read(store, name)
    if not segment[0]:
        counted |= {**tallies.columns(store, name), **tallies.labels(store, name)}
    return Material(
        model, profile, requests, counted, trouble, "=".join(segment) if segment[0] else "",
        store.span(name).data_until,
    )  # fmt: skip


def judged(
    found: Material,
    *,
    chunk: str | None = None,
    as_of: dt.datetime | None = None,
    checks: Sequence[str] | None = None,
    recent: int | None = None,
) -> Assessment:
    """Judge what was read.

    Parameters
    ----------
    found : Material
    chunk : str, optional
        Length of a chunk; the model's own by default.
    as_of : datetime, optional
        The instant to judge at: chunks that begin later are left out, one not over by then is partial. None
        takes every chunk as complete.
    checks : sequence of str, optional
        Keys of `monitoring.quality.CHECKS`; all by default.
    recent : int, optional
        Judge no more than so many chunks, the last ones; all by default.

    Raises
    ------
    CalendarError
        If the log's calendar is too long to judge.
    ValueError
        If there is no such check, or the chunk is shorter than the profile's grain.
    """
    model, chunk = found.model, chunk or found.model.chunk
    line, first = _timeline(found, chunk)
    spans, starts, stops = _shown(line, model, first, as_of, recent)
    complete = np.array([as_of is None or stop <= as_of for stop in stops], dtype=bool)
    against = found.profile.against if found.profile else drift.Against()
    evidence = Evidence(
        model=model,
        cubes=_cubes(found),
        line=line,
        layout=layout(against, line),
        spans=spans,
        stops=stops,
        first=first,
        requests=_requests(found.requests),
        gap=freshness.usual_gap(model, found.requests),
        tallies=found.tallies,
        as_of=as_of,
    )
    wanted = list(CHECKS if checks is None else checks)
    if found.segment:
        wanted = [key for key in wanted if key not in CHECKS or CHECKS[key].needs not in _OF_ALL_ROWS]
    return assess(
        evidence,
        keys=[
            Window(line.key(int(a)), line.key(int(b))) for a, b in zip(spans.start, spans.stop, strict=True)
        ],
        start=starts,
        complete=complete,
        reference=_reference(found, chunk),
        reference_words=_words(found, chunk),
        segment=found.segment,
        chunk=chunk,
        data_until=found.data_until,
        trouble=found.trouble,
        checks=wanted,
    )


def read(
    store: Store,
    name: str,
    *,
    chunk: str | None = None,
    as_of: dt.datetime | None = None,
    segment: tuple[str, str] = ("", ""),
    checks: Sequence[str] | None = None,
) -> Assessment:
    """Judge the quality of a model's data; arguments and errors as in `material` and `judged`.

    Parameters
    ----------
    as_of : datetime, optional
        The instant to judge at; by default the model's clock.
    """
    found = material(store, name, segment=segment)
    return judged(found, chunk=chunk, as_of=as_of or store.now(found.model), checks=checks)


def _cubes(found: Material) -> tuple[Cube, ...]:
    if found.profile is None:
        return ()
    halves = (found.profile.cubes.numeric, found.profile.cubes.categorical)
    return tuple(cube for cube in halves if cube.features)


def _first(found: Material) -> dt.datetime:
    """The first key of the log."""
    return found.requests["chunk"].min().to_pydatetime()


def _reference(found: Material, chunk: str) -> Window:
    """The reference's keys; where there is none, an empty chunk before the log."""
    if found.profile is not None:
        return found.profile.reference
    first = _first(found)
    length = windows.chunk_stop(first, chunk) - first
    if first - dt.datetime.min < length:
        raise drift.CalendarError(f"the log begins on {first.date()}; an instant must be wrong")
    return Window(first - length, first)


def _timeline(found: Material, chunk: str) -> tuple[Timeline, int]:
    """The timeline and the position at which the log begins on it."""
    keys = {one.to_pydatetime() for one in found.requests["chunk"]}
    for cube in _cubes(found):
        keys |= set(cube.chunks)
    line = timeline(sorted(keys), _reference(found, chunk), chunk, found.model.grain)
    start = found.profile.log_start if found.profile else None
    return line, line.position(start or _first(found))


def _shown(
    line: Timeline, model: Model, first: int, as_of: dt.datetime | None, recent: int | None
) -> tuple[Spans, tuple[dt.datetime, ...], tuple[dt.datetime, ...]]:
    """The chunks of the log that had begun at an instant, and their ends as instants."""
    whole = chunks(line)
    begun = whole.stop > first
    edges = [[line.key(int(at)) for at in part[begun]] for part in (whole.start, whole.stop)]
    starts, stops = (windows.instants_of(part, model.grain, model.zone) for part in edges)
    known = [place for place, start in enumerate(starts) if as_of is None or start < as_of]
    known = known[-recent:] if recent else known
    spans = Spans(whole.start[begun][known], whole.stop[begun][known])
    return spans, tuple(starts[place] for place in known), tuple(stops[place] for place in known)


def _requests(
    requests: pd.DataFrame,
) -> tuple[tuple[dt.datetime, ...], NDArray[np.float64], NDArray[np.datetime64]]:
    keys = tuple(one.to_pydatetime() for one in requests["chunk"])
    last = np.maximum.accumulate(requests["last_at"].to_numpy(dtype="datetime64[us]"))
    return keys, requests["n"].to_numpy(dtype=float), last


def _words(found: Material, chunk: str) -> str:
    """What to call the reference."""
    if found.profile is None:
        return ""
    own = found.profile.against.words(chunk)
    reference = found.profile.reference
    return own or found.profile.words or f"{reference.start:%Y-%m-%d} to {reference.stop:%Y-%m-%d}"


__all__ = ["Material", "NoRowsError", "judged", "material", "read"]
