"""Divergences between two histograms whose empty bins are smoothed: how surprising one is to the other.

Functions take counts of shape (..., n_bins), broadcast the leading axes and return an array of their
shape. An empty histogram inside an array gives nan; two single ones of which one is empty are an error.
"""

from __future__ import annotations

import numpy as np

from monitoring.statistics.arrays import Counts, Floats, paired, summed
from monitoring.statistics.registry import Law, Null, drift_method

_LAWS = (Law.NOMINAL, Law.MONOTONE, Law.OUTLIER_PROOF)


def _smoothed(reference: Counts, current: Counts) -> tuple[Floats, Floats, Floats]:
    """Shares with half a row added to every bin that is occupied on either side; 1 in all others.

    The third array is 0, or nan where a side has no rows.
    """
    r, c = paired(reference, current)
    seen = (r + c) > 0
    half = np.where(seen, 0.5, 0.0)
    n, m = summed(r), summed(c)
    there = np.where((n > 0) & (m > 0), 0.0, np.nan)
    extra = summed(half) + there
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = (r + half) / (n + extra)[..., None], (c + half) / (m + extra)[..., None]
    unseen = ~seen
    np.copyto(p, 1.0, where=unseen)
    np.copyto(q, 1.0, where=unseen)
    return p, q, there


def _psi_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q, _ = _smoothed(reference, current)
    return np.log(p / q) + 1 - q / p, np.log(q / p) + 1 - p / q


def _kullback_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q, _ = _smoothed(reference, current)
    return -q / p, np.log(q / p) + 1


@drift_method(
    "Population stability index",
    short="PSI",
    unit="nats",
    smoothing="half a row added to every bin that is occupied on either side",
    levels=(0.02, 0.10, 0.25),
    laws=(*_LAWS, Law.SYMMETRIC),
    power=1,
    null=Null("chi_square", 1.0),
    influence=_psi_influence,
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
    p, q, there = _smoothed(reference, current)
    return np.asarray(summed((q - p) * np.log(q / p)) + there)


@drift_method(
    "Kullback-Leibler divergence",
    short="KL divergence",
    unit="nats",
    smoothing="half a row added to every bin that is occupied on either side",
    levels=(0.01, 0.0498, 0.1239),
    laws=_LAWS,
    power=1,
    null=Null("chi_square", 2.0),
    influence=_kullback_influence,
)
def kullback_leibler(reference: Counts, current: Counts) -> Floats:
    """Kullback-Leibler divergence of the current histogram from the reference's.

    Smoothed as `psi`, which is this divergence in both directions together. It is not symmetric: a bin that
    has become empty costs little, one that has become full costs much.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins.

    Returns
    -------
    ndarray of shape (...)
        In nats: 0 for equal shares, no upper limit.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Kullback, S. and Leibler, R. (1951). On information and sufficiency. *Annals of Mathematical Statistics*
    22.

    Examples
    --------
    >>> kullback_leibler([50, 50], [[50, 50], [30, 70], [0, 0]]).round(3)
    array([0.   , 0.081,   nan])
    """
    p, q, there = _smoothed(reference, current)
    return np.asarray(np.maximum(summed(q * np.log(q / p)) + there, 0.0))
