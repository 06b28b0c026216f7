"""What is counted beside the profile: the columns of files, and labels that make no sense."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitoring import windows
from monitoring.store import layout
from monitoring.store.reference_rows import reference_window
from monitoring.store.sql import Array, composed, query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from monitoring.models import Model
    from monitoring.store.store import Store

_LABELS = """
SELECT {key} AS chunk, CAST(count(*) AS BIGINT) AS n,
       CAST(count(*) FILTER (l._labelled_at < r._predicted_at) AS BIGINT) AS early,
       CAST(count(*) FILTER (NOT list_contains($known::VARCHAR[], CAST(l._label AS VARCHAR))) AS BIGINT)
           AS unknown
FROM {schema}.labels AS l JOIN {schema}.requests AS r USING (_id)
GROUP BY chunk ORDER BY chunk"""


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts by subject and profile key.

    Attributes
    ----------
    subjects : tuple of str
    keys : tuple of datetime
        Oldest first.
    hits, rows : ndarray of shape (subjects, keys)
        What has the property, and what could have it.
    """

    subjects: tuple[str, ...]
    keys: tuple[dt.datetime, ...]
    hits: Array
    rows: Array


def columns(store: Store, name: str) -> dict[str, Tally]:
    """How many rows of each day came in files without a column of the reference, or with one that is new.

    The rows of a file of several days count evenly on these. A column that a file of the reference lacks may
    be lacking later, too.

    Parameters
    ----------
    store : Store
    name : str
        The model.

    Returns
    -------
    dict of str to Tally
        ``column_missing`` by column of the reference; ``column_new`` by column that came later, on the day on
        which it did. Empty without a reference.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        rows = cursor.execute(query("file_columns", schema=name), {"name": name}).df()
    rows = rows[~rows["feature"].isin(model.exclude)]
    return _columns(model, rows) if len(rows) and model.reference else {}


def _columns(model: Model, rows: pd.DataFrame) -> dict[str, Tally]:
    files = rows.drop_duplicates("file").reset_index(drop=True)
    names = tuple(dict.fromkeys(rows["feature"]))
    held = np.zeros((len(names), len(files)), dtype=bool)
    order, place = ({one: at for at, one in enumerate(some)} for some in (names, files["file"]))
    held[rows["feature"].map(order), rows["file"].map(place)] = True
    logged = (files["kind"] != "reference").to_numpy()
    first, last = (files[one].to_numpy(dtype="datetime64[D]") for one in ("first_day", "last_day"))
    healthy = held[:, _of_reference(model, logged, first, last)]
    if not healthy.shape[1] or not logged.any():
        return {}
    always, later = healthy.all(axis=1), np.flatnonzero(~healthy.any(axis=1))
    first, last, held = first[logged], last[logged], held[:, logged]
    weight = files["accepted"].to_numpy(dtype=float)[logged] / ((last - first).astype(int) + 1)
    days = np.arange(first.min(), last.max() + np.timedelta64(1, "D"))
    ends = np.stack([np.searchsorted(days, first), np.searchsorted(days, last) + 1])
    total = _covered(weight[None], ends, len(days))
    fresh = np.zeros((len(later), len(days)))
    for row, feature in enumerate(later):  # its first day alone: from then on it is known
        having = np.flatnonzero(held[feature])
        earliest = having[np.argmin(ends[0, having])]
        fresh[row, ends[0, earliest]] = weight[earliest]
    keys, every = tuple(_key(model, day) for day in days), np.asarray(names, dtype=object)
    missing = _covered(~held[always] * weight, ends, len(days))
    return {
        "column_missing": Tally(tuple(every[always]), keys, missing, np.repeat(total, always.sum(), axis=0)),
        "column_new": Tally(tuple(every[later]), keys, fresh, np.repeat(total, len(later), axis=0)),
    }


def _key(model: Model, day: np.datetime64) -> dt.datetime:
    """The profile key at which a local day begins."""
    midnight = day.astype("datetime64[us]").item()
    if model.grain == "day":
        return midnight
    return windows.instant_of(midnight, "day", model.zone).replace(tzinfo=None)


def _of_reference(model: Model, logged: Array, first: Array, last: Array) -> Array:
    """Which files hold rows of the reference."""
    window = reference_window(model)
    if window is None:
        return ~logged
    start, stop = (np.datetime64(at, "D") for at in (window.start, window.stop))
    with np.errstate(invalid="ignore"):
        return logged & (first < stop) & (last >= start)


def _covered(values: Array, ends: Array, length: int) -> Array:
    """Values of files added up on every day that a file covers."""
    edges = np.zeros((length + 1, values.shape[0]))
    np.add.at(edges, ends[0], values.T)
    np.subtract.at(edges, ends[1], values.T)
    return np.cumsum(edges, axis=0)[:-1].T


def labels(store: Store, name: str) -> dict[str, Tally]:
    """How many labels of each key's predictions are none of the classes, or were known before these.

    Of a binary model the classes are the positive one and the most frequent other. A regression has none.

    Parameters
    ----------
    store : Store
    name : str
        The model.

    Returns
    -------
    dict of str to Tally
        ``label_unknown`` and ``label_early``, whose only subject is ``labels``; empty without labels.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        known = classes(cursor, model)
        text = composed(_LABELS, {"key": layout.key_sql(model, "r.")}, schema=name)
        found = cursor.execute(text, {"known": known}).fetchnumpy()
    if not len(found["chunk"]):
        return {}
    keys = tuple(at.astype("datetime64[us]").item() for at in np.asarray(found["chunk"]))
    n, early, unknown = (np.asarray(found[one], dtype=float)[None] for one in ("n", "early", "unknown"))
    told = {"label_early": Tally(("labels",), keys, early, n)}
    return (
        told
        if model.task == "regression"
        else {**told, "label_unknown": Tally(("labels",), keys, unknown, n)}
    )


def classes(cursor: duckdb.DuckDBPyConnection, model: Model) -> list[str]:
    """The labels that make sense."""
    if model.task != "binary":
        return list(model.classes)
    rows = cursor.execute(query("label_kinds", schema=model.name)).fetchall()
    usual = ["0"] if model.positive == "1" else [label for label, _ in rows if label != model.positive][:1]
    return [model.positive, *usual]
