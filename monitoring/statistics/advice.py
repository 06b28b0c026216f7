"""Should the model be retrained? A pure function of the evidence: a sentence, and the rows still needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy import special

from monitoring.statistics.sample_size import POWER, SURE, rows_to_detect

State = Literal["data problem", "degraded", "calibration only", "estimated drop", "healthy", "undecided"]


@dataclass(frozen=True)
class DataFault:
    """A quality alarm on an important feature: which, and the index of the chunk in which it began.

    ``range_only`` says that values are present and of the right kind, but outside the reference's range:
    that may be a fault, or a season that the model has never seen.
    """

    feature: str
    onset: int
    range_only: bool = False


@dataclass(frozen=True)
class CostCase:
    """What a lost unit of the metric costs against what retraining costs, in one unit of money.

    ``loss_per_row`` is the cost of a row that goes wrong, so of one row times a metric change of 1.
    ``currency`` is written behind amounts.
    """

    loss_per_row: float
    rows_per_day: float
    horizon_days: float
    retraining: float
    risk: float = 0.0
    currency: str = ""


@dataclass(frozen=True)
class Evidence:
    """What is known about one model, its metric signed so that larger is better.

    Attributes
    ----------
    tolerance : float
        The loss that does not matter, above 0.
    change, error : float
        Realised change of the metric, current final cohorts less reference, and its standard error; nan
        without final labels. Where people look every day, give ``lower`` and ``upper`` instead.
    reference_error : float
        The part of the standard error that is the reference's, which no further label makes smaller.
    lower, upper : float
        Ends of an always-valid interval of the change; they replace the one-sided 95 % ends.
    labelled : int
        Labelled rows since the model was trained.
    needed : int
        Labelled rows that a retraining takes.
    recent : float
        Share of them from after the metric's onset; nan if there is no onset.
    auc_lower, auc_upper, auc_tolerance : float
        Interval of the change of the AUC, and the change of it that does not matter, by default the
        tolerance; nan where unknown.
    calibration_alarm : bool
    estimated, estimated_half_width : float
        Estimated change without labels and its half width.
    faults : sequence of DataFault
    onset : int or None
        The chunk in which the metric began to fall.
    drift : bool
        Whether inputs have drifted.
    share : float
        The metric's reference value, if it is a share of rows; gives the rows that are needed to decide
        where there are no labels to tell by.
    current_rows : int
        Labelled rows behind the change.
    costs : CostCase or None
    """

    tolerance: float
    change: float = float("nan")
    error: float = float("nan")
    reference_error: float = 0.0
    lower: float = float("nan")
    upper: float = float("nan")
    labelled: int = 0
    needed: int = 0
    recent: float = float("nan")
    auc_lower: float = float("nan")
    auc_upper: float = float("nan")
    auc_tolerance: float = float("nan")
    calibration_alarm: bool = False
    estimated: float = float("nan")
    estimated_half_width: float = float("nan")
    faults: Sequence[DataFault] = field(default_factory=tuple)
    onset: int | None = None
    drift: bool = False
    share: float = float("nan")
    current_rows: int = 0
    costs: CostCase | None = None


@dataclass(frozen=True)
class Advice:
    """The state, one sentence of what to do, the labelled rows to decide with, and what it would pay.

    ``lower`` and ``upper`` are the ends that were compared with the tolerance; ``rows`` is None where more
    rows are not what is missing; ``cost`` is empty without costs.
    """

    state: State
    sentence: str
    lower: float
    upper: float
    rows: int | None = None
    cost: str = ""


def retraining_advice(evidence: Evidence) -> Advice:
    """What to do about a model, by the first of these that holds.

    1. *Data problem*: an important input became faulty when the metric fell, or earlier. Without an onset of
       the metric a fault counts unless the model is surely healthy.
    2. *Degraded*: the change is below minus the tolerance, surely.
    3. *Calibration only*: calibration alarms while the ranking (AUC) is surely within the tolerance.
    4. *Estimated drop*: the estimate's interval lies below minus the tolerance. It comes before the labels'
       good news, because labels tell of older chunks.
    5. *Healthy*: the change is above minus the tolerance, surely, whatever the inputs did.
    6. *Undecided*.

    Surely means a one-sided 95 % end, so a model that lost exactly the tolerance is called degraded in 5 of
    100 cases; for those who look every day the ends of an always-valid interval take its place.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    Advice

    Raises
    ------
    ValueError
        If the tolerance is not above 0.

    References
    ----------
    Podkopaev, A. and Ramdas, A. (2022). Tracking the risk of a deployed model and detecting harmful
    distribution shifts. *ICLR*.

    Examples
    --------
    >>> found = retraining_advice(Evidence(tolerance=0.02, change=-0.001, error=0.004, drift=True))
    >>> found.state, found.sentence
    ('healthy', 'Healthy, drift without harm: inputs drifted, but performance is within the tolerance.')
    """
    if not evidence.tolerance > 0:
        raise ValueError("the tolerance is above 0")
    lower, upper = _ends(evidence)
    state, sentence = _judged(evidence, lower, upper)
    rows = _rows_needed(evidence) if state in ("undecided", "estimated drop") else None
    if state == "undecided":
        sentence = _undecided(lower, rows)
    return Advice(state, sentence, lower, upper, rows, _cost(evidence, lower, upper))


def _ends(evidence: Evidence) -> tuple[float, float]:
    half = float(special.ndtri(SURE)) * evidence.error
    given = not (np.isnan(evidence.lower) or np.isnan(evidence.upper))
    if given:
        return evidence.lower, evidence.upper
    return evidence.change - half, evidence.change + half


def _judged(evidence: Evidence, lower: float, upper: float) -> tuple[State, str]:
    limit = -evidence.tolerance
    faults = _faulty(evidence, lower > limit)
    if faults:
        return "data problem", _mending(faults)
    if upper < limit:
        return "degraded", _remedy(evidence)
    within = evidence.tolerance if np.isnan(evidence.auc_tolerance) else evidence.auc_tolerance
    if evidence.calibration_alarm and -within <= evidence.auc_lower and evidence.auc_upper <= within:
        return (
            "calibration only",
            "Recalibrate the scores; the model still ranks as before, so no retraining.",
        )
    if evidence.estimated + evidence.estimated_half_width < limit:
        return (
            "estimated drop",
            "Send an audit sample before retraining: only the estimate says that performance dropped. Label "
            "rows drawn at random.",
        )
    if lower > limit:
        if evidence.drift:
            return (
                "healthy",
                "Healthy, drift without harm: inputs drifted, but performance is within the tolerance.",
            )
        return "healthy", "No retraining: performance is within the tolerance."
    return "undecided", ""


def _undecided(lower: float, rows: int | None) -> str:
    """What is missing for an answer."""
    if np.isnan(lower):
        return "Nothing is known yet: no labels are mature. Label rows drawn at random, or wait."
    if rows is None:
        return "Days differ too much, and the reference is too short, to tell whether the loss matters."
    return "Too few labels to tell whether the loss exceeds the tolerance."


def _faulty(evidence: Evidence, healthy: bool) -> list[DataFault]:
    """The faults that may explain a loss."""
    if evidence.onset is None:
        return [] if healthy else list(evidence.faults)
    return [fault for fault in evidence.faults if fault.onset <= evidence.onset]


def _mending(faults: list[DataFault]) -> str:
    """What to do about faults; values that are merely new may be right."""
    broken = dict.fromkeys(fault.feature for fault in faults if not fault.range_only)
    if broken:
        return f"Repair the data first ({_named(broken)}); do not retrain on faulty rows."
    names = _named(dict.fromkeys(fault.feature for fault in faults))
    return (
        f"Check the data first ({names}): values lie outside the reference's range. If they are wrong, "
        "repair them; if they are right, the model has never learnt from such rows."
    )


def _named(features: Iterable[str], most: int = 3) -> str:
    names = list(features)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _remedy(evidence: Evidence) -> str:
    if evidence.labelled >= evidence.needed and evidence.recent >= 0.5:
        return "Retrain, and compare the challenger on recent labels before it serves."
    missing = max(evidence.needed - evidence.labelled, 0)
    why = f"{missing} more labelled rows" if missing else "labelled rows from after the drop"
    return f"Collect {why} before retraining; meanwhile recalibrate or roll back."


def _rows_needed(evidence: Evidence) -> int | None:
    """Labelled rows that tell the change seen so far from the tolerance; half of that at the least.

    None where the reference itself is too short, so that no number of current rows would tell.
    """
    seen = evidence.change if not np.isnan(evidence.change) else evidence.estimated
    distance = abs(seen + evidence.tolerance)
    distance = evidence.tolerance if np.isnan(distance) else max(distance, evidence.tolerance / 2)
    if np.isnan(evidence.error) or not evidence.current_rows:
        return None if np.isnan(evidence.share) else rows_to_detect(evidence.share, distance)
    wanted = (distance / (special.ndtri(SURE) + special.ndtri(POWER))) ** 2 - evidence.reference_error**2
    if wanted <= 0:
        return None
    own = evidence.error**2 - evidence.reference_error**2
    return int(np.ceil(evidence.current_rows * own / wanted))


def _cost(evidence: Evidence, lower: float, upper: float) -> str:
    """Whether retraining pays if it wins the loss back: for the smallest and the largest loss believed."""
    case = evidence.costs
    if case is None or np.isnan(lower) or np.isnan(upper):
        return ""
    scale = case.loss_per_row * case.rows_per_day * case.horizon_days
    least, most = (scale * max(-end, 0.0) for end in (upper, lower))
    price = case.retraining + case.risk
    if least > price:
        words = "retraining pays"
    elif most > price:
        words = "retraining may pay"
    else:
        words = "retraining does not pay"
    unit = f" {case.currency}" if case.currency else ""
    if not most:
        return f"Rows cost no more than in the reference, retraining {price:,.0f}{unit}: {words}."
    return (
        f"The loss costs {least:,.0f} to {most:,.0f}{unit} in {case.horizon_days:g} days, retraining "
        f"{price:,.0f}{unit}: {words}, if a challenger wins all of it back."
    )
