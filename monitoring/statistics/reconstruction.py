"""Rows rebuilt from a few principal components: a large rest says that columns no longer go together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.tables import Scaling, code_counts, looked_up, scaled, scaling, table


@dataclass(frozen=True)
class Reconstruction:
    """Principal components of a reference, and how a row is made numeric and comparable for them.

    ``shares`` of shape (categorical columns, 255) are the categories' shares of the reference. ``mean`` and
    ``deviation`` of shape (columns,) standardise; numeric columns come first. ``components`` has shape
    (kept, columns).
    """

    categorical: NDArray[np.bool_]
    scaling: Scaling
    shares: Floats
    mean: Floats
    deviation: Floats
    components: Floats


def fit_reconstruction(
    reference: ArrayLike, categorical: ArrayLike, *, variance: float = 0.65
) -> Reconstruction:
    """Principal components that hold 65 % of the variance of the standardised reference.

    However weakly columns hang together, one component less than there are varying columns is kept at most:
    with all of them every row is rebuilt, and no error ever says anything.

    Missing numbers become the median, missing categories the most frequent one; a category is its share of
    the reference, 0 if it was never seen. Numbers count at most 8 robust standard deviations from the median
    (interquartile range over 1.349), so that a wild value moves neither the components nor a mean error.

    Blind spot: a shift along the kept components is rebuilt and leaves no error, whatever its size. A quiet
    error is no proof that nothing changed; `domain_classifier` and `mmd` have no such blind spot.

    Parameters
    ----------
    reference : array_like of shape (rows, columns)
        nan and infinite values are missing, and so is a negative code.
    categorical : array_like of bool, of shape (columns,)
        Columns of category codes, 0 to 254.
    variance : float
        Share of the variance to keep; the fewest components that exceed it are kept.

    Returns
    -------
    Reconstruction

    Raises
    ------
    ValueError
        If there is no row, fewer than two columns vary, shapes disagree, or a code is no whole number from 0
        to 254.

    References
    ----------
    NannyML, "Data reconstruction with PCA", whose steps these are.

    Examples
    --------
    >>> line = np.linspace(0, 1, 50)
    >>> model = fit_reconstruction(np.column_stack([line, 2 * line]), [False, False])
    >>> model.components.shape
    (1, 2)
    """
    rows, mask = table(reference, categorical)
    if not len(rows):
        raise ValueError("a reconstruction is fitted on at least one row")
    counts = code_counts(rows[:, mask])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    known = scaling(rows[:, ~mask])
    numbers = _numbers(mask, known, shares, rows)
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
    varying = deviation > 1e-12
    if varying.sum() < 2:
        raise ValueError("nothing is left to reconstruct: fewer than two features vary in the reference")
    deviation = np.where(varying, deviation, 1.0)
    centred = (numbers - mean) / deviation
    values, vectors = np.linalg.eigh(centred.T @ centred / len(rows))
    explained = np.maximum(values[::-1], 0.0)
    reached = np.cumsum(explained) / (explained.sum() or 1.0)
    fewest = min(int(np.searchsorted(reached, variance, side="right")) + 1, int(varying.sum()) - 1)
    components = vectors[:, ::-1].T[:fewest]
    return Reconstruction(mask, known, shares, mean, deviation, components)


def reconstruction_error(model: Reconstruction, rows: ArrayLike) -> Floats:
    """How far each row lies from its reconstruction, in standard deviations of the reference.

    Parameters
    ----------
    model : Reconstruction
    rows : array_like of shape (rows, columns)

    Returns
    -------
    ndarray of shape (rows,)
        Euclidean norms; blind to shifts along the kept components, see `fit_reconstruction`.

    Raises
    ------
    ValueError
        As in `fit_reconstruction`.

    Examples
    --------
    >>> line = np.linspace(0, 1, 50)
    >>> model = fit_reconstruction(np.column_stack([line, 2 * line]), [False, False])
    >>> reconstruction_error(model, [[0.5, 1.0], [0.5, 2.0], [3.0, 6.0]]).round(2)
    array([0. , 1.2, 0. ])
    """
    checked, _ = table(rows, model.categorical)
    numbers = _numbers(model.categorical, model.scaling, model.shares, checked)
    centred = (numbers - model.mean) / model.deviation
    return np.linalg.norm(centred - centred @ model.components.T @ model.components, axis=1)


def _numbers(mask: NDArray[np.bool_], known: Scaling, shares: Floats, rows: Floats) -> Floats:
    """Clipped numbers, then the share of each category."""
    most_frequent = shares.max(axis=1, initial=0.0)
    return np.concatenate(
        [scaled(rows[:, ~mask], known), looked_up(shares, rows[:, mask], most_frequent)], axis=1
    )
