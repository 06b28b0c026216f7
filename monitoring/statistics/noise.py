"""What a method shows when nothing has changed: quantiles, means and p-values of its null law.

Everything is on the divergence scale, ``value ** method.power``, whose noise is proportional to
``1/n + 1/m``. Three laws: chi-square with one degree of freedom less than occupied bins, Kolmogorov's, and
for methods without either, or where their law fails, a simulated one: histograms drawn from the reference's
own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, aligned, size_factor, summed
from monitoring.statistics.kolmogorov import SQUARE_MEAN, SQUARE_VARIANCE
from monitoring.statistics.registry import Method

DRAWS = 2000
SEED = 20130301


def simulated_null(
    method: Method,
    reference: Counts,
    rows: ArrayLike,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    spread: ArrayLike | None = None,
    **inputs: object,
) -> Floats:
    """Divergences of samples drawn from the reference itself, per unit of sampling scale.

    The cost does not depend on the number of rows behind the histogram. It sees sampling noise only, not that
    days differ.

    Parameters
    ----------
    method : Method
    reference : array_like of shape (features, n_bins)
        Reference counts.
    rows : array_like of shape (features,)
        Rows that a chunk usually holds.
    draws, seed : int
        Number of samples; a fixed seed makes limits reproducible.
    spread : array_like of shape (features, n_bins), optional
        Standard deviation of the rows inside each bin, by which the means of the samples' bins vary.
    **inputs
        What the method takes besides the histograms, each of shape (features, 1, ...).

    Returns
    -------
    ndarray of shape (features, draws)
        ``value ** power`` in units of `noise_scale`, ascending.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> null = simulated_null(METHODS["psi"], [[500, 500]], [200])
    >>> bool(abs(np.quantile(null, 0.95) - 3.84) < 0.5)
    True
    """
    r = np.asarray(reference, dtype=float)
    n = r.sum(axis=-1)
    m = np.maximum(np.nan_to_num(np.broadcast_to(np.asarray(rows, dtype=float), n.shape)), 1.0)
    generator = np.random.default_rng(seed)
    known = r / np.where(n > 0, n, 1.0)[:, None]
    known[n <= 0, 0] = 1.0
    values = np.empty((len(r), draws))
    for one, (share, size) in enumerate(zip(known, m.astype(np.int64), strict=True)):
        sample = generator.multinomial(size, share, size=draws)
        own = {name: np.asarray(array)[one] for name, array in inputs.items()}
        if spread is not None:
            error = np.asarray(spread, dtype=float)[one] / np.sqrt(np.maximum(sample, 1.0))
            own["current_means"] = own["current_means"] + error * generator.standard_normal(sample.shape)
        # Against the true shares only the sample is noisy: the reference counts as endless.
        endless = (share * 1e12)[None]
        scale = noise_scale(method, endless, sample, **own)
        values[one] = method(endless, sample, **own) ** method.power / scale
    return np.sort(values, axis=-1)


def noise_scale(method: Method, reference: Counts, current: Counts, **inputs: object) -> Floats:
    """The unit of a method's noise: ``1/n + 1/m``, adjusted by what else of the samples sets it.

    Parameters
    ----------
    method : Method
    reference, current : array_like of shape (..., n_bins)
    **inputs
        What the method takes besides the histograms.

    Returns
    -------
    ndarray of shape (...)
        nan where a side is empty.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> float(noise_scale(METHODS["psi"], [500, 500], [100, 100]).round(4))
    0.006
    """
    rows = (summed(np.asarray(side, dtype=float)) for side in (reference, current))
    scale = size_factor(*rows)
    if method.null is None or method.null.adjust is None:
        return scale
    return scale / method.null.adjust(reference, current, **inputs)


def noise_quantile(
    method: Method, scale: ArrayLike, bins: ArrayLike, level: float, null: Floats | None = None
) -> Floats:
    """The divergence that sampling noise alone stays below with a given probability.

    Parameters
    ----------
    method : Method
    scale : array_like of shape (features, ...)
        From `noise_scale`.
    bins : array_like of the same shape
        Occupied bins.
    level : float
        Such as 0.95 or 0.99.
    null : ndarray of shape (features, draws), optional
        From `simulated_null`: instead of the method's law, or because it has none.

    Returns
    -------
    ndarray of the shape of ``scale``
        nan where nothing can differ (fewer than two occupied bins) or a side is empty.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> float(noise_quantile(METHODS["psi"], 1 / 50000 + 1 / 1000, 10, 0.99).round(5))
    0.0221
    """
    s, b = np.asarray(scale, dtype=float), np.asarray(bins, dtype=float)
    if null is not None or method.null is None:
        quantile = np.quantile(_required(null), level, axis=-1)
        return np.where(_able(method, b), s * aligned(quantile, s), np.nan)
    if method.null.law == "kolmogorov":
        return np.where(_able(method, b), -0.5 * np.log((1 - level) / 2) * s, np.nan)
    # Degrees of freedom are few whole numbers, so the quantiles are looked up.
    table = special.chdtri(np.arange(1.0, max(np.nanmax(b, initial=2.0), 2.0)), 1 - level)
    freedom = _freedom(method, b).astype(np.intp)
    return np.where(_able(method, b), s * table[freedom - 1] / method.null.factor, np.nan)


def noise_mean(method: Method, scale: ArrayLike, bins: ArrayLike, null: Floats | None = None) -> Floats:
    """The divergence that sampling noise alone gives on average; arguments as in `noise_quantile`.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> float(noise_mean(METHODS["psi"], 0.00102, 10).round(5))
    0.00918
    """
    s, b = np.asarray(scale, dtype=float), np.asarray(bins, dtype=float)
    if null is not None or method.null is None:
        return np.where(_able(method, b), s * aligned(_required(null).mean(axis=-1), s), np.nan)
    if method.null.law == "kolmogorov":
        return np.where(_able(method, b), s * SQUARE_MEAN, np.nan)
    return np.where(_able(method, b), s * _freedom(method, b) / method.null.factor, np.nan)


def noise_variance(method: Method, scale: ArrayLike, bins: ArrayLike, null: Floats | None = None) -> Floats:
    """The variance of the divergence that sampling noise alone gives; arguments as in `noise_quantile`.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> float((noise_variance(METHODS["psi"], 0.00102, 10) ** 0.5 / 0.00102).round(4))
    4.2426
    """
    s, b = np.asarray(scale, dtype=float), np.asarray(bins, dtype=float)
    if null is not None or method.null is None:
        return np.where(_able(method, b), s**2 * aligned(_required(null).var(axis=-1), s), np.nan)
    if method.null.law == "kolmogorov":
        return np.where(_able(method, b), s**2 * SQUARE_VARIANCE, np.nan)
    return np.where(_able(method, b), 2 * _freedom(method, b) * (s / method.null.factor) ** 2, np.nan)


def noise_p_value(
    method: Method, divergence: ArrayLike, scale: ArrayLike, bins: ArrayLike, null: Floats | None = None
) -> Floats:
    """How often sampling noise alone gives a divergence at least this large.

    Parameters
    ----------
    method : Method
    divergence : array_like of shape (features, ...)
        ``value ** power``.
    scale, bins, null
        As in `noise_quantile`.

    Returns
    -------
    ndarray of shape (features, ...)
        nan where nothing can differ or a side is empty.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> float(noise_p_value(METHODS["psi"], 0.0221, 0.00102, 10).round(3))
    0.01
    """
    v, s, b = (np.asarray(array, dtype=float) for array in (divergence, scale, bins))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.maximum(v, 0.0) / s
    if null is not None or method.null is None:
        p_value = _exceedance(_required(null), ratio)
    elif method.null.law == "kolmogorov":
        p_value = special.kolmogorov(np.sqrt(ratio))
    else:
        p_value = special.chdtrc(_freedom(method, b), ratio * method.null.factor)
    return np.where(_able(method, b) & np.isfinite(ratio), p_value, np.nan)


def noise_floor(
    method: Method,
    reference_rows: ArrayLike,
    current_rows: ArrayLike,
    bins: ArrayLike,
    *,
    level: float = 0.95,
    null: Floats | None = None,
) -> Floats:
    """The value that sampling noise alone stays below in 95 of 100 comparisons, on the method's own scale.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> float(noise_floor(METHODS["psi"], 50000, 1000, 10).round(5))
    0.01726
    """
    scale = size_factor(reference_rows, current_rows)
    return noise_quantile(method, scale, bins, level, null) ** (1 / method.power)


def _able(method: Method, bins: Floats) -> NDArray[np.bool_]:
    """Where samples can differ: in more than one occupied bin, unless their moments are compared."""
    return (bins > 1) | ("reference_moments" in method.inputs)


def _freedom(method: Method, bins: Floats) -> Floats:
    """Degrees of freedom of the null law: the method's own, or one less than occupied bins."""
    if method.null is not None and method.null.freedom is not None:
        return np.full(bins.shape, float(method.null.freedom))
    return np.maximum(bins - 1, 1.0)


def _required(null: Floats | None) -> Floats:
    if null is None:
        raise ValueError("this method has no law of its own: pass the draws of simulated_null")
    return null


def _exceedance(null: Floats, ratio: Floats) -> Floats:
    """Share of simulated draws at least as large, the observation itself counted as one.

    The last twentieth of the draws is smoothed and carried on by an exponential tail, as squared distances
    of nearly normal counts have it. Otherwise no p-value could be smaller than one over the draws, and one
    feature among hundreds would never be significant.
    """
    rows = ratio.reshape(len(null), -1)
    draws, tail = null.shape[-1], max(null.shape[-1] // 20, 1)
    below = np.stack([np.searchsorted(one, row, side="left") for one, row in zip(null, rows, strict=True)])
    start = null[:, -tail - 1, None]
    length = np.maximum(null[:, -tail:].mean(axis=-1, keepdims=True) - start, np.finfo(float).tiny)
    with np.errstate(over="ignore", under="ignore"):
        beyond = (tail + 1) / (draws + 1) * np.exp(-np.maximum(rows - start, 0.0) / length)
    share = np.where(rows > start, beyond, (draws - below + 1) / (draws + 1))
    return np.maximum(share, np.finfo(float).tiny).reshape(ratio.shape)
