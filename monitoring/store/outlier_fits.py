"""What rows are scored by: the reference's frozen distributions, and the scores of its held-back half.

Rows of the reference are drawn by the hashes of their ids, and every other one is held back. Distributions
are those of one half, p-values rest on the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.models import Kind, Model
from monitoring.store import drawing, layout, reference_rows
from monitoring.store.cubes import Floats
from monitoring.store.grids import NUMERIC_KINDS
from monitoring.store.layout import folded
from monitoring.store.sql import Array, arrow, insert, named, query, quoted

# Whoever only opens a store does not load the statistics: they are imported where rows are scored.
if TYPE_CHECKING:
    from monitoring.statistics.outliers.conformal import Calibration
    from monitoring.statistics.outliers.ecod import Tails

MOST = 200_000  # rows of the reference that are drawn
MOST_CELLS = 12_000_000  # rows times features: of many features fewer rows are drawn
FEWEST_DRAWN = 4_000
ALPHA = 0.001  # below it a p-value makes a row outlying
FEWEST_HELD = 1_000  # held-back rows below which no p-value is below 0.001
MOST_CATEGORIES = 4_096  # of a feature that are told apart

_CREATE = (
    "CREATE TABLE IF NOT EXISTS {schema}.outlier_fit (fitted BIGINT, held BIGINT, total BIGINT, "
    "scores DOUBLE[], above DOUBLE[], beyond DOUBLE[], excluded VARCHAR[])",
    "CREATE TABLE IF NOT EXISTS {schema}.outlier_features (feature VARCHAR, kind VARCHAR, bounds DOUBLE[], "
    "terms DOUBLE[], categories VARCHAR[], usual DOUBLE)",
)
TABLES = ("outlier_fit", "outlier_features")


@dataclass(frozen=True, eq=False)
class Column:
    """One feature that rows are scored by.

    Attributes
    ----------
    feature : str
    kind : {'numeric', 'ordinal', 'binary', 'categorical'}
    tails : Tails or None
        None of a feature of categories.
    categories : dict of str to int
        The fitted half's most frequent ones and their places; empty for numbers.
    terms : ndarray
        In nats, by category, then of one that was never seen, last of a missing value; those of numbers are
        their tails'.
    usual : float
        The mean of the held-back half, in nats.
    """

    feature: str
    kind: Kind
    tails: Tails | None
    categories: dict[str, int]
    terms: Floats
    usual: float = 0.0

    def of(self, values: pa.Array | pa.ChunkedArray) -> Floats:
        """What each value adds to its row's score.

        Parameters
        ----------
        values : Arrow array
            Doubles or strings, null where missing.
        """
        from monitoring.statistics.outliers import ecod

        if self.tails is not None:
            return ecod.terms(self.tails, values.to_numpy(zero_copy_only=False))
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        coded = values.dictionary_encode()
        names = coded.dictionary.to_pylist()
        by_name = ecod.code_terms(self.terms, [*(self.categories.get(name, -2) for name in names), -1])
        return by_name[pc.fill_null(coded.indices, len(names)).to_numpy(zero_copy_only=False)]


@dataclass(frozen=True, eq=False)
class Fit:
    """What the rows of a model are scored by.

    Attributes
    ----------
    columns : tuple of Column
        Features with a value in the reference, but those that the model's file excludes.
    held : Calibration or None
        Scores of the held-back rows; None where there are too few rows of the reference to hold any back.
    fitted : int
        Rows that the distributions are of.
    total : int
        Rows of the reference.
    """

    columns: tuple[Column, ...]
    held: Calibration | None
    fitted: int
    total: int

    @property
    def usable(self) -> bool:
        """Whether an outlying row can be told: enough rows are held back, and not too many at the top."""
        return self.held_rows >= FEWEST_HELD and not self.saturated

    @property
    def saturated(self) -> bool:
        """Whether so many held-back rows are as odd as a row can be that no row could be outlying.

        A score ends where every value lies beyond all of the reference. With one or two features and few
        rows, held-back ones reach that by chance.
        """
        if self.held is None or not self.columns:
            return False
        most = sum(
            float((column.tails.terms if column.tails else column.terms).max()) for column in self.columns
        )
        reached = self.held.above[self.held.scores >= most - 1e-9]
        return (1 + (reached[0] if len(reached) else 0)) / (self.held.rows + 1) >= ALPHA

    @property
    def held_rows(self) -> int:
        """How many rows p-values rest on."""
        return self.held.rows if self.held and self.columns else 0

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.feature for column in self.columns)

    def contributions(self, values: Mapping[str, pa.Array | pa.ChunkedArray], rows: int) -> Floats:
        """What each feature adds to each row's score, in nats; one that is not given is missing.

        Returns
        -------
        ndarray of shape (rows, features)
        """
        out = np.empty((rows, len(self.columns)))
        for place, column in enumerate(self.columns):
            out[:, place] = self._of(column, values)
        return out

    def score(self, values: Mapping[str, pa.Array | pa.ChunkedArray], rows: int) -> Floats:
        """The sum of what features add, of shape (rows,)."""
        total = np.zeros(rows)
        for column in self.columns:
            total += self._of(column, values)
        return total

    def _of(self, column: Column, values: Mapping[str, pa.Array | pa.ChunkedArray]) -> Floats:
        given = values.get(column.feature)
        if given is not None:
            return column.of(given)
        return np.asarray((column.tails.terms if column.tails else column.terms)[-1])


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables of a fit: one row of it, and one per feature."""
    for text in _CREATE:
        cursor.execute(named(text, schema=schema))


