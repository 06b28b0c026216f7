"""Sums that add up: what days, segments and versions hold is added, and one of them is taken away again.

A field of an outcomes class whose metadata is one of those below is additive: its leading axes (...) are
those of every other such field, and behind them come as many of its own as the metadata says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from monitoring.statistics.arrays import Floats


class Additive(Protocol):
    """A frozen dataclass with additive fields."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


T = TypeVar("T", bound=Additive)


SUM: Mapping[str, Any] = MappingProxyType({"own": 0, "rows": False})
"""A sum of either sign, of shape (...)."""
ROWS: Mapping[str, Any] = MappingProxyType({"own": 0, "rows": True})
"""A number of rows, of shape (...)."""
SLOTS: Mapping[str, Any] = MappingProxyType({"own": 1, "rows": True})
"""Rows by slot, of shape (..., slots)."""
TABLE: Mapping[str, Any] = MappingProxyType({"own": 2, "rows": True})
"""Rows by class and class or slot, of shape (..., classes, slots)."""


def made_floats(outcomes: Additive) -> None:
    """Turn the additive fields of a new object into arrays of floats, checked.

    Raises
    ------
    ValueError
        If leading axes differ or a count is negative.

    Examples
    --------
    Objects call it on themselves when they are made:

    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> BinaryOutcomes([], [[3]], [[5]], [[2]], [[1]], [0.0], [0.0], [0.0], [0.0]).positives
    array([[3.]])
    """
    leading: tuple[int, ...] | None = None
    for field, array in _arrays(outcomes):
        own = field.metadata["own"]
        if array.ndim < own:
            raise ValueError(f"{field.name} needs at least {own} axes")
        shape = array.shape[: array.ndim - own]
        leading = shape if leading is None else leading
        if shape != leading:
            raise ValueError(f"{field.name} is of {shape}, where others are of {leading}")
        if field.metadata["rows"] and (array < 0).any():
            raise ValueError(f"{field.name} holds a negative count")
        object.__setattr__(outcomes, field.name, array)


def pooled(outcomes: T, axis: int = -1) -> T:
    """The sum over one of the leading axes.

    Parameters
    ----------
    outcomes : an outcomes object with leading axes (...)
    axis : int
        One of the leading axes; -1 is the last of them.

    Returns
    -------
    outcomes
        Without that axis.

    Raises
    ------
    numpy.exceptions.AxisError
        If there is no such axis.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> day = BinaryOutcomes.of_rows([0.2, 0.7], [0, 1])
    >>> float(pooled(stacked([day, day])).rows)
    4.0
    """
    place = np.lib.array_utils.normalize_axis_index(axis, len(leading_shape(outcomes)))
    return _each(outcomes, lambda array: np.asarray(array.sum(axis=place)))


def gathered(outcomes: T, places: NDArray[np.intp], count: int) -> T:
    """Chunks added up into longer ones, along the first axis.

    Parameters
    ----------
    outcomes : an outcomes object with leading axes (chunks, ...)
    places : ndarray of int, of shape (chunks,)
        The longer chunk that each belongs to.
    count : int
        How many longer chunks there are; one that no chunk belongs to has no rows.

    Returns
    -------
    outcomes
        With leading axes (count, ...).

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> day = BinaryOutcomes.of_rows([0.2, 0.7], [0, 1])
    >>> gathered(stacked([day, day, day]), np.array([0, 0, 2]), 3).rows
    array([4., 0., 2.])
    """
    order = np.argsort(places, kind="stable")
    longer, starts = np.unique(places[order], return_index=True)
    ascending = bool((order[1:] > order[:-1]).all())

    def added(array: Floats) -> Floats:
        whole = np.zeros((count, *array.shape[1:]))
        if len(starts):
            whole[longer] = np.add.reduceat(array if ascending else array[order], starts, axis=0)
        return whole

    return _each(outcomes, added)


