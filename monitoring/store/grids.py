"""Grids: the bins and categories, frozen from the reference, over which every row is counted from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Kind
from monitoring.store.sql import fetched, insert, named, quoted

NUMERIC_KINDS: tuple[Kind, ...] = ("numeric", "ordinal")
LEVELS = (0.001, *(step / 20 for step in range(1, 20)), 0.999)
DISTINCT = 24  # a feature with no more values than these gets an edge at each of them
TOP = 50  # categories with a slot of their own
ROWS = 500_000  # quantiles are exact on so many rows; minimum and maximum always on all

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Grid:
    """How one feature is counted.

    A numeric feature has the slots ``below``, one per edge, ``above``. Bins are closed on the right: the
    first holds exactly the smallest value of the reference, the next ``(edges[0], edges[1]]`` and so on. A
    categorical one has a slot per category, ``other`` (seen in the reference, but not among its most
    frequent) and ``unseen``.

    Attributes
    ----------
    feature : str
    kind : {'numeric', 'ordinal', 'binary', 'categorical'}
    edges : tuple of float
        Ascending; empty for a categorical feature and for one without a finite value in the reference.
    categories : tuple of str
        The most frequent of the reference, first the most frequent; empty for a numeric feature.
    others : tuple of str
        The reference's remaining categories. Only `fit` fills it: the store looks them up in their table.
    centre : float
        What is subtracted before moments are summed, so that they stay well conditioned.
    discrete : bool
        Whether the edges are all the values that the reference holds.
    reference_n : int
        Rows of the reference with a value: finite ones for a numeric feature.
    """

    feature: str
    kind: Kind
    edges: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    others: tuple[str, ...] = field(default=(), repr=False, compare=False)
    centre: float = 0.0
    discrete: bool = False
    reference_n: int = 0

    @property
    def numeric(self) -> bool:
        """Whether the feature is counted in bins rather than by category."""
        return self.kind in NUMERIC_KINDS

    @property
    def slots(self) -> int:
        """Length of the feature's list of counts.

        Examples
        --------
        >>> Grid("age", "numeric", edges=(18.0, 40.0, 90.0)).slots
        5
        """
        return len(self.edges if self.numeric else self.categories) + 2


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the tables that keep a model's grids.

    ``grids`` has a row per feature; ``grid_categories`` has one per category of the reference, whose position
    counts from 0, the most frequent.
    """
    for text in (
        "CREATE TABLE {schema}.grids (feature VARCHAR, kind VARCHAR, edges DOUBLE[], centre DOUBLE, "
        "discrete BOOLEAN, reference_n BIGINT)",
        "CREATE TABLE {schema}.grid_categories (feature VARCHAR, value VARCHAR, position INTEGER)",
    ):
        cursor.execute(named(text, schema=schema))


