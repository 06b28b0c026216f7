"""Spans against their reference: values, noise, intervals and limits, before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.layouts import Fixed, Layout, weekdays
from monitoring.drift.samples import Sample, inputs, mean, sample
from monitoring.drift.sides import Side
from monitoring.drift.spans import Positions, Spans, summed
from monitoring.statistics.arrays import Floats, Interval, aligned, occupied, shares
from monitoring.statistics.arrays import summed as rows_of
from monitoring.statistics.independence import chi_square
from monitoring.statistics.intervals import delta_variance, distance_interval
from monitoring.statistics.limits import (
    Calibration,
    calibrated_limit,
    calibrated_p_value,
    calibration,
    limit,
)
from monitoring.statistics.noise import (
    noise_mean,
    noise_p_value,
    noise_quantile,
    noise_scale,
    noise_variance,
)


@dataclass(frozen=True)
class Comparison:
    """Numbers of shape (features, spans), on the method's own scale.

    Attributes
    ----------
    value, lower, upper, effect, statistic, p_value, noise_floor, limit, reference_limit : ndarray
        ``limit`` is the largest of noise, reference and floor; ``reference_limit`` the reference's part
        alone, nan where the reference is too short or its blocks are all alike.
    between : ndarray
        The reference's part for a span of endless rows: how much spans differ by nature.
    rows, reference_rows : ndarray
        Rows with a value on both sides; a span inside the reference is compared with the rest of it.
    blocks : ndarray
        Blocks of the reference with enough rows to be scored.
    elsewhere : ndarray
        Share of rows in a bin that the reference never occupied.
    constant : ndarray of bool
        Whether the reference holds one value.
    borrowed : bool
        Whether the reference was too short for blocks of the spans' length, so that shorter ones set the
        limit.
    """

    value: Floats
    lower: Floats
    upper: Floats
    effect: Floats
    statistic: Floats
    p_value: Floats
    noise_floor: Floats
    limit: Floats
    reference_limit: Floats
    between: Floats
    rows: Floats
    reference_rows: Floats
    blocks: Floats
    elsewhere: Floats
    constant: NDArray[np.bool_]
    borrowed: bool


TOGETHER = 12  # features compared at a time: what is in work stays in the processor's cache


@dataclass(frozen=True)
class Rules:
    """What comparing needs to know: positions in a whole span, fewest rows of a block, floor and level."""

    length: int
    least: float
    floor: float
    level: float = 0.99
    intervals: bool = True


@dataclass(frozen=True)
class Raw:
    """A method's value for groups of rows, and what its noise depends on."""

    value: Floats
    divergence: Floats
    noise: Floats
    scale: Floats
    occupied: Floats
    reference: Sample
    current: Sample
    inputs: dict[str, Floats]


def comparison(side: Side, layout: Layout, spans: Spans, rules: Rules) -> Comparison:
    """Every span against its reference, a part of the reference against the rest of it.

    Parameters
    ----------
    side : Side
    layout : Layout
        Where references lie.
    spans : Spans
        All of one length, or cut off.
    rules : Rules

    Returns
    -------
    Comparison
    """
    parts, borrowed = [], False
    groups = layout.parts(spans)
    for first in range(0, len(side.features), TOGETHER):
        some = side.some(slice(first, first + TOGETHER))
        found = []
        for one in groups:
            learnt, season, shorter = _learnt(some, layout, one, rules)
            borrowed = borrowed or shorter
            found.append(_numbers(some, layout, one, learnt, season, rules))
        parts.append({name: np.concatenate([one[name] for one in found], axis=1) for name in found[0]})
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Comparison(borrowed=borrowed, **joined)


def raw(side: Side, reference: Sample, current: Sample) -> Raw:
    """A method's value for rows against rows.

    Parameters
    ----------
    side : Side
    reference, current : Sample
        Of shapes that broadcast.
    """
    method = side.method
    given = inputs(side, reference, current)
    value = method(reference.bins, current.bins, **given)
    bins = occupied(reference.bins, current.bins)
    scale = np.broadcast_to(noise_scale(method, reference.bins, current.bins, **given), bins.shape)
    noise = noise_mean(method, scale, bins, side.null)
    return Raw(value, value**method.power, noise, scale, bins, reference, current, given)


