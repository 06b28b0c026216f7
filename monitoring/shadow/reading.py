"""A champion and a shadow on the requests that both scored, with the labels known at an instant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.models import Model
from monitoring.performance import Material, material
from monitoring.performance.outcomes import Cubes, Outcomes, outcomes
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.additive import part
from monitoring.store import Store, outputs, pairs
from monitoring.store.pair_cubes import PairCube
from monitoring.windows import Window


class NoPairsError(ValueError):
    """Two versions cannot be compared; the message says why."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """What a comparison is computed from; every array has the profile keys that hold pairs first.

    Attributes
    ----------
    served : Material
        The champion's whole output: its labels' maturity, its days.
    shadow : str
        The other version.
    segment : (column, value)
        As the profile writes them; ('', '') for all rows.
    keys : tuple of datetime
        Profile keys that hold pairs, oldest first.
    cube : PairCube
        How both went together; differences are those of the shadow less the champion.
    ours, theirs : outcomes of the model's task
        Labelled pairs by key, judged by the champion's output and by the shadow's.
    final : ndarray of bool, shape (keys,)
        Whether the labels of a key are mature.
    cubes : pair of mapping of str to ScoreCube
        What the champion and what the shadow said of the pairs, labelled or not, by subject.
    """

    served: Material
    shadow: str
    segment: tuple[str, str]
    keys: tuple[dt.datetime, ...]
    cube: PairCube
    ours: Outcomes
    theirs: Outcomes
    final: NDArray[np.bool_]
    cubes: tuple[Cubes, Cubes]

    @property
    def model(self) -> Model:
        """The model both are versions of."""
        return self.served.model

    @property
    def champion(self) -> str:
        """The version compared with."""
        return self.served.version

    @property
    def rows(self) -> Floats:
        """Pairs by key, of shape (keys,)."""
        tally = self.cube.all
        return np.bincount(tally.place, tally.counts, len(self.keys)).astype(float)

    @property
    def labelled(self) -> Floats:
        """Labelled pairs by key, of shape (keys,)."""
        tally = self.cube.labelled
        return np.bincount(tally.place % max(len(self.keys), 1), tally.counts, len(self.keys)).astype(float)

    def inside(self, window: Window | None, *, final: bool = False) -> NDArray[np.intp]:
        """The places of the keys inside a window; all without one, of final labels alone where asked."""
        chosen = np.array([window is None or window.holds(key) for key in self.keys], dtype=bool)
        return np.flatnonzero(chosen & self.final if final else chosen)

    def sides(self, places: NDArray[np.intp]) -> tuple[Outcomes, Outcomes]:
        """Labelled pairs of some keys, judged by either version."""
        return part(self.ours, places), part(self.theirs, places)


def read(
    store: Store,
    name: str,
    shadow: str,
    *,
    champion: str | None = None,
    segment: tuple[str, str] = ("", ""),
    known_at: dt.datetime | None = None,
    served: Material | None = None,
) -> Pairs:
    """Read a champion beside a shadow.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    shadow : str
    champion : str, optional
        The served version by default.
    segment : (column, value)
        As the profile writes them.
    known_at : datetime, optional
        An aware instant, as `monitoring.performance.material` takes it.
    served : Material, optional
        The champion's material of the same instant, all rows, where it has been read already.

    Returns
    -------
    Pairs

    Raises
    ------
    UnknownModel
        If no model has the name.
    NoPairsError
        If no request was scored by both.
    NoOutputError
        If the champion has no predictions.
    """
    model = store.model(name)
    found = served or material(store, name, version=champion, known_at=known_at)
    if shadow == found.version:
        raise NoPairsError(f"{name}: {shadow!r} is the served version; a shadow is another one")
    step = found.step
    stop = found.until + step if found.until <= dt.datetime.max - step else None
    cube = pairs.cube(store, name, found.version, shadow, None, stop, segment=segment, known_at=found.until)
    if not cube.chunks:
        where = f" in {'='.join(segment)}" if segment[0] else ""
        raise NoPairsError(f"{name}: no request{where} was scored by both {found.version!r} and {shadow!r}")
    first, second = (
        _side(store, found, own, other, stop, segment)
        for own, other in ((found.version, shadow), (shadow, found.version))
    )
    ours, theirs = (outcomes(model, one, cube.chunks) for one in (first, second))
    known = dict(zip(found.keys, found.cohorts.final.tolist(), strict=True))
    final = np.array([known.get(key, False) for key in cube.chunks], dtype=bool)
    return Pairs(found, shadow, segment, cube.chunks, cube, ours, theirs, final, (first, second))


def _side(
    store: Store, found: Material, own: str, other: str, stop: dt.datetime | None, segment: tuple[str, str]
) -> Cubes:
    """One version's outputs on the requests that the other scored too."""
    name = found.model.name
    return {
        grid.subject: pairs.side(store, name, grid, other, None, stop, segment=segment, known_at=found.until)
        for grid in outputs.grids(store, name)
        if grid.version == own
    }
