"""Two shares compared: how often something else than the usual value comes, in the reference and now.

Both methods take counts whose first bin is the usual value (the reference's most frequent one); every other
bin is the event. So they are about features of two values, and about rare classes of any.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, Interval, Outcome, paired, summed
from monitoring.statistics.intervals import folded
from monitoring.statistics.registry import Law, Null, drift_method
from monitoring.statistics.shares import two_shares

_LAWS = (Law.SYMMETRIC, Law.MONOTONE, Law.OUTLIER_PROOF, Law.DIRECTION)
_LOGISTIC = np.sqrt(3) / np.pi  # one over the standard deviation of a logistic variable
_WIDE = 40.0  # standard deviations beyond which a hypergeometric probability is 0 to a double


def cohen_h(reference: Counts, current: Counts) -> Floats:
    """Cohen's h with its sign: the difference of two shares on the scale on which their error is constant.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; the first bin is the usual value.

    Returns
    -------
    ndarray of shape (...)
        Between -pi and pi; positive when events have become more frequent.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Cohen, J. (1988). *Statistical Power Analysis for the Behavioral Sciences*, chapter 6. Erlbaum.

    Examples
    --------
    >>> float(cohen_h([85, 15], [90, 30]).round(4))
    0.2518
    """
    k, n, j, m = _table(reference, current)
    with np.errstate(invalid="ignore"):
        return 2 * np.arcsin(np.sqrt(j / m)) - 2 * np.arcsin(np.sqrt(k / n))


def two_proportion_test(reference: Counts, current: Counts) -> Outcome:
    """Two-proportion z test, two-sided; its square is the chi-square statistic of the 2 x 2 table.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; the first bin is the usual value.

    Returns
    -------
    Outcome
        ``statistic`` is positive when events have become more frequent.

    Examples
    --------
    >>> test = two_proportion_test([85, 15], [90, 30])
    >>> float(test.statistic.round(3)), float(test.p_value.round(3))
    (1.831, 0.067)
    """
    k, n, j, m = _table(reference, current)
    test = two_shares(j, m, k, n)
    return Outcome(test.statistic, test.p_value)


def _h_interval(reference: Counts, current: Counts, *, level: float = 0.95) -> Interval:
    _, n, _, m = _table(reference, current)
    return folded(cohen_h(reference, current), np.sqrt(1 / n + 1 / m), level=level)


@drift_method(
    "Two-proportion z, as Cohen’s h",
    short="Cohen’s h",
    unit="radians",
    kinds=("binary",),
    bins="grid",
    levels=(0.1151, 0.2565, 0.4027),
    laws=_LAWS,
    null=Null("chi_square", 1.0, freedom=1),
    test=two_proportion_test,
    signed=cohen_h,
    interval=_h_interval,
)
def two_proportion_z(reference: Counts, current: Counts) -> Floats:
    """Size of Cohen's h: the difference of two shares where rare and common ones are on one scale.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; the first bin is the usual value.

    Returns
    -------
    ndarray of shape (...)
        From 0 (equal shares) to pi.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Cohen, J. (1988). *Statistical Power Analysis for the Behavioral Sciences*, chapter 6. Erlbaum.

    Examples
    --------
    >>> float(two_proportion_z([500, 500], [300, 700]).round(4))
    0.4115
    """
    return np.abs(cohen_h(reference, current))


def log_odds_shift(reference: Counts, current: Counts) -> Floats:
    """The change of the log odds in standard deviations of a logistic variable, with its sign.

    Half a row is added to every cell, so that an event that never came has finite odds.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; the first bin is the usual value.

    Returns
    -------
    ndarray of shape (...)
        Positive when events have become more frequent; comparable with Cohen's d.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Chinn, S. (2000). A simple method for converting an odds ratio to effect size. *Statistics in Medicine*
    19.

    Examples
    --------
    A rare event that has become twice as frequent:

    >>> float(log_odds_shift([99800, 200], [49800, 200]).round(3))
    0.383
    """
    k, n, j, m = _table(reference, current)
    return _LOGISTIC * (np.log((j + 0.5) / (m - j + 0.5)) - np.log((k + 0.5) / (n - k + 0.5)))


def fisher_test(reference: Counts, current: Counts) -> Outcome:
    """Fisher's exact test of a 2 x 2 table, two-sided.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; the first bin is the usual value.

    Returns
    -------
    Outcome
        ``statistic`` is the sample odds ratio of an event, current over reference; the p-value is that of
        `scipy.stats.fisher_exact`: the probability of all tables with the same margins that are no more
        likely than this one.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Fisher, R. (1935). The logic of inductive inference. *Journal of the Royal Statistical Society* 98.

    Examples
    --------
    >>> test = fisher_test([2, 8], [5, 1])
    >>> float(test.statistic), float(test.p_value.round(6))
    (0.05, 0.034965)
    """
    k, n, j, m = np.broadcast_arrays(*_table(reference, current))
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = (j / (m - j)) / (k / (n - k))
    p_value = np.full(k.shape, np.nan)
    for place in np.ndindex(k.shape):
        if np.isfinite(n[place]) and np.isfinite(m[place]):
            p_value[place] = _fisher(int(k[place]), int(n[place]), int(j[place]), int(m[place]))
    return Outcome(odds, p_value)


def _fisher(k: int, n: int, j: int, m: int) -> float:
    """The two-sided p-value of one table, summed where probabilities are not 0."""
    events, total = k + j, n + m
    low, high = max(0, events - n), min(events, m)
    mean = events * m / total
    deviation = np.sqrt(max(mean * (n / total) * (total - events) / max(total - 1, 1), 1e-12))
    first = max(low, min(j, int(mean - _WIDE * deviation) - 1))
    last = min(high, max(j, int(mean + _WIDE * deviation) + 1))
    x = np.arange(first, last + 1, dtype=float)
    log = -(
        special.gammaln(x + 1)
        + special.gammaln(events - x + 1)
        + special.gammaln(m - x + 1)
        + special.gammaln(n - events + x + 1)
    )
    weight = np.exp(log - log.max())
    own = weight[j - first]
    return float(min(weight[weight <= own * (1 + 1e-9)].sum() / weight.sum(), 1.0))


def _odds_adjust(reference: Counts, current: Counts) -> Floats:
    """The variance of one row's event: the rarer, the more the log odds vary."""
    k, n, j, m = _table(reference, current)
    share = (k + j + 1) / (n + m + 2)
    return share * (1 - share) / _LOGISTIC**2


