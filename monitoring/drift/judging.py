"""Distances judged: what is drift, what is chance, and what cannot be judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.drift import shares
from monitoring.drift.comparison import Comparison
from monitoring.drift.scores import FALSE_DISCOVERIES, NUMBER, Context, Scores, counted, discovery_rate
from monitoring.drift.sides import MEANS, MOMENTS, Side
from monitoring.drift.spans import Spans
from monitoring.statistics import Levels
from monitoring.statistics.arrays import Floats
from monitoring.statistics.limits import FEWEST_CHUNKS
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED, Codes, severity

MOST_HIDDEN = 0.5
"""Share of rows that lie beyond the bins on both sides alike, from which on no drift seen is none known."""


def distribution(
    parts: Sequence[Comparison],
    sides: Sequence[Side],
    spans: Spans,
    context: Context,
    length: int,
) -> Scores:
    """Distances judged: the chunk check and the trailing windows.

    Parameters
    ----------
    parts : sequence of Comparison
        One per side, in the order of ``sides``.
    sides : sequence of Side
    spans : Spans
    context : Context
    length : int
        Positions in a whole span.

    Returns
    -------
    Scores
    """
    empty = all(not (part.reference_rows > 0).any() for part in parts)
    masks = [
        _unjudged(part, one, spans, context, length, empty) for part, one in zip(parts, sides, strict=True)
    ]
    p_value = np.concatenate(
        [np.where(mask > 0, np.nan, part.p_value) for part, mask in zip(parts, masks, strict=True)]
    )
    sizes = [len(one.features) for one in sides]
    rate = np.split(discovery_rate(p_value, counted(context.model, sides)), np.cumsum(sizes)[:-1])
    coloured = [
        _coloured(part, one.method.levels, mask, q, _hidden(one, spans, context))
        for part, one, mask, q in zip(parts, sides, masks, rate, strict=True)
    ]

    def stacked(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    unknown = np.full(p_value.shape, np.nan)
    return Scores(
        spans=spans,
        defined=np.ones(len(p_value), dtype=bool),
        value=stacked("value"),
        lower=stacked("lower"),
        upper=stacked("upper"),
        effect=stacked("effect"),
        statistic=stacked("statistic"),
        p_value=stacked("p_value"),
        noise_floor=stacked("noise_floor"),
        limit=stacked("limit"),
        rows=stacked("rows"),
        before=unknown,
        amber=np.repeat([one.method.levels.amber for one in sides], sizes),
        red=np.repeat([one.method.levels.red for one in sides], sizes),
        status=np.concatenate([status for status, _ in coloured]),
        reason=np.concatenate([reason for _, reason in coloured]),
    )


def _unjudged(part: Comparison, one: Side, spans: Spans, context: Context, length: int, empty: bool) -> Codes:
    """Why a number cannot be judged, 0 where it can; what is said last weighs most."""
    shape = part.value.shape
    mask = np.zeros(shape, dtype=np.int8)
    with np.errstate(invalid="ignore"):
        mask[part.between >= one.method.levels.red] = NUMBER["days_differ"]
    mask[part.rows < context.model.limits.minimum_rows] = NUMBER["too_few_rows"]
    mask[_rows(one, spans) == 0] = NUMBER["no_data"]
    if length > context.line.per_chunk:
        mask[:, context.layout.shared(spans)] = NUMBER["overlaps_reference"]
        mask[:, spans.stop - length < context.first] = NUMBER["short_history"]
    nothing = NUMBER["no_reference" if empty else "empty_reference"]
    mask[np.broadcast_to(part.reference_rows, shape) == 0] = nothing
    mask[:, context.layout.short(spans, context.first)] = NUMBER["short_history"]
    mask[:, ~context.complete] = NUMBER["partial"]
    return mask


def _rows(one: Side, spans: Spans) -> Floats:
    return one.rows[:, spans.stop] - one.rows[:, spans.start]


def _hidden(one: Side, spans: Spans, context: Context) -> NDArray[np.bool_]:
    """Where most rows of both sides lie beyond the bins, and the method sees nothing but bins."""
    if MEANS in one.method.inputs or MOMENTS in one.method.inputs or one.total is None:
        return np.zeros((len(one.features), len(spans)), dtype=bool)
    return shares.beyond(one.cube, context.line, context.layout, spans) > MOST_HIDDEN


def _coloured(
    part: Comparison, levels: Levels, mask: Codes, rate: Floats, hidden: NDArray[np.bool_]
) -> tuple[Codes, Codes]:
    """Colour and reason of one side; what bins show has moved, what they hide may have moved too."""
    with np.errstate(invalid="ignore"):
        significant = rate < FALSE_DISCOVERIES
        alarm = part.value > part.limit
    status = severity(part.value, part.limit, significant, levels)
    reason = np.zeros(status.shape, dtype=np.int8)
    if part.borrowed:
        reason[:] = NUMBER["borrowed_limit"]
    # Blocks that are all alike have no limit of their own either, but they are blocks.
    reason[(part.blocks < FEWEST_CHUNKS) & np.isfinite(part.limit)] = NUMBER["uncalibrated"]
    reason[alarm & ~significant] = NUMBER["chance"]
    reason[alarm & significant] = NUMBER["detectable_small"]
    reason[status >= AMBER] = NUMBER["drift"]
    status, reason = _constant(part, status, reason)
    mask = np.where((mask == 0) & hidden & (status < AMBER), NUMBER["off_grid"], mask)
    status = np.where(mask > 0, GREY, status).astype(np.int8)
    return status, np.where(mask > 0, mask, reason).astype(np.int8)


def _constant(part: Comparison, status: Codes, reason: Codes) -> tuple[Codes, Codes]:
    """A feature with one value in the reference: any other value is news, whatever a distance says of it."""
    constant = part.constant
    moved = constant & (part.elsewhere > 0)
    colour = np.where(part.elsewhere >= 0.10, RED, np.where(part.elsewhere > 0, AMBER, GREEN))
    status = np.where(constant, colour, status)
    reason = np.where(constant, np.where(moved, NUMBER["no_longer_constant"], NUMBER["constant"]), reason)
    return status.astype(np.int8), reason.astype(np.int8)
