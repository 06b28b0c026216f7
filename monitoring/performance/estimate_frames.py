"""Estimates as the tidy frame: one row per metric and chunk, ``estimated_`` before the name of the metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from monitoring import results, windows
from monitoring.performance.estimate_judging import Estimation
from monitoring.performance.estimates import Estimates
from monitoring.performance.expected import estimable
from monitoring.performance.frames import limit, words
from monitoring.performance.judging import CODES
from monitoring.performance.weighted import Weighted
from monitoring.performance.window_estimates import WindowEstimate
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.severity import names
from monitoring.windows import Window

PREFIX = "estimated_"


def frame(
    found: Estimates, metrics: Sequence[str] | None = None, window: Window | None = None
) -> pd.DataFrame:
    """Every chunk of every estimate, or of some.

    Parameters
    ----------
    found : Estimates
    metrics : sequence of str, optional
        All by default.
    window : Window, optional
        Keep the chunks that begin inside; all by default.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`, as those of realised values, but ``measure`` is
        ``estimated_`` and the metric, ``n`` all predictions with a score, ``lower`` and ``upper`` are where
        the realised value is expected, and ``status`` is never red. ``maturity`` and ``coverage`` are those
        of the labels, which the estimate does not use. Several classes have rows of their own, whose
        ``subject`` is ``class`` and its name.
    """
    whole = found.assessment
    keep = np.array([window is None or window.holds(key.start) for key in whole.keys], dtype=bool)
    chosen = list(metrics or found.scores or estimable(whole.material.model, whole.scores))
    parts = [_rows(found, key, keep) for key in chosen if key in found.scores or found.reason]
    parts += [
        _told(found, f"class {name}", key, one, keep)
        for name, each in found.classes.items()
        for key, one in each.items()
        if metrics is None
    ]
    return results.concat(parts)


def window_frame(
    found: Estimates, estimates: Mapping[str, WindowEstimate], weighted: Weighted
) -> pd.DataFrame:
    """A window as one row per metric, by weighted rows where they say something.

    Parameters
    ----------
    found : Estimates
    estimates : mapping of str to WindowEstimate
        As `monitoring.performance.window_estimates.pooled` gives them.
    weighted : Weighted
        Of the same window.

    Returns
    -------
    DataFrame
        ``measure`` is ``weighted_estimated_`` and the metric, or ``estimated_`` and the metric where the
        weights say nothing, with their reason; ``statistic`` is the area with which a classifier tells the
        window's rows from the reference's.
    """
    material = found.assessment.material
    ends = (weighted.start, weighted.stop)
    start, stop = windows.instants_of(ends, material.model.grain, material.model.zone)
    kind = f"weighted_{PREFIX}" if weighted.probability else PREFIX
    told = [
        {
            "measure": kind + key, "n": one.rows, "value": one.value, "lower": one.lower, "upper": one.upper,
            "effect": one.loss, "status": one.status, "reason": one.reason or weighted.reason,
            "limit_low": limit(one.metric, found.scores[key].baseline, one.amber, "higher"),
            "limit_high": limit(one.metric, found.scores[key].baseline, one.amber, "lower"),
        }
        for key, one in estimates.items()
    ]  # fmt: skip
    common = {
        "model": material.model.name, "version": material.version, "subject": "performance",
        "segment": "=".join(material.segment) if material.segment[0] else "", "chunk_start": start,
        "chunk_stop": stop, "statistic": weighted.auc, "reference": words(found.assessment),
        "data_until": material.data_until,
    }  # fmt: skip
    rows = [{**common, **row} for row in told]
    return results.frame({name: [row[name] for row in rows] for name in (rows[0] if rows else ())})


def _rows(found: Estimates, key: str, keep: np.ndarray) -> pd.DataFrame:
    """One metric in the wanted chunks; grey and without a value where nothing can be estimated."""
    one = found.scores.get(key)
    if one is None:
        rows = found.assessment.predicted[keep].astype(np.int64)
        empty = {"n": rows, "status": "grey", "reason": found.reason}
        return results.frame({**_common(found, keep), "measure": PREFIX + key, **empty})
    return results.frame(
        {
            **_common(found, keep),
            "measure": PREFIX + key,
            **_values(one.estimate, keep),
            "effect": one.difference.loss[keep],
            "limit_low": _limit(one, "higher"),
            "limit_high": _limit(one, "lower"),
            "status": names(one.status[keep]),
            "reason": np.array(CODES, dtype=object)[one.reason[keep]],
        }
    )


def _told(found: Estimates, subject: str, key: str, one: Estimate, keep: np.ndarray) -> pd.DataFrame:
    """A metric of one class: it explains the means, which are judged."""
    told = {"subject": subject, "measure": PREFIX + key, "status": "grey", "reason": "told_only"}
    return results.frame({**_common(found, keep), **_values(one, keep), **told})


def _common(found: Estimates, keep: np.ndarray) -> dict[str, Any]:
    """What the rows of all metrics share."""
    whole = found.assessment
    material, places = whole.material, np.flatnonzero(keep)
    return {
        "model": np.repeat(material.model.name, len(places)),
        "version": material.version,
        "subject": "performance",
        "segment": "=".join(material.segment) if material.segment[0] else "",
        "chunk_start": [whole.start[place] for place in places],
        "chunk_stop": [whole.stop[place] for place in places],
        "reference": words(whole),
        "coverage": whole.coverage[keep],
        "maturity": [whole.maturity[place] for place in places],
        "data_until": material.data_until,
    }


def _values(one: Estimate, keep: np.ndarray) -> dict[str, Any]:
    return {
        "n": np.nan_to_num(one.n[keep]).astype(np.int64),
        "value": one.value[keep],
        "lower": one.lower[keep],
        "upper": one.upper[keep],
    }


def _limit(one: Estimation, side: str) -> float:
    return limit(one.metric, one.baseline, one.amber, side)
