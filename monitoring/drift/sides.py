"""Features that one method measures, made ready to be compared.

Bins are merged as the method wants them and everything is kept as running sums over the timeline, so that a
chunk, a trailing window and a block of the reference cost the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.grouping import groups, sparse
from monitoring.drift.nulls import MOMENTS, Simulation, draws, simulation, wild
from monitoring.drift.spans import Positions, Timeline, cumulative
from monitoring.statistics import METHODS, Method
from monitoring.statistics.arrays import Floats
from monitoring.statistics.choice import Choice, choice
from monitoring.statistics.merging import merged
from monitoring.statistics.transport import reference_scale

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube

MEANS = "reference_means"
_BY_FEATURE = ("counts", "sums", "n", "missing", "non_finite", "total", "square", "minimum", "maximum")


@dataclass(frozen=True)
class Side:
    """What a method needs of its features.

    Attributes
    ----------
    method : Method
    features, kinds : tuple of str
    why : tuple of str
        Why each feature is measured by this method.
    cube : Cube
        The profile of these features.
    bins : ndarray of shape (features, positions + 1, groups)
        Running counts.
    rows : ndarray of shape (features, positions + 1)
        Running counts of all rows, missing ones included.
    total, square : ndarray of shape (features, positions + 1) or None
        Running sums of deviations from the grid's centre and of their squares; None for categories.
    sums : ndarray of shape (features, positions + 1, groups) or None
        Sums of deviations by bin; only where the method needs the mean of each bin.
    scale : ndarray of shape (features,)
        Reference standard deviation; 1 for categories.
    null : ndarray of shape (features, draws) or None
        Simulated noise, for a method without a law and for features of which the law does not hold.
    wild : ndarray of bool, shape (features,)
        Whether a single row can move the distance much.
    single : ndarray of bool, shape (features, groups)
        Which groups hold a single value, so that a feature all in one of them is constant.
    """

    method: Method
    features: tuple[str, ...]
    kinds: tuple[str, ...]
    why: tuple[str, ...]
    cube: Cube
    bins: Floats
    rows: Floats
    total: Floats | None
    square: Floats | None
    sums: Floats | None
    scale: Floats
    null: Floats | None
    wild: NDArray[np.bool_]
    single: NDArray[np.bool_]

    def some(self, places: slice) -> Side:
        """A few of the features; the profile stays whole."""

        def some(array: Floats | None) -> Floats | None:
            return None if array is None else array[places]

        return replace(
            self,
            features=self.features[places],
            kinds=self.kinds[places],
            why=self.why[places],
            bins=self.bins[places],
            rows=self.rows[places],
            total=some(self.total),
            square=some(self.square),
            sums=some(self.sums),
            scale=self.scale[places],
            null=some(self.null),
            wild=self.wild[places],
            single=self.single[places],
        )


def chosen(
    method: str, kind: str, rows: float, values: float = float("inf"), events: float = float("inf")
) -> Choice:
    """The method for a feature: the one named if it is defined for its kind, else the automatic one.

    Raises
    ------
    ValueError
        If there is no method of that name.

    Examples
    --------
    >>> chosen("auto", "numeric", 5000).method, chosen("wasserstein", "categorical", 100).method
    ('psi', 'chi_square')
    """
    if method != "auto" and method not in METHODS:
        raise ValueError(f"no drift method {method!r}; there are auto, {', '.join(METHODS)}")
    found = choice(kind, rows, values, events=events)  # pyright: ignore[reportArgumentType]
    if method == "auto":
        return replace(found, why=f"chosen for what it is: {found.why}")
    if kind in METHODS[method].kinds:
        return Choice(method, "chosen by hand")
    return replace(found, why=f"{METHODS[method].title} is not defined for {kind} features; {found.why}")


def sides(cube: Cube, method: str, line: Timeline, *, noise: bool = True) -> list[Side]:
    """The features of a cube by the method that measures them; none for a cube without features.

    Parameters
    ----------
    cube : Cube
    method : str
        A registered method or ``auto``.
    line : Timeline
    noise : bool
        Whether to simulate noise that follows no law.

    Raises
    ------
    ValueError
        If there is no method of that name.
    """
    if not len(cube.features):
        return []
    places = np.array([line.position(key) for key in cube.chunks], dtype=np.intp)
    usual, largest = _usual(cube, places, line), _largest(cube, places, line)
    events = usual * (1 - largest)
    choices = [
        chosen(method, grid.kind, float(rows), _values(grid), float(rarer))
        for grid, rows, rarer in zip(cube.grids, usual, events, strict=True)
    ]
    # Features of one method are measured together, those whose noise is simulated apart from the others.
    rare = sparse(cube, usual, _inside(places, line))
    keys: list[tuple[str, Simulation | None]] = [
        (one.method, simulation(METHODS[one.method], float(share), float(rarer), few) if noise else None)
        for one, share, rarer, few in zip(choices, largest, events, rare.tolist(), strict=True)
    ]
    found = []
    for key in dict.fromkeys(keys):
        own = [place for place, one in enumerate(keys) if one == key]
        why = tuple(choices[place].why for place in own)
        found.append(_side(part(cube, own), METHODS[key[0]], why, usual[own], places, line, key[1]))
    return found


def _largest(cube: Cube, places: Positions, line: Timeline) -> Floats:
    """Share of the reference's rows in the fullest slot; 0 where there are none."""
    counts = np.asarray(cube.counts, dtype=float)[:, _inside(places, line)].sum(axis=1)
    return counts.max(axis=-1, initial=0.0) / np.maximum(counts.sum(axis=-1), 1.0)


