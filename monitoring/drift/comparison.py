"""Spans against the reference: values, noise and limits, before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.sides import Side
from monitoring.drift.spans import Spans, Timeline, reference_blocks, summed, within
from monitoring.statistics.arrays import Floats, occupied, size_factor
from monitoring.statistics.arrays import summed as rows_of
from monitoring.statistics.independence import chi_square, chi_square_test
from monitoring.statistics.limits import (
    FEWEST_CHUNKS,
    Calibration,
    calibrated_limit,
    calibrated_p_value,
    calibration,
    limit,
)
from monitoring.statistics.noise import noise_mean, noise_p_value, noise_quantile


@dataclass(frozen=True)
class Comparison:
    """Numbers of shape (features, spans), on the method's own scale.

    Attributes
    ----------
    value, effect, statistic, p_value, noise_floor, limit, reference_limit : ndarray
        ``limit`` is the largest of noise, reference and floor; ``reference_limit`` the reference's part
        alone, nan where the reference is too short.
    between : ndarray of shape (features, 1)
        The reference's part for a span of endless rows: how much spans differ by nature.
    rows, reference_rows : ndarray
        Rows with a value on both sides; a span inside the reference is compared with the rest of it.
    elsewhere : ndarray
        Share of rows in a bin that the reference never occupied.
    constant : ndarray of bool, shape (features,)
        Features with one occupied bin in the reference.
    borrowed : bool
        Whether the reference was too short for blocks of the spans' length, so that shorter ones set the
        limit.
    """

    value: Floats
    effect: Floats
    statistic: Floats
    p_value: Floats
    noise_floor: Floats
    limit: Floats
    reference_limit: Floats
    between: Floats
    rows: Floats
    reference_rows: Floats
    elsewhere: Floats
    constant: NDArray[np.bool_]
    borrowed: bool


TOGETHER = 12  # features compared at a time: what is in work stays in the processor's cache


@dataclass(frozen=True)
class _Raw:
    value: Floats
    divergence: Floats
    noise: Floats
    scale: Floats
    occupied: Floats
    reference: Floats
    current: Floats


def comparison(
    side: Side, line: Timeline, spans: Spans, *, length: int, least: float, floor: float, level: float = 0.99
) -> Comparison:
    """Every span against the reference, a part of the reference against the rest of it.

    Parameters
    ----------
    side : Side
    line : Timeline
    spans : Spans
        All of one length, or cut off.
    length : int
        Positions in a whole span.
    least : float
        Rows below which a block of the reference does not calibrate.
    floor : float
        Effect floor on the method's scale.
    level : float
        One minus the share of false alarms aimed at.

    Returns
    -------
    Comparison
    """
    parts, borrowed = [], False
    apart = _apart(spans, line.reference)
    for first in range(0, len(side.features), TOGETHER):
        some = side.some(slice(first, first + TOGETHER))
        learnt, borrowed = _learnt(some, line, length, least)
        found = [_numbers(some, line, one, learnt, floor, level) for one in apart]
        part = {name: np.concatenate([one[name] for one in found], axis=1) for name in found[0]}
        parts.append(part | _natures(some, line, learnt, level))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Comparison(borrowed=borrowed, **joined)


def _apart(spans: Spans, reference: Spans) -> list[Spans]:
    """Spans that share rows with the reference apart from those that do not, in their order.

    For the latter the reference is one histogram, not one for each span.
    """
    shared = within(spans, reference)
    edges = np.flatnonzero(np.diff(shared.stop > shared.start)) + 1
    starts, stops = np.split(spans.start, edges), np.split(spans.stop, edges)
    return [Spans(start, stop) for start, stop in zip(starts, stops, strict=True)]


def _natures(side: Side, line: Timeline, learnt: Calibration, level: float) -> dict[str, NDArray]:
    """What a few features are like, whatever the spans; names of `Comparison`."""
    between = calibrated_limit(learnt, np.zeros((len(side.features), 1)), level=level)
    whole = summed(side.bins, line.reference)[:, 0]
    return {"between": between ** (1 / side.method.power), "constant": (whole > 0).sum(axis=-1) == 1}


def _numbers(
    side: Side, line: Timeline, spans: Spans, learnt: Calibration, floor: float, level: float
) -> dict[str, Floats]:
    """Spans of a few features, by names of `Comparison`."""
    method = side.method
    raw = _raw(side, line, spans)
    reference_limit = calibrated_limit(learnt, raw.noise, level=level)
    noise_limit = noise_quantile(method, raw.scale, raw.occupied, level, side.null)
    top = limit(noise_limit, reference_limit, floor**method.power)
    statistic, p_value = _test(side, raw)
    root = 1 / method.power
    rows = rows_of(raw.current)
    unheld = summed(side.bins, line.reference)[:, 0, :, None] <= 0
    outside = (raw.current @ unheld.astype(float))[..., 0]
    return {
        "value": raw.value,
        "effect": _effect(side, line, spans, raw),
        "statistic": statistic,
        "p_value": np.fmax(p_value, calibrated_p_value(learnt, raw.divergence, raw.noise)),
        "noise_floor": noise_quantile(method, raw.scale, raw.occupied, 0.95, side.null) ** root,
        "limit": np.where(np.isfinite(raw.value), top, np.nan) ** root,
        "reference_limit": reference_limit**root,
        "rows": rows,
        "reference_rows": np.broadcast_to(rows_of(raw.reference), rows.shape),
        "elsewhere": outside / np.where(rows > 0, rows, np.nan),
    }


def _raw(side: Side, line: Timeline, spans: Spans) -> _Raw:
    """Values and their noise for spans, each against the reference without it."""
    method = side.method
    current = summed(side.bins, spans)
    shared = within(spans, line.reference)
    overlaps = bool((shared.stop > shared.start).any())
    reference = summed(side.bins, line.reference)
    if overlaps:
        reference = reference - summed(side.bins, shared)
    value = method(reference, current, **_inputs(side, line, spans, shared, overlaps, reference, current))
    bins = occupied(reference, current)
    scale = np.broadcast_to(size_factor(rows_of(reference), rows_of(current)), bins.shape)
    noise = noise_mean(method, scale, bins, side.null)
    return _Raw(value, value**method.power, noise, scale, bins, reference, current)


def _inputs(
    side: Side,
    line: Timeline,
    spans: Spans,
    shared: Spans,
    overlaps: bool,
    reference: Floats,
    current: Floats,
) -> dict[str, Floats]:
    """What the method takes besides the histograms."""
    if side.sums is None:
        return {}
    sums = summed(side.sums, line.reference)
    if overlaps:
        sums = sums - summed(side.sums, shared)
    return {
        "reference_means": sums / np.where(reference > 0, reference, 1.0),
        "current_means": summed(side.sums, spans) / np.where(current > 0, current, 1.0),
        "scale": side.scale[:, None],
    }


def _learnt(side: Side, line: Timeline, length: int, least: float) -> tuple[Calibration, bool]:
    """How the reference's own blocks differ, and whether they are shorter than what is judged.

    A mixture lies nearer to the reference than its parts do on average, so the limit of shorter blocks is
    never too low for longer ones: where the reference holds fewer than seven whole blocks, shorter ones of
    which it holds seven stand in.
    """
    positions = int(line.reference.stop[0] - line.reference.start[0])
    block = max(min(length, positions // FEWEST_CHUNKS), 1)
    spans = reference_blocks(line, block)
    raw = _raw(side, line, spans)
    usable = rows_of(raw.current) >= least
    return calibration(np.where(usable, raw.divergence, np.nan), raw.noise), block < length


def _test(side: Side, raw: _Raw) -> tuple[Floats, Floats]:
    """Test statistic and the p-value of sampling noise alone."""
    method = side.method
    if method.key == "chi_square":
        test = chi_square_test(raw.reference, raw.current)
        return test.statistic, test.p_value
    p_value = noise_p_value(method, raw.divergence, raw.scale, raw.occupied, side.null)
    if method.null is None:
        return np.full(raw.value.shape, np.nan), p_value
    ratio = method.null.factor * raw.divergence / raw.scale
    return (np.sqrt(ratio) if method.null.law == "kolmogorov" else ratio), p_value


def _effect(side: Side, line: Timeline, spans: Spans, raw: _Raw) -> Floats:
    """A second look at the size: shift of the mean in reference deviations, or Cramér's V for categories."""
    if side.total is None:
        return raw.value if side.method.key == "chi_square" else chi_square(raw.reference, raw.current)
    before, now = summed(side.total, line.reference), summed(side.total, spans)
    n, m = rows_of(summed(side.bins, line.reference)), rows_of(raw.current)
    means = before / np.where(n > 0, n, np.nan), now / np.where(m > 0, m, np.nan)
    return (means[1] - means[0]) / side.scale[:, None]
