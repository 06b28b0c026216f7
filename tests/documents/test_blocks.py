"""Every command, block of code and link of every document is one that works."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from monitoring.cli import app
from tests.documents.reading import DOCUMENTS, ROOT, anchors, blocks, commands, links, name, text

EVERY_DOCUMENT = pytest.mark.parametrize("path", DOCUMENTS, ids=name)
# Programs of others that documents call; what they are asked for is not ours to check.
OTHERS = {
    "caddy",
    "case",
    "curl",
    "esac",
    "export",
    "flock",
    "mail",
    "pip",
    "printf",
    "uvicorn",
    "streamlit",
    "cd",
}
TARGETS = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
CLI = typer.main.get_command(app)


def ours(line: str) -> list[list[str]]:
    """What follows ``python -m monitoring`` in a line of a shell, for each time that it is called."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    calls: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|&;<>()"):
            calls.append([])
        else:
            calls[-1].append(word)
    return [part[place + 2 :] for part in calls for place in places(part)]


def places(words: list[str]) -> list[int]:
    return [at for at in range(len(words) - 1) if words[at : at + 2] == ["-m", "monitoring"]]


def parsed(arguments: list[str]) -> str:
    """The command that arguments name, read as the command line reads them, but not run."""
    context = CLI.make_context("monitoring", list(arguments))
    rest = [*context._protected_args, *context.args]
    if len(rest) == 1 and rest[0] in CLI.commands:  # type: ignore[attr-defined]
        return rest[0]  # a command that is only named
    found, command, given = CLI.resolve_command(context, rest)  # type: ignore[attr-defined]
    assert command is not None
    command.make_context(found, given, parent=context)
    return found


def spans(path: Path) -> list[str]:
    """Commands of ours that stand inside sentences and in indented blocks."""
    said = re.findall(r"`(python -m monitoring [^`\n]+)`", text(path))
    return said + re.findall(r"^ {4}(python -m monitoring .+)$", text(path), re.MULTILINE)


@EVERY_DOCUMENT
def test_every_command_of_ours_is_one_with_arguments_that_it_takes(path: Path) -> None:
    for line in [*commands(path), *spans(path)]:
        for arguments in ours(line):
            if arguments and not arguments[0].isupper():
                parsed([one for one in arguments if one not in ("...", "·", "[OPTIONS]")])


def test_a_command_that_is_not_there_or_has_another_option_is_found() -> None:
    assert parsed(["show", "drift", "flights", "--start", "2013-07-01"]) == "show"
    with pytest.raises(Exception, match="No such command"):
        parsed(["shew", "drift", "flights"])
    with pytest.raises(Exception, match="No such option"):
        parsed(["show", "drift", "flights", "--begin", "2013-07-01"])
    with pytest.raises(Exception, match="Missing parameter"):
        parsed(["show", "drift"])
    assert ours("cd /srv && python -m monitoring check churn --strict >> log || mail") == [
        ["check", "churn", "--strict"]
    ]


@EVERY_DOCUMENT
def test_every_other_line_of_a_shell_is_a_target_of_ours_or_a_program_that_is_known(path: Path) -> None:
    for line in commands(path):
        words = re.sub(r"^(?:[*/\d]+ ){2}\* \* \* ", "", re.sub(r"^[A-Z_]+=\S+ ", "", line)).split()
        program = words[0].rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
        if program == "make":
            assert words[1] in TARGETS, line
        elif program == "python":
            assert words[1] == "-m" or (ROOT / words[1]).exists(), line
        else:
            assert program in OTHERS or re.match(r"^[\d*]+\)", words[0]), line


@EVERY_DOCUMENT
def test_every_block_of_python_compiles_and_imports_what_is_there(path: Path) -> None:
    for block in blocks(path, "python"):
        for node in ast.walk(ast.parse(block, str(path))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("monitoring"):
                module = importlib.import_module(node.module or "")
                for one in node.names:
                    assert hasattr(module, one.name) or importlib.import_module(f"{node.module}.{one.name}")


@EVERY_DOCUMENT
def test_every_block_of_toml_can_be_read(path: Path) -> None:
    for block in blocks(path, "toml"):
        tomllib.loads(block)


@EVERY_DOCUMENT
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(path: Path) -> None:
    for target in links(path):
        file, _, anchor = target.partition("#")
        there = path if not file else (path.parent / file).resolve()
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


def test_every_document_can_be_reached_from_the_readme() -> None:
    known, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path not in known and path.suffix == ".md":
            known.add(path)
            there = [(path.parent / target.partition("#")[0]).resolve() for target in links(path)]
            waiting += [one for one in there if one.is_file()]
            waiting += [one for folder in there if folder.is_dir() for one in folder.glob("*.md")]
    assert {name(path) for path in DOCUMENTS} == {name(path) for path in known}
