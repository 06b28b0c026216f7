"""Grids of outputs: over which edges the scores of each version, its errors and its labels are counted.

Bins are closed on the left, ``[a, b)``, so that a decision at an edge is exact: slot k holds what exactly k
edges do not exceed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.store.sql import Array, insert, named

SCORE, CONFIDENCE, ERROR, LABEL = "score", "confidence", "error", "label"
PIECES = 500  # of equal width, and of equal rows of the reference
CLASS = "class "

_CREATE = """
CREATE TABLE {schema}.score_grids (version VARCHAR, subject VARCHAR, edges DOUBLE[], centre DOUBLE)"""


@dataclass(frozen=True)
class ScoreGrid:
    """How one output of a version is counted.

    Attributes
    ----------
    version : str
    subject : str
        `SCORE`; of a multiclass model `CLASS` and the name of a class, and `CONFIDENCE`, the largest
        probability; of a regression also `ERROR`, prediction less label, and `LABEL`.
    edges : tuple of float
        Ascending.
    centre : float
        Of a regression: what is subtracted from predictions and labels before powers of them are summed.
    """

    version: str
    subject: str
    edges: tuple[float, ...]
    centre: float = 0.0


def create(cursor: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the table that keeps a model's grids of outputs."""
    cursor.execute(named(_CREATE, schema=schema))


def probabilities(version: str, subject: str, sample: Array, thresholds: Sequence[float] = ()) -> ScoreGrid:
    """The grid of a probability: equal widths, the quantiles of the reference, and thresholds.

    Parameters
    ----------
    version, subject : str
    sample : ndarray of shape (rows,)
        Finite scores of the reference; none gives equal widths alone.
    thresholds : sequence of float
        In use; each becomes an edge.

    Examples
    --------
    >>> grid = probabilities("a", SCORE, np.array([0.1, 0.2004]), thresholds=[1 / 3])
    >>> len(grid.edges), 1 / 3 in grid.edges, 0.2004 in grid.edges
    (503, True, True)
    """
    widths = np.arange(PIECES + 1) / PIECES
    edges = np.unique(np.concatenate([widths, _quantiles(sample), np.asarray(thresholds, dtype=float)]))
    return ScoreGrid(version, subject, tuple(edges.tolist()))


def values(version: str, sample: Array) -> list[ScoreGrid]:
    """The grids of a regression: predictions and labels by the reference's predictions, errors by their size.

    The edges of errors lie 0.05 deviations apart near 0 and about 5 % of their size far from it, up to a
    million deviations, so that errors need not be known before.

    Parameters
    ----------
    version : str
    sample : ndarray of shape (rows,)
        Finite predictions of the reference; at least one.

    Returns
    -------
    list of ScoreGrid

    Examples
    --------
    >>> score, label, error = values("a", np.array([10.0, 20.0, 30.0]))
    >>> set(score.edges) > {10.0, 20.0, 30.0}, score.centre, 0.0 in error.edges
    (True, 20.0, True)
    """
    spread = float(np.std(sample)) or float(np.abs(sample).max()) or 1.0
    reach = np.arange(1, 320)
    positive = spread * np.sinh(reach * 0.05)
    edges = np.unique(np.concatenate([-positive, [0.0], positive]))
    centre = float(np.median(sample))
    inner = np.unique(_quantiles(sample))
    # Beyond the reference labels and predictions are told apart as coarsely as errors are.
    outer = np.concatenate([inner[0] - positive[::4], inner, inner[-1] + positive[::4]])
    known = tuple(np.unique(outer).tolist())
    return [
        ScoreGrid(version, SCORE, known, centre),
        ScoreGrid(version, LABEL, known, centre),
        ScoreGrid(version, ERROR, tuple(edges.tolist()), centre),
    ]


def write(cursor: duckdb.DuckDBPyConnection, schema: str, grids: Sequence[ScoreGrid]) -> None:
    """Keep grids in place of all others of the model."""
    cursor.execute(named("DELETE FROM {schema}.score_grids", schema=schema))
    if grids:
        insert(cursor, schema, "score_grids", pa.table(
            {
                "version": pa.array([grid.version for grid in grids], pa.string()),
                "subject": pa.array([grid.subject for grid in grids], pa.string()),
                "edges": pa.array([grid.edges for grid in grids], pa.list_(pa.float64())),
                "centre": pa.array([grid.centre for grid in grids], pa.float64()),
            }
        ))  # fmt: skip


def read(cursor: duckdb.DuckDBPyConnection, schema: str) -> list[ScoreGrid]:
    """The grids of a model in the order in which they were written."""
    text = named(
        "SELECT version, subject, edges, centre FROM {schema}.score_grids ORDER BY rowid", schema=schema
    )
    return [
        ScoreGrid(version, subject, tuple(edges), centre)
        for version, subject, edges, centre in cursor.execute(text).fetchall()
    ]


def _quantiles(sample: Array) -> Array:
    """Values of the sample that cut it into pieces of equal rows."""
    levels = np.arange(PIECES + 1) / PIECES
    return np.quantile(sample, levels, method="inverted_cdf") if len(sample) else np.empty(0)
