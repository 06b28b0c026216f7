"""Inputs that may be broken: shares of missing, not finite, never seen or out-of-range values that rose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring import drift
from monitoring.drift.onset import run_start
from monitoring.drift.shares import LEVELS, TITLES
from monitoring.drift.signal import LAST, NEEDED
from monitoring.statistics.severity import AMBER, NAMES, persistent


@dataclass(frozen=True)
class Fault:
    """One share of one feature that is amber or red in two of the last three chunks.

    Attributes
    ----------
    feature, check : str
        The check is a key of `monitoring.drift.shares.LEVELS`.
    title : str
        What to call the feature.
    since : datetime
        Key of the chunk in which it began.
    value, before : float
        The share in the last chunk that is that bad, and in the reference.
    rows : int
        Behind the share.
    status : str
    """

    feature: str
    check: str
    title: str
    since: dt.datetime
    value: float
    before: float
    rows: int
    status: str

    @property
    def words(self) -> str:
        """What is wrong, without numbers."""
        return TITLES[self.check]


def faults(assessment: drift.Assessment, until: dt.datetime | None = None) -> list[Fault]:
    """Faults of features that matter, the worst first.

    Those that matter are of high importance; where no importance is known at all, every feature that counts
    may matter.

    Parameters
    ----------
    assessment : drift.Assessment
        With the checks of shares.
    until : datetime, optional
        A key: look at the last complete chunk that begins before it; the last one by default.
    """
    begun = np.array([until is None or key.start < until for key in assessment.keys], dtype=bool)
    usable = np.flatnonzero(assessment.complete & begun)
    if not len(usable):
        return []
    last, found = int(usable[-1]), []
    for place in np.flatnonzero(_matter(assessment)):
        for check in LEVELS:
            one = _fault(assessment, int(place), check, last)
            if one is not None:
                found.append(one)
    return sorted(found, key=lambda one: (one.check == "out_of_range", one.status != "red", -one.value))


def _matter(assessment: drift.Assessment) -> np.ndarray:
    known = np.isfinite(assessment.weights.values).any() or assessment.model.star
    return assessment.counted & drift.important(assessment) if known else assessment.counted


def _fault(assessment: drift.Assessment, place: int, check: str, last: int) -> Fault | None:
    scores = assessment.checks[check]
    cells = scores.status[place]
    lasting = persistent(cells, NEEDED, LAST)
    if lasting[last] < AMBER:
        return None
    since = run_start(assessment, lasting, cells, last) or assessment.keys[last].start
    shown = int(np.flatnonzero(cells[: last + 1] >= AMBER)[-1])
    name = assessment.features[place]
    return Fault(
        feature=name,
        check=check,
        title=assessment.model.feature_title(name),
        since=since,
        value=float(scores.value[place, shown]),
        before=float(scores.before[place, shown]),
        rows=int(scores.rows[place, shown]),
        status=NAMES[int(lasting[last])],
    )
