"""A draft as the text of a model's file: every line that is not usual says why it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import tomlkit

from monitoring.models import Columns, Model
from monitoring.onboarding.names import ROLES
from monitoring.onboarding.values import canonical, positive, threshold

if TYPE_CHECKING:
    from monitoring.onboarding.draft import Draft

WIDTH = 38  # where comments begin


def written(draft: Draft) -> str:
    """The text of a model's file.

    Parameters
    ----------
    draft : Draft
        Without open questions.
    """
    parts = [
        _head(draft), _versions(draft), _columns(draft), _scores(draft), _instants(draft), _reference(draft),
        _segments(draft), *_features(draft),
    ]  # fmt: skip
    return "\n".join("".join(f"{line}\n" for line in part) for part in map(list, parts) if part)


def line(key: str, value: Any, why: str = "") -> str:
    """A key with its value and, as a comment, why.

    Examples
    --------
    >>> print(line("task", "binary", "two values"))
    task = "binary"                       # two values
    """
    shown = f"{key} = {literal(value)}"
    return f"{shown:<{WIDTH - 1}} # {comment(why)}" if why else shown


def literal(value: Any) -> str:
    r"""A value as TOML writes it; days as dates.

    Examples
    --------
    >>> print(literal(("a", 'b"')), literal(0.5))
    ["a", "b\""] 0.5
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    text = tomlkit.item(value).as_string()
    return text.replace("\x7f", "\\u007f")


def comment(text: str) -> str:
    """Words that stand on one line of a comment, whatever they hold."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def key(name: str) -> str:
    """A name as the key of a table.

    Examples
    --------
    >>> key("age"), key("zip code")
    ('age', '"zip code"')
    """
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else literal(name)


def _head(draft: Draft) -> Iterator[str]:
    found = draft.detection
    if draft.choices.author:
        yield f"# Registered by {comment(draft.choices.author)} (unverified), {draft.now:%Y-%m-%d}."
    yield f"# Drafted from {comment(draft.sample.name)}. Every line can be changed; see docs/model-file.md."
    yield line("name", draft.name)
    if draft.title:
        yield line("title", draft.title)
    yield line("task", found.task, f"{found.task_confidence}: {found.task_reason}")
    yield line("timezone", draft.timezone, "the model's days are days here")
    for name, (value, why) in _settings(draft).items():
        if value != Model.model_fields[name].default:
            yield line(name, value, why)
    excluded, private = _marked(draft, "exclude"), _marked(draft, "private")
    if excluded:
        yield line("exclude", list(excluded), "shown, but they do not count; why stands below")
    if private:
        yield "# Private features, marked below, are in no view of rows, no export and no report."


def _settings(draft: Draft) -> dict[str, tuple[str | float, str]]:
    """Keys of the head that are written where they are not usual, with reasons."""
    found: dict[str, tuple[str | float, str]] = {"chunk": draft.chunk, "clock": draft.clock}
    if draft.detection.task == "binary":
        found["threshold"] = threshold(draft.choices.threshold, draft.detection)
        found["positive"] = positive(draft.choices.positive, draft.detection)
    return found


def _marked(draft: Draft, what: str) -> tuple[str, ...]:
    """Features that are excluded or private: as told, or as guessed."""
    told = getattr(draft.choices, what)
    if told is not None:
        names = {one.name for one in draft.detection.features}
        return tuple(name for name in told if name in names)
    return tuple(one.name for one in draft.detection.features if getattr(one, what))


def _versions(draft: Draft) -> list[str]:
    found = draft.detection.guesses["version"]
    if draft.detection.wide:
        return _side_by_side(draft, list(draft.detection.wide.columns))
    if not found.column:
        return [] if draft.choices.champion is None else [
            "[versions]", line("champion", draft.choices.champion)
        ]  # fmt: skip
    seen = draft.sample.column(found.column)
    names = [value for value, _ in seen.values]
    champion = draft.choices.champion or (names[0] if names else "champion")
    shadows = [name for name in names if name != champion]
    why = (
        "you say so" if draft.choices.champion else "the version of most rows" if shadows else "the only one"
    )
    lines = ["[versions]", line("champion", champion, why)]
    return [*lines, line("shadows", shadows, "the others in the log")] if shadows else lines


def _side_by_side(draft: Draft, names: list[str]) -> list[str]:
    """The versions of a wide log."""
    champion = draft.choices.champion or names[0]
    shadows = [name for name in names if name != champion]
    why = "you say so" if draft.choices.champion else "the version that serves; why stands below"
    return ["[versions]", line("champion", champion, why), line("shadows", shadows, "score the same rows")]


def _columns(draft: Draft) -> list[str]:
    usual = Columns()
    lines = []
    apart = draft.detection.wide is not None
    for role in ROLES:
        if apart and role in ("score", "prediction"):  # they have a table of their own
            continue
        found = draft.detection.guesses[role]
        own = getattr(usual, role)
        if found.column and (found.column != own or found.confidence != "stated"):
            lines.append(line(role, found.column, f"{found.confidence}: {found.reason}"))
        elif not found.column and role != "error" and _stands_in(draft, str(own)):
            lines.append(line(role, f"no {role}", f"so that the column {own!r} is not taken for it"))
    if _at_once(draft):
        why = "assumed: no column says when labels became known, so they count as known at once"
        lines.append(line("labelled_at", draft.detection.column("predicted_at"), why))
    return ["[columns]", *lines] if lines else []


def _at_once(draft: Draft) -> bool:
    """Whether labels of a log of the past have no instant; that of reading it would come after its clock."""
    found = draft.detection.guesses
    told = found["labelled_at"].column or found["labelled_at"].confidence == "stated"
    return bool(found["label"].column) and not told and draft.clock[0] == "last row"


def _stands_in(draft: Draft, own: str) -> bool:
    """Whether the log has a column of a role's usual name that was not given the role."""
    used = {one.column for one in draft.detection.guesses.values()}
    return own not in used and any(one.name == own for one in draft.sample.columns)


