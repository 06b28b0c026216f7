"""The section on what the model says: its scores and how sure it is, now beside the reference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from monitoring.drift.distributions import sample
from monitoring.formats import count, full, share, short, span
from monitoring.models import Model
from monitoring.predictions import rows as measured
from monitoring.predictions.frames import LOW
from monitoring.predictions.rows import CELLS, Rows
from monitoring.reports import pairs, scales
from monitoring.reports.drift_part import SIDES, distribution, reference_words
from monitoring.reports.gathered import Gathered, Said
from monitoring.reports.parts import Cell, Figure, Section, Table
from monitoring.statistics.metrics.estimates import Estimate

QUESTION = "Has what the model says changed, and how sure is it?"
_CELL = 10  # cells of confidence that are drawn as one bar: 0.02
_TITLES = {"binary": "Score", "multiclass": "Confidence", "regression": "Predicted value"}


def section(found: Gathered) -> Section:
    """The section, or in words why there is nothing to tell.

    Parameters
    ----------
    found : Gathered
    """
    one = found.said
    if one is None:
        why = "There is no complete chunk of predictions in these days, or nothing to compare them with."
        return Section("predictions", "Predictions", QUESTION, "grey", "", why, terms=("predictions",))
    model = found.scope.model
    classed = model.task != "regression" and bool(one.now.scored.any()) and bool(one.before.scored.any())
    return Section(
        key="predictions",
        title="Predictions",
        question=QUESTION,
        status=one.verdict.status,
        sentence=full(one.verdict.sentence),
        words=[
            f"Now is {span(one.current)}, compared with {reference_words(one.one.drift)}.",
        ],
        figures=[*_spread(found, one), *([_confidence(model, one)] if classed else [])],
        tables=[_table(model, one)],
        terms=("predictions", "score", "confidence", "reference", "current", one.verdict.measure),
    )


def _spread(found: Gathered, one: Said) -> list[Figure]:
    """The distribution of the main output; of several classes confidence says as much."""
    if found.scope.model.task == "multiclass":
        return []
    output = one.one.material.cubes.numeric.features
    if not output:
        return []
    material = one.one.material.only(output[0])
    title = _TITLES[found.scope.model.task]
    sides = sample(material.cube, one.compared), sample(material.cube, [one.current])
    return [
        Figure(title, drawing, "", SIDES)
        for drawing in distribution(material, *sides, title, span(one.current), names=True)
    ]


def lowest(model: Model) -> float:
    """The smallest confidence there can be: that of a guess.

    Parameters
    ----------
    model : Model
    """
    return 0.5 if model.task == "binary" else 1 / len(model.classes)


def _confidence(model: Model, one: Said) -> Figure:
    """How sure the model is, as two histograms."""
    first = int(np.floor(lowest(model) * (len(CELLS) - 1) / _CELL) * _CELL)
    edges = CELLS[first::_CELL]
    sides = []
    for rows in (one.before, one.now):
        kept = rows.confidence[0, first:].reshape(-1, _CELL).sum(axis=1)
        sides.append((edges, kept / max(kept.sum(), 1.0)))
    before, now = (float(measured.mean_confidence(rows).value[0]) for rows in (one.before, one.now))
    drawing = pairs.histograms(
        sides[0], sides[1], "probability of the likelier answer", "How sure the model is",
        f"Mean confidence {share(before)} in the reference, {share(now)} now.",
        tell=scales.per_cent, heights=scales.per_cent, marks=[(LOW, "not sure")],
    )  # fmt: skip
    caption = (
        f"On average the likelier answer is given {share(now)}; in the reference {share(before)}. Surer is "
        "not better: outside of what a model has learnt it is often surer, and wrong."
    )
    return Figure("How sure the model is", drawing, caption, SIDES)


def _table(model: Model, one: Said) -> Table:
    """Levels and shares on both sides."""
    rows: list[tuple[Cell, ...]] = [
        ("Predictions", *(count(float(side.rows[0])) for side in (one.before, one.now)))
    ]
    grid = one.one.material.cubes.numeric.grids
    if model.task != "regression":
        rows.append(
            ("Mean confidence", *_both(one, lambda side: share(_first(measured.mean_confidence(side)))))
        )
        below = f"Not sure (below {share(LOW)})"
        rows.append((below, *_both(one, lambda side: share(_first(measured.low_confidence(side, LOW))))))
    if model.task == "binary":
        name = f"Decided for the event ({model.positive})"
        rows.append((name, *_both(one, lambda side: share(_first(measured.class_share(side, 0))))))
    if model.task == "multiclass":
        for place, name in enumerate(model.classes[:8]):
            told = _both(one, lambda side, place=place: share(_first(measured.class_share(side, place))))
            rows.append((f"Decided {name}", *told))
    if model.task == "regression" and grid:
        centre = float(grid[0].centre)
        rows.append(
            ("Mean predicted value", *_both(one, lambda side: short(_first(measured.mean(side, centre)))))
        )
    return Table("", ("What", "Reference", "Now"), rows)


def _both(one: Said, tell: Callable[[Rows], str]) -> tuple[str, str]:
    return tell(one.before), tell(one.now)


def _first(estimate: Estimate) -> float:
    return float(estimate.value[0])
