"""What waits for a person, and what people found: a signal that never colours the model."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from monitoring import reasons, review
from monitoring.health.signals import Signal
from monitoring.models import Model
from monitoring.performance.wording import number
from monitoring.statistics.metrics import METRICS
from monitoring.store import cases

if TYPE_CHECKING:
    from monitoring.store import Store

NAME = "review"
PATIENCE = 7
"""Days after which a case that waits is told in amber."""


def reviewing(store: Store, model: Model, as_of: dt.datetime) -> tuple[Signal, ...]:
    """How many cases wait and since when, and what the audit estimates.

    Parameters
    ----------
    store : Store
    model : Model
    as_of : datetime
        The instant to judge at.

    Returns
    -------
    tuple of Signal
        One where the model has ever had a case; else none.
    """
    waiting = cases.backlog(store, model.name)
    if not waiting.open and not waiting.decided:
        return ()
    told = audit_words(store, model)
    if waiting.oldest is None:
        said = reasons.sentence("backlog_none")
        return (Signal(NAME, "green", f"{said}{told}", "", "backlog", 0.0, n=waiting.decided, page=NAME),)
    days = max((as_of - waiting.oldest).days, 0)
    said = reasons.sentence("backlog", open=f"{waiting.open:,}", days=days)
    status, reason = ("amber", "backlog") if days > PATIENCE else ("green", "")
    signal = Signal(
        NAME, status, f"{said}{told}", reason, "backlog", float(waiting.open), n=waiting.open, page=NAME
    )
    return (signal,)


def audit_words(store: Store, model: Model) -> str:
    """What the audit says of the model's first metric; empty where too few cases are decided."""
    found = review.sample(store, model.name)
    key = next(iter(review.measures_of(model)))
    if found is None:
        return ""
    one = review.estimate(found, key)
    if not one.enough:
        return ""
    metric, ends = METRICS[key], (one.found.value, one.found.lower, one.found.upper)
    value, lower, upper = (number(metric, float(end)) for end in ends)
    return f"; by the audit {metric.short} {value} ({lower} to {upper}) on {one.decided:,} cases"
