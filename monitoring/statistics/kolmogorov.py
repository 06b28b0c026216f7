"""The law of the largest gap between two empirical distributions, for whole arrays at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from monitoring.statistics.arrays import Floats

LEAST = 10  # below so many rows only the exact law is good enough
SUMMED = 500
"""Up to so many rows the far tail is summed; above, an expansion is a fiftieth too small at a p-value of 1e-9
and a twentieth at 1e-12 with 501 rows, and less with more rows."""
SQUARE_MEAN = np.pi**2 / 12
"""Mean of the square of a variable with Kolmogorov's law."""
SQUARE_VARIANCE = 7 * np.pi**4 / 720 - SQUARE_MEAN**2
"""Variance of that square."""
_TERMS = 12


def kolmogorov_p_value(gap: ArrayLike, rows: ArrayLike, *, exact: bool = False) -> Floats:
    """How often the largest gap between a sample and its own distribution is at least so large.

    For two samples of n and m rows, ``rows`` is n m / (n + m), rounded, as usual for this test.

    Parameters
    ----------
    gap : array_like
        Between 0 and 1; nan stays nan.
    rows : array_like
        Of a shape that broadcasts against it.
    exact : bool
        Whether to spend about a millisecond on each number; otherwise expansions are used that are within
        1e-5 of the exact law from 100 rows on.

    Returns
    -------
    ndarray
        As `scipy.stats.kstwo.sf`.

    References
    ----------
    Simard, R. and L'Ecuyer, P. (2011). Computing the two-sided Kolmogorov-Smirnov distribution. *Journal of
    Statistical Software* 39.

    Pelz, W. and Good, I. (1976). Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample
    statistic. *JRSS B* 38.

    Examples
    --------
    >>> kolmogorov_p_value([0.05, 0.08], 300).round(3)
    array([0.427, 0.041])
    """
    d, n = np.broadcast_arrays(np.asarray(gap, dtype=float), np.asarray(rows, dtype=float))
    n = np.asarray(np.round(n), dtype=float)
    out = np.full(d.shape, np.nan)
    usable = np.isfinite(d) & np.isfinite(n) & (n >= 1)
    square, many = n * d * d, usable & (n >= LEAST) & (not exact)
    for chosen, law in (
        (usable & ~many, _exact),
        (many & (square < 2.2), _pelz_good_tail),
        (many & (n <= SUMMED) & (square >= 2.2), _summed_tail),
        (many & (n > SUMMED) & (square >= 2.2) & (square < 5), _pelz_good_tail),
        (many & (n > SUMMED) & (square >= 5), _smirnov_tail),
    ):
        out[chosen] = law(d[chosen], n[chosen])
    return np.clip(out, 0.0, 1.0)


def _exact(d: Floats, n: Floats) -> Floats:
    """The exact law, computed once for each different pair."""
    if not len(d):
        return d
    pairs, place = np.unique(np.stack([d, n]), axis=1, return_inverse=True)
    return np.asarray(stats.kstwo.sf(pairs[0], pairs[1]))[place.ravel()]


def _summed_tail(d: Floats, n: Floats) -> Floats:
    """Twice the one-sided tail, by its exact sum over all places at which a sample can cross the line."""
    if not len(d):
        return d
    j = np.arange(int(n.max()) + 1, dtype=float)
    out = np.empty(len(d))
    for first in range(0, len(d), 512):
        gap, rows = d[first : first + 512, None], n[first : first + 512, None]
        above = gap + j / rows
        inside = (j <= rows) & (above < 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            log = special.gammaln(rows + 1) - special.gammaln(j + 1) - special.gammaln(rows - j + 1)
            log = log + (j - 1) * np.log(above) + (rows - j) * np.log1p(-above)
        out[first : first + 512] = 2 * d[first : first + 512] * np.exp(np.where(inside, log, -np.inf)).sum(-1)
    return out


def _smirnov_tail(d: Floats, n: Floats) -> Floats:
    """Twice the one-sided tail, expanded in powers of one over the root of n (Smirnov 1944)."""
    z, root = np.sqrt(n) * d, np.sqrt(n)
    z2 = z * z
    series = 1 - 2 * z / (3 * root) + 2 * z2 / (3 * n) * (1 - 2 * z2 / 3)
    series -= 4 * z / (9 * n * root) * (1 / 5 - 19 * z2 / 15 + 2 * z2 * z2 / 3)
    # Far out the series fails before the tail matters; the leading terms stand for it.
    with np.errstate(under="ignore"):
        return 2 * np.exp(-2 * z2) * np.where(series > 0, series, np.exp(-2 * z / (3 * root)))


def _pelz_good_tail(d: Floats, n: Floats) -> Floats:
    return 1 - _pelz_good(d, n)


def _pelz_good(d: Floats, n: Floats) -> Floats:
    """The probability to stay below a gap, as an expansion in powers of one over the root of n."""
    z = np.sqrt(n) * np.maximum(d, 1e-12)
    z2, pi2 = z * z, np.pi**2
    z4, z6 = z2 * z2, z2**3
    qlog = -pi2 / 8 / z2
    k = np.arange(_TERMS)[:, None]
    half, whole = (k + 0.5) ** 2, (k + 1.0) ** 2
    with np.errstate(under="ignore"):
        odd = np.exp(np.maximum(8 * half * qlog / 2, -700.0))  # exp(-(k + 1/2)^2 pi^2 / (2 z^2))
        even = np.exp(np.maximum(4 * whole * qlog, -700.0))  # exp(-(k + 1)^2 pi^2 / (2 z^2))
    lead = np.sqrt(2 * np.pi)
    first = odd.sum(axis=0) * lead / z
    second = ((pi2 * half - z2) * odd).sum(axis=0) * np.sqrt(np.pi / 2) / (3 * z4)
    third = (
        ((6 * z6 + 2 * z4 + pi2 * (2 * z4 - 5 * z2) * half + pi2**2 * (1 - 2 * z2) * half**2) * odd).sum(
            axis=0
        )
        * np.sqrt(np.pi / 2)
        / (36 * z**7)
    )
    third -= (pi2 * whole * even).sum(axis=0) * np.sqrt(np.pi / 2) / (18 * z**3)
    fourth = (
        (
            -30 * z6 - 90 * z**8
            + pi2 * (135 * z4 - 96 * z6) * half
            + pi2**2 * (212 * z4 - 60 * z2) * half**2
            + pi2**3 * (5 - 30 * z2) * half**3
        )
        * odd
    ).sum(axis=0) * np.sqrt(np.pi / 2) / (3240 * z**10)  # fmt: skip
    fourth += ((3 * z2 - pi2 * whole) * pi2 * whole * even).sum(axis=0) * np.sqrt(np.pi / 2) / (108 * z6)
    root = np.sqrt(n)
    return np.clip(first + second / root + third / n + fourth / (n * root), 0.0, 1.0)
