"""Checks of what comes when: rows, columns, ids and labels; and the rules of the model's file."""

from __future__ import annotations

import datetime as dt

import numpy as np

from monitoring import freshness
from monitoring.drift.spans import summed
from monitoring.quality.evidence import Counted, Evidence, Own
from monitoring.quality.registry import SLOWLY, quality_check
from monitoring.statistics.traffic import volume as against_weeks

ROWS = "rows"
"""The subject of checks about whole rows."""


@quality_check(
    "Volume",
    short="times the rows of the same weekday before",
    needs="arrivals",
    about="rows",
    unit="times the usual",
    better="usual",
    form="own",
    levels=(float(np.log(1.5)), float(np.log(3.0))),
    reason="unusual_volume",
)
def volume(evidence: Evidence) -> list[Own]:
    """Rows against the median of the same weekday, or hour of it, in the eight weeks before."""
    line, spans = evidence.line, evidence.spans
    running = np.concatenate([[0.0], np.cumsum(evidence.dense_requests())])
    starts = np.arange(0, line.length, line.per_chunk)
    whole = running[starts + line.per_chunk] - running[starts]
    week = dt.timedelta(days=7) // line.step
    found = against_weeks(
        whole,
        max(week // line.per_chunk, 1),
        first=evidence.first // line.per_chunk,
        false_alarms=evidence.model.limits.false_alarms,
    )
    place = spans.start // line.per_chunk
    rows, ratio = whole[place][None], found.ratio[place][None]
    with np.errstate(divide="ignore"):
        size = np.minimum(np.abs(np.log(ratio)), 99.0)
    return [
        Own(
            subjects=(ROWS,),
            value=ratio,
            size=size,
            rows=rows,
            high=found.upper[place][None],
            low=found.lower[place][None],
            statistic=found.statistic[place][None],
            p_value=found.p_value[place][None],
            reference=np.where(np.isnan(ratio), np.nan, 1.0),
            why=np.where(np.isnan(ratio), "short_history", ""),
        )
    ]


@quality_check(
    "Freshness",
    short="usual gaps without a row",
    needs="arrivals",
    about="rows",
    unit="usual gaps",
    form="own",
    levels=(freshness.LATE, freshness.VERY_LATE),
    cap="green",
    reason="late",
)
def stale(evidence: Evidence) -> list[Own]:
    """Time without a row at the end of a chunk, or now at the last, in gaps as they usually are."""
    _, _, last = evidence.requests
    ends = list(evidence.stops)
    if evidence.as_of and ends:  # the last chunk is looked at from now
        ends[-1] = evidence.as_of
    at = np.array([one.replace(tzinfo=None) for one in ends], dtype="datetime64[us]")
    place = np.searchsorted(last, at, side="right") - 1
    age = np.full((1, len(at)), np.nan)
    if len(last):
        age[0] = np.where(place >= 0, (at - last[np.maximum(place, 0)]) / evidence.gap, np.nan)
    unknown = np.full(age.shape, np.nan)
    rows = summed(np.concatenate([[0.0], np.cumsum(evidence.dense_requests())])[None], evidence.spans)
    high = np.where(np.isnan(age), np.nan, freshness.LATE)
    why = np.where(np.isnan(age), "no_data", "")
    return [Own((ROWS,), age, age, rows, high, unknown, unknown, unknown, unknown, why)]


@quality_check(
    "Ids twice",
    short="set aside because their id stands in the file before",
    needs="counters",
    about="rows",
    form="fact",
    levels=(0.001, 0.01),
    lasting=False,
    reason="repeated",
)
def duplicate_ids(evidence: Evidence) -> list[Counted]:
    """Rows that came with an id that stood in the same file before."""
    return evidence.tallied("duplicate_ids")


@quality_check(
    "Rows twice",
    short="alike in everything but their id",
    needs="counters",
    about="rows",
    levels=(0.01, 0.05),
    windows=SLOWLY,
    reason="repeated",
)
def duplicate_rows(evidence: Evidence) -> list[Counted]:
    """Rows that agree with an earlier one of the same file in instant and every feature."""
    return evidence.tallied("duplicate_rows")


@quality_check(
    "Another type",
    short="of another type",
    needs="counters",
    form="fact",
    levels=(0.001, 0.01),
    lasting=False,
    reason="changed_type",
)
def changed_type(evidence: Evidence) -> list[Counted]:
    """Rows set aside because the value has another type than the store keeps."""
    return evidence.tallied("changed_type")


@quality_check(
    "Rule",
    short="against the rule",
    needs="counters",
    about="rule",
    form="fact",
    levels=(0.0, 0.01),
    lasting=False,
    reason="broken_rule",
)
def rule(evidence: Evidence) -> list[Counted]:
    """Rows that break a rule of the model's file."""
    return evidence.tallied("rule")


@quality_check(
    "Column missing",
    short="from files without the column",
    needs="files",
    form="fact",
    levels=(0.01, 0.5),
    lasting=False,
    reason="column_missing",
)
def column_missing(evidence: Evidence) -> list[Counted]:
    """Rows of files that lack a column which every file of the reference has."""
    return evidence.tallied("column_missing")


@quality_check(
    "New column",
    short="from the file that brought the column",
    needs="files",
    form="fact",
    levels=(0.0, 2.0),
    cap="amber",
    lasting=False,
    reason="column_new",
)
def column_new(evidence: Evidence) -> list[Counted]:
    """Rows of the file that brought a column which the reference does not have, on its first day."""
    return evidence.tallied("column_new")


@quality_check(
    "Label unknown",
    short="none of the classes",
    needs="labels",
    about="labels",
    unit="share of labels",
    form="fact",
    levels=(0.0, 0.01),
    lasting=False,
    reason="senseless_label",
)
def label_unknown(evidence: Evidence) -> list[Counted]:
    """Labels that are none of the model's classes."""
    return evidence.tallied("label_unknown")


@quality_check(
    "Label early",
    short="known before the prediction",
    needs="labels",
    about="labels",
    unit="share of labels",
    levels=(0.01, 0.10),
    reason="senseless_label",
)
def label_early(evidence: Evidence) -> list[Counted]:
    """Labels that were known before their prediction was made."""
    return evidence.tallied("label_early")
