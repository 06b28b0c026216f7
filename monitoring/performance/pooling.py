"""Several chunks as one: what the newest labels that are mature say of every metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitoring.performance.assessment import Assessment
from monitoring.performance.judging import NUMBER, Scores, scored_together
from monitoring.performance.outcomes import Outcomes
from monitoring.performance.reading import reference_outcomes
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Metric
from monitoring.statistics.metrics.additive import gathered, part, pooled, rolled
from monitoring.statistics.metrics.evidence import shortage
from monitoring.statistics.metrics.trivial import trivial
from monitoring.windows import Window


@dataclass(frozen=True, eq=False)
class Together:
    """Some chunks taken as one.

    Attributes
    ----------
    places : tuple of int
        Positions of the chunks in the assessment, oldest first.
    window : Window
        Keys from the first to the last of them.
    predicted, labelled : float
    outcomes : outcomes
        Labelled rows, without axes.
    scores : mapping of str to Scores
        By metric, of arrays without axes.
    """

    places: tuple[int, ...]
    window: Window
    predicted: float
    labelled: float
    outcomes: Outcomes
    scores: Mapping[str, Scores]

    @property
    def coverage(self) -> float:
        """Share of predictions whose label is known."""
        return self.labelled / self.predicted if self.predicted else float("nan")


def newest(assessment: Assessment, count: int, before: int | None = None) -> tuple[int, ...]:
    """Positions of the last chunks that are final and hold labels, oldest first.

    Parameters
    ----------
    assessment : Assessment
    count : int
        How many chunks at most.
    before : int, optional
        Only chunks before this position; all by default.
    """
    final = [
        place
        for place, maturity in enumerate(assessment.maturity[:before])
        if maturity == "final" and assessment.labelled[place] > 0
    ]
    return tuple(final[-count:])


def together(
    assessment: Assessment, places: Sequence[int], *, metrics: Sequence[str] | None = None,
    intervals: bool = True,
) -> Together:  # fmt: skip
    """Measure and judge some chunks as one; their days are the clusters of its intervals.

    Parameters
    ----------
    assessment : Assessment
    places : sequence of int
        Positions of the chunks, ascending; at least one.
    metrics : sequence of str, optional
        Of those that were assessed; all by default.
    intervals : bool
        False leaves out the intervals of metrics that draw them by bootstrap.

    Returns
    -------
    Together
        Grey where a chunk is not final.
    """
    found = assessment.material
    window = Window(assessment.keys[places[0]].start, assessment.keys[places[-1]].stop)
    held = [assessment.keys[place] for place in places]
    days: Any = part(
        found.outcomes, [i for i, key in enumerate(found.keys) if any(one.holds(key) for one in held)]
    )
    before = reference_outcomes(found)
    young = any(assessment.maturity[place] != "final" for place in places)
    unknown = np.asarray(NUMBER["immature"] if young else 0, dtype=np.int8)
    scores = {
        key: scored_together(
            assessment.scores[key].metric, days, before, unknown, found.model, intervals=intervals
        )
        for key in metrics or assessment.scores
    }
    chosen = list(places)
    predicted, labelled = (
        float(values[chosen].sum()) for values in (assessment.predicted, assessment.labelled)
    )
    return Together(tuple(places), window, predicted, labelled, pooled(days), scores)


def trailing(assessment: Assessment, metric: Metric, count: int) -> tuple[Floats, Floats]:
    """A metric of the last so many chunks that end with each, and that of the trivial model on the same rows.

    Parameters
    ----------
    assessment : Assessment
    metric : Metric
    count : int

    Returns
    -------
    tuple of ndarray of shape (chunks,)
        nan where one of the chunks is not final, where there are fewer, or too few rows to be evidence.
    """
    rows: Any = assessment.outcomes
    whole = rolled(rows, count)
    final = np.array([one == "final" for one in assessment.maturity], dtype=bool)
    young = np.cumsum(~final)
    young[count:] = young[count:] - young[:-count]
    known = final & (young == 0) & (np.arange(len(final)) >= count - 1) & ~shortage(metric, whole).any
    value, nothing = metric(whole, interval=False).value, trivial(metric, whole)
    return np.where(known, value, np.nan), np.where(known, nothing, np.nan)


def past(assessment: Assessment, places: Sequence[int], metric: Metric) -> Floats:
    """A metric in the windows of as many final chunks that came before, oldest first.

    Parameters
    ----------
    assessment : Assessment
    places : sequence of int
        Positions of the chunks of the window that is looked at.
    metric : Metric

    Returns
    -------
    ndarray of shape (windows,)
        Windows do not overlap; what is left at the start and fills none is left out. nan where the metric is
        not defined.
    """
    before = newest(assessment, len(assessment.keys), before=places[0])
    count = len(before) // len(places)
    if not count:
        return np.empty(0)
    chosen = np.array(before[-count * len(places) :])
    rows: Any = part(assessment.outcomes, chosen)
    whole = gathered(rows, np.arange(len(chosen)) // len(places), count)
    return np.asarray(metric(whole, interval=False).value)
