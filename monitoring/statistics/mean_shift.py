"""How far a mean has moved between two samples, from sums, with Welch's interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.estimates import Estimate, mean_variance, some

Sums = tuple[ArrayLike, ArrayLike, ArrayLike]
"""Number of rows, sum of their values and of the squares of these, each of shape (...)."""


def mean_shift(reference: Sums, current: Sums, *, level: float = 0.95) -> Estimate:
    """Current mean less reference mean; the variances of the two samples may differ.

    Values may be counted from any common centre: where it lies far from them, digits are lost.

    Parameters
    ----------
    reference, current : (rows, sum, sum of squares)
        Arrays whose shapes broadcast.
    level : float
        Confidence.

    Returns
    -------
    Estimate
        ``n`` is the current sample's rows. The interval tells sampling error of independent rows alone; it is
        nan where a sample has fewer than two rows, and a point where neither sample varies.

    References
    ----------
    Welch, B. (1947). The generalization of Student's problem when several different population variances are
    involved. *Biometrika* 34.

    Examples
    --------
    >>> found = mean_shift((4, 10.0, 30.0), (3, 12.0, 50.0))
    >>> float(found.value), float(found.lower.round(3)), float(found.upper.round(3))
    (1.5, -0.732, 3.732)
    """
    n, m = (np.asarray(side[0], dtype=float) for side in (reference, current))
    before, now = (np.asarray(side[1], dtype=float) / some(side[0]) for side in (reference, current))
    a, b = (mean_variance(side[1], side[2], side[0]) for side in (reference, current))
    error = np.sqrt(a + b)
    half = error * special.stdtrit(_freedom(a, b, n, m), (1 + level) / 2)
    shift = now - before
    rows = np.broadcast_to(m, shift.shape)
    return Estimate(shift, shift - half, shift + half, error, rows, np.zeros(shift.shape))


def _freedom(a: Floats, b: Floats, n: Floats, m: Floats) -> Floats:
    """Welch's degrees of freedom of two variances of means; those of both samples where neither varies."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1))
    return np.where(a + b > 0, found, n + m - 2)
