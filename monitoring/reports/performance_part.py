"""The section on performance: the headline metrics over time, with intervals and days that are not final."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from monitoring import health, performance, reasons, results
from monitoring.formats import count, day, full, share, span
from monitoring.performance import calibration_signal, signal, wording
from monitoring.performance.calibration_words import Told, points, told
from monitoring.performance.judging import Scores
from monitoring.reports import charts, pairs, scales
from monitoring.reports.gathering import Gathered
from monitoring.reports.parts import Badge, Cell, Figure, Section, Table
from monitoring.statistics.calibration import Reliability, consistency_band, reliability
from monitoring.statistics.metrics import Metric
from monitoring.windows import Window

QUESTION = "How good is it, where the truth is known by now?"
PROMISES = "Do its scores mean what they say?"
_TERMS = (
    "performance",
    "label",
    "final",
    "provisional",
    "coverage",
    "interval",
    "reference",
    "beyond chance",
)


def section(found: Gathered) -> Section:
    """The section, or in words why there is nothing to tell.

    Parameters
    ----------
    found : Gathered
    """
    known = found.outputs
    if known is None:
        return Section("performance", "Performance", QUESTION, "grey", "", "There are no predictions yet.")
    whole = known.performance.assessment
    verdict = signal.verdict(known.performance)
    places = inside(whole, found.scope.window)
    metrics = [
        one for key in performance.HEADLINES[whole.material.model.task] if (one := whole.scores.get(key))
    ]
    words = [wording.labels(whole)]
    if not verdict.final and verdict.status != "grey":
        words.append("This is an estimate from scores alone: labels of these days are not final yet.")
    figures = [_course(found, known, one, places) for one in metrics] if places else []
    return Section(
        key="performance",
        title="Performance",
        question=QUESTION,
        status=verdict.status,
        sentence=full(verdict.sentence),
        words=words,
        figures=[figure for figure in figures if figure is not None],
        tables=[_table(whole, places, metrics)] if places else [],
        terms=(*_TERMS, *(one.metric.key for one in metrics), *(() if verdict.final else ("estimated",))),
    )


def inside(whole: performance.Assessment, window: Window) -> list[int]:
    """Positions of the chunks that begin in a window and had begun.

    Parameters
    ----------
    whole : performance.Assessment
    window : Window
    """
    return [place for place, key in enumerate(whole.keys) if window.holds(key.start)]


def frame(found: Gathered, known: health.Outputs) -> pd.DataFrame:
    """The headline metrics in the chunks of the window, as the tidy frame has them.

    Parameters
    ----------
    found : Gathered
    known : health.Outputs
    """
    return performance.frames.frame(known.performance.assessment, window=found.scope.window)


def _course(found: Gathered, known: health.Outputs, one: Scores, places: Sequence[int]) -> Figure | None:
    """One metric over time; None where it is never defined."""
    whole, metric = known.performance.assessment, one.metric
    data = frame(found, known)
    mine = data[data["measure"] == metric.key]
    value = mine["value"].to_numpy(dtype=float)
    if not np.isfinite(value).any():
        return None
    final = (mine["maturity"] == "final").to_numpy()
    keys = [whole.keys[place] for place in places]
    baseline = float(one.baseline.value)
    limit = float(np.nanmax(mine[["limit_low", "limit_high"]].to_numpy(dtype=float), initial=-np.inf))

    def tell(number: float) -> str:
        return wording.number(metric, number)

    levels = [(baseline, "reference")] if np.isfinite(baseline) else []
    legend = [("course", metric.short), ("band", "95 % interval")]
    legend += [("reference", f"reference {tell(baseline)}")] if levels else []
    if np.isfinite(limit) and metric.better != "zero":
        levels.append((limit, "limit"))
        legend.append(("limit", f"a loss matters from {tell(limit)}"))
    drawn = charts.Course(
        keys=keys,
        value=value,
        tick=scales.per_cent if wording.as_share(metric) else scales.plainly,
        lower=np.where(final, mine["lower"].to_numpy(dtype=float), np.nan),
        upper=np.where(final, mine["upper"].to_numpy(dtype=float), np.nan),
        hollow=~final,
        status=mine["status"].tolist(),
        levels=levels,
        zones=[*_reference(whole), *_provisional(keys, final)],
        volume=(whole.predicted[list(places)], whole.labelled[list(places)]),
        ends=metric.range if wording.as_share(metric) else None,
        notes=[_note(metric, keys[i], mine, i) for i in range(len(keys))],
    )
    known_values = value[np.isfinite(value) & final]
    now = f"newest final chunk {tell(float(known_values[-1]))}" if len(known_values) else "no final chunk"
    description = f"{len(keys)} chunks from {span(keys_span(keys))}; {now}"
    description += f"; reference {tell(baseline)}." if np.isfinite(baseline) else "."
    legend += [("rows", "predictions"), ("labelled", "with a label")]
    legend += _marks(mine)
    return Figure(wording.titled(metric), charts.course(drawn, metric.title, description), "", legend)


def _marks(mine: pd.DataFrame) -> list[tuple[str, str]]:
    """What hollow points are, as far as there are any."""
    known, final = mine["value"].notna(), mine["maturity"] == "final"
    told = [("hollow", "provisional")] if (known & ~final).any() else []
    return [*told, ("unknown", "not judged")] if (known & final & (mine["status"] == "grey")).any() else told


def _reference(whole: performance.Assessment) -> list[tuple[Window, str]]:
    return [(whole.baseline, "reference")] if whole.baseline is not None else []


def _provisional(keys: Sequence[Window], final: np.ndarray) -> list[tuple[Window, str]]:
    """The days after the last final one."""
    settled = np.flatnonzero(final)
    first = int(settled[-1]) + 1 if len(settled) else 0
    return [(Window(keys[first].start, keys[-1].stop), "provisional")] if first < len(keys) else []


def _note(metric: Metric, key: Window, mine: pd.DataFrame, place: int) -> str:
    """What a point tells."""
    row = mine.iloc[place]
    text = f"{span(key)}: {metric.short} {wording.number(metric, float(row['value']))}"
    if np.isfinite(row["lower"]) and np.isfinite(row["upper"]):
        text += f" ({wording.number(metric, row['lower'])} to {wording.number(metric, row['upper'])})"
    return f"{text}, {count(row['n'])} rows, labels of {share(row['coverage'])}, {row['maturity']}"


def _table(whole: performance.Assessment, places: Sequence[int], metrics: Sequence[Scores]) -> Table:
    """The newest final chunks of the window together, beside the reference."""
    held = set(places)
    newest = [place for place in performance.newest(whole, len(whole.keys)) if place in held][-28:]
    if not newest:
        return Table(
            "",
            ("Metric", "Status"),
            [(one.metric.title, Badge("grey", "no final labels")) for one in metrics],
        )
    one = performance.together(whole, newest, metrics=[each.metric.key for each in metrics])
    rows: list[tuple[Cell, ...]] = []
    for scores in one.scores.values():
        metric, value = scores.metric, scores.estimate
        rows.append(
            (
                wording.titled(metric),
                Badge(("grey", "green", "amber", "red")[int(scores.status) + 1]),
                _ends(metric, value.value, value.lower, value.upper),
                wording.number(metric, float(scores.baseline.value)),
                count(float(value.n)),
            )
        )
    days = f"The newest {len(newest)} final chunks together: {span(one.window)}"
    return Table(days, ("Metric", "Status", "Now, with 95 % interval", "Reference", "Rows"), rows)


def _ends(metric: Metric, *values: object) -> str:
    """A value with the ends of its interval."""
    value, lower, upper = (wording.number(metric, float(one)) for one in values)  # pyright: ignore[reportArgumentType]
    return value if "–" in (lower, upper) else f"{value} ({lower} to {upper})"


def promises(found: Gathered) -> Section | None:
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
            "calibration", "Calibration", PROMISES, "grey", "", full(reasons.REASONS[code].words),
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
        question=PROMISES,
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
        zero=True, zones=[*_reference(whole), *_provisional(keys, final)],
        notes=[
            f"{span(key)}: {points(error)}, {count(n)} labels"
            for key, error, n in zip(keys, value, mine["n"], strict=True)
        ],
    )  # fmt: skip
    legend = [("course", "calibration error"), ("limit", "99 % limit"), ("floor", "what chance explains")]
    legend += _marks(mine)
    drawing = charts.course(
        drawn, "Calibration error over time", f"{len(keys)} chunks, {span(keys_span(keys))}."
    )
    return [Figure("Calibration error over time", drawing, "", legend)]


def keys_span(keys: Sequence[Window]) -> Window:
    """From the first to the last of some chunks.

    Parameters
    ----------
    keys : sequence of Window
    """
    return Window(keys[0].start, keys[-1].stop)


def _band(found: Gathered, now: Reliability, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    known = found.outputs
    if known is None or known.calibration is None or known.calibration.reference is None:
        return None
    before = reliability(known.calibration.reference.bins)
    lower, upper = consistency_band(now.rows, before.rate, before.rows)
    return lower[kept], upper[kept]


def mature(found: Gathered) -> str:
    """The last day whose labels are final, in words."""
    known = found.outputs
    if known is None:
        return "no predictions"
    whole = known.performance.assessment
    if not whole.labelled.any():
        return "no labels yet"
    settled = [
        key
        for key, state, n in zip(whole.keys, whole.maturity, whole.labelled, strict=True)
        if state == "final" and n
    ]
    return f"labels final to {day(settled[-1].start)}" if settled else "no labels are final yet"
