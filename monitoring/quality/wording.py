"""Checks in words: one sentence for a subject in a chunk."""

from __future__ import annotations

import numpy as np

from monitoring import reasons
from monitoring.drift.scores import CODES
from monitoring.drift.wording import day
from monitoring.quality.assessment import Assessment
from monitoring.quality.registry import CHECKS, Check
from monitoring.statistics.severity import GREY
from monitoring.statistics.traffic import FEWEST_WEEKS

_SUBJECTS = {"rows": "the log", "labels": "the labels"}


def title(assessment: Assessment, place: int) -> str:
    """What to call a row's subject: a feature's title in the model's file, or its name.

    Parameters
    ----------
    assessment : Assessment
    place : int
        The row.
    """
    subject = assessment.rows.subjects[place]
    about = CHECKS[assessment.rows.checks[place]].about
    return assessment.model.feature_title(subject) if about == "feature" else _SUBJECTS.get(subject, subject)


def number(check: Check, value: float) -> str:
    """A value of a check as people read it.

    Examples
    --------
    >>> from monitoring.quality import CHECKS
    >>> number(CHECKS["missing"], 0.774), number(CHECKS["volume"], 0.31), number(CHECKS["rule"], 0.00002)
    ('77 %', '0.31', '<0.01 %')
    """
    if np.isnan(value):
        return "–"
    if not check.unit.startswith("share"):
        return f"{value:.2f}" if value < 10 else f"{value:.0f}"
    per_cent = 100 * value
    if 0 < per_cent < 0.005:
        return "<0.01 %"
    digits = 0 if per_cent == 0 or per_cent >= 10 else 1 if per_cent >= 0.1 else 2
    return f"{per_cent:.{digits}f} %"


def said(assessment: Assessment, place: int, at: int) -> str:
    """A check of a subject in a chunk, with its numbers.

    Parameters
    ----------
    assessment : Assessment
    place, at : int
        The row, and the chunk.
    """
    rows, check = assessment.rows, CHECKS[assessment.rows.checks[place]]
    window = rows.windows[place]
    subject = title(assessment, place) + (f", last {window} {chunks_of(assessment)}" if window > 1 else "")
    if rows.status[place, at] == GREY and np.isnan(rows.value[place, at]):
        return f"{subject}, {check.title.lower()}: {why(assessment, place, at)}"
    value, before = (number(check, float(one[place, at])) for one in (rows.value, rows.before))
    reference = "" if before == "–" or check.form == "own" else f", {before} in the reference"
    return _PHRASES.get(check.key, _share)(check, subject, value, int(rows.rows[place, at]), reference)


def why(assessment: Assessment, place: int, at: int) -> str:
    """Why a number has no colour.

    Parameters
    ----------
    assessment : Assessment
    place, at : int
    """
    rows, window = assessment.rows, assessment.keys[at]
    return reasons.sentence(
        CODES[rows.reason[place, at]],
        rows=int(np.nan_to_num(rows.rows[place, at])),
        minimum=assessment.model.limits.minimum_rows,
        feature=title(assessment, place),
        start=day(window.start),
        stop=day(window.stop),
        chunks=max(assessment.rows.windows[place], FEWEST_WEEKS),
    )


def chunks_of(assessment: Assessment) -> str:
    """What several chunks are called."""
    return {"1 day": "days", "1 hour": "hours"}.get(assessment.chunk, f"chunks of {assessment.chunk}")


def _share(check: Check, subject: str, value: str, rows: int, reference: str) -> str:
    what = check.unit.removeprefix("share of ")
    return f"{subject}: {value} of {rows:,} {what} {check.short}{reference}"


def _constant(check: Check, subject: str, value: str, rows: int, reference: str) -> str:
    return f"{subject}: the most frequent value in {value} of {rows:,} rows"


def _volume(check: Check, subject: str, value: str, rows: int, reference: str) -> str:
    return f"{rows:,} rows, {value} times those of the same weekday before"


def _stale(check: Check, subject: str, value: str, rows: int, reference: str) -> str:
    return f"the newest row is {value} usual gaps old"


_PHRASES = {"constant": _constant, "volume": _volume, "stale": _stale}
