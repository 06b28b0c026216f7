"""What the quality of data means at an instant: finding by finding, for the model, and in one sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring import reasons
from monitoring.drift.scores import CODES
from monitoring.drift.wording import day, listed
from monitoring.quality.assessment import LAST, Assessment, counts_for
from monitoring.quality.registry import CHECKS, Check
from monitoring.quality.wording import said, title
from monitoring.statistics.severity import AMBER, GREY, NAMES, Codes
from monitoring.windows import Window

MOST = 2
"""Findings that are told in one sentence although nothing is wrong with them."""
MOSTLY = 0.5
"""Share of rows from which on something that is as the reference has it is told nevertheless."""


@dataclass(frozen=True)
class Finding:
    """A check of a subject at an instant.

    Attributes
    ----------
    check, subject, title : str
    status, lasting : str
        Of this chunk, and what counts: capped, and for shares confirmed by two of the last three chunks.
    counted : bool
        Whether it can colour the model's quality.
    value, before, limit, size : float
        nan where unknown; the size is in units of where amber begins.
    rows : int
    since : datetime or None
        Key of the first chunk of the present run of amber or red.
    reason, sentence : str
    row : int
        Of the assessment: the window that decided.
    """

    check: str
    subject: str
    title: str
    status: str
    lasting: str
    counted: bool
    value: float
    before: float
    limit: float
    size: float
    rows: int
    since: dt.datetime | None
    reason: str
    sentence: str
    row: int


@dataclass(frozen=True)
class Verdict:
    """The quality of a model's data at an instant.

    Attributes
    ----------
    status, sentence, reason : str
    measure : str
        The check that weighs most; empty where nothing is wrong.
    value, limit : float
        Of that check; nan where nothing is wrong.
    n : int
        Checks that could be judged.
    since : datetime or None
    chunk : Window or None
        The last complete chunk, which was judged.
    findings : tuple of Finding
        The one to look at first on top.
    """

    status: str
    sentence: str
    reason: str
    measure: str
    value: float
    limit: float
    n: int
    since: dt.datetime | None
    chunk: Window | None
    findings: tuple[Finding, ...]


def verdict(assessment: Assessment, at: dt.datetime | None = None) -> Verdict:
    """The quality of a model's data in the last complete chunk.

    Parameters
    ----------
    assessment : Assessment
    at : datetime, optional
        A key: judge the chunk that holds it, or the last complete one before; the last one by default.
    """
    begun = np.array([at is None or window.start <= at for window in assessment.keys], dtype=bool)
    usable = np.flatnonzero(assessment.complete & begun)
    nan = float("nan")
    if not len(usable):
        return Verdict("grey", reasons.sentence("no_data"), "no_data", "", nan, nan, 0, None, None, ())
    last = int(usable[-1])
    findings = tuple(
        sorted((_finding(assessment, place, last) for place in range(len(assessment.groups))), key=_rank)
    )
    code = int(assessment.quality[last])
    counted = [one for one in findings if one.counted]
    loud = [one for one in counted if one.lasting in ("amber", "red")]
    judged = sum(one.status != "grey" for one in findings)
    since = run_start(assessment.quality, assessment.unconfirmed, last)
    sentence, reason = _sentence(assessment, code, loud, findings, judged, last)
    lead = loud[0] if loud else None
    return Verdict(
        NAMES[code],
        sentence,
        lead.reason if lead else reason,
        lead.check if lead else "",
        lead.value if lead else nan,
        lead.limit if lead else nan,
        judged,
        assessment.keys[since].start if since is not None else None,
        assessment.keys[last],
        findings,
    )


def run_start(lasting: Codes, single: Codes, last: int) -> int | None:
    """Where the present run of amber or red began; None where there is none.

    Parameters
    ----------
    lasting, single : ndarray of int8, shape (chunks,)
        Confirmed colours, and those of single chunks: the first that made the colour last is the start.
    last : int

    Examples
    --------
    >>> run_start(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]), 3)
    1
    """
    if lasting[last] < AMBER:
        return None
    quiet = np.flatnonzero(lasting[: last + 1] < AMBER)
    first = int(quiet[-1]) + 1 if len(quiet) else 0
    early = max(first - LAST + 1, 0)
    coloured = np.flatnonzero(single[early : first + 1] >= AMBER)
    return early + int(coloured[0]) if len(coloured) else first


def _finding(assessment: Assessment, group: int, last: int) -> Finding:
    rows, cells, lasting = assessment.rows, assessment.cells[group], assessment.lasting[group]
    check, subject = CHECKS[assessment.groups[group][0]], assessment.groups[group][1]
    since = run_start(lasting, cells, last)
    if since is None and cells[last] >= AMBER:
        since = last
    shown = last  # where the colour comes from an earlier chunk than this one, that chunk is told
    if lasting[last] >= AMBER > cells[last]:
        shown = int(np.flatnonzero(cells[: last + 1] >= AMBER)[-1])
    row = int(assessment.decided[group, shown])
    told = said(assessment, row, shown)
    if shown != last:
        told = f"{told} on {day(assessment.keys[shown].start, assessment.keys[last].start)}"
    return Finding(
        check=check.key,
        subject=subject,
        title=title(assessment, row),
        status=NAMES[cells[last]],
        lasting=NAMES[lasting[last]],
        counted=counts_for(assessment.model, check, subject),
        value=float(rows.value[row, last]),
        before=float(rows.before[row, last]),
        limit=float(rows.limit[row, last]),
        size=size(check, float(rows.effect[row, last])),
        rows=int(np.nan_to_num(rows.rows[row, last])),
        since=assessment.keys[since].start if since is not None else None,
        reason=CODES[rows.reason[row, shown]],
        sentence=told,
        row=row,
    )


def size(check: Check, effect: float) -> float:
    """How large an effect is in units of where amber begins; of a fact that is never allowed, its share.

    Examples
    --------
    >>> size(CHECKS["missing"], 0.1), size(CHECKS["rule"], 0.004)
    (2.0, 0.004)
    """
    return effect / check.levels.amber if check.levels.amber > 0 else effect


def _rank(one: Finding) -> tuple[bool, int, int, float, str, str]:
    """What counts and is worst first, then by how far it is above its limit."""
    order = {"red": 0, "amber": 1, "green": 2, "grey": 3}
    counts = one.counted and one.lasting in ("amber", "red")
    large = -float(np.nan_to_num(one.size))
    return not counts, order[one.lasting] if counts else 0, order[one.status], large, one.check, one.subject


def _sentence(
    assessment: Assessment,
    code: int,
    loud: list[Finding],
    findings: tuple[Finding, ...],
    judged: int,
    last: int,
) -> tuple[str, str]:
    """The model's quality in one sentence, and the code of its reason."""
    today = assessment.keys[last].start
    if code == GREY:
        known = next((one.reason for one in findings if one.reason), "no_data")
        return f"nothing could be judged: {reasons.sentence(known)}", known
    if loud:
        lead, rest = loud[0], [f"{one.title} ({CHECKS[one.check].title.lower()})" for one in loud[1:]]
        when = f", since {day(lead.since, today)}" if lead.since and lead.since != today else ""
        also = f"; also {listed(rest)}" if rest else ""
        return f"{lead.sentence}{when}{also}", lead.reason
    many = f"{judged} checks" if judged != 1 else "one check"
    notes = [
        _note("as in the reference, ", [one for one in findings if _usually_missing(one)]),
        _note(
            "within what the reference's own days differ, ", [one for one in findings if _within_days(one)]
        ),
    ]
    told = [one for one in findings if not one.counted and one.status in ("amber", "red")]
    named = [f"{one.title} ({CHECKS[one.check].title.lower()})" for one in told if one.check != "stale"]
    notes += [f"; told here and judged as drift: {listed(named)}"] if named else []
    return f"nothing is wrong by {many}{''.join(notes)}", ""


def _usually_missing(one: Finding) -> bool:
    """A feature that mostly lacks a value, and did so in the reference."""
    return (
        one.check == "missing" and one.counted and one.before >= MOSTLY and one.reason in ("", "days_differ")
    )


def _within_days(one: Finding) -> bool:
    return one.counted and one.status == "green" and one.reason == "days_explain"


def _note(words: str, found: list[Finding]) -> str:
    more = f"; {len(found) - MOST} more" if len(found) > MOST else ""
    return f"; {words}{'; '.join(one.sentence for one in found[:MOST])}{more}" if found else ""
