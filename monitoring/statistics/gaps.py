"""Gaps between two cumulative distributions: the largest, and the mean square.

All take counts over bins in ascending order of value. They are exact where every bin holds one value, as for
features of few values; otherwise they see the gap at the bins' edges or middles, and a bound says how large
it may be between them.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, Outcome, paired, shares, summed
from monitoring.statistics.kolmogorov import kolmogorov_p_value
from monitoring.statistics.registry import ORDERED, Law, Null, drift_method

GAP_LAWS = (Law.SYMMETRIC, Law.MONOTONE, Law.OUTLIER_PROOF)


def kolmogorov_smirnov_bound(reference: Counts, current: Counts, **_: object) -> Floats:
    """The largest Kolmogorov-Smirnov distance that rows in these bins can have.

    Inside a bin the order of the rows is unknown; at worst all current rows of the bin come before all
    reference rows, or the other way round.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)
        At least `kolmogorov_smirnov`, and at most that plus the largest share in one bin.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    Examples
    --------
    >>> float(kolmogorov_smirnov_bound([1, 1, 1, 1], [0, 0, 2, 2]))
    0.75
    """
    return widest(*(shares(counts) for counts in paired(reference, current))).max(axis=-1)


def kolmogorov_smirnov_test(reference: Counts, current: Counts, *, exact: bool = False) -> Outcome:
    """Two-sample Kolmogorov-Smirnov test; conservative where values repeat.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.
    exact : bool
        As in `monitoring.statistics.kolmogorov.kolmogorov_p_value`.

    Returns
    -------
    Outcome
        The statistic is the distance itself; the p-value that of `scipy.stats.ks_2samp(method="asymp")`.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    Examples
    --------
    >>> float(kolmogorov_smirnov_test([10, 10, 10, 10], [2, 8, 12, 18], exact=True).p_value.round(4))
    0.1376
    """
    r, c = paired(reference, current)
    gap = kolmogorov_smirnov(r, c)
    n, m = summed(r), summed(c)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = n * m / (n + m)
    return Outcome(gap, kolmogorov_p_value(gap, rows, exact=exact))


def _kolmogorov_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = (shares(counts) for counts in paired(reference, current))
    gap = np.cumsum(p - q, axis=-1)
    at = np.argmax(np.abs(np.nan_to_num(gap)), axis=-1)[..., None]
    twice = 2 * np.take_along_axis(gap, at, axis=-1)
    before = np.where(np.arange(gap.shape[-1]) <= at, twice, 0.0)
    return before, -before


@drift_method(
    "Kolmogorov-Smirnov distance",
    short="KS distance",
    unit="share of rows",
    kinds=ORDERED,
    bins="grid",
    levels=(0.0576, 0.1285, 0.2024),
    laws=(*GAP_LAWS, Law.BOUNDED),
    null=Null("kolmogorov"),
    test=kolmogorov_smirnov_test,
    influence=_kolmogorov_influence,
    bound=kolmogorov_smirnov_bound,
)
def kolmogorov_smirnov(reference: Counts, current: Counts) -> Floats:
    """Kolmogorov-Smirnov distance: the largest gap between two cumulative distributions.

    Exact where every bin holds one value; otherwise the gap at the bins' edges, which the gap on the rows
    exceeds by at most what `kolmogorov_smirnov_bound` says.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Hodges, J. (1958). The significance probability of the Smirnov two-sample test. *Arkiv för Matematik* 3.

    Examples
    --------
    >>> float(kolmogorov_smirnov([1, 1, 1, 1], [0, 0, 2, 2]))
    0.5
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    return np.abs(np.cumsum(p - q, axis=-1)).max(axis=-1)


def cramer_von_mises_test(reference: Counts, current: Counts) -> Outcome:
    """Two-sample Cramér-von Mises test on midranks, with its limiting law.

    The textbook's formula, for rows that hardly repeat. It takes ties for differences, so that it is no test
    of bins or of a feature of few values; there the limits use a simulated law of the distance instead.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    Outcome
        As `scipy.stats.cramervonmises_2samp(method="asymptotic")` on the rows, where a bin holds one value.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Anderson, T. (1962). On the distribution of the two-sample Cramér-von Mises criterion. *Annals of
    Mathematical Statistics* 33.

    Examples
    --------
    >>> test = cramer_von_mises_test([10, 10, 10, 10], [2, 8, 12, 18])
    >>> float(test.statistic.round(4)), float(test.p_value.round(4))
    (0.7125, 0.0118)
    """
    r, c = paired(reference, current)
    n, m = summed(r), summed(c)
    both = r + c
    rank = np.cumsum(both, axis=-1) - both + (both + 1) / 2
    total = n + m
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = n * _rank_squares(rank, r) + m * _rank_squares(rank, c)
        statistic = squares / (n * m * total) - (4 * n * m - 1) / (6 * total)
        mean = (1 + 1 / total) / 6
        variance = (total + 1) * (4 * m * n * total - 3 * (m**2 + n**2) - 2 * m * n)
        variance = variance / (45 * total**2 * 4 * m * n)
        standard = 1 / 6 + (statistic - mean) / np.sqrt(45 * variance)
    return Outcome(statistic, 1 - _cramer_von_mises_law(standard))


