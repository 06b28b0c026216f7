"""Every check of every feature in every chunk, judged: what tables, charts and sentences read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring import windows
from monitoring.drift import judging, share_judging, shares
from monitoring.drift.against import Against
from monitoring.drift.comparison import Rules, comparison
from monitoring.drift.layouts import layout
from monitoring.drift.scores import Context, Scores, effect_floor
from monitoring.drift.sides import Side, sides
from monitoring.drift.spans import Spans, Timeline, chunks, timeline, trailing
from monitoring.models import Model
from monitoring.statistics.arrays import Floats
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store.cubes import Cubes

POOLED = {"chunk": 1, "pooled_7": 7, "pooled_28": 28}
"""Checks of the distribution, by how many chunks they look at together."""
CHECKS = (*POOLED, *shares.LEVELS)
CHUNK_CHECKS = ("chunk", *shares.LEVELS)
"""The checks that look at one chunk at a time."""
VERDICT_CHECKS = (*POOLED, "out_of_range")
"""The checks whose worst is the drift of a feature; the other shares are a matter of data quality."""


@dataclass(frozen=True)
class Weights:
    """How much features matter to the model's score.

    Attributes
    ----------
    values : ndarray of shape (features,)
        nan where it is not known.
    source : {'file', 'surrogate', ''}
        The model's file; a surrogate that predicts the score from the features; or nothing.
    quality : float
        Share of the score's variance that the surrogate explains on rows it has not seen; nan otherwise.
    """

    values: Floats
    source: str = ""
    quality: float = float("nan")


@dataclass(frozen=True)
class Learnt:
    """Importance by feature from a surrogate, and the share of the score's variance that it explains."""

    importance: Mapping[str, float]
    quality: float


@dataclass(frozen=True)
class Assessment:
    """Everything known about the drift of a model's features.

    Attributes
    ----------
    model : Model
    features, kinds, measures, why : tuple of str
        Names, kinds, the method of each feature, and why it is that one.
    reference : Window
        Keys of the model's reference; those of a file lie before the log.
    against : Against
        What chunks are compared with.
    reference_words : str
        The same in words.
    weights : Weights
        How much each feature matters.
    chunk : str
    segment : str
        Such as ``origin=EWR``; empty for all rows.
    keys : tuple of Window
        Each chunk as a window of keys, oldest first.
    start, stop : tuple of datetime
        The same as instants.
    complete : ndarray of bool, shape (chunks,)
        Whether the chunk was over at the instant it is judged at.
    data_until : datetime or None
    checks : mapping of str to Scores
        By name, see `CHECKS`.
    """

    model: Model
    features: tuple[str, ...]
    kinds: tuple[str, ...]
    measures: tuple[str, ...]
    why: tuple[str, ...]
    reference: Window
    against: Against
    reference_words: str
    weights: Weights
    chunk: str
    segment: str
    keys: tuple[Window, ...]
    start: tuple[dt.datetime, ...]
    stop: tuple[dt.datetime, ...]
    complete: NDArray[np.bool_]
    data_until: dt.datetime | None
    checks: Mapping[str, Scores]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which features count for the model's drift."""
        return np.array([name not in self.model.exclude for name in self.features], dtype=bool)


