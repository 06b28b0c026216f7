"""Distances between two histograms over the same bins: how far apart, whatever the number of rows.

Every function takes counts of shape (..., n_bins), broadcasts the leading axes and returns an array of their
shape. An empty histogram inside an array gives nan; two single histograms of which one is empty are an error.
"""

from __future__ import annotations

import numpy as np

from monitoring.statistics.arrays import Counts, Floats, paired, shares, summed
from monitoring.statistics.registry import ORDERED, Law, Null, drift_method

_BINNED = (Law.SYMMETRIC, Law.NOMINAL, Law.MONOTONE, Law.OUTLIER_PROOF)


@drift_method(
    "Population stability index",
    unit="nats",
    levels=(0.02, 0.10, 0.25),
    laws=_BINNED,
    power=1,
    null=Null("chi_square", 1.0),
)
def psi(reference: Counts, current: Counts) -> Floats:
    """Population stability index: the symmetrised Kullback-Leibler divergence of two histograms.

    Half a row is added to every bin that is occupied on either side, on both sides, so that an empty bin
    costs a finite amount that shrinks as the samples grow. Bins empty on both sides do not count.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins.

    Returns
    -------
    ndarray of shape (...)
        In nats: 0 for equal shares, no upper limit; 0.10 and 0.25 are the customary levels.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Siddiqi, N. (2006). *Credit Risk Scorecards*. Wiley.

    Yurdakul, B. (2018). *Statistical Properties of Population Stability Index*. Western Michigan University.

    Examples
    --------
    >>> float(psi([50, 50], [50, 50]))
    0.0
    >>> psi([50, 50], [[50, 50], [30, 70], [0, 0]]).round(3)
    array([0.   , 0.166,   nan])
    """
    r, c = paired(reference, current)
    seen = (r > 0) | (c > 0)
    half = np.where(seen, 0.5, 0.0)
    extra = summed(half)
    r_rows, c_rows = summed(r), summed(c)
    rows = np.where(r_rows > 0, r_rows, np.nan) + extra, np.where(c_rows > 0, c_rows, np.nan) + extra
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = (r + half) / rows[0][..., None], (c + half) / rows[1][..., None]
        terms = np.where(seen, (q - p) * np.log(np.where(seen, q, 1.0) / np.where(seen, p, 1.0)), 0.0)
    return np.asarray(summed(terms) + 0.0 * rows[0] + 0.0 * rows[1])


@drift_method(
    "Jensen-Shannon distance",
    unit="0 to 1",
    levels=(0.06, 0.1336, 0.2098),
    laws=(*_BINNED, Law.BOUNDED),
    null=Null("chi_square", 8 * np.log(2)),
)
def jensen_shannon(reference: Counts, current: Counts) -> Floats:
    """Jensen-Shannon distance in base 2: the root of the mean divergence from the mixture of both.

    Needs no smoothing: an empty bin costs a finite amount.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins.

    Returns
    -------
    ndarray of shape (...)
        Between 0 (equal shares) and 1 (nothing in common); a metric.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Endres, D. and Schindelin, J. (2003). A new metric for probability distributions. *IEEE Transactions on
    Information Theory* 49.

    Examples
    --------
    >>> jensen_shannon([1, 0], [[1, 0], [1, 1], [0, 1]]).round(4)
    array([0.    , 0.5579, 1.    ])
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    middle = (p + q) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        divergence = summed(_entropy_terms(p, middle) + _entropy_terms(q, middle)) / 2
    return np.sqrt(np.maximum(divergence, 0.0) / np.log(2))


@drift_method(
    "Hellinger distance",
    unit="0 to 1",
    levels=(0.05, 0.1115, 0.1757),
    laws=(*_BINNED, Law.BOUNDED),
    null=Null("chi_square", 8.0),
)
def hellinger(reference: Counts, current: Counts) -> Floats:
    """Hellinger distance: the distance between the square roots of the shares.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins.

    Returns
    -------
    ndarray of shape (...)
        Between 0 (equal shares) and 1 (nothing in common).

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Le Cam, L. and Yang, G. (2000). *Asymptotics in Statistics*. Springer.

    Examples
    --------
    >>> hellinger([1, 0], [[1, 0], [1, 1], [0, 1]]).round(4)
    array([0.    , 0.5412, 1.    ])
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    # Half the squared differences equal 1 - sum(sqrt(p q)) without its loss of digits near 0.
    return np.sqrt(summed((np.sqrt(p) - np.sqrt(q)) ** 2) / 2)


@drift_method(
    "Total variation distance",
    unit="share of rows",
    levels=(0.0574, 0.128, 0.2024),
    laws=(*_BINNED, Law.BOUNDED),
)
def total_variation(reference: Counts, current: Counts) -> Floats:
    """Total variation distance: the share of rows that would have to change bins.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins.

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
    Levin, D. and Peres, Y. (2017). *Markov Chains and Mixing Times*, chapter 4. AMS.

    Examples
    --------
    >>> float(total_variation([100, 200, 300, 400], [250, 250, 250, 250]).round(12))
    0.2
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    return summed(np.abs(p - q)) / 2


@drift_method(
    "Kolmogorov-Smirnov distance",
    unit="share of rows",
    kinds=ORDERED,
    bins="grid",
    levels=(0.0576, 0.1285, 0.2024),
    laws=(Law.SYMMETRIC, Law.MONOTONE, Law.OUTLIER_PROOF, Law.BOUNDED),
    null=Null("kolmogorov"),
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


def kolmogorov_smirnov_bound(reference: Counts, current: Counts) -> Floats:
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
    p, q = (shares(counts) for counts in paired(reference, current))
    lower, upper = np.cumsum(p, axis=-1), np.cumsum(q, axis=-1)
    return np.maximum((lower - (upper - q)).max(axis=-1), (upper - (lower - p)).max(axis=-1))


def _entropy_terms(share: Floats, middle: Floats) -> Floats:
    """Terms of the divergence from the mixture; an empty bin adds 0, nan stays nan."""
    return np.where(share == 0, 0.0, share * np.log(share / np.where(middle > 0, middle, 1.0)))
