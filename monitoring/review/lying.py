"""Where the values of a row lie in the reference, and which decided cases are like it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitoring import drift
from monitoring.models import Model
from monitoring.review import slices
from monitoring.statistics.arrays import Floats
from monitoring.store.grids import Grid

if TYPE_CHECKING:
    from monitoring.store import Store

Row = Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Reference:
    """How a feature was distributed in the reference.

    Attributes
    ----------
    grid : Grid
    shares : ndarray of shape (slots,)
        Share of the rows with a value in each of the grid's slots.
    """

    grid: Grid
    shares: Floats


@dataclass(frozen=True)
class Lies:
    """Where a value lies.

    Attributes
    ----------
    below : float
        Share of the reference with a smaller value, half of those with the same; nan of names and of nothing.
    share : float
        Of a name, its share of the reference; nan of numbers.
    words : str
    odd : bool
        Whether the reference never or hardly held it.
    """

    below: float
    share: float
    words: str
    odd: bool


MISSING = Lies(math.nan, math.nan, "missing", False)
UNKNOWN = Lies(math.nan, math.nan, "no reference of it", False)
ATOM = 0.1
"""The share of a bin from which on it is one value: bins of quantiles hold about a twentieth."""
EDGE = 0.001
"""Beyond which share of the reference a number is odd."""


def reference(store: Store, model: Model) -> dict[str, Reference]:
    """How every feature was distributed in the reference; nothing without one.

    Parameters
    ----------
    store : Store
    model : Model
    """
    try:
        window = drift.material(store, model.name).reference
    except drift.NoReferenceError:
        return {}
    shares = slices.shares(slices.reference(store, model, window, None))
    return {feature: Reference(grid, one) for feature, (grid, one) in shares.items()}


def lies(known: Reference | None, value: object) -> Lies:
    """Where a value lies in the reference.

    Parameters
    ----------
    known : Reference or None
        Of its feature.
    value : object
        As it was logged.

    Examples
    --------
    >>> age = Reference(Grid("age", "numeric", edges=(18.0, 40.0, 90.0)), np.array([0, 0.1, 0.5, 0.4, 0]))
    >>> lies(age, 65).words, lies(age, 95).words, lies(age, None).words
    ('above 80 % of the reference', 'above all of the reference', 'missing')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if known is None:
        return UNKNOWN
    return _number(known, float(str(value))) if known.grid.numeric else _name(known, str(value))


def _name(known: Reference, value: str) -> Lies:
    if value in known.grid.categories:
        share = float(known.shares[known.grid.categories.index(value)])
        return Lies(math.nan, share, f"{100 * share:.3g} % of the reference", False)
    return Lies(math.nan, 0.0, "rare in the reference, or never seen there", True)


def _number(known: Reference, value: float) -> Lies:
    edges = known.grid.edges
    if not edges:
        return UNKNOWN
    if value < edges[0] or value > edges[-1]:
        side = "below" if value < edges[0] else "above"
        return Lies(float(value > edges[0]), math.nan, f"{side} all of the reference", True)
    below = position(known, value)
    if below < EDGE or below > 1 - EDGE:
        return Lies(
            below, math.nan, f"{'below' if below < 0.5 else 'above'} nearly all of the reference", True
        )
    return Lies(below, math.nan, f"above {100 * below:.0f} % of the reference", False)


def position(known: Reference, value: float) -> float:
    """Share of the reference below a number, with half of the rows that hold the same.

    Within a bin values are taken to lie evenly, unless it holds far more rows than a bin of quantiles does:
    then they are one value.
    """
    place = int(np.searchsorted(known.grid.edges, value, side="left"))
    slot = place + 1
    share, before = float(known.shares[slot]), float(known.shares[:slot].sum())
    if place == 0 or known.grid.discrete or share > ATOM:
        return before + share / 2
    low, high = known.grid.edges[place - 1], known.grid.edges[place]
    return before + share * (value - low) / (high - low)


def alike(
    row: Row, others: Sequence[Row], known: Mapping[str, Reference], most: int = 3
) -> list[tuple[int, float]]:
    """The rows that are most like one: their places and how alike they are.

    Two numbers are as far apart as the share of the reference between them; two names are the same or not; a
    missing value is like a missing one.

    Parameters
    ----------
    row : mapping of str to object
    others : sequence of such
    known : mapping of str to Reference
        Features without one do not count.
    most : int

    Returns
    -------
    list of (place, likeness)
        The most alike first; likeness is 1 for equal rows and 0 for rows that share nothing.
    """
    features = [name for name in row if name in known]
    if not features:
        return []
    found = [
        (place, float(np.mean([_near(known[name], row[name], other.get(name)) for name in features])))
        for place, other in enumerate(others)
    ]
    return sorted(found, key=lambda one: -one[1])[:most]


def _near(known: Reference, one: object, other: object) -> float:
    here, there = lies(known, one), lies(known, other)
    if here is MISSING or there is MISSING:
        return float(here is there)
    if not known.grid.numeric:
        return float(str(one) == str(other))
    return 1 - abs(here.below - there.below)
