"""A change of accuracy by label, exactly and from counts: other shares of labels, or other decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitoring.performance.assessment import Assessment
from monitoring.performance.estimates import chunk_of
from monitoring.performance.reading import Material, reference_outcomes
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes, MulticlassOutcomes
from monitoring.statistics.metrics.additive import part, pooled
from monitoring.statistics.mixing import MixRate, mix_and_rate


@dataclass(frozen=True, eq=False)
class ByLabel:
    """The change of accuracy, taken apart by label.

    Attributes
    ----------
    classes : tuple of str
    split : MixRate
        Its slices are the classes, in the same order.
    reference, current : ndarray of shape (classes,)
        Share of each label's rows that were decided rightly; nan without rows.
    rows : tuple of two float
        Labelled rows of the reference and of the window.
    """

    classes: tuple[str, ...]
    split: MixRate
    reference: Floats
    current: Floats
    rows: tuple[float, float]


def by_label(found: Assessment, places: Sequence[int]) -> ByLabel | None:
    """The change of accuracy as a change of label shares (mix) and of accuracy within a label (rate).

    Parameters
    ----------
    found : Assessment
    places : sequence of int
        Positions of the final chunks of the window.

    Returns
    -------
    ByLabel or None
        None without labels in the reference or in the window, and of a regression, whose labels are no
        classes.

    References
    ----------
    Kitagawa, E. (1955). Components of a difference between two rates. *JASA* 50.
    """
    before = reference_outcomes(found.material)
    rows: Any = found.material.outcomes
    if before is None or not isinstance(rows, BinaryOutcomes | MulticlassOutcomes):
        return None
    inside = np.flatnonzero(np.isin(chunk_of(found), list(places)))
    tables = [np.asarray(one.confusion) for one in (pooled(before), pooled(part(rows, inside)))]  # pyright: ignore[reportAttributeAccessIssue]
    counts = [one.sum(axis=1) for one in tables]
    right = [np.diagonal(one) for one in tables]
    if not all(one.any() for one in counts):
        return None
    split = mix_and_rate(counts[0], right[0], right[0], counts[1], right[1], right[1])
    shares = [hit / np.where(n > 0, n, np.nan) for hit, n in zip(right, counts, strict=True)]
    return ByLabel(_classes(found.material), split, shares[0], shares[1], (counts[0].sum(), counts[1].sum()))


def _classes(found: Material) -> tuple[str, ...]:
    """What the rows of a confusion matrix stand for."""
    if found.model.classes:
        return found.model.classes
    return (f"not {found.model.positive}", found.model.positive)
