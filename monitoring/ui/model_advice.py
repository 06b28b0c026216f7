"""The Model page's advice: what to do, and the evidence beside it."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from monitoring import health
from monitoring.advice import Fact, Recommendation
from monitoring.models import Model
from monitoring.ui import cards
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, day, share
from monitoring.ui.performance_words import number

SHOWN = {
    "data problem": "red",
    "degraded": "red",
    "estimated drop": "amber",
    "calibration only": "amber",
    "healthy": "green",
    "undecided": "grey",
}
"""How each state of the advice is coloured."""


def card(one: Recommendation, model: Model) -> None:
    """Draw the advice with its evidence.

    Parameters
    ----------
    one : Recommendation
    model : Model
    """
    cards.verdict(SHOWN[one.state], one.sentence, key="advice")
    lines = [
        f"If the data are right: {one.otherwise}" if one.otherwise else "",
        one.note,
        f"About {count(one.rows)} labelled rows would decide." if one.rows else "",
        one.cost,
    ]
    for line in filter(None, lines):
        st.markdown(cards.escaped(line))
    rows = [_row(fact) for fact in one.facts]
    if rows:
        st.dataframe(rows, hide_index=True, height="content", key="evidence")
    st.caption(cards.escaped(" ".join(_beside(one))))


def _row(fact: Fact) -> dict[str, str]:
    """What the advice was judged by comes first: a narrow screen shows the first columns only."""
    metric = fact.metric

    def told(value: float, lower: float, upper: float) -> str:
        return f"{number(metric, value)} ({number(metric, lower)} to {number(metric, upper)})"

    return {
        "Metric": metric.short + (" ←" if fact.decides else ""),
        "Loss, 95 %": told(fact.loss, fact.loss_lower, fact.loss_upper),
        "Does not matter": f"up to {number(metric, fact.tolerance)}",
        "Value, 95 %": told(fact.value, fact.lower, fact.upper),
        "Reference": number(metric, fact.baseline),
        "Days": words(fact.window),
        "Rows": f"{count(fact.n)}{'' if fact.kind == 'realised' else ', estimated'}",
    }


def _beside(one: Recommendation) -> list[str]:
    """What else the advice rests on, a sentence each."""
    said = ["An arrow marks what decided."] if any(fact.decides for fact in one.facts) else []
    said += [
        f"{fault.title}: {fault.words} in {share(fault.value)} of rows since {day(fault.since)}, "
        f"{share(fault.before)} in the reference."
        for fault in one.faults[:3]
    ]
    said.append("Inputs drift." if one.drift else "Inputs do not drift.")
    if one.calibration is not None:
        said.append(cards.full(one.calibration.sentence))
    if one.onset is not None:
        said.append(f"The loss began about {day(one.onset)}.")
    said.append(
        f"{count(one.labelled)} final labels since the reference; a retraining takes {count(one.needed)}."
    )
    said.append(f"As of {day(one.at)}.")
    return said


def labels(model: Model, found: health.Outputs | None) -> str:
    """How many predictions have their label, and when labels are final.

    Parameters
    ----------
    model : Model
    found : Outputs or None
    """
    if found is None:
        return "No predictions yet."
    whole = found.performance.assessment
    predicted, labelled = float(whole.predicted.sum()), float(whole.labelled.sum())
    if not labelled:
        return f"None of {count(predicted)} predictions has a label yet."
    said = f"{share(labelled / predicted)} of {count(predicted)} predictions have their label. "
    horizon = whole.material.cohorts.maturity.horizon
    if horizon is None:
        return said + "How late labels come is not known yet, so none counts as final."
    unit = "hour" if model.grain == "hour" else "day"
    final = [key for key, maturity in zip(whole.keys, whole.maturity, strict=True) if maturity == "final"]
    until = f"; they are to {day(final[-1].stop - dt.timedelta(days=1))}" if final else ""
    return f"{said}They are final after {count(horizon)} {unit}{'' if horizon == 1 else 's'}{until}."
