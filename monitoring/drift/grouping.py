"""Which bins of a feature go together, and whether such groups are too rare for a law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.spans import Positions
from monitoring.statistics.arrays import Floats
from monitoring.statistics.choice import FEW_EVENTS
from monitoring.statistics.merging import (
    Groups,
    group_count,
    merged,
    quantile_groups,
    rare_groups,
    value_groups,
)

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube


def groups(cube: Cube, usual: Floats, inside: Positions) -> Groups:
    """The group of each bin, by what the reference holds.

    Parameters
    ----------
    cube : Cube
        Of numeric features or of categorical ones.
    usual : ndarray of shape (features,)
        Rows with a value that a chunk usually holds.
    inside : ndarray of int
        Which keys of the cube belong to the reference.

    Returns
    -------
    ndarray of int, shape (features, bins)
    """
    reference = _reference(cube, inside)
    last = np.array([grid.slots - 1 for grid in cube.grids])
    if not cube.grids[0].numeric:
        # Names never seen in the reference are the slot after the categories and `other`: nothing is expected
        # there, so it would be pooled with rare names; it stands alone instead.
        found = rare_groups(reference, usual, keep=0)
        return np.where(np.arange(reference.shape[-1]) == last[:, None], last[:, None], found)
    discrete = np.array([grid.discrete for grid in cube.grids])
    quantiles = quantile_groups(reference, group_count(usual))
    return np.where(discrete[:, None], value_groups(reference, usual, last), quantiles)


def sparse(cube: Cube, usual: Floats, inside: Positions) -> NDArray[np.bool_]:
    """Whether counts of the groups follow no law: fewer than five rows are expected in one group of ten.

    A single such group among more of them hardly moves a distance's noise.

    Parameters
    ----------
    cube, usual, inside
        As in `groups`.

    Returns
    -------
    ndarray of bool, shape (features,)
    """
    held = merged(_reference(cube, inside)[:, None], groups(cube, usual, inside))[:, 0]
    rows = usual[:, None] * held / np.maximum(held.sum(axis=-1, keepdims=True), 1.0)
    return ((rows < FEW_EVENTS) & (held > 0)).sum(axis=-1) > 0.1 * np.maximum((held > 0).sum(axis=-1), 1)


def _reference(cube: Cube, inside: Positions) -> Floats:
    """Counts of the reference, of shape (features, bins)."""
    return np.asarray(cube.counts, dtype=float)[:, inside].sum(axis=1)