def fit(
    cursor: duckdb.DuckDBPyConnection,
    relation: str,
    features: Mapping[str, Kind],
    rows: int = ROWS,
    *,
    where: str = "TRUE",
) -> list[Grid]:
    """Grids from the rows of the reference.

    The result depends on which rows these are, never on their order. Above `rows` rows, quantiles come from
    those that a hash of ``_id`` picks.

    Parameters
    ----------
    cursor : duckdb cursor
    relation : str
        SQL of a table or of a subquery in parentheses, with the features as columns and, where it may hold
        more than `rows` rows, ``_id``.
    features : mapping of str to kind
        Numeric and ordinal features are DOUBLE columns, categorical and binary ones VARCHAR.
    rows : int
        Most rows that quantiles are taken from.
    where : str
        SQL that is true for the rows of the reference. Stated apart from a table of many columns, it spares
        each feature's statement the others.

    Returns
    -------
    list of Grid
        In the order of `features`. A feature without a value has neither edges nor categories.

    Examples
    --------
    >>> cursor = duckdb.connect()
    >>> visits = "(SELECT unnest([3.0, 1.0, 1.0, NULL]) AS age, unnest(['b', 'a', 'b', 'b']) AS city)"
    >>> age, city = fit(cursor, visits, {"age": "numeric", "city": "categorical"})
    >>> age.edges, age.centre, age.reference_n, city.categories
    ((1.0, 3.0), 1.0, 3, ('b', 'a'))
    """
    if not features:
        return []
    reference = f"{relation} WHERE {where}"
    counted = cursor.execute(" ".join(("SELECT COUNT(*) FROM", reference))).fetchone()
    every = -(-(counted[0] if counted else 0) // rows)
    return [
        _numeric(cursor, reference, feature, kind, every)
        if kind in NUMERIC_KINDS
        else _categorical(cursor, reference, feature, kind)
        for feature, kind in features.items()
    ]


def write(cursor: duckdb.DuckDBPyConnection, schema: str, grids: Sequence[Grid]) -> None:
    """Keep grids, in place of those of the same features.

    Parameters
    ----------
    cursor : duckdb cursor
    schema : str
        The model's.
    grids : sequence of Grid
        As `fit` made them, with all categories.
    """
    features = [grid.feature for grid in grids]
    for text in (
        "DELETE FROM {schema}.grids WHERE list_contains($features, feature)",
        "DELETE FROM {schema}.grid_categories WHERE list_contains($features, feature)",
    ):
        cursor.execute(named(text, schema=schema), {"features": features})
    insert(cursor, schema, "grids", pa.table(
        {
            "feature": pa.array(features, pa.string()),
            "kind": pa.array([grid.kind for grid in grids], pa.string()),
            "edges": pa.array([grid.edges for grid in grids], pa.list_(pa.float64())),
            "centre": pa.array([grid.centre for grid in grids], pa.float64()),
            "discrete": pa.array([grid.discrete for grid in grids], pa.bool_()),
            "reference_n": pa.array([grid.reference_n for grid in grids], pa.int64()),
        }
    ))  # fmt: skip
    for grid in grids:
        if not (values := (*grid.categories, *grid.others)):
            continue
        insert(cursor, schema, "grid_categories", pa.table(
            {
                "feature": pa.array([grid.feature] * len(values), pa.string()),
                "value": pa.array(values, pa.string()),
                "position": pa.array(range(len(values)), pa.int32()),
            }
        ))  # fmt: skip


def read(cursor: duckdb.DuckDBPyConnection, schema: str) -> list[Grid]:
    """The grids of a model, in the order in which they were written, without `Grid.others`."""
    rows = cursor.execute(
        named(
            "SELECT feature, kind, edges, centre, discrete, reference_n FROM {schema}.grids ORDER BY rowid",
            schema=schema,
        )
    ).fetchall()
    categories: dict[str, list[str]] = {}
    for feature, value in cursor.execute(
        named(
            "SELECT feature, value FROM {schema}.grid_categories WHERE position < $top ORDER BY position",
            schema=schema,
        ),
        {"top": TOP},
    ).fetchall():
        categories.setdefault(feature, []).append(value)
    return [
        Grid(
            feature, kind, tuple(edges), tuple(categories.get(feature, ())), (), centre, discrete, reference_n
        )
        for feature, kind, edges, centre, discrete, reference_n in rows
    ]


def _numeric(cursor: duckdb.DuckDBPyConnection, reference: str, feature: str, kind: Kind, every: int) -> Grid:
    """Fit a numeric feature; `every` is the share of rows that quantiles are taken from, one in so many."""
    column = quoted(feature)
    finite = f"{column} BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308"
    sampled = f"{finite} AND hash(_id) % {every} = 0" if every > 1 else finite
    values = _column(cursor, reference, column, sampled)
    counted, distinct = len(values), np.unique(values)
    if every > 1:
        counted, bounds = _extent(cursor, reference, column, finite)
        if len(distinct) <= DISTINCT:
            distinct = np.unique(_column(cursor, reference, f"DISTINCT {column}", finite, DISTINCT + 1))
        distinct = np.union1d(distinct, bounds)
        values = values if len(values) else distinct
    if not len(distinct):
        return Grid(feature, kind)
    centre = float(np.quantile(values, 0.5, method="inverted_cdf"))
    if len(distinct) <= DISTINCT:
        edges = distinct
    else:
        inner = np.quantile(values, LEVELS, method="inverted_cdf")
        edges = np.unique(np.concatenate([distinct[:1], inner, distinct[-1:]]))
    # adding 0.0 turns -0.0 into 0.0, which compares equal but reads differently
    return Grid(
        feature, kind, edges=tuple((edges + 0.0).tolist()), centre=centre + 0.0,
        discrete=len(distinct) <= DISTINCT, reference_n=counted,
    )  # fmt: skip


def _column(
    cursor: duckdb.DuckDBPyConnection, reference: str, column: str, where: str, limit: int | None = None
) -> Floats:
    """Values of a column, in any order."""
    text = " ".join(("SELECT", column, "AS x FROM", reference, "AND", where))
    rows = fetched(cursor, text if limit is None else f"{text} LIMIT {limit}")
    return np.asarray(rows["x"], dtype=np.float64)


def _extent(
    cursor: duckdb.DuckDBPyConnection, reference: str, column: str, where: str
) -> tuple[int, list[float]]:
    """Number of values, and the smallest and largest where there are any."""
    text = f"SELECT COUNT({column}), MIN({column}), MAX({column})"
    row = cursor.execute(" ".join((text, "FROM", reference, "AND", where))).fetchone()
    counted, low, high = row or (0, None, None)
    return counted, [] if low is None or high is None else [low, high]


def _categorical(cursor: duckdb.DuckDBPyConnection, reference: str, feature: str, kind: Kind) -> Grid:
    """Fit a categorical feature: all values, most frequent first, ties in the order of their bytes."""
    column = quoted(feature)
    text = f"SELECT {column} AS value, COUNT(*) AS n"
    rows = fetched(
        cursor,
        " ".join((text, "FROM", reference, f"AND {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1")),
    )
    values = tuple(str(value) for value in rows["value"])
    return Grid(
        feature, kind, categories=values[:TOP], others=values[TOP:],
        discrete=0 < len(values) <= TOP, reference_n=int(rows["n"].sum()),
    )  # fmt: skip
