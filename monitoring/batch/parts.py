"""What else the pages ask, asked of a batch: the form of an answer, quality and odd rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from monitoring import outliers, quality, reasons, results
from monitoring.batch.inputs import CHECKS as LENGTHS
from monitoring.drift.wording import listed
from monitoring.models import Model
from monitoring.outliers.wording import row_words
from monitoring.outliers.wording import share as small_share
from monitoring.predictions.rows import Rows
from monitoring.quality.assessment import counts_for
from monitoring.quality.registry import CAPS
from monitoring.quality.registry import CHECKS as QUALITY
from monitoring.quality.wording import said
from monitoring.quality.wording import title as subject_title
from monitoring.statistics.severity import GREY, NAMES
from monitoring.store import Store
from monitoring.store.batch_files import Taken
from monitoring.store.outliers import oddest

ODDEST = 20
MADE = tuple(
    key for key, one in QUALITY.items() if one.needs not in ("arrivals", "files") and key != "label_early"
)
"""The checks that a batch alone can answer: when rows came is the log's, and the schema tells of columns."""
_WHOLE_ROWS = ("duplicate_rows",)
"""Checks that mean something only where every column is there."""
ORDER = {"red": 0, "amber": 1, "green": 2, "grey": 3}


@dataclass(frozen=True)
class Finding:
    """A number in words, with its colour."""

    subject: str
    title: str
    measure: str
    status: str
    sentence: str
    counted: bool = True


@dataclass(frozen=True, eq=False)
class Part:
    """One question that was asked of a batch.

    Attributes
    ----------
    key, title : str
    status, sentence : str
    frame : DataFrame
        Tidy.
    findings : tuple of Finding
        The one to look at first on top.
    counted : bool
        Whether it colours the batch; what a shadow says does not.
    """

    key: str
    title: str
    status: str
    sentence: str
    frame: pd.DataFrame = field(default_factory=lambda: results.frame({}))
    findings: tuple[Finding, ...] = ()
    counted: bool = True


@dataclass(frozen=True, eq=False)
class Said(Part):
    """The part about scores, with what a histogram of them and of their confidence is drawn from."""

    version: str = ""
    before: Rows | None = None
    now: Rows | None = None
    edges: tuple[float, ...] = ()


def data_quality(store: Store, model: Model, taken: Taken, skipped: set[str]) -> Part:
    """Every check of the registry and every rule of the model's file that a batch alone can answer.

    Parameters
    ----------
    store : Store
    model : Model
    taken : Taken
    skipped : set of str
        Columns that the schema tells of already.
    """
    found = quality.material(store, model.name)
    one = quality.judged(found, checks=[key for key in MADE if not (skipped and key in _WHOLE_ROWS)])
    place = next(i for i, key in enumerate(one.keys) if key.holds(taken.key))
    frame = quality.frames.frame(one, one.keys[place])
    rows, length = one.rows, taken.span.length
    several = {(rows.checks[i], rows.subjects[i]) for i in range(len(rows)) if rows.windows[i] == length}
    kept = [
        i for i in range(len(rows))
        if rows.windows[i] == (length if (rows.checks[i], rows.subjects[i]) in several else 1)
        and not (rows.subjects[i] in skipped and rows.checks[i] not in ("rule",))
    ]  # fmt: skip
    findings = sorted(
        (_quality_finding(one, i, place) for i in kept),
        key=lambda each: (not each.counted, ORDER[each.status]),
    )
    frame = frame.iloc[kept].reset_index(drop=True)
    counted = [each for each in findings if each.counted]
    status, loud = worst(counted)
    judged = sum(each.status != "grey" for each in findings)
    sentence = (
        also(loud) if loud else f"nothing is wrong by {judged} checks" if judged else "no check could be made"
    )
    return Part("quality", "Quality", status, sentence, frame, tuple(findings))


def _quality_finding(one: quality.Assessment, row: int, place: int) -> Finding:
    check, subject = QUALITY[one.rows.checks[row]], one.rows.subjects[row]
    code = int(one.rows.status[row, place])
    told = subject_title(one, row)
    words = said(one, row, place)
    for length in LENGTHS:
        words = words.replace(f", last {length} days", "").replace(f", last {length} hours", "")
    return Finding(
        subject,
        "the file" if told == "the log" else told,
        check.key,
        NAMES[min(code, CAPS[check.cap])] if code > GREY else "grey",
        words.replace("the log", "the file"),
        counts_for(one.model, check, subject),
    )


def odd_rows(store: Store, model: Model, taken: Taken, skipped: set[str]) -> Part:
    """How many rows are unlike all of the reference, and the oddest by the features that make them so.

    Parameters
    ----------
    store : Store
    model : Model
    taken : Taken
    skipped : set of str
        Features that the file does not have, or not in their type: without them no row can be scored.
    """
    title = "Odd rows"
    try:
        found = outliers.read(store, model.name)
    except outliers.NotScoredError as error:
        return Part("outliers", title, "grey", f"{reasons.sentence(error.code, **error.facts)}")
    lacking = [each for each in found.fit.features if each in skipped]
    if lacking:
        return Part("outliers", title, "grey", f"no row can be scored without {listed(lacking)}")
    one = outliers.judged(found)
    place = next((i for i, key in enumerate(one.keys) if key.holds(taken.key)), None)
    if place is None:
        return Part("outliers", title, "grey", reasons.sentence("no_data"))
    window = one.keys[place]
    odd = oddest(store, model.name, window, ODDEST)
    told = outliers.frames
    frame = results.concat(
        [told.rate_frame(one, window), told.lead_frame(one, window), told.row_frame(found, odd)]
    )
    rate, limit, many = float(one.rate[place]), float(one.limit[place]), int(one.outlying[place])
    rows = int(one.rows[place])
    words = f"{many:,} of {rows:,} rows ({small_share(rate)}) are unlike all of the reference"
    words += f", where {small_share(limit)} could be chance" if np.isfinite(limit) else ""
    if one.status[place] == "grey":
        words = reasons.sentence(one.reason[place], rows=rows, minimum=model.limits.minimum_rows)
    findings = tuple(
        Finding(one_id, one_id, "row", "grey", "; ".join(row_words(found.fit, odd, at, model)), False)
        for at, one_id in enumerate(odd.ids)
    )
    return Part("outliers", title, one.status[place], words, frame, findings)


def worst(findings: list[Finding]) -> tuple[str, list[Finding]]:
    """The worst colour, and the findings that are amber or red.

    Parameters
    ----------
    findings : list of Finding
    """
    loud = [one for one in findings if one.status in ("amber", "red")]
    known = [one.status for one in findings]
    return min(known, key=lambda one: ORDER[one], default="grey"), sorted(
        loud, key=lambda one: ORDER[one.status]
    )


def also(loud: list[Finding], most: int = 3) -> str:
    """The first of some findings in words, and how many more there are.

    Parameters
    ----------
    loud : list of Finding
    most : int
    """
    words = "; ".join(one.sentence for one in loud[:most])
    return words + (f"; and {len(loud) - most} more" if len(loud) > most else "")
