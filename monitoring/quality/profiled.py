"""Checks of the profile: what features lack, exceed, repeat or never had before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.drift import shares
from monitoring.quality.evidence import Counted, Evidence, Own, by_chunk, in_reference
from monitoring.quality.registry import SLOWLY, quality_check
from monitoring.statistics.arrays import Floats
from monitoring.statistics.traffic import one_value_p_value

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube

TAIL = 0.002
"""Share of the reference beyond the outermost of its quantile edges: twice 0.1 %, for ties."""


@quality_check("Missing", short="missing", needs="features", levels=(0.05, 0.10), windows=SLOWLY)
def missing(evidence: Evidence) -> list[Counted]:
    """Rows without a value."""
    return _hits(evidence, "missing")


@quality_check("Not finite", short="not finite", needs="numbers", levels=(0.01, 0.10))
def non_finite(evidence: Evidence) -> list[Counted]:
    """Rows whose number is infinite."""
    return _hits(evidence, "non_finite")


@quality_check(
    "Below the range",
    short="below the reference range",
    needs="numbers",
    levels=(0.05, 0.10),
    cap="green",
    windows=SLOWLY,
)
def below_range(evidence: Evidence) -> list[Counted]:
    """Rows below the smallest value of the reference."""
    return [_beyond(evidence, cube, lowest=True) for cube in _varied(evidence, numeric=True)]


@quality_check(
    "Above the range",
    short="above the reference range",
    needs="numbers",
    levels=(0.05, 0.10),
    cap="green",
    windows=SLOWLY,
)
def above_range(evidence: Evidence) -> list[Counted]:
    """Rows above the largest value of the reference."""
    return [_beyond(evidence, cube, lowest=False) for cube in _varied(evidence, numeric=True)]


@quality_check(
    "Beyond the quantiles",
    short="beyond the reference’s 0.1 % and 99.9 % quantiles",
    needs="numbers",
    levels=(0.05, 0.10),
    cap="green",
)
def beyond_quantiles(evidence: Evidence) -> list[Counted]:
    """Rows beyond the reference's 0.1 % and 99.9 % quantiles."""
    found = []
    for cube in _varied(evidence, numeric=True):
        continuous = [place for place, grid in enumerate(cube.grids) if not grid.discrete]
        if continuous:
            found.append(_tails(evidence, _part(cube, continuous)))
    return found


@quality_check(
    "Never seen",
    short="never seen in the reference",
    needs="categories",
    levels=(0.01, 0.10),
    cap="green",
    windows=SLOWLY,
)
def unseen(evidence: Evidence) -> list[Counted]:
    """Rows with a category that the reference never held."""
    cubes = _varied(evidence, numeric=False)
    found = [(cube, shares.hits(cube, "unseen", evidence.line)) for cube in cubes]
    return [Counted(cube.features, hits) for cube, hits in found if hits is not None]


@quality_check(
    "Newly varying",
    short="another value than the only one of the reference",
    needs="features",
    form="fact",
    levels=(0.0, 0.10),
    lasting=False,
    reason="no_longer_constant",
)
def varying(evidence: Evidence) -> list[Counted]:
    """Rows with another value than the only one that the reference holds."""
    found = []
    for cube in evidence.cubes:
        fixed = np.flatnonzero(_one_value(cube) & _known(cube)).tolist()
        if fixed:
            part = _part(cube, fixed)
            counts = np.asarray(part.counts, float)
            usual = 1 if part.grids[0].numeric else 0
            rows = counts.sum(axis=-1)
            found.append(evidence.counted(part.features, part, rows - counts[..., usual], rows))
    return found


@quality_check(
    "Constant",
    short="one and the same value",
    needs="features",
    form="own",
    levels=(0.5, 1.0),
    reason="stuck",
)
def constant(evidence: Evidence) -> list[Own]:
    """Share of the most frequent value; a fault where it is all rows, and chance does not explain that."""
    return [_constant(evidence, cube) for cube in _varied(evidence)]


def _hits(evidence: Evidence, measure: str) -> list[Counted]:
    found = [(cube, shares.hits(cube, measure, evidence.line)) for cube in evidence.cubes]
    return [Counted(cube.features, hits) for cube, hits in found if hits is not None]


def _known(cube: Cube) -> NDArray[np.bool_]:
    """Features with a value in the reference."""
    return np.array([bool(grid.edges or grid.categories) for grid in cube.grids], dtype=bool)


def _one_value(cube: Cube) -> NDArray[np.bool_]:
    """Features with no more than one value in the reference."""
    sizes = [len(grid.edges if grid.numeric else grid.categories) for grid in cube.grids]
    return np.array(sizes, dtype=int) < 2


