"""The Performance page's picture of an assessment: what is shown, and which labels are final."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from monitoring import performance
from monitoring.models import Model
from monitoring.ui.scopes import Scope


@dataclass(frozen=True, eq=False)
class View:
    """An assessment as the page shows it.

    Attributes
    ----------
    assessment : Assessment
        Without the intervals that are drawn by bootstrap.
    scope : Scope
    known_at : datetime or None
        The past instant whose knowledge is shown; None for what is known at the moment of the bar.
    shown : slice
        Positions of the chunks in the range.
    """

    assessment: performance.Assessment
    scope: Scope
    known_at: dt.datetime | None
    shown: slice

    @property
    def model(self) -> Model:
        """The model that is looked at."""
        return self.assessment.material.model

    def newest(self, count: int) -> tuple[int, ...]:
        """Positions of the last so many chunks in the range that are final, oldest first.

        Chunks of the reference are compared with themselves, so only those after it are taken while there
        are any.
        """
        every = performance.newest(self.assessment, len(self.assessment.keys), before=self.shown.stop)
        final = [place for place in every if place >= self.shown.start]
        reference = self.reference()
        later = [place for place in final if reference is None or place >= reference[1]]
        return tuple((later or final)[-count:])

    def reference(self) -> tuple[int, int] | None:
        """Positions of the first chunk of the reference and of the first after it; None without such."""
        baseline = self.assessment.baseline
        inside = [i for i, key in enumerate(self.assessment.keys) if baseline and key.overlaps(baseline)]
        return (inside[0], inside[-1] + 1) if inside else None

    def span_of_reference(self) -> tuple[dt.datetime, dt.datetime] | None:
        """Keys between which the shown chunks are the reference; None where none is."""
        reference, shown, keys = self.reference(), self.shown, self.assessment.keys
        if not reference or reference[0] >= shown.stop or reference[1] <= shown.start:
            return None
        return keys[max(reference[0], shown.start)].start, keys[min(reference[1], shown.stop) - 1].stop


def view(
    assessment: performance.Assessment, scope: Scope, known_at: dt.datetime | None = None
) -> View | None:
    """An assessment seen in a scope; None where no chunk of its range holds predictions.

    Parameters
    ----------
    assessment : Assessment
    scope : Scope
    known_at : datetime, optional
    """
    window = scope.window
    shown = [
        place
        for place, key in enumerate(assessment.keys)
        if window.start <= key.start < window.stop and assessment.predicted[place] > 0
    ]
    return View(assessment, scope, known_at, slice(shown[0], shown[-1] + 1)) if shown else None