def sql_of(columns: Sequence[Column | tuple[str, Kind]]) -> list[str]:
    """SQL of features as numbers or text; what cannot be read as a number is missing."""
    pairs = [(one.feature, one.kind) if isinstance(one, Column) else one for one in columns]
    return [
        f"TRY_CAST({quoted(feature)} AS DOUBLE)"
        if kind in NUMERIC_KINDS
        else f"CAST({quoted(feature)} AS VARCHAR)"
        for feature, kind in pairs
    ]


def excluded(model: Model) -> list[str]:
    """The features that the model's file excludes, as the store compares names."""
    return sorted({folded(name) for name in model.exclude})


def fit(cursor: duckdb.DuckDBPyConnection, model: Model) -> Fit:
    """Fit on the rows of the reference; too few of them give a fit that is not usable.

    The result depends on which rows these are, never on their order.
    """
    left_out = set(excluded(model))
    kinds: dict[str, Kind] = {
        name: kind
        for name, kind in layout.profiled(layout.features(cursor, model)).items()
        if folded(name) not in left_out
    }
    if reference_rows.of_file(model):
        chosen = drawing.of_file(cursor, model, ("", ""))
    else:
        window = reference_rows.reference_window(model)
        chosen = drawing.of_log(cursor, model, [window] if window else [], ("", ""))
    total = drawing.counted(cursor, chosen)
    nothing = Fit((), None, 0, total)
    if not kinds or total < 2 * FEWEST_HELD:
        return nothing
    most = min(MOST, max(FEWEST_DRAWN, MOST_CELLS // len(kinds)))
    drawn, _ = drawing.drawn(cursor, chosen, sql_of(list(kinds.items())), most)
    halves = [drawn.take(pa.array(np.arange(first, len(drawn), 2))) for first in (0, 1)]
    columns = [
        _column(feature, kind, halves[0].column(place))
        for place, (feature, kind) in enumerate(kinds.items())
        if halves[0].column(place).null_count < len(halves[0])
    ]
    if not columns:
        return nothing
    from monitoring.statistics.outliers.conformal import calibration

    values = dict(zip(kinds, halves[1].columns, strict=True))
    score, known = np.zeros(len(halves[1])), []
    for column in columns:
        added = column.of(values[column.feature])
        known.append(replace(column, usual=float(added.mean())))
        score += added
    return Fit(tuple(known), calibration(score), len(halves[0]), total)


def _column(feature: str, kind: Kind, values: pa.ChunkedArray) -> Column:
    from monitoring.statistics.outliers import ecod

    if kind in NUMERIC_KINDS:
        found = ecod.tails(values.to_numpy(zero_copy_only=False))
        return Column(feature, kind, found, {}, np.zeros(0))
    counted = values.combine_chunks().value_counts().to_pylist()
    held = sorted(
        ((one["values"], one["counts"]) for one in counted if one["values"] is not None),
        key=lambda pair: (-pair[1], pair[0]),
    )
    kept = held[:MOST_CATEGORIES]
    rest = sum(count for _, count in held[MOST_CATEGORIES:])
    # Rare ones beyond those kept count as never seen, and their rows among the reference's.
    terms = ecod.category_terms([*(count for _, count in kept), rest], values.null_count)
    terms = np.delete(terms, len(kept))
    return Column(feature, kind, None, {name: place for place, (name, _) in enumerate(kept)}, terms)


def write(cursor: duckdb.DuckDBPyConnection, model: Model, found: Fit) -> None:
    """Keep a fit in the place of the one before it."""
    clear(cursor, model.name)
    held = found.held
    kept = (held.scores, held.above, held.beyond) if held else ((), (), ())
    lists = pa.list_(pa.float64())
    insert(cursor, model.name, "outlier_fit", pa.table(
        {
            "fitted": pa.array([found.fitted], pa.int64()),
            "held": pa.array([held.rows if held else 0], pa.int64()),
            "total": pa.array([found.total], pa.int64()),
            "scores": pa.array([kept[0]], lists),
            "above": pa.array([kept[1]], lists),
            "beyond": pa.array([kept[2]], lists),
            "excluded": pa.array([excluded(model)], pa.list_(pa.string())),
        }
    ))  # fmt: skip
    columns = found.columns
    insert(cursor, model.name, "outlier_features", pa.table(
        {
            "feature": pa.array([one.feature for one in columns], pa.string()),
            "kind": pa.array([one.kind for one in columns], pa.string()),
            "bounds": pa.array([one.tails.bounds[:-1] if one.tails else [] for one in columns], lists),
            "terms": pa.array([one.tails.terms if one.tails else one.terms for one in columns], lists),
            "categories": pa.array([list(one.categories) for one in columns], pa.list_(pa.string())),
            "usual": pa.array([one.usual for one in columns], pa.float64()),
        }
    ))  # fmt: skip


def clear(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Forget the fit."""
    for table in TABLES:
        cursor.execute(named("DELETE FROM {schema}.{table}", schema=schema, table=table))


def read(cursor: duckdb.DuckDBPyConnection, schema: str) -> tuple[Fit, list[str]] | None:
    """The fit that is kept, and the features that it was made without; None before there is any."""
    row = cursor.execute(query("outlier_fit", schema=schema)).fetchone()
    if row is None:
        return None
    fitted, rows, total, scores, above, beyond, left_out = row
    if not rows:
        return Fit((), None, fitted, total), left_out
    from monitoring.statistics.outliers.conformal import Calibration

    held = Calibration(_floats(scores), _floats(above), _floats(beyond), rows)
    kept = arrow(cursor, query("outlier_features", schema=schema), {})
    columns = [_read(kept, place) for place in range(len(kept))]
    return Fit(tuple(columns), held, fitted, total), left_out


def _read(kept: pa.Table, place: int) -> Column:
    """A feature from its row; long lists stay arrays."""
    from monitoring.statistics.outliers.ecod import Tails

    feature, kind, names, usual = (
        kept.column(name)[place].as_py() for name in ("feature", "kind", "categories", "usual")
    )
    bounds, terms = (kept.column(name)[place].values.to_numpy() for name in ("bounds", "terms"))
    if kind in NUMERIC_KINDS:
        return Column(feature, kind, Tails(np.append(bounds, np.nan), terms), {}, np.zeros(0), usual)
    return Column(feature, kind, None, {name: i for i, name in enumerate(names)}, terms, usual)


def _floats(values: Sequence[float] | Array) -> Floats:
    return np.asarray(values, dtype=float)
