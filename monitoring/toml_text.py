"""Setting keys in the text of a TOML file so that comments, order, spaces and every other key stay.

The text is cut into its head, which holds the keys before the first table, and its tables. Only the part in
which a key stands is touched.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Item

from monitoring.versions import Term
from monitoring.windows import UTC

Value = bool | float | str | dt.date | tuple[str, ...] | tuple[Term, ...]
Table = str | tuple[str, ...]
_MARK = "\ufeff"


def changed(text: str, changes: Sequence[tuple[Table, str, Value | None]]) -> str | None:
    """The text with keys of tables set, or removed where the value is None; None if it cannot be edited.

    A table inside a table is given by the names of both, like ``("features", "age")``.
    """
    body = text.removeprefix(_MARK)
    mark = text.removesuffix(body)
    # Lines end in one way while they are edited, and in the file's own way again afterwards.
    windows = body.count("\r\n") == body.count("\n") > 0
    body = body.replace("\r\n", "\n") if windows else body
    try:
        for table, key, value in changes:
            inside = isinstance(table, tuple)
            body = _edited_inside(body, table, key, value) if inside else _edited(body, table, key, value)
    except TOMLKitError:
        return None
    return mark + (body.replace("\n", "\r\n") if windows else body)


def _edited(text: str, table: str, key: str, value: Value | None) -> str:
    """The text with one key set or removed."""
    known = tomllib.loads(text)
    now = (known.get(table, {}) if table else known).get(key)
    if now == _plain(value):
        return text
    sections = _sections(text)
    headers = [tomllib.loads(_lines(section)[0]) == {table: {}} for section in sections[1:]]
    if table and True in headers:
        place = 1 + headers.index(True)
    elif not table or table in tomllib.loads(sections[0]):  # the head may hold limits.drift_floor = 0.1
        place = 0
    else:
        gap = "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}[{table}]\n{key} = {_literal(value)}\n"
    sections[place] = _rewritten(sections[place], table, key, value, own=bool(place) == bool(table))
    return "".join(sections)


def _edited_inside(text: str, table: tuple[str, ...], key: str, value: Value | None) -> str:
    """The text with one key of a table inside a table set or removed, where that has a header of its own.

    Raises
    ------
    TOMLKitError
        If it is written in another way.
    """
    known = _inside(tomllib.loads(text), table)
    if (known or {}).get(key) == _plain(value):
        return text
    sections = _sections(text)
    found = [_inside(tomllib.loads(_lines(section)[0]), table) == {} for section in sections[1:]]
    if True not in found:
        if known is not None:
            raise TOMLKitError(f"{'.'.join(table)} has no header of its own")
        gap = "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}[{'.'.join(map(_name, table))}]\n{key} = {_literal(value)}\n"
    place = 1 + found.index(True)
    sections[place] = _set_inside(sections[place], table, key, value, new=key not in (known or {}))
    return "".join(sections)


def _set_inside(section: str, table: tuple[str, ...], key: str, value: Value | None, *, new: bool) -> str:
    """A section with one key of its table set or removed."""
    if new:
        return _inserted(section, f"{key} = {_literal(value)}\n", indented=True)
    document = tomlkit.parse(section)
    holder: Any = document
    for name in table:
        holder = holder[name]
    if value is None:
        holder.remove(key)
    else:
        holder[key] = tomlkit.value(_literal(value))
    return tomlkit.dumps(document)


def _inside(told: Any, table: tuple[str, ...]) -> Any:
    """What reading TOML gives of a table inside others; None where there is none."""
    for name in table:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _name(name: str) -> str:
    """A part of a table's name, in quotes where TOML needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _string(name)


