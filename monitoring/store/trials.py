"""Trials of shadows and what was decided of them: entries that are added, never changed.

A trial fixes what its verdict will rest on before anybody looks. Whoever wants other terms makes a new entry;
the newest one of a champion and a shadow is in force, and the earlier ones stay to be read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import duckdb

from monitoring import editing
from monitoring.store import catalogue
from monitoring.store.errors import Refused
from monitoring.store.sql import query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

Decided = Literal["promote", "stop", "extend"]
_TRIALS = """
CREATE TABLE IF NOT EXISTS trials (
    model VARCHAR, champion VARCHAR, shadow VARCHAR, metric VARCHAR, margin DOUBLE, planned BIGINT,
    most BIGINT, level DOUBLE, since TIMESTAMP, segments VARCHAR, author VARCHAR, note VARCHAR,
    registered_at TIMESTAMP)"""
_DECISIONS = """
CREATE TABLE IF NOT EXISTS trial_decisions (
    model VARCHAR, champion VARCHAR, shadow VARCHAR, decided VARCHAR, reason VARCHAR, verdict VARCHAR,
    author VARCHAR, decided_at TIMESTAMP, data_at TIMESTAMP)"""
_REGISTER = """
INSERT INTO trials VALUES (
    $model, $champion, $shadow, $metric, $margin, $planned, $most, $level, $since, $segments, $author,
    $note, $registered_at)"""
_DECIDE = """
INSERT INTO trial_decisions VALUES (
    $model, $champion, $shadow, $decided, $reason, $verdict, $author, $decided_at, $data_at)"""


@dataclass(frozen=True)
class Trial:
    """What a comparison is judged by, as it was registered.

    Attributes
    ----------
    model, champion, shadow : str
    metric : str
        Key of the one metric that carries the verdict; a mean over rows.
    margin : float
        A loss of the metric that does not matter, in its unit.
    planned : int
        Rows expected at the decision, about which the interval is tightest.
    most : int
        Rows after which the trial ends undecided.
    since : datetime or None
        The first profile key whose pairs count; None counts all.
    segments : tuple of (column, value)
        In which the shadow must not be much worse.
    level : float
        Confidence of the verdict.
    author, note : str
        Who registered it, as they called themselves, and why so.
    registered_at : datetime or None
        In UTC; set when it is registered.
    """

    model: str
    champion: str
    shadow: str
    metric: str
    margin: float
    planned: int
    most: int
    since: dt.datetime | None = None
    segments: tuple[tuple[str, str], ...] = ()
    level: float = 0.95
    author: str = ""
    note: str = ""
    registered_at: dt.datetime | None = None


@dataclass(frozen=True)
class Decision:
    """What was decided of a shadow, and on what.

    Attributes
    ----------
    model, champion, shadow : str
    decided : {'promote', 'stop', 'extend'}
    reason : str
    verdict : str
        What the trial said then, in words.
    author : str
    decided_at : datetime or None
        In UTC; set when it is recorded.
    data_at : datetime or None
        The model's clock then, which is where it stands among the data; set when it is recorded.
    """

    model: str
    champion: str
    shadow: str
    decided: Decided
    reason: str
    verdict: str = ""
    author: str = ""
    decided_at: dt.datetime | None = None
    data_at: dt.datetime | None = None


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of trials and decisions, which all models share."""
    for text in (_TRIALS, _DECISIONS):
        cursor.execute(text)


def register(store: Store, trial: Trial) -> Trial:
    """Keep a trial; it is in force from now on.

    Parameters
    ----------
    store : Store
    trial : Trial

    Returns
    -------
    Trial
        With its instant.

    Raises
    ------
    Refused
        If a number makes no sense or a version is missing; the message says which.
    UnknownModel
        If no model has the name.
    """
    model = store.model(trial.model)
    fault = _fault(trial)
    if fault:
        raise Refused(f"{model.name}: {fault}")
    at = dt.datetime.now(UTC)
    with store.writing() as cursor:
        cursor.execute(_REGISTER, {
            "model": model.name, "champion": trial.champion, "shadow": trial.shadow, "metric": trial.metric,
            "margin": trial.margin, "planned": trial.planned, "most": trial.most, "level": trial.level,
            "since": trial.since, "segments": json.dumps(trial.segments), "author": trial.author,
            "note": trial.note, "registered_at": at.replace(tzinfo=None),
        })  # fmt: skip
        catalogue.touch(cursor, model.name)
    return next(one for one in registered(store, model.name) if one.shadow == trial.shadow)


