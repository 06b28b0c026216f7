"""Samples as points: random Fourier features, their means, and the distance of two means tested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.tables import (
    MOST_CODES,
    Scaling,
    code_counts,
    looked_up,
    scaled,
    scaling,
    tables,
)
from monitoring.statistics.threads import one_thread

CATEGORIES = 20
DIMENSIONS = 256
_SLOTS = CATEGORIES + 2  # the others, and missing
_MEDIAN_ROWS = 1_000
_BLOCK = 4_096


@dataclass(frozen=True)
class _Embedding:
    """Random Fourier features, ``sqrt(2 / D) cos(x W + b)`` of a row made numeric and comparable.

    ``slots`` of shape (categorical columns, 255) says which indicator a category lights. ``weights`` has
    shape (inputs, D): numbers, whether each is missing, then the categories' indicators.
    """

    categorical: NDArray[np.bool_]
    scaling: Scaling
    slots: Floats
    weights: NDArray[np.float32]
    phase: NDArray[np.float32]


@dataclass(frozen=True)
class Mmd:
    """The distance of two mean embeddings.

    ``noise`` is what the distance of two such samples of one population stays below in 95 of 100 cases.
    """

    value: float
    noise: float
    p_value: float
    reference_rows: int
    current_rows: int


def mmd(
    reference: ArrayLike,
    current: ArrayLike,
    categorical: ArrayLike,
    *,
    permutations: int = 200,
    seed: int = 0,
) -> Mmd:
    """Maximum mean discrepancy: the distance of two samples' mean embeddings, and its permutation test.

    The features of a row are random Fourier ones, whose products approximate a Gaussian kernel between rows.
    Numbers are in robust standard deviations from the median, at most 8; a missing one lies at the median
    and lights an indicator. Categories are indicators: the 20 most frequent, the others, missing. The width
    of the kernel is the median distance of 1,000 rows.

    All rows are permuted. The p-value is ``(1 + as large) / (1 + permutations)``, exact in any sample size
    because the embedding is fitted on both samples pooled: choosing the frequent categories from the
    reference alone makes them frequent there by chance, and quiet days with many categories loud.

    Parameters
    ----------
    reference, current : array_like of shape (rows, columns)
        nan and infinite values are missing, and so is a negative code. The caller bounds the rows: 20,000 of
        each are plenty.
    categorical : array_like of bool, of shape (columns,)
        Columns of category codes, 0 to 254.
    permutations : int
        Of 200 the smallest p-value is 0.005.
    seed : int
        For the embedding and the permutations.

    Returns
    -------
    Mmd
        ``value`` is never 0 but for identical samples: read it beside ``noise``.

    Raises
    ------
    ValueError
        If a side has fewer than two rows, columns differ, a code is no whole number from 0 to 254, or there
        is no permutation.

    References
    ----------
    Gretton, A. et al. (2012). A kernel two-sample test. *JMLR* 13. Rahimi, A. and Recht, B. (2007). Random
    features for large-scale kernel machines. *NeurIPS*.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> before, after = generator.normal(size=(2, 500, 3))
    >>> mmd(before, after, [False] * 3).p_value > 0.05, mmd(before, after + 0.5, [False] * 3).p_value < 0.01
    (True, True)
    """
    r, c, mask = tables(reference, current, categorical, least=2)
    if permutations < 1:
        raise ValueError(f"a permutation test needs at least one permutation, not {permutations}")
    rows, generator = np.concatenate([r, c]), np.random.default_rng(seed)
    with one_thread():
        z = _features(_fitted(rows, mask, DIMENSIONS, generator), rows)
        z -= z.mean(axis=0, dtype=float).astype(np.float32)
        is_current = np.arange(len(rows)) >= len(r)
        value = float(_distances(z, is_current[None])[0])
        draws = np.concatenate(
            [
                _distances(z, generator.permuted(np.tile(is_current, (some, 1)), axis=1))
                for some in np.diff(np.append(np.arange(0, permutations, 50), permutations))
            ]
        )
    # Equal splits of few rows differ by rounding only.
    as_large = int((draws >= value * (1 - 1e-5)).sum())
    p_value = (1 + as_large) / (1 + permutations)
    return Mmd(value, float(np.quantile(draws, 0.95)), p_value, len(r), len(c))


def _fitted(
    rows: Floats, mask: NDArray[np.bool_], dimensions: int, generator: np.random.Generator
) -> _Embedding:
    counts = code_counts(rows[:, mask])
    order = np.argsort(-counts, axis=1, kind="stable")
    slots = np.full((len(counts), MOST_CODES), float(CATEGORIES))
    np.put_along_axis(slots, order[:, :CATEGORIES], np.arange(CATEGORIES, dtype=float)[None], axis=1)
    slots[counts == 0] = CATEGORIES
    known = scaling(rows[:, ~mask])
    some = generator.choice(len(rows), min(len(rows), _MEDIAN_ROWS), replace=False)
    inputs = _inputs(mask, known, slots, rows[some])
    weights = generator.normal(size=(inputs.shape[1], dimensions)) / _median_distance(inputs)
    phase = generator.uniform(0, 2 * np.pi, size=dimensions)
    return _Embedding(mask, known, slots, weights.astype(np.float32), phase.astype(np.float32))


def _inputs(mask: NDArray[np.bool_], known: Scaling, slots: Floats, rows: Floats) -> NDArray[np.float32]:
    """Numbers, whether they are missing, and indicators of categories, side by side."""
    numbers, codes = rows[:, ~mask], rows[:, mask]
    slot = looked_up(slots, codes, np.full(codes.shape[1], float(_SLOTS - 1)))
    lit = slot[..., None] == np.arange(_SLOTS)
    parts = scaled(numbers, known), np.isnan(numbers), lit.reshape(len(rows), -1)
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _features(embedding: _Embedding, rows: Floats) -> NDArray[np.float32]:
    """Features of shape (rows, D), made in blocks that stay in the processor's cache."""
    out = np.empty((len(rows), len(embedding.phase)), dtype=np.float32)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        inputs = _inputs(embedding.categorical, embedding.scaling, embedding.slots, block)
        np.cos(inputs @ embedding.weights + embedding.phase, out=out[start : start + _BLOCK])
    return np.multiply(out, np.float32(np.sqrt(2 / len(embedding.phase))), out=out)


def _median_distance(inputs: NDArray[np.float32]) -> float:
    """The median distance of two rows; where most are alike the mean, where all are 1."""
    rows = inputs.astype(float)
    square = (rows**2).sum(axis=1)
    pairs = (square[:, None] + square - 2 * rows @ rows.T)[np.triu_indices(len(rows), 1)]
    distances = np.sqrt(np.where(pairs > 1e-9, pairs, 0.0))
    return float(np.median(distances) or distances.mean() or 1.0) if distances.size else 1.0


def _distances(z: NDArray[np.float32], current: NDArray[np.bool_]) -> Floats:
    """The distance of the two means for each split of centred features; splits have shape (splits, rows)."""
    m = current[0].sum()
    total = (current.astype(np.float32) @ z).astype(float)
    return np.linalg.norm(total, axis=1) * (1 / m + 1 / (current.shape[1] - m))
