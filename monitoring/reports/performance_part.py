"""The section on performance: the headline metrics over time, with intervals and days that are not final."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from monitoring import health, performance
from monitoring.formats import count, day, full, share, span
from monitoring.performance import signal, wording
from monitoring.performance.judging import Scores
from monitoring.reports import charts, scales
from monitoring.reports.gathered import Gathered
from monitoring.reports.parts import Badge, Cell, Figure, Section, Table
from monitoring.statistics.metrics import Metric
from monitoring.windows import Window

QUESTION = "How good is it, where the truth is known by now?"
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
        zones=[*reference_zone(whole), *provisional_zone(keys, final)],
        volume=(whole.predicted[list(places)], whole.labelled[list(places)]),
        ends=metric.range if wording.as_share(metric) else None,
        notes=[_note(metric, keys[i], mine, i) for i in range(len(keys))],
    )
    known_values = value[np.isfinite(value) & final]
    now = f"newest final chunk {tell(float(known_values[-1]))}" if len(known_values) else "no final chunk"
    description = f"{len(keys)} chunks from {span(keys_span(keys))}; {now}"
    description += f"; reference {tell(baseline)}." if np.isfinite(baseline) else "."
    legend += [("rows", "predictions"), ("labelled", "with a label")]
    legend += marks(mine)
    return Figure(wording.titled(metric), charts.course(drawn, metric.title, description), "", legend)


def marks(mine: pd.DataFrame) -> list[tuple[str, str]]:
    """What hollow points are, as far as there are any.

    Parameters
    ----------
    mine : DataFrame
        Tidy, of one measure.
    """
    known, final = mine["value"].notna(), mine["maturity"] == "final"
    told = [("hollow", "provisional")] if (known & ~final).any() else []
    return [*told, ("unknown", "not judged")] if (known & final & (mine["status"] == "grey")).any() else told


def reference_zone(whole: performance.Assessment) -> list[tuple[Window, str]]:
    """The reference as a tinted stretch; none where it is a file.

    Parameters
    ----------
    whole : performance.Assessment
    """
    return [(whole.baseline, "reference")] if whole.baseline is not None else []


def provisional_zone(keys: Sequence[Window], final: np.ndarray) -> list[tuple[Window, str]]:
    """The days after the last final one as a tinted stretch.

    Parameters
    ----------
    keys : sequence of Window
    final : ndarray of bool, of shape (chunks,)
    """
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


def keys_span(keys: Sequence[Window]) -> Window:
    """From the first to the last of some chunks.

    Parameters
    ----------
    keys : sequence of Window
    """
    return Window(keys[0].start, keys[-1].stop)


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
