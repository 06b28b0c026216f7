"""The limit above which a chunk is unusual: sampling noise, day-to-day variation and an effect floor.

A fixed limit fires on small samples and sleeps on large ones; the law of sampling noise alone fires on every
day once days differ by nature. So the reference's own chunks are scored against the rest of the reference
(leave one out), and a chunk is unusual above ``max(T0, T1, floor)``: T0 from the law of noise, T1 from those
scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Floats, aligned

FEWEST_CHUNKS = 7
"""Below this many reference chunks day-to-day variation cannot be judged."""


@dataclass(frozen=True)
class Calibration:
    """How the reference's own chunks differ from the rest of it, per feature.

    Attributes
    ----------
    chunks : ndarray of shape (...)
        Chunks that could be scored.
    excess : ndarray of shape (...)
        Mean divergence beyond sampling noise: variation between chunks, which more rows do not remove.
    centre, spread : ndarray of shape (...)
        Mean and prediction scale of the cube root of divergence over expected divergence; nan where there are
        fewer than `FEWEST_CHUNKS` chunks.
    """

    chunks: Floats
    excess: Floats
    centre: Floats
    spread: Floats

    @property
    def known(self) -> np.ndarray:
        """Where the reference has enough chunks."""
        return np.isfinite(self.centre)


def calibration(divergence: ArrayLike, noise: ArrayLike) -> Calibration:
    """Learn from leave-one-out scores how much the chunks of the reference differ.

    The cube root makes a chi-square-like variable nearly normal (Wilson and Hilferty), so that a Student
    quantile reaches 1 % with ten chunks, where an empirical quantile would need a hundred.

    Parameters
    ----------
    divergence : array_like of shape (..., chunks)
        Each reference chunk against the reference without it, on the divergence scale; nan for chunks that
        cannot be scored.
    noise : array_like of shape (..., chunks)
        What sampling noise alone gives on average, see `monitoring.statistics.noise.noise_mean`.

    Returns
    -------
    Calibration

    References
    ----------
    Wilson, E. and Hilferty, M. (1931). The distribution of chi-square. *PNAS* 17.

    Examples
    --------
    >>> learnt = calibration([[0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]], [[0.01] * 8])
    >>> learnt.chunks, learnt.excess
    (array([8.]), array([0.005]))
    """
    v, e = np.asarray(divergence, dtype=float), np.asarray(noise, dtype=float)
    usable = np.isfinite(v) & np.isfinite(e) & (e > 0)
    chunks = usable.sum(axis=-1).astype(float)
    count = np.maximum(chunks, 1.0)
    excess = np.maximum(np.where(usable, v - e, 0.0).sum(axis=-1) / count, 0.0)
    expected = np.where(usable, e + excess[..., None], 1.0)
    root = np.where(usable, np.cbrt(np.maximum(v, 0.0) / expected), 0.0)
    centre = root.sum(axis=-1) / count
    deviation = np.where(usable, root - centre[..., None], 0.0)
    variance = (deviation**2).sum(axis=-1) / np.maximum(chunks - 1, 1.0)
    enough = chunks >= FEWEST_CHUNKS
    spread = np.sqrt(variance * (1 + 1 / count))
    return Calibration(
        chunks, excess, np.where(enough, centre, np.nan), np.where(enough & (spread > 0), spread, np.nan)
    )


def calibrated_limit(learnt: Calibration, noise: ArrayLike, *, level: float = 0.99) -> Floats:
    """T1: the divergence that a chunk like those of the reference stays below.

    Sampling noise scales with the rows of the chunk that is judged; the excess does not, because more rows do
    not make one day more like another.

    Parameters
    ----------
    learnt : Calibration
        Of shape (features,).
    noise : array_like of shape (features, ...)
        Average sampling noise of the chunk that is judged.
    level : float
        Share of such chunks that stay below.

    Returns
    -------
    ndarray of shape (features, ...)
        nan where the reference is too short.

    Examples
    --------
    >>> learnt = calibration([[0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]], [[0.01] * 8])
    >>> calibrated_limit(learnt, [[0.01, 0.02]]).round(3)
    array([[0.039, 0.065]])
    """
    e = np.asarray(noise, dtype=float)
    chunks, excess, centre, spread = (aligned(array, e) for array in _parts(learnt))
    quantile = special.stdtrit(np.maximum(chunks - 1, 1.0), level)
    return np.maximum(centre + quantile * spread, 0.0) ** 3 * (e + excess)


def calibrated_p_value(learnt: Calibration, divergence: ArrayLike, noise: ArrayLike) -> Floats:
    """How often a chunk like those of the reference gives a divergence at least this large.

    Parameters
    ----------
    learnt : Calibration
        Of shape (features,).
    divergence, noise : array_like of shape (features, ...)
        Of the chunk that is judged.

    Returns
    -------
    ndarray of shape (features, ...)
        nan where the reference is too short.

    Examples
    --------
    >>> learnt = calibration([[0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]], [[0.01] * 8])
    >>> limit = calibrated_limit(learnt, [[0.01]])
    >>> calibrated_p_value(learnt, limit, [[0.01]]).round(6)
    array([[0.01]])
    """
    v, e = np.asarray(divergence, dtype=float), np.asarray(noise, dtype=float)
    chunks, excess, centre, spread = (aligned(array, e) for array in _parts(learnt))
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = (np.cbrt(np.maximum(v, 0.0) / (e + excess)) - centre) / spread
    return special.stdtr(np.maximum(chunks - 1, 1.0), -distance)


def limit(noise_limit: ArrayLike, reference_limit: ArrayLike, floor: ArrayLike) -> Floats:
    """``max(T0, T1, floor)``; a part that is not known (nan) is left out.

    Examples
    --------
    >>> limit([0.01, 0.03], [np.nan, 0.05], 0.02)
    array([0.02, 0.05])
    """
    return np.fmax(np.fmax(noise_limit, reference_limit), floor)


def _parts(learnt: Calibration) -> tuple[Floats, Floats, Floats, Floats]:
    return learnt.chunks, learnt.excess, learnt.centre, learnt.spread