def assess(
    cubes: Cubes,
    model: Model,
    *,
    reference: Window,
    against: Against | None = None,
    reference_words: str = "",
    log_start: dt.datetime | None = None,
    chunk: str | None = None,
    method: str = "auto",
    as_of: dt.datetime | None = None,
    data_until: dt.datetime | None = None,
    segment: str = "",
    checks: Sequence[str] = CHECKS,
    learnt: Learnt | None = None,
    intervals: bool = True,
) -> Assessment:
    """Judge every feature in every chunk.

    Parameters
    ----------
    cubes : Cubes
        The profile, the reference's chunks included.
    model : Model
    reference : Window
        Keys of the reference, from which bins and scales come.
    against : Against, optional
        What chunks are compared with; the reference by default.
    reference_words : str
        What to call it; its days by default.
    log_start : datetime, optional
        The first key of the log where the reference is a file, whose rows lie before it and are not shown.
    chunk : str, optional
        Length of a chunk; the model's own by default. Chunks are counted from the reference's start.
    method : str
        A registered drift method, or ``auto``; features for whose kind it is not defined use the automatic
        one.
    as_of : datetime, optional
        The instant to judge at: chunks that begin later are left out, one not over by then is partial. None
        takes every chunk as complete.
    data_until : datetime, optional
        Carried along.
    segment : str
        Carried along.
    checks : sequence of str
        Which checks to make; fewer cost less.
    learnt : Learnt, optional
        Importances, for a model whose file gives none.
    intervals : bool
        Whether values get a confidence interval.

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError
        If the method is unknown or the chunk is shorter than the profile's grain.
    """
    chunk = chunk or model.chunk
    against = against or Against()
    keys = sorted({*cubes.numeric.chunks, *cubes.categorical.chunks})
    line = timeline(keys, reference, chunk, model.grain)
    first = line.position(log_start or keys[0]) if keys else line.length
    shown = _shown(line, model, as_of, first if log_start else 0)
    spans = _part(chunks(line), shown)
    parts = [one for cube in (cubes.numeric, cubes.categorical) for one in sides(cube, method, line)]
    starts, stops = _instants(line, spans, model)
    complete = np.array([as_of is None or stop <= _aware(as_of) for stop in stops], dtype=bool)
    context = Context(model, line, layout(against, line), complete, first, spans, shown, intervals)
    features = tuple(name for one in parts for name in one.features)
    return Assessment(
        model=model,
        features=features,
        kinds=tuple(kind for one in parts for kind in one.kinds),
        measures=tuple(one.method.key for one in parts for _ in one.features),
        why=tuple(why for one in parts for why in one.why),
        reference=reference,
        against=against,
        reference_words=_words(against, chunk, reference_words, reference),
        weights=_weights(model, features, learnt),
        chunk=chunk,
        segment=segment,
        keys=tuple(
            Window(line.key(int(a)), line.key(int(b))) for a, b in zip(spans.start, spans.stop, strict=True)
        ),
        start=starts,
        stop=stops,
        complete=complete,
        data_until=data_until,
        checks=_checks(parts, context, checks) if features else {},
    )


def _words(against: Against, chunk: str, known: str, reference: Window) -> str:
    """What to call the reference."""
    days = known or f"{reference.start:%Y-%m-%d} to {reference.stop:%Y-%m-%d}"
    own = against.words(chunk)
    return f"{own} ({days})" if against.form == "version" else own or days


def _weights(model: Model, features: tuple[str, ...], learnt: Learnt | None) -> Weights:
    """Importances from the model's file, or else those that were learnt."""
    stated = {name: part.importance for name, part in model.features.items() if part.importance is not None}
    if stated:
        return Weights(np.array([stated.get(name, np.nan) for name in features], dtype=float), "file")
    if learnt is None:
        return Weights(np.full(len(features), np.nan))
    values = [learnt.importance.get(name, np.nan) for name in features]
    return Weights(np.array(values, dtype=float), "surrogate", learnt.quality)


def _checks(sides: list[Side], context: Context, wanted: Sequence[str]) -> dict[str, Scores]:
    """The checks that were asked for, in their order."""
    line, found = context.line, {}
    limits = context.model.limits
    for name in wanted:
        if name in POOLED:
            length = POOLED[name] * line.per_chunk
            spans = context.spans if name == "chunk" else trailing(line, POOLED[name])
            if name != "chunk":
                spans = _part(spans, context.shown)
            level, least = 1 - limits.false_alarms, limits.minimum_rows
            parts = [
                comparison(one, context.layout, spans, Rules(length, least, floor, level, context.intervals))
                for one in sides
                for floor in (effect_floor(one.method, limits.drift_floor),)
            ]
            found[name] = judging.distribution(parts, sides, spans, context, length)
        else:
            hits = [shares.hits(one.cube, name, line) for one in sides]
            found[name] = share_judging.judged(hits, name, sides, context)
    return found


def _shown(line: Timeline, model: Model, as_of: dt.datetime | None, first: int) -> slice:
    """The chunks that had begun, without those before the first position that is shown."""
    spans = chunks(line)
    before = int((spans.stop <= first).sum())
    if as_of is None:
        return slice(before, len(spans))
    starts, _ = _instants(line, spans, model)
    return slice(before, sum(start < _aware(as_of) for start in starts))


def _part(spans: Spans, shown: slice) -> Spans:
    return Spans(spans.start[shown], spans.stop[shown])


def _instants(
    line: Timeline, spans: Spans, model: Model
) -> tuple[tuple[dt.datetime, ...], tuple[dt.datetime, ...]]:
    edges = [[line.key(int(position)) for position in part] for part in (spans.start, spans.stop)]
    starts, stops = (windows.instants_of(part, model.grain, model.zone) for part in edges)
    return tuple(starts), tuple(stops)


def _aware(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=windows.UTC)
