"""Outputs and labels judged as features are, and left grey before a version was known to be healthy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from monitoring import drift
from monitoring.drift import CHECKS
from monitoring.drift.scores import NUMBER, Scores
from monitoring.performance import Material
from monitoring.statistics.severity import GREY
from monitoring.store.reference_rows import reference_window


def judged(
    found: Material, features: drift.Material, *, chunk: str | None = None, method: str = "auto",
    as_of: dt.datetime | None = None, checks: Sequence[str] = CHECKS, intervals: bool = True,
) -> drift.Assessment:  # fmt: skip
    """Judge what `monitoring.predictions.outputs` or `labels` made of a version.

    Parameters
    ----------
    found : monitoring.performance.Material
    features : monitoring.drift.Material
    chunk, method, checks, intervals
        As in `monitoring.drift.assess`.
    as_of : datetime, optional
        The instant to judge at; that of what was read by default.

    Returns
    -------
    monitoring.drift.Assessment
        Of a version with days of its own, chunks before them are measured and grey.

    Raises
    ------
    ValueError
        If the method is unknown or the chunk is shorter than the profile's grain.
    """
    one = drift.judged(
        features, chunk=chunk, method=method, as_of=as_of or found.at, checks=checks, intervals=intervals
    )
    own = found.reference is not None and found.reference != reference_window(found.model)
    if not own or one.against.form != "fixed":
        return one
    early = np.array([key.stop <= one.reference.start for key in one.keys], dtype=bool)
    return replace(one, checks={name: _greyed(scores, early) for name, scores in one.checks.items()})


def _greyed(scores: Scores, early: np.ndarray) -> Scores:
    status, reason = scores.status.copy(), scores.reason.copy()
    status[:, early] = GREY
    reason[:, early] = NUMBER["before_reference"]
    return replace(scores, status=status, reason=reason)
