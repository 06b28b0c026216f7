"""What checks are counted from, laid on one timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.layouts import Layout
from monitoring.drift.shares import Hits
from monitoring.drift.spans import Spans, Timeline, cumulative
from monitoring.models import Model
from monitoring.statistics.arrays import Floats

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube
    from monitoring.store.tallies import Tally


@dataclass(frozen=True, eq=False)
class Counted:
    """Rows with a property, and all rows, of some subjects; see `monitoring.drift.shares.Hits`."""

    subjects: tuple[str, ...]
    hits: Hits


@dataclass(frozen=True, eq=False)
class Own:
    """What a check with a test of its own found, each array of shape (subjects, chunks).

    ``size`` is compared with the check's levels; ``high`` and ``low`` are the limits of ``value``. A chunk
    that cannot be judged has the code of its reason in ``why``, elsewhere empty.
    """

    subjects: tuple[str, ...]
    value: Floats
    size: Floats
    rows: Floats
    high: Floats
    low: Floats
    statistic: Floats
    p_value: Floats
    reference: Floats
    why: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything that checks read, on one timeline.

    Attributes
    ----------
    model : Model
    cubes : tuple of Cube
        The halves of the profile that have features.
    line : Timeline
    layout : Layout
        Where references lie.
    spans : Spans
        The chunks that are judged.
    stops : tuple of datetime
        When each of them ends.
    first : int
        The first position of the log.
    requests : tuple of (keys, rows, last instants)
        Rows by profile key, oldest first; instants are naive UTC.
    gap : timedelta64
        How long the log usually is without a row.
    tallies : mapping of str to Tally
        What was counted beside the profile, by check.
    as_of : datetime or None
    """

    model: Model
    cubes: tuple[Cube, ...]
    line: Timeline
    layout: Layout
    spans: Spans
    stops: tuple[dt.datetime, ...]
    first: int
    requests: tuple[tuple[dt.datetime, ...], Floats, NDArray[np.datetime64]]
    gap: np.timedelta64
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    as_of: dt.datetime | None = None

    def counted(self, subjects: tuple[str, ...], cube: Cube, found: Floats, rows: Floats) -> Counted:
        """Counts by key of a cube, each of shape (subjects, keys), as running counts."""
        places = np.array([self.line.position(key) for key in cube.chunks], dtype=np.intp)
        running = [cumulative(one, places, self.line.length) for one in (found, rows)]
        return Counted(subjects, Hits(*running))

    def tallied(self, check: str) -> list[Counted]:
        """What was counted beside the profile, as running counts; nothing where it never was."""
        tally = self.tallies.get(check)
        if tally is None or not tally.subjects:
            return []
        length = self.line.length
        places = np.array([self.line.position(key) for key in tally.keys], dtype=np.intp)
        inside = (places >= 0) & (places < length)  # a key before the log is that of rows it never took in
        dense = []
        for values in (tally.hits, tally.rows):
            laid = np.zeros((len(tally.subjects), length))
            laid[:, places[inside]] = values[:, inside]
            dense.append(cumulative(laid, np.arange(length), length))
        return [Counted(tally.subjects, Hits(*dense))]

    def dense_requests(self) -> Floats:
        """Rows at every position of the timeline."""
        keys, rows, _ = self.requests
        laid = np.zeros(self.line.length)
        places = np.array([self.line.position(key) for key in keys], dtype=np.intp)
        inside = (places >= 0) & (places < self.line.length)
        np.add.at(laid, places[inside], rows[inside])
        return laid


def in_reference(evidence: Evidence, cube: Cube) -> NDArray[np.bool_]:
    """Which keys of a cube lie in the reference from which its bins come."""
    places = np.array([evidence.line.position(key) for key in cube.chunks], dtype=np.intp)
    span = evidence.line.reference
    return (places >= span.start[0]) & (places < span.stop[0])


def by_chunk(evidence: Evidence, cube: Cube) -> tuple[Floats, Floats, Floats]:
    """Counts, minimum and maximum of every chunk of the timeline, of shape (features, chunks, ...)."""
    per_chunk, chunks = evidence.line.per_chunk, evidence.line.length // evidence.line.per_chunk
    of = np.array([evidence.line.position(key) for key in cube.chunks], dtype=np.intp) // per_chunk
    counts = np.zeros((len(cube.features), chunks, cube.counts.shape[-1]))
    low, high = (np.full((len(cube.features), chunks), np.nan) for _ in range(2))
    if len(of):
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        counts[:, of[starts]] = np.add.reduceat(np.asarray(cube.counts, float), starts, axis=1)
        low[:, of[starts]] = np.fmin.reduceat(np.asarray(cube.minimum, float), starts, axis=1)
        high[:, of[starts]] = np.fmax.reduceat(np.asarray(cube.maximum, float), starts, axis=1)
    return counts, low, high
