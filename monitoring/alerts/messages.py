"""What is said of an incident, in plain words that any channel can carry."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict

from monitoring import health
from monitoring.alert_rules import SEVERITIES, Severity
from monitoring.alerts.firing import Firing
from monitoring.alerts.incidents import Change, Incident
from monitoring.drift.wording import day, listed
from monitoring.formats import full
from monitoring.models import Model

SAID = {
    "opened": "opened",
    "reopened": "opened again",
    "closed": "over",
    "withdrawn": "withdrawn",
    "narrowed": "in part withdrawn",
    "retired": "closed with its rule",
}
"""Events in words."""
WITHDRAWN = "what is known now, for instance late labels, no longer supports it"


def title(incident: Incident) -> str:
    """An incident in a few words: its colour, its rules, since when and until when.

    Examples
    --------
    >>> july = dt.datetime(2013, 7, 3)
    >>> title(Incident((Firing("inputs drift", july, july, july, None, "red", 3),), "warning"))
    'red since 3 Jul 2013: inputs drift'
    """
    rules = listed(list(incident.rules))
    if incident.ended is None:
        return f"{incident.worst} since {day(incident.onset)}: {rules}"
    if incident.onset == incident.last:
        return f"{incident.worst} on {day(incident.onset)}: {rules}"
    return f"{incident.worst} from {day(incident.onset)} to {day(incident.last)}: {rules}"


def subject(model: Model, incident: Incident, event: str) -> str:
    """The first line of a message."""
    return f"[Lookout] {model.name} {incident.severity}: {SAID[event]}: {title(incident)}"


def body(model: Model, number: int, incident: Incident, event: str, sentence: str, note: str = "") -> str:
    """A message in plain text.

    Parameters
    ----------
    model : Model
    number : int
        Of the incident.
    incident : Incident
    event : str
        A key of `SAID`.
    sentence : str
        What is said of the model now; empty where that is no news.
    note : str
        Why it is as it is, where that is more than its title.
    """
    lines = [f"{model.label_title} ({model.name})", f"Incident {number}, {SAID[event]}: {title(incident)}."]
    if event in ("withdrawn", "narrowed"):
        lines.append(full(note))
    if sentence:
        lines.append(f"Now: {full(sentence)}")
    lines.append("")
    lines += [firing_words(one) for one in incident.firings]
    lines.append("")
    lines.append("Acknowledge it, snooze it or mark it unhelpful on the page Alerts.")
    return "\n".join(lines)


def reason(change: Change) -> str:
    """Why an incident changed, in a sentence for its history."""
    if change.event == "withdrawn":
        return WITHDRAWN
    if change.event == "narrowed" and change.kept is not None:
        lost = [name for name in change.kept.incident.rules if name not in change.incident.rules]
        return f"{listed(lost)}: {WITHDRAWN}; {title(change.incident)}"
    return title(change.incident)


def firing_words(one: Firing) -> str:
    """A rule that held, in a line."""
    chunks = f"{one.chunks} chunk{'' if one.chunks == 1 else 's'}"
    until = f"over on {day(one.ended)}" if one.ended else f"holds, newest chunk {day(one.last)}"
    return (
        f"- {one.rule}: {one.worst} from {day(one.onset)}, confirmed {day(one.confirmed)}, {chunks}, {until}"
    )


def told(model: Model, report: health.Report) -> str:
    """What health says of a model, unless it names a feature that the file marks private."""
    private = [name for name, feature in model.features.items() if feature.private]
    hidden = [*private, *(model.feature_title(name) for name in private)]
    if any(name in report.sentence for name in hidden):
        return f"{report.status}; what drifts is marked private in the model's file"
    return report.sentence


def content(incident: Incident) -> str:
    """An incident's firings as text for the store."""
    rows = [
        {
            key: value.isoformat() if isinstance(value, dt.datetime) else value
            for key, value in asdict(one).items()
        }
        for one in incident.firings
    ]
    return json.dumps(rows, sort_keys=True)


def read(text: str, severity: str) -> Incident:
    """An incident as it was written by `content`.

    Examples
    --------
    >>> july = dt.datetime(2013, 7, 3)
    >>> one = Incident((Firing("r", july, july, july, None, "red", 1),), "critical")
    >>> read(content(one), "critical") == one
    True
    """
    firings = tuple(
        Firing(
            row["rule"], dt.datetime.fromisoformat(row["onset"]), dt.datetime.fromisoformat(row["confirmed"]),
            dt.datetime.fromisoformat(row["last"]),
            dt.datetime.fromisoformat(row["ended"]) if row["ended"] else None, row["worst"], row["chunks"],
        )
        for row in json.loads(text)
    )  # fmt: skip
    return Incident(firings, _severity(severity))


def _severity(word: str) -> Severity:
    return next(one for one in SEVERITIES if one == word)


def digest(subjects: Sequence[str], bodies: Sequence[str]) -> tuple[str, str]:
    """Several messages as one.

    Examples
    --------
    >>> digest(["a", "b"], ["first", "second"])[0]
    '[Lookout] 2 alerts'
    """
    if len(subjects) == 1:
        return subjects[0], bodies[0]
    head = "\n".join(f"- {one.removeprefix('[Lookout] ')}" for one in subjects)
    return f"[Lookout] {len(subjects)} alerts", head + "\n\n" + "\n\n---\n\n".join(bodies)
