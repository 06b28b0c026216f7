"""What is watched of a model, each thing as one signal with a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from monitoring import drift, freshness, predictions, quality, reasons
from monitoring.drift import Assessment, Verdict
from monitoring.drift import Signal as Colours
from monitoring.health.evidence import Outputs
from monitoring.models import Model
from monitoring.performance import calibration_signal
from monitoring.performance import signal as performing
from monitoring.store import followed


@dataclass(frozen=True)
class Signal:
    """One thing that is watched.

    Attributes
    ----------
    name : str
        ``freshness``, ``quality``, ``drift``, ``predictions``, ``performance`` or ``calibration``.
    status, sentence, reason : str
        The reason is a code of `monitoring.reasons`, or empty.
    measure : str
        What `value` is.
    value, limit : float
        nan where unknown.
    n : int
        What it rests on: rows, or features.
    page : str
        Where to read on; empty where this page says it all.
    """

    name: str
    status: str
    sentence: str
    reason: str = ""
    measure: str = ""
    value: float = float("nan")
    limit: float = float("nan")
    n: int = 0
    page: str = ""


def fresh(
    model: Model, requests: pd.DataFrame, as_of: dt.datetime, troubles: Sequence[followed.Told] = ()
) -> Signal:
    """Whether data still come; where their source cannot be read that is told first, and at best amber."""
    found = freshness.freshness(model, requests, as_of)
    reason = {"green": "", "grey": "no_data"}.get(found.status, "late")
    status, said = found.status, found.sentence
    serious = [one for one in troubles if one.code not in followed.NOTES]
    told = [reasons.sentence(one.code, place=one.subject, why=one.detail) for one in serious or troubles]
    if serious:
        status, reason = "red" if status == "red" else "amber", serious[0].code
        said = "; ".join((*told, said))
    elif told:
        said = "; ".join((said, *told))
    return Signal(
        "freshness", status, said, reason, "age_hours", found.age_hours, found.limit_hours,
        found.n,
    )  # fmt: skip


def last_over(assessment: Assessment | None, as_of: dt.datetime) -> int | None:
    """The last chunk that was over at an instant."""
    over = [place for place, stop in enumerate(assessment.stop) if stop <= as_of] if assessment else []
    return over[-1] if over else None


def sane(found: quality.Assessment | None, as_of: dt.datetime) -> tuple[Signal, quality.Verdict | None]:
    """The quality of the data in the last chunk that was over at an instant, and the verdict behind it."""
    over = [place for place, stop in enumerate(found.stop) if stop <= as_of] if found else []
    if found is None or not over:  # a log with rows is not judged only where its calendar is too long
        return _unknown("quality", "", "no_data" if found else "calendar"), None
    one = quality.verdict(found, found.keys[over[-1]].start)
    signal = Signal(
        "quality", one.status, one.sentence, one.reason, one.measure, one.value, one.limit, one.n, "quality"
    )
    return signal, one


def drifting(
    model: Model, assessment: Assessment | None, colours: Colours | None, last: int | None
) -> tuple[Signal, Verdict | None]:
    """Drift of the inputs in a chunk, and the verdict behind it."""
    if assessment is None or colours is None:
        return _unknown("drift", "share_drifting", "calendar" if model.reference else "no_reference"), None
    if last is None:
        return _unknown("drift", "share_drifting", "no_data"), None
    verdict = drift.verdict(assessment, colours, at=assessment.keys[last].start)
    counted = [one for one in verdict.features if one.counted]
    loud = [one for one in counted if one.lasting in ("amber", "red")]
    grey = verdict.status == "grey"
    reason = next((one.reason for one in verdict.features if one.reason), "") if grey else ""
    said = verdict.sentence.removeprefix(f"{verdict.status}: ").removeprefix(f"{verdict.status} ")
    share = len(loud) / len(counted) if counted else float("nan")
    signal = Signal(
        "drift", verdict.status, said, loud[0].reason if loud else reason, "share_drifting", share,
        n=len(counted), page="drift",
    )  # fmt: skip
    return signal, verdict


def predicting(found: Outputs | None, last: int | None) -> Signal:
    """Drift of the champion's output in a chunk."""
    if found is None or last is None:
        return _unknown("predictions", "", "no_data")
    if found.drift is None:
        return _unknown("predictions", "", "no_reference")
    one = predictions.verdict(found.drift, found.colours, at=found.drift.keys[last].start)
    return Signal(
        "predictions", one.status, one.sentence, one.reason, one.measure, one.value, one.limit, one.n,
        "predictions",
    )  # fmt: skip


def performed(found: Outputs | None) -> tuple[Signal, performing.Verdict | None]:
    """Performance of the newest final chunks or as it is estimated since, and the verdict behind it."""
    if found is None:
        return _unknown("performance", "", "no_data"), None
    one = performing.verdict(found.performance)
    signal = Signal(
        "performance", one.status, one.sentence, one.reason, one.measure, one.value, one.limit, one.n,
        "performance",
    )  # fmt: skip
    return signal, one


def calibrated(found: Outputs | None) -> Signal | None:
    """Whether scores still mean what they say; None where they never said anything."""
    if found is None or found.calibration is None:
        return None
    one = calibration_signal.latest(found.calibration)
    return Signal(
        "calibration", one.status, one.sentence, one.reason, "calibration_error", one.value, one.limit,
        one.n, "performance",
    )  # fmt: skip


def _unknown(name: str, measure: str, reason: str) -> Signal:
    return Signal(name, "grey", reasons.sentence(reason), reason, measure, page=name)