def with_tables(
    text: str, key: str, entries: Sequence[Mapping[str, Any]],
    plain: Callable[[Any], Mapping[str, Any]] = dict,
) -> str | None:  # fmt: skip
    """The text with an array of tables, ``[[key]]``, that holds just these; None if it cannot be edited.

    A table that is among them stays as it was written, comments included; new ones stand below all. With
    ``plain`` a table is compared as that function gives it, for instance without what it says needlessly.
    """
    body = text.removeprefix(_MARK)
    mark = text.removesuffix(body)
    windows = body.count("\r\n") == body.count("\n") > 0
    body = body.replace("\r\n", "\n") if windows else body
    try:
        if key in tomllib.loads(_sections(body)[0]):  # written as a list in the head
            body = _rewritten(_sections(body)[0], "", key, None, own=True) + "".join(_sections(body)[1:])
        left, kept = [dict(one) for one in entries], []
        for section in _sections(body):
            found = tomllib.loads(section).get(key) if _header(section) == f"[[{key}]]" else None
            if found is None:
                kept.append(section)
            elif (known := dict(plain(found[0]))) in left:
                left.remove(known)
                kept.append(section)
        body = "".join(kept)
    except (TOMLKitError, tomllib.TOMLDecodeError):
        return None
    for one in left:
        gap = "" if not body else "\n" if body.endswith("\n") else "\n\n"
        lines = "".join(f"{name} = {tomlkit.item(value).as_string()}\n" for name, value in one.items())
        body = f"{body}{gap}[[{key}]]\n{lines}"
    return mark + (body.replace("\n", "\r\n") if windows else body)


def _header(section: str) -> str:
    """The first line of a section without comment and blanks."""
    return "".join(_lines(section)[0].partition("#")[0].split()) if section else ""


def _rewritten(section: str, table: str, key: str, value: Value | None, *, own: bool) -> str:
    """A section with one key set or removed; ``own`` if a key of the table has a line of its own there."""
    document = tomlkit.parse(section)
    holder: Any = document[table] if table else document
    if value is None:
        holder.remove(key)
    elif isinstance(holder.get(key), Array) and (names := _names(value)):
        holder[key] = _listed(holder[key], names)
    elif key in holder or not own:
        holder[key] = tomlkit.value(_literal(value))
    else:
        return _inserted(section, f"{key} = {_literal(value)}\n", indented=bool(table))
    return tomlkit.dumps(document)


def _listed(array: Array, names: tuple[str, ...]) -> Item:
    """A list of these names, with the lines and comments of those that stay where that is possible."""
    for place in reversed(range(len(array))):
        if array[place] not in names:
            del array[place]
    if list(array) == list(names[: len(array)]):
        for name in names[len(array) :]:
            array.append(tomlkit.value(_string(name)))
    kept = f"kept = {array.as_string()}"
    if _complete(kept) and tuple(tomllib.loads(kept)["kept"]) == names:
        return array
    return tomlkit.value(_literal(names))


def _inserted(section: str, line: str, *, indented: bool) -> str:
    """A section with one more line below its last key; comments and blank lines at its end stay behind it."""
    lines = _lines(section)
    stop = len(lines)
    while stop and lines[stop - 1].strip()[:1] in ("", "#") and _complete("".join(lines[: stop - 1])):
        stop -= 1
    before = "".join(lines[:stop])
    gap = "" if before.endswith("\n") or not before else "\n"
    indent = re.match(r"[ \t]*", lines[stop - 1]) if indented else None
    return "".join((before, gap, indent[0] if indent else "", line, *lines[stop:]))


def _sections(text: str) -> list[str]:
    """The head and then every table with its header.

    A line that begins with a bracket is a header where the lines since the last one are complete: inside a
    list or a string of many lines they are not.
    """
    starts, at = [0], 0
    for line in _lines(text):
        if line.lstrip(" \t").startswith("[") and _complete(text[starts[-1] : at]):
            starts.append(at)
        at += len(line)
    return [text[start:stop] for start, stop in itertools.pairwise([*starts, len(text)])]


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _complete(text: str) -> bool:
    """Whether text is TOML by itself."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _plain(value: Value | None) -> object:
    """A value as reading TOML gives it."""
    if not isinstance(value, tuple):
        return value
    return [one.model_dump() if isinstance(one, Term) else one for one in value]


def _names(value: Value | None) -> tuple[str, ...]:
    """A value that lists names; else nothing."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, tuple) else ()


def _literal(value: Value | Term | None) -> str:
    """A value as people write it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, Term):
        until = value.until.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f"{{champion = {_string(value.champion)}, until = {until}}}"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    plain = format(Decimal(repr(value)), "f")
    return plain if "." in plain else f"{plain}.0"


def _string(text: str) -> str:
    """A name in quotes; TOML escapes as JSON does, and one character more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
