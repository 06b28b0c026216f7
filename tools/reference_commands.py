"""The page of the reference about the command line, from the commands themselves."""

from __future__ import annotations

from typing import Any

import typer

from monitoring.cli import app

_WORDS = {"STR": "TEXT", "INT": "NUMBER", "FLOAT": "NUMBER", "PATH": "PATH"}


def page() -> str:
    """Every command with its arguments, options and an example."""
    group: Any = typer.main.get_command(app)
    intro = (
        "What `python -m monitoring COMMAND --help` says. Exit codes and the tidy frame are told in "
        "[command-line.md](../command-line.md)."
    )
    before = [_line(one) for one in group.params if one.name != "help"]
    lists = "\n".join(f"- [`{name}`](#{name}): {_said(one)[0]}" for name, one in group.commands.items())
    return "\n\n".join(
        [
            intro,
            lists,
            "## Before the command",
            "\n".join(before),
            *(_section(name, one) for name, one in group.commands.items()),
        ]
    )


def _said(command: Any) -> tuple[str, list[str]]:
    """What a command does, and its examples."""
    parts = [" ".join(part.split()) for part in str(command.help).split("\n\n")]
    examples = [part.removeprefix("Example: ") for part in parts if part.startswith("Example: ")]
    return " ".join(part for part in parts if not part.startswith("Example: ")), examples


def _section(name: str, command: Any) -> str:
    what, examples = _said(command)
    arguments = [one for one in command.params if not one.opts[0].startswith("-")]
    options = [one for one in command.params if one.opts[0].startswith("-") and one.name != "help"]
    needed = [f"{one.opts[0]} {_metavar(one)}" for one in options if one.required]
    words = [*map(_metavar, arguments), *needed, *(["[OPTIONS]"] if len(options) > len(needed) else [])]
    usage = " ".join([f"python -m monitoring {name}", *words])
    lines = [f"## `{name}`", what, f"`{usage}`"]
    if arguments or options:
        lines.append("\n".join(_line(one) for one in [*arguments, *options]))
    if examples:
        lines.append("```sh\n" + "\n".join(examples) + "\n```")
    return "\n\n".join(lines)


def _metavar(one: Any) -> str:
    return one.metavar or _words(one)


def _words(one: Any) -> str:
    kind = getattr(one.type_descriptor.annotation, "__name__", "text").upper()
    return _WORDS.get(kind, "TEXT")


def _line(one: Any) -> str:
    """An argument or an option in one line."""
    if not one.opts[0].startswith("-"):
        return f"- `{_metavar(one)}`{': ' + one.help if one.help else ''}"
    value = "" if one.is_flag else f" {_metavar(one)}"
    names = "/".join([*one.opts, *one.secondary_opts])
    facts = [one.help.rstrip(".") if one.help else ""]
    shown = one.show_default if isinstance(one.show_default, str) else one.default
    if one.required:
        facts.append("required")
    elif not one.is_flag and shown not in (None, ""):
        facts.append(f"default: `{shown}`")
    if one.envvar:
        facts.append(f"or the environment's `{one.envvar}`")
    return f"- `{names}{value}`: {'; '.join(fact for fact in facts if fact)}."
