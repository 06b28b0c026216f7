"""A batch as one file of HTML: the sentence, columns, drift, quality, odd rows, scores and performance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from monitoring import glossary, windows
from monitoring.batch import Checked, Feature, Finding, Part
from monitoring.batch.schema import TITLES
from monitoring.drift.distributions import sample
from monitoring.formats import count, full, local_time, short
from monitoring.reports import drift_part
from monitoring.reports.parts import Badge, Figure, Section, Table
from monitoring.reports.rendering import SOFTWARE, rendered
from monitoring.reports.svg import cut

MOST_ROWS, MOST_DETAILS, MOST_FINDINGS, FEW = 100, 4, 40, 10
PLAIN = {
    "green": "This file is like what is known.",
    "amber": "Something in this file is not like what is known; look at it before it is used.",
    "red": "This file is not like what is known; do not rely on it before somebody has looked.",
    "grey": "Not enough is known to say whether this file is like the rest.",
}
"""A batch's colour in a sentence for everybody."""
QUESTIONS = {
    "quality": "Is the file sane?",
    "outliers": "Which rows are unlike all others?",
    "predictions": "Are the answers spread as they were?",
    "performance": "How often is the model right on these rows?",
}
_HEAD = ("Feature", "Status", "How far", "Rows", "Importance")
_STATUSES = ("green", "amber", "red", "grey")


def html(found: Checked, made_at: dt.datetime | None = None) -> str:
    """Write the report of a batch.

    Parameters
    ----------
    found : Checked
    made_at : datetime, optional
        Now by default.

    Returns
    -------
    str
        A whole document that asks nobody for anything.
    """
    every = list(sections(found))
    return rendered(
        "batch.html",
        heading=cut(found.name, 80),
        status=found.status,
        plain=PLAIN[found.status],
        sentence=full(found.sentence),
        notes=list(found.notes),
        sections=every,
        about=about(found, made_at or dt.datetime.now(windows.UTC)),
        terms=[
            *map(glossary.term, _STATUSES),
            *glossary.defined([key for one in every for key in one.terms]),
        ],
    )


def sections(found: Checked) -> Iterator[Section]:
    """The questions of a batch with their answers, in the order in which they are read.

    Parameters
    ----------
    found : Checked
    """
    yield _columns(found)
    yield _inputs(found)
    for one in found.parts:
        yield _part(one)
    if len(found.rows):
        yield _rows(found)


def _columns(found: Checked) -> Section:
    bad = [one for one in found.schema if one.status == "red"]
    rows = [
        (one.column, Badge(one.status, TITLES[one.what]), one.found or "–", one.expected or "–",
         one.consequence, one.fix or "–")
        for one in found.schema
    ]  # fmt: skip
    said = f"{len(bad)} columns are not as they are known." if bad else "Every known column is there."
    head = ("Column", "What", "Found", "Known", "What it means", "What to do")
    return Section(
        "columns", "Columns", "Does the file have the columns that are known?", "red" if bad else "green", "",
        said, tables=[Table("Columns that differ", head, rows)] if rows else [],
    )  # fmt: skip


def _inputs(found: Checked) -> Section:
    one = found.inputs
    if one is None:
        return Section(
            "drift", "Inputs", drift_part.QUESTION, "grey", "",
            "The model names no reference to compare with.", terms=("reference",),
        )  # fmt: skip
    rows = [
        (each.title, Badge(each.status), full(each.sentence.partition(": ")[2] or each.sentence),
         count(float(each.rows)), short(each.importance) if each.importance == each.importance else "–")
        for each in one.features
    ]  # fmt: skip
    loud = [each for each in one.features if each.status in ("amber", "red")]
    said = f"{len(loud)} of {len(one.features)} features drifted." if loud else "No feature drifted."
    return Section(
        key="drift",
        title="Inputs",
        question=drift_part.QUESTION,
        status=one.status,
        sentence=said,
        words=[f"Each feature is compared with {found.reference}."],
        figures=[figure for each in loud[:MOST_DETAILS] for figure in _detail(found, each)],
        tables=[Table("Every feature, worst first", _HEAD, rows)],
        terms=("drift", "feature", "limit", "noise floor", "reference", "importance",
               *(each.measure.replace("_", " ") for each in loud), *(each.measure for each in loud)),
    )  # fmt: skip


