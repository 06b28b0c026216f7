"""What a trial says of its shadow by now: the table of rules, and the guard of segments."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.paired.planning import rows_until

WORSE, BETTER, NOT_WORSE, COLLECT, UNDECIDED = (
    "worse",
    "better",
    "not_worse",
    "keep_collecting",
    "no_decision",
)
GUARD_ROWS = 500
"""Rows of a segment below which it cannot block a promotion."""


@dataclass(frozen=True)
class Verdict:
    """The answer of a trial.

    Attributes
    ----------
    code : str
        `WORSE` (stop), `BETTER` (promote), `NOT_WORSE` (promote if cheaper), `COLLECT` or `UNDECIDED`.
    rows_needed : float
        Rows still needed before it can be decided; 0 where it is, inf where no number would do.
    blocked : tuple of int
        Places of the segments that forbid a promotion.
    """

    code: str
    rows_needed: float = 0.0
    blocked: tuple[int, ...] = ()

    @property
    def promote(self) -> bool:
        """Whether nothing speaks against a promotion."""
        return self.code in (BETTER, NOT_WORSE) and not self.blocked


def verdict(
    gain: float, lower: float, upper: float, margin: float, *, rows: float, most: float, spread: float,
    planned: float, level: float = 0.95, blocked: tuple[int, ...] = (),
) -> Verdict:  # fmt: skip
    """Judge a trial by the confidence sequence of how much better the shadow is.

    Parameters
    ----------
    gain, lower, upper : float
        How much better the shadow is, and its interval; nan where too few rows are final.
    margin : float
        A loss that does not matter.
    rows, most : float
        Final rows so far, and after how many the trial ends undecided.
    spread : float
        Standard deviation of a row's difference, days that go together included.
    planned, level : float
        As the trial was registered.
    blocked : tuple of int
        From `guarded`.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If the margin is not positive.

    Examples
    --------
    >>> facts = dict(rows=4000, most=20_000, spread=0.3, planned=8000)
    >>> verdict(0.02, 0.004, 0.036, 0.01, **facts).code, verdict(-0.04, -0.06, -0.02, 0.01, **facts).code
    ('better', 'worse')
    >>> found = verdict(0.001, -0.018, 0.02, 0.01, **facts)
    >>> found.code, 2000 < found.rows_needed < 4000
    ('keep_collecting', True)
    """
    if not margin > 0:
        raise ValueError("the margin is a loss that does not matter, so it is above 0")
    if math.isfinite(lower) and math.isfinite(upper):
        if upper < -margin:
            return Verdict(WORSE)
        if lower > 0:
            return Verdict(BETTER, blocked=blocked)
        if lower > -margin:
            return Verdict(NOT_WORSE, blocked=blocked)
    if rows >= most:
        return Verdict(UNDECIDED)
    if not (math.isfinite(gain) and spread > 0):
        return Verdict(COLLECT, math.nan)
    # As seen from the gain found so far, the nearest of the three answers.
    wanted = max(abs(gain), gain + margin, -margin - gain)
    return Verdict(COLLECT, max(rows_until(wanted, spread, planned, level=level) - rows, 0.0))


def guarded(
    gain: ArrayLike, error: ArrayLike, rows: ArrayLike, margin: float, *, level: float = 0.95
) -> tuple[int, ...]:
    """The registered segments in which the shadow is too bad to be promoted.

    Parameters
    ----------
    gain, error, rows : array_like of shape (segments,)
        How much better the shadow is in each, its standard error and rows.
    margin : float
        A segment blocks where even the upper end of its interval loses more than twice as much.
    level : float
        Confidence of all segments together, shared out by Bonferroni's rule.

    Returns
    -------
    tuple of int
        Places of the segments that block.

    Examples
    --------
    >>> guarded([0.01, -0.08, -0.08], [0.005, 0.01, 0.01], [900, 900, 100], 0.01)
    (1,)
    """
    value, spread, n = (np.asarray(one, dtype=float) for one in (gain, error, rows))
    if not value.size:
        return ()
    reach = special.ndtri(1 - (1 - level) / value.size)
    bad = (n >= GUARD_ROWS) & (value + reach * spread < -2 * margin)
    return tuple(int(place) for place in np.flatnonzero(bad))