def _fault(trial: Trial) -> str:
    if not (trial.champion and trial.shadow) or trial.champion == trial.shadow:
        return "a trial compares two versions"
    if not trial.margin > 0:
        return "the margin is a loss that does not matter, so it is above 0"
    if not 0 < trial.planned <= trial.most:
        return "the rows planned are above 0 and not more than those after which it ends undecided"
    if not 0.5 < trial.level < 1:
        return "the confidence lies between 0.5 and 1"
    return ""


def registered(store: Store, name: str) -> list[Trial]:
    """Every trial of a model, the newest first; the first of a shadow is in force."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("trials"), {"model": name}).fetchall()
    return [
        Trial(
            model, champion, shadow, metric, margin, planned, most, since,
            tuple((column, value) for column, value in json.loads(segments)), level, author, note, _utc(at),
        )
        for model, champion, shadow, metric, margin, planned, most, level, since, segments, author, note, at
        in rows
    ]  # fmt: skip


def in_force(trials: Sequence[Trial], champion: str, shadow: str) -> Trial | None:
    """The newest trial of two versions, whichever of them serves; None without one."""
    return next((one for one in trials if {one.champion, one.shadow} == {champion, shadow}), None)


def ended(trial: Trial, decisions: Sequence[Decision]) -> Decision | None:
    """The decision that ended a trial; None while it runs.

    Parameters
    ----------
    trial : Trial
    decisions : sequence of Decision
        The newest first.
    """
    own = {trial.champion, trial.shadow}
    last = next((one for one in decisions if {one.champion, one.shadow} == own), None)
    if last is None or last.decided == "extend" or last.decided_at is None or trial.registered_at is None:
        return None
    return last if last.decided_at >= trial.registered_at else None


def promote(store: Store, decision: Decision, at: dt.datetime) -> None:
    """Let the shadow serve from an instant on, and keep the decision to do so.

    What was logged before stays as it was: earlier days are told of the version that served on them.

    Parameters
    ----------
    store : Store
    decision : Decision
    at : datetime
        Aware.

    Raises
    ------
    Refused
        If it is no decision to promote, or says no reason.
    ModelError
        If the version serves already, or another one was promoted at that instant or later.
    UnknownModel
        If no model has the name.
    """
    if decision.decided != "promote":
        raise Refused(f"{decision.model}: only a decision to promote lets another version serve")
    _assert_sound(decision)
    store.add(editing.with_promotion(store.toml(decision.model), decision.shadow, at))
    decide(store, decision)


def decide(store: Store, decision: Decision) -> None:
    """Keep what was decided.

    Raises
    ------
    Refused
        If it is no decision, or says no reason.
    UnknownModel
        If no model has the name.
    """
    model = store.model(decision.model)
    _assert_sound(decision)
    at = dt.datetime.now(UTC).replace(tzinfo=None)
    clock = store.now(model).astimezone(UTC).replace(tzinfo=None)
    with store.writing() as cursor:
        cursor.execute(_DECIDE, {
            "model": model.name, "champion": decision.champion, "shadow": decision.shadow,
            "decided": decision.decided, "reason": decision.reason.strip(), "verdict": decision.verdict,
            "author": decision.author, "decided_at": at, "data_at": clock,
        })  # fmt: skip
        catalogue.touch(cursor, model.name)


def _assert_sound(decision: Decision) -> None:
    if decision.decided not in get_args(Decided):
        raise Refused(f"{decision.model}: a decision is one of {', '.join(get_args(Decided))}")
    if not decision.reason.strip():
        raise Refused(f"{decision.model}: say why, in a sentence that can be read in a year")


def decisions(store: Store, name: str) -> list[Decision]:
    """What was decided of a model's shadows, the newest first."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("trial_decisions"), {"model": name}).fetchall()
    return [
        Decision(model, champion, shadow, decided, reason, verdict, author, _utc(at), _utc(clock or at))
        for model, champion, shadow, decided, reason, verdict, author, at, clock in rows
    ]


def _utc(at: dt.datetime) -> dt.datetime:
    return at.replace(tzinfo=UTC)
