"""How a drift number came about: every choice behind it, and the command that gives the same numbers."""

from __future__ import annotations

import datetime as dt
import shlex

import numpy as np
import pandas as pd

from monitoring import drift, results
from monitoring.drift import POOLED, Assessment, Material, Values, frames
from monitoring.drift.shares import LEVELS
from monitoring.drift.sides import MOMENTS
from monitoring.statistics import METHODS, Method
from monitoring.store.grids import Grid
from monitoring.ui.drift_rows import measure_title, number
from monitoring.ui.drift_view import View, words
from monitoring.ui.numbers import count, short
from monitoring.ui.scopes import Scope, local_time
from monitoring.windows import Window


def facts(view: View, scope: Scope, feature: str, check: str, grid: Grid) -> dict[str, str]:
    """Method, bins, smoothing, n, limit, reference and data cut-off of one number.

    Parameters
    ----------
    view : View
    scope : Scope
    feature : str
    check : str
        A key of the assessment's checks.
    grid : Grid
        Of the feature.
    """
    assessment = view.assessment
    place = view.place(feature)
    scores = assessment.checks[check]
    chunk = assessment.keys[view.last]
    length = POOLED.get(check, 1)
    known = {
        "Measure": _measure(assessment, place, check),
        "Chosen because": _why(assessment, place, check),
        "Value": _value(assessment, place, check, view.last),
        "Bins": _bins(METHODS[assessment.measures[place]], grid)
        if check in POOLED
        else "none: rows are counted",
        "Smoothing": _smoothing(assessment, place, check),
        "Compared": f"{words(chunk)} ({scope.chunk}"
        + (f", with the {length - 1} before)" if length > 1 else ")"),
        "Rows compared": count(scores.rows[place, view.last]),
        "Limit": _limit(check, assessment.model.limits.false_alarms),
        "Colours": _colours(assessment, place, check),
        "Reference": _reference(assessment),
        "Segment": assessment.segment or "all rows",
    }
    start, stop = assessment.keys[max(0, view.last - length + 1)].start, chunk.stop
    known["Read from"] = (
        f'table "{scope.model.name}".profile, feature {feature}, {assessment.segment or "all rows"}: '
        f"chunks from {start:%Y-%m-%d %H:%M} to before {stop:%Y-%m-%d %H:%M}, and the reference's, added up"
    )
    until = assessment.data_until
    return known | {"Data to": local_time(until, assessment.model.zone) if until else "no data yet"}


def _measure(assessment: Assessment, place: int, check: str) -> str:
    if check not in POOLED:
        return f"Share of rows that are {measure_title(assessment, place, check)}"
    method = METHODS[assessment.measures[place]]
    return f"{method.title} ({method.unit})"


def _why(assessment: Assessment, place: int, check: str) -> str:
    """Why it is measured so."""
    return assessment.why[place] if check in POOLED else "a share of rows has a line of its own"


def _value(assessment: Assessment, place: int, check: str, last: int) -> str:
    """Value, 95 % interval of its sampling error, effect, statistic and p-value."""
    scores = assessment.checks[check]
    value, lower, upper = (getattr(scores, one)[place, last] for one in ("value", "lower", "upper"))
    if np.isnan(value):
        return "none"
    said = [number(check, value)]
    if np.isfinite([lower, upper]).all():
        said.append(f"95 % interval by sampling {number(check, lower)} to {number(check, upper)}")
    p_value = scores.p_value[place, last]
    if np.isfinite(p_value):
        said.append("p " + ("< 0.001" if p_value < 0.001 else f"{p_value:.3f}") + " before the correction")
    if check in POOLED and METHODS[assessment.measures[place]].bound is not None:
        said.append("bins see at most what the rows show; the exact value is computed from rows on demand")
    return "; ".join(said)


def _reference(assessment: Assessment) -> str:
    """What the chunk was compared with."""
    if assessment.against.moves:
        return f"{assessment.reference_words}; bins are those of the model's reference"
    return f"{assessment.reference_words}; a chunk inside it is compared with the rest of it"


