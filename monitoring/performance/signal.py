"""Performance as one signal: the headline metrics of the newest chunks whose labels are final.

A chunk has the worst colour of three ways to look: what single chunks showed in two of the last three, and
the last seven and twenty-eight together, in which losses show that are too small for one of them. Newer
chunks whose labels are not final yet cannot make it worse than amber: they are estimated from their scores,
and the estimate has to be a loss in two of the last three.

Labels count as they are known at the instant of the material, for every chunk: a ribbon tells what is known
now of each day, not what was thought of it then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring import reasons
from monitoring.drift.wording import day
from monitoring.performance.assessment import HEADLINES, Assessment
from monitoring.performance.estimates import Estimates, estimate
from monitoring.performance.judging import CODES, Scores, scored
from monitoring.performance.reading import reference_outcomes
from monitoring.performance.wording import gap, number
from monitoring.statistics.metrics.additive import gathered, part, rolled
from monitoring.statistics.metrics.evidence import words as short_words
from monitoring.statistics.severity import AMBER, GREY, NAMES, Codes, persistent
from monitoring.windows import Window

SIZES = (7, 28)  # chunks that are judged together
NEEDED, LAST = 2, 3
"""A single chunk counts once two of the last three are alike."""


@dataclass(frozen=True, eq=False)
class Signal:
    """Performance over time.

    Attributes
    ----------
    assessment : Assessment
    pooled : mapping of int to mapping of str to Scores
        By size each headline metric of so many last chunks together, of arrays of shape (chunks,).
    lasting : ndarray of int8, shape (headlines, chunks)
        The colour that single chunks reached in two of the last three, metric by metric.
    model : ndarray of int8, shape (chunks,)
        The worst of both; grey where labels are not final.
    estimated : Estimates or None
        Where some complete chunks after the last final one can be estimated.
    expected : ndarray of int8, shape (chunks,)
        Lasting colour of the estimates of those chunks, grey elsewhere.
    """

    assessment: Assessment
    pooled: Mapping[int, Mapping[str, Scores]]
    lasting: Codes
    model: Codes
    estimated: Estimates | None
    expected: Codes


@dataclass(frozen=True)
class Verdict:
    """Performance at an instant.

    Attributes
    ----------
    status, sentence, reason : str
    measure : str
        The metric that decided.
    value, lower, upper, baseline, limit : float
        Of it, in the chunks that decided; the limit is where a loss is amber.
    n : int
        Its rows.
    window : Window or None
        Keys of the chunks that decided.
    final : bool
        Whether it rests on final labels; else it is estimated or unknown.
    place : int
        Position of the last chunk that was judged; -1 without one.
    """

    status: str
    sentence: str
    reason: str
    measure: str = ""
    value: float = float("nan")
    lower: float = float("nan")
    upper: float = float("nan")
    baseline: float = float("nan")
    limit: float = float("nan")
    n: int = 0
    window: Window | None = None
    final: bool = False
    place: int = -1


def signal(found: Assessment) -> Signal:
    """Colours of a version's performance in every chunk.

    Parameters
    ----------
    found : Assessment
        With the task's headline metrics.

    Returns
    -------
    Signal
    """
    keys = HEADLINES[found.material.model.task]
    final = np.array([maturity == "final" for maturity in found.maturity], dtype=bool)
    status = np.stack([np.where(final, found.scores[key].status, GREY) for key in keys])
    lasting = np.where(final, persistent(status, NEEDED, LAST), GREY).astype(np.int8)
    pooled = _pooled(found, keys, final)
    every = [one.status for each in pooled.values() for one in each.values()]
    worst = np.stack(every).max(axis=0, initial=GREY)
    model = np.maximum(lasting.max(axis=0, initial=GREY), worst)
    model = np.where(final, model, GREY).astype(np.int8)
    estimated, expected = _expected(found, keys, final)
    return Signal(found, pooled, lasting, model, estimated, expected)


def verdict(found: Signal) -> Verdict:
    """Performance now: of the newest final chunk, or what newer ones are estimated to be where that is worse.

    Parameters
    ----------
    found : Signal

    Returns
    -------
    Verdict
    """
    judged = np.flatnonzero(found.model > GREY)
    loud = np.flatnonzero(found.expected >= AMBER)
    newest = int(judged[-1]) if len(judged) else -1
    now = _final(found, newest) if newest >= 0 else _unknown(found)
    if len(loud) and found.expected[found.expected > GREY][-1] >= AMBER and now.status in ("green", "grey"):
        return _estimated(found, int(np.flatnonzero(found.expected > GREY)[-1]))
    return now


def _pooled(
    found: Assessment, keys: tuple[str, ...], final: NDArray[np.bool_]
) -> dict[int, dict[str, Scores]]:
    """The headline metrics of the last chunks together; only chunks whose labels are final count."""
    rows: Any = found.outcomes
    kept = np.flatnonzero(final)
    whole = gathered(part(rows, kept), kept, len(final))
    before = reference_outcomes(found.material)
    unknown = np.zeros(len(final), dtype=np.int8)

    def judged(key: str, together: Any) -> Scores:
        metric, model = found.scores[key].metric, found.material.model
        return scored(metric, together, before, unknown, model, intervals=False, several=True)

    pools = {size: rolled(whole, size) for size in SIZES}
    return {size: {key: judged(key, together) for key in keys} for size, together in pools.items()}


def _expected(
    found: Assessment, keys: tuple[str, ...], final: NDArray[np.bool_]
) -> tuple[Estimates | None, Codes]:
    """Lasting colours of what complete chunks without final labels are estimated to be."""
    nothing = np.full(len(final), GREY, dtype=np.int8)
    last = int(np.flatnonzero(final)[-1]) if final.any() else -1
    young = np.array([maturity == "provisional" for maturity in found.maturity], dtype=bool)
    young[: last + 1] = False
    if young.sum() < NEEDED or found.material.model.task == "regression":
        return None, nothing
    made = estimate(found, keys)
    if not made.scores:
        return None, nothing
    status = np.stack([np.where(young, one.status, GREY) for one in made.scores.values()])
    worst = persistent(status, NEEDED, LAST).max(axis=0, initial=GREY)
    return made, np.where(young, worst, GREY).astype(np.int8)


def _final(found: Signal, place: int) -> Verdict:
    """The metric that decided a chunk whose labels are final, in words."""
    code = int(found.model[place])
    # Among looks of one colour the pooled value is the better founded one, and the shorter the more recent.
    for size, pooled in found.pooled.items():
        for one in pooled.values():
            if int(one.status[place]) == code:
                return _told(found, one, place, size)
    for row, key in enumerate(HEADLINES[found.assessment.material.model.task]):
        if int(found.lasting[row, place]) == code:
            alike = range(place, max(place - LAST, -1), -1)
            at = next(i for i in alike if found.assessment.scores[key].status[i] >= code)
            return _told(found, found.assessment.scores[key], at, 1, code)
    raise AssertionError("a colour comes from a metric")


def _told(found: Signal, one: Scores, place: int, size: int, code: int | None = None) -> Verdict:
    metric, change = one.metric, one.difference
    chunks = found.assessment.keys[max(place - size + 1, 0) : place + 1]
    window = Window(chunks[0].start, chunks[-1].stop)
    value, baseline = float(one.estimate.value[place]), float(one.baseline.value)
    status = int(one.status[place]) if code is None else code
    loss = float(change.loss[place])
    sentence = (
        f"{metric.short} {number(metric, value)}{_when(window)} against {number(metric, baseline)} in the "
        "reference"
    )
    if status >= AMBER:
        beyond = gap(metric, float(change.lower[place])).removesuffix(" points")
        sentence += f", {gap(metric, loss)} worse, {beyond} of it beyond chance"
    elif float(change.lower[place]) > 0:
        sentence += ", a little worse"
    sentence += _other(found, metric.key, place, size) if size > 1 else ""
    sign = -1 if metric.better == "higher" else 1
    return Verdict(
        NAMES[status], sentence, CODES[int(one.reason[place])], metric.key, value,
        float(one.estimate.lower[place]), float(one.estimate.upper[place]), baseline,
        baseline + sign * one.amber, int(one.estimate.n[place]), window, True, place,
    )  # fmt: skip


def _when(window: Window) -> str:
    """When it was, as people write it."""
    length = window.stop - window.start
    last = window.stop - min(length, dt.timedelta(days=1))
    if last <= window.start:
        return f" on {day(window.start)}"
    return f" from {day(window.start, last)} to {day(last)}"


def _other(found: Signal, key: str, place: int, size: int) -> str:
    """A headline metric that moved the other way, so that nobody is comforted by it."""
    mine = found.pooled[size][key].difference
    for other, one in found.pooled[size].items():
        change = one.difference
        if other == key or mine.lower[place] <= 0 or not change.upper[place] < 0:
            continue
        value, before = float(one.estimate.value[place]), float(one.baseline.value)
        both = f"{number(one.metric, value)} against {number(one.metric, before)}"
        return f", although {one.metric.short} is better ({both})"
    return ""


def _estimated(found: Signal, place: int) -> Verdict:
    """What a chunk without final labels is estimated to be, in words."""
    assert found.estimated is not None  # noqa: S101 - its colours come from it
    one = max(found.estimated.scores.values(), key=lambda each: int(each.status[place]))
    value, baseline = float(one.estimate.value[place]), float(one.baseline.value)
    sentence = (
        f"{one.metric.short} is estimated to be {number(one.metric, value)} against "
        f"{number(one.metric, baseline)} in the reference; labels are not final yet"
    )
    sign = -1 if one.metric.better == "higher" else 1
    return Verdict(
        "amber", sentence, "estimated_loss", one.metric.key, value, float(one.estimate.lower[place]),
        float(one.estimate.upper[place]), baseline, baseline + sign * one.amber,
        int(one.estimate.n[place]), found.assessment.keys[place], False, place,
    )  # fmt: skip


def _unknown(found: Signal) -> Verdict:
    """Why nothing could be judged: no labels, young ones, few ones, or no reference."""
    whole = found.assessment
    if not whole.labelled.any():
        rows = f"{whole.predicted.sum():,.0f}"
        return Verdict("grey", reasons.sentence("no_labels", rows=rows), "no_labels")
    final = [place for place, maturity in enumerate(whole.maturity) if maturity == "final"]
    if not final:
        code = "immature" if whole.material.cohorts.maturity.horizon is not None else "maturity_unknown"
        return Verdict("grey", reasons.sentence(code), code)
    last = final[-1]
    one = next(iter(found.pooled[SIZES[0]].values()))
    code = CODES[int(one.reason[last])]
    if code == "not_enough":
        short = one.shortage
        have, need = float(short.have[last]), float(short.need[last])
        return Verdict("grey", short_words(str(short.kind[last]), have, need), code)
    return Verdict("grey", reasons.sentence(code), code)
