"""Several versions against one: which are better, all intervals holding together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats


@dataclass(frozen=True)
class Ranked:
    """Gains of several versions, every array of shape (versions,).

    Attributes
    ----------
    lower, upper : ndarray
        Intervals that all hold together with the stated confidence.
    order : ndarray of int
        Versions by falling gain; unknown ones last.
    level : float
        Confidence of each interval alone.
    """

    lower: Floats
    upper: Floats
    order: np.ndarray
    level: float


def ranked(gain: ArrayLike, error: ArrayLike, *, level: float = 0.95) -> Ranked:
    """Rank versions by gain.

    Confidence is shared out by Bonferroni's rule: it holds however the versions' gains go together, also
    where they were measured on different days, for which their covariance is not known; with the two or three
    shadows that a champion has it costs a tenth of the width at most.

    Parameters
    ----------
    gain, error : array_like of shape (versions,)
        How much better each is than the champion, and its standard error; nan where unknown.
    level : float
        Confidence of all together.

    References
    ----------
    Dunn, O. (1961). Multiple comparisons among means. *JASA* 56.

    Examples
    --------
    >>> found = ranked([0.01, 0.03], [0.01, 0.01])
    >>> found.order.tolist(), found.lower.round(4).tolist()
    ([1, 0], [-0.0124, 0.0076])
    """
    value, spread = (np.asarray(one, dtype=float) for one in (gain, error))
    known = int(np.isfinite(value).sum())
    each = 1 - (1 - level) / max(known, 1)
    half = special.ndtri((1 + each) / 2) * spread
    return Ranked(
        value - half, value + half, np.argsort(-np.nan_to_num(value, nan=-np.inf), kind="stable"), each
    )