def _numbers(
    side: Side,
    layout: Layout,
    spans: Spans,
    learnt: Calibration,
    season: Positions | None,
    rules: Rules,
) -> dict[str, Floats]:
    """Spans of a few features, by names of `Comparison`."""
    method, null = side.method, side.null
    found = raw(
        side,
        sample(side, lambda running: layout.total(running, spans)),
        sample(side, lambda running: summed(running, spans)),
    )
    root = 1 / method.power
    reference_limit = calibrated_limit(learnt, found.noise, season, level=rules.level)
    noise_limit = noise_quantile(method, found.scale, found.occupied, rules.level, null)
    top = limit(noise_limit, reference_limit, rules.floor**method.power)
    statistic, p_value = _test(side, found)
    interval = _interval(side, found) if rules.intervals else _unknown(found)
    rows = rows_of(found.current.bins)
    whole = layout.whole(side.bins, spans)
    outside = rows_of(np.where(whole <= 0, found.current.bins, 0.0))
    between = calibrated_limit(learnt, np.zeros_like(found.noise), season, level=rules.level)
    return {
        "value": found.value,
        "lower": interval.lower,
        "upper": interval.upper,
        "effect": _effect(side, found),
        "statistic": statistic,
        "p_value": np.fmax(p_value, calibrated_p_value(learnt, found.divergence, found.noise, season)),
        "noise_floor": noise_quantile(method, found.scale, found.occupied, 0.95, null) ** root,
        "limit": np.where(np.isfinite(found.value), top, np.nan) ** root,
        "reference_limit": reference_limit**root,
        "between": between**root,
        "rows": rows,
        "reference_rows": np.broadcast_to(rows_of(found.reference.bins), rows.shape),
        "blocks": np.broadcast_to(aligned(learnt.chunks, rows), rows.shape),
        "elsewhere": outside / np.where(rows > 0, rows, np.nan),
        "constant": np.broadcast_to(_constant(side, whole), rows.shape),
    }


def _learnt(
    side: Side, layout: Layout, spans: Spans, rules: Rules
) -> tuple[Calibration, Positions | None, bool]:
    """How the reference's own blocks differ, the season of each span, and whether blocks are shorter than it.

    A mixture lies nearer to the reference than its parts do on average, so the limit of shorter blocks is
    never too low for longer ones: where the reference holds fewer than seven whole blocks, shorter ones of
    which it holds seven stand in.
    """
    blocks = layout.blocks(spans, rules.length)
    own = sample(side, lambda running: summed(running, blocks))
    whole = sample(side, lambda running: np.expand_dims(layout.whole(running, spans), 2))
    found = raw(side, whole - own, own)
    usable = rows_of(found.current.bins) >= rules.least
    block = int((blocks.stop - blocks.start).max(initial=0))
    scores = np.where(usable, found.divergence, np.nan)
    given = {
        "variance": noise_variance(side.method, found.scale, found.occupied, side.null),
        "wild": side.wild,
    }
    day = side.cube.chunks and layout.line.per_chunk == block == rules.length and _daily(layout)
    if not day or not isinstance(layout, Fixed):
        return calibration(scores, found.noise, **given), None, block < rules.length
    seasons = weekdays(layout.line, blocks.start[0])
    learnt = calibration(scores, found.noise, seasons, 7, **given)
    return learnt, weekdays(layout.line, spans.start), False


def _daily(layout: Layout) -> bool:
    """Whether a chunk is one day, so that weekdays may differ."""
    return layout.line.per_chunk * layout.line.step.total_seconds() == 86400


def _constant(side: Side, whole: Floats) -> np.ndarray:
    """Whether the reference of each span lies in one bin that holds a single value."""
    held = whole > 0
    return (held.sum(axis=-1) == 1) & (held & side.single[:, None]).any(axis=-1)


def _test(side: Side, found: Raw) -> tuple[Floats, Floats]:
    """Test statistic and the p-value of sampling noise alone."""
    method = side.method
    if method.test is not None and (side.null is None or method.kinds == ("binary",)):
        outcome = method.test(found.reference.bins, found.current.bins, **found.inputs)
        return outcome.statistic, outcome.p_value
    p_value = noise_p_value(method, found.divergence, found.scale, found.occupied, side.null)
    if method.null is not None and method.null.law == "kolmogorov":
        return found.value, p_value
    factor = method.null.factor if method.null is not None else 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        return factor * found.divergence / found.scale, p_value


def _interval(side: Side, found: Raw) -> Interval:
    """The method's own interval, or the general one from how it answers to each bin."""
    method = side.method
    r, c = found.reference.bins, found.current.bins
    if method.interval is not None:
        own = method.interval(r, c, **found.inputs)
        return Interval(*(np.broadcast_to(end, found.value.shape) for end in (own.lower, own.upper)))
    if method.influence is None:
        return _unknown(found)
    before, now = method.influence(r, c, **found.inputs)
    variance = delta_variance(shares(r), before, rows_of(r)) + delta_variance(shares(c), now, rows_of(c))
    return distance_interval(
        found.value,
        power=method.power,
        noise=found.noise,
        noise_variance=noise_variance(method, found.scale, found.occupied, side.null),
        variance=variance,
    )


def _unknown(found: Raw) -> Interval:
    nothing = np.full_like(found.value, np.nan)
    return Interval(nothing, nothing)


def _effect(side: Side, found: Raw) -> Floats:
    """A second look at the size: with its direction where there is one, or Cramér's V for categories."""
    method = side.method
    if method.signed is not None:
        return method.signed(found.reference.bins, found.current.bins, **found.inputs)
    if found.current.total is None:
        if method.key == "chi_square":
            return found.value
        return chi_square(found.reference.bins, found.current.bins)
    return (mean(found.current) - mean(found.reference)) / aligned(side.scale, found.value)
