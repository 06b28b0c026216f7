"""What the store says of a file and of a log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Receipt:
    """What became of a file.

    Attributes
    ----------
    file, kind : str
    rows, accepted, duplicates, rejected : int
    seconds : float
    known : bool
        Whether the very same content had been taken in before; then nothing was done.
    problem : str
        Why nothing of the file could be read, or empty.
    """

    file: str
    kind: str
    rows: int
    accepted: int
    duplicates: int
    rejected: int
    seconds: float
    known: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Span:
    """How far a model's log reaches: first and last profile key, and the newest instants in UTC."""

    first: dt.datetime | None
    last: dt.datetime | None
    data_until: dt.datetime | None
    labels_until: dt.datetime | None
    rows: int
