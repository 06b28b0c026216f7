"""Performance as the tidy frame: one row per metric and chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from monitoring import results
from monitoring.performance.assessment import Assessment
from monitoring.performance.judging import CODES, Scores
from monitoring.performance.reading import reference_outcomes
from monitoring.statistics.metrics import Metric
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.severity import names
from monitoring.store.reference_rows import reference_window
from monitoring.windows import Window


def frame(
    assessment: Assessment, metrics: Sequence[str] | None = None, window: Window | None = None
) -> pd.DataFrame:
    """Every chunk of every metric, or of some.

    Parameters
    ----------
    assessment : Assessment
    metrics : sequence of str, optional
        All by default.
    window : Window, optional
        Keep the chunks that begin inside; all by default.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``subject`` is ``performance``, ``measure`` the metric, ``n``
        the rows of its own denominator, ``effect`` the loss against the reference, ``limit_low`` or
        ``limit_high`` the value from which on a certain loss is amber, ``coverage`` the share of predictions
        whose label is known.
    """
    keep = np.array([window is None or window.holds(key.start) for key in assessment.keys], dtype=bool)
    chosen = [assessment.scores[key] for key in metrics or assessment.scores]
    found, chunks = assessment.material, int(keep.sum())

    def every(values: Sequence[object] | np.ndarray) -> np.ndarray:
        """What is the same for all metrics, once for each."""
        kept = np.empty(chunks, dtype=object)
        kept[:] = [value for value, wanted in zip(values, keep, strict=True) if wanted]
        return np.tile(kept, len(chosen))

    def each(number: Callable[[Scores], np.ndarray]) -> np.ndarray:
        """What differs by metric and chunk."""
        return np.concatenate([np.asarray(number(one))[keep] for one in chosen] or [np.empty(0)])

    limits = np.array(
        [[limit(one.metric, one.baseline, one.amber, side) for one in chosen] for side in ("higher", "lower")]
    )
    return results.frame(
        {
            "model": np.repeat(found.model.name, chunks * len(chosen)),
            "version": found.version,
            "subject": "performance",
            "measure": np.repeat([one.metric.key for one in chosen], chunks),
            "segment": "=".join(found.segment) if found.segment[0] else "",
            "chunk_start": every(assessment.start),
            "chunk_stop": every(assessment.stop),
            "n": np.nan_to_num(each(lambda one: one.estimate.n)).astype(np.int64),
            "value": each(lambda one: one.estimate.value),
            "lower": each(lambda one: one.estimate.lower),
            "upper": each(lambda one: one.estimate.upper),
            "effect": each(lambda one: one.difference.loss),
            "limit_low": np.repeat(limits[0], chunks),
            "limit_high": np.repeat(limits[1], chunks),
            "reference": words(assessment),
            "coverage": np.tile(assessment.coverage[keep], len(chosen)),
            "maturity": every(assessment.maturity),
            "data_until": found.data_until,
            "status": names(each(lambda one: one.status).astype(np.intp)),
            "reason": np.array(CODES, dtype=object)[each(lambda one: one.reason).astype(np.intp)],
        }
    )


def limit(metric: Metric, baseline: Estimate, amber: float, side: str) -> float:
    """Where amber begins, for a metric that is better on that side; nan for others.

    Parameters
    ----------
    metric : Metric
    baseline : Estimate
        Of the reference.
    amber : float
        The loss that matters.
    side : {'higher', 'lower'}
    """
    better = "lower" if metric.better == "zero" else metric.better
    if better != side:
        return float("nan")
    return float(baseline.value) + (-amber if side == "higher" else amber)


def words(assessment: Assessment) -> str:
    """What performance is compared with: healthy days or a file; '' where their labels are not there."""
    window, model, version = assessment.baseline, assessment.material.model, assessment.material.version
    if window is None:
        filed = reference_outcomes(assessment.material) if assessment.material.filed else None
        return model.reference.words if filed is not None and model.reference else ""
    days = f"{window.start:%Y-%m-%d} to {window.stop:%Y-%m-%d}"
    return days if window == reference_window(model) else f"own reference of {version}, {days}"
