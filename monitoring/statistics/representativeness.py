"""Do the rows that have labels look like those that have none?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.arrays import Counts, Floats, occupied, paired, size_factor, summed
from monitoring.statistics.distances import jensen_shannon
from monitoring.statistics.gaps import kolmogorov_smirnov
from monitoring.statistics.noise import noise_quantile
from monitoring.statistics.registry import METHODS
from monitoring.statistics.sums import mass_groups


@dataclass(frozen=True)
class Representativeness:
    """Labelled against unlabelled scores, each of shape (...); nan where either has no rows.

    ``jensen_shannon`` (base 2) over about ten bins and ``kolmogorov_smirnov`` over the slots, each with the
    limit that it stays below if labelled rows are a random sample, or with its effect floor where that is
    larger; ``biased`` where one of them is above its limit.
    """

    jensen_shannon: Floats
    jensen_shannon_limit: Floats
    kolmogorov_smirnov: Floats
    kolmogorov_smirnov_limit: Floats
    biased: NDArray[np.bool_]


def representativeness(labelled: Counts, unlabelled: Counts, *, level: float = 0.99) -> Representativeness:
    """Whether scores of labelled rows are distributed like those of rows whose label is missing.

    A difference says that metrics of the labelled rows do not stand for all; its absence does not say that
    they do, because labels may be missing by what the score does not see.

    Parameters
    ----------
    labelled, unlabelled : array_like of shape (..., slots)
        Rows by score slot, ascending.
    level : float
        How rarely random labels exceed a limit.

    Returns
    -------
    Representativeness

    Raises
    ------
    ValueError
        If the slots differ or a count is negative.

    References
    ----------
    The limits are those of `monitoring.statistics.noise`, as for drift.

    Examples
    --------
    >>> found = representativeness([[100, 100, 100]], [[150, 100, 50]])
    >>> found.biased, found.kolmogorov_smirnov.round(3), found.kolmogorov_smirnov_limit.round(3)
    (array([ True]), array([0.167]), array([0.133]))
    """
    r, c = paired(np.atleast_2d(labelled), np.atleast_2d(unlabelled))
    groups = mass_groups((r + c).reshape(-1, r.shape[-1]).sum(axis=0))
    membership = (groups[:, None] == np.arange(int(groups.max()) + 1)).astype(float)
    coarse = r @ membership, c @ membership
    scale = size_factor(summed(r), summed(c))
    entropy, gap = METHODS["jensen_shannon"], METHODS["kolmogorov_smirnov"]
    first, second = jensen_shannon(*coarse), kolmogorov_smirnov(r, c)
    limits = [
        np.fmax(noise_quantile(method, scale, bins, level) ** (1 / method.power), method.levels.floor)
        for method, bins in ((entropy, occupied(*coarse)), (gap, occupied(r, c)))
    ]
    biased = (first > limits[0]) | (second > limits[1])
    shape = np.broadcast_shapes(np.shape(labelled), np.shape(unlabelled))[:-1]
    parts = [part.reshape(shape) for part in (first, limits[0], second, limits[1])]
    return Representativeness(*parts, biased=biased.reshape(shape))