def _detail(found: Checked, each: Feature) -> list[Figure]:
    """How a feature was distributed and is in the file; nothing where one side has no value."""
    one = found.inputs
    if one is None:
        return []
    material = one.material.only(each.feature)
    before, now = (sample(material.cube, [window]) for window in (one.reference, one.window))
    drawn = drift_part.distribution(material, before, now, each.title, "the file", names=not each.private)
    sides = (("before", "reference"), ("now", "this file"))
    return [
        Figure(each.title, drawing, full(each.sentence) if place == 0 else "", sides)
        for place, drawing in enumerate(drawn)
    ]


def _part(one: Part) -> Section:
    if one.key == "outliers":
        rows = [(each.subject, full(each.sentence)) for each in one.findings]
        tables = [Table("The oddest rows", ("Row", "What makes it odd"), rows)] if rows else []
        terms: Sequence[str] = ("odd rows",)
    else:
        tables, terms = _findings(one.findings), (one.key,)
    return Section(
        f"{one.key}-{one.title.rsplit(' ', 1)[-1]}" if one.key in ("predictions", "performance") else one.key,
        one.title, QUESTIONS[one.key], one.status, "", full(one.sentence), tables=tables, terms=terms,
    )  # fmt: skip


def _findings(findings: Sequence[Finding]) -> list[Table]:
    """What is wrong first; what is as it should be, in a few rows."""
    loud = [each for each in findings if each.status in ("amber", "red")]
    shown = findings[: min(len(loud) + FEW, MOST_FINDINGS)]
    rows = [
        (each.title, Badge(each.status), full(each.sentence.removeprefix(each.title).lstrip(": ")))
        for each in shown
    ]
    more = f", {len(shown)} of {len(findings)}" if len(findings) > len(shown) else ""
    return [Table(f"Worst first{more}", ("Of", "Status", "What was found"), rows)] if rows else []


def _rows(found: Checked) -> Section:
    data = found.rows.head(MOST_ROWS)
    columns = [one for one in ("score", "prediction", "label") if one in data]
    rows = [
        (str(row["id"]), row["why"], row["details"], *(_cell(row[one]) for one in columns))
        for row in data.to_dict("records")
    ]
    more = f"The first {len(data)} of {len(found.rows)} rows." if len(found.rows) > len(data) else ""
    head = ("Row", "Why", "More", *(one.capitalize() for one in columns))
    return Section(
        "rows", "Rows worth a look", "Which rows should a person look at?", words=[more] if more else [],
        tables=[Table("", head, rows)],
    )  # fmt: skip


def _cell(value: object) -> str:
    if value is None or value != value:
        return "–"
    return short(value) if isinstance(value, float) else str(value)


def about(found: Checked, made_at: dt.datetime) -> list[tuple[str, str]]:
    """What the report is about and from what it was made, as pairs of name and value.

    Parameters
    ----------
    found : Checked
    made_at : datetime
    """
    zone, taken = found.model.zone, found.taken
    model = [] if found.alone else [("Model", f"{found.model.name} – {found.model.label_title}")]
    span = taken.span
    days = [] if span.first is None or span.last is None else [
        ("Rows from", f"{local_time(span.first.replace(tzinfo=windows.UTC), zone)} to "
                      f"{local_time(span.last.replace(tzinfo=windows.UTC), zone)}")
    ]  # fmt: skip
    return [
        *model,
        ("File", found.name),
        ("Rows", f"{taken.rows:,}, of which {taken.accepted:,} could be used"),
        *days,
        ("Compared with", found.reference or "nothing"),
        ("Stored", "nothing of this file"),
        ("Made at", local_time(made_at, zone)),
        ("Made by", SOFTWARE),
    ]
