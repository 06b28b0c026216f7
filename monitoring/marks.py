"""The four statuses as people meet them: always a word, a shape and a colour together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Mark:
    """How one status is shown.

    Attributes
    ----------
    word : str
        What it is called.
    shape : str
        A character that tells it apart without colour.
    badge : str
        The name of its colour in Streamlit's palette.
    meaning : str
        One sentence for a tooltip.
    """

    word: str
    shape: str
    badge: Literal["green", "orange", "red", "gray"]
    meaning: str


MARKS: dict[str, Mark] = {
    "green": Mark("Healthy", "●", "green", "Judged, and within its limits."),
    "amber": Mark("Watch", "▲", "orange", "Beyond a limit; look at it before it matters."),
    "red": Mark("Act", "■", "red", "Far beyond a limit; somebody should act."),
    "grey": Mark("Unknown", "○", "gray", "Not enough evidence to judge; never the same as healthy."),
}
# From the one to look at first to the one that can wait.
ORDER = ("red", "amber", "grey", "green")


def mark(status: str) -> Mark:
    """How a status is shown; one that is not known counts as grey.

    Examples
    --------
    >>> mark("amber").word, mark("amber").shape
    ('Watch', '▲')
    """
    return MARKS.get(status, MARKS["grey"])


def label(status: str) -> str:
    """A status as plain text, shape and word.

    Examples
    --------
    >>> label("red")
    '■ Act'
    """
    return f"{mark(status).shape} {mark(status).word}"
