"""Axes: round numbers and moments at which a reader expects a word."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """From values to pixels, upwards.

    Attributes
    ----------
    low, high : float
        The values at the lower and at the upper end.
    top, height : float
        Pixels.
    """

    low: float
    high: float
    top: float
    height: float

    def y(self, value: float) -> float:
        """How far down a value lies, in pixels; beyond the ends it is held at them."""
        share = (value - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - min(max(share, 0.0), 1.0))


def reach(
    parts: Sequence[np.ndarray | Sequence[float]],
    *,
    zero: bool = False,
    ends: tuple[float, float] | None = None,
) -> tuple[float, float]:
    """The round span that holds all finite values, never without any width.

    Parameters
    ----------
    parts : sequence of array_like of float
    zero : bool
        Whether zero belongs to it.
    ends : (low, high), optional
        Beyond which there are no values.

    Examples
    --------
    >>> reach([np.array([0.63, 0.79, np.nan])])
    (0.6, 0.8)
    >>> reach([[0.31]], zero=True)
    (0.0, 0.4)
    """
    known = np.concatenate([np.asarray(part, dtype=float).ravel() for part in parts] or [np.empty(0)])
    known = known[np.isfinite(known)]
    if zero:
        known = np.append(known, 0.0)
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if high - low < 1e-12 * max(abs(low), abs(high), 1e-300):
        room = abs(high) / 2 or 0.5
        low, high = low - (0.0 if zero and low >= 0 else room), high + room
    step = round_step((high - low) / 4)
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    if ends is not None:
        low, high = max(low, ends[0]), min(high, ends[1])
    return _short(low), _short(high)


def _short(value: float) -> float:
    """A number without the dust of binary fractions."""
    return float(f"{value:.12g}")


def round_step(width: float) -> float:
    """The next round number from a width on.

    Examples
    --------
    >>> round_step(0.04), round_step(0.021), round_step(130)
    (0.05, 0.025, 200.0)
    """
    size = 10.0 ** math.floor(math.log10(width))
    return next(size * step for step in _STEPS if size * step >= width * (1 - 1e-9))


def ticks(low: float, high: float, many: int = 4) -> list[float]:
    """Round values from a low to a high end.

    Examples
    --------
    >>> ticks(0.6, 0.8)
    [0.6, 0.65, 0.7, 0.75, 0.8]
    """
    step = round_step((high - low) / many)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return [_short((first + i) * step) for i in range(count)]


def per_cent(value: float) -> str:
    """A share on an axis.

    Examples
    --------
    >>> per_cent(0.8), per_cent(0.025)
    ('80 %', '2.5 %')
    """
    return f"{100 * value:.4g} %".replace("-", "−")


def plainly(value: float) -> str:
    """A round number on an axis.

    Examples
    --------
    >>> plainly(0.4), plainly(-20.0), plainly(1250000.0)
    ('0.4', '−20', '1,250,000')
    """
    size = abs(value)
    text = f"{value:,.0f}" if size >= 1000 and value == round(value) else f"{value:.6g}"
    return text.replace("-", "−")


def moments(start: dt.datetime, stop: dt.datetime, many: int = 4) -> list[tuple[float, str]]:
    """Where days are named on an axis of time, and how: shares of its length, and words.

    Parameters
    ----------
    start, stop : datetime
        Naive profile keys.
    many : int
        At most.

    Examples
    --------
    >>> [word for _, word in moments(dt.datetime(2013, 5, 3), dt.datetime(2013, 8, 1))]
    ['1 Jun', '1 Jul']
    >>> [word for _, word in moments(dt.datetime(2013, 7, 1), dt.datetime(2013, 7, 2))]
    ['00:00', '06:00', '12:00', '18:00']
    """
    length = stop - start
    if length <= dt.timedelta(days=2):
        step = length / many
        at = [start + step * i for i in range(many)]
        several = length > dt.timedelta(days=1)
        words = [f"{one.day} {one:%b %H:%M}" if several else f"{one:%H:%M}" for one in at]
        return [((one - start) / length, word) for one, word in zip(at, words, strict=True)]
    at = _months(start, stop)
    if len(at) > many:
        at = at[:: -(-len(at) // many)]
    if len(at) < 2:
        step = dt.timedelta(days=max(1, math.ceil(length.days / many)))
        day = dt.datetime(start.year, start.month, start.day)
        at = [day + step * i for i in range(many) if start <= day + step * i < stop]
    year = start.year != (stop - dt.timedelta(days=1)).year
    return [((one - start) / length, f"{one.day} {one:%b}{f' {one:%Y}' if year else ''}") for one in at]


def _months(start: dt.datetime, stop: dt.datetime) -> list[dt.datetime]:
    """The first days of months inside a span."""
    found, year, month = [], start.year, start.month
    while (first := dt.datetime(year, month, 1)) < stop:
        if first >= start:
            found.append(first)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
