"""The page of the reference about a model's file: every key with type, bounds, default and meaning.

Keys, types and bounds come from the classes that read the file; what a key means, from the comments of
the one full example in docs/model-file.md, so that it is written once.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from monitoring.models import Model

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "model-file.md"
_TYPES = {
    "str": "text", "int": "whole number", "float": "number", "bool": "true or false", "datetime": "date",
    "AwareDatetime": "instant with an offset",
}  # fmt: skip
_PLAIN = {
    "versions.served.champion": "the version that served",
    "versions.served.until": "the first instant at which it did not any more",
    "reference.*.start": "the first day of the version's own window",
    "reference.*.stop": "the first day that is not included",
    "scoring.*.trusted": "as for the champion's",
}
"""Keys that stand in the example on one line with others, or in the words of another table."""
_SIGNS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def page() -> str:
    """A table of keys for each table of the file."""
    meanings = comments(EXAMPLE.read_text("utf-8")) | _PLAIN
    parts = [
        "Every key that a model's file may have. [model-file.md](../model-file.md) has an example with all "
        "of them, and says how they go together. A key that is not here is an error that names it."
    ]
    for title, anchor, prefix, kind in tables():
        rows = [
            _row(prefix, name, field, meanings)
            for name, field in kind.model_fields.items()
            if not _inner(field)
        ]
        if rows:
            head = "| key | type | default | meaning |\n|---|---|---|---|"
            parts += [f"## {anchor}", f"`{title}`", "\n".join([head, *rows])]
    return "\n\n".join(parts)


def tables() -> Iterator[tuple[str, str, str, type[BaseModel]]]:
    """Every table of the file: as it is written, its heading, how its keys begin, and its class."""
    yield "name = ...", "The file itself", "", Model
    yield from _below("", Model)


def _below(prefix: str, kind: type[BaseModel]) -> Iterator[tuple[str, str, str, type[BaseModel]]]:
    for name, field in kind.model_fields.items():
        part, form = _part(field.annotation)
        if part is None:
            continue
        if prefix in ("reference.", "scoring.") and name == "versions":
            path, written = f"{prefix}*", f"[{prefix}VERSION]"
        elif prefix == "scoring.":  # the champion's keys stand in the table itself
            path, written = "scoring", "[scoring]"
        elif form == "table of tables":
            path, written = f"{prefix}{name}.*", f"[{prefix}{name}.NAME]"
        elif form == "list":
            path, written = f"{prefix}{name}", f"[[{prefix}{name}]]"
        else:
            path, written = f"{prefix}{name}", f"[{prefix}{name}]"
        yield written, written.strip("[]"), f"{path}.", part
        yield from _below(f"{path}.", part)


def _part(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The class of an inner table, and whether there is one, a list or one by name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, "table"
    arguments = [one for one in get_args(annotation) if one is not type(None)]
    origin = get_origin(annotation)
    for one in arguments:
        found, form = _part(one)
        if found is not None:
            return found, {dict: "table of tables", tuple: "list"}.get(origin, form)
    return None, ""


def _inner(field: Any) -> bool:
    return _part(field.annotation)[0] is not None


def words_of(annotation: Any) -> list[str]:
    """The words of a literal type."""
    return [str(one) for one in get_args(annotation)]


def _type(annotation: Any, metadata: list[Any]) -> str:
    """A type in words, with its bounds."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "one of " + ", ".join(f"`{one}`" for one in arguments)
    if origin in (Union, types.UnionType):
        told = list(dict.fromkeys(_type(one, []) for one in arguments if one is not type(None)))
        return f"{' or '.join(told)}{_bounds(metadata)}"
    if origin is tuple:
        return f"list of {_type(arguments[0], [])}"
    if origin is dict:
        return f"table of {_type(arguments[1], [])}"
    if hasattr(annotation, "__metadata__"):
        return _type(arguments[0], [*annotation.__metadata__, *metadata])
    return f"{_TYPES.get(getattr(annotation, '__name__', ''), 'text')}{_bounds(metadata)}"


def _bounds(metadata: list[Any]) -> str:
    found = []
    for one in metadata:
        inner = getattr(one, "metadata", [one])
        for each in inner:
            found += [
                f"{word} {getattr(each, sign):,}" for sign, word in _SIGNS.items() if hasattr(each, sign)
            ]
    return f", {', '.join(found)}" if found else ""


def _row(prefix: str, name: str, field: Any, meanings: dict[str, str]) -> str:
    default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
    said = meanings.get(f"{prefix}{name}", "")
    cells = (f"`{name}`", _type(field.annotation, field.metadata), default, said)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _default(value: Any) -> str:
    if value is None or value in ((), {}, ""):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value!r}`".replace("'", '"')


def comments(text: str) -> dict[str, str]:
    """What the example says of every key; names that are somebody's own are told as ``*``."""
    (example,) = re.findall(r"```toml\n(.*?)```", text.split("\n## ")[0], re.DOTALL)
    found: dict[str, str] = {}
    here = {False: "", True: ""}
    for line in example.splitlines():
        idle = line.startswith("#")  # a key that the example leaves out belongs to the table before it
        table = re.match(r"#? ?\[+([\w.]+)\]+ *(?:# (.*))?$", line)
        key = re.match(r"#? ?(?:(\w+)|\"[^\"]+\") = .*?(?:# (.*))?$", line)
        if table:
            here[True] = _generic(table[1])
            here[False] = here[False] if idle else here[True]
            path, said = here[True], table[2]
        elif key:
            scope = here[idle]
            here[True] = scope
            path, said = ".".join(filter(None, (scope, key[1]))), key[2]
        else:
            continue
        found[path] = found.get(path) or (said or "").rstrip(",").removeprefix("... ")
    return found


def _generic(path: str) -> str:
    parts = path.split(".")
    if parts[0] == "features" or parts[:2] in (["rules", "columns"], ["costs", "matrix"]):
        return ".".join([*parts[:-1], "*"]) if parts[0] != "costs" else "costs.matrix"
    return f"{parts[0]}.*" if parts[0] in ("reference", "scoring") and len(parts) > 1 else path
