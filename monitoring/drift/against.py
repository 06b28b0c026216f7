"""What chunks are compared with: a fixed reference, trailing chunks, the same weekday, a version's days.

The frozen bins always come from the model's own reference; this chooses whose counts a chunk is held against.
It is written as one word, which is the value in an address and on the command line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitoring.models import Model

Form = Literal["fixed", "rolling", "weekday", "version"]

MOST = 250_000  # chunks or weeks: more than a log can hold


class AgainstError(ValueError):
    """A reference that was asked for and that there is not; the message says what can be asked for."""


@dataclass(frozen=True)
class Against:
    """One way to choose the reference of a chunk.

    Attributes
    ----------
    form : {'fixed', 'rolling', 'weekday', 'version'}
    chunks, gap : int
        Of a rolling reference: how many chunks, and how many are left out between them and the judged one.
    weeks : int
        Of the same weekday: how many weeks back.
    version : str
        Whose own days are taken.
    since : datetime or None
        Of a reference that moves: key before which there is no history, though the profile has rows there;
        those of a reference file.
    """

    form: Form = "fixed"
    chunks: int = 28
    gap: int = 0
    weeks: int = 8
    version: str = ""
    since: dt.datetime | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """The word that chooses it.

        Examples
        --------
        >>> Against("rolling", chunks=14, gap=7).key, Against("weekday").key, Against().key
        ('rolling 14 gap 7', 'weekday 8', 'fixed')
        """
        return {
            "fixed": "fixed",
            "rolling": f"rolling {self.chunks}" + (f" gap {self.gap}" if self.gap else ""),
            "weekday": f"weekday {self.weeks}",
            "version": f"version {self.version}",
        }[self.form]

    @property
    def moves(self) -> bool:
        """Whether every chunk has a reference of its own."""
        return self.form in ("rolling", "weekday")

    def words(self, chunk: str = "1 day") -> str:
        """What it is, in a sentence about one chunk; empty where the days of the reference say it.

        Examples
        --------
        >>> Against("rolling", chunks=28, gap=7).words()
        'the 28 days before, 7 left out between'
        >>> Against("weekday").words()
        'the same weekday of the 8 weeks before'
        >>> Against("rolling", chunks=1).words("7 days")
        'the chunk of 7 days before'
        """
        if self.form == "rolling":
            one, many = {"1 day": ("day", "days"), "1 hour": ("hour", "hours")}.get(
                chunk, (f"chunk of {chunk}", f"chunks of {chunk}")
            )
            left = f", {self.gap} left out between" if self.gap else ""
            return f"the {one if self.chunks == 1 else f'{self.chunks} {many}'} before{left}"
        if self.form == "weekday":
            hour = " and hour" if chunk == "1 hour" else ""
            weeks = "week" if self.weeks == 1 else f"{self.weeks} weeks"
            return f"the same weekday{hour} of the {weeks} before"
        return f"the own days of version {self.version}" if self.form == "version" else ""


CONSECUTIVE = Against("rolling", chunks=1)
"""The chunk just before: how fast things move, whatever they were long ago."""


def own(model: Model) -> Against:
    r"""What a model's file chooses; more than a log can hold is as much as one can hold.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> own(parse('name = "churn"\ntask = "binary"')).key
    'fixed'
    """
    reference = model.reference
    if reference is None:
        return Against()
    return Against(
        reference.kind,
        chunks=min(reference.chunks, MOST),
        gap=min(reference.gap, MOST),
        weeks=min(reference.weeks, MOST),
    )


def parsed(text: str, model: Model) -> Against:
    r"""A reference from its word.

    Parameters
    ----------
    text : str
        ``fixed``, ``rolling``, ``rolling:CHUNKS``, ``rolling:CHUNKS:GAP``, ``weekday``, ``weekday:WEEKS`` or
        ``version:NAME``, or the same with spaces, as `Against.key` writes it; empty for the model's own.
        ``rolling`` and ``weekday`` alone take their numbers from the model's file. Chunks without a gap have
        none, so that a word means the same in every model.
    model : Model

    Raises
    ------
    AgainstError
        If there is no such reference.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> model = parse('name = "churn"\ntask = "binary"')
    >>> parsed("rolling:14", model)
    Against(form='rolling', chunks=14, gap=0, weeks=8, version='')
    >>> parsed("yesterday", model)
    Traceback (most recent call last):
    monitoring.drift.against.AgainstError: no reference 'yesterday'; there are fixed, rolling:CHUNKS:GAP, ...
    """
    usual = own(model)
    if not text:
        return usual
    if text == "fixed":
        return Against()
    if text == "rolling":
        return Against("rolling", chunks=usual.chunks, gap=usual.gap)
    if text == "weekday":
        return Against("weekday", weeks=usual.weeks)
    form, rest = (*re.split("[ :]", text, maxsplit=1), "")[:2]
    if form == "version" and rest in _versions(model):
        return Against("version", version=rest)
    numbers = _numbers(rest)
    if form == "rolling" and numbers:
        return Against("rolling", chunks=numbers[0], gap=numbers[1])
    if form == "weekday" and numbers and rest.isdecimal():
        return Against("weekday", weeks=numbers[0])
    known = ", ".join(f"version:{name}" for name in _versions(model))
    raise AgainstError(f"no reference {text!r}; there are fixed, rolling:CHUNKS:GAP, weekday:WEEKS, {known}")


def _numbers(text: str) -> tuple[int, int] | None:
    """How many chunks or weeks, at least one, and the gap; None where that is not what is written."""
    found = re.fullmatch(r"([0-9]{1,6})(?:(?::| gap )([0-9]{1,6}))?", text)
    chunks, gap = (int(part or 0) for part in found.groups()) if found else (0, 0)
    return (chunks, gap) if 1 <= chunks <= MOST and gap <= MOST else None


def options(model: Model) -> Sequence[str]:
    r"""The words that a page offers, the model's own first.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> options(parse('name = "churn"\ntask = "binary"'))
    ('fixed', 'rolling 28', 'rolling 28 gap 7', 'weekday 8', 'version champion')
    """
    usual = own(model)
    every = [
        usual,
        Against(),
        Against("rolling", usual.chunks, usual.gap),
        Against("rolling", usual.chunks, 7),
        Against("weekday", weeks=usual.weeks),
        *(Against("version", version=name) for name in _versions(model)),
    ]
    return tuple(dict.fromkeys(one.key for one in every))


def _versions(model: Model) -> tuple[str, ...]:
    return tuple(dict.fromkeys((model.versions.champion, *model.versions.shadows, *model.columns.scores)))
