"""Edits of a model's file that keep what people wrote: comments, order, spaces and every other key."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Sequence
from typing import Any

from monitoring.alert_rules import Rule
from monitoring.models import Limits, Model, ModelError, parse
from monitoring.toml_text import Table, Value, changed, with_tables
from monitoring.versions import Term, Versions
from monitoring.windows import UTC


def with_limits(
    text: str,
    *,
    drift_floor: float | None = None,
    false_alarms: float | None = None,
    exclude: Sequence[str] | None = None,
    star: Sequence[str] | None = None,
) -> str:
    r"""A model's file with other tolerances, or with other features that do not count or always do.

    What is not given stays as it is. A key whose value would be the default is removed, with the comment on
    its line; a new one is written below the last of its table, and a table that is not there below all.
    Everything else stays as it was written.

    Parameters
    ----------
    text : str
        The content of the TOML file.
    drift_floor, false_alarms : float, optional
        Of ``[limits]``.
    exclude, star : sequence of str, optional
        Names of features; empty for none.

    Returns
    -------
    str
        The content to write in its place.

    Raises
    ------
    ModelError
        If the text is not TOML or describes no model, or a value is out of its range.

    Examples
    --------
    >>> text = 'name = "churn"\ntask = "binary"  # or go\n\n# what we accept\n[limits]\nminimum_rows = 50\n'
    >>> edited = with_limits(text, drift_floor=0.05, star=["age"])
    >>> for line in edited.splitlines():
    ...     print(line or "-")
    name = "churn"
    task = "binary"  # or go
    star = ["age"]
    -
    # what we accept
    [limits]
    minimum_rows = 50
    drift_floor = 0.05
    >>> with_limits(edited, drift_floor=0.02, star=[]) == text
    True
    """
    before = parse(text)
    lists = {key: tuple(names) for key, names in (("exclude", exclude), ("star", star)) if names is not None}
    asked = (("drift_floor", drift_floor), ("false_alarms", false_alarms))
    limits = {key: _finite(key, number) for key, number in asked if number is not None}
    usual = Limits()
    changes = [
        *(("", key, names or None) for key, names in lists.items()),
        *(
            ("limits", key, None if number == getattr(usual, key) else number)
            for key, number in limits.items()
        ),
    ]
    wanted = before.model_copy(update={**lists, "limits": before.limits.model_copy(update=limits)})
    return _asserted(changed(text, changes), wanted)


def with_promotion(text: str, version: str, at: dt.datetime) -> str:
    r"""A model's file in which another version serves from an instant on; the one before becomes a shadow.

    Parameters
    ----------
    text : str
        The content of the TOML file.
    version : str
        The one that is to serve.
    at : datetime
        Aware; after every promotion before it.

    Returns
    -------
    str
        The content to write in its place.

    Raises
    ------
    ModelError
        If the text is not TOML or describes no model, the version serves already, or another one was
        promoted at that instant or later.

    Examples
    --------
    >>> text = 'name = "churn"\ntask = "binary"\n[versions]\nchampion = "a"  # since May\nshadows = ["b"]\n'
    >>> print(with_promotion(text, "b", dt.datetime(2026, 6, 1, tzinfo=UTC)), end="")
    name = "churn"
    task = "binary"
    [versions]
    champion = "b"  # since May
    shadows = ["a"]
    served = [{champion = "a", until = 2026-06-01T00:00:00Z}]
    """
    before = parse(text)
    known = before.versions
    if version == known.champion:
        raise ModelError(f"{before.name}: {version!r} serves already")
    last = known.served[-1].until if known.served else None
    if last is not None and at <= last:
        raise ModelError(
            f"{before.name}: {known.champion!r} was promoted at {last.isoformat()}; choose a later instant"
        )
    shadows = tuple(known.champion if one == version else one for one in known.shadows)
    shadows = shadows if known.champion in shadows else (*shadows, known.champion)
    served = (*known.served, Term(champion=known.champion, until=at.astimezone(UTC)))
    wanted = Versions(champion=version, shadows=shadows, served=served)
    changes = [("versions", key, getattr(wanted, key)) for key in ("champion", "shadows", "served")]
    return _asserted(changed(text, changes), before.model_copy(update={"versions": wanted}))


def with_rules(text: str, rules: Sequence[Rule]) -> str:
    r"""A model's file with just these rules of alerts; what is left at its default is not written out.

    A rule that stays as it was keeps its lines and comments; others are written below everything else, so
    that one that changed becomes the last.

    Parameters
    ----------
    text : str
        The content of the TOML file.
    rules : sequence of Rule
        All of them; none writes an empty list, for a file without any has the usual ones.

    Returns
    -------
    str
        The content to write in its place.

    Raises
    ------
    ModelError
        If the text is not TOML or describes no model, two rules have one name, or a segment is none of its
        columns.

    Examples
    --------
    >>> text = 'name = "churn"\ntask = "binary"\n[[alerts]]\nname = "a"  # ours\n'
    >>> print(with_rules(text, [*parse(text).alert_rules, Rule(name="b", signal="drift")]), end="")
    name = "churn"
    task = "binary"
    [[alerts]]
    name = "a"  # ours
    <BLANKLINE>
    [[alerts]]
    name = "b"
    signal = "drift"
    """
    before = parse(text)
    entries = [_entry(rule) for rule in rules]
    edited = with_tables(text, "alerts", entries, lambda one: _entry(Rule.model_validate(one)))
    if edited is not None and not rules:
        edited = changed(edited, [("", "alerts", ())])
    wanted = tuple(rules)
    if edited is not None and set(parse(edited).alert_rules) == set(wanted):  # one that changed stands last
        wanted = parse(edited).alerts
    return _asserted(edited, before.model_copy(update={"alerts": wanted}))


def with_values(text: str, changes: Sequence[tuple[Table, str, Value | None]]) -> str:
    r"""A model's file with other values of any keys; everything else stays as it was written.

    Parameters
    ----------
    text : str
        The content of the TOML file.
    changes : sequence of (table, key, value)
        The table is empty for the keys on top, and a tuple of names inside a table. None removes the key.

    Returns
    -------
    str
        The content to write in its place.

    Raises
    ------
    ModelError
        If it would describe no model, or the file is written in a way that is not understood.

    Examples
    --------
    >>> text = 'name = "churn"\ntask = "binary"  # or go\n[features.age]\nimportance = 0.5\n'
    >>> changes = [("", "owner", "Ada"), (("features", "age"), "private", True)]
    >>> print(with_values(text, changes), end="")
    name = "churn"
    task = "binary"  # or go
    owner = "Ada"
    [features.age]
    importance = 0.5
    private = true
    """
    before = parse(text)
    edited = changed(text, changes)
    wanted = tomllib.loads(text.removeprefix("\ufeff"))
    for table, key, value in changes:
        _put(wanted, (table,) if isinstance(table, str) and table else tuple(table), key, value)
    found = None if edited is None else tomllib.loads(edited.removeprefix("\ufeff"))
    if edited is None or _without_empty(found) != _without_empty(wanted):
        raise ModelError(
            f"{before.name}: its file is written in a way that is not understood here; edit it by hand"
        )
    parse(edited)
    return edited


def _put(told: dict[str, Any], table: tuple[str, ...], key: str, value: Value | None) -> None:
    """Set a key in what reading TOML gives, or remove it."""
    for name in table:
        told = told.setdefault(name, {})
    if value is None:
        told.pop(key, None)
    else:
        told[key] = list(value) if isinstance(value, tuple) else value


def _without_empty(told: Any) -> Any:
    """What reading TOML gives, without tables that hold nothing."""
    if not isinstance(told, dict):
        return told
    kept = {key: _without_empty(value) for key, value in told.items()}
    return {key: value for key, value in kept.items() if value != {}}


def _entry(rule: Rule) -> dict[str, object]:
    """What a file says of a rule."""
    told = rule.model_dump(exclude_defaults=True)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in told.items()}


def _asserted(edited: str | None, wanted: Model) -> str:
    """A text that was edited, when it says what it was to say."""
    if edited is None or parse(edited) != wanted:
        raise ModelError(
            f"{wanted.name}: its file is written in a way that is not understood here; edit it by hand"
        )
    return edited


def _finite(key: str, number: float) -> float:
    if not math.isfinite(number):
        raise ModelError(f"limits.{key}: {number} is no number for a tolerance")
    return float(number)
