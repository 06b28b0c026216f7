"""The head of a report: what a reader takes along who looks at it for ten seconds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring.advice.words import SHOWN, beside, row
from monitoring.drift.distributions import sample
from monitoring.formats import count, day, full, hours, local_time, share, short
from monitoring.health import Signal
from monitoring.performance import signal, wording
from monitoring.performance.calibration_words import points
from monitoring.predictions.rows import mean_confidence
from monitoring.reports.drift_part import reference_words
from monitoring.reports.gathered import Gathered
from monitoring.reports.parts import Section, Table
from monitoring.statistics.metrics import METRICS

PLAIN = {
    "green": "The model works as it should.",
    "amber": "Something has changed; look at it before it matters.",
    "red": "The model no longer works as it did; somebody should act.",
    "grey": "Not enough is known to say how the model does.",
}
"""A model's colour in a sentence for everybody."""
UNKNOWN = {
    "green": "Nothing looks wrong so far, but how good the model is, is not known.",
    "amber": "Something has changed, and how good the model is, is not known.",
    "red": "Something is wrong, and how good the model is, is not known.",
}
"""The same where performance cannot be judged."""
TITLES = {
    "freshness": "Data",
    "quality": "Quality",
    "drift": "Inputs",
    "predictions": "Predictions",
    "performance": "Performance",
    "calibration": "Calibration",
    "odd rows": "Odd rows",
    "shadow": "Shadow",
}
"""What signals are called where nobody knows their names."""


@dataclass(frozen=True)
class Tile:
    """One signal in a glance.

    Attributes
    ----------
    title, status : str
    number, usual : str
        The one number that matters, and what it was when the model was healthy; empty where there is none.
    sentence : str
    anchor : str
        Key of the section that says more; empty where none does.
    """

    title: str
    status: str
    number: str
    usual: str
    sentence: str
    anchor: str


def plain(found: Gathered) -> str:
    """The answer for somebody who knows none of the terms.

    Parameters
    ----------
    found : Gathered
    """
    said = PLAIN[mark_status(found.health.status)]
    signals = {one.name: one for one in found.health.signals}
    fresh, performance = signals["freshness"], signals.get("performance")
    if fresh.status == "red":
        return "Data have stopped coming, so nobody knows how the model does."
    if performance is None or performance.status == "grey":
        return UNKNOWN.get(found.health.status, said)
    told = _right(found)
    return f"{said} {told}" if told else said


def mark_status(status: str) -> str:
    """A status as one of the four; one that is not known is grey."""
    return status if status in PLAIN else "grey"


def _right(found: Gathered) -> str:
    """How often the model is right, or how far it is off, now and when it was healthy."""
    one = next((one for one in found.health.signals if one.name == "performance"), None)
    if one is None or one.measure not in METRICS or found.scope.model.name != found.health.model.name:
        return ""
    verdict = _verdict(found)
    if verdict is None or not np.isfinite(verdict.value) or not np.isfinite(verdict.baseline):
        return ""
    metric = METRICS[one.measure]
    now, before = (wording.number(metric, value) for value in (verdict.value, verdict.baseline))
    guess = "" if verdict.final else "probably "
    if metric.key == "accuracy":
        return f"It is {guess}right in {now} of cases; when it was known to be healthy, in {before}."
    return f"{full(wording.titled(metric))[:-1]} is {guess}{now}; when it was known to be healthy, {before}."


def _verdict(found: Gathered) -> signal.Verdict | None:
    known = found.served
    return None if known is None else signal.verdict(known.performance)


def tiles(found: Gathered) -> list[Tile]:
    """Every signal with its one number.

    Parameters
    ----------
    found : Gathered
    """
    anchors = {
        "drift": "drift",
        "predictions": "predictions",
        "performance": "performance",
        "calibration": "calibration",
    }
    anchors |= {"shadow": "shadow-1"} if found.shadows else {}
    return [
        Tile(
            TITLES.get(one.name, one.name),
            one.status,
            *_number(found, one),
            full(one.sentence),
            anchors.get(one.name, ""),
        )
        for one in found.health.signals
    ]


