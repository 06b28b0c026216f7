"""Sentences whose terms say what they mean when they are touched, focused or hovered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.formats import full
from monitoring.ui import explaining
from monitoring.ui.components.source import WORDS, component

_SENTENCES = component("sentences")


@dataclass(frozen=True)
class Line:
    """One sentence.

    Attributes
    ----------
    name : str
        What it is about, in bold before it; plain text.
    text : str
        Plain text.
    status : str
        Its mark goes first; empty for none.
    """

    name: str
    text: str
    status: str = ""


def sentences(lines: Sequence[Line], *, key: str, glossary: bool) -> None:
    """Draw sentences, one below the other, with their terms underlined.

    Parameters
    ----------
    lines : sequence of Line
    key : str
        Unique on the page.
    glossary : bool
        Whether there is a page of the glossary that an explanation can lead to.
    """
    shown = [
        {"name": _pieces(one.name), "text": _pieces(full(one.text)), "status": one.status} for one in lines
    ]
    asked = {
        piece[1] for line in shown for part in (line["name"], line["text"]) for piece in part if piece[1]
    }
    _SENTENCES(
        data={
            "lines": shown,
            "terms": {term: list(explaining.meaning(term)) for term in sorted(asked)},
            "marks": WORDS,
            "glossary": "glossary?term=" if glossary else "",
        },
        key=key,
        width="stretch",
        height="content",
    )


def _pieces(text: str) -> list[tuple[str, str]]:
    return [(piece.text, piece.term) for piece in explaining.pieces(text)]
