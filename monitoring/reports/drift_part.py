"""The section on drift: every feature with its course, and those that drift in detail."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from monitoring import drift
from monitoring.drift import FeatureVerdict, showing
from monitoring.drift.distributions import Histogram, Sample, densities, labels, outside, sample
from monitoring.formats import day, full, share, short, span
from monitoring.reports import pairs, scales, strips, svg
from monitoring.reports.gathered import Gathered, Inputs
from monitoring.reports.parts import Badge, Cell, Figure, Section, Table

MOST_ROWS, MOST_DETAILS, MOST_BARS = 60, 4, 8
QUESTION = "Do the inputs still look as they did when the model was healthy?"
SIDES = (("before", "reference"), ("now", "now"))
_TERMS = ("drift", "feature", "importance", "limit", "noise floor", "reference", "current", "chunk")


def section(found: Gathered) -> Section:
    """The section, or in words why there is nothing to tell.

    Parameters
    ----------
    found : Gathered
    """
    one = found.inputs
    if one is None:
        signal = next((one for one in found.health.signals if one.name == "drift"), None)
        why = full(signal.sentence) if signal else "There are no predictions in these days."
        return Section("drift", "Inputs", QUESTION, "grey", "", why, terms=("drift",))
    shown = one.verdict.features[:MOST_ROWS]
    frames = {check: frame(one, check, found) for check in {showing.shown_check(each) for each in shown}}
    rows = [_row(one, each, frames[showing.shown_check(each)]) for each in shown]
    many = len(one.verdict.features)
    words = [
        f"Each of the {many} features is compared, chunk by chunk, with {reference_words(one.assessment)}. "
        "The small course shows these days: the line is how far the feature lies from the reference, the "
        "dashed one the limit, the "
        "shaded part what chance alone reaches.",
        f"The {MOST_ROWS} worst of {many} features." if many > MOST_ROWS else "",
        f"Segment: {found.scope.segment_words}." if found.scope.segment[0] else "",
    ]
    table = Table(
        "Every feature, worst first", ("Feature", "Status", "How far", "Course", "Since", "Importance"), rows
    )
    details = [each for each in shown if showing.shown_status(each) in ("amber", "red")][:MOST_DETAILS]
    return Section(
        key="drift",
        title="Inputs",
        question=QUESTION,
        status=one.verdict.status,
        sentence=showing.said(one.verdict),
        words=[word for word in words if word],
        figures=[figure for each in details for figure in detail(found, one, each)],
        tables=[table],
        terms=(*_TERMS, *(each.measure for each in shown), *(each.check.replace("_", " ") for each in shown)),
    )


def reference_words(one: drift.Assessment) -> str:
    """What chunks are compared with, in words: the last day of fixed days is one of them.

    Parameters
    ----------
    one : drift.Assessment
    """
    fixed = one.against.form == "fixed" and not (one.model.reference and one.model.reference.file)
    own = one.reference_words.startswith("own")
    return f"{span(one.reference)}" if fixed and not own else one.reference_words


def frame(one: Inputs, check: str, found: Gathered) -> pd.DataFrame:
    """One check of every feature in the chunks of the window, as the tidy frame has it.

    Parameters
    ----------
    one : Inputs
    check : str
    found : Gathered
    """
    return drift.frames.frame(one.assessment, check, found.scope.window)


def _row(one: Inputs, each: FeatureVerdict, numbers: pd.DataFrame) -> tuple[Cell, ...]:
    """A feature in the table."""
    check, place = showing.shown_check(each), one.assessment.features.index(each.feature)
    scores = one.assessment.checks[check]
    value, limit = float(scores.value[place, one.last]), float(showing.allowed(scores)[place, one.last])
    measure = showing.measure_title(one.assessment, place, check)
    mine = numbers[numbers["subject"] == each.feature]
    status = showing.shown_status(each)
    course = strips.sparkline(
        mine["value"].to_numpy(),
        mine["limit_high"].to_numpy(),
        mine["noise_floor"].to_numpy(),
        status,
        f"{measure} of {each.title}: {showing.number(check, value)}, limit {showing.number(check, limit)}",
    )
    told = f"{measure} {showing.number(check, value)}"
    told += f", limit {showing.number(check, limit)}" if np.isfinite(limit) else ""
    beside = showing.note(each).split(" · ") if showing.note(each) else []
    note = [part for part in beside if not part.startswith("since ")]
    return (
        each.title,
        Badge(status),
        f"{told}{f' ({chr(59).join(note)})' if note else ''}",
        course,
        day(each.since) if each.since else "–",
        short(each.importance) if np.isfinite(each.importance) else "–",
    )


def detail(found: Gathered, one: Inputs, each: FeatureVerdict) -> list[Figure]:
    """How a feature was distributed and is now; nothing where one side has no value.

    Parameters
    ----------
    found : Gathered
    one : Inputs
    each : FeatureVerdict
    """
    material = one.material.only(each.feature)
    described = found.scope.model.features.get(each.feature)
    private = described is not None and described.private
    before = sample(material.cube, [one.assessment.reference] if one.before is None else one.before)
    now = sample(material.cube, [one.current])
    unit = f" ({described.unit})" if described and described.unit and not private else ""
    title = f"{each.title}{unit}"
    caption = full(each.sentence)
    return [
        Figure(title, drawing, caption if place == 0 else "", SIDES)
        for place, drawing in enumerate(
            distribution(material, before, now, title, span(one.current), names=not private)
        )
    ]


def distribution(
    material: drift.Material, before: Sample, now: Sample, title: str, days: str, *, names: bool
) -> list[svg.Element]:
    """A feature on both sides as one picture; none where one side has no value.

    Parameters
    ----------
    material : drift.Material
        Of one feature.
    before, now : Sample
    title : str
        What is drawn.
    days : str
        When now is.
    names : bool
        Whether values may be told: they are those of single rows.
    """
    cube = material.cube
    grid = cube.grids[0]
    if not before.values or not now.values:
        return []
    said = (
        f"Reference {short(before.mean)} on average, {days} {short(now.mean)}."
        if grid.numeric and names
        else ""
    )
    said = said or f"Shares of rows in the reference and in {days}."
    if names and grid.numeric and not grid.discrete and len(grid.edges) > 1:
        sides = [
            Histogram(np.asarray(grid.edges), one.counts, one.minimum, one.maximum) for one in (before, now)
        ]
        ends = [densities(one, *one.extent) for one in sides]
        marks = _ends_of_range(grid.edges, *(one.extent for one in sides))
        return [pairs.histograms(ends[0], ends[1], title, title, said, tell=scales.plainly, marks=marks)]
    shares = [one.counts / one.values for one in (before, now)]
    called = labels(cube, names, outside(material.against))
    order = np.argsort(-np.maximum(*shares), kind="stable")[:MOST_BARS]
    kept = [int(place) for place in order if max(shares[0][place], shares[1][place]) > 0]
    kept = sorted(kept) if grid.numeric else kept
    words = [called[place] if called[place].strip() else "(empty text)" for place in kept]
    return [pairs.bars(words, shares[0][kept], shares[1][kept], title, said, lambda value: share(value))]


def _ends_of_range(
    edges: Sequence[float], before: tuple[float, float], now: tuple[float, float]
) -> list[tuple[float, str]]:
    """Where the reference's range ends, if values lie beyond by a visible part of the picture."""
    low, high = min(before[0], now[0]), max(before[1], now[1])
    room = 0.02 * (high - low)
    ends = [(edges[0], edges[0] - low), (edges[-1], high - edges[-1])]
    return [(float(edge), "end of the reference") for edge, beyond in ends if beyond > room]
