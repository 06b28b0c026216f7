"""What is shown beside a feature: which check's numbers, in which words, with which marks."""

from __future__ import annotations

import numpy as np

from monitoring import reasons
from monitoring.drift.assessment import POOLED, Assessment
from monitoring.drift.onset import Started
from monitoring.drift.scores import Scores
from monitoring.drift.shares import TITLES
from monitoring.drift.verdict import FeatureVerdict, Verdict
from monitoring.formats import day, share, short
from monitoring.marks import ORDER
from monitoring.statistics import METHODS


def said(verdict: Verdict) -> str:
    """The verdict's sentence without its colour, which stands beside it as a mark.

    Examples
    --------
    >>> said(Verdict("red", "red since 4 May: Dew point is outside", None, None, ()))
    'Since 4 May: Dew point is outside'
    """
    text = verdict.sentence.removeprefix(verdict.status).lstrip(": ")
    return text[:1].upper() + text[1:]


def shown_status(feature: FeatureVerdict) -> str:
    """A feature's colour: the worse of what lasts and what the judged chunk alone says."""
    return min(feature.lasting, feature.status, key=ORDER.index)


def shown_check(feature: FeatureVerdict) -> str:
    """The check whose numbers stand beside a feature: what gave it colour, or else the chunk's distance."""
    return feature.check if feature.status in ("amber", "red") else "chunk"


def measure_title(assessment: Assessment, place: int, check: str) -> str:
    """What a check measures, in few words.

    Parameters
    ----------
    assessment : Assessment
    place : int
        Of the feature.
    check : str
    """
    if check not in POOLED:
        return TITLES[check]
    title = METHODS[assessment.measures[place]].short
    return title if check == "chunk" else f"{title}, {POOLED[check]} chunks"


def allowed(scores: Scores) -> np.ndarray:
    """What each value may reach before it has a colour: the limit, or amber if that is higher.

    Returns
    -------
    ndarray of shape (features, chunks)
    """
    return np.fmax(scores.limit, np.nan_to_num(scores.before) + scores.amber[:, None])


def number(check: str, value: float) -> str:
    """A value of a check as text: shares in per cent.

    Examples
    --------
    >>> number("out_of_range", 0.34), number("chunk", 0.34)
    ('34.0 %', '0.340')
    """
    return short(value) if check in POOLED else share(value)


def note(feature: FeatureVerdict) -> str:
    """Since when, and what one should know before reading the number."""
    parts = [f"since {day(feature.since)}"] if feature.since else []
    if feature.status in ("amber", "red") and feature.lasting not in ("amber", "red"):
        parts.append("this chunk only, so far")
    if feature.lasting in ("amber", "red") and feature.status not in ("amber", "red"):
        parts.append("not in this chunk")
    if feature.reason and feature.reason != "drift":
        parts.append(reasons.REASONS[feature.reason].words)
    if feature.beside:
        parts.insert(0, feature.beside)
    if not feature.counted:
        parts.append(reasons.REASONS["excluded"].words)
    return " · ".join(parts)


def started_words(started: Started | None) -> str:
    """When a change most likely began, and how sure that is."""
    if started is None:
        return "Too few chunks, or too little change among them, to date a start."
    if started.p_value > 0.05:
        return "No single start stands out: the course moves, but not from one level to another."
    first, last = day(started.earliest), day(started.latest)
    when = f"between {first} and {last}" if first != last else "on that very day"
    return f"The level most likely changed on {day(started.at)} ({when} with 90 % confidence)."
