"""The mean square gap between two cumulative distributions, the tails weighted like the middle."""

from __future__ import annotations

import numpy as np
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, Outcome, paired, shares, summed
from monitoring.statistics.gaps import GAP_LAWS, after, middles, widest
from monitoring.statistics.registry import ORDERED, drift_method

# Critical values of the statistic and their levels (Scholz and Stephens 1987, table 2, two samples).
_CRITICAL = np.array([0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085])
_CRITICAL += np.array([-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615])
_CRITICAL += np.array([-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154])
_LEVELS = np.array([0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001])
LARGEST = float(np.sqrt(8 * np.log(2) - 4))
"""The distance of two samples of which one lies below the other."""


def anderson_darling_test(reference: Counts, current: Counts) -> Outcome:
    """Two-sample Anderson-Darling test on midranks.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    Outcome
        The standardised statistic and the p-value of `scipy.stats.anderson_ksamp(variant="midrank")`, where a
        bin holds one value. The table behind the p-value ends at 0.001 and 0.25: it is never outside.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Scholz, F. and Stephens, M. (1987). K-sample Anderson-Darling tests. *JASA* 82.

    Examples
    --------
    >>> test = anderson_darling_test([10, 10, 10, 10], [2, 8, 12, 18])
    >>> float(test.statistic.round(3)), float(test.p_value.round(4))
    (5.782, 0.0018)
    """
    r, c = paired(reference, current)
    n, m = summed(r)[..., None], summed(c)[..., None]
    total, both = n + m, r + c
    below = np.cumsum(both, axis=-1) - both / 2
    width = below * (total - below) - total * both / 4
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = (total * (np.cumsum(r, axis=-1) - r / 2) - below * n) ** 2 * (1 / n + 1 / m)
        terms = np.where(width > 0, both / total * squares / np.where(width > 0, width, 1.0), 0.0)
        raw = summed(terms) * ((total - 1) / total)[..., 0]
        statistic = (raw - 1) / _anderson_deviation(n[..., 0], m[..., 0])
    fitted = np.polyfit(_CRITICAL, np.log(_LEVELS), 2)
    inside = np.clip(statistic, _CRITICAL[0], _CRITICAL[-1])
    p_value = np.clip(np.exp(np.polyval(fitted, inside)), _LEVELS[-1], _LEVELS[0])
    p_value = np.where(statistic > _CRITICAL[-1], _LEVELS[-1], p_value)
    return Outcome(statistic, np.where(statistic < _CRITICAL[0], _LEVELS[0], p_value) + 0 * statistic)


def anderson_darling_bound(reference: Counts, current: Counts, **_: object) -> Floats:
    """The largest Anderson-Darling distance that rows in these bins can have.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> float(anderson_darling_bound([1, 1, 1, 1], [0, 0, 2, 2]).round(3))
    1.243
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    mass = (p + q) / 2
    upper = np.cumsum(mass, axis=-1)
    lower = upper - mass
    with np.errstate(invalid="ignore", divide="ignore"):
        # A gap is at most twice the mass on its side, which keeps the outermost bins finite.
        edges = np.minimum(4 * upper / (1 - upper), 4 * (1 - lower) / lower)
        inner = widest(p, q) ** 2 / (lower * (1 - upper))
    terms = np.fmin(edges, np.where(lower * (1 - upper) > 1e-12, inner, np.inf))
    whole = np.sqrt(summed(np.where(mass > 0, np.minimum(terms, 4 / np.maximum(mass, 1e-300)) * mass, 0.0)))
    return np.minimum(whole, LARGEST)


def _anderson_influence(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    p, q = (shares(counts) for counts in paired(reference, current))
    mass, gap, width = _anderson_parts(p, q)
    through = after(2 * mass * gap / width)
    own = gap**2 / width / 2
    squares = mass * gap**2 / width**2
    moved = after(squares * (1 - middles(p) - middles(q)) / 2) - squares / 8
    return own + through - moved, own - through - moved


@drift_method(
    "Anderson-Darling distance",
    short="AD distance",
    unit="weighted share of rows, at most 1.24",
    kinds=ORDERED,
    bins="grid",
    levels=(0.10, 0.2222, 0.3475),
    laws=GAP_LAWS,
    test=anderson_darling_test,
    influence=_anderson_influence,
    bound=anderson_darling_bound,
)
def anderson_darling(reference: Counts, current: Counts) -> Floats:
    """Anderson-Darling distance: the root mean square gap, weighted so that the tails count as the middle.

    The mean is over both samples with equal weight, and values that share a bin count half, so that neither
    the number of rows nor ties set the scale.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts over the same bins, in ascending order of value.

    Returns
    -------
    ndarray of shape (...)
        From 0 (equal shares) to 1.243 (all of one sample below the other, in many bins).

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Scholz, F. and Stephens, M. (1987). K-sample Anderson-Darling tests. *JASA* 82.

    Examples
    --------
    >>> float(anderson_darling([1, 1, 1, 1], [0, 0, 2, 2]).round(4))
    0.8141
    """
    p, q = (shares(counts) for counts in paired(reference, current))
    mass, gap, width = _anderson_parts(p, q)
    return np.sqrt(summed(mass * gap**2 / width))


def _anderson_parts(p: Floats, q: Floats) -> tuple[Floats, Floats, Floats]:
    """Mass of each bin, gap at its middle, and the variance of a share at that place."""
    middle, other = middles(p), middles(q)
    mass, centre = (p + q) / 2, (middle + other) / 2
    width = centre * (1 - centre) - mass / 4
    return mass, middle - other, np.where(width > 1e-15, width, np.where(np.isnan(width), np.nan, np.inf))


def _anderson_deviation(n: Floats, m: Floats) -> Floats:
    """Standard deviation of the raw statistic; its double sum has a closed form in harmonic numbers."""
    total = n + m
    inverse = 1 / n + 1 / m
    h = special.digamma(total) + np.euler_gamma
    last = h + 1 / total
    g = h**2 - last**2 + np.pi**2 / 6 - special.polygamma(1, total + 1)
    a = 4 * g - 6 + (10 - 6 * g) * inverse
    b = 4 * (2 * g - 4) + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6
    c = 4 * (6 * h + 2 * g - 2) + 2 * (4 * h - 4 * g + 6) + (2 * h - 6) * inverse + 4 * h
    d = 4 * (2 * h + 6) - 8 * h
    return np.sqrt((a * total**3 + b * total**2 + c * total + d) / ((total - 1) * (total - 2) * (total - 3)))
