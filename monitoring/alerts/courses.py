"""What a rule looks at: the colour of one thing, chunk by chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.statistics.severity import GREY, Codes


@dataclass(frozen=True, eq=False)
class Course:
    """Colours over time.

    Attributes
    ----------
    keys : tuple of datetime
        Profile keys at which chunks begin, oldest first.
    codes : ndarray of int8, of shape (chunks,)
        Single chunks, without any persistence; grey where nothing is known.
    """

    keys: tuple[dt.datetime, ...]
    codes: Codes

    def __len__(self) -> int:
        """How many chunks."""
        return len(self.keys)


def course(colours: Mapping[dt.datetime, int]) -> Course:
    """A course of colours by key, in any order.

    Examples
    --------
    >>> course({dt.datetime(2026, 1, 2): 2, dt.datetime(2026, 1, 1): 0}).codes
    array([0, 2], dtype=int8)
    """
    keys = tuple(sorted(colours))
    return Course(keys, np.array([colours[key] for key in keys], dtype=np.int8))


def laid(keys: Iterable[dt.datetime], codes: Iterable[int]) -> dict[dt.datetime, int]:
    """Colours by key."""
    return {key: int(code) for key, code in zip(keys, codes, strict=True)}


def without(found: Course, start: dt.datetime | None, stop: dt.datetime | None) -> Course:
    """A course in which chunks that begin inside a window say nothing.

    The reference is what is known to be healthy: an alert in it would be about the reference.

    Parameters
    ----------
    found : Course
    start, stop : datetime or None
        Keys, half-open; None leaves the course as it is.
    """
    if start is None or stop is None:
        return found
    inside = np.array([start <= key < stop for key in found.keys], dtype=bool)
    return Course(found.keys, np.where(inside, GREY, found.codes).astype(np.int8))
