"""What a version said as the tidy frame: drift of its output, and levels and shares beside it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from monitoring import drift, results
from monitoring.drift import CHUNK_CHECKS
from monitoring.predictions import rows as measured
from monitoring.predictions.assessment import Assessment
from monitoring.predictions.reading import CONFIDENCE, DECIDED, SCORE
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.store.score_grids import CLASS
from monitoring.windows import Window

LOW = 0.6
"""Below this a model is not sure, where nobody chooses another bound."""
Measure = tuple[str, str, Estimate]


def frame(one: Assessment, window: Window | None = None, *, low: float = LOW) -> pd.DataFrame:
    """Every number of a version's output, measure by measure, oldest chunk first.

    Parameters
    ----------
    one : Assessment
    window : Window, optional
        Keep the chunks that begin inside; all by default.
    low : float
        A row whose confidence is below counts as not sure.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. The drift of the output is judged; levels and shares are told
        beside it and judged by it.
    """
    checks = [check for check in CHUNK_CHECKS if check in one.drift.checks]
    parts = [drift.frames.frame(one.drift, check, window) for check in checks]
    return results.concat([*parts, levels(one, window, low=low)]).assign(version=one.found.version)


def every_method(one: Assessment, window: Window | None = None) -> pd.DataFrame:
    """The same with the drift of the output by every method that is defined for it."""
    drifts = drift.every_method(one.material, window, chunk=one.drift.chunk, as_of=one.found.at)
    return results.concat([drifts, levels(one, window)]).assign(version=one.found.version)


def levels(one: Assessment, window: Window | None = None, *, low: float = LOW) -> pd.DataFrame:
    """Levels and shares alone; arguments as in `frame`."""
    return results.concat(_told(one, measure, window) for measure in measures(one, low))


def measures(one: Assessment, low: float = LOW) -> Iterator[Measure]:
    """Levels and shares by chunk: subject, measure and estimate.

    Parameters
    ----------
    one : Assessment
    low : float
        As in `frame`.
    """
    model, rows = one.found.model, one.rows
    subject = CONFIDENCE if model.task == "multiclass" else SCORE
    yield subject, f"mean_{subject}", one.level.mean
    yield subject, "mean_shift", one.shift
    yield subject, "quantile_10", one.level.low
    yield subject, "quantile_90", one.level.high
    if model.task == "regression":
        return
    if model.task == "binary":
        yield DECIDED, "share_positive", measured.class_share(rows, 0)
        yield CONFIDENCE, "mean_confidence", measured.mean_confidence(rows)
    else:
        for place, name in enumerate(model.classes):
            yield CLASS + name, "share", measured.class_share(rows, place)
    yield CONFIDENCE, "low_confidence", measured.low_confidence(rows, low)
    yield subject, "entropy", measured.entropy(rows)


def _told(one: Assessment, measure: Measure, window: Window | None) -> pd.DataFrame:
    """One measure of the chunks of a window."""
    found, (subject, name, estimate) = one.drift, measure
    keep = np.array([window is None or window.holds(key.start) for key in found.keys], dtype=bool)
    chosen = np.flatnonzero(keep).tolist()
    n = np.nan_to_num(estimate.n[keep]).astype(np.int64)
    return results.frame(
        {
            "model": [found.model.name] * len(chosen),
            "subject": subject,
            "measure": name,
            "segment": found.segment,
            "chunk_start": [found.start[place] for place in chosen],
            "chunk_stop": [found.stop[place] for place in chosen],
            "n": n,
            "value": estimate.value[keep],
            "lower": _finite(estimate.lower[keep]),
            "upper": _finite(estimate.upper[keep]),
            "reference": found.reference_words,
            "maturity": np.where(found.complete[keep], "final", "partial"),
            "data_until": found.data_until,
            "status": "grey",
            "reason": np.where(n > 0, "told_only", "no_data"),
        }
    )


def _finite(ends: np.ndarray) -> np.ndarray:
    """Ends of intervals; one that bins or few rows leave open is not known."""
    return np.where(np.isfinite(ends), ends, np.nan)