def rolled(outcomes: T, size: int) -> T:
    """For each chunk, the sum over it and those before it, so many in all, along the first axis.

    Parameters
    ----------
    outcomes : an outcomes object with leading axes (chunks, ...)
    size : int
        How many chunks are added; the first ones have fewer.

    Returns
    -------
    outcomes
        Of the same shape.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> day = BinaryOutcomes.of_rows([0.2, 0.7], [0, 1])
    >>> rolled(stacked([day, day, day]), 2).rows
    array([2., 4., 4.])
    """

    def added(array: Floats) -> Floats:
        running = np.cumsum(array, axis=0)
        whole = running.copy()
        whole[size:] -= running[:-size]  # counts stay whole numbers, and exact
        return whole

    return _each(outcomes, added)


def left_out(outcomes: T, axis: int = -1) -> T:
    """For each place along an axis, the sum over all the others: every window that lacks one day.

    Parameters
    ----------
    outcomes : an outcomes object with leading axes (...)
    axis : int
        One of the leading axes.

    Returns
    -------
    outcomes
        Of the same shape.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> days = [BinaryOutcomes.of_rows(s, l, edges=[0.5]) for s, l in (([0.2], [0]), ([0.7, 0.9], [1, 1]))]
    >>> left_out(stacked(days)).rows
    array([2., 1.])
    """
    place = np.lib.array_utils.normalize_axis_index(axis, len(leading_shape(outcomes)))
    return _each(outcomes, lambda array: array.sum(axis=place, keepdims=True) - array)


def without(whole: T, part: T) -> T:
    """What is left of sums when a part of their rows is taken away.

    Parameters
    ----------
    whole, part : outcomes objects of one shape and one grid

    Returns
    -------
    outcomes
        Of the same shape. Rows are never fewer than none.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> both = BinaryOutcomes.of_rows([0.2, 0.7], [0, 1], edges=[0.5])
    >>> without(both, BinaryOutcomes.of_rows([0.2], [0], edges=[0.5])).positives
    array([0., 1.])
    """
    taken = dict((field.name, array) for field, array in _arrays(part))
    left = {
        field.name: np.maximum(array - taken[field.name], 0.0)
        if field.metadata["rows"]
        else array - taken[field.name]
        for field, array in _arrays(whole)
    }
    return dataclasses.replace(whole, **left)


def emptied(outcomes: T) -> T:
    """The same chunks and grid without any row.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> float(emptied(BinaryOutcomes.of_rows([0.2, 0.7], [0, 1])).rows)
    0.0
    """
    return _each(outcomes, np.zeros_like)


def part(outcomes: T, index: Any) -> T:
    """What an index into the leading axes chooses.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> day = BinaryOutcomes.of_rows([0.2, 0.7], [0, 1])
    >>> leading_shape(part(stacked([day, day, day]), slice(1, None)))
    (2,)
    """
    return _each(outcomes, lambda array: np.asarray(array[index]))


def stacked(many: list[T]) -> T:
    """Chunks of equal grids as one object with a new first axis.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> day = BinaryOutcomes.of_rows([0.2, 0.7], [0, 1])
    >>> stacked([day, day]).rows
    array([2., 2.])
    """
    fields = {field.name for field, _ in _arrays(many[0])}
    return dataclasses.replace(
        many[0], **{name: np.stack([getattr(one, name) for one in many]) for name in fields}
    )


def leading_shape(outcomes: Additive) -> tuple[int, ...]:
    """The axes (...) that are chunks, segments or anything else.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> leading_shape(BinaryOutcomes.of_rows([0.2, 0.7], [0, 1]))
    ()
    """
    field, array = _arrays(outcomes)[0]
    return array.shape[: array.ndim - field.metadata["own"]]


def _arrays(outcomes: Additive) -> list[tuple[dataclasses.Field[Any], Floats]]:
    fields = [field for field in dataclasses.fields(outcomes) if "own" in field.metadata]
    return [(field, np.asarray(getattr(outcomes, field.name), dtype=float)) for field in fields]


def _each(outcomes: T, change: Callable[[Floats], Floats]) -> T:
    changed = {field.name: change(array) for field, array in _arrays(outcomes)}
    return dataclasses.replace(outcomes, **changed)
