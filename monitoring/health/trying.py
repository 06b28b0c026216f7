"""Running trials of a model's shadows, as signals that never colour the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitoring import shadow
from monitoring.health.evidence import Outputs
from monitoring.health.signals import Signal
from monitoring.models import Model
from monitoring.shadow.wording import verdict_words
from monitoring.store import trials

if TYPE_CHECKING:
    from monitoring.store import Store

NAME = "shadow"


def trying(store: Store, model: Model, found: Outputs | None) -> tuple[Signal, ...]:
    """What every registered trial says by now.

    Parameters
    ----------
    store : Store
    model : Model
    found : Outputs or None
        What the champion said and which labels were known; None where it said nothing.

    Returns
    -------
    tuple of Signal
        One for each shadow of the model's file whose trial runs.
    """
    entries = trials.registered(store, model.name) if model.versions.shadows else []
    if not entries or found is None:
        return ()
    served = found.performance.assessment.material
    decisions = trials.decisions(store, model.name)
    signals = []
    for version in dict.fromkeys((*model.versions.shadows, *model.versions.champions)):
        trial = trials.in_force(entries, served.version, version)
        if trial is None or version == served.version or trials.ended(trial, decisions):
            continue
        try:
            judged = shadow.judged(store, shadow.read(store, model.name, version, served=served), trial)
        except shadow.NoPairsError as error:
            signals.append(Signal(NAME, "grey", str(error), "trial_young", page=NAME))
            continue
        course = judged.course
        value = float(course.value[-1]) if len(course.n) else float("nan")
        signals.append(
            Signal(
                NAME, judged.status, verdict_words(judged), judged.reason,
                f"gain_{judged.metric.key}", value, -trial.margin, int(judged.rows), NAME,
            )
        )  # fmt: skip
    return tuple(signals)
