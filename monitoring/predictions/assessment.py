"""A version's output over time: drift of its score, and levels and shares chunk by chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring import drift
from monitoring.drift.layouts import layout
from monitoring.drift.spans import Spans, cumulative, summed, timeline
from monitoring.performance import Material
from monitoring.performance.outcomes import main_subject
from monitoring.predictions import reading
from monitoring.predictions.judging import judged
from monitoring.predictions.rows import Levels, Rows, by_key, levels, residuals
from monitoring.statistics.arrays import Floats
from monitoring.statistics.mean_shift import mean_shift
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.store import Store
from monitoring.store.score_grids import ERROR
from monitoring.windows import Window


@dataclass(frozen=True, eq=False)
class Assessment:
    """Everything known of what a version said, by the chunks of its drift.

    Attributes
    ----------
    found : monitoring.performance.Material
    material : monitoring.drift.Material
        The output as features.
    drift : monitoring.drift.Assessment
    colours : Signal
    keyed, filed : Rows
        By profile key of the log, and of the reference's file; None where it is none.
    rows : Rows
        By chunk.
    residuals : Rows or None
        Prediction less label by profile key; of a regression.
    level : Levels
        Of the score, chunk by chunk.
    residual : Levels or None
        Of prediction less label, chunk by chunk.
    shift : Estimate
        Mean score less the reference's.
    """

    found: Material
    material: drift.Material
    drift: drift.Assessment
    colours: drift.Signal
    keyed: Rows
    filed: Rows | None
    rows: Rows
    residuals: Rows | None
    level: Levels
    residual: Levels | None
    shift: Estimate

    def over(self, windows: Sequence[Window] | None) -> Rows:
        """Predictions of some windows added up, as one span; None for those of the reference's file."""
        if windows is None:
            if self.filed is None:
                raise ValueError("the reference is no file")
            keys = self.found.filed[main_subject(self.found.model)].chunks if self.found.filed else ()
            return self.filed.over(keys, [[Window(dt.datetime.min, dt.datetime.max)]])
        return self.keyed.over(self.found.keys, [windows])


def assess(
    store: Store, found: Material, *, chunk: str | None = None, method: str = "auto",
    against: drift.Against | None = None, as_of: dt.datetime | None = None, intervals: bool = True,
) -> Assessment:  # fmt: skip
    """Judge and measure what a version said, chunk by chunk.

    Parameters
    ----------
    store : Store
    found : monitoring.performance.Material
    chunk : str, optional
        Length of a chunk; the model's own by default.
    method : str
        A registered drift method, or ``auto``.
    against : Against, optional
        What chunks are compared with, see `monitoring.predictions.outputs`.
    as_of : datetime, optional
        The instant to judge at; that of what was read by default.
    intervals : bool
        Whether distances get a confidence interval.

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError
        If the method is unknown or the chunk is shorter than the profile's grain.
    """
    material = reading.outputs(store, found, against)
    one = judged(found, material, chunk=chunk, method=method, as_of=as_of, intervals=intervals)
    keyed, grid = by_key(found), found.cubes[main_subject(found.model)].grid
    rows = keyed.over(found.keys, [[key] for key in one.keys])
    errors = residuals(found) if found.model.task == "regression" else None
    return Assessment(
        found=found,
        material=material,
        drift=one,
        colours=drift.signal(one),
        keyed=keyed,
        filed=by_key(found, found.filed) if found.filed else None,
        rows=rows,
        residuals=errors,
        level=levels(rows, grid.edges, grid.centre),
        residual=_residual(found, errors, one) if errors else None,
        shift=_shift(material, one),
    )


def _residual(found: Material, errors: Rows, one: drift.Assessment) -> Levels:
    by_chunk = errors.over(found.keys, [[key] for key in one.keys])
    return levels(by_chunk, found.cubes[ERROR].grid.edges, 0.0)


def _shift(found: drift.Material, one: drift.Assessment) -> Estimate:
    """How far the mean score lies from the reference's; a chunk inside it is compared with the rest of it."""
    cube = found.cubes.numeric
    line = timeline(cube.chunks, found.reference, one.chunk, found.model.grain)
    places = np.array([line.position(key) for key in cube.chunks], dtype=np.intp)
    where = layout(found.against, line)
    spans = Spans(
        *(
            np.array([line.position(getattr(key, end)) for key in one.keys], dtype=np.intp)
            for end in ("start", "stop")
        )
    )
    running: list[Floats] = [
        cumulative(np.asarray(values, dtype=float), places, line.length)
        for values in (cube.counts.sum(axis=-1), cube.total, cube.square)
    ]
    before, now = (
        tuple(taken(one)[0] for one in running)
        for taken in (lambda one: where.total(one, spans), lambda one: summed(one, spans))
    )
    return mean_shift((before[0], before[1], before[2]), (now[0], now[1], now[2]))


def reference_windows(store: Store, one: Assessment, window: Window) -> list[Window] | None:
    """Where the rows lie that a window is compared with, itself left out; None for the rows of a file.

    Parameters
    ----------
    store : Store
    one : Assessment
    window : Window
    """
    against, found = one.material.against, one.found
    if against.moves or against.form == "version":
        return drift.references(store, found.model, window, against, one.drift.chunk)
    if found.reference is None:
        return None
    whole = found.reference
    parts = [
        Window(whole.start, min(whole.stop, window.start)),
        Window(max(whole.start, window.stop), whole.stop),
    ]
    return [part for part in parts if part.start < part.stop]
