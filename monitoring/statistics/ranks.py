"""The Mann-Whitney test: whether current values tend to be larger than those of the reference."""

from __future__ import annotations

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, Interval, Outcome, paired, shares, summed
from monitoring.statistics.gaps import middles
from monitoring.statistics.intervals import folded, unanimous
from monitoring.statistics.registry import ORDERED, Law, Null, drift_method


def superiority(reference: Counts, current: Counts) -> Floats:
    """The chance that a current value is the larger one of a pair, ties counting half, minus one half.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)
        From -1/2 to 1/2; positive when values rise.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    Examples
    --------
    >>> float(superiority([1, 1, 1, 1], [0, 0, 2, 2]))
    0.25
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    return summed(q * middles(p)) - 0.5


def mann_whitney_test(reference: Counts, current: Counts) -> Outcome:
    """Mann-Whitney test, two-sided, corrected for ties and for continuity.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    Outcome
        ``statistic`` is U of the current rows; both as `scipy.stats.mannwhitneyu(current, reference,
        method="asymptotic")` on the rows, where a bin holds one value; but where all values are
        tied there is nothing to test, and p is nan instead of 1.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Mann, H. and Whitney, D. (1947). On a test of whether one of two random variables is stochastically larger
    than the other. *Annals of Mathematical Statistics* 18.

    Examples
    --------
    >>> test = mann_whitney_test([10, 10, 10, 10], [2, 8, 12, 18])
    >>> float(test.statistic.round(4)), float(test.p_value.round(4))
    (1060.0, 0.0093)
    """
    r, c = paired(reference, current)
    n, m = summed(r), summed(c)
    pairs = n * m
    u = (superiority(r, c) + 0.5) * pairs
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(pairs / 12 * (n + m + 1) * _untied(r, c, exact=True))
        z = (np.maximum(u, pairs - u) - pairs / 2 - 0.5) / np.where(deviation > 0, deviation, np.nan)
    # Where all values are tied there is nothing to test; where the correction overshoots, p is 1.
    return Outcome(u, np.minimum(2 * special.ndtr(-z), 1.0))


def mann_whitney_bound(reference: Counts, current: Counts, **_: object) -> Floats:
    """The largest value that rows in these bins can have: inside a bin one side may come first.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)
        At most `mann_whitney` plus half the chance of sharing a bin.

    Examples
    --------
    >>> float(mann_whitney_bound([1, 1, 1, 1], [0, 0, 2, 2]))
    0.375
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    return np.abs(superiority(reference, current)) + summed(p * q) / 2


def _adjust(reference: Counts, current: Counts) -> Floats:
    """Twelve times the inverse of the share of pairs that are not tied."""
    untied = _untied(*paired(reference, current))
    return 12 / np.where(untied > 0, untied, np.nan)


def _untied(r: Floats, c: Floats, *, exact: bool = False) -> Floats:
    """The factor by which ties shrink the variance; exact for N rows, or its limit for many."""
    tied = r + c
    total = summed(tied)
    with np.errstate(invalid="ignore", divide="ignore"):
        if exact:
            return 1 - summed(tied**3 - tied) / (total**3 - total)
        return 1 - summed((tied / total[..., None]) ** 3)


def _interval(reference: Counts, current: Counts, *, level: float = 0.95) -> Interval:
    """By DeLong's variance, each row's own chance of being the larger one.

    Where all pairs agree that variance is 0 and says nothing: the interval then is the exact one of as many
    independent pairs as the smaller side has rows, as in `monitoring.statistics.auc`.
    """
    r, c = paired(reference, current)
    p, q = shares(r), shares(c)
    below, above = middles(p), 1 - middles(q)
    n, m = summed(r), summed(c)
    value = superiority(r, c)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = (summed(q * below**2) - summed(q * below) ** 2) / np.where(m > 1, m - 1, np.nan)
        second = (summed(p * above**2) - summed(p * above) ** 2) / np.where(n > 1, n - 1, np.nan)
        found = folded(value, np.sqrt(np.maximum(first + second, 0.0)), level=level)
        sure = np.maximum(unanimous(np.minimum(n, m), level=level) - 0.5, 0.0)
    agree = np.isfinite(found.lower) & (np.abs(value) > 0.5 - 1e-12)
    return Interval(np.where(agree, sure, found.lower), np.minimum(found.upper, 0.5))


@drift_method(
    "Mann-Whitney, as chance of being larger",
    short="Mann-Whitney",
    unit="share of pairs beyond one half",
    kinds=ORDERED,
    bins="grid",
    levels=(0.0407, 0.0905, 0.1416),
    laws=(Law.SYMMETRIC, Law.MONOTONE, Law.OUTLIER_PROOF, Law.BOUNDED, Law.DIRECTION),
    null=Null("chi_square", 1.0, freedom=1, adjust=_adjust),
    test=mann_whitney_test,
    signed=superiority,
    interval=_interval,
    bound=mann_whitney_bound,
)
def mann_whitney(reference: Counts, current: Counts) -> Floats:
    """How far the chance that a current value is the larger one lies from one half.

    It is the area under the ROC curve of the value as a classifier between the samples, minus one half. It
    sees that values rose or fell, and nothing of a distribution that only became wider.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)
        From 0 to 1/2.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Mann, H. and Whitney, D. (1947). On a test of whether one of two random variables is stochastically larger
    than the other. *Annals of Mathematical Statistics* 18.

    Examples
    --------
    >>> float(mann_whitney([1, 1, 1, 1], [2, 2, 0, 0]))
    0.25
    """
    return np.abs(superiority(reference, current))
