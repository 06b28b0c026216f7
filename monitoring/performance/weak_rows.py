"""The slices in which a version is worse than elsewhere, searched among sampled rows whose labels are final.

It takes seconds, so pages ask for it in the background, and what it found is kept in the store until the data
change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitoring import windows
from monitoring.drift import causes
from monitoring.drift.inspection import private_among
from monitoring.drift.tables import tables
from monitoring.models import Model
from monitoring.performance.reading import Material
from monitoring.statistics.arrays import Floats
from monitoring.statistics.weak_slices import weak_slices
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.rows import Rows

ROWS = 50_000
CELLS = 1_000_000  # rows times features: of many features fewer rows are drawn
LEAST_ROWS = 5_000
REFERENCE_ROWS = 10_000  # for the quintiles

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Weak:
    """What was found in a window.

    Attributes
    ----------
    window : Window
        Keys from the first to the last final day that was looked at.
    rows, total : int
        Labelled rows that were looked at, and rows that there are.
    loss : float
        Mean loss of all of them: the share of errors, or the mean absolute error of a regression.
    slices : list of dict
        ``where``: a list of feature and words; ``rows, loss, rest, difference, lower, upper, effect, excess,
        rate`` as `monitoring.statistics.weak_slices.WeakSlice` has them; the largest excess first.
    note : str
        Why nothing could be looked at; empty where it could.
    """

    window: Window
    rows: int = 0
    total: int = 0
    loss: float = float("nan")
    slices: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


def weakest(
    store: Store,
    found: Material,
    window: Window | None = None,
    *,
    progress: Progress | None = None,
    rows: int = ROWS,
) -> Weak:
    """Search a window's final days; an answer that is still true is taken from the store.

    Features that the model's file excludes or marks private are left out.

    Parameters
    ----------
    store : Store
    found : Material
        Says which days are final and what was known.
    window : Window, optional
        Of profile keys; by default all days.
    progress : callable, optional
        Told the share done and what is being done.
    rows : int
        Rows that are looked at, at most; fewer for more than twenty features.

    Returns
    -------
    Weak
    """
    from monitoring.store import findings

    parts = final_runs(found, window)
    if not parts:
        empty = window or Window(found.keys[0], found.keys[-1] + found.step)
        return Weak(empty, note="no day with mature labels in this range")
    span, name = Window(parts[0].start, parts[-1].stop), found.model.name
    key = "|".join(
        [
            "weak slices",
            found.version,
            *found.segment,
            found.at.isoformat(),
            str(span),
            str(len(parts)),
            str(rows),
        ]
    )
    data = store.data_version(name)
    known = findings.recall(store, name, key, data)
    if known is None:
        known = _searched(store, found, parts, rows, progress or (lambda share, what: None))
        findings.remember(store, name, key, data, known)
    return Weak(span, **known)


def final_runs(found: Material, window: Window | None) -> list[Window]:
    """The final days of a window, as few windows as there are runs of them."""
    runs: list[Window] = []
    for key, final in zip(found.keys, found.cohorts.final, strict=True):
        if not final or (window is not None and not window.holds(key)):
            continue
        if runs and runs[-1].stop == key:
            runs[-1] = Window(runs[-1].start, key + found.step)
        else:
            runs.append(Window(key, key + found.step))
    return runs


def _searched(store: Store, found: Material, parts: list[Window], most: int, say: Progress) -> dict[str, Any]:
    """Draw the rows and search them."""
    from monitoring.store import rows as reading

    model, name = found.model, found.model.name
    say(0.0, "drawing labelled rows")
    features, few = drawn_of(store, model, most)
    until = windows.key_of(found.at - dt.timedelta(microseconds=1), model.grain, model.zone)
    current = reading.sample(
        store, name, parts, most=few, features=features, segment=found.segment, version=found.version,
        labels_until=until, decisions=True,
    )  # fmt: skip
    loss = losses(model, current)
    out: dict[str, Any] = {
        "rows": int(np.isfinite(loss).sum()), "total": current.total, "loss": float("nan"), "slices": [],
        "note": "",
    }  # fmt: skip
    if not features or not out["rows"]:
        return {**out, "note": "no feature that may be told" if not features else "no labelled rows"}
    out["loss"] = float(loss[np.isfinite(loss)].mean())
    say(0.5, "searching slices of one and two features")
    out["slices"] = sliced(store, model, current, loss)
    say(1.0, "done")
    return out


def drawn_of(store: Store, model: Model, most: int) -> tuple[list[str], int]:
    """The features that may be told, and how many rows are drawn of so many features."""
    features = [one for one in store.features(model.name) if one not in model.exclude]
    features = [one for one in features if one not in private_among(model, features)]
    return features, min(most, max(LEAST_ROWS, CELLS // max(len(features), 1)))


def sliced(store: Store, model: Model, current: Rows, loss: Floats) -> list[dict[str, Any]]:
    """The slices of rows in which a loss is larger than elsewhere, as `Weak` has them.

    Parameters
    ----------
    store : Store
    model : Model
        Whose reference cuts numbers into quintiles.
    current : Rows
    loss : ndarray of shape (rows,)
        Rows where it is nan do not count.
    """
    features = list(current.columns)
    matrix = tables(_reference(store, model, current, features), current, features)
    coded = [causes.codes(matrix, place) for place in range(len(matrix.features))]
    table = np.column_stack([one[1] for one in coded])
    found = []
    for one in weak_slices(table, loss):
        where = [
            [matrix.features[column], "missing" if code < 0 else coded[column][2][code]]
            for column, code in zip(one.columns, one.codes, strict=True)
        ]
        told = ("rows", "loss", "rest", "difference", "lower", "upper", "effect", "excess", "rate")
        found.append({"where": where, **{name: getattr(one, name) for name in told}})
    return found


def _reference(store: Store, model: Model, current: Rows, features: list[str]) -> Rows:
    """Rows whose quintiles cut the numbers: the reference's, or where there is none those looked at."""
    from monitoring.store import rows as reading
    from monitoring.store.reference_rows import of_file, reference_window

    window = reference_window(model)
    if of_file(model):
        return reading.reference_sample(store, model.name, most=REFERENCE_ROWS, features=features)
    if window is None:
        return current
    return reading.sample(store, model.name, [window], most=REFERENCE_ROWS, features=features)


