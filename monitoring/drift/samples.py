"""What a method takes of a group of rows, from running sums: counts, sums by bin, moments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from monitoring.drift.sides import MEANS, MOMENTS, Side
from monitoring.statistics.arrays import Floats, aligned
from monitoring.statistics.arrays import summed as rows_of


@dataclass(frozen=True)
class Sample:
    """Rows added up, feature by feature; arrays of shape (features, ..., groups) and (features, ...)."""

    bins: Floats
    sums: Floats | None
    total: Floats | None
    square: Floats | None

    def __sub__(self, other: Sample) -> Sample:
        """These rows without others that are among them."""

        def less(one: Floats | None, two: Floats | None) -> Floats | None:
            return None if one is None or two is None else one - two

        return Sample(
            self.bins - other.bins,
            less(self.sums, other.sums),
            less(self.total, other.total),
            less(self.square, other.square),
        )


def sample(side: Side, taken: Callable[[Floats], Floats]) -> Sample:
    """The rows that a function takes from every running sum.

    Parameters
    ----------
    side : Side
    taken : callable
        From running sums of shape (features, positions + 1, ...) to sums.
    """

    def part(running: Floats | None) -> Floats | None:
        return None if running is None else taken(running)

    return Sample(taken(side.bins), part(side.sums), part(side.total), part(side.square))


def inputs(side: Side, reference: Sample, current: Sample) -> dict[str, Floats]:
    """What the side's method takes besides two histograms, by name."""
    if MOMENTS in side.method.inputs:
        return {"reference_moments": moments(reference), "current_moments": moments(current)}
    if MEANS not in side.method.inputs or reference.sums is None or current.sums is None:
        return {}
    return {
        "reference_means": reference.sums / np.where(reference.bins > 0, reference.bins, 1.0),
        "current_means": current.sums / np.where(current.bins > 0, current.bins, 1.0),
        "scale": aligned(side.scale, current.bins[..., 0]),
    }


def moments(rows: Sample) -> Floats:
    """Mean, around the grid's centre, and variance, of shape (..., 2)."""
    if rows.total is None or rows.square is None:
        raise ValueError("categories have no moments")
    n = rows_of(rows.bins)
    count = np.where(n > 0, n, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = rows.total / count
        variance = np.maximum(rows.square - rows.total * mean, 0.0) / np.where(n > 1, n - 1, np.nan)
    # Digits lost in the difference of two equal numbers are no variance.
    return np.stack([mean, np.where(variance < 1e-14 * mean**2, 0.0, variance)], axis=-1)


def mean(rows: Sample) -> Floats:
    """Mean around the grid's centre."""
    n = rows_of(rows.bins)
    if rows.total is None:
        raise ValueError("categories have no mean")
    return rows.total / np.where(n > 0, n, np.nan)
