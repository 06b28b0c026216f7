"""The calibration of several chunks in words: too high or too low, over- or under-confident, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.performance.calibration import Calibration, Measured, excess, judged, together
from monitoring.performance.calibration_sums import parts
from monitoring.performance.judging import CODES, NUMBER
from monitoring.statistics.severity import AMBER, GREY, NAMES
from monitoring.statistics.shares import wilson
from monitoring.statistics.sums import ScoreSums
from monitoring.store.score_grids import CLASS, SCORE
from monitoring.windows import Window


@dataclass(frozen=True, eq=False)
class Told:
    """Some chunks of one output taken as one.

    Attributes
    ----------
    places : tuple of int
        Positions of the chunks, ascending.
    window : Window
        Keys from the first to the last of them.
    measured : Measured
        Without axes.
    status, reason : str
        Grey where a chunk is not final.
    sentence : str
        Plain text.
    """

    places: tuple[int, ...]
    window: Window
    measured: Measured
    status: str
    reason: str
    sentence: str


def told(found: Calibration, places: Sequence[int]) -> Told:
    """Measure, judge and describe some chunks as one.

    Parameters
    ----------
    found : Calibration
    places : sequence of int
        Positions of the chunks, ascending; at least one.
    """
    whole, one = found.assessment, together(found, places)
    status, reason = (int(part) for part in judged(one, found.reference, found.tolerance))
    if any(whole.maturity[place] != "final" for place in places):
        status, reason = GREY, NUMBER["immature"]
    window = Window(whole.keys[places[0]].start, whole.keys[places[-1]].stop)
    text = _sentence(found, one, status, CODES[reason]) + (
        _sureness(found, places) if status == AMBER and not found.subject.startswith(CLASS) else ""
    )
    return Told(tuple(places), window, one, NAMES[status], CODES[reason], text)


def _sentence(found: Calibration, one: Measured, status: int, reason: str) -> str:
    if status == GREY and reason == "immature":
        return "Labels of some of these days still come, so nothing is judged."
    if status == GREY:
        return f"Too few labels ({float(one.rows):,.0f}) to judge whether scores mean what they say."
    sizes = (
        f"they are off by {points(one.error.mean)} on average, where a perfect model is off by "
        f"{points(one.floor)} by chance and stays below {points(one.limit)}"
    )
    if status != AMBER and not reason:
        return f"Scores mean what they say: {sizes}."
    before = found.reference
    own = "" if before is None else f" In the reference they were off by {points(before.error.mean)}."
    if status != AMBER:
        beyond = points(max(float(excess(one, before)), 0.0))
        than = "" if before is None else " and what the reference shows"
        little = f", beyond chance{than} by {beyond}, less than the {points(found.tolerance)} that matter"
        return f"{_direction(one)}, but little: {sizes}{little}."
    return f"{_direction(one)}: {sizes}.{own}"


def _direction(one: Measured) -> str:
    """What is wrong, as the head of a sentence."""
    words, slope, ratio = str(one.words), float(one.line.slope), float(one.large.ratio)
    parts = []
    if "over-confident" in words:
        parts.append(f"over-confident, more extreme than what happens (slope {slope:.2f})")
    if "under-confident" in words:
        parts.append(f"under-confident, less extreme than what happens (slope {slope:.2f})")
    if "too high" in words or "too low" in words:
        side = "too high" if "too high" in words else "too low"
        parts.append(f"{side} ({ratio:.2f} times the events that come are expected)")
    return f"Scores are {' and '.join(parts)}" if parts else "Scores are off"


def sureness(found: Calibration, places: Sequence[int]) -> tuple[float, float, float]:
    """How sure the model is of the likelier answer, how often that comes true, and the half width of this.

    Parameters
    ----------
    found : Calibration
        Of the score of two classes, or of the largest probability of many.
    places : sequence of int
        Positions of the chunks.

    Returns
    -------
    tuple of three float
        Mean probability of the likelier answer, the share of rows in which it came true, and half of that
        share's 95 % interval.
    """
    fine = ScoreSums(*(part[list(places)].sum(axis=0) for part in parts(found.fine)))
    count = float(fine.rows.sum())
    other = (fine.score < fine.rows / 2) & (found.subject == SCORE)
    sure = float(np.where(other, fine.rows - fine.score, fine.score).sum())
    right = float(np.where(other, fine.rows - fine.positives, fine.positives).sum())
    interval = wilson(right, count)
    return sure / count, right / count, float(interval.upper - interval.lower) / 2


def _sureness(found: Calibration, places: Sequence[int]) -> str:
    """A sentence where the model is surer of its answers than they deserve, or less sure."""
    sure, right, half = sureness(found, places)
    if abs(sure - right) <= max(half, found.tolerance):
        return ""
    word = "over-confident" if sure > right else "under-confident"
    return (
        f" On average the likelier answer is given {100 * sure:.0f} % and is right in {100 * right:.0f} % of "
        f"the rows: the model is {word}."
    )


def points(value: object) -> str:
    """An average difference of probabilities, in percentage points.

    Examples
    --------
    >>> points(0.0532), points(0.0008)
    ('5.3 points', '0.08 points')
    """
    number = 100 * float(value)  # pyright: ignore[reportArgumentType]
    return f"{number:.1f} points" if number >= 1 else f"{number:.2g} points"
