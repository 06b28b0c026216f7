"""A metric by segment: each against the rest of the rows, and against what it was in its own reference.

A segment holds fewer rows than a chunk of all, so it is judged over long chunks and over the whole window. Of
many segments some lose by chance; Benjamini and Hochberg's correction goes over all those of a column.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.performance.assessment import Assessment, assess
from monitoring.performance.frames import words as reference_words
from monitoring.performance.judging import CODES, Scores, scored_together
from monitoring.performance.outcomes import Outcomes
from monitoring.performance.reading import Material, reference_outcomes
from monitoring.performance.segment_reading import materials
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Estimate, Metric
from monitoring.statistics.metrics.additive import gathered, part, without
from monitoring.statistics.metrics.clusters import clustered
from monitoring.statistics.metrics.contrasts import Contrast, contrast
from monitoring.statistics.metrics.differences import Difference
from monitoring.statistics.metrics.estimates import quantile
from monitoring.statistics.metrics.evidence import words
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.severity import AMBER, GREEN, GREY, names
from monitoring.store import Store
from monitoring.windows import Window

CHUNK = "28 days"
FALSE_DISCOVERIES = 0.05
BLOCKS = 40  # runs of days that are left out in turn; more say little more


@dataclass(frozen=True)
class Segment:
    """One segment over a window.

    Attributes
    ----------
    column, value : str
        As the profile writes them.
    rows : float
        Labelled rows of the window's final days.
    estimate, rest : Estimate
        Of these rows, days as clusters, and of all other rows of the same days.
    change, lower, upper : float
        Segment less rest, with its interval.
    p_value, rate : float
        Of no difference to the rest; the same adjusted for all segments.
    baseline : Estimate
        Of the segment's own reference.
    loss : Difference
        Against it, of the whole window.
    amber : float
        The loss that matters.
    judged, lost : int
        Chunks that could be judged, and those that lost so much that chance among all segments is no answer.
    last_lost : Window or None
        The last of these.
    status, reason : str
    short : str
        What there is too little of, in words.
    """

    column: str
    value: str
    rows: float
    estimate: Estimate
    rest: Estimate
    change: float
    lower: float
    upper: float
    p_value: float
    rate: float
    baseline: Estimate
    loss: Difference
    amber: float
    judged: int
    lost: int
    last_lost: Window | None
    status: str
    reason: str
    short: str

    @property
    def apart(self) -> bool:
        """Whether it differs from the rest beyond chance among all segments."""
        return self.rate < FALSE_DISCOVERIES


@dataclass(frozen=True)
class Breakdown:
    """Every segment of a window by one metric.

    Attributes
    ----------
    model, version : str
    metric : Metric
    window : Window
        Keys from the first to the last final day that was looked at.
    days : int
        Final keys with predictions in it; the others are not looked at.
    chunk : str
    reference : str
    segments : tuple of Segment
        Columns in the order of the model's file, values by their frequency.
    whole : Estimate
        Of all rows.
    data_until : datetime or None
    """

    model: str
    version: str
    metric: Metric
    window: Window
    days: int
    chunk: str
    reference: str
    segments: tuple[Segment, ...]
    whole: Estimate
    data_until: dt.datetime | None


@dataclass(frozen=True)
class _Part:
    """One segment, measured but not judged yet: the whole window, and its chunks inside that are judged."""

    name: tuple[str, str]
    whole: Scores
    against: Contrast
    course: Assessment
    wanted: NDArray[np.bool_]

    @property
    def chunks(self) -> Scores:
        """The metric in every chunk."""
        (one,) = self.course.scores.values()
        return one

    @property
    def short(self) -> str:
        """What there is too little of, in words."""
        lack = self.whole.shortage
        return words(str(lack.kind), float(lack.have), float(lack.need))


def breakdown(
    store: Store, found: Material, metric: Metric, window: Window | None = None, *, chunk: str = CHUNK
) -> Breakdown:
    """Measure and judge every segment that has a profile.

    Parameters
    ----------
    store : Store
    found : Material
        Of all rows, which says what was known when.
    metric : Metric
        One of `monitoring.performance.metrics_of`.
    window : Window, optional
        Of profile keys; by default all that comes after the reference, or everything where it is no window.
    chunk : str
        Length of the chunks that are judged.

    Returns
    -------
    Breakdown
        Without segments where no final day lies in the window or the model's file names no segment columns.

    Raises
    ------
    ValueError
        If the chunk is shorter than the profile's grain.
    """
    span = window or _live(found)
    chosen = np.array([span.holds(key) for key in found.keys]) & found.cohorts.final
    days = np.flatnonzero(chosen)
    blocks = (np.arange(len(days)) * min(BLOCKS, len(days))) // max(len(days), 1)
    whole = _blocks(found.outcomes, days, blocks)
    parts = [
        _measured(name, one, metric, whole, (days, blocks), span, chunk)
        for name, one in (materials(store, found) if len(days) else ())
    ]
    held = Window(found.keys[days[0]], found.keys[days[-1]] + found.step) if len(days) else span
    reference = parts[0].course if parts else None
    return Breakdown(
        model=found.model.name,
        version=found.version,
        metric=metric,
        window=held,
        days=len(days),
        chunk=chunk,
        reference=reference_words(reference) if reference else "",
        segments=tuple(_segments(parts)),
        whole=_estimate(metric, whole),
        data_until=found.data_until,
    )


def _live(found: Material) -> Window:
    """Everything after the reference."""
    first = found.reference.stop if found.reference else found.keys[0]
    return Window(first, found.keys[-1] + found.step)


def _blocks(rows: Outcomes, days: np.ndarray, blocks: np.ndarray) -> Any:
    """The chosen days added up to runs of days."""
    return gathered(part(rows, days), blocks, int(blocks.max(initial=-1)) + 1)


def _estimate(metric: Metric, rows: Any) -> Estimate:
    return clustered(metric, rows, interval=False).estimate


def _measured(
    name: tuple[str, str], one: Material, metric: Metric, whole: Any,
    chosen: tuple[np.ndarray, np.ndarray], span: Window, chunk: str,
) -> _Part:  # fmt: skip
    rows = _blocks(one.outcomes, *chosen)
    course = assess(one, chunk=chunk, metrics=[metric.key], intervals=False)
    known, before = np.asarray(0, dtype=np.int8), reference_outcomes(one)
    pooled = scored_together(metric, rows, before, known, one.model, intervals=False)
    inside = np.array([span.start <= key.start and key.stop <= span.stop for key in course.keys], dtype=bool)
    wanted = inside & (course.scores[metric.key].status != GREY)
    return _Part(name, pooled, contrast(metric, rows, without(whole, rows)), course, wanted)


def _segments(parts: list[_Part]) -> Iterator[Segment]:
    """Judge all of them, column by column."""
    columns = dict.fromkeys(one.name[0] for one in parts)
    for column in columns:  # each column asks a question of its own
        yield from _column([one for one in parts if one.name[0] == column])


def _column(parts: list[_Part]) -> Iterator[Segment]:
    """Judge the segments of a column, chance among so many allowed for.

    The window as a whole answers another question than its spans, and is not among their many.
    """
    apart = benjamini_hochberg([np.nan if one.short else float(one.against.p_value) for one in parts])
    whole = benjamini_hochberg([float(_chance(one.whole, True)) for one in parts])
    spans = [_chance(one.chunks, one.wanted) for one in parts]
    rates = benjamini_hochberg(np.concatenate(spans))
    ends = np.cumsum([len(one) for one in spans])
    for one, rate, own, found in zip(parts, apart, whole, np.split(rates, ends[:-1]), strict=True):
        yield _segment(one, float(rate), np.append(found, own) < FALSE_DISCOVERIES)


def _chance(scores: Scores, wanted: ArrayLike) -> Floats:
    """How often chance gives a loss as large, from the interval's lower half; nan where nothing is judged."""
    change = scores.difference
    half = (change.loss - change.lower) / quantile(0.95)
    found = special.ndtr(-change.loss / np.where(half > 0, half, np.nan))
    return np.where(np.asarray(wanted) & (scores.status != GREY), found, np.nan)


