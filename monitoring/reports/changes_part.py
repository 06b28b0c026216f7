"""What changed in the days of a report: when the colour turned, and the colour of every chunk."""

from __future__ import annotations

import itertools

from monitoring import windows
from monitoring.formats import day, full, span
from monitoring.marks import ORDER, mark
from monitoring.reports import strips
from monitoring.reports.gathered import Gathered
from monitoring.reports.parts import Figure
from monitoring.windows import Window

MOST_CHANGES = 6


def changes(found: Gathered) -> list[str]:
    """What is not as it was: since the chunk before, and on which days the model's colour changed.

    Parameters
    ----------
    found : Gathered
    """
    said = [full(one) for one in found.health.changes]
    states = _settled(found)
    turned = [
        f"{day(now[0].start)}: from {mark(before[1]).word} to {mark(now[1]).word}."
        for before, now in reversed(list(itertools.pairwise(states)))
        if before[1] != now[1]
    ]
    if len(turned) > MOST_CHANGES:
        more = len(turned) - MOST_CHANGES + 1
        turned = [
            *turned[: MOST_CHANGES - 1],
            f"Before that the colour changed {more} more times in these days.",
        ]
    before = "day" if found.scope.model.chunk == "1 day" else "chunk"
    return [*(said or [f"Nothing changed since the {before} before."]), *turned]


def _settled(found: Gathered) -> list[tuple[Window, str]]:
    """The colours of the window up to the last day with final labels: later ones still miss performance."""
    states, known = _days(found), found.served
    if known is None:
        return states
    whole = known.performance.assessment
    final = [key.stop for key, one in zip(whole.keys, whole.maturity, strict=True) if one == "final"]
    return [(key, state) for key, state in states if not final or key.stop <= final[-1]]


def _days(found: Gathered) -> list[tuple[Window, str]]:
    """The model's colour in every chunk of the window."""
    data, about = found.ribbon, found.scope
    keys = [
        Window(*(windows.key_of(at, about.model.grain, about.model.zone) for at in (start, stop)))
        for start, stop in zip(
            data["chunk_start"].dt.to_pydatetime() if len(data) else (),
            data["chunk_stop"].dt.to_pydatetime() if len(data) else (),
            strict=True,
        )
    ]
    kept = zip(keys, data["status"], strict=True)
    return [(key, state) for key, state in kept if about.window.holds(key.start)]


def ribbon(found: Gathered) -> Figure | None:
    """The model's colour on every day of the window; None where there is none.

    Parameters
    ----------
    found : Gathered
    """
    states = _days(found)
    if not states:
        return None
    counted = [f"{sum(state == one for _, state in states)} {mark(one).word.lower()}" for one in ORDER]
    reference = found.inputs.assessment.reference if found.inputs is not None else None
    unit = "days" if found.scope.model.chunk == "1 day" else "chunks"
    description = f"Of {len(states)} {unit}: {', '.join(counted)}."
    drawing = strips.ribbon(
        [key for key, _ in states],
        [state for _, state in states],
        [f"{span(key)}: {mark(state).word}" for key, state in states],
        [(reference, "reference")] if reference is not None and reference.overlaps(_span(states)) else [],
        "The model's status over time",
        description,
    )
    legend = [(f"day {one}", f"{mark(one).shape} {mark(one).word}") for one in ORDER]
    return Figure("Status over time", drawing, description, legend, broad=True)


def _span(states: list[tuple[Window, str]]) -> Window:
    return Window(states[0][0].start, states[-1][0].stop)
