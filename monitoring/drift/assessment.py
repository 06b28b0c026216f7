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
from monitoring.drift.comparison import comparison
from monitoring.drift.scores import Context, Scores, effect_floor
from monitoring.drift.sides import Side, side
from monitoring.drift.spans import Spans, Timeline, chunks, timeline, trailing
from monitoring.models import Model
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
class Assessment:
    """Everything known about the drift of a model's features.

    Attributes
    ----------
    model : Model
    features, kinds, measures : tuple of str
        Names, kinds and the method of each feature.
    reference : Window
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
    reference: Window
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
    chunk: str | None = None,
    method: str = "auto",
    as_of: dt.datetime | None = None,
    data_until: dt.datetime | None = None,
    segment: str = "",
    checks: Sequence[str] = CHECKS,
) -> Assessment:
    """Judge every feature in every chunk.

    Parameters
    ----------
    cubes : Cubes
        The profile, the reference's chunks included.
    model : Model
    reference : Window
        Keys of the reference.
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

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError
        If the method is unknown or the chunk is shorter than the profile's grain.
    """
    chunk = chunk or model.chunk
    keys = sorted({*cubes.numeric.chunks, *cubes.categorical.chunks})
    line = timeline(keys, reference, chunk, model.grain)
    spans = _until(chunks(line), line, model, as_of)
    first = line.position(keys[0]) if keys else line.length
    sides = [one for cube in (cubes.numeric, cubes.categorical) if (one := side(cube, method, line))]
    starts, stops = _instants(line, spans, model)
    complete = np.array([as_of is None or stop <= _aware(as_of) for stop in stops], dtype=bool)
    context = Context(model, line, complete, first, spans)
    features = tuple(name for one in sides for name in one.features)
    return Assessment(
        model=model,
        features=features,
        kinds=tuple(kind for one in sides for kind in one.kinds),
        measures=tuple(one.method.key for one in sides for _ in one.features),
        reference=reference,
        chunk=chunk,
        segment=segment,
        keys=tuple(
            Window(line.key(int(a)), line.key(int(b))) for a, b in zip(spans.start, spans.stop, strict=True)
        ),
        start=starts,
        stop=stops,
        complete=complete,
        data_until=data_until,
        checks=_checks(cubes, sides, context, checks) if features else {},
    )


def _checks(cubes: Cubes, sides: list[Side], context: Context, wanted: Sequence[str]) -> dict[str, Scores]:
    """The checks that were asked for, in their order."""
    line, found = context.line, {}
    for name in wanted:
        if name in POOLED:
            length = POOLED[name] * line.per_chunk
            spans = context.spans if name == "chunk" else trailing(line, POOLED[name])
            spans = Spans(spans.start[: len(context.spans)], spans.stop[: len(context.spans)])
            minimum, floor = context.model.limits.minimum_rows, context.model.limits.drift_floor
            parts = [
                comparison(
                    one,
                    line,
                    spans,
                    length=length,
                    least=minimum,
                    floor=effect_floor(one.method, floor),
                )
                for one in sides
            ]
            found[name] = judging.distribution(parts, sides, spans, context, length)
        else:
            hits = [
                shares.hits(cube, name, line)
                for cube in (cubes.numeric, cubes.categorical)
                if len(cube.features)
            ]
            found[name] = share_judging.judged(hits, name, sides, context)
    return found


def _until(spans: Spans, line: Timeline, model: Model, as_of: dt.datetime | None) -> Spans:
    """The chunks that had begun."""
    if as_of is None:
        return spans
    starts, _ = _instants(line, spans, model)
    keep = np.array([start < _aware(as_of) for start in starts], dtype=bool)
    return Spans(spans.start[keep], spans.stop[keep])


def _instants(
    line: Timeline, spans: Spans, model: Model
) -> tuple[tuple[dt.datetime, ...], tuple[dt.datetime, ...]]:
    edges = [[line.key(int(position)) for position in part] for part in (spans.start, spans.stop)]
    starts, stops = (windows.instants_of(part, model.grain, model.zone) for part in edges)
    return tuple(starts), tuple(stops)


def _aware(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=windows.UTC)
