"""What scores mean for the rows of one window, from reference rows weighted to look like them.

It takes seconds and needs raw rows, so pages ask for it beside the page, and what it found is kept in the
store until the data change. Where the reference holds no rows like the current ones, it says so and no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.performance.meaning import Counted, NotEstimableError
from monitoring.performance.reading import Material
from monitoring.performance.sampled import Samples, events, samples
from monitoring.statistics.arrays import Floats
from monitoring.statistics.weighting import FARTHEST, LEAST_EFFECTIVE, DomainWeights, domain_weights
from monitoring.store.score_grids import CLASS, CONFIDENCE, SCORE
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Weighted:
    """The meaning of scores in one window.

    Attributes
    ----------
    start, stop : datetime
        Profile keys of the window.
    auc : float
        How well a classifier tells its rows from the reference; nan where that was not done.
    exponent, effective : float
        Power that weights were tempered with, and the share of reference rows that are effective.
    reference_rows, current_rows, reference_total, current_total : int
        Rows looked at, and rows there are.
    probability : mapping of str to list of float
        By subject, the probability behind each slot in this window; empty where weights say nothing.
    reason : str
        Why there is none, a code of `monitoring.reasons`; '' where there is.
    facts : mapping of str to str
        For the sentence of that reason.
    """

    start: dt.datetime
    stop: dt.datetime
    auc: float = float("nan")
    exponent: float = float("nan")
    effective: float = float("nan")
    reference_rows: int = 0
    current_rows: int = 0
    reference_total: int = 0
    current_total: int = 0
    probability: Mapping[str, list[float]] = field(default_factory=dict)
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def window(self) -> Window:
        """The window."""
        return Window(self.start, self.stop)

    @property
    def outside(self) -> bool:
        """Whether the window's rows lie outside the reference's support: no estimate is reliable then."""
        return self.reason == "outside_support"

    def moved(self, outputs: Mapping[str, Counted]) -> dict[str, Counted]:
        """Outputs with the meaning of this window in the place of the reference's.

        Parameters
        ----------
        outputs : mapping of str to Counted
        """
        return {
            subject: replace(one, known=replace(one.known, probability=np.array(self.probability[subject])))
            for subject, one in outputs.items()
        }


def weigh(
    store: Store,
    found: Material,
    outputs: Mapping[str, Counted],
    window: Window,
    progress: Progress | None = None,
) -> Weighted:
    """Weigh the reference for a window; an answer that is still true is taken from the store.

    Parameters
    ----------
    store : Store
    found : Material
    outputs : mapping of str to Counted
        As `monitoring.performance.meaning.outputs_of` gives them, or `Estimates.outputs`.
    window : Window
        Profile keys.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    Weighted
        With a reason where it says nothing.
    """
    from monitoring.store import findings

    name, version = found.model.name, store.data_version(found.model.name)
    parts = (found.version, *found.segment, found.until, window.start, window.stop)
    key = "|".join(["weighted by days", *map(str, parts)])
    known = findings.recall(store, name, key, version)
    if known is None:
        known = _weighed(store, found, outputs, window, progress or (lambda share, what: None))
        findings.remember(store, name, key, version, known)
    return Weighted(window.start, window.stop, **known)


def _weighed(
    store: Store, found: Material, outputs: Mapping[str, Counted], window: Window, say: Progress
) -> dict[str, Any]:
    """Draw the rows, tell them apart and move the maps; plain numbers, so that they can be kept."""
    say(0.0, "drawing rows")
    try:
        drawn = samples(store, found, window)
        say(0.2, "telling the window's rows from the reference's")
        both = drawn.tables
        days = drawn.reference.keys, drawn.current.keys
        weights = domain_weights(both.reference, both.current, both.categorical, groups=days)
    except NotEstimableError as error:
        return {"reason": error.code, "facts": error.facts}
    except ValueError:  # fewer rows on a side than a classifier learns from
        return {"reason": "few_rows_to_weigh"}
    told = {
        "auc": weights.auc,
        "exponent": weights.exponent,
        "effective": weights.effective,
        "reference_rows": len(drawn.reference),
        "current_rows": len(drawn.current),
        "reference_total": drawn.reference.total,
        "current_total": drawn.current.total,
    }
    if weights.outside:
        facts = {"auc": f"{weights.auc:.2f}", "limit": f"{FARTHEST:.2f}"}
        return {**told, "reason": "outside_support", "facts": facts}
    if not weights.supported:
        facts = {"effective": f"{weights.effective:.0%}", "least": f"{LEAST_EFFECTIVE:.0%}"}
        return {**told, "reason": "few_effective_rows", "facts": facts}
    say(0.9, "moving what scores mean")
    try:
        probability = _maps(found, outputs, drawn, weights)
    except ValueError:  # no drawn row has both a score and a label
        return {**told, "reason": "few_rows_to_weigh"}
    say(1.0, "done")
    return {**told, "probability": {name: one.round(6).tolist() for name, one in probability.items()}}


def _maps(
    found: Material, outputs: Mapping[str, Counted], drawn: Samples, weights: DomainWeights
) -> dict[str, Floats]:
    """The probability behind each slot, by subject."""
    from monitoring.statistics.tempering import tempered_map

    moved = {}
    for subject, (scores, labels) in _told(found, drawn).items():
        one = outputs[subject]
        moved[subject] = tempered_map(one.known, one.edges, weights, scores, labels).probability
    return moved


def _told(found: Material, drawn: Samples) -> dict[str, tuple[Floats, Floats]]:
    """Score and event of every reference row, by subject."""
    model, rows = found.model, drawn.reference
    if model.task == "binary":
        return {SCORE: (rows.score, events(rows, model.positive))}
    each = {CLASS + name: (rows.scores[name], events(rows, name)) for name in model.classes}
    chances = np.column_stack([rows.scores[name] for name in model.classes])
    labelled = np.column_stack([hit for _, hit in each.values()])
    sure = np.nan_to_num(chances, nan=-1.0)
    right = np.take_along_axis(labelled, sure.argmax(axis=1)[:, None], axis=1)[:, 0]
    return {**each, CONFIDENCE: (chances.max(axis=1), right)}
