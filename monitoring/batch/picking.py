"""Rows of a batch worth a look: odd, never seen, uncertain, confident but wrong, or against a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitoring import windows
from monitoring.models import Model, Review
from monitoring.outliers.wording import row_words
from monitoring.review.sources import SOURCES
from monitoring.store import Store, batch_rows, outliers
from monitoring.store.batch_files import Taken
from monitoring.store.review_rows import Asked
from monitoring.windows import Window

MOST, EACH = 200, 80
"""Rows in the table, and of one reason at most."""
SCORED = ("confident_wrong", "uncertain", "disagreement")
"""Sources of the review queue that look at scores."""
RULE = "rule"
TITLES: Mapping[str, str] = {
    **{key: SOURCES[key].title for key in ("outlying", "unseen", *SCORED)}, RULE: "Rule broken"
}  # fmt: skip
_One = tuple[str, str, float]
_WEIGHT = {
    RULE: 3.0,
    "confident_wrong": 2.5,
    "outlying": 2.0,
    "unseen": 1.5,
    "disagreement": 1.0,
    "uncertain": 0.5,
}
_OWN = ("id", "why", "details", "score", "prediction", "label")


@dataclass
class _Row:
    """What was found of one row."""

    reasons: list[str]
    details: list[str]
    weight: float


def picked(store: Store, model: Model, taken: Taken, version: str, *, odd: bool = True) -> pd.DataFrame:
    """The rows that are worth a look, those with most to see first.

    Parameters
    ----------
    store : Store
        In memory, with the batch in it.
    model : Model
    taken : Taken
    version : str
        Whose scores stand beside them.
    odd : bool
        Whether rows can be scored by how odd they are.

    Returns
    -------
    DataFrame
        Columns ``id``, ``why``, ``details``, where the file tells any ``score``, ``prediction`` and
        ``label``, and every feature that is not private.
    """
    at = windows.instant_of(taken.key, model.grain, model.zone)
    day = at.astimezone(model.zone).date()
    found = _found(store, model, taken, day, odd)
    ranked = sorted(found, key=lambda one: (-found[one].weight, one))[:MOST]
    hidden = {name for name, one in model.features.items() if one.private}
    features = [one for one in batch_rows.features(store, model.name) if one not in hidden]
    held = batch_rows.held(store, model.name, day, ranked, features, version)
    data = pd.DataFrame(
        {name: column.to_pylist() for name, column in zip(held.column_names, held.columns, strict=True)}
    )
    return _laid_out(data, [found[one] for one in ranked], features)


def _found(store: Store, model: Model, taken: Taken, day: dt.date, odd: bool) -> dict[str, _Row]:
    """Every reason of every row, by id."""
    found: dict[str, _Row] = {}
    for reason, rows in _reasons(store, model, taken, day, odd):
        for one, detail, weight in rows:
            row = found.setdefault(one, _Row([], [], 0.0))
            row.reasons.append(TITLES[reason])
            row.details += [detail] if detail else []
            row.weight += _WEIGHT[reason] + weight
    return found


def _reasons(
    store: Store, model: Model, taken: Taken, day: dt.date, odd: bool
) -> Iterator[tuple[str, list[_One]]]:
    """By reason: the id of each row, why, and how much it is worth a look beside others of the reason."""
    rules = batch_rows.broken(store, model.name, day, EACH)
    yield RULE, [(one, ", ".join(names), 0.1 * len(names)) for one, names in rules]
    yield "outlying", _odd(store, model, taken) if odd else []
    yield "unseen", batch_rows.unseen(store, model.name, day, EACH)
    settings, asked = model.review or Review(), Asked(store, model, day, day, EACH)
    for key in SCORED:
        if model.task in SOURCES[key].tasks:
            rows = SOURCES[key].find(asked, settings)
            best = np.argsort(-rows.weight, kind="stable")[:EACH].tolist()
            yield key, [(str(rows.id[i]), str(rows.detail[i]), float(rows.weight[i])) for i in best]


def _odd(store: Store, model: Model, taken: Taken) -> list[_One]:
    """Rows that are unlike all of the reference, by the features that make them so."""
    least, fit = outliers.limit(store, model.name), outliers.fit(store, model.name)
    if least is None or fit is None:
        return []
    window = Window(taken.key, windows.chunk_stop(taken.key, model.chunk))
    odd = outliers.oddest(store, model.name, window, EACH)
    kept = np.flatnonzero(odd.scores > least).tolist()
    return [
        (odd.ids[i], "; ".join(row_words(fit, odd, i, model)), float(odd.scores[i] / (odd.scores[i] + least)))
        for i in kept
    ]


def _laid_out(data: pd.DataFrame, rows: list[_Row], features: list[str]) -> pd.DataFrame:
    """The table as people read it; a feature that is called like one of its own columns stands apart."""
    places = data["_lookout_place"].tolist() if len(data) else []
    told = {
        "id": data["_id"].astype(object) if len(data) else [],
        "why": ["; ".join(rows[place].reasons) for place in places],
        "details": ["; ".join(rows[place].details) for place in places],
    }
    for name in ("_score", "_prediction", "_label"):
        if len(data) and data[name].notna().any():
            told[name[1:]] = data[name]
    out = pd.DataFrame(told)
    for name in features:
        out[name if name not in _OWN else f"feature {name}"] = data[name] if len(data) else []
    return out
