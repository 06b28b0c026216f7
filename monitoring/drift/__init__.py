"""Drift: are the inputs still what the reference shows?

`assess` judges every feature in every chunk from the profile alone, `read` does so from the store; `frame`
makes it tidy, `signal` and `ribbon` give the model's colour over time, `verdict` says it in words and
`started` dates it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from monitoring.drift import frames
from monitoring.drift.assessment import CHECKS, CHUNK_CHECKS, POOLED, VERDICT_CHECKS, Assessment, assess
from monitoring.drift.onset import Started, started
from monitoring.drift.reading import NoReferenceError, read, reference_of
from monitoring.drift.ribbon import ribbon
from monitoring.drift.signal import Signal, importances, important, signal
from monitoring.drift.spans import CalendarError
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
    window: Window | None = None,
    chunk: str | None = None,
    method: str = "auto",
    as_of: dt.datetime | None = None,
    data_until: dt.datetime | None = None,
    segment: str = "",
) -> pd.DataFrame:
    """The distance of every feature in every chunk from the reference, judged, as a tidy frame.

    Parameters
    ----------
    cubes, model, reference, chunk, method, as_of, data_until, segment
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
        chunk=chunk,
        method=method,
        as_of=as_of,
        data_until=data_until,
        segment=segment,
        checks=("chunk",),
    )
    return frames.frame(assessment, "chunk", window)


__all__ = [
    "CHECKS",
    "CHUNK_CHECKS",
    "POOLED",
    "VERDICT_CHECKS",
    "Assessment",
    "CalendarError",
    "FeatureVerdict",
    "NoReferenceError",
    "Signal",
    "Started",
    "Verdict",
    "assess",
    "frame",
    "frames",
    "importances",
    "important",
    "read",
    "reference_of",
    "ribbon",
    "signal",
    "started",
    "verdict",
]
