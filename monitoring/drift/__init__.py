"""Drift: are the inputs still what the reference shows?

`assess` judges every feature in every chunk from the profile alone, `read` does so from the store; `frame`
makes it tidy, `signal` and `ribbon` give the model's colour over time, `verdict` says it in words and
`started` dates it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from monitoring.drift import frames
from monitoring.drift.against import CONSECUTIVE, Against, AgainstError, options, own, parsed
from monitoring.drift.assessment import (
    CHECKS,
    CHUNK_CHECKS,
    POOLED,
    VERDICT_CHECKS,
    Assessment,
    Learnt,
    Weights,
    assess,
)
from monitoring.drift.export import EVERY, INSPECTION, every_method, inspected
from monitoring.drift.inspection import Inspection, inspect
from monitoring.drift.onset import Started, started, together
from monitoring.drift.ranking import Likely, ranked
from monitoring.drift.reading import Material, by_segment, judged, material, read
from monitoring.drift.reference_days import NoReferenceError, reference_of, references
from monitoring.drift.replaying import Incident, Replay, incidents, replay, with_limits
from monitoring.drift.ribbon import ribbon
from monitoring.drift.signal import Signal, important, signal
from monitoring.drift.spans import CalendarError
from monitoring.drift.values import Values, cut, values
from monitoring.drift.verdict import FeatureVerdict, Verdict, verdict

if TYPE_CHECKING:
    import pandas as pd

    from monitoring.models import Model
    from monitoring.store.cubes import Cubes
    from monitoring.windows import Window


def frame(
    cubes: Cubes,
    model: Model,
    *,
    reference: Window,
    against: Against | None = None,
    window: Window | None = None,
    chunk: str | None = None,
    method: str = "auto",
    as_of: dt.datetime | None = None,
    data_until: dt.datetime | None = None,
    segment: str = "",
    intervals: bool = True,
) -> pd.DataFrame:
    """The distance of every feature in every chunk from the reference, judged, as a tidy frame.

    Parameters
    ----------
    cubes, model, reference, against, chunk, method, as_of, data_until, segment, intervals
        As in `assess`.
    window : Window, optional
        Keep the chunks that begin inside; by default all, the reference's own included, each of which is
        compared with the rest of the reference.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`, feature by feature, oldest chunk first.

    Raises
    ------
    ValueError
        If the method is unknown or the chunk is shorter than the profile's grain.
    """
    assessment = assess(
        cubes,
        model,
        reference=reference,
        against=against,
        chunk=chunk,
        method=method,
        as_of=as_of,
        data_until=data_until,
        segment=segment,
        checks=("chunk",),
        intervals=intervals,
    )
    return frames.frame(assessment, "chunk", window)


__all__ = [
    "CHECKS",
    "CHUNK_CHECKS",
    "CONSECUTIVE",
    "EVERY",
    "INSPECTION",
    "POOLED",
    "VERDICT_CHECKS",
    "Against",
    "AgainstError",
    "Assessment",
    "CalendarError",
    "FeatureVerdict",
    "Incident",
    "Inspection",
    "Learnt",
    "Likely",
    "Material",
    "NoReferenceError",
    "Replay",
    "Signal",
    "Started",
    "Values",
    "Verdict",
    "Weights",
    "assess",
    "by_segment",
    "cut",
    "every_method",
    "frame",
    "frames",
    "important",
    "incidents",
    "inspect",
    "inspected",
    "judged",
    "material",
    "options",
    "own",
    "parsed",
    "ranked",
    "read",
    "reference_of",
    "references",
    "replay",
    "ribbon",
    "signal",
    "started",
    "together",
    "values",
    "verdict",
    "with_limits",
]
