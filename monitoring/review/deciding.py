"""Saying what a case is: the label that follows from a verdict, and how far two people agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from monitoring.models import Model
from monitoring.statistics.paired.agreement import Agreement, agreement
from monitoring.store import Refused, case_rows, cases, verdicts
from monitoring.store.cases import Case
from monitoring.store.verdicts import Entry, Opinion

if TYPE_CHECKING:
    from monitoring.store import Store


def decided(store: Store, model: Model, case: Case, version: str = "") -> str:
    """What a version decided of a case, as the log writes labels; empty where it said nothing."""
    said = case_rows.known(store, model, [case.id], [case.day], version).get((case.id, case.day))
    if said is None or said[0] is None:
        return ""
    if model.task == "binary":
        return model.positive if said[0] else case_rows.other_class(store, model)
    return str(said[0])


def say(store: Store, name: str, number: int, opinion: Opinion, based_on: int) -> Entry:
    """Say what a case is: the verdict is completed by the label that follows from it, and kept.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    number : int
        The case.
    opinion : Opinion
    based_on : int
        The revision that was seen.

    Returns
    -------
    Entry
        As `monitoring.store.verdicts.give` keeps it: where ``stands`` is false, somebody else came first.

    Raises
    ------
    Refused
        If verdict and label contradict each other, one that is needed is missing, or nobody says it.
    UnknownModel
        If no model has the name.
    """
    model, case = store.model(name), cases.one(store, name, number)
    if case is None:
        raise Refused(f"{name}: there is no case {number}")
    other = case_rows.other_class(store, model) if model.task == "binary" else ""
    told = completed(model, decided(store, model, case), opinion, other)
    return verdicts.give(store, name, number, told, based_on)


def completed(model: Model, decision: str, opinion: Opinion, other: str = "") -> Opinion:
    r"""An opinion with its label.

    Parameters
    ----------
    model : Model
    decision : str
        What the model decided.
    opinion : Opinion
    other : str
        The class of a binary model that is not the event.

    Raises
    ------
    Refused
        As `say` does.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> model = parse('name = "churn"\ntask = "binary"')
    >>> [completed(model, "1", Opinion(verdict), "0").label for verdict in ("wrong", "correct")]
    ['0', '1']
    """
    label = opinion.label.strip()
    if opinion.verdict == "unsure":
        return replace(opinion, label=label)
    if model.task == "regression":
        if opinion.verdict == "wrong" and not label:
            raise Refused(f"{model.name}: say which number would have been right")
        return replace(opinion, label=label)
    if not decision:
        raise Refused(f"{model.name}: the row is gone from the log, so nobody can say whether it was right")
    label = label or _implied(model, decision, opinion.verdict, other)
    fault = _fault(model, decision, label, opinion.verdict, other)
    if fault:
        raise Refused(f"{model.name}: {fault}")
    return replace(opinion, label=label)


def _implied(model: Model, decision: str, verdict: str, other: str) -> str:
    """The label that follows from a verdict; empty where it leaves several."""
    if verdict == "correct":
        return decision
    return "" if model.task != "binary" else other if decision == model.positive else model.positive


def _fault(model: Model, decision: str, label: str, verdict: str, other: str) -> str:
    """What is wrong with a label; empty where nothing is."""
    if not label:
        return "say which class would have been right"
    if model.task == "binary" and label not in (model.positive, other):
        return f"the label is {model.positive} or {other}, not {label!r}"
    if (label == decision) != (verdict == "correct"):
        said = "correct" if label == decision else "wrong"
        return f"the model said {decision}, so with the label {label} it was {said}"
    return ""


@dataclass(frozen=True)
class Agreed:
    """How far two people agree on the cases that both have judged.

    Attributes
    ----------
    first, second : str
        Their names.
    cases : int
        Cases that both judged.
    differ : tuple of int
        Those of them on which they differ.
    found : Agreement
        Of their verdicts.
    """

    first: str
    second: str
    cases: int
    differ: tuple[int, ...]
    found: Agreement


def agreed(entries: Sequence[Entry]) -> list[Agreed]:
    """Every pair of people with a case in common, those with the most first.

    What counts is the last verdict of each, also where another one came first and theirs does not stand: it
    was given without knowing of the other.

    Parameters
    ----------
    entries : sequence of Entry
        Of any cases of a model, oldest first.
    """
    said: dict[str, dict[int, str]] = {}
    for entry in entries:
        if entry.verdict and not entry.undoes:
            said.setdefault(entry.author, {})[entry.number] = entry.verdict
    people = sorted(said)
    pairs = [(one, other) for place, one in enumerate(people) for other in people[place + 1 :]]
    found = [_pair(one, other, said[one], said[other]) for one, other in pairs]
    return sorted((one for one in found if one.cases), key=lambda one: -one.cases)


_WORDS = ("correct", "wrong", "unsure")


def _pair(first: str, second: str, one: dict[int, str], other: dict[int, str]) -> Agreed:
    both = sorted(one.keys() & other.keys())
    table = np.zeros((len(_WORDS), len(_WORDS)))
    for number in both:
        table[_WORDS.index(one[number]), _WORDS.index(other[number])] += 1
    differ = tuple(number for number in both if one[number] != other[number])
    return Agreed(first, second, len(both), differ, agreement(table))
