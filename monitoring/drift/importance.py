"""How much each feature matters, for a model whose file does not say: learnt from its own scores.

A surrogate is trained to predict the model's score from the features on rows of the reference; a feature
matters as much as the surrogate loses when the feature is shuffled. It takes about a second, is remembered in
the store until the reference changes, and is always called what it is.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from monitoring.drift.assessment import Learnt
from monitoring.drift.tables import tables
from monitoring.models import Model

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.rows import Rows

ROWS = 10_000
_KEY = "importance"


def learnt(store: Store, model: Model) -> Learnt | None:
    """Importances of a model's features from a surrogate.

    Parameters
    ----------
    store : Store
    model : Model

    Returns
    -------
    Learnt or None
        None where the model's file gives importances, where there are too few scored rows of the reference,
        and where the surrogate explains next to nothing of the score.
    """
    from monitoring.store import findings

    if any(feature.importance is not None for feature in model.features.values()):
        return None
    made_from = _made_from(store, model)
    known = findings.recall(store, model.name, _KEY, made_from)
    if known is None:
        known = _computed(store, model)
        findings.remember(store, model.name, _KEY, made_from, known)
    values = known["importance"]
    return Learnt(values, float(known["quality"])) if values else None


def _made_from(store: Store, model: Model) -> str:
    """What the finding depends on: the reference's grids, the files that hold its rows, and who is served.

    Grids alone would not do: other scores of the same rows, and other rows with the same values, leave them
    as they are.
    """
    from monitoring.store import grids

    with store.cursor() as cursor:
        known = grids.read(cursor, model.name)
    parts = [
        f"{grid.feature}:{grid.kind}:{grid.reference_n}:{grid.edges}:{grid.categories}" for grid in known
    ]
    text = "\n".join([model.versions.champion, _files(store, model), *sorted(parts)])
    return hashlib.sha256(text.encode()).hexdigest()


def _files(store: Store, model: Model) -> str:
    """The numbers of the files that brought rows of the reference; a file that comes again has a new one."""
    from monitoring.store import reference_rows

    files = store.files(model.name)
    days = reference_rows.days(model).get("")
    if days is None:
        own = files["kind"] == "reference"
    else:
        start, stop = (pd.Timestamp(day) for day in days)
        first, last = (pd.to_datetime(files[name]) for name in ("first_day", "last_day"))
        own = (files["kind"] == "predictions") & (first < stop) & (last >= start) & (files["accepted"] > 0)
    return " ".join(str(number) for number in files.loc[own, "file"])


def _computed(store: Store, model: Model) -> dict[str, Any]:
    """Train the surrogate; an empty answer where it knows nothing."""
    from monitoring.statistics.surrogate import surrogate_importance

    nothing: dict[str, Any] = {"importance": {}, "quality": 0.0}
    rows = _reference_rows(store, model)
    if rows is None:
        return nothing
    matrix = tables(rows, rows)
    targets = [rows.score] if np.isfinite(rows.score).any() else list((rows.scores or {}).values())
    shares, qualities = [], []
    for target in targets:
        held = np.isfinite(target)
        try:
            found = surrogate_importance(matrix.reference[held], matrix.categorical, target[held])
        except ValueError:  # too few rows
            continue
        if found.knows:
            shares.append(found.importance * found.r_squared)
            qualities.append(found.r_squared)
    mean = np.mean(shares, axis=0) if shares else np.zeros(0)
    if not mean.sum():
        return nothing
    values = dict(zip(matrix.features, (mean / mean.sum()).round(6).tolist(), strict=True))
    return {"importance": values, "quality": round(float(np.mean(qualities)), 4)}


def _reference_rows(store: Store, model: Model) -> Rows | None:
    """Rows of the reference with their scores."""
    from monitoring.store import rows
    from monitoring.store.reference_rows import reference_window

    window = reference_window(model)
    if window is not None:
        return rows.sample(store, model.name, [window], most=ROWS)
    if model.reference is not None and model.reference.file:
        return rows.reference_sample(store, model.name, most=ROWS)
    return None
