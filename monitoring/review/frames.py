"""Estimates from reviewed rows as a tidy frame: a row per metric and chunk, told and never judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from monitoring import results, windows
from monitoring.review.completing import Logged, complete
from monitoring.review.estimating import LEAST, Answer, Sample, estimate
from monitoring.review.measures import measures_of
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.models import Model

_INSTANT = dt.timedelta(microseconds=1)
SUBJECTS = {"audit": "audit", "queue": "audit", "both": "log and audit"}
"""What the tidy frame says that these rows are about, by what they rest on."""


def chunks(found: Sample, chunk: str) -> list[Window]:
    """The chunks from the first day with a case to the last, counted as those of performance are.

    Parameters
    ----------
    found : Sample
    chunk : str
        A chunk shorter than a day is taken as a day: cases are drawn by the day.
    """
    days = found.population.day
    if not len(days):
        return []
    length = "1 day" if chunk == "1 hour" else chunk
    first, last = (dt.datetime.combine(day, dt.time()) for day in (days[0].item(), days[-1].item()))
    reference = found.model.reference
    anchor = dt.datetime.combine(reference.start, dt.time()) if reference and reference.start else first
    step = windows.chunk_stop(first, length) - first
    start = anchor + (first - anchor) // step * step
    stop = last + dt.timedelta(days=1)
    return [Window(one, one + step) for one in windows.chunk_starts(Window(start, stop), length)]


def frame(
    found: Sample, chunk: str, metrics: Sequence[str] | None = None, window: Window | None = None,
    log: Logged | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Every metric that can be estimated, or some, in every chunk.

    Parameters
    ----------
    found : Sample
    chunk : str
    metrics : sequence of str, optional
    window : Window, optional
        Only chunks that overlap it.
    log : Logged, optional
        The log's labels, which the audit then completes; without it the audit stands alone.

    Returns
    -------
    DataFrame
        A tidy frame. ``version`` served at the end of a chunk; ``n`` counts decided cases of the audit and,
        with the log, its labelled rows;
        ``coverage`` is the share of the cases drawn that are decided.

    Raises
    ------
    ValueError
        If a metric cannot be estimated so.
    """
    known = measures_of(found.model)
    wanted = list(metrics or known)
    odd = [key for key in wanted if key not in known]
    if odd:
        raise ValueError(f"an audit does not estimate {odd[0]!r}; it does: {', '.join(known)}")
    spans = [one for one in chunks(found, chunk) if window is None or one.overlaps(window)]
    rows = [(span, answer(found, span, key, log)) for key in wanted for span in spans]
    return _frame(found.model, rows)


def answer(found: Sample, span: Window, metric: str, log: Logged | None = None) -> Answer:
    """One metric in one chunk, by the audit or by the log's labels that it completes."""
    first, stop = span.start.date(), span.stop.date()
    if log is None:
        return estimate(found, metric, first=first, stop=stop)
    return complete(found, log, metric, first=first, stop=stop)


def _frame(model: Model, rows: Sequence[tuple[Window, Answer]]) -> pd.DataFrame:
    told = [one for _, one in rows]
    starts, stops = (
        [windows.instant_of(end, "day", model.zone) for end in ends]
        for ends in ([span.start for span, _ in rows], [span.stop for span, _ in rows])
    )
    return results.frame(
        {
            "model": [model.name] * len(rows),
            "version": [model.versions.serving(stop - _INSTANT) for stop in stops],
            "subject": [SUBJECTS[one.basis] for one in told],
            "measure": [one.metric for one in told],
            "chunk_start": starts,
            "chunk_stop": stops,
            "n": [int(one.found.n) if one.basis == "both" else one.decided for one in told],
            "value": [float(one.found.value) for one in told],
            "lower": [float(one.found.lower) for one in told],
            "upper": [float(one.found.upper) for one in told],
            "coverage": [one.decided / one.drawn if one.drawn else float("nan") for one in told],
            "maturity": ["final" if one.drawn == one.decided else "provisional" for one in told],
            "status": ["grey"] * len(rows),
            "reason": [reason(one) for one in told],
        }
    )


def reason(one: Answer) -> str:
    """Why an estimate has no colour, or no value."""
    if one.enough:
        return "completed_unjudged" if one.basis == "both" else "audit_unjudged"
    if one.decided >= LEAST:
        return "undefined_metric"
    return "audit_young" if one.drawn else "no_audit"


def facts(one: Answer) -> dict[str, str]:
    """Numbers for the sentence of its reason."""
    return {
        "measure": one.metric,
        "decided": f"{one.decided:,}",
        "drawn": f"{one.drawn:,}",
        "least": str(LEAST),
    }