def _bins(method: Method, grid: Grid) -> str:
    """What rows are counted in."""
    if MOMENTS in method.inputs:
        return "none: mean and variance of the rows"
    if method.bins == "grid":
        if not grid.numeric:
            return "the two values of the reference, any other with the rarer; frozen"
        if grid.discrete:
            return "every value of the reference, and what lies below and above; frozen"
        return "all quantiles kept of the reference, 5 % apart, with the outermost 0.1 %; frozen"
    if not grid.numeric:
        return "the reference's categories, rare ones pooled; never seen ones on their own; frozen"
    if grid.discrete:
        return (
            "the reference's values, frequent ones alone, other neighbours pooled to five rows a chunk; "
            "below and above apart; frozen"
        )
    return (
        "ten groups of equal reference mass, fewer below a hundred rows a chunk, of its quantiles; a value "
        "that holds as much by itself alone; frozen"
    )


def _smoothing(assessment: Assessment, place: int, check: str) -> str:
    return (METHODS[assessment.measures[place]].smoothing if check in POOLED else "") or "none"


def _limit(check: str, false_alarms: float) -> str:
    if check in POOLED:
        return (
            f"the largest of: sampling noise at {100 * (1 - false_alarms):g} %, what the reference's own "
            "chunks show when each is left out in turn, and the effect floor; then Benjamini-Hochberg at 5 % "
            "over the features of the chunk"
        )
    return "the reference's share, plus the larger of amber and what the reference's own chunks show"


def _colours(assessment: Assessment, place: int, check: str) -> str:
    if check in POOLED:
        levels = METHODS[assessment.measures[place]].levels
        return f"amber from {levels.amber:g}, red from {levels.red:g}, and only above the limit"
    amber, red = 100 * LEVELS[check].amber, 100 * LEVELS[check].red
    return f"amber from {amber:g} %, red from {red:g} % more rows than in the reference"


def others(view: View, found: Values, feature: str) -> list[tuple[str, str, str]]:
    """What every method says of the judged chunk: title, value and where amber begins.

    Parameters
    ----------
    view : View
    found : Values
        Of this feature.
    feature : str
    """
    own = view.assessment.measures[view.place(feature)]
    place = found.keys.index(view.assessment.keys[view.last].start)
    rows = []
    for key, (names, values) in found.methods.items():
        if key != own and feature in names:
            method, value = METHODS[key], float(values[names.index(feature), place])
            rows.append((method.title, short(value), short(method.levels.amber)))
    return rows


def every(found: Material, view: View, as_of: dt.datetime) -> bytes:
    """Every method's numbers of one feature in the chunks shown, judged at an instant, as a CSV file."""
    keys = view.assessment.keys[view.shown]
    data = drift.every_method(
        found, Window(keys[0].start, keys[-1].stop), chunk=view.assessment.chunk, as_of=as_of
    )
    return data.to_csv(index=False).encode()


def command(view: View, scope: Scope, method: str) -> str:
    """The command that gives the frame this page was drawn from.

    Parameters
    ----------
    view : View
    scope : Scope
    method : str
    """
    keys = view.assessment.keys[view.shown]
    parts = ["python", "-m", "monitoring", "show", "drift", scope.model.name]
    parts += ["--start", f"{keys[0].start:%Y-%m-%d}", "--stop", f"{keys[-1].stop:%Y-%m-%d}"]
    parts += ["--chunk", scope.chunk] if scope.chunk != scope.model.chunk else []
    parts += ["--segment", view.assessment.segment] if view.assessment.segment else []
    parts += ["--method", method] if method != "auto" else []
    parts += ["--reference", scope.reference] if scope.reference else []
    return shlex.join([*parts, "--csv"])


def table(view: View, feature: str | None = None) -> pd.DataFrame:
    """The tidy frame behind the page: every check of every feature, or of one, in the chunks shown.

    Parameters
    ----------
    view : View
    feature : str, optional
    """
    keys = view.assessment.keys[view.shown]
    window = Window(keys[0].start, keys[-1].stop)
    parts = []
    for check in view.assessment.checks:
        part = frames.frame(view.assessment, check, window)
        parts.append(part if feature is None else part[part["subject"] == feature])
    return results.concat(parts)


def csv(view: View, feature: str | None = None) -> bytes:
    """The same as a CSV file."""
    return table(view, feature).to_csv(index=False).encode()