def _varied(evidence: Evidence, numeric: bool | None = None) -> list[Cube]:
    """The profile of features that vary in the reference: what else their only value is said by `varying`."""
    found = []
    for cube in evidence.cubes:
        chosen = np.flatnonzero(~_one_value(cube)).tolist()
        if chosen and numeric in (None, cube.grids[0].numeric):
            found.append(cube if len(chosen) == len(cube.features) else _part(cube, chosen))
    return found


def _part(cube: Cube, chosen: list[int]) -> Cube:
    from monitoring.drift.sides import part

    return part(cube, chosen)


def _beyond(evidence: Evidence, cube: Cube, *, lowest: bool) -> Counted:
    """Rows in the slot before the first edge, or behind the last."""
    counts = np.asarray(cube.counts, float)
    slot = np.zeros(len(cube.features), int) if lowest else np.array([g.slots - 1 for g in cube.grids])
    found = counts[np.arange(len(slot)), :, slot]
    return evidence.counted(cube.features, cube, found, counts.sum(axis=-1))


def _tails(evidence: Evidence, cube: Cube) -> Counted:
    """Rows in the slots that lie beyond the outermost quantile edges."""
    counts = np.asarray(cube.counts, float)
    low, high = tail_slots(cube, in_reference(evidence, cube))
    found = (counts * (low | high)[:, None, :]).sum(axis=-1)
    return evidence.counted(cube.features, cube, found, counts.sum(axis=-1))


def tail_slots(cube: Cube, inside: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Slots beyond the outermost quantile edges, by what the reference holds of them.

    Parameters
    ----------
    cube : Cube
        Of numeric features.
    inside : ndarray of bool, shape (keys,)
        Which keys are the reference.

    Returns
    -------
    (ndarray, ndarray) of bool, shape (features, slots)
        Those at the lower and those at the upper end.
    """
    reference = np.asarray(cube.counts, float)[:, inside].sum(axis=1)
    total = np.maximum(reference.sum(axis=-1, keepdims=True), 1.0)
    last = np.array([grid.slots - 1 for grid in cube.grids])[:, None]
    slots = np.arange(reference.shape[-1])
    low = (np.cumsum(reference, axis=-1) / total <= TAIL) & (slots < last)
    high = (np.cumsum(reference[:, ::-1], axis=-1)[:, ::-1] / total <= TAIL) & (slots > 0) & (slots <= last)
    return low | (slots == 0), high | (slots == last)


def _constant(evidence: Evidence, cube: Cube) -> Own:
    """Which chunks hold one value only, against how likely that is and whether the reference's chunks do."""
    counts, low, high = by_chunk(evidence, cube)
    rows = counts.sum(axis=-1)
    numeric = cube.grids[0].numeric
    named = np.array([grid.slots - 2 for grid in cube.grids])
    top = np.where(np.arange(counts.shape[-1]) < named[:, None, None], counts, 0.0) if not numeric else counts
    most = top.max(axis=-1, initial=0.0)
    same = np.asarray(rows > 0) & np.asarray((low == high) if numeric else (most == rows))
    least = evidence.model.limits.minimum_rows
    usual = _usual(evidence, same & (rows >= least))
    reference = np.asarray(cube.counts, float)[:, in_reference(evidence, cube)].sum(axis=1)
    chance = one_value_p_value(reference, rows)
    place = evidence.spans.start // evidence.line.per_chunk
    same = same[:, place]
    rows, most, chance = (one[:, place] for one in (rows, most, chance))
    value = np.where(same, 1.0, most / np.where(rows > 0, rows, np.nan))
    unknown = np.full(value.shape, np.nan)
    p_value = np.where(same & ~usual[:, None], chance, 1.0)
    return Own(
        subjects=cube.features,
        value=value,
        size=np.where(rows > 0, np.where(same & ~usual[:, None], 1.0, 0.0), np.nan),
        rows=rows,
        high=np.where(rows > 0, 1.0, np.nan),
        low=unknown,
        statistic=unknown,
        p_value=np.where(rows > 0, p_value, np.nan),
        reference=np.broadcast_to(_most(reference), value.shape),
        why=np.where(rows < least, "too_few_rows", ""),
    )


def _usual(evidence: Evidence, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Features of which a chunk of the reference holds one value, so that another one may."""
    span, per_chunk = evidence.line.reference, evidence.line.per_chunk
    chunks = slice(int(span.start[0]) // per_chunk, -(-int(span.stop[0]) // per_chunk))
    return np.asarray(same[:, chunks].any(axis=1))


def _most(reference: Floats) -> Floats:
    """The share of the fullest bin, of shape (features, 1)."""
    total = reference.sum(axis=-1, keepdims=True)
    return reference.max(axis=-1, keepdims=True, initial=0.0) / np.where(total > 0, total, np.nan)