def cramer_von_mises_bound(reference: Counts, current: Counts, **_: object) -> Floats:
    """The largest Cramér-von Mises distance that rows in these bins can have.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> float(cramer_von_mises_bound([1, 1, 1, 1], [0, 0, 2, 2]).round(3))
    0.586
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    return np.sqrt(summed(widest(p, q) ** 2 * (p + q) / 2))


def _cramer_von_mises_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = (shares(counts) for counts in paired(reference, current))
    gap, weight = middles(p) - middles(q), (p + q) / 2
    through = after(2 * weight * gap)
    return gap**2 / 2 + through, gap**2 / 2 - through


@drift_method(
    "Cramér-von Mises distance",
    short="CvM distance",
    unit="share of rows, at most 0.58",
    kinds=ORDERED,
    bins="grid",
    levels=(0.0437, 0.0973, 0.1527),
    laws=(*GAP_LAWS, Law.BOUNDED),
    test=cramer_von_mises_test,
    influence=_cramer_von_mises_influence,
    bound=cramer_von_mises_bound,
)
def cramer_von_mises(reference: Counts, current: Counts) -> Floats:
    """Cramér-von Mises distance: the root mean square gap between two cumulative distributions.

    The mean is over both samples with equal weight, and values that share a bin count half, so that neither
    the number of rows nor ties set the scale.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)
        From 0 (equal shares) to 0.577 (all of one sample below the other, in many bins).

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Anderson, T. (1962). On the distribution of the two-sample Cramér-von Mises criterion. *Annals of
    Mathematical Statistics* 33.

    Examples
    --------
    >>> float(cramer_von_mises([1, 1, 1, 1], [0, 0, 2, 2]).round(4))
    0.2795
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    return np.sqrt(summed((middles(p) - middles(q)) ** 2 * (p + q) / 2))


def _rank_squares(rank: Floats, counts: Floats) -> Floats:
    """Sum over a sample's rows of (pooled midrank - own position) squared."""
    own = np.cumsum(counts, axis=-1) - counts + (counts + 1) / 2
    return summed(counts * (rank - own) ** 2 + (counts**3 - counts) / 12)


def _cramer_von_mises_law(x: Floats) -> Floats:
    """The limiting distribution function of the criterion (Csörgő and Faraway 1996, equation 1.2)."""
    at = np.clip(np.nan_to_num(x), 1e-4, 30.0)  # beyond, the probability to be larger is 0 to a double
    total = np.zeros_like(at)
    for k in range(int(np.sqrt(300 * at.max(initial=1.0)) / 4) + 2):
        lead = np.exp(special.gammaln(k + 0.5) - special.gammaln(k + 1)) / np.pi**1.5
        q = (4 * k + 1) ** 2 / (16 * at)
        total += lead * np.sqrt((4 * k + 1) / at) * np.exp(-2 * q) * special.kve(0.25, q)
    return np.where(np.isnan(x), np.nan, np.clip(total, 0.0, 1.0))


def middles(share: Floats) -> Floats:
    """Cumulative share up to the middle of each bin.

    Examples
    --------
    >>> middles(np.array([0.5, 0.5]))
    array([0.25, 0.75])
    """
    return np.cumsum(share, axis=-1) - share / 2


def after(terms: Floats) -> Floats:
    """Sum of the terms behind each bin, its own by half.

    Examples
    --------
    >>> after(np.array([2.0, 4.0]))
    array([5., 2.])
    """
    return summed(terms)[..., None] - np.cumsum(terms, axis=-1) + terms / 2


def widest(p: Floats, q: Floats) -> Floats:
    """The widest gap between the distributions that rows inside each bin can make.

    Examples
    --------
    >>> widest(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    array([1. , 0.5])
    """
    lower, upper = np.cumsum(p, axis=-1), np.cumsum(q, axis=-1)
    return np.maximum(lower - (upper - q), upper - (lower - p))
