"""Changes of means between two samples, many at once: Student's and Welch's t tests from three moments.

A change keeps its variance and degrees of freedom, so that it can be compared with another one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Floats


@dataclass(frozen=True)
class Change:
    """Changes of means, their variances and degrees of freedom, each of one shape."""

    value: Floats
    variance: Floats
    freedom: Floats


def change(before: Floats, now: Floats) -> Change:
    """The change of the mean of each group, with the larger of Welch's and the pooled variance.

    Where few rows differ from the rest, the smaller sample often has no variance, and Welch's error is then
    hardly any size.

    Parameters
    ----------
    before, now : ndarray of shape (3, ...)
        Rows, sum and sum of squares; at least two rows.

    Returns
    -------
    Change
        Of shape (...).

    References
    ----------
    Welch, B. (1947). The generalization of Student's problem when several different population variances are
    involved. *Biometrika* 34.

    Examples
    --------
    >>> found = change(np.array([4.0, 4.0, 6.0]), np.array([4.0, 8.0, 18.0]))
    >>> float(found.value), round(float(found.variance), 4), float(found.freedom)
    (1.0, 0.3333, 6.0)
    """
    (n, first, _), (m, second, _) = before, now
    squares = [np.maximum(side[2] - side[1] ** 2 / side[0], 0.0) for side in (before, now)]
    parts = [squares[0] / (n - 1) / n, squares[1] / (m - 1) / m]
    welch, pooled = parts[0] + parts[1], (squares[0] + squares[1]) / (n + m - 2) * (1 / n + 1 / m)
    freedom = np.where(welch > pooled, _freedom(parts, [n - 1, m - 1]), n + m - 2)
    return Change(second / m - first / n, np.maximum(welch, pooled), freedom)


def difference(one: Change, other: Change) -> Change:
    """One change less another of other rows.

    Examples
    --------
    >>> half = Change(np.array(2.0), np.array(0.5), np.array(10.0))
    >>> found = difference(half, Change(np.array(0.5), np.array(0.5), np.array(10.0)))
    >>> float(found.value), float(found.variance), float(found.freedom)
    (1.5, 1.0, 20.0)
    """
    variances, freedoms = [one.variance, other.variance], [one.freedom, other.freedom]
    return Change(one.value - other.value, variances[0] + variances[1], _freedom(variances, freedoms))


def shifted(one: Change, by: Floats) -> Change:
    """A change less a constant that is known without error."""
    return Change(one.value - by, one.variance, one.freedom)


def clearness(one: Change) -> Floats:
    """The absolute t statistic; infinite for a change without any variance.

    Examples
    --------
    >>> clearness(Change(np.array([-3.0, 1.0, 0.0]), np.array([4.0, 0.0, 0.0]), np.array([5.0, 5.0, 5.0])))
    array([1.5, inf, 0. ])
    """
    size, some = np.abs(one.value), one.variance > 0
    ratio = size / np.sqrt(np.where(some, one.variance, 1.0))
    return np.where(some, ratio, np.where(size > 0, np.inf, 0.0))


def p_value(one: Change) -> Floats:
    """The two-sided p-value of no change.

    Examples
    --------
    >>> round(float(p_value(Change(np.array(2.228), np.array(1.0), np.array(10.0)))), 3)
    0.05
    """
    return 2 * special.stdtr(one.freedom, -clearness(one))


def _freedom(variances: list[Floats], freedoms: list[Floats]) -> Floats:
    """Degrees of freedom of a sum of variances (Satterthwaite)."""
    power = sum((v**2 / f for v, f in zip(variances, freedoms, strict=True)), np.zeros(()))
    total = sum(variances, np.zeros(()))
    return np.where(power > 0, total**2 / np.where(power > 0, power, 1.0), sum(freedoms, np.zeros(())))
