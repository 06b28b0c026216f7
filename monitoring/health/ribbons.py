"""A model's colour in every chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from monitoring import drift, freshness, quality, results
from monitoring.drift import Assessment
from monitoring.drift import Signal as Colours
from monitoring.health.evidence import Outputs, Served
from monitoring.health.rule import combined
from monitoring.models import Model
from monitoring.performance.calibration_signal import lasting
from monitoring.statistics.severity import GREEN, GREY, NAMES, Codes
from monitoring.windows import Window


def ribbon(
    model: Model, assessment: Assessment | None, colours: Colours | None, volume: pd.DataFrame,
    served: Sequence[Served] = (), checked: quality.Assessment | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The model's colour in every chunk, as a tidy frame with the subject ``model``.

    Labels count as they are known now, for every chunk; a chunk is told of the version that served on it.

    Parameters
    ----------
    model, assessment, colours, volume, checked
        As in `monitoring.health.report`.
    served : sequence of Served
        What each version said that served.

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
    said, performance, calibration = (np.full(len(assessment.keys), GREY, dtype=np.int8) for _ in range(3))
    for one in served:
        if one.outputs is not None:
            own = np.array([one.holds(key.start) for key in assessment.keys], dtype=bool)
            found = _codes(assessment, one.outputs)
            for codes, laid in zip((said, performance, calibration), found, strict=True):
                codes[own] = laid[own]
    codes = combined(
        _fresh(model, assessment, requests),
        colours.model,
        said,
        performance,
        calibration,
        performance == GREEN,
        _laid(assessment, checked.keys, checked.quality) if checked else GREY,
    )
    status = [NAMES[code] if over else "grey" for code, over in zip(codes, assessment.complete, strict=True)]
    return data.assign(subject="model", measure="status", status=status)


def _fresh(model: Model, assessment: Assessment, requests: pd.DataFrame) -> Codes:
    """Freshness at the end of every chunk."""
    instants = np.array([at.replace(tzinfo=None) for at in assessment.stop], dtype="datetime64[us]")
    arrivals = requests["last_at"].to_numpy(dtype="datetime64[us]")
    place = np.searchsorted(arrivals, instants) - 1
    age = (instants - arrivals[np.maximum(place, 0)]) / freshness.usual_gap(model, requests)
    words = [
        freshness.word(intervals) if where >= 0 else "grey"
        for intervals, where in zip(age, place, strict=True)
    ]
    return np.array([NAMES.index(word) if word != "grey" else GREY for word in words], dtype=np.int8)


def _codes(assessment: Assessment, outputs: Outputs) -> tuple[Codes, Codes, Codes]:
    """Colours of what a version said, of its performance and of its calibration, by the ribbon's chunks."""
    keys = outputs.performance.assessment.keys
    said = calibration = np.full(len(assessment.keys), GREY, dtype=np.int8)
    if outputs.drift is not None and outputs.colours is not None:
        said = _laid(assessment, outputs.drift.keys, outputs.colours.lasting.max(axis=0, initial=GREY))
    if outputs.calibration is not None:
        calibration = _laid(assessment, keys, lasting(outputs.calibration))
    return said, _laid(assessment, keys, outputs.performance.model), calibration


def _laid(assessment: Assessment, keys: tuple[Window, ...], codes: Codes) -> Codes:
    """Colours by the chunks of the ribbon; grey where there is no such chunk."""
    known: Mapping[dt.datetime, int] = {key.start: int(code) for key, code in zip(keys, codes, strict=True)}
    return np.array([known.get(key.start, GREY) for key in assessment.keys], dtype=np.int8)
