"""What happened to a model: versions that came and served, decisions, notes, where its reference lies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from monitoring import windows
from monitoring.models import Model
from monitoring.store import changes, notes, trials

if TYPE_CHECKING:
    from monitoring.store import Store

Kind = Literal["deploy", "promotion", "decision", "note", "reference"]
_DECIDED = {"promote": "decided to promote", "stop": "trial stopped", "extend": "trial extended"}


@dataclass(frozen=True, order=True)
class Event:
    """Something that a reader of a course over time should know.

    Attributes
    ----------
    at : datetime
        Aware; where it stands among the data.
    kind : {'deploy', 'promotion', 'decision', 'note', 'reference'}
    title : str
        A few words.
    words : str
        A sentence, with who and why where that is known.
    """

    at: dt.datetime
    kind: Kind
    title: str
    words: str

    def day(self, model: Model) -> dt.date:
        """The local day on which it happened."""
        return self.at.astimezone(model.zone).date()


def events(store: Store, model: Model, volume: pd.DataFrame) -> tuple[Event, ...]:
    """Everything that is known to have happened to a model, the oldest first.

    Parameters
    ----------
    store : Store
    model : Model
    volume : DataFrame
        As `Store.volume` gives it.
    """
    found = [*_deploys(model, volume), *_promotions(model), *_reference(model)]
    found += [_decision(one, one.data_at) for one in trials.decisions(store, model.name) if one.data_at]
    found += [_noted(one) for one in notes.listed(store, model.name)]
    found += [_edited(one) for one in changes.edits(store, model.name)]
    return tuple(sorted(found))


def _deploys(model: Model, volume: pd.DataFrame) -> list[Event]:
    firsts = volume[volume["version"] != ""].groupby("version")["chunk"].min()
    told = []
    for version, first in firsts.items():
        at = windows.instant_of(first.to_pydatetime(), model.grain, model.zone)
        role = "champion" if version == model.versions.serving(at) else "shadow"
        told.append(Event(at, "deploy", f"{version} scores", f"first prediction of {version} ({role})"))
    return told


def _promotions(model: Model) -> list[Event]:
    return [
        Event(start, "promotion", f"{version} serves", f"{version} serves from here on, before it {before}")
        for (before, _, _), (version, start, _) in zip(
            model.versions.terms(), model.versions.terms()[1:], strict=False
        )
        if start is not None
    ]


def _reference(model: Model) -> list[Event]:
    reference = model.reference
    if reference is None or reference.start is None or reference.stop is None:
        return []
    ends = ((reference.start, "the reference begins"), (reference.stop, "the reference ends"))
    return [
        Event(at if at.tzinfo else at.replace(tzinfo=model.zone), "reference", words, words)
        for at, words in ends
    ]


def _decision(one: trials.Decision, at: dt.datetime) -> Event:
    what = f"{one.shadow}: {_DECIDED[one.decided]}"
    return Event(at, "decision", what, f"{what} by {one.author or 'somebody'}: {one.reason}")


def _noted(one: notes.DeployNote) -> Event:
    said = f"{one.title}, noted by {one.author or 'somebody'}"
    return Event(one.happened_at, "note", one.title, f"{said}: {one.note}" if one.note else said)


def _edited(one: changes.Edit) -> Event:
    said = f"the reference is {one.after} since then, before it {one.before}, by {one.author or 'somebody'}"
    return Event(one.happened_at, "reference", "the reference was changed", said)
