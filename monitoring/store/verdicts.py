"""What people said of cases: entries that are added and never changed, and the labels that follow from them.

Whoever says something names the entry that they saw. Where another one was added meanwhile, theirs is kept in
the history as well, but does not stand: it is reported, and nothing of either is lost.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import duckdb

from monitoring.models import Model
from monitoring.store import cases
from monitoring.store.errors import Refused
from monitoring.store.sql import named, query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

Said = Literal["correct", "wrong", "unsure"]
REVIEW = "review"
"""The source of labels that follow from verdicts."""
_NEWEST = """
SELECT coalesce(max(revision), 0), coalesce(max(revision) FILTER (stands), 0)
FROM review_verdicts WHERE model = $model AND number = $number"""
_SAY = """
INSERT INTO review_verdicts VALUES (
    $model, $number, $revision, $based_on, $stands, $undoes, $verdict, $label, $note, $tags, $author, $at)"""
_LABEL = """
INSERT INTO {schema}.labels (_id, _label, _labelled_at, _source, _file)
VALUES ($id, $label, $at, 'review', NULL)"""
_NO_LABELS = """
DELETE FROM {schema}.labels
WHERE _id = $id AND _source = 'review' AND list_contains($instants::TIMESTAMP[], _labelled_at)"""


@dataclass(frozen=True)
class Entry:
    """Something that was said of a case.

    Attributes
    ----------
    number : int
        The case.
    revision : int
        Its place among all entries of the case, from 1.
    based_on : int
        The revision that its author had seen; 0 for a case of which nothing had been said.
    stands : bool
        Whether it was in force when it was added; one based on an older revision is not.
    undoes : int
        The revision that it takes back; 0 where it takes nothing back.
    verdict : str
        ``correct``, ``wrong``, ``unsure``, or empty where nothing is said any more.
    label, note : str
    tags : tuple of str
    author : str
    said_at : datetime
        In UTC.
    """

    number: int
    revision: int
    based_on: int
    stands: bool
    undoes: int
    verdict: str
    label: str
    note: str
    tags: tuple[str, ...]
    author: str
    said_at: dt.datetime


@dataclass(frozen=True)
class Opinion:
    """What somebody wants to say of a case."""

    verdict: Said
    label: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    author: str = ""


def give(store: Store, name: str, number: int, opinion: Opinion, based_on: int) -> Entry:
    """Say what a case is; it stands unless something else was said since.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    number : int
        The case.
    opinion : Opinion
        Its label, in the form in which the log has labels, becomes a label with the source ``review``.
    based_on : int
        The revision that was seen.

    Returns
    -------
    Entry
        As it was kept. Where ``stands`` is false another entry came first; both are in the history.

    Raises
    ------
    Refused
        If there is no such case, it is no verdict, nobody says it, or the label is no number where the model
        predicts numbers.
    UnknownModel
        If no model has the name.
    """
    model = store.model(name)
    case = cases.one(store, name, number)
    fault = "there is no such case" if case is None else _fault(model, opinion)
    if case is None or fault:
        raise Refused(f"{name}, case {number}: {fault}")
    entry = Entry(
        number, 0, based_on, True, 0, opinion.verdict, opinion.label.strip(), opinion.note.strip(),
        tuple(dict.fromkeys(tag.strip() for tag in opinion.tags if tag.strip())), opinion.author.strip(),
        dt.datetime.now(UTC),
    )  # fmt: skip
    with store.writing() as cursor:
        kept = _keep(cursor, name, entry)
        if kept.stands:
            _labels(cursor, model, case)
    return kept


def _fault(model: Model, opinion: Opinion) -> str:
    if opinion.verdict not in get_args(Said):
        return f"a verdict is one of {', '.join(get_args(Said))}"
    if not opinion.author.strip():
        return "say who you are"
    if opinion.verdict == "unsure" and opinion.label.strip():
        return "who is unsure gives no label"
    label = opinion.label.strip()
    if label and model.task == "regression" and not _number(label):
        return f"the label {label!r} is not a number"
    if label and model.classes and label not in model.classes:
        return f"the label {label!r} is none of the classes {', '.join(model.classes)}"
    return ""


def _number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def undo(store: Store, name: str, number: int, author: str, based_on: int) -> Entry:
    """Take the entry that stands back: what stood before it stands again.

    Raises
    ------
    Refused
        If nothing stands, or another entry stands than the one that was seen.
    """
    model = store.model(name)
    case = cases.one(store, name, number)
    if case is None or not case.revision:
        raise Refused(f"{name}, case {number}: nothing was said of it")
    if case.revision != based_on:
        raise Refused(f"{name}, case {number}: {case.author} has said something since; look again")
    standing = stack(history(store, name, number))
    if not standing:
        raise Refused(f"{name}, case {number}: all that was said of it is taken back already")
    last, now = standing[-1], dt.datetime.now(UTC)
    blank = Entry(number, 0, 0, True, 0, "", "", "", (), "", now)
    entry = replace(
        standing[-2] if len(standing) > 1 else blank, based_on=based_on, undoes=last.revision,
        author=author.strip(), said_at=now,
    )  # fmt: skip
    with store.writing() as cursor:
        kept = _keep(cursor, name, entry)
        if not kept.stands:  # undone by somebody else between looking and taking the turn
            raise Refused(f"{name}, case {number}: somebody has said something since; look again")
        _labels(cursor, model, case)
    return kept


def stack(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of one case that nobody has taken back, oldest first; the last one stands."""
    left: list[Entry] = []
    for entry in entries:
        if entry.undoes:
            left = [one for one in left if one.revision != entry.undoes]
        elif entry.stands:
            left.append(entry)
    return left


