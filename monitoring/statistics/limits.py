"""The limit above which a chunk is unusual: sampling noise, day-to-day variation and an effect floor.

A fixed limit fires on small samples and sleeps on large ones; the law of sampling noise alone fires on every
day once days differ by nature. So the reference's own chunks are scored against the rest of the reference
(leave one out), and a chunk is unusual above ``max(T0, T1, floor)``: T0 from the law of noise, T1 from those
scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.statistics.arrays import Floats, aligned

FEWEST_CHUNKS = 7
"""Below this many reference chunks day-to-day variation cannot be judged."""
SEASONAL = 0.01
"""Level of the test that tells whether seasons differ."""
LEAST_POWER = 0.1
"""A handful of blocks tells too little for a smaller one: their limit would explode."""
WILD_EXCESS = 3.0
"""Variation by nature over noise above which the tail of the noise is of no account."""
LEAST_RATIO = 0.01
"""A divergence below so much of the expected one counts as this where logarithms are taken."""


@dataclass(frozen=True)
class Calibration:
    """How the reference's own chunks differ from the rest of it, per feature.

    Attributes
    ----------
    chunks : ndarray of shape (...)
        Chunks that could be scored; those that could not differ from the rest, both being of one bin, too.
    excess : ndarray of shape (...)
        Mean divergence beyond sampling noise: variation between chunks, which more rows do not remove.
    centre, spread : ndarray of shape (..., seasons)
        Mean and prediction scale of a power of divergence over expected divergence, for each season; nan
        where fewer than `FEWEST_CHUNKS` chunks could differ, and the scale where all are alike.
    freedom : ndarray of shape (...)
        Degrees of freedom behind the scale.
    power : ndarray of shape (...)
        The power; 0 for the logarithm.
    """

    chunks: Floats
    excess: Floats
    centre: Floats
    spread: Floats
    freedom: Floats
    power: Floats

    @property
    def known(self) -> np.ndarray:
        """Where the reference has enough chunks."""
        return np.isfinite(self.centre[..., 0])


def calibration(
    divergence: ArrayLike,
    noise: ArrayLike,
    season: ArrayLike | None = None,
    seasons: int = 1,
    *,
    variance: ArrayLike | None = None,
    wild: ArrayLike = False,
) -> Calibration:
    """Learn from leave-one-out scores how much the chunks of the reference differ.

    The cube root makes a chi-square-like variable nearly normal (Wilson and Hilferty), so that a Student
    quantile reaches 1 % with ten chunks, where an empirical quantile would need a hundred. Where chunks also
    differ by nature, noise in many directions and a level that moves in one are added, whose tail is heavier:
    a smaller power suits it (Jensen and Solomon). Where a single wild row can move the divergence the
    logarithm does.

    Chunks may differ by season (Sundays from Mondays). Where an analysis of variance finds that they do, each
    season has a centre of its own and the spread is that around it; elsewhere all chunks have one centre.

    Parameters
    ----------
    divergence : array_like of shape (..., chunks)
        Each reference chunk against the reference without it, on the divergence scale; nan for chunks that
        cannot be scored.
    noise : array_like of shape (..., chunks)
        What sampling noise alone gives on average, see `monitoring.statistics.noise.noise_mean`.
    season : array_like of int, shape (chunks,), optional
        The season of each chunk, from 0.
    seasons : int
        How many there are.
    variance : array_like of shape (..., chunks), optional
        Variance of the divergence by noise alone; without it the power is a third.
    wild : array_like of bool, shape (features,)
        Where a single row can move the divergence much.

    Returns
    -------
    Calibration

    References
    ----------
    Wilson, E. and Hilferty, M. (1931). The distribution of chi-square. *PNAS* 17.

    Jensen, D. and Solomon, H. (1972). A Gaussian approximation to the distribution of a definite quadratic
    form. *JASA* 67.

    Examples
    --------
    >>> learnt = calibration([[0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]], [[0.01] * 8])
    >>> learnt.chunks, learnt.excess
    (array([8.]), array([0.005]))
    """
    v, e = np.asarray(divergence, dtype=float), np.asarray(noise, dtype=float)
    usable = np.isfinite(v) & np.isfinite(e) & (e > 0)
    held = usable.sum(axis=-1).astype(float)
    count = np.maximum(held, 1.0)
    excess = np.maximum(np.where(usable, v - e, 0.0).sum(axis=-1) / count, 0.0)
    expected = np.where(usable, e + excess[..., None], 1.0)
    power, own = np.full(excess.shape, 1 / 3), np.where(usable, e, 0.0).sum(axis=-1) / count
    if variance is not None:
        ratio = np.where(usable, 2 * e * e / np.asarray(variance, dtype=float), 0.0).sum(axis=-1) / count
        power = _power(excess, own, ratio)
    # Wild rows are noise: they matter where noise does.
    rough = (aligned(np.asarray(wild, dtype=float), excess) > 0) & (excess < WILD_EXCESS * own)
    power = np.where(rough, 0.0, power)
    root = np.where(usable, _even(np.where(usable, v, 0.0) / expected, power[..., None]), 0.0)
    centre = root.sum(axis=-1) / count
    squares = (np.where(usable, root - centre[..., None], 0.0) ** 2).sum(axis=-1)
    freedom = np.maximum(held - 1, 1.0)
    spread = np.sqrt(squares / freedom * (1 + 1 / count))
    centre, spread = (np.repeat(part[..., None], seasons, axis=-1) for part in (centre, spread))
    if season is not None and seasons > 1:
        member = usable[..., None] & (np.asarray(season)[:, None] == np.arange(seasons))
        centre, spread, freedom = _seasonal(root, member, squares, centre, spread, freedom)
    enough = (held >= FEWEST_CHUNKS)[..., None]
    return Calibration(
        np.isfinite(v).sum(axis=-1).astype(float),
        excess,
        np.where(enough, centre, np.nan),
        np.where(enough & (spread > 0), spread, np.nan),
        freedom,
        power,
    )


def _power(excess: Floats, noise: Floats, directions: Floats) -> Floats:
    """The power that makes noise in so many directions, one of which also varies by nature, nearly normal."""
    many = np.maximum(directions, 1.0)
    small = noise / many
    large = excess + small
    first, second, third = ((large**order + (many - 1) * small**order) for order in (1, 2, 3))
    with np.errstate(invalid="ignore", divide="ignore"):
        power = 1 - 2 * first * third / (3 * second**2)
    return np.clip(np.where(np.isfinite(power), power, 1 / 3), LEAST_POWER, 1 / 3)


def _even(ratio: Floats, power: Floats) -> Floats:
    """Divergences over expected ones on a scale on which they are nearly normal (Box and Cox)."""
    some = np.where(power > 0, power, 1.0)
    logarithm = np.log(np.maximum(ratio, LEAST_RATIO))
    return np.where(power > 0, (np.maximum(ratio, 0.0) ** some - 1) / some, logarithm)


def _uneven(scaled: Floats, power: Floats) -> Floats:
    """Back from that scale."""
    some = np.where(power > 0, power, 1.0)
    root = np.maximum(1 + some * scaled, 0.0) ** (1 / some)
    return np.where(power > 0, root, np.exp(np.minimum(scaled, 700.0)))


def _seasonal(
    root: Floats, member: NDArray[np.bool_], squares: Floats, centre: Floats, spread: Floats, freedom: Floats
) -> tuple[Floats, Floats, Floats]:
    """Centre and spread by season where seasons differ; ``member`` has the shape (..., chunks, seasons)."""
    held = member.sum(axis=-2).astype(float)
    means = (root[..., None] * member).sum(axis=-2) / np.maximum(held, 1.0)
    left = ((root[..., None] - means[..., None, :]) ** 2 * member).sum(axis=(-2, -1))
    groups = (held > 0).sum(axis=-1)
    between, within = groups - 1.0, held.sum(axis=-1) - groups
    able = (between >= 1) & (within >= FEWEST_CHUNKS)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (squares - left) / np.maximum(between, 1.0) / (left / np.maximum(within, 1.0))
        differ = able & (special.fdtrc(np.maximum(between, 1.0), np.maximum(within, 1.0), ratio) < SEASONAL)
    # A season that the reference never held has no centre of its own: it stays with all chunks together.
    own = differ[..., None] & (held > 0)
    deviation = np.sqrt(left / np.maximum(within, 1.0))[..., None] * np.sqrt(1 + 1 / np.maximum(held, 1.0))
    return (
        np.where(own, means, centre),
        np.where(own, deviation, spread),
        np.where(differ, np.maximum(within, 1.0), freedom),
    )


def calibrated_limit(
    learnt: Calibration, noise: ArrayLike, season: ArrayLike | None = None, *, level: float = 0.99
) -> Floats:
    """T1: the divergence that a chunk like those of the reference stays below.

    Sampling noise scales with the rows of the chunk that is judged; the excess does not, because more rows do
    not make one day more like another.

    Parameters
    ----------
    learnt : Calibration
        Of shape (features,) or (features, chunks or 1).
    noise : array_like of shape (features, chunks)
        Average sampling noise of the chunk that is judged.
    season : array_like of int, shape (chunks,), optional
        Its season; the first by default.
    level : float
        Share of such chunks that stay below.

    Returns
    -------
    ndarray of shape (features, chunks)
        nan where the reference is too short.

    Examples
    --------
    >>> learnt = calibration([[[0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]]], [[[0.01] * 8]])
    >>> calibrated_limit(learnt, [[0.01, 0.02]]).round(3)
    array([[0.039, 0.065]])
    """
    e = np.asarray(noise, dtype=float)
    centre, spread = _of_season(learnt, e, season)
    freedom, excess = aligned(learnt.freedom, e), aligned(learnt.excess, e)
    top = centre + special.stdtrit(freedom, level) * spread
    return _uneven(top, aligned(learnt.power, e)) * (e + excess)


def calibrated_p_value(
    learnt: Calibration, divergence: ArrayLike, noise: ArrayLike, season: ArrayLike | None = None
) -> Floats:
    """How often a chunk like those of the reference gives a divergence at least this large.

    Parameters
    ----------
    learnt, noise, season
        As in `calibrated_limit`.
    divergence : array_like of shape (features, chunks)
        Of the chunk that is judged.

    Returns
    -------
    ndarray of shape (features, chunks)
        nan where the reference is too short.

    Examples
    --------
    >>> learnt = calibration([[[0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]]], [[[0.01] * 8]])
    >>> limit = calibrated_limit(learnt, [[0.01]])
    >>> calibrated_p_value(learnt, limit, [[0.01]]).round(6)
    array([[0.01]])
    """
    v, e = np.asarray(divergence, dtype=float), np.asarray(noise, dtype=float)
    centre, spread = _of_season(learnt, e, season)
    freedom, excess = aligned(learnt.freedom, e), aligned(learnt.excess, e)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = (_even(v / (e + excess), aligned(learnt.power, e)) - centre) / spread
    return special.stdtr(freedom, -distance)


def _of_season(learnt: Calibration, like: Floats, season: ArrayLike | None) -> tuple[Floats, Floats]:
    """Centre and spread of each chunk's season, ready to be joined with numbers of the chunks."""
    if season is None or learnt.centre.shape[-1] == 1:
        return aligned(learnt.centre[..., 0], like), aligned(learnt.spread[..., 0], like)
    place = np.asarray(season, dtype=np.intp)
    row = np.arange(len(place)) if learnt.centre.shape[-2] > 1 else np.zeros(len(place), dtype=np.intp)
    return learnt.centre[..., row, place], learnt.spread[..., row, place]


def limit(noise_limit: ArrayLike, reference_limit: ArrayLike, floor: ArrayLike) -> Floats:
    """``max(T0, T1, floor)``; a part that is not known (nan) is left out.

    Examples
    --------
    >>> limit([0.01, 0.03], [np.nan, 0.05], 0.02)
    array([0.02, 0.05])
    """
    return np.fmax(np.fmax(noise_limit, reference_limit), floor)
