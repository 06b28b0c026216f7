"""The advice in words: its colour, the evidence as rows of a table, and what else it rests on."""

from __future__ import annotations

from monitoring.advice.advising import Recommendation
from monitoring.advice.gathering import Fact
from monitoring.formats import count, day, full, share, span
from monitoring.performance.wording import gap, number, signed

SHOWN = {
    "data problem": "red",
    "degraded": "red",
    "estimated drop": "amber",
    "calibration only": "amber",
    "healthy": "green",
    "undecided": "grey",
}
"""How each state of the advice is coloured."""


def row(fact: Fact) -> dict[str, str]:
    """What the advice was judged by as a row; a narrow screen shows its first columns only.

    Parameters
    ----------
    fact : Fact
    """
    metric = fact.metric

    lost, low, high = (
        signed(metric, value).lstrip("+") for value in (fact.loss, fact.loss_lower, fact.loss_upper)
    )
    days = (fact.window.stop - fact.window.start).days
    return {
        "Metric": f"{metric.short}, {days} days{' ←' if fact.decides else ''}" if days else metric.short,
        "Value": number(metric, fact.value),
        "Reference": number(metric, fact.baseline),
        "Loss, 95 %": f"{lost} ({low.removesuffix(' points')} to {high.removesuffix(' points')})",
        "Tolerated": gap(metric, fact.tolerance),
        "Value, 95 %": f"{number(metric, fact.lower)} to {number(metric, fact.upper)}",
        "Days": span(fact.window),
        "Rows": f"{count(fact.n)}{'' if fact.kind == 'realised' else ', estimated'}",
    }


def beside(one: Recommendation) -> list[str]:
    """What else the advice rests on, a sentence each.

    Parameters
    ----------
    one : Recommendation
    """
    said = ["An arrow marks what decided."] if any(fact.decides for fact in one.facts) else []
    said += [
        f"{fault.title}: {fault.words} in {share(fault.value)} of rows since {day(fault.since)}, "
        f"{share(fault.before)} in the reference."
        for fault in one.faults[:3]
    ]
    said.append("Inputs drift." if one.drift else "Inputs do not drift.")
    if one.calibration is not None:
        said.append(full(one.calibration.sentence))
    if one.onset is not None:
        said.append(f"The loss began about {day(one.onset)}.")
    said.append(
        f"{count(one.labelled)} final labels since the reference; a retraining takes {count(one.needed)}."
    )
    said.append(f"As of {day(one.at)}.")
    return said
