"""Distances between two histograms over the same bins: how far apart, whatever the number of rows.

Every function takes counts of shape (..., n_bins), broadcasts the leading axes and returns an array of their
shape. An empty histogram inside an array gives nan; two single histograms of which one is empty are an error.
"""

from __future__ import annotations

import numpy as np

from monitoring.statistics.arrays import Counts, Floats, paired, shares, summed
from monitoring.statistics.registry import Law, Null, drift_method

_BINNED = (Law.SYMMETRIC, Law.NOMINAL, Law.MONOTONE, Law.OUTLIER_PROOF)


def _both(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = (shares(counts) for counts in paired(reference, current))
    return p, q


def _jensen_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = _both(reference, current)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log2(2 * p / (p + q)) / 2, np.log2(2 * q / (p + q)) / 2


def _hellinger_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = _both(reference, current)
    with np.errstate(invalid="ignore", divide="ignore"):
        return -np.sqrt(q / p) / 2, -np.sqrt(p / q) / 2


def _variation_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = _both(reference, current)
    moved = np.sign(p - q) * summed(np.abs(p - q))[..., None] / 2
    return moved, -moved


def _largest_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = _both(reference, current)
    gap = p - q
    at = np.argmax(np.abs(np.nan_to_num(gap)), axis=-1)[..., None]
    moved = np.where(np.arange(gap.shape[-1]) == at, 2 * gap, 0.0)
    return moved, -moved


@drift_method(
    "Jensen-Shannon distance",
    short="JS distance",
    unit="0 to 1",
    levels=(0.06, 0.1336, 0.2098),
    laws=(*_BINNED, Law.BOUNDED),
    null=Null("chi_square", 8 * np.log(2)),
    influence=_jensen_influence,
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
    short="Hellinger distance",
    unit="0 to 1",
    levels=(0.05, 0.1115, 0.1757),
    laws=(*_BINNED, Law.BOUNDED),
    null=Null("chi_square", 8.0),
    influence=_hellinger_influence,
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
    short="TV distance",
    unit="share of rows",
    levels=(0.0574, 0.128, 0.2024),
    laws=(*_BINNED, Law.BOUNDED),
    influence=_variation_influence,
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
    "Largest change of a share",
    short="L-infinity",
    unit="share of rows",
    levels=(0.0277, 0.069, 0.121),
    laws=(*_BINNED, Law.BOUNDED),
    influence=_largest_influence,
)
def l_infinity(reference: Counts, current: Counts) -> Floats:
    """L-infinity distance: the largest change of one bin's share.

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
    Breck, E. and others (2019). Data validation for machine learning. *Proceedings of MLSys*.

    Examples
    --------
    >>> float(l_infinity([100, 200, 300, 400], [250, 250, 250, 250]).round(12))
    0.15
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    return np.abs(p - q).max(axis=-1)


def _entropy_terms(share: Floats, middle: Floats) -> Floats:
    """Terms of the divergence from the mixture; an empty bin adds 0, nan stays nan."""
    return np.where(share == 0, 0.0, share * np.log(share / np.where(middle > 0, middle, 1.0)))
