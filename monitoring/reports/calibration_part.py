"""The section on calibration: what scores promised beside what came true, and the error over time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from monitoring import performance, reasons, results
from monitoring.formats import count, full, share, span
from monitoring.performance import calibration_signal
from monitoring.performance.calibration_words import Told, points, told
from monitoring.reports import charts, pairs, scales
from monitoring.reports.gathered import Gathered
from monitoring.reports.parts import Cell, Figure, Section, Table
from monitoring.reports.performance_part import inside, keys_span, marks, provisional_zone, reference_zone
from monitoring.statistics.calibration import Reliability, consistency_band, reliability

QUESTION = "Do its scores mean what they say?"


def section(found: Gathered) -> Section | None:
    """The section on calibration; None where scores never were probabilities.

    Parameters
    ----------
    found : Gathered
    """
    known = found.outputs
    if known is None or known.calibration is None:
        return None
    held = set(inside(known.performance.assessment, found.scope.window))
    newest = performance.newest(known.performance.assessment, len(known.performance.assessment.keys))
    places = [place for place in newest if place in held][-calibration_signal.SIZE :]
    if not places:
        code = "no_labels" if not known.performance.assessment.labelled.any() else "immature"
        return Section(
            "calibration", "Calibration", QUESTION, "grey", "", full(reasons.REASONS[code].words),
            terms=("calibration", "final"),
        )  # fmt: skip
    one = told(known.calibration, places)
    before = known.calibration.reference
    rows: list[tuple[Cell, ...]] = [
        ("Calibration error", points(one.measured.error.mean), _of(before, "error"))
    ]
    rows += [("of which chance explains", points(one.measured.floor), _of(before, "floor"))]
    rows += [("Final labels", count(float(one.measured.rows)), count(float(before.rows)) if before else "–")]
    return Section(
        key="calibration",
        title="Calibration",
        question=QUESTION,
        status=one.status,
        sentence=one.sentence,
        words=[f"From {span(one.window)}, the newest days whose labels are final."],
        figures=[_diagram(found, one), *_errors(found)],
        tables=[Table("", ("What", "Now", "Reference"), rows)],
        terms=("calibration", "calibration error", "score", "over-confident", "noise floor", "final"),
    )


def _of(before: object, name: str) -> str:
    if before is None:
        return "–"
    value = getattr(before, name)
    return points(value.mean if name == "error" else value)


def _diagram(found: Gathered, one: Told) -> Figure:
    """What scores promised beside what came true, with the band of the reference."""
    shown = reliability(one.measured.bins)
    kept = np.flatnonzero(~shown.hidden)
    notes = [
        f"Promised {share(float(shown.score[i]))}, came true {share(float(shown.rate[i]))} "
        f"({share(float(shown.lower[i]))} to {share(float(shown.upper[i]))}), "
        f"{count(float(shown.rows[i]))} rows"
        for i in kept
    ]
    drawing = pairs.reliability(
        shown.score[kept], shown.rate[kept], shown.lower[kept], shown.upper[kept],
        _band(found, shown, kept), notes, "what scores promised",
        "What scores promised and what came true",
        f"{span(one.window)}: calibration error {points(one.measured.error.mean)}.", tell=scales.per_cent,
    )  # fmt: skip
    legend = [("course", "came true"), ("limit", "as promised")]
    legend += [("floor", "as in the reference")] if _band(found, shown, kept) else []
    caption = "On the dashed line scores mean what they say; below it they promise too much."
    return Figure("Promised and come true", drawing, caption, legend)


def errors(found: Gathered) -> pd.DataFrame:
    """The calibration error of the chunks of the window, as the tidy frame has it; empty without one.

    Parameters
    ----------
    found : Gathered
    """
    known = found.outputs
    if known is None or known.calibration is None:
        return results.frame({})
    return performance.calibration_frames.frame(known.calibration, "ece", found.scope.window)


def _errors(found: Gathered) -> list[Figure]:
    """The calibration error over time with its limit; nothing where no chunk has one."""
    mine, known = errors(found), found.outputs
    value = mine["value"].to_numpy(dtype=float)
    if known is None or not np.isfinite(value).any():
        return []
    whole = known.performance.assessment
    final = (mine["maturity"] == "final").to_numpy()
    keys = [whole.keys[place] for place in inside(whole, found.scope.window)]
    drawn = charts.Course(
        keys=keys, value=value, tick=scales.per_cent, hollow=~final, status=mine["status"].tolist(),
        limit=mine["limit_high"].to_numpy(dtype=float), floor=mine["noise_floor"].to_numpy(dtype=float),
        zero=True, zones=[*reference_zone(whole), *provisional_zone(keys, final)],
        notes=[
            f"{span(key)}: {points(error)}, {count(n)} labels"
            for key, error, n in zip(keys, value, mine["n"], strict=True)
        ],
    )  # fmt: skip
    legend = [("course", "calibration error"), ("limit", "99 % limit"), ("floor", "what chance explains")]
    legend += marks(mine)
    drawing = charts.course(
        drawn, "Calibration error over time", f"{len(keys)} chunks, {span(keys_span(keys))}."
    )
    return [Figure("Calibration error over time", drawing, "", legend)]


def _band(found: Gathered, now: Reliability, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    known = found.outputs
    if known is None or known.calibration is None or known.calibration.reference is None:
        return None
    before = reliability(known.calibration.reference.bins)
    lower, upper = consistency_band(now.rows, before.rate, before.rows)
    return lower[kept], upper[kept]