def part(cube: Cube, own: Sequence[int]) -> Cube:
    """Some features of a cube, by their places."""
    if len(own) == len(cube.features):
        return cube
    arrays = {name: np.asarray(getattr(cube, name))[list(own)] for name in _BY_FEATURE}
    features = tuple(cube.features[place] for place in own)
    return replace(cube, features=features, grids=tuple(cube.grids[place] for place in own), **arrays)


def _values(grid: object) -> float:
    """How many different values the reference holds, as far as its grid tells."""
    known = len(getattr(grid, "edges", ())) or len(getattr(grid, "categories", ()))
    return float(known) if getattr(grid, "discrete", False) else float("inf")


def _usual(cube: Cube, places: Positions, line: Timeline) -> Floats:
    """Rows with a value that a chunk usually holds: in the reference where that has chunks."""
    rows = np.asarray(cube.counts, dtype=float).sum(axis=-1)
    chunk = places // line.per_chunk
    inside = _inside(places, line)
    among = inside if len(np.unique(chunk[inside])) > 1 else np.setdiff1d(np.arange(len(places)), inside)
    if not len(among):
        among = np.arange(len(places))
    _, position = np.unique(chunk[among], return_inverse=True)
    by_chunk = np.zeros((len(rows), int(position.max(initial=-1)) + 1))
    for place, chunk_rows in zip(position, rows[:, among].T, strict=True):
        by_chunk[:, place] += chunk_rows
    return _median(np.where(by_chunk == 0, np.nan, by_chunk))


def _median(rows: Floats) -> Floats:
    """The median of each row without its nan, 0 where nothing else is; numpy's own takes milliseconds."""
    if not rows.shape[1]:
        return np.zeros(len(rows))
    ordered, known = np.sort(rows, axis=1), np.isfinite(rows).sum(axis=1)
    ends = [ordered[np.arange(len(rows)), place] for place in (np.maximum(known - 1, 0) // 2, known // 2)]
    return np.where(known > 0, (ends[0] + ends[1]) / 2, 0.0)


def _side(
    cube: Cube,
    using: Method,
    why: tuple[str, ...],
    usual: Floats,
    places: Positions,
    line: Timeline,
    drawn: Simulation | None,
) -> Side:
    """Features made ready for their method."""
    kinds = tuple(grid.kind for grid in cube.grids)
    numeric = kinds[0] in ("numeric", "ordinal")
    counts, single = np.asarray(cube.counts, dtype=float), _single(cube)
    if using.bins == "groups":
        own = groups(cube, usual, _inside(places, line))
        counts = merged(counts, own)
        slots = np.stack([np.arange(single.shape[1]) < grid.slots for grid in cube.grids])
        alone, held = (merged(part[:, None], own)[:, 0] == 1 for part in (single, slots))
        single = alone & held

    def running(values: Floats, wanted: bool) -> Floats | None:
        return cumulative(np.asarray(values, dtype=float), places, line.length) if wanted else None

    bins = cumulative(counts, places, line.length)
    sums = running(cube.sums, MEANS in using.inputs)
    scale = _scale(cube, places, line) if numeric else np.ones(len(kinds))
    null = None
    if drawn:
        inside = _inside(places, line)
        null = draws(using, cube, bins, sums, scale, usual, inside, line, shared=drawn == "shared")
    return Side(
        method=using,
        features=tuple(cube.features),
        kinds=kinds,
        why=why,
        cube=cube,
        bins=bins,
        rows=cumulative(np.asarray(cube.n, dtype=float), places, line.length),
        total=running(cube.total, numeric),
        square=running(cube.square, MOMENTS in using.inputs),
        sums=sums,
        scale=scale,
        null=null,
        wild=wild(using, cube),
        single=single,
    )


def _single(cube: Cube) -> NDArray[np.bool_]:
    """Which slots hold one value: categories with a slot of their own, and values of a discrete feature."""
    place = np.arange(np.shape(cube.counts)[-1])
    rows = [
        (place > 0) & (place <= len(grid.edges)) & grid.discrete
        if grid.numeric
        else place < len(grid.categories)
        for grid in cube.grids
    ]
    return np.stack(rows)


def _scale(cube: Cube, places: Positions, line: Timeline) -> Floats:
    """Reference standard deviation of each feature."""
    inside = _inside(places, line)
    counts, sums = (np.asarray(part, dtype=float)[:, inside].sum(axis=1) for part in (cube.counts, cube.sums))
    total, square = (
        np.asarray(part, dtype=float)[:, inside].sum(axis=1) for part in (cube.total, cube.square)
    )
    means = sums / np.where(counts > 0, counts, 1.0)
    return reference_scale(counts, means, rows=counts.sum(axis=-1), total=total, square=square)


def _inside(places: Positions, line: Timeline) -> Positions:
    """Indices of the keys that belong to the reference."""
    return np.flatnonzero((places >= line.reference.start[0]) & (places < line.reference.stop[0]))
