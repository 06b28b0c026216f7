"""Why performance moved: other rows, another share of labels, or the same rows with other outcomes?

A window's change is taken apart by features, from sampled rows whose labels are final. It takes seconds, so
pages ask for it beside the page, and what it found is kept in the store until the data change. By label
`monitoring.performance.label_mix` takes it apart, exactly and from counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.drift.inspection import CELLS, LEAST_ROWS
from monitoring.drift.tables import tables
from monitoring.performance.meaning import NotEstimableError, reference_keys
from monitoring.performance.reading import Material
from monitoring.performance.weak_rows import final_runs, losses
from monitoring.statistics.arrays import Floats
from monitoring.statistics.label_shift import Rows as Sample
from monitoring.statistics.weighting import FARTHEST, LEAST_EFFECTIVE
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.rows import Rows

ROWS = 20_000  # of each side
QUANTILES = 5  # of a regression's labels, in the place of classes
MEASURE = {"binary": "accuracy", "multiclass": "accuracy", "regression": "mae"}
"""What is taken apart: the mean over rows that a task is judged by."""

Progress = Callable[[float, str], None]
Three = tuple[float, float, float]
_GAP: Three = (float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Moved:
    """A window's change against the reference, taken apart by features.

    Attributes
    ----------
    window : Window
        Keys from the first to the last of the days that were looked at.
    measure : str
        Of `MEASURE`.
    before, now : float
        Of the drawn rows.
    change, covariate, label_share, concept : tuple of three float
        Each part with the ends of its 95 % interval, as if rows were independent; nan where nothing can be
        split.
    cause, route : str
        See `monitoring.statistics.shift_split.ShiftSplit`.
    auc, effective : float
        How well a classifier tells the window's rows from the reference's, and the share of the reference's
        that look like them.
    alike : float
        p-value that rows of one label look alike; nan where that was not tried.
    reference_rows, current_rows, reference_total, current_total : int
        Labelled rows that were looked at, and rows there are.
    reason : str
        Why nothing was taken apart, a code of `monitoring.reasons`; '' where it was.
    facts : mapping of str to str
        For the sentence of that reason.
    """

    window: Window
    measure: str
    before: float = float("nan")
    now: float = float("nan")
    change: Three = _GAP
    covariate: Three = _GAP
    label_share: Three = _GAP
    concept: Three = _GAP
    cause: str = "undecided"
    route: str = "none"
    auc: float = float("nan")
    effective: float = float("nan")
    alike: float = float("nan")
    reference_rows: int = 0
    current_rows: int = 0
    reference_total: int = 0
    current_total: int = 0
    reason: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def certain(self) -> bool:
        """Whether the change itself is beyond the chance of the drawn rows."""
        return self.change[1] > 0 or self.change[2] < 0


def moved(
    store: Store, found: Material, window: Window, *, progress: Progress | None = None, rows: int = ROWS
) -> Moved:
    """Take a window's change apart by features; an answer that is still true is taken from the store.

    Parameters
    ----------
    store : Store
    found : Material
        Says which days are final and what was known.
    window : Window
        Of profile keys; only its final days are looked at.
    progress : callable, optional
        Told the share done and what is being done.
    rows : int
        Rows of each side that are looked at, at most; fewer for more than thirty features.

    Returns
    -------
    Moved
        With a reason where nothing can be said.
    """
    from monitoring.store import findings

    measure, name = MEASURE[found.model.task], found.model.name
    parts = final_runs(found, window)
    if not parts:
        return Moved(window, measure, reason="immature")
    span = Window(parts[0].start, parts[-1].stop)
    asked = ("why it moved", found.version, *found.segment, found.until, span, len(parts), rows)
    key, version = "|".join(map(str, asked)), store.data_version(name)
    known = findings.recall(store, name, key, version)
    if known is None:
        known = _looked(store, found, parts, rows, progress or (lambda share, what: None))
        findings.remember(store, name, key, version, known)
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return Moved(span, measure, **{**known, **lists})


def _looked(store: Store, found: Material, parts: list[Window], most: int, say: Progress) -> dict[str, Any]:
    """Draw both sides and split; plain numbers, so that they can be kept."""
    from monitoring.statistics.shift_split import shift_split

    say(0.0, "drawing labelled rows")
    try:
        before, now = _drawn(store, found, parts, most)
    except NotEstimableError as error:
        return {"reason": error.code, "facts": error.facts}
    both = tables(before, now, [one for one in before.columns if one not in found.model.exclude])
    if not both.features:
        return {"reason": "no_features"}
    values = [_value(found, rows) for rows in (before, now)]
    labels = _labels(found, before, now)
    sides = [
        Sample(features, value, label)
        for features, value, label in zip((both.reference, both.current), values, labels, strict=True)
    ]
    known = [np.isfinite(value) & np.isfinite(label) for value, label in zip(values, labels, strict=True)]
    told: dict[str, Any] = {
        "reference_rows": int(known[0].sum()), "current_rows": int(known[1].sum()),
        "reference_total": before.total, "current_total": now.total,
    }  # fmt: skip
    say(0.3, "telling the window's rows from the reference's")
    try:
        days = before.keys, now.keys
        split = shift_split(sides[0], sides[1], both.categorical, groups=days)
    except ValueError:  # fewer rows on a side than a classifier learns from
        return {**told, "reason": "few_rows_to_weigh"}
    say(1.0, "done")
    told |= {
        "before": float(values[0][known[0]].mean()), "now": float(values[1][known[1]].mean()),
        "auc": split.weights.auc, "effective": split.weights.effective, "alike": split.alike,
        "cause": split.cause, "route": split.route,
    }  # fmt: skip
    parts_of = ("change", "covariate", "label_share", "concept")
    told |= {
        name: [getattr(getattr(split, name), end) for end in ("value", "lower", "upper")] for name in parts_of
    }
    if split.weights.outside:
        facts = {"auc": f"{split.weights.auc:.2f}", "limit": f"{FARTHEST:.2f}"}
        return {**told, "reason": "unlike_reference", "facts": facts}
    if not split.weights.supported:
        facts = {"effective": f"{split.weights.effective:.0%}", "least": f"{LEAST_EFFECTIVE:.0%}"}
        return {**told, "reason": "few_effective_rows", "facts": facts}
    return told


def _drawn(store: Store, found: Material, parts: list[Window], most: int) -> tuple[Rows, Rows]:
    """Rows with labels and decisions of the reference's final days and of the window's, none of them both."""
    from monitoring.store import rows as reading

    model, final = found.model, reference_keys(found)
    few = min(most, max(LEAST_ROWS, CELLS // max(len(store.features(model.name)), 1)))
    given = {
        "most": few, "segment": found.segment, "version": found.version, "labels_until": found.until,
        "decisions": True,
    }  # fmt: skip
    if found.reference is None:
        if found.version != model.versions.first:
            raise NotEstimableError("no_reference_rows", version=found.version)
        before = reading.reference_sample(store, model.name, most=few, segment=found.segment, labelled=True)
        before = replace(before, decision=np.full(len(before), None, dtype=object))
    else:
        held = final_runs(found, found.reference) if final.any() else []
        apart = [one for whole in held for one in _without(whole, parts)]
        if not apart:
            raise NotEstimableError("overlaps_reference")
        before = reading.sample(store, model.name, apart, **given)
    return before, reading.sample(store, model.name, parts, **given)


def _without(window: Window, parts: list[Window]) -> list[Window]:
    """What is left of a window without others."""
    left = [window]
    for other in parts:
        ends = [
            (first, last)
            for one in left
            for first, last in (
                (one.start, min(one.stop, other.start)),
                (max(one.start, other.stop), one.stop),
            )
        ]
        left = [Window(first, last) for first, last in ends if first < last]
    return left


def _value(found: Material, rows: Rows) -> Floats:
    """What the measure is the mean of: whether a decision was right, or the absolute error."""
    lost = losses(found.model, rows)
    return lost if found.model.task == "regression" else 1 - lost


def _labels(found: Material, before: Rows, now: Rows) -> list[Floats]:
    """Each row's label as a number: the class, or the quintile of the reference's labels; nan if unknown."""
    sides = [np.asarray(rows.label) for rows in (before, now)]
    if found.model.task == "regression":
        known = sides[0][np.isfinite(sides[0])]
        edges = np.quantile(known, np.arange(1, QUANTILES) / QUANTILES) if len(known) else np.zeros(0)
        return [
            np.where(np.isfinite(labels), np.searchsorted(edges, labels, side="right"), np.nan)
            for labels in sides
        ]
    if found.model.task == "binary":
        numbers, other = {found.model.positive: 1.0, None: np.nan}, 0.0
    else:
        numbers, other = {name: float(place) for place, name in enumerate(found.model.classes)}, np.nan
    return [np.array([numbers.get(label, other) for label in labels.tolist()]) for labels in sides]
