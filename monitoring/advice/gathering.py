"""The evidence of one metric: what it lost where labels are final, what is estimated beyond, since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring import performance
from monitoring.advice.faults import Fault
from monitoring.advice.onset import onset
from monitoring.advice.reading import Sources
from monitoring.performance import Assessment, Scores, Together, WindowEstimate, calibration_signal
from monitoring.performance.calibration_signal import Latest
from monitoring.statistics.advice import DataFault, Evidence
from monitoring.statistics.metrics import Metric
from monitoring.statistics.severity import AMBER
from monitoring.windows import Window

DAYS = (14, 28)
"""Days of final cohorts that are judged as one; fewer than ten days would not do as clusters."""
RANKING = ("roc_auc", "macro_roc_auc")


@dataclass(frozen=True)
class Fact:
    """A number that the advice rests on.

    Attributes
    ----------
    kind : {'realised', 'estimated'}
    metric : Metric
    window : Window
        Profile keys from the first to the last chunk.
    n : int
        Final labels, or predictions behind an estimate.
    value, lower, upper : float
        With its 95 % interval.
    baseline : float
        The reference's value.
    loss, loss_lower, loss_upper : float
        How much worse than the reference, with its interval.
    tolerance : float
        The loss that does not matter.
    decides : bool
        Whether the advice follows from it.
    """

    kind: str
    metric: Metric
    window: Window
    n: int
    value: float
    lower: float
    upper: float
    baseline: float
    loss: float
    loss_lower: float
    loss_upper: float
    tolerance: float
    decides: bool = False


@dataclass(frozen=True)
class Spans:
    """Final cohorts as one, the shorter span first, and the chunks after them.

    Attributes
    ----------
    together : tuple of Together
        Empty where no label is final.
    newer : Window or None
        From the last chunk with final labels to the last one that is over; None where there is none.
    """

    together: tuple[Together, ...]
    newer: Window | None

    @property
    def until(self) -> dt.datetime | None:
        """The first key after the final chunks; None where there are none."""
        return self.together[0].window.stop if self.together else None


def spans(judged: Assessment) -> Spans:
    """The newest final chunks of each length, and what is newer.

    Chunks old enough to be final count as time even where no label came: a span is of the last days, not of
    the last labels.

    Parameters
    ----------
    judged : performance.Assessment
    """
    final = [i for i, word in enumerate(judged.maturity) if word == "final" and judged.predicted[i] > 0]
    length = judged.keys[0].stop - judged.keys[0].start
    found = []
    for days in DAYS:
        count = max(round(dt.timedelta(days=days) / length), 1)
        places = [i for i in final[-count:] if judged.labelled[i] > 0]
        if places:
            found.append(performance.together(judged, places))
    last = found[0].places[-1] if found else -1
    over = [i for i, word in enumerate(judged.maturity) if word != "partial" and judged.predicted[i] > 0]
    young = [i for i in over if i > last][-max(round(dt.timedelta(days=max(DAYS)) / length), 1) :]
    newer = Window(judged.keys[young[0]].start, judged.keys[young[-1]].stop) if young else None
    return Spans(tuple(found), newer)


def facts(one: Sources, held: Spans, key: str) -> list[Fact]:
    """What is known of a metric, span by span, the shorter first; then its estimate.

    Parameters
    ----------
    one : Sources
    held : Spans
    key : str
        Of the metric.
    """
    found = [_realised(each, each.scores[key]) for each in held.together if each.scores[key].status >= 0]
    if held.newer is not None:
        estimate = performance.pooled(one.estimates, held.newer, [key]).get(key)
        if estimate is not None and estimate.status != "grey":
            found.append(_estimated(estimate))
    return found


def _realised(each: Together, scores: Scores) -> Fact:
    now, change = scores.estimate, scores.difference
    return Fact(
        "realised", scores.metric, each.window, int(now.n), float(now.value), float(now.lower),
        float(now.upper), float(scores.baseline.value), float(change.loss), float(change.lower),
        float(change.upper), scores.amber,
    )  # fmt: skip


def _estimated(one: WindowEstimate) -> Fact:
    return Fact(
        "estimated", one.metric, one.window, one.rows, one.value, one.lower, one.upper, one.baseline,
        one.loss, one.loss_lower, one.loss_upper, one.amber,
    )  # fmt: skip


def evidence(one: Sources, held: Spans, key: str, realised: Together | None, known: list[Fact]) -> Evidence:
    """Everything about one metric in one span, faults left aside.

    Parameters
    ----------
    one : Sources
    held : Spans
    key : str
        Of the metric.
    realised : Together or None
        One of ``held.together``; None where there is none.
    known : list of Fact
        As `facts` gives them.
    """
    judged = one.performance
    scores = judged.scores[key]
    since = onset(judged, key, held.until)
    labelled, needed, recent = labels(judged, since)
    ranking, meaning = _ranking(realised, judged), calibration(one, held)
    estimate = next((fact for fact in known if fact.kind == "estimated"), None)
    measured = realised.scores[key] if realised and realised.scores[key].status >= 0 else None
    nan = float("nan")
    return Evidence(
        tolerance=scores.amber,
        change=-float(measured.difference.loss) if measured else nan,
        error=float(measured.difference.error) if measured else nan,
        reference_error=float(measured.baseline.error) if measured else 0.0,
        labelled=labelled,
        needed=needed,
        recent=recent,
        auc_lower=-ranking[1],
        auc_upper=-ranking[0],
        auc_tolerance=ranking[2],
        calibration_alarm=meaning is not None and meaning.status == "amber",
        estimated=-estimate.loss if estimate else nan,
        estimated_half_width=estimate.loss - estimate.loss_lower if estimate else nan,
        onset=None if since is None else _number(since),
        drift=drifts(one),
        share=float(scores.baseline.value) if key == "accuracy" else nan,
        current_rows=int(measured.estimate.n) if measured else 0,
    )


def data_faults(broken: list[Fault]) -> list[DataFault]:
    """Faults as the rule takes them."""
    return [DataFault(each.title, _number(each.since), each.check == "out_of_range") for each in broken]


def calibration(one: Sources, held: Spans) -> Latest | None:
    """Whether scores mean what they say over the longest span; None where they are no probabilities."""
    if one.calibration is None:
        return None
    count = len(held.together[-1].places) if held.together else 1
    return calibration_signal.latest(one.calibration, count)


def _number(key: dt.datetime) -> int:
    """A key as a number, so that chunks of inputs and of labels can be put in order."""
    return int((key - dt.datetime(1970, 1, 1)) / dt.timedelta(hours=1))


def _ranking(realised: Together | None, judged: Assessment) -> tuple[float, float, float]:
    """Loss of the area under the curve, from and to, and what of it does not matter; nan where unknown."""
    key = next((key for key in RANKING if key in judged.scores), None)
    scores = realised.scores[key] if realised and key else None
    if scores is None or scores.status < 0:
        return float("nan"), float("nan"), float("nan")
    return float(scores.difference.lower), float(scores.difference.upper), scores.amber


def labels(judged: Assessment, since: dt.datetime | None) -> tuple[int, int, float]:
    """Final labels after the reference, how many a retraining takes, and the share of those since an onset.

    A retraining takes as many labelled rows as the reference has, the newest ones: as many as say what the
    model was worth.

    Parameters
    ----------
    judged : performance.Assessment
    since : datetime or None
        Key of the onset; without one the share is nan.
    """
    before = performance.reference_outcomes(judged.material)
    needed = 0 if before is None else int(np.asarray(before.rows).sum())
    start = judged.baseline.stop if judged.baseline else dt.datetime.min
    after = [
        (key.start, float(judged.labelled[place]))
        for place, key in enumerate(judged.keys)
        if key.start >= start and judged.maturity[place] == "final"
    ]
    total = sum(rows for _, rows in after)
    recent = sum(rows for key, rows in after if since is not None and key >= since)
    share = min(recent / needed, 1.0) if since is not None and needed else float("nan")
    return int(total), needed, share


def drifts(one: Sources) -> bool:
    """Whether inputs drift in the last complete chunk."""
    if one.drift is None or one.colours is None:
        return False
    complete = np.flatnonzero(one.drift.complete)
    return bool(len(complete)) and bool(one.colours.model[complete[-1]] >= AMBER)
