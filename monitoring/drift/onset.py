"""Since when: the start of the present colour, and the most likely start of a change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.drift.assessment import POOLED, Assessment
from monitoring.drift.signal import LAST
from monitoring.statistics import METHODS
from monitoring.statistics.changepoint import Change, change
from monitoring.statistics.severity import AMBER, Codes

CLEAR = 0.05
"""The p-value up to which a start stands out."""


@dataclass(frozen=True)
class Started:
    """When a feature's drift most likely began.

    Attributes
    ----------
    at, earliest, latest : datetime
        Keys: the most likely first chunk, and those between which it lies with 90 % confidence.
    p_value : float
        How often a series without a change shows one as clear.
    change : Change
        Positions and means on the scale that was looked at.
    """

    at: dt.datetime
    earliest: dt.datetime
    latest: dt.datetime
    p_value: float
    change: Change


def started(
    assessment: Assessment, feature: str, check: str = "chunk", at: dt.datetime | None = None
) -> Started | None:
    """The most likely start of a lasting change of one feature, as known at a chunk.

    Parameters
    ----------
    assessment : Assessment
    feature : str
    check : str
        ``out_of_range`` or another share looks at the share; every other check at the distance of single
        chunks, because trailing windows smear a start.
    at : datetime, optional
        Key of the last chunk to look at; all complete ones by default.

    Returns
    -------
    Started or None
        None where the series is too short or does not vary.

    Raises
    ------
    ValueError
        If the feature is unknown.
    """
    place = assessment.features.index(feature)
    scores = assessment.checks["chunk" if check in POOLED else check]
    stop = sum(at is None or window.start <= at for window in assessment.keys)
    usable = assessment.complete & (scores.rows[place] >= assessment.model.limits.minimum_rows)
    value = np.where(usable, scores.value[place], np.nan)[:stop]
    # Distances are skewed like chi-square variables and shares like binomial ones: both are made even first.
    if check in POOLED:
        value = np.cbrt(value ** METHODS[assessment.measures[place]].power)
    else:
        value = np.arcsin(np.sqrt(value))
    found = change(value)
    if found is None:
        return None
    dates = [assessment.keys[i].start for i in (found.at, found.earliest, found.latest)]
    return Started(dates[0], dates[1], dates[2], found.p_value, found)


def together(
    assessment: Assessment, names: Sequence[str], at: dt.datetime | None = None, within: int = 3
) -> list[list[tuple[str, Started]]]:
    """Features whose drift most likely began at about the same time, the largest group first.

    Parameters
    ----------
    assessment : Assessment
    names : sequence of str
        Features to look at; those whose series shows no change at 5 % are left out.
    at : datetime, optional
        Key of the last chunk to look at; all complete ones by default.
    within : int
        Days between the first and the last start of a group.

    Returns
    -------
    list of list of (feature, Started)
        Each with its likely start, earliest first; no feature is in two groups.
    """
    found = [(name, one) for name in names if (one := started(assessment, name, at=at)) is not None]
    left = sorted(((name, one) for name, one in found if one.p_value <= CLEAR), key=lambda pair: pair[1].at)
    groups = []
    while left:
        reach = [
            [pair for pair in left[first:] if pair[1].at - left[first][1].at <= dt.timedelta(days=within)]
            for first in range(len(left))
        ]
        largest = max(reach, key=len)
        groups.append(largest)
        taken = {name for name, _ in largest}
        left = [pair for pair in left if pair[0] not in taken]
    return sorted(groups, key=lambda group: (-len(group), group[0][1].at))


def run_start(
    assessment: Assessment, lasting: Codes, single: Codes, last: int, worst: int = AMBER
) -> dt.datetime | None:
    """When the present run of a colour began.

    Parameters
    ----------
    assessment : Assessment
    lasting : ndarray of int8, shape (chunks,)
        Confirmed colours.
    single : ndarray of int8, shape (chunks,)
        Colours of single chunks: the first one of those that made the colour last is the start.
    last : int
        Position of the present chunk.
    worst : int
        The colour, or a worse one, that must have held throughout.

    Returns
    -------
    datetime or None
        A key; None where the present colour is better.
    """
    if lasting[last] < worst:
        return assessment.keys[last].start if single[last] >= worst else None
    quiet = np.flatnonzero(lasting[: last + 1] < worst)
    first = int(quiet[-1]) + 1 if len(quiet) else 0
    early = max(first - LAST + 1, 0)
    coloured = np.flatnonzero(single[early : first + 1] >= worst)
    return assessment.keys[early + int(coloured[0]) if len(coloured) else first].start
