"""The section on shadows: would another version have done better on the same requests?"""

from __future__ import annotations

import numpy as np

from monitoring import reasons, windows
from monitoring.formats import count, full, span
from monitoring.performance import wording
from monitoring.reports import charts, scales
from monitoring.reports.gathered import Beside, Gathered
from monitoring.reports.parts import Cell, Figure, Section, Table
from monitoring.shadow.wording import WORDS, verdict_words
from monitoring.windows import Window

QUESTION = "Would another version have done better?"
_TERMS = ("shadow", "champion", "gain", "interval", "provisional")


def sections(found: Gathered) -> list[Section]:
    """A section for each shadow that scored some of the same requests.

    Parameters
    ----------
    found : Gathered
    """
    return [_section(found, one) for one in found.shadows]


def _section(found: Gathered, one: Beside) -> Section:
    title = "Shadow" if len(found.shadows) == 1 else f"Shadow {one.version}"
    if one.judged is None:
        status, word = "grey", "No trial"
        sentence = f"{full(reasons.sentence('no_trial', shadow=one.version))} {_window_words(one)}".strip()
    else:
        status, word = one.judged.status, WORDS[one.judged.reason]
        sentence = full(f"{verdict_words(one.judged)}. {reasons.fix(one.judged.reason)}")
    figure = _course(found, one)
    return Section(
        key=f"shadow-{found.shadows.index(one) + 1}",
        title=title,
        question=QUESTION,
        status=status,
        word=word,
        sentence=sentence,
        words=[
            f"{one.version} answers the same requests as {found.scope.champion}, unserved; "
            "only requests that both scored are compared."
        ],
        figures=[figure] if figure else [],
        tables=[_table(found, one)] if one.gains else [],
        terms=(*_TERMS, *(gain.metric.key for gain in one.gains), *(("trial",) if one.judged else ())),
    )


def _window_words(one: Beside) -> str:
    """What the window's final pairs say, if this were the only look."""
    if not one.gains:
        return "No day in this window has final labels for both yet."
    found = one.gains[0]
    gain, lower, upper = (
        wording.signed(one.metric, float(end)) for end in (found.gain, found.lower, found.upper)
    )
    ends = f" ({lower} to {upper}, if this were the only look)" if np.isfinite(found.error) else ""
    return f"On {count(float(found.n))} final rows {one.version} gains {gain} by {one.metric.short}{ends}."


def _course(found: Gathered, one: Beside) -> Figure | None:
    """The gain chunk by chunk, from the tidy frame; None where no chunk has one."""
    mine = one.frame[one.frame["measure"] == one.metric.key]
    value = mine["effect"].to_numpy(dtype=float)
    if not np.isfinite(value).any():
        return None
    half = (mine["upper"].to_numpy(dtype=float) - mine["lower"].to_numpy(dtype=float)) / 2
    model = found.scope.model
    starts, stops = (
        [windows.key_of(at.to_pydatetime(), model.grain, model.zone) for at in mine[name]]
        for name in ("chunk_start", "chunk_stop")
    )
    keys = [Window(start, stop) for start, stop in zip(starts, stops, strict=True)]
    final = (mine["maturity"] == "final").to_numpy()

    def tick(number: float) -> str:
        shown = scales.plainly(100 * number if wording.as_share(one.metric) else number)
        return f"+{shown}" if number > 0 else shown

    notes = [
        f"{span(key)}: {wording.signed(one.metric, float(gain))}, {count(float(n))} rows, {maturity}"
        for key, gain, n, maturity in zip(keys, value, mine["n"], mine["maturity"], strict=True)
    ]
    drawn = charts.Course(
        keys=keys, value=value, tick=tick, lower=value - half, upper=value + half, hollow=~final,
        levels=[(0.0, "reference")], notes=notes,
    )  # fmt: skip
    unit = ", in points" if wording.as_share(one.metric) else ""
    title = f"Gain by {wording.titled(one.metric)}{unit}"
    description = f"{len(keys)} chunks; above zero {one.version} is better than {found.scope.champion}."
    caption = "Above the line the shadow is better. Of many days one in twenty misses its interval by chance."
    legend = [("course", "gain"), ("band", "95 % interval, if it were the only look")]
    legend += [("reference", "no difference")]
    legend += [] if final.all() else [("hollow", "provisional")]
    return Figure(title, charts.course(drawn, title, description), caption, legend, broad=True)


def _table(found: Gathered, one: Beside) -> Table:
    """Both versions by the first metrics, on the final rows of the window."""
    rows: list[tuple[Cell, ...]] = []
    for gain in one.gains:
        metric = gain.metric
        ends = [wording.signed(metric, float(end)) for end in (gain.gain, gain.lower, gain.upper)]
        known = np.isfinite(gain.lower) and np.isfinite(gain.upper)
        rows.append(
            (
                wording.titled(metric),
                wording.number(metric, float(gain.champion.value)),
                wording.number(metric, float(gain.shadow.value)),
                f"{ends[0]} ({ends[1]} to {ends[2]})" if known else ends[0],
            )
        )
    head = ("Metric", found.scope.champion, one.version, "Gain, with 95 % interval")
    return Table(f"On {count(float(one.gains[0].n))} final rows of these days that both scored", head, rows)