def _segment(one: _Part, rate: float, sure: NDArray[np.bool_]) -> Segment:
    """A segment, and its colour: the worst of the losses that chance among all segments does not explain."""
    chunks, whole, against = one.chunks, int(one.whole.status), one.against
    worse = one.wanted & (chunks.status >= AMBER)
    lost = worse & sure[:-1]
    throughout = whole >= AMBER and bool(sure[-1])
    if throughout or lost.any():
        status = max([whole] * throughout + [AMBER] * bool(lost.any()))  # what is over calls for no action
        reason = "lost_performance" if throughout else "lost_for_a_while"
    elif whole == GREY and not one.wanted.any():
        status, reason = GREY, CODES[int(one.whole.reason)]
    else:
        status, reason = GREEN, "chance_segments" if whole >= AMBER or worse.any() else ""
    places = np.flatnonzero(lost)
    return Segment(
        column=one.name[0],
        value=one.name[1],
        rows=float(np.nan_to_num(against.inside.n)),
        estimate=one.whole.estimate,
        rest=against.rest,
        change=float(against.change),
        lower=float(against.lower),
        upper=float(against.upper),
        p_value=float(against.p_value),
        rate=rate,
        baseline=one.whole.baseline,
        loss=one.whole.difference,
        amber=one.whole.amber,
        judged=int(one.wanted.sum()),
        lost=len(places),
        last_lost=one.course.keys[int(places[-1])] if len(places) else None,
        status=str(names(np.array(status))),
        reason=reason,
        short=one.short,
    )
