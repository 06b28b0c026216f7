"""Drift in words: one sentence for a feature, and what a sentence is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from monitoring import reasons
from monitoring.drift import shares
from monitoring.drift.assessment import POOLED, Assessment
from monitoring.drift.scores import CODES
from monitoring.statistics import METHODS
from monitoring.statistics.severity import AMBER, GREY


def day(at: dt.datetime, beside: dt.datetime | None = None) -> str:
    """A key as people write it: ``3 Jul``, with the year where it is another, with the hour if there is one.

    Examples
    --------
    >>> day(dt.datetime(2013, 7, 3), dt.datetime(2013, 7, 31)), day(dt.datetime(2013, 7, 3, 14))
    ('3 Jul', '3 Jul 2013 14:00')
    """
    year = "" if beside is not None and beside.year == at.year else f" {at.year}"
    hour = f" {at:%H:%M}" if at.hour or at.minute else ""
    return f"{at.day} {at:%b}{year}{hour}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names in a sentence, the rest counted.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c", "d", "e"])
    ('a', 'a and b', 'a, b, c and 2 more')
    """
    shown, rest = list(names[:most]), len(names) - most
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def distinct(values: Sequence[float], digits: int = 4) -> list[str]:
    """Numbers in the fewest digits, but at least so many, in which no two of them look alike.

    Examples
    --------
    >>> distinct([0.1, 2.5, 12345.6]), distinct([20130701.0, 20130702.0]), distinct([0.5, 0.50001])
    (['0.1', '2.5', '12346'], ['20130701', '20130702'], ['0.5', '0.50001'])
    """
    texts: list[str] = []
    for most in range(digits, 18):
        texts = [_rounded(float(value), most) for value in values]
        if len(set(texts)) == len(set(values)):
            break
    return texts


def _rounded(value: float, digits: int) -> str:
    """A number in significant digits; those before the point are always told."""
    whole = len(f"{abs(value):.0f}") if abs(value) < 1e15 else 0
    return f"{value + 0.0:.{max(digits, whole)}g}"


def title(assessment: Assessment, place: int) -> str:
    """What to call a feature: its title in the model's file, or its name."""
    return assessment.model.feature_title(assessment.features[place])


def feature_sentence(assessment: Assessment, place: int, last: int, check: str, status: int) -> str:
    """A feature in a chunk: what was found, how large, against which noise.

    Parameters
    ----------
    assessment : Assessment
    place, last : int
        Positions of feature and chunk.
    check : str
        The check that decided.
    status : int
        The colour.

    Returns
    -------
    str
    """
    value = float(assessment.weights.values[place])
    learnt = assessment.weights.source == "surrogate"
    weight = f" (importance {f'about {value:.2g}' if learnt else f'{value:g}'})" if value == value else ""
    subject = f"{title(assessment, place)}{weight}"
    if status == GREY:
        return f"{subject} cannot be judged: {why_grey(assessment, place, last)}"
    single = _numbers(assessment, "chunk", place, last)
    if check == "out_of_range":
        share = f"{assessment.checks[check].value[place, last]:.0%}".replace("%", " %")
        if status >= AMBER:
            return ", ".join(
                filter(None, (f"{subject} is {shares.TITLES[check]} in {share} of rows", single))
            )
        why = why_grey(assessment, place, last)
        return f"{subject} stays in the reference range ({share} outside); {why}"
    span = f" over the last {POOLED[check]} {_chunks(assessment)}" if POOLED[check] > 1 else ""
    code = CODES[assessment.checks[check].reason[place, last]]
    note = reasons.REASONS[code].words if code and code != "drift" else ""
    return f"{subject}: " + ", ".join(filter(None, (_numbers(assessment, check, place, last) + span, note)))


def beside(assessment: Assessment, place: int, last: int) -> str:
    """What else is wrong with a feature in a chunk: shares of rows that are not part of its drift.

    Missing, non-finite and never seen values are a matter of data quality and colour no distance; they are
    said wherever the feature is.
    """
    said = []
    for check in ("missing", "non_finite", "unseen"):
        scores = assessment.checks.get(check)
        if scores is not None and scores.status[place, last] >= AMBER:
            value, before = (getattr(scores, name)[place, last] for name in ("value", "before"))
            said.append(f"{shares.TITLES[check]} in {_share(value)} of rows, {_share(before)} before")
    return "; ".join(said)


def _share(value: float) -> str:
    return f"{value:.0%}".replace("%", " %") if value >= 0.1 else f"{value:.1%}".replace("%", " %")


def why_grey(assessment: Assessment, place: int, last: int) -> str:
    """Why a single chunk has no colour, with its numbers."""
    scores, window = assessment.checks["chunk"], assessment.keys[last]
    return reasons.sentence(
        CODES[scores.reason[place, last]],
        rows=int(np.nan_to_num(scores.rows[place, last])),
        minimum=assessment.model.limits.minimum_rows,
        feature=title(assessment, place),
        start=day(window.start),
        stop=day(window.stop),
        limit=f"{_short(assessment, place)} {_number(scores.limit[place, last])}",
    )


def _numbers(assessment: Assessment, check: str, place: int, last: int) -> str:
    """The distance and its noise floor; empty where there is none."""
    scores = assessment.checks[check]
    value, floor = scores.value[place, last], scores.noise_floor[place, last]
    if np.isnan(value):
        return ""
    noise = "" if np.isnan(floor) else f", floor {_number(floor)}"
    return f"{_short(assessment, place)} {_number(value)}{noise}"


def _number(value: float) -> str:
    """Two decimals, or one digit where those would be zeros."""
    return f"{value:.2f}" if value >= 0.01 or value == 0 else f"{value:.1g}"


def _chunks(assessment: Assessment) -> str:
    """What several chunks are called."""
    return {"1 day": "days", "1 hour": "hours"}.get(assessment.chunk, f"chunks of {assessment.chunk}")


def _short(assessment: Assessment, place: int) -> str:
    """How a sentence calls the method."""
    return METHODS[assessment.measures[place]].short