def _number(found: Gathered, one: Signal) -> tuple[str, str]:
    """The one number of a signal in words, and what it was when the model was healthy."""
    if one.name == "predictions":
        return _sureness(found)
    if not np.isfinite(one.value):
        return "", ""
    if one.name == "freshness":
        return f"{hours(one.value)} old", f"late from {hours(one.limit)} on"
    if one.name == "odd rows":
        return f"{share(one.value)} outlying", f"usual up to {share(one.limit)}"
    if one.name == "drift":
        return f"{count(one.value * one.n)} of {count(one.n)} drift", ""
    if one.name == "performance" and one.measure in METRICS:
        metric, verdict = METRICS[one.measure], _verdict(found)
        before = verdict.baseline if verdict else float("nan")
        usual = f"{wording.number(metric, before)} when healthy" if np.isfinite(before) else ""
        return f"{metric.short} {wording.number(metric, one.value)}", usual
    if one.name == "calibration":
        known = found.served.calibration if found.served else None
        before = known.reference if known else None
        usual = f"{points(before.error.mean)} when healthy" if before is not None else ""
        return f"{points(one.value)} off", usual
    return "", ""


def _sureness(found: Gathered) -> tuple[str, str]:
    """How sure the model is now and was; of a regression what it says on average."""
    one = found.said
    if one is None or not found.scope.whole or not one.now.scored.any() or not one.before.scored.any():
        return "", ""
    if found.scope.model.task == "regression":
        now, before = (sample(one.one.material.cube, part).mean for part in ([one.current], one.compared))
        return f"{short(now)} on average", f"{short(before)} when healthy"
    now, before = (float(mean_confidence(rows).value[0]) for rows in (one.now, one.before))
    return f"{share(now)} sure", f"{share(before)} when healthy"


def advice(found: Gathered) -> Section:
    """What to do, with the evidence.

    Parameters
    ----------
    found : Gathered
    """
    question = "Should it be retrained?"
    one = found.advised
    if one is None:
        why = "There are no predictions yet, so there is nothing to advise."
        return Section("advice", "What to do", question, "grey", "", why, terms=("retraining",))
    words = [
        f"If the data are right: {one.otherwise}" if one.otherwise else "",
        one.note,
        f"About {count(one.rows)} labelled rows would decide." if one.rows else "",
        one.cost,
        " ".join(beside(one)),
    ]
    rows = [row(fact) for fact in one.facts]
    table = [Table("", tuple(rows[0]), [tuple(each.values()) for each in rows])] if rows else []
    return Section(
        key="advice",
        title="What to do",
        question=question,
        status=SHOWN[one.state],
        word=full(one.state)[:-1],
        sentence=one.sentence,
        words=[word for word in words if word],
        tables=table,
        terms=("retraining", "label", "final", *(fact.metric.key for fact in one.facts)),
    )


def about(found: Gathered, made_at: dt.datetime, software: str) -> list[tuple[str, str]]:
    """What the report is about and from what it was made, as pairs of name and value.

    Parameters
    ----------
    found : Gathered
    made_at : datetime
    software : str
        What made it.
    """
    scope, model = found.scope, found.scope.model
    requests = found.volume[found.volume["version"] == ""]
    counted = found.volume[found.volume["version"] != ""].groupby("version")["n"].sum()
    until = found.health.data_until
    roles = {**dict.fromkeys(model.versions.shadows, "shadow"), scope.champion: "champion"}
    versions = [
        f"{name} ({roles.get(str(name), 'other')}): {count(float(counted.get(name, 0)))} predictions in "
        f"these days, since {day(first)}"
        for name, first in found.first.items()
    ]
    words = reference_words(found.inputs.assessment) if found.inputs else found.health.reference
    facts = [
        ("Model", f"{model.name}{f' – {model.title}' if model.title else ''}"),
        ("Kind", model.task),
        ("Days", f"{scope.days}, {count(float(requests['n'].sum()))} requests"),
        ("Judged at", local_time(scope.at, model.zone)),
        ("Data to", local_time(until, model.zone) if until else "no data"),
        (
            "Labels",
            wording.labels(found.outputs.performance.assessment) if found.outputs else "no predictions",
        ),
        ("Version", scope.version),
        ("Segment", scope.segment_words or "all rows"),
        ("Chunk", scope.chunk),
        ("Reference", words or "none"),
        *[("Versions", line) for line in versions],
        ("Time zone", model.timezone),
        ("Owner", model.owner),
        ("Notes", model.notes),
        ("Made", f"{local_time(made_at, model.zone)} by {software}"),
        ("Data version", found.data),
        ("The same again", scope.command),
    ]
    return [(name, value) for name, value in facts if value]
