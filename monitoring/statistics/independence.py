"""The two-sample chi-square test and its size-free effect, Cramér's V."""

from __future__ import annotations

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, Outcome, paired, shares, summed
from monitoring.statistics.registry import ORDERED, UNORDERED, Law, Null, drift_method


def _chi_square_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = (shares(counts) for counts in paired(reference, current))
    both = np.where(p + q == 0, 1.0, p + q) ** 2
    return (p - q) * (p + 3 * q) / both / 2, (q - p) * (q + 3 * p) / both / 2


def _likelihood_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = (shares(counts) for counts in paired(reference, current))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(2 * p / (p + q)), np.log(2 * q / (p + q))


def chi_square_test(reference: Counts, current: Counts, *, expected: float = 5.0) -> Outcome:
    """Two-sample chi-square test of equal shares, rare categories pooled.

    Categories are pooled, rarest first, until every expected count reaches ``expected``. Both samples are
    random: taking the reference as exact, as some tools do, multiplies the false alarms.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same categories.
    expected : float
        Smallest expected count a cell of the table may have.

    Returns
    -------
    Outcome
        ``p_value`` is nan where fewer than two categories remain or a side is empty.

    Raises
    ------
    ValueError
        If the categories differ or a single histogram is empty.

    References
    ----------
    Cochran, W. (1954). Some methods for strengthening the common chi-square tests. *Biometrics* 10.

    Examples
    --------
    >>> test = chi_square_test([50, 40, 20, 10], [15, 20, 10, 15])
    >>> round(float(test.statistic), 3), int(test.freedom), round(float(test.p_value), 4)
    (11.077, 3, 0.0113)
    """
    r, c = _pooled(*paired(reference, current), expected=expected)
    n, m = summed(r)[..., None], summed(c)[..., None]
    both = r + c
    with np.errstate(invalid="ignore", divide="ignore"):
        # For two samples, both cells of a category together are (r m - c n)^2 / (n m (r + c)).
        terms = np.where(both > 0, (r * m - c * n) ** 2 / (n * m * both), 0.0)
    return _chi_square_law(terms, both, n, m)


def likelihood_ratio_test(reference: Counts, current: Counts, *, expected: float = 5.0) -> Outcome:
    """Two-sample likelihood-ratio test (G test) of equal shares, rare categories pooled.

    Parameters
    ----------
    reference, current, expected
        As in `chi_square_test`.

    Returns
    -------
    Outcome
        As `scipy.stats.chi2_contingency(lambda_="log-likelihood", correction=False)` on the pooled table.

    Raises
    ------
    ValueError
        If the categories differ or a single histogram is empty.

    References
    ----------
    Sokal, R. and Rohlf, F. (1995). *Biometry*, chapter 17. Freeman.

    Examples
    --------
    >>> test = likelihood_ratio_test([50, 40, 20, 10], [15, 20, 10, 15])
    >>> round(float(test.statistic), 3), round(float(test.p_value), 4)
    (10.695, 0.0135)
    """
    r, c = _pooled(*paired(reference, current), expected=expected)
    n, m = summed(r)[..., None], summed(c)[..., None]
    both = r + c
    with np.errstate(invalid="ignore", divide="ignore"):
        terms = 2 * (special.xlogy(r, r * (n + m) / (n * both)) + special.xlogy(c, c * (n + m) / (m * both)))
    return _chi_square_law(np.where(both > 0, terms, 0.0), both, n, m)


def _chi_square_law(terms: Floats, both: Floats, n: Floats, m: Floats) -> Outcome:
    """A statistic summed over the categories that occur, with its p-value; nan where a side is empty."""
    freedom = np.maximum(summed((both > 0).astype(float)) - 1.0, 0.0)
    statistic = summed(terms) + np.where((n > 0) & (m > 0), 0.0, np.nan)[..., 0]
    p_value = np.where(freedom > 0, special.chdtrc(np.maximum(freedom, 1.0), statistic), np.nan)
    return Outcome(statistic, p_value, freedom)