def _odds_interval(reference: Counts, current: Counts, *, level: float = 0.95) -> Interval:
    """By Woolf's variance, the sum of one over each cell."""
    k, n, j, m = _table(reference, current)
    variance = 1 / (k + 0.5) + 1 / (n - k + 0.5) + 1 / (j + 0.5) + 1 / (m - j + 0.5)
    return folded(log_odds_shift(reference, current), _LOGISTIC * np.sqrt(variance), level=level)


@drift_method(
    "Fisher’s exact test, as log odds",
    short="log odds",
    unit="standard deviations",
    kinds=("binary",),
    bins="grid",
    levels=(0.1272, 0.2859, 0.4566),
    smoothing="half a row added to every cell of the table",
    laws=_LAWS,
    null=Null("chi_square", 1.0, freedom=1, adjust=_odds_adjust),
    test=fisher_test,
    signed=log_odds_shift,
    interval=_odds_interval,
)
def fisher(reference: Counts, current: Counts) -> Floats:
    """Size of the change of the log odds, tested exactly: for rare events and for few rows.

    An event that goes from 0.2 % to 0.4 % of rows is a small difference of shares, and a doubling of the
    odds.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; the first bin is the usual value.

    Returns
    -------
    ndarray of shape (...)
        In standard deviations of a logistic variable, see `log_odds_shift`; 0 for equal shares, no upper
        limit.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Fisher, R. (1935). The logic of inductive inference. *Journal of the Royal Statistical Society* 98.

    Examples
    --------
    >>> float(fisher([50000, 50000], [30000, 70000]).round(3))
    0.467
    """
    return np.abs(log_odds_shift(reference, current))


def _table(reference: Counts, current: Counts) -> tuple[Floats, Floats, Floats, Floats]:
    """Events and rows of the reference, then of the current side; nan where there are no rows."""
    r, c = paired(reference, current)
    n, m = summed(r), summed(c)
    k, j = n - r[..., 0], m - c[..., 0]
    return k, np.where(n > 0, n, np.nan), j, np.where(m > 0, m, np.nan)
