"""Performance without labels: what every chunk's predictions are worth if scores mean what they meant.

`estimate` turns an assessment into estimates of every metric that scores say something about, from counts of
all predictions, whether their label is known or not. An estimate is judged like a realised value, but is at
most amber: whatever changes the meaning of scores, concept drift above all, is invisible to it. Its interval
comes from its own track record as soon as ten chunks could be compared with their labels.

`monitoring.performance.window_estimates` pools chunks into one estimate, for what speaks of now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.performance.assessment import Assessment
from monitoring.performance.estimate_judging import Estimation, judged, within
from monitoring.performance.expected import expected_metrics, expected_of_class
from monitoring.performance.loss_estimates import ExpectedErrors
from monitoring.performance.meaning import Counted, NotEstimableError, outputs_of
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import METRICS
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.track_record import half_width
from monitoring.store.score_grids import CLASS


@dataclass(frozen=True, eq=False)
class Estimates:
    """What can be said of a version's performance without labels.

    Attributes
    ----------
    assessment : Assessment
        The realised performance of the same chunks.
    reason : str
        Why nothing can be estimated, a code of `monitoring.reasons`; '' where it can.
    facts : mapping of str to str
        For the sentence of that reason.
    scores : mapping of str to Estimation
        By metric; empty where nothing can be estimated.
    outputs : mapping of str to Counted
        What the estimates are sums of, by subject of the profile.
    errors : ExpectedErrors or None
        The same of a regression.
    classes : mapping of str to mapping of str to Estimate
        Of several classes, each against all others: precision, recall, F1 and area under the ROC curve, whose
        intervals are the model's own.
    """

    assessment: Assessment
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, Estimation] = field(default_factory=dict)
    outputs: Mapping[str, Counted] = field(default_factory=dict)
    errors: ExpectedErrors | None = None
    classes: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)


def estimate(
    found: Assessment, metrics: Sequence[str] | None = None, errors: ExpectedErrors | None = None
) -> Estimates:
    """Estimate every chunk of a version.

    Parameters
    ----------
    found : Assessment
        Of the same version, with the metrics that are wanted.
    metrics : sequence of str, optional
        Keys; by default all that the assessment holds and that can be estimated.
    errors : ExpectedErrors, optional
        Of a regression, which counts alone say nothing about.

    Returns
    -------
    Estimates
        With a reason where nothing can be estimated.

    References
    ----------
    Kivimäki, J., Białek, J., Nurminen, J. and Kuberski, W. (2024). Confidence-based estimators for predictive
    performance in model monitoring. *arXiv* 2407.08649.
    """
    if found.material.model.task == "regression":
        return _of_errors(found, metrics, errors)
    try:
        outputs = outputs_of(found.material)
    except NotEstimableError as error:
        return Estimates(found, reason=error.code, facts=error.facts)
    place = chunk_of(found)
    pooled = {subject: _pooled(one, place, len(found.keys)) for subject, one in outputs.items()}
    expected = expected_metrics(found.material.model, pooled, metrics or list(found.scores))
    rows = next(iter(pooled.values())).rows.sum(axis=-1)
    scores = {
        key: judged(found, found.scores[key], one, rows)
        for key, one in expected.items()
        if key in found.scores
    }
    classes = {name: _of_class(pooled[CLASS + name], rows) for name in found.material.model.classes}
    return Estimates(found, scores=scores, outputs=outputs, classes=classes)


def _of_errors(found: Assessment, metrics: Sequence[str] | None, errors: ExpectedErrors | None) -> Estimates:
    """The errors of a regression, where they were learnt."""
    if errors is None or errors.reason:
        return Estimates(
            found, "needs_rows" if errors is None else errors.reason, errors.facts if errors else {}
        )
    place = {
        key.isoformat(): int(chunk) for key, chunk in zip(found.material.keys, chunk_of(found), strict=True)
    }
    expected = errors.metrics(place, found.predicted)
    scores = {
        key: judged(found, found.scores[key], expected[key], found.predicted)
        for key in metrics or found.scores
        if key in expected and key in found.scores
    }
    return Estimates(found, scores=scores, errors=errors)


def chunk_of(found: Assessment) -> NDArray[np.intp]:
    """Which chunk each profile key of the material is part of."""
    starts = np.array([key.start for key in found.keys], dtype="datetime64[us]")
    keys = np.array(found.material.keys, dtype="datetime64[us]")
    return np.searchsorted(starts, keys, side="right") - 1


def _pooled(one: Counted, place: NDArray[np.intp], count: int) -> Counted:
    """Counts by chunk instead of by key."""
    rows, decided = (np.zeros((count, one.rows.shape[-1])) for _ in range(2))
    np.add.at(rows, place, one.rows)
    np.add.at(decided, place, one.decided)
    return Counted(one.edges, rows, decided, one.known)


def _of_class(one: Counted, rows: Floats) -> dict[str, Estimate]:
    return {
        key: within(METRICS[key], expected, half_width(expected.error), rows)
        for key, expected in expected_of_class(one).items()
    }
