"""What a check says of every feature in every chunk, and what every check needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring import reasons
from monitoring.drift.layouts import Layout
from monitoring.drift.sides import Side
from monitoring.drift.spans import Spans, Timeline
from monitoring.models import Model
from monitoring.statistics import Method
from monitoring.statistics.arrays import Floats
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.severity import Codes

CODES = ("", *reasons.REASONS)
"""Reason codes by number, as they stand in `Scores.reason`."""
FALSE_DISCOVERIES = 0.05
NUMBER = {code: number for number, code in enumerate(CODES)}
_STABILITY_FLOOR = 0.02


@dataclass(frozen=True)
class Context:
    """What every check needs to know.

    ``layout`` tells where references lie, ``complete`` whether each chunk was over, ``first`` is the first
    position with data, ``spans`` are the chunks and ``shown`` which of the timeline's chunks these are.
    """

    model: Model
    line: Timeline
    layout: Layout
    complete: NDArray[np.bool_]
    first: int
    spans: Spans
    shown: slice
    intervals: bool = True


@dataclass(frozen=True)
class Scores:
    """One check of every feature in every chunk; arrays of shape (features, chunks) unless said otherwise.

    Attributes
    ----------
    spans : Spans
        What each chunk's number looks at.
    defined : ndarray of bool, shape (features,)
        Features for whose kind the check exists.
    value, lower, upper, effect, statistic, p_value, noise_floor, limit, rows : ndarray
        As in the tidy frame; what is not known is nan.
    before : ndarray
        The share in the reference; nan for distances.
    amber, red : ndarray of shape (features,)
        Where the colours start, on the value's scale; for shares as a rise over the reference.
    status, reason : ndarray of int8
        Colour, and number of the reason in `CODES`.
    """

    spans: Spans
    defined: NDArray[np.bool_]
    value: Floats
    lower: Floats
    upper: Floats
    effect: Floats
    statistic: Floats
    p_value: Floats
    noise_floor: Floats
    limit: Floats
    rows: Floats
    before: Floats
    amber: Floats
    red: Floats
    status: Codes
    reason: Codes


def effect_floor(method: Method, stability_floor: float) -> float:
    """A method's effect floor where the model's file moves that of the stability index.

    The stability index grows with the square of a shift, the distances with the shift itself.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> effect_floor(METHODS["jensen_shannon"], 0.08)
    0.12
    """
    return method.levels.floor * (stability_floor / _STABILITY_FLOOR) ** (1 / method.power)


def discovery_rate(p_value: Floats, counted: NDArray[np.bool_]) -> Floats:
    """False discovery rates by chunk; excluded features are not in the family of the others."""
    rate = benjamini_hochberg(p_value, axis=0)
    if not counted.all():
        rate[counted] = benjamini_hochberg(p_value[counted], axis=0)
    return rate


def counted(model: Model, sides: Sequence[Side]) -> NDArray[np.bool_]:
    """Which features count for the model's verdict, side by side."""
    return np.array([name not in model.exclude for one in sides for name in one.features], dtype=bool)
