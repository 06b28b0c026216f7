"""How a feature is distributed over some windows, ready to be drawn beside another time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from monitoring.drift.against import Against
from monitoring.drift.wording import distinct
from monitoring.store.cubes import Cube
from monitoring.windows import Window


class Outside(NamedTuple):
    """What is said of rows that no bin and no name was frozen for.

    Attributes
    ----------
    range : str
        Beyond what numbers are.
    unseen : str
        What names are.
    """

    range: str
    unseen: str


OUTSIDE = Outside("the reference’s range", "never seen in the reference")
# Bins and names are always those of the model's own reference; another one may well hold rows beyond them.
OUTSIDE_FROZEN = Outside(
    "the range of the model’s reference period", "never seen in the model’s reference period"
)


@dataclass(frozen=True, eq=False)
class Sample:
    """A feature's rows in a window, added up.

    Attributes
    ----------
    counts : ndarray of shape (n_slots,)
        As the feature's grid has them.
    rows, missing, non_finite : float
    mean : float
        NaN for categories and where there is no value.
    minimum, maximum : float
        NaN where there is no value.
    """

    counts: np.ndarray
    rows: float
    missing: float
    non_finite: float
    mean: float
    minimum: float
    maximum: float

    @property
    def values(self) -> float:
        """Rows with a value that is in some slot."""
        return float(self.counts.sum())


def sample(cube: Cube, windows: Sequence[Window]) -> Sample:
    """Add up the only feature of a cube over windows.

    Parameters
    ----------
    cube : Cube
        Of one feature.
    windows : sequence of Window
        Of profile keys; they do not overlap.
    """
    inside = np.array([any(one.holds(key) for one in windows) for key in cube.chunks], dtype=bool)
    grid = cube.grids[0]
    counts = cube.counts[0, inside].sum(axis=0)[: grid.slots]
    values = counts.sum()
    mean = grid.centre + cube.total[0, inside].sum() / values if grid.numeric and values else np.nan
    low, high = cube.minimum[0, inside], cube.maximum[0, inside]
    return Sample(
        counts=counts,
        rows=float(cube.n[0, inside].sum()),
        missing=float(cube.missing[0, inside].sum()),
        non_finite=float(cube.non_finite[0, inside].sum()),
        mean=float(mean),
        minimum=float(np.nanmin(low)) if np.isfinite(low).any() else np.nan,
        maximum=float(np.nanmax(high)) if np.isfinite(high).any() else np.nan,
    )


def outside(against: Against) -> Outside:
    """What is said of rows that no bin and no name was frozen for, compared with such a reference."""
    return OUTSIDE if against.form == "fixed" else OUTSIDE_FROZEN


@dataclass(frozen=True)
class Histogram:
    """Counts of a numeric feature over frozen bins.

    Attributes
    ----------
    edges : ndarray of shape (n_edges,)
        From the reference's minimum to its maximum.
    counts : ndarray of shape (n_edges + 2,)
        Below the range, exactly the minimum, the bins between the edges, above the range.
    minimum, maximum : float
        Of these rows; NaN when there are none.
    """

    edges: np.ndarray
    counts: np.ndarray
    minimum: float
    maximum: float

    @property
    def shares(self) -> np.ndarray:
        """Share of the rows per slot."""
        total = self.counts.sum()
        return self.counts / total if total else np.zeros_like(self.counts, dtype=float)

    @property
    def extent(self) -> tuple[float, float]:
        """The outermost values to draw: the range, and what these rows hold beyond it."""
        low, high = np.fmin(self.edges[0], self.minimum), np.fmax(self.edges[-1], self.maximum)
        return float(low), float(high)


def densities(histogram: Histogram, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds and heights of bars whose areas are shares, outliers included.

    The point mass at the minimum is spread over the first bin. What lies outside the range of the bins is
    spread between the range and the outermost value drawn.

    Parameters
    ----------
    histogram : Histogram
    low, high : float
        The outermost values drawn, beyond or at the range.

    Returns
    -------
    bounds : ndarray of shape (n_bars + 1,)
    heights : ndarray of shape (n_bars,)
        Share per unit of the feature.

    Examples
    --------
    >>> two = Histogram(np.array([0.0, 1.0, 3.0]), np.array([0, 1, 1, 2, 0]), 0.0, 3.0)
    >>> densities(two, 0.0, 3.0)[1].tolist()
    [0.5, 0.25]
    """
    shares, edges = histogram.shares, histogram.edges
    inner = np.concatenate([[shares[1] + shares[2]], shares[3:-1]])
    bounds, mass = edges, inner
    # Nothing lies between the range and the nearest value when even that is outside.
    if low < edges[0]:
        gap = [histogram.maximum] if low < histogram.maximum < edges[0] else []
        bounds = np.concatenate([[low], gap, bounds])
        mass = np.concatenate([[shares[0]], np.zeros(len(gap)), mass])
    if high > edges[-1]:
        gap = [histogram.minimum] if edges[-1] < histogram.minimum < high else []
        bounds = np.concatenate([bounds, gap, [high]])
        mass = np.concatenate([mass, np.zeros(len(gap)), [shares[-1]]])
    return bounds, mass / np.diff(bounds)


def labels(cube: Cube, names: bool, outside: Outside = OUTSIDE) -> list[str]:
    """What the slots of a feature's grid are called; they are numbered where their names may not be told.

    Parameters
    ----------
    cube : Cube
        Of one feature.
    names : bool
        Whether they may be told: names and bounds are values of single rows.
    outside : Outside
        What unseen categories are called.
    """
    grid = cube.grids[0]
    if not grid.numeric:
        known = grid.categories if names else _numbered("category", len(grid.categories))
        return [*known, "other categories", outside.unseen]
    if not names:
        word, first = ("value", 0) if grid.discrete else ("bin", 1)
        return ["below", *["lowest"][:first], *_numbered(word, len(grid.edges) - first), "above"]
    texts = distinct(grid.edges)
    if grid.discrete:
        return ["below", *texts, "above"]
    inner = [f"{low} to {high}" for low, high in itertools.pairwise(texts)]
    return ["below", *texts[:1], *inner, "above"]


def _numbered(word: str, many: int) -> list[str]:
    return [f"{word} {i + 1}" for i in range(many)]
