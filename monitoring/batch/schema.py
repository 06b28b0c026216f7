"""The columns of a batch against those that are known: missing, more, of another type or misspelled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from monitoring.models import Model
from monitoring.store.batch_files import Taken
from monitoring.store.layout import Column, folded
from monitoring.store.sources import family

What = Literal["missing", "extra", "changed", "role"]
TITLES: Mapping[str, str] = {
    "missing": "Missing",
    "extra": "Extra",
    "changed": "Other type",
    "role": "Not told",
}
_STATUS = {"missing": "red", "changed": "red", "extra": "green", "role": "green"}
_NOT_ADDED = "It cannot be added to the log."
_HELD = {"DOUBLE": "numbers", "VARCHAR": "text"}


@dataclass(frozen=True)
class Difference:
    """One column that is not as it is known.

    Attributes
    ----------
    what : {'missing', 'extra', 'changed', 'role'}
    column : str
    found, expected : str
        What the file holds and what is known, in words; empty where there is none.
    status : str
    consequence, fix : str
        What it means for the answer, and what to do.
    """

    what: What
    column: str
    found: str
    expected: str
    status: str
    consequence: str
    fix: str


def differences(
    model: Model, taken: Taken, wanted: Mapping[str, bool], *, alone: bool = False
) -> list[Difference]:
    """Every column that differs, the worst first.

    Parameters
    ----------
    model : Model
    taken : Taken
    wanted : mapping of str to bool
        The features that are known, and whether the reference holds values of each.
    alone : bool
        Whether two files are compared and no model is asked: then no column has a role.
    """
    there = {folded(name) for name in taken.columns}
    known = {folded(name) for name in taken.known}
    lacking = [name for name in wanted if folded(name) not in there]
    more = [name for name in taken.roles.features if folded(name) not in known]
    meant = _meant(lacking, more)
    found = [_missing(model, name, wanted[name], meant.get(name)) for name in lacking]
    found += [_changed(name, taken) for name in taken.changed]
    roles = [] if alone else _roles(model, taken, more)
    taken_up = {*meant.values()}
    found += [_extra(name, taken.columns[name], name in taken_up) for name in more]
    order = {"red": 0, "amber": 1, "green": 2}
    return [*sorted(found, key=lambda one: order[one.status]), *roles]


def _missing(model: Model, name: str, held: bool, meant: str | None) -> Difference:
    excluded = name in model.exclude or not held
    fix = (
        f"Rename the file’s column {meant!r} to {name!r}: they differ by case, spaces or marks alone."
        if meant
        else f"Write the column {name!r} into the file, or exclude it in the model’s file."
    )
    why = "The model’s file excludes it, or the reference holds no value of it." if excluded else (
        "Every row counts as missing there; the model was trained with it and cannot be sure without it."
    )  # fmt: skip
    return Difference("missing", name, "", "a column", "green" if excluded else "red", why, fix)


def _changed(name: str, taken: Taken) -> Difference:
    column = next(one for key, one in taken.known.items() if folded(key) == folded(name))
    kept = _HELD[column.storage] if column.kind != "binary" else "true or false"
    return Difference(
        "changed",
        name,
        _words(taken.changed[name]),
        kept,
        "red",
        "It is left out of every comparison below; ingest would set each of these rows aside.",
        f"Write {kept} into the column, or state its kind in the model’s file.",
    )


def _extra(name: str, kind: str, taken_up: bool) -> Difference:
    fix = "" if taken_up else "Leave it out, or ask whether the model ought to know it."
    why = "Nothing is known of it, so nothing is compared; ingest would keep it as a new feature."
    return Difference("extra", name, _words(kind), "", "green", why, fix)


def _roles(model: Model, taken: Taken, more: list[str]) -> list[Difference]:
    """The id, the instant, the score and the label, where the file has none, and what that leaves unsaid."""
    roles, columns = taken.roles, model.columns
    told = any(one.score or one.prediction or one.classes for one in roles.scored)
    score = columns.score if isinstance(columns.score, str) else ", ".join(columns.score.values())
    score = ", ".join(_flat(columns.scores.values())) if model.wide else score
    lacking = (
        (roles.id, columns.id, "an id", f"Rows are called by their number. {_NOT_ADDED}"),
        (
            roles.predicted_at,
            columns.predicted_at,
            "an instant",
            f"It is judged like one chunk. {_NOT_ADDED}",
        ),
        ("told" if told else "", score, "a score", "Nothing is said of scores and uncertain rows."),
        (roles.label, columns.label, "a label", "Nothing is said of performance."),
    )
    found = []
    for there, name, expected, why in lacking:
        if there:
            continue
        near = _meant([name], more).get(name)
        fix = (
            f"Rename the column {near!r} to {name!r}." if near else f"Write it as {name!r} to have that said."
        )
        found.append(Difference("role", name, "", expected, "green", why, fix))
    return found


def _flat(scores: Iterable[str | Mapping[str, str]]) -> list[str]:
    out: list[str] = []
    for one in scores:
        out += [one] if isinstance(one, str) else list(one.values())
    return out


def _meant(lacking: list[str], more: list[str]) -> dict[str, str]:
    """Columns that are most likely meant by others: the same but for case, spaces and marks."""
    plain: dict[str, list[str]] = {}
    for name in more:
        plain.setdefault(_plain(name), []).append(name)
    found = {name: plain.get(_plain(name), []) for name in lacking if _plain(name)}
    return {name: near[0] for name, near in found.items() if len(near) == 1}


def _plain(name: str) -> str:
    """What is left of a name without case, spaces and marks.

    Examples
    --------
    >>> _plain(" Wind-Speed "), _plain("wind_speed")
    ('windspeed', 'windspeed')
    """
    return re.sub(r"[\W_]+", "", name.casefold())


def _words(kind: str) -> str:
    """A type of the database in words.

    Examples
    --------
    >>> _words("BIGINT"), _words("VARCHAR"), _words("STRUCT(a INTEGER)")
    ('numbers', 'text', 'nested values')
    """
    return {
        "number": "numbers", "boolean": "true or false", "text": "text", "instant": "dates or instants",
        "empty": "nothing", "other": "nested values",
    }[family(kind)]  # fmt: skip


def wanted(columns: Mapping[str, Column], held: set[str]) -> dict[str, bool]:
    """The features that are known, and whether the reference holds values of each.

    Parameters
    ----------
    columns : mapping of str to Column
    held : set of str
        Features with a value in the reference.
    """
    return {name: name in held for name, column in columns.items() if column.kind != "unsupported"}
