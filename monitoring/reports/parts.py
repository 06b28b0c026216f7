"""What a report is put together from: sections of words, pictures and tables, before any of it is HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitoring.reports.svg import Element


@dataclass(frozen=True)
class Badge:
    """A status in a table: its mark and its word.

    Attributes
    ----------
    status : str
    word : str
        What it is called here; its own word by default.
    """

    status: str
    word: str = ""


Cell = str | Element | Badge


@dataclass(frozen=True)
class Figure:
    """A picture with its heading.

    Attributes
    ----------
    title, caption : str
        Plain text.
    drawing : Element
    legend : sequence of (class, word)
        What its colours mean.
    broad : bool
        Whether it takes the whole width.
    """

    title: str
    drawing: Element
    caption: str = ""
    legend: Sequence[tuple[str, str]] = ()
    broad: bool = False


@dataclass(frozen=True)
class Table:
    """A table; on a narrow page its rows become small cards.

    Attributes
    ----------
    title : str
        Plain text.
    head : tuple of str
        Names of the columns.
    rows : sequence of tuple of Cell
    """

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


@dataclass(frozen=True)
class Section:
    """One question, its answer, and what it rests on.

    Attributes
    ----------
    key : str
        Its address in the document.
    title, question : str
    status : str
        Empty where nothing is judged.
    word : str
        What the status is called here; its own word by default.
    sentence : str
        The answer; plain text.
    words : sequence of str
        More of it, a paragraph each; plain text.
    figures : sequence of Figure
    tables : sequence of Table
    terms : sequence of str
        Keys of the glossary that it uses.
    """

    key: str
    title: str
    question: str
    status: str = ""
    word: str = ""
    sentence: str = ""
    words: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    terms: Sequence[str] = field(default=())
