"""Rows of the store as the matrices that multivariate methods take: numbers, and categories as codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.arrays import Floats

if TYPE_CHECKING:
    from monitoring.store.rows import Rows

MOST_CODES = 254  # the last code is for all other categories


@dataclass(frozen=True, eq=False)
class Tables:
    """Two samples over the same columns.

    Attributes
    ----------
    features : tuple of str
    categorical : ndarray of bool, shape (features,)
    reference, current : ndarray of shape (rows, features)
        Numbers, nan where missing; categories as codes, -1 where missing.
    names : tuple of tuple of str
        The categories of each feature by their codes; empty for numbers.
    """

    features: tuple[str, ...]
    categorical: NDArray[np.bool_]
    reference: Floats
    current: Floats
    names: tuple[tuple[str, ...], ...]


def tables(reference: Rows, current: Rows, features: Sequence[str] | None = None) -> Tables:
    """Both samples as matrices, categories coded by how frequent they are in both together.

    Parameters
    ----------
    reference, current : Rows
        As `monitoring.store.rows` draws them.
    features : sequence of str, optional
        The columns; by default all that both have.
    """
    names = [name for name in features or reference.columns if name in current.columns]
    kinds = [reference.kinds[name] for name in names]
    categorical = np.array([kind in ("binary", "categorical") for kind in kinds], dtype=bool)
    columns, categories = [], []
    for name, coded in zip(names, categorical, strict=True):
        sides = [rows.columns[name] for rows in (reference, current)]
        if coded:
            codes, known = _coded(np.concatenate(sides))
            columns.append(np.split(codes, [len(sides[0])]))
            categories.append(known)
        else:
            columns.append([np.asarray(side, dtype=float) for side in sides])
            categories.append(())
    stacked = [
        np.column_stack([column[side] for column in columns]) if columns else np.zeros((len(rows), 0))
        for side, rows in enumerate((reference, current))
    ]
    return Tables(tuple(names), categorical, stacked[0], stacked[1], tuple(categories))


def recoded(known: Tables, others: Rows) -> Floats:
    """Other rows over the same columns, with the same codes.

    Categories that neither sample had share a code of their own, or that of all others where there is one: a
    new category is news, and no missing value.

    Parameters
    ----------
    known : Tables
    others : Rows

    Returns
    -------
    ndarray of shape (rows, features)
    """
    columns = []
    for place, name in enumerate(known.features):
        values = others.columns[name]
        if not known.categorical[place]:
            columns.append(np.asarray(values, dtype=float))
            continue
        codes = {category: float(code) for code, category in enumerate(known.names[place])}
        unseen = float(min(len(codes), MOST_CODES))
        columns.append(np.array([-1.0 if value is None else codes.get(value, unseen) for value in values]))
    return np.column_stack(columns) if columns else np.zeros((len(others), 0))


def _coded(values: NDArray[np.object_]) -> tuple[Floats, tuple[str, ...]]:
    """Codes by frequency, names in the order of their bytes where that is equal; -1 is missing."""
    held = np.array([value is not None for value in values], dtype=bool)
    codes = np.full(len(values), -1.0)
    if not held.any():
        return codes, ()
    found, place, counts = np.unique(values[held].astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    codes[held] = np.minimum(rank[place], MOST_CODES)
    names = tuple(str(name) for name in found[order][:MOST_CODES])
    return codes, names if len(order) <= MOST_CODES else (*names, "(all others)")
