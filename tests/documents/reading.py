"""Documents as the tests read them: their blocks of code, their links and their headings."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/*.md")])
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE
)


def name(path: Path) -> str:
    """A document's path from the root, for the names of tests."""
    return path.relative_to(ROOT).as_posix()


def text(path: str | Path) -> str:
    """A document; a path that is not absolute begins at the root."""
    return (ROOT / path).read_text("utf-8")


def blocks(path: str | Path, language: str) -> list[str]:
    """The fenced blocks of a language, those inside lists without their indent."""
    return [
        textwrap.dedent(found["body"])
        for found in _FENCE.finditer(text(path))
        if found["language"] == language
    ]


def prose(path: str | Path) -> str:
    """A document without its blocks and spans of code, where nothing is a link or a heading."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text(path)))


def anchors(path: str | Path) -> set[str]:
    """What a link may name after ``#``: headings as GitHub names them, and anchors of their own."""
    body = _FENCE.sub("", text(path))
    found = {slug(line) for line in re.findall(r"^#{1,6} (.+)$", body, re.MULTILINE)}
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)">', body))


def slug(heading: str) -> str:
    """A heading as GitHub names its anchor.

    Examples
    --------
    >>> slug("The `psi`, in words: 1 - 2")
    'the-psi-in-words-1---2'
    """
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return kept.replace(" ", "-")


def links(path: str | Path) -> list[str]:
    """Where a document's links lead, pictures included; links out of the project are left out."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(path))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def commands(path: str | Path) -> Iterator[str]:
    """The lines of a document's shell blocks, continued ones joined, comments and loops left out."""
    for block in blocks(path, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()
