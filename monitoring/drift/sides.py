"""One side of a profile, numbers or categories, made ready to be compared by one method.

Bins are merged as the method wants them and everything is kept as running sums over the timeline, so that a
chunk, a trailing window and a block of the reference cost the same.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from monitoring.drift.spans import Positions, Timeline, cumulative, reference_blocks, summed
from monitoring.statistics import METHODS, Method
from monitoring.statistics.arrays import Floats
from monitoring.statistics.merging import Groups, merged, own_groups, quantile_groups, rare_groups
from monitoring.statistics.noise import simulated_null
from monitoring.statistics.transport import reference_scale

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube

AUTO = {
    "numeric": "psi",
    "ordinal": "psi",
    "binary": "jensen_shannon",
    "categorical": "jensen_shannon",
}
"""The method for each kind when nobody names one.

The stability index over deciles is what readers know, has a law for its noise and finds shifts of place,
width and shape alike. Between categories the Jensen-Shannon distance needs no smoothing, which for many rare
names would weigh as much as the names themselves, and it ends at 1 whatever happens.
"""


@dataclass(frozen=True)
class Side:
    """What a method needs of the features of one cube.

    Attributes
    ----------
    method : Method
    features : tuple of str
    kinds : tuple of str
    bins : ndarray of shape (features, positions + 1, groups)
        Running counts.
    rows : ndarray of shape (features, positions + 1)
        Running counts of all rows, missing ones included.
    total : ndarray of shape (features, positions + 1) or None
        Running sum of deviations from the grid's centre; None for categories.
    sums : ndarray of shape (features, positions + 1, groups) or None
        The same by bin; only where the method needs the mean of each bin.
    scale : ndarray of shape (features,)
        Reference standard deviation; 1 for categories.
    null : ndarray of shape (features, draws) or None
        Simulated noise, for a method without a law.
    """

    method: Method
    features: tuple[str, ...]
    kinds: tuple[str, ...]
    bins: Floats
    rows: Floats
    total: Floats | None
    sums: Floats | None
    scale: Floats
    null: Floats | None

    def some(self, places: slice) -> Side:
        """A few of the features."""
        return replace(
            self,
            features=self.features[places],
            kinds=self.kinds[places],
            bins=self.bins[places],
            rows=self.rows[places],
            total=None if self.total is None else self.total[places],
            sums=None if self.sums is None else self.sums[places],
            scale=self.scale[places],
            null=None if self.null is None else self.null[places],
        )


def chosen(method: str, kinds: Sequence[str]) -> Method:
    """The method for features of these kinds: the one named if it is defined for all, else the automatic one.

    Raises
    ------
    ValueError
        If there is no method of that name.

    Examples
    --------
    >>> chosen("auto", ["numeric"]).key, chosen("wasserstein", ["categorical"]).key
    ('psi', 'jensen_shannon')
    """
    if method == "auto":
        return METHODS[AUTO[kinds[0]]]
    if method not in METHODS:
        raise ValueError(f"no drift method {method!r}; there are auto, {', '.join(METHODS)}")
    named = METHODS[method]
    return named if all(kind in named.kinds for kind in kinds) else METHODS[AUTO[kinds[0]]]


def side(cube: Cube, method: str, line: Timeline) -> Side | None:
    """A cube made ready for a method; None if it holds no feature.

    Parameters
    ----------
    cube : Cube
    method : str
        A registered method or ``auto``.
    line : Timeline

    Raises
    ------
    ValueError
        If there is no method of that name.
    """
    if not len(cube.features):
        return None
    kinds = tuple(grid.kind for grid in cube.grids)
    using = chosen(method, kinds)
    places = np.array([line.position(key) for key in cube.chunks], dtype=np.intp)
    numeric = kinds[0] in ("numeric", "ordinal")
    counts = np.asarray(cube.counts, dtype=float)
    if using.bins == "groups":
        counts = merged(counts, _groups(cube, places, line, numeric=numeric))
    transport = "reference_means" in using.inputs
    bins = cumulative(counts, places, line.length)
    sums = cumulative(np.asarray(cube.sums, dtype=float), places, line.length) if transport else None
    scale = _scale(cube, places, line) if numeric else np.ones(len(kinds))
    return Side(
        method=using,
        features=tuple(cube.features),
        kinds=kinds,
        bins=bins,
        rows=cumulative(np.asarray(cube.n, dtype=float), places, line.length),
        total=cumulative(np.asarray(cube.total, dtype=float), places, line.length) if numeric else None,
        sums=sums,
        scale=scale,
        null=_null(using, bins, sums, scale, line) if using.null is None else None,
    )


def _groups(cube: Cube, places: Positions, line: Timeline, *, numeric: bool) -> Groups:
    """The group of each bin, by what the reference holds."""
    inside = _inside(places, line)
    reference = np.asarray(cube.counts, dtype=float)[:, inside].sum(axis=1)
    if not numeric:
        # Names never seen in the reference are the slot after the categories and `other`: nothing is expected
        # there, so it would be pooled with rare names; it stands alone instead.
        unseen = np.array([grid.slots - 1 for grid in cube.grids])
        usual = reference.sum(axis=-1) / max(int(np.unique(places[inside] // line.per_chunk).size), 1)
        groups = rare_groups(reference, usual, keep=0)
        own = np.arange(reference.shape[-1]) == unseen[:, None]
        return np.where(own, unseen[:, None], groups)
    discrete = np.array([grid.discrete for grid in cube.grids])
    return np.where(discrete[:, None], own_groups(reference), quantile_groups(reference))


def _scale(cube: Cube, places: Positions, line: Timeline) -> Floats:
    """Reference standard deviation of each feature."""
    inside = _inside(places, line)
    counts, sums = (np.asarray(part, dtype=float)[:, inside].sum(axis=1) for part in (cube.counts, cube.sums))
    total, square = (
        np.asarray(part, dtype=float)[:, inside].sum(axis=1) for part in (cube.total, cube.square)
    )
    means = sums / np.where(counts > 0, counts, 1.0)
    return reference_scale(counts, means, rows=counts.sum(axis=-1), total=total, square=square)


def _null(method: Method, bins: Floats, sums: Floats | None, scale: Floats, line: Timeline) -> Floats:
    """Noise of a method without a law, for samples of the size of the reference's usual chunk."""
    reference = summed(bins, line.reference)[:, 0]
    blocks = reference_blocks(line, line.per_chunk)
    usual = np.median(summed(bins, blocks if len(blocks) else line.reference).sum(axis=-1), axis=1)
    given = {"reference": reference, "rows": usual}
    if sums is not None:
        means = summed(sums, line.reference)[:, 0] / np.maximum(reference, 1.0)
        given |= {"means": means, "scale": scale}
    return _drawn(
        method.key, len(reference), *(np.ascontiguousarray(one).tobytes() for one in given.values())
    )


@functools.lru_cache(maxsize=16)
def _drawn(key: str, features: int, reference: bytes, rows: bytes, *inputs: bytes) -> Floats:
    """The draws behind a null, kept: they stay the same while current rows arrive."""
    counts, usual, *own = (np.frombuffer(one).reshape(features, -1) for one in (reference, rows, *inputs))
    method = METHODS[key]
    if not own:
        null = simulated_null(method, counts, usual[:, 0])
    else:
        means, scale = own[0][:, None], own[1]
        null = simulated_null(
            method, counts, usual[:, 0], reference_means=means, current_means=means, scale=scale
        )
    null.flags.writeable = False
    return null


def _inside(places: Positions, line: Timeline) -> Positions:
    """Indices of the keys that belong to the reference."""
    return np.flatnonzero((places >= line.reference.start[0]) & (places < line.reference.stop[0]))
