"""Shares of rows by what they lack: a value, a finite one, one in the reference's range, a known name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitoring.drift.layouts import Layout
from monitoring.drift.spans import Spans, Timeline, cumulative, summed
from monitoring.statistics import Levels
from monitoring.statistics.arrays import Floats, size_factor
from monitoring.statistics.shares import pooled, rise_limit, rise_p_value, spread, two_shares, wilson

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube

LEVELS: Mapping[str, Levels] = {
    "out_of_range": Levels(0.0, 0.05, 0.10),
    "unseen": Levels(0.0, 0.01, 0.10),
    "missing": Levels(0.0, 0.05, 0.10),
    "non_finite": Levels(0.0, 0.05, 0.10),
}
"""Rise of each share over the reference's at which it is amber and red."""
TITLES: Mapping[str, str] = {
    "out_of_range": "outside the reference range",
    "unseen": "never seen in the reference",
    "missing": "missing",
    "non_finite": "not finite",
}
_NUMERIC = {"out_of_range": True, "non_finite": True, "unseen": False}


@dataclass(frozen=True)
class Hits:
    """Running counts of the rows with a property and of all rows, each of shape (features, positions + 1)."""

    hits: Floats
    rows: Floats


@dataclass(frozen=True)
class Share:
    """A share by span and what the reference allows, each of shape (features, spans).

    ``limit`` is a share; ``rise`` is the difference to the reference.
    """

    value: Floats
    lower: Floats
    upper: Floats
    rise: Floats
    statistic: Floats
    p_value: Floats
    noise_floor: Floats
    limit: Floats
    rows: Floats
    reference: Floats


def hits(cube: Cube, measure: str, line: Timeline) -> Hits | None:
    """The rows with a property; None where it is not defined for the cube's kind of feature.

    Parameters
    ----------
    cube : Cube
    measure : str
        A key of `LEVELS`.
    line : Timeline
    """
    if not len(cube.features):
        return None
    numeric = cube.grids[0].kind in ("numeric", "ordinal")
    if numeric != _NUMERIC.get(measure, numeric):
        return None
    counts = np.asarray(cube.counts, dtype=float)
    if measure in ("missing", "non_finite"):
        found, rows = np.asarray(getattr(cube, measure), float), np.asarray(cube.n, float)
    else:
        last = [grid.slots - 1 for grid in cube.grids]
        found = np.stack([one[:, slot] for one, slot in zip(counts, last, strict=True)])
        found = found + counts[..., 0] if numeric else found
        rows = counts.sum(axis=-1)
    places = np.array([line.position(key) for key in cube.chunks], dtype=np.intp)
    return Hits(cumulative(found, places, line.length), cumulative(rows, places, line.length))


def beyond(cube: Cube, line: Timeline, layout: Layout, spans: Spans) -> Floats:
    """Share of rows that both a span and its reference have beyond the same end of the bins.

    How rows lie within an end no bin tells, so a distance by bins may miss a move of so many of them.

    Parameters
    ----------
    cube : Cube
        Of numeric features.
    line : Timeline
    layout : Layout
        Where references lie.
    spans : Spans

    Returns
    -------
    ndarray of shape (features, spans)
        0 where either has no rows.
    """
    counts = np.asarray(cube.counts, dtype=float)
    last = np.array([grid.slots - 1 for grid in cube.grids])
    ends = np.stack([counts[..., 0], counts[np.arange(len(last)), :, last]], axis=-1)
    places = np.array([line.position(key) for key in cube.chunks], dtype=np.intp)
    running = [cumulative(one, places, line.length) for one in (ends, counts.sum(axis=-1))]
    found = []
    for taken in (lambda one: layout.total(one, spans), lambda one: summed(one, spans)):
        held, rows = (taken(one) for one in running)
        found.append(held / np.maximum(rows, 1.0)[..., None])
    return np.minimum(*found).sum(axis=-1)


def share(
    found: Hits, layout: Layout, spans: Spans, levels: Levels, *, length: int, level: float = 0.99,
    independent: bool = False,
) -> Share:  # fmt: skip
    """A share by span against the reference, a part of the reference against the rest of it.

    Parameters
    ----------
    found : Hits
    layout : Layout
        Where references lie.
    spans : Spans
    levels : Levels
        The rise at which it is amber.
    length : int
        Positions in a span, for the blocks of the reference.
    level : float
        One minus the share of false alarms aimed at.
    independent : bool
        Whether blocks that are shorter than a span are taken to vary by themselves, so that a span of several
        varies less than one of them; otherwise it may vary as much.

    Returns
    -------
    Share
    """
    k, m = summed(found.hits, spans), summed(found.rows, spans)
    whole_k, whole_n = layout.whole(found.hits, spans), layout.whole(found.rows, spans)
    rest_k, rest_n = layout.total(found.hits, spans), layout.total(found.rows, spans)
    test, interval = two_shares(k, m, rest_k, rest_n), wilson(k, m)
    before = np.broadcast_to(rest_k / np.where(rest_n > 0, rest_n, np.nan), m.shape)
    blocks = layout.blocks(spans, length)
    varied = spread(whole_k, whole_n, summed(found.hits, blocks), summed(found.rows, blocks))
    if independent:
        longest = int((blocks.stop - blocks.start).max(initial=1))
        varied = pooled(varied, min(longest / length, 1.0))
    sampled = np.sqrt(before * (1 - before))
    error = sampled * np.sqrt(size_factor(rest_n, m))
    return Share(
        value=k / np.where(m > 0, m, np.nan),
        lower=interval.lower,
        upper=interval.upper,
        rise=test.difference,
        statistic=test.statistic,
        p_value=np.fmax(test.p_value, rise_p_value(varied, test.difference)),
        noise_floor=np.minimum(before + 1.645 * error, 1.0),
        limit=np.minimum(before + np.fmax(levels.amber, rise_limit(varied, error, level=level)), 1.0),
        rows=m,
        reference=before,
    )
