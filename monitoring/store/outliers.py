"""What the store tells of odd rows: how many came when, which were the oddest, and what these hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from monitoring.statistics.outliers.conformal import threshold
from monitoring.store import layout, outlier_counts, outlier_fits
from monitoring.store.cubes import Floats
from monitoring.store.outlier_fits import ALPHA, Fit
from monitoring.store.sql import Array, arrow, composed, query, quoted
from monitoring.store.store import Store
from monitoring.store.transactions import snapshot
from monitoring.windows import Window

_PICKED = "_lookout_odd"
_ROWS = """
SELECT _place, {columns} FROM {picked} JOIN (
    SELECT {key} AS _key, * FROM {schema}.requests
    WHERE _id IN (SELECT _odd FROM {picked}) AND _day BETWEEN $first AND $last
) ON _id = _odd AND _key = _chunk
QUALIFY row_number() OVER (PARTITION BY _place ORDER BY _predicted_at) = 1
ORDER BY _place"""


@dataclass(frozen=True, eq=False)
class Counts:
    """How odd the requests of a window were.

    Attributes
    ----------
    keys : ndarray of datetime64[us], shape (keys,)
        Profile keys that hold requests, oldest first.
    counts : ndarray of int, shape (keys, levels + 1)
        By how many of `monitoring.store.outlier_counts.LEVELS` a row's p-value is below.
    leads : ndarray of int, shape (keys, features)
        Outlying rows by the feature that leads them, in the order of the fit's columns.
    """

    keys: Array
    counts: Array
    leads: Array

    @property
    def rows(self) -> Array:
        """Requests by key."""
        return self.counts.sum(axis=1)

    @property
    def outlying(self) -> Array:
        """Outlying requests by key."""
        return self.counts[:, outlier_counts.FLAGGED :].sum(axis=1)

    @property
    def unusual(self) -> Array:
        """Requests by key that are as odd as one in twenty of the reference."""
        first = outlier_counts.LEVELS.index(outlier_counts.UNUSUAL) + 1
        return self.counts[:, first:].sum(axis=1)


@dataclass(frozen=True, eq=False)
class Odd:
    """The oddest requests of a window, the oddest first.

    ``chunks``, ``ids`` and ``scores`` of shape (rows,); ``contributions`` of shape (rows, features), nan of a
    row whose raw values retention has deleted; ``values`` by feature, None where missing or deleted.
    """

    chunks: Array
    ids: tuple[str, ...]
    scores: Floats
    contributions: Floats
    values: dict[str, list[float | str | None]]


def fit(store: Store, name: str) -> Fit | None:
    """What the rows of a model are scored by; None before there was a reference."""
    model = store.model(name)
    with store.cursor() as cursor:
        known = outlier_fits.read(cursor, model.name)
    return known[0] if known else None


def limit(store: Store, name: str) -> float | None:
    """The score above which a row is outlying; None where that cannot be told."""
    found = fit(store, name)
    return threshold(found.held, ALPHA) if found and found.usable and found.held else None


def counts(
    store: Store, name: str, start: dt.datetime | None = None, stop: dt.datetime | None = None
) -> Counts:
    """How odd requests were, by profile key.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    start, stop : datetime, optional
        Profile keys, half-open; all by default.
    """
    model = store.model(name)
    given = {"start": start or dt.datetime.min, "stop": stop or dt.datetime.max}
    with store.cursor() as cursor:
        found = cursor.execute(query("outlier_counts", schema=model.name), given).fetchall()
    keys, counted, leads = outlier_counts.added(found)
    return Counts(keys, counted, leads)


def oddest(store: Store, name: str, window: Window, most: int = 20) -> Odd:
    """The oddest requests of a window with what they hold; of every profile key the fifty oddest are kept.

    Parameters
    ----------
    store : Store
    name : str
    window : Window
        Of profile keys.
    most : int
    """
    model = store.model(name)
    given = {"start": window.start, "stop": window.stop, "most": most}
    with store.cursor() as cursor, snapshot(cursor):
        known = outlier_fits.read(cursor, model.name)
        listed = cursor.execute(query("outlier_rows", schema=model.name), given).fetchall()
        columns = known[0].columns if known else ()
        there = layout.features(cursor, model)
        chosen = [column for column in columns if column.feature in there]
        parts = [
            f"{text} AS {quoted(column.feature)}"
            for column, text in zip(chosen, outlier_fits.sql_of(chosen), strict=True)
        ]
        days = [chunk.date() for chunk, _, _ in listed]
        picked = pa.table(
            {
                "_place": pa.array(range(len(listed)), pa.int64()),
                "_chunk": pa.array([chunk for chunk, _, _ in listed], pa.timestamp("us")),
                "_odd": pa.array([one for _, one, _ in listed], pa.string()),
            }
        )
        text = composed(
            _ROWS,
            {"columns": ", ".join(parts) or "NULL", "key": layout.key_sql(model)},
            schema=model.name, picked=_PICKED,
        )  # fmt: skip
        reach = dt.timedelta(days=1)  # an hour in UTC may lie on another local day
        ends = {"first": min(days, default=dt.date.min), "last": max(days, default=dt.date.min)}
        if listed:
            ends = {"first": ends["first"] - reach, "last": ends["last"] + reach}
        cursor.register(_PICKED, picked)
        try:
            found = arrow(cursor, text, dict(ends))
        finally:
            cursor.unregister(_PICKED)
    return _odd(known[0] if known else None, listed, found, [column.feature for column in chosen])


def _odd(
    known: Fit | None, listed: Sequence[tuple[dt.datetime, str, float]], found: pa.Table, names: list[str]
) -> Odd:
    place = found.column(0).to_numpy()
    held = dict(zip(names, found.columns[1:], strict=False))
    features = known.features if known else ()
    contributions = np.full((len(listed), len(features)), np.nan)
    if known and len(place):
        contributions[place] = known.contributions(held, len(place))
    values: dict[str, list[float | str | None]] = {name: [None] * len(listed) for name in features}
    for name, column in held.items():
        for at, value in zip(place, column.to_pylist(), strict=True):
            values[name][at] = value
    return Odd(
        np.array([chunk for chunk, _, _ in listed], dtype="datetime64[us]"),
        tuple(one for _, one, _ in listed),
        np.array([score for _, _, score in listed], dtype=float),
        contributions,
        values,
    )