def _scores(draft: Draft) -> list[str]:
    if (beside := draft.detection.wide) is not None:
        heads = f"# {beside.confidence}: {comment(beside.reason)}"
        rows = [f"{key(name)} = {literal(column)}" for name, column in beside.columns.items()]
        return [heads, "[columns.scores]", *rows]
    found = draft.detection.classes
    if found is None:
        return []
    table = [f"{key(canonical(name))} = {literal(column)}" for name, column in found.columns.items()]
    return [f"[columns.score]                       # {comment(found.reason)}", *table]


def _instants(draft: Draft) -> list[str]:
    found = draft.instants
    lines = []
    if found.timezone != "UTC":
        lines.append(line("timezone", found.timezone, "of instants that are written without an offset"))
    if found.dates != "iso":
        words = {"dmy": "the day comes first", "mdy": "the month comes first", "ymd": "the year comes first"}
        lines.append(line("dates", found.dates, words[found.dates]))
    if found.numbers:
        lines.append(line("numbers", found.numbers, "instants are numbers that count since 1970"))
    return ["[instants]", *lines] if lines else []


def _reference(draft: Draft) -> list[str]:
    found = draft.reference
    if found is None:
        return []
    told = draft.choices.reference is not None
    why = "you say so" if told or draft.proposed is None else (
        f"{draft.proposed.confidence}: {draft.proposed.reason}"
    )  # fmt: skip
    start, stop = found
    return [
        "[reference]",
        f"# {comment(why)}",
        line("start", start),
        line("stop", stop, "the first day not included"),
    ]


def _segments(draft: Draft) -> list[str]:
    told = draft.choices.segments
    found = dict(draft.detection.segments)
    names = list(told) if told is not None else list(found)
    why = "you say so" if told is not None else ", ".join(f"{name}: {found[name]}" for name in names)
    return ["[segments]", line("columns", names, why)] if names else []


def _features(draft: Draft) -> Iterator[list[str]]:
    """A table for each feature of which something is not usual."""
    private, excluded = _marked(draft, "private"), _marked(draft, "exclude")
    for one in draft.detection.features:
        told = draft.choices.kinds.get(one.name)
        kind = told or one.kind
        lines = []
        if kind is not None and (told or not one.usual):
            lines.append(line("kind", kind, "you say so" if told else f"{one.confidence}: {one.reason}"))
        if one.name in private:
            lines.append(line("private", True, "its values tell who somebody is"))
        if one.name in excluded and not lines:
            lines.append(f"# excluded: {comment(one.reason)}")
        if lines:
            yield [f"[features.{key(one.name)}]", *lines]
