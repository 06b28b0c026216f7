"""From the evidence of every metric to one advice: the worst that any of them says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitoring import performance
from monitoring.advice import gathering
from monitoring.advice.faults import Fault, faults
from monitoring.advice.gathering import Fact, Spans
from monitoring.advice.onset import onset
from monitoring.advice.reading import Sources
from monitoring.performance.calibration_signal import Latest
from monitoring.statistics.advice import Advice, CostCase, Evidence, State, retraining_advice

_WORST = ("degraded", "estimated drop", "calibration only", "undecided", "healthy")
_RARER = 0.8  # of the reference's share of events: rarer


@dataclass(frozen=True)
class Recommendation:
    """What to do about a model, and why.

    Attributes
    ----------
    state : str
        One of the six of `monitoring.statistics.advice`.
    sentence : str
    otherwise : str
        What the labels say once the data are found to be right; empty unless they may be faulty.
    note : str
        Where the headline metrics disagree, in words; else empty.
    rows : int or None
        Labelled rows that would decide; None where rows are not what is missing.
    cost : str
        What the loss costs against a retraining; empty without costs.
    measure : str
        The metric that decided; empty where none could be judged.
    facts : tuple of Fact
        Of every headline metric.
    faults : tuple of Fault
    calibration : Latest or None
    drift : bool
        Whether inputs drift.
    onset : datetime or None
        Key of the chunk in which the loss of that metric began.
    labelled, needed : int
        Final labels after the reference, and how many a retraining wants.
    recent : float
        Share of them from after the onset; nan without one.
    at : datetime
        The instant it was judged at.
    """

    state: State
    sentence: str
    otherwise: str
    note: str
    rows: int | None
    cost: str
    measure: str
    facts: tuple[Fact, ...]
    faults: tuple[Fault, ...]
    calibration: Latest | None
    drift: bool
    onset: dt.datetime | None
    labelled: int
    needed: int
    recent: float
    at: dt.datetime


@dataclass(frozen=True)
class _Judged:
    """One metric with the span that decided."""

    key: str
    chosen: int
    evidence: Evidence
    advice: Advice
    facts: list[Fact]


def advise(one: Sources) -> Recommendation:
    """Judge every headline metric and take the worst.

    Faults of inputs count against the metric that is worst: those that began when it fell, or earlier. Each
    metric is judged over the newest 14 days of final labels, and where those do not decide over the
    newest 28, days as clusters. An estimate counts for the chunks that are newer than those alone: where
    labels are final, they are right.

    Parameters
    ----------
    one : Sources

    Returns
    -------
    Recommendation
    """
    judged = one.performance
    held = gathering.spans(judged)
    broken = faults(one.drift, held.until) if one.drift is not None else []
    keys = [
        key
        for key in performance.HEADLINES[judged.material.model.task]
        if key in judged.scores and judged.scores[key].amber > 0
    ]
    found = [_judged(one, held, key) for key in keys]
    if not found:
        return _nothing(one, held, broken)
    worst = min(found, key=lambda each: _WORST.index(each.advice.state))
    evidence = replace(worst.evidence, faults=gathering.data_faults(broken))
    advice = retraining_advice(evidence)
    faulty = advice.state == "data problem"
    return Recommendation(
        state=advice.state,
        sentence=advice.sentence,
        otherwise=worst.advice.sentence if faulty else "",
        note=_disagreement(found, held),
        rows=advice.rows,
        cost=_cost(one, held, worst.chosen),
        measure=worst.key,
        facts=tuple(fact for each in found for fact in each.facts),
        faults=tuple(broken),
        calibration=gathering.calibration(one, held),
        drift=evidence.drift,
        onset=onset(judged, worst.key, held.until),
        labelled=evidence.labelled,
        needed=evidence.needed,
        recent=evidence.recent,
        at=judged.material.at,
    )


def _judged(one: Sources, held: Spans, key: str) -> _Judged:
    """A metric over the shortest span that decides, over the longest where none does; faults left aside."""
    known = gathering.facts(one, held, key)
    tried = [gathering.evidence(one, held, key, span, known) for span in held.together or (None,)]
    answers = [retraining_advice(evidence) for evidence in tried]
    chosen = deciding([advice.state for advice in answers])
    advice = answers[chosen]
    if advice.state == "estimated drop":
        rests_on = ("estimated", held.newer)
    else:
        rests_on = ("realised", held.together[chosen].window if held.together else None)
    shown = [replace(fact, decides=(fact.kind, fact.window) == rests_on) for fact in known]
    return _Judged(key, chosen, tried[chosen], advice, shown)


def deciding(states: Sequence[State]) -> int:
    """Which of the spans, the shorter first, says what to do: the first that decides, else the longest.

    Parameters
    ----------
    states : sequence of str

    Examples
    --------
    >>> deciding(["undecided", "healthy"]), deciding(["degraded", "healthy"]), deciding(["undecided"] * 2)
    (1, 0, 1)
    """
    decided = [i for i, state in enumerate(states) if state not in ("undecided", "estimated drop")]
    return decided[0] if decided else len(states) - 1


def _nothing(one: Sources, held: Spans, broken: list[Fault]) -> Recommendation:
    """Without a reference that has mature labels there is nothing to compare with."""
    labelled, needed, recent = gathering.labels(one.performance, None)
    said = "Nothing to compare with: the reference has no mature labels."
    return Recommendation(
        "undecided", said, "", "", None, "", "", (), tuple(broken), gathering.calibration(one, held),
        gathering.drifts(one), None, labelled, needed, recent, one.performance.material.at,
    )  # fmt: skip


def _disagreement(found: list[_Judged], held: Spans) -> str:
    """Where one metric became better and another one worse, both beyond chance; and what is likely behind."""
    shown = [fact for each in found for fact in each.facts if fact.decides]
    better = [fact.metric.short for fact in shown if fact.loss_upper < 0]
    worse = [fact.metric.short for fact in shown if fact.loss_lower > 0]
    if not better or not worse:
        return ""
    said = f"The metrics disagree: {better[0]} is better than in the reference, {worse[0]} is worse."
    rate = held.together[0].scores.get("prevalence")
    now, before = (float(rate.estimate.value), float(rate.baseline.value)) if rate else (np.nan, np.nan)
    if not now < _RARER * before:
        return said
    return f"{said} Events have become rarer, {now:.0%} against {before:.0%}, so more rows are easy.".replace(
        "%", " %"
    )


def _cost(one: Sources, held: Spans, chosen: int) -> str:
    """What the loss costs, from what rows cost now and in the reference."""
    model = one.performance.material.model
    prices = model.costs
    if prices is None or prices.retrain is None or not held.together:
        return ""
    span = held.together[chosen]
    scores = span.scores.get("cost")
    if scores is None or np.isnan(scores.difference.loss):
        return ""
    days = (span.window.stop - span.window.start) / dt.timedelta(days=1)
    case = CostCase(
        1.0, span.predicted / days, prices.horizon_days, prices.retrain, prices.risk, prices.currency
    )
    change, error = -float(scores.difference.loss), float(scores.difference.error)
    return retraining_advice(Evidence(tolerance=1.0, change=change, error=error, costs=case)).cost