def _keep(cursor: duckdb.DuckDBPyConnection, name: str, entry: Entry) -> Entry:
    """Add an entry; it stands if its author had seen the one that stands."""
    given = {"model": name, "number": entry.number}
    newest, standing = cursor.execute(_NEWEST, given).fetchone() or (0, 0)
    kept = replace(entry, revision=newest + 1, stands=standing == entry.based_on)
    cursor.execute(_SAY, {
        **given, "revision": kept.revision, "based_on": kept.based_on, "stands": kept.stands,
        "undoes": kept.undoes, "verdict": kept.verdict, "label": kept.label, "note": kept.note,
        "tags": json.dumps(kept.tags), "author": kept.author, "at": kept.said_at.replace(tzinfo=None),
    })  # fmt: skip
    return kept


def _labels(cursor: duckdb.DuckDBPyConnection, model: Model, case: cases.Case) -> None:
    """Bring the labels of a case in step with the entries that nobody has taken back.

    A verdict without a label ends what earlier ones said.
    """
    entries = _read(cursor, model.name, case.number)
    given = {"id": case.id, "instants": [one.said_at.replace(tzinfo=None) for one in entries]}
    cursor.execute(named(_NO_LABELS, schema=model.name), given)
    told: list[Entry] = []
    for entry in stack(entries):
        told = [*told, entry] if entry.label else []
    for entry in told:
        label: object = float(entry.label) if model.task == "regression" else entry.label
        at = entry.said_at.replace(tzinfo=None)
        cursor.execute(named(_LABEL, schema=model.name), {"id": case.id, "label": label, "at": at})


def history(store: Store, name: str, number: int | None = None) -> list[Entry]:
    """Everything that was said of a case, or of all cases of a model, oldest first."""
    with store.cursor() as cursor:
        return _read(cursor, name, number)


def _read(cursor: duckdb.DuckDBPyConnection, name: str, number: int | None) -> list[Entry]:
    rows = cursor.execute(query("review_verdicts"), {"model": name, "number": number}).fetchall()
    return [
        Entry(
            case, revision, based_on, stands, undoes, verdict, label, note, tuple(json.loads(tags)), author,
            at.replace(tzinfo=UTC),
        )
        for case, revision, based_on, stands, undoes, verdict, label, note, tags, author, at in rows
    ]  # fmt: skip


def assignments(store: Store, name: str, number: int) -> list[tuple[str, str, dt.datetime]]:
    """To whom a case was given, by whom and when, oldest first."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("review_assignments"), {"model": name, "number": number}).fetchall()
    return [(assignee, author, at.replace(tzinfo=UTC)) for assignee, author, at in rows]
