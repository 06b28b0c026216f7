"""The Drift page's picture of an assessment: which chunk is judged and which are shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from monitoring import drift
from monitoring.drift import Assessment, Signal, Verdict, showing
from monitoring.formats import span
from monitoring.store import Span
from monitoring.ui import filters
from monitoring.ui.scopes import Scope
from monitoring.windows import Window

MOST_LANES = 40
MOST_CHUNKS = 400
SPANS = {"1 chunk": 1, "7 chunks": 7, "28 chunks": 28}
DEFAULT_SPAN = "7 chunks"
DRAWN = ("shares", "ratios")
said, words = showing.said, span
"""A verdict's sentence without its colour, and a window, in words."""


@dataclass(frozen=True, eq=False)
class View:
    """An assessment as the page shows it.

    Attributes
    ----------
    assessment : Assessment
    colours : Signal
    verdict : Verdict
    last : int
        Position of the chunk that is judged.
    shown : slice
        Positions of the chunks in the range; one that is not over may follow the judged one.
    """

    assessment: Assessment
    colours: Signal
    verdict: Verdict
    last: int
    shown: slice

    def place(self, feature: str) -> int:
        """Where a feature stands in the assessment."""
        return self.assessment.features.index(feature)


def view(assessment: Assessment, colours: Signal, scope: Scope) -> View | None:
    """An assessment seen in a scope; None when no complete chunk lies in its range.

    Parameters
    ----------
    assessment : Assessment
    colours : Signal
    scope : Scope
    """
    keys = assessment.keys
    known = [i for i, key in enumerate(keys) if scope.window.start <= key.start < scope.window.stop]
    judged = [i for i in known if assessment.complete[i] and keys[i].stop <= scope.window.stop]
    if not judged or not assessment.features:
        return None
    last = judged[-1]
    verdict = drift.verdict(assessment, colours, at=keys[last].start)
    # A chunk that reaches beyond the day that was chosen is not shown at all: nobody knew it then.
    until = known[-1] if scope.as_of is None else last
    return View(assessment, colours, verdict, last, slice(known[0], until + 1))


def recent(view: View) -> slice:
    """Positions of the chunks that the heatmap has room for: all that are shown, or the last of them."""
    return slice(max(view.shown.start, view.shown.stop - MOST_CHUNKS), view.shown.stop)


def reference_share(view: View) -> tuple[float, float] | None:
    """Where the reference lies among the chunks shown, as shares of their number; None elsewhere."""
    if view.assessment.against.moves:
        return None
    reference, keys = view.assessment.reference, view.assessment.keys[view.shown]
    inside = [i for i, key in enumerate(keys) if reference.overlaps(key)]
    return (inside[0] / len(keys), (inside[-1] + 1) / len(keys)) if inside else None


def last_day(view: View, chunk: dt.datetime) -> dt.date:
    """The local day on which a chunk ends.

    Parameters
    ----------
    view : View
    chunk : datetime
        The key at which it begins.
    """
    place = [key.start for key in view.assessment.keys].index(chunk)
    instant = view.assessment.stop[place] - dt.timedelta(seconds=1)
    return instant.astimezone(view.assessment.model.zone).date()


def trailing(view: View, chunks: int) -> Window:
    """So many chunks up to the judged one, as a window of profile keys."""
    keys = view.assessment.keys
    return Window(keys[max(0, view.last - chunks + 1)].start, keys[view.last].stop)


def pick_cell(view: View, span: Span, feature: str, chunk: dt.datetime) -> None:
    """Show a feature and judge as of the end of a chunk, from a callback.

    Parameters
    ----------
    view : View
    span : Span
        What the log covers: no day beyond it is chosen.
    feature : str
    chunk : datetime
        The key at which the chunk begins.
    """
    filters.show_feature(feature)
    day = last_day(view, chunk)
    filters.judge_as_of(min(day, span.last.date()) if span.last else day)
