"""From numbers to colours and reasons: what is drift, what is chance, and what cannot be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring import reasons
from monitoring.drift import shares as share_checks
from monitoring.drift.comparison import Comparison
from monitoring.drift.sides import Side
from monitoring.drift.spans import Spans, Timeline, within
from monitoring.models import Model
from monitoring.statistics import Levels, Method
from monitoring.statistics.arrays import Floats
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED, Codes, severity

CODES = ("", *reasons.REASONS)
"""Reason codes by number, as they stand in `Scores.reason`."""
FALSE_DISCOVERIES = 0.05
_NUMBER = {code: number for number, code in enumerate(CODES)}
_STABILITY_FLOOR = 0.02


@dataclass(frozen=True)
class Context:
    """What every check needs to know.

    ``spans`` are the chunks, ``complete`` whether each was over, ``first`` the first position with data.
    """

    model: Model
    line: Timeline
    complete: NDArray[np.bool_]
    first: int
    spans: Spans


@dataclass(frozen=True)
class Scores:
    """One check of every feature in every chunk; arrays of shape (features, chunks) unless said otherwise.

    Attributes
    ----------
    spans : Spans
        What each chunk's number looks at.
    defined : ndarray of bool, shape (features,)
        Features for whose kind the check exists.
    value, lower, upper, effect, statistic, p_value, noise_floor, limit, rows : ndarray
        As in the tidy frame; what is not known is nan.
    before : ndarray
        The share in the reference; nan for distances.
    amber, red : ndarray of shape (features,)
        Where the colours start, on the value's scale; for shares as a rise over the reference.
    status, reason : ndarray of int8
        Colour, and number of the reason in `CODES`.
    """

    spans: Spans
    defined: NDArray[np.bool_]
    value: Floats
    lower: Floats
    upper: Floats
    effect: Floats
    statistic: Floats
    p_value: Floats
    noise_floor: Floats
    limit: Floats
    rows: Floats
    before: Floats
    amber: Floats
    red: Floats
    status: Codes
    reason: Codes


def effect_floor(method: Method, stability_floor: float) -> float:
    """A method's effect floor where the model's file moves that of the stability index.

    The stability index grows with the square of a shift, the distances with the shift itself.

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> effect_floor(METHODS["jensen_shannon"], 0.08)
    0.12
    """
    return method.levels.floor * (stability_floor / _STABILITY_FLOOR) ** (1 / method.power)


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
    counted = np.array([f not in context.model.exclude for one in sides for f in one.features], dtype=bool)
    rate = np.split(_discovery_rate(p_value, counted), np.cumsum([len(one.features) for one in sides])[:-1])
    coloured = [
        _coloured(part, one.method.levels, mask, q)
        for part, one, mask, q in zip(parts, sides, masks, rate, strict=True)
    ]

    def stacked(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    unknown = np.full(p_value.shape, np.nan)
    sizes = [len(one.features) for one in sides]
    return Scores(
        spans=spans,
        defined=np.ones(len(p_value), dtype=bool),
        value=stacked("value"),
        lower=unknown,
        upper=unknown,
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


def shares(
    found: Sequence[share_checks.Hits | None], measure: str, sides: Sequence[Side], context: Context
) -> Scores:
    """A share judged; features for whose kind it is not defined are grey without a reason.

    Parameters
    ----------
    found : sequence of Hits or None
        One per side, in the order of ``sides``.
    measure : str
        A key of `monitoring.drift.shares.LEVELS`.
    sides : sequence of Side
    context : Context

    Returns
    -------
    Scores
    """
    levels, spans = share_checks.LEVELS[measure], context.spans
    sizes = [len(one.features) for one in sides]
    defined = np.repeat([one is not None for one in found], sizes)
    shape = (len(defined), len(spans))
    columns = {name: np.full(shape, np.nan) for name in share_checks.Share.__dataclass_fields__}
    places = np.split(np.arange(len(defined)), np.cumsum(sizes)[:-1])
    for hits, place in zip(found, places, strict=True):
        if hits is not None:
            share = share_checks.share(hits, context.line, spans, levels, length=context.line.per_chunk)
            for name, column in columns.items():
                column[place] = getattr(share, name)
    rows = np.nan_to_num(columns["rows"])
    minimum = context.model.limits.minimum_rows
    mask = np.zeros(shape, dtype=np.int8)
    mask[rows < minimum] = _NUMBER["too_few_rows"]
    mask[rows == 0] = _NUMBER["no_data"]
    mask[np.isnan(columns["reference"]) & (rows > 0)] = _NUMBER["empty_reference"]
    mask[:, ~context.complete] = _NUMBER["partial"]
    mask[~defined] = 0
    counted = np.array([f not in context.model.exclude for one in sides for f in one.features], dtype=bool)
    rate = _discovery_rate(np.where(mask > 0, np.nan, columns["p_value"]), counted)
    with np.errstate(invalid="ignore"):
        significant = (rate < FALSE_DISCOVERIES) & (columns["value"] > columns["limit"])
        status = severity(columns["rise"], 0.0, significant, levels)
    status = np.where((mask > 0) | ~defined[:, None], GREY, status).astype(np.int8)
    return Scores(
        spans=spans,
        defined=defined,
        value=columns["value"],
        lower=columns["lower"],
        upper=columns["upper"],
        effect=columns["rise"],
        statistic=columns["statistic"],
        p_value=columns["p_value"],
        noise_floor=columns["noise_floor"],
        limit=columns["limit"],
        rows=columns["rows"],
        before=columns["reference"],
        amber=np.full(len(defined), levels.amber),
        red=np.full(len(defined), levels.red),
        status=status,
        reason=np.where(status >= AMBER, _NUMBER["drift"], mask).astype(np.int8),
    )


def _unjudged(part: Comparison, one: Side, spans: Spans, context: Context, length: int, empty: bool) -> Codes:
    """Why a number cannot be judged, 0 where it can; what is said last weighs most."""
    shape = part.value.shape
    mask = np.zeros(shape, dtype=np.int8)
    with np.errstate(invalid="ignore"):
        mask[(part.between >= one.method.levels.red)[:, 0]] = _NUMBER["days_differ"]
    mask[part.rows < context.model.limits.minimum_rows] = _NUMBER["too_few_rows"]
    mask[_rows(one, spans) == 0] = _NUMBER["no_data"]
    if length > context.line.per_chunk:
        shared = within(spans, context.line.reference)
        mask[:, shared.stop > shared.start] = _NUMBER["overlaps_reference"]
        mask[:, spans.stop - length < context.first] = _NUMBER["short_history"]
    nothing = _NUMBER["no_reference" if empty else "empty_reference"]
    mask[np.broadcast_to(part.reference_rows, shape) == 0] = nothing
    mask[:, ~context.complete] = _NUMBER["partial"]
    return mask


def _rows(one: Side, spans: Spans) -> Floats:
    return one.rows[:, spans.stop] - one.rows[:, spans.start]


def _discovery_rate(p_value: Floats, counted: NDArray[np.bool_]) -> Floats:
    """False discovery rates by chunk; excluded features are not in the family of the others."""
    rate = benjamini_hochberg(p_value, axis=0)
    if not counted.all():
        rate[counted] = benjamini_hochberg(p_value[counted], axis=0)
    return rate


def _coloured(part: Comparison, levels: Levels, mask: Codes, rate: Floats) -> tuple[Codes, Codes]:
    """Colour and reason of one side."""
    with np.errstate(invalid="ignore"):
        significant = rate < FALSE_DISCOVERIES
        alarm = part.value > part.limit
    status = severity(part.value, part.limit, significant, levels)
    reason = np.zeros(status.shape, dtype=np.int8)
    if part.borrowed:
        reason[:] = _NUMBER["borrowed_limit"]
    reason[np.isnan(part.reference_limit) & np.isfinite(part.limit)] = _NUMBER["uncalibrated"]
    reason[alarm & ~significant] = _NUMBER["chance"]
    reason[alarm & significant] = _NUMBER["detectable_small"]
    reason[status >= AMBER] = _NUMBER["drift"]
    status, reason = _constant(part, status, reason)
    status = np.where(mask > 0, GREY, status).astype(np.int8)
    return status, np.where(mask > 0, mask, reason).astype(np.int8)


def _constant(part: Comparison, status: Codes, reason: Codes) -> tuple[Codes, Codes]:
    """A feature with one value in the reference: any other value is news, whatever a distance says of it."""
    constant = part.constant[:, None]
    moved = constant & (part.elsewhere > 0)
    colour = np.where(part.elsewhere >= 0.10, RED, np.where(part.elsewhere > 0, AMBER, GREEN))
    status = np.where(constant, colour, status)
    reason = np.where(constant, np.where(moved, _NUMBER["no_longer_constant"], _NUMBER["constant"]), reason)
    return status.astype(np.int8), reason.astype(np.int8)
