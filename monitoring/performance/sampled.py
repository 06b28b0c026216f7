"""Sampled rows of a version's reference and of a window, for estimates that counts cannot give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.inspection import CELLS, LEAST_ROWS
from monitoring.drift.tables import Tables, tables
from monitoring.performance.meaning import NotEstimableError, reference_keys
from monitoring.performance.reading import Material
from monitoring.statistics.arrays import Floats
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.rows import Rows

REFERENCE_ROWS = 30_000
CURRENT_ROWS = 20_000


@dataclass(frozen=True, eq=False)
class Samples:
    """Rows of both sides.

    Attributes
    ----------
    reference : Rows
        With its labels as far as they are mature.
    current : Rows
    tables : Tables
        Their features, but those that the model's file excludes.
    """

    reference: Rows
    current: Rows
    tables: Tables


def samples(
    store: Store, found: Material, window: Window, *, most: int = CURRENT_ROWS, whole: bool = False
) -> Samples:
    """Draw rows of a version's reference and of a window by the hash of their ids.

    Parameters
    ----------
    store : Store
    found : Material
        Whose labels are known until when.
    window : Window
        Of the current rows.
    most : int
        Current rows at most; of the reference at most 30,000. Of many features fewer are drawn.
    whole : bool
        Whether days of the reference inside the window stay part of the reference.

    Returns
    -------
    Samples

    Raises
    ------
    NotEstimableError
        If the version has no reference with labels, no feature is logged, or a side has too few rows.
    """
    from monitoring.store import rows as reading

    model, segment, final = found.model, found.segment, reference_keys(found)
    few = max(LEAST_ROWS, CELLS // max(len(store.features(model.name)), 1))
    before, now = min(few, REFERENCE_ROWS), min(few, most)
    if found.reference is not None:
        parts = [found.reference] if whole else _apart(found.reference, window)
        reference = reading.sample(
            store, model.name, parts, most=before, segment=segment, version=found.version,
            labels_until=found.until,
        )  # fmt: skip
        reference = _final(reference, np.array(found.keys, dtype="datetime64[us]")[final])
    elif found.version == model.versions.first:
        reference = reading.reference_sample(store, model.name, most=before, segment=segment, labelled=True)
    else:
        raise NotEstimableError("no_reference_rows", version=found.version)
    current = reading.sample(store, model.name, [window], most=now, segment=segment, version=found.version)
    both = tables(reference, current, [one for one in reference.columns if one not in model.exclude])
    if not both.features:
        raise NotEstimableError("no_features")
    return Samples(reference, current, both)


def _apart(reference: Window, window: Window) -> list[Window]:
    """The days of the reference that are not those of the window."""
    parts = [
        Window(reference.start, min(reference.stop, window.start)),
        Window(max(reference.start, window.stop), reference.stop),
    ]
    return [part for part in parts if part.start < part.stop]


def _final(rows: Rows, keys: NDArray[np.datetime64]) -> Rows:
    """The same rows, without the labels of keys that are not final: early labels are not like the rest."""
    known = np.isin(np.asarray(rows.keys, dtype="datetime64[us]"), keys)
    label = np.array(rows.label)
    label[~known] = np.nan if label.dtype == float else None
    return replace(rows, label=label)


def events(rows: Rows, event: str) -> Floats:
    """Whether each row's label is the event: 1 or 0, nan where no label is known.

    Parameters
    ----------
    rows : Rows
        With labels.
    event : str
    """
    labels = [] if rows.label is None else rows.label.tolist()
    return np.array([np.nan if label is None else float(label == event) for label in labels])