def losses(model: Model, rows: Rows) -> Floats:
    """What each labelled row lost: 1 for a wrong decision and 0 for a right one, or the absolute error.

    Parameters
    ----------
    model : Model
    rows : Rows
        With labels and decisions.

    Returns
    -------
    ndarray of shape (rows,)
        nan where the label or the prediction is not known.
    """
    if rows.label is None or rows.decision is None:
        raise ValueError("rows were drawn without labels")
    if model.task == "regression":
        return np.abs(rows.score - rows.label)
    labelled = np.array([one is not None for one in rows.label], dtype=bool)
    said, known = decisions(model, rows)
    label = rows.label == model.positive if model.task == "binary" else rows.label
    return np.where(labelled & known, (said != label).astype(float), np.nan)


def decisions(model: Model, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """What was decided of each row, and whether that is known: as logged, else by the scores.

    Parameters
    ----------
    model : Model
        Binary or of several classes.
    rows : Rows
        With decisions.

    Returns
    -------
    said : ndarray of shape (rows,)
        Whether the event was decided for, or the class.
    known : ndarray of bool, shape (rows,)
    """
    if rows.decision is None:
        raise ValueError("rows were drawn without decisions")
    logged = np.array([one is not None for one in rows.decision], dtype=bool)
    if model.task == "binary":
        said = np.where(logged, rows.decision == model.positive, rows.score >= model.threshold)
        return said, logged | np.isfinite(rows.score)
    chances = np.column_stack([rows.scores[name] for name in model.classes])
    scored = np.asarray(np.isfinite(chances).all(axis=1), dtype=bool)
    largest = np.where(scored[:, None], chances, 0.0).argmax(axis=1)
    first = np.array(model.classes, dtype=object)[largest]
    return np.where(logged, rows.decision, first), logged | scored