@drift_method(
    "Chi-square, as Cramér's V",
    short="Cramér’s V",
    unit="0 to 1",
    kinds=UNORDERED + ORDERED,
    levels=(0.0706, 0.1566, 0.2441),
    laws=(Law.SYMMETRIC, Law.NOMINAL, Law.MONOTONE, Law.OUTLIER_PROOF, Law.BOUNDED),
    null=Null("chi_square", 4.0),
    test=chi_square_test,
    influence=_chi_square_influence,
)
def chi_square(reference: Counts, current: Counts) -> Floats:
    """Cramér's V between sample and category, as it would be with equally many rows in both samples.

    The textbook V of a 2 x K table depends on how unequal the samples are: a year against a day has a small V
    whatever happened. Weighing both samples equally makes it comparable; with equal sizes both agree.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same categories.

    Returns
    -------
    ndarray of shape (...)
        Between 0 (equal shares) and 1 (no category in common).

    Raises
    ------
    ValueError
        If the categories differ or a single histogram is empty.

    References
    ----------
    Cramér, H. (1946). *Mathematical Methods of Statistics*, section 21.9. Princeton.

    Examples
    --------
    >>> chi_square([50, 50], [[50, 50], [30, 70], [500, 500]]).round(3)
    array([0.   , 0.204, 0.   ])
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    both = p + q
    terms = (p - q) ** 2 / np.where(both == 0, 1.0, both)
    return np.sqrt(summed(terms) / 2)


@drift_method(
    "G test, as its V",
    short="G test’s V",
    unit="0 to 1.18",
    kinds=UNORDERED + ORDERED,
    levels=(0.0706, 0.1573, 0.247),
    laws=(Law.SYMMETRIC, Law.NOMINAL, Law.MONOTONE, Law.OUTLIER_PROOF),
    null=Null("chi_square", 4.0),
    test=likelihood_ratio_test,
    influence=_likelihood_influence,
)
def g_test(reference: Counts, current: Counts) -> Floats:
    """The likelihood-ratio counterpart of Cramér's V, as it would be with equally many rows in both samples.

    The root of the statistic over the rows, which for small differences is `chi_square`. Beyond, categories
    that vanish or appear weigh a little more.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same categories.

    Returns
    -------
    ndarray of shape (...)
        Between 0 (equal shares) and 1.177 (no category in common).

    Raises
    ------
    ValueError
        If the categories differ or a single histogram is empty.

    References
    ----------
    Sokal, R. and Rohlf, F. (1995). *Biometry*, chapter 17. Freeman.

    Examples
    --------
    >>> g_test([50, 50], [[50, 50], [30, 70], [500, 500]]).round(3)
    array([0.   , 0.205, 0.   ])
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    both = np.where(p + q == 0, 1.0, p + q)
    terms = special.xlogy(p, 2 * p / both) + special.xlogy(q, 2 * q / both)
    return np.sqrt(np.maximum(summed(np.asarray(terms, dtype=float)), 0.0))


def _pooled(r: Floats, c: Floats, *, expected: float) -> tuple[Floats, Floats]:
    """Both histograms with the rare categories in the last bin."""
    r, c = np.broadcast_arrays(r, c)
    n, m = summed(r)[..., None], summed(c)[..., None]
    total = np.where(n + m > 0, n + m, 1.0)
    least = (r + c) * (np.minimum(n, m) / total)
    pooled = [np.concatenate([side, np.zeros_like(n)], axis=-1) for side in (r, c)]
    some = (least < expected).any(axis=-1)  # most tables have nothing to pool
    order = np.argsort(least[some], axis=-1, kind="stable")
    ascending = np.take_along_axis(least[some], order, axis=-1)
    before = np.cumsum(ascending, axis=-1) - ascending
    rare = (ascending < expected) | ((before > 0) & (before < expected))
    for out, side in zip(pooled, (r, c), strict=True):
        ordered = np.take_along_axis(side[some], order, axis=-1)
        pool = np.where(rare, ordered, 0.0).sum(axis=-1, keepdims=True)
        out[some] = np.concatenate([np.where(rare, 0.0, ordered), pool], axis=-1)
    return pooled[0], pooled[1]
