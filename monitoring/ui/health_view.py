"""The Health page's picture of reports: which days its ribbons span and what each day's bar says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from monitoring import health, results
from monitoring.alerts.thread import AlertState
from monitoring.health import Report, Signal
from monitoring.models import Model
from monitoring.store import Span
from monitoring.store.inbox_thread import InboxState
from monitoring.ui import explaining
from monitoring.ui.components.sentences import Line
from monitoring.ui.days import Days
from monitoring.ui.scopes import Choices, window_of
from monitoring.ui.status import ORDER, mark
from monitoring.windows import UTC

PER_PAGE = 20
_DAY = dt.timedelta(days=1)


def worst_first(reports: Sequence[Report]) -> list[Report]:
    """Reports in the order in which somebody should look at them.

    Parameters
    ----------
    reports : sequence of Report
    """
    return sorted(reports, key=lambda report: (ORDER.index(report.status), report.model.name))


def days_of(spans: Mapping[str, tuple[Model, Span]], choices: Choices) -> list[dt.date]:
    """The days all ribbons span, oldest first, so that they can be read against each other.

    Parameters
    ----------
    spans : mapping of str to (Model, Span)
        By name of the model. No ribbon begins before the first data of all, and none ends after the newest
        window of a model that has data.
    choices : Choices
        Of the bar; *as of* moves no ribbon, so that one can go back and forth.
    """
    latest = Choices(range=choices.range)
    now = dt.datetime.now(UTC)
    logged = [one for one in spans.values() if one[1].first is not None]
    shown = [window_of(model, span, latest, now) for model, span in logged or spans.values()]
    firsts = [span.first for _, span in spans.values() if span.first is not None]
    stop = max(window.stop for window in shown)
    start = max(min(window.start for window in shown), min(firsts, default=stop - _DAY)).date()
    last = (stop - dt.timedelta(microseconds=1)).date()
    return [start + i * _DAY for i in range((last - start).days + 1)]


def reference_days(model: Model) -> tuple[dt.date, dt.date] | None:
    """The reference as local days, half-open; None where it is a file or there is none."""
    reference = model.reference
    if reference is None or reference.start is None or reference.stop is None:
        return None
    return reference.start.date(), reference.stop.date()


def counted(reports: Sequence[Report]) -> list[tuple[str, int, str]]:
    """How many models have each status, the one to look at first on the left.

    Parameters
    ----------
    reports : sequence of Report

    Returns
    -------
    list of (label, count, what the status means)
    """
    labels = [
        (status, f":{mark(status).badge}[{mark(status).shape}] {mark(status).word}") for status in ORDER
    ]
    return [
        (label, sum(report.status == status for report in reports), mark(status).meaning)
        for status, label in labels
    ]


def changes(reports: Sequence[Report]) -> list[tuple[str, str]]:
    """What is not as it was a chunk before: the model and what is said of it.

    Parameters
    ----------
    reports : sequence of Report
    """
    return [(report.model.name, "; ".join(report.changes)) for report in reports if report.changes]


def lines(report: Report) -> list[Line]:
    """What is said of a model: a sentence for each signal that is not green.

    Parameters
    ----------
    report : Report
    """
    return [Line(one.name, one.sentence, one.status) for one in report.signals if one.status != "green"]


def meaning(signal: Signal) -> str:
    """What a signal is, in plain words; a trial's name has its shadow in it, and others a name of their own.

    Parameters
    ----------
    signal : Signal
    """
    found = next((piece.term for piece in explaining.pieces(signal.name) if piece.term), "")
    return explaining.meaning(found)[1] if found else ""


def plainly(days: Days) -> Days:
    """What a ribbon's days say, without the field's terms.

    Parameters
    ----------
    days : Days

    Examples
    --------
    >>> plainly({dt.date(2026, 1, 2): ("green", "amber", "1 of 4 features drift")})[dt.date(2026, 1, 2)][2]
    '1 of 4 are unlike what the model learnt'
    """
    return {
        day: (status, second, words.replace("features drift", "are unlike what the model learnt"))
        for day, (status, second, words) in days.items()
    }


def csv(reports: Sequence[Report]) -> bytes:
    """The tidy frame of reports, a row per model and signal, as a CSV file.

    Parameters
    ----------
    reports : sequence of Report
    """
    return results.concat(map(health.frame, reports)).to_csv(index=False).encode()


def inbox_words(state: InboxState) -> list[str]:
    """What a person should know of the inbox; nothing when it is empty and sound.

    Parameters
    ----------
    state : InboxState

    Examples
    --------
    >>> inbox_words(InboxState(pending=2, unknown={"churn": 1}))
    ['Files in the inbox that go in next: 2.', 'Files that wait for the model churn to be registered: 1.']
    """
    words = [f"Files in the inbox that go in next: {state.pending}."] if state.pending else []
    for name, waiting in state.unknown.items():
        words.append(f"Files that wait for the model {name} to be registered: {waiting}.")
    if state.failing:
        words.append(
            f"Files that did not go in and are tried again: {len(state.failing)}. {state.last_error}"
        )
    return words


def alert_words(state: AlertState) -> list[str]:
    """What a person should know of the rules of alerts: those that nobody could evaluate.

    Parameters
    ----------
    state : AlertState

    Examples
    --------
    >>> alert_words(AlertState(failing=(("churn", "OSError: the disk is full"),)))
    ['Alerts of the model churn are not up to date: OSError: the disk is full.']
    """
    return [f"Alerts of the model {name} are not up to date: {why}." for name, why in state.failing]
